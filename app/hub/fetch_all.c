/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/hub.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The files of one pull and the threads that fetch them. What stands behind `lock` is shared. */
struct crew {
    const struct hub *hub;
    const struct hub_pull *pull;
    const char *folder, *commit;
    struct hub_listing *listing;
    int64_t total;     /* -1: unknown */
    volatile int stop; /* for the transfers: the caller cancelled, or one of them failed */
    pthread_mutex_t lock;
    pthread_cond_t left; /* a worker has nothing more to do */
    int next, working, files_done;
    int64_t done, *done_of;
    struct ih_error error; /* the first one */
};

struct worker {
    struct crew *crew;
    struct hub hub; /* the caller's, with callbacks that go through the crew */
    int file;       /* that it fetches */
    pthread_t thread;
};

static void on_progress(void *arg, const struct hub_progress *p)
{
    const struct worker *w = arg;
    struct crew *c = w->crew;
    pthread_mutex_lock(&c->lock);
    c->done += p->done - c->done_of[w->file];
    c->done_of[w->file] = p->done;
    if (c->hub->progress)
        c->hub->progress(c->hub->arg, &(struct hub_progress){.file = p->file,
                                          .files = c->listing->count,
                                          .files_done = c->files_done,
                                          .done = c->done,
                                          .total = c->total});
    pthread_mutex_unlock(&c->lock);
}

static void on_note(void *arg, const char *sentence)
{
    const struct worker *w = arg;
    pthread_mutex_lock(&w->crew->lock);
    if (w->crew->hub->note)
        w->crew->hub->note(w->crew->hub->arg, sentence);
    pthread_mutex_unlock(&w->crew->lock);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct crew *c = w->crew;
    pthread_mutex_lock(&c->lock);
    while (!c->stop && c->next < c->listing->count) {
        struct hub_file *file = &c->listing->file[w->file = c->next++];
        struct ih_error e = {0};
        pthread_mutex_unlock(&c->lock);
        enum ih_status status = hub_fetch(&w->hub, c->pull, c->folder, c->commit, file, &e);
        if (!status)
            on_progress(w, &(struct hub_progress){.file = file->name, .done = file->size});
        pthread_mutex_lock(&c->lock);
        c->files_done += !status;
        if (status && !c->error.code)
            c->error = e;
        if (status)
            c->stop = 1;
    }
    c->working--;
    pthread_cond_signal(&c->left);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Passes a request to stop on until every worker is done. */
static void supervise(struct crew *c)
{
    enum { LOOK_NS = 50000000, SECOND_NS = 1000000000 };
    pthread_mutex_lock(&c->lock);
    while (c->working > 0) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_NS;
        until.tv_sec += until.tv_nsec / SECOND_NS;
        until.tv_nsec %= SECOND_NS;
        pthread_cond_timedwait(&c->left, &c->lock, &until);
        if (c->hub->cancel && *c->hub->cancel)
            c->stop = 1;
    }
    pthread_mutex_unlock(&c->lock);
}

enum ih_status hub_fetch_all(const struct hub *hub, const struct hub_pull *p, const char *folder,
    struct hub_listing *l, struct ih_error *e)
{
    int wanted = p->parallel < l->count ? p->parallel : l->count, started = 0;
    struct crew c = {.hub = hub,
        .pull = p,
        .folder = folder,
        .commit = l->commit[0] ? l->commit : p->revision,
        .listing = l,
        .working = wanted};
    struct worker *workers = calloc((size_t)wanted + 1, sizeof *workers);
    c.done_of = calloc((size_t)l->count + 1, sizeof *c.done_of);
    if (!workers || !c.done_of) {
        free(workers);
        free(c.done_of);
        return hub_fail(e, IH_NO_MEMORY, "not enough memory to fetch %d files", l->count);
    }
    for (int i = 0; i < l->count; i++)
        c.total = l->file[i].size < 0 || c.total < 0 ? -1 : c.total + l->file[i].size;
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.left, NULL);
    for (; started < wanted; started++) {
        struct worker *w = &workers[started];
        *w = (struct worker){.crew = &c, .hub = *hub};
        w->hub.cancel = &c.stop;
        w->hub.arg = w;
        w->hub.progress = on_progress;
        w->hub.note = on_note;
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
    }
    pthread_mutex_lock(&c.lock);
    c.working -= wanted - started;
    if (started == 0 && wanted > 0)
        hub_fail(&c.error, IH_NO_MEMORY, "the system gives no thread to fetch with");
    pthread_mutex_unlock(&c.lock);
    supervise(&c);
    for (int i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    pthread_cond_destroy(&c.left);
    pthread_mutex_destroy(&c.lock);
    free(workers);
    free(c.done_of);
    if (c.error.code)
        *e = c.error;
    return c.error.code;
}
