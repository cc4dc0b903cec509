/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures and masks of the FLUX.2 family, and previews without a network. */
#include "support/support.h"

#include "models/flux2/flux2.h"
#include "nn/pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_bytes(void **state)
{
    (void)state;
    uint8_t bytes[] = {0, 51, 255, 128, 1, 254};
    struct ih_picture from = {2, 1, bytes}, out;
    struct arena a = {0};
    float *x = flux2_to_floats(&a, &from);
    assert_close(
        "floats", x, (float[]){-1, -0.6f, 1, 0.00392157f, -0.9921569f, 0.9921569f}, 6, 1e-6f, 0);
    x[0] = -7;
    x[2] = INFINITY;
    x[3] = NAN;
    assert_int_equal(flux2_to_picture(&out, x, 2, 1, NULL), IH_OK);
    assert_memory_equal(out.rgb, ((uint8_t[]){0, 51, 255, 0, 1, 254}), 6);
    free(out.rgb);
    arena_free(&a);
}

/* 4 x 2 pixels in patches of 2: three white of four, and a grey. */
static void test_masks(void **state)
{
    (void)state;
    static const uint8_t grey[] = {255, 255, 51, 51, 0, 255, 51, 51};
    uint8_t mask[24], old[24], fresh[24];
    float small[2];
    for (int i = 0; i < 24; i++) {
        mask[i] = grey[i / 3];
        old[i] = 100;
        fresh[i] = 200;
    }
    struct ih_picture m = {4, 2, mask}, o = {4, 2, old}, out = {4, 2, fresh};
    pixels_shrink_mask(small, &m, 2);
    assert_close("shrunk", small, (float[]){0.75f, 0.2f}, 2, 1e-6f, 0);
    pixels_compose(&out, &o, &m);
    for (int i = 0; i < 24; i++)
        assert_int_equal(fresh[i], grey[i / 3] == 255 ? 200 : grey[i / 3] == 51 ? 120 : 100);
}

/* 8 x 4 pixels in patches of 4: what lies around the four in the middle does not count, a grey is
 * black or white, and green is lighter than red. */
static void test_masks_of_latents(void **state)
{
    (void)state;
    uint8_t mask[4 * 8 * 3] = {0};
    struct ih_picture m = {8, 4, mask};
    float small[2];
    memset(mask, 255, 8 * 3);           /* the first row */
    memset(mask + (8 + 1) * 3, 128, 3); /* one of the four */
    memset(mask + (8 + 2) * 3, 127, 3); /* not quite another */
    mask[(8 + 5) * 3] = 255;            /* red */
    mask[(8 + 6) * 3 + 1] = 255;        /* green */
    memset(mask + (2 * 8 + 5) * 3, 255, 2 * 3);
    flux2_shrink_mask(small, &m, 4);
    assert_close("shrunk", small, (float[]){0.25f, 0.75f}, 2, 0, 0);
}

/* Of TAEF2's latents of a photograph (64 rows of 96 pixels): the linear map explains more than half
 * of how its averages over 8 x 8 pixels vary. */
static void test_glimpse(void **state)
{
    (void)state;
    enum { ROWS = 4, COLUMNS = 6, SIDE = 8, W = COLUMNS * 2, H = ROWS * 2 };
    struct weights *stages;
    struct ih_error e;
    struct ih_picture out;
    assert_int_equal(weights_open(&stages, data_path("taef2/stages.safetensors"), &e), IH_OK);
    const struct tensor *latents = weights_find(stages, "latents");
    const struct tensor *picture = weights_find(stages, "picture");
    assert_int_equal(tensor_count(latents), ROWS * COLUMNS * 128);
    assert_int_equal(tensor_count(picture), W * SIDE * H * SIDE * 3);
    assert_int_equal(flux2_glimpse(&out, latents->data, ROWS, COLUMNS, &e), IH_OK);
    assert_int_equal(out.width, W);
    assert_int_equal(out.height, H);
    double error = 0, spread = 0, mean = 0;
    float average[H * W * 3] = {0};
    for (int i = 0; i < W * SIDE * H * SIDE * 3; i++) {
        int x = i / 3 % (W * SIDE) / SIDE, y = i / 3 / (W * SIDE) / SIDE;
        float v = ((const float *)picture->data)[i];
        average[(y * W + x) * 3 + i % 3] += (v * 0.5f + 0.5f) * 255 / (SIDE * SIDE);
    }
    for (int i = 0; i < H * W * 3; i++)
        mean += average[i] / (H * W * 3);
    for (int i = 0; i < H * W * 3; i++) {
        error += pow(out.rgb[i] - average[i], 2);
        spread += pow(average[i] - mean, 2);
    }
    print_message("glimpse: error %.1f, spread %.1f of 255\n", sqrt(error / (H * W * 3)),
        sqrt(spread / (H * W * 3)));
    assert_true(error < spread / 2);
    free(out.rgb);
    weights_close(&stages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_masks_of_latents),
        cmocka_unit_test(test_glimpse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
