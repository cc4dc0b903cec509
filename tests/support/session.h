/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SUPPORT_SESSION_H
#define TESTS_SUPPORT_SESSION_H

#include "server/realtime_session.h"

#include <stdlib.h>

/* A live transcription without its socket and its thread: nothing listens, so that what a client
 * says stays in the queue. For anybody's key, without a model. */

static inline void session_told(void *arg)
{
    (void)arg;
}

static inline void session_init(struct realtime *r)
{
    static const struct host nothing; /* no store, no models */
    *r = (struct realtime){.host = &nothing,
        .notify = session_told,
        .config = {.rate = REALTIME_RATE, .detect = true}};
    r->last = &r->first;
    r->out_last = &r->out;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->news, NULL);
}

/* The oldest piece of the queue, to be freed with free(), or null. */
static inline struct piece *session_take(struct realtime *r)
{
    struct piece *p = r->first;
    if (!p)
        return NULL;
    r->first = p->next;
    if (!r->first)
        r->last = &r->first;
    return p;
}

static inline void session_free(struct realtime *r)
{
    void *gone;
    while ((gone = session_take(r)))
        free(gone);
    while ((gone = realtime_next(r)))
        free(gone);
    pthread_cond_destroy(&r->news);
    pthread_mutex_destroy(&r->lock);
}

#endif
