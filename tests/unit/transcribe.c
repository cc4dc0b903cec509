/* SPDX-License-Identifier: Apache-2.0 */
/* The whole path through the public API, with a tiny random model: what it writes is nonsense, but
 * it must be the same nonsense however it is computed. */
#include "support/support.h"

#include "base/mapfile.h"
#include "inhouse/transcribe.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

static const char *const model_name = "whisper-tiny-multi80";

struct opened {
    struct ih_engine *engine;
    struct ih_model *model;
};

static void open_model(struct opened *o, int threads, enum ih_compute compute)
{
    struct ih_error e;
    struct ih_engine_options engine = {.threads = threads};
    struct ih_model_options model = {.compute = compute};
    assert_int_equal(ih_engine_open(&o->engine, &engine, &e), IH_OK);
    if (ih_model_open(&o->model, o->engine, data_path(model_name), &model, &e))
        fail_msg("%s", e.text);
}

static void close_model(struct opened *o)
{
    ih_model_close(&o->model);
    ih_engine_close(&o->engine);
}

/* 5.2 s of the fixtures' recording as 16-bit samples, behind the header of its file. */
static struct ih_audio_input recording(struct mapfile *file)
{
    struct ih_error e;
    assert_int_equal(mapfile_open(file, data_path("recording.safetensors"), &e), IH_OK);
    uint64_t header;
    memcpy(&header, file->data, sizeof header);
    return (struct ih_audio_input){
        .data = file->data + 8 + header, .size = file->size - 8 - header, .raw = true};
}

static struct ih_transcript *run(struct opened *o, const struct ih_transcribe_options *options)
{
    struct mapfile file;
    struct ih_audio_input input = recording(&file);
    struct ih_transcript *t;
    struct ih_error e;
    if (ih_transcribe(&t, o->model, &input, options, NULL, &e))
        fail_msg("%s", e.text);
    mapfile_close(&file);
    return t;
}

static void assert_same(const struct ih_transcript *a, const struct ih_transcript *b)
{
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->segment_count, b->segment_count);
    for (int i = 0; i < a->segment_count; i++) {
        const struct ih_segment *x = &a->segments[i], *y = &b->segments[i];
        assert_int_equal(x->token_count, y->token_count);
        assert_memory_equal(x->tokens, y->tokens, (size_t)x->token_count * sizeof *x->tokens);
        assert_memory_equal(&x->avg_logprob, &y->avg_logprob, sizeof x->avg_logprob);
        assert_memory_equal(&x->no_speech_prob, &y->no_speech_prob, sizeof x->no_speech_prob);
        assert_true(x->begin == y->begin && x->end == y->end);
    }
}

static struct ih_transcribe_options english(void)
{
    struct ih_transcribe_options o;
    ih_transcribe_defaults(&o);
    o.language = "en";
    return o;
}

/* Bit for bit the same for any number of threads, in every arithmetic. */
static void test_threads(void **state)
{
    (void)state;
    const enum ih_compute computes[] = {
        IH_COMPUTE_F32, IH_COMPUTE_BF16, IH_COMPUTE_INT8, IH_COMPUTE_INT4};
    struct ih_transcribe_options options = english();
    options.words = true;
    for (size_t c = 0; c < sizeof computes / sizeof *computes; c++) {
        struct ih_transcript *first = NULL;
        for (int threads = 1; threads <= 3; threads++) {
            struct opened o;
            open_model(&o, threads, computes[c]);
            struct ih_transcript *t = run(&o, &options);
            assert_true(t->segment_count > 0);
            if (first) {
                assert_same(t, first);
                ih_transcript_free(&t);
            } else {
                first = t;
            }
            close_model(&o);
        }
        ih_transcript_free(&first);
    }
}

struct concurrent {
    struct opened *opened;
    struct ih_transcript *result;
};

static void *run_concurrently(void *arg)
{
    struct concurrent *c = arg;
    struct ih_transcribe_options options = english();
    options.beam = 3;
    c->result = run(c->opened, &options);
    return NULL;
}

static void test_several_jobs_at_once(void **state)
{
    (void)state;
    enum { JOBS = 4 };
    struct opened o;
    open_model(&o, 2, IH_COMPUTE_AUTO);
    struct concurrent c[JOBS];
    pthread_t thread[JOBS];
    for (int i = 0; i < JOBS; i++) {
        c[i] = (struct concurrent){&o, NULL};
        assert_int_equal(pthread_create(&thread[i], NULL, run_concurrently, &c[i]), 0);
    }
    for (int i = 0; i < JOBS; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < JOBS; i++) {
        assert_same(c[i].result, c[0].result);
        if (i)
            ih_transcript_free(&c[i].result);
    }
    ih_transcript_free(&c[0].result);
    close_model(&o);
}

static void test_times_and_words(void **state)
{
    (void)state;
    struct opened o;
    open_model(&o, 2, IH_COMPUTE_F32);
    struct ih_transcribe_options options = english();
    options.words = true;
    struct ih_transcript *t = run(&o, &options);
    assert_true(fabs(t->duration - 5.2) < 1e-9);
    assert_string_equal(t->language, "en");
    double last = 0;
    for (int i = 0; i < t->segment_count; i++) {
        const struct ih_segment *s = &t->segments[i];
        assert_true(s->begin >= last && s->end >= s->begin && s->end <= t->duration + 1e-9);
        last = s->begin;
        char joined[1024] = "";
        for (int w = 0; w < s->word_count; w++) {
            assert_true(s->words[w].end >= s->words[w].begin);
            assert_true(s->words[w].probability > 0 && s->words[w].probability <= 1);
            strncat(joined, s->words[w].text, sizeof joined - strlen(joined) - 1);
        }
        if (!strstr(s->text, "\xef\xbf\xbd"))
            assert_string_equal(joined, s->text);
    }
    ih_transcript_free(&t);
    close_model(&o);
}

