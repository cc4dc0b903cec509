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
    char *name;
    struct stocked *model;
    int64_t created;
    time_t told;    /* when `used` was called last */
    unsigned round; /* of looking in which it was seen last */
    bool gone;      /* is not offered any more */
    struct ih_model_facts facts;
};

enum { TASKS = 4, MINUTE = 60 };

struct depot {
    pthread_mutex_t looking; /* taken before `lock` */
    pthread_mutex_t lock;    /* for the slots; those that are there stay */
    struct stock *stock;
    struct ih_model *speller;
    char *vad, *profiles;
    struct shelf shelf;         /* its functions and remote models */
    atomic_int fallback[TASKS]; /* slot, or -1 */
    unsigned round;
    int count, room;
    struct slot **slot;
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
    {"gpt-4o-mini", IH_CHAT},
    {"gpt-4.1-mini", IH_CHAT},
    {"gpt-5-mini", IH_CHAT},
    {"dall-e-2", IH_DRAW},
    {"dall-e-3", IH_DRAW},
    {"gpt-image-1", IH_DRAW},
    {"gpt-image-1-mini", IH_DRAW},
    {"gpt-image-1.5", IH_DRAW},
    {"mai-image-2", IH_DRAW},
    {"mai-image-2.5", IH_DRAW},
    {"mai-image-2.7", IH_DRAW},
};

static const enum ih_task all_tasks[TASKS] = {IH_TRANSCRIBE, IH_SPEAK, IH_DRAW, IH_CHAT};

static int task_index(enum ih_task task)
{
    return task == IH_TRANSCRIBE ? 0 : task == IH_SPEAK ? 1 : task == IH_DRAW ? 2 : 3;
}

/* Under the lock, as all that takes slots by their number; -1 for none. */
static int find(const struct depot *d, const char *name)
{
    for (int i = 0; name && i < d->count; i++)
        if (!d->slot[i]->gone && strcmp(d->slot[i]->name, name) == 0)
            return i;
    return -1;
}

/* Under the lock. */
static void tell_used(struct depot *d, struct slot *s)
{
    time_t now = time(NULL);
    if (!d->shelf.used || (s->told && now - s->told < MINUTE))
        return;
    s->told = now;
    d->shelf.used(d->shelf.arg, stock_path(s->model));
}

static char *copy(const char *text)
{
    return text ? text_copy(text, strlen(text)) : NULL;
}

static int64_t made(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_mtime : 0;
}

/* When it was made, and what it is, which is read again only where that is another time. */
static void look_at(struct slot *s)
{
    struct ih_error e;
    int64_t now = made(stock_path(s->model));
    if (now != s->created)
        ih_model_facts(&s->facts, stock_path(s->model), &e);
    s->created = now;
}

static bool make_room(struct depot *d)
{
    if (d->count < d->room)
        return true;
    int room = d->room ? d->room * 2 : 16;
    struct slot **grown = realloc(d->slot, (size_t)room * sizeof *grown);
    if (!grown)
        return false;
    d->slot = grown;
    d->room = room;
    return true;
}

static bool add(struct depot *d, const struct shelf_model *model)
{
    struct slot *s = make_room(d) ? calloc(1, sizeof *s) : NULL;
    if (!s)
        return false;
    *s = (struct slot){
        .name = copy(model->name), .model = stock_add(d->stock, model->path), .round = d->round};
    if (s->name && s->model) {
        look_at(s);
        d->slot[d->count++] = s;
        return true;
    }
    free(s->name);
    free(s);
    return false;
}

static bool fill(struct depot *d, const struct shelf *shelf)
{
    d->shelf = (struct shelf){.used = shelf->used,
        .look = shelf->look,
        .arg = shelf->arg,
        .remote = shelf->remote,
        .remotes = shelf->remotes};
    d->vad = copy(shelf->vad);
    d->profiles = copy(shelf->profiles);
    for (int i = 0; i < shelf->count; i++)
        if (!add(d, &shelf->model[i]))
            return false;
    return (d->vad || !shelf->vad) && (d->profiles || !shelf->profiles);
}

/* So that what cannot be opened is known at the start. */
static bool opens(struct depot *d, struct stocked *m, struct problem *p)
{
    struct ih_model *model;
    bool good = stock_take(d->stock, m, &model, p);
    stock_give_back(d->stock, model);
    return good;
}

