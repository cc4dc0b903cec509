/* SPDX-License-Identifier: Apache-2.0 */
/* What reviews are made of: sentences, differences, passages, and what models must say in JSON. */
#include "support/support.h"

#include "review/claims.h"
#include "review/diff.h"
#include "review/fence.h"
#include "review/letter.h"
#include "review/passages.h"
#include "review/verdict.h"
#include "review/words.h"
#include "text/guide.h"

#include <stdlib.h>
#include <string.h>

/* The claims of a text with a '|' behind each, and how many citations each has. */
static void expect_claims(const char *text, const char *want, const char *citations)
{
    struct claim *claim;
    int n;
    char got[2048] = "", numbers[256] = "";
    assert_int_equal(claims_parse(&claim, &n, text, NULL), IH_OK);
    for (int i = 0; i < n; i++) {
        strncat(got, text + claim[i].start, claim[i].bytes);
        strcat(got, "|");
        for (int k = 0; k < claim[i].citations; k++)
            sprintf(numbers + strlen(numbers), "%d,", claim[i].citation[k]);
        strcat(numbers, "|");
    }
    free(claim);
    assert_string_equal(got, want);
    assert_string_equal(numbers, citations);
}

static void test_claims(void **state)
{
    (void)state;
    expect_claims("It rained [1]. It was cold. [2][3] Nobody came!",
        "It rained [1].|It was cold. [2][3]|Nobody came!|", "1,|2,3,||");
    expect_claims("Dr. Berg paid 3.50 euros, e.g. for tea. J. Smith saw it [1, 2].",
        "Dr. Berg paid 3.50 euros, e.g. for tea.|J. Smith saw it [1, 2].|", "|1,2,|");
    expect_claims("# Title\n\n1. First [1]\n2. Second\n   goes on.\n\n- Third\n> \"Quoted.\" [4]\n",
        "First [1]|Second\n   goes on.|Third|\"Quoted.\" [4]|", "1,|||4,|");
    expect_claims("One line\nthat goes on. End", "One line\nthat goes on.|End|", "||");
    expect_claims("Before.\n```\ncode. More code.\n```\nAfter.", "Before.|After.|", "||");
    expect_claims("雨が降った。寒かった。[1]誰も来なかった。",
        "雨が降った。|寒かった。[1]|誰も来なかった。|", "|1,||");
    expect_claims("He said \"Stop.\" Then he left.", "He said \"Stop.\"|Then he left.|", "||");
    expect_claims("# Only a title", "# Only a title|", "|");
    expect_claims("  \n ", "", "");
    expect_claims("A note [a] and [12345] and [ 7 ].", "A note [a] and [12345] and [ 7 ].|", "7,|");
}

static void test_many_claims(void **state)
{
    char text[8192] = "";
    struct claim *claim;
    int n;
    (void)state;
    for (int i = 0; i < CLAIMS_MOST + 30; i++)
        strcat(text, "So it is [1]. ");
    assert_int_equal(claims_parse(&claim, &n, text, NULL), IH_OK);
    assert_int_equal(n, CLAIMS_MOST);
    assert_int_equal(claim[n - 1].start + claim[n - 1].bytes, strlen(text) - 1);
    free(claim);
}

static void check_diff(const char *from, const char *to)
{
    struct diff d;
    assert_int_equal(diff_words(&d, from, to, NULL), IH_OK);
    size_t room = strlen(from) + strlen(to) + 1;
    char *before = calloc(1, room), *after = calloc(1, room);
    for (int i = 0; i < d.pieces; i++) {
        const struct diff_piece *p = &d.piece[i];
        if (p->edit != EDIT_ADD)
            strncat(before, p->text, p->bytes);
        if (p->edit != EDIT_CUT)
            strncat(after, p->text, p->bytes);
        if (i > 0)
            assert_int_not_equal(p->edit, d.piece[i - 1].edit);
    }
    assert_string_equal(before, from);
    assert_string_equal(after, to);
    free(before), free(after);
    diff_free(&d);
}

