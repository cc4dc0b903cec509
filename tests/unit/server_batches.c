/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: a file taken apart, its lines worked off one by one, and what came of them put together;
 * with crashes between any two steps. */
#include "server/batch_line.h"
#include "server/binder.h"
#include "support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_SECONDS = 86400 };

static char folder[4096];
static int64_t clock_now;
static struct settings settings;
static const struct amounts nothing;

static int64_t now(void)
{
    return clock_now;
}

static struct store *open_again(void)
{
    struct store *s;
    struct ih_error e = {0};
    int again;
    if (store_open(&s, folder, &e) != IH_OK)
        fail_msg("%s", e.text);
    store_set_clock(s, now);
    assert_int_equal(store_take_over(s, &again, &e), IH_OK);
    return s;
}

static struct store *open_store(void)
{
    static int count;
    snprintf(folder, sizeof folder, "%s/batches-%d", temp_dir(), count++);
    clock_now = 1764072000;
    return open_again();
}

/* What a crash leaves: nothing is closed in order, and a process that follows finds the file. */
static struct store *crash(struct store *s)
{
    store_close(&s);
    return open_again();
}

static void put(struct store *s, const char *name, const char *text, size_t n)
{
    struct blob b;
    struct ih_error e;
    assert_int_equal(blob_begin(&b, s, name, &e), IH_OK);
    assert_int_equal(blob_write(&b, text, n, &e), IH_OK);
    assert_int_equal(blob_finish(&b, &e), IH_OK);
}

static struct batch_row new_batch(struct store *s, const char *text, size_t n)
{
    struct batch_row row = {.owner = 3, .keep = 3600, .expires = clock_now + DAY_SECONDS};
    char name[BLOB_NAME];
    bool there;
    struct ih_error e = {0};
    snprintf(row.endpoint, sizeof row.endpoint, "/v1/audio/speech");
    snprintf(row.input, sizeof row.input, "file-x");
    assert_true(id_new(row.id, "batch_"));
    snprintf(name, sizeof name, "%s.0", row.id);
    put(s, name, text, n);
    if (batch_add(s, &row, &there, &e) != IH_OK)
        fail_msg("%s", e.text);
    assert_false(there);
    assert_int_equal(batch_find(s, row.id, 3, &row, &e), IH_OK);
    assert_int_equal(row.state, BATCH_VALIDATING);
    return row;
}

static void look(struct store *s, struct batch_row *row)
{
    struct ih_error e;
    assert_int_equal(batch_find(s, row->id, 3, row, &e), IH_OK);
}

/* The next job is done with an answer; its result is a blob as line_keep() writes it. */
static void work_one(struct store *s, enum job_state state, int status, const char *result)
{
    struct job_row row;
    struct ih_error e = {0};
    char *form, name[BLOB_NAME];
    assert_int_equal(job_claim(s, &row, &form, &e), IH_OK);
    free(form);
    assert_true(row.batch > 0);
    snprintf(name, sizeof name, "%s.result", row.id);
    row.state = state;
    row.status = status;
    row.bytes = (int64_t)strlen(result);
    if (row.bytes)
        put(s, name, result, strlen(result));
    assert_int_equal(job_finish(s, &row, "m", &nothing, &e), IH_OK);
}

static char *content(struct store *s, const char *id)
{
    char path[4200];
    static char text[8192];
    assert_true(store_blob_path(s, id, path, sizeof path));
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    return text;
}

static int count_blobs(void)
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

#define LINE(id)                                                                                   \
    "{\"custom_id\":\"" id "\",\"method\":\"POST\",\"url\":\"/v1/audio/speech\",\"body\":{}}"

/* The id of line i in a file of results, without looking at ids that are random. */
static void assert_line(const char *text, int i, const char *part)
{
    for (; i > 0; i--)
        text = strchr(text, '\n') + 1;
    char line[2048];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
    if (!strstr(line, part))
        fail_msg("'%s' is not in '%s'", part, line);
}

