/* SPDX-License-Identifier: Apache-2.0 */
/* Prefix scores against the definition: the sum over all paths. */
#include "base/rng.h"
#include "support/support.h"
#include "text/ctc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 6, CLASSES = 4, BLANK = 3, SPACE = 0, PATHS = 4096 /* CLASSES ^ FRAMES */ };

/* Token 0 separates, 1 and 2 spell a letter each, 3 spells two, 4 nothing, 5 either 1 or 2 1; 9 is
 * no text. */
static const int32_t first[] = {0, 1, 2, 3, 4, 4, 6}, begin[] = {0, 1, 2, 3, 5, 6, 8};
static const int32_t letter[] = {SPACE, 1, 2, 1, 2, 1, 2, 1};
static const int32_t letter_begin[] = {0, 1, 4, 6}, by_letter[] = {0, 1, 3, 5, 2, 5};
static const struct ctc_speller speller = {
    first, begin, letter, letter_begin, by_letter, 6, BLANK, SPACE};

static const struct ctc_speller *current = &speller;

static float p[(CLASSES + 1) * FRAMES];
static struct ctc_frames frames = {p, FRAMES, BLANK, -1, true};

static void make_frames(uint64_t seed)
{
    for (int t = 0; t < FRAMES; t++) {
        double sum = 0;
        for (int c = 0; c < CLASSES; c++)
            sum += (double)(p[c * FRAMES + t] = (float)(0.02 + rng_unit(&seed)));
        for (int c = 0; c < CLASSES; c++)
            p[c * FRAMES + t] /= (float)sum;
    }
}

/* Writes what the path says as digits. */
static double path(int number, char *said)
{
    double probability = 1;
    int before = BLANK, n = 0;
    for (int t = 0; t < FRAMES; t++, number /= CLASSES) {
        int c = number % CLASSES;
        probability *= (double)p[c * FRAMES + t];
        if (c != BLANK && c != before)
            said[n++] = (char)('0' + c);
        before = c;
    }
    said[n] = 0;
    return probability;
}

/* Logarithm of the probability that what is said begins with the text, or is it. */
static double by_definition(const char *text, bool is_whole)
{
    char said[FRAMES + 1];
    double sum = 0;
    for (int i = 0; i < PATHS; i++) {
        double one = path(i, said);
        if (is_whole ? strcmp(said, text) == 0 : strncmp(said, text, strlen(text)) == 0)
            sum += one;
    }
    return log(sum);
}

/* The score after the tokens, each counted by ctc_gain() before it is taken. */
static double after(const int32_t *token, int count)
{
    double memory[2 * (FRAMES + 1)], scratch[2 * (FRAMES + 1)], sum = 0;
    assert_int_equal(ctc_doubles(FRAMES), 2 * (FRAMES + 1));
    struct ctc_state s;
    ctc_begin(&s, memory, &frames);
    for (int i = 0; i < count; i++) {
        double gain = ctc_gain(current, &frames, &s, token[i], scratch);
        assert_true(gain < 1e-9);
        sum += gain;
        if (token[i] != CTC_END)
            ctc_advance(current, &frames, &s, token[i], scratch);
    }
    return sum;
}

static void near(double got, double want, const char *what)
{
    if (fabs(got - want) > 1e-5 * (1 + fabs(want)))
        fail_msg("%s: %g, by definition %g", what, got, want);
}

#define AFTER(...) after((const int32_t[]){__VA_ARGS__}, sizeof((const int32_t[]){__VA_ARGS__}) / 4)

static void agrees_with_the_sum_over_paths(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_frames(seed);
        near(AFTER(1), by_definition("1", false), "one letter");
        near(AFTER(1, 2, 1), by_definition("121", false), "three letters");
        near(AFTER(1, 1), by_definition("11", false), "a letter twice");
        near(AFTER(3), by_definition("12", false), "two letters in one token");
        near(AFTER(2, 3, CTC_END), by_definition("212", true), "a whole text");
        near(AFTER(CTC_END), by_definition("", true), "silence");
        near(AFTER(1, 0, 2), by_definition("102", false), "two words");
        near(AFTER(1, 0, 3, CTC_END), by_definition("1012", true), "two whole words");
    }
}

static void separates_words_once(void **state)
{
    (void)state;
    make_frames(7);
    double open = log(exp(by_definition("10", false)) + exp(by_definition("1", true)));
    near(AFTER(1, 0), open, "a space or the end");
    near(AFTER(1, 0, 0, 9), open, "what adds nothing");
    near(AFTER(1, 0, 0, 0), open, "three");
    near(AFTER(1, 0, 0, 0, 0), open + CTC_UNHEARD, "four");
    near(AFTER(1, 0, 4, 4), open + 2 * CTC_UNHEARD, "what cannot be heard");
    near(AFTER(0, 9, 1, 0, 0, 2), by_definition("102", false), "space at the beginning and twice");
    near(AFTER(1, 0, CTC_END), by_definition("1", true), "space at the end");
}

static void separates_nothing_in_text_without_spaces(void **state)
{
    (void)state;
    make_frames(11);
    frames.spaced = false;
    near(AFTER(1, 0, 2, 0), by_definition("12", false), "marks spell nothing");
    near(AFTER(1, 0, 2, 0, CTC_END), by_definition("12", true), "nor at the end");
    frames.spaced = true;
}

