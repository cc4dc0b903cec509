/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include "base/cpu.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* About 50 microseconds of waiting awake; longer than the pauses between a decoder's regions. */
enum { SPINS = 2000, THREADS_MAX = 256 };

/* The state of a pool in one word: how many workers are inside the region, whether one may still
 * enter, and the number of the region. */
#define INSIDE ((uint64_t)0xffff)
#define OPEN   ((uint64_t)1 << 16)
enum { GENERATION_SHIFT = 17 };

struct pool {
    int threads;
    pthread_t *thread; /* threads - 1 of them; the caller of pool_run is worker 0 */
    pthread_mutex_t region;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Atomic uint64_t state;
    atomic_int next;  /* the next task to take */
    int sleeping;     /* guarded by lock */
    atomic_bool stop; /* set before the last region opens */
    pool_fn fn;
    void *arg;
    int tasks;
};

struct worker {
    struct pool *pool;
    int index;
};

static void take_tasks(struct pool *p, int worker)
{
    for (;;) {
        int task = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);
        if (task >= p->tasks)
            return;
        p->fn(p->arg, task, worker);
    }
}

static uint64_t generation(uint64_t state)
{
    return state >> GENERATION_SHIFT;
}

/* Waits until the generation differs from `seen`: spinning first, then asleep. */
static void await_region(struct pool *p, uint64_t seen)
{
    for (int i = 0; i < SPINS; i++) {
        if (generation(atomic_load_explicit(&p->state, memory_order_acquire)) != seen)
            return;
        cpu_relax();
    }
    pthread_mutex_lock(&p->lock);
    p->sleeping++;
    while (generation(atomic_load(&p->state)) == seen)
        pthread_cond_wait(&p->wake, &p->lock);
    p->sleeping--;
    pthread_mutex_unlock(&p->lock);
}

/* Goes into the region if it is still open; returns its generation. A worker that comes late, since
 * something else had its processor, is not waited for. */
static uint64_t enter(struct pool *p, bool *inside)
{
    uint64_t state = atomic_load_explicit(&p->state, memory_order_acquire);
    *inside = false;
    while ((state & OPEN) && !*inside)
        *inside = atomic_compare_exchange_weak_explicit(
            &p->state, &state, state + 1, memory_order_acquire, memory_order_acquire);
    return generation(state);
}

static void *worker_main(void *arg)
{
    struct worker w = *(struct worker *)arg;
    free(arg);
    struct pool *p = w.pool;
    cpu_flush_denormals();
    uint64_t seen = 0;
    bool inside;
    for (;;) {
        await_region(p, seen);
        if (atomic_load(&p->stop))
            return NULL;
        seen = enter(p, &inside);
        if (!inside)
            continue;
        take_tasks(p, w.index);
        atomic_fetch_sub_explicit(&p->state, 1, memory_order_release);
    }
}

/* Nobody is inside, and the region before is closed. */
static void open_region(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    uint64_t next = generation(atomic_load(&p->state)) + 1;
    atomic_store(&p->state, next << GENERATION_SHIFT | OPEN);
    if (p->sleeping)
        pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

/* All tasks are taken; those who took some finish them. On a busy machine one of them may have lost
 * its processor: then spinning only keeps it away. */
static void close_region(struct pool *p)
{
    atomic_fetch_and(&p->state, ~OPEN);
    for (int i = 0; atomic_load_explicit(&p->state, memory_order_acquire) & INSIDE; i++) {
        if (i < SPINS)
            cpu_relax();
        else
            sched_yield();
    }
}

void pool_run(struct pool *p, pool_fn fn, void *arg, int tasks)
{
    if (tasks <= 0)
        return;
    unsigned old = cpu_flush_denormals();
    pthread_mutex_lock(&p->region);
    if (tasks == 1 || p->threads == 1) {
        for (int i = 0; i < tasks; i++)
            fn(arg, i, 0);
    } else {
        p->fn = fn;
        p->arg = arg;
        p->tasks = tasks;
        atomic_store(&p->next, 0);
        open_region(p);
        take_tasks(p, 0);
        close_region(p);
    }
    pthread_mutex_unlock(&p->region);
    cpu_restore_denormals(old);
}

static bool start_worker(struct pool *p, int index)
{
    struct worker *w = malloc(sizeof *w);
    if (!w)
        return false;
    *w = (struct worker){p, index};
    if (pthread_create(&p->thread[index - 1], NULL, worker_main, w) == 0)
        return true;
    free(w);
    return false;
}

enum ih_status pool_open(struct pool **out, int threads, struct ih_error *e)
{
    *out = NULL;
    if (threads <= 0)
        threads = cpu_count();
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    struct pool *p = calloc(1, sizeof *p);
    if (!p)
        return err_memory(e, "the thread pool");
    pthread_mutex_init(&p->region, NULL);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    p->threads = 1;
    p->thread = calloc((size_t)threads, sizeof *p->thread);
    for (int i = 1; p->thread && i < threads; i++) {
        if (!start_worker(p, i))
            break;
        p->threads++;
    }
    if (p->threads != threads) {
        pool_close(&p);
        return err_set(e, IH_NO_MEMORY, "cannot start %d threads", threads);
    }
    *out = p;
    return IH_OK;
}

void pool_close(struct pool **pp)
{
    struct pool *p = *pp;
    if (!p)
        return;
    atomic_store(&p->stop, true);
    open_region(p);
    for (int i = 1; i < p->threads; i++)
        pthread_join(p->thread[i - 1], NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    pthread_mutex_destroy(&p->region);
    free(p->thread);
    free(p);
    *pp = NULL;
}

int pool_threads(const struct pool *p)
{
    return p->threads;
}
