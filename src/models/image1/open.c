/* SPDX-License-Identifier: Apache-2.0 */
/* The family: opening a model's folder, everything checked. */
#include "models/image1/image1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 4096 };

static bool image1_probe(const char *path)
{
    char file[PATH_SIZE];
    struct config *c = NULL;
    snprintf(file, sizeof file, "%s/model_index.json", path);
    if (config_open(&c, file, NULL))
        return false;
    const char *class = config_string_or(config_find(config_root(c), "_class_name"), "");
    bool yes = strcmp(class, "InhouseImage1Pipeline") == 0;
    config_close(&c);
    return yes;
}

static void image1_close(struct model *base)
{
    struct image1 *m = (struct image1 *)base;
    part_close(&m->flow.base);
    part_close(&m->text.base);
    head_close(&m->head);
    autoencoder_close(&m->autoencoder);
    bpe_close(&m->bpe);
    arena_free(&m->arena);
    free(m);
}

/* What a machine multiplies fastest of 32 and 16 bits, unless less is asked for. */
static enum ih_status open_parts(struct image1 *m, const struct model_open *o, struct ih_error *e)
{
    char path[PATH_SIZE];
    enum dtype storage = model_storage(o->device, o->compute, DT_BF16);
    int n = snprintf(path, sizeof path, "%s/tokenizer/tokenizer.json", o->path);
    if (n < 0 || n >= PATH_SIZE)
        return err_set(e, IH_INVALID, "%.255s...: the path is too long", o->path);
    enum ih_status status = bpe_open(&m->bpe, path, e);
    snprintf(path, sizeof path, "%s/text_encoder", o->path);
    /* The others are small, and two of them work once for many steps: never below 16 bits. */
    enum dtype fine = storage == DT_F32 ? DT_F32 : DT_BF16;
    if (!status)
        status = part_open_text(&m->text, o->device, path, fine, 0, e);
    snprintf(path, sizeof path, "%s/transformer", o->path);
    if (!status)
        status = part_open_flow(&m->flow, o->device, path, storage, e);
    snprintf(path, sizeof path, "%s/head", o->path);
    if (!status)
        status = head_open(&m->head, o->device, path, fine, e);
    snprintf(path, sizeof path, "%s/autoencoder", o->path);
    if (!status)
        status = autoencoder_open(&m->autoencoder, o->device, path, fine, e);
    return status;
}

static enum ih_status image1_open(
    struct model **out, const struct model_open *o, struct ih_error *e)
{
    struct image1 *m = calloc(1, sizeof *m);
    if (!m)
        return err_memory(e, "a model");
    m->base.family = &image1_family;
    m->base.device = o->device;
    m->base.name = model_name(&m->arena, o->path);
    enum ih_status status = m->base.name ? IH_OK : err_memory(e, "a model");
    if (!status)
        status = open_parts(m, o, e);
    if (!status)
        status = image1_read_config(m, o->path, e);
    if (status) {
        image1_close(&m->base);
        return status;
    }
    m->base.bytes = weights_bytes(m->text.base.weights) + weights_bytes(m->flow.base.weights) +
                    m->autoencoder.bytes;
    *out = &m->base;
    return IH_OK;
}

static void limits(const struct model *base, struct ih_draw_limits *out)
{
    const struct image1_config *c = &((const struct image1 *)base)->config;
    *out = (struct ih_draw_limits){
        .width = c->size,
        .height = c->size,
        .multiple = c->multiple,
        .side_least = c->side_least,
        .side_most = c->side_most,
        .pixels_most = (int64_t)c->side_most * c->side_most,
        .steps = c->steps,
        .guidance = c->guidance,
        .references = 1, /* to start from */
        .words = c->longest * 3 / 4,
    };
}

static enum ih_status session_open(
    struct painter_session **out, struct model *m, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, "a drawing");
    (*out)->model = (struct image1 *)m;
    enum ih_status status = device_fork(&(*out)->device, m->device, e);
    if (status) {
        free(*out);
        *out = NULL;
    }
    return status;
}

static void session_close(struct painter_session **s)
{
    device_close(&(*s)->device);
    arena_free(&(*s)->arena);
    free(*s);
    *s = NULL;
}

static enum ih_status paint(struct painter_session *s, const struct painting_request *r,
    const volatile int *cancel, struct ih_picture *out, struct ih_error *e)
{
    return image1_paint(s, r, NULL, NULL, cancel, out, e);
}

static const struct painter painter = {
    .limits = limits,
    .open = session_open,
    .close = session_close,
    .paint = paint,
};

const struct family image1_family = {
    .name = "image1",
    .probe = image1_probe,
    .open = image1_open,
    .close = image1_close,
    .painter = &painter,
};
