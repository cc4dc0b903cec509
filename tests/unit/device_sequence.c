/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on sequences against their definitions, written out in double. */
#include "support/support.h"

#include "base/cpu.h"
#include "device/ops.h"
#include "kernels/fft.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct tensor none;

static struct device *open_device(const char *tier, int threads)
{
    struct device *d;
    struct ih_error e;
    struct device_options o = {.threads = threads};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    assert_int_equal(device_open_cpu(&d, &o, &e), IH_OK);
    return d;
}

static float *random_values(int64_t n, uint32_t *state)
{
    float *x = test_malloc((size_t)n * sizeof *x);
    for (int64_t i = 0; i < n; i++)
        x[i] = random_unit(state);
    return x;
}

struct conv_case {
    int64_t rows, in, out;
    int taps, stride, dilation, pad;
    bool transposed, channels, residual;
};

static float snake(float v, float alpha)
{
    float s = sinf(alpha * v);
    return v + s * s / alpha;
}

/* Rows that come out of PyTorch's Conv1d or ConvTranspose1d (with output_padding where the rest of
 * a stride is missing, which op_conv() gives as whole strides). */
static int64_t rows_out(const struct conv_case *c)
{
    if (c->transposed)
        return c->rows * c->stride;
    return (c->rows + 2 * c->pad - c->dilation * (c->taps - 1) - 1) / c->stride + 1;
}

/* y [rows_out, out] from x as it enters the convolution. */
static void conv_by_definition(
    const struct conv_case *c, double *y, const float *x, const float *w, const float *bias)
{
    int64_t n = rows_out(c);
    for (int64_t t = 0; t < n; t++)
        for (int64_t o = 0; o < c->out; o++)
            y[t * c->out + o] = bias[o];
    for (int64_t i = 0; i < (c->transposed ? c->rows : n); i++)
        for (int k = 0; k < c->taps; k++) {
            int64_t from = c->transposed ? i : i * c->stride - c->pad + k * c->dilation;
            int64_t to = c->transposed ? i * c->stride - c->pad + k : i;
            if (from < 0 || from >= c->rows || to < 0 || to >= n)
                continue;
            for (int64_t o = 0; o < c->out; o++)
                for (int64_t j = 0; j < c->in; j++) {
                    int64_t at = c->transposed ? (j * c->out + o) * c->taps + k
                                               : (o * c->in + j) * c->taps + k;
                    y[to * c->out + o] += (double)w[at] * x[from * c->in + j];
                }
        }
}

static void run_conv(const struct conv_case *c, const char *tier, int threads, float *y,
    const float *x, const float *w, const float *bias, const struct channels *f, enum dtype storage)
{
    struct device *d = open_device(tier, threads);
    struct ih_error e;
    struct conv conv;
    struct conv_part part = {
        w, bias, c->in, c->out, c->taps, c->stride, c->dilation, c->pad, c->transposed};
    assert_int_equal(conv_pack(d, &conv, &part, storage, &e), IH_OK);
    struct tensor to = tensor_2d(y, DT_F32, rows_out(c), c->out);
    op_conv(d, to, tensor_2d((void *)(uintptr_t)x, DT_F32, c->rows, c->in), &conv, f, ACT_NONE,
        c->residual ? to : none);
    conv_free(&conv);
    device_close(&d);
}

