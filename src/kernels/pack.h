/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_PACK_H
#define KERNELS_PACK_H

#include "kernels/kernels.h"

/* Packs panels [p0, p1) of a weight given as rows [n, k] of f32 (row n0 + i is column i of the
 * product). Each function writes whole panels at `b` + p * pack_panel_bytes(), zero-padded.
 * Quantizing ones also write scales (and column sums) at their place for the panel. */
void pack_f32(float *b, const float *w, int64_t ldw, int64_t n, int64_t k, int64_t p0, int64_t p1);
void pack_bf16(
    uint16_t *b, const float *w, int64_t ldw, int64_t n, int64_t k, int64_t p0, int64_t p1);
void pack_i8(int8_t *b, float *scale, int32_t *sum, const float *w, int64_t ldw, int64_t n,
    int64_t k, int64_t p0, int64_t p1);
void pack_q4(uint8_t *b, float *scale, const float *w, int64_t ldw, int64_t n, int64_t k,
    int64_t p0, int64_t p1);

/* The same from weights that are already i8 with one scale a row: values are kept as they are. */
void pack_i8_rows(int8_t *b, int32_t *sum, const int8_t *w, int64_t ldw, int64_t n, int64_t k,
    int64_t p0, int64_t p1);

/* A panel of q4 from rows of ggml's q4_0 blocks: values and scales are kept as they are. Rows that
 * there are none of are null; k is a multiple of 32. */
void pack_q4_rows(uint8_t *b, float *scale, const uint8_t *const row[PACK_N], int64_t k);

#endif
