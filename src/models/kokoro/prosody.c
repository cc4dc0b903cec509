/* SPDX-License-Identifier: Apache-2.0 */
/* From tokens to how long, how high and how loud each is said. Everything here is f32: it costs
 * little, and a duration that rounds the other way shifts all that follows. */
#include "models/kokoro/kokoro.h"

#include <math.h>

static const struct tensor none;

/* One pass of the layer that ALBERT repeats (Lan et al. 2020): attention, then an MLP, each with
 * its norm behind the sum. x [n, d] in place. */
static void bert_layer(struct synthesizer_session *s, struct tensor x, struct kv *kv)
{
    const struct kokoro *k = s->model;
    const struct kokoro_config *c = &k->config;
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t n = x.shape[0], dim = c->bert_dim;
    struct tensor qkv = kokoro_rows(s, n, 3 * dim), y = kokoro_rows(s, n, dim);
    struct tensor hidden = kokoro_rows(s, n, c->bert_ffn);
    op_linear(d, qkv, x, &k->bert.qkv, ACT_NONE, none);
    kv->length = 0;
    op_kv_append(d, kv, tensor_cols(qkv, dim, dim), tensor_cols(qkv, 2 * dim, dim));
    struct attention_part part = {.rows = n, .kv = kv};
    op_attention(d, y, tensor_cols(qkv, 0, dim), &part, 1, c->bert_heads,
        1.0f / sqrtf((float)dim / (float)c->bert_heads));
    op_linear(d, x, y, &k->bert.out, ACT_NONE, x);
    op_layer_norm(d, y, x, k->bert.attention_w, k->bert.attention_b, 1e-12f);
    op_linear(d, hidden, y, &k->bert.ffn, ACT_GELU_TANH, none);
    op_linear(d, x, hidden, &k->bert.ffn_output, ACT_NONE, y);
    op_layer_norm(d, x, x, k->bert.full_w, k->bert.full_b, 1e-12f);
    arena_rewind(&s->arena, mark);
}

/* y [n, h] */
static void run_bert(struct synthesizer_session *s, struct tensor y, const int32_t *token)
{
    const struct kokoro *k = s->model;
    const struct kokoro_config *c = &k->config;
    struct device *d = s->device;
    int64_t n = y.shape[0];
    int head_dim = c->bert_dim / c->bert_heads;
    struct tensor e = kokoro_rows(s, n, c->bert_embedding), x = kokoro_rows(s, n, c->bert_dim);
    int32_t *position = arena_alloc(&s->arena, (size_t)n * sizeof *position);
    for (int64_t i = 0; i < n; i++)
        position[i] = (int32_t)i;
    struct matrix words = {.w = k->bert.words};
    op_embed(d, e, &words, token, k->bert.positions, position);
    op_layer_norm(d, e, e, k->bert.embed_w, k->bert.embed_b, 1e-12f);
    op_linear(d, x, e, &k->bert.widen, ACT_NONE, none);
    struct kv kv;
    kv_init(&kv, arena_calloc(&s->arena, 1, kv_bytes(c->bert_heads, head_dim, n, DT_F32)),
        c->bert_heads, head_dim, n, DT_F32);
    for (int i = 0; i < c->bert_layers; i++) {
        bert_layer(s, x, &kv);
        kokoro_watch(s, "bert", i, x);
    }
    op_linear(d, y, x, &k->bert.last, ACT_NONE, none);
    kokoro_watch(s, "bert_encoder", 0, y);
}

/* Columns [h, h + s) of every row are the style. */
static void join_style(struct synthesizer_session *s, struct tensor x, const float *style)
{
    int width = s->model->config.style;
    int32_t *zero = arena_calloc(&s->arena, (size_t)x.shape[0], sizeof *zero);
    struct tensor row = tensor_2d((void *)(uintptr_t)style, DT_F32, 1, width);
    op_gather(s->device, tensor_cols(x, x.shape[1] - width, width), row, zero);
}

