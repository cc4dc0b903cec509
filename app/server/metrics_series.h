/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_METRICS_SERIES_H
#define SERVER_METRICS_SERIES_H

#include "server/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* Between the files of metrics: numbers that belong to one set of labels. */

enum family { BY_REQUEST, BY_STAGE, BY_WORK, BY_UNIT, FAMILIES };
enum { BUCKETS = 16, VALUES = BUCKETS + 2 };

/* Upper ends in seconds; behind the last there is one more bucket for what takes longer. */
extern const double metrics_bucket[BUCKETS];

/* Once it is in its list it stays there, and only its values change. */
struct series {
    struct series *next;
    const char *label[2];           /* constants: method, route; or operation; "" for none */
    const char *model, *deployment; /* of struct metrics, or "" */
    int number;                     /* a status, stage or unit */
    /* Amounts are counted in millionths. BY_REQUEST and BY_UNIT: one; BY_STAGE: each bucket for
     * itself, then the sum; BY_WORK: work, sound. */
    atomic_uint_fast64_t value[VALUES];
};

/* Names that are kept for as long as there are metrics: a list that only grows. */
struct metrics_names {
    atomic_int count;
    char *name[METRICS_NAMES]; /* owned */
};

struct metrics {
    _Atomic(struct series *) first[FAMILIES];
    atomic_int gauge[GAUGES];
    pthread_mutex_t lock; /* for a name that is new */
    struct metrics_names models, deployments;
    time_t began;
};

#endif
