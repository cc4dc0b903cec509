/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "kernels/dtype.h"

#include <stdbool.h>

/* The table of every kernel. Kernels work on raw pointers in one thread, allocate nothing and never
 * fail; whoever calls them has checked shapes and split the work. kernels_init() fills the table
 * with the plain C versions and lets each tier that the flags allow overwrite what it does better.
 *
 * Packed matrices
 * ---------------
 * The right-hand side of every product is stored once in one layout for all element types and all
 * tiers. A logical matrix B of K rows and N columns (for a Linear weight [out, in]: N = out,
 * K = in) is cut into panels of 16 columns; inside a panel, one 64-byte line holds 16 columns times
 * 4 bytes of consecutive k:
 *
 *     f32  line: B[k][n0..n0+15]                                1 k a line
 *     bf16 line: B[k..k+1][n] as 16 pairs                       2 k a line  (a 16x16 line block is
 *     i8   line: B[k..k+3][n] as 16 quads                       4 k a line   an AMX tile as it is)
 *     q4   line: B[k..k+7][n] as 16 octets of 4-bit values      8 k a line
 *
 * K is padded with zeros to a multiple of PACK_K, N to a multiple of 16. Panel p begins at byte
 * p * pack_panel_bytes(). In a q4 octet, byte j of the four holds k = j in its low and k = 4 + j in
 * its high nibble, each as value + 8. */
enum { PACK_N = 16, PACK_K = 64 };

static inline int64_t pack_k(int64_t k)
{
    return (k + PACK_K - 1) / PACK_K * PACK_K;
}

static inline int64_t pack_panels(int64_t n)
{
    return (n + PACK_N - 1) / PACK_N;
}

/* t is DT_F32, DT_BF16, DT_I8 or DT_Q4. */
static inline size_t pack_panel_bytes(enum dtype t, int64_t k)
{
    size_t bytes = (size_t)pack_k(k) * PACK_N;
    return t == DT_F32 ? bytes * 4 : t == DT_BF16 ? bytes * 2 : t == DT_I8 ? bytes : bytes / 2;
}

enum act { ACT_NONE, ACT_GELU, ACT_GELU_TANH, ACT_SILU, ACT_RELU, ACT_SIGMOID, ACT_TANH };

/* One product C = act(A B * scales + bias) + residual over all of M and the panels given.
 *
 * A is row-major [m, lda] in the type the kernel names: f32, bf16, or u8 for the integer kernels,
 * where a value q stands for a_scale[row] * (q - 128). Rows of A are readable up to pack_k(k)
 * elements for bf16 and u8 (whatever lies beyond k is multiplied by zero, but must not be NaN).
 * Integer kernels need b_sum: per column the sum of the column's i8 values, to take the 128 out. */
struct gemm {
    int64_t m, n, k;
    const void *a;
    int64_t lda; /* elements between rows of A */
    const void *b;
    size_t b_stride;       /* bytes between panels of B; 0 means pack_panel_bytes() of k */
    const float *a_scale;  /* [m], integer kernels only */
    const float *b_scale;  /* i8: [n padded to 16]; q4: [panels][pack_k/32][16] */
    const int32_t *b_sum;  /* i8: [n padded to 16]; q4: unused */
    const float *bias;     /* [n] or null */
    const float *residual; /* f32 [m, ldr] or null; may be C itself when C is f32 */
    int64_t ldr;
    void *c;     /* [m, ldc] */
    int64_t ldc; /* elements between rows of C */
    bool c_bf16; /* C is bf16 instead of f32 */
    enum act act;
    float alpha; /* multiplies the product before the bias; 0 means 1 */
};

typedef void (*gemm_fn)(const struct gemm *g);

/* One pass over rows: y = (x - mean) / sqrt(var + eps) * w + b, statistics in f32. */
struct norm {
    int64_t rows, n;
    const void *x; /* f32, or bf16 when x_bf16, which only rms_norm takes */
    int64_t ldx;
    bool x_bf16;
    const float *w; /* null means 1 */
    const float *b; /* null means 0 */
    float eps;
    void *y; /* f32, or bf16 when y_bf16 */
    int64_t ldy;
    bool y_bf16;
};

/* What follows a channel's scale and shift: the value itself; x or slope * x below zero; x +
 * sin(alpha x)^2 / alpha (Ziyin et al. 2020, Snake); x / (1 + exp(-x)); tanh(x);
 * exp(x); sin(x). */
enum curve { CURVE_LINE, CURVE_LEAKY, CURVE_SNAKE, CURVE_SILU, CURVE_TANH, CURVE_EXP, CURVE_SIN };

/* y = curve(x * scale + shift) over rows of n channels; see struct channels in device/ops.h for
 * the vectors, all [n] or null. x and y may be the same with equal types and strides. */
struct channel_rows {
    int64_t rows, n;
    const void *x;
    void *y;
    int64_t ldx, ldy; /* elements */
    bool x_bf16, y_bf16;
    const float *scale, *shift;
    enum curve curve;
    float slope;
    const float *alpha, *inverse;
};

