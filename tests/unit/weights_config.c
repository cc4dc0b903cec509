/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "weights/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct config *parse(const char *text)
{
    struct config *c;
    struct ih_error e;
    if (config_parse(&c, text, strlen(text), "t.json", &e))
        fail_msg("%s", e.text);
    return c;
}

static void assert_refused(const char *text, size_t size, const char *fragment)
{
    struct config *c;
    struct ih_error e;
    assert_int_equal(config_parse(&c, text, size, "t.json", &e), IH_BAD_DATA);
    assert_null(c);
    if (strncmp(e.text, "t.json: ", 8) != 0 || !strstr(e.text, fragment))
        fail_msg("\"%s\" lacks \"%s\"", e.text, fragment);
}

static void reads_values(void **state)
{
    (void)state;
    struct config *c = parse("{\"a\": {\"b\": {\"c\": 7}}, \"pi\": 3.25, \"yes\": true,"
                             " \"name\": \"gr\\u00fc\\u00dfe\", \"none\": null,"
                             " \"list\": [4, \"x\", 9223372036854775807]}");
    const struct config_value *root = config_root(c), *list = config_find(root, "list");
    assert_int_equal(config_int_or(config_find(root, "a.b.c"), -1), 7);
    assert_float_equal(config_number_or(config_find(root, "pi"), 0), 3.25, 0);
    assert_float_equal(config_number_or(config_find(root, "a.b.c"), 0), 7, 0);
    assert_true(config_bool_or(config_find(root, "yes"), false));
    assert_string_equal(config_string_or(config_find(root, "name"), ""), "gr\xc3\xbc\xc3\x9f"
                                                                         "e");
    assert_null(config_find(root, "none"));
    assert_int_equal(config_length(list), 3);
    assert_true(config_is_list(list));
    assert_int_equal(config_int_or(config_item(list, 0), -1), 4);
    assert_string_equal(config_string_or(config_item(list, 1), ""), "x");
    assert_int_equal(config_int_or(config_item(list, 2), -1), INT64_MAX);
    config_close(&c);
    assert_null(c);
}

static void absent_values_give_the_default(void **state)
{
    (void)state;
    struct config *c = parse("{\"a\": \"text\", \"o\": {}}");
    const struct config_value *root = config_root(c), *a = config_find(root, "a");
    assert_null(config_find(root, "a.b"));
    assert_null(config_find(root, "b.c.d"));
    assert_null(config_find(NULL, "a"));
    assert_int_equal(config_int_or(a, 5), 5);
    assert_float_equal(config_number_or(a, 0.5), 0.5, 0);
    assert_true(config_bool_or(a, true));
    assert_string_equal(config_string_or(root, "d"), "d");
    assert_string_equal(config_string_or(NULL, "d"), "d");
    assert_int_equal(config_length(a), 0);
    assert_int_equal(config_length(NULL), 0);
    assert_false(config_is_list(config_find(root, "o")));
    assert_null(config_item(root, 0));
    assert_null(config_item(NULL, -1));
    assert_null(config_root(NULL));
    config_close(&c);
}

static void assert_int_refused(const char *text, const char *fragment)
{
    struct config *c = parse(text);
    struct ih_error e;
    int64_t out = 77;
    assert_int_equal(config_int(c, "d.model", 1, 4096, &out, &e), IH_BAD_DATA);
    assert_int_equal(out, 77);
    assert_string_equal(e.text, fragment);
    config_close(&c);
}

static void required_numbers_are_checked(void **state)
{
    (void)state;
    struct config *c = parse("{\"d\": {\"model\": 4096}}");
    int64_t out = 0;
    assert_int_equal(config_int(c, "d.model", 1, 4096, &out, NULL), IH_OK);
    assert_int_equal(out, 4096);
    config_close(&c);
    assert_int_refused("{}", "t.json: d.model is missing; expected a whole number from 1 to 4096");
    assert_int_refused("{\"d\": {\"model\": 4097}}",
        "t.json: d.model is 4097; expected a whole number from 1 to 4096");
    assert_int_refused("{\"d\": {\"model\": -1}}",
        "t.json: d.model is -1; expected a whole number from 1 to 4096");
    assert_int_refused("{\"d\": {\"model\": 1.5}}",
        "t.json: d.model is a fraction; expected a whole number from 1 to 4096");
    assert_int_refused("{\"d\": {\"model\": \"80\"}}",
        "t.json: d.model is text; expected a whole number from 1 to 4096");
}

