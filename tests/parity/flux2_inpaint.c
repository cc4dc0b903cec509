/* SPDX-License-Identifier: Apache-2.0 */
/* Drawing behind a mask held to diffusers' Flux2KleinInpaintPipeline at a tiny random
 * configuration. See tests/data/README.md. */
#include "support/klein.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 4 };

static void on_stage(void *arg, const char *stage, int index, struct tensor x)
{
    struct klein *k = arg;
    char name[64];
    if (strcmp(stage, "step") != 0)
        return;
    snprintf(name, sizeof name, "%s.step.%d", k->drawing, index);
    klein_compare(k, name, x.data, tensor_count(&x));
}

static struct ih_picture picture(const struct klein *k, const char *name, int width, int height)
{
    const void *rgb = klein_wanted(k, name, (int64_t)width * height * 3);
    return (struct ih_picture){width, height, (uint8_t *)(uintptr_t)rgb};
}

/* Where the mask is white the picture is the reference's within rounding; where it is black, the
 * original. */
static void check_picture(const struct klein *k, const struct ih_picture *out,
    const struct ih_picture *photo, const struct ih_picture *mask, int most)
{
    const float *want = klein_wanted(k, "whole.picture", KLEIN_PIXELS * 3);
    int white = 0, black = 0;
    for (int i = 0; i < KLEIN_PIXELS * 3; i++) {
        int off = abs(out->rgb[i] - (int)lrintf(want[i] * 255));
        if (mask->rgb[i] == 255 && off > most)
            fail_msg("byte %d differs by %d", i, off);
        if (mask->rgb[i] == 0)
            assert_int_equal(out->rgb[i], photo->rgb[i]);
        white += mask->rgb[i] == 255;
        black += mask->rgb[i] == 0;
    }
    assert_true(white > KLEIN_PIXELS / 4 && black > KLEIN_PIXELS / 4);
}

static void check_all(const char *tier, enum ih_compute compute, double tolerance, int most)
{
    static const struct {
        const char *name;
        float strength;
        int images, steps;
    } cases[] = {{"whole", 1, 1, 4}, {"part", 0.5f, 1, 2}, {"beside", 0.75f, 2, 3}};
    struct klein k;
    struct ih_error e;
    klein_open(&k, NULL, tier, compute, 2);
    weights_close(&k.expected);
    klein_check(weights_open(&k.expected, klein_path("inpaint.safetensors"), &e), &e);
    const struct ih_picture photo = picture(&k, "photo", KLEIN_WIDTH, KLEIN_HEIGHT);
    const struct ih_picture mask = picture(&k, "mask", KLEIN_WIDTH, KLEIN_HEIGHT);
    const struct ih_picture images[] = {photo, picture(&k, "reference", 64, 80)};
    k.tolerance = tolerance;
    k.session->watch = on_stage;
    k.session->watch_arg = &k;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char noise[64];
        struct ih_picture out;
        struct painting_request r = klein_request(&k);
        r.steps = STEPS;
        r.image = images;
        r.images = cases[i].images;
        r.mask = &mask;
        r.strength = cases[i].strength;
        k.drawing = cases[i].name;
        k.compared = 0;
        snprintf(noise, sizeof noise, "%s.noise", cases[i].name);
        k.session->noise = klein_wanted(&k, noise, KLEIN_DRAWN * KLEIN_CHANNELS);
        klein_paint(&k, &r, &out);
        assert_int_equal(k.compared, cases[i].steps);
        if (i == 0)
            check_picture(&k, &out, &photo, &mask, most);
        ih_picture_free(&out);
    }
    print_message("latents %.1e\n", k.worst);
    klein_close(&k);
}

static void test_f32(void **state)
{
    (void)state;
    check_all("c", IH_COMPUTE_F32, 5e-5, 1);
    check_all("all", IH_COMPUTE_F32, 5e-5, 1);
}

static void test_narrow(void **state)
{
    (void)state;
    check_all("all", IH_COMPUTE_BF16, 0.03, 16);
    check_all("all", IH_COMPUTE_INT8, 0.05, 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f32),
        cmocka_unit_test(test_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
