/* SPDX-License-Identifier: Apache-2.0 */
/* One answer: the conversation becomes tokens, the model reads them, and tokens are chosen one by
 * one until something ends it. */
#include "tasks/write.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "tasks/passage.h"
#include "text/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 512 };

struct writing {
    struct ih_chat *chat;
    const struct ih_chat_options *o;
    struct ih_chat_job *job;
    struct ih_chat_answer *out;
    struct arena arena;
    int context;             /* tokens that there may be */
    int32_t *token;          /* [context] of the prompt, then of the answer */
    int prompt, count, told; /* `told` of the answer's are in the passage */
    struct sampler *sampler;
    float *logits;                /* [vocab] */
    struct guide_program *schema; /* null: none */
    struct guide *guide;
    struct passage passage;
    struct patience patience;
    int seat, kept;
};

static enum ih_status render(struct writing *w, struct ih_error *e)
{
    const struct ih_chat_options *o = w->o;
    struct chat_options c = {
        .answer = true, .thinking = o->thinking && !o->schema, .tool = o->tool, .tools = o->tools};
    struct chat_message *m = arena_alloc(&w->arena, (size_t)o->messages * sizeof *m);
    int32_t *id;
    size_t n;
    if (!m)
        return err_memory(e, "a conversation");
    for (int i = 0; i < o->messages; i++) {
        const struct ih_chat_message *from = &o->message[i];
        struct chat_call *call = arena_alloc(&w->arena, (size_t)from->calls * sizeof *call + 1);
        if (!call)
            return err_memory(e, "a conversation");
        for (int k = 0; k < from->calls; k++)
            call[k] = (struct chat_call){from->call[k].name, from->call[k].arguments};
        m[i] = (struct chat_message){
            from->role, from->text ? from->text : "", from->reasoning, call, from->calls};
    }
    enum ih_status status = chat_render(
        w->chat->info.bpe, w->chat->info.chat, m, o->messages, &c, &w->arena, &id, &n, e);
    if (status)
        return status;
    if (n >= (size_t)w->context) {
        w->out->prompt_tokens = (int)n;
        return err_set(e, IH_INVALID,
            "the conversation has %zu tokens and an answer needs some; there is room for %d", n,
            w->context);
    }
    memcpy(w->token, id, n * sizeof *id);
    w->prompt = w->count = (int)n;
    return IH_OK;
}

static void told_prompt(void *arg, int done)
{
    struct writing *w = arg;
    if (w->job->job.progress)
        w->job->job.progress(w->job->job.arg, w->kept + done, w->prompt);
}

static void told_text(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct writing *w = arg;
    if (w->job->text)
        w->job->text(w->job->job.arg, text, bytes, reasoning);
}

/* What the answer must keep to. */
static enum ih_status open_guide(struct writing *w, struct ih_error *e)
{
    struct ih_chat *c = w->chat;
    const char *schema = w->o->schema;
    if (!schema)
        return IH_OK;
    enum ih_status status = guide_compile(&w->schema, schema, strlen(schema), e);
    if (status)
        return status;
    pthread_mutex_lock(&c->lock);
    if (!c->words)
        status = guide_words_new(&c->words, c->info.bpe, c->info.vocab, e);
    pthread_mutex_unlock(&c->lock);
    return status ? status : guide_open(&w->guide, w->schema, c->words, e);
}

static enum ih_status prepare(struct writing *w, struct ih_error *e)
{
    const struct ih_chat_options *o = w->o;
    const struct sampler_options s = {.temperature = o->temperature,
        .top_k = o->top_k,
        .top_p = o->top_p,
        .min_p = o->min_p,
        .repetition = o->repetition,
        .presence = o->presence,
        .frequency = o->frequency,
        .seed = o->seed};
    w->patience = (struct patience){&w->job->job.cancel, w->job->job.deadline};
    w->passage = (struct passage){.stop = o->stop,
        .stops = o->stops,
        .thoughts = chat_thinks(w->chat->info.chat),
        .opened = w->chat->info.chat == CHAT_QWEN3_THINK && o->thinking && !o->schema,
        .calls = o->tools > 0,
        .tell = told_text,
        .arg = w};
    passage_begin(&w->passage);
    w->token = malloc((size_t)w->context * sizeof *w->token);
    w->logits = malloc((size_t)w->chat->info.vocab * sizeof *w->logits);
    if (!w->token || !w->logits)
        return err_memory(e, "an answer");
    enum ih_status status = sampler_open(&w->sampler, w->chat->info.vocab, &s, e);
    if (!status)
        status = open_guide(w, e);
    return status ? status : render(w, e);
}

/* Brings whole characters of what was written into the passage. */
static void pass_on(struct writing *w)
{
    const struct bpe *b = w->chat->info.bpe;
    char piece[PIECE];
    const int32_t *id = w->token + w->prompt + w->told;
    size_t n = bpe_complete(b, id, (size_t)(w->count - w->prompt - w->told));
    w->told += (int)n;
    for (size_t i = 0, k; i < n; i += k) {
        /* As many tokens as fit; one that does not is cut, which no vocabulary has. */
        for (k = 1; i + k < n && bpe_decode(b, id + i, k + 1, NULL, 0) < sizeof piece; k++)
            ;
        while (k < n - i && bpe_complete(b, id + i, k) < k)
            k++;
        size_t length = bpe_decode(b, id + i, k, piece, sizeof piece);
        passage_add(&w->passage, piece, length < sizeof piece ? length : sizeof piece - 1);
    }
}

