/* SPDX-License-Identifier: Apache-2.0 */
/* Where a text decoder's weights are found, and how they are packed. */
#include "nn/decoder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Where YaRN's passage begins or ends: the pair that turns so often over the original length. */
static double yarn_pair(const struct decoder_config *c, double turns)
{
    double two_pi = 2 * 3.14159265358979323846;
    return c->head_dim * log(c->stretch.original / (turns * two_pi)) / (2 * log(c->theta));
}

/* Share of pair i's own frequency; the rest is the slowed one. */
static double yarn_share(const struct decoder_config *c, int i)
{
    const struct rope_stretch *s = &c->stretch;
    double first = yarn_pair(c, s->high), last = yarn_pair(c, s->low);
    first = fmax(s->between ? first : floor(first), 0);
    last = fmin(s->between ? last : ceil(last), c->head_dim - 1);
    double along = (i - first) / (last == first ? 0.001 : last - first);
    return 1 - fmin(fmax(along, 0), 1);
}

/* The same for Llama 3.1, which goes by how often the pair turns. */
static double llama3_share(const struct rope_stretch *s, double frequency)
{
    double turns = s->original * frequency / (2 * 3.14159265358979323846);
    return fmin(fmax((turns - s->low) / (s->high - s->low), 0), 1);
}

/* Radians a position of each pair, in f32 as transformers computes them. */
static void set_frequencies(const struct decoder_config *c, float *out)
{
    const struct rope_stretch *s = &c->stretch;
    int half = c->head_dim / 2;
    for (int i = 0; i < half; i++) {
        double f = (float)(1 / pow(c->theta, (double)(float)(2 * i) / c->head_dim)), share = 1;
        if (s->kind == ROPE_LINEAR)
            share = 0;
        else if (s->kind == ROPE_LLAMA3)
            share = llama3_share(s, f);
        else if (s->kind == ROPE_YARN)
            share = yarn_share(c, i);
        out[i] = (float)(share == 1 ? f : (1 - share) * f / s->factor + share * f);
    }
}

/* The two naming schemes; %d is the layer. A decoder alone is saved without the "model." that names
 * its part of the whole. */
struct decoder_names {
    const char *part, *layer; /* in front of the rest, and of a layer's */
    const char *attention_norm, *mlp_norm, *q_norm, *k_norm;
    const char *qkv[3], *out, *gate_up[2], *down;
    const char *embedding, *norm, *logits; /* logits stand outside the part */
};

static const struct decoder_names hub_names = {
    .part = "model.",
    .layer = "layers.%d.",
    .attention_norm = "input_layernorm.weight",
    .mlp_norm = "post_attention_layernorm.weight",
    .q_norm = "self_attn.q_norm.weight",
    .k_norm = "self_attn.k_norm.weight",
    .qkv = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"},
    .out = "self_attn.o_proj",
    .gate_up = {"mlp.gate_proj", "mlp.up_proj"},
    .down = "mlp.down_proj",
    .embedding = "embed_tokens",
    .norm = "norm.weight",
    .logits = "lm_head",
};

static const struct decoder_names gguf_names = {
    .part = "",
    .layer = "blk.%d.",
    .attention_norm = "attn_norm.weight",
    .mlp_norm = "ffn_norm.weight",
    .q_norm = "attn_q_norm.weight",
    .k_norm = "attn_k_norm.weight",
    .qkv = {"attn_q", "attn_k", "attn_v"},
    .out = "attn_output",
    .gate_up = {"ffn_gate", "ffn_up"},
    .down = "ffn_down",
    .embedding = "token_embd",
    .norm = "output_norm.weight",
    .logits = "output",
};

