/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pack_rows.h"

void pack_columns_f32(float *panel, const float *x, int64_t ldx, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        for (int j = 0; j < PACK_N; j++)
            panel[k * PACK_N + j] = x[j * ldx + k];
}

/* Pairs are moved as one: a 16 by 16 transposition of 32-bit values in cache. */
void pack_columns_bf16(uint16_t *panel, const uint16_t *x, int64_t ldx, int64_t n)
{
    for (int64_t k = 0; k < n; k += 2)
        for (int j = 0; j < PACK_N; j++)
            memcpy(panel + k * PACK_N + 2 * j, x + j * ldx + k, 2 * sizeof *x);
}

void pack_depth_f32(float *panel, int64_t stride, const float *x, int64_t ldx, int64_t n)
{
    for (int64_t c = 0; c < n; c += PACK_N, panel += stride)
        for (int k = 0; k < PACK_N; k++)
            memcpy(panel + k * PACK_N, x + k * ldx + c, PACK_N * sizeof *x);
}

void pack_depth_bf16(uint16_t *panel, int64_t stride, const uint16_t *x, int64_t ldx, int64_t n)
{
    for (int64_t c = 0; c < n; c += PACK_N, panel += stride)
        for (int k = 0; k < PACK_N; k += 2) {
            const uint16_t *even = x + k * ldx + c, *odd = even + ldx;
            uint16_t *line = panel + k * PACK_N;
            for (int j = 0; j < PACK_N; j++) {
                line[2 * j] = even[j];
                line[2 * j + 1] = odd[j];
            }
        }
}
