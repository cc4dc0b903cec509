/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "base/pool.h"
#include "support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TASKS_MAX = 5000, THREADS_MAX = 8, CALLERS = 4, ROUNDS = 300 };

/* What the tasks of one region found. */
struct seen {
    atomic_int times[TASKS_MAX];
    atomic_int inside[THREADS_MAX]; /* tasks running with this worker index right now */
    atomic_int wrong;
    int threads;
    int scratch[THREADS_MAX]; /* written without atomics: the thread sanitizer sees who shares */
};

static void note(void *arg, int task, int worker)
{
    struct seen *s = arg;
    if (worker < 0 || worker >= s->threads || atomic_fetch_add(&s->inside[worker], 1) != 0) {
        atomic_fetch_add(&s->wrong, 1);
        return;
    }
    s->scratch[worker] = task;
    for (int i = 0; i < task % 7 * 10; i++)
        cpu_relax();
    if (s->scratch[worker] != task)
        atomic_fetch_add(&s->wrong, 1);
    atomic_fetch_add(&s->times[task], 1);
    atomic_fetch_sub(&s->inside[worker], 1);
}

/* Counts wrong tasks instead of failing, because callers run it outside the test's own thread. */
static int region(struct pool *p, struct seen *s, int tasks)
{
    memset(s, 0, sizeof *s);
    s->threads = pool_threads(p);
    pool_run(p, note, s, tasks);
    int wrong = atomic_load(&s->wrong);
    for (int i = 0; i < TASKS_MAX; i++)
        wrong += atomic_load(&s->times[i]) != (i < tasks);
    return wrong;
}

static struct pool *opened(int threads)
{
    struct pool *p = NULL;
    struct ih_error e = {0};
    assert_int_equal(pool_open(&p, threads, &e), IH_OK);
    return p;
}

static void test_each_once(void **state)
{
    (void)state;
    static const int tasks[] = {-1, 0, 1, 2, 3, 7, 8, 9, 100, TASKS_MAX};
    struct seen *s = malloc(sizeof *s);
    for (int threads = 1; threads <= THREADS_MAX; threads++) {
        struct pool *p = opened(threads);
        assert_int_equal(pool_threads(p), threads);
        for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
            assert_int_equal(region(p, s, tasks[i]), 0);
        pool_close(&p);
        assert_null(p);
    }
    pool_close(&(struct pool *){NULL});
    free(s);
}

/* Workers that fell asleep between regions wake up. */
static void test_asleep(void **state)
{
    (void)state;
    struct seen *s = malloc(sizeof *s);
    struct pool *p = opened(4);
    for (int i = 0; i < 20; i++) {
        nanosleep(&(struct timespec){0, 5000000}, NULL);
        assert_int_equal(region(p, s, 50), 0);
    }
    pool_close(&p);
    for (int i = 0; i < 50; i++) { /* closed while they sleep, spin or have hardly begun */
        p = opened(1 + i % THREADS_MAX);
        if (i % 3 == 0)
            nanosleep(&(struct timespec){0, 2000000}, NULL);
        pool_close(&p);
    }
    free(s);
}

struct caller {
    struct pool *pool;
    int seed, wrong;
};

static void *call(void *arg)
{
    struct caller *c = arg;
    struct seen *s = malloc(sizeof *s);
    for (int i = 0; i < ROUNDS; i++)
        c->wrong += region(c->pool, s, (c->seed + i * 7) % 40);
    free(s);
    return NULL;
}

static void test_several_callers(void **state)
{
    (void)state;
    for (int threads = 1; threads <= THREADS_MAX; threads += 3) {
        struct pool *p = opened(threads);
        struct caller c[CALLERS];
        pthread_t t[CALLERS];
        for (int i = 0; i < CALLERS; i++) {
            c[i] = (struct caller){p, i, 0};
            assert_int_equal(pthread_create(&t[i], NULL, call, &c[i]), 0);
        }
        for (int i = 0; i < CALLERS; i++) {
            assert_int_equal(pthread_join(t[i], NULL), 0);
            assert_int_equal(c[i].wrong, 0);
        }
        pool_close(&p);
    }
}

/* Inside a region half of the smallest normal number is zero, on every thread; outside the caller
 * has what he had. */
static void halve(void *arg, int task, int worker)
{
    (void)worker;
    volatile float tiny = 0x1p-126f, half;
    half = tiny * 0.5f;
    ((float *)arg)[task] = half;
}

static void test_denormals(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++) {
        struct pool *p = opened(threads);
        float found[64];
        volatile float tiny = 0x1p-126f, half;
        pool_run(p, halve, found, 64);
        for (int i = 0; i < 64; i++)
            assert_true(found[i] == 0);
        half = tiny * 0.5f;
        assert_true(half > 0);
        unsigned old = cpu_flush_denormals();
        pool_run(p, halve, found, 1);
        half = tiny * 0.5f;
        assert_true(half == 0);
        cpu_restore_denormals(old);
        pool_close(&p);
    }
}

static void test_default_threads(void **state)
{
    (void)state;
    struct pool *p = opened(0);
    assert_int_equal(pool_threads(p), cpu_count());
    pool_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_asleep),
        cmocka_unit_test(test_several_callers),
        cmocka_unit_test(test_denormals),
        cmocka_unit_test(test_default_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
