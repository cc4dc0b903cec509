/* SPDX-License-Identifier: Apache-2.0 */
/* The family: opening a model's folder, everything checked. */
#include "models/voice1/voice1.h"

#include "weights/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool voice1_probe(const char *path)
{
    char file[4096];
    struct config *c = NULL;
    snprintf(file, sizeof file, "%s/config.json", path);
    if (config_open(&c, file, NULL))
        return false;
    bool yes =
        strcmp(config_string_or(config_find(config_root(c), "model_type"), ""), "voice1") == 0;
    config_close(&c);
    return yes;
}

static void voice1_close(struct model *base)
{
    struct voice1 *m = (struct voice1 *)base;
    voice1_unpack(m);
    vocoder_close(&m->vocoder);
    mel_close(&m->mel);
    weights_close(&m->weights);
    arena_free(&m->arena);
    pthread_mutex_destroy(&m->prepare_lock);
    free(m);
}

/* Convolutions come in 32 and 16 bits; what a machine multiplies fastest of these. */
static enum dtype storage_for(const struct voice1 *m, enum ih_compute compute)
{
    bool fast = device_kernels(m->base.device)->fast_bf16;
    return compute == IH_COMPUTE_F32 || !fast ? DT_F32 : DT_BF16;
}

static enum ih_status prepare_layers(struct voice1 *m, enum ih_compute compute, struct ih_error *e)
{
    const struct voice1_config *c = &m->config;
    m->storage = storage_for(m, compute);
    m->shape = (struct block_shape){
        .dim = c->width,
        .heads = c->heads,
        .ffn = 4 * c->width,
        .eps = 1e-5f,
        .act = ACT_GELU,
        .activation = device_activation(m->base.device, m->storage),
    };
    m->text = arena_calloc(&m->arena, (size_t)c->text_layers, sizeof *m->text);
    return m->text ? IH_OK : err_memory(e, "a model's layers");
}

static enum ih_status voice1_open(
    struct model **out, const struct model_open *o, struct ih_error *e)
{
    struct voice1 *m = calloc(1, sizeof *m);
    if (!m)
        return err_memory(e, "a model");
    pthread_mutex_init(&m->prepare_lock, NULL);
    m->base.family = &voice1_family;
    m->base.device = o->device;
    enum ih_status status = voice1_read_config(m, o->path, e);
    if (!status)
        status = weights_open(&m->weights, o->path, e);
    if (!status)
        status = voice1_bind(m, e);
    if (!status)
        status = vocoder_open(&m->vocoder, &m->config.vocoder, e);
    if (!status)
        status = mel_open(&m->mel, SPEAKER_MELS, NULL, e);
    if (!status) {
        m->base.name = model_name(&m->arena, o->path);
        m->base.bytes = weights_bytes(m->weights);
        status = m->base.name ? IH_OK : err_memory(e, "a model");
    }
    if (!status)
        status = prepare_layers(m, o->compute, e);
    if (status)
        voice1_close(&m->base);
    else
        *out = &m->base;
    return status;
}

const struct family voice1_family = {
    .name = "voice1",
    .probe = voice1_probe,
    .open = voice1_open,
    .close = voice1_close,
    .synthesizer = &voice1_synthesizer,
};
