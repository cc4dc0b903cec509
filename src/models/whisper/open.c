/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a model: a hub folder or a whisper.cpp file, everything checked. */
#include "models/whisper/whisper.h"

#include "weights/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static enum ih_status check_shape(const struct whisper *w, const char *name, struct ih_error *e)
{
    const struct whisper_config *c = &w->config;
    if (c->mels != 80 && c->mels != 128)
        return err_set(
            e, IH_UNSUPPORTED, "%s: %d mel bins; Whisper models have 80 or 128", name, c->mels);
    if (c->dim % c->heads || c->dim % c->text_heads || c->dim / c->heads % 2 ||
        c->dim / c->heads > 256 || c->dim / c->text_heads % 2 || c->dim / c->text_heads > 256)
        return err_set(e, IH_UNSUPPORTED,
            "%s: a width of %d cannot be split into %d and %d heads of an even size up to 256",
            name, c->dim, c->heads, c->text_heads);
    return IH_OK;
}

enum ih_status whisper_read_config(struct whisper *w, const char *folder, struct ih_error *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/config.json", folder);
    struct config *c = NULL;
    enum ih_status status = config_open(&c, path, e);
    if (status)
        return status;
    const struct {
        const char *key;
        int64_t low, high;
        int *out;
    } wanted[] = {
        {"num_mel_bins", 1, 1024, &w->config.mels},
        {"max_source_positions", 1, 1 << 16, &w->config.positions},
        {"d_model", 2, 1 << 14, &w->config.dim},
        {"encoder_attention_heads", 1, 1 << 10, &w->config.heads},
        {"encoder_layers", 1, 256, &w->config.layers},
        {"encoder_ffn_dim", 1, 1 << 17, &w->config.ffn},
        {"max_target_positions", 8, 1 << 16, &w->config.text_positions},
        {"decoder_attention_heads", 1, 1 << 10, &w->config.text_heads},
        {"decoder_layers", 1, 256, &w->config.text_layers},
        {"decoder_ffn_dim", 1, 1 << 17, &w->config.text_ffn},
        {"vocab_size", 16, 1 << 20, &w->config.vocab},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && !status; i++) {
        int64_t value = 0;
        status = config_int(c, wanted[i].key, wanted[i].low, wanted[i].high, &value, e);
        *wanted[i].out = (int)value;
    }
    w->config.variable_window =
        config_bool_or(config_find(config_root(c), "inhouse.variable_window"), false);
    config_close(&c);
    return status ? status : check_shape(w, path, e);
}

static enum ih_status ggml_config(struct whisper *w, const char *path, struct ih_error *e)
{
    const struct ggml_file *g = w->ggml;
    w->config = (struct whisper_config){
        .mels = g->n_mels,
        .positions = g->n_audio_ctx,
        .dim = g->n_audio_state,
        .heads = g->n_audio_head,
        .layers = g->n_audio_layer,
        .ffn = 4 * g->n_audio_state,
        .text_positions = g->n_text_ctx,
        .text_layers = g->n_text_layer,
        .text_heads = g->n_text_head,
        .text_ffn = 4 * g->n_text_state,
        .vocab = g->n_vocab,
    };
    if (g->n_text_state != g->n_audio_state)
        return err_set(e, IH_UNSUPPORTED, "%s: encoder width %d differs from decoder width %d",
            path, g->n_audio_state, g->n_text_state);
    return check_shape(w, path, e);
}

