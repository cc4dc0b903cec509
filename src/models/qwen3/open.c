/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a model's folder, everything checked. */
#include "models/qwen3/qwen3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TEMPLATE_LIMIT = 1 << 20 };

static bool exists(const char *folder, const char *name)
{
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* Opens a JSON file of the folder; null when it is not there or not JSON. */
static struct config *open_config(const char *folder, const char *name)
{
    char path[4096];
    struct config *c = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return config_open(&c, path, NULL) ? NULL : c;
}

static bool has_type(const char *path, const char *type)
{
    struct config *c = open_config(path, "config.json");
    bool yes = strcmp(config_string_or(config_find(config_root(c), "model_type"), ""), type) == 0;
    config_close(&c);
    return yes &&
           (exists(path, "model.safetensors") || exists(path, "model.safetensors.index.json"));
}

static bool qwen3_probe(const char *path)
{
    return has_type(path, "qwen3") || qwen3_gguf_probe(path, "qwen3");
}

static bool qwen2_probe(const char *path)
{
    return has_type(path, "qwen2") || qwen3_gguf_probe(path, "qwen2");
}

static bool llama3_probe(const char *path)
{
    return has_type(path, "llama") || qwen3_gguf_probe(path, "llama");
}

static enum ih_status read_config(struct qwen3 *m, const char *folder, struct ih_error *e)
{
    char path[4096];
    struct config *c = NULL;
    snprintf(path, sizeof path, "%s/config.json", folder);
    enum ih_status status = config_open(&c, path, e);
    if (!status)
        status = decoder_read_config(&m->decoder.config, c, path, e);
    config_close(&c);
    return status;
}

void qwen3_add_stop(struct qwen3 *m, int64_t id)
{
    for (int i = 0; i < m->stops; i++)
        if (m->stop[i] == id)
            return;
    if (id >= 0 && id < m->decoder.config.vocab && m->stops < STOPS)
        m->stop[m->stops++] = (int32_t)id;
}

void qwen3_add_usual_stops(struct qwen3 *m)
{
    static const char *const usual[] = {
        "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        qwen3_add_stop(m, bpe_id(m->bpe, usual[i]));
}

/* eos_token_id is a token or a list of them; generation_config.json knows more of them. */
static void read_stops(struct qwen3 *m, const char *folder)
{
    static const char *const files[] = {"generation_config.json", "config.json"};
    for (int i = 0; i < 2; i++) {
        struct config *c = open_config(folder, files[i]);
        const struct config_value *v = config_find(config_root(c), "eos_token_id");
        for (int64_t k = 0; k < config_length(v); k++)
            qwen3_add_stop(m, config_int_or(config_item(v, k), -1));
        qwen3_add_stop(m, config_int_or(v, -1));
        config_close(&c);
    }
    qwen3_add_usual_stops(m);
}

/* The template stands in a file of its own or in tokenizer_config.json; where it is not one that
 * is known, the model can still go on with text. */
static void read_template(struct qwen3 *m, const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/chat_template.jinja", folder);
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(TEMPLATE_LIMIT + 1) : NULL;
    if (text) {
        text[fread(text, 1, TEMPLATE_LIMIT, f)] = 0;
        m->chat = chat_kind_of(text);
    }
    free(text);
    if (f) {
        fclose(f);
        return;
    }
    struct config *c = open_config(folder, "tokenizer_config.json");
    m->chat = chat_kind_of(config_string_or(config_find(config_root(c), "chat_template"), NULL));
    config_close(&c);
}

static enum ih_status walk(struct qwen3 *m, bool pack, struct ih_error *e)
{
    struct loader l = {.weights = m->weights,
        .device = m->base.device,
        .arena = &m->arena,
        .pack = pack,
        .storage = m->storage,
        .narrow = m->narrow,
        .error = e};
    decoder_load(&m->decoder, &l, m->decoder.config.layers, true);
    return l.status;
}

enum ih_status qwen3_look(struct qwen3 *m, struct ih_error *e)
{
    return walk(m, false, e);
}

enum ih_status qwen3_prepare(struct qwen3 *m, struct ih_error *e)
{
    pthread_mutex_lock(&m->prepare_lock);
    enum ih_status status = m->prepared ? IH_OK : walk(m, true, e);
    m->prepared = !status;
    if (status)
        decoder_free(&m->decoder);
    pthread_mutex_unlock(&m->prepare_lock);
    return status;
}

static void qwen3_close(struct model *base)
{
    struct qwen3 *m = (struct qwen3 *)base;
    decoder_free(&m->decoder);
    bpe_close(&m->bpe);
    if (m->gguf)
        gguf_close(&m->gguf);
    else
        weights_close(&m->weights);
    arena_free(&m->arena);
    pthread_mutex_destroy(&m->prepare_lock);
    free(m);
}

static enum ih_status open_folder(struct qwen3 *m, const char *path, struct ih_error *e)
{
    char tokenizer[4096];
    snprintf(tokenizer, sizeof tokenizer, "%s/tokenizer.json", path);
    enum ih_status status = read_config(m, path, e);
    if (!status)
        status = weights_open(&m->weights, path, e);
    if (!status)
        status = qwen3_look(m, e);
    if (!status)
        status = bpe_open(&m->bpe, tokenizer, e);
    if (status)
        return status;
    read_stops(m, path);
    read_template(m, path);
    return IH_OK;
}

static enum ih_status open_as(
    struct model **out, const struct family *family, const struct model_open *o, struct ih_error *e)
{
    struct qwen3 *m = calloc(1, sizeof *m);
    if (!m)
        return err_memory(e, "a model");
    pthread_mutex_init(&m->prepare_lock, NULL);
    m->base.family = family;
    m->base.device = o->device;
    m->storage = model_storage(o->device, o->compute, DT_I8);
    m->narrow = o->compute == IH_COMPUTE_AUTO;
    enum ih_status status =
        gguf_probe(o->path) ? qwen3_open_gguf(m, o->path, e) : open_folder(m, o->path, e);
    if (!status) {
        m->base.name = model_name(&m->arena, o->path);
        m->base.bytes = weights_bytes(m->weights);
        status = m->base.name ? IH_OK : err_memory(e, "a model");
    }
    if (status)
        qwen3_close(&m->base);
    else
        *out = &m->base;
    return status;
}

static enum ih_status qwen3_open(struct model **out, const struct model_open *o, struct ih_error *e)
{
    return open_as(out, &qwen3_family, o, e);
}

static enum ih_status qwen2_open(struct model **out, const struct model_open *o, struct ih_error *e)
{
    return open_as(out, &qwen2_family, o, e);
}

static enum ih_status llama3_open(
    struct model **out, const struct model_open *o, struct ih_error *e)
{
    return open_as(out, &llama3_family, o, e);
}

const struct family qwen3_family = {
    .name = "qwen3",
    .probe = qwen3_probe,
    .open = qwen3_open,
    .close = qwen3_close,
    .writer = &qwen3_writer,
};

const struct family qwen2_family = {
    .name = "qwen2",
    .probe = qwen2_probe,
    .open = qwen2_open,
    .close = qwen3_close,
    .writer = &qwen3_writer,
};

const struct family llama3_family = {
    .name = "llama3",
    .probe = llama3_probe,
    .open = llama3_open,
    .close = qwen3_close,
    .writer = &qwen3_writer,
};