void kokoro_durations(struct synthesizer_session *s, const int32_t *token, int64_t n,
    const float *style, struct tensor encoded, float *duration)
{
    const struct kokoro *k = s->model;
    const struct kokoro_config *c = &k->config;
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    struct tensor x = kokoro_rows(s, n, c->hidden), y = tensor_cols(encoded, 0, c->hidden);
    struct tensor share = kokoro_rows(s, n, c->max_duration);
    run_bert(s, x, token);
    op_convert(d, y, x);
    join_style(s, encoded, style);
    for (int i = 0; i < c->layers; i++) {
        const float *w = s->style[STYLE_PROSODY] + k->prosody.norm[i].at;
        op_recurrent(d, x, encoded, &k->prosody.encoder[i]);
        op_layer_norm(d, y, x, w, w + c->hidden, 1e-5f);
        kokoro_watch(s, "duration_encoder", i, encoded);
    }
    op_recurrent(d, x, encoded, &k->prosody.lstm);
    op_linear(d, share, x, &k->prosody.duration, ACT_SIGMOID, none);
    for (int64_t i = 0; i < n; i++) {
        const float *row = (const float *)share.data + i * c->max_duration;
        double sum = 0;
        for (int j = 0; j < c->max_duration; j++)
            sum += row[j];
        duration[i] = (float)sum;
    }
    kokoro_watch(s, "durations", 0, tensor_2d(duration, DT_F32, n, 1));
    arena_rewind(&s->arena, mark);
}

/* A branch: y [2T, 1] from x [T, h]. */
static void branch(struct synthesizer_session *s, const struct residual_block *b,
    const struct conv *last, struct tensor y, struct tensor x)
{
    struct arena_mark mark = arena_mark(&s->arena);
    for (int i = 0; i < BRANCH_BLOCKS; i++) {
        struct tensor next = kokoro_rows(s, x.shape[0] << b[i].up, b[i].out);
        kokoro_residual(s, STYLE_PROSODY, &b[i], next, x);
        x = next;
    }
    op_conv(s->device, y, x, last, NULL, ACT_NONE, none);
    arena_rewind(&s->arena, mark);
}

void kokoro_curves(struct synthesizer_session *s, struct tensor encoded, const int32_t *index,
    struct tensor pitch, struct tensor energy)
{
    const struct kokoro *k = s->model;
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t frames = pitch.shape[0] / 2;
    struct tensor x = kokoro_rows(s, frames, encoded.shape[1]);
    struct tensor y = kokoro_rows(s, frames, k->config.hidden);
    op_gather(d, x, encoded, index);
    op_recurrent(d, y, x, &k->prosody.shared);
    kokoro_watch(s, "shared", 0, y);
    branch(s, k->prosody.pitch, &k->prosody.pitch_out, pitch, y);
    branch(s, k->prosody.energy, &k->prosody.energy_out, energy, y);
    kokoro_watch(s, "pitch", 0, pitch);
    kokoro_watch(s, "energy", 0, energy);
    arena_rewind(&s->arena, mark);
}

void kokoro_text(struct synthesizer_session *s, const int32_t *token, struct tensor y)
{
    const struct kokoro *k = s->model;
    struct device *d = s->device;
    struct arena_mark mark = arena_mark(&s->arena);
    int64_t n = y.shape[0], h = k->config.hidden;
    struct tensor x = kokoro_rows(s, n, h), next = kokoro_rows(s, n, h);
    struct matrix table = {.w = k->text.embedding};
    struct channels leaky = {.curve = CURVE_LEAKY, .slope = 0.2f};
    op_embed(d, x, &table, token, none, NULL);
    for (int i = 0; i < k->config.layers; i++) {
        op_conv(d, next, x, &k->text.conv[i], NULL, ACT_NONE, none);
        op_layer_norm(d, next, next, k->text.norm_w[i], k->text.norm_b[i], 1e-5f);
        op_channels(d, x, next, &leaky);
        kokoro_watch(s, "text_conv", i, x);
    }
    op_recurrent(d, y, x, &k->text.lstm);
    kokoro_watch(s, "text", 0, y);
    arena_rewind(&s->arena, mark);
}
