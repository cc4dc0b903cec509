/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/flow_transformer.h"

#include <math.h>

/* One run on its way. */
struct run {
    struct device *device;
    struct arena *arena;
    const struct flow_transformer *m;
    const struct flow_input *in;
    int64_t text, rows; /* T and T + N */
    struct tensor x;    /* [T + N, D] f32 */
    struct tensor y;    /* [T + N, D]: what a product reads or gives */
    struct tensor wide; /* [T + N, 3 D + 2 F] */
    struct tensor both; /* [T + N, D + F] */
    struct kv kv;       /* of one block at a time */
};

/* Scale (with its 1), shift and gate of one sub-block, [D] each. */
struct modulation {
    const float *shift, *scale, *gate;
};

static const struct tensor none;

static struct tensor temporary(struct arena *a, enum dtype t, int64_t rows, int64_t cols)
{
    return tensor_2d(arena_alloc(a, dtype_bytes(t, rows * cols)), t, rows, cols);
}

static void watch(const struct run *r, const char *stage, int index, struct tensor x)
{
    if (r->in->watch)
        r->in->watch->fn(r->in->watch->arg, stage, index, x);
}

static enum ih_status stopped(const struct run *r, struct ih_error *e)
{
    return r->in->cancel && *r->in->cancel ? err_set(e, IH_CANCELLED, "stopped") : IH_OK;
}

bool flow_rope(struct rope *out, struct arena *a, const struct flow_config *c,
    const float *coordinates, int64_t rows)
{
    int64_t half = c->head_dim / 2;
    *out = (struct rope){temporary(a, DT_F32, rows, half), temporary(a, DT_F32, rows, half), true};
    float *cosine = out->cos.data, *sine = out->sin.data;
    if (!cosine || !sine)
        return false;
    for (int64_t r = 0, at = 0; r < rows; r++)
        for (int i = 0; i < c->axes; i++)
            for (int j = 0; j < c->axis[i]; j += 2, at++) {
                double frequency = 1.0 / pow(c->theta, (double)j / c->axis[i]);
                double angle = (double)coordinates[r * c->axes + i] * frequency;
                cosine[at] = (float)cos(angle);
                sine[at] = (float)sin(angle);
            }
    return true;
}

void flow_embed_text(
    struct device *d, struct tensor y, const struct flow_transformer *m, struct tensor features)
{
    op_linear(d, y, features, &m->context_embedder, ACT_NONE, none);
}

/* linear_2(silu(linear_1(sinusoid(t)))), cosines first; in f32 as the reference has it. */
static void embed_number(
    const struct run *r, struct tensor y, const struct linear mlp[2], float t, struct tensor sum)
{
    int64_t n = r->m->config.time_channels, half = n / 2;
    struct tensor wave = temporary(r->arena, DT_F32, 1, n);
    struct tensor hidden = temporary(r->arena, DT_F32, 1, r->m->config.dim);
    float *w = wave.data;
    for (int64_t i = 0; i < half; i++) {
        float exponent = -9.210340371976184f * (float)i / (float)half; /* ln 10000 */
        float angle = t * (float)exp((double)exponent);
        w[i] = (float)cos((double)angle);
        w[half + i] = (float)sin((double)angle);
    }
    op_linear(r->device, hidden, wave, &mlp[0], ACT_SILU, none);
    op_linear(r->device, y, hidden, &mlp[1], ACT_NONE, sum);
}

/* silu(temb) [1, D], which all modulations are made from. */
static struct tensor embed_time(const struct run *r)
{
    const struct flow_transformer *m = r->m;
    struct tensor y = temporary(r->arena, DT_F32, 1, m->config.dim);
    embed_number(r, y, m->time, r->in->time * 1000.0f, none);
    if (m->config.guidance && r->in->guidance > 0)
        embed_number(r, y, m->guidance, r->in->guidance * 1000.0f, y);
    watch(r, "temb", 0, y);
    device_kernels(r->device)->activate(y.data, m->config.dim, ACT_SILU);
    return y;
}

/* Parts [n D] of one modulation; the scales among them get their 1. */
static const float *modulate(const struct run *r, struct tensor temb, const struct linear *w,
    int first_scale, int every, const char *stage)
{
    int64_t dim = r->m->config.dim;
    struct tensor y = temporary(r->arena, DT_F32, 1, w->out);
    op_linear(r->device, y, temb, w, ACT_NONE, none);
    watch(r, stage, 0, y);
    float *values = y.data;
    for (int64_t part = first_scale; part * dim < w->out; part += every)
        for (int64_t i = 0; i < dim; i++)
            values[part * dim + i] += 1.0f;
    return values;
}