static void test_diff(void **state)
{
    struct diff d;
    (void)state;
    assert_int_equal(diff_words(&d, "the red house stands", "the blue house stands", NULL), IH_OK);
    assert_int_equal(d.pieces, 4);
    assert_int_equal(d.piece[1].edit, EDIT_CUT);
    assert_int_equal(d.piece[1].bytes, 3);
    assert_memory_equal(d.piece[2].text, "blue", 4);
    diff_free(&d);
    /* Words that follow one another are exchanged in one go. */
    assert_int_equal(diff_words(&d, "a b c d", "a x y d", NULL), IH_OK);
    assert_int_equal(d.pieces, 4);
    assert_memory_equal(d.piece[1].text, "b c", 3);
    assert_memory_equal(d.piece[2].text, "x y", 3);
    diff_free(&d);
    assert_int_equal(diff_words(&d, "same", "same", NULL), IH_OK);
    assert_int_equal(d.pieces, 1);
    diff_free(&d);
    assert_int_equal(diff_words(&d, "", "", NULL), IH_OK);
    assert_int_equal(d.pieces, 0);
    diff_free(&d);
    check_diff("", "all new");
    check_diff("all gone", "");
    check_diff("雨が降った", "雪が降った");
}

static void random_text(char *out, int words, uint32_t *seed)
{
    static const char *const word[] = {
        "a", "b", "house", "is", "red.", "雨", "\n", "  ", "[1]", "c"};
    *out = 0;
    for (int i = 0; i < words; i++) {
        strcat(out, word[(int)((random_unit(seed) + 1) * 5) % 10]);
        strcat(out, random_unit(seed) < 0.8f ? " " : "");
    }
}

static void test_random_diffs(void **state)
{
    uint32_t seed = 7;
    char from[2048], to[2048];
    (void)state;
    for (int i = 0; i < 3000; i++) {
        random_text(from, (int)((random_unit(&seed) + 1) * 20), &seed);
        if (i % 3 == 0)
            random_text(to, (int)((random_unit(&seed) + 1) * 20), &seed);
        else
            strcpy(to, from);
        /* A few bytes of the same text changed, whole words or not. */
        for (int k = 0; k < i % 5 && strlen(to) > 4; k++) {
            size_t at = (size_t)((random_unit(&seed) + 1) / 2.001f * (float)strlen(to));
            if (!(to[at] & 0x80))
                to[at] = random_unit(&seed) < 0 ? ' ' : 'z';
        }
        check_diff(from, to);
    }
}

/* More differences than are followed one by one. */
static void test_long_diff(void **state)
{
    enum { WORDS = 3000 };
    char *from = calloc(WORDS, 8), *to = calloc(WORDS, 8);
    (void)state;
    for (int i = 0, n = 0, m = 0; i < WORDS; i++) {
        n += sprintf(from + n, "x%d ", i % 1000);
        m += sprintf(to + m, "y%d ", i % 1000);
    }
    memcpy(to, "x0 ", 3);
    check_diff(from, to);
    free(from), free(to);
}

static void test_words(void **state)
{
    char fence[FENCE_SIZE], again[FENCE_SIZE];
    (void)state;
    assert_int_equal(word_fit("aé", 3, 2), 1);
    assert_int_equal(word_fit("aé", 3, 3), 3);
    char *trimmed = word_trim(" \n a b \t");
    assert_string_equal(trimmed, "a b");
    free(trimmed);
    struct ih_source s = {NULL, "some text", 9};
    fence_choose(fence, &s, 1);
    fence_choose(again, &s, 1);
    assert_string_equal(fence, again);
    /* A text that has the fence of another one gets one of its own. */
    char hostile[128];
    snprintf(hostile, sizeof hostile, "%s>>>", fence);
    struct ih_source both[] = {s, {NULL, hostile, strlen(hostile)}};
    fence_choose(again, both, 2);
    assert_null(strstr(hostile, again));
}

