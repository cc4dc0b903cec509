/* SPDX-License-Identifier: Apache-2.0 */
#include "server/binder.h"

#include "server/text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { LOOK_SECONDS = 5 };

struct binder {
    struct binder_options o;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some;
    bool woken;
    atomic_bool stop;
};

static void expire(struct binder *b, struct batch_row *row)
{
    if (row->state > BATCH_IN_PROGRESS || store_now(b->o.store) < row->expires)
        return;
    if (batch_stop(b->o.store, row->id, -1, BATCH_EXPIRED, row, NULL) == IH_OK)
        kept_cancel_batch(b->o.kept, row->seq);
}

/* One step; it is looked at again when a line has ended. */
static void advance(struct binder *b, struct batch_row *row)
{
    expire(b, row);
    if (row->state == BATCH_VALIDATING) {
        if (batch_read(b->o.store, row, NULL) == IH_OK) {
            kept_wake(b->o.kept);
            b->o.ended(b->o.arg);
        }
    } else if (batch_busy(b->o.store, row->seq)) {
        if (row->state >= BATCH_FINALIZING)
            kept_cancel_batch(b->o.kept, row->seq); /* some may have been between claim and work */
    } else if (row->state >= BATCH_FINALIZING ||
               (batch_finalize(b->o.store, row->seq, NULL) == IH_OK &&
                   batch_find(b->o.store, row->id, -1, row, NULL) == IH_OK)) {
        if (batch_bind(b->o.store, b->o.settings, row, NULL) == IH_OK)
            b->o.ended(b->o.arg);
    }
}

static void advance_all(struct binder *b)
{
    struct batch_row *row = malloc(sizeof *row);
    int64_t seq = 0;
    while (row && !atomic_load(&b->stop) && batch_open_after(b->o.store, seq, row, NULL) == IH_OK) {
        seq = row->seq;
        advance(b, row);
    }
    free(row);
}

static void wait_a_while(struct binder *b)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_SECONDS;
    pthread_mutex_lock(&b->lock);
    if (!b->woken && !atomic_load(&b->stop))
        pthread_cond_timedwait(&b->some, &b->lock, &until);
    b->woken = false;
    pthread_mutex_unlock(&b->lock);
}

static void *work(void *arg)
{
    struct binder *b = arg;
    while (!atomic_load(&b->stop)) {
        advance_all(b);
        wait_a_while(b);
    }
    return NULL;
}

enum ih_status binder_open(
    struct binder **out, const struct binder_options *options, struct ih_error *e)
{
    struct binder *b = calloc(1, sizeof *b);
    *out = NULL;
    if (!b)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    b->o = *options;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->some, NULL);
    if (pthread_create(&b->thread, NULL, work, b) != 0) {
        free(b);
        return explain(e, IH_IO, "a thread cannot be started");
    }
    *out = b;
    return IH_OK;
}

void binder_wake(struct binder *b)
{
    if (!b)
        return;
    pthread_mutex_lock(&b->lock);
    b->woken = true;
    pthread_cond_signal(&b->some);
    pthread_mutex_unlock(&b->lock);
}

void binder_close(struct binder **b)
{
    struct binder *gone = *b;
    *b = NULL;
    if (!gone)
        return;
    atomic_store(&gone->stop, true);
    binder_wake(gone);
    pthread_join(gone->thread, NULL);
    pthread_cond_destroy(&gone->some);
    pthread_mutex_destroy(&gone->lock);
    free(gone);
}
