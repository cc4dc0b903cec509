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
    part_close(&m->text.base);
    part_close(&m->flow.base);
    vae_close(&m->vae);
    taef2_close(&m->taef2);
    bpe_close(&m->bpe);
    arena_free(&m->arena);
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

/* Of 4 bits on disk no more are made in memory, unless that is asked for. */
static enum ih_status choose_storage(
    struct flux2 *m, const char *transformer, enum ih_compute compute, struct ih_error *e)
{
    struct weights *w = NULL;
    enum ih_status status = weights_open(&w, transformer, e);
    if (status)
        return status;
    bool q4 = weights_survey(w).numbers == DT_Q4;
    m->storage = model_storage(m->base.device, compute, q4 ? DT_Q4 : DT_I8);
    weights_close(&w);
    return IH_OK;
}

static enum ih_status open_networks(struct flux2 *m, const struct model_open *o, struct ih_error *e)
{
    const int last = flux2_taps[FLUX2_TAPS - 1];
    const struct flow_config *flow = &m->flow.net.config;
    const struct decoder_config *text = &m->text.net.config;
    char path[PATH];
    snprintf(path, sizeof path, "%s/transformer", o->path);
    enum ih_status status = choose_storage(m, path, o->compute, e);
    if (!status)
        status = part_open_flow(&m->flow, m->base.device, path, m->storage, e);
    if (status)
        return status;
    if (flow->axes != 4)
        return err_set(e, IH_UNSUPPORTED, "%s: %d axes of positions; expected 4", path, flow->axes);
    snprintf(path, sizeof path, "%s/text_encoder", o->path);
    status = part_open_text(&m->text, m->base.device, path, m->storage, last, e);
    /* The reference norms the states after the last layer, so that one is not a tap. */
    if (!status && text->layers <= last)
        status = err_set(e, IH_UNSUPPORTED, "%s: %d layers; the text is read inside, after %d",
            path, text->layers, last);
    if (!status && text->dim * FLUX2_TAPS != flow->context)
        status = err_set(e, IH_BAD_DATA,
            "%s: the text encoder gives %d features, the transformer takes %d", path,
            text->dim * FLUX2_TAPS, flow->context);
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

static enum ih_status open_autoencoder(struct flux2 *m, const char *folder, struct ih_error *e)
{
    char path[PATH];
    bool narrow = m->storage != DT_F32 && device_kernels(m->base.device)->fast_bf16;
    enum dtype storage = narrow ? DT_BF16 : DT_F32;
    snprintf(path, sizeof path, "%s/vae", folder);
    enum ih_status status = vae_open(&m->vae, m->base.device, path, storage, e);
    const struct flow_config *c = &m->flow.net.config;
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

static enum ih_status open_all(struct flux2 *m, const struct model_open *o, struct ih_error *e)
{
    const char *folder = o->path;
    enum ih_status status = read_pipeline(m, folder, e);
    if (!status)
        status = open_networks(m, o, e);
    if (!status)
        status = open_tokenizer(m, folder, e);
    if (!status)
        status = open_autoencoder(m, folder, e);
    if (status)
        return status;
    m->base.name = model_name(&m->arena, folder);
    m->base.bytes = weights_bytes(m->text.base.weights) + weights_bytes(m->flow.base.weights);
    return m->base.name ? IH_OK : err_memory(e, "a model");
}

static enum ih_status flux2_open(struct model **out, const struct model_open *o, struct ih_error *e)
{
    struct flux2 *m = calloc(1, sizeof *m);
    if (!m)
        return err_memory(e, "a model");
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
