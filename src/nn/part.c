/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/part.h"

#include "base/mem.h"

#include <stdio.h>

enum { PATH_SIZE = 4096 };

/* What only looking put into the arena goes again: lists are made anew when packing. */
static enum ih_status walk(struct part *p, bool pack, struct ih_error *e)
{
    struct loader l = {.weights = p->weights,
        .device = p->device,
        .arena = &p->arena,
        .pack = pack,
        .storage = p->storage,
        .error = e};
    p->load(p, &l);
    if (pack)
        weights_release(p->weights);
    if (l.status || !pack) {
        p->unload(p);
        arena_free(&p->arena);
    }
    return l.status;
}

/* Where the system does not say what it has, packing itself finds out. */
static enum ih_status check_memory(const struct part *p, struct ih_error *e)
{
    size_t there = mem_available(), needed = p->bytes(p);
    if (!there || needed <= there)
        return IH_OK;
    return err_set(e, IH_NO_MEMORY,
        "%s: the weights take %.1f GB of memory and %.1f GB are free; fewer bits take less",
        weights_path(p->weights), (double)needed / 1e9, (double)there / 1e9);
}

static enum ih_status pack(struct part *p, struct ih_error *e)
{
    enum ih_status status = check_memory(p, e);
    return status ? status : walk(p, true, e);
}

static enum ih_status start(struct part *p, const char *folder, struct ih_error *e)
{
    enum ih_status status = weights_open(&p->weights, folder, e);
    if (!status)
        status = walk(p, false, e);
    if (!status)
        pthread_mutex_init(&p->lock, NULL);
    else
        weights_close(&p->weights);
    return status;
}

static enum ih_status open_config(
    struct config **out, char path[PATH_SIZE], const char *folder, struct ih_error *e)
{
    int n = snprintf(path, PATH_SIZE, "%s/config.json", folder);
    if (n < 0 || n >= PATH_SIZE)
        return err_set(e, IH_INVALID, "%.255s...: the path is too long", folder);
    return config_open(out, path, e);
}

static void load_flow(struct part *p, struct loader *l)
{
    flow_load(&((struct flow_part *)p)->net, l);
}

static void unload_flow(struct part *p)
{
    struct flow_transformer *net = &((struct flow_part *)p)->net;
    flow_free(net);
    *net = (struct flow_transformer){.config = net->config};
}

static size_t packed_bytes(enum dtype t, int64_t n)
{
    return t == DT_Q4 ? (size_t)(n / 2 + n / 8) : dtype_bytes(t, n); /* with a scale for 32 */
}

/* Of the blocks, which are nearly all of it. */
static size_t flow_part_bytes(const struct part *p)
{
    const struct flow_config *c = &((const struct flow_part *)p)->net.config;
    int64_t d = c->dim, block = 4 * d * d + 3 * d * c->ffn;
    return packed_bytes(p->storage, (2 * (int64_t)c->layers + c->single_layers) * block);
}

static void load_text(struct part *p, struct loader *l)
{
    struct text_part *text = (struct text_part *)p;
    decoder_load(&text->net, l, text->depth, false);
}

static void unload_text(struct part *p)
{
    struct decoder *net = &((struct text_part *)p)->net;
    decoder_free(net);
    *net = (struct decoder){.config = net->config};
}

/* Without logits and vectors. */
static size_t text_part_bytes(const struct part *p)
{
    const struct text_part *text = (const struct text_part *)p;
    const struct decoder_config *c = &text->net.config;
    int64_t d = c->dim, heads = (int64_t)c->heads * c->head_dim;
    int64_t kv = (int64_t)c->kv_heads * c->head_dim;
    int64_t n = text->depth * (d * (2 * heads + 2 * kv) + 3 * d * c->ffn);
    return packed_bytes(p->storage, n);
}

enum ih_status part_open_flow(struct flow_part *p, struct device *d, const char *folder,
    enum dtype storage, struct ih_error *e)
{
    char path[PATH_SIZE];
    struct config *c = NULL;
    p->base.device = d;
    p->base.storage = storage;
    p->base.load = load_flow;
    p->base.unload = unload_flow;
    p->base.bytes = flow_part_bytes;
    enum ih_status status = open_config(&c, path, folder, e);
    if (!status)
        status = flow_read_config(&p->net.config, c, path, e);
    config_close(&c);
    return status ? status : start(&p->base, folder, e);
}

enum ih_status part_open_text(struct text_part *p, struct device *d, const char *folder,
    enum dtype storage, int depth, struct ih_error *e)
{
    char path[PATH_SIZE];
    struct config *c = NULL;
    p->base.device = d;
    p->base.storage = storage;
    p->base.load = load_text;
    p->base.unload = unload_text;
    p->base.bytes = text_part_bytes;
    enum ih_status status = open_config(&c, path, folder, e);
    if (!status)
        status = decoder_read_config(&p->net.config, c, path, e);
    config_close(&c);
    p->depth = depth ? depth : p->net.config.layers;
    if (!status && p->depth > p->net.config.layers)
        status = err_set(e, IH_UNSUPPORTED, "%s: %d layers; what is read lies behind layer %d",
            path, p->net.config.layers, depth);
    return status ? status : start(&p->base, folder, e);
}

void part_close(struct part *p)
{
    if (!p->weights)
        return;
    p->unload(p);
    arena_free(&p->arena);
    weights_close(&p->weights);
    pthread_mutex_destroy(&p->lock);
}

enum ih_status part_take(struct part *p, struct ih_error *e)
{
    pthread_mutex_lock(&p->lock);
    enum ih_status status = p->packed ? IH_OK : pack(p, e);
    p->packed = !status;
    p->users += !status;
    pthread_mutex_unlock(&p->lock);
    return status;
}

void part_give(struct part *p, bool keep)
{
    pthread_mutex_lock(&p->lock);
    if (--p->users == 0 && !keep) {
        p->unload(p);
        arena_free(&p->arena);
        p->packed = false;
    }
    pthread_mutex_unlock(&p->lock);
}
