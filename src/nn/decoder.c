/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/decoder.h"

#include <math.h>
#include <stdlib.h>

/* A sequence inside one layer: its rows of x, of which the last rows - kept are padding. */
struct stretch {
    int64_t row0, rows, kept;
    struct kv *kv;
};

/* One pass of rows through the layers. */
struct pass {
    struct device *device;
    struct arena *arena;
    const struct decoder *m;
    struct tensor x; /* [rows, D] f32 */
    struct rope rope;
    struct stretch *stretch;
    int stretches;
    struct attention_part *part; /* [2 * stretches] */
};

static const struct tensor none;

static struct tensor temporary(struct arena *a, enum dtype t, int64_t rows, int64_t cols)
{
    return tensor_2d(arena_alloc(a, dtype_bytes(t, rows * cols)), t, rows, cols);
}

size_t decoder_kv_bytes(const struct decoder *m, int64_t positions)
{
    return kv_bytes(m->config.kv_heads, m->config.head_dim, positions, m->kv_type);
}

void decoder_kv_init(const struct decoder *m, struct kv *kv, void *memory, int64_t positions)
{
    kv_init(kv, memory, m->config.kv_heads, m->config.head_dim, positions, m->kv_type);
}

size_t decoder_step_bytes(const struct decoder *m, int64_t rows, int64_t sequences, int64_t outputs)
{
    const struct decoder_config *c = &m->config;
    int64_t d = c->head_dim,
            values = 2 * c->dim + (2 * c->heads + 2 * c->kv_heads + 1) * d + 3 * c->ffn;
    size_t a_row = (size_t)values * sizeof(float) + 2 * sizeof(int32_t);
    size_t a_sequence = 2 * sizeof(struct attention_part) + sizeof(struct stretch);
    size_t an_output = (size_t)(2 * c->dim + c->vocab) * sizeof(float);
    return (size_t)rows * a_row + (size_t)sequences * a_sequence + (size_t)outputs * an_output +
           32 * ARENA_ALIGN;
}

size_t decoder_features_bytes(const struct decoder *m, int64_t padded)
{
    return decoder_step_bytes(m, padded, 1, 0) + decoder_kv_bytes(m, padded) + ARENA_ALIGN;
}

/* Cosines and sines of every row's angles. The angle is rounded to f32 as transformers does it. */
static void make_rope(struct pass *p, const int32_t *position)
{
    int64_t rows = p->x.shape[0], half = p->m->config.head_dim / 2;
    p->rope.interleaved = p->m->config.interleaved;
    p->rope.cos = temporary(p->arena, DT_F32, rows, half);
    p->rope.sin = temporary(p->arena, DT_F32, rows, half);
    float *c = p->rope.cos.data, *s = p->rope.sin.data;
    const struct rope_stretch *stretch = &p->m->config.stretch;
    float gain = stretch->kind == ROPE_YARN ? (float)stretch->gain : 1;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < half; i++) {
            float angle = (float)position[r] * p->m->frequency[i];
            c[r * half + i] = cosf(angle) * gain;
            s[r * half + i] = sinf(angle) * gain;
        }
}

/* norm, q, k and v in one product, q and k rotated: [rows, (H + 2 K) d]. */
static struct tensor project(const struct pass *p, const struct decoder_layer *l)
{
    const struct decoder_config *c = &p->m->config;
    int64_t rows = p->x.shape[0], d = c->head_dim, q = c->heads * d, k = c->kv_heads * d;
    struct tensor y = temporary(p->arena, p->m->activation, rows, c->dim);
    struct tensor qkv = temporary(p->arena, p->m->activation, rows, q + 2 * k);
    op_rms_norm(p->device, y, p->x, l->attention_norm, 1, c->eps);
    op_linear(p->device, qkv, y, &l->qkv, ACT_NONE, none);
    if (l->q_norm) {
        struct tensor of_q = tensor_cols(qkv, 0, q), of_k = tensor_cols(qkv, q, k);
        op_rms_norm(p->device, of_q, of_q, l->q_norm, c->heads, c->eps);
        op_rms_norm(p->device, of_k, of_k, l->k_norm, c->kv_heads, c->eps);
    }
    op_rope(p->device, tensor_cols(qkv, 0, q + k), d, &p->rope, NULL);
    return qkv;
}

/* Adds what is kept to the caches, and says who sees what: the text all before it and itself, the
 * padding the text. */
static int append(const struct pass *p, struct tensor qkv)
{
    const struct decoder_config *c = &p->m->config;
    int64_t q = (int64_t)c->heads * c->head_dim, k = (int64_t)c->kv_heads * c->head_dim;
    int parts = 0;
    for (int i = 0; i < p->stretches; i++) {
        const struct stretch *s = &p->stretch[i];
        struct tensor rows = tensor_rows(qkv, s->row0, s->kept);
        int64_t start = s->kv->length;
        op_kv_append(p->device, s->kv, tensor_cols(rows, q, k), tensor_cols(rows, q + k, k));
        p->part[parts++] = (struct attention_part){s->row0, s->kept, s->kv, true, start};
        if (s->kept < s->rows)
            p->part[parts++] =
                (struct attention_part){s->row0 + s->kept, s->rows - s->kept, s->kv, false, 0};
    }
    return parts;
}

