/* SPDX-License-Identifier: Apache-2.0 */
/* Attention as two products on packed keys and values.
 *
 *   keys    logical [head_dim, positions]: a panel holds 16 positions
 *   values  logical [positions, head_dim]: a panel holds 16 dimensions of all positions
 *
 * Each task takes a stretch of query rows of one head: scores = q K (f32), softmax over each row,
 * then y = p V. Only that stretch of the score matrix ever exists. */
#include "device/cpu/cpu.h"
#include "kernels/pack_rows.h"

#include <assert.h>
#include <math.h>

enum { QUERY_ROWS = 64 };

static size_t element(enum dtype t)
{
    return (size_t)dtype_info(t)->block_bytes;
}

static int64_t padded_positions(int64_t n)
{
    return (n + PACK_K - 1) / PACK_K * PACK_K;
}

static size_t key_panel_bytes(const struct kv *kv)
{
    return pack_panel_bytes(kv->dtype, kv->head_dim);
}

static size_t value_panel_bytes(const struct kv *kv)
{
    return pack_panel_bytes(kv->dtype, kv->capacity);
}

static size_t head_keys_bytes(const struct kv *kv)
{
    return (size_t)(kv->capacity / PACK_N) * key_panel_bytes(kv);
}

static size_t head_values_bytes(const struct kv *kv)
{
    return (size_t)pack_panels(kv->head_dim) * value_panel_bytes(kv);
}

void kv_init(
    struct kv *kv, void *memory, int heads, int head_dim, int64_t positions, enum dtype dtype)
{
    *kv = (struct kv){.heads = heads,
        .head_dim = head_dim,
        .capacity = padded_positions(positions),
        .dtype = dtype,
        .keys = memory};
    kv->values = offset(memory, (size_t)heads * head_keys_bytes(kv));
}

size_t kv_bytes(int heads, int head_dim, int64_t positions, enum dtype dtype)
{
    struct kv kv = {.head_dim = head_dim, .capacity = padded_positions(positions), .dtype = dtype};
    return (size_t)heads * (head_keys_bytes(&kv) + head_values_bytes(&kv));
}

void kv_copy(struct kv *dst, const struct kv *src, int64_t n)
{
    assert(dst->capacity == src->capacity && dst->head_dim == src->head_dim);
    int64_t group = 4 / (int64_t)element(src->dtype);
    size_t keys = (size_t)pack_panels(n) * key_panel_bytes(src);
    size_t line = (size_t)((n + group - 1) / group) * 64;
    for (int h = 0; h < src->heads; h++) {
        size_t at = (size_t)h * head_keys_bytes(src);
        memcpy(offset(dst->keys, at), offset(src->keys, at), keys);
        for (int64_t p = 0; p < pack_panels(src->head_dim); p++) {
            at = (size_t)h * head_values_bytes(src) + (size_t)p * value_panel_bytes(src);
            memcpy(offset(dst->values, at), offset(src->values, at), line);
        }
    }
    dst->length = n;
}

struct append {
    struct kv *kv;
    struct tensor k, v;
    const struct kernels *kernels;
};

/* One position of one head into its panels. A bf16 line holds pairs of consecutive k: dimensions
 * for keys, positions for values. */
static void store_f32(
    const struct kv *kv, float *keys, float *values, int64_t s, const float *k, const float *v)
{
    int64_t padded = pack_k(kv->head_dim);
    float *column = keys + s / PACK_N * padded * PACK_N + s % PACK_N;
    for (int i = 0; i < kv->head_dim; i++) {
        column[i * PACK_N] = k[i];
        values[i / PACK_N * kv->capacity * PACK_N + s * PACK_N + i % PACK_N] = v[i];
    }
}

