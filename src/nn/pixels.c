/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/pixels.h"

#include <math.h>

void pixels_from_bytes(float *x, const uint8_t *byte, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)byte[i] / 127.5f - 1;
}

/* Ties go to the even neighbour, as in NumPy and PyTorch. */
void pixels_to_bytes(uint8_t *byte, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        float v = (x[i] + 1) * 127.5f;
        v = v > 0 ? v < 255 ? v : 255 : 0;
        int whole = (int)v;
        float rest = v - (float)whole;
        byte[i] = (uint8_t)(whole + (rest > 0.5f || (rest == 0.5f && whole % 2)));
    }
}

static float whiteness(const struct ih_picture *mask, int64_t pixel)
{
    const uint8_t *p = mask->rgb + pixel * 3;
    return (float)(p[0] + p[1] + p[2]) / (3 * 255.0f);
}

void pixels_shrink_mask(float *out, const struct ih_picture *mask, int patch)
{
    int64_t columns = mask->width / patch, rows = mask->height / patch;
    for (int64_t y = 0; y < rows; y++)
        for (int64_t x = 0; x < columns; x++) {
            float sum = 0;
            for (int64_t i = 0; i < patch; i++)
                for (int64_t j = 0; j < patch; j++)
                    sum += whiteness(mask, (y * patch + i) * mask->width + x * patch + j);
            out[y * columns + x] = sum / (float)(patch * patch);
        }
}

void pixels_compose(
    struct ih_picture *out, const struct ih_picture *original, const struct ih_picture *mask)
{
    for (int64_t i = 0; i < 3 * (int64_t)out->width * out->height; i++) {
        float a = original->rgb[i], b = out->rgb[i], white = whiteness(mask, i / 3);
        out->rgb[i] = (uint8_t)lrintf(a + white * (b - a));
    }
}
