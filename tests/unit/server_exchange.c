/* SPDX-License-Identifier: Apache-2.0 */
/* Requests without a network: addresses, keys, lengths, bodies, the queue's limit. */
#include "server/exchange.h"
#include "support/support.h"

#include <string.h>

static struct settings settings;
static struct service service;

static int set_up(void **state)
{
    struct ih_error e;
    static const struct shelf_model model[] = {{"voice", "/nowhere", 0}, {"other", "/nowhere", 0}};
    static const struct shelf shelf = {.model = model, .count = 2};
    struct ih_engine_options engine = {.threads = 1};
    (void)state;
    if (settings_init(&settings, &e) ||
        depot_open(&service.host.depot, &engine, &shelf, NULL, &e) ||
        queue_local(&service.queue, 1, &e))
        return -1;
    service.host.settings = &settings;
    service.host.folder = temp_dir();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    service.queue->close(service.queue);
    service.queue->free(service.queue);
    depot_close(&service.host.depot);
    settings_free(&settings);
    return 0;
}

static struct request_head head(const char *method, const char *path)
{
    return (struct request_head){.method = method,
        .path = path,
        .content_type = "",
        .content_length = "",
        .transfer_encoding = "",
        .authorization = "",
        .api_key = ""};
}

/* Sends a request in pieces of 5 bytes and takes what is answered at once; null when that is to
 * come from a worker. */
static const char *answer_to(struct request_head h, const char *body, int *status)
{
    static char text[4096];
    struct exchange *x = exchange_begin(&service, &h, NULL, NULL);
    assert_non_null(x);
    size_t n = strlen(body);
    for (size_t i = 0; i < n; i += 5)
        exchange_body(x, body + i, n - i < 5 ? n - i : 5);
    exchange_end(x);
    struct answer_state state = answer_state(x->answer);
    *status = state.status;
    assert_int_equal(state.finished, state.status != 0);
    memset(text, 0, sizeof text);
    answer_read(x->answer, 0, text, sizeof text - 1);
    if (x->refused)
        assert_non_null(strstr(text, "{\"error\":{\""));
    exchange_close(&x);
    return state.status ? text : NULL;
}

static void expect(struct request_head h, const char *body, int want, const char *words)
{
    int status;
    const char *text = answer_to(h, body, &status);
    if (status != want || (words && !strstr(text ? text : "", words)))
        fail_msg("%s %s: %d %s", h.method, h.path, status, text ? text : "");
}

static struct request_head post(const char *path, const char *type, const char *length)
{
    struct request_head h = head("POST", path);
    h.content_type = type;
    h.content_length = length;
    return h;
}

static void test_addresses(void **state)
{
    (void)state;
    expect(head("GET", "/healthz"), "", 200, "{\"status\":\"ok\"}");
    expect(head("HEAD", "/healthz"), "", 200, NULL);
    expect(head("GET", "/readyz"), "", 503, "\"code\":\"not_ready\"");
    expect(head("GET", "/v1/models"), "", 200, "{\"id\":\"other\",\"object\":\"model\"");
    expect(head("GET", "/v1/models/voice"), "", 200, "{\"id\":\"voice\",\"object\":\"model\"");
    expect(head("GET", "/v1/models/none"), "", 404, "\"code\":\"model_not_found\"");
    expect(head("GET", "/v1/models/"), "", 404, "\"code\":\"unknown_url\"");
    expect(head("GET", "/v1/models/voice/x"), "", 404, "\"code\":\"unknown_url\"");
    expect(head("GET", "/"), "", 200, "<title>inhouse</title>");
    expect(head("GET", "/page/none.js"), "", 404, "there is nothing at GET /page/none.js");
    expect(
        head("GET", "/v1/audio/speech"), "", 405, "GET /v1/audio/speech is not possible; POST is");
    expect(head("DELETE", "/v1/models"), "", 405, "GET, HEAD is");
    expect(head("?", "/v1/models"), "", 405, "method_not_allowed");
}

static void test_keys(void **state)
{
    struct ih_error e;
    struct request_head h = head("GET", "/v1/models");
    (void)state;
    assert_int_equal(settings_set(&settings, setting_find("key"), "correct-horse", &e), IH_OK);
    expect(h, "", 401, "\"code\":\"invalid_api_key\"");
    expect(head("GET", "/healthz"), "", 200, NULL);
    /* Nobody without a key learns what addresses there are. */
    expect(head("GET", "/nowhere"), "", 401, NULL);
    h.authorization = "Bearer wrong-horse-x";
    expect(h, "", 401, "not one of this server");
    h.authorization = "Basic correct-horse";
    expect(h, "", 401, NULL);
    h.authorization = "bearer correct-horse";
    expect(h, "", 200, NULL);
    h.authorization = "";
    h.api_key = "correct-horse";
    expect(h, "", 200, NULL);
    assert_int_equal(settings_set(&settings, setting_find("key"), "", &e), IH_OK);
}

