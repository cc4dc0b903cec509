/* SPDX-License-Identifier: Apache-2.0 */
#include "server/deploy.h"
#include "server/text.h"

#include <pthread.h>
#include <stdlib.h>

struct job *job_new(const struct operation *operation, struct form *form, struct answer *answer)
{
    struct job *j = malloc(sizeof *j);
    if (!j)
        return NULL;
    *j = (struct job){.operation = operation,
        .form = *form,
        .answer = answer_share(answer),
        .queued = seconds_now()};
    *form = (struct form){0};
    return j;
}

void job_free(struct job **j)
{
    if (!*j)
        return;
    lease_end(&(*j)->lease);
    form_free(&(*j)->form);
    answer_release(&(*j)->answer);
    free(*j);
    *j = NULL;
}

struct local {
    struct queue queue;
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct job *first, **last;
    int count, room;
    bool closed;
};

/* Takes out those that nobody waits for. */
static void sweep(struct local *q)
{
    struct job **at = &q->first;
    while (*at) {
        struct job *j = *at;
        if (!answer_cancelled(j->answer)) {
            at = &j->next;
            continue;
        }
        *at = j->next;
        q->count--;
        job_free(&j);
    }
    q->last = at;
}

static bool put(struct queue *queue, struct job *j)
{
    struct local *q = (struct local *)queue;
    pthread_mutex_lock(&q->lock);
    if (q->count == q->room)
        sweep(q);
    bool taken = !q->closed && q->count < q->room;
    if (taken) {
        j->next = NULL;
        *q->last = j;
        q->last = &j->next;
        q->count++;
        pthread_cond_signal(&q->some);
    }
    pthread_mutex_unlock(&q->lock);
    return taken;
}

static struct job *take(struct queue *queue)
{
    struct local *q = (struct local *)queue;
    pthread_mutex_lock(&q->lock);
    while (!q->first && !q->closed)
        pthread_cond_wait(&q->some, &q->lock);
    struct job *j = q->first;
    if (j) {
        q->first = j->next;
        q->count--;
        if (!q->first)
            q->last = &q->first;
    }
    pthread_mutex_unlock(&q->lock);
    return j;
}

static int waiting(struct queue *queue)
{
    struct local *q = (struct local *)queue;
    pthread_mutex_lock(&q->lock);
    int count = q->count;
    pthread_mutex_unlock(&q->lock);
    return count;
}

static void close_local(struct queue *queue)
{
    struct local *q = (struct local *)queue;
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->some);
    pthread_mutex_unlock(&q->lock);
}

static void free_local(struct queue *queue)
{
    struct local *q = (struct local *)queue;
    while (q->first) {
        struct job *j = q->first;
        q->first = j->next;
        job_free(&j);
    }
    pthread_cond_destroy(&q->some);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

enum ih_status queue_local(struct queue **out, int room, struct ih_error *e)
{
    struct local *q = calloc(1, sizeof *q);
    *out = NULL;
    if (!q)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    q->queue = (struct queue){
        .put = put, .take = take, .waiting = waiting, .close = close_local, .free = free_local};
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->some, NULL);
    q->last = &q->first;
    q->room = room;
    *out = &q->queue;
    return IH_OK;
}