static bool ends(const struct writing *w, int32_t token)
{
    for (int i = 0; i < w->chat->info.stops; i++)
        if (w->chat->info.stop[i] == token)
            return true;
    return false;
}

/* Takes out what does not fit the schema. */
static enum ih_status keep_to_schema(struct writing *w, struct ih_error *e)
{
    if (!w->guide)
        return IH_OK;
    const uint64_t *mask = guide_mask(w->guide);
    bool may_end = guide_may_end(w->guide);
    if (!mask)
        return err_memory(e, "a schema");
    for (int i = 0; i < w->chat->info.vocab; i++)
        if (!(mask[i / 64] >> (i % 64) & 1) && !(may_end && ends(w, i)))
            w->logits[i] = -INFINITY;
    return IH_OK;
}

/* A token is part of the answer: to the passage, and to the schema. */
static void put_token(struct writing *w, int32_t token)
{
    size_t n;
    const unsigned char *bytes = bpe_bytes(w->chat->info.bpe, token, &n);
    bool thought = passage_thinks(&w->passage);
    sampler_see(w->sampler, token, 1);
    w->token[w->count++] = token;
    if (w->guide)
        guide_take(w->guide, bytes, n);
    pass_on(w);
    if (thought || passage_thinks(&w->passage))
        w->out->reasoning_tokens++;
}

static enum ih_status read_prompt(struct writing *w, struct ih_error *e)
{
    double began = clock_seconds();
    w->out->prompt_tokens = w->prompt;
    w->out->kept_tokens = w->kept;
    told_prompt(w, 0);
    for (int i = 0; i < w->prompt; i++)
        sampler_see(w->sampler, w->token[i], 0);
    const struct writer_feed feed = {w->seat, w->token + w->kept, w->prompt - w->kept, w->logits};
    enum ih_status status = room_feed(w->chat->room, &feed, &w->patience, told_prompt, w, e);
    w->out->read_seconds = clock_seconds() - began;
    return status;
}

static enum ih_status write_tokens(struct writing *w, struct ih_error *e)
{
    int most = w->context;
    if (w->o->tokens && w->o->tokens < most - w->prompt)
        most = w->prompt + w->o->tokens;
    w->out->end = IH_CHAT_LENGTH;
    for (;;) {
        enum ih_status status = keep_to_schema(w, e);
        if (status)
            return status;
        int32_t token = sampler_choose(w->sampler, w->logits);
        if (token < 0)
            return err_set(e, IH_BAD_DATA,
                "%s gives no number for any token that may follow; are its weights whole?",
                w->chat->model->name);
        if (ends(w, token)) {
            w->out->end = IH_CHAT_STOP;
            return IH_OK;
        }
        put_token(w, token);
        if (w->passage.stopped || (w->guide && guide_must_end(w->guide)))
            w->out->end = IH_CHAT_STOP;
        if (w->out->end == IH_CHAT_STOP || w->count == most)
            return IH_OK;
        const struct writer_feed feed = {w->seat, &w->token[w->count - 1], 1, w->logits};
        status = room_feed(w->chat->room, &feed, &w->patience, NULL, NULL, e);
        if (status)
            return status;
    }
}

/* Hands over what was written. */
static enum ih_status finish(struct writing *w, struct ih_error *e)
{
    struct passage *p = &w->passage;
    struct ih_chat_answer *out = w->out;
    passage_end(p);
    if (passage_failed(p))
        return err_memory(e, "an answer");
    if (p->count && out->end == IH_CHAT_STOP)
        out->end = IH_CHAT_CALLS;
    out->tokens = w->count - w->prompt;
    out->reasoning = p->reasoning.size ? str_take(&p->reasoning) : NULL;
    out->text = p->text.size ? str_take(&p->text) : calloc(1, 1);
    out->call = p->call;
    out->calls = p->count;
    p->call = NULL;
    p->count = 0;
    return out->text ? IH_OK : err_memory(e, "an answer");
}

static enum ih_status answer(struct writing *w, struct ih_error *e)
{
    enum ih_status status =
        room_enter(w->chat->room, w->token, w->prompt, &w->patience, &w->seat, &w->kept, e);
    if (status)
        return status;
    status = read_prompt(w, e);
    double began = clock_seconds();
    if (!status)
        status = write_tokens(w, e);
    room_leave(w->chat->room, w->seat);
    w->out->write_seconds = clock_seconds() - began;
    return status;
}

enum ih_status write_answer(struct ih_chat *c, const struct ih_chat_options *o,
    struct ih_chat_job *job, struct ih_chat_answer *out, struct ih_error *e)
{
    struct writing w = {.chat = c, .o = o, .job = job, .out = out, .context = c->context};
    if (o->context && o->context < c->context)
        w.context = o->context;
    enum ih_status status = prepare(&w, e);
    if (!status)
        status = answer(&w, e);
    if (!status || status == IH_CANCELLED) {
        enum ih_status ended = finish(&w, status ? NULL : e);
        status = status ? status : ended;
    }
    passage_free(&w.passage);
    guide_close(&w.guide);
    guide_program_free(&w.schema);
    sampler_close(&w.sampler);
    arena_free(&w.arena);
    free(w.token);
    free(w.logits);
    if (status && status != IH_CANCELLED) {
        int tokens = out->prompt_tokens;
        ih_chat_answer_free(out);
        out->prompt_tokens = tokens;
    }
    return status;
}
