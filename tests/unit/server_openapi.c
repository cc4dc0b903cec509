/* SPDX-License-Identifier: Apache-2.0 */
/* The description of the server: every address is in it, and fields are as the options say. */
#include "server/openapi.h"
#include "support/support.h"

#include <ctype.h>
#include <string.h>

static struct settings settings;
static json_t *root;

static int set_up(void **state)
{
    static char text[4 << 20];
    struct ih_error e;
    struct problem p;
    struct host host = {.settings = &settings, .version = "1.2.3"};
    struct answer_options o = {
        .dialect = &dialect_openai, .folder = temp_dir(), .limit = sizeof text};
    (void)state;
    if (settings_init(&settings, &e) ||
        settings_set(&settings, setting_find("characters"), "1234", &e))
        return -1;
    struct answer *a = answer_new(&o);
    if (!a || !openapi_now(&host, "/openapi.json", NULL, a, &p))
        return -1;
    int64_t n = answer_read(a, 0, text, sizeof text);
    root = json_loadb(text, n > 0 ? (size_t)n : 0, JSON_REJECT_DUPLICATES, NULL);
    answer_release(&a);
    return root ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(root);
    settings_free(&settings);
    return 0;
}

static json_t *operation_at(const char *method, const char *path)
{
    char lower[12];
    json_t *item = json_object_get(json_object_get(root, "paths"), path);
    snprintf(lower, sizeof lower, "%s", method);
    for (char *c = lower; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    json_t *found = json_object_get(item, lower);
    if (!found)
        fail_msg("%s %s is not described", method, path);
    return found;
}

static bool is_answered_well(const json_t *responses)
{
    static const char *const good[] = {"101", "200", "201", "202", "204"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (json_object_get(responses, good[i]))
            return true;
    return false;
}

/* Each has an id of its own, an answer that is good, and says which key it needs. */
static void test_every_route(void **state)
{
    int count;
    const struct route *table = routes_table(&count);
    json_t *ids = json_object();
    (void)state;
    assert_true(count > 40);
    for (int i = 0; i < count; i++) {
        json_t *o = operation_at(table[i].method, table[i].path);
        const char *id = json_string_value(json_object_get(o, "operationId"));
        json_t *responses = json_object_get(o, "responses");
        assert_non_null(id);
        assert_null(json_object_get(ids, id));
        json_object_set_new(ids, id, json_true());
        assert_true(is_answered_well(responses));
        assert_int_equal(json_array_size(json_object_get(o, "security")), table[i].open ? 0 : 2);
        assert_int_equal(json_object_get(responses, "401") != NULL, !table[i].open);
    }
    json_decref(ids);
}

static json_t *field(const char *path, const char *type, const char *name)
{
    json_t *found = NULL, *body = json_object_get(operation_at("POST", path), "requestBody");
    if (json_unpack(
            body, "{s{s{s{s{so}}}}}", "content", type, "schema", "properties", name, &found))
        return NULL;
    return found;
}

static void is(json_t *schema, const char *wanted)
{
    char *text = json_dumps(schema, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    if (!text || strcmp(text, wanted) != 0)
        fail_msg("%s is not %s", text ? text : "nothing", wanted);
    free(text);
}

static void test_fields(void **state)
{
    static const char speech[] = "/v1/audio/speech", json[] = "application/json",
                      drawing[] = "/v1/images/generations", listen[] = "/v1/audio/transcriptions",
                      form[] = "multipart/form-data";
    (void)state;
    /* Of the table of options. */
    is(field(speech, json, "speed"),
        "{\"default\":1.0,\"description\":\"how fast: 1 is the voice's own pace, 2 twice as fast\","
        "\"maximum\":4.0,\"minimum\":0.25,\"type\":\"number\"}");
    assert_non_null(field(listen, form, "beam"));
    /* Under another name. */
    is(json_object_get(field(drawing, json, "output_format"), "enum"),
        "[\"png\",\"jpeg\",\"webp\"]");
    is(json_object_get(field(drawing, json, "n"), "maximum"), "10");
    /* Of this server's settings. */
    is(json_object_get(field(speech, json, "input"), "maxLength"), "1234");
    /* What others call so is refused, and what is for the command line only is not there. */
    assert_null(field(drawing, json, "count"));
    assert_null(field(listen, form, "task"));
    assert_null(field(drawing, json, "preview"));
    assert_null(field(speech, json, "lexicon"));
    /* A file needs a form. */
    assert_null(field(listen, json, "beam"));
    is(json_object_get(field(listen, form, "file"), "format"), "\"binary\"");
}

/* Each reference leads to something. */
static void follow(const json_t *at)
{
    const char *key;
    char copy[200];
    json_t *value;
    size_t i;
    json_array_foreach((json_t *)at, i, value) follow(value);
    json_object_foreach((json_t *)at, key, value)
    {
        follow(value);
        if (strcmp(key, "$ref") != 0)
            continue;
        json_t *target = root;
        snprintf(copy, sizeof copy, "%s", json_string_value(value) + 2);
        for (char *rest = copy, *part; (part = strsep(&rest, "/"));)
            target = json_object_get(target, part);
        assert_non_null(target);
    }
}

static void test_errors(void **state)
{
    json_t *schemas = json_object_get(json_object_get(root, "components"), "schemas");
    (void)state;
    follow(root);
    is(json_object_get(schemas, "error_openai"),
        "{\"properties\":{\"error\":{\"properties\":{\"code\":{\"type\":[\"string\",\"null\"]},"
        "\"message\":{\"type\":\"string\"},\"param\":{\"type\":[\"string\",\"null\"]},"
        "\"type\":{\"type\":\"string\"}},\"required\":[\"message\",\"type\",\"param\",\"code\"],"
        "\"type\":\"object\"}},\"required\":[\"error\"],\"type\":\"object\"}");
    is(json_object_get(
           json_object_get(
               json_object_get(json_object_get(schemas, "error_azure"), "properties"), "error"),
           "required"),
        "[\"code\",\"message\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_route),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
