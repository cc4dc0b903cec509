/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies as forms, and forms as requests. */
#include "server/fields.h"
#include "server/form.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

static struct form form; /* large */

static void read_json(const char *json)
{
    struct ih_error e = {.text = ""};
    form_free(&form);
    if (form_read_json(&form, json, strlen(json), &e) != IH_OK)
        fail_msg("%s: %s", json, e.text);
}

static void test_json(void **state)
{
    (void)state;
    read_json(
        "{\"a\": \"x\", \"n\": 2, \"f\": 0.5, \"b\": true, \"z\": null, \"l\": [\"p\", \"q\"],"
        " \"o\": {\"id\": 1}, \"m[]\": [\"r\"]}");
    assert_int_equal(form.fields, 8);
    assert_string_equal(form_find(&form, "a")->text, "x");
    assert_int_equal(form_find(&form, "a")->kind, FIELD_TEXT);
    assert_string_equal(form_find(&form, "n")->text, "2");
    assert_int_equal(form_find(&form, "n")->kind, FIELD_NUMBER);
    assert_string_equal(form_find(&form, "f")->text, "0.5");
    assert_string_equal(form_find(&form, "b")->text, "true");
    assert_null(form_find(&form, "z"));
    assert_string_equal(form.field[4].text, "p");
    assert_string_equal(form.field[5].text, "q");
    assert_string_equal(form_find(&form, "o")->text, "{\"id\":1}");
    assert_int_equal(form_find(&form, "o")->kind, FIELD_JSON);
    assert_string_equal(form_find(&form, "m")->text, "r");
    form_free(&form);
}

static void refuses_json(const char *json, const char *words)
{
    struct ih_error e = {.text = ""};
    assert_int_not_equal(form_read_json(&form, json, strlen(json), &e), IH_OK);
    if (!strstr(e.text, words))
        fail_msg("'%s' is not in: %s", words, e.text);
    form_free(&form);
}

static void test_bad_json(void **state)
{
    static char deep[100001], many[20000];
    size_t n = 1;
    (void)state;
    refuses_json("", "not JSON");
    refuses_json("{", "not JSON");
    refuses_json("{\"a\": 1, \"a\": 2}", "not JSON");
    refuses_json("{\"a\": \"\xff\"}", "not JSON");
    refuses_json("{\"a\": \"x\\u0000y\"}", "not JSON");
    refuses_json("{} x", "not JSON");
    refuses_json("[1]", "not a JSON object");
    refuses_json("3", "not a JSON object");
    memset(deep, '[', sizeof deep - 1);
    refuses_json(deep, "not JSON");
    many[0] = '{';
    for (int i = 0; i <= FIELDS_MOST; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "%s\"k%d\":1", i ? "," : "", i);
    strcpy(many + n, "}");
    refuses_json(many, "at most 256 fields");
}

static enum ih_status read_multipart(const char *body, size_t fields_most, int64_t upload_most)
{
    static struct form_reader r;
    struct ih_error e = {.text = ""};
    form_free(&form);
    r = (struct form_reader){.form = &form,
        .folder = temp_dir(),
        .memory = 8,
        .upload_most = upload_most,
        .fields_most = fields_most};
    assert_int_equal(form_reader_init(&r, "multipart/form-data; boundary=B", &e), IH_OK);
    enum ih_status status = IH_OK;
    for (size_t i = 0; body[i] && !status; i++)
        status = multipart_feed(&r.multipart, body + i, 1, &e);
    return status ? status : multipart_finish(&r.multipart, &e);
}