static void attend(const struct pass *p, const struct decoder_layer *l)
{
    const struct decoder_config *c = &p->m->config;
    struct arena_mark mark = arena_mark(p->arena);
    struct tensor qkv = project(p, l);
    int64_t q = (int64_t)c->heads * c->head_dim;
    struct tensor y = temporary(p->arena, p->m->activation, p->x.shape[0], q);
    int parts = append(p, qkv);
    op_attention(p->device, y, tensor_cols(qkv, 0, q), p->part, parts, c->heads,
        1.0f / sqrtf((float)c->head_dim));
    op_linear(p->device, p->x, y, &l->out, ACT_NONE, p->x);
    arena_rewind(p->arena, mark);
}

static void feed_forward(const struct pass *p, const struct decoder_layer *l)
{
    const struct decoder_config *c = &p->m->config;
    struct arena_mark mark = arena_mark(p->arena);
    int64_t rows = p->x.shape[0];
    struct tensor y = temporary(p->arena, p->m->activation, rows, c->dim);
    struct tensor both = temporary(p->arena, p->m->activation, rows, 2 * c->ffn);
    struct tensor hidden = temporary(p->arena, p->m->activation, rows, c->ffn);
    op_rms_norm(p->device, y, p->x, l->mlp_norm, 1, c->eps);
    op_linear(p->device, both, y, &l->gate_up, ACT_NONE, none);
    op_gated(p->device, hidden, both, ACT_SILU);
    op_linear(p->device, p->x, hidden, &l->down, ACT_NONE, p->x);
    arena_rewind(p->arena, mark);
}

static enum ih_status stopped(const volatile int *cancel, struct ih_error *e)
{
    return cancel && *cancel ? err_set(e, IH_CANCELLED, "stopped") : IH_OK;
}

/* A tokenizer may have more tokens than the model. */
static enum ih_status check_tokens(
    const struct decoder *m, const int32_t *id, int64_t n, struct ih_error *e)
{
    for (int64_t i = 0; i < n; i++)
        if (id[i] < 0 || id[i] >= m->config.vocab)
            return err_set(
                e, IH_INVALID, "token %d is none of the model's %d", (int)id[i], m->config.vocab);
    return IH_OK;
}

/* Token and position of every row. */
static void gather(const struct decoder_row *row, int rows, int32_t *id, int32_t *position)
{
    int64_t n = 0;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < row[i].count; j++, n++) {
            id[n] = row[i].token[j];
            position[n] = (int32_t)row[i].cache[0].length + j;
        }
}

static void begin(struct pass *p, int64_t rows, const int32_t *id, const int32_t *position)
{
    p->x = temporary(p->arena, DT_F32, rows, p->m->config.dim);
    make_rope(p, position);
    op_embed(p->device, p->x, &p->m->embedding, id, none, NULL);
    p->part = arena_alloc(p->arena, 2 * (size_t)p->stretches * sizeof *p->part);
}

/* Logits of the rows that want them, from their last rows of x. */
static void write_logits(const struct pass *p, const struct decoder_row *row, int rows)
{
    const struct decoder *m = p->m;
    int64_t dim = m->config.dim, vocab = m->config.vocab;
    int wanted = 0, one = 0;
    for (int i = 0; i < rows; i++)
        wanted += row[i].logits != NULL;
    if (!wanted)
        return;
    struct tensor picked = temporary(p->arena, DT_F32, wanted, dim);
    float *to = picked.data;
    for (int i = 0; i < rows; i++) {
        const struct stretch *s = &p->stretch[i];
        if (!row[i].logits)
            continue;
        memcpy(
            to, (const float *)p->x.data + (s->row0 + s->rows - 1) * dim, (size_t)dim * sizeof *to);
        to += dim;
        one = i;
    }
    struct tensor y = temporary(p->arena, m->activation, wanted, dim);
    op_rms_norm(p->device, y, picked, m->norm, 1, m->config.eps);
    struct tensor all = wanted == 1 ? tensor_2d(row[one].logits, DT_F32, 1, vocab)
                                    : temporary(p->arena, DT_F32, wanted, vocab);
    op_linear(p->device, all, y, &m->logits, ACT_NONE, none);
    const float *from = all.data;
    for (int i = 0; i < rows && wanted > 1; i++)
        if (row[i].logits) {
            memcpy(row[i].logits, from, (size_t)vocab * sizeof *from);
            from += vocab;
        }
}

static void watch_stage(
    const struct decoder_watch *w, const char *stage, int layer, struct tensor x)
{
    if (w)
        w->fn(w->arg, stage, layer, x);
}