static void test_from_end_to_end(void **state)
{
    static const char text[] = "\xEF\xBB\xBF" LINE("a") "\r\n\n  \r\n" LINE("b") "\n" LINE("c");
    struct ih_error e = {0};
    struct store *s = open_store();
    (void)state;
    struct batch_row row = new_batch(s, text, sizeof text - 1);
    assert_int_equal(batch_finalize(s, row.seq, &e), IH_NOT_FOUND); /* too early */
    assert_int_equal(batch_read(s, &row, &e), IH_OK);
    assert_int_equal(batch_read(s, &row, &e), IH_NOT_FOUND); /* no line twice */
    s = crash(s);
    look(s, &row);
    assert_int_equal(row.state, BATCH_IN_PROGRESS);
    assert_int_equal(row.total, 3);
    assert_int_equal(jobs_waiting(s), 0); /* of others */
    work_one(s, JOB_SUCCEEDED, 200, "{\"x\":\n1}\r\n");
    s = crash(s);
    work_one(s, JOB_FAILED, 400, "{\"error\":2}");
    look(s, &row);
    assert_int_equal(row.completed, 1);
    assert_int_equal(row.failed, 1);
    assert_int_equal(batch_finalize(s, row.seq, &e), IH_NOT_FOUND); /* one is left */
    assert_true(batch_busy(s, row.seq));
    work_one(s, JOB_SUCCEEDED, 200, "\"text\"");
    assert_int_equal(batch_finalize(s, row.seq, &e), IH_OK);
    s = crash(s);
    look(s, &row);
    assert_int_equal(row.state, BATCH_FINALIZING);
    assert_int_equal(batch_bind(s, &settings, &row, &e), IH_OK);
    assert_int_equal(row.state, BATCH_COMPLETED);
    assert_int_equal(row.completed, 2);
    assert_int_equal(row.failed, 1);
    const char *found = content(s, row.output);
    assert_line(
        found, 0, "\"custom_id\":\"a\",\"response\":{\"status_code\":200,\"request_id\":\"req_");
    assert_line(found, 0, "\"body\":{\"x\": 1}  },\"error\":null}");
    assert_line(found, 1, "\"custom_id\":\"c\"");
    assert_line(found, 1, "\"body\":\"text\"},\"error\":null}");
    found = content(s, row.errors);
    assert_line(found, 0, "\"custom_id\":\"b\",\"response\":{\"status_code\":400");
    assert_int_equal(count_blobs(), 2); /* nothing else is left of it */
    /* Its results go when their time has come, and the batch with the jobs of its age. */
    struct file_row file;
    assert_int_equal(file_find(s, row.output, 3, &file, &e), IH_OK);
    assert_int_equal(file.expires, clock_now + 3600);
    assert_string_equal(file.purpose, "batch_output");
    assert_int_equal(batches_expire(s, clock_now, &e), 0);
    clock_now += 3600;
    assert_int_equal(files_expire(s, &e), 2);
    assert_int_equal(batches_expire(s, clock_now, &e), 1);
    assert_int_equal(batch_find(s, row.id, 3, &row, &e), IH_NOT_FOUND);
    assert_int_equal(count_blobs(), 0);
    store_close(&s);
}

static void test_bad_files(void **state)
{
    static const struct {
        const char *text, *code, *message;
    } files[] = {
        {"", "empty_file", "there is no line"},
        {"\n \r\n", "empty_file", "there is no line"},
        {"hello\n\n{}\n", "invalid_json_line", "line 1 is not JSON"},
        {"[1]\n", "invalid_json_line", "line 1 is not a JSON object"},
        {"{\"custom_id\":7}\n", "missing_required_parameter", "line 1 has no custom_id"},
        {"{\"custom_id\":\"\"}\n", "missing_required_parameter", "line 1 has no custom_id"},
    };
    struct ih_error e = {0};
    struct store *s = open_store();
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct batch_row row = new_batch(s, files[i].text, strlen(files[i].text));
        assert_int_equal(batch_read(s, &row, &e), IH_OK);
        look(s, &row);
        assert_int_equal(row.state, BATCH_FAILED);
        assert_int_equal(row.ended, clock_now);
        if (!strstr(row.faults, files[i].code) || !strstr(row.faults, files[i].message))
            fail_msg("%zu: %s", i, row.faults);
    }
    assert_int_equal(count_blobs(), 0); /* what has failed needs no lines */
    store_close(&s);
}

static void test_expired(void **state)
{
    static const char text[] = LINE("a") "\n" LINE("b") "\n" LINE("c") "\n";
    struct ih_error e = {0};
    struct job_row running;
    char *form;
    struct store *s = open_store();
    (void)state;
    struct batch_row row = new_batch(s, text, sizeof text - 1);
    assert_int_equal(batch_read(s, &row, &e), IH_OK);
    work_one(s, JOB_SUCCEEDED, 200, "1");
    assert_int_equal(job_claim(s, &running, &form, &e), IH_OK);
    free(form);
    clock_now += DAY_SECONDS;
    assert_int_equal(batch_stop(s, row.id, -1, BATCH_EXPIRED, &row, &e), IH_OK);
    assert_int_equal(row.state, BATCH_FINALIZING);
    assert_int_equal(job_claim(s, &running, &form, &e), IH_NOT_FOUND); /* no more are begun */
    assert_true(batch_busy(s, row.seq));                               /* one is still at it */
    s = crash(s);                                                      /* and is not begun again */
    assert_false(batch_busy(s, row.seq));
    assert_int_equal(batch_bind(s, &settings, &row, &e), IH_OK);
    assert_int_equal(row.state, BATCH_EXPIRED);
    assert_int_equal(row.failed, 2);
    const char *found = content(s, row.errors);
    for (int i = 0; i < 2; i++)
        assert_line(found, i, "\"response\":null,\"error\":{\"code\":\"batch_expired\"");
    assert_int_equal(batch_stop(s, row.id, 3, BATCH_CANCELLED, &row, &e), IH_INVALID);
    store_close(&s);
}

