/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs, files and responses in the data folder: what is seen when, and what is left after a crash.
 */
#include "server/store/files.h"
#include "server/store/jobs.h"
#include "server/store/responses.h"
#include "support/support.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[4096];
static int64_t clock_now;

static int64_t now(void)
{
    return clock_now;
}

static struct store *open_again(void)
{
    struct store *s;
    struct ih_error e = {0};
    if (store_open(&s, folder, &e) != IH_OK)
        fail_msg("%s", e.text);
    store_set_clock(s, now);
    return s;
}

static struct store *open_store(void)
{
    static int count;
    snprintf(folder, sizeof folder, "%s/jobs-%d", temp_dir(), count++);
    clock_now = 1764072000;
    return open_again();
}

static void put_blob(struct store *s, const char *id, const char *what, const char *text)
{
    char name[BLOB_NAME];
    struct blob b;
    struct ih_error e;
    snprintf(name, sizeof name, "%s%s", id, what);
    assert_int_equal(blob_begin(&b, s, name, &e), IH_OK);
    assert_int_equal(blob_write(&b, text, strlen(text), &e), IH_OK);
    assert_int_equal(blob_finish(&b, &e), IH_OK);
}

static bool is_there(struct store *s, const char *id, const char *what)
{
    char name[BLOB_NAME], path[4200];
    snprintf(name, sizeof name, "%s%s", id, what);
    assert_true(store_blob_path(s, name, path, sizeof path));
    return access(path, F_OK) == 0;
}

static int blobs(void)
{
    char path[4200];
    int count = 0;
    snprintf(path, sizeof path, "%s/blobs", folder);
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *x; (x = readdir(d));)
        count += x->d_name[0] != '.';
    closedir(d);
    return count;
}

static struct job_row submit(struct store *s, int64_t owner, const char *once)
{
    struct job_row r = {.owner = owner, .operation = "speak", .hook = "https://a.example/x"};
    struct ih_error e = {0};
    bool there;
    snprintf(r.once, sizeof r.once, "%s", once);
    assert_true(id_new(r.id, "job_"));
    put_blob(s, r.id, ".0", "upload");
    if (job_add(s, &r, "{\"form\":1}", &there, &e) != IH_OK || there)
        fail_msg("%s", e.text);
    return r;
}

static struct job_row claim(struct store *s)
{
    struct job_row r;
    struct ih_error e;
    char *form;
    assert_int_equal(job_claim(s, &r, &form, &e), IH_OK);
    assert_string_equal(form, "{\"form\":1}");
    free(form);
    return r;
}

static enum ih_status finish(struct store *s, struct job_row r)
{
    struct amounts used = {.of = {[REQUESTS] = 1, [CHARACTERS] = 5}};
    struct ih_error e;
    put_blob(s, r.id, ".result", "sound");
    r.state = JOB_SUCCEEDED;
    r.status = 200;
    r.bytes = 5;
    snprintf(r.type, sizeof r.type, "audio/wav");
    return job_finish(s, &r, "voice-1", &used, &e);
}

static double characters_used(struct store *s, int64_t key)
{
    struct amounts a;
    struct ih_error e;
    assert_int_equal(usage_of_day(s, key, day_of(clock_now), &a, &e), IH_OK);
    return a.of[CHARACTERS];
}

