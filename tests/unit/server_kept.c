/* SPDX-License-Identifier: Apache-2.0 */
/* The queue whose jobs lie in the data folder: forms on paper, workers, ends of all kinds. */
#include "server/kept.h"

#include "server/meter.h"
#include "server/store/json.h"
#include "support/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char folder[4096];
static struct host host;
static struct settings settings;
static struct workers *workers;
static atomic_int began, ended;

static bool check(const struct host *h, const struct form *form, struct problem *p)
{
    (void)h, (void)form, (void)p;
    return true;
}

/* Field 0 twice, and upload 0. */
static void run_echo(const struct host *h, const struct form *form, struct answer *a)
{
    char data[100];
    (void)h;
    answer_write(a, form->field[0].text, form->field[0].bytes);
    if (form->uploads)
        answer_write(a, data, (size_t)spool_read(form->upload[0].data, 0, data, sizeof data));
    answer_warn(a, "twice");
    answer_use(a, "m", CHARACTERS, (double)form->field[0].bytes);
    answer_finish(a, 200, "text/plain");
}

static void run_refuse(const struct host *h, const struct form *form, struct answer *a)
{
    struct problem p;
    (void)h, (void)form;
    problem_set(&p, 400, "invalid_value", "x", "no");
    answer_fail(a, &p);
}

/* Stands still until it is cancelled, as a job of the library would. */
static void run_waiting(const struct host *h, const struct form *form, struct answer *a)
{
    struct ih_job job = {0};
    struct problem p;
    static const struct timespec moment = {.tv_nsec = 1000000};
    (void)h, (void)form;
    answer_attach(a, &job);
    answer_progress(a, 3, 7);
    atomic_fetch_add(&began, 1);
    while (!job.cancel)
        nanosleep(&moment, NULL);
    answer_detach(a);
    answer_use(a, "m", CHARACTERS, 1);
    problem_set(&p, 503, "cancelled", NULL, "stopped");
    answer_fail(a, &p);
}

static const struct operation echo = {.name = "echo", .check = check, .run = run_echo};
static const struct operation refuse = {.name = "refuse", .check = check, .run = run_refuse};
static const struct operation waiting = {.name = "waiting", .check = check, .run = run_waiting};
static const struct operation unknown = {.name = "unknown", .check = check, .run = run_echo};

static void measure(const struct host *h, const struct form *form, struct amounts *out)
{
    (void)h;
    out->of[CHARACTERS] = (double)form->field[0].bytes;
}

static const struct operation measured = {
    .name = "measured", .check = check, .run = run_echo, .measure = measure};
static const struct operation *const operations[] = {&echo, &refuse, &waiting, &measured, NULL};

static void on_ended(void *arg)
{
    (void)arg;
    atomic_fetch_add(&ended, 1);
}

static _Atomic int64_t clock_now = 1764072000;

static int64_t now(void)
{
    return atomic_load(&clock_now);
}

/* What a server does at its start. */
static int begin(int expected_again)
{
    struct ih_error e = {0};
    int again;
    if (store_open(&host.store, folder, &e) || store_take_over(host.store, &again, &e))
        fail_msg("%s", e.text);
    store_set_clock(host.store, now);
    struct kept_options o = {.store = host.store,
        .settings = &settings,
        .operations = operations,
        .folder = temp_dir(),
        .room = 5,
        .ended = on_ended};
    assert_int_equal(again, expected_again);
    assert_int_equal(kept_open(&host.kept, &o, &e), IH_OK);
    return workers_open(&workers, 1, kept_queue(host.kept), &host, &e);
}

/* And at its end. */
static int finish(void)
{
    struct queue *q = kept_queue(host.kept);
    q->close(q);
    workers_close(&workers);
    q->free(q);
    store_close(&host.store);
    return 0;
}

static int set_up(void **state)
{
    static int count;
    struct ih_error e;
    (void)state;
    snprintf(folder, sizeof folder, "%s/kept-%d", temp_dir(), count++);
    atomic_store(&ended, 0);
    atomic_store(&began, 0);
    host.settings = &settings;
    return settings_init(&settings, &e) ? -1 : begin(0);
}

static int tear_down(void **state)
{
    (void)state;
    finish();
    settings_free(&settings);
    return 0;
}

static void wait_for(atomic_int *count, int want)
{
    static const struct timespec moment = {.tv_nsec = 1000000};
    for (int i = 0; i < 30000 && atomic_load(count) < want; i++)
        nanosleep(&moment, NULL);
    assert_true(atomic_load(count) >= want);
}