static void check_conv(const struct conv_case *c, const char *tier)
{
    uint32_t random = 1;
    int64_t n = rows_out(c) * c->out, m = c->rows * c->in;
    float *x = random_values(m, &random), *w = random_values(c->out * c->in * c->taps, &random);
    float *bias = random_values(c->out, &random), *first = random_values(n, &random);
    float *scale = random_values(c->in, &random), *alpha = random_values(c->in, &random);
    float *inverse = test_malloc((size_t)c->in * sizeof *inverse),
          *into = random_values(m, &random);
    float *y[2] = {test_malloc((size_t)n * sizeof(float)), test_malloc((size_t)n * sizeof(float))};
    double *want = test_malloc((size_t)n * sizeof *want);
    struct channels f = {.scale = scale, .shift = scale, .curve = CURVE_SNAKE};
    f.alpha = alpha;
    f.inverse = inverse;
    for (int64_t j = 0; j < c->in; j++) {
        alpha[j] += 2;
        inverse[j] = 1 / alpha[j];
    }
    for (int64_t i = 0; i < m; i++) {
        int64_t j = i % c->in;
        into[i] = c->channels ? snake(x[i] * scale[j] + scale[j], alpha[j]) : x[i];
    }
    conv_by_definition(c, want, into, w, bias);
    for (int t = 0; t < 2; t++) {
        memcpy(y[t], first, (size_t)n * sizeof *first);
        run_conv(c, tier, 1 + 2 * t, y[t], x, w, bias, c->channels ? &f : NULL, DT_F32);
    }
    assert_memory_equal(y[0], y[1], (size_t)n * sizeof(float));
    for (int64_t i = 0; i < n; i++) {
        double v = want[i] + (c->residual ? (double)first[i] : 0);
        if (!(fabs(y[0][i] - v) < 1e-5 * sqrt((double)(c->in * c->taps)) + 1e-5 * fabs(v)))
            fail_msg("%s: %lld rows, %d taps: value %lld is %g, not %g", tier, (long long)c->rows,
                c->taps, (long long)i, (double)y[0][i], v);
    }
    float *all[] = {x, w, bias, first, scale, alpha, inverse, into, y[0], y[1]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        test_free(all[i]);
    test_free(want);
}

/* Few rows and many, so that both ways of running are taken; widths that fill no register. */
static void test_conv(void **state)
{
    (void)state;
    static const struct conv_case cases[] = {
        {1, 1, 1, 1, 1, 1, 0, false, false, false},
        {5, 3, 2, 3, 1, 1, 1, false, true, false},
        {100, 19, 33, 3, 1, 1, 1, false, true, true},
        {700, 16, 17, 7, 1, 3, 9, false, true, true},
        {700, 16, 16, 11, 1, 5, 25, false, true, true},
        {1000, 22, 24, 12, 6, 1, 3, false, false, false},
        {801, 1, 1, 3, 2, 1, 1, false, false, false},
        {90, 12, 5, 20, 10, 1, 5, true, true, true},
        {400, 8, 9, 12, 6, 1, 3, true, true, true},
        {300, 6, 4, 8, 4, 1, 2, true, false, false},
        {40, 6, 4, 3, 2, 1, 1, true, false, false},
    };
    static const char *const tiers[] = {"c", "avx2", "all"};
    for (size_t t = 0; t < sizeof tiers / sizeof *tiers; t++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            check_conv(&cases[i], tiers[t]);
}

/* bf16 weights and input: what comes out is the product of the rounded values. */
static void test_conv_bf16(void **state)
{
    (void)state;
    const struct conv_case c = {500, 24, 20, 5, 1, 2, 4, false, false, false};
    uint32_t random = 3;
    int64_t n = rows_out(&c) * c.out, weights = c.out * c.in * c.taps;
    float *x = random_values(c.rows * c.in, &random), *w = random_values(weights, &random);
    float *bias = random_values(c.out, &random), *y = random_values(n, &random);
    double *want = test_malloc((size_t)n * sizeof *want);
    for (int64_t i = 0; i < weights; i++)
        w[i] = bf16_to_f32(f32_to_bf16(w[i]));
    for (int64_t i = 0; i < c.rows * c.in; i++)
        x[i] = bf16_to_f32(f32_to_bf16(x[i]));
    run_conv(&c, "all", 2, y, x, w, bias, NULL, DT_BF16);
    conv_by_definition(&c, want, x, w, bias);
    for (int64_t i = 0; i < n; i++)
        assert_true(fabs(y[i] - want[i]) < 1e-4);
    test_free(x);
    test_free(w);
    test_free(bias);
    test_free(y);
    test_free(want);
}

/* Transposed by PyTorch's rule with kernel 3, stride 2, padding 1, output padding 1, by hand: y0 =
 * b + w1 x0, y1 = b + w2 x0 + w0 x1. */
static void test_depthwise(void **state)
{
    (void)state;
    struct device *d = open_device("all", 2);
    static const float w[] = {2, 20, 0, 0, 3, 30, 1, 10}, bias[] = {0.5f, -0.5f};
    float x[] = {1, 1, 4, 5}, y[8];
    struct depthwise c = {w, bias, .taps = 2, .pad = 0, .up = 2};
    op_depthwise(d, tensor_2d(y, DT_F32, 4, 2), tensor_2d(x, DT_F32, 2, 2), &c);
    static const float want[] = {2.5f, 19.5f, 7.5f, 79.5f, 8.5f, 99.5f, 12.5f, 149.5f};
    assert_close("depthwise", y, want, 8, 1e-6f, 1e-6f);
    device_close(&d);
}

/* A mean a thousand times the deviation does not spoil the variance. */
static void test_instance_norm(void **state)
{
    (void)state;
    enum { ROWS = 1000, N = 21 };
    struct device *d = open_device("all", 2);
    uint32_t random = 9;
    float *x = random_values((int64_t)ROWS * N, &random), scale[N], shift[N], w[N], b[N];
    for (int c = 0; c < N; c++) {
        w[c] = random_unit(&random);
        b[c] = random_unit(&random);
        for (int r = 0; r < ROWS; r++)
            x[r * N + c] += (float)(c * 50);
    }
    op_instance_norm(d, scale, shift, tensor_2d(x, DT_F32, ROWS, N), w, b, 1e-5f);
    for (int c = 0; c < N; c++) {
        double sum = 0, squares = 0;
        for (int r = 0; r < ROWS; r++)
            sum += x[r * N + c];
        double mean = sum / ROWS;
        for (int r = 0; r < ROWS; r++)
            squares += (x[r * N + c] - mean) * (x[r * N + c] - mean);
        double factor = w[c] / sqrt(squares / ROWS + 1e-5);
        assert_true(fabs(scale[c] - factor) < 1e-5 * (1 + fabs(factor)));
        assert_true(fabs(shift[c] - (b[c] - mean * factor)) < 1e-4 * (1 + fabs(mean * factor)));
    }
    test_free(x);
    device_close(&d);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* One direction of an LSTM in double: PyTorch's equations. */
static void lstm_by_definition(double *y, const float *x, const float *wx, const float *wh,
    const float *bias, int rows, int in, int hidden, bool reverse)
{
    double h[64] = {0}, c[64] = {0}, gate[256];
    for (int i = 0; i < rows; i++) {
        int t = reverse ? rows - 1 - i : i;
        for (int g = 0; g < 4 * hidden; g++) {
            gate[g] = bias[g];
            for (int j = 0; j < in; j++)
                gate[g] += (double)wx[g * in + j] * x[t * in + j];
            for (int j = 0; j < hidden; j++)
                gate[g] += (double)wh[g * hidden + j] * h[j];
        }
        for (int j = 0; j < hidden; j++) {
            c[j] = sigmoid(gate[hidden + j]) * c[j] + sigmoid(gate[j]) * tanh(gate[2 * hidden + j]);
            h[j] = sigmoid(gate[3 * hidden + j]) * tanh(c[j]);
            y[t * hidden + j] = h[j];
        }
    }
}

static void test_recurrent(void **state)
{
    (void)state;
    enum { ROWS = 37, IN = 11, HIDDEN = 10, GATES = 4 * HIDDEN };
    struct device *d = open_device("all", 2);
    struct ih_error e;
    uint32_t random = 5;
    float *x = random_values(ROWS * IN, &random), *wx = random_values(2 * GATES * IN, &random);
    float *wh = random_values(2 * GATES * HIDDEN, &random), *b = random_values(2 * GATES, &random);
    float y[ROWS * 2 * HIDDEN];
    struct recurrent r = {.in = IN, .hidden = HIDDEN, .directions = 2};
    struct linear_part input = {
        .w.w = tensor_2d(wx, DT_F32, 2 * GATES, IN), .bias = tensor_1d(b, DT_F32, 2 * GATES)};
    assert_int_equal(linear_pack(d, &r.input, &input, 1, DT_F32, &e), IH_OK);
    for (int i = 0; i < 2; i++) {
        struct linear_part part = {
            .w.w = tensor_2d(wh + i * GATES * HIDDEN, DT_F32, GATES, HIDDEN)};
        assert_int_equal(linear_pack(d, &r.state[i], &part, 1, DT_F32, &e), IH_OK);
    }
    op_recurrent(d, tensor_2d(y, DT_F32, ROWS, 2 * HIDDEN), tensor_2d(x, DT_F32, ROWS, IN), &r);
    for (int i = 0; i < 2; i++) {
        double want[ROWS * HIDDEN];
        lstm_by_definition(want, x, wx + i * GATES * IN, wh + i * GATES * HIDDEN, b + i * GATES,
            ROWS, IN, HIDDEN, i == 1);
        for (int t = 0; t < ROWS; t++)
            for (int j = 0; j < HIDDEN; j++)
                assert_true(fabs(y[t * 2 * HIDDEN + i * HIDDEN + j] - want[t * HIDDEN + j]) < 1e-5);
    }
    recurrent_free(&r);
    float *all[] = {x, wx, wh, b};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        test_free(all[i]);
    device_close(&d);
}

/* Forth and back is the same sound for windows of 20 and 1024; a cosine that fits the window shows
 * in its bin with half the window's sum. */
static void test_stft(void **state)
{
    (void)state;
    static const struct {
        int n, hop, samples, bin;
    } cases[] = {{20, 5, 3000, 4}, {1024, 256, 20480, 100}};
    struct device *d = open_device("all", 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int n = cases[i].n, samples = cases[i].samples, frames = samples / cases[i].hop + 1;
        struct fft *fft;
        struct ih_error e;
        assert_int_equal(fft_open(&fft, n, &e), IH_OK);
        float *window = test_malloc((size_t)n * sizeof *window);
        float *x = test_malloc((size_t)samples * sizeof *x);
        float *back = test_malloc((size_t)samples * sizeof *back);
        float *y = test_malloc((size_t)frames * (size_t)(n + 2) * sizeof *y);
        for (int j = 0; j < n; j++)
            window[j] = (float)(0.5 - 0.5 * cos(2 * M_PI * j / n));
        for (int j = 0; j < samples; j++)
            x[j] = (float)cos(2 * M_PI * cases[i].bin * (j + n / 2) / n + 0.25);
        struct stft s = {fft, window, cases[i].hop};
        struct tensor spectrum = tensor_2d(y, DT_F32, frames, n + 2);
        op_stft(d, spectrum, x, samples, &s);
        int middle = n / cases[i].hop * 3; /* a frame that begins at a whole window */
        const float *row = y + middle * (n + 2);
        assert_true(fabsf(row[cases[i].bin] - (float)n / 4) < 1e-3f * (float)n);
        assert_true(fabsf(row[n / 2 + 1 + cases[i].bin] - 0.25f) < 1e-4f);
        op_istft(d, back, spectrum, &s);
        assert_close("forth and back", back, x, (size_t)samples, 2e-5f, 0);
        test_free(window);
        test_free(x);
        test_free(back);
        test_free(y);
        fft_close(&fft);
    }
    device_close(&d);
}

/* A constant pitch is a sine whose phase began half a frame before the first sample; unvoiced
 * frames are noise alone. */
static void test_excitation(void **state)
{
    (void)state;
    enum { FRAMES = 12, HOP = 60 };
    struct device *d = open_device("all", 2);
    static const float weight[] = {0.7f, -0.4f};
    float f0[FRAMES], noise[FRAMES * HOP], y[FRAMES * HOP];
    struct excitation x = {.count = 2,
        .hop = HOP,
        .weight = weight,
        .bias = 0.1f,
        .rate = 24000,
        .amplitude = 0.5f,
        .threshold = 10,
        .voiced_noise = 0.01f,
        .unvoiced_noise = 0.2f};
    uint32_t random = 2;
    for (int i = 0; i < FRAMES; i++)
        f0[i] = 210;
    for (int i = 0; i < FRAMES * HOP; i++)
        noise[i] = random_unit(&random);
    op_excitation(d, y, f0, FRAMES, &x, noise);
    for (int t = HOP; t < (FRAMES - 1) * HOP; t++) {
        double phase = 2 * M_PI * 210 / 24000 * (t + 0.5 + HOP / 2.0);
        double v = 0.1 + 0.01 * (double)noise[t] +
                   0.5 * ((double)weight[0] * sin(phase) + (double)weight[1] * sin(2 * phase));
        assert_true(fabs(y[t] - tanh(v)) < 1e-5);
    }
    f0[5] = 9;
    op_excitation(d, y, f0, FRAMES, &x, noise);
    for (int t = 5 * HOP; t < 6 * HOP; t++)
        assert_true(fabs(y[t] - tanh(0.1 + 0.2 * (double)noise[t])) < 1e-6);
    device_close(&d);
}

static void test_gather(void **state)
{
    (void)state;
    struct device *d = open_device("all", 2);
    float x[] = {1, 2, 3, 4, 5, 6}, y[12];
    static const int32_t index[] = {2, 0, 0, 1};
    struct tensor to = tensor_cols(tensor_2d(y, DT_F32, 4, 3), 1, 2);
    for (int i = 0; i < 12; i++)
        y[i] = 0;
    op_gather(d, to, tensor_2d(x, DT_F32, 3, 2), index);
    static const float want[] = {0, 5, 6, 0, 1, 2, 0, 1, 2, 0, 3, 4};
    assert_memory_equal(y, want, sizeof want);
    device_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv),
        cmocka_unit_test(test_conv_bf16),
        cmocka_unit_test(test_depthwise),
        cmocka_unit_test(test_instance_norm),
        cmocka_unit_test(test_recurrent),
        cmocka_unit_test(test_stft),
        cmocka_unit_test(test_excitation),
        cmocka_unit_test(test_gather),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
