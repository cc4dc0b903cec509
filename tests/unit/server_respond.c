/* SPDX-License-Identifier: Apache-2.0 */
/* Responses whose work goes wrong when a part of them has left already. */
#include "server/respond.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct settings settings;
static struct host host = {.settings = &settings};
static struct form form; /* large */
static struct answer *answer;
static char text[64 << 10];

static struct respond_work begin(bool stream)
{
    struct answer_options o = {
        .dialect = &dialect_openai, .folder = temp_dir(), .limit = sizeof text};
    answer = answer_new(&o);
    assert_non_null(answer);
    struct respond_work w = {.chat.shape = &respond_shape,
        .chat.answer = answer,
        .chat.name = "tones",
        .chat.stream = stream,
        .host = &host,
        .form = &form,
        .id = "resp_1",
        .items = json_array(),
        .output = json_array()};
    ih_request_defaults(&w.chat.request, IH_CHAT);
    return w;
}

static struct answer_state end(struct respond_work *w)
{
    int64_t n = answer_read(answer, 0, text, sizeof text - 1);
    struct answer_state state = answer_state(answer);
    text[n > 0 ? n : 0] = 0;
    chat_free(&w->chat);
    respond_free(w);
    answer_release(&answer);
    return state;
}

/* The last event of what was sent; a new reference. */
static json_t *last_event(void)
{
    char *data = NULL;
    for (char *at = text; (at = strstr(at, "\ndata: ")) != NULL; at += 7)
        data = at + 7;
    assert_non_null(data);
    json_t *json = json_loadb(data, strcspn(data, "\n"), 0, NULL);
    assert_non_null(json);
    return json;
}

static void test_a_stream_is_broken_off(void **state)
{
    struct respond_work w = begin(true);
    struct problem p;
    const char *type, *status, *said, *message;
    (void)state;
    respond_shape.begin(&w.chat);
    respond_shape.piece(&w.chat, "Let me", 6, true);
    respond_shape.piece(&w.chat, "Half an ans", 11, false);
    problem_set(&p, 504, "job_timeout", NULL, "too long");
    (respond_shape.fail)(&w.chat, &p);
    struct answer_state s = end(&w);
    assert_int_equal(s.status, 200);
    assert_true(s.broken);
    json_t *e = last_event();
    /* What was whole is in it. */
    assert_int_equal(
        json_unpack(e, "{ss s{ss s[{s[{ss}]}] s{ss}}}", "type", &type, "response", "status",
            &status, "output", "content", "text", &said, "error", "message", &message),
        0);
    assert_string_equal(type, "response.failed");
    assert_string_equal(status, "failed");
    assert_string_equal(said, "Let me");
    assert_string_equal(message, "too long");
    json_decref(e);
}

static void test_before_the_stream_it_is_an_error(void **state)
{
    struct respond_work w = begin(true);
    struct problem p;
    (void)state;
    problem_set(&p, 400, "invalid_value", "input", "wrong");
    (respond_shape.fail)(&w.chat, &p);
    struct answer_state s = end(&w);
    assert_int_equal(s.status, 400);
    assert_false(s.broken);
    assert_non_null(strstr(text, "\"param\":\"input\""));
}

/* A data folder that cannot be written to any more. */
static bool end_without_place(struct respond_work *w, bool must, struct problem *p)
{
    const struct ih_chat_answer a = {.end = IH_CHAT_STOP, .tokens = 2};
    char path[4200], gone[4300];
    struct ih_error e = {0};
    snprintf(path, sizeof path, "%s/data%d", temp_dir(), must);
    if (store_open(&host.store, path, &e) != IH_OK)
        fail_msg("%s", e.text);
    snprintf(gone, sizeof gone, "%s/blobs/resp_1.part", path);
    assert_int_equal(store_make_folder(gone, &e), IH_OK);
    w->store = true;
    w->must_store = must;
    respond_shape.begin(&w->chat);
    respond_shape.piece(&w->chat, "Yes.", 4, false);
    bool done = respond_shape.end(&w->chat, &a, p);
    if (!done)
        (respond_shape.fail)(&w->chat, p);
    store_close(&host.store);
    return done;
}

static void test_what_cannot_be_kept(void **state)
{
    struct problem p;
    (void)state;
    struct respond_work w = begin(false);
    assert_true(end_without_place(&w, false, &p));
    assert_int_equal(end(&w).status, 200);
    assert_non_null(strstr(text, "\"store\":false"));
    w = begin(false);
    assert_false(end_without_place(&w, true, &p));
    assert_int_equal(end(&w).status, 503);
    assert_non_null(strstr(text, "cannot be kept"));
}

static int set_up(void **state)
{
    struct ih_error e;
    (void)state;
    return settings_init(&settings, &e);
}

static int tear_down(void **state)
{
    (void)state;
    settings_free(&settings);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stream_is_broken_off),
        cmocka_unit_test(test_before_the_stream_it_is_an_error),
        cmocka_unit_test(test_what_cannot_be_kept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
