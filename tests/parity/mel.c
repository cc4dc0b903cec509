/* SPDX-License-Identifier: Apache-2.0 */
/* Log-mel spectra and filter banks against transformers' WhisperFeatureExtractor and OpenAI's
 * mel_filters.npz. See scripts/make_fixture_mel.py. */
#include "media/mel.h"
#include "base/mapfile.h"
#include "support/support.h"
#include "weights/config.h"
#include "weights/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BINS_MAX = 128, FREQUENCIES = MEL_WINDOW / 2 + 1, PADDED = 480000 };

struct fixture {
    struct weights *w;
    float *pcm; /* room for 30 s, zeros at the end */
    int64_t samples;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static const struct tensor *find(const struct fixture *f, const char *name, int bins)
{
    char full[64];
    snprintf(full, sizeof full, name, bins);
    const struct tensor *x = weights_find(f->w, full);
    if (!x)
        fail_msg("no tensor %s", full);
    return x;
}

/* 16-bit tensors are none that weights give out: the samples are read by hand. */
static void read_samples(struct fixture *f, const char *path)
{
    struct mapfile m;
    struct config *c;
    struct ih_error e;
    check(mapfile_open(&m, path, &e), &e);
    size_t header = m.data[0] | (size_t)m.data[1] << 8 | (size_t)m.data[2] << 16;
    check(config_parse(&c, (const char *)m.data + 8, header, path, &e), &e);
    const struct config_value *at = config_find(config_root(c), "pcm.data_offsets");
    size_t begin = 8 + header + (size_t)config_int_or(config_item(at, 0), 0);
    size_t end = 8 + header + (size_t)config_int_or(config_item(at, 1), 0);
    assert_true(begin < end && end <= m.size && end - begin <= 2 * PADDED);
    f->pcm = calloc(PADDED, sizeof *f->pcm);
    assert_non_null(f->pcm);
    f->samples = (int64_t)(end - begin) / 2;
    for (int64_t i = 0; i < f->samples; i++) {
        const unsigned char *p = m.data + begin + 2 * i;
        f->pcm[i] = (float)(int16_t)(p[0] | p[1] << 8) / 32768;
    }
    config_close(&c);
    mapfile_close(&m);
}

static int set_up(void **state)
{
    static struct fixture f;
    struct ih_error e;
    const char *path = data_path("mel.safetensors");
    check(weights_open(&f.w, path, &e), &e);
    read_samples(&f, path);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    weights_close(&f->w);
    free(f->pcm);
    return 0;
}

/* The wanted frames, from `first` on, of the first `samples` normalized over all of them. */
static void assert_mel(const struct fixture *f, int bins, const float *filters, int64_t samples,
    int64_t first, const struct tensor *want)
{
    struct mel *m;
    struct ih_error e;
    check(mel_open(&m, bins, filters, &e), &e);
    int64_t frames = mel_frames(samples), count = want->shape[1];
    assert_int_equal(want->shape[0], bins);
    assert_true(first + count <= frames);
    float *all = calloc((size_t)(frames * bins), sizeof *all);
    float *got = calloc((size_t)(count * bins), sizeof *got);
    assert_true(all && got);
    mel_log(m, f->pcm, samples, 0, frames, all);
    mel_normalize(all, frames * bins);
    for (int64_t b = 0; b < bins; b++)
        for (int64_t t = 0; t < count; t++)
            got[b * count + t] = all[(first + t) * bins + b];
    /* The reference, in float32 itself, is 5e-5 away from the same in float64. */
    assert_close("mel", got, want->data, (size_t)(count * bins), 1e-4f, 0);
    free(got);
    free(all);
    mel_close(&m);
}

static void whole_recording(void **state)
{
    const struct fixture *f = *state;
    for (int bins = 80; bins <= 128; bins += 48) {
        const struct tensor *want = find(f, "mel%d", bins);
        assert_int_equal(want->shape[1], mel_frames(f->samples));
        assert_mel(f, bins, NULL, f->samples, 0, want);
    }
}

/* Where the sound ends inside the reference's 30 s window. */
static void end_in_a_padded_window(void **state)
{
    const struct fixture *f = *state;
    for (int bins = 80; bins <= 128; bins += 48)
        assert_mel(
            f, bins, NULL, PADDED, mel_frames(f->samples) - 3, find(f, "mel%d.edge_30s", bins));
}

/* OpenAI's bank as it is published, [bins, FREQUENCIES]. */
static void published_bank(const struct fixture *f, int bins, float *bank)
{
    const int32_t *first = find(f, "bank%d.first", bins)->data;
    const int32_t *count = find(f, "bank%d.count", bins)->data;
    const float *values = find(f, "bank%d.values", bins)->data;
    memset(bank, 0, sizeof *bank * (size_t)(bins * FREQUENCIES));
    for (int b = 0; b < bins; b++, bank += FREQUENCIES)
        for (int i = 0; i < count[b]; i++)
            bank[first[b] + i] = *values++;
}

/* A hundred frames of noise through both banks: each frame weighs the frequencies anew. */
static void computed_bank_is_the_published_one(void **state)
{
    const struct fixture *f = *state;
    static float bank[BINS_MAX * FREQUENCIES], x[16000];
    for (int bins = 80; bins <= 128; bins += 48) {
        published_bank(f, bins, bank);
        assert_mel(f, bins, bank, f->samples, 0, find(f, "mel%d", bins));
        struct mel *ours, *theirs;
        struct ih_error e;
        check(mel_open(&ours, bins, NULL, &e), &e);
        check(mel_open(&theirs, bins, bank, &e), &e);
        uint32_t seed = 3;
        for (int i = 0; i < 16000; i++)
            x[i] = random_unit(&seed);
        static float a[100 * BINS_MAX], b[100 * BINS_MAX];
        mel_log(ours, x, 16000, 0, 100, a);
        mel_log(theirs, x, 16000, 0, 100, b);
        assert_close("bank", a, b, (size_t)(100 * bins), 2e-6f, 0);
        mel_close(&ours);
        mel_close(&theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_recording),
        cmocka_unit_test(end_in_a_padded_window),
        cmocka_unit_test(computed_bank_is_the_published_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
