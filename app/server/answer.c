/* SPDX-License-Identifier: Apache-2.0 */
#include "server/answer.h"

#include "server/text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 256 << 10, HEADERS_MOST = 4096 };

struct answer {
    pthread_mutex_t lock;
    atomic_int references;
    atomic_bool cancelled, news;
    struct answer_options o;
    char id[40], known[200];
    struct answer_state state;
    char type[80], headers[HEADERS_MOST];
    struct spool *body;
    struct ih_job *job; /* that runs for it, or null */
    struct amounts used;
    char model[128]; /* of what was used */
    double done, total, sound;
    double deadline; /* seconds of CLOCK_MONOTONIC; 0 before the first job */
    int later;       /* seconds, of what it failed for; the worker's own */
};

struct answer *answer_new(const struct answer_options *o)
{
    struct answer *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->o = *o;
    a->o.known = NULL;
    snprintf(a->known, sizeof a->known, "%s", o->known ? o->known : "");
    memcpy(a->id, "req_", 5);
    if (spool_open(&a->body, o->folder, MEMORY, o->limit, NULL) || !text_random(a->id + 4, 16)) {
        spool_close(&a->body);
        free(a);
        return NULL;
    }
    pthread_mutex_init(&a->lock, NULL);
    atomic_init(&a->references, 1);
    return a;
}

struct answer *answer_share(struct answer *a)
{
    atomic_fetch_add(&a->references, 1);
    return a;
}

void answer_release(struct answer **a)
{
    struct answer *gone = *a;
    *a = NULL;
    if (!gone || atomic_fetch_sub(&gone->references, 1) != 1)
        return;
    spool_close(&gone->body);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
}

const char *answer_id(const struct answer *a)
{
    return a->id;
}

/* Called without the lock. */
static void tell(struct answer *a)
{
    atomic_store(&a->news, true);
    if (a->o.notify)
        a->o.notify(a->o.arg);
}

int answer_write(void *answer, const void *data, size_t n)
{
    struct answer *a = answer;
    if (atomic_load(&a->cancelled) || spool_write(a->body, data, n, NULL) != IH_OK)
        return -1;
    if (answer_state(a).stream)
        tell(a);
    return 0;
}

int answer_seek(void *answer, int64_t offset)
{
    struct answer *a = answer;
    return answer_state(a).stream ? -1 : spool_seek(a->body, offset);
}

void answer_header(struct answer *a, const char *name, const char *format, ...)
{
    char value[600];
    va_list args;
    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    value[strcspn(value, "\r\n")] = 0;
    size_t used = strlen(a->headers), n = strlen(name) + strlen(value) + 4;
    if (a->state.status == 0 && used + n < sizeof a->headers)
        snprintf(a->headers + used, sizeof a->headers - used, "%s: %s\r\n", name, value);
}

/* Headers are ASCII: other bytes become question marks. */
void answer_warn(void *answer, const char *sentence)
{
    char plain[500];
    size_t n = 0;
    for (const char *p = sentence; *p && n + 1 < sizeof plain; p++)
        if (((unsigned char)*p & 0xC0) != 0x80)
            plain[n++] = *p < 0x20 || *p == 0x7F ? '?' : *p;
    plain[n] = 0;
    answer_header(answer, "x-inhouse-warning", "%s", plain);
}

static void settle(struct answer *a, int status, const char *type, bool stream, bool finished)
{
    pthread_mutex_lock(&a->lock);
    if (!a->state.status) {
        a->state.status = status;
        a->state.stream = stream;
        snprintf(a->type, sizeof a->type, "%s", type);
    }
    a->state.finished = finished;
    pthread_mutex_unlock(&a->lock);
    tell(a);
}

void answer_use(struct answer *a, const char *model, enum unit u, double amount)
{
    pthread_mutex_lock(&a->lock);
    a->used.of[u] += amount;
    snprintf(a->model, sizeof a->model, "%s", model);
    pthread_mutex_unlock(&a->lock);
}

void answer_used(struct answer *a, struct amounts *out, char *model, size_t size)
{
    pthread_mutex_lock(&a->lock);
    *out = a->used;
    snprintf(model, size, "%s", a->model);
    pthread_mutex_unlock(&a->lock);
}

void answer_hear(struct answer *a, double seconds)
{
    pthread_mutex_lock(&a->lock);
    a->sound += seconds;
    pthread_mutex_unlock(&a->lock);
}

