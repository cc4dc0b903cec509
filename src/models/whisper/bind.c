/* SPDX-License-Identifier: Apache-2.0 */
/* Where each weight is found, under the hub's names or OpenAI's, and how it is packed. */
#include "models/whisper/whisper.h"

#include <stdio.h>

/* The two naming schemes. %d is the layer. */
struct names {
    const char *conv1, *conv2, *encoder_positions, *encoder_norm;
    const char *embedding, *text_positions, *decoder_norm;
    const char *encoder_block, *decoder_block;
    const char *self, *cross; /* attention prefixes inside a block */
    const char *q, *k, *v, *out;
    const char *self_norm, *cross_norm, *mlp_norm, *fc1, *fc2;
};

static const struct names hub_names = {
    .conv1 = "model.encoder.conv1",
    .conv2 = "model.encoder.conv2",
    .encoder_positions = "model.encoder.embed_positions.weight",
    .encoder_norm = "model.encoder.layer_norm",
    .embedding = "model.decoder.embed_tokens.weight",
    .text_positions = "model.decoder.embed_positions.weight",
    .decoder_norm = "model.decoder.layer_norm",
    .encoder_block = "model.encoder.layers.%d.",
    .decoder_block = "model.decoder.layers.%d.",
    .self = "self_attn.",
    .cross = "encoder_attn.",
    .q = "q_proj",
    .k = "k_proj",
    .v = "v_proj",
    .out = "out_proj",
    .self_norm = "self_attn_layer_norm",
    .cross_norm = "encoder_attn_layer_norm",
    .mlp_norm = "final_layer_norm",
    .fc1 = "fc1",
    .fc2 = "fc2",
};

static const struct names openai_names = {
    .conv1 = "encoder.conv1",
    .conv2 = "encoder.conv2",
    .encoder_positions = "encoder.positional_embedding",
    .encoder_norm = "encoder.ln_post",
    .embedding = "decoder.token_embedding.weight",
    .text_positions = "decoder.positional_embedding",
    .decoder_norm = "decoder.ln",
    .encoder_block = "encoder.blocks.%d.",
    .decoder_block = "decoder.blocks.%d.",
    .self = "attn.",
    .cross = "cross_attn.",
    .q = "query",
    .k = "key",
    .v = "value",
    .out = "out",
    .self_norm = "attn_ln",
    .cross_norm = "cross_attn_ln",
    .mlp_norm = "mlp_ln",
    .fc1 = "mlp.0",
    .fc2 = "mlp.2",
};

/* One walk over a block: the first failure stops it. */
struct walk {
    struct binder binder;
    const struct names *names;
    struct ih_error *error;
    enum ih_status status;
    char prefix[64];
    int64_t dim, ffn;
};

static void take_norm(struct walk *w, struct layer_norm *n, const char *name)
{
    char full[128];
    if (w->status)
        return;
    snprintf(full, sizeof full, "%s%s.weight", w->prefix, name);
    w->status = bind_vector(&w->binder, &n->w, full, w->dim, w->error);
    if (w->status)
        return;
    snprintf(full, sizeof full, "%s%s.bias", w->prefix, name);
    w->status = bind_vector(&w->binder, &n->b, full, w->dim, w->error);
}

static void take_linear(struct walk *w, struct linear_part *l, const char *group, const char *name,
    int64_t rows, int64_t cols, bool has_bias)
{
    char full[128];
    if (w->status)
        return;
    snprintf(full, sizeof full, "%s%s%s", w->prefix, group, name);
    w->status = bind_linear(&w->binder, l, full, rows, cols, has_bias, w->error);
}

/* The key projection has no bias in Whisper. */
static void take_attention(struct walk *w, const char *group, struct linear_part *q,
    struct linear_part *k, struct linear_part *v, struct linear_part *out)
{
    take_linear(w, q, group, w->names->q, w->dim, w->dim, true);
    take_linear(w, k, group, w->names->k, w->dim, w->dim, false);
    take_linear(w, v, group, w->names->v, w->dim, w->dim, true);
    take_linear(w, out, group, w->names->out, w->dim, w->dim, true);
}

static void take_block(struct walk *w, struct block_parts *b, bool cross)
{
    const struct names *n = w->names;
    take_norm(w, &b->attention_norm, n->self_norm);
    take_attention(w, n->self, &b->q, &b->k, &b->v, &b->out);
    if (cross) {
        take_norm(w, &b->cross_norm, n->cross_norm);
        take_attention(w, n->cross, &b->cross_q, &b->cross_k, &b->cross_v, &b->cross_out);
    }
    take_norm(w, &b->mlp_norm, n->mlp_norm);
    take_linear(w, &b->fc1, "", n->fc1, w->ffn, w->dim, true);
    take_linear(w, &b->fc2, "", n->fc2, w->dim, w->ffn, true);
}

