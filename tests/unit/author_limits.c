/* SPDX-License-Identifier: Apache-2.0 */
/* When a remote model is asked again, left alone, or not paid for any more; and its keys. */
#include "author/breaker.h"
#include "author/budget.h"
#include "author/entry.h"
#include "author/retry.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_retry(void **state)
{
    (void)state;
    for (int status = 100; status < 600; status++) {
        bool again =
            status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505);
        assert_int_equal(retry_status(status), again);
    }
    /* Full jitter: anything up to 1, 2, 4 ... seconds, and no more than 10. */
    static const double most[] = {1, 2, 4, 8, 10, 10};
    for (int i = 0; i < 6; i++) {
        assert_true(retry_wait(i + 1, 1, 10, 0) == 0);
        assert_true(retry_wait(i + 1, 1, 10, 0.5) == most[i] / 2);
        assert_true(retry_wait(i + 1, 1, 10, 1) == most[i]);
    }
    assert_true(retry_wait(1000000, 1, 10, 1) == 10);
    assert_true(retry_wait(3, 0, 10, 1) == 0);
}

static void test_retry_after(void **state)
{
    const int64_t now = 784111770; /* 7 seconds before the date of RFC 9110's example */
    (void)state;
    assert_true(retry_after("120", now) == 120);
    assert_true(retry_after(" 1.5 ", now) == 1.5);
    assert_true(retry_after("0", now) == 0);
    assert_true(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now) == 7);
    assert_true(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now) == 0);
    assert_true(retry_after("", now) == -1);
    assert_true(retry_after("soon", now) == -1);
    assert_true(retry_after("-5", now) == -1);
    assert_true(retry_after("12 monkeys", now) == -1);
}

static bool asks(struct breaker *b, double now, int failures, double wait)
{
    int n;
    double seconds;
    bool may = breaker_ask(b, now, &n, &seconds);
    assert_int_equal(n, failures);
    assert_true(seconds == wait);
    return may;
}

static void test_breaker(void **state)
{
    struct breaker b;
    (void)state;
    breaker_init(&b, 3, 30);
    for (int i = 0; i < 2; i++) {
        assert_true(asks(&b, 100, i, 0));
        breaker_bad(&b, 100);
    }
    assert_true(asks(&b, 100, 2, 0));
    breaker_good(&b);
    /* Three in a row open it. */
    for (int i = 0; i < 3; i++) {
        assert_true(asks(&b, 100, i, 0));
        breaker_bad(&b, 100);
    }
    assert_false(asks(&b, 110, 3, 20));
    /* Then one may try, and only one. */
    assert_true(asks(&b, 130, 3, 0));
    assert_false(asks(&b, 130, 3, 0));
    breaker_bad(&b, 131);
    assert_false(asks(&b, 140, 4, 21));
    /* A try that says nothing leaves it to the next. */
    assert_true(asks(&b, 161, 4, 0));
    breaker_neither(&b);
    assert_true(asks(&b, 161, 4, 0));
    breaker_good(&b);
    assert_true(asks(&b, 161, 0, 0));
    assert_true(asks(&b, 161, 0, 0));
    breaker_free(&b);
    breaker_init(&b, 0, 30); /* one that never opens */
    for (int i = 0; i < 100; i++) {
        assert_true(asks(&b, 1, i, 0));
        breaker_bad(&b, 1);
    }
    breaker_free(&b);
}

enum { DAY = 86400 };

static void open_budget(
    struct budget *b, struct spending run, struct spending day, const char *folder)
{
    struct ih_error e;
    assert_int_equal(budget_init(b, "far", &run, &day, folder, &e), IH_OK);
}

static enum ih_status reserve(struct budget *b, int64_t now, double dollars, double tokens)
{
    struct ih_error e = {.text = ""};
    enum ih_status status = budget_reserve(b, now, &(struct spending){dollars, tokens}, &e);
    assert_true(!status || strstr(e.text, "far: its budget of"));
    return status;
}

static void settle(struct budget *b, int64_t then, int64_t now, double was, double is)
{
    budget_settle(b, then, now, &(struct spending){was, was}, &(struct spending){is, is});
}

static void test_budget_of_a_run(void **state)
{
    struct budget b;
    (void)state;
    open_budget(&b, (struct spending){10, 0}, (struct spending){0}, NULL);
    /* Together they may not exceed it, before any has ended. */
    assert_int_equal(reserve(&b, DAY, 4, 4), IH_OK);
    assert_int_equal(reserve(&b, DAY, 4, 4), IH_OK);
    assert_int_equal(reserve(&b, DAY, 4, 4), IH_NO_MEMORY);
    settle(&b, DAY, DAY, 4, 1);
    assert_int_equal(reserve(&b, DAY, 4, 4), IH_OK);
    settle(&b, DAY, DAY, 4, 4);
    settle(&b, DAY, DAY, 4, 4);
    /* 9 of 10 are gone, and another day brings none back. */
    assert_int_equal(reserve(&b, 2 * DAY, 2, 2), IH_NO_MEMORY);
    assert_int_equal(reserve(&b, 2 * DAY, 1, 1), IH_OK);
    budget_free(&b);
    open_budget(&b, (struct spending){0, 100}, (struct spending){0}, NULL);
    assert_int_equal(reserve(&b, DAY, 1e9, 100), IH_OK);
    assert_int_equal(reserve(&b, DAY, 0, 1), IH_NO_MEMORY);
    budget_free(&b);
    open_budget(&b, (struct spending){0}, (struct spending){0}, NULL);
    assert_int_equal(reserve(&b, DAY, 1e9, 1e9), IH_OK);
    budget_free(&b);
}

