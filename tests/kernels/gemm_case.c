/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/gemm_case.h"

#include "kernels/pack.h"

const struct gemm_type gemm_types[] = {
    {"gemm_f32", DT_F32},
    {"gemm_bf16", DT_BF16},
    {"gemm_i8", DT_I8},
    {"gemm_q4", DT_Q4},
    {0},
};

gemm_fn gemm_of(const struct kernels *k, enum dtype type)
{
    return type == DT_F32    ? k->gemm_f32
           : type == DT_BF16 ? k->gemm_bf16
           : type == DT_I8   ? k->gemm_i8
                             : k->gemm_q4;
}

/* A: rows may lie further apart than k or overlap; bf16 and u8 are readable up to pack_k(k). */
static void make_a(struct check *t, struct gemm_case *x)
{
    struct gemm *g = &x->g;
    int64_t last = x->type == DT_F32 ? g->k : pack_k(g->k);
    size_t count = (size_t)((g->m - 1) * g->lda + last);
    if (x->type == DT_F32) {
        x->a = check_block(t, count * sizeof(float));
        check_fill(t, x->a, (int64_t)count, 1.0f);
    } else if (x->type == DT_BF16) {
        x->a = check_block(t, count * sizeof(uint16_t));
        check_fill_bf16(t, x->a, (int64_t)count, 1.0f);
    } else {
        float *scale = check_block(t, (size_t)g->m * sizeof *scale);
        x->a = check_block(t, count);
        check_fill_bytes(t, x->a, count);
        for (int64_t i = 0; i < g->m; i++)
            scale[i] = (1.0f + check_unit(t) * 0.5f) / 256.0f;
        g->a_scale = scale;
    }
    g->a = x->a;
}

/* Panels of a wider matrix: b_stride may be larger than a panel of this k. */
static void make_b(struct check *t, struct gemm_case *x)
{
    struct gemm *g = &x->g;
    int64_t panels = pack_panels(g->n), groups = pack_k(g->k) / 32, n = g->n, k = g->k;
    size_t bytes = pack_panel_bytes(x->type, k), stride = bytes;
    if (check_range(t, 0, 3) == 0)
        g->b_stride = stride = bytes + 64 * (size_t)check_range(t, 0, 5);
    uint8_t *b = check_block(t, (size_t)(panels - 1) * stride + bytes);
    float *w = check_block(t, (size_t)(n * k) * sizeof *w);
    float *scale = check_block(t, (size_t)(panels * groups * PACK_N) * sizeof *scale);
    int32_t *sum = check_block(t, (size_t)(panels * PACK_N) * sizeof *sum);
    check_fill(t, w, n * k, 1.0f);
    for (int64_t p = 0; p < panels; p++) {
        uint8_t *to = b + (size_t)p * stride;
        const float *row = w + p * PACK_N * k;
        int64_t rows = n - p * PACK_N;
        if (x->type == DT_F32)
            pack_f32((float *)(void *)to, row, k, rows, k, 0, 1);
        else if (x->type == DT_BF16)
            pack_bf16((uint16_t *)(void *)to, row, k, rows, k, 0, 1);
        else if (x->type == DT_I8)
            pack_i8((int8_t *)to, scale + p * PACK_N, sum + p * PACK_N, row, k, rows, k, 0, 1);
        else
            pack_q4(to, scale + p * groups * PACK_N, row, k, rows, k, 0, 1);
    }
    x->weight = w;
    g->b = b;
    g->b_scale = scale;
    g->b_sum = sum;
}

static void make_c(struct check *t, struct gemm_case *x)
{
    struct gemm *g = &x->g;
    size_t bytes = gemm_case_c_bytes(x), element = g->c_bf16 ? 2 : 4;
    x->got = check_block(t, bytes);
    x->want = check_block(t, bytes);
    x->fresh = check_block(t, bytes);
    if (g->c_bf16)
        check_fill_bf16(t, x->fresh, (int64_t)(bytes / element), 1.0f);
    else
        check_fill(t, x->fresh, (int64_t)(bytes / element), 1.0f);
    memcpy(x->got, x->fresh, bytes);
    memcpy(x->want, x->fresh, bytes);
    x->row_got = check_block(t, (size_t)g->n * sizeof(float));
    x->row_want = check_block(t, (size_t)g->n * sizeof(float));
}

static float *make_floats(struct check *t, int64_t n)
{
    float *x = check_block(t, (size_t)n * sizeof *x);
    check_fill(t, x, n, 1.0f);
    return x;
}

void gemm_case_init(struct check *t, struct gemm_case *x, enum dtype type, struct gemm_shape shape)
{
    static const float alphas[] = {0.0f, 1.0f, 0.125f, -2.0f};
    *x = (struct gemm_case){.type = type,
        .fn = gemm_of(t->k, type),
        .reference = gemm_of(t->c, type),
        .g = {.m = shape.m, .n = shape.n, .k = shape.k}};
    struct gemm *g = &x->g;
    g->lda = g->k + check_range(t, 0, 3) * check_range(t, 0, 40);
    if (check_range(t, 0, 7) == 0)
        g->lda = check_range(t, 1, g->k); /* a convolution: rows overlap */
    if (check_range(t, 0, 7) == 0)
        g->lda = (g->k + 1023) / 1024 * 1024; /* rows that fall on each other in a cache */
    g->ldc = g->n + check_range(t, 0, 2) * check_range(t, 0, 20);
    g->act = (enum act)check_range(t, 0, ACT_TANH);
    g->alpha = alphas[check_range(t, 0, 3)];
    g->c_bf16 = check_range(t, 0, 1);
    make_a(t, x);
    make_b(t, x);
    make_c(t, x);
    g->bias = check_range(t, 0, 1) ? make_floats(t, g->n) : NULL;
    int64_t residual = check_range(t, 0, 2);
    x->in_place = residual == 1 && !g->c_bf16;
    g->ldr = x->in_place ? g->ldc : g->n + check_range(t, 0, 5);
    g->residual = residual == 2 ? make_floats(t, (g->m - 1) * g->ldr + g->n) : NULL;
}

