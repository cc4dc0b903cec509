/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures as the autoencoder has them. */
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