static void test_a_job_from_end_to_end(void **state)
{
    struct store *s = open_store();
    struct ih_error e;
    struct job_row a = submit(s, 3, ""), b = submit(s, 4, ""), r;
    char *form;
    (void)state;
    assert_int_equal(jobs_waiting(s), 2);
    r = claim(s);
    assert_string_equal(r.id, a.id);
    assert_int_equal(r.state, JOB_RUNNING);
    assert_int_equal(r.attempts, 1);
    assert_int_equal(r.started, clock_now);
    assert_int_equal(finish(s, r), IH_OK);
    assert_true(characters_used(s, 3) == 5);
    /* A second result of the same job changes nothing. */
    assert_int_equal(finish(s, r), IH_NOT_FOUND);
    assert_true(characters_used(s, 3) == 5);
    assert_false(is_there(s, a.id, ".0"));
    assert_true(is_there(s, a.id, ".result"));
    /* Seen by its owner and by who sees all. */
    assert_int_equal(job_find(s, a.id, 3, &r, &e), IH_OK);
    assert_int_equal(r.state, JOB_SUCCEEDED);
    assert_string_equal(r.type, "audio/wav");
    assert_int_equal(job_find(s, a.id, 4, &r, &e), IH_NOT_FOUND);
    assert_int_equal(job_find(s, a.id, -1, &r, &e), IH_OK);
    /* One that waits is cancelled at once, one that has ended cannot be any more. */
    assert_int_equal(job_cancel(s, b.id, 3, &r, &e), IH_NOT_FOUND);
    assert_int_equal(job_remove(s, b.id, 4, &e), IH_INVALID);
    assert_int_equal(job_cancel(s, b.id, 4, &r, &e), IH_OK);
    assert_int_equal(r.state, JOB_CANCELLED);
    assert_false(is_there(s, b.id, ".0"));
    assert_int_equal(job_claim(s, &r, &form, &e), IH_NOT_FOUND);
    assert_int_equal(job_cancel(s, a.id, 3, &r, &e), IH_OK);
    assert_int_equal(r.state, JOB_SUCCEEDED);
    assert_int_equal(job_remove(s, a.id, 4, &e), IH_NOT_FOUND);
    assert_int_equal(job_remove(s, a.id, 3, &e), IH_OK);
    assert_int_equal(job_find(s, a.id, 3, &r, &e), IH_NOT_FOUND);
    assert_int_equal(blobs(), 0);
    store_close(&s);
}

static void test_submitted_once(void **state)
{
    struct store *s = open_store();
    struct ih_error e;
    bool there;
    struct job_row a = submit(s, 3, "order-1"), again = a;
    (void)state;
    assert_true(id_new(again.id, "job_"));
    assert_int_equal(job_add(s, &again, "{}", &there, &e), IH_OK);
    assert_true(there);
    assert_string_equal(again.id, a.id);
    /* The same name of somebody else is another job. */
    submit(s, 4, "order-1");
    assert_int_equal(jobs_waiting(s), 2);
    store_close(&s);
}

/* The process dies with a job at work: its lock goes, its memory goes, the folder stays. */
static void test_after_a_crash(void **state)
{
    struct store *s = open_store();
    struct ih_error e;
    int again;
    struct job_row a = submit(s, 3, ""), b = submit(s, 3, ""), c = submit(s, 3, ""), r;
    (void)state;
    r = claim(s);
    put_blob(s, r.id, ".result", "half of it");
    claim(s);
    assert_int_equal(job_cancel(s, b.id, 3, &r, &e), IH_OK);
    assert_int_equal(r.state, JOB_RUNNING);
    put_blob(s, "job_00000000000000000000000000000000", ".0", "of no job");
    put_blob(s, "file-00000000000000000000000000000000", "", "of no file");
    put_blob(s, c.id, ".1.part", "never finished");
    store_close(&s);
    s = open_again();
    assert_int_equal(store_take_over(s, &again, &e), IH_OK);
    assert_int_equal(again, 1);
    assert_int_equal(blobs(), 2); /* what a and c are made from */
    assert_int_equal(job_find(s, b.id, 3, &r, &e), IH_OK);
    assert_int_equal(r.state, JOB_CANCELLED);
    r = claim(s);
    assert_string_equal(r.id, a.id);
    assert_int_equal(r.attempts, 2);
    /* Put back by a process that ends in order, it has not been attempted. */
    assert_int_equal(job_again(s, r.id, 0, &e), IH_OK);
    assert_int_equal(claim(s).attempts, 2);
    /* Put back for later, it lets others pass. */
    assert_int_equal(job_again(s, r.id, clock_now + 10, &e), IH_OK);
    struct job_row other = claim(s);
    assert_string_equal(other.id, c.id);
    assert_int_equal(job_again(s, other.id, clock_now + 20, &e), IH_OK);
    clock_now += 10;
    assert_string_equal(claim(s).id, r.id);
    clock_now += 10;
    /* A job that the process dies of each time is given up in the end. */
    for (int i = 2; i < JOB_ATTEMPTS; i++) {
        store_close(&s);
        s = open_again();
        assert_int_equal(store_take_over(s, &again, &e), IH_OK);
        assert_int_equal(again, 1);
        assert_int_equal(claim(s).attempts, i + 1);
    }
    store_close(&s);
    s = open_again();
    assert_int_equal(store_take_over(s, &again, &e), IH_OK);
    assert_int_equal(again, 0);
    assert_int_equal(job_find(s, a.id, 3, &r, &e), IH_OK);
    assert_int_equal(r.state, JOB_FAILED);
    assert_int_equal(r.status, 500);
    assert_string_equal(claim(s).id, c.id);
    store_close(&s);
}

