/* SPDX-License-Identifier: Apache-2.0 */
/* Sampling against distributions worked out by hand. */
#include "text/sampler.h"

#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VOCAB = 6, DRAWS = 20000 };

/* Probabilities 0.4, 0.3, 0.15, 0.1, 0.05 in another order than that of their size, and one token
 * that must not follow. */
static const double share[VOCAB] = {0.1, 0.4, 0, 0.05, 0.3, 0.15};

static void logits_of(const double *p, float *out)
{
    for (int i = 0; i < VOCAB; i++)
        out[i] = p[i] > 0 ? (float)log(p[i]) + 3 : -INFINITY;
}

static struct sampler *open_with(const struct sampler_options *o)
{
    struct sampler *s;
    struct ih_error e;
    if (sampler_open(&s, VOCAB, o, &e))
        fail_msg("%s", e.text);
    return s;
}

/* Draws often and compares how often each came with what it should: four standard deviations of a
 * count around n p. */
static void check_draws(const struct sampler_options *o, const double *p)
{
    struct sampler *s = open_with(o);
    float logits[VOCAB];
    int count[VOCAB] = {0};
    logits_of(share, logits);
    for (int i = 0; i < DRAWS; i++)
        count[sampler_choose(s, logits)]++;
    for (int i = 0; i < VOCAB; i++) {
        double want = p[i] * DRAWS, deviation = sqrt(DRAWS * p[i] * (1 - p[i]));
        if (fabs(count[i] - want) > 4 * deviation)
            fail_msg("token %d came %d times, expected %g", i, count[i], want);
    }
    sampler_close(&s);
}

static void everything_is_drawn_by_its_probability(void **state)
{
    (void)state;
    struct sampler_options o = sampler_defaults;
    check_draws(&o, share);
    o.top_k = VOCAB;
    check_draws(&o, share);
}

static void limits_cut_the_tail(void **state)
{
    (void)state;
    struct sampler_options o = sampler_defaults;
    o.top_k = 2;
    check_draws(&o, (double[VOCAB]){0, 0.4 / 0.7, 0, 0, 0.3 / 0.7, 0});
    o = sampler_defaults;
    o.top_p = 0.75f; /* 0.4 + 0.3 is not enough */
    check_draws(&o, (double[VOCAB]){0, 0.4 / 0.85, 0, 0, 0.3 / 0.85, 0.15 / 0.85});
    o.top_k = 3; /* then it is: 0.7 / 0.85 is more than 0.75 */
    check_draws(&o, (double[VOCAB]){0, 0.4 / 0.7, 0, 0, 0.3 / 0.7, 0});
    o = sampler_defaults;
    o.min_p = 0.3f; /* of 0.4: 0.12 */
    check_draws(&o, (double[VOCAB]){0, 0.4 / 0.85, 0, 0, 0.3 / 0.85, 0.15 / 0.85});
    o.min_p = 1;
    check_draws(&o, (double[VOCAB]){0, 1, 0, 0, 0, 0});
    o = sampler_defaults;
    o.top_p = 0.01f; /* one always stays */
    check_draws(&o, (double[VOCAB]){0, 1, 0, 0, 0, 0});
}

/* At a temperature of one half probabilities are squared. */
static void temperature_sharpens(void **state)
{
    (void)state;
    struct sampler_options o = sampler_defaults;
    o.temperature = 0.5f;
    double p[VOCAB], sum = 0;
    for (int i = 0; i < VOCAB; i++)
        sum += share[i] * share[i];
    for (int i = 0; i < VOCAB; i++)
        p[i] = share[i] * share[i] / sum;
    check_draws(&o, p);
    o.temperature = 0;
    check_draws(&o, (double[VOCAB]){0, 1, 0, 0, 0, 0});
}

