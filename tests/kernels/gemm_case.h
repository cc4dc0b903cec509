/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_GEMM_CASE_H
#define TESTS_GEMM_CASE_H

#include "kernels/check.h"

/* One random product with everything around it. All blocks are guarded (check_block). */
struct gemm_case {
    enum dtype type;
    struct gemm g;             /* without C; residual null when it is C itself */
    gemm_fn fn, reference;     /* the tier's and plain C */
    float *weight;             /* [n, k], before packing */
    void *a;                   /* f32, bf16 or u8 */
    void *got, *want;          /* two C of the same size, filled alike */
    void *fresh;               /* what both held before */
    float *row_got, *row_want; /* [n], for comparing */
    bool in_place;             /* the residual is C */
};

struct gemm_shape {
    int64_t m, n, k;
};

struct gemm_type {
    const char *op;
    enum dtype type;
};

/* Ends with a null op. */
extern const struct gemm_type gemm_types[];

gemm_fn gemm_of(const struct kernels *k, enum dtype type);

/* Strides, activation, alpha, bias, residual and output type come by chance. */
void gemm_case_init(struct check *t, struct gemm_case *x, enum dtype type, struct gemm_shape shape);

/* The same with dense A and C and a plain f32 (bf16 for the narrow types) store, for timing. */
void gemm_case_init_plain(
    struct check *t, struct gemm_case *x, enum dtype type, struct gemm_shape shape);

/* Values of A and of B as the kernel is to understand them. */
double gemm_case_a(const struct gemm_case *x, int64_t row, int64_t k);
double gemm_case_b(const struct gemm_case *x, int64_t k, int64_t col);

/* One row of C as f32. */
void gemm_case_row(const struct gemm_case *x, const void *c, int64_t row, float *out);
size_t gemm_case_c_bytes(const struct gemm_case *x);

/* Fails when `got` was written between rows. */
void gemm_case_check_gaps(struct check *t, const struct gemm_case *x);

/* Rows [row, row + rows) and panels [p, p + panels) of g, with C in x->got. */
struct gemm gemm_case_part(const struct gemm_case *x, const struct gemm *g, int64_t row,
    int64_t rows, int64_t p, int64_t panels);

#endif
