/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/err.h"

/* A pool of threads that run one parallel region at a time.
 *
 * Workers spin for some microseconds after a region before they sleep, because a decoder starts a
 * region every few microseconds and waking a thread costs more than the work. A region ends when
 * its tasks are done: a worker that other programs keep off its processor is not waited for, unless
 * it is at a task. Regions started from several threads at once queue up behind each other.
 * Denormals are flushed to zero inside a region on every thread, and the caller's own setting comes
 * back at its end. */
struct pool;

/* `task` runs over 0..tasks-1, each exactly once; `worker` is 0..threads-1 and no two tasks run
 * at once with the same one, so it may index scratch memory. */
typedef void (*pool_fn)(void *arg, int task, int worker);

/* threads <= 0 takes the number of processors the process may use. */
enum ih_status pool_open(struct pool **out, int threads, struct ih_error *e);
void pool_close(struct pool **p);
int pool_threads(const struct pool *p);
void pool_run(struct pool *p, pool_fn fn, void *arg, int tasks);

#endif
