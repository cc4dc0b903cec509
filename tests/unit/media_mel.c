/* SPDX-License-Identifier: Apache-2.0 */
#include "media/mel.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FREQUENCIES = MEL_WINDOW / 2 + 1, SAMPLES = 4000 };

static struct mel *open_mel(int bins, const float *filters)
{
    struct mel *m;
    struct ih_error e;
    assert_int_equal(mel_open(&m, bins, filters, &e), IH_OK);
    return m;
}

/* Filters that let every frequency through alone, so that mel_log() gives the spectrum itself. */
static struct mel *open_spectrum(void)
{
    static float one[FREQUENCIES][FREQUENCIES];
    for (int i = 0; i < FREQUENCIES; i++)
        one[i][i] = 1;
    return open_mel(FREQUENCIES, one[0]);
}

static void fill_random(float *x, int n, uint32_t seed)
{
    for (int i = 0; i < n; i++)
        x[i] = 0.5f * random_unit(&seed);
}

/* What the definition says, term by term: frame t of x, which has no edge near. */
static void direct_spectrum(float *out, const float *x, int64_t t)
{
    for (int k = 0; k < FREQUENCIES; k++) {
        double re = 0, im = 0;
        for (int i = 0; i < MEL_WINDOW; i++) {
            double angle = 2 * M_PI * i / MEL_WINDOW;
            double v = x[t * MEL_HOP - MEL_WINDOW / 2 + i] * (0.5 - 0.5 * cos(angle));
            re += v * cos(angle * k);
            im -= v * sin(angle * k);
        }
        out[k] = (float)log10(fmax(re * re + im * im, 1e-10));
    }
}

/* Compares powers, since where a spectrum is close to zero its logarithm magnifies rounding. */
static void assert_spectrum(const char *what, const float *got, const float *want)
{
    float a[FREQUENCIES], b[FREQUENCIES];
    for (int i = 0; i < FREQUENCIES; i++) {
        a[i] = powf(10, got[i]);
        b[i] = powf(10, want[i]);
    }
    assert_close(what, a, b, FREQUENCIES, 1e-6f, 1e-5f);
}

static void counts_frames(void **state)
{
    (void)state;
    assert_int_equal(mel_frames(0), 0);
    assert_int_equal(mel_frames(159), 0);
    assert_int_equal(mel_frames(160), 1);
    assert_int_equal(mel_frames(480000), 3000);
    assert_int_equal(mel_frames(36000LL * MEL_RATE), 3600000);
}

static void spectrum_is_the_definition(void **state)
{
    (void)state;
    struct mel *m = open_spectrum();
    float x[SAMPLES], got[FREQUENCIES], want[FREQUENCIES];
    fill_random(x, SAMPLES, 7);
    for (int t = 2; t < 23; t += 5) {
        mel_log(m, x, SAMPLES, t, 1, got);
        direct_spectrum(want, x, t);
        assert_spectrum("spectrum", got, want);
    }
    mel_close(&m);
}

/* Values of openai/whisper's assets/mel_filters.npz at three neighbouring frequencies. */
struct column {
    int bins, k, band;
    double value[3]; /* at k - 1, k, k + 1 */
};

static const struct column columns[] = {
    {80, 10, 8, {0.0089360186830163, 0, 0}},
    {80, 10, 9, {0.017917396500706673, 0.006945197004824877, 0}},
    {80, 10, 10, {0, 0.01990821771323681, 0.004954374860972166}},
    {80, 10, 11, {0, 0, 0.021899040788412094}},
    {80, 100, 61, {0.0021241982467472553, 0.0003358862304594368, 0}},
    {80, 100, 62, {0.004451782442629337, 0.006172718480229378, 0.005150905344635248}},
    {80, 100, 63, {0, 0, 0.0012943691108375788}},
    {80, 190, 78, {0.0016790067311376333, 0.0011944210855290294, 0.0007098356145434082}},
    {80, 190, 79, {0.0017657268326729536, 0.0022320549469441175, 0.002698383294045925}},
    {128, 10, 16, {0, 0.038206759840250015, 0}},
    {128, 10, 17, {0, 0.004559790249913931, 0.007814195938408375}},
    {128, 100, 98, {0.0017405991675332189, 0, 0}},
    {128, 100, 99, {0.008731318637728691, 0.007789165247231722, 0.003489238675683737}},
    {128, 190, 126, {0.0035427347756922245, 0.004740611650049686, 0.0049519846215844154}},
    {128, 190, 127, {0, 0, 0.0004756950947921723}},
};

