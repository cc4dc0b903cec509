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
    static const char *const biases[] = {"attn_q", "attn_k", "attn_v", "attn_output"};
    const char *path = weights_path(f->weights);
    char key[64];
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        snprintf(key, sizeof key, "%s.%s", arch, widths[i]);
        int64_t width = gguf_int(f, key, c->head_dim);
        if (width != c->head_dim)
            return err_set(e, IH_UNSUPPORTED, "%s: %s is %lld; expected a head's width, %d", path,
                key, (long long)width, c->head_dim);
    }
    snprintf(key, sizeof key, "%s.rope.scaling.type", arch);
    struct gguf_text scaling = gguf_string(f, key);
    if (scaling.s && !(scaling.n == 4 && memcmp(scaling.s, "none", 4) == 0))
        return err_set(e, IH_UNSUPPORTED, "%s: %s is \"%.*s\"; expected \"none\"", path, key,
            scaling.n < 40 ? (int)scaling.n : 40, scaling.s);
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

enum ih_status decoder_gguf_config(
    struct decoder_config *out, const struct gguf_file *f, struct ih_error *e)
{
    char arch[16] = "", key[64];
    struct gguf_text name = gguf_string(f, "general.architecture");
    if (name.n < sizeof arch)
        memcpy(arch, name.n ? name.s : "", name.n);
    *out = (struct decoder_config){.qk_norm = strcmp(arch, "qwen3") == 0};
    out->interleaved = !out->qk_norm;
    if (!out->qk_norm && strcmp(arch, "llama") != 0)
        return err_set(e, IH_UNSUPPORTED,
            "%s: general.architecture is \"%.*s\"; expected \"qwen3\" or \"llama\"",
            weights_path(f->weights), name.n < 40 ? (int)name.n : 40, name.s ? name.s : "");
    enum ih_status status = read_sizes(out, f, arch, e);
    if (!status)
        status = read_heads(out, f, arch, e);
    if (!status)
        status = refuse_others(out, f, arch, e);
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