static struct form *new_form(void)
{
    struct ih_error e;
    struct form *f = calloc(1, sizeof *f);
    static const char text[] = "{\"a\":\"h\xc3\xa9llo\",\"b\":[1.50,true],\"c\":{}}";
    assert_int_equal(form_read_json(f, text, sizeof text - 1, &e), IH_OK);
    return f;
}

static void free_form(struct form *f)
{
    form_free(f);
    free(f);
}

static struct job_row submit(const struct operation *o, struct form *f)
{
    struct job_row row;
    struct problem p;
    bool there;
    f->asked.key = 5;
    if (!kept_submit(host.kept, o, f, &row, &there, &p))
        fail_msg("%s", p.text);
    free_form(f);
    return row;
}

static struct job_row look(const struct job_row *r)
{
    struct job_row now;
    struct ih_error e;
    assert_int_equal(job_find(host.store, r->id, 5, &now, &e), IH_OK);
    return now;
}

static double used(enum unit u)
{
    struct amounts a;
    struct ih_error e;
    assert_int_equal(usage_of_day(host.store, 5, day_of(store_now(host.store)), &a, &e), IH_OK);
    return a.of[u];
}

static void result_is(const struct job_row *r, const char *want)
{
    char name[BLOB_NAME], path[4200], text[400] = "";
    snprintf(name, sizeof name, "%s.result", r->id);
    assert_true(store_blob_path(host.store, name, path, sizeof path));
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    assert_int_equal(n, look(r).bytes);
    assert_string_equal(text, want);
}

static void test_forms_on_paper(void **state)
{
    struct ih_error e;
    struct form *f = new_form(), *back = calloc(1, sizeof *back);
    (void)state;
    char *text = form_to_text(f);
    assert_int_equal(form_from_text(back, text, host.store, "job_x", &e), IH_OK);
    assert_int_equal(back->fields, 4);
    assert_true(back->typed);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(back->field[i].name, f->field[i].name);
        assert_string_equal(back->field[i].text, f->field[i].text);
        assert_int_equal(back->field[i].bytes, f->field[i].bytes);
        assert_int_equal(back->field[i].kind, f->field[i].kind);
    }
    free(text);
    static const char *const bad[] = {"", "[]", "{}", "{\"fields\":[],\"uploads\":[[1]]}",
        "{\"fields\":[[\"a\",\"b\",9]],\"uploads\":[]}", "{\"fields\":[[]],\"uploads\":[]}",
        "{\"fields\":[],\"uploads\":[[\"a\",\"b\",\"c\"]]}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        form_free(back);
        assert_int_not_equal(form_from_text(back, bad[i], host.store, "job_x", &e), IH_OK);
    }
    free_form(back);
    free_form(f);
}

static void test_ends(void **state)
{
    struct ih_error e;
    struct form *f = new_form();
    (void)state;
    assert_int_equal(form_add_file(f, "file", "n", "t", temp_file("up", " world", 6), &e), IH_OK);
    struct job_row good = submit(&echo, f);
    struct job_row bad = submit(&refuse, new_form()), none = submit(&unknown, new_form());
    wait_for(&ended, 2);
    struct job_row last = submit(&echo, new_form());
    wait_for(&ended, 3);
    assert_int_equal(look(&good).state, JOB_SUCCEEDED);
    assert_string_equal(look(&good).type, "text/plain");
    assert_string_equal(look(&good).headers, "x-inhouse-warning: twice\r\n");
    result_is(&good, "h\xc3\xa9llo world");
    assert_int_equal(look(&bad).state, JOB_FAILED);
    assert_int_equal(look(&bad).status, 400);
    result_is(&bad, "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\","
                    "\"param\":\"x\",\"code\":\"invalid_value\"}}\n");
    /* One that this program does not know stands in nobody's way. */
    assert_int_equal(look(&none).state, JOB_FAILED);
    assert_int_equal(look(&none).bytes, 0);
    assert_int_equal(look(&last).state, JOB_SUCCEEDED);
    assert_true(used(CHARACTERS) == 6 + 6);
}

