/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as the autoencoder has them, and masks as the sampler does. */
#include "models/flux2/flux2.h"

#include <math.h>
#include <stdlib.h>

static int64_t count(const struct ih_picture *p)
{
    return (int64_t)p->width * p->height * 3;
}

float *flux2_to_floats(struct arena *a, const struct ih_picture *p)
{
    float *out = arena_alloc(a, (size_t)count(p) * sizeof *out);
    for (int64_t i = 0; out && i < count(p); i++)
        out[i] = (float)p->rgb[i] / 255.0f * 2.0f - 1.0f;
    return out;
}

static uint8_t to_byte(float v)
{
    float x = v * 0.5f + 0.5f;
    x = x > 0 ? x < 1 ? x : 1 : 0; /* NaN becomes 0 */
    return (uint8_t)lrintf(x * 255.0f);
}

enum ih_status flux2_to_picture(
    struct ih_picture *out, const float *rgb, int width, int height, struct ih_error *e)
{
    *out = (struct ih_picture){width, height, malloc((size_t)width * (size_t)height * 3)};
    if (!out->rgb) {
        *out = (struct ih_picture){0};
        return err_memory(e, "a picture");
    }
    for (int64_t i = 0; i < count(out); i++)
        out->rgb[i] = to_byte(rgb[i]);
    return IH_OK;
}

/* PIL's grey of a colour, and whether it is more than half of white. */
static bool is_white(const struct ih_picture *mask, int64_t x, int64_t y)
{
    const uint8_t *p = mask->rgb + (y * mask->width + x) * 3;
    return (p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 32768) >> 16 >= 128;
}

void flux2_shrink_mask(float *out, const struct ih_picture *mask, int patch)
{
    int64_t columns = mask->width / patch, rows = mask->height / patch, middle = patch / 2 - 1;
    for (int64_t i = 0; i < rows * columns; i++) {
        int64_t x = i % columns * patch + middle, y = i / columns * patch + middle;
        int whites = is_white(mask, x, y) + is_white(mask, x + 1, y) + is_white(mask, x, y + 1) +
                     is_white(mask, x + 1, y + 1);
        out[i] = (float)whites / 4;
    }
}
