/* SPDX-License-Identifier: Apache-2.0 */
/* config.json of Qwen3, Qwen2.5 and Llama 3, as transformers 4 and 5 write it. */
#include "nn/decoder.h"

#include <math.h>
#include <string.h>

enum { HEAD_DIM = 256, POSITIONS = 1 << 24 };

static enum ih_status read_sizes(
    struct decoder_config *out, const struct config *c, struct ih_error *e)
{
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"vocab_size", 2, 1 << 22, &out->vocab},
        {"hidden_size", 8, 1 << 16, &out->dim},
        {"num_hidden_layers", 1, 512, &out->layers},
        {"num_attention_heads", 1, 1024, &out->heads},
        {"intermediate_size", 8, 1 << 18, &out->ffn},
        {"max_position_embeddings", 2, POSITIONS, &out->positions},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        int64_t value = 0;
        enum ih_status status =
            config_int(c, wanted[i].key, wanted[i].low, wanted[i].high, &value, e);
        if (status)
            return status;
        *wanted[i].out = (int)value;
    }
    return IH_OK;
}

/* Absent keys have transformers' defaults. */
static enum ih_status read_heads(
    struct decoder_config *out, const struct config *c, const char *path, struct ih_error *e)
{
    const struct config_value *root = config_root(c);
    int64_t kv = config_int_or(config_find(root, "num_key_value_heads"), out->heads);
    int64_t dim =
        config_int_or(config_find(root, "head_dim"), out->qk_norm ? 128 : out->dim / out->heads);
    if (kv < 1 || kv > out->heads || out->heads % kv)
        return err_set(e, IH_UNSUPPORTED,
            "%s: num_key_value_heads is %lld, which does not divide the %d heads", path,
            (long long)kv, out->heads);
    if (dim < 2 || dim > HEAD_DIM || dim % 2)
        return err_set(e, IH_UNSUPPORTED, "%s: head_dim is %lld; expected an even number up to %d",
            path, (long long)dim, (int)HEAD_DIM);
    out->kv_heads = (int)kv;
    out->head_dim = (int)dim;
    return IH_OK;
}

enum ih_status decoder_check_rope(struct decoder_config *c, const char *where, struct ih_error *e)
{
    struct rope_stretch *s = &c->stretch;
    bool passes = s->low > 0 && s->high > s->low && s->original >= 1;
    if (s->kind == ROPE_PLAIN)
        return IH_OK;
    if (!(s->factor >= 1 && s->factor < 1e6) || (s->kind != ROPE_LINEAR && !passes))
        return err_set(e, IH_BAD_DATA,
            "%s: a stretched rotation needs a factor of at least 1, a slow limit below the fast "
            "one, and the original length",
            where);
    if (s->kind == ROPE_YARN && s->gain == 0)
        s->gain = 0.1 * log(s->factor) + 1;
    double length = s->factor * s->original;
    if (s->kind == ROPE_YARN && length > c->positions)
        c->positions = length < POSITIONS ? (int)length : POSITIONS;
    return IH_OK;
}

static enum ih_status read_stretch(struct decoder_config *out, const struct config_value *rope,
    const char *type, const char *path, struct ih_error *e)
{
    static const struct {
        const char *name;
        enum rope_kind kind;
    } kinds[] = {{"default", ROPE_PLAIN}, {"linear", ROPE_LINEAR}, {"llama3", ROPE_LLAMA3},
        {"yarn", ROPE_YARN}};
    size_t i = 0, n = sizeof kinds / sizeof *kinds;
    while (i < n && strcmp(kinds[i].name, type) != 0)
        i++;
    /* DeepSeek's way of setting the gain, which no model of these families has. */
    if (i == n || config_find(rope, "mscale") || config_find(rope, "mscale_all_dim"))
        return err_set(e, IH_UNSUPPORTED,
            "%s: rope_type is \"%s\"; expected \"default\", \"linear\", \"llama3\" or \"yarn\" "
            "without mscale",
            path, type);
    bool yarn = kinds[i].kind == ROPE_YARN;
    out->stretch = (struct rope_stretch){
        .kind = kinds[i].kind,
        .factor = config_number_or(config_find(rope, "factor"), 0),
        .low = config_number_or(
            config_find(rope, yarn ? "beta_slow" : "low_freq_factor"), yarn ? 1 : 0),
        .high = config_number_or(
            config_find(rope, yarn ? "beta_fast" : "high_freq_factor"), yarn ? 32 : 0),
        .original = config_number_or(
            config_find(rope, "original_max_position_embeddings"), yarn ? out->positions : 0),
        .gain = config_number_or(config_find(rope, "attention_factor"), 0),
        .between = !config_bool_or(config_find(rope, "truncate"), true),
    };
    return decoder_check_rope(out, path, e);
}