static void test_cancelled(void **state)
{
    double done, total;
    struct ih_error e;
    struct job_row r = submit(&waiting, new_form()), now;
    (void)state;
    wait_for(&began, 1);
    assert_true(kept_progress(host.kept, r.id, &done, &total));
    assert_true(done == 3 && total == 7);
    assert_false(kept_progress(host.kept, "job_other", &done, &total));
    kept_cancel(host.kept, "job_other");
    assert_int_equal(job_cancel(host.store, r.id, 5, &now, &e), IH_OK);
    kept_cancel(host.kept, r.id);
    wait_for(&ended, 1);
    assert_int_equal(look(&r).state, JOB_CANCELLED);
    assert_true(used(CHARACTERS) == 1);
}

/* The process ends in order, with a job at work. */
static void test_the_next_process(void **state)
{
    struct job_row r = submit(&waiting, new_form()), behind = submit(&echo, new_form()), now;
    struct ih_error e;
    (void)state;
    wait_for(&began, 1);
    finish();
    assert_int_equal(begin(0), 0); /* it was put back, and not found */
    wait_for(&began, 2);
    assert_int_equal(look(&r).state, JOB_RUNNING);
    assert_int_equal(look(&r).attempts, 1);
    assert_int_equal(look(&behind).state, JOB_QUEUED);
    assert_true(used(CHARACTERS) == 0);
    assert_int_equal(job_cancel(host.store, r.id, 5, &now, &e), IH_OK);
    kept_cancel(host.kept, r.id);
    wait_for(&ended, 3);
    assert_int_equal(look(&behind).state, JOB_SUCCEEDED);
}

static void test_room(void **state)
{
    struct job_row row;
    struct problem p;
    bool there;
    struct form *f = new_form();
    (void)state;
    submit(&waiting, new_form());
    wait_for(&began, 1);
    for (int i = 0; i < 5; i++)
        submit(&waiting, new_form());
    assert_int_equal(kept_queue(host.kept)->waiting(kept_queue(host.kept)), 5);
    assert_false(kept_submit(host.kept, &echo, f, &row, &there, &p));
    assert_string_equal(p.code, "queue_full");
    free_form(f);
}

/* What the owner's quota has no room for lets others pass and is done in the next minute. */
static void test_waits_for_its_quota(void **state)
{
    struct ih_error e;
    char text[KEY_TEXT];
    (void)state;
    assert_int_equal(meter_open(&host.meter, host.store, &e), IH_OK);
    for (int i = 1; i <= 5; i++) { /* the fifth is the owner */
        struct key k = {0};
        snprintf(k.name, sizeof k.name, "key-%d", i);
        k.quota[CHARACTERS][MINUTE] = 10;
        assert_int_equal(key_create(host.store, &k, text, &e), IH_OK);
        assert_int_equal(k.id, i);
    }
    struct job_row first = submit(&measured, new_form()), second = submit(&measured, new_form());
    struct job_row other = submit(&echo, new_form());
    wait_for(&ended, 3);
    assert_int_equal(look(&first).state, JOB_SUCCEEDED);
    assert_int_equal(look(&second).state, JOB_QUEUED);
    assert_int_equal(look(&second).attempts, 0);
    assert_int_equal(look(&other).state, JOB_SUCCEEDED);
    atomic_fetch_add(&clock_now, 60);
    wait_for(&ended, 4);
    assert_int_equal(look(&second).state, JOB_SUCCEEDED);
    assert_true(used(REQUESTS) == 3);
    struct form *f = new_form();
    free(f->field[0].text);
    f->field[0].text = strdup("far too much");
    f->field[0].bytes = 12;
    struct job_row never = submit(&measured, f);
    wait_for(&ended, 5);
    assert_int_equal(look(&never).state, JOB_FAILED);
    assert_int_equal(look(&never).status, 429);
    meter_close(&host.meter);
}

/* As any queue: the job is taken over and its answer says where it is. */
static void test_put(void **state)
{
    struct answer_options o = {.dialect = &dialect_openai, .folder = temp_dir(), .limit = 1000};
    struct answer *a = answer_new(&o);
    struct form *f = new_form();
    struct queue *q = kept_queue(host.kept);
    char text[400] = "";
    (void)state;
    assert_true(q->put(q, job_new(&echo, f, a)));
    assert_int_equal(answer_state(a).status, 202);
    answer_read(a, 0, text, sizeof text - 1);
    assert_non_null(strstr(text, "\"operation\":\"echo\",\"status\":\"queued\""));
    wait_for(&ended, 1);
    answer_release(&a);
    free_form(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_forms_on_paper, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_next_process, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_room, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_waits_for_its_quota, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_put, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
