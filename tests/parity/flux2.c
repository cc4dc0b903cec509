/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of FLUX.2-klein held to diffusers' Flux2KleinPipeline at a tiny random configuration,
 * from the same noise; and what the painter does beyond it. See tests/data/README.md. */
#include "support/klein.h"

#include "inhouse/inhouse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A sample of the rows, across text and padding. */
static void check_features(struct klein *b)
{
    int64_t width = 96;
    const float *want = klein_wanted(b, "features", 14 * width);
    for (int i = 0; i < 14; i++) {
        double d = distance(b->session->positive.data + i * 37 * width, want + i * width, width);
        if (!(d <= b->tolerance))
            fail_msg("features of token %d differ by %.3g", i * 37, d);
        b->compared++;
    }
}

static void on_stage(void *arg, const char *stage, int index, struct tensor x)
{
    struct klein *b = arg;
    char name[64];
    if (strcmp(stage, "step") != 0)
        return;
    if (index == 0)
        check_features(b);
    snprintf(name, sizeof name, "%s.step.%d", b->drawing, index);
    klein_compare(b, name, x.data, tensor_count(&x));
}

/* Bytes may differ by `most` from the reference's rounded picture. */
static int picture_error(const struct klein *b, const struct ih_picture *p)
{
    char name[64];
    int worst = 0;
    snprintf(name, sizeof name, "%s.picture", b->drawing);
    const float *want = klein_wanted(b, name, KLEIN_PIXELS * 3);
    for (int i = 0; i < KLEIN_PIXELS * 3; i++) {
        int difference = abs(p->rgb[i] - (int)lrintf(want[i] * 255));
        worst = difference > worst ? difference : worst;
    }
    return worst;
}

static void draw(struct klein *b, const char *name, const struct painting_request *r, int most)
{
    char key[64];
    struct ih_picture out;
    b->drawing = name;
    snprintf(key, sizeof key, "%s.noise", name);
    b->session->noise = klein_wanted(b, key, KLEIN_DRAWN * KLEIN_CHANNELS);
    b->session->watch = on_stage;
    b->session->watch_arg = b;
    klein_paint(b, r, &out);
    int error = picture_error(b, &out);
    if (error > most)
        fail_msg("%s: a pixel differs by %d", name, error);
    print_message("%s: latents %.1e, pixels %d\n", name, b->worst, error);
    ih_picture_free(&out);
}

static void check_all(
    const char *folder, const char *tier, enum ih_compute compute, double tolerance, int most)
{
    struct klein b;
    klein_open(&b, folder, tier, compute, 2);
    b.tolerance = tolerance;
    struct painting_request r = klein_request(&b);
    draw(&b, "words", &r, most);
    struct ih_picture photo[] = {{64, 80, NULL}, {80, 64, NULL}};
    for (int i = 0; i < 2; i++) {
        char key[32];
        snprintf(key, sizeof key, "photo.%d", i);
        photo[i].rgb = (uint8_t *)(uintptr_t)klein_wanted(&b, key, 64 * 80 * 3);
    }
    r.image = photo;
    r.images = 2;
    draw(&b, "pictures", &r, most);
    assert_int_equal(b.compared, 2 * (KLEIN_STEPS + 14));
    klein_close(&b);
}

/* 27 random layers, guidance by 4 and three steps add to the rounding of one block, and a byte can
 * round the other way. */
static void test_f32(void **state)
{
    (void)state;
    check_all(NULL, "c", IH_COMPUTE_F32, 5e-5, 1);
    check_all(NULL, "all", IH_COMPUTE_F32, 5e-5, 1);
}

/* In root mean squares of the latents, and steps of 255 of the worst pixel. */
static void test_narrow(void **state)
{
    (void)state;
    check_all(NULL, "all", IH_COMPUTE_BF16, 0.05, 16);
    check_all(NULL, "all", IH_COMPUTE_INT8, 0.2, 24);
}

/* What `models quantize` writes opens and draws the same, as nearly as its numbers allow. */
static void test_quantized_folders(void **state)
{
    (void)state;
    static const struct {
        enum ih_compute to;
        double tolerance;
        int most;
    } kinds[] = {
        {IH_COMPUTE_BF16, 5e-5, 1}, {IH_COMPUTE_INT8, 0.005, 4}, {IH_COMPUTE_INT4, 0.05, 24}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char folder[128];
        struct ih_error e;
        snprintf(folder, sizeof folder, "%s/klein-%zu", temp_dir(), i);
        klein_check(
            ih_model_quantize(data_path("flux2-klein-tiny"), folder, kinds[i].to, NULL, &e), &e);
        check_all(folder, "all", IH_COMPUTE_F32, kinds[i].tolerance, kinds[i].most);
    }
}

