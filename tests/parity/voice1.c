/* SPDX-License-Identifier: Apache-2.0 */
/* voice-1's network and vocoder against PyTorch and NumPy, stage by stage, at a tiny random
 * configuration; see scripts/make_fixture_voice1.py. */
#include "models/voice1/voice1.h"
#include "base/cpu.h"
#include "support/support.h"
#include "weights/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

/* The sound's tolerance is wider than a stage's: the phase of the pulses is the sum of all pitches
 * before it. */

/* One opened model and what it should give. */
struct bench {
    struct device *device;
    struct model *model;
    struct weights *expected;
    struct synthesizer_session *session;
    struct arena arena;
    float tolerance; /* of a stage, relative to its root mean square */
    int stages;
};

static void bench_open(struct bench *b, const char *tier, enum ih_compute compute, float tolerance)
{
    unsigned mask;
    struct ih_error e;
    *b = (struct bench){.tolerance = tolerance};
    assert_int_equal(cpu_mask(tier, &mask), 0);
    const struct device_options options = {.threads = 2, .cpu_mask = mask};
    check(device_open_cpu(&b->device, &options, &e), &e);
    const struct model_open o = {b->device, data_path("voice1"), compute};
    check(model_open(&b->model, &o, &e), &e);
    assert_string_equal(b->model->family->name, "voice1");
    check(weights_open(&b->expected, data_path("voice1/expected.safetensors"), &e), &e);
    check(b->model->family->synthesizer->open(&b->session, b->model, &e), &e);
}

static void bench_close(struct bench *b)
{
    b->model->family->synthesizer->close(&b->session);
    weights_close(&b->expected);
    model_close(&b->model);
    device_close(&b->device);
    arena_free(&b->arena);
}

static const struct tensor *find(const struct weights *w, const char *name)
{
    const struct tensor *x = weights_find(w, name);
    if (!x)
        fail_msg("no tensor %s", name);
    return x;
}

static void compare(const struct bench *b, const char *stage, const float *got, int64_t n)
{
    const struct tensor *want = find(b->expected, stage);
    const float *value = want->data;
    double squares = 0, worst = 0;
    assert_int_equal(tensor_count(want), n);
    for (int64_t i = 0; i < n; i++) {
        squares += (double)value[i] * value[i];
        worst = fmax(worst, fabs((double)got[i] - value[i]));
        assert_true(isfinite(got[i]));
    }
    double relative = worst / sqrt(squares / (double)n);
    print_message("  %-10s %.1e\n", stage, relative);
    if (relative > (double)b->tolerance)
        fail_msg("%s is off by %.1e of its size", stage, relative);
}

static void on_stage(void *arg, const char *stage, struct tensor x)
{
    struct bench *b = arg;
    b->stages++;
    compare(b, stage, x.data, tensor_count(&x));
}