static void test_budget_of_a_day(void **state)
{
    struct budget b, other;
    char folder[4096], file[4200];
    struct stat st;
    (void)state;
    snprintf(folder, sizeof folder, "%s/a/spent", temp_dir());
    snprintf(file, sizeof file, "%s/far", folder);
    /* Two processes of the same user. */
    open_budget(&b, (struct spending){0}, (struct spending){10, 0}, folder);
    open_budget(&other, (struct spending){0}, (struct spending){10, 0}, folder);
    assert_int_equal(reserve(&b, DAY + 5, 6, 6), IH_OK);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 077, 0);
    assert_int_equal(reserve(&other, DAY + 5, 6, 6), IH_NO_MEMORY);
    settle(&b, DAY + 5, DAY + 6, 6, 2);
    assert_int_equal(reserve(&other, DAY + 7, 6, 6), IH_OK);
    /* One that dies here has spent what it reserved. */
    budget_free(&other);
    assert_int_equal(reserve(&b, DAY + 8, 3, 3), IH_NO_MEMORY);
    /* A new day; what was reserved the day before does not count for it. */
    assert_int_equal(reserve(&b, 2 * DAY - 1, 2, 2), IH_OK);
    settle(&b, 2 * DAY - 1, 2 * DAY + 1, 2, 2);
    assert_int_equal(reserve(&b, 2 * DAY + 2, 8, 8), IH_OK);
    assert_int_equal(reserve(&b, 2 * DAY + 2, 1, 1), IH_NO_MEMORY);
    budget_free(&b);
    /* What cannot be kept is not spent. */
    struct ih_error e;
    const char *path = temp_file("plain", "x", 1);
    open_budget(&b, (struct spending){0}, (struct spending){10, 0}, path);
    assert_int_equal(budget_reserve(&b, DAY, &(struct spending){1, 1}, &e), IH_IO);
    budget_free(&b);
}

static void key_is(const char *json, const char *want, const char *words)
{
    struct remote_entry r;
    struct ih_error e = {.text = ""};
    char *key = NULL;
    json_t *value = json_loads(json, 0, NULL);
    assert_int_equal(entry_read(&r, "far", value, &e), IH_OK);
    json_decref(value);
    enum ih_status status = entry_key(&r, &key, &e);
    if (words) {
        assert_int_equal(status, IH_IO);
        assert_null(key);
        assert_non_null(strstr(e.text, words));
        assert_null(strstr(e.text, "sk-"));
        assert_string_equal(entry_key_state(&r), "missing");
    } else {
        assert_int_equal(status, IH_OK);
        assert_true(want ? key && strcmp(key, want) == 0 : !key);
        assert_string_equal(entry_key_state(&r), want ? "set" : "not needed");
    }
    entry_key_free(&key);
    assert_null(key);
    entry_free(&r);
}

static void test_keys(void **state)
{
    static const char entry[] = "{\"api\": \"openai\", \"url\": \"https://h\", \"model\": \"m\"";
    char json[5000];
    const char *path = temp_file("key", "  sk-of-a-file\n", 15);
    (void)state;
    snprintf(json, sizeof json, "%s}", entry);
    key_is(json, NULL, NULL);
    snprintf(json, sizeof json, "%s, \"key_env\": \"TEST_KEY_OF_FAR\"}", entry);
    unsetenv("TEST_KEY_OF_FAR");
    key_is(json, NULL, "TEST_KEY_OF_FAR");
    setenv("TEST_KEY_OF_FAR", "sk-of-the-environment", 1);
    key_is(json, "sk-of-the-environment", NULL);
    setenv("TEST_KEY_OF_FAR", "sk-two\r\nX-More: lines", 1);
    key_is(json, NULL, "is no key");
    snprintf(json, sizeof json, "%s, \"key_file\": \"%s\"}", entry, path);
    chmod(path, 0600);
    key_is(json, "sk-of-a-file", NULL);
    chmod(path, 0640);
    key_is(json, NULL, "chmod 600");
    chmod(path, 0604);
    key_is(json, NULL, "chmod 600");
    snprintf(json, sizeof json, "%s, \"key_file\": \"%s\"}", entry, temp_dir());
    key_is(json, NULL, "no regular file");
    snprintf(json, sizeof json, "%s, \"key_file\": \"%s/nowhere\"}", entry, temp_dir());
    key_is(json, NULL, "cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_retry),
        cmocka_unit_test(test_retry_after), cmocka_unit_test(test_breaker),
        cmocka_unit_test(test_budget_of_a_run), cmocka_unit_test(test_budget_of_a_day),
        cmocka_unit_test(test_keys)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