static struct modulation part_of(const struct run *r, const float *values, int sub_block)
{
    int64_t dim = r->m->config.dim;
    const float *p = values + 3 * dim * sub_block;
    return (struct modulation){p, p + dim, p + 2 * dim};
}

static void norm(const struct run *r, struct tensor y, struct tensor x, struct modulation m)
{
    op_layer_norm(r->device, y, x, m.scale, m.shift, r->m->config.eps);
}

/* q and k in columns [0, 2 D), each head by itself. */
static void norm_heads(
    const struct run *r, struct tensor qk, const float *q_norm, const float *k_norm)
{
    const struct flow_config *c = &r->m->config;
    struct tensor q = tensor_cols(qk, 0, c->dim), k = tensor_cols(qk, c->dim, c->dim);
    op_rms_norm(r->device, q, q, q_norm, c->heads, c->eps);
    op_rms_norm(r->device, k, k, k_norm, c->heads, c->eps);
}

/* y [T + N, D] = attention of all rows to all rows, from q, k and v in columns [0, 3 D). */
static void attend(struct run *r, struct tensor y, struct tensor qkv)
{
    const struct flow_config *c = &r->m->config;
    int64_t dim = c->dim;
    op_rope(r->device, tensor_cols(qkv, 0, 2 * dim), c->head_dim, r->in->rope, NULL);
    r->kv.length = 0;
    op_kv_append(r->device, &r->kv, tensor_cols(qkv, dim, dim), tensor_cols(qkv, 2 * dim, dim));
    struct attention_part part = {.rows = r->rows, .kv = &r->kv};
    op_attention(r->device, y, tensor_cols(qkv, 0, dim), &part, 1, c->heads,
        1.0f / sqrtf((float)c->head_dim));
}

/* One side of a pair: its rows of everything. */
struct side {
    const struct flow_stream *weights;
    struct modulation attention, feed_forward;
    int64_t row0, rows;
};

static struct tensor side_of(struct tensor x, const struct side *s, int64_t cols)
{
    return tensor_cols(tensor_rows(x, s->row0, s->rows), 0, cols);
}

static void project_side(const struct run *r, const struct side *s)
{
    int64_t dim = r->m->config.dim;
    struct tensor y = side_of(r->y, s, dim), qkv = side_of(r->wide, s, 3 * dim);
    norm(r, y, side_of(r->x, s, dim), s->attention);
    op_linear(r->device, qkv, y, &s->weights->qkv, ACT_NONE, none);
    norm_heads(r, qkv, s->weights->q_norm, s->weights->k_norm);
}

/* What follows the attention, whose result is in `both`. */
static void finish_side(const struct run *r, const struct side *s)
{
    const struct flow_config *c = &r->m->config;
    struct tensor x = side_of(r->x, s, c->dim), y = side_of(r->y, s, c->dim);
    struct tensor wide = side_of(r->wide, s, 2 * (int64_t)c->ffn);
    struct tensor hidden = side_of(r->both, s, c->ffn);
    op_linear(r->device, y, side_of(r->both, s, c->dim), &s->weights->out, ACT_NONE, none);
    op_add_gated(r->device, x, y, s->attention.gate);
    norm(r, y, x, s->feed_forward);
    op_linear(r->device, wide, y, &s->weights->ff_in, ACT_NONE, none);
    op_gated(r->device, hidden, wide, ACT_SILU);
    op_linear(r->device, y, hidden, &s->weights->ff_out, ACT_NONE, none);
    op_add_gated(r->device, x, y, s->feed_forward.gate);
}

static enum ih_status run_pairs(
    struct run *r, const float *text, const float *image, struct ih_error *e)
{
    const struct flow_transformer *m = r->m;
    int64_t dim = m->config.dim;
    struct side side[] = {
        {NULL, part_of(r, text, 0), part_of(r, text, 1), 0, r->text},
        {NULL, part_of(r, image, 0), part_of(r, image, 1), r->text, r->rows - r->text},
    };
    enum ih_status status = IH_OK;
    for (int i = 0; i < m->config.layers && !(status = stopped(r, e)); i++) {
        side[0].weights = &m->pair[i].text;
        side[1].weights = &m->pair[i].image;
        for (int j = 0; j < 2; j++)
            project_side(r, &side[j]);
        attend(r, tensor_cols(r->both, 0, dim), tensor_cols(r->wide, 0, 3 * dim));
        for (int j = 0; j < 2; j++)
            finish_side(r, &side[j]);
        watch(r, "pair_text", i, side_of(r->x, &side[0], dim));
        watch(r, "pair_image", i, side_of(r->x, &side[1], dim));
    }
    return status;
}

