/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_FINISH_H
#define KERNELS_FINISH_H

#include "kernels/gemm.h"

/* From sums in memory to C, a register at a time, written once for all tiers. A tier includes its
 * math_<tier>.h first and defines
 *     static inline vf finish_int(const int32_t *sum, const int32_t *b_sum);
 * which gives LANES values of sum - 128 * b_sum as f32. */

enum finish_kind { FINISH_FLOAT, FINISH_I8, FINISH_Q4 };

/* What does not change from row to row of some columns. */
struct finish {
    const struct gemm *g;
    enum finish_kind kind;
    int64_t col, cols; /* cols: 1 to LANES */
    vf alpha, bias, b_scale;
};

static inline vf finish_sum(const struct finish *f, int64_t row, const void *sum)
{
    const struct gemm *g = f->g;
    if (f->kind == FINISH_I8) {
        vf scale = v_mul(v_set(g->a_scale[row]), f->b_scale);
        return v_mul(finish_int(sum, g->b_sum + f->col), scale);
    }
    vf x = v_load(sum);
    return f->kind == FINISH_Q4 ? v_mul(x, v_set(g->a_scale[row])) : x;
}

static inline void finish_row(const struct finish *f, int64_t row, const void *sum)
{
    const struct gemm *g = f->g;
    int64_t at = row * g->ldc + f->col;
    bool part = f->cols < LANES;
    vf x = v_fma(finish_sum(f, row, sum), f->alpha, f->bias);
    x = v_act(x, g->act);
    if (g->residual) {
        const float *r = g->residual + row * g->ldr + f->col;
        x = v_add(x, part ? v_load_part(r, f->cols) : v_load(r));
    }
    if (g->c_bf16 && part)
        v_store_bf16_part((uint16_t *)g->c + at, x, f->cols);
    else if (g->c_bf16)
        v_store_bf16((uint16_t *)g->c + at, x);
    else if (part)
        v_store_part((float *)g->c + at, x, f->cols);
    else
        v_store((float *)g->c + at, x);
}

/* sum[rows][ld] holds rows x cols of C from (row, col); its rows are readable in full registers. */
static inline void finish_rows(const struct gemm *g, int64_t row, int64_t rows, int64_t col,
    int64_t cols, const void *sum, int64_t ld, enum finish_kind kind)
{
    struct finish f = {.g = g, .kind = kind, .alpha = v_set(gemm_alpha(g))};
    for (int64_t j = 0; j < cols; j += LANES) {
        f.col = col + j;
        f.cols = cols - j < LANES ? cols - j : LANES;
        /* -0 is what leaves a sum as it is, its sign included. */
        f.bias = v_set(-0.0f);
        if (g->bias)
            f.bias =
                f.cols < LANES ? v_load_part(g->bias + f.col, f.cols) : v_load(g->bias + f.col);
        if (kind == FINISH_I8)
            f.b_scale = v_load(g->b_scale + f.col);
        for (int64_t i = 0; i < rows; i++)
            finish_row(&f, row + i, (const char *)sum + (i * ld + j) * 4);
    }
}

/* The form in which a tiling takes them. */
static inline void finish_float(const struct gemm *g, int64_t row, int64_t rows, int64_t col,
    int64_t cols, void *sum, int64_t ld)
{
    finish_rows(g, row, rows, col, cols, sum, ld, FINISH_FLOAT);
}

static inline void finish_i8(const struct gemm *g, int64_t row, int64_t rows, int64_t col,
    int64_t cols, void *sum, int64_t ld)
{
    finish_rows(g, row, rows, col, cols, sum, ld, FINISH_I8);
}

static inline void finish_q4(const struct gemm *g, int64_t row, int64_t rows, int64_t col,
    int64_t cols, void *sum, int64_t ld)
{
    finish_rows(g, row, rows, col, cols, sum, ld, FINISH_Q4);
}

#endif