static void test_passages(void **state)
{
    struct passages p;
    char text[6000] = "";
    (void)state;
    for (int i = 0; i < 20; i++)
        sprintf(text + strlen(text),
            "Paragraph %d is about nothing in particular, and goes on for a while.\n\n", i);
    strcat(text, "The bridge over the Elbe was built in 1893 and is blue.\n\n");
    for (int i = 20; i < 40; i++)
        sprintf(text + strlen(text),
            "Paragraph %d is about nothing in particular, and goes on for a while.\n\n", i);
    struct ih_source s[] = {{"long", text, strlen(text)}, {"short", "The Elbe is a river.", 20}};
    assert_int_equal(
        passages_choose(&p, s, 2, "When was the bridge over the Elbe built?", 400, NULL), IH_OK);
    assert_non_null(p.note);
    assert_true(p.kept < p.passages && p.passages == 42);
    assert_non_null(strstr(p.source[0].text, "The bridge over the Elbe was built in 1893"));
    assert_non_null(strstr(p.source[0].text, "[...]"));
    assert_string_equal(p.source[1].text, "The Elbe is a river.");
    assert_true(p.source[0].bytes + p.source[1].bytes < 400 + 100);
    assert_string_equal(p.source[0].name, "long");
    passages_free(&p);
    /* What fits stays as it is. */
    assert_int_equal(passages_choose(&p, s, 2, "bridge", 6000, NULL), IH_OK);
    assert_null(p.note);
    assert_ptr_equal(p.source[0].text, text);
    passages_free(&p);
    /* A text without paragraphs, without blanks, and no text. */
    memset(text, 'x', 5000);
    text[5000] = 0;
    s[0].bytes = 5000;
    s[1] = (struct ih_source){"none", NULL, 0};
    assert_int_equal(passages_choose(&p, s, 2, "bridge", 1700, NULL), IH_OK);
    assert_int_equal(p.kept, 2);
    assert_int_equal(p.source[1].bytes, 0);
    passages_free(&p);
}

static void expect_verdict(const char *text, int claims, const char *wrong)
{
    struct ih_error e = {0};
    json_t *v;
    enum ih_status status = verdict_read(&v, text, claims, &e);
    assert_int_equal(status, wrong ? IH_BAD_DATA : IH_OK);
    if (wrong && !strstr(e.text, wrong))
        fail_msg("'%s' is not in '%s'", wrong, e.text);
    json_decref(v);
}

#define JUDGED(n, verdict)                                                                         \
    "{\"claim\":" #n ",\"grounded\":\"yes\",\"citation\":\"right\",\"consistent\":\"yes\","        \
    "\"reason\":\"r\",\"verdict\":\"" verdict "\"}"

static void test_verdicts(void **state)
{
    (void)state;
    expect_verdict("{\"claims\":[" JUDGED(1, "keep") "," JUDGED(
                       2, "change") "],\"missing\":[],\"summary\":\"\"}",
        2, NULL);
    expect_verdict("Here it is:\n```json\n{\"claims\":[" JUDGED(1, "keep") "]}\n```", 1, NULL);
    expect_verdict("{\"claims\":[" JUDGED(2, "keep") "," JUDGED(1, "keep") "]}", 2, NULL);
    expect_verdict("I think it is fine.", 1, "no JSON");
    expect_verdict("[1]", 1, "no JSON");
    expect_verdict("{\"claims\":[" JUDGED(1, "keep") "]}", 2, "claim 2 is not judged");
    expect_verdict("{\"claims\":[" JUDGED(3, "keep") "]}", 2, "from 1 to 2");
    expect_verdict("{\"claims\":[" JUDGED(0, "keep") "]}", 2, "from 1 to 2");
    expect_verdict("{\"claims\":[" JUDGED(1, "keep") "," JUDGED(1, "keep") "]}", 1, "judged twice");
    expect_verdict("{\"claims\":[" JUDGED(1, "perhaps") "]}", 1, "must not be \"perhaps\"");
    expect_verdict("{\"claims\":{}}", 1, "no list");
    expect_verdict("{\"claims\":[" JUDGED(1, "keep") "],\"missing\":\"all\"}", 1, "must be a list");
    expect_verdict("{\"claims\":[{\"claim\":1}]}", 1, "\"grounded\" is missing");
    expect_verdict("{\"claims\":[" JUDGED(1, "keep") "]", 1, "no JSON");
    expect_verdict("{{{{{{{{{{", 1, "no JSON");
}

