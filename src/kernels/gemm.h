/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_GEMM_H
#define KERNELS_GEMM_H

#include "kernels/kernels.h"

/* The plain versions of the four products: what every tier is held to. */
void gemm_f32_c(const struct gemm *g);
void gemm_bf16_c(const struct gemm *g);
void gemm_i8_c(const struct gemm *g);
void gemm_q4_c(const struct gemm *g);

/* Finishes `cols` values of C from column `col` of row `row`: sum[] holds the products with all
 * scales applied; alpha, bias, activation, residual and the store happen here. sum is used up. */
void gemm_finish_c(const struct gemm *g, int64_t row, int64_t col, int64_t cols, float *sum);

static inline size_t gemm_panel_bytes(const struct gemm *g, enum dtype t)
{
    return g->b_stride ? g->b_stride : pack_panel_bytes(t, g->k);
}

static inline float gemm_alpha(const struct gemm *g)
{
    return g->alpha != 0.0f ? g->alpha : 1.0f;
}

#endif