static void store_bf16(const struct kv *kv, uint16_t *keys, uint16_t *values, int64_t s,
    const uint16_t *k, const uint16_t *v)
{
    int64_t padded = pack_k(kv->head_dim);
    uint16_t *column = keys + s / PACK_N * padded * PACK_N + s % PACK_N * 2;
    uint16_t *row = values + s / 2 * 2 * PACK_N + s % 2;
    for (int i = 0; i < kv->head_dim; i += 2)
        memcpy(column + i / 2 * 2 * PACK_N, k + i, 4);
    for (int i0 = 0; i0 < kv->head_dim; i0 += PACK_N, row += kv->capacity * PACK_N)
        for (int i = 0; i < PACK_N && i0 + i < kv->head_dim; i++)
            row[i * 2] = v[i0 + i];
}

enum { HEAD_DIM_MAX = 512 };

/* A row in the cache's type; `buffer` is used when it has another one. */
static const void *row_as(const struct kernels *k, const struct tensor *x, int64_t row, int64_t col,
    int64_t n, enum dtype t, void *buffer)
{
    const void *p = offset(x->data, dtype_bytes(x->dtype, row * x->stride[0] + col));
    if (x->dtype == t)
        return p;
    if (t == DT_BF16)
        k->f32_to_bf16(buffer, p, n);
    else
        k->bf16_to_f32(buffer, p, n);
    return buffer;
}

/* Rows [row, row + 16) at once, to positions that begin a panel. */
static void append_block(const struct append *a, int head, int64_t row, void *keys, void *values)
{
    const struct kv *kv = a->kv;
    int64_t s = kv->length + row, padded = pack_k(kv->head_dim), stride = kv->capacity * PACK_N;
    size_t col = dtype_bytes(kv->dtype, head * (int64_t)kv->head_dim);
    const void *k = offset(a->k.data, dtype_bytes(kv->dtype, row * a->k.stride[0]) + col);
    const void *v = offset(a->v.data, dtype_bytes(kv->dtype, row * a->v.stride[0]) + col);
    void *panel = offset(keys, dtype_bytes(kv->dtype, s * padded));
    void *line = offset(values, dtype_bytes(kv->dtype, s * PACK_N));
    if (kv->dtype == DT_F32) {
        pack_columns_f32(panel, k, a->k.stride[0], kv->head_dim);
        pack_depth_f32(line, stride, v, a->v.stride[0], kv->head_dim);
    } else {
        pack_columns_bf16(panel, k, a->k.stride[0], kv->head_dim);
        pack_depth_bf16(line, stride, v, a->v.stride[0], kv->head_dim);
    }
}

/* Rows that append_block() can take: whole panels in the cache's own type. */
static int64_t blocked_rows(const struct append *a)
{
    const struct kv *kv = a->kv;
    bool same = a->k.dtype == kv->dtype && a->v.dtype == kv->dtype;
    if (!same || kv->length % PACK_N || kv->head_dim % PACK_N)
        return 0;
    return a->k.shape[0] / PACK_N * PACK_N;
}

static void append_task(void *arg, int head, int worker)
{
    (void)worker;
    const struct append *a = arg;
    const struct kv *kv = a->kv;
    void *keys = offset(kv->keys, (size_t)head * head_keys_bytes(kv));
    void *values = offset(kv->values, (size_t)head * head_values_bytes(kv));
    int64_t col = head * (int64_t)kv->head_dim, blocked = blocked_rows(a);
    float k_buffer[HEAD_DIM_MAX], v_buffer[HEAD_DIM_MAX];
    for (int64_t i = 0; i < blocked; i += PACK_N)
        append_block(a, head, i, keys, values);
    for (int64_t i = blocked; i < a->k.shape[0]; i++) {
        const void *k = row_as(a->kernels, &a->k, i, col, kv->head_dim, kv->dtype, k_buffer);
        const void *v = row_as(a->kernels, &a->v, i, col, kv->head_dim, kv->dtype, v_buffer);
        if (kv->dtype == DT_F32)
            store_f32(kv, keys, values, kv->length + i, k, v);
        else
            store_bf16(kv, keys, values, kv->length + i, k, v);
    }
}