static void take_blocks(
    struct walk *w, struct block_parts **out, const char *format, int layers, bool cross)
{
    *out = arena_calloc(w->binder.arena, (size_t)layers, sizeof **out);
    if (!*out && !w->status)
        w->status = err_memory(w->error, "a model's layers");
    for (int i = 0; i < layers && !w->status; i++) {
        /* The format is one of the two above. */
        const char *mark = strchr(format, '%');
        snprintf(
            w->prefix, sizeof w->prefix, "%.*s%d%s", (int)(mark - format), format, i, mark + 2);
        take_block(w, &(*out)[i], cross);
    }
    w->prefix[0] = 0;
}

enum ih_status whisper_bind(struct whisper *m, struct ih_error *e)
{
    const struct whisper_config *c = &m->config;
    struct walk w = {
        .binder = {m->weights, device_kernels(m->base.device), &m->arena},
        .names = weights_find(m->weights, openai_names.embedding) ? &openai_names : &hub_names,
        .error = e,
        .dim = c->dim,
        .ffn = c->ffn,
    };
    const struct names *n = w.names;
    struct binder *b = &w.binder;
    w.status = bind_conv1d(b, &m->conv1_part, n->conv1, c->dim, c->mels, 3, e);
    if (!w.status)
        w.status = bind_conv1d(b, &m->conv2_part, n->conv2, c->dim, c->dim, 3, e);
    if (!w.status)
        w.status =
            bind_table(b, &m->encoder_positions, n->encoder_positions, c->positions, c->dim, e);
    take_blocks(&w, &m->encoder_parts, n->encoder_block, c->layers, false);
    take_norm(&w, &m->encoder_norm, n->encoder_norm);
    w.ffn = c->text_ffn;
    take_blocks(&w, &m->decoder_parts, n->decoder_block, c->text_layers, true);
    take_norm(&w, &m->decoder_norm, n->decoder_norm);
    if (!w.status)
        w.status = bind_matrix(b, &m->embedding, n->embedding, c->vocab, c->dim, e);
    if (!w.status)
        w.status =
            bind_table(b, &m->text_positions, n->text_positions, c->text_positions, c->dim, e);
    if (!w.status && m->ctc.classes)
        w.status = bind_linear(b, &m->ctc.part, "ctc", m->ctc.classes, c->dim, true, e);
    return w.status;
}

static enum ih_status pack_all(struct whisper *m, struct ih_error *e)
{
    struct device *d = m->base.device;
    /* The convolutions and what they feed decide the whole window, and the CTC head all letters;
     * they cost little: never below 16 bits. */
    enum dtype conv = m->storage == DT_F32 || !device_kernels(d)->fast_bf16 ? DT_F32 : DT_BF16;
    struct linear_part logits = {.w = m->embedding};
    enum ih_status status = linear_pack(d, &m->conv1, &m->conv1_part, 1, conv, e);
    if (!status)
        status = linear_pack(d, &m->conv2, &m->conv2_part, 1, conv, e);
    /* What is packed need not stay in memory a second time. */
    for (int i = 0; i < m->config.layers && !status; i++) {
        status = block_pack(d, &m->encoder[i], &m->encoder_parts[i], m->storage, e);
        weights_release(m->weights);
    }
    for (int i = 0; i < m->config.text_layers && !status; i++) {
        status = block_pack(d, &m->decoder[i], &m->decoder_parts[i], m->storage, e);
        weights_release(m->weights);
    }
    if (!status)
        status =
            linear_pack(d, &m->logits, &logits, 1, m->storage == DT_Q4 ? DT_I8 : m->storage, e);
    if (!status && m->ctc.classes)
        status = linear_pack(d, &m->ctc.head, &m->ctc.part, 1, conv, e);
    weights_release(m->weights);
    return status;
}

void whisper_unpack(struct whisper *m)
{
    linear_free(&m->conv1);
    linear_free(&m->conv2);
    linear_free(&m->logits);
    linear_free(&m->ctc.head);
    for (int i = 0; m->encoder && i < m->config.layers; i++)
        block_free(&m->encoder[i]);
    for (int i = 0; m->decoder && i < m->config.text_layers; i++)
        block_free(&m->decoder[i]);
}

enum ih_status whisper_prepare(struct whisper *m, struct ih_error *e)
{
    pthread_mutex_lock(&m->prepare_lock);
    enum ih_status status = m->prepared ? IH_OK : pack_all(m, e);
    m->prepared = !status;
    if (status)
        whisper_unpack(m);
    pthread_mutex_unlock(&m->prepare_lock);
    return status;
}
