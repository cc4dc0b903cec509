/* SPDX-License-Identifier: Apache-2.0 */
/* The sizes of a text decoder in a GGUF file's fields. */
#include "nn/decoder.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_DIM = 256 };

static enum ih_status read_sizes(
    struct decoder_config *out, const struct gguf_file *f, const char *arch, struct ih_error *e)
{
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"embedding_length", 8, 1 << 16, &out->dim},
        {"block_count", 1, 512, &out->layers},
        {"attention.head_count", 1, 1024, &out->heads},
        {"feed_forward_length", 8, 1 << 18, &out->ffn},
        {"context_length", 2, 1 << 24, &out->positions},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char key[64];
        snprintf(key, sizeof key, "%s.%s", arch, wanted[i].key);
        int64_t value = gguf_int(f, key, -1);
        if (value < wanted[i].low || value > wanted[i].high)
            return err_set(e, IH_BAD_DATA,
                "%s: %s is missing or not a whole number from %lld to %lld",
                weights_path(f->weights), key, (long long)wanted[i].low, (long long)wanted[i].high);
        *wanted[i].out = (int)value;
    }
    return IH_OK;
}

static enum ih_status read_heads(
    struct decoder_config *out, const struct gguf_file *f, const char *arch, struct ih_error *e)
{
    char key[64];
    snprintf(key, sizeof key, "%s.attention.head_count_kv", arch);
    int64_t kv = gguf_int(f, key, out->heads);
    snprintf(key, sizeof key, "%s.attention.key_length", arch);
    int64_t dim = gguf_int(f, key, out->dim / out->heads);
    if (kv < 1 || kv > out->heads || out->heads % kv || dim < 2 || dim > HEAD_DIM || dim % 2)
        return err_set(e, IH_UNSUPPORTED,
            "%s: %d heads with %lld of keys, %lld wide; expected a number that divides them and an "
            "even width up to %d",
            weights_path(f->weights), out->heads, (long long)kv, (long long)dim, (int)HEAD_DIM);
    out->kv_heads = (int)kv;
    out->head_dim = (int)dim;
    return IH_OK;
}

/* What the file asks for that this decoder would compute wrongly. */
static enum ih_status refuse_others(
    const struct decoder_config *c, const struct gguf_file *f, const char *arch, struct ih_error *e)
{
    static const char *const widths[] = {"attention.value_length", "rope.dimension_count"};
    static const char *const biases[] = {"ffn_gate", "ffn_up", "ffn_down"};
    const char *path = weights_path(f->weights);
    char key[64];
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        snprintf(key, sizeof key, "%s.%s", arch, widths[i]);
        int64_t width = gguf_int(f, key, c->head_dim);
        if (width != c->head_dim)
            return err_set(e, IH_UNSUPPORTED, "%s: %s is %lld; expected a head's width, %d", path,
                key, (long long)width, c->head_dim);
    }
    if (gguf_int(f, "split.count", 1) > 1)
        return err_set(e, IH_UNSUPPORTED,
            "%s: one of %lld files of a model; llama.cpp's llama-gguf-split --merge makes one of "
            "them",
            path, (long long)gguf_int(f, "split.count", 1));
    snprintf(key, sizeof key, "%s.expert_count", arch);
    if (gguf_int(f, key, 0) > 0)
        return err_set(e, IH_UNSUPPORTED, "%s: a mixture of experts is not supported", path);
    for (size_t i = 0; i < sizeof biases / sizeof *biases; i++) {
        snprintf(key, sizeof key, "blk.0.%s.bias", biases[i]);
        if (weights_find(f->weights, key))
            return err_set(e, IH_UNSUPPORTED, "%s: biases such as %s are not supported", path, key);
    }
    return IH_OK;
}

static double number(const struct gguf_file *f, const char *arch, const char *name, double fallback)
{
    char key[64];
    snprintf(key, sizeof key, "%s.%s", arch, name);
    return gguf_number(f, key, fallback);
}