static bool exists(const char *folder, const char *name)
{
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool whisper_probe(const char *path)
{
    if (!is_folder(path))
        return ggml_probe(path);
    char file[4096];
    struct config *c = NULL;
    snprintf(file, sizeof file, "%s/config.json", path);
    if (config_open(&c, file, NULL))
        return false;
    const char *type = config_string_or(config_find(config_root(c), "model_type"), "");
    bool yes = strcmp(type, "whisper") == 0;
    config_close(&c);
    return yes &&
           (exists(path, "model.safetensors") || exists(path, "model.safetensors.index.json"));
}

static enum ih_status open_folder(struct whisper *w, const char *path, struct ih_error *e)
{
    enum ih_status status = whisper_read_config(w, path, e);
    if (!status)
        status = weights_open(&w->weights, path, e);
    if (!status)
        status = whisper_read_tokens(w, path, e);
    if (!status)
        status = whisper_read_ctc(w, path, e);
    if (!status)
        status = mel_open(&w->mel, w->config.mels, NULL, e);
    return status;
}

static enum ih_status open_ggml(struct whisper *w, const char *path, struct ih_error *e)
{
    enum ih_status status = ggml_open(&w->ggml, path, e);
    if (status)
        return status;
    w->weights = w->ggml->weights;
    status = ggml_config(w, path, e);
    if (!status)
        status = whisper_ggml_tokens(w, e);
    if (!status)
        status = mel_open(&w->mel, w->config.mels, NULL, e);
    return status;
}

static void set_shapes(struct whisper *w)
{
    const struct whisper_config *c = &w->config;
    enum dtype activation = device_activation(w->base.device, w->storage);
    w->kv_type = activation;
    w->encoder_shape = (struct block_shape){.dim = c->dim,
        .heads = c->heads,
        .ffn = c->ffn,
        .eps = 1e-5f,
        .act = ACT_GELU,
        .activation = activation};
    w->decoder_shape = w->encoder_shape;
    w->decoder_shape.heads = c->text_heads;
    w->decoder_shape.ffn = c->text_ffn;
}

static void whisper_close(struct model *m)
{
    struct whisper *w = (struct whisper *)m;
    whisper_unpack(w);
    whisper_lexicon_close(w);
    mel_close(&w->mel);
    bpe_close(&w->bpe);
    if (w->ggml)
        ggml_close(&w->ggml);
    else
        weights_close(&w->weights);
    arena_free(&w->arena);
    pthread_mutex_destroy(&w->prepare_lock);
    pthread_mutex_destroy(&w->ctc.lock);
    free(w);
}

static enum ih_status whisper_open(
    struct model **out, const struct model_open *o, struct ih_error *e)
{
    struct whisper *w = calloc(1, sizeof *w);
    if (!w)
        return err_memory(e, "a model");
    pthread_mutex_init(&w->prepare_lock, NULL);
    pthread_mutex_init(&w->ctc.lock, NULL);
    w->base.family = &whisper_family;
    w->base.device = o->device;
    enum ih_status status =
        is_folder(o->path) ? open_folder(w, o->path, e) : open_ggml(w, o->path, e);
    if (!status)
        status = whisper_bind(w, e);
    if (!status) {
        w->base.name = model_name(&w->arena, o->path);
        w->base.bytes = weights_bytes(w->weights);
        status = w->base.name ? IH_OK : err_memory(e, "a model");
    }
    if (!status) {
        w->storage = model_storage(o->device, o->compute, DT_I8);
        set_shapes(w);
        w->encoder = arena_calloc(&w->arena, (size_t)w->config.layers, sizeof *w->encoder);
        w->decoder = arena_calloc(&w->arena, (size_t)w->config.text_layers, sizeof *w->decoder);
        if (!w->encoder || !w->decoder)
            status = err_memory(e, "a model's layers");
    }
    if (status)
        whisper_close(&w->base);
    else
        *out = &w->base;
    return status;
}

static int beam(const struct model *m)
{
    return ((const struct whisper *)m)->beam;
}

static double window_seconds(const struct model *m)
{
    const struct whisper *w = (const struct whisper *)m;
    return w->config.positions * 2.0 * MEL_HOP / MEL_RATE;
}

static bool scales(const struct model *m)
{
    return ((const struct whisper *)m)->config.variable_window;
}

static int languages(const struct model *m, const char *const **codes)
{
    const struct whisper *w = (const struct whisper *)m;
    static const char *const english[] = {"en"};
    *codes = w->tokens.languages ? w->tokens.code : english;
    return w->tokens.languages ? w->tokens.languages : 1;
}

static enum ih_status session_open(struct recognizer_session **out, struct model *m,
    const struct recognizer_setup *setup, struct ih_error *e)
{
    return whisper_session_open(out, (struct whisper *)m, setup, e);
}

static int session_windows(const struct recognizer_session *s)
{
    return s->windows;
}

static size_t text_to_tokens(const struct model *m, const char *text, int32_t *id, size_t capacity)
{
    return bpe_encode(((const struct whisper *)m)->bpe, text, strlen(text), id, capacity);
}

static size_t tokens_to_text(
    const struct model *m, const int32_t *id, size_t count, char *text, size_t capacity)
{
    return bpe_decode(((const struct whisper *)m)->bpe, id, count, text, capacity);
}

static const struct recognizer recognizer = {
    .window_seconds = window_seconds,
    .beam = beam,
    .scales = scales,
    .languages = languages,
    .open = session_open,
    .close = whisper_session_close,
    .windows = session_windows,
    .encode = whisper_encode,
    .detect = whisper_detect,
    .decode = whisper_decode,
    .tokens = text_to_tokens,
    .text = tokens_to_text,
};

const struct family whisper_family = {
    .name = "whisper",
    .probe = whisper_probe,
    .open = whisper_open,
    .close = whisper_close,
    .recognizer = &recognizer,
};