static void test_multipart(void **state)
{
    static const char body[] =
        "--B\r\nContent-Disposition: form-data; name=\"t[]\"\r\n\r\nword\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"t[]\"\r\n\r\nsegment\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n"
        "Content-Type: audio/wav\r\n\r\n0123456789\r\n--B--";
    const void *data;
    size_t n;
    struct ih_error e;
    (void)state;
    assert_int_equal(read_multipart(body, 100, 100), IH_OK);
    assert_int_equal(form.fields, 2);
    assert_string_equal(form.field[0].name, "t");
    assert_string_equal(form.field[0].text, "word");
    assert_string_equal(form.field[1].text, "segment");
    const struct upload *u = form_upload(&form, "file");
    assert_non_null(u);
    assert_string_equal(u->filename, "a.wav");
    assert_string_equal(u->type, "audio/wav");
    assert_int_equal(spool_map(u->data, &data, &n, &e), IH_OK);
    assert_int_equal(n, 10);
    assert_memory_equal(data, "0123456789", 10);
    assert_int_equal(read_multipart(body, 10, 100), IH_NO_MEMORY);
    assert_int_equal(read_multipart(body, 100, 9), IH_NO_MEMORY);
    assert_int_equal(
        read_multipart("--B\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--B--", 9, 9),
        IH_BAD_DATA);
    form_free(&form);
}

static const struct field_rule rules[] = {
    RULE_OWN("input", SHAPE_TEXT, NULL),
    RULE_OPTION("response_format", "format"),
    RULE_NOTHING("user"),
    RULE_REFUSED("format", "the field is called response_format"),
    RULE_END,
};

static void request(const char *json, int status, const char *code, const char *param)
{
    struct ih_request r;
    struct problem p = {0};
    read_json(json);
    ih_request_defaults(&r, IH_SPEAK);
    bool good = fields_read(&r, &form, rules, &p);
    assert_int_equal(good, status == 0);
    if (good)
        return;
    assert_int_equal(p.status, status);
    assert_string_equal(p.code, code);
    assert_string_equal(p.param, param);
    assert_true(p.text[0]);
}

static void test_fields(void **state)
{
    struct ih_request r;
    struct problem p;
    (void)state;
    read_json("{\"input\":\"x\",\"speed\":1.5,\"user\":\"u\",\"response_format\":\"opus\",\"ssml\":"
              "true}");
    ih_request_defaults(&r, IH_SPEAK);
    assert_true(fields_read(&r, &form, rules, &p));
    assert_float_equal(r.speak.speed, 1.5f, 0);
    assert_string_equal(r.format, "opus");
    assert_true(r.speak.ssml);
    request("{}", 0, NULL, NULL);
    request("{\"speed\":9}", 400, "invalid_value", "speed");
    request("{\"speed\":\"1\"}", 400, "invalid_type", "speed");
    request("{\"ssml\":1}", 400, "invalid_type", "ssml");
    request("{\"style\":5}", 400, "invalid_type", "style");
    request("{\"style\":{\"a\":1}}", 400, "invalid_type", "style");
    request("{\"format\":\"wav\"}", 400, "unsupported_parameter", "format");
    request("{\"sped\":1}", 400, "unknown_parameter", "sped");
    /* What is only for the command line or for the machine's owner. */
    request("{\"output\":\"x\"}", 400, "unknown_parameter", "output");
    request("{\"lexicon\":\"/etc/passwd\"}", 400, "unknown_parameter", "lexicon");
    request("{\"threads\":64}", 400, "unknown_parameter", "threads");
    form_free(&form);
}

static void test_choices(void **state)
{
    static const char *const words[] = {"audio", "sse", NULL};
    struct problem p;
    bool on = false;
    int i = 7;
    const char *text;
    (void)state;
    read_json("{\"a\":\"sse\",\"b\":\"x\",\"c\":true,\"d\":\"true\"}");
    assert_true(fields_choice(&form, "none", words, &i, &p));
    assert_int_equal(i, 7);
    assert_true(fields_choice(&form, "a", words, &i, &p));
    assert_int_equal(i, 1);
    assert_false(fields_choice(&form, "b", words, &i, &p));
    assert_string_equal(p.text, "b must be one of audio, sse, not 'x'");
    assert_true(fields_bool(&form, "c", &on, &p) && on);
    assert_false(fields_bool(&form, "d", &on, &p));
    assert_true(fields_text(&form, "none", &text, &p) && !text);
    assert_false(fields_text(&form, "c", &text, &p));
    form_free(&form);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_bad_json),
        cmocka_unit_test(test_multipart),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_choices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
