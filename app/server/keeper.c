/* SPDX-License-Identifier: Apache-2.0 */
#include "server/keeper.h"

#include "server/hook.h"
#include "server/store/json.h"
#include "server/store/responses.h"
#include "server/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { CLEAN_SECONDS = 60, LOOK_SECONDS = 5 };

struct keeper {
    struct store *store;
    const struct settings *settings;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some;
    bool woken;
    atomic_bool stop;
};

static void clean(struct keeper *k)
{
    int64_t kept = (int64_t)k->settings->job_hours * 3600;
    jobs_expire(k->store, store_now(k->store) - kept, NULL);
    batches_expire(k->store, store_now(k->store) - kept, NULL);
    files_expire(k->store, NULL);
    responses_expire(k->store, NULL);
}

/* One attempt; *next is the time of the next, 0 for none. False: it is the next process's. */
static bool tell(
    struct keeper *k, const struct hook *hook, int attempts, json_t *data, int64_t *next)
{
    int64_t now = store_now(k->store);
    bool told = hook_send(k->settings, hook, data, now, &k->stop);
    int64_t pause = told ? 0 : hook_pause(attempts + 1);
    *next = pause ? now + pause : 0;
    return told || !atomic_load(&k->stop);
}

static void tell_of_jobs(struct keeper *k)
{
    struct job_row row;
    int64_t next;
    while (!atomic_load(&k->stop) && job_hook_next(k->store, &row, NULL) == IH_OK) {
        struct hook h = {row.hook, row.id, "job", job_state_name(row.state)};
        if (!tell(k, &h, row.hook_attempts, job_json(&row), &next) ||
            job_hook_done(k->store, row.id, next, NULL) != IH_OK)
            return;
    }
}

static void tell_of_batches(struct keeper *k)
{
    struct batch_row row;
    int64_t next;
    while (!atomic_load(&k->stop) && batch_hook_next(k->store, &row, NULL) == IH_OK) {
        struct hook h = {row.hook, row.id, "batch", batch_state_name(row.state)};
        if (!tell(k, &h, row.hook_attempts, batch_json(&row), &next) ||
            batch_hook_done(k->store, row.id, next, NULL) != IH_OK)
            return;
    }
}

static void wait_a_while(struct keeper *k)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += *k->settings->hook_secret ? LOOK_SECONDS : CLEAN_SECONDS;
    pthread_mutex_lock(&k->lock);
    if (!k->woken && !atomic_load(&k->stop))
        pthread_cond_timedwait(&k->some, &k->lock, &until);
    k->woken = false;
    pthread_mutex_unlock(&k->lock);
}

static void *work(void *arg)
{
    struct keeper *k = arg;
    int64_t cleaned = 0;
    while (!atomic_load(&k->stop)) {
        int64_t now = store_now(k->store);
        if (now < cleaned || now - cleaned >= CLEAN_SECONDS) {
            clean(k);
            cleaned = now;
        }
        tell_of_jobs(k);
        tell_of_batches(k);
        wait_a_while(k);
    }
    return NULL;
}

enum ih_status keeper_open(
    struct keeper **out, struct store *store, const struct settings *settings, struct ih_error *e)
{
    *out = NULL;
    struct keeper *k = calloc(1, sizeof *k);
    if (!k)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    k->store = store;
    k->settings = settings;
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->some, NULL);
    if (pthread_create(&k->thread, NULL, work, k) != 0) {
        free(k);
        return explain(e, IH_IO, "a thread cannot be started");
    }
    *out = k;
    return IH_OK;
}

void keeper_wake(void *keeper)
{
    struct keeper *k = keeper;
    pthread_mutex_lock(&k->lock);
    k->woken = true;
    pthread_cond_signal(&k->some);
    pthread_mutex_unlock(&k->lock);
}

void keeper_close(struct keeper **k)
{
    struct keeper *gone = *k;
    *k = NULL;
    if (!gone)
        return;
    atomic_store(&gone->stop, true);
    keeper_wake(gone);
    pthread_join(gone->thread, NULL);
    pthread_cond_destroy(&gone->some);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
}
