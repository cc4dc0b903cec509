/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/bind_block.h"

#include <stdio.h>

const struct block_names hub_block_names = {
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

enum { NAME = 160 };

enum ih_status bind_norm(
    const struct binder *b, struct layer_norm *out, const char *name, int64_t n, struct ih_error *e)
{
    char full[NAME + 16];
    snprintf(full, sizeof full, "%s.weight", name);
    enum ih_status status = bind_vector(b, &out->w, full, n, e);
    snprintf(full, sizeof full, "%s.bias", name);
    return status ? status : bind_vector(b, &out->b, full, n, e);
}

/* One walk over a block: the first failure stops it. */
struct walk {
    const struct binder *binder;
    const struct block_names *names;
    const char *prefix;
    int64_t dim;
    enum ih_status status;
    struct ih_error *error;
};

static void take_norm(struct walk *w, struct layer_norm *n, const char *name)
{
    char full[NAME];
    snprintf(full, sizeof full, "%s%s", w->prefix, name);
    if (!w->status)
        w->status = bind_norm(w->binder, n, full, w->dim, w->error);
}

static void take_linear(struct walk *w, struct linear_part *l, const char *group, const char *name,
    int64_t rows, int64_t cols, bool has_bias)
{
    char full[NAME];
    snprintf(full, sizeof full, "%s%s%s", w->prefix, group, name);
    if (!w->status)
        w->status = bind_linear(w->binder, l, full, rows, cols, has_bias, w->error);
}

static void take_attention(struct walk *w, const char *group, struct linear_part *q,
    struct linear_part *k, struct linear_part *v, struct linear_part *out)
{
    take_linear(w, q, group, w->names->q, w->dim, w->dim, true);
    take_linear(w, k, group, w->names->k, w->dim, w->dim, w->names->key_bias);
    take_linear(w, v, group, w->names->v, w->dim, w->dim, true);
    take_linear(w, out, group, w->names->out, w->dim, w->dim, true);
}

enum ih_status bind_block(const struct binder *b, struct block_parts *out,
    const struct block_names *names, const char *prefix, int64_t dim, int64_t ffn, bool cross,
    struct ih_error *e)
{
    struct walk w = {.binder = b, .names = names, .prefix = prefix, .dim = dim, .error = e};
    take_norm(&w, &out->attention_norm, names->self_norm);
    take_attention(&w, names->self, &out->q, &out->k, &out->v, &out->out);
    if (cross) {
        take_norm(&w, &out->cross_norm, names->cross_norm);
        take_attention(
            &w, names->cross, &out->cross_q, &out->cross_k, &out->cross_v, &out->cross_out);
    }
    take_norm(&w, &out->mlp_norm, names->mlp_norm);
    take_linear(&w, &out->fc1, "", names->fc1, ffn, dim, true);
    take_linear(&w, &out->fc2, "", names->fc2, dim, ffn, true);
    return w.status;
}