/* Others come first; a batch whose key has no room waits as a whole, and is not in the way. */
static void test_whose_turn(void **state)
{
    static const char text[] = LINE("a") "\n" LINE("b") "\n";
    struct ih_error e = {0};
    struct job_row job = {.owner = 3}, row;
    char *form;
    bool there;
    struct store *s = open_store();
    (void)state;
    struct batch_row poor = new_batch(s, text, sizeof text - 1);
    struct batch_row rich = new_batch(s, text, sizeof text - 1);
    assert_int_equal(batch_read(s, &poor, &e), IH_OK);
    assert_int_equal(batch_read(s, &rich, &e), IH_OK);
    snprintf(job.operation, sizeof job.operation, "draw");
    assert_true(id_new(job.id, "job_"));
    assert_int_equal(job_add(s, &job, "{}", &there, &e), IH_OK);
    assert_int_equal(job_claim(s, &row, &form, &e), IH_OK);
    free(form);
    assert_string_equal(row.id, job.id);
    assert_int_equal(job_claim(s, &row, &form, &e), IH_OK);
    free(form);
    assert_int_equal(row.batch, poor.seq);
    assert_int_equal(job_again(s, row.id, clock_now + 60, &e), IH_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(job_claim(s, &row, &form, &e), IH_OK);
        free(form);
        assert_int_equal(row.batch, rich.seq);
    }
    assert_int_equal(job_claim(s, &row, &form, &e), IH_NOT_FOUND);
    clock_now += 60;
    assert_int_equal(job_claim(s, &row, &form, &e), IH_OK);
    free(form);
    assert_int_equal(row.batch, poor.seq);
    store_close(&s);
}

static struct batch_row new_told(struct store *s, const char *text)
{
    struct batch_row row = {.owner = 3,
        .keep = 3600,
        .expires = clock_now + DAY_SECONDS,
        .endpoint = "/v1/audio/speech",
        .input = "file-x",
        .hook = "https://a.example/x"};
    char name[BLOB_NAME];
    bool there;
    struct ih_error e = {0};
    assert_true(id_new(row.id, "batch_"));
    snprintf(name, sizeof name, "%s.0", row.id);
    put(s, name, text, strlen(text));
    assert_int_equal(batch_add(s, &row, &there, &e), IH_OK);
    look(s, &row);
    assert_int_equal(batch_read(s, &row, &e), IH_OK);
    look(s, &row);
    return row;
}

/* It is the one to be told of, also for the next process, until it was. */
static void assert_told(struct store **s, const struct batch_row *want, enum batch_state state)
{
    struct batch_row row;
    struct ih_error e;
    for (int i = 0; i < 2; i++, *s = crash(*s)) {
        assert_int_equal(batch_hook_next(*s, &row, &e), IH_OK);
        assert_string_equal(row.id, want->id);
        assert_string_equal(row.hook, "https://a.example/x");
        assert_int_equal(row.state, state);
        assert_int_equal(row.hook_attempts, 0);
    }
    assert_int_equal(batch_hook_done(*s, row.id, clock_now + 5, &e), IH_OK);
    *s = crash(*s);
    assert_int_equal(batch_hook_next(*s, &row, &e), IH_NOT_FOUND);
    clock_now += 5;
    assert_int_equal(batch_hook_next(*s, &row, &e), IH_OK);
    assert_int_equal(row.hook_attempts, 1);
    assert_int_equal(batch_hook_done(*s, row.id, 0, &e), IH_OK);
    clock_now += 1000;
    assert_int_equal(batch_hook_next(*s, &row, &e), IH_NOT_FOUND);
}

static void test_told_of_each_end(void **state)
{
    struct ih_error e = {0};
    struct store *s = open_store();
    (void)state;
    struct batch_row row = new_told(s, "");
    assert_told(&s, &row, BATCH_FAILED);
    row = new_told(s, LINE("a"));
    assert_int_equal(batch_hook_next(s, &row, &e), IH_NOT_FOUND); /* not before its end */
    work_one(s, JOB_SUCCEEDED, 200, "1");
    assert_int_equal(batch_finalize(s, row.seq, &e), IH_OK);
    look(s, &row);
    assert_int_equal(batch_bind(s, &settings, &row, &e), IH_OK);
    assert_told(&s, &row, BATCH_COMPLETED);
    for (enum batch_state end = BATCH_CANCELLED; end <= BATCH_EXPIRED; end++) {
        row = new_told(s, LINE("a"));
        assert_int_equal(batch_stop(s, row.id, -1, end, &row, &e), IH_OK);
        assert_int_equal(batch_hook_next(s, &row, &e), IH_NOT_FOUND);
        assert_int_equal(batch_bind(s, &settings, &row, &e), IH_OK);
        assert_told(&s, &row, end);
    }
    row = new_batch(s, "", 0); /* which tells nobody */
    assert_int_equal(batch_read(s, &row, &e), IH_OK);
    assert_int_equal(batch_hook_next(s, &row, &e), IH_NOT_FOUND);
    store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_end_to_end),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_expired),
        cmocka_unit_test(test_whose_turn),
        cmocka_unit_test(test_told_of_each_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