static void bad_documents_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fragment;
    } cases[] = {
        {"", "not valid JSON"},
        {"{\"a\": 1", "not valid JSON at line 1"},
        {"{\"a\":\n 1,}", "line 2"},
        {"{\"a\": 1, \"a\": 2}", "duplicate"},
        {"{\"a\": 99999999999999999999}", "too big integer"},
        {"{\"a\": 1e999}", "real number overflow"},
        {"{\"a\": NaN}", "not valid JSON"},
        {"{\"a\": Infinity}", "not valid JSON"},
        {"{\"a\": \"\\ud800\"}", "not valid JSON"},
        {"{\"a\": \"\xff\"}", "not valid JSON"},
        {"{\"a\x01\": 1}", "not valid JSON"},
        {"7", "not valid JSON"},
        {"{} {}", "not valid JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].text, strlen(cases[i].text), cases[i].fragment);
    assert_refused("{\"a\": \"\0\"}", 10, "not valid JSON");
}

static void sentences_hold_no_control_characters(void **state)
{
    (void)state;
    struct config *c;
    struct ih_error e;
    static const char text[] = "{\"\x1b[31mred\n\": }";
    assert_int_equal(config_parse(&c, text, sizeof text - 1, "t.json", &e), IH_BAD_DATA);
    for (const char *p = e.text; *p; p++)
        assert_in_range(*p, ' ', '~');
}

static char *repeat(const char *piece, int64_t times, const char *front, const char *back)
{
    size_t n = strlen(piece), front_length = strlen(front);
    char *s = malloc(front_length + n * (size_t)times + strlen(back) + 1);
    assert_non_null(s);
    memcpy(s, front, front_length + 1);
    for (int64_t i = 0; i < times; i++)
        memcpy(s + front_length + (size_t)i * n, piece, n);
    strcpy(s + front_length + (size_t)times * n, back);
    return s;
}

static void limits_hold(void **state)
{
    (void)state;
    char *deep = repeat("[", 64, "", "");
    char *good = repeat("]", 64, deep, "");
    struct config *c = parse(good);
    config_close(&c);
    free(deep);
    free(good);
    deep = repeat("[", 1000000, "", "");
    assert_refused(deep, 1000000, "nested deeper than 64 levels");
    free(deep);
    char *many = repeat(",0", 9 << 20, "[0", "]");
    assert_refused(many, strlen(many), "more than 8388608 values");
    free(many);
    char *large = repeat("        ", 9 << 20, "[0", "]");
    assert_refused(large, strlen(large), "bytes of JSON; at most 67108864 are read");
    free(large);
}

/* Brackets in text are no nesting. */
static void text_does_not_count_as_structure(void **state)
{
    (void)state;
    char *text = repeat("[{\\\"", 100, "{\"a\": \"", "\"}");
    struct config *c = parse(text);
    assert_int_equal(strlen(config_string_or(config_find(config_root(c), "a"), "")), 300);
    config_close(&c);
    free(text);
}

struct seen {
    char keys[64];
    int64_t sum;
};

static void see(void *arg, const char *key, const struct config_value *v)
{
    struct seen *s = arg;
    strcat(s->keys, key);
    s->sum += config_int_or(v, 0);
}

static void members_come_in_file_order(void **state)
{
    (void)state;
    struct config *c = parse("{\"z\": 1, \"a\": 20, \"m\": 300, \"b\": 4000}");
    struct seen s = {"", 0};
    config_each(config_root(c), see, &s);
    assert_string_equal(s.keys, "zamb");
    assert_int_equal(s.sum, 4321);
    config_each(config_find(config_root(c), "z"), see, &s);
    config_each(NULL, see, &s);
    assert_int_equal(s.sum, 4321);
    config_close(&c);
}

static void large_vocabularies_are_read(void **state)
{
    (void)state;
    enum { TOKENS = 52000 };
    char *text = malloc(TOKENS * 32 + 64), *p = text;
    assert_non_null(text);
    p += sprintf(p, "{\"model\": {\"vocab\": {");
    for (int i = 0; i < TOKENS; i++)
        p += sprintf(p, "%s\"token %d\": %d", i ? ", " : "", i, i);
    sprintf(p, "}}}");
    struct config *c = parse(text);
    const struct config_value *vocab = config_find(config_root(c), "model.vocab");
    assert_int_equal(config_length(vocab), TOKENS);
    assert_int_equal(config_int_or(config_find(vocab, "token 51999"), -1), 51999);
    config_close(&c);
    free(text);
}

static void files_are_read(void **state)
{
    (void)state;
    struct config *c;
    struct ih_error e;
    assert_int_equal(config_open(&c, data_path("whisper-tiny-v3-128/config.json"), &e), IH_OK);
    int64_t mels;
    assert_int_equal(config_int(c, "num_mel_bins", 1, 128, &mels, &e), IH_OK);
    assert_int_equal(mels, 128);
    config_close(&c);
    assert_int_equal(config_open(&c, data_path("no such file"), &e), IH_NOT_FOUND);
    assert_non_null(strstr(e.text, "no such file: No such file or directory"));
    assert_int_equal(config_open(&c, TEST_DATA, &e), IH_INVALID);
    assert_int_equal(config_open(&c, temp_file("empty.json", "", 0), &e), IH_BAD_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_values),
        cmocka_unit_test(absent_values_give_the_default),
        cmocka_unit_test(required_numbers_are_checked),
        cmocka_unit_test(bad_documents_are_refused),
        cmocka_unit_test(sentences_hold_no_control_characters),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(text_does_not_count_as_structure),
        cmocka_unit_test(members_come_in_file_order),
        cmocka_unit_test(large_vocabularies_are_read),
        cmocka_unit_test(files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