static enum ih_status run_layers(struct pass *p, const struct decoder_row *row,
    const volatile int *cancel, const struct decoder_watch *watch, struct ih_error *e)
{
    for (int l = 0; l < p->m->depth; l++) {
        enum ih_status status = stopped(cancel, e);
        if (status)
            return status;
        for (int i = 0; i < p->stretches; i++)
            p->stretch[i].kv = &row[i].cache[l];
        attend(p, &p->m->layer[l]);
        feed_forward(p, &p->m->layer[l]);
        watch_stage(watch, "layer", l, p->x);
    }
    return IH_OK;
}

/* Takes back what a step that failed has added. */
static void take_back(const struct decoder *m, const struct decoder_row *row, int rows)
{
    for (int i = 0; i < rows; i++) {
        int64_t shortest = row[i].cache[m->depth - 1].length;
        for (int l = 0; l < m->depth; l++)
            shortest = row[i].cache[l].length < shortest ? row[i].cache[l].length : shortest;
        for (int l = 0; l < m->depth; l++)
            row[i].cache[l].length = shortest;
    }
}

enum ih_status decoder_step(struct device *d, struct arena *a, const struct decoder *m,
    const struct decoder_row *row, int rows, const volatile int *cancel,
    const struct decoder_watch *watch, struct ih_error *e)
{
    int64_t total = 0, outputs = 0;
    for (int i = 0; i < rows; i++) {
        total += row[i].count;
        outputs += row[i].logits != NULL;
    }
    if (arena_reserve(a, decoder_step_bytes(m, total, rows, outputs)))
        return err_memory(e, "a step of a text model");
    struct arena_mark mark = arena_mark(a);
    struct pass p = {.device = d, .arena = a, .m = m, .stretches = rows};
    p.stretch = arena_alloc(a, (size_t)rows * sizeof *p.stretch);
    int32_t *id = arena_alloc(a, (size_t)total * sizeof *id);
    int32_t *position = arena_alloc(a, (size_t)total * sizeof *position);
    gather(row, rows, id, position);
    enum ih_status status = check_tokens(m, id, total, e);
    if (status) {
        arena_rewind(a, mark);
        return status;
    }
    for (int64_t i = 0, row0 = 0; i < rows; row0 += row[i++].count)
        p.stretch[i] = (struct stretch){row0, row[i].count, row[i].count, NULL};
    begin(&p, total, id, position);
    watch_stage(watch, "embedded", 0, p.x);
    status = run_layers(&p, row, cancel, watch, e);
    if (!status)
        write_logits(&p, row, rows);
    arena_rewind(a, mark);
    if (device_exhausted(d) && !status)
        status = err_memory(e, "a step of a text model");
    if (status)
        take_back(m, row, rows);
    return status;
}

/* The states after `done` layers into their columns of out. */
static void tap(const struct pass *p, const struct decoder_features *f, int done, struct tensor out)
{
    int64_t dim = p->m->config.dim;
    for (int i = 0; i < f->taps; i++)
        if (f->after[i] == done)
            op_convert(p->device, tensor_cols(out, i * dim, dim), p->x);
}

enum ih_status decoder_read(struct device *d, struct arena *a, const struct decoder *m,
    const struct decoder_features *f, struct tensor out, const volatile int *cancel,
    struct ih_error *e)
{
    int last = f->taps ? f->after[f->taps - 1] : 0;
    if (f->count < 1 || f->count > f->padded || last > m->depth)
        return err_set(e, IH_INVALID, "%d tokens of %d and states after %d of %d layers", f->count,
            f->padded, last, m->depth);
    enum ih_status status = check_tokens(m, f->token, f->padded, e);
    if (status)
        return status;
    size_t bytes = decoder_kv_bytes(m, f->padded);
    if (arena_reserve(a, decoder_features_bytes(m, f->padded)))
        return err_memory(e, "reading a text");
    struct arena_mark mark = arena_mark(a);
    struct kv kv; /* of one layer at a time */
    struct stretch stretch = {0, f->padded, f->count, &kv};
    struct pass p = {.device = d, .arena = a, .m = m, .stretch = &stretch, .stretches = 1};
    decoder_kv_init(m, &kv, arena_calloc(a, 1, bytes), f->padded);
    int32_t *position = arena_alloc(a, (size_t)f->padded * sizeof *position);
    for (int i = 0; i < f->padded; i++)
        position[i] = i;
    begin(&p, f->padded, f->token, position);
    tap(&p, f, 0, out);
    for (int l = 0; l < last && !(status = stopped(cancel, e)); l++) {
        kv.length = 0;
        attend(&p, &m->layer[l]);
        feed_forward(&p, &m->layer[l]);
        tap(&p, f, l + 1, out);
    }
    arena_rewind(a, mark);
    if (device_exhausted(d) && !status)
        status = err_memory(e, "reading a text");
    return status;
}