void op_kv_append(struct device *d, struct kv *kv, struct tensor k, struct tensor v)
{
    assert(kv->head_dim <= HEAD_DIM_MAX && kv->head_dim % 2 == 0);
    assert(kv->length + k.shape[0] <= kv->capacity);
    struct append a = {kv, k, v, &d->kernels};
    if (k.shape[0] * kv->heads * kv->head_dim < 4096)
        for (int h = 0; h < kv->heads; h++)
            append_task(&a, h, 0);
    else
        pool_run(d->pool, append_task, &a, kv->heads);
    kv->length += k.shape[0];
}

struct attention {
    struct device *device;
    struct tensor y, q;
    const struct attention_part *part;
    int parts, heads;
    int64_t blocks; /* query blocks of the longest part */
    float scale;
};

/* Scratch of one task: converted q, scores, probabilities. */
struct attention_scratch {
    void *q;
    float *scores;
    void *probs;
};

static size_t scratch_layout(struct attention_scratch *s, void *base, enum dtype t, int64_t rows,
    int64_t head_dim, int64_t positions)
{
    size_t q = (size_t)(rows * pack_k(head_dim)) * element(t);
    size_t scores = (size_t)(rows * padded_positions(positions)) * sizeof(float);
    size_t probs = t == DT_F32 ? 0 : scores / 2;
    s->q = base;
    s->scores = offset(base, q);
    s->probs = t == DT_F32 ? (void *)s->scores : offset(base, q + scores);
    return q + scores + probs;
}

/* Queries in the cache's type with zeroed padding, or as they are when they fit already. */
static const void *queries(const struct attention *a, const struct attention_scratch *s,
    const struct kv *kv, int64_t row, int64_t rows, int head, int64_t *ld)
{
    int64_t col = head * (int64_t)kv->head_dim, padded = pack_k(kv->head_dim);
    if (a->q.dtype == kv->dtype && (kv->dtype == DT_F32 || padded == kv->head_dim)) {
        *ld = a->q.stride[0];
        return offset(a->q.data, dtype_bytes(kv->dtype, row * *ld + col));
    }
    *ld = padded;
    for (int64_t i = 0; i < rows; i++) {
        void *to = offset(s->q, (size_t)(i * padded) * element(kv->dtype));
        const void *x =
            row_as(&a->device->kernels, &a->q, row + i, col, kv->head_dim, kv->dtype, to);
        if (x != to)
            memcpy(to, x, dtype_bytes(kv->dtype, kv->head_dim));
        memset(offset(to, dtype_bytes(kv->dtype, kv->head_dim)), 0,
            dtype_bytes(kv->dtype, padded - kv->head_dim));
    }
    return s->q;
}

static void scores(const struct attention *a, const struct attention_scratch *s,
    const struct kv *kv, int64_t row, int64_t rows, int head, int64_t n)
{
    const struct kernels *k = &a->device->kernels;
    int shared = a->heads / kv->heads;
    struct gemm g = {
        .m = rows,
        .n = n,
        .k = kv->head_dim,
        .b = offset(kv->keys, (size_t)(head / shared) * head_keys_bytes(kv)),
        .c = s->scores,
        .ldc = padded_positions(n),
        .alpha = a->scale,
    };
    g.a = queries(a, s, kv, row, rows, head, &g.lda);
    (kv->dtype == DT_F32 ? k->gemm_f32 : k->gemm_bf16)(&g);
}

/* Row i sees `seen` positions; the rest up to the padding gets probability zero. */
static void softmax_row(const struct kernels *k, const struct attention_scratch *s, enum dtype t,
    int64_t i, int64_t ld, int64_t seen)
{
    float *x = s->scores + i * ld;
    if (t == DT_F32) {
        k->softmax_f32(x, x, seen);
        memset(x + seen, 0, (size_t)(ld - seen) * sizeof *x);
        return;
    }
    uint16_t *p = (uint16_t *)s->probs + i * ld;
    k->softmax_bf16(p, x, seen);
    memset(p + seen, 0, (size_t)(ld - seen) * sizeof *p);
}