/* x += gate * out([attention | silu(g) * u]) with q, k, v, g and u from one product. */
static enum ih_status run_singles(struct run *r, const float *values, struct ih_error *e)
{
    const struct flow_transformer *m = r->m;
    int64_t dim = m->config.dim, ffn = m->config.ffn;
    struct modulation modulation = part_of(r, values, 0);
    enum ih_status status = IH_OK;
    for (int i = 0; i < m->config.single_layers && !(status = stopped(r, e)); i++) {
        const struct flow_single *s = &m->single[i];
        norm(r, r->y, r->x, modulation);
        op_linear(r->device, r->wide, r->y, &s->in, ACT_NONE, none);
        norm_heads(r, r->wide, s->q_norm, s->k_norm);
        attend(r, tensor_cols(r->both, 0, dim), tensor_cols(r->wide, 0, 3 * dim));
        op_gated(r->device, tensor_cols(r->both, dim, ffn), tensor_cols(r->wide, 3 * dim, 2 * ffn),
            ACT_SILU);
        op_linear(r->device, r->y, r->both, &s->out, ACT_NONE, none);
        op_add_gated(r->device, r->x, r->y, modulation.gate);
        watch(r, "single", i, r->x);
    }
    return status;
}

/* The last norm, whose scale comes before its shift, and the velocity of the first rows. */
static void finish(const struct run *r, const float *values, struct tensor velocity)
{
    int64_t rows = velocity.shape[0], dim = r->m->config.dim;
    struct tensor y = tensor_rows(r->y, 0, rows);
    norm(r, y, tensor_rows(r->x, r->text, rows), (struct modulation){values + dim, values, NULL});
    watch(r, "norm_out", 0, y);
    op_linear(r->device, velocity, y, &r->m->proj_out, ACT_NONE, none);
}

static size_t keys_bytes(const struct flow_transformer *m, int64_t rows)
{
    return kv_bytes(m->config.heads, m->config.head_dim, rows, m->activation);
}

size_t flow_run_bytes(const struct flow_transformer *m, int64_t text, int64_t latents)
{
    const struct flow_config *c = &m->config;
    int64_t rows = text + latents, dim = c->dim, ffn = c->ffn;
    size_t streams = dtype_bytes(DT_F32, rows * dim);
    size_t between = dtype_bytes(m->activation, rows * (5 * dim + 3 * ffn));
    size_t vectors = dtype_bytes(DT_F32, 22 * dim + 2 * (int64_t)c->time_channels);
    return streams + between + vectors + keys_bytes(m, rows) + 32 * ARENA_ALIGN;
}

static void begin(struct run *r)
{
    const struct flow_transformer *m = r->m;
    int64_t dim = m->config.dim, ffn = m->config.ffn, rows = r->rows;
    r->x = temporary(r->arena, DT_F32, rows, dim);
    r->y = temporary(r->arena, m->activation, rows, dim);
    r->wide = temporary(r->arena, m->activation, rows, 3 * dim + 2 * ffn);
    r->both = temporary(r->arena, m->activation, rows, dim + ffn);
    void *memory = arena_calloc(r->arena, 1, keys_bytes(m, rows));
    kv_init(&r->kv, memory, m->config.heads, m->config.head_dim, rows, m->activation);
    struct tensor image = tensor_rows(r->x, r->text, rows - r->text);
    op_convert(r->device, tensor_rows(r->x, 0, r->text), r->in->text);
    op_linear(r->device, image, r->in->latents, &m->x_embedder, ACT_NONE, none);
    watch(r, "image", 0, image);
}

enum ih_status flow_run(struct device *d, struct arena *a, const struct flow_transformer *m,
    const struct flow_input *in, struct tensor velocity, struct ih_error *e)
{
    struct run r = {.device = d, .arena = a, .m = m, .in = in, .text = in->text.shape[0]};
    r.rows = r.text + in->latents.shape[0];
    if (arena_reserve(a, flow_run_bytes(m, r.text, r.rows - r.text)))
        return err_memory(e, "a step of drawing");
    struct arena_mark mark = arena_mark(a);
    struct tensor temb = embed_time(&r);
    const float *image = modulate(&r, temb, &m->image_modulation, 1, 3, "image_modulation");
    const float *text = modulate(&r, temb, &m->text_modulation, 1, 3, "text_modulation");
    const float *single = modulate(&r, temb, &m->single_modulation, 1, 3, "single_modulation");
    const float *last = modulate(&r, temb, &m->norm_out, 0, 2, "last_modulation");
    begin(&r);
    enum ih_status status = run_pairs(&r, text, image, e);
    if (!status)
        status = run_singles(&r, single, e);
    if (!status)
        finish(&r, last, velocity);
    arena_rewind(a, mark);
    if (device_exhausted(d) && !status)
        status = err_memory(e, "a step of drawing");
    return status;
}
