/* SPDX-License-Identifier: Apache-2.0 */
/* The whole of FLUX.2-klein held to diffusers' Flux2KleinPipeline at a tiny random configuration,
 * from the same noise; and what the painter does beyond it. See tests/data/README.md. */
#include "support/support.h"

#include "base/cpu.h"
#include "models/flux2/flux2.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_all(const char *tier, enum ih_compute compute, double tolerance, int most)
{
    struct bench b;
    bench_open(&b, tier, compute, 2);
    b.tolerance = tolerance;
    struct painting_request r = request(&b);
    draw(&b, "words", &r, most);
    struct ih_picture photo[] = {{64, 80, NULL}, {80, 64, NULL}};
    for (int i = 0; i < 2; i++) {
        char key[32];
        snprintf(key, sizeof key, "photo.%d", i);
        photo[i].rgb = (uint8_t *)(uintptr_t)wanted(&b, key, 64 * 80 * 3);
    }
    r.image = photo;
    r.images = 2;
    draw(&b, "pictures", &r, most);
    assert_int_equal(b.compared, 2 * (STEPS + 14));
    bench_close(&b);
}

/* 27 random layers, guidance by 4 and three steps add to the rounding of one block, and a byte can
 * round the other way. */
static void test_f32(void **state)
{
    (void)state;
    check_all("c", IH_COMPUTE_F32, 5e-5, 1);
    check_all("all", IH_COMPUTE_F32, 5e-5, 1);
}

/* In root mean squares of the latents, and steps of 255 of the worst pixel. */
static void test_narrow(void **state)
{
    (void)state;
    check_all("all", IH_COMPUTE_BF16, 0.05, 16);
    check_all("all", IH_COMPUTE_INT8, 0.2, 24);
}

static void test_same_for_any_threads(void **state)
{
    (void)state;
    struct ih_picture out[3];
    for (int t = 0; t < 3; t++) {
        struct bench b;
        bench_open(&b, "all", IH_COMPUTE_AUTO, t + 1);
        struct painting_request r = request(&b);
        paint(&b, &r, &out[t]);
        bench_close(&b);
        assert_memory_equal(out[t].rgb, out[0].rgb, PIXELS * 3);
    }
    for (int t = 0; t < 3; t++)
        ih_picture_free(&out[t]);
}

/* Another seed, prompt, negative or guidance is another picture; the same again is the same. */
static void test_what_matters(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, "all", IH_COMPUTE_F32, 2);
    struct painting_request r[6];
    struct ih_picture out[6];
    for (int i = 0; i < 6; i++)
        r[i] = request(&b);
    r[1].seed = 6;
    r[2].prompt = "a blue box";
    r[3].negative = "snow";
    r[4].guidance = 2;
    for (int i = 0; i < 6; i++)
        paint(&b, &r[i], &out[i]);
    for (int i = 1; i < 5; i++)
        assert_memory_not_equal(out[i].rgb, out[0].rgb, PIXELS * 3);
    assert_memory_equal(out[5].rgb, out[0].rgb, PIXELS * 3);
    for (int i = 0; i < 6; i++)
        ih_picture_free(&out[i]);
    bench_close(&b);
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
    struct bench b;
    bench_open(&b, "all", IH_COMPUTE_F32, 2);
    struct ih_picture from = plain(WIDTH, HEIGHT, 3), out[3];
    struct painting_request r = request(&b);
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
        paint(&b, &r, &out[i]);
        assert_int_equal(t.steps, steps[i]);
        assert_int_equal(t.total, steps[i]);
    }
    assert_memory_equal(out[2].rgb, from.rgb, PIXELS * 3);
    assert_memory_not_equal(out[1].rgb, out[0].rgb, PIXELS * 3);
    for (int i = 0; i < 3; i++)
        ih_picture_free(&out[i]);
    test_free(from.rgb);
    bench_close(&b);
}

