/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a flow transformer, and where its weights are found. */
#include "nn/flow_transformer.h"

#include <stdio.h>
#include <string.h>

enum { DIM_MAX = 1 << 15, FFN_MAX = 1 << 17, HEAD_MAX = 256 };

/* axes_dims_rope: even numbers whose sum is a head. */
static enum ih_status read_axes(
    struct flow_config *c, const struct config *f, const char *path, struct ih_error *e)
{
    const struct config_value *list = config_find(config_root(f), "axes_dims_rope");
    int64_t n = config_is_list(list) ? config_length(list) : 0, sum = 0;
    if (n < 1 || n > FLOW_AXES)
        return err_set(
            e, IH_BAD_DATA, "%s: axes_dims_rope must be a list of 1 to %d", path, FLOW_AXES);
    for (int64_t i = 0; i < n; i++) {
        int64_t value = config_int_or(config_item(list, i), 0);
        if (value < 2 || value > HEAD_MAX || value % 2)
            return err_set(e, IH_BAD_DATA, "%s: axes_dims_rope must be even numbers", path);
        c->axis[i] = (int)value;
        sum += value;
    }
    c->axes = (int)n;
    if (sum != c->head_dim)
        return err_set(e, IH_BAD_DATA, "%s: axes_dims_rope comes to %d, a head has %d values", path,
            (int)sum, c->head_dim);
    return IH_OK;
}

static enum ih_status read_numbers(
    struct flow_config *c, const struct config *f, const char *path, struct ih_error *e)
{
    const struct config_value *root = config_root(f);
    double ratio = config_number_or(config_find(root, "mlp_ratio"), 3.0);
    double eps = config_number_or(config_find(root, "eps"), 1e-6);
    c->theta = config_number_or(config_find(root, "rope_theta"), 2000.0);
    c->guidance = config_bool_or(config_find(root, "guidance_embeds"), true);
    c->out = (int)config_int_or(config_find(root, "out_channels"), c->in);
    c->time_channels = (int)config_int_or(config_find(root, "timestep_guidance_channels"), 256);
    c->dim = c->heads * c->head_dim;
    if (c->dim > DIM_MAX || c->head_dim % 2)
        return err_set(e, IH_UNSUPPORTED,
            "%s: %d heads of %d values; heads are even and together "
            "at most %d",
            path, c->heads, c->head_dim, DIM_MAX);
    if (!(ratio > 0 && ratio * c->dim >= 1 && ratio * c->dim <= FFN_MAX))
        return err_set(e, IH_BAD_DATA, "%s: mlp_ratio is %g", path, ratio);
    c->ffn = (int)(c->dim * ratio);
    c->eps = (float)eps;
    if (!(eps >= 0 && eps < 1) || !(c->theta >= 1 && c->theta <= 1e9))
        return err_set(e, IH_BAD_DATA, "%s: eps is %g, rope_theta %g", path, eps, c->theta);
    if (c->out < 1 || c->out > DIM_MAX || c->time_channels < 2 || c->time_channels > DIM_MAX ||
        c->time_channels % 2)
        return err_set(e, IH_BAD_DATA, "%s: out_channels is %d, timestep_guidance_channels %d",
            path, c->out, c->time_channels);
    if (config_int_or(config_find(root, "patch_size"), 1) != 1)
        return err_set(e, IH_UNSUPPORTED, "%s: patch_size is not 1", path);
    return IH_OK;
}

enum ih_status flow_read_config(
    struct flow_config *c, const struct config *f, const char *path, struct ih_error *e)
{
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"in_channels", 1, DIM_MAX, &c->in},
        {"joint_attention_dim", 1, FFN_MAX, &c->context},
        {"num_layers", 0, 256, &c->layers},
        {"num_single_layers", 0, 256, &c->single_layers},
        {"num_attention_heads", 1, 256, &c->heads},
        {"attention_head_dim", 2, HEAD_MAX, &c->head_dim},
    };
    *c = (struct flow_config){0};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int64_t value = 0;
        enum ih_status status =
            config_int(f, wanted[i].key, wanted[i].low, wanted[i].high, &value, e);
        if (status)
            return status;
        *wanted[i].out = (int)value;
    }
    enum ih_status status = read_numbers(c, f, path, e);
    return status ? status : read_axes(c, f, path, e);
}

static void load_one(
    struct loader *l, struct linear *out, const char *name, int64_t rows, int64_t cols)
{
    load_stack(l, out, &name, &rows, 1, cols);
}

static enum dtype finer(enum dtype storage)
{
    return storage == DT_I8 ? DT_BF16 : storage == DT_Q4 ? DT_I8 : storage;
}

static void load_embedder(
    struct flow_transformer *m, struct loader *l, struct linear out[2], const char *name)
{
    char full[96];
    for (int i = 0; i < 2; i++) {
        snprintf(full, sizeof full, "time_guidance_embed.%s.linear_%d", name, i + 1);
        load_one(l, &out[i], full, m->config.dim, i ? m->config.dim : m->config.time_channels);
    }
}

