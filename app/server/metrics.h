/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "server/job.h"

/* What the server has done and is doing, as numbers that Prometheus collects (GET /metrics). All
 * functions but open and close may be called from any thread, wait for nobody and do nothing where
 * `m` is null. Names are the server's own, never a client's, so that there are only so many: of
 * routes, operations and units constants, of models those that were opened, of deployments those
 * that an admin made ("" where the request named none), and behind the first METRICS_NAMES of
 * either all others together as "other". */
struct metrics;

enum { METRICS_NAMES = 100 };

/* What a request's time goes to: until its body is there, until a worker takes it, until it is
 * done, from the first byte of its answer to the last (of a stream this is within the work); and
 * all of it. */
enum stage { STAGE_RECEIVE, STAGE_QUEUE, STAGE_WORK, STAGE_SEND, STAGE_ALL, STAGES };

/* What there is just now. */
enum gauge {
    GAUGE_CONNECTIONS,
    GAUGE_REQUESTS,
    GAUGE_SESSIONS,
    GAUGE_BUSY, /* workers at a request */
    GAUGE_JOBS, /* workers at a job */
    GAUGES
};

enum ih_status metrics_open(struct metrics **out, struct ih_error *e);
void metrics_close(struct metrics **m);

void metrics_gauge(struct metrics *m, enum gauge g, int change);

/* A request has ended, with status 0 when its client went before there was one. method and route
 * are null where there is nothing at its address, model is "" where none was used. */
void metrics_request(struct metrics *m, const char *method, const char *route, const char *model,
    const char *deployment, int status);

void metrics_stage(struct metrics *m, enum stage stage, const char *operation,
    const char *deployment, double seconds);

/* A worker has been at an operation for so many seconds and used so much; `audio` is the length of
 * the sound that was heard or made. */
struct worked {
    double seconds, audio;
    struct amounts used;
};
void metrics_work(struct metrics *m, const char *operation, const char *model,
    const char *deployment, const struct worked *w);

/* All of it in Prometheus' text format 0.0.4; anything but 0 from write() ends it. The queue may be
 * null. */
void metrics_write(struct metrics *m, const struct host *host,
    int (*write)(void *arg, const void *data, size_t n), void *arg);

/* As in struct route. */
bool metrics_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);

#endif
