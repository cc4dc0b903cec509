/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a model's folder, everything checked, and the family. */
#include "models/flux2/flux2.h"

#include "weights/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH = 4096 };
const int flux2_taps[FLUX2_TAPS] = {9, 18, 27};

static bool flux2_probe(const char *path)
{
    char file[PATH];
    struct config *c = NULL;
    snprintf(file, sizeof file, "%s/model_index.json", path);
    if (config_open(&c, file, NULL))
        return false;
    const char *name = config_string_or(config_find(config_root(c), "_class_name"), "");
    bool yes = strcmp(name, "Flux2KleinPipeline") == 0;
    config_close(&c);
    return yes;
}

static bool exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static void flux2_close(struct model *base)
{
    struct flux2 *m = (struct flux2 *)base;
    decoder_free(&m->text);
    flow_free(&m->flow);
    vae_close(&m->vae);
    taef2_close(&m->taef2);
    bpe_close(&m->bpe);
    weights_close(&m->text_weights);
    weights_close(&m->flow_weights);
    arena_free(&m->text_arena);
    arena_free(&m->arena);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* The pipeline's switch, and a schedule that is the one of nn/flow_schedule.h. */
static enum ih_status read_pipeline(struct flux2 *m, const char *folder, struct ih_error *e)
{
    char path[PATH];
    struct config *c = NULL;
    snprintf(path, sizeof path, "%s/model_index.json", folder);
    enum ih_status status = config_open(&c, path, e);
    m->distilled = config_bool_or(config_find(config_root(c), "is_distilled"), false);
    config_close(&c);
    if (status)
        return status;
    snprintf(path, sizeof path, "%s/scheduler/scheduler_config.json", folder);
    status = config_open(&c, path, e);
    if (status)
        return status;
    const struct config_value *root = config_root(c);
    const char *name = config_string_or(config_find(root, "_class_name"), "");
    const char *shift = config_string_or(config_find(root, "time_shift_type"), "exponential");
    if (strcmp(name, "FlowMatchEulerDiscreteScheduler") != 0)
        status = err_set(e, IH_UNSUPPORTED,
            "%s: a scheduler called \"%s\"; expected FlowMatchEulerDiscreteScheduler", path, name);
    else if (!config_bool_or(config_find(root, "use_dynamic_shifting"), false) ||
             strcmp(shift, "exponential") != 0)
        status = err_set(e, IH_UNSUPPORTED,
            "%s: the schedule must shift its times dynamically and exponentially", path);
    config_close(&c);
    return status;
}

static enum ih_status read_networks(struct flux2 *m, const char *folder, struct ih_error *e)
{
    char path[PATH];
    struct config *c = NULL;
    snprintf(path, sizeof path, "%s/transformer/config.json", folder);
    enum ih_status status = config_open(&c, path, e);
    if (!status)
        status = flow_read_config(&m->flow.config, c, path, e);
    config_close(&c);
    if (status)
        return status;
    if (m->flow.config.axes != 4)
        return err_set(
            e, IH_UNSUPPORTED, "%s: %d axes of positions; expected 4", path, m->flow.config.axes);
    snprintf(path, sizeof path, "%s/text_encoder/config.json", folder);
    status = config_open(&c, path, e);
    if (!status)
        status = decoder_read_config(&m->text_config, c, path, e);
    config_close(&c);
    /* The reference norms the states after the last layer, so that one is not a tap. */
    if (!status && m->text_config.layers <= flux2_taps[FLUX2_TAPS - 1])
        status = err_set(e, IH_UNSUPPORTED, "%s: %d layers; the text is read inside, after %d",
            path, m->text_config.layers, flux2_taps[FLUX2_TAPS - 1]);
    if (!status && m->text_config.dim * FLUX2_TAPS != m->flow.config.context)
        status = err_set(e, IH_BAD_DATA,
            "%s: the text encoder gives %d features, the transformer takes %d", path,
            m->text_config.dim * FLUX2_TAPS, m->flow.config.context);
    return status;
}

static enum ih_status open_tokenizer(struct flux2 *m, const char *folder, struct ih_error *e)
{
    char path[PATH];
    snprintf(path, sizeof path, "%s/tokenizer/tokenizer.json", folder);
    enum ih_status status = bpe_open(&m->bpe, path, e);
    if (status)
        return status;
    m->padding = bpe_id(m->bpe, "<|endoftext|>");
    if (m->padding < 0)
        return err_set(e, IH_BAD_DATA, "%s: there is no token <|endoftext|>", path);
    return IH_OK;
}

static enum ih_status open_weights(struct flux2 *m, const char *folder, struct ih_error *e)
{
    static const char *const names[] = {"diffusion_pytorch_model.safetensors",
        "diffusion_pytorch_model.safetensors.index.json", "model.safetensors",
        "model.safetensors.index.json"};
    char path[PATH];
    snprintf(path, sizeof path, "%s/text_encoder", folder);
    enum ih_status status = weights_open(&m->text_weights, path, e);
    for (size_t i = 0; i < sizeof names / sizeof *names && !status; i++) {
        snprintf(path, sizeof path, "%s/transformer/%s", folder, names[i]);
        if (exists(path))
            return weights_open(&m->flow_weights, path, e);
    }
    if (!status)
        status = err_set(e, IH_NOT_FOUND, "%s/transformer holds no %s", folder, names[0]);
    return status;
}

static enum ih_status open_autoencoder(struct flux2 *m, const char *folder, struct ih_error *e)
{
    char path[PATH];
    bool narrow = m->storage != DT_F32 && device_kernels(m->base.device)->fast_bf16;
    enum dtype storage = narrow ? DT_BF16 : DT_F32;
    snprintf(path, sizeof path, "%s/vae", folder);
    enum ih_status status = vae_open(&m->vae, m->base.device, path, storage, e);
    const struct flow_config *c = &m->flow.config;
    if (!status && (vae_channels(m->vae) != c->in || c->in != c->out))
        status = err_set(e, IH_BAD_DATA,
            "%s: the autoencoder has %d channels, the transformer takes %d and gives %d", path,
            vae_channels(m->vae), c->in, c->out);
    snprintf(path, sizeof path, "%s/taef2", folder);
    if (!status && exists(path)) {
        status = taef2_open(&m->taef2, m->base.device, path, storage, e);
        if (!status && (c->in != 128 || vae_multiple(m->vae) != 16))
            taef2_close(&m->taef2); /* it stands in for the published autoencoder alone */
    }
    return status;
}

/* Of 4 bits on disk no more are made in memory, unless that is asked for. */
static enum dtype choose_storage(const struct flux2 *m, enum ih_compute compute)
{
    bool q4 = weights_survey(m->flow_weights).numbers == DT_Q4;
    return model_storage(m->base.device, compute, q4 ? DT_Q4 : DT_I8);
}

static enum ih_status open_all(struct flux2 *m, const struct model_open *o, struct ih_error *e)
{
    const char *folder = o->path;
    enum ih_status status = read_pipeline(m, folder, e);
    if (!status)
        status = read_networks(m, folder, e);
    if (!status)
        status = open_tokenizer(m, folder, e);
    if (!status)
        status = open_weights(m, folder, e);
    if (!status)
        m->storage = choose_storage(m, o->compute);
    if (!status)
        status = flux2_look(m, e);
    if (!status)
        status = open_autoencoder(m, folder, e);
    if (status)
        return status;
    m->base.name = model_name(&m->arena, folder);
    m->base.bytes = weights_bytes(m->text_weights) + weights_bytes(m->flow_weights);
    return m->base.name ? IH_OK : err_memory(e, "a model");
}

static enum ih_status flux2_open(struct model **out, const struct model_open *o, struct ih_error *e)
{
    struct flux2 *m = calloc(1, sizeof *m);
    if (!m)
        return err_memory(e, "a model");
    pthread_mutex_init(&m->lock, NULL);
    m->base.family = &flux2_family;
    m->base.device = o->device;
    enum ih_status status = strlen(o->path) > PATH / 2
                                ? err_set(e, IH_INVALID, "%.255s...: the path is too long", o->path)
                                : open_all(m, o, e);
    if (status)
        flux2_close(&m->base);
    else
        *out = &m->base;
    return status;
}

const struct family flux2_family = {
    .name = "flux2",
    .probe = flux2_probe,
    .open = flux2_open,
    .close = flux2_close,
    .painter = &flux2_painter,
};
