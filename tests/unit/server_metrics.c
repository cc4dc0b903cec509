/* SPDX-License-Identifier: Apache-2.0 */
/* What /metrics says, line by line, and that counting from many threads loses nothing. */
#include "server/metrics.h"
#include "support/support.h"

#include <pthread.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 2000 };

static struct settings settings;
static char text[1 << 20];
static size_t bytes;

static int take(void *arg, const void *data, size_t n)
{
    (void)arg;
    assert_true(bytes + n < sizeof text);
    memcpy(text + bytes, data, n);
    bytes += n;
    text[bytes] = 0;
    return 0;
}

static const char *page(struct metrics *m)
{
    struct host host = {.settings = &settings, .metrics = m, .version = "1.2.3"};
    bytes = 0;
    metrics_write(m, &host, take, NULL);
    return text;
}

static void has(const char *line)
{
    const char *at = strstr(text, line);
    size_t n = strlen(line);
    if (!at || (at != text && at[-1] != '\n') || at[n] != '\n')
        fail_msg("'%s' is no line of:\n%s", line, text);
}

static int set_up(void **state)
{
    struct ih_error e;
    (void)state;
    return settings_init(&settings, &e) ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    settings_free(&settings);
    return 0;
}

static struct metrics *opened(void)
{
    struct metrics *m;
    struct ih_error e;
    assert_int_equal(metrics_open(&m, &e), IH_OK);
    return m;
}

static void test_lines(void **state)
{
    struct metrics *m = opened();
    struct worked w = {.seconds = 1.5, .audio = 30.25, .used = {.of = {[AUDIO_SECONDS] = 30.25}}};
    (void)state;
    metrics_request(m, "POST", "/v1/x", "a", "", 200);
    metrics_request(m, "POST", "/v1/x", "a", "", 200);
    metrics_request(m, "POST", "/v1/x", "", "", 0);
    metrics_request(m, NULL, NULL, "", "", 404);
    metrics_work(m, "transcribe", "a", "", &w);
    metrics_work(m, "transcribe", "a", "", &w);
    metrics_work(m, "transcribe", "", "", &w); /* no model: nothing was used */
    metrics_gauge(m, GAUGE_SESSIONS, 3);
    metrics_gauge(m, GAUGE_SESSIONS, -1);
    page(m);
    has("# TYPE inhouse_requests_total counter");
    has("inhouse_build_info{version=\"1.2.3\"} 1");
    has("inhouse_requests_total{method=\"POST\",route=\"/v1/"
        "x\",model=\"a\",deployment=\"\",status=\"200\"} 2");
    has("inhouse_requests_total{method=\"POST\",route=\"/v1/"
        "x\",model=\"\",deployment=\"\",status=\"gone\"} 1");
    has("inhouse_requests_total{method=\"other\",route=\"other\",model=\"\",deployment=\"\",status="
        "\"404\"} 1");
    has("inhouse_work_seconds_total{operation=\"transcribe\",model=\"a\",deployment=\"\"} 3");
    has("inhouse_audio_seconds_total{operation=\"transcribe\",model=\"a\",deployment=\"\"} 60.5");
    has("inhouse_used_total{model=\"a\",deployment=\"\",unit=\"audio_seconds\"} 60.5");
    has("inhouse_sessions 2");
    has("inhouse_queue_capacity 64");
    metrics_close(&m);
    assert_null(m);
}

static void test_histogram(void **state)
{
    struct metrics *m = opened();
    (void)state;
    metrics_stage(m, STAGE_QUEUE, "draw", "", 0.0);
    metrics_stage(m, STAGE_QUEUE, "draw", "", 0.001); /* an end belongs to its bucket */
    metrics_stage(m, STAGE_QUEUE, "draw", "", 0.3);
    metrics_stage(m, STAGE_QUEUE, "draw", "", 5000);
    page(m);
    has("# TYPE inhouse_stage_seconds histogram");
    has("inhouse_stage_seconds_bucket{operation=\"draw\",deployment=\"\",stage=\"queue\",le=\"0."
        "001\"} 2");
    has("inhouse_stage_seconds_bucket{operation=\"draw\",deployment=\"\",stage=\"queue\",le=\"0."
        "25\"} 2");
    has("inhouse_stage_seconds_bucket{operation=\"draw\",deployment=\"\",stage=\"queue\",le=\"0."
        "5\"} 3");
    has("inhouse_stage_seconds_bucket{operation=\"draw\",deployment=\"\",stage=\"queue\",le="
        "\"600\"} 3");
    has("inhouse_stage_seconds_bucket{operation=\"draw\",deployment=\"\",stage=\"queue\",le=\"+"
        "Inf\"} 4");
    has("inhouse_stage_seconds_sum{operation=\"draw\",deployment=\"\",stage=\"queue\"} 5000.301");
    has("inhouse_stage_seconds_count{operation=\"draw\",deployment=\"\",stage=\"queue\"} 4");
    assert_null(strstr(text, "stage=\"work\""));
    metrics_close(&m);
}

