/* SPDX-License-Identifier: Apache-2.0 */
#include "server/depot.h"

#include "server/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct slot {
    char *name, *path;
    struct ih_model *model; /* null until somebody asks for it */
    int lent;
    atomic_size_t bytes; /* of an open model's weights; 0 before */
    int64_t created;
    time_t told; /* when `used` was called last */
};

enum { TASKS = 3, MINUTE = 60 };

struct depot {
    pthread_mutex_t lock;
    struct ih_engine *engine;
    struct ih_model *speller;
    char *vad, *profiles;
    void (*used)(void *arg, const char *path);
    void *arg;
    int fallback[TASKS]; /* slot, or -1 */
    int count;
    struct slot slot[];
};

/* Names that programs written for other services ask for. */
static const struct {
    const char *name;
    enum ih_task task;
} known_elsewhere[] = {
    {"whisper-1", IH_TRANSCRIBE},
    {"gpt-4o-transcribe", IH_TRANSCRIBE},
    {"gpt-4o-mini-transcribe", IH_TRANSCRIBE},
    {"mai-transcribe-1", IH_TRANSCRIBE},
    {"mai-transcribe-1.5", IH_TRANSCRIBE},
    {"mai-transcribe-2", IH_TRANSCRIBE},
    {"tts-1", IH_SPEAK},
    {"tts-1-hd", IH_SPEAK},
    {"gpt-4o-mini-tts", IH_SPEAK},
    {"mai-voice-1", IH_SPEAK},
    {"mai-voice-2", IH_SPEAK},
    {"dall-e-2", IH_DRAW},
    {"dall-e-3", IH_DRAW},
    {"gpt-image-1", IH_DRAW},
    {"gpt-image-1-mini", IH_DRAW},
    {"gpt-image-1.5", IH_DRAW},
    {"mai-image-2", IH_DRAW},
    {"mai-image-2.5", IH_DRAW},
    {"mai-image-2.7", IH_DRAW},
};

static int task_index(enum ih_task task)
{
    return task == IH_TRANSCRIBE ? 0 : task == IH_SPEAK ? 1 : 2;
}

static int find(const struct depot *d, const char *name)
{
    for (int i = 0; name && i < d->count; i++)
        if (strcmp(d->slot[i].name, name) == 0)
            return i;
    return -1;
}

/* Under the lock, or before there are threads. */
static enum ih_status open_slot(struct depot *d, struct slot *s, struct ih_error *e)
{
    if (s->model)
        return IH_OK;
    enum ih_status status = ih_model_open(&s->model, d->engine, s->path, NULL, e);
    if (!status)
        atomic_store(&s->bytes, ih_model_bytes(s->model));
    return status;
}

/* Under the lock. */
static void tell_used(struct depot *d, struct slot *s)
{
    time_t now = time(NULL);
    if (!d->used || (s->told && now - s->told < MINUTE))
        return;
    s->told = now;
    d->used(d->arg, s->path);
}

static char *copy(const char *text)
{
    return text ? text_copy(text, strlen(text)) : NULL;
}

static bool fill(struct depot *d, const struct shelf *shelf)
{
    d->used = shelf->used;
    d->arg = shelf->arg;
    d->vad = copy(shelf->vad);
    d->profiles = copy(shelf->profiles);
    for (; d->count < shelf->count; d->count++) {
        struct slot *s = &d->slot[d->count];
        struct stat st;
        s->name = copy(shelf->model[d->count].name);
        s->path = copy(shelf->model[d->count].path);
        if (!s->name || !s->path)
            return false;
        s->created = stat(s->path, &st) == 0 ? (int64_t)st.st_mtime : 0;
    }
    return (d->vad || !shelf->vad) && (d->profiles || !shelf->profiles);
}

static void open_defaults(
    struct depot *d, const struct shelf *shelf, void (*note)(const char *sentence))
{
    const char *const names[TASKS] = {shelf->transcribe, shelf->speak, shelf->draw};
    struct ih_error e;
    for (int i = 0; i < TASKS; i++) {
        d->fallback[i] = find(d, names[i]);
        if (d->fallback[i] < 0 || open_slot(d, &d->slot[d->fallback[i]], &e) == IH_OK)
            continue;
        if (note)
            note(e.text);
        d->fallback[i] = -1;
    }
    if (shelf->speller && ih_model_open(&d->speller, d->engine, shelf->speller, NULL, &e) && note)
        note(e.text);
}

enum ih_status depot_open(struct depot **out, const struct ih_engine_options *engine,
    const struct shelf *shelf, void (*note)(const char *sentence), struct ih_error *e)
{
    struct depot *d = calloc(1, sizeof *d + (size_t)shelf->count * sizeof *d->slot);
    *out = NULL;
    if (!d)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    pthread_mutex_init(&d->lock, NULL);
    enum ih_status status = fill(d, shelf) ? ih_engine_open(&d->engine, engine, e)
                                           : explain(e, IH_NO_MEMORY, "not enough memory");
    if (status) {
        depot_close(&d);
        return status;
    }
    open_defaults(d, shelf, note);
    *out = d;
    return IH_OK;
}