/* The head is sure of 1, then 2. */
static void finds_tokens_by_their_first_letter(void **state)
{
    (void)state;
    for (int i = 0; i < CLASSES * FRAMES; i++)
        p[i] = 1e-6f;
    p[1 * FRAMES + 0] = p[2 * FRAMES + 3] = 1;
    for (int t = 1; t < FRAMES; t++)
        p[BLANK * FRAMES + t] = t == 3 ? 1e-6f : 1;
    double memory[2 * (FRAMES + 1)], scratch[2 * (FRAMES + 1)];
    int32_t token[8];
    struct ctc_state s;
    ctc_begin(&s, memory, &frames);
    assert_int_equal(ctc_likely(&speller, &frames, &s, token, 8), 3);
    assert_true(token[0] == 1 && token[1] == 3 && token[2] == 5);
    assert_int_equal(ctc_likely(&speller, &frames, &s, token, 1), 1);
    ctc_advance(&speller, &frames, &s, 1, scratch);
    assert_int_equal(ctc_likely(&speller, &frames, &s, token, 8), 2);
    assert_true(token[0] == 2 && token[1] == 5);
    ctc_advance(&speller, &frames, &s, 2, scratch);
    assert_int_equal(ctc_likely(&speller, &frames, &s, token, 8), 0);
}

static void takes_the_spelling_heard_best(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_frames(seed);
        double one = by_definition("1", false), two = by_definition("21", false);
        near(AFTER(5), one > two ? one : two, "two spellings");
        near(AFTER(5, 1), by_definition(one > two ? "11" : "211", false), "and on with the best");
    }
}

/* 2 as a mark: what begins with 1 is not what begins with 12. */
static void hears_marks(void **state)
{
    (void)state;
    static const int32_t plain_begin[] = {0, 1, 3, 3}, plain[] = {0, 1, 3};
    struct ctc_speller marking = speller;
    marking.letter_begin = plain_begin;
    marking.by_letter = plain;
    current = &marking;
    frames.marks = CLASSES;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_frames(seed);
        memcpy(p + CLASSES * FRAMES, p + 2 * FRAMES, FRAMES * sizeof *p);
        double marked = exp(by_definition("12", false));
        near(AFTER(1), log(exp(by_definition("1", false)) - marked), "no mark");
        near(AFTER(1, CTC_END), by_definition("1", true), "no mark at the end");
        near(AFTER(1, 1), log(exp(by_definition("11", false)) - exp(by_definition("112", false))),
            "no mark on the second");
        near(AFTER(3), log(marked - exp(by_definition("122", false))), "one mark alone");
    }
    frames.marks = -1;
    current = &speller;
}

static void copies_go_their_own_ways(void **state)
{
    (void)state;
    make_frames(3);
    double memory[2][2 * (FRAMES + 1)], scratch[2 * (FRAMES + 1)];
    struct ctc_state a, b;
    ctc_begin(&a, memory[0], &frames);
    ctc_begin(&b, memory[1], &frames);
    ctc_advance(&speller, &frames, &a, 1, scratch);
    ctc_copy(&b, &a, &frames);
    ctc_advance(&speller, &frames, &b, 2, scratch);
    near(
        a.score + ctc_gain(&speller, &frames, &a, CTC_END, scratch), by_definition("1", true), "a");
    near(b.score + ctc_gain(&speller, &frames, &b, CTC_END, scratch), by_definition("12", true),
        "b");
}

/* Probabilities of thousands of frames fall far below the smallest double. */
static void long_texts_keep_their_scores(void **state)
{
    (void)state;
    enum { LONG = 3000 };
    float *q = malloc(sizeof(float) * CLASSES * LONG);
    double *memory = malloc(2 * sizeof(double) * ctc_doubles(LONG));
    assert_true(q && memory);
    for (int i = 0; i < CLASSES * LONG; i++)
        q[i] = 0.25f;
    double *scratch = memory + ctc_doubles(LONG);
    struct ctc_frames f = {q, LONG, BLANK, -1, true};
    struct ctc_state s;
    ctc_begin(&s, memory, &f);
    double before = 0;
    for (int i = 0; i < 1400; i++) {
        ctc_advance(&speller, &f, &s, 1 + i % 2, scratch);
        assert_true(s.score < before + 1e-9 && s.score > before - 3);
        before = s.score;
    }
    /* 1400 letters in 3000 frames: possible, and far less likely than one in any frame. */
    assert_true(isfinite(ctc_gain(&speller, &f, &s, CTC_END, scratch)) && before < -1);
    /* More letters than frames are impossible, and said to be so. */
    for (int i = 0; i < 1700; i++)
        ctc_advance(&speller, &f, &s, 1 + i % 2, scratch);
    assert_true(s.score < -5000);
    free(q);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_sum_over_paths),
        cmocka_unit_test(separates_words_once),
        cmocka_unit_test(separates_nothing_in_text_without_spaces),
        cmocka_unit_test(finds_tokens_by_their_first_letter),
        cmocka_unit_test(takes_the_spelling_heard_best),
        cmocka_unit_test(hears_marks),
        cmocka_unit_test(copies_go_their_own_ways),
        cmocka_unit_test(long_texts_keep_their_scores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
