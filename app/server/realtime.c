/* SPDX-License-Identifier: Apache-2.0 */
#include "server/realtime.h"

#include "server/realtime_session.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OUT_MOST = 1 << 20,  /* bytes of events that a client has not read */
    DETECT_SECONDS = 10, /* of sound that may wait for the detector */
};

struct realtime_count {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    int open, most;
};

enum ih_status realtime_count_open(struct realtime_count **out, int most, struct ih_error *e)
{
    struct realtime_count *c = *out = calloc(1, sizeof *c);
    if (!c)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->ended, NULL);
    c->most = most;
    return IH_OK;
}

void realtime_count_close(struct realtime_count **count)
{
    struct realtime_count *c = *count;
    *count = NULL;
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    while (c->open > 0)
        pthread_cond_wait(&c->ended, &c->lock);
    pthread_mutex_unlock(&c->lock);
    pthread_cond_destroy(&c->ended);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static bool count_up(struct realtime_count *c)
{
    pthread_mutex_lock(&c->lock);
    bool room = c->open < c->most;
    c->open += room;
    pthread_mutex_unlock(&c->lock);
    return room;
}

static void count_down(struct realtime_count *c)
{
    pthread_mutex_lock(&c->lock);
    c->open--;
    pthread_cond_broadcast(&c->ended);
    pthread_mutex_unlock(&c->lock);
}

bool realtime_count_full(struct realtime_count *c)
{
    pthread_mutex_lock(&c->lock);
    bool full = c->open >= c->most;
    pthread_mutex_unlock(&c->lock);
    return full;
}

void realtime_name(char name[40], const char *front)
{
    size_t n = (size_t)snprintf(name, 40, "%s", front);
    if (!text_random(name + n, 12))
        snprintf(name + n, 40 - n, "0");
}

static void free_queues(struct realtime *r)
{
    while (r->first) {
        struct piece *p = r->first;
        r->first = p->next;
        free(p);
    }
    while (r->out) {
        struct message *m = r->out;
        r->out = m->next;
        free(m->text);
        free(m);
    }
}

/* The last to let go may be either side; the count goes down behind everything else. */
void realtime_release(struct realtime *r)
{
    if (atomic_fetch_sub(&r->references, 1) != 1)
        return;
    struct realtime_count *count = r->count;
    lease_end(&r->lease);
    free_queues(r);
    pthread_cond_destroy(&r->news);
    pthread_mutex_destroy(&r->lock);
    free(r);
    count_down(count);
}

static bool start_thread(struct realtime *r)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, realtime_listen, r) != 0)
        return false;
    pthread_detach(thread);
    return true;
}

static json_t *created(const struct realtime *r)
{
    return json_pack("{ssso}", "type", "session.created", "session", realtime_session(r));
}

struct realtime *realtime_open(struct realtime_count *count, const struct host *host,
    const struct key *key, const char *model, void (*notify)(void *arg), void *arg)
{
    if (!count_up(count))
        return NULL;
    struct realtime *r = calloc(1, sizeof *r);
    if (!r) {
        count_down(count);
        return NULL;
    }
    r->count = count;
    r->host = host;
    r->key = *key;
    r->notify = notify;
    r->arg = arg;
    r->last = &r->first;
    r->out_last = &r->out;
    r->config.rate = REALTIME_RATE;
    r->config.detect = true;
    snprintf(r->config.model, sizeof r->config.model, "%s", model ? model : "");
    realtime_name(r->id, "sess_");
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->news, NULL);
    atomic_init(&r->references, 2);
    if (start_thread(r)) {
        realtime_say(r, created(r));
        return r;
    }
    atomic_store(&r->references, 1);
    realtime_release(r);
    return NULL;
}

/* Under the lock. A client that does not read what it is told is given up. */
static void append(struct realtime *r, char *text)
{
    struct message *m = text && !r->ended && !r->gone ? malloc(sizeof *m) : NULL;
    if (!m || r->out_bytes > OUT_MOST) {
        r->ended = r->ended || (text && !r->gone);
        free(text);
        free(m);
        return;
    }
    *m = (struct message){.bytes = strlen(text), .text = text};
    r->out_bytes += m->bytes;
    *r->out_last = m;
    r->out_last = &m->next;
}

void realtime_say(struct realtime *r, json_t *event)
{
    char id[40];
    realtime_name(id, "event_");
    if (event)
        json_object_set_new(event, "event_id", json_string(id));
    char *text = event ? json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(event);
    pthread_mutex_lock(&r->lock);
    append(r, text);
    bool gone = r->gone;
    pthread_mutex_unlock(&r->lock);
    if (!gone)
        r->notify(r->arg);
}

void realtime_complain(struct realtime *r, const struct problem *p, const char *client_event)
{
    json_t *event = dialect_openai.error(p);
    json_t *error = event ? json_object_get(event, "error") : NULL;
    if (error && client_event)
        json_object_set_new(error, "event_id", json_string(client_event));
    if (event)
        json_object_set_new(event, "type", json_string("error"));
    realtime_say(r, event);
}

bool realtime_put(struct realtime *r, enum piece_kind kind, const void *data, size_t bytes)
{
    struct piece *p = malloc(sizeof *p + bytes);
    if (!p)
        return false;
    *p = (struct piece){.kind = kind, .bytes = bytes};
    if (bytes)
        memcpy(p->data, data, bytes);
    pthread_mutex_lock(&r->lock);
    *r->last = p;
    r->last = &p->next;
    r->held += bytes;
    r->uncounted += (int64_t)bytes;
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
    return true;
}

size_t realtime_room(const struct realtime *r)
{
    return (size_t)r->config.rate * 2 * DETECT_SECONDS;
}

/* Where the client ends turns, realtime_events.c refuses what would be too much of one. */
bool realtime_full(struct realtime *r)
{
    pthread_mutex_lock(&r->lock);
    bool full = r->config.detect && r->held > realtime_room(r);
    r->full = full;
    pthread_mutex_unlock(&r->lock);
    return full;
}

char *realtime_next(struct realtime *r)
{
    pthread_mutex_lock(&r->lock);
    struct message *m = r->out;
    if (m) {
        r->out = m->next;
        r->out_bytes -= m->bytes;
        if (!r->out)
            r->out_last = &r->out;
    }
    pthread_mutex_unlock(&r->lock);
    char *text = m ? m->text : NULL;
    free(m);
    return text;
}

void realtime_end(struct realtime *r, const char *code, const char *sentence)
{
    struct problem p;
    if (realtime_ended(r))
        return;
    problem_set(&p, 400, code, NULL, "%s", sentence);
    realtime_complain(r, &p, NULL);
    pthread_mutex_lock(&r->lock);
    r->ended = true;
    bool gone = r->gone;
    if (r->job)
        r->job->cancel = 1;
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
    /* Again: the complaint may have gone out before this was known. */
    if (!gone)
        r->notify(r->arg);
}

bool realtime_ended(struct realtime *r)
{
    pthread_mutex_lock(&r->lock);
    bool ended = r->ended && !r->out;
    pthread_mutex_unlock(&r->lock);
    return ended;
}

void realtime_close(struct realtime **realtime)
{
    struct realtime *r = *realtime;
    *realtime = NULL;
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->ended = r->gone = true;
    if (r->job)
        r->job->cancel = 1;
    pthread_cond_signal(&r->news);
    pthread_mutex_unlock(&r->lock);
    realtime_release(r);
}

bool realtime_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p)
{
    (void)host, (void)path, (void)form;
    answer_header(a, "upgrade", "websocket");
    return problem_set(p, 426, "upgrade_required", NULL, "this address speaks WebSocket");
}
