/* SPDX-License-Identifier: Apache-2.0 */
#include "server/pulls.h"

#include "server/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PULLS_MOST = 64 };
enum state { WAITING, RUNNING, SUCCEEDED, FAILED, CANCELLED };
static const char *const state_names[] = {"queued", "running", "succeeded", "failed", "cancelled"};

struct pull {
    char name[128];
    enum state state;
    volatile int cancel;
    int64_t done, total; /* bytes; a total below 0 is not known */
    int files, files_done;
    char error[512];
    unsigned long turn; /* the order in which they were begun */
};

struct pulls {
    const struct supply *supply;
    void (*arrived)(void *arg);
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t news;
    bool closed;
    unsigned long turns;
    int count;
    struct pull pull[PULLS_MOST];
};

static bool is_over(const struct pull *u)
{
    return u->state != WAITING && u->state != RUNNING;
}

/* "hf:OWNER/NAME" */
static bool is_repo(const char *name)
{
    return strncmp(name, "hf:", 3) == 0;
}

/* Under the lock. */
static json_t *pull_json(const struct pull *u)
{
    return json_pack("{ss ss ss sb sI so si si so}", "object", "model.pull", "model", u->name,
        "status", state_names[u->state], "cancelling", u->state == RUNNING && u->cancel, "done",
        (json_int_t)u->done, "total",
        u->total >= 0 ? json_integer((json_int_t)u->total) : json_null(), "files", u->files,
        "files_done", u->files_done, "error",
        u->state == FAILED ? json_pack("{so}", "message", problem_text(u->error)) : json_null());
}

static struct pull *find(struct pulls *p, const char *name)
{
    for (int i = 0; i < p->count; i++)
        if (strcmp(p->pull[i].name, name) == 0)
            return &p->pull[i];
    return NULL;
}

/* Under the lock: the one that waits longest, or null. */
static struct pull *next(struct pulls *p)
{
    struct pull *first = NULL;
    for (int i = 0; i < p->count; i++)
        if (p->pull[i].state == WAITING && (!first || p->pull[i].turn < first->turn))
            first = &p->pull[i];
    return first;
}

/* What is told while one runs. */
struct watch {
    struct pulls *pulls;
    struct pull *pull;
};

static void on_progress(void *arg, int64_t done, int64_t total, int files_done, int files)
{
    struct watch *w = arg;
    pthread_mutex_lock(&w->pulls->lock);
    w->pull->done = done;
    w->pull->total = total;
    w->pull->files_done = files_done;
    w->pull->files = files;
    pthread_mutex_unlock(&w->pulls->lock);
}

/* Under the lock, which it lets go while it works. A pull that runs keeps its place. */
static void run(struct pulls *p, struct pull *u)
{
    struct watch w = {p, u};
    struct supply_watch watch = {.cancel = &u->cancel, .progress = on_progress, .arg = &w};
    struct ih_error e = {0};
    u->state = RUNNING;
    pthread_mutex_unlock(&p->lock);
    enum ih_status status = p->supply->pull(p->supply->arg, u->name, &watch, &e);
    if (!status && p->arrived)
        p->arrived(p->arg);
    pthread_mutex_lock(&p->lock);
    u->state = !status ? SUCCEEDED : u->cancel ? CANCELLED : FAILED;
    snprintf(u->error, sizeof u->error, "%s", e.text);
}

