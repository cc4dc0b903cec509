/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access.h"
#include "server/deploy.h"
#include "server/metrics.h"
#include "server/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_AGAIN = 5 }; /* seconds */

struct workers {
    struct queue *queue;
    const struct host *host;
    int count;
    pthread_t thread[];
};

static void count(const struct host *host, const struct job *j, int change)
{
    if (!j->operation->quick)
        metrics_gauge(host->metrics, j->done ? GAUGE_JOBS : GAUGE_BUSY, change);
}

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

static void measure(const struct host *host, const struct job *j, double began)
{
    char model[128];
    const char *deployment = j->form.asked.deployment.name;
    struct worked worked = {.seconds = seconds_now() - began, .audio = answer_sound(j->answer)};
    answer_used(j->answer, &worked.used, model, sizeof model);
    if (!j->done)
        metrics_stage(
            host->metrics, STAGE_QUEUE, j->operation->name, deployment, began - j->queued);
    metrics_stage(host->metrics, STAGE_WORK, j->operation->name, deployment, worked.seconds);
    metrics_work(host->metrics, j->operation->name, model, deployment, &worked);
}

/* Whether it may be worked on: with all that it needs, within its deployment's limits and its key's
 * quotas. */
static bool begin(
    const struct host *host, struct job *j, struct amounts *reserved, struct problem *p)
{
    return deploy_enter(host, j, p) &&
           (!j->operation->bring || j->operation->bring(host, &j->form, j->answer, p)) &&
           deploy_begin(host, j, p) && charge_begin(host, j, reserved, p);
}

static void do_job(struct workers *w, struct job *j)
{
    struct problem p;
    struct amounts reserved;
    double began = seconds_now();
    if (answer_cancelled(j->answer)) {
        /* Nobody waits for it. */
    } else if (begin(w->host, j, &reserved, &p)) {
        count(w->host, j, 1);
        run(w->host, j);
        count(w->host, j, -1);
        measure(w->host, j, began);
        charge_end(w->host, j, &reserved, !j->done);
        j->later = answer_later(j->answer);
    } else {
        /* A disk that cannot be read now is no end of a job either. */
        j->later = p.status == 503 && !p.retry_after ? LOOK_AGAIN : p.retry_after;
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