static void test_same_for_any_threads(void **state)
{
    (void)state;
    struct ih_picture out[3];
    for (int t = 0; t < 3; t++) {
        struct klein b;
        klein_open(&b, NULL, "all", IH_COMPUTE_AUTO, t + 1);
        struct painting_request r = klein_request(&b);
        klein_paint(&b, &r, &out[t]);
        klein_close(&b);
        assert_memory_equal(out[t].rgb, out[0].rgb, KLEIN_PIXELS * 3);
    }
    for (int t = 0; t < 3; t++)
        ih_picture_free(&out[t]);
}

/* Another seed, prompt, negative or guidance is another picture; the same again is the same. */
static void test_what_matters(void **state)
{
    (void)state;
    struct klein b;
    klein_open(&b, NULL, "all", IH_COMPUTE_F32, 2);
    struct painting_request r[6];
    struct ih_picture out[6];
    for (int i = 0; i < 6; i++)
        r[i] = klein_request(&b);
    r[1].seed = 6;
    r[2].prompt = "a blue box";
    r[3].negative = "snow";
    r[4].guidance = 2;
    for (int i = 0; i < 6; i++)
        klein_paint(&b, &r[i], &out[i]);
    for (int i = 1; i < 5; i++)
        assert_memory_not_equal(out[i].rgb, out[0].rgb, KLEIN_PIXELS * 3);
    assert_memory_equal(out[5].rgb, out[0].rgb, KLEIN_PIXELS * 3);
    for (int i = 0; i < 6; i++)
        ih_picture_free(&out[i]);
    klein_close(&b);
}

struct told {
    int steps, total, pictures;
};

static int on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    struct told *t = arg;
    assert_int_equal(done, ++t->steps);
    t->total = total;
    t->pictures += preview != NULL;
    return 0;
}

/* Strength: how many steps there are; 0 gives the picture back. */
static void test_strength(void **state)
{
    (void)state;
    struct klein b;
    klein_open(&b, NULL, "all", IH_COMPUTE_F32, 2);
    struct ih_picture from = klein_noise(KLEIN_WIDTH, KLEIN_HEIGHT, 3), out[3];
    struct painting_request r = klein_request(&b);
    r.image = &from;
    r.images = 1;
    r.steps = 4;
    r.preview = true;
    r.step = on_step;
    static const float strengths[] = {0.5f, 0.25f, 0.0f};
    static const int steps[] = {2, 1, 0};
    for (int i = 0; i < 3; i++) {
        struct told t = {0};
        r.arg = &t;
        r.strength = strengths[i];
        klein_paint(&b, &r, &out[i]);
        assert_int_equal(t.steps, steps[i]);
        assert_int_equal(t.total, steps[i]);
    }
    assert_memory_equal(out[2].rgb, from.rgb, KLEIN_PIXELS * 3);
    assert_memory_not_equal(out[1].rgb, out[0].rgb, KLEIN_PIXELS * 3);
    for (int i = 0; i < 3; i++)
        ih_picture_free(&out[i]);
    test_free(from.rgb);
    klein_close(&b);
}

/* Where the mask is black every byte stays; where it is white they change. */
static void test_mask(void **state)
{
    (void)state;
    struct klein b;
    klein_open(&b, NULL, "all", IH_COMPUTE_F32, 2);
    struct ih_picture from = klein_noise(KLEIN_WIDTH, KLEIN_HEIGHT, 3),
                      mask = klein_noise(KLEIN_WIDTH, KLEIN_HEIGHT, 4), out;
    for (int i = 0; i < KLEIN_PIXELS * 3; i++)
        mask.rgb[i] = i / 3 % KLEIN_WIDTH < KLEIN_WIDTH / 2 ? 0 : 255;
    struct painting_request r = klein_request(&b);
    r.image = &from;
    r.images = 1;
    r.mask = &mask;
    klein_paint(&b, &r, &out);
    int changed[2] = {0};
    for (int i = 0; i < KLEIN_PIXELS * 3; i++)
        changed[i / 3 % KLEIN_WIDTH >= KLEIN_WIDTH / 2] += out.rgb[i] != from.rgb[i];
    assert_int_equal(changed[0], 0);
    assert_true(changed[1] > KLEIN_PIXELS);
    ih_picture_free(&out);
    test_free(from.rgb);
    test_free(mask.rgb);
    klein_close(&b);
}

static int stop_after_one(void *arg, int done, int total, const struct ih_picture *preview)
{
    (void)arg;
    (void)total;
    (void)preview;
    return done == 1;
}

static void test_cancel(void **state)
{
    (void)state;
    struct klein b;
    struct ih_error e;
    struct ih_picture out;
    klein_open(&b, NULL, "all", IH_COMPUTE_F32, 2);
    const struct painter *p = b.model->family->painter;
    struct painting_request r = klein_request(&b);
    volatile int cancel = 1;
    assert_int_equal(p->paint(b.session, &r, &cancel, &out, &e), IH_CANCELLED);
    assert_null(out.rgb);
    r.step = stop_after_one;
    assert_int_equal(p->paint(b.session, &r, NULL, &out, &e), IH_CANCELLED);
    assert_null(out.rgb);
    r.step = NULL;
    klein_paint(&b, &r, &out);
    ih_picture_free(&out);
    klein_close(&b);
}