double answer_sound(struct answer *a)
{
    pthread_mutex_lock(&a->lock);
    double seconds = a->sound;
    pthread_mutex_unlock(&a->lock);
    return seconds;
}

void answer_progress(struct answer *a, double done, double total)
{
    pthread_mutex_lock(&a->lock);
    a->done = done;
    a->total = total;
    pthread_mutex_unlock(&a->lock);
}

bool answer_progressed(struct answer *a, double *done, double *total)
{
    pthread_mutex_lock(&a->lock);
    *done = a->done;
    *total = a->total;
    pthread_mutex_unlock(&a->lock);
    return *done > 0;
}

void answer_stream(struct answer *a, const char *type)
{
    settle(a, 200, type, true, false);
}

void answer_finish(struct answer *a, int status, const char *type)
{
    settle(a, status, type, false, true);
}

enum ih_status answer_file(
    struct answer *a, const char *path, int status, const char *type, struct ih_error *e)
{
    struct spool *file;
    enum ih_status opened = spool_open_file(&file, path, e);
    if (opened)
        return opened;
    spool_close(&a->body);
    a->body = file;
    answer_finish(a, status, type);
    return IH_OK;
}

bool answer_unchanged(struct answer *a, const char *mark)
{
    answer_header(a, "etag", "%s", mark);
    answer_header(a, "cache-control", "no-cache");
    if (!strstr(a->known, mark))
        return false;
    answer_finish(a, 304, "");
    return true;
}

static int append_json(const char *text, size_t n, void *arg)
{
    return answer_write(arg, text, n);
}

void answer_json(struct answer *a, int status, json_t *json)
{
    struct problem p;
    if (json && json_dump_callback(json, append_json, a, JSON_COMPACT) == 0 &&
        answer_write(a, "\n", 1) == 0) {
        answer_finish(a, status, "application/json");
    } else if (status < 400) {
        problem_set(&p, 503, "out_of_memory", NULL, "the answer could not be kept");
        answer_fail(a, &p);
    } else {
        answer_finish(a, status, "application/json");
    }
    json_decref(json);
}

void answer_fail(struct answer *a, const struct problem *p)
{
    pthread_mutex_lock(&a->lock);
    bool late = a->state.status != 0;
    a->state.broken = late;
    a->state.finished = a->state.finished || late;
    pthread_mutex_unlock(&a->lock);
    if (late) {
        tell(a);
        return;
    }
    spool_close(&a->body);
    if (spool_open(&a->body, a->o.folder, MEMORY, a->o.limit, NULL) != IH_OK)
        return;
    if (p->retry_after)
        answer_header(a, "retry-after", "%d", p->retry_after);
    a->later = p->passes ? p->retry_after : 0;
    answer_json(a, p->status, a->o.dialect->error(p));
}

int answer_later(struct answer *a)
{
    return a->later;
}

void answer_attach(struct answer *a, struct ih_job *job)
{
    if (!a->deadline && a->o.seconds > 0)
        a->deadline = seconds_now() + a->o.seconds;
    job->deadline = a->deadline;
    pthread_mutex_lock(&a->lock);
    a->job = job;
    if (atomic_load(&a->cancelled))
        job->cancel = 1;
    pthread_mutex_unlock(&a->lock);
}

void answer_detach(struct answer *a)
{
    pthread_mutex_lock(&a->lock);
    a->job = NULL;
    pthread_mutex_unlock(&a->lock);
}

bool answer_cancelled(const struct answer *a)
{
    return atomic_load(&a->cancelled);
}

void answer_cancel(struct answer *a)
{
    pthread_mutex_lock(&a->lock);
    atomic_store(&a->cancelled, true);
    if (a->job)
        a->job->cancel = 1;
    pthread_mutex_unlock(&a->lock);
}

struct answer_state answer_state(struct answer *a)
{
    pthread_mutex_lock(&a->lock);
    struct answer_state state = a->state;
    pthread_mutex_unlock(&a->lock);
    if (state.status)
        state.bytes = spool_size(a->body);
    return state;
}

const char *answer_type(const struct answer *a)
{
    return a->type;
}

const char *answer_headers(const struct answer *a)
{
    return a->headers;
}

int64_t answer_read(struct answer *a, int64_t offset, void *buf, size_t n)
{
    return spool_read(a->body, offset, buf, n);
}

bool answer_news(struct answer *a)
{
    return atomic_exchange(&a->news, false);
}
