/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/pixels.h"

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