/* Where the mask is black every byte stays; where it is white they change. */
static void test_mask(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, "all", IH_COMPUTE_F32, 2);
    struct ih_picture from = plain(WIDTH, HEIGHT, 3), mask = plain(WIDTH, HEIGHT, 4), out;
    for (int i = 0; i < PIXELS * 3; i++)
        mask.rgb[i] = i / 3 % WIDTH < WIDTH / 2 ? 0 : 255;
    struct painting_request r = request(&b);
    r.image = &from;
    r.images = 1;
    r.mask = &mask;
    paint(&b, &r, &out);
    int changed[2] = {0};
    for (int i = 0; i < PIXELS * 3; i++)
        changed[i / 3 % WIDTH >= WIDTH / 2] += out.rgb[i] != from.rgb[i];
    assert_int_equal(changed[0], 0);
    assert_true(changed[1] > PIXELS);
    ih_picture_free(&out);
    test_free(from.rgb);
    test_free(mask.rgb);
    bench_close(&b);
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
    struct bench b;
    struct ih_error e;
    struct ih_picture out;
    bench_open(&b, "all", IH_COMPUTE_F32, 2);
    const struct painter *p = b.model->family->painter;
    struct painting_request r = request(&b);
    volatile int cancel = 1;
    assert_int_equal(p->paint(b.session, &r, &cancel, &out, &e), IH_CANCELLED);
    assert_null(out.rgb);
    r.step = stop_after_one;
    assert_int_equal(p->paint(b.session, &r, NULL, &out, &e), IH_CANCELLED);
    assert_null(out.rgb);
    r.step = NULL;
    paint(&b, &r, &out);
    ih_picture_free(&out);
    bench_close(&b);
}

/* The text encoder's memory is given back before the steps, and taken again for other words. */
static void test_text_encoder_is_released(void **state)
{
    (void)state;
    struct bench b;
    struct ih_picture out;
    bench_open(&b, "all", IH_COMPUTE_F32, 2);
    const struct flux2 *m = (const struct flux2 *)b.model;
    struct painting_request r = request(&b);
    for (int i = 0; i < 3; i++) {
        r.prompt = i == 1 ? "something else" : b.prompt;
        paint(&b, &r, &out);
        ih_picture_free(&out);
        assert_int_equal(m->readers, 0);
        assert_null(m->text.layer);
        assert_int_equal(m->text_arena.used, 0);
        assert_true(m->flow_packed);
    }
    bench_close(&b);
}

/* 10 000 words: cut and told. */
static void test_long_prompt(void **state)
{
    (void)state;
    enum { WORDS = 10000 };
    struct bench b;
    struct ih_picture out;
    bench_open(&b, "all", IH_COMPUTE_F32, 2);
    char *words = test_malloc(WORDS * 5 + 1);
    for (int i = 0; i < WORDS; i++)
        memcpy(words + i * 5, "word ", 6);
    bool cut = false;
    struct painting_request r = request(&b);
    r.cut = &cut;
    paint(&b, &r, &out);
    ih_picture_free(&out);
    assert_false(cut);
    r.prompt = words;
    paint(&b, &r, &out);
    ih_picture_free(&out);
    assert_true(cut);
    test_free(words);
    bench_close(&b);
}

static void test_limits_and_wrong_pictures(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    struct ih_draw_limits limits;
    struct ih_picture out, from = plain(40, 64, 1);
    bench_open(&b, "all", IH_COMPUTE_F32, 2);
    const struct painter *p = b.model->family->painter;
    p->limits(b.model, &limits);
    assert_int_equal(limits.multiple, 16);
    assert_int_equal(limits.steps, 50);
    assert_int_equal(limits.references, 10);
    struct painting_request r = request(&b);
    r.image = &from;
    r.images = 1;
    assert_int_equal(p->paint(b.session, &r, NULL, &out, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "40x64"));
    from.width = 32;
    r.strength = 0.5f;
    assert_int_equal(p->paint(b.session, &r, NULL, &out, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "96x64"));
    test_free(from.rgb);
    bench_close(&b);
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
        data_path(folder), copy, copy, file);
    assert_int_equal(system(command), 0);
    if (content) {
        snprintf(command, sizeof command, "%s/%s", copy, file);
        FILE *f = fopen(command, "wb");
        assert_non_null(f);
        fputs(content, f);
        fclose(f);
    }
    check(device_open_cpu(&d, &o, &e), &e);
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
