/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access.h"
#include "server/deploy.h"
#include "server/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct workers {
    struct queue *queue;
    const struct host *host;
    int count;
    pthread_t thread[];
};

/* Every job ends with an answer, whatever its operation did. */
static void run(const struct host *host, struct job *j)
{
    struct problem p;
    j->operation->run(host, &j->form, j->answer);
    if (answer_state(j->answer).finished)
        return;
    problem_set(&p, 500, "internal_error", NULL, "%s gave no answer", j->operation->name);
    answer_fail(j->answer, &p);
}

static void do_job(struct workers *w, struct job *j)
{
    struct problem p;
    struct amounts reserved;
    if (answer_cancelled(j->answer)) {
        /* Nobody waits for it. */
    } else if (deploy_begin(w->host, j, &p) && charge_begin(w->host, j, &reserved, &p)) {
        run(w->host, j);
        charge_end(w->host, j, &reserved, !j->done);
        j->later = answer_later(j->answer);
    } else {
        j->later = p.retry_after;
        answer_fail(j->answer, &p);
    }
    deploy_end(w->host, j);
    if (j->done)
        j->done(j);
}

static void *work(void *arg)
{
    struct workers *w = arg;
    struct job *j;
    while ((j = w->queue->take(w->queue))) {
        do_job(w, j);
        job_free(&j);
    }
    return NULL;
}

enum ih_status workers_open(struct workers **out, int count, struct queue *queue,
    const struct host *host, struct ih_error *e)
{
    struct workers *w = calloc(1, sizeof *w + (size_t)count * sizeof *w->thread);
    *out = NULL;
    if (!w)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    w->queue = queue;
    w->host = host;
    for (; w->count < count; w->count++) {
        int error = pthread_create(&w->thread[w->count], NULL, work, w);
        if (error) {
            queue->close(queue);
            workers_close(&w);
            return explain(e, IH_IO, "a thread cannot be started: %s", strerror(error));
        }
    }
    *out = w;
    return IH_OK;
}

void workers_close(struct workers **w)
{
    if (!*w)
        return;
    for (int i = 0; i < (*w)->count; i++)
        pthread_join((*w)->thread[i], NULL);
    free(*w);
    *w = NULL;
}
