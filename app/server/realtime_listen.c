/* SPDX-License-Identifier: Apache-2.0 */
/* The thread of a session: sound becomes turns ("items"), turns become text. */
#include "server/metrics.h"
#include "server/operations.h"
#include "server/realtime_session.h"
#include "server/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct listener {
    struct realtime *r;
    struct ih_model *model;
    struct ih_transcribe_options options;
    double base;               /* seconds of sound before the present run */
    int64_t read;              /* bytes in it */
    enum piece_kind why;       /* it ended: PIECE_SOUND while it has not */
    bool discard;              /* what is still found was cleared */
    char item[40], before[40]; /* the present turn and the one before it; "" */
    int items;                 /* in the present run, behind its end */
    double begin, end;         /* of the present turn */
    char *text;                /* of it, owned */
    size_t bytes;
};

static json_int_t milliseconds(double seconds)
{
    return (json_int_t)llround(seconds * 1000);
}

static json_t *named(const struct listener *l, const char *type)
{
    return json_pack("{ssss}", "type", type, "item_id", l->item);
}

static json_t *content(
    const struct listener *l, const char *type, const char *key, const char *text)
{
    json_t *event = named(l, type);
    json_object_set_new(event, "content_index", json_integer(0));
    if (key)
        json_object_set_new(event, key, json_string(text));
    return event;
}

#define TRANSCRIPTION "conversation.item.input_audio_transcription."

static void new_item(struct listener *l)
{
    memcpy(l->before, l->item, sizeof l->before);
    realtime_name(l->item, "item_");
    l->bytes = 0;
}

static json_t *before(const struct listener *l)
{
    return *l->before ? json_string(l->before) : json_null();
}

static void say_committed(struct listener *l)
{
    json_t *event = named(l, "input_audio_buffer.committed");
    json_object_set_new(event, "previous_item_id", before(l));
    realtime_say(l->r, event);
    json_t *item = json_pack("{ssssssssss s[{ssso}]}", "id", l->item, "object", "realtime.item",
        "type", "message", "status", "completed", "role", "user", "content", "type", "input_audio",
        "transcript", json_null());
    realtime_say(l->r, json_pack("{sssoso}", "type", "conversation.item.added", "previous_item_id",
                           before(l), "item", item));
}

static void say_completed(struct listener *l)
{
    json_t *event = content(l, TRANSCRIPTION "completed", "transcript", l->bytes ? l->text : "");
    json_object_set_new(event, "usage",
        json_pack("{sssI}", "type", "duration", "seconds", (json_int_t)ceil(l->end - l->begin)));
    realtime_say(l->r, event);
}

static void say_failed(struct listener *l, const struct ih_error *e)
{
    struct problem p;
    problem_from(&p, e);
    json_t *error = dialect_openai.error(&p),
           *event = content(l, TRANSCRIPTION "failed", NULL, NULL);
    json_object_set(event, "error", json_object_get(error, "error"));
    json_decref(error);
    realtime_say(l->r, event);
}

/* What the session has taken in since the last time, and the session itself once. */
static void count(struct listener *l, int sessions)
{
    struct realtime *r = l->r;
    struct amounts used = {.of = {[REQUESTS] = sessions}};
    pthread_mutex_lock(&r->lock);
    used.of[AUDIO_SECONDS] = (double)r->uncounted / 2 / r->config.rate;
    r->uncounted = 0;
    pthread_mutex_unlock(&r->lock);
    struct worked worked = {.audio = used.of[AUDIO_SECONDS], .used = used};
    metrics_work(
        r->host->metrics, "realtime", ih_model_name(l->model), r->deployment.name, &worked);
    if (r->host->store && (sessions || used.of[AUDIO_SECONDS] > 0))
        usage_add(r->host->store, r->key.id, ih_model_name(l->model), &used, NULL);
}

/* A turn's text grows by each segment; the first begins without a blank. */
static void on_segment(void *arg, const struct ih_segment *s)
{
    struct listener *l = arg;
    const char *text = s->text ? s->text : "";
    if (l->bytes == 0)
        text += strspn(text, " \n");
    size_t n = strlen(text);
    char *grown = n && !l->discard ? realloc(l->text, l->bytes + n + 1) : NULL;
    if (!grown)
        return;
    l->text = grown;
    memcpy(l->text + l->bytes, text, n + 1);
    l->bytes += n;
    realtime_say(l->r, content(l, TRANSCRIPTION "delta", "delta", text));
}

