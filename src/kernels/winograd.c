/* SPDX-License-Identifier: Apache-2.0 */
/* Winograd's filtering in plain C; see kernels.h. */
#include "kernels/act.h"
#include "kernels/vector.h"

/* B^T d: rows 0 - 2, 1 + 2, 2 - 1, 1 - 3, of values that are `step` apart. */
static void transform_in(float *d, int step)
{
    float a = d[0], b = d[step], c = d[2 * step], e = d[3 * step];
    d[0] = a - c;
    d[step] = b + c;
    d[2 * step] = c - b;
    d[3 * step] = b - e;
}

void winograd_in_c(const struct winograd_in *w)
{
    for (int64_t t = 0; t < w->tiles; t++)
        for (int64_t c = 0; c < w->n; c++) {
            float d[16];
            for (int i = 0; i < 16; i++)
                d[i] = w->x[i / 4 * w->ldx + (2 * t + i % 4) * w->n + c];
            for (int i = 0; i < 4; i++)
                transform_in(d + i, 4);
            for (int i = 0; i < 4; i++)
                transform_in(d + 4 * i, 1);
            for (int i = 0; i < 16; i++)
                w->v[i * w->ldv + t * w->n + c] = d[i];
        }
}

static void store(const struct winograd_out *w, int i, int64_t col, int64_t c, float v)
{
    v = act_value(v + (w->bias ? w->bias[c] : 0.0f), w->act);
    if (w->residual)
        v += w->residual[i * w->row_r + col * w->ldr + c];
    int64_t at = i * w->row_c + col * w->ldc + c;
    if (w->c_bf16)
        ((uint16_t *)w->c)[at] = f32_to_bf16(v);
    else
        ((float *)w->c)[at] = v;
}

/* A^T m A: 0 + 1 + 2 and 1 - 2 - 3 of rows, then of columns. */
void winograd_out_c(const struct winograd_out *w)
{
    for (int64_t t = 0; t < w->tiles; t++)
        for (int64_t c = 0; c < w->n; c++) {
            float half[2][4];
            const float *m = w->m + t * w->n + c;
            for (int j = 0; j < 4; j++) {
                float middle = m[(4 + j) * w->ldm], lower = m[(8 + j) * w->ldm];
                half[0][j] = m[j * w->ldm] + middle + lower;
                half[1][j] = middle - lower - m[(12 + j) * w->ldm];
            }
            for (int i = 0; i < w->rows; i++) {
                const float *h = half[i];
                store(w, i, 2 * t, c, h[0] + h[1] + h[2]);
                if (2 * t + 1 < w->cols)
                    store(w, i, 2 * t + 1, c, h[1] - h[2] - h[3]);
            }
        }
}
