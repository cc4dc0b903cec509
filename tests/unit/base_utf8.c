/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "support/support.h"

#include <string.h>

/* From the Unicode Standard (table 3-7, and the examples of 3.9 on maximal subparts). */
static const struct {
    const char *bytes;
    int result;
    uint32_t code;
} cases[] = {
    {"A", 1, 'A'},
    {"\x7f", 1, 0x7f},
    {"\xc2\x80", 2, 0x80},
    {"\xdf\xbf", 2, 0x7ff},
    {"\xe0\xa0\x80", 3, 0x800},
    {"\xe2\x82\xac", 3, 0x20ac},
    {"\xed\x9f\xbf", 3, 0xd7ff},
    {"\xee\x80\x80", 3, 0xe000},
    {"\xef\xbf\xbf", 3, 0xffff},
    {"\xf0\x90\x80\x80", 4, 0x10000},
    {"\xf0\x9f\x98\x80", 4, 0x1f600},
    {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
    /* no beginning of anything */
    {"\x80", -1, 0},
    {"\xbf", -1, 0},
    {"\xfe", -1, 0},
    {"\xff", -1, 0},
    {"\xf5\x80\x80\x80", -1, 0},
    /* overlong */
    {"\xc0\x80", -1, 0},
    {"\xc1\xbf", -1, 0},
    {"\xe0\x80\x80", -1, 0},
    {"\xe0\x9f\xbf", -1, 0},
    {"\xf0\x80\x80\x80", -1, 0},
    {"\xf0\x8f\xbf\xbf", -1, 0},
    /* surrogates, beyond Unicode */
    {"\xed\xa0\x80", -1, 0},
    {"\xed\xbf\xbf", -1, 0},
    {"\xf4\x90\x80\x80", -1, 0},
    /* broken off by another byte */
    {"\xc3 ", -1, 0},
    {"\xe2\x82 ", -2, 0},
    {"\xe2(\xa1", -1, 0},
    {"\xf0\x9f\x98 ", -3, 0},
    {"\xf0\x9f\xc3\xa4", -2, 0},
    /* at the end */
    {"", 0, 0},
    {"\xc3", 0, 0},
    {"\xe2", 0, 0},
    {"\xe2\x82", 0, 0},
    {"\xf0\x9f\x98", 0, 0},
};

static void test_decode(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t code = 0;
        size_t n = strlen(cases[i].bytes);
        int got = utf8_decode(cases[i].bytes, n, &code);
        if (got != cases[i].result || code != cases[i].code)
            fail_msg("case %zu: %d, U+%04X", i, got, code);
        bool whole = got > 0 && (size_t)got == n;
        assert_int_equal(utf8_valid(cases[i].bytes, n), whole || n == 0);
    }
}

/* Every code point goes out and comes back; every surrogate is refused. */
static void test_round(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        char s[4];
        uint32_t back = ~code;
        int n = utf8_encode(s, code);
        if (code >= 0xd800 && code <= 0xdfff)
            assert_true(utf8_decode(s, (size_t)n, &back) < 0);
        else if (utf8_decode(s, (size_t)n, &back) != n || back != code)
            fail_msg("U+%04X", code);
    }
}

#define R "\xef\xbf\xbd"

static void test_repair(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        size_t count;
    } texts[] = {
        {"", "", 0},
        {"na\xc3\xafve \xe2\x82\xac", "na\xc3\xafve \xe2\x82\xac", 7},
        /* Unicode Standard, table 3-8: U+FFFD for non-shortest forms */
        {"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82"
         "A",
            R R R R R R R R "A", 9},
        /* table 3-9: surrogates */
        {"\xed\xa0\x80\xed\xbf\xbf\xed\xaf"
         "A",
            R R R R R R R R "A", 9},
        /* table 3-10: other ill-formed sequences */
        {"\xf4\x91\x92\x93\xff"
         "A\x80\xbf"
         "B",
            R R R R R "A" R R "B", 9},
        /* table 3-11: truncated sequences */
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf"
         "A",
            R R R R "A", 5},
        {"end\xf0\x9f\x98", "end" R, 4},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char out[64];
        size_t n = strlen(texts[i].from), got = utf8_repair(out, texts[i].from, n);
        assert_true(got <= 3 * n);
        assert_int_equal(got, strlen(texts[i].to));
        assert_memory_equal(out, texts[i].to, got);
        assert_int_equal(utf8_count(texts[i].from, n), texts[i].count);
        assert_int_equal(utf8_count(out, got), texts[i].count);
        assert_true(utf8_valid(out, got));
    }
    assert_int_equal(utf8_count("a\0b", 3), 3);
    assert_true(utf8_valid("a\0b", 3));
}

static void test_unfinished(void **state)
{
    (void)state;
    assert_int_equal(utf8_unfinished("", 0), 0);
    assert_int_equal(utf8_unfinished("a", 1), 0);
    assert_int_equal(utf8_unfinished("a\xc3", 2), 1);
    assert_int_equal(utf8_unfinished("a\xe2\x82", 3), 2);
    assert_int_equal(utf8_unfinished("a\xf0\x9f\x98", 4), 3);
    assert_int_equal(utf8_unfinished("\xf0\x9f\x98\x80", 4), 0);
    assert_int_equal(utf8_unfinished("\xe2\x28", 2), 0);
    assert_int_equal(utf8_unfinished("\x80\x80\x80\x80", 4), 0);
    assert_int_equal(utf8_unfinished("\xed\xa0", 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_repair),
        cmocka_unit_test(test_unfinished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