/* Rotates pairs of each head by the angles of its row, in place: (a, b) becomes
 * (a cos - b sin, b cos + a sin). Pairs lie next to each other when `interleaved`, else in the
 * first and second half of the `dim` values that are rotated; what a head has beyond them stays. */
struct rotation {
    int64_t rows, heads, head_dim, dim;
    void *x;
    int64_t ldx;            /* elements */
    const float *cos, *sin; /* [rows, dim / 2], rows ldt apart */
    int64_t ldt;
    bool interleaved, x_bf16;
};

/* y = act(x[:, :n]) * x[:, n:2n] over rows. y may be x with equal types and strides. */
struct gated_rows {
    int64_t rows, n;
    const void *x;
    void *y;
    int64_t ldx, ldy; /* elements */
    bool x_bf16, y_bf16;
    enum act act;
};

/* Winograd's minimal filtering F(2 x 2, 3 x 3) as Lavin and Gray (2016) have it: of 4 x 4 pixels in
 * come 2 x 2 of a 3 x 3 convolution by 16 products where there were 36. Both ends of it, in f32.
 *
 * In: `tiles` patches of 4 x 4 pixels, 2 pixels apart, of a picture whose rows are ldx apart and
 * whose pixels are n values; value k of 16 of patch t goes to v[k * ldv + t * n]. */
struct winograd_in {
    int64_t tiles, n;
    const float *x;
    int64_t ldx;
    float *v;
    int64_t ldv;
};

/* Out: value k of patch t at m[k * ldm + t * n] becomes `rows` x 2 pixels, of which those beyond
 * column `cols` are not stored: pixel (i, j) of patch t, with bias, activation and residual, goes
 * to c[i * row_c + (2 t + j) * ldc]. */
struct winograd_out {
    int64_t tiles, n, cols;
    int rows; /* 1 or 2 */
    const float *m;
    int64_t ldm;
    const float *bias, *residual; /* or null */
    int64_t row_r, ldr;
    void *c;
    int64_t row_c, ldc;
    bool c_bf16;
    enum act act;
};

struct kernels {
    unsigned flags;
    bool fast_bf16; /* bf16 products have hardware support */
    gemm_fn gemm_f32, gemm_bf16, gemm_i8, gemm_q4;

    void (*layer_norm)(const struct norm *n);
    void (*rms_norm)(const struct norm *n);

    /* p[i] = exp(x[i] - max) / sum over n values, in place for f32, or written as bf16. x and y may
     * be the same.. */
    void (*softmax_f32)(float *y, const float *x, int64_t n);
    void (*softmax_bf16)(uint16_t *y, const float *x, int64_t n);

    /* In place. */
    void (*activate)(float *x, int64_t n, enum act act);

    void (*rotate)(const struct rotation *r);
    void (*gated)(const struct gated_rows *g);
    /* y[i] += w[i] * x[i]; x is f32, or bf16. */
    void (*add_scaled)(float *y, const float *w, const float *x, int64_t n);
    void (*add_scaled_bf16)(float *y, const float *w, const uint16_t *x, int64_t n);

    void (*channels)(const struct channel_rows *c);
    /* sum[j] = sum over i of x[i][j] - pivot[j], squares[j] the same of its square: [n] each. */
    void (*column_sums)(float *sum, float *squares, const float *x, int64_t ldx, int64_t rows,
        int64_t n, const float *pivot);

    void (*winograd_in)(const struct winograd_in *w);
    void (*winograd_out)(const struct winograd_out *w);

    void (*f32_to_bf16)(uint16_t *y, const float *x, int64_t n);
    void (*bf16_to_f32)(float *y, const uint16_t *x, int64_t n);
    void (*f16_to_f32)(float *y, const uint16_t *x, int64_t n);

    /* q[i] = round(x[i] / scale) + 128 with scale = max|x| / 127; returns the scale (0 for zeros,
     * then q is 128 throughout). */
    float (*quantize_u8)(uint8_t *q, const float *x, int64_t n);
    float (*quantize_u8_bf16)(uint8_t *q, const uint16_t *x, int64_t n);

    float (*dot)(const float *x, const float *y, int64_t n);
    void (*add)(float *y, const float *x, int64_t n); /* y += x */

    /* Index of the first largest value, and log(sum(exp(x))) in *lse unless null. n >= 1. */
    int64_t (*argmax)(const float *x, int64_t n, float *lse);
};

/* flags: what the machine has (cpu_flags()) less what the caller masks. */
void kernels_init(struct kernels *k, unsigned flags);

/* One per tier; each returns at the first missing flag. */
void kernels_init_c(struct kernels *k);
void kernels_init_avx2(struct kernels *k, unsigned flags);
void kernels_init_avx512(struct kernels *k, unsigned flags);
void kernels_init_amx(struct kernels *k, unsigned flags);
void kernels_init_neon(struct kernels *k, unsigned flags);

#endif