/* Replaces the last of its kind; null is the end of a turn, whose segments were all given. */
static void on_partial(void *arg, const char *text, double begin, double end)
{
    struct listener *l = arg;
    (void)begin, (void)end;
    if (l->discard)
        return;
    if (!text) {
        count(l, 0);
        say_completed(l);
    } else if (text[strspn(text, " \n")])
        realtime_say(l->r,
            content(l, TRANSCRIPTION "intermediate", "intermediate", text + strspn(text, " \n")));
}

static void on_voice(void *arg, bool speaks, double seconds)
{
    struct listener *l = arg;
    if (l->discard)
        return;
    if (speaks)
        new_item(l);
    *(speaks ? &l->begin : &l->end) = l->base + seconds;
    json_t *event = named(
        l, speaks ? "input_audio_buffer.speech_started" : "input_audio_buffer.speech_stopped");
    json_object_set_new(event, speaks ? "audio_start_ms" : "audio_end_ms",
        json_integer(milliseconds(l->base + seconds)));
    realtime_say(l->r, event);
    if (speaks)
        return;
    say_committed(l);
    l->items += l->why != PIECE_SOUND;
}

/* Waits for a piece; null when the session is over. It stays the first. */
static struct piece *wait_piece(struct realtime *r)
{
    while (!r->first && !r->ended)
        pthread_cond_wait(&r->news, &r->lock);
    return r->ended ? NULL : r->first;
}

/* Under the lock. */
static void drop_piece(struct realtime *r)
{
    struct piece *p = r->first;
    r->first = p->next;
    if (!r->first)
        r->last = &r->first;
    free(p);
}

/* The library reads sound until the client ends a turn. */
static int64_t read_sound(void *arg, void *buf, size_t n)
{
    struct listener *l = arg;
    struct realtime *r = l->r;
    size_t got = 0;
    if (l->why != PIECE_SOUND)
        return 0;
    pthread_mutex_lock(&r->lock);
    struct piece *p = wait_piece(r);
    if (p && p->kind == PIECE_SOUND) {
        got = p->bytes - p->taken < n ? p->bytes - p->taken : n;
        memcpy(buf, p->data + p->taken, got);
        p->taken += got;
        r->held -= got;
        if (p->taken == p->bytes)
            drop_piece(r);
    } else if (p) {
        l->why = p->kind;
        l->discard = p->kind == PIECE_CLEAR;
        drop_piece(r);
    }
    bool room = r->full && !r->gone && r->held <= realtime_room(r);
    pthread_mutex_unlock(&r->lock);
    l->read += (int64_t)got;
    if (room)
        r->notify(r->arg);
    return (int64_t)got;
}

static void attach(struct realtime *r, struct ih_job *job)
{
    pthread_mutex_lock(&r->lock);
    r->job = job;
    if (job && r->ended)
        job->cancel = 1;
    pthread_mutex_unlock(&r->lock);
}

static enum ih_status run(
    struct listener *l, const struct ih_audio_input *input, struct ih_error *e)
{
    struct ih_transcript *t = NULL;
    struct ih_transcribe_job job = {.job.arg = l, .segment = on_segment};
    if (input->live) {
        job.partial = on_partial;
        job.voice = on_voice;
    }
    attach(l->r, &job.job);
    enum ih_status status = ih_transcribe(&t, l->model, input, &l->options, &job, e);
    attach(l->r, NULL);
    ih_transcript_free(&t);
    return status;
}

/* Turns that the detector finds, until the client commits or clears. A commit always gives an item,
 * so that whoever waits for one gets it. */
