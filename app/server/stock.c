/* SPDX-License-Identifier: Apache-2.0 */
#include "server/stock.h"

#include "server/text.h"

#include <dirent.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct stocked {
    struct stocked *next;
    char *path;
    struct ih_model *model; /* null while it is closed */
    struct ih_chat *chat;   /* null until it is asked for */
    double bytes;           /* that it counts for, from just before it is opened on */
    double files;           /* bytes of its files, as they were when it was opened last */
    double packed;          /* most that its weights took at once, with these files; 0: not known */
    double used;            /* when it was given or taken back last; seconds of CLOCK_MONOTONIC */
    int lent;
    bool busy;  /* some thread opens or closes it, without the lock */
    bool stale; /* is not on the machine any more */
};

struct stock {
    pthread_mutex_t lock;
    pthread_cond_t settled;   /* something is not busy any more */
    pthread_mutex_t chatting; /* around opening places for conversations */
    struct ih_chat_setup chat;
    struct ih_engine *engine;
    struct stocked *first;
    double most, held; /* bytes */
    double keep;       /* seconds; 0: for ever */
    double closing;    /* of `held`, what comes back as soon as it is closed */
};

enum { RETRY_SECONDS = 5 };

/* Of the files below a folder, or of one file; links to files count as what they lead to. */
static double path_bytes(const char *path)
{
    struct stat st;
    char inside[PATH_MAX];
    double sum = 0;
    if (stat(path, &st) != 0)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return (double)st.st_size;
    DIR *folder = opendir(path);
    for (struct dirent *d; folder && (d = readdir(folder));) {
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
            snprintf(inside, sizeof inside, "%s/%s", path, d->d_name) >= (int)sizeof inside)
            continue;
        /* A folder that is a link could lead back here. */
        bool linked = lstat(inside, &st) == 0 && S_ISLNK(st.st_mode);
        if (stat(inside, &st) == 0 && !(linked && S_ISDIR(st.st_mode)))
            sum += path_bytes(inside);
    }
    if (folder)
        closedir(folder);
    return sum;
}

enum ih_status stock_open(struct stock **out, const struct ih_engine_options *engine,
    const struct stock_options *o, struct ih_error *e)
{
    struct stock *s = *out = calloc(1, sizeof *s);
    if (!s)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->settled, NULL);
    s->most = o->memory_megabytes * 1048576.0;
    s->keep = o->keep_minutes * 60.0;
    s->chat = o->chat;
    pthread_mutex_init(&s->chatting, NULL);
    enum ih_status status = ih_engine_open(&s->engine, engine, e);
    if (status)
        stock_close(out);
    return status;
}

void stock_close(struct stock **s)
{
    struct stock *gone = *s;
    *s = NULL;
    if (!gone)
        return;
    while (gone->first) {
        struct stocked *m = gone->first;
        gone->first = m->next;
        ih_chat_close(&m->chat);
        ih_model_close(&m->model);
        free(m->path);
        free(m);
    }
    ih_engine_close(&gone->engine);
    pthread_cond_destroy(&gone->settled);
    pthread_mutex_destroy(&gone->chatting);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
}

const struct ih_engine *stock_engine(const struct stock *s)
{
    return s->engine;
}

struct stocked *stock_add(struct stock *s, const char *path)
{
    struct stocked *m = calloc(1, sizeof *m);
    if (!m || !(m->path = text_copy(path, strlen(path)))) {
        free(m);
        return NULL;
    }
    pthread_mutex_lock(&s->lock);
    m->next = s->first;
    s->first = m;
    pthread_mutex_unlock(&s->lock);
    return m;
}

const char *stock_path(const struct stocked *m)
{
    return m->path;
}

/* Under the lock, which is given up while it is closed. */
static void put_away(struct stock *s, struct stocked *m)
{
    struct ih_model *gone = m->model;
    struct ih_chat *chat = m->chat;
    m->model = NULL;
    m->chat = NULL;
    m->busy = true;
    s->closing += m->bytes;
    pthread_mutex_unlock(&s->lock);
    ih_chat_close(&chat);
    ih_model_close(&gone);
    pthread_mutex_lock(&s->lock);
    s->closing -= m->bytes;
    s->held -= m->bytes;
    m->busy = false;
    pthread_cond_broadcast(&s->settled);
}

/* What open models count for is brought up to date: by their files until it is known what their
 * weights take when they are packed. That is the most that they took at once, as they will again,
 * and grows with parts that are packed later. Under the lock. */
static void count(struct stock *s)
{
    for (struct stocked *m = s->first; m; m = m->next) {
        if (!m->model || m->busy)
            continue;
        double most = (double)ih_model_memory(m->model).most;
        bool known = m->packed > 0 || (most > 0 && m->lent == 0);
        if (known && most > m->packed)
            m->packed = most;
        double bytes = known ? m->packed : most > m->files ? most : m->files;
        s->held += bytes - m->bytes;
        m->bytes = bytes;
    }
}

static bool is_idle(const struct stocked *m)
{
    return m->model && m->lent == 0 && !m->busy;
}

static struct stocked *least_used(const struct stock *s)
{
    struct stocked *least = NULL;
    for (struct stocked *m = s->first; m; m = m->next)
        if (is_idle(m) && (!least || m->used < least->used))
            least = m;
    return least;
}

/* Whether there would be room if all were closed that can be. */
static bool can_make_room(const struct stock *s, double bytes)
{
    double kept = s->held - s->closing;
    for (const struct stocked *m = s->first; m; m = m->next)
        kept -= is_idle(m) ? m->bytes : 0;
    return kept + bytes <= s->most;
}

