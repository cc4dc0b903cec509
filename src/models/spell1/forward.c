/* SPDX-License-Identifier: Apache-2.0 */
/* The network as operations on a device, and what its frames spell. */
#include "models/spell1/spell1.h"

#include <stdlib.h>

/* GROUP_ROWS: letters that are computed together. */
enum { GROUP_ROWS = 1024, BLANK = 0 };

static enum ih_status pack_all(struct spell1 *m, struct ih_error *e)
{
    struct device *d = m->base.device;
    enum ih_status status = linear_pack(d, &m->head, &m->head_part, 1, m->storage, e);
    for (int i = 0; i < m->config.layers && !status; i++)
        status = block_pack(d, &m->block[i], &m->parts[i], m->storage, e);
    return status;
}

void spell1_unpack(struct spell1 *m)
{
    linear_free(&m->head);
    for (int i = 0; m->block && i < m->config.layers; i++)
        block_free(&m->block[i]);
}

enum ih_status spell1_prepare(struct spell1 *m, struct ih_error *e)
{
    pthread_mutex_lock(&m->lock);
    enum ih_status status = m->prepared ? IH_OK : pack_all(m, e);
    m->prepared = !status;
    if (status)
        spell1_unpack(m);
    pthread_mutex_unlock(&m->lock);
    return status;
}

/* Words that are computed together, each letter and each end of a word a row. */
struct group {
    struct spell1 *model;
    struct device *device; /* a fork of the model's */
    struct arena *arena;
    const struct spell1_watch *watch;
    struct kv *kv;
    int64_t rows;
    int32_t *letter, *language, *place, *row; /* [rows] */
    struct sequence *sequence;
    int sequences;
};

static void show(const struct group *g, const char *stage, int layer, struct tensor x)
{
    if (g->watch)
        g->watch->fn(g->watch->arg, stage, layer, x);
}

static struct tensor temporary(struct arena *a, enum dtype t, int64_t rows, int64_t cols)
{
    return tensor_2d(arena_alloc(a, dtype_bytes(t, rows * cols)), t, rows, cols);
}

static void add(struct group *g, const struct spell1_word *w, int language)
{
    g->sequence[g->sequences++] = (struct sequence){g->rows, w->count + 1, g->kv, NULL};
    for (int i = 0; i <= w->count; i++, g->rows++) {
        g->letter[g->rows] = i < w->count ? w->letter[i] : 0;
        g->language[g->rows] = language;
        g->place[g->rows] = i;
        g->row[g->rows] = (int32_t)g->rows;
    }
}

/* Logits [rows, S C] f32 of a group. */
static struct tensor run(const struct group *g)
{
    const struct spell1 *m = g->model;
    struct device *d = g->device;
    int64_t dim = m->config.dim;
    struct tensor place = temporary(g->arena, DT_F32, g->rows, dim);
    struct tensor x = temporary(g->arena, DT_F32, g->rows, dim);
    op_embed(d, place, &m->languages, g->language, m->positions, g->place);
    op_embed(d, x, &m->letters, g->letter, place, g->row);
    show(g, "embedded", 0, x);
    for (int i = 0; i < m->config.layers; i++) {
        block_encode(d, g->arena, &m->block[i], &m->shape, x, g->sequence, g->sequences);
        show(g, "block", i, x);
    }
    struct tensor y = temporary(g->arena, m->shape.activation, g->rows, dim);
    struct tensor logits = temporary(g->arena, DT_F32, g->rows, m->head.out);
    op_layer_norm(d, y, x, m->norm.w, m->norm.b, m->shape.eps);
    show(g, "encoded", 0, y);
    op_linear(d, logits, y, &m->head, ACT_NONE, (struct tensor){0});
    show(g, "logits", 0, logits);
    return logits;
}

