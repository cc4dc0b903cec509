/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments: in the store, at the door and at work. */
#include "server/deploy.h"
#include "server/kept.h"
#include "server/store/sql.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[4096];
static struct host host;
static int64_t clock_now;

static int64_t now(void)
{
    return clock_now;
}

static int set_up(void **state)
{
    static int count;
    static const struct shelf_model model[] = {{"tones", "/nowhere", 0}, {"other", "/nowhere", 0}};
    static const struct shelf shelf = {.model = model, .count = 2};
    struct ih_engine_options engine = {.threads = 1};
    struct ih_error e = {0};
    (void)state;
    snprintf(folder, sizeof folder, "%s/deploy-%d", temp_dir(), count++);
    clock_now = 1764072000;
    if (store_open(&host.store, folder, &e) || ledger_open(&host.ledger, &e) ||
        depot_open(&host.depot, &engine, &shelf, NULL, &e))
        return -1;
    store_set_clock(host.store, now);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    depot_close(&host.depot);
    ledger_close(&host.ledger);
    store_close(&host.store);
    return 0;
}

static struct deployment put(const char *name, const char *model)
{
    struct ih_error e = {0};
    struct deployment d = {0};
    snprintf(d.name, sizeof d.name, "%s", name);
    snprintf(d.model, sizeof d.model, "%s", model);
    if (deployment_put(host.store, &d, &e) != IH_OK)
        fail_msg("%s", e.text);
    return d;
}

static int add_name(void *arg, const struct deployment *d)
{
    strcat(strcat(arg, d->name), ",");
    return 0;
}

static void test_the_store(void **state)
{
    struct ih_error e = {0};
    struct deployment found;
    struct store *other;
    char names[300] = "";
    (void)state;
    struct deployment d = put("calls", "tones");
    put("Another.one_1:2-x", "other");
    clock_now += 60;
    d.limit[LIMIT_CHARACTERS] = 500;
    d.limit[LIMIT_MEGAPIXEL_STEPS] = 0.5;
    assert_int_equal(deployment_put(host.store, &d, &e), IH_OK);
    /* Another process sees it at once, and this one what the other does. */
    assert_int_equal(store_open(&other, folder, &e), IH_OK);
    assert_int_equal(deployment_find(other, "calls", &found, &e), IH_OK);
    assert_string_equal(found.model, "tones");
    assert_true(found.limit[LIMIT_CHARACTERS] == 500 && found.limit[LIMIT_CONCURRENT] == 0);
    assert_true(found.limit[LIMIT_MEGAPIXEL_STEPS] == 0.5);
    assert_int_equal(found.created, 1764072000);
    assert_int_equal(found.changed, 1764072060);
    assert_int_equal(deployment_list(host.store, add_name, names, &e), IH_OK);
    assert_string_equal(names, "Another.one_1:2-x,calls,");
    assert_int_equal(deployment_remove(other, "calls", &e), IH_OK);
    assert_int_equal(deployment_find(host.store, "calls", &found, &e), IH_NOT_FOUND);
    assert_int_equal(deployment_remove(host.store, "calls", &e), IH_NOT_FOUND);
    assert_string_equal(e.text, "there is no deployment 'calls'");
    store_close(&other);
}

static void test_what_is_wrong(void **state)
{
    static const char *const names[] = {
        "", ".", "..", "two words", "a/b", "a,b", "\xc3\xa4", "a\n"};
    static const char *const limits[][2] = {{"concurrent", "0"}, {"concurrent", "1.5"},
        {"concurrent", "-1"}, {"characters", "2.5"}, {"audio_seconds", "nan"},
        {"audio_seconds", "1e300"}, {"megapixel_steps", "much"}, {"megapixel_steps", ""},
        {"tokens", "0"}, {"tokens", "7.5"}};
    struct ih_error e;
    struct deployment d = {.model = "tones"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(d.name, sizeof d.name, "%s", names[i]);
        assert_int_equal(deployment_put(host.store, &d, &e), IH_INVALID);
    }
    d = (struct deployment){.name = "x"};
    assert_int_equal(deployment_put(host.store, &d, &e), IH_INVALID);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        assert_int_equal(deployment_read_limit(&d, limits[i][0], limits[i][1], &e), IH_INVALID);
    assert_int_equal(deployment_read_limit(&d, "words", "1", &e), IH_NOT_FOUND);
    assert_int_equal(deployment_read_limit(&d, "audio_seconds", "0.5", &e), IH_OK);
    assert_true(d.limit[LIMIT_AUDIO_SECONDS] == 0.5);
}

