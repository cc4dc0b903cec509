/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on pictures against their definitions, written out in double. */
#include "support/support.h"

#include "base/cpu.h"
#include "device/ops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct tensor none;
static const char *const tiers[] = {"all", "avx512", "avx2", "c"};
enum { TIERS = 4 };

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
    int64_t height, width, in, out;
    int taps, stride, top, left, bottom, right;
    bool doubled, channels, residual;
    enum act act;
};

static float silu(float v)
{
    return v / (1 + expf(-v));
}

static double pixel(const struct conv_case *c, const float *x, int64_t row, int64_t col, int64_t j)
{
    int64_t factor = c->doubled ? 2 : 1;
    if (row < 0 || col < 0 || row >= c->height * factor || col >= c->width * factor)
        return 0;
    return x[(row / factor * c->width + col / factor) * c->in + j];
}

static double one_output(
    const struct conv_case *c, const float *x, const float *w, int64_t row, int64_t col, int64_t o)
{
    double sum = 0;
    for (int i = 0; i < c->taps; i++)
        for (int j = 0; j < c->taps; j++)
            for (int64_t k = 0; k < c->in; k++)
                sum += pixel(c, x, row * c->stride - c->top + i, col * c->stride - c->left + j, k) *
                       w[((o * c->in + k) * c->taps + i) * c->taps + j];
    return sum;
}

struct data {
    float *x, *into, *w, *bias, *first, *scale, *y[2];
    double *want;
    int64_t rows, cols, n;
};

static void make(struct data *t, const struct conv_case *c)
{
    uint32_t random = 1;
    int64_t m = c->height * c->width * c->in, factor = c->doubled ? 2 : 1;
    t->rows = (c->height * factor + c->top + c->bottom - c->taps) / c->stride + 1;
    t->cols = (c->width * factor + c->left + c->right - c->taps) / c->stride + 1;
    t->n = t->rows * t->cols * c->out;
    t->x = random_values(m, &random);
    t->into = random_values(m, &random);
    t->w = random_values(c->out * c->in * c->taps * c->taps, &random);
    t->bias = random_values(c->out, &random);
    t->first = random_values(t->n, &random);
    t->scale = random_values(c->in, &random);
    for (int i = 0; i < 2; i++)
        t->y[i] = test_malloc((size_t)t->n * sizeof(float));
    t->want = test_malloc((size_t)t->n * sizeof(double));
    for (int64_t i = 0; i < m; i++) {
        float s = t->scale[i % c->in];
        t->into[i] = c->channels ? silu(t->x[i] * s + s) : t->x[i];
    }
    for (int64_t i = 0; i < t->n; i++) {
        int64_t at = i / c->out, o = i % c->out;
        double v = one_output(c, t->into, t->w, at / t->cols, at % t->cols, o) + t->bias[o];
        v = c->act == ACT_RELU && v < 0 ? 0 : v;
        t->want[i] = v + (c->residual ? (double)t->first[i] : 0);
    }
}

static void drop(struct data *t)
{
    float *all[] = {t->x, t->into, t->w, t->bias, t->first, t->scale, t->y[0], t->y[1]};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        test_free(all[i]);
    test_free(t->want);
}

static void run(const struct conv_case *c, const struct data *t, float *y, const char *tier,
    int threads, enum dtype storage)
{
    struct device *d = open_device(tier, threads);
    struct ih_error e;
    struct conv2d conv;
    struct conv2d_part part = {t->w, t->bias, c->in, c->out, c->taps, c->stride, c->top, c->left,
        c->bottom, c->right, c->doubled};
    struct channels f = {.scale = t->scale, .shift = t->scale, .curve = CURVE_SILU};
    struct tensor to = tensor_2d(y, DT_F32, t->rows * t->cols, c->out);
    assert_int_equal(conv2d_pack(d, &conv, &part, storage, &e), IH_OK);
    assert_int_equal(conv2d_height(&conv, c->height), t->rows);
    assert_int_equal(conv2d_width(&conv, c->width), t->cols);
    memcpy(y, t->first, (size_t)t->n * sizeof *y);
    op_conv2d(d, to, tensor_2d(t->x, DT_F32, c->height * c->width, c->in), c->height, c->width,
        &conv, c->channels ? &f : NULL, c->act, c->residual ? to : none);
    conv2d_free(&conv);
    device_close(&d);
}