static int collect(void *arg, const struct job_row *r)
{
    char *text = arg;
    snprintf(text + strlen(text), 200, "%s,", r->id);
    return strlen(text) > strlen(r->id) + 1; /* two */
}

static void test_lists_hooks_and_age(void **state)
{
    struct store *s = open_store();
    struct ih_error e;
    struct job_row r, job[3];
    char list[400] = "", want[400];
    (void)state;
    for (int i = 0; i < 3; i++, clock_now += 100)
        job[i] = submit(s, 3, "");
    assert_int_equal(job_list(s, 3, NULL, collect, list, &e), IH_OK);
    snprintf(want, sizeof want, "%s,%s,", job[2].id, job[1].id);
    assert_string_equal(list, want);
    *list = 0;
    assert_int_equal(job_list(s, 3, job[1].id, collect, list, &e), IH_OK);
    snprintf(want, sizeof want, "%s,", job[0].id);
    assert_string_equal(list, want);
    *list = 0;
    assert_int_equal(job_list(s, 4, NULL, collect, list, &e), IH_OK);
    assert_string_equal(list, "");
    /* Who is to be told of the end, and when again. */
    assert_int_equal(job_hook_next(s, &r, &e), IH_NOT_FOUND);
    assert_int_equal(finish(s, claim(s)), IH_OK);
    assert_int_equal(job_hook_next(s, &r, &e), IH_OK);
    assert_string_equal(r.hook, "https://a.example/x");
    assert_int_equal(job_hook_done(s, r.id, clock_now + 5, &e), IH_OK);
    assert_int_equal(job_hook_next(s, &r, &e), IH_NOT_FOUND);
    clock_now += 5;
    assert_int_equal(job_hook_next(s, &r, &e), IH_OK);
    assert_int_equal(r.hook_attempts, 1);
    assert_int_equal(job_hook_done(s, r.id, 0, &e), IH_OK);
    clock_now += 1000;
    assert_int_equal(job_hook_next(s, &r, &e), IH_NOT_FOUND);
    /* Only what has ended grows old. */
    assert_int_equal(jobs_expire(s, clock_now - 2000, &e), 0);
    assert_int_equal(jobs_expire(s, clock_now, &e), 1);
    assert_int_equal(job_find(s, job[0].id, -1, &r, &e), IH_NOT_FOUND);
    assert_int_equal(jobs_waiting(s), 2);
    store_close(&s);
}

static int count_files(void *arg, const struct file_row *f)
{
    (void)f;
    ++*(int *)arg;
    return 0;
}

static void test_files(void **state)
{
    struct store *s = open_store();
    struct ih_error e;
    struct file_row f = {.owner = 3, .purpose = "batch", .name = "a.jsonl", .bytes = 4}, found;
    struct file_row brief = {.owner = 3, .purpose = "user_data", .expires = clock_now + 60};
    int n = 0;
    (void)state;
    assert_true(id_new(f.id, "file-") && id_new(brief.id, "file-"));
    put_blob(s, f.id, "", "text");
    put_blob(s, brief.id, "", "text");
    assert_int_equal(file_add(s, &f, &e), IH_OK);
    assert_int_equal(file_add(s, &brief, &e), IH_OK);
    assert_int_equal(file_find(s, f.id, 3, &found, &e), IH_OK);
    assert_string_equal(found.name, "a.jsonl");
    assert_int_equal(found.bytes, 4);
    assert_int_equal(file_find(s, f.id, 4, &found, &e), IH_NOT_FOUND);
    assert_int_equal(file_list(s, 3, NULL, "", count_files, &n, &e), IH_OK);
    assert_int_equal(file_list(s, 3, NULL, "batch", count_files, &n, &e), IH_OK);
    assert_int_equal(file_list(s, 3, brief.id, "", count_files, &n, &e), IH_OK);
    assert_int_equal(file_list(s, 4, NULL, "", count_files, &n, &e), IH_OK);
    assert_int_equal(n, 2 + 1 + 1 + 0);
    clock_now += 60;
    assert_int_equal(file_find(s, brief.id, 3, &found, &e), IH_NOT_FOUND);
    assert_int_equal(files_expire(s, &e), 1);
    assert_false(is_there(s, brief.id, ""));
    assert_int_equal(file_remove(s, f.id, 4, &e), IH_NOT_FOUND);
    assert_true(is_there(s, f.id, ""));
    assert_int_equal(file_remove(s, f.id, 3, &e), IH_OK);
    assert_int_equal(blobs(), 0);
    store_close(&s);
}

