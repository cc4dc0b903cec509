/* SPDX-License-Identifier: Apache-2.0 */
/* Where each weight is found, under the hub's names or OpenAI's, and how it is packed. */
#include "models/whisper/whisper.h"

#include "nn/bind_block.h"

#include <stdio.h>

/* The two naming schemes. %d is the layer. */
struct names {
    const char *conv1, *conv2, *encoder_positions, *encoder_norm;
    const char *embedding, *text_positions, *decoder_norm;
    const char *encoder_block, *decoder_block;
    const struct block_names *block;
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
    .block = &hub_block_names,
};

static const struct block_names openai_block_names = {
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
    .block = &openai_block_names,
};

struct block_counts {
    int layers;
    int64_t dim, ffn;
};

static enum ih_status bind_blocks(const struct binder *b, struct block_parts **out,
    const struct names *names, const char *format, const struct block_counts *n, bool cross,
    struct ih_error *e)
{
    char prefix[64];
    enum ih_status status = IH_OK;
    *out = arena_calloc(b->arena, (size_t)n->layers, sizeof **out);
    if (!*out)
        return err_memory(e, "a model's layers");
    for (int i = 0; i < n->layers && !status; i++) {
        /* The format is one of those above. */
        const char *mark = strchr(format, '%');
        snprintf(prefix, sizeof prefix, "%.*s%d%s", (int)(mark - format), format, i, mark + 2);
        status = bind_block(b, &(*out)[i], names->block, prefix, n->dim, n->ffn, cross, e);
    }
    return status;
}

static enum ih_status bind_encoder(
    struct whisper *m, const struct binder *b, const struct names *n, struct ih_error *e)
{
    const struct whisper_config *c = &m->config;
    const struct block_counts counts = {c->layers, c->dim, c->ffn};
    enum ih_status status = bind_conv1d(b, &m->conv1_part, n->conv1, c->dim, c->mels, 3, e);
    if (!status)
        status = bind_conv1d(b, &m->conv2_part, n->conv2, c->dim, c->dim, 3, e);
    if (!status)
        status =
            bind_table(b, &m->encoder_positions, n->encoder_positions, c->positions, c->dim, e);
    if (!status)
        status = bind_blocks(b, &m->encoder_parts, n, n->encoder_block, &counts, false, e);
    return status ? status : bind_norm(b, &m->encoder_norm, n->encoder_norm, c->dim, e);
}

static enum ih_status bind_decoder(
    struct whisper *m, const struct binder *b, const struct names *n, struct ih_error *e)
{
    const struct whisper_config *c = &m->config;
    const struct block_counts counts = {c->text_layers, c->dim, c->text_ffn};
    enum ih_status status =
        bind_blocks(b, &m->decoder_parts, n, n->decoder_block, &counts, true, e);
    if (!status)
        status = bind_norm(b, &m->decoder_norm, n->decoder_norm, c->dim, e);
    if (!status)
        status = bind_matrix(b, &m->embedding, n->embedding, c->vocab, c->dim, e);
    if (!status)
        status = bind_table(b, &m->text_positions, n->text_positions, c->text_positions, c->dim, e);
    if (!status && m->ctc.classes)
        status = bind_linear(b, &m->ctc.part, "ctc", m->ctc.classes, c->dim, true, e);
    return status;
}

enum ih_status whisper_bind(struct whisper *m, struct ih_error *e)
{
    const struct binder b = {m->weights, device_kernels(m->base.device), &m->arena};
    const struct names *n =
        weights_find(m->weights, openai_names.embedding) ? &openai_names : &hub_names;
    enum ih_status status = bind_encoder(m, &b, n, e);
    return status ? status : bind_decoder(m, &b, n, e);
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