/* Errors of products of rounded numbers grow with the root of their count. */
static void check_conv(const struct conv_case *c, const char *tier, enum dtype storage, double unit)
{
    struct data t;
    make(&t, c);
    for (int i = 0; i < 2; i++)
        run(c, &t, t.y[i], tier, 1 + 2 * i, storage);
    assert_memory_equal(t.y[0], t.y[1], (size_t)t.n * sizeof(float));
    double allowed = unit * sqrt((double)(c->in * c->taps * c->taps));
    for (int64_t i = 0; i < t.n; i++)
        if (!(fabs(t.y[0][i] - t.want[i]) < allowed))
            fail_msg("%s, type %d: %lld x %lld, %d taps: value %lld is %g, not %g", tier,
                (int)storage, (long long)c->height, (long long)c->width, c->taps, (long long)i,
                (double)t.y[0][i], t.want[i]);
    drop(&t);
}

static const struct conv_case cases[] = {
    {7, 9, 5, 3, 3, 1, 1, 1, 1, 1, false, true, false, ACT_NONE},
    {1, 1, 3, 17, 3, 1, 1, 1, 1, 1, false, false, true, ACT_RELU},
    {13, 11, 33, 18, 3, 2, 0, 0, 1, 1, false, false, false, ACT_NONE}, /* as the encoder pads */
    {12, 14, 8, 16, 3, 2, 1, 1, 1, 1, false, true, false, ACT_RELU},
    {5, 6, 19, 40, 1, 1, 0, 0, 0, 0, false, true, true, ACT_NONE},
    {9, 8, 4, 6, 1, 2, 0, 0, 0, 0, false, false, false, ACT_NONE},
    {6, 5, 20, 7, 3, 1, 1, 1, 1, 1, true, true, true, ACT_NONE},
    {1, 3, 2, 16, 3, 1, 1, 1, 1, 1, true, false, false, ACT_RELU},
    {3, 700, 3, 5, 3, 1, 1, 1, 1, 1, false, true, false, ACT_NONE}, /* stretches */
    {4, 333, 130, 6, 3, 1, 1, 1, 1, 1, false, true, true, ACT_NONE},
    {2, 300, 129, 5, 3, 1, 1, 1, 1, 1, true, false, false, ACT_NONE},
    {6, 10, 3, 4, 5, 1, 2, 0, 1, 3, false, false, false, ACT_NONE},
    /* by Winograd's filtering in f32, from odd and even sizes and from more than one block */
    {5, 7, 33, 37, 3, 1, 1, 1, 1, 1, false, true, true, ACT_RELU},
    {9, 150, 40, 32, 3, 1, 1, 1, 1, 1, false, false, true, ACT_NONE},
    {70, 12, 32, 50, 3, 1, 0, 1, 2, 0, false, true, false, ACT_NONE},
    {1, 1, 64, 64, 3, 1, 1, 1, 1, 1, false, true, false, ACT_RELU},
    {31, 2, 16, 16, 3, 1, 1, 1, 1, 1, false, true, false, ACT_NONE},
};

static void test_conv2d(void **state)
{
    (void)state;
    for (int t = 0; t < TIERS; t++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            check_conv(&cases[i], tiers[t], DT_F32, 4e-6);
            check_conv(&cases[i], tiers[t], DT_BF16, 8e-3);
            check_conv(&cases[i], tiers[t], DT_I8, 1.6e-2);
        }
}

