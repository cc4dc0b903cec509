/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_VECTOR_H
#define KERNELS_VECTOR_H

#include "kernels/kernels.h"

/* Fills the entries that work on vectors and rows (all but the products) with plain C: what every
 * tier is held to. Where kernels.h leaves room, this is what they do:
 *
 * - n may be 0 everywhere but in argmax; pointers need only the alignment of their type.
 * - y and x may be the same in softmax_f32 and, in a norm that writes f32, with equal strides.
 * - softmax gives 0 for -inf. If all values are -inf, all come out 0. NaN or +inf make all NaN.
 * - f32_to_bf16 rounds to nearest even, NaN stays NaN; the same bits in all tiers, but for
 *   denormals: the tier avx512-bf16 turns them into zero of the same sign.
 * - quantize_u8 rounds x * (127 / max|x|) to nearest even; the same bits in all tiers. A vector
 *   with max|x| < QUANTIZE_TINY counts as zeros. NaN is not seen by max|x| and becomes -127.
 * - argmax leaves NaN out, of the index and of the sum. If nothing else is there, the index is 0
 *   and the sum's logarithm -inf.
 * - A sum is taken in an order that depends on n and the tier only. */
void vector_init_c(struct kernels *k);

void winograd_in_c(const struct winograd_in *w);
void winograd_out_c(const struct winograd_out *w);

/* 2^-100: far below anything a model says, and its reciprocal still fits. */
#define QUANTIZE_TINY 0x1p-100f

#endif
