/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "text/compress.h"
#include "text/repeat.h"
#include "text/score.h"

#include <string.h>

typedef enum ih_status (*score_fn)(
    struct score *out, const char *reference, const char *hypothesis, struct ih_error *e);

static void expect(
    score_fn fn, const char *reference, const char *hypothesis, int edits, int length)
{
    struct score s;
    struct ih_error e;
    assert_int_equal(fn(&s, reference, hypothesis, &e), IH_OK);
    if (s.edits != edits || s.length != length)
        fail_msg("\"%s\" / \"%s\": %d of %d, not %d of %d", reference, hypothesis, (int)s.edits,
            (int)s.length, edits, length);
}

static void counts_words(void **state)
{
    (void)state;
    expect(score_words, "the cat sat on the mat", "the cat sat on the mat", 0, 6);
    expect(score_words, "the cat sat on the mat", "the cat on the mat", 1, 6);
    expect(score_words, "the cat sat on the mat", "the bat sat down on the mat", 2, 6);
    expect(score_words, "a b c d", "b c d e", 2, 4);
    expect(score_words, "a b c d", "", 4, 4);
    expect(score_words, "", "a b", 2, 0);
    expect(score_words, "", "", 0, 0);
    expect(score_words, "one", "two three four", 3, 1);
}

static void counts_characters(void **state)
{
    (void)state;
    expect(score_characters, "kitten", "sitting", 3, 6);
    expect(score_characters, "intention", "execution", 5, 9);
    expect(score_characters, "Saturday", "Sunday", 3, 8);
    expect(score_characters, "\u4eca\u5929\u5929\u6c14\u5f88\u597d\u3002",
        "\u4eca\u5929 \u5929\u6c14\u5f88\u574f", 1, 6);
    expect(score_characters, "two words", "twowords", 0, 8);
}

static void compares_bare_text(void **state)
{
    (void)state;
    expect(score_words, "  Hello,   WORLD!\n", "hello world", 0, 2);
    expect(score_words, "Don't \u2018quote\u2019 'me'", "don\u2019t quote me", 0, 3);
    expect(score_words, "don't", "don t", 2, 1);
    expect(score_words, "well-known \u2014 fact\u2026", "well known fact", 0, 3);
    expect(score_words, "\u00dcBER \u00c9T\u00c9 \u041c\u0418\u0420 \u0130I",
        "\u00fcber \u00e9t\u00e9 \u043c\u0438\u0440 ii", 0, 4);
    expect(score_words, "\u0928\u092e\u0938\u094d\u0924\u0947\u0964",
        "\u0928\u092e\u0938\u094d\u0924\u0947", 0, 1);
    expect(score_characters, "\u0e17\u0e35\u0e48", "\u0e17\u0e35", 1, 3);
    expect(score_words, "in 2024: 3.14", "in 2024 3 14", 0, 4);
    expect(score_words, "...!?", "", 0, 0);
    expect(score_words,
        "a\xff\xfe"
        "b\xe4\xb8",
        "a b", 0, 2);
}

static void gives_rates(void **state)
{
    (void)state;
    assert_true(score_rate((struct score){1, 4}) == 0.25);
    assert_true(score_rate((struct score){6, 4}) == 1.5);
    assert_true(score_rate((struct score){0, 0}) == 0);
    assert_true(score_rate((struct score){2, 0}) == 1);
}

/* What Python gives: len(text.encode()) / len(zlib.compress(text.encode())). Builds of zlib differ
 * by a byte or two. */
static void compresses_like_python(void **state)
{
    (void)state;
    char many[1024] = "";
    for (int i = 0; i < 30; i++)
        strcat(many, " Thank you.");
    const struct {
        const char *text;
        float bytes, compressed;
    } cases[] = {
        {"a", 1, 9},
        {"And so my fellow Americans, ask not what your country can do for you, ask what you can "
         "do "
         "for your country.",
            107, 79},
        {many, 330, 24},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float got = compression_ratio(cases[i].text, strlen(cases[i].text));
        assert_true(got >= cases[i].bytes / (cases[i].compressed + 2));
        assert_true(got <= cases[i].bytes / (cases[i].compressed - 2));
    }
    assert_true(compression_ratio("", 0) == 0);
}

/* Tokens 1 2 3 .. with a loop of `period` behind them, `rounds` times and `part` tokens more. */
static int make_loop(int32_t *token, int before, int period, int rounds, int part)
{
    int n = 0;
    for (int i = 0; i < before; i++)
        token[n++] = i + 1;
    for (int i = 0; i < period * rounds + part; i++)
        token[n++] = 1000 + i % period;
    return n;
}

static void cuts_loops(void **state)
{
    (void)state;
    int32_t token[512];
    assert_int_equal(repeat_cut(token, make_loop(token, 5, 1, 20, 0)), 6);
    assert_int_equal(repeat_cut(token, make_loop(token, 5, 4, 5, 0)), 9);
    assert_int_equal(repeat_cut(token, make_loop(token, 5, 4, 8, 3)), 9);
    assert_int_equal(repeat_cut(token, make_loop(token, 0, 16, 3, 0)), 16);
    assert_int_equal(repeat_cut(token, make_loop(token, 30, 7, 12, 6)), 37);
    /* a full stop at the end */
    int n = make_loop(token, 5, 3, 9, 0);
    token[n] = 13;
    assert_int_equal(repeat_cut(token, n + 1), 8);
}

static void leaves_what_people_say(void **state)
{
    (void)state;
    int32_t token[512];
    int n = make_loop(token, 5, 1, 6, 0); /* no no no no no no */
    assert_int_equal(repeat_cut(token, n), n);
    n = make_loop(token, 5, 16, 2, 15); /* a refrain twice */
    assert_int_equal(repeat_cut(token, n), n);
    n = make_loop(token, 5, 17, 4, 0); /* longer than what counts as a loop */
    assert_int_equal(repeat_cut(token, n), n);
    n = make_loop(token, 200, 1, 2, 0); /* that that */
    assert_int_equal(repeat_cut(token, n), n);
    n = make_loop(token, 0, 5, 8, 0); /* a loop that the model found out of */
    for (int i = 0; i < 10; i++)
        token[n++] = i;
    assert_int_equal(repeat_cut(token, n), n);
    assert_int_equal(repeat_cut(token, 0), 0);
    assert_int_equal(repeat_cut(token, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_words),
        cmocka_unit_test(counts_characters),
        cmocka_unit_test(compares_bare_text),
        cmocka_unit_test(gives_rates),
        cmocka_unit_test(compresses_like_python),
        cmocka_unit_test(cuts_loops),
        cmocka_unit_test(leaves_what_people_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