/* A model's name is a folder's, in which anything may stand. */
static void test_names(void **state)
{
    struct metrics *m = opened();
    (void)state;
    metrics_request(m, "GET", "/x", "a\"b\\c\nd", "", 200);
    page(m);
    has("inhouse_requests_total{method=\"GET\",route=\"/"
        "x\",model=\"a\\\"b\\\\c\\nd\",deployment=\"\","
        "status=\"200\"} 1");
    metrics_close(&m);
}

static void test_deployments(void **state)
{
    struct metrics *m = opened();
    struct worked w = {.seconds = 2, .audio = 4, .used = {.of = {[AUDIO_SECONDS] = 4}}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        metrics_request(m, "POST", "/x", "a", "calls", 200);
        metrics_stage(m, STAGE_ALL, "transcribe", "calls", 1);
        metrics_work(m, "transcribe", "a", "calls", &w);
    }
    metrics_request(m, "POST", "/x", "a", "calls2", 200);
    metrics_request(m, "POST", "/x", "a", "", 200);
    metrics_stage(m, STAGE_ALL, "transcribe", "", 5);
    metrics_work(m, "transcribe", "a", "", &w);
    page(m);
#define LABELS "model=\"a\",deployment=\"calls\""
    has("inhouse_requests_total{method=\"POST\",route=\"/x\"," LABELS ",status=\"200\"} 2");
    has("inhouse_requests_total{method=\"POST\",route=\"/x\",model=\"a\",deployment=\"calls2\","
        "status=\"200\"} 1");
    has("inhouse_requests_total{method=\"POST\",route=\"/x\",model=\"a\",deployment=\"\","
        "status=\"200\"} 1");
    has("inhouse_stage_seconds_sum{operation=\"transcribe\",deployment=\"calls\",stage=\"all\"} 2");
    has("inhouse_stage_seconds_sum{operation=\"transcribe\",deployment=\"\",stage=\"all\"} 5");
    has("inhouse_work_seconds_total{operation=\"transcribe\"," LABELS "} 4");
    has("inhouse_audio_seconds_total{operation=\"transcribe\"," LABELS "} 8");
    has("inhouse_used_total{" LABELS ",unit=\"audio_seconds\"} 8");
    /* As many as an admin makes are not as many as there may be. */
    for (int i = 0; i < METRICS_NAMES; i++) {
        char name[32];
        snprintf(name, sizeof name, "name-%d", i);
        metrics_request(m, "GET", "/y", "", name, 200);
    }
    page(m);
    has("inhouse_requests_total{method=\"GET\",route=\"/y\",model=\"\",deployment=\"name-97\","
        "status=\"200\"} 1");
    has("inhouse_requests_total{method=\"GET\",route=\"/y\",model=\"\",deployment=\"other\","
        "status=\"200\"} 2");
    metrics_close(&m);
}

static void test_too_many_models(void **state)
{
    struct metrics *m = opened();
    (void)state;
    for (int i = 0; i < METRICS_NAMES + 50; i++) {
        char name[32];
        snprintf(name, sizeof name, "model-%d", i);
        metrics_request(m, "GET", "/x", name, "", 200);
    }
    page(m);
    has("inhouse_requests_total{method=\"GET\",route=\"/"
        "x\",model=\"model-0\",deployment=\"\",status=\"200\"} 1");
    has("inhouse_requests_total{method=\"GET\",route=\"/"
        "x\",model=\"model-99\",deployment=\"\",status=\"200\"} 1");
    has("inhouse_requests_total{method=\"GET\",route=\"/"
        "x\",model=\"other\",deployment=\"\",status=\"200\"} 50");
    metrics_close(&m);
}

static void *count(void *arg)
{
    static const char *const models[] = {"a", "b", "c"};
    struct worked w = {.seconds = 0.5};
    for (int i = 0; i < ROUNDS; i++) {
        metrics_request(arg, "GET", "/x", models[i % 3], "", 200 + i % 2);
        metrics_stage(arg, STAGE_WORK, "draw", "", 0.25);
        metrics_work(arg, "draw", "a", "", &w);
        metrics_gauge(arg, GAUGE_BUSY, 1);
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct metrics *m = opened();
    pthread_t thread[THREADS];
    int lines = 0;
    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, count, m), 0);
    for (int i = 0; i < 20; i++)
        page(m);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    page(m);
    for (const char *at = text; (at = strstr(at, "inhouse_requests_total{")); at++)
        lines++;
    assert_int_equal(lines, 6); /* none is there twice */
    has("inhouse_stage_seconds_count{operation=\"draw\",deployment=\"\",stage=\"work\"} 8000");
    has("inhouse_work_seconds_total{operation=\"draw\",model=\"a\",deployment=\"\"} 4000");
    has("inhouse_workers_busy 8000");
    metrics_close(&m);
}

/* Without metrics nothing is counted, and nothing breaks. */
static void test_none(void **state)
{
    struct worked w = {.seconds = 1};
    struct metrics *m = NULL;
    (void)state;
    metrics_request(m, "GET", "/x", "a", "", 200);
    metrics_stage(m, STAGE_ALL, "draw", "", 1);
    metrics_work(m, "draw", "a", "", &w);
    metrics_gauge(m, GAUGE_BUSY, 1);
    metrics_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_deployments),
        cmocka_unit_test(test_too_many_models),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