static void test_lengths(void **state)
{
    struct request_head h = post("/v1/audio/speech", "application/json", "");
    (void)state;
    expect(h, "", 411, "Content-Length is missing");
    h.transfer_encoding = "gzip, chunked";
    expect(h, "", 501, "only chunked");
    h.transfer_encoding = "chunked";
    expect(h, "", 413, "in pieces");
    expect(h, "2\r\n{}\r\n0\r\n\r\n", 400, "input, the text, is missing");
    expect(h, "2\n{}\n0\n\n", 400, "not in pieces");
    h.content_length = "5";
    expect(h, "", 400, "contradict");
    expect(post("/v1/audio/speech", "application/json", "-5"), "", 400, "not a number");
    expect(post("/v1/audio/speech", "application/json", "5, 5"), "", 400, "not a number");
    expect(post("/v1/audio/speech", "application/json", "99999999999999999999"), "", 400, NULL);
    expect(post("/v1/audio/speech", "application/json", "1048577"), "", 413,
        "the body has 1048577 bytes; at most 1048576 are taken");
    expect(post("/v1/audio/speech", "text/plain", "5"), "hello", 415, "must be application/json");
    expect(post("/v1/audio/speech", "", "5"), "hello", 415, NULL);
    expect(post("/v1/audio/speech", "multipart/form-data", "5"), "hello", 415, "boundary");
    h = head("GET", "/healthz");
    h.content_length = "5";
    expect(h, "hello", 400, "takes no body");
}

static void test_bodies(void **state)
{
    (void)state;
    expect(post("/v1/audio/speech", "application/json", "0"), "", 400, "not JSON");
    expect(post("/v1/audio/speech", "application/json", "8"), "{\"input\"", 400, "not JSON");
    expect(post("/v1/audio/speech", "application/json; charset=utf-8", "2"), "{}", 400,
        "\"param\":\"input\"");
    expect(post("/v1/audio/speech", "application/json", "12"), "{\"input\":\"\"}", 400,
        "\"code\":\"missing_parameter\"");
    expect(post("/v1/audio/transcriptions", "multipart/form-data; boundary=B", "5"), "--B--", 400,
        "\"param\":\"file\"");
    expect(post("/v1/audio/transcriptions", "multipart/form-data; boundary=B", "4"), "--B-", 400,
        "breaks off");
    expect(post("/v1/images/generations", "application/json", "24"), "{\"prompt\":\"x\",\"n\":999}",
        400, "n must be at most 10");
}

static void test_azure(void **state)
{
    struct request_head h = post("/openai/deployments/x/audio/speech", "application/json", "2");
    static const char *const arguments[] = {"api-version=2025-10-15", "speed=2", NULL};
    static const char *const version[] = {"api-version=2025-10-15", NULL};
    int status;
    (void)state;
    h.arguments = version;
    const char *text = answer_to(h, "{}", &status);
    assert_int_equal(status, 400);
    assert_non_null(strstr(text, "{\"error\":{\"code\":\"InvalidRequest\",\"message\":\"input,"));
    h.arguments = arguments;
    expect(h, "{}", 400, "\"target\":\"speed\"");
    h = post("/cognitiveservices/v1", "application/ssml+xml", "7");
    expect(h, "<speak>", 400, "X-Microsoft-OutputFormat is missing");
    h.output_format = "amr-wb-16000hz";
    expect(h, "<speak>", 400, "cannot be written as 'amr-wb-16000hz'");
    h.content_type = "application/json";
    expect(h, "<speak>", 415, "must be application/ssml+xml");
    expect(head("GET", "/cognitiveservices/x"), "", 404, "\"code\":\"ResourceNotFound\"");
}

/* The queue has room for one; the next is told when to come back. */
static void test_queue(void **state)
{
    static const char body[] = "{\"input\":\"x\"}";
    struct request_head h = post("/v1/audio/speech", "application/json", "13");
    struct exchange *first = exchange_begin(&service, &h, NULL, NULL);
    (void)state;
    exchange_body(first, body, sizeof body - 1);
    exchange_end(first);
    assert_int_equal(answer_state(first->answer).status, 0);
    assert_int_equal(service.queue->waiting(service.queue), 1);
    struct exchange *second = exchange_begin(&service, &h, NULL, NULL);
    exchange_body(second, body, sizeof body - 1);
    exchange_end(second);
    assert_int_equal(answer_state(second->answer).status, 503);
    assert_non_null(strstr(answer_headers(second->answer), "retry-after: "));
    exchange_close(&second);
    /* A client that goes away leaves its place. */
    exchange_close(&first);
    assert_int_equal(service.requests, 0);
    int status;
    assert_null(answer_to(h, body, &status));
    struct job *j = service.queue->take(service.queue);
    assert_string_equal(j->operation->name, "speak");
    assert_string_equal(form_find(&j->form, "input")->text, "x");
    assert_true(answer_cancelled(j->answer));
    job_free(&j);
}

static void test_load(void **state)
{
    struct request_head h = head("GET", "/v1/models");
    (void)state;
    settings.requests = 1;
    struct exchange *first = exchange_begin(&service, &h, NULL, NULL);
    assert_false(first->refused);
    expect(h, "", 503, "\"code\":\"overloaded\"");
    expect(head("GET", "/healthz"), "", 200, NULL);
    exchange_close(&first);
    expect(h, "", 200, NULL);
    settings.requests = 256;
    atomic_store(&service.draining, true);
    expect(h, "", 503, "\"code\":\"shutting_down\"");
    atomic_store(&service.draining, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_azure),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