/* Greedy CTC over the rows of one word: a class counts where the frame before had another. */
static const char *spell(const struct spell1 *m, struct tensor logits, struct arena *a)
{
    const struct kernels *k = device_kernels(m->base.device);
    int64_t classes = m->alphabet.phones + 1, slots = m->config.slots, before = BLANK;
    char *text = arena_alloc(a, (size_t)(logits.shape[0] * slots) * 4 + 1), *end = text;
    if (!text)
        return NULL;
    for (int64_t t = 0; t < logits.shape[0] * slots; t++) {
        const float *row =
            (float *)logits.data + t / slots * logits.stride[0] + t % slots * classes;
        int64_t best = k->argmax(row, classes, NULL);
        if (best != BLANK && best != before) {
            size_t bytes = strlen(m->alphabet.phone[best - 1]);
            memcpy(end, m->alphabet.phone[best - 1], bytes);
            end += bytes;
        }
        before = best;
    }
    *end = 0;
    return text;
}

/* Room for the largest group, so that none can run out of it half-way. */
static enum ih_status reserve(struct group *g, struct ih_error *e)
{
    const struct spell1_config *c = &g->model->config;
    size_t rows = GROUP_ROWS + (size_t)c->positions;
    size_t each = (size_t)c->dim * 4 * 8 + (size_t)c->ffn * 4 + (size_t)g->model->head.out * 4;
    g->letter = arena_alloc(g->arena, rows * sizeof *g->letter);
    g->language = arena_alloc(g->arena, rows * sizeof *g->language);
    g->place = arena_alloc(g->arena, rows * sizeof *g->place);
    g->row = arena_alloc(g->arena, rows * sizeof *g->row);
    g->sequence = arena_alloc(g->arena, rows * sizeof *g->sequence);
    if (!g->letter || !g->language || !g->place || !g->row || !g->sequence ||
        arena_reserve(g->arena, rows * each + 32 * ARENA_ALIGN))
        return err_memory(e, "a model's activations");
    return IH_OK;
}

/* Words first .. until, of which those without an exception are in the group. */
static enum ih_status finish(struct group *g, const struct spell1_word *word, int first, int until,
    struct arena *a, const char **text, struct ih_error *e)
{
    struct arena_mark mark = arena_mark(g->arena);
    enum ih_status status = IH_OK;
    if (g->rows) {
        struct tensor logits = run(g);
        const struct sequence *s = g->sequence;
        for (int i = first; i < until && !status; i++) {
            if (word[i].exception)
                continue;
            text[i] = spell(g->model, tensor_rows(logits, s->row0, s->rows), a);
            status = text[i] ? IH_OK : err_memory(e, "phonemes");
            s++;
        }
    }
    arena_rewind(g->arena, mark);
    g->rows = g->sequences = 0;
    if (!status && device_exhausted(g->device))
        status = err_memory(e, "reading words");
    return status;
}

static enum ih_status spell_groups(struct group *g, const struct spell1_word *word, int count,
    int language, struct arena *a, const char **text, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    int first = 0;
    for (int i = 0; i < count && !status; i++) {
        if (word[i].exception)
            continue;
        add(g, &word[i], language);
        if (g->rows >= GROUP_ROWS) {
            status = finish(g, word, first, i + 1, a, text, e);
            first = i + 1;
        }
    }
    return status ? status : finish(g, word, first, count, a, text, e);
}

enum ih_status spell1_spell(struct spell1 *m, const struct spell1_word *word, int count,
    int language, struct arena *a, const char **text, const struct spell1_watch *watch,
    struct ih_error *e)
{
    int head_dim = m->config.dim / m->config.heads;
    enum dtype type = m->shape.activation;
    /* One layer of one word at a time is in it. */
    size_t bytes = kv_bytes(m->config.heads, head_dim, m->config.positions, type);
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!memory)
        return err_memory(e, "a model's activations");
    memset(memory, 0, bytes);
    struct kv kv;
    kv_init(&kv, memory, m->config.heads, head_dim, m->config.positions, type);
    struct arena own = {0};
    struct group g = {.model = m, .arena = &own, .watch = watch, .kv = &kv};
    enum ih_status status = device_fork(&g.device, m->base.device, e);
    if (!status)
        status = reserve(&g, e);
    if (!status)
        status = spell_groups(&g, word, count, language, a, text, e);
    device_close(&g.device);
    arena_free(&own);
    free(memory);
    return status;
}