void gemm_case_init_plain(
    struct check *t, struct gemm_case *x, enum dtype type, struct gemm_shape shape)
{
    *x = (struct gemm_case){.type = type,
        .fn = gemm_of(t->k, type),
        .reference = gemm_of(t->c, type),
        .g = {.m = shape.m, .n = shape.n, .k = shape.k, .lda = shape.k, .ldc = shape.n}};
    x->g.lda = type == DT_F32 ? shape.k : pack_k(shape.k);
    x->g.c_bf16 = type != DT_F32;
    make_a(t, x);
    make_b(t, x);
    make_c(t, x);
    x->g.bias = make_floats(t, shape.n);
    x->g.b_stride = 0;
    x->g.c = x->got;
}

double gemm_case_a(const struct gemm_case *x, int64_t row, int64_t k)
{
    int64_t at = row * x->g.lda + k;
    if (x->type == DT_F32)
        return ((const float *)x->a)[at];
    if (x->type == DT_BF16)
        return bf16_to_f32(((const uint16_t *)x->a)[at]);
    return (double)x->g.a_scale[row] * (((const uint8_t *)x->a)[at] - 128);
}

/* From the weight for f32 and bf16; the integer types lose more than rounding, so from the panel.
 */
double gemm_case_b(const struct gemm_case *x, int64_t k, int64_t col)
{
    const struct gemm *g = &x->g;
    int64_t p = col / PACK_N, j = col % PACK_N;
    size_t stride = g->b_stride ? g->b_stride : pack_panel_bytes(x->type, g->k);
    const uint8_t *b = (const uint8_t *)g->b + (size_t)p * stride;
    float w = x->weight[col * g->k + k];
    if (x->type == DT_F32)
        return w;
    if (x->type == DT_BF16)
        return bf16_to_f32(f32_to_bf16(w));
    if (x->type == DT_I8)
        return (double)g->b_scale[col] * ((const int8_t *)b)[k / 4 * 64 + j * 4 + k % 4];
    int nibble = b[k / 8 * 64 + j * 4 + k % 4] >> (k % 8 < 4 ? 0 : 4) & 15;
    int64_t groups = pack_k(g->k) / 32;
    return (double)g->b_scale[(p * groups + k / 32) * PACK_N + j] * (nibble - 8);
}

void gemm_case_row(const struct gemm_case *x, const void *c, int64_t row, float *out)
{
    for (int64_t j = 0; j < x->g.n; j++) {
        int64_t at = row * x->g.ldc + j;
        out[j] = x->g.c_bf16 ? bf16_to_f32(((const uint16_t *)c)[at]) : ((const float *)c)[at];
    }
}

size_t gemm_case_c_bytes(const struct gemm_case *x)
{
    return (size_t)((x->g.m - 1) * x->g.ldc + x->g.n) * (x->g.c_bf16 ? 2 : 4);
}

void gemm_case_check_gaps(struct check *t, const struct gemm_case *x)
{
    const struct gemm *g = &x->g;
    size_t element = g->c_bf16 ? 2 : 4;
    for (int64_t row = 0; row + 1 < g->m; row++) {
        size_t from = (size_t)(row * g->ldc + g->n) * element;
        size_t bytes = (size_t)(g->ldc - g->n) * element;
        if (memcmp((char *)x->got + from, (char *)x->fresh + from, bytes) != 0)
            check_failed(t, "n %lld ldc %lld: wrote behind row %lld", (long long)g->n,
                (long long)g->ldc, (long long)row);
    }
}

struct gemm gemm_case_part(const struct gemm_case *x, const struct gemm *g, int64_t row,
    int64_t rows, int64_t p, int64_t panels)
{
    struct gemm part = *g;
    int64_t col = p * PACK_N, groups = pack_k(g->k) / 32;
    size_t a_element = x->type == DT_F32 ? 4 : x->type == DT_BF16 ? 2 : 1;
    size_t stride = g->b_stride ? g->b_stride : pack_panel_bytes(x->type, g->k);
    part.m = rows;
    part.n = g->n - col < panels * PACK_N ? g->n - col : panels * PACK_N;
    part.a = (const char *)g->a + (size_t)(row * g->lda) * a_element;
    part.b = (const char *)g->b + (size_t)p * stride;
    part.a_scale = g->a_scale ? g->a_scale + row : NULL;
    part.b_scale = g->b_scale + (x->type == DT_Q4 ? p * groups * PACK_N : col);
    part.b_sum = g->b_sum + col;
    part.bias = g->bias ? g->bias + col : NULL;
    part.residual = g->residual ? g->residual + row * g->ldr + col : NULL;
    part.c = (char *)x->got + (size_t)(row * g->ldc + col) * (g->c_bf16 ? 2 : 4);
    return part;
}
