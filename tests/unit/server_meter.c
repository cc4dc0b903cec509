/* SPDX-License-Identifier: Apache-2.0 */
/* Quotas: windows, reservations, threads that want more than there is. */
#include "server/meter.h"
#include "support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct store *store;
static struct meter *meter;
static int64_t clock_now;

static int64_t now(void)
{
    return clock_now;
}

static int set_up(void **state)
{
    static int count;
    char folder[4096];
    struct ih_error e;
    (void)state;
    snprintf(folder, sizeof folder, "%s/meter-%d", temp_dir(), count++);
    clock_now = 1764072000 + 18; /* 18 seconds past a full minute, at noon */
    if (store_open(&store, folder, &e) != IH_OK)
        return -1;
    store_set_clock(store, now);
    return meter_open(&meter, store, &e) != IH_OK;
}

static int tear_down(void **state)
{
    (void)state;
    meter_close(&meter);
    store_close(&store);
    return 0;
}

static const struct amounts nothing;

static void test_windows(void **state)
{
    struct key k = {.id = 1};
    struct amounts one = {.of = {[REQUESTS] = 1}};
    struct problem p;
    (void)state;
    k.quota[REQUESTS][MINUTE] = 2;
    k.quota[REQUESTS][DAY] = 3;
    for (int i = 0; i < 2; i++) {
        assert_true(meter_reserve(meter, &k, &one, &p));
        meter_settle(meter, 1, &one, &one);
    }
    assert_false(meter_reserve(meter, &k, &one, &p));
    assert_int_equal(p.status, 429);
    assert_string_equal(p.code, "rate_limit_exceeded");
    assert_int_equal(p.retry_after, 42);
    assert_string_equal(
        p.text, "the key may use 2 requests a minute; 2 are used, 0 are in work, and this needs 1");
    struct meter_left left = meter_look(meter, &k, REQUESTS);
    assert_true(left.limit == 2 && left.left == 0 && left.reset == 42);
    left = meter_look(meter, &k, CHARACTERS);
    assert_true(left.limit == 0);
    /* Another key is not concerned, nor one without a quota. */
    struct key other = k, free_key = {.id = 3};
    other.id = 2;
    assert_true(meter_reserve(meter, &other, &one, &p));
    for (int i = 0; i < 100; i++)
        assert_true(meter_reserve(meter, &free_key, &one, &p));
    clock_now += 42;
    assert_true(meter_reserve(meter, &k, &one, &p));
    meter_settle(meter, 1, &one, &one);
    left = meter_look(meter, &k, REQUESTS);
    assert_true(left.limit == 3 && left.left == 0 && left.reset == 43200 - 60);
    assert_false(meter_reserve(meter, &k, &one, &p));
    assert_int_equal(p.retry_after, 43200 - 60);
    clock_now += 43200;
    assert_true(meter_reserve(meter, &k, &one, &p));
}

static void test_reservations(void **state)
{
    struct key k = {.id = 1};
    struct amounts most = {.of = {[CHARACTERS] = 60}}, used = {.of = {[CHARACTERS] = 10.5}};
    struct problem p;
    (void)state;
    k.quota[CHARACTERS][DAY] = 100;
    assert_true(meter_reserve(meter, &k, &most, &p));
    /* There will be room as soon as the other work turns out smaller. */
    assert_false(meter_reserve(meter, &k, &most, &p));
    assert_int_equal(p.retry_after, 1);
    meter_settle(meter, 1, &most, &used);
    assert_true(meter_reserve(meter, &k, &most, &p));
    meter_settle(meter, 1, &most, &nothing); /* it failed */
    struct meter_left left = meter_look(meter, &k, CHARACTERS);
    assert_true(left.left == 89.5);
    /* What is larger than the quota need not come back. */
    struct amounts huge = {.of = {[CHARACTERS] = 101}};
    assert_false(meter_reserve(meter, &k, &huge, &p));
    assert_int_equal(p.retry_after, 0);
    /* All units or none. */
    struct amounts both = {.of = {[REQUESTS] = 1, [CHARACTERS] = 90}};
    k.quota[REQUESTS][MINUTE] = 1;
    assert_false(meter_reserve(meter, &k, &both, &p));
    assert_true(meter_look(meter, &k, REQUESTS).left == 1);
}

/* A day's usage outlives the process. */
static void test_what_the_store_knows(void **state)
{
    struct key k = {.id = 9};
    struct amounts used = {.of = {[AUDIO_SECONDS] = 90}}, want = {.of = {[AUDIO_SECONDS] = 11}};
    struct problem p;
    struct ih_error e;
    (void)state;
    k.quota[AUDIO_SECONDS][DAY] = 100;
    assert_int_equal(usage_add(store, 9, "a", &used, &e), IH_OK);
    assert_false(meter_reserve(meter, &k, &want, &p));
    want.of[AUDIO_SECONDS] = 10;
    assert_true(meter_reserve(meter, &k, &want, &p));
}

enum { THREADS = 8, TRIES = 3000, QUOTA = 5000 };
static atomic_int granted;

static void *try_often(void *arg)
{
    struct key *k = arg;
    struct amounts two = {.of = {[CHARACTERS] = 2}}, one = {.of = {[CHARACTERS] = 1}};
    struct problem p;
    for (int i = 0; i < TRIES; i++) {
        if (!meter_reserve(meter, k, &two, &p))
            continue;
        meter_settle(meter, k->id, &two, &one);
        atomic_fetch_add(&granted, 1);
    }
    return NULL;
}

/* 24000 requests want a character of 5000, each asking for two beforehand. */
static void test_threads(void **state)
{
    struct key k = {.id = 5};
    pthread_t thread[THREADS];
    (void)state;
    k.quota[CHARACTERS][DAY] = QUOTA;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, try_often, &k);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    /* The last one cannot be had by somebody who asks for two. */
    assert_int_equal(atomic_load(&granted), QUOTA - 1);
    assert_true(meter_look(meter, &k, CHARACTERS).left == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_windows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reservations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_the_store_knows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
