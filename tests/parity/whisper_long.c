/* SPDX-License-Identifier: Apache-2.0 */
/* Whole recordings against openai-whisper's transcribe(): windows, context, segments. The cases
 * whose spectrum is taken window by window, as this program does it. */
#include "support/support.h"

#include "base/mapfile.h"
#include "inhouse/transcribe.h"
#include "weights/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct long_case {
    struct ih_model *model;
    struct mapfile recording;
    int run;
};

static void check_segment(
    const char *key, const struct config_value *want, const struct ih_segment *got, double duration)
{
    const struct config_value *tokens = config_find(want, "tokens");
    if (got->token_count != config_length(tokens))
        fail_msg("%s: %d tokens in segment %d, not %d", key, got->token_count, got->id,
            (int)config_length(tokens));
    for (int i = 0; i < got->token_count; i++)
        assert_int_equal(got->tokens[i], config_int_or(config_item(tokens, i), -1));
    /* The reference lets times go beyond the recording. */
    double begin = fmin(config_number_or(config_find(want, "start"), -1), duration);
    double end = fmin(config_number_or(config_find(want, "end"), -1), duration);
    assert_true(fabs(got->begin - begin) < 1e-4 && fabs(got->end - end) < 1e-4);
    assert_string_equal(got->text, config_string_or(config_find(want, "text"), ""));
    double avg = config_number_or(config_find(want, "avg_logprob"), 0);
    assert_true(fabs((double)got->avg_logprob - avg) < 2e-3);
}

static void on_case(void *arg, const char *key, const struct config_value *want)
{
    struct long_case *c = arg;
    if (!strstr(key, ".window_mel"))
        return;
    const struct config_value *o = config_find(want, "options");
    struct ih_transcribe_options options;
    ih_transcribe_defaults(&options);
    options.language = config_string_or(config_find(o, "language"), NULL);
    options.condition = config_bool_or(config_find(o, "condition_on_previous_text"), true);
    options.max_tokens = (int)config_int_or(config_find(o, "sample_len"), 0);
    options.temperature_step = 0;
    options.no_speech_limit = 2;
    uint64_t header;
    memcpy(&header, c->recording.data, sizeof header);
    struct ih_audio_input input = {.data = c->recording.data + 8 + header,
        .size = c->recording.size - 8 - header,
        .raw = true};
    struct ih_transcript *t;
    struct ih_error e;
    if (ih_transcribe(&t, c->model, &input, &options, NULL, &e))
        fail_msg("%s: %s", key, e.text);
    const struct config_value *segments = config_find(want, "segments");
    int n = 0;
    for (int64_t i = 0; i < config_length(segments); i++) {
        const struct config_value *s = config_item(segments, i);
        /* The reference keeps segments without text; this program drops them. */
        if (strspn(config_string_or(config_find(s, "text"), ""), " ") ==
            strlen(config_string_or(config_find(s, "text"), "")))
            continue;
        if (n == t->segment_count)
            fail_msg("%s: only %d segments", key, n);
        check_segment(key, s, &t->segments[n++], t->duration);
    }
    assert_int_equal(n, t->segment_count);
    ih_transcript_free(&t);
    c->run++;
}

static void test_long(void **state)
{
    (void)state;
    static const char *const names[] = {
        "whisper-tiny-multi80", "whisper-tiny-v3-128", "whisper-tiny-en80"};
    struct ih_error e;
    struct ih_engine *engine;
    struct ih_model_options o = {.compute = IH_COMPUTE_F32};
    assert_int_equal(ih_engine_open(&engine, NULL, &e), IH_OK);
    for (int i = 0; i < 3; i++) {
        char path[128];
        struct long_case c = {0};
        struct config *expected;
        snprintf(path, sizeof path, "%s/expected.json", names[i]);
        assert_int_equal(config_open(&expected, data_path(path), &e), IH_OK);
        assert_int_equal(mapfile_open(&c.recording, data_path("recording.safetensors"), &e), IH_OK);
        assert_int_equal(ih_model_open(&c.model, engine, data_path(names[i]), &o, &e), IH_OK);
        config_each(config_find(config_root(expected), "openai_long"), on_case, &c);
        assert_int_equal(c.run, 2);
        ih_model_close(&c.model);
        mapfile_close(&c.recording);
        config_close(&expected);
    }
    ih_engine_close(&engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_long)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