static void test_responses(void **state)
{
    struct store *s = open_store();
    struct ih_error e;
    struct response_row r = {.owner = 3, .bytes = 4}, found;
    struct response_row brief = {.owner = 3, .expires = clock_now + 60};
    int again;
    (void)state;
    assert_true(id_new(r.id, "resp_") && id_new(brief.id, "resp_"));
    put_blob(s, r.id, "", "text");
    put_blob(s, brief.id, "", "text");
    put_blob(s, "resp_of_a_crash", "", "text");
    assert_int_equal(response_add(s, &r, &e), IH_OK);
    assert_int_equal(response_add(s, &brief, &e), IH_OK);
    assert_int_equal(response_add(s, &r, &e), IH_INVALID);
    assert_int_equal(response_find(s, r.id, 3, &found, &e), IH_OK);
    assert_string_equal(found.id, r.id);
    assert_int_equal(found.bytes, 4);
    assert_int_equal(found.created, clock_now);
    assert_int_equal(response_find(s, r.id, -1, &found, &e), IH_OK);
    assert_int_equal(response_find(s, r.id, 4, &found, &e), IH_NOT_FOUND);
    assert_int_equal(store_take_over(s, &again, &e), IH_OK);
    assert_int_equal(blobs(), 2);
    clock_now += 60;
    assert_int_equal(response_find(s, brief.id, 3, &found, &e), IH_NOT_FOUND);
    assert_int_equal(responses_expire(s, &e), 1);
    assert_false(is_there(s, brief.id, ""));
    assert_int_equal(response_remove(s, r.id, 4, &e), IH_NOT_FOUND);
    assert_true(is_there(s, r.id, ""));
    assert_int_equal(response_remove(s, r.id, 3, &e), IH_OK);
    assert_int_equal(blobs(), 0);
    store_close(&s);
}

struct taker {
    struct store *store;
    int taken;
};

static void *take_all(void *arg)
{
    struct taker *t = arg;
    struct job_row r;
    struct ih_error e;
    char *form;
    while (job_claim(t->store, &r, &form, &e) == IH_OK) {
        free(form);
        if (finish(t->store, r) == IH_OK)
            t->taken++;
    }
    return NULL;
}

/* Threads that work off one queue each get other jobs. */
static void test_nobody_takes_the_same(void **state)
{
    enum { JOBS = 40, THREADS = 4 };
    struct store *s = open_store();
    struct taker taker[THREADS];
    pthread_t thread[THREADS];
    int taken = 0;
    (void)state;
    for (int i = 0; i < JOBS; i++)
        submit(s, 3, "");
    for (int i = 0; i < THREADS; i++) {
        taker[i] = (struct taker){.store = s};
        pthread_create(&thread[i], NULL, take_all, &taker[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        taken += taker[i].taken;
    }
    assert_int_equal(taken, JOBS);
    assert_int_equal(jobs_waiting(s), 0);
    assert_true(characters_used(s, 3) == 5 * JOBS);
    assert_int_equal(blobs(), JOBS);
    store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_from_end_to_end),
        cmocka_unit_test(test_submitted_once),
        cmocka_unit_test(test_after_a_crash),
        cmocka_unit_test(test_lists_hooks_and_age),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_nobody_takes_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