static void penalties_are_taken_off(void **state)
{
    (void)state;
    struct sampler_options o = sampler_defaults;
    o.temperature = 0;
    o.frequency = 0.5f;
    o.presence = 0.25f;
    struct sampler *s = open_with(&o);
    float logits[VOCAB] = {2, 3, 1, -1, 0, 0};
    assert_int_equal(sampler_choose(s, logits), 1);
    sampler_see(s, 1, 0); /* of the prompt: no penalty of these two */
    assert_int_equal(sampler_choose(s, logits), 1);
    sampler_see(s, 1, 1); /* 3 - 0.75 */
    assert_int_equal(sampler_choose(s, logits), 1);
    sampler_see(s, 1, 1); /* 3 - 1.25 */
    assert_int_equal(sampler_choose(s, logits), 0);
    sampler_close(&s);
    o = sampler_defaults;
    o.temperature = 0;
    o.repetition = 2;
    s = open_with(&o);
    sampler_see(s, 1, 0); /* 3 / 2 */
    sampler_see(s, -1, 1);
    sampler_see(s, VOCAB, 1);
    assert_int_equal(sampler_choose(s, logits), 0);
    float negative[VOCAB] = {-3, -1, -1.5f, -9, -9, -9};
    assert_int_equal(sampler_choose(s, negative), 2); /* -1 * 2 */
    assert_true(negative[1] == -1);
    sampler_close(&s);
}

static void seeds_repeat_themselves(void **state)
{
    (void)state;
    struct sampler_options o = sampler_defaults;
    float logits[VOCAB];
    int32_t first[64], other = 0;
    logits_of(share, logits);
    for (int round = 0; round < 3; round++) {
        o.seed = round == 2 ? 8 : 7;
        struct sampler *s = open_with(&o);
        for (int i = 0; i < 64; i++) {
            int32_t token = sampler_choose(s, logits);
            if (round == 0)
                first[i] = token;
            else if (round == 1)
                assert_int_equal(token, first[i]);
            else
                other += token != first[i];
        }
        sampler_close(&s);
    }
    assert_true(other > 10);
}

static void edges_are_kept(void **state)
{
    (void)state;
    struct sampler_options o = sampler_defaults;
    o.top_k = 1;
    struct sampler *s = open_with(&o);
    const float ties[VOCAB] = {0, 5, 5, 5, 1, 5};
    assert_int_equal(sampler_choose(s, ties), 1);
    const float none[VOCAB] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY, -INFINITY, NAN};
    assert_int_equal(sampler_choose(s, none), -1);
    const float some[VOCAB] = {NAN, -INFINITY, -50, NAN, NAN, NAN};
    assert_int_equal(sampler_choose(s, some), 2);
    const float endless[VOCAB] = {0, 0, 0, INFINITY, 0, 0};
    assert_int_equal(sampler_choose(s, endless), 3);
    sampler_close(&s);
}

/* The largest vocabularies: what is taken from the heap is what sorting gives. */
static void many_candidates_are_ranked(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    float *logits = test_malloc(MANY * sizeof *logits);
    uint32_t random = 3;
    for (int i = 0; i < MANY; i++)
        logits[i] = 4 * random_unit(&random);
    struct sampler_options o = sampler_defaults;
    o.top_k = 40;
    struct sampler *s;
    struct ih_error e;
    assert_int_equal(sampler_open(&s, MANY, &o, &e), IH_OK);
    for (int i = 0; i < 300; i++) {
        int32_t token = sampler_choose(s, logits), better = 0;
        for (int k = 0; k < MANY; k++)
            better += logits[k] > logits[token];
        assert_true(better < 40);
    }
    sampler_close(&s);
    test_free(logits);
}

static void bad_options_are_sentences(void **state)
{
    (void)state;
    struct sampler *s;
    struct ih_error e;
    struct sampler_options o = sampler_defaults;
    o.top_p = 0;
    assert_int_equal(sampler_open(&s, VOCAB, &o, &e), IH_INVALID);
    assert_string_equal(e.text, "top_p is 0; expected 1e-06 to 1");
    o = sampler_defaults;
    o.temperature = NAN;
    assert_int_equal(sampler_open(&s, VOCAB, &o, &e), IH_INVALID);
    o = sampler_defaults;
    o.frequency = 3;
    assert_int_equal(sampler_open(&s, VOCAB, &o, &e), IH_INVALID);
    assert_string_equal(e.text, "frequency_penalty is 3; expected -2 to 2");
    o = sampler_defaults;
    o.top_k = -1;
    assert_int_equal(sampler_open(&s, VOCAB, &o, &e), IH_INVALID);
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_drawn_by_its_probability),
        cmocka_unit_test(limits_cut_the_tail),
        cmocka_unit_test(temperature_sharpens),
        cmocka_unit_test(penalties_are_taken_off),
        cmocka_unit_test(seeds_repeat_themselves),
        cmocka_unit_test(edges_are_kept),
        cmocka_unit_test(many_candidates_are_ranked),
        cmocka_unit_test(bad_options_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