/* Rows hold (i + 1) of each of 4 channels with 2 groups; by hand: group 0 holds 1 to 4, of which
 * the mean is 2.5 and the variance 1.25. */
static void test_group_norm_by_hand(void **state)
{
    (void)state;
    struct device *d = open_device("c", 1);
    float x[] = {1, 2, 10, 10, 3, 4, 10, 30}, scale[4], shift[4], b[] = {0, 1, 0, 0};
    op_group_norm(d, scale, shift, tensor_2d(x, DT_F32, 2, 4), 2, NULL, b, 0);
    float root = sqrtf(1.25f), other = sqrtf(75); /* 10 10 10 30: mean 15, variance 75 */
    assert_close("scale", scale, (float[]){1 / root, 1 / root, 1 / other, 1 / other}, 4, 1e-6f, 0);
    assert_close("shift", shift, (float[]){-2.5f / root, 1 - 2.5f / root, -15 / other, -15 / other},
        4, 1e-5f, 0);
    device_close(&d);
}

static void group_by_definition(float *scale, float *shift, const float *x, int64_t rows, int64_t n,
    int groups, const float *w, const float *b)
{
    int64_t width = n / groups;
    for (int64_t g = 0; g < groups; g++) {
        double mean = 0, variance = 0, count = (double)(rows * width);
        for (int64_t i = 0; i < rows * width; i++)
            mean += x[i / width * n + g * width + i % width] / count;
        for (int64_t i = 0; i < rows * width; i++) {
            double v = x[i / width * n + g * width + i % width] - mean;
            variance += v * v / count;
        }
        for (int64_t c = g * width; c < (g + 1) * width; c++) {
            scale[c] = (float)(w[c] / sqrt(variance + 1e-6));
            shift[c] = (float)(b[c] - mean * w[c] / sqrt(variance + 1e-6));
        }
    }
}

static void check_group(int64_t rows, int64_t n, int groups, bool half)
{
    uint32_t random = 5;
    float *x = random_values(rows * n, &random), *w = random_values(n, &random);
    float *b = random_values(n, &random), *want = random_values(2 * n, &random);
    float *got = random_values(4 * n, &random);
    uint16_t *narrow = test_malloc((size_t)(rows * n) * sizeof *narrow);
    for (int64_t i = 0; i < rows * n; i++) {
        x[i] += 3; /* a mean that would eat the variance of a plain sum of squares */
        narrow[i] = f32_to_bf16(x[i]);
        x[i] = half ? bf16_to_f32(narrow[i]) : x[i];
    }
    group_by_definition(want, want + n, x, rows, n, groups, w, b);
    for (int t = 0; t < TIERS; t++) {
        for (int i = 0; i < 2; i++) {
            struct device *d = open_device(tiers[t], 1 + 2 * i);
            struct tensor from =
                tensor_2d(half ? (void *)narrow : x, half ? DT_BF16 : DT_F32, rows, n);
            op_group_norm(d, got + i * 2 * n, got + i * 2 * n + n, from, groups, w, b, 1e-6f);
            device_close(&d);
        }
        assert_memory_equal(got, got + 2 * n, 2 * (size_t)n * sizeof *got);
        assert_close(tiers[t], got, want, (size_t)n, 2e-5f, 2e-5f);
        assert_close(tiers[t], got + n, want + n, (size_t)n, 5e-5f, 5e-5f);
    }
    float *all[] = {x, w, b, want, got};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        test_free(all[i]);
    test_free(narrow);
}

static void test_group_norm(void **state)
{
    (void)state;
    for (int half = 0; half < 2; half++) {
        check_group(1, 4, 2, half);
        check_group(37, 32, 32, half);
        check_group(1000, 24, 4, half);
        check_group(513, 70, 7, half);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conv2d),
        cmocka_unit_test(test_group_norm_by_hand),
        cmocka_unit_test(test_group_norm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