/* A data folder of before there were deployments, kept responses and webhooks of batches. */
static void test_an_older_folder(void **state)
{
    static const char undo[] = "DROP TABLE deployments; DROP TABLE responses;"
                               "DROP INDEX batches_hook;"
                               "ALTER TABLE batches DROP COLUMN hook;"
                               "ALTER TABLE batches DROP COLUMN hook_attempts;"
                               "ALTER TABLE batches DROP COLUMN hook_next;"
                               "PRAGMA user_version=2";
    sqlite3 *db;
    char text[4200];
    struct ih_error e = {0};
    (void)state;
    store_close(&host.store);
    snprintf(text, sizeof text, "%s/state.db", folder);
    assert_int_equal(sqlite3_open(text, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, undo, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    if (store_open(&host.store, folder, &e) != IH_OK)
        fail_msg("%s", e.text);
    put("calls", "tones");
}

static void set_model(struct form *f, const char *name)
{
    struct ih_error e;
    *f = (struct form){0};
    assert_int_equal(form_add(f, "model", name, strlen(name), FIELD_TEXT, &e), IH_OK);
}

static void expect_model(const char *given, const char *model, const char *deployment)
{
    struct form *f = malloc(sizeof *f);
    struct problem p = {0};
    assert_non_null(f);
    set_model(f, given);
    if (!deploy_resolve(&host, f, &p))
        fail_msg("%s", p.text);
    assert_string_equal(form_find(f, "model")->text, model);
    assert_string_equal(f->asked.deployment.name, deployment);
    form_free(f);
    free(f);
}

/* A deployment stands before a model of its name, and for a model only. */
static void test_names(void **state)
{
    struct ih_error e;
    (void)state;
    put("calls", "tones");
    put("tones", "other");
    put("whisper-1", "tones");
    expect_model("calls", "tones", "calls");
    expect_model("tones", "other", "tones");
    expect_model("whisper-1", "tones", "whisper-1");
    expect_model("other", "other", "");
    expect_model("", "", "");
    put("calls", "other");
    expect_model("calls", "other", "calls");
    assert_int_equal(deployment_remove(host.store, "calls", &e), IH_OK);
    expect_model("calls", "calls", "");
}

static void add_offered(void *arg, const struct offered *o)
{
    char *text = arg;
    sprintf(text + strlen(text), "%s=%s ", o->name, o->root);
}

static void test_the_list(void **state)
{
    char text[500] = "";
    struct problem p;
    (void)state;
    put("calls", "tones");
    put("tones", "other");
    assert_true(deploy_each(&host, add_offered, text, &p));
    assert_string_equal(text, "calls=tones tones=other other=other ");
}

static struct answer *new_answer(void)
{
    struct answer_options o = {.dialect = &dialect_openai, .folder = temp_dir(), .limit = 1 << 20};
    struct answer *a = answer_new(&o);
    assert_non_null(a);
    return a;
}

static void test_how_many_at_once(void **state)
{
    struct deployment d = put("calls", "tones"), other = put("more", "tones");
    struct answer *a = new_answer(), *b = new_answer();
    struct lease *first, *second, *third;
    struct problem p;
    (void)state;
    assert_true(lease_begin(&first, host.ledger, &d, a, &p));
    assert_null(first); /* there is nothing to count */
    d.limit[LIMIT_CONCURRENT] = other.limit[LIMIT_CONCURRENT] = 2;
    assert_true(lease_begin(&first, host.ledger, &d, a, &p));
    assert_true(lease_begin(&second, host.ledger, &d, NULL, &p));
    assert_false(lease_begin(&third, host.ledger, &d, b, &p));
    assert_int_equal(p.status, 429);
    assert_string_equal(p.code, "deployment_busy");
    assert_true(p.retry_after > 0 && p.passes);
    assert_true(lease_begin(&third, host.ledger, &other, b, &p));
    lease_end(&third);
    /* More from now on, and less: what is under way stays so. */
    d.limit[LIMIT_CONCURRENT] = 3;
    assert_true(lease_begin(&third, host.ledger, &d, b, &p));
    lease_end(&third);
    d.limit[LIMIT_CONCURRENT] = 1;
    assert_false(lease_begin(&third, host.ledger, &d, b, &p));
    lease_end(&second);
    assert_false(lease_begin(&third, host.ledger, &d, b, &p));
    /* Whoever has the whole answer may ask again, though its worker is not through. */
    answer_finish(a, 200, "text/plain");
    assert_true(lease_begin(&third, host.ledger, &d, b, &p));
    lease_end(&first);
    lease_end(&third);
    answer_release(&a);
    answer_release(&b);
}

static void measure(const struct host *h, const struct form *form, struct amounts *out)
{
    (void)h;
    out->of[CHARACTERS] = (double)form_find(form, "model")->bytes;
}

static void test_limits_of_one_request(void **state)
{
    static const struct operation counted = {.name = "counted", .measure = measure};
    static const struct operation quick = {.name = "quick"};
    struct problem p = {0};
    struct deployment *d;
    struct job j = {.operation = &counted, .answer = new_answer()};
    (void)state;
    set_model(&j.form, "tones"); /* 5 characters */
    d = &j.form.asked.deployment;
    assert_true(deploy_enter(&host, &j, &p) && deploy_begin(&host, &j, &p));
    *d = put("calls", "tones");
    d->limit[LIMIT_AUDIO_SECONDS] = 1;
    d->limit[LIMIT_CHARACTERS] = 5;
    assert_true(deploy_enter(&host, &j, &p) && deploy_begin(&host, &j, &p));
    deploy_end(&host, &j);
    d->limit[LIMIT_CHARACTERS] = 4;
    assert_false(deploy_begin(&host, &j, &p));
    deploy_end(&host, &j);
    assert_int_equal(p.status, 400);
    assert_string_equal(p.code, "deployment_limit");
    assert_string_equal(
        p.text, "the deployment 'calls' takes at most 4 characters a request; this one has 5");
    j.operation = &quick;
    assert_true(deploy_enter(&host, &j, &p) && deploy_begin(&host, &j, &p));
    form_free(&j.form);
    answer_release(&j.answer);
}

/* A job is worked on with what its deployment was when it was submitted. */
static void test_a_job_keeps_its_deployment(void **state)
{
    struct ih_error e;
    struct problem p;
    struct form *f = malloc(sizeof *f), *g = calloc(1, sizeof *g);
    struct deployment d = put("calls", "tones");
    (void)state;
    assert_true(f && g);
    d.limit[LIMIT_CHARACTERS] = 7;
    d.limit[LIMIT_MEGAPIXEL_STEPS] = 0.1;
    assert_int_equal(deployment_put(host.store, &d, &e), IH_OK);
    set_model(f, "calls");
    assert_true(deploy_resolve(&host, f, &p));
    char *text = form_to_text(f);
    assert_non_null(text);
    assert_int_equal(deployment_remove(host.store, "calls", &e), IH_OK);
    assert_int_equal(form_from_text(g, text, host.store, "job_1", &e), IH_OK);
    assert_string_equal(form_find(g, "model")->text, "tones");
    assert_string_equal(g->asked.deployment.name, "calls");
    assert_string_equal(g->asked.deployment.model, "tones");
    for (int l = 0; l < LIMITS; l++)
        assert_true(g->asked.deployment.limit[l] == d.limit[l]);
    free(text);
    form_free(f);
    form_free(g);
    free(f);
    free(g);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_store),
        TEST(test_what_is_wrong),
        TEST(test_an_older_folder),
        TEST(test_names),
        TEST(test_the_list),
        TEST(test_how_many_at_once),
        TEST(test_limits_of_one_request),
        TEST(test_a_job_keeps_its_deployment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
