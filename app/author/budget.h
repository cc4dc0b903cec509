/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_BUDGET_H
#define AUTHOR_BUDGET_H

#include "inhouse/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* What may be spent at an endpoint: by this process, and by all of this user's in a day (UTC),
 * which a small file for each name keeps. What a request may cost at most is reserved before it is
 * sent and settled behind it, so that requests which run at once do not exceed a budget together;
 * what a process had reserved that died counts as spent. All functions may be called from any
 * thread. */
struct spending {
    double dollars, tokens;
};

struct budget {
    pthread_mutex_t lock;
    const char *name;         /* borrowed */
    char *file;               /* of the day; null: the day is counted in this process alone */
    struct spending run, day; /* most; 0: any */
    struct spending run_spent, day_spent;
    int64_t today; /* of day_spent, in days since 1970 */
};

/* folder: where the files of days lie; it is made when something is spent. Null: none is kept. */
enum ih_status budget_init(struct budget *b, const char *name, const struct spending *run,
    const struct spending *day, const char *folder, struct ih_error *e);
void budget_free(struct budget *b);

/* `now` in seconds since 1970. IH_NO_MEMORY where it may exceed a budget, IH_IO where the day's
 * file cannot be kept: then nothing is reserved. */
enum ih_status budget_reserve(
    struct budget *b, int64_t now, const struct spending *most, struct ih_error *e);
/* Puts what was spent in the place of what was reserved at the time `then`. */
void budget_settle(struct budget *b, int64_t then, int64_t now, const struct spending *most,
    const struct spending *spent);

#endif
