/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs, the queue, workers and answers. */
#include "server/job.h"
#include "support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static atomic_int notes;

static void notify(void *arg)
{
    (void)arg;
    atomic_fetch_add(&notes, 1);
}

static struct answer *new_answer(void)
{
    struct answer_options o = {
        .dialect = &dialect_openai, .folder = temp_dir(), .limit = 1000, .notify = notify};
    struct answer *a = answer_new(&o);
    assert_non_null(a);
    return a;
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host, (void)form, (void)p;
    return true;
}

static void run_echo(const struct host *host, const struct form *form, struct answer *a)
{
    (void)host;
    answer_write(a, form->field[0].text, form->field[0].bytes);
    answer_finish(a, 200, "text/plain");
}

static void run_nothing(const struct host *host, const struct form *form, struct answer *a)
{
    (void)host, (void)form, (void)a;
}

/* Stands still until it is cancelled, as a job of the library would. */
static void run_waiting(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_job job = {0};
    static const struct timespec moment = {.tv_nsec = 1000000};
    (void)host, (void)form;
    answer_attach(a, &job);
    answer_stream(a, "text/plain");
    while (!job.cancel)
        nanosleep(&moment, NULL);
    answer_detach(a);
}

static const struct operation echo = {.name = "echo", .check = check, .run = run_echo};
static const struct operation nothing = {.name = "nothing", .check = check, .run = run_nothing};
static const struct operation waiting = {.name = "waiting", .check = check, .run = run_waiting};

static struct job *new_job(const struct operation *o, struct answer *a)
{
    static struct form form;
    struct ih_error e;
    assert_int_equal(form_read_json(&form, "{\"a\":\"hello\"}", 13, &e), IH_OK);
    struct job *j = job_new(o, &form, a);
    assert_non_null(j);
    assert_int_equal(form.fields, 0);
    return j;
}

static bool is_begun(struct answer *a)
{
    return answer_state(a).stream;
}

static bool is_finished(struct answer *a)
{
    return answer_state(a).finished;
}

static void wait_until(bool (*is_so)(struct answer *), struct answer *a)
{
    static const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 30000 && !is_so(a); i++)
        nanosleep(&moment, NULL);
    assert_true(is_so(a));
}

static void body_is(struct answer *a, const char *want)
{
    char buf[1000] = "";
    int64_t n = answer_read(a, 0, buf, sizeof buf - 1);
    assert_int_equal(n, answer_state(a).bytes);
    assert_string_equal(buf, want);
}

static void test_order_and_room(void **state)
{
    struct queue *q;
    struct ih_error e;
    struct answer *a[4];
    struct job *j[4];
    (void)state;
    assert_int_equal(queue_local(&q, 2, &e), IH_OK);
    for (int i = 0; i < 4; i++) {
        a[i] = new_answer();
        j[i] = new_job(&echo, a[i]);
    }
    assert_true(q->put(q, j[0]));
    assert_true(q->put(q, j[1]));
    assert_false(q->put(q, j[2]));
    assert_int_equal(q->waiting(q), 2);
    assert_ptr_equal(q->take(q), j[0]);
    assert_true(q->put(q, j[2]));
    /* One that nobody waits for makes room. */
    answer_cancel(a[1]);
    assert_true(q->put(q, j[3]));
    assert_int_equal(q->waiting(q), 2);
    assert_ptr_equal(q->take(q), j[2]);
    q->close(q);
    assert_false(q->put(q, j[2]));
    job_free(&j[0]);
    job_free(&j[2]);
    q->free(q); /* with one inside */
    for (int i = 0; i < 4; i++)
        answer_release(&a[i]);
}

static void test_workers(void **state)
{
    struct queue *q;
    struct workers *w;
    struct ih_error e;
    struct host host = {0};
    struct answer *a = new_answer(), *b = new_answer(), *c = new_answer(), *d = new_answer();
    (void)state;
    assert_int_equal(queue_local(&q, 9, &e), IH_OK);
    assert_int_equal(workers_open(&w, 2, q, &host, &e), IH_OK);
    atomic_store(&notes, 0);
    answer_cancel(d);
    assert_true(q->put(q, new_job(&echo, a)));
    assert_true(q->put(q, new_job(&nothing, b)));
    assert_true(q->put(q, new_job(&waiting, c)));
    assert_true(q->put(q, new_job(&echo, d)));
    wait_until(is_finished, a);
    wait_until(is_finished, b);
    assert_true(atomic_load(&notes) > 0);
    assert_int_equal(answer_state(a).status, 200);
    body_is(a, "hello");
    assert_int_equal(answer_state(b).status, 500);
    body_is(b, "{\"error\":{\"message\":\"nothing gave no answer\",\"type\":\"server_error\","
               "\"param\":null,\"code\":\"internal_error\"}}\n");
    wait_until(is_begun, c);
    answer_cancel(c);
    wait_until(is_finished, c);
    /* A stream that had begun is broken off, not ended. */
    assert_true(answer_state(c).broken);
    q->close(q);
    workers_close(&w);
    assert_int_equal(answer_state(d).status, 0);
    q->free(q);
    answer_release(&a);
    answer_release(&b);
    answer_release(&c);
    answer_release(&d);
}

static void test_answers(void **state)
{
    struct problem p;
    (void)state;
    /* What was written before a failure is not sent. */
    struct answer *a = new_answer();
    assert_int_equal(answer_write(a, "half", 4), 0);
    assert_int_equal(answer_state(a).status, 0);
    problem_set(&p, 503, "busy", "x", "later");
    p.retry_after = 7;
    answer_fail(a, &p);
    assert_int_equal(answer_state(a).status, 503);
    assert_string_equal(answer_headers(a), "retry-after: 7\r\n");
    body_is(a, "{\"error\":{\"message\":\"later\",\"type\":\"server_error\",\"param\":\"x\","
               "\"code\":\"busy\"}}\n");
    answer_release(&a);
    /* Values cannot add headers. */
    a = new_answer();
    answer_header(a, "x", "a\r\nevil: 1");
    answer_warn(a, "caf\xc3\xa9\n");
    assert_string_equal(answer_headers(a), "x: a\r\nx-inhouse-warning: caf??\r\n");
    answer_release(&a);
    /* No more than the limit, and nothing for nobody. */
    a = new_answer();
    char block[600] = {0};
    assert_int_equal(answer_write(a, block, sizeof block), 0);
    assert_int_equal(answer_write(a, block, sizeof block), -1);
    answer_cancel(a);
    assert_int_equal(answer_write(a, "x", 1), -1);
    answer_release(&a);
}

/* A job that is attached after its answer was cancelled does not begin. */
static void test_late_jobs_are_cancelled(void **state)
{
    struct ih_job job = {0};
    struct answer *a = new_answer();
    (void)state;
    answer_cancel(a);
    answer_attach(a, &job);
    assert_int_equal(job.cancel, 1);
    answer_detach(a);
    answer_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_room),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_late_jobs_are_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