static const char *phonemes(void)
{
    static char text[256];
    FILE *f = fopen(data_path("voice1/phonemes.txt"), "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = 0;
    fclose(f);
    return text;
}

static struct synthesis_request request(const struct bench *b)
{
    struct ih_error e;
    struct synthesis_request r = {
        .phonemes = phonemes(), .language = "en", .speed = 1, .range = 1, .energy = 1};
    check(b->model->family->synthesizer->voice(b->model, 0, &r.voice, &e), &e);
    return r;
}

static void speak_on(const char *tier, enum ih_compute compute, float tolerance, float sound)
{
    struct bench b;
    struct ih_error e;
    struct synthesized out;
    bench_open(&b, tier, compute, tolerance);
    print_message("%s\n", tier);
    b.session->watch = on_stage;
    b.session->watch_arg = &b;
    b.session->noise = find(b.expected, "noise")->data;
    struct synthesis_request r = request(&b);
    check(b.model->family->synthesizer->speak(b.session, &r, NULL, &b.arena, &out, &e), &e);
    assert_int_equal(b.stages, 6);
    if (sound > 0) {
        b.tolerance = sound;
        compare(&b, "sound", out.pcm, out.samples);
    }
    bench_close(&b);
}

static void stages_agree_in_plain_c(void **state)
{
    (void)state;
    speak_on("c", IH_COMPUTE_F32, 1e-5f, 2e-2f);
}

static void stages_agree_in_every_tier(void **state)
{
    (void)state;
    static const char *const tiers[] = {"avx2", "avx512", "all"};
    for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
        speak_on(tiers[i], IH_COMPUTE_F32, 1e-5f, 2e-2f);
}

/* The vocoder by itself, from exactly the reference's numbers. */
static void vocoder_agrees(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    bench_open(&b, "all", IH_COMPUTE_F32, 1e-3f);
    const struct voice1 *m = (const struct voice1 *)b.model;
    const struct tensor *pitch = find(b.expected, "pitch");
    const float *value = pitch->data;
    int64_t n = pitch->shape[0];
    float *f0 = arena_alloc(&b.arena, 2 * (size_t)n * sizeof *f0), *voiced = f0 + n, *pcm;
    for (int64_t t = 0; t < n; t++) {
        f0[t] = expf(m->voice_style[m->config.speaker] + value[2 * t]);
        voiced[t] = value[2 * t + 1] > 0;
    }
    const struct vocoder_frames frames = {
        .count = n,
        .envelope = find(b.expected, "envelope")->data,
        .share = find(b.expected, "share")->data,
        .f0 = f0,
        .voiced = voiced,
        .noise = find(b.expected, "noise")->data,
    };
    check(vocoder_run(m->vocoder, b.device, &frames, &b.arena, &pcm, &e), &e);
    compare(&b, "sound", pcm, n * 240);
    bench_close(&b);
}

/* Durations, and so the number of frames, must not change with the arithmetic of this fixture; a
 * random network of width 64 averages rounding errors less than a trained one. Pulses move with the
 * slightest change of the pitch, so samples are not compared. */
static void bf16_stays_close(void **state)
{
    (void)state;
    speak_on("all", IH_COMPUTE_BF16, 3e-2f, 0);
}

/* Code points without a token begin where the next one does, and times cover the whole sound. */
static void times_are_told(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    struct synthesized out;
    bench_open(&b, "all", IH_COMPUTE_F32, 0);
    struct synthesis_request r = request(&b);
    check(b.model->family->synthesizer->speak(b.session, &r, NULL, &b.arena, &out, &e), &e);
    const struct tensor *frames = find(b.expected, "frames");
    const float *count = frames->data;
    static const char *const text[] = {"h", "ə", "l", "ˈ", "o", "ː", ",", " ", "l", "ə", "d", "i",
        "ː", "z", ".", " ", "ɐ", "n", "d", "?"};
    assert_int_equal(out.count, sizeof text / sizeof *text);
    double seconds = (double)count[0] / 100; /* the space before */
    for (int i = 0, token = 1; i < out.count; i++) {
        assert_true(fabs((double)out.begin[i] - seconds) < 1e-4);
        if (strcmp(text[i], "h") != 0 && strcmp(text[i], "z") != 0)
            seconds += (double)count[token++] / 100;
    }
    assert_true(fabs((double)out.samples / 24000 - (double)out.begin[out.count] - 0) <
                (double)count[tensor_count(frames) - 1] / 100 + 1e-3);
    bench_close(&b);
}

/* What a wish does to the sound is known: twice the speed is half the frames, a whisper has no
 * pulses, an octave up doubles every pitch. */
static void wishes_are_followed(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    struct synthesized plain, fast, quiet;
    bench_open(&b, "all", IH_COMPUTE_F32, 0);
    const struct synthesizer *s = b.model->family->synthesizer;
    struct synthesis_request r = request(&b);
    check(s->speak(b.session, &r, NULL, &b.arena, &plain, &e), &e);
    r.speed = 2;
    check(s->speak(b.session, &r, NULL, &b.arena, &fast, &e), &e);
    assert_true(llabs(plain.samples - 2 * fast.samples) <= 240);
    r.speed = 1;
    r.energy = 0.5f;
    check(s->speak(b.session, &r, NULL, &b.arena, &quiet, &e), &e);
    assert_int_equal(quiet.samples, plain.samples);
    for (int64_t i = 0; i < plain.samples; i++)
        assert_true(fabsf(plain.pcm[i] - 2 * quiet.pcm[i]) < 1e-3f || fabsf(plain.pcm[i]) > 0.99f);
    bench_close(&b);
}

static void bad_requests_are_sentences(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    struct synthesized out;
    bench_open(&b, "all", IH_COMPUTE_F32, 0);
    const struct synthesizer *s = b.model->family->synthesizer;
    struct synthesis_request r = request(&b);
    r.language = "xx";
    assert_int_equal(s->speak(b.session, &r, NULL, &b.arena, &out, &e), IH_UNSUPPORTED);
    r = request(&b);
    r.voice.width = 3;
    assert_int_equal(s->speak(b.session, &r, NULL, &b.arena, &out, &e), IH_INVALID);
    r = request(&b);
    r.phonemes = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    assert_int_equal(s->speak(b.session, &r, NULL, &b.arena, &out, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "64 fit"));
    int cancel = 1;
    r = request(&b);
    assert_int_equal(s->speak(b.session, &r, &cancel, &b.arena, &out, &e), IH_CANCELLED);
    bench_close(&b);
}

static void speakers_are_heard(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    bench_open(&b, "all", IH_COMPUTE_F32, 1e-3f);
    const struct tensor *pcm = find(b.expected, "heard_pcm");
    float style[65];
    check(voice1_hear(b.session, pcm->data, pcm->shape[0], &b.arena, style, &e), &e);
    compare(&b, "heard_style", style, 65);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_agree_in_plain_c),
        cmocka_unit_test(stages_agree_in_every_tier),
        cmocka_unit_test(vocoder_agrees),
        cmocka_unit_test(bf16_stays_close),
        cmocka_unit_test(times_are_told),
        cmocka_unit_test(wishes_are_followed),
        cmocka_unit_test(bad_requests_are_sentences),
        cmocka_unit_test(speakers_are_heard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