static enum ih_status listen(struct listener *l, struct ih_error *e)
{
    int rate = l->r->config.rate;
    struct ih_audio_input input = {
        .read = read_sound, .arg = l, .raw = true, .raw_rate = rate, .live = true};
    l->why = PIECE_SOUND;
    l->discard = false;
    l->read = 0;
    l->items = 0;
    enum ih_status status = run(l, &input, e);
    l->base += (double)l->read / 2 / rate;
    if (!status && l->why == PIECE_COMMIT && l->items == 0) {
        new_item(l);
        l->begin = l->end = l->base;
        say_committed(l);
        say_completed(l);
    }
    return status;
}

/* Takes what waits into one piece of memory until the client says what becomes of it. */
static bool collect(struct listener *l, unsigned char **sound, size_t *bytes)
{
    struct realtime *r = l->r;
    struct piece *p;
    size_t room = 0;
    bool good = true;
    *sound = NULL;
    *bytes = 0;
    pthread_mutex_lock(&r->lock);
    while (good && (p = wait_piece(r)) && p->kind == PIECE_SOUND) {
        if (*bytes + p->bytes > room) {
            room = 2 * (*bytes + p->bytes);
            unsigned char *grown = realloc(*sound, room);
            good = grown != NULL;
            *sound = grown ? grown : *sound;
        }
        if (good) {
            memcpy(*sound + *bytes, p->data, p->bytes);
            *bytes += p->bytes;
            drop_piece(r);
        }
    }
    l->why = good && p ? p->kind : PIECE_SOUND;
    if (good && p) {
        r->held -= *bytes;
        drop_piece(r);
    }
    pthread_mutex_unlock(&r->lock);
    return good;
}

/* Turns that the client ends. One that cannot be read is no end of the session. */
static enum ih_status take_turn(struct listener *l, struct ih_error *e)
{
    unsigned char *sound;
    size_t bytes;
    int rate = l->r->config.rate;
    if (!collect(l, &sound, &bytes)) {
        free(sound);
        return explain(e, IH_NO_MEMORY, "not enough memory");
    }
    double seconds = (double)bytes / 2 / rate;
    enum ih_status status = IH_OK;
    if (l->why == PIECE_COMMIT) {
        struct ih_audio_input input = {.data = sound, .size = bytes, .raw = true, .raw_rate = rate};
        new_item(l);
        l->begin = l->base;
        l->end = l->base + seconds;
        say_committed(l);
        count(l, 0);
        status = run(l, &input, e);
        if (!status)
            say_completed(l);
        else if (status != IH_CANCELLED)
            say_failed(l, e);
    }
    l->base += seconds;
    free(sound);
    return status == IH_CANCELLED ? status : IH_OK;
}

/* Waits for the first sound: from then on nothing is configured any more. */
static bool begin(struct listener *l)
{
    struct realtime *r = l->r;
    const struct realtime_config *c = &r->config;
    struct problem p;
    pthread_mutex_lock(&r->lock);
    bool sound = wait_piece(r) != NULL;
    pthread_mutex_unlock(&r->lock);
    if (!sound)
        return false;
    const char *model = *r->deployment.name ? r->deployment.model : c->model;
    if (!depot_take(r->host->depot, model, IH_TRANSCRIBE, &l->model, &p)) {
        realtime_end(r, p.code, p.text);
        return false;
    }
    ih_transcribe_defaults(&l->options);
    l->options.language = *c->language ? operation_language(l->model, c->language) : NULL;
    l->options.prompt = *c->prompt ? c->prompt : NULL;
    l->options.vad = depot_vad(r->host->depot);
    return true;
}

static bool over(struct realtime *r)
{
    pthread_mutex_lock(&r->lock);
    bool ended = r->ended;
    pthread_mutex_unlock(&r->lock);
    return ended;
}

void *realtime_listen(void *realtime)
{
    struct listener l = {.r = realtime};
    struct ih_error e = {0};
    struct problem p;
    enum ih_status status = IH_OK;
    bool begun = begin(&l);
    if (begun)
        count(&l, 1);
    while (begun && !status && !over(l.r))
        status = l.r->config.detect ? listen(&l, &e) : take_turn(&l, &e);
    if (begun)
        count(&l, 0);
    if (status && !over(l.r)) {
        problem_from(&p, &e);
        realtime_end(l.r, p.code, p.text);
    }
    depot_give_back(l.r->host->depot, l.model);
    free(l.text);
    realtime_release(l.r);
    return NULL;
}