void depot_close(struct depot **d)
{
    struct depot *gone = *d;
    if (!gone)
        return;
    for (int i = 0; i < gone->count; i++)
        ih_model_close(&gone->slot[i].model);
    ih_model_close(&gone->speller);
    ih_engine_close(&gone->engine);
    for (int i = 0; i < gone->count; i++) {
        free(gone->slot[i].name);
        free(gone->slot[i].path);
    }
    free(gone->vad);
    free(gone->profiles);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
    *d = NULL;
}

/* *meant tells that the task's default is meant, which there may be none of. */
static int choose(const struct depot *d, const char *name, enum ih_task task, bool *meant)
{
    int i = find(d, name);
    bool fallback = !name || !*name;
    *meant = false;
    if (i >= 0)
        return i;
    for (size_t k = 0; !fallback && k < sizeof known_elsewhere / sizeof *known_elsewhere; k++)
        fallback = known_elsewhere[k].task == task && strcmp(known_elsewhere[k].name, name) == 0;
    *meant = fallback;
    return fallback ? d->fallback[task_index(task)] : -1;
}

bool depot_take(
    struct depot *d, const char *name, enum ih_task task, struct ih_model **out, struct problem *p)
{
    static const char *const does[TASKS] = {"transcribes", "speaks", "draws"};
    struct ih_error e;
    bool meant;
    int i = choose(d, name, task, &meant);
    if (i < 0 && meant)
        return problem_set(p, 404, "model_not_found", "model", "there is no model here that %s",
            does[task_index(task)]);
    if (i < 0)
        return problem_set(p, 404, "model_not_found", "model",
            "the model '%.100s' does not exist here; GET /v1/models lists those that do", name);
    struct slot *s = &d->slot[i];
    pthread_mutex_lock(&d->lock);
    enum ih_status status = open_slot(d, s, &e);
    if (!status) {
        s->lent++;
        tell_used(d, s);
    }
    *out = s->model;
    pthread_mutex_unlock(&d->lock);
    return status ? problem_from(p, &e) : true;
}

void depot_give_back(struct depot *d, struct ih_model *model)
{
    pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->count; i++)
        if (d->slot[i].model == model && model)
            d->slot[i].lent--;
    pthread_mutex_unlock(&d->lock);
}

struct ih_model *depot_speller(const struct depot *d)
{
    return d->speller;
}

const char *depot_vad(const struct depot *d)
{
    return d->vad;
}

const char *depot_profiles(const struct depot *d)
{
    return d->profiles;
}

const char *depot_describe(const struct depot *d)
{
    return ih_engine_describe(d->engine);
}

/* A name of this machine, then names known elsewhere for which there is a default. */
/* The slot of a name of elsewhere, the i-th of those whose task has a default; -1 behind the last.
 */
static int elsewhere(const struct depot *d, int i, size_t *which)
{
    for (size_t k = 0; k < sizeof known_elsewhere / sizeof *known_elsewhere; k++) {
        int slot = d->fallback[task_index(known_elsewhere[k].task)];
        if (slot < 0 || i-- > 0)
            continue;
        *which = k;
        return slot;
    }
    return -1;
}

const char *depot_name(const struct depot *d, int i, int64_t *created)
{
    size_t k;
    if (i < d->count) {
        *created = d->slot[i].created;
        return d->slot[i].name;
    }
    int slot = elsewhere(d, i - d->count, &k);
    if (slot < 0)
        return NULL;
    *created = d->slot[slot].created;
    return known_elsewhere[k].name;
}

const char *depot_stands_for(const struct depot *d, int i, unsigned *tasks)
{
    static const enum ih_task all[TASKS] = {IH_TRANSCRIBE, IH_SPEAK, IH_DRAW};
    size_t k;
    int slot = i < d->count ? i : elsewhere(d, i - d->count, &k);
    *tasks = i < d->count || slot < 0 ? 0u : (unsigned)known_elsewhere[k].task;
    if (slot < 0)
        return NULL;
    for (int t = 0; i < d->count && t < TASKS; t++)
        *tasks |= d->fallback[task_index(all[t])] == slot ? (unsigned)all[t] : 0u;
    return d->slot[slot].name;
}

void depot_each_open(
    struct depot *d, void (*take)(void *arg, const char *name, size_t bytes), void *arg)
{
    for (int i = 0; i < d->count; i++) {
        size_t bytes = atomic_load(&d->slot[i].bytes);
        if (bytes)
            take(arg, d->slot[i].name, bytes);
    }
}

bool depot_can(const struct depot *d, enum ih_task task)
{
    return d->fallback[task_index(task)] >= 0;
}