/* A cosine on a frequency of the grid has, through this window, amplitudes 100 there and 50 on
 * either side, so each band's energy follows from three published filter values. */
static void filters_are_the_published_ones(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        const struct column *p = &columns[c];
        struct mel *m = open_mel(p->bins, NULL);
        float x[SAMPLES], got[128];
        for (int i = 0; i < SAMPLES; i++)
            x[i] = (float)cos(2 * M_PI * p->k * i / MEL_WINDOW);
        mel_log(m, x, SAMPLES, 12, 1, got);
        float want = (float)log10(p->value[0] * 2500 + p->value[1] * 1e4 + p->value[2] * 2500);
        assert_close("band", &got[p->band], &want, 1, 2e-5f, 0);
        mel_close(&m);
    }
}

/* The same numbers as the frames of a recording that has its reflections written out. */
static void reflects_at_both_ends(void **state)
{
    (void)state;
    enum { N = 1000, PAD = 320, FRAMES = N / MEL_HOP };
    struct mel *m = open_spectrum();
    float x[N], padded[PAD + N + PAD];
    fill_random(x, N, 3);
    for (int i = 0; i < PAD + N + PAD; i++) {
        int at = i - PAD;
        at = at < 0 ? -at : at >= N ? 2 * (N - 1) - at : at;
        padded[i] = x[at];
    }
    for (int t = 0; t < FRAMES; t++) {
        float got[FREQUENCIES], want[FREQUENCIES];
        mel_log(m, x, N, t, 1, got);
        direct_spectrum(want, padded, t + PAD / MEL_HOP);
        assert_spectrum("frame", got, want);
    }
    mel_close(&m);
}

static void short_recordings_are_followed_by_zeros(void **state)
{
    (void)state;
    struct mel *m = open_mel(80, NULL);
    float x[201] = {0}, got[80], want[80];
    fill_random(x, 170, 5);
    mel_log(m, x, 201, 0, 1, want);
    mel_log(m, x, 170, 0, 1, got);
    assert_memory_equal(got, want, sizeof got);
    mel_close(&m);
}

static void silence_is_the_floor(void **state)
{
    (void)state;
    struct mel *m = open_mel(128, NULL);
    float x[SAMPLES] = {0}, got[25 * 128];
    mel_log(m, x, SAMPLES, 0, 25, got);
    for (int i = 0; i < 25 * 128; i++)
        assert_float_equal(got[i], -10, 1e-6);
    mel_normalize(got, 25 * 128);
    assert_float_equal(got[0], -1.5, 1e-6);
    mel_close(&m);
}

static void parts_equal_the_whole(void **state)
{
    (void)state;
    struct mel *m = open_mel(80, NULL);
    float x[SAMPLES], whole[25 * 80], parts[25 * 80];
    fill_random(x, SAMPLES, 11);
    mel_log(m, x, SAMPLES, 0, 25, whole);
    for (int t = 0; t < 25; t += 3)
        mel_log(m, x, SAMPLES, t, t + 3 > 25 ? 25 - t : 3, parts + (ptrdiff_t)t * 80);
    assert_memory_equal(whole, parts, sizeof whole);
    mel_close(&m);
}

static void normalizes_by_the_windows_maximum(void **state)
{
    (void)state;
    float x[] = {2, -5.9f, -6, -6.1f, -10};
    const float want[] = {1.5f, -0.475f, -0.5f, -0.5f, -0.5f};
    mel_normalize(x, 5);
    assert_close("normalized", x, want, 5, 1e-6f, 0);
}

static void refuses_odd_sizes(void **state)
{
    (void)state;
    struct mel *m;
    struct ih_error e;
    assert_int_equal(mel_open(&m, 0, NULL, &e), IH_INVALID);
    assert_null(m);
    assert_non_null(strstr(e.text, "mel bins"));
    assert_int_equal(mel_open(&m, 1 << 30, NULL, NULL), IH_INVALID);
    mel_close(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_frames),
        cmocka_unit_test(spectrum_is_the_definition),
        cmocka_unit_test(filters_are_the_published_ones),
        cmocka_unit_test(reflects_at_both_ends),
        cmocka_unit_test(short_recordings_are_followed_by_zeros),
        cmocka_unit_test(silence_is_the_floor),
        cmocka_unit_test(parts_equal_the_whole),
        cmocka_unit_test(normalizes_by_the_windows_maximum),
        cmocka_unit_test(refuses_odd_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
