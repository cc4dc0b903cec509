/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations: their tokens, their caches, and how feeds become steps. */
#include "base/mem.h"
#include "models/qwen3/qwen3.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one step: enough that the weights are read seldom, few enough for a cancelled step. */
enum { STEP_ROWS = 512 };

struct conversation {
    int32_t *token; /* [context] */
    int length;
    struct kv *cache; /* [layers] */
};

struct writer_session {
    struct qwen3 *model;
    struct device *device; /* a fork of the model's */
    struct arena arena;    /* of one step */
    int conversations, context;
    struct conversation *conversation;
    struct kv *kv; /* of all */
    void *memory;  /* caches, then tokens */
    size_t memory_bytes;
    struct decoder_row *row; /* [conversations] of a step */
    int *feed;               /* which each row belongs to */
    int *done;               /* tokens of each feed that were read */
};

static void writer_info(const struct model *base, struct writer_info *out)
{
    const struct qwen3 *m = (const struct qwen3 *)base;
    *out = (struct writer_info){
        m->decoder.config.vocab, m->decoder.config.positions, m->stop, m->stops, m->chat, m->bpe};
}

static void session_close(struct writer_session **sp)
{
    struct writer_session *s = *sp;
    if (!s)
        return;
    mem_pages_free(s->memory, s->memory_bytes);
    arena_free(&s->arena);
    device_close(&s->device);
    free(s->conversation);
    free(s->kv);
    free(s->row);
    free(s->feed);
    free(s->done);
    free(s);
    *sp = NULL;
}

static enum ih_status allocate(struct writer_session *s, struct ih_error *e)
{
    const struct decoder *d = &s->model->decoder;
    size_t n = (size_t)s->conversations, layers = (size_t)d->config.layers;
    size_t cache = decoder_kv_bytes(d, s->context), tokens = (size_t)s->context * sizeof(int32_t);
    if (n > SIZE_MAX / 2 / (layers * cache + tokens))
        return err_memory(e, "the conversations");
    s->memory_bytes = n * (layers * cache + tokens);
    s->memory = mem_pages(s->memory_bytes);
    s->conversation = calloc(n, sizeof *s->conversation);
    s->kv = calloc(n * layers, sizeof *s->kv);
    s->row = calloc(n, sizeof *s->row);
    s->feed = calloc(n, sizeof *s->feed);
    s->done = calloc(n, sizeof *s->done);
    if (!s->memory || !s->conversation || !s->kv || !s->row || !s->feed || !s->done)
        return err_memory(e, "the conversations");
    char *memory = s->memory;
    struct kv *kv = s->kv;
    for (size_t i = 0; i < n; i++) {
        s->conversation[i].cache = kv;
        for (size_t l = 0; l < layers; l++, kv++, memory += cache)
            decoder_kv_init(d, kv, memory, s->context);
    }
    for (size_t i = 0; i < n; i++, memory += tokens)
        s->conversation[i].token = (int32_t *)(void *)memory;
    int64_t rows = STEP_ROWS > n ? STEP_ROWS : (int64_t)n;
    if (arena_reserve(&s->arena, decoder_step_bytes(d, rows, (int64_t)n, (int64_t)n)))
        return err_memory(e, "a step of a text model");
    return IH_OK;
}

static enum ih_status session_open(struct writer_session **out, struct model *base,
    const struct writer_setup *setup, struct ih_error *e)
{
    struct qwen3 *m = (struct qwen3 *)base;
    *out = NULL;
    int most = m->decoder.config.positions;
    if (setup->conversations < 1 || setup->context < 0 || setup->context > most)
        return err_set(e, IH_INVALID,
            "%d conversations of %d tokens; expected at least one, and at most the %d tokens that "
            "the model was made for",
            setup->conversations, setup->context, most);
    enum ih_status status = qwen3_prepare(m, e);
    if (status)
        return status;
    struct writer_session *s = calloc(1, sizeof *s);
    if (!s)
        return err_memory(e, "a job");
    s->model = m;
    s->conversations = setup->conversations;
    s->context = setup->context ? setup->context : most;
    status = device_fork(&s->device, base->device, e);
    if (!status)
        status = allocate(s, e);
    if (status)
        session_close(&s);
    *out = s;
    return status;
}