static void test_verdict_bounds(void **state)
{
    json_t *v;
    char *text = calloc(1, 12000);
    (void)state;
    strcpy(text, "{\"claims\":[{\"claim\":1,\"grounded\":\"no\",\"citation\":\"right\","
                 "\"consistent\":\"yes\",\"verdict\":\"keep\",\"reason\":\"");
    for (int i = 0; i < 3000; i++)
        strcat(text, "é");
    strcat(
        text, "\"}],\"missing\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",7,\" \"]}");
    assert_int_equal(verdict_read(&v, text, 1, NULL), IH_OK);
    const json_t *c = json_array_get(json_object_get(v, "claims"), 0);
    assert_int_equal(json_string_length(json_object_get(c, "reason")), 1000);
    assert_int_equal(json_array_size(json_object_get(v, "missing")), 8);
    /* "keep" does not keep what no source says. */
    assert_false(verdict_keeps(v, 0));
    json_decref(v);
    free(text);
}

/* Our own models can be held to the schemas. */
static void test_schemas(void **state)
{
    struct guide_program *p;
    (void)state;
    for (int bounded = 0; bounded < 2; bounded++) {
        char *verdict = verdict_schema(7, bounded), *letter = letter_schema(bounded);
        assert_non_null(verdict);
        assert_non_null(letter);
        assert_int_equal(guide_compile(&p, verdict, strlen(verdict), NULL), IH_OK);
        guide_program_free(&p);
        assert_int_equal(guide_compile(&p, letter, strlen(letter), NULL), IH_OK);
        guide_program_free(&p);
        assert_int_equal(strstr(verdict, "maxLength") != NULL, bounded);
        free(verdict), free(letter);
    }
}

static void expect_letter(const char *text, bool lenient, int left_out, const char *wrong)
{
    static const int sentences[] = {2, 0, 3};
    struct ih_error e = {0};
    json_t *letter;
    int left = -1;
    enum ih_status status = letter_read(&letter, text, sentences, 3, lenient, &left, &e);
    assert_int_equal(status, wrong ? IH_BAD_DATA : IH_OK);
    if (wrong && !strstr(e.text, wrong))
        fail_msg("'%s' is not in '%s'", wrong, e.text);
    if (!wrong)
        assert_int_equal(left, left_out);
    json_decref(letter);
}

#define LETTER(agreements, differences, single)                                                    \
    "{\"agreements\":[" agreements "],\"differences\":[" differences "],\"single\":[" single       \
    "],\"summary\":\"s\"}"
#define POINT(references) "{\"text\":\"t\",\"references\":[" references "]}"

static void test_letters(void **state)
{
    (void)state;
    expect_letter(LETTER(POINT("\"A1\",\"C3\""), "", POINT("\"A2\"")), false, 0, NULL);
    expect_letter(LETTER(POINT("\"A1\",\"C4\""), "", ""), false, 0, "does not exist");
    expect_letter(LETTER(POINT("\"A1\",\"B1\""), "", ""), false, 0, "does not exist");
    expect_letter(LETTER(POINT("\"A1\",\"D1\""), "", ""), false, 0, "does not exist");
    expect_letter(LETTER(POINT("\"A1\",\"C0\""), "", ""), false, 0, "does not exist");
    expect_letter(LETTER(POINT("\"A1\",\"c1\""), "", ""), false, 0, "does not exist");
    expect_letter(LETTER(POINT("\"A1\",7"), "", ""), false, 0, "does not exist");
    expect_letter(LETTER(POINT("\"A1\",\"A2\""), "", ""), false, 0, "at least two");
    expect_letter(LETTER("", POINT("\"C1\""), ""), false, 0, "at least two");
    expect_letter(LETTER("", "", POINT("\"A1\",\"C1\"")), false, 0, "one answer alone");
    expect_letter(LETTER("", "", POINT("")), false, 0, "1 to 16 references");
    expect_letter(LETTER("", "", ""), false, 0, "no point");
    expect_letter("{\"agreements\":[]}", true, 0, "no list \"differences\"");
    expect_letter("Dear reader,", true, 0, "no JSON");
    /* The second time what is right is kept. */
    expect_letter(LETTER(POINT("\"A1\",\"C4\"") "," POINT("\"A1\",\"C1\""), "", POINT("\"X\"")),
        true, 2, NULL);
    expect_letter(LETTER(POINT("\"A1\",\"C4\""), "", ""), true, 0, "no point");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_many_claims),
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_random_diffs),
        cmocka_unit_test(test_long_diff),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_passages),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_verdict_bounds),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
