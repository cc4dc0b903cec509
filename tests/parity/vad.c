/* SPDX-License-Identifier: Apache-2.0 */
/* The voice activity network against PyTorch: a narrow random one, and Silero's real weights
 * against the official package. See scripts/make_fixture_vad.py. */
#include "media/vad.h"
#include "base/cpu.h"
#include "kernels/kernels.h"
#include "media/audio.h"
#include "support/support.h"
#include "weights/weights.h"

#include <stdlib.h>
#include <string.h>

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static struct weights *open_weights(const char *path)
{
    struct weights *w;
    struct ih_error e;
    check(weights_open(&w, path, &e), &e);
    return w;
}

static const struct tensor *find(const struct weights *w, const char *name)
{
    const struct tensor *x = weights_find(w, name);
    if (!x)
        fail_msg("no tensor %s", name);
    return x;
}

static struct vad *open_vad(const char *path, unsigned flags)
{
    struct kernels k;
    kernels_init(&k, flags);
    struct weights *w = open_weights(path);
    struct vad *v;
    struct ih_error e;
    check(vad_open(&v, w, &k, &e), &e);
    weights_close(&w); /* a vad keeps what it needs */
    return v;
}

static void narrow_on(const char *tier)
{
    unsigned mask;
    assert_int_equal(cpu_mask(tier, &mask), 0);
    struct vad *v = open_vad(data_path("vad/narrow.safetensors"), cpu_flags() & mask);
    struct weights *expected = open_weights(data_path("vad/narrow_expected.safetensors"));
    const struct tensor *p = find(expected, "probability"), *pcm = find(expected, "pcm");
    const uint16_t *half = pcm->data;
    int64_t frames = p->shape[0];
    float *got = calloc((size_t)frames, sizeof *got);
    assert_non_null(got);
    struct vad_state s = {0};
    for (int64_t t = 0; t < frames; t++) {
        float x[VAD_FRAME];
        for (int64_t i = 0; i < VAD_FRAME; i++)
            x[i] = f16_to_f32(half[t * VAD_FRAME + i]);
        got[t] = vad_frame(v, &s, x);
    }
    assert_close("probability", got, p->data, (size_t)frames, 1e-4f, 0);
    const struct tensor *h = find(expected, "h"), *c = find(expected, "c");
    assert_close("h", s.h, h->data, (size_t)h->shape[0], 1e-4f, 0);
    assert_close("c", s.c, c->data, (size_t)c->shape[0], 1e-4f, 1e-4f);
    free(got);
    weights_close(&expected);
    vad_close(&v);
    assert_null(v);
}

static void narrow_network(void **state)
{
    (void)state;
    narrow_on("c");
    narrow_on("all");
}

static void assert_spans(const struct weights *expected, const char *name, const float *p,
    int64_t frames, int64_t samples, const struct vad_options *o)
{
    const struct tensor *want = find(expected, name);
    const int32_t *at = want->data;
    struct vad_segmenter s;
    struct vad_span span;
    int64_t n = 0;
    vad_segmenter_init(&s, o);
    for (int64_t t = 0; t <= frames; t++) {
        bool given = t < frames ? vad_push(&s, p[t], &span) : vad_finish(&s, samples, &span);
        if (!given)
            continue;
        assert_true(n < want->shape[0]);
        assert_int_equal(span.begin, at[2 * n]);
        assert_int_equal(span.end, at[2 * n + 1]);
        n++;
    }
    assert_int_equal(n, want->shape[0]);
    assert_false(vad_finish(&s, samples, &span));
}

static void real_weights(void **state)
{
    (void)state;
    if (!have_shared("vad/silero_vad_16k.safetensors") || !have_shared("vad/test.wav"))
        skip();
    struct vad *v = open_vad(shared_path("vad/silero_vad_16k.safetensors"), cpu_flags());
    struct weights *expected = open_weights(data_path("vad/silero_test.safetensors"));
    const struct tensor *p = find(expected, "probability");
    int64_t frames = p->shape[0], samples = 0;
    float *got = calloc((size_t)frames, sizeof *got);
    assert_non_null(got);
    struct audio *a;
    struct ih_error e;
    check(audio_open_file(&a, shared_path("vad/test.wav"), VAD_RATE, &e), &e);
    struct vad_state s = {0};
    for (int64_t t = 0; t < frames; t++) {
        float x[VAD_FRAME] = {0};
        size_t n;
        check(audio_read(a, x, VAD_FRAME, &n, &e), &e);
        samples += (int64_t)n;
        got[t] = vad_frame(v, &s, x);
    }
    audio_close(&a);
    assert_close("probability", got, p->data, (size_t)frames, 5e-4f, 0);

    struct vad_options strict = vad_defaults, pauses = vad_defaults;
    strict.threshold = 0.8f;
    strict.min_speech_ms = 1000;
    pauses.min_silence_ms = 400;
    pauses.pad_ms = 200;
    assert_spans(expected, "spans.default", p->data, frames, samples, NULL);
    assert_spans(expected, "spans.long_pauses", p->data, frames, samples, &pauses);
    assert_spans(expected, "spans.strict", p->data, frames, samples, &strict);
    free(got);
    weights_close(&expected);
    vad_close(&v);
}

/* One tensor of another shape or missing: a sentence that names it. */
static void refuses_other_networks(void **state)
{
    (void)state;
    struct kernels k;
    kernels_init(&k, 0);
    struct ih_error e;
    struct vad *v;
    struct weights *other = open_weights(data_path("vad/silero_test.safetensors"));
    assert_int_not_equal(vad_open(&v, other, &k, &e), IH_OK);
    assert_null(v);
    assert_non_null(strstr(e.text, "stft_conv.weight"));
    weights_close(&other);

    struct weights *whole = open_weights(data_path("vad/narrow.safetensors"));
    for (int i = 0; i < weights_count(whole); i++) {
        struct weights *part;
        check(weights_new(&part, "part", &e), &e);
        for (int j = 0; j < weights_count(whole); j++) {
            struct tensor x = *weights_at(whole, j);
            if (i == j)
                x.shape[x.rank - 1] += x.rank == 3 && x.shape[2] == 1 ? 5 : -1;
            check(weights_add(part, weights_name(whole, j), &x, &e), &e);
        }
        assert_int_not_equal(vad_open(&v, part, &k, &e), IH_OK);
        if (!strstr(e.text, "weight") && !strstr(e.text, "bias"))
            fail_msg("%s", e.text);
        weights_close(&part);
    }
    weights_close(&whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_network),
        cmocka_unit_test(real_weights),
        cmocka_unit_test(refuses_other_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