static int held(const struct writer_session *s, int conversation, const int32_t **token)
{
    *token = s->conversation[conversation].token;
    return s->conversation[conversation].length;
}

static void truncate_to(struct writer_session *s, int conversation, int length)
{
    struct conversation *c = &s->conversation[conversation];
    assert(length >= 0 && length <= c->length);
    c->length = length;
    for (int l = 0; l < s->model->decoder.config.layers; l++)
        c->cache[l].length = length;
}

static void fork_from(struct writer_session *s, int to, int from, int length)
{
    struct conversation *dst = &s->conversation[to], *src = &s->conversation[from];
    assert(length >= 0 && length <= src->length);
    if (to != from) {
        for (int l = 0; l < s->model->decoder.config.layers; l++)
            kv_copy(&dst->cache[l], &src->cache[l], length);
        memcpy(dst->token, src->token, (size_t)length * sizeof *dst->token);
        dst->length = length;
    }
    truncate_to(s, to, length);
}

static enum ih_status check_feeds(
    const struct writer_session *s, const struct writer_feed *feed, int count, struct ih_error *e)
{
    int vocab = s->model->decoder.config.vocab;
    for (int i = 0; i < count; i++) {
        const struct writer_feed *f = &feed[i];
        assert(f->conversation >= 0 && f->conversation < s->conversations && f->count > 0);
        int length = s->conversation[f->conversation].length;
        if (f->count > s->context - length)
            return err_set(e, IH_INVALID,
                "a conversation of %d tokens with %d more; it can hold %d", length, f->count,
                s->context);
        for (int k = 0; k < f->count; k++)
            if (f->token[k] < 0 || f->token[k] >= vocab)
                return err_set(
                    e, IH_INVALID, "token %d is none of the model's %d", (int)f->token[k], vocab);
    }
    return IH_OK;
}

/* The next step's rows, of what is left of the feeds: the short ones come to their end whatever a
 * long one still has, since each gets a share of what is free. */
static int plan(struct writer_session *s, const struct writer_feed *feed, int count)
{
    int rows = 0, waiting = 0, room = STEP_ROWS;
    for (int i = 0; i < count; i++)
        waiting += s->done[i] < feed[i].count;
    for (int i = 0; i < count; i++) {
        int left = feed[i].count - s->done[i];
        if (!left)
            continue;
        int share = room / waiting--;
        int take = share < 1 ? 1 : left < share ? left : share;
        room = room > take ? room - take : 0;
        s->row[rows] = (struct decoder_row){.token = feed[i].token + s->done[i],
            .count = take,
            .cache = s->conversation[feed[i].conversation].cache,
            .logits = take == left ? feed[i].logits : NULL};
        s->feed[rows++] = i;
    }
    return rows;
}

static enum ih_status session_feed(struct writer_session *s, const struct writer_feed *feed,
    int count, const volatile int *cancel, struct ih_error *e)
{
    const struct qwen3 *m = s->model;
    assert(count <= s->conversations);
    enum ih_status status = check_feeds(s, feed, count, e);
    memset(s->done, 0, (size_t)count * sizeof *s->done);
    for (int rows; !status && (rows = plan(s, feed, count)) > 0;) {
        status = decoder_step(s->device, &s->arena, &m->decoder, s->row, rows, cancel, NULL, e);
        for (int i = 0; i < rows && !status; i++) {
            struct conversation *c = &s->conversation[feed[s->feed[i]].conversation];
            memcpy(
                c->token + c->length, s->row[i].token, (size_t)s->row[i].count * sizeof *c->token);
            c->length += s->row[i].count;
            s->done[s->feed[i]] += s->row[i].count;
        }
    }
    return status;
}

const struct writer qwen3_writer = {
    .info = writer_info,
    .open = session_open,
    .close = session_close,
    .held = held,
    .truncate = truncate_to,
    .fork = fork_from,
    .feed = session_feed,
};
