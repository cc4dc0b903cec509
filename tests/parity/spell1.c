/* SPDX-License-Identifier: Apache-2.0 */
/* The spelling network held to PyTorch at a tiny random configuration, stage by stage, and the
 * whole way from a text to its phonemes. See scripts/make_fixture_spell1.py. */
#include "support/support.h"

#include "base/cpu.h"
#include "models/spell1/spell1.h"
#include "weights/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct fixture {
    struct device *device;
    struct model *model;
    struct weights *stages;
    struct config *expected;
    struct arena arena;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static void open_fixture(struct fixture *f, const char *tier, enum ih_compute compute)
{
    struct ih_error e;
    struct device_options o = {.threads = 2};
    *f = (struct fixture){0};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    check(device_open_cpu(&f->device, &o, &e), &e);
    struct model_open open = {f->device, data_path("spell1"), compute};
    check(model_open(&f->model, &open, &e), &e);
    check(weights_open(&f->stages, data_path("spell1/stages.safetensors"), &e), &e);
    check(config_open(&f->expected, data_path("spell1/expected.json"), &e), &e);
}

static void close_fixture(struct fixture *f)
{
    config_close(&f->expected);
    weights_close(&f->stages);
    model_close(&f->model);
    device_close(&f->device);
    arena_free(&f->arena);
}

/* What a stage is compared by: the largest difference relative to the reference's deviation. */
struct stage_check {
    struct fixture *f;
    double tolerance;
    int compared;
};

static float value(struct tensor x, int64_t r, int64_t c)
{
    int64_t at = r * x.stride[0] + c;
    return x.dtype == DT_F32 ? ((float *)x.data)[at] : bf16_to_f32(((uint16_t *)x.data)[at]);
}

static void on_stage(void *arg, const char *stage, int layer, struct tensor x)
{
    struct stage_check *s = arg;
    char name[32];
    if (strcmp(stage, "block") == 0)
        snprintf(name, sizeof name, "block%d", layer);
    else
        snprintf(name, sizeof name, "%s", stage);
    const struct tensor *want = weights_find(s->f->stages, name);
    if (!want)
        fail_msg("no stage %s", name);
    assert_int_equal(want->shape[0], x.shape[0]);
    assert_int_equal(want->shape[1], x.shape[1]);
    const float *w = want->data;
    double square = 0, worst = 0;
    for (int64_t r = 0; r < x.shape[0]; r++)
        for (int64_t c = 0; c < x.shape[1]; c++) {
            double wanted = (double)w[r * x.shape[1] + c];
            double d = fabs((double)value(x, r, c) - wanted);
            square += wanted * wanted;
            worst = d > worst || isnan(d) ? d : worst;
        }
    worst /= sqrt(square / (double)tensor_count(want));
    if (!(worst <= s->tolerance))
        fail_msg("%s: worst difference %.3g of the reference's magnitude", name, worst);
    s->compared++;
}

static void check_stages(struct fixture *f, double tolerance)
{
    struct ih_error e;
    struct spell1 *m = (struct spell1 *)f->model;
    struct stage_check s = {f, tolerance, 0};
    struct spell1_watch watch = {on_stage, &s};
    struct spell1_word *word;
    const char *said[4];
    int count;
    const char *text = config_string_or(config_find(config_root(f->expected), "stage_text"), "");
    check(spell1_prepare(m, &e), &e);
    check(spell1_words(m, text, 0, &f->arena, &word, &count, &e), &e);
    assert_int_equal(count, 2);
    check(spell1_spell(m, word, count, 0, &f->arena, said, &watch, &e), &e);
    assert_int_equal(s.compared, 5); /* embedded, two blocks, encoded, logits */
}

static void stages_are_the_reference(void **state)
{
    (void)state;
    const char *const tiers[] = {"all", "c"};
    for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++) {
        struct fixture f;
        open_fixture(&f, tiers[i], IH_COMPUTE_F32);
        check_stages(&f, 2e-5);
        close_fixture(&f);
    }
}

/* bf16 keeps 8 bits of each weight and activation: a part in 256 each, which adds up. */
static void narrow_stages_are_near(void **state)
{
    (void)state;
    struct fixture f;
    open_fixture(&f, "all", IH_COMPUTE_AUTO);
    check_stages(&f, 0.06);
    close_fixture(&f);
}

static void texts_become_the_reference_phonemes(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    open_fixture(&f, "all", IH_COMPUTE_F32);
    const struct config_value *cases = config_find(config_root(f.expected), "cases");
    assert_true(config_length(cases) >= 10);
    for (int64_t i = 0; i < config_length(cases); i++) {
        const struct config_value *one = config_item(cases, i);
        const char *text = config_string_or(config_find(one, "text"), "");
        const char *language = config_string_or(config_find(one, "language"), "");
        const char *ipa = NULL;
        check(f.model->family->speller->phonemes(f.model, text, language, &f.arena, &ipa, &e), &e);
        assert_string_equal(ipa, config_string_or(config_find(one, "phonemes"), "?"));
    }
    close_fixture(&f);
}

/* Many words make several groups; each word is what it is alone. */
static void a_long_text_is_the_sum_of_its_words(void **state)
{
    (void)state;
    struct fixture f;
    struct ih_error e;
    open_fixture(&f, "all", IH_COMPUTE_F32);
    enum { TIMES = 400 };
    char text[TIMES * 14 + 1] = "";
    for (int i = 0; i < TIMES; i++)
        memcpy(text + strlen(text), "hallo und an ", sizeof "hallo und an ");
    const char *one = NULL, *all = NULL;
    const struct speller *speller = f.model->family->speller;
    check(speller->phonemes(f.model, "hallo und an", "de", &f.arena, &one, &e), &e);
    check(speller->phonemes(f.model, text, "de", &f.arena, &all, &e), &e);
    size_t n = strlen(one);
    assert_int_equal(strlen(all), TIMES * (n + 1) - 1);
    for (int i = 0; i < TIMES; i++)
        assert_memory_equal(all + (size_t)i * (n + 1), one, n);
    close_fixture(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_the_reference),
        cmocka_unit_test(narrow_stages_are_near),
        cmocka_unit_test(texts_become_the_reference_phonemes),
        cmocka_unit_test(a_long_text_is_the_sum_of_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
