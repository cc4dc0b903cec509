/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/gemm.h"

#include "kernels/act.h"

void gemm_finish_c(const struct gemm *g, int64_t row, int64_t col, int64_t cols, float *sum)
{
    float alpha = gemm_alpha(g);
    for (int64_t j = 0; j < cols; j++) {
        float x = sum[j] * alpha;
        if (g->bias)
            x += g->bias[col + j];
        x = act_value(x, g->act);
        if (g->residual)
            x += g->residual[row * g->ldr + col + j];
        sum[j] = x;
    }
    int64_t at = row * g->ldc + col;
    for (int64_t j = 0; j < cols; j++) {
        if (g->c_bf16)
            ((uint16_t *)g->c)[at + j] = f32_to_bf16(sum[j]);
        else
            ((float *)g->c)[at + j] = sum[j];
    }
}

/* Fills sum[] with one row of A times the 16 columns of panel p. */
typedef void (*row_fn)(const struct gemm *g, int64_t row, int64_t p, float sum[PACK_N]);

/* Panels outside, so that a panel is read from memory once however many rows there are. */
static void each_row(const struct gemm *g, row_fn row_times_panel)
{
    for (int64_t p = 0; p < pack_panels(g->n); p++) {
        int64_t col = p * PACK_N, cols = g->n - col < PACK_N ? g->n - col : PACK_N;
        for (int64_t row = 0; row < g->m; row++) {
            float sum[PACK_N] = {0};
            row_times_panel(g, row, p, sum);
            gemm_finish_c(g, row, col, cols, sum);
        }
    }
}

static const void *panel(const struct gemm *g, enum dtype t, int64_t p)
{
    return (const char *)g->b + (size_t)p * gemm_panel_bytes(g, t);
}

static void row_f32(const struct gemm *g, int64_t row, int64_t p, float sum[PACK_N])
{
    const float *a = (const float *)g->a + row * g->lda, *b = panel(g, DT_F32, p);
    for (int64_t k = 0; k < g->k; k++)
        for (int j = 0; j < PACK_N; j++)
            sum[j] += a[k] * b[k * PACK_N + j];
}

static void row_bf16(const struct gemm *g, int64_t row, int64_t p, float sum[PACK_N])
{
    const uint16_t *a = (const uint16_t *)g->a + row * g->lda, *b = panel(g, DT_BF16, p);
    for (int64_t k = 0; k < g->k; k++) {
        const uint16_t *line = b + k / 2 * (2 * PACK_N) + k % 2;
        float x = bf16_to_f32(a[k]);
        for (int j = 0; j < PACK_N; j++)
            sum[j] += x * bf16_to_f32(line[2 * j]);
    }
}

static void row_i8(const struct gemm *g, int64_t row, int64_t p, float sum[PACK_N])
{
    const uint8_t *a = (const uint8_t *)g->a + row * g->lda;
    const int8_t *b = panel(g, DT_I8, p);
    int32_t total[PACK_N] = {0};
    for (int64_t k = 0; k < g->k; k++) {
        const int8_t *line = b + k / 4 * (4 * PACK_N) + k % 4;
        for (int j = 0; j < PACK_N; j++)
            total[j] += a[k] * line[4 * j];
    }
    for (int j = 0; j < PACK_N; j++) {
        int64_t col = p * PACK_N + j;
        sum[j] = (float)(total[j] - 128 * g->b_sum[col]) * (g->a_scale[row] * g->b_scale[col]);
    }
}

static void row_q4(const struct gemm *g, int64_t row, int64_t p, float sum[PACK_N])
{
    const uint8_t *a = (const uint8_t *)g->a + row * g->lda, *b = panel(g, DT_Q4, p);
    int64_t groups = pack_k(g->k) / 32;
    const float *scale = g->b_scale + p * groups * PACK_N;
    for (int64_t group = 0; group * 32 < g->k; group++, scale += PACK_N) {
        int32_t total[PACK_N] = {0};
        int64_t end = group * 32 + 32 < g->k ? group * 32 + 32 : g->k;
        for (int64_t k = group * 32; k < end; k++) {
            const uint8_t *line = b + k / 8 * (4 * PACK_N) + k % 4;
            int shift = k % 8 < 4 ? 0 : 4;
            for (int j = 0; j < PACK_N; j++)
                total[j] += (a[k] - 128) * ((line[4 * j] >> shift & 15) - 8);
        }
        for (int j = 0; j < PACK_N; j++)
            sum[j] += (float)total[j] * scale[j];
    }
    for (int j = 0; j < PACK_N; j++)
        sum[j] *= g->a_scale[row];
}

void gemm_f32_c(const struct gemm *g)
{
    each_row(g, row_f32);
}

void gemm_bf16_c(const struct gemm *g)
{
    each_row(g, row_bf16);
}

void gemm_i8_c(const struct gemm *g)
{
    each_row(g, row_i8);
}

void gemm_q4_c(const struct gemm *g)
{
    each_row(g, row_q4);
}
