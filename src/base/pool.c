/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include "base/cpu.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* About 50 microseconds of waiting awake; longer than the pauses between a decoder's regions. */
enum { SPINS = 2000, THREADS_MAX = 256 };

struct pool {
    int threads;
    pthread_t *thread; /* threads - 1 of them; the caller of pool_run is worker 0 */
    pthread_mutex_t region;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_uint generation; /* grows by one at each region */
    atomic_int next;        /* the next task to take */
    atomic_int busy;        /* workers that have not finished this region */
    int sleeping;           /* guarded by lock */
    bool stop;              /* guarded by lock */
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

/* Waits until the generation differs from `seen`: spinning first, then asleep. */
static unsigned await_region(struct pool *p, unsigned seen)
{
    for (int i = 0; i < SPINS; i++) {
        unsigned g = atomic_load_explicit(&p->generation, memory_order_acquire);
        if (g != seen)
            return g;
        cpu_relax();
    }
    pthread_mutex_lock(&p->lock);
    p->sleeping++;
    while (atomic_load(&p->generation) == seen)
        pthread_cond_wait(&p->wake, &p->lock);
    p->sleeping--;
    pthread_mutex_unlock(&p->lock);
    return atomic_load(&p->generation);
}

static void *worker_main(void *arg)
{
    struct worker w = *(struct worker *)arg;
    free(arg);
    struct pool *p = w.pool;
    cpu_flush_denormals();
    unsigned seen = 0;
    for (;;) {
        seen = await_region(p, seen);
        if (p->stop)
            return NULL;
        take_tasks(p, w.index);
        atomic_fetch_sub_explicit(&p->busy, 1, memory_order_release);
    }
}

static void publish(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->generation, 1);
    if (p->sleeping)
        pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

/* On a busy machine a worker may have lost its processor: then spinning only keeps it away. */
static void await_workers(struct pool *p)
{
    for (int i = 0; atomic_load_explicit(&p->busy, memory_order_acquire) > 0; i++) {
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
        atomic_store(&p->busy, p->threads - 1);
        publish(p);
        take_tasks(p, 0);
        await_workers(p);
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
    p->stop = true;
    publish(p);
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
