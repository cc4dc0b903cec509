/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "text/lexicon.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Classes: space 0, a 1, b 2, e-acute 3. */
static const char letters[] = " ab\u00e9";
enum { A = 1, B = 2, E = 3 };

static enum ih_status open_text(struct lexicon **l, const char *text, struct ih_error *e)
{
    const char *path = temp_file("words.txt", text, strlen(text));
    enum ih_status status = lexicon_open(l, path, letters, e);
    unlink(path);
    return status;
}

static struct lexicon *opened(const char *text)
{
    struct lexicon *l;
    struct ih_error e;
    if (open_text(&l, text, &e))
        fail_msg("%s", e.text);
    return l;
}

static void near(double got, double want)
{
    if (fabs(got - want) > 1e-6)
        fail_msg("%g, not %g", got, want);
}

/* Four words seen, all begin with a; three end there, one goes on with b. */
static void counts_what_was_seen(void **state)
{
    (void)state;
    struct lexicon *l = opened("ab 1\na 3\n");
    struct lexicon_state s = {0};
    near(lexicon_next(l, &s, A), log(4 / 5.0));
    struct lexicon_state after_a = s;
    near(lexicon_next(l, &s, LEXICON_END), log(3 / 6.0));
    assert_int_equal(s.node, 0);
    near(lexicon_next(l, &s, LEXICON_END), 0);
    s = after_a;
    near(lexicon_next(l, &s, B), log(1 / 6.0));
    near(lexicon_next(l, &s, LEXICON_END), log(1 / 2.0));
    lexicon_close(&l);
    assert_null(l);
}

static void strange_words_are_possible(void **state)
{
    (void)state;
    struct lexicon *l = opened("ab 1\na 3\n");
    struct lexicon_state s = {0};
    near(lexicon_next(l, &s, E), log(1 / 5.0) + LEXICON_STRANGE);
    near(lexicon_next(l, &s, A), LEXICON_STRANGE);
    near(lexicon_next(l, &s, LEXICON_END), LEXICON_STRANGE);
    /* The next word is one of its own. */
    near(lexicon_next(l, &s, A), log(4 / 5.0));
    /* An end where no word ends. */
    struct lexicon *longer = opened("ab 1\n");
    s = (struct lexicon_state){0};
    lexicon_next(longer, &s, A);
    near(lexicon_next(longer, &s, LEXICON_END), log(1 / 2.0) + LEXICON_STRANGE);
    assert_int_equal(s.node, 0);
    lexicon_close(&longer);
    lexicon_close(&l);
}

/* At each place what can follow and the way out of the tree add up to one. */
static void adds_up_to_one(void **state)
{
    (void)state;
    struct lexicon *l = opened("a 5\nab 2\nabba 1\nb\u00e9 7\nba 1\n\u00e9 4");
    static const int32_t beginnings[][4] = {{0}, {A}, {A, B}, {A, B, B}, {B}, {B, E}, {E}};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        struct lexicon_state at = {0}, s;
        for (const int32_t *c = beginnings[i]; *c; c++)
            lexicon_next(l, &at, *c);
        double sum = 0, out = 0;
        for (int32_t c = A; c <= E; c++) {
            s = at;
            double one = lexicon_next(l, &s, c);
            if (s.node > 0)
                sum += exp(one);
            else
                out = exp(one - LEXICON_STRANGE);
        }
        s = at;
        if (at.node) {
            double end = lexicon_next(l, &s, LEXICON_END);
            sum += end < LEXICON_STRANGE ? 0 : exp(end);
        }
        /* Where every letter is known the way out is still kept free. */
        assert_true(out > 0 ? fabs(sum + out - 1) < 1e-6 : sum < 1);
    }
    lexicon_close(&l);
}

static void leaves_out_what_it_cannot_spell(void **state)
{
    (void)state;
    struct lexicon *l = opened("a 1\naxe 9\n\xff\xfe 9\n");
    struct lexicon_state s = {0};
    near(lexicon_next(l, &s, A), log(1 / 2.0));
    lexicon_close(&l);
    l = opened("");
    s = (struct lexicon_state){0};
    assert_true(isfinite(lexicon_next(l, &s, A)));
    lexicon_close(&l);
}

static void refuses_bad_files(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a", "a x", " 3", "a ", "a 0", "a -1", "a 1234567890", "a 1 2"};
    struct lexicon *l;
    struct ih_error e;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[64];
        snprintf(text, sizeof text, "b 2\n%s\nb 3\n", bad[i]);
        assert_int_equal(open_text(&l, text, &e), IH_BAD_DATA);
        assert_null(l);
        if (!strstr(e.text, "line 2"))
            fail_msg("\"%s\" names no line", e.text);
    }
    assert_int_equal(lexicon_open(&l, "/nowhere/words.txt", letters, &e), IH_NOT_FOUND);
    assert_null(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_was_seen),
        cmocka_unit_test(strange_words_are_possible),
        cmocka_unit_test(adds_up_to_one),
        cmocka_unit_test(leaves_out_what_it_cannot_spell),
        cmocka_unit_test(refuses_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