static void set_cancel(void *arg, double done, double total)
{
    (void)total;
    if (done > 0)
        **(volatile int **)arg = 1;
}

static void test_cancel_keeps_what_is_done(void **state)
{
    (void)state;
    struct opened o;
    open_model(&o, 2, IH_COMPUTE_F32);
    struct ih_transcribe_options options = english();
    struct mapfile file;
    struct ih_audio_input input = recording(&file);
    struct ih_transcribe_job job = {.job = {.progress = set_cancel}};
    volatile int *flag = &job.job.cancel;
    job.job.arg = &flag;
    struct ih_transcript *t, *whole = run(&o, &options);
    struct ih_error e;
    assert_int_equal(ih_transcribe(&t, o.model, &input, &options, &job, &e), IH_CANCELLED);
    assert_non_null(t);
    assert_true(t->segment_count >= 1 && t->segment_count < whole->segment_count);
    assert_string_equal(t->segments[0].text, whole->segments[0].text);
    ih_transcript_free(&t);
    ih_transcript_free(&whole);
    mapfile_close(&file);
    close_model(&o);
}

static void test_bad_options(void **state)
{
    (void)state;
    struct opened o;
    open_model(&o, 1, IH_COMPUTE_F32);
    struct ih_audio_input input = {.data = "x", .size = 1};
    struct ih_transcript *t;
    struct ih_error e;
    struct ih_transcribe_options options = english();
    options.language = "klingon";
    assert_int_equal(ih_transcribe(&t, o.model, &input, &options, NULL, &e), IH_BAD_DATA);
    assert_null(t);
    options = english();
    options.beam = -1;
    assert_int_equal(ih_transcribe(&t, o.model, &input, &options, NULL, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "beam"));
    options = english();
    options.temperature = NAN;
    assert_int_equal(ih_transcribe(&t, o.model, &input, &options, NULL, &e), IH_INVALID);
    input.path = "also";
    options = english();
    assert_int_equal(ih_transcribe(&t, o.model, &input, &options, NULL, &e), IH_INVALID);
    close_model(&o);
}

static void test_language_unknown_to_the_model(void **state)
{
    (void)state;
    struct opened o;
    open_model(&o, 1, IH_COMPUTE_F32);
    struct mapfile file;
    struct ih_audio_input input = recording(&file);
    struct ih_transcribe_options options = english();
    struct ih_transcript *t;
    struct ih_error e;
    options.language = "fi";
    assert_int_equal(ih_transcribe(&t, o.model, &input, &options, NULL, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "finnish"));
    options.language = "klingon";
    assert_int_equal(ih_transcribe(&t, o.model, &input, &options, NULL, &e), IH_INVALID);
    mapfile_close(&file);
    close_model(&o);
}

/* Nothing is heard in silence, whatever a model would make of it. */
/* A random model is never sure, so every temperature is tried and fails: what stays is no worse
 * than the first attempt. */
static void test_the_most_certain_attempt_stays(void **state)
{
    (void)state;
    struct opened o;
    open_model(&o, 2, IH_COMPUTE_F32);
    struct ih_transcribe_options options = english();
    options.max_tokens = 24;
    options.temperature_step = 0;
    struct ih_transcript *once = run(&o, &options);
    options.temperature_step = 0.5f;
    struct ih_transcript *often = run(&o, &options);
    assert_true(once->segment_count > 0 && often->segment_count > 0);
    const struct ih_segment *a = &once->segments[0], *b = &often->segments[0];
    assert_true(a->avg_logprob < options.logprob_limit);
    assert_true(b->avg_logprob >= a->avg_logprob || a->compression_ratio > 2.4f);
    ih_transcript_free(&once);
    ih_transcript_free(&often);
    close_model(&o);
}

static void test_silence(void **state)
{
    (void)state;
    static int16_t silence[16000 * 5];
    struct opened o;
    open_model(&o, 2, IH_COMPUTE_AUTO);
    struct ih_audio_input input = {.data = silence, .size = sizeof silence, .raw = true};
    struct ih_transcript *t;
    struct ih_error e;
    assert_int_equal(ih_transcribe(&t, o.model, &input, NULL, NULL, &e), IH_OK);
    assert_int_equal(t->segment_count, 0);
    assert_string_equal(t->text, "");
    assert_true(t->duration == 5 && t->speech == 0);
    ih_transcript_free(&t);
    close_model(&o);
}

static void test_float_samples_that_are_no_numbers(void **state)
{
    (void)state;
    static float bad[32000];
    for (int i = 0; i < 32000; i++)
        bad[i] = i % 3 ? NAN : INFINITY;
    struct opened o;
    open_model(&o, 2, IH_COMPUTE_AUTO);
    struct ih_audio_input input = {.data = bad, .size = sizeof bad, .raw = true, .raw_f32 = true};
    struct ih_transcript *t;
    struct ih_error e;
    assert_int_equal(ih_transcribe(&t, o.model, &input, NULL, NULL, &e), IH_OK);
    for (int i = 0; i < t->segment_count; i++)
        assert_true(isfinite(t->segments[i].avg_logprob));
    ih_transcript_free(&t);
    close_model(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_several_jobs_at_once),
        cmocka_unit_test(test_times_and_words),
        cmocka_unit_test(test_cancel_keeps_what_is_done),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_language_unknown_to_the_model),
        cmocka_unit_test(test_the_most_certain_attempt_stays),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_float_samples_that_are_no_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
