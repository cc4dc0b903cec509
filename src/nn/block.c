/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/block.h"

#include <math.h>

enum ih_status block_pack(struct device *d, struct block *b, const struct block_parts *p,
    enum dtype storage, struct ih_error *e)
{
    *b = (struct block){
        .attention_norm = p->attention_norm, .cross_norm = p->cross_norm, .mlp_norm = p->mlp_norm};
    struct linear_part qkv[] = {p->q, p->k, p->v}, cross_kv[] = {p->cross_k, p->cross_v};
    bool cross = p->cross_q.w.w.data != NULL;
    enum ih_status status = linear_pack(d, &b->qkv, qkv, 3, storage, e);
    status = status ? status : linear_pack(d, &b->out, &p->out, 1, storage, e);
    status = status ? status : linear_pack(d, &b->fc1, &p->fc1, 1, storage, e);
    status = status ? status : linear_pack(d, &b->fc2, &p->fc2, 1, storage, e);
    if (cross) {
        status = status ? status : linear_pack(d, &b->cross_q, &p->cross_q, 1, storage, e);
        status = status ? status : linear_pack(d, &b->cross_kv, cross_kv, 2, storage, e);
        status = status ? status : linear_pack(d, &b->cross_out, &p->cross_out, 1, storage, e);
    }
    if (status)
        block_free(b);
    return status;
}

void block_free(struct block *b)
{
    struct linear *all[] = {
        &b->qkv, &b->out, &b->cross_q, &b->cross_kv, &b->cross_out, &b->fc1, &b->fc2};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        linear_free(all[i]);
}

static struct tensor temporary(struct arena *a, enum dtype t, int64_t rows, int64_t cols)
{
    return tensor_2d(arena_alloc(a, dtype_bytes(t, rows * cols)), t, rows, cols);
}

static float attention_scale(const struct block_shape *s)
{
    return 1.0f / sqrtf((float)s->dim / (float)s->heads);
}

static const struct tensor none;

static void mlp(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x)
{
    int64_t rows = x.shape[0];
    struct tensor y = temporary(a, s->activation, rows, s->dim);
    struct tensor hidden = temporary(a, s->activation, rows, s->ffn);
    op_layer_norm(d, y, x, b->mlp_norm.w, b->mlp_norm.b, s->eps);
    op_linear(d, hidden, y, &b->fc1, s->act, none);
    op_linear(d, x, hidden, &b->fc2, ACT_NONE, x);
}

/* norm and q, k, v in one product: [rows, 3d]. */
static struct tensor project(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x)
{
    struct tensor y = temporary(a, s->activation, x.shape[0], s->dim);
    struct tensor qkv = temporary(a, s->activation, x.shape[0], 3 * s->dim);
    op_layer_norm(d, y, x, b->attention_norm.w, b->attention_norm.b, s->eps);
    op_linear(d, qkv, y, &b->qkv, ACT_NONE, none);
    return qkv;
}

static void append(
    struct device *d, const struct block_shape *s, struct tensor qkv, const struct sequence *seq)
{
    struct tensor rows = tensor_rows(qkv, seq->row0, seq->rows);
    op_kv_append(
        d, seq->self, tensor_cols(rows, s->dim, s->dim), tensor_cols(rows, 2 * s->dim, s->dim));
}

void block_encode(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x, const struct sequence *seq, int count)
{
    struct arena_mark mark = arena_mark(a);
    struct tensor qkv = project(d, a, b, s, x);
    struct tensor y = temporary(a, s->activation, x.shape[0], s->dim);
    for (int i = 0; i < count; i++) {
        seq[i].self->length = 0;
        append(d, s, qkv, &seq[i]);
        struct attention_part part = {.row0 = seq[i].row0, .rows = seq[i].rows, .kv = seq[i].self};
        op_attention(d, y, tensor_cols(qkv, 0, s->dim), &part, 1, s->heads, attention_scale(s));
    }
    op_linear(d, x, y, &b->out, ACT_NONE, x);
    mlp(d, a, b, s, x);
    arena_rewind(a, mark);
}

static void self_attention(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x, const struct sequence *seq, int count,
    struct attention_part *part)
{
    struct tensor qkv = project(d, a, b, s, x);
    struct tensor y = temporary(a, s->activation, x.shape[0], s->dim);
    for (int i = 0; i < count; i++) {
        part[i] = (struct attention_part){
            seq[i].row0, seq[i].rows, seq[i].self, true, seq[i].self->length};
        append(d, s, qkv, &seq[i]);
    }
    op_attention(d, y, tensor_cols(qkv, 0, s->dim), part, count, s->heads, attention_scale(s));
    op_linear(d, x, y, &b->out, ACT_NONE, x);
}

static void cross_attention(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x, const struct sequence *seq, int count,
    struct attention_part *part, const struct block_tap *tap)
{
    struct tensor y = temporary(a, s->activation, x.shape[0], s->dim);
    struct tensor q = temporary(a, s->activation, x.shape[0], s->dim);
    op_layer_norm(d, y, x, b->cross_norm.w, b->cross_norm.b, s->eps);
    op_linear(d, q, y, &b->cross_q, ACT_NONE, none);
    if (tap)
        tap->fn(tap->arg, q);
    /* Neighbours that share a cache (the beams of one window) become one part, so that its keys are
     * read once for all of them. */
    int parts = 0;
    for (int i = 0; i < count; i++) {
        if (parts && part[parts - 1].kv == seq[i].cross)
            part[parts - 1].rows += seq[i].rows;
        else
            part[parts++] =
                (struct attention_part){seq[i].row0, seq[i].rows, seq[i].cross, false, 0};
    }
    op_attention(d, y, q, part, parts, s->heads, attention_scale(s));
    op_linear(d, x, y, &b->cross_out, ACT_NONE, x);
}

void block_decode(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor x, const struct sequence *seq, int count,
    const struct block_tap *tap)
{
    struct arena_mark mark = arena_mark(a);
    struct attention_part *part = arena_alloc(a, (size_t)count * sizeof *part);
    self_attention(d, a, b, s, x, seq, count, part);
    if (seq[0].cross)
        cross_attention(d, a, b, s, x, seq, count, part, tap);
    mlp(d, a, b, s, x);
    arena_rewind(a, mark);
}

void block_cross(struct device *d, struct arena *a, const struct block *b,
    const struct block_shape *s, struct tensor encoded, struct kv *cross)
{
    struct arena_mark mark = arena_mark(a);
    struct tensor kv = temporary(a, s->activation, encoded.shape[0], 2 * s->dim);
    op_linear(d, kv, encoded, &b->cross_kv, ACT_NONE, none);
    cross->length = 0;
    op_kv_append(d, cross, tensor_cols(kv, 0, s->dim), tensor_cols(kv, s->dim, s->dim));
    arena_rewind(a, mark);
}
