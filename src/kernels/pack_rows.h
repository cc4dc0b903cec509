/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_PACK_ROWS_H
#define KERNELS_PACK_ROWS_H

#include "kernels/kernels.h"

/* Packing of activations, 16 rows at a time, for attention. `x` is PACK_N rows of n values, ldx
 * elements apart; n is even. */

/* Rows as columns of the product: writes the first n k of one panel. */
void pack_columns_f32(float *panel, const float *x, int64_t ldx, int64_t n);
void pack_columns_bf16(uint16_t *panel, const uint16_t *x, int64_t ldx, int64_t n);

/* Rows as 16 consecutive k of the product, its columns cut into panels that lie `stride` elements
 * apart. `panel` points to the line of the first k; n is a multiple of PACK_N. */
void pack_depth_f32(float *panel, int64_t stride, const float *x, int64_t ldx, int64_t n);
void pack_depth_bf16(uint16_t *panel, int64_t stride, const uint16_t *x, int64_t ldx, int64_t n);

#endif