static void open_defaults(
    struct depot *d, const struct shelf *shelf, void (*note)(const char *sentence))
{
    const char *const names[TASKS] = {shelf->transcribe, shelf->speak, shelf->draw, shelf->chat};
    struct problem p;
    /* First, because it stays. */
    struct stocked *speller = shelf->speller ? stock_add(d->stock, shelf->speller) : NULL;
    if (speller && !stock_take(d->stock, speller, &d->speller, &p) && note)
        note(p.text);
    for (int i = 0; i < TASKS; i++) {
        d->fallback[i] = find(d, names[i]);
        if (d->fallback[i] < 0 || opens(d, d->slot[d->fallback[i]]->model, &p))
            continue;
        if (note)
            note(p.text);
        d->fallback[i] = -1;
    }
}

enum ih_status depot_open(struct depot **out, const struct ih_engine_options *engine,
    const struct shelf *shelf, void (*note)(const char *sentence), struct ih_error *e)
{
    struct depot *d = *out = calloc(1, sizeof *d);
    if (!d)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    pthread_mutex_init(&d->looking, NULL);
    pthread_mutex_init(&d->lock, NULL);
    enum ih_status status = stock_open(&d->stock, engine, &shelf->memory, e);
    if (!status && !fill(d, shelf))
        status = explain(e, IH_NO_MEMORY, "not enough memory");
    if (status)
        depot_close(out);
    else
        open_defaults(d, shelf, note);
    return status;
}

void depot_close(struct depot **d)
{
    struct depot *gone = *d;
    *d = NULL;
    if (!gone)
        return;
    stock_close(&gone->stock);
    for (int i = 0; i < gone->count; i++) {
        free(gone->slot[i]->name);
        free(gone->slot[i]);
    }
    free(gone->slot);
    free(gone->vad);
    free(gone->profiles);
    pthread_mutex_destroy(&gone->lock);
    pthread_mutex_destroy(&gone->looking);
    free(gone);
}

static bool is_default(const struct depot *d, int slot)
{
    for (int t = 0; t < TASKS; t++)
        if (d->fallback[t] == slot)
            return true;
    return false;
}

/* Under the lock: the newest slot, for tasks that there was no model for. */
static void adopt(struct depot *d, unsigned tasks)
{
    for (int t = 0; t < TASKS; t++)
        if (d->fallback[t] < 0 && (tasks & (unsigned)all_tasks[t]))
            d->fallback[t] = d->count - 1;
}

/* A model that is on the machine. One that lies elsewhere now is another one. */
static void show(void *depot, const struct shelf_model *model)
{
    struct depot *d = depot;
    pthread_mutex_lock(&d->lock);
    int i = 0;
    while (i < d->count && strcmp(d->slot[i]->name, model->name) != 0)
        i++;
    struct slot *s = i < d->count ? d->slot[i] : NULL;
    if (!s) {
        if (add(d, model)) /* without memory: the next time */
            adopt(d, model->tasks);
    } else if (s->round != d->round && !is_default(d, i)) {
        if (strcmp(stock_path(s->model), model->path) != 0) {
            struct stocked *moved = stock_add(d->stock, model->path);
            stock_forget(d->stock, s->model);
            s->model = moved ? moved : s->model;
            s->created = 0;
        }
        stock_remember(d->stock, s->model);
        look_at(s);
        s->round = d->round;
        s->gone = false;
    }
    pthread_mutex_unlock(&d->lock);
}