static void *work(void *arg)
{
    struct pulls *p = arg;
    struct pull *u;
    pthread_mutex_lock(&p->lock);
    while (!p->closed) {
        if ((u = next(p)))
            run(p, u);
        else
            pthread_cond_wait(&p->news, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

enum ih_status pulls_open(struct pulls **out, const struct supply *supply,
    void (*arrived)(void *arg), void *arg, struct ih_error *e)
{
    struct pulls *p = calloc(1, sizeof *p);
    *out = NULL;
    if (!p)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    p->supply = supply;
    p->arrived = arrived;
    p->arg = arg;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->news, NULL);
    if (pthread_create(&p->thread, NULL, work, p) != 0) {
        pthread_cond_destroy(&p->news);
        pthread_mutex_destroy(&p->lock);
        free(p);
        return explain(e, IH_IO, "a thread cannot be started");
    }
    *out = p;
    return IH_OK;
}

void pulls_close(struct pulls **p)
{
    struct pulls *gone = *p;
    if (!gone)
        return;
    pthread_mutex_lock(&gone->lock);
    gone->closed = true;
    for (int i = 0; i < gone->count; i++)
        gone->pull[i].cancel = 1;
    pthread_cond_signal(&gone->news);
    pthread_mutex_unlock(&gone->lock);
    pthread_join(gone->thread, NULL);
    pthread_cond_destroy(&gone->news);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
    *p = NULL;
}

json_t *pulls_catalog(struct pulls *p, bool with_pulls)
{
    json_t *list = p->supply->list(p->supply->arg), *model;
    size_t i;
    pthread_mutex_lock(&p->lock);
    json_array_foreach(list, i, model)
    {
        const char *name = json_string_value(json_object_get(model, "name"));
        const struct pull *u = with_pulls && name ? find(p, name) : NULL;
        if (u)
            json_object_set_new(model, "pull", pull_json(u));
    }
    pthread_mutex_unlock(&p->lock);
    return list;
}

json_t *pulls_repos(struct pulls *p)
{
    json_t *list = json_array();
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->count; i++)
        if (is_repo(p->pull[i].name))
            json_array_append_new(list, pull_json(&p->pull[i]));
    pthread_mutex_unlock(&p->lock);
    return list;
}

bool pulls_allowed(struct pulls *p, struct ih_error *e)
{
    return p->supply->allowed(p->supply->arg, e);
}

static bool is_called(json_t *model, const char *key, const char *name)
{
    const char *text = json_string_value(json_object_get(model, key));
    return text && strcmp(text, name) == 0;
}

/* A repository of the hub, whatever the catalog knows. */
static bool understand_repo(
    struct pulls *p, const char *asked, char name[128], struct problem *problem)
{
    struct ih_error e = {0};
    bool here = false;
    enum ih_status status = p->supply->knows(p->supply->arg, asked, &here, &e);
    if (status)
        return problem_set(problem, 400, "invalid_value", "model", "%s", e.text);
    if (here)
        return problem_set(problem, 409, "model_is_here", "model", "%.100s is here already", asked);
    return snprintf(name, 128, "%s", asked) < 128 ||
           problem_set(problem, 400, "invalid_value", "model", "the name is too long");
}

/* The catalog's own name of what is asked for, and that it can be fetched. */
static bool understand(struct pulls *p, const char *asked, char name[128], struct problem *problem)
{
    json_t *list = p->supply->list(p->supply->arg), *model, *found = NULL;
    size_t i;
    json_array_foreach(list, i,
        model) if (!found && (is_called(model, "name", asked) || is_called(model, "short", asked)))
        found = model;
    bool fetched = found && json_is_string(json_object_get(found, "repo"));
    bool good = fetched && !json_is_true(json_object_get(found, "here"));
    if (!list)
        problem_set(problem, 503, "unavailable", NULL, "the catalog cannot be read");
    else if (!found)
        problem_set(problem, 404, "model_not_found", "model",
            "the catalog has no model '%.100s'; GET /v1/catalog lists those that it has", asked);
    else if (!good)
        problem_set(problem, 409, "model_is_here", "model", "%.100s %s", asked,
            fetched ? "is here already" : "comes with the program");
    else
        snprintf(name, 128, "%s", json_string_value(json_object_get(found, "name")));
    json_decref(list);
    return good;
}

/* Under the lock: the place of a pull of that name, which may be that of one that is over; null
 * when all are taken. */
static struct pull *place(struct pulls *p, const char *name)
{
    struct pull *u = find(p, name);
    if (u)
        return u;
    if (p->count < PULLS_MOST)
        return &p->pull[p->count++];
    for (int i = 0; i < p->count; i++)
        if (is_over(&p->pull[i]) && (!u || p->pull[i].turn < u->turn))
            u = &p->pull[i];
    return u;
}

bool pulls_begin(struct pulls *p, const char *asked, json_t **out, struct problem *problem)
{
    char name[128];
    struct ih_error e = {0};
    if (!pulls_allowed(p, &e))
        return problem_set(problem, 403, "offline", NULL, "%s", e.text);
    if (!(is_repo(asked) ? understand_repo : understand)(p, asked, name, problem))
        return false;
    pthread_mutex_lock(&p->lock);
    struct pull *u = place(p, name);
    if (u && (strcmp(u->name, name) != 0 || is_over(u))) {
        *u = (struct pull){.state = WAITING, .total = -1, .turn = p->turns++};
        snprintf(u->name, sizeof u->name, "%s", name);
        pthread_cond_signal(&p->news);
    }
    *out = u ? pull_json(u) : NULL;
    pthread_mutex_unlock(&p->lock);
    return u || problem_set(problem, 503, "queue_full", NULL, "too many models are on their way");
}

static bool look(
    struct pulls *p, const char *name, bool cancel, json_t **out, struct problem *problem)
{
    pthread_mutex_lock(&p->lock);
    struct pull *u = find(p, name);
    if (u && cancel && !is_over(u)) {
        u->cancel = 1;
        if (u->state == WAITING)
            u->state = CANCELLED;
    }
    *out = u ? pull_json(u) : NULL;
    pthread_mutex_unlock(&p->lock);
    return u || problem_set(problem, 404, "not_found", "model",
                    "nobody has asked for '%.100s' since the server began", name);
}

bool pulls_show(struct pulls *p, const char *name, json_t **out, struct problem *problem)
{
    return look(p, name, false, out, problem);
}

bool pulls_cancel(struct pulls *p, const char *name, json_t **out, struct problem *problem)
{
    return look(p, name, true, out, problem);
}