/* What surrounds the blocks. */
static void load_ends(struct flow_transformer *m, struct loader *l)
{
    const struct flow_config *c = &m->config;
    int64_t dim = c->dim;
    enum dtype storage = l->storage;
    l->storage = finer(storage);
    load_one(l, &m->x_embedder, "x_embedder", dim, c->in);
    load_one(l, &m->context_embedder, "context_embedder", dim, c->context);
    load_embedder(m, l, m->time, "timestep_embedder");
    if (c->guidance)
        load_embedder(m, l, m->guidance, "guidance_embedder");
    load_one(l, &m->image_modulation, "double_stream_modulation_img.linear", 6 * dim, dim);
    load_one(l, &m->text_modulation, "double_stream_modulation_txt.linear", 6 * dim, dim);
    load_one(l, &m->single_modulation, "single_stream_modulation.linear", 3 * dim, dim);
    load_one(l, &m->norm_out, "norm_out.linear", 2 * dim, dim);
    load_one(l, &m->proj_out, "proj_out", c->out, dim);
    l->storage = storage;
}

/* What the parts of a pair's two sides are called. */
struct stream_names {
    const char *qkv[3], *out, *q_norm, *k_norm, *ff_in, *ff_out;
};
static const struct stream_names image_names = {
    {"attn.to_q", "attn.to_k", "attn.to_v"},
    "attn.to_out.0",
    "attn.norm_q.weight",
    "attn.norm_k.weight",
    "ff.linear_in",
    "ff.linear_out",
};
static const struct stream_names text_names = {
    {"attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"},
    "attn.to_add_out",
    "attn.norm_added_q.weight",
    "attn.norm_added_k.weight",
    "ff_context.linear_in",
    "ff_context.linear_out",
};

static void load_stream(const struct flow_config *c, struct loader *l, struct flow_stream *s,
    const struct stream_names *n)
{
    int64_t dim = c->dim;
    load_stack(l, &s->qkv, n->qkv, (int64_t[]){dim, dim, dim}, 3, dim);
    load_one(l, &s->out, n->out, dim, dim);
    load_one(l, &s->ff_in, n->ff_in, 2 * (int64_t)c->ffn, dim);
    load_one(l, &s->ff_out, n->ff_out, dim, c->ffn);
    load_vector(l, &s->q_norm, n->q_norm, c->head_dim);
    load_vector(l, &s->k_norm, n->k_norm, c->head_dim);
}

static void load_single(const struct flow_config *c, struct loader *l, struct flow_single *s)
{
    int64_t dim = c->dim, ffn = c->ffn;
    load_one(l, &s->in, "attn.to_qkv_mlp_proj", 3 * dim + 2 * ffn, dim);
    load_one(l, &s->out, "attn.to_out", dim, dim + ffn);
    load_vector(l, &s->q_norm, "attn.norm_q.weight", c->head_dim);
    load_vector(l, &s->k_norm, "attn.norm_k.weight", c->head_dim);
}

static bool make_room(struct flow_transformer *m, struct loader *l)
{
    const struct flow_config *c = &m->config;
    if (!m->pair)
        m->pair = arena_calloc(l->arena, (size_t)c->layers, sizeof *m->pair);
    if (!m->single)
        m->single = arena_calloc(l->arena, (size_t)c->single_layers, sizeof *m->single);
    if (m->pair && m->single)
        return true;
    l->status = err_memory(l->error, "a model's layers");
    return false;
}

void flow_load(struct flow_transformer *m, struct loader *l)
{
    char outer[LOAD_PREFIX], name[48];
    if (l->status || !make_room(m, l))
        return;
    m->activation = device_activation(l->device, l->storage);
    load_ends(m, l);
    memcpy(outer, l->prefix, sizeof outer);
    for (int i = 0; i < m->config.layers; i++) {
        snprintf(name, sizeof name, "transformer_blocks.%d.", i);
        load_enter(l, name);
        load_stream(&m->config, l, &m->pair[i].image, &image_names);
        load_stream(&m->config, l, &m->pair[i].text, &text_names);
        memcpy(l->prefix, outer, sizeof outer);
        if (l->pack)
            weights_release(l->weights);
    }
    for (int i = 0; i < m->config.single_layers; i++) {
        snprintf(name, sizeof name, "single_transformer_blocks.%d.", i);
        load_enter(l, name);
        load_single(&m->config, l, &m->single[i]);
        memcpy(l->prefix, outer, sizeof outer);
        if (l->pack)
            weights_release(l->weights);
    }
}

static void free_stream(struct flow_stream *s)
{
    linear_free(&s->qkv);
    linear_free(&s->out);
    linear_free(&s->ff_in);
    linear_free(&s->ff_out);
}

void flow_free(struct flow_transformer *m)
{
    struct linear *ends[] = {&m->x_embedder, &m->context_embedder, &m->time[0], &m->time[1],
        &m->guidance[0], &m->guidance[1], &m->image_modulation, &m->text_modulation,
        &m->single_modulation, &m->norm_out, &m->proj_out};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        linear_free(ends[i]);
    for (int i = 0; m->pair && i < m->config.layers; i++) {
        free_stream(&m->pair[i].text);
        free_stream(&m->pair[i].image);
    }
    for (int i = 0; m->single && i < m->config.single_layers; i++) {
        linear_free(&m->single[i].in);
        linear_free(&m->single[i].out);
    }
}