static int64_t seen_by(const struct attention_part *part, int64_t row)
{
    int64_t n = part->kv->length, limit = part->start + row + 1;
    return part->causal && limit < n ? limit : n;
}

static void weigh_values(const struct attention *a, const struct attention_scratch *s,
    const struct kv *kv, int64_t row, int64_t rows, int head, int64_t n)
{
    const struct kernels *k = &a->device->kernels;
    int shared = a->heads / kv->heads;
    int64_t col = head * (int64_t)kv->head_dim;
    struct gemm g = {
        .m = rows,
        .n = kv->head_dim,
        .k = n,
        .a = s->probs,
        .lda = padded_positions(n),
        .b = offset(kv->values, (size_t)(head / shared) * head_values_bytes(kv)),
        .b_stride = value_panel_bytes(kv),
        .c = offset(a->y.data, dtype_bytes(a->y.dtype, row * a->y.stride[0] + col)),
        .ldc = a->y.stride[0],
        .c_bf16 = a->y.dtype == DT_BF16,
    };
    (kv->dtype == DT_F32 ? k->gemm_f32 : k->gemm_bf16)(&g);
}

/* Rows [first, first + rows) of one part. */
static void attend(const struct attention *a, const struct attention_part *part, int head,
    int64_t first, int64_t rows)
{
    const struct kv *kv = part->kv;
    int64_t n = seen_by(part, first + rows - 1);
    struct attention_scratch s;
    size_t bytes = scratch_layout(&s, NULL, kv->dtype, rows, kv->head_dim, n);
    struct scratch *memory = scratch_take(a->device, bytes);
    if (!memory)
        return;
    scratch_layout(&s, memory->data, kv->dtype, rows, kv->head_dim, n);
    scores(a, &s, kv, part->row0 + first, rows, head, n);
    for (int64_t i = 0; i < rows; i++)
        softmax_row(
            &a->device->kernels, &s, kv->dtype, i, padded_positions(n), seen_by(part, first + i));
    weigh_values(a, &s, kv, part->row0 + first, rows, head, n);
    scratch_give(a->device, memory);
}

static void attention_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct attention *a = arg;
    int64_t block = task % a->blocks;
    int rest = task / (int)a->blocks;
    const struct attention_part *part = &a->part[rest % a->parts];
    int64_t first = block * QUERY_ROWS, rows = part->rows - first;
    if (rows <= 0)
        return;
    attend(a, part, rest / a->parts, first, rows < QUERY_ROWS ? rows : QUERY_ROWS);
}

void op_attention(struct device *d, struct tensor y, struct tensor q,
    const struct attention_part *part, int parts, int heads, float scale)
{
    struct attention a = {d, y, q, part, parts, heads, 0, scale};
    for (int i = 0; i < parts; i++) {
        int64_t blocks = (part[i].rows + QUERY_ROWS - 1) / QUERY_ROWS;
        a.blocks = blocks > a.blocks ? blocks : a.blocks;
        assert(part[i].kv->length > 0 && heads % part[i].kv->heads == 0);
    }
    pool_run(d->pool, attention_task, &a, (int)a.blocks * parts * heads);
}

void op_attention_weights(struct device *d, struct tensor weights, struct tensor q,
    const struct kv *kv, int head, float scale)
{
    struct attention a = {.device = d, .q = q, .heads = kv->heads, .scale = scale};
    int64_t rows = q.shape[0], n = kv->length, ld = padded_positions(n);
    struct attention_scratch s;
    struct scratch *memory =
        scratch_take(d, scratch_layout(&s, NULL, kv->dtype, rows, kv->head_dim, n));
    if (!memory)
        return;
    scratch_layout(&s, memory->data, kv->dtype, rows, kv->head_dim, n);
    scores(&a, &s, kv, 0, rows, head, n);
    for (int64_t i = 0; i < rows; i++)
        d->kernels.softmax_f32((float *)weights.data + i * weights.stride[0], s.scores + i * ld, n);
    scratch_give(d, memory);
}