/* The text encoder's memory is given back before the steps, and taken again for other words. */
static void test_text_encoder_is_released(void **state)
{
    (void)state;
    struct klein b;
    struct ih_picture out;
    klein_open(&b, NULL, "all", IH_COMPUTE_F32, 2);
    const struct flux2 *m = (const struct flux2 *)b.model;
    struct painting_request r = klein_request(&b);
    for (int i = 0; i < 3; i++) {
        r.prompt = i == 1 ? "something else" : b.prompt;
        klein_paint(&b, &r, &out);
        ih_picture_free(&out);
        assert_false(m->text.base.packed);
        assert_null(m->text.net.layer);
        assert_int_equal(m->text.base.arena.used, 0);
        assert_true(m->flow.base.packed);
    }
    klein_close(&b);
}

/* 10 000 words: cut and told. */
static void test_long_prompt(void **state)
{
    (void)state;
    enum { WORDS = 10000 };
    struct klein b;
    struct ih_picture out;
    klein_open(&b, NULL, "all", IH_COMPUTE_F32, 2);
    char *words = test_malloc(WORDS * 5 + 1);
    for (int i = 0; i < WORDS; i++)
        memcpy(words + i * 5, "word ", 6);
    bool cut = false;
    struct painting_request r = klein_request(&b);
    r.cut = &cut;
    klein_paint(&b, &r, &out);
    ih_picture_free(&out);
    assert_false(cut);
    r.prompt = words;
    klein_paint(&b, &r, &out);
    ih_picture_free(&out);
    assert_true(cut);
    test_free(words);
    klein_close(&b);
}

static void test_limits_and_wrong_pictures(void **state)
{
    (void)state;
    struct klein b;
    struct ih_error e;
    struct ih_draw_limits limits;
    struct ih_picture out, from = klein_noise(40, 64, 1);
    klein_open(&b, NULL, "all", IH_COMPUTE_F32, 2);
    const struct painter *p = b.model->family->painter;
    p->limits(b.model, &limits);
    assert_int_equal(limits.multiple, 16);
    assert_int_equal(limits.steps, 50);
    assert_int_equal(limits.references, 10);
    struct painting_request r = klein_request(&b);
    r.image = &from;
    r.images = 1;
    assert_int_equal(p->paint(b.session, &r, NULL, &out, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "40x64"));
    from.width = 32;
    r.strength = 0.5f;
    assert_int_equal(p->paint(b.session, &r, NULL, &out, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "96x64"));
    test_free(from.rgb);
    klein_close(&b);
}

/* A copy of the folder in which one file is changed or missing. */
static void refuse(const char *file, const char *content, const char *says)
{
    struct device *d;
    struct ih_error e;
    struct model *m = NULL;
    struct device_options o = {.threads = 1, .cpu_mask = ~0u};
    char copy[600], command[4000];
    snprintf(copy, sizeof copy, "%s/klein", temp_dir());
    snprintf(command, sizeof command, "rm -rf %s && cp -r %s %s && rm %s/%s", copy,
        data_path("flux2-klein-tiny"), copy, copy, file);
    assert_int_equal(system(command), 0);
    if (content) {
        snprintf(command, sizeof command, "%s/%s", copy, file);
        FILE *f = fopen(command, "wb");
        assert_non_null(f);
        fputs(content, f);
        fclose(f);
    }
    klein_check(device_open_cpu(&d, &o, &e), &e);
    struct model_open open = {d, copy, IH_COMPUTE_AUTO};
    if (!model_open(&m, &open, &e))
        fail_msg("%s: opened", file);
    assert_null(m);
    if (!strstr(e.text, says))
        fail_msg("%s: %s", file, e.text);
    device_close(&d);
}

static void test_wrong_folders(void **state)
{
    (void)state;
    refuse("model_index.json", "{\"_class_name\":\"OtherPipeline\"}", "not a model");
    refuse("scheduler/scheduler_config.json", "{\"_class_name\":\"DDIMScheduler\"}", "DDIM");
    refuse("scheduler/scheduler_config.json",
        "{\"_class_name\":\"FlowMatchEulerDiscreteScheduler\"}", "dynamically");
    refuse("transformer/config.json", "{}", "transformer/config.json");
    refuse("transformer/diffusion_pytorch_model.safetensors.index.json", NULL, "transformer");
    refuse("transformer/diffusion_pytorch_model-00001-of-00003.safetensors", "xx", "00001-of");
    refuse("text_encoder/config.json", NULL, "text_encoder");
    refuse("tokenizer/tokenizer.json", "{", "tokenizer.json");
    refuse("vae/config.json", "{}", "vae/config.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f32),
        cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_quantized_folders),
        cmocka_unit_test(test_same_for_any_threads),
        cmocka_unit_test(test_what_matters),
        cmocka_unit_test(test_strength),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_text_encoder_is_released),
        cmocka_unit_test(test_long_prompt),
        cmocka_unit_test(test_limits_and_wrong_pictures),
        cmocka_unit_test(test_wrong_folders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