/* Under the lock, which it gives up in between. What is being closed is waited for, what is in use
 * is not. */
static bool make_room(struct stock *s, double bytes)
{
    count(s);
    while (s->most > 0 && s->held + bytes > s->most) {
        struct stocked *least = least_used(s);
        if (!can_make_room(s, bytes))
            return false;
        if (least)
            put_away(s, least);
        else
            pthread_cond_wait(&s->settled, &s->lock);
    }
    return true;
}

/* Where weights turned out to take more than their files. Under the lock. */
static void trim(struct stock *s)
{
    struct stocked *least;
    count(s);
    while (s->most > 0 && s->held - s->closing > s->most && (least = least_used(s)))
        put_away(s, least);
}

static bool refuse(const struct stock *s, double bytes, struct problem *p)
{
    if (bytes > s->most)
        return problem_set(p, 503, "model_too_large", "model",
            "the model has %.0f MB, and all models together may have %.0f here "
            "(models.memory_megabytes)",
            bytes / 1048576, s->most / 1048576);
    problem_set(p, 503, "model_busy", "model",
        "there is no room for the model in memory while others are in use; try again later");
    p->retry_after = RETRY_SECONDS;
    p->passes = true;
    return false;
}

/* Under the lock; nobody else touches the model meanwhile, because it is busy. */
static bool load(struct stock *s, struct stocked *m, struct problem *p)
{
    struct ih_error e;
    struct ih_model *model = NULL;
    m->busy = true;
    pthread_mutex_unlock(&s->lock);
    double files = path_bytes(m->path);
    pthread_mutex_lock(&s->lock);
    if (files != m->files)
        m->packed = 0;
    m->files = files;
    double bytes = m->packed > 0 ? m->packed : files;
    bool good = make_room(s, bytes) || refuse(s, bytes, p);
    if (good) {
        m->bytes = bytes;
        s->held += bytes;
        pthread_mutex_unlock(&s->lock);
        good = ih_model_open(&model, s->engine, m->path, NULL, &e) == IH_OK || problem_from(p, &e);
        pthread_mutex_lock(&s->lock);
        s->held -= good ? 0 : bytes;
    }
    m->model = model;
    m->busy = false;
    pthread_cond_broadcast(&s->settled);
    return good;
}

bool stock_take(struct stock *s, struct stocked *m, struct ih_model **out, struct problem *p)
{
    pthread_mutex_lock(&s->lock);
    while (m->busy)
        pthread_cond_wait(&s->settled, &s->lock);
    bool good = m->model || load(s, m, p);
    if (good) {
        m->lent++;
        m->used = seconds_now();
    }
    *out = good ? m->model : NULL;
    pthread_mutex_unlock(&s->lock);
    return good;
}

static struct stocked *holder(const struct stock *s, const struct ih_model *model)
{
    struct stocked *m = s->first;
    while (m && m->model != model)
        m = m->next;
    return m;
}

void stock_give_back(struct stock *s, struct ih_model *model)
{
    if (!model)
        return;
    pthread_mutex_lock(&s->lock);
    struct stocked *m = holder(s, model);
    if (m) {
        m->lent--;
        m->used = seconds_now();
        if (m->stale && is_idle(m))
            put_away(s, m);
    }
    trim(s);
    pthread_mutex_unlock(&s->lock);
}

bool stock_chat(struct stock *s, struct ih_model *model, struct ih_chat **out, struct problem *p)
{
    struct ih_error e;
    pthread_mutex_lock(&s->chatting);
    pthread_mutex_lock(&s->lock);
    struct stocked *m = holder(s, model);
    *out = m->chat;
    pthread_mutex_unlock(&s->lock);
    /* The model is lent, so it stays; opening a place may pack its weights first. */
    enum ih_status status = *out ? IH_OK : ih_chat_open(out, model, &s->chat, &e);
    pthread_mutex_lock(&s->lock);
    m->chat = *out;
    pthread_mutex_unlock(&s->lock);
    pthread_mutex_unlock(&s->chatting);
    return status == IH_OK || problem_from(p, &e);
}

void stock_forget(struct stock *s, struct stocked *m)
{
    pthread_mutex_lock(&s->lock);
    m->stale = true;
    if (is_idle(m))
        put_away(s, m);
    pthread_mutex_unlock(&s->lock);
}

void stock_remember(struct stock *s, struct stocked *m)
{
    pthread_mutex_lock(&s->lock);
    m->stale = false;
    pthread_mutex_unlock(&s->lock);
}

bool stock_is_open(struct stock *s, const struct stocked *m)
{
    pthread_mutex_lock(&s->lock);
    bool open = m->model != NULL;
    pthread_mutex_unlock(&s->lock);
    return open;
}

double stock_bytes(struct stock *s, const struct stocked *m)
{
    pthread_mutex_lock(&s->lock);
    count(s);
    double bytes = m->model ? m->bytes : 0;
    pthread_mutex_unlock(&s->lock);
    return bytes;
}

void stock_tidy(struct stock *s, double now)
{
    pthread_mutex_lock(&s->lock);
    /* Models are only ever added, and before the first: the way on stays. */
    for (struct stocked *m = s->first; m; m = m->next)
        if (s->keep > 0 && is_idle(m) && now - m->used >= s->keep)
            put_away(s, m);
    pthread_mutex_unlock(&s->lock);
}

struct stock_state stock_state(struct stock *s)
{
    struct stock_state state = {.most = s->most};
    pthread_mutex_lock(&s->lock);
    count(s);
    state.bytes = s->held;
    for (const struct stocked *m = s->first; m; m = m->next)
        state.open += m->model != NULL;
    pthread_mutex_unlock(&s->lock);
    return state;
}