void depot_look(struct depot *d)
{
    if (!d->shelf.look)
        return;
    pthread_mutex_lock(&d->looking);
    d->round++;
    bool looked = d->shelf.look(d->shelf.arg, show, d);
    pthread_mutex_lock(&d->lock);
    for (int i = 0; looked && i < d->count; i++) {
        struct slot *s = d->slot[i];
        if (s->round == d->round || s->gone || is_default(d, i))
            continue;
        s->gone = true;
        stock_forget(d->stock, s->model);
    }
    pthread_mutex_unlock(&d->lock);
    pthread_mutex_unlock(&d->looking);
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

/* The model of a name, told to be in use. */
static struct stocked *look_up(
    struct depot *d, const char *name, enum ih_task task, struct problem *p)
{
    static const char *const does[TASKS] = {"transcribes", "speaks", "draws", "writes"};
    bool meant;
    pthread_mutex_lock(&d->lock);
    int i = choose(d, name, task, &meant);
    struct stocked *found = i >= 0 ? d->slot[i]->model : NULL;
    if (found)
        tell_used(d, d->slot[i]);
    pthread_mutex_unlock(&d->lock);
    if (i < 0 && meant)
        problem_set(p, 404, "model_not_found", "model", "there is no model here that %s",
            does[task_index(task)]);
    else if (i < 0)
        problem_set(p, 404, "model_not_found", "model",
            "the model '%.100s' does not exist here; GET /v1/models lists those that do", name);
    return found;
}

bool depot_take(
    struct depot *d, const char *name, enum ih_task task, struct ih_model **out, struct problem *p)
{
    struct stocked *found = look_up(d, name, task, p);
    *out = NULL;
    if (!found) {
        depot_look(d);
        found = look_up(d, name, task, p);
    }
    return found && stock_take(d->stock, found, out, p);
}

bool depot_chat(struct depot *d, struct ih_model *model, struct ih_chat **out, struct problem *p)
{
    return stock_chat(d->stock, model, out, p);
}

void depot_give_back(struct depot *d, struct ih_model *model)
{
    stock_give_back(d->stock, model);
}

/* Under the lock. */
static const struct shelf_remote *find_remote(const struct depot *d, const char *name)
{
    for (int i = 0; name && i < d->shelf.remotes; i++)
        if (strcmp(d->shelf.remote[i].author->name, name) == 0 && find(d, name) < 0)
            return &d->shelf.remote[i];
    return NULL;
}

const struct author *depot_author(struct depot *d, const char *name)
{
    pthread_mutex_lock(&d->lock);
    const struct shelf_remote *found = find_remote(d, name);
    pthread_mutex_unlock(&d->lock);
    return found ? found->author : NULL;
}

static struct stocked *listed(struct depot *d, const char *name)
{
    pthread_mutex_lock(&d->lock);
    int i = find(d, name);
    struct stocked *found = i >= 0 ? d->slot[i]->model : NULL;
    pthread_mutex_unlock(&d->lock);
    return found;
}

bool depot_has(struct depot *d, const char *name)
{
    if (listed(d, name))
        return true;
    depot_look(d);
    return listed(d, name);
}

bool depot_is_open(struct depot *d, const char *name)
{
    const struct stocked *found = listed(d, name);
    return found && stock_is_open(d->stock, found);
}

void depot_tidy(struct depot *d, double now)
{
    stock_tidy(d->stock, now);
}

struct stock_state depot_memory(struct depot *d)
{
    return stock_state(d->stock);
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
    return ih_engine_describe(stock_engine(d->stock));
}

static unsigned tasks_of(const struct depot *d, int slot)
{
    unsigned tasks = 0;
    for (int t = 0; t < TASKS; t++)
        tasks |= d->fallback[t] == slot ? (unsigned)all_tasks[t] : 0u;
    return tasks;
}

void depot_each(struct depot *d, void (*take)(void *arg, const struct offered *o), void *arg)
{
    pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->count; i++) {
        const struct slot *s = d->slot[i];
        if (!s->gone)
            take(arg,
                &(struct offered){s->name, s->name, s->created, tasks_of(d, i), s->facts, NULL});
    }
    for (int i = 0; i < d->shelf.remotes; i++) {
        const struct shelf_remote *r = &d->shelf.remote[i];
        if (find_remote(d, r->author->name))
            take(arg, &(struct offered){.name = r->author->name,
                          .root = r->author->name,
                          .tasks = IH_CHAT,
                          .host = r->host});
    }
    for (size_t k = 0; k < sizeof known_elsewhere / sizeof *known_elsewhere; k++) {
        int i = d->fallback[task_index(known_elsewhere[k].task)];
        if (i >= 0 && !find_remote(d, known_elsewhere[k].name))
            take(arg,
                &(struct offered){known_elsewhere[k].name, d->slot[i]->name, d->slot[i]->created,
                    (unsigned)known_elsewhere[k].task, d->slot[i]->facts, NULL});
    }
    pthread_mutex_unlock(&d->lock);
}

void depot_each_open(
    struct depot *d, void (*take)(void *arg, const char *name, double bytes), void *arg)
{
    pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->count; i++) {
        const struct slot *s = d->slot[i];
        double bytes = s->gone ? 0 : stock_bytes(d->stock, s->model);
        if (bytes > 0)
            take(arg, s->name, bytes);
    }
    pthread_mutex_unlock(&d->lock);
}

bool depot_can(const struct depot *d, enum ih_task task)
{
    return d->fallback[task_index(task)] >= 0;
}
