/* SPDX-License-Identifier: Apache-2.0 */
/* Where a text decoder's weights are found, and how they are packed. */
#include "nn/decoder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Radians a position of each pair, in f32 as transformers computes them; Llama 3.1 slows down those
 * that turn less than `low` times over the length of the original training. */
static void set_frequencies(const struct decoder_config *c, float *out)
{
    const struct rope_stretch *s = &c->stretch;
    int half = c->head_dim / 2;
    for (int i = 0; i < half; i++) {
        double f = (float)(1 / pow(c->theta, (double)(float)(2 * i) / c->head_dim));
        double turns = s->original * f / (2 * 3.14159265358979323846);
        if (s->factor > 0 && turns < s->low)
            f /= s->factor;
        else if (s->factor > 0 && turns <= s->high) {
            double share = (turns - s->low) / (s->high - s->low);
            f = (1 - share) * f / s->factor + share * f;
        }
        out[i] = (float)f;
    }
}

static void load_layer(const struct decoder_config *c, struct loader *l, struct decoder_layer *out)
{
    static const char *const qkv[] = {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"};
    static const char *const o[] = {"self_attn.o_proj"}, *const down[] = {"mlp.down_proj"};
    static const char *const gate_up[] = {"mlp.gate_proj", "mlp.up_proj"};
    int64_t d = c->head_dim, q = c->heads * d, k = c->kv_heads * d, dim = c->dim, ffn = c->ffn;
    load_vector(l, &out->attention_norm, "input_layernorm.weight", dim);
    load_vector(l, &out->mlp_norm, "post_attention_layernorm.weight", dim);
    if (c->qk_norm) {
        load_vector(l, &out->q_norm, "self_attn.q_norm.weight", d);
        load_vector(l, &out->k_norm, "self_attn.k_norm.weight", d);
    }
    load_stack(l, &out->qkv, qkv, (int64_t[]){q, k, k}, 3, dim);
    load_stack(l, &out->out, o, &dim, 1, q);
    load_stack(l, &out->gate_up, gate_up, (int64_t[]){ffn, ffn}, 2, dim);
    load_stack(l, &out->down, down, &dim, 1, ffn);
    if (l->pack)
        weights_release(l->weights);
}

static void load_logits(struct decoder *m, struct loader *l)
{
    static const char *const head[] = {"lm_head"};
    enum dtype storage = l->storage;
    int64_t vocab = m->config.vocab;
    l->storage = storage == DT_Q4 ? DT_I8 : storage;
    if (!m->config.tied)
        load_stack(l, &m->logits, head, &vocab, 1, m->config.dim);
    else if (l->pack && !l->status) {
        const struct linear_part part = {.w = m->embedding};
        l->status = linear_pack(l->device, &m->logits, &part, 1, l->storage, l->error);
        l->bytes += m->logits.bytes;
    }
    l->storage = storage;
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
    /* A decoder alone is saved without the name of the part that it is of the whole. */
    const char *part = load_has(l, "embed_tokens.weight") ? "" : "model.";
    for (int i = 0; i < depth; i++) {
        snprintf(name, sizeof name, "%slayers.%d.", part, i);
        load_enter(l, name);
        load_layer(&m->config, l, &m->layer[i]);
        memcpy(l->prefix, outer, sizeof outer);
    }
    load_enter(l, part);
    load_matrix(l, &m->embedding, "embed_tokens", m->config.vocab, m->config.dim);
    if (writes)
        load_vector(l, &m->norm, "norm.weight", m->config.dim);
    memcpy(l->prefix, outer, sizeof outer);
    if (writes)
        load_logits(m, l);
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
