/* SPDX-License-Identifier: Apache-2.0 */
#include "models/kokoro/kokoro.h"

#include "base/utf8.h"
#include "weights/config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum ih_status bad(const char *path, const char *what, struct ih_error *e)
{
    return err_set(e, IH_UNSUPPORTED, "%s: %s", path, what);
}

static enum ih_status read_numbers(
    struct kokoro_config *k, const struct config *c, struct ih_error *e)
{
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"n_token", 2, 1 << 16, &k->tokens},
        {"hidden_dim", 4, 1 << 13, &k->hidden},
        {"style_dim", 1, 1 << 13, &k->style},
        {"n_layer", 1, LAYERS_MAX, &k->layers},
        {"max_dur", 1, 1 << 10, &k->max_duration},
        {"text_encoder_kernel_size", 1, 63, &k->text_kernel},
        {"plbert.hidden_size", 2, 1 << 13, &k->bert_dim},
        {"plbert.num_attention_heads", 1, 1 << 8, &k->bert_heads},
        {"plbert.intermediate_size", 1, 1 << 15, &k->bert_ffn},
        {"plbert.max_position_embeddings", 8, 1 << 14, &k->bert_positions},
        {"plbert.num_hidden_layers", 1, 1 << 8, &k->bert_layers},
        {"istftnet.upsample_initial_channel", 2, 1 << 13, &k->channels},
        {"istftnet.gen_istft_n_fft", 4, FFT_MAX, &k->n_fft},
        {"istftnet.gen_istft_hop_size", 1, FFT_MAX, &k->hop},
    };
    enum ih_status status = IH_OK;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !status; i++) {
        int64_t value = 0;
        status = config_int(c, wanted[i].key, wanted[i].low, wanted[i].high, &value, e);
        *wanted[i].out = (int)value;
    }
    /* What transformers' AlbertConfig takes when the file is silent. */
    int64_t width = config_int_or(config_find(config_root(c), "plbert.embedding_size"), 128);
    k->bert_embedding = width > 0 && width <= 1 << 13 ? (int)width : 128;
    return status;
}

/* A list of whole numbers from `low` to `high`; its length, or -1. */
static int read_list(
    const struct config_value *v, int *out, int capacity, int64_t low, int64_t high)
{
    int64_t n = config_length(v);
    if (!config_is_list(v) || n < 1 || n > capacity)
        return -1;
    for (int64_t i = 0; i < n; i++) {
        int64_t value = config_int_or(config_item(v, i), low - 1);
        if (value < low || value > high)
            return -1;
        out[i] = (int)value;
    }
    return (int)n;
}

static enum ih_status read_generator(
    struct kokoro_config *k, const struct config *c, const char *path, struct ih_error *e)
{
    const struct config_value *g = config_find(config_root(c), "istftnet");
    k->stages = read_list(config_find(g, "upsample_rates"), k->rate, STAGES_MAX, 1, 64);
    int kernels =
        read_list(config_find(g, "upsample_kernel_sizes"), k->up_kernel, STAGES_MAX, 1, 256);
    if (k->stages < 0 || kernels != k->stages)
        return bad(
            path, "upsample_rates and upsample_kernel_sizes must be lists of 1 to 4 numbers", e);
    k->frame_samples = k->hop;
    for (int i = 0; i < k->stages; i++) {
        int spare = k->up_kernel[i] - k->rate[i];
        if (spare < 0 || spare % 2)
            return bad(path, "an upsampling kernel must exceed its rate by an even number", e);
        k->frame_samples *= k->rate[i];
        if (k->frame_samples > 1 << 16)
            return bad(path, "more than 65536 samples in a frame", e);
    }
    k->kernels = read_list(config_find(g, "resblock_kernel_sizes"), k->kernel, KERNELS_MAX, 1, 63);
    const struct config_value *lists = config_find(g, "resblock_dilation_sizes");
    if (k->kernels < 0 || config_length(lists) != k->kernels)
        return bad(path, "resblock_kernel_sizes and resblock_dilation_sizes do not agree", e);
    for (int i = 0; i < k->kernels; i++) {
        int n = read_list(config_item(lists, i), k->dilation[i], PAIRS, 1, CONV_DILATION_MAX);
        if (n != PAIRS || k->kernel[i] % 2 == 0)
            return bad(
                path, "a residual block needs an odd kernel and three dilations up to 64", e);
    }
    return IH_OK;
}

static enum ih_status check_shape(
    const struct kokoro_config *k, const char *path, struct ih_error *e)
{
    int head = k->bert_dim / k->bert_heads;
    if (k->bert_dim % k->bert_heads || head % 2 || head > 256)
        return bad(path, "plbert's width does not split into heads of an even size up to 256", e);
    if (k->hidden % 4 || k->text_kernel % 2 == 0)
        return bad(path, "hidden_dim must be a multiple of 4 and text_encoder_kernel_size odd", e);
    if (k->channels % (1 << k->stages))
        return bad(path, "upsample_initial_channel cannot be halved at each upsampling", e);
    if (k->hop > k->n_fft / 2 || k->rate[k->stages - 1] < 2)
        return bad(path, "gen_istft_hop_size must be at most half of gen_istft_n_fft", e);
    return IH_OK;
}

struct vocabulary {
    struct kokoro *k;
    bool bad;
};

static void take_token(void *arg, const char *key, const struct config_value *v)
{
    struct vocabulary *o = arg;
    uint32_t code;
    int64_t id = config_int_or(v, -1);
    int n = utf8_decode(key, strlen(key), &code);
    if (n <= 0 || key[n] || code >= TOKEN_TABLE || id < 0 || id >= o->k->config.tokens)
        o->bad = true;
    else
        o->k->token[code] = (int32_t)id;
}

static enum ih_status read_vocabulary(
    struct kokoro *k, const struct config *c, const char *path, struct ih_error *e)
{
    k->token = arena_alloc(&k->arena, TOKEN_TABLE * sizeof *k->token);
    if (!k->token)
        return err_memory(e, "a model's alphabet");
    memset(k->token, 0xff, TOKEN_TABLE * sizeof *k->token);
    struct vocabulary o = {.k = k};
    const struct config_value *v = config_find(config_root(c), "vocab");
    config_each(v, take_token, &o);
    if (o.bad || config_length(v) == 0)
        return bad(path, "vocab must give each letter a number below n_token", e);
    return IH_OK;
}

enum ih_status kokoro_read_config(struct kokoro *k, const char *folder, struct ih_error *e)
{
    char path[4096];
    struct config *c = NULL;
    snprintf(path, sizeof path, "%s/config.json", folder);
    enum ih_status status = config_open(&c, path, e);
    if (!status)
        status = read_numbers(&k->config, c, e);
    if (!status)
        status = read_generator(&k->config, c, path, e);
    if (!status)
        status = check_shape(&k->config, path, e);
    if (!status)
        status = read_vocabulary(k, c, path, e);
    config_close(&c);
    return status;
}
