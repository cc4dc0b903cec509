/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/json_scan.h"

#include "support/support.h"

#include <string.h>

static struct json_scan scan(const char *text)
{
    return (struct json_scan){text, text + strlen(text), false};
}

static void finds_members(void **state)
{
    (void)state;
    static const char text[] = "{\"x\":{\"a\":1},\"m\" : {\"v\": {\"b\\\"}\": 2, \"c\":-3}, "
                               "\"w\":[[\"p\",\"q\"],[]]}, \"z\":7}";
    struct json_scan s;
    assert_true(json_scan_find(&s, text, strlen(text), "m.v"));
    assert_int_equal(s.end - s.at, strlen("{\"b\\\"}\": 2, \"c\":-3}"));
    assert_int_equal(json_scan_count(s), 2);
    char key[8];
    assert_true(json_scan_enter(&s, '{'));
    assert_true(json_scan_next(&s, '}', 0));
    assert_int_equal(json_scan_string(&s, key, sizeof key), 3);
    assert_memory_equal(key, "b\"}", 3);
    assert_true(json_scan_colon(&s));
    assert_int_equal(json_scan_int(&s), 2);
    assert_true(json_scan_next(&s, '}', 1));
    assert_int_equal(json_scan_string(&s, key, sizeof key), 1);
    assert_true(json_scan_colon(&s));
    assert_int_equal(json_scan_int(&s), -3);
    assert_false(json_scan_next(&s, '}', 2));
    assert_false(s.failed);
    assert_true(s.at == s.end);
    assert_true(json_scan_find(&s, text, strlen(text), "m.w"));
    assert_int_equal(json_scan_count(s), 2);
    assert_true(json_scan_find(&s, text, strlen(text), "z"));
    assert_int_equal(json_scan_int(&s), 7);
    assert_false(json_scan_find(&s, text, strlen(text), "m.a"));
    assert_false(json_scan_find(&s, text, strlen(text), "z.a"));
    assert_false(json_scan_find(&s, text, 30, "m.v")); /* the text ends inside */
}

static void reads_strings(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"\"\"", ""},
        {" \"a b\"", "a b"},
        {"\"\\n\\t\\\\\\/\\\"\\b\\f\\r\"", "\n\t\\/\"\b\f\r"},
        {"\"\\u0041\\u00e9\\u4E2d\\ud83d\\ude00\"", "A\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80"},
    };
    static const char *const bad[] = {"", "a", "\"", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"",
        "\"\\u0000\"", "\"\\ud83d\"", "\"\\ud83d\\u0041\"", "\"\\ude00\"", "\"\n\"",
        "\"123456789abcdefgh\""};
    char out[16];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_scan s = scan(cases[i][0]);
        size_t n = json_scan_string(&s, out, sizeof out);
        assert_false(s.failed);
        assert_int_equal(n, strlen(cases[i][1]));
        assert_memory_equal(out, cases[i][1], n);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct json_scan s = scan(bad[i]);
        assert_int_equal(json_scan_string(&s, out, sizeof out), 0);
        assert_true(s.failed);
        assert_int_equal(json_scan_int(&s), 0); /* it stays so */
    }
}

static void reads_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-", "x", "1.5", "1e3", "\"1\"", "1234567890123456789"};
    struct json_scan s = scan(" 123456789012345678,");
    assert_true(json_scan_int(&s) == 123456789012345678);
    assert_false(s.failed);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        s = scan(bad[i]);
        json_scan_int(&s);
        assert_true(s.failed);
    }
}

static void counts_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(json_scan_count(scan("[]")), 0);
    assert_int_equal(json_scan_count(scan(" [ 1 , \"]\" , {\"a\":[2,3]} , null ] ")), 4);
    assert_int_equal(json_scan_count(scan("7")), 0);
    assert_int_equal(json_scan_count(scan("")), 0);
    assert_int_equal(json_scan_count(scan("[1,,2]")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_members),
        cmocka_unit_test(reads_strings),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(counts_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