static void load_layer(const struct decoder_config *c, const struct decoder_names *names,
    struct loader *l, struct decoder_layer *out)
{
    int64_t d = c->head_dim, q = c->heads * d, k = c->kv_heads * d, dim = c->dim, ffn = c->ffn;
    load_vector(l, &out->attention_norm, names->attention_norm, dim);
    load_vector(l, &out->mlp_norm, names->mlp_norm, dim);
    if (c->qk_norm) {
        load_vector(l, &out->q_norm, names->q_norm, d);
        load_vector(l, &out->k_norm, names->k_norm, d);
    }
    const int64_t rows[] = {q, k, k};
    (c->qkv_bias ? load_biased_stack : load_stack)(l, &out->qkv, names->qkv, rows, 3, dim);
    (c->out_bias ? load_biased_stack : load_stack)(l, &out->out, &names->out, &dim, 1, q);
    load_stack(l, &out->gate_up, names->gate_up, (int64_t[]){ffn, ffn}, 2, dim);
    load_stack(l, &out->down, &names->down, &dim, 1, ffn);
    if (l->pack)
        weights_release(l->weights);
}

static void load_logits(struct decoder *m, const struct decoder_names *names, struct loader *l)
{
    enum dtype storage = l->storage;
    int64_t vocab = m->config.vocab;
    l->storage = storage == DT_Q4 ? DT_I8 : storage;
    if (!m->config.tied)
        load_stack(l, &m->logits, &names->logits, &vocab, 1, m->config.dim);
    else
        load_pack(l, &m->logits, &(struct linear_part){.w = m->embedding}, 1);
    l->storage = storage;
}

/* GGUF files keep Llama's slower rotation as what each frequency is divided by. */
static void load_factors(struct decoder *m, struct loader *l)
{
    float *factor = NULL;
    int64_t half = m->config.head_dim / 2;
    if (!load_has(l, "rope_freqs.weight"))
        return;
    load_vector(l, &factor, "rope_freqs.weight", half);
    for (int64_t i = 0; factor && !l->status && i < half; i++) {
        if (!(factor[i] > 0))
            l->status = err_set(l->error, IH_BAD_DATA,
                "%s: rope_freqs.weight holds %g; expected numbers above 0",
                weights_path(l->weights), (double)factor[i]);
        m->frequency[i] /= factor[i];
    }
}

static bool make_room(struct decoder *m, struct loader *l, int depth)
{
    if (m->layer)
        return true;
    m->layer = arena_calloc(l->arena, (size_t)depth, sizeof *m->layer);
    m->frequency = arena_alloc(l->arena, (size_t)m->config.head_dim * sizeof *m->frequency);
    if (m->layer && m->frequency)
        return true;
    l->status = err_memory(l->error, "a model's layers");
    return false;
}

void decoder_load(struct decoder *m, struct loader *l, int depth, bool writes)
{
    char outer[LOAD_PREFIX], name[32];
    if (l->status || !make_room(m, l, depth))
        return;
    m->depth = depth;
    m->writes = writes;
    m->activation = m->kv_type = device_activation(l->device, l->storage);
    set_frequencies(&m->config, m->frequency);
    memcpy(outer, l->prefix, sizeof outer);
    const struct decoder_names *names = load_has(l, "token_embd.weight") ? &gguf_names : &hub_names;
    const char *part = load_has(l, "embed_tokens.weight") ? "" : names->part;
    for (int i = 0; i < depth; i++) {
        snprintf(name, sizeof name, names->layer, i);
        load_enter(l, part);
        load_enter(l, name);
        load_layer(&m->config, names, l, &m->layer[i]);
        memcpy(l->prefix, outer, sizeof outer);
    }
    load_enter(l, part);
    load_matrix(l, &m->embedding, names->embedding, m->config.vocab, m->config.dim);
    load_factors(m, l);
    if (writes)
        load_vector(l, &m->norm, names->norm, m->config.dim);
    memcpy(l->prefix, outer, sizeof outer);
    if (writes)
        load_logits(m, names, l);
}

void decoder_free(struct decoder *m)
{
    for (int i = 0; m->layer && i < m->depth; i++) {
        struct decoder_layer *l = &m->layer[i];
        linear_free(&l->qkv);
        linear_free(&l->out);
        linear_free(&l->gate_up);
        linear_free(&l->down);
    }
    linear_free(&m->logits);
}
