/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/fft.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const int sizes[] = {2, 4, 8, 10, 16, 20, 40, 50, 64, 100, 250, 256, 400, 512, 800, 1000,
    1024, 2000, 2048, 4000, 4096};
enum { SIZES = sizeof sizes / sizeof *sizes };

static struct fft *opened(int n)
{
    struct fft *f = NULL;
    struct ih_error e = {0};
    assert_int_equal(fft_open(&f, n, &e), IH_OK);
    assert_int_equal(fft_size(f), n);
    return f;
}

/* The definition in f64; the angle is reduced first, so that it keeps its digits. */
static void transform_f64(double *re, double *im, const float *x, int n, int k)
{
    *re = *im = 0;
    for (int j = 0; j < n; j++) {
        double angle = -2 * M_PI * (double)((long)j * k % n) / n;
        *re += x[j] * cos(angle);
        *im += x[j] * sin(angle);
    }
}

static void test_against_definition(void **state)
{
    (void)state;
    float x[FFT_MAX], out[FFT_MAX + 2];
    for (int s = 0; s < SIZES; s++) {
        int n = sizes[s];
        struct fft *f = opened(n);
        uint32_t seed = (uint32_t)n;
        double energy = 0;
        for (int i = 0; i < n; i++) {
            x[i] = random_unit(&seed);
            energy += x[i] * x[i];
        }
        fft_forward(f, out, x);
        double limit = 1.5e-7 * log2(n) * sqrt(energy);
        for (int k = 0; k <= n / 2; k++) {
            double re, im;
            transform_f64(&re, &im, x, n, k);
            if (hypot(out[2 * k] - re, out[2 * k + 1] - im) > limit)
                fail_msg("n %d: value %d is %g %g, not %g %g", n, k, (double)out[2 * k],
                    (double)out[2 * k + 1], re, im);
        }
        fft_close(&f);
        assert_null(f);
    }
}

static void test_inverse(void **state)
{
    (void)state;
    float x[FFT_MAX], back[FFT_MAX], out[FFT_MAX + 2];
    for (int s = 0; s < SIZES; s++) {
        int n = sizes[s];
        struct fft *f = opened(n);
        uint32_t seed = (uint32_t)n + 1;
        for (int i = 0; i < n; i++)
            x[i] = random_unit(&seed);
        fft_forward(f, out, x);
        out[1] = out[n + 1] = 7; /* counts as zero */
        fft_inverse(f, back, out);
        assert_close("inverse", back, x, (size_t)n, 2e-6f, 0);
        fft_close(&f);
    }
}

/* By hand: an impulse has a flat spectrum; a cosine of 3 turns has n / 2 at 3, a sine -i n / 2. */
static void test_known(void **state)
{
    (void)state;
    enum { N = 400 };
    struct fft *f = opened(N);
    float x[N] = {1}, out[N + 2];
    fft_forward(f, out, x);
    for (int k = 0; k <= N / 2; k++) {
        assert_float_equal(out[2 * k], 1, 1e-6f);
        assert_float_equal(out[2 * k + 1], 0, 1e-6f);
    }
    for (int i = 0; i < N; i++)
        x[i] = (float)(cos(2 * M_PI * 3 * i / N) + sin(2 * M_PI * 50 * i / N));
    fft_forward(f, out, x);
    for (int k = 0; k <= N / 2; k++) {
        assert_float_equal(out[2 * k], k == 3 ? N / 2 : 0, 1e-4f);
        assert_float_equal(out[2 * k + 1], k == 50 ? -N / 2 : 0, 1e-4f);
    }
    fft_close(&f);
}

static void test_refused(void **state)
{
    (void)state;
    static const int bad[] = {-400, 0, 1, 3, 6, 7, 14, 401, 1200, FFT_MAX + 2, 8192};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fft *f = (void *)&f;
        struct ih_error e = {0};
        assert_int_equal(fft_open(&f, bad[i], &e), IH_UNSUPPORTED);
        assert_null(f);
        assert_non_null(strstr(e.text, "4096"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_definition),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