/* transformers 5 keeps all about the rotation in rope_parameters; 4 keeps theta beside
 * rope_scaling, whose rope_type was once called type. */
static enum ih_status read_rope(
    struct decoder_config *out, const struct config *c, const char *path, struct ih_error *e)
{
    const struct config_value *root = config_root(c), *rope = config_find(root, "rope_parameters");
    if (!rope)
        rope = config_find(root, "rope_scaling");
    double theta = config_number_or(config_find(root, "rope_theta"), 10000);
    out->theta = config_number_or(config_find(rope, "rope_theta"), theta);
    const char *type = config_string_or(config_find(rope, "type"), "default");
    type = config_string_or(config_find(rope, "rope_type"), type);
    if (!(out->theta > 1))
        return err_set(
            e, IH_BAD_DATA, "%s: rope_theta is %g; expected more than 1", path, out->theta);
    return read_stretch(out, rope, type, path, e);
}

/* What this decoder leaves out must not be asked for. */
static enum ih_status check_rest(const struct config *c, const char *path, struct ih_error *e)
{
    static const char *const off[] = {"mlp_bias", "use_sliding_window"};
    const struct config_value *root = config_root(c);
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (config_bool_or(config_find(root, off[i]), false))
            return err_set(e, IH_UNSUPPORTED, "%s: %s is not supported", path, off[i]);
    const char *act = config_string_or(config_find(root, "hidden_act"), "silu");
    if (strcmp(act, "silu") != 0)
        return err_set(e, IH_UNSUPPORTED, "%s: hidden_act is \"%s\"; expected \"silu\"", path, act);
    return IH_OK;
}

enum ih_status decoder_read_config(
    struct decoder_config *out, const struct config *c, const char *path, struct ih_error *e)
{
    const struct config_value *root = config_root(c);
    const char *type = config_string_or(config_find(root, "model_type"), "");
    bool qwen2 = strcmp(type, "qwen2") == 0;
    *out = (struct decoder_config){.qk_norm = strcmp(type, "qwen3") == 0, .qkv_bias = qwen2};
    if (!out->qk_norm && !qwen2 && strcmp(type, "llama") != 0)
        return err_set(e, IH_UNSUPPORTED,
            "%s: model_type is \"%s\"; expected \"qwen3\", \"qwen2\" or \"llama\"", path, type);
    if (!qwen2)
        out->qkv_bias = out->out_bias = config_bool_or(config_find(root, "attention_bias"), false);
    double eps = config_number_or(config_find(root, "rms_norm_eps"), 1e-6);
    if (!(eps > 0 && eps < 1))
        return err_set(e, IH_BAD_DATA, "%s: rms_norm_eps is %g; expected 0 to 1", path, eps);
    out->eps = (float)eps;
    out->tied = config_bool_or(config_find(root, "tie_word_embeddings"), false);
    enum ih_status status = read_sizes(out, c, e);
    if (!status)
        status = read_heads(out, c, path, e);
    if (!status)
        status = read_rope(out, c, path, e);
    return status ? status : check_rest(c, path, e);
}