/* Llama 3.1's stretch is a tensor instead (decoder_load.c). */
static enum ih_status read_stretch(
    struct decoder_config *out, const struct gguf_file *f, const char *arch, struct ih_error *e)
{
    static const struct {
        const char *name;
        enum rope_kind kind;
    } kinds[] = {{"none", ROPE_PLAIN}, {"linear", ROPE_LINEAR}, {"yarn", ROPE_YARN}};
    char key[64];
    snprintf(key, sizeof key, "%s.rope.scaling.type", arch);
    struct gguf_text type = gguf_string(f, key);
    size_t i = 0, n = sizeof kinds / sizeof *kinds;
    while (type.s && i < n &&
           !(type.n == strlen(kinds[i].name) && !memcmp(type.s, kinds[i].name, type.n)))
        i++;
    if (i == n || number(f, arch, "rope.scaling.yarn_log_multiplier", 0) != 0)
        return err_set(e, IH_UNSUPPORTED,
            "%s: %s is \"%.*s\"; expected \"none\", \"linear\" or \"yarn\" without a log "
            "multiplier",
            weights_path(f->weights), key, type.n < 40 ? (int)type.n : 40, type.s ? type.s : "");
    struct rope_stretch *s = &out->stretch;
    *s = (struct rope_stretch){.kind = kinds[i].kind,
        .factor = number(f, arch, "rope.scaling.factor", 0),
        .low = number(f, arch, "rope.scaling.yarn_beta_slow", 1),
        .high = number(f, arch, "rope.scaling.yarn_beta_fast", 32),
        .original = number(f, arch, "rope.scaling.original_context_length", out->positions)};
    double gain = number(f, arch, "rope.scaling.attn_factor", 1);
    if (!(gain > 0 && gain < 100))
        return err_set(e, IH_BAD_DATA, "%s: rope.scaling.attn_factor is %g; expected 0 to 100",
            weights_path(f->weights), gain);
    enum ih_status status = decoder_check_rope(out, weights_path(f->weights), e);
    s->gain *= gain;
    return status;
}

enum ih_status decoder_gguf_config(
    struct decoder_config *out, const struct gguf_file *f, struct ih_error *e)
{
    char arch[16] = "", key[64];
    struct gguf_text name = gguf_string(f, "general.architecture");
    if (name.n < sizeof arch)
        memcpy(arch, name.n ? name.s : "", name.n);
    *out = (struct decoder_config){.qk_norm = strcmp(arch, "qwen3") == 0,
        .interleaved = strcmp(arch, "llama") == 0,
        .qkv_bias = weights_find(f->weights, "blk.0.attn_q.bias") != NULL,
        .out_bias = weights_find(f->weights, "blk.0.attn_output.bias") != NULL};
    if (!out->qk_norm && !out->interleaved && strcmp(arch, "qwen2") != 0)
        return err_set(e, IH_UNSUPPORTED,
            "%s: general.architecture is \"%.*s\"; expected \"qwen3\", \"qwen2\" or \"llama\"",
            weights_path(f->weights), name.n < 40 ? (int)name.n : 40, name.s ? name.s : "");
    enum ih_status status = read_sizes(out, f, arch, e);
    if (!status)
        status = read_heads(out, f, arch, e);
    if (!status)
        status = refuse_others(out, f, arch, e);
    if (!status)
        status = read_stretch(out, f, arch, e);
    if (status)
        return status;
    snprintf(key, sizeof key, "%s.attention.layer_norm_rms_epsilon", arch);
    double eps = gguf_number(f, key, 1e-6);
    snprintf(key, sizeof key, "%s.rope.freq_base", arch);
    out->theta = gguf_number(f, key, 10000);
    if (!(eps > 0 && eps < 1) || !(out->theta > 1))
        return err_set(e, IH_BAD_DATA, "%s: an epsilon of %g and a base of rotation of %g",
            weights_path(f->weights), eps, out->theta);
    out->eps = (float)eps;
    out->tied = !weights_find(f->weights, "output.weight");
    const struct tensor *table = weights_find(f->weights, "token_embd.weight");
    if (!table || table->rank != 2 || table->shape[0] < 2 || table->shape[0] > 1 << 22)
        return err_set(
            e, IH_BAD_DATA, "%s: no token_embd.weight of two dimensions", weights_path(f->weights));
    out->vocab = (int)table->shape[0];
    return IH_OK;
}
