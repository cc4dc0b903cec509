/* SPDX-License-Identifier: Apache-2.0 */
/* What lies between two convolutions: channels and column_sums. */
#include "kernels/check.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = 7, WIDTHS = 70, SPARE = 3 };

static float *floats(struct check *t, int64_t n, float scale)
{
    float *x = check_block(t, (size_t)n * sizeof *x);
    check_fill(t, x, n, scale);
    return x;
}

/* A matrix whose last row ends with its last value, [ROWS, n] with rows n + SPARE apart. */
static int64_t spread(int64_t n)
{
    return (ROWS - 1) * (n + SPARE) + n;
}

static void compare_rows(struct check *t, const char *what, const void *got, const void *want,
    bool bf16, int64_t n, float absolute, float relative)
{
    for (int64_t r = 0; r < ROWS; r++) {
        float g[WIDTHS], w[WIDTHS];
        for (int64_t i = 0; i < n; i++) {
            int64_t at = r * (n + SPARE) + i;
            g[i] = bf16 ? bf16_to_f32(((const uint16_t *)got)[at]) : ((const float *)got)[at];
            w[i] = bf16 ? bf16_to_f32(((const uint16_t *)want)[at]) : ((const float *)want)[at];
        }
        check_close(t, what, g, w, n, absolute, relative);
    }
}

/* types: bit 0 for a bf16 input, bit 1 for a bf16 output. */
static void channels_case(struct check *t, enum curve curve, int types, int64_t n, float scale)
{
    bool x_bf16 = types & 1, y_bf16 = types & 2;
    size_t in = x_bf16 ? 2 : 4, out = y_bf16 ? 2 : 4;
    void *x = check_block(t, (size_t)spread(n) * in);
    void *got = check_block(t, (size_t)spread(n) * out);
    void *want = check_block(t, (size_t)spread(n) * out);
    if (x_bf16)
        check_fill_bf16(t, x, spread(n), scale);
    else
        check_fill(t, x, spread(n), scale);
    struct channel_rows c = {.rows = ROWS,
        .n = n,
        .x = x,
        .y = got,
        .ldx = n + SPARE,
        .ldy = n + SPARE,
        .x_bf16 = x_bf16,
        .y_bf16 = y_bf16,
        .curve = curve,
        .slope = 0.1f};
    float *alpha = floats(t, n, 1.0f), *inverse = floats(t, n, 1.0f);
    for (int64_t i = 0; i < n; i++) {
        alpha[i] += 1.5f;
        inverse[i] = 1 / alpha[i];
    }
    c.alpha = alpha;
    c.inverse = inverse;
    if (n % 3) {
        c.scale = floats(t, n, 2.0f);
        c.shift = floats(t, n, 2.0f);
    }
    t->k->channels(&c);
    c.y = want;
    t->c->channels(&c);
    char name[64];
    snprintf(name, sizeof name, "curve %d types %d n %lld", (int)curve, types, (long long)n);
    compare_rows(
        t, name, got, want, y_bf16, n, y_bf16 ? 1e-5f : 2e-6f, y_bf16 ? 0x1.02p-7f : 4e-6f);
    check_release(t);
}

/* sin against double, far out. */
static void sine_known(struct check *t)
{
    enum { N = 999 };
    float *x = floats(t, N, 1e5f), *y = check_block(t, N * sizeof *y);
    float *want = check_block(t, N * sizeof *want);
    x[0] = 0;
    x[1] = 1.57079633f;
    x[2] = -3.14159265f;
    for (int i = 0; i < N; i++)
        want[i] = (float)sin(x[i]);
    t->k->channels(&(struct channel_rows){
        .rows = 1, .n = N, .x = x, .y = y, .ldx = N, .ldy = N, .curve = CURVE_SIN});
    check_close(t, "sin", y, want, N, 2.5e-7f, 0);
    check_release(t);
}

/* x + sin(a x)^2 / a with a = 2 at 1; a tenth of what is below zero. */
static void curves_known(struct check *t)
{
    float x[] = {1, -2}, y[2], two[] = {2, 2}, half[] = {0.5f, 0.5f};
    struct channel_rows c = {.rows = 1,
        .n = 2,
        .x = x,
        .y = y,
        .ldx = 2,
        .ldy = 2,
        .curve = CURVE_SNAKE,
        .alpha = two,
        .inverse = half,
        .slope = 0.1f};
    t->k->channels(&c);
    check_close(t, "snake", y, (float[]){1.4134109f, -1.7136249f}, 2, 1e-6f, 0);
    c.curve = CURVE_LEAKY;
    t->k->channels(&c);
    check_close(t, "leaky", y, (float[]){1, -0.2f}, 2, 1e-7f, 0);
}

static void check_rows(struct check *t)
{
    if (!check_begin(t, "channels", t->k->channels != t->below->channels))
        return;
    for (enum curve curve = CURVE_LINE; curve <= CURVE_SIN; curve++)
        for (int types = 0; types < 4; types++)
            for (int64_t n = 1; n < WIDTHS; n++)
                channels_case(t, curve, types, n, n % 2 ? 1.0f : 6.0f);
    sine_known(t);
    curves_known(t);
    check_end(t);
}

static void check_sums(struct check *t)
{
    if (!check_begin(t, "column_sums", t->k->column_sums != t->below->column_sums))
        return;
    for (int64_t n = 1; n < WIDTHS; n++) {
        float *x = floats(t, spread(n), 3.0f), *pivot = floats(t, n, 1.0f);
        float *got = floats(t, 2 * n, 1.0f), *want = floats(t, 2 * n, 1.0f);
        t->k->column_sums(got, got + n, x, n + SPARE, ROWS, n, pivot);
        t->c->column_sums(want, want + n, x, n + SPARE, ROWS, n, pivot);
        check_close(t, "sums", got, want, 2 * n, 1e-5f, 1e-6f);
        check_release(t);
    }
    float known[] = {1, 2, 3, 5}, sum[2], squares[2];
    t->k->column_sums(sum, squares, known, 2, 2, 2, (float[]){1, 1});
    check_close(t, "known", sum, (float[]){2, 5}, 2, 0, 0);
    check_close(t, "known", squares, (float[]){4, 17}, 2, 0, 0);
    check_end(t);
}

void check_channels(struct check *t)
{
    check_rows(t);
    check_sums(t);
}

struct work {
    const struct kernels *k;
    struct channel_rows rows;
    float *sums, *pivot;
};

static void run_rows(void *arg)
{
    struct work *w = arg;
    w->k->channels(&w->rows);
}

static void run_sums(void *arg)
{
    struct work *w = arg;
    const struct channel_rows *r = &w->rows;
    w->k->column_sums(w->sums, w->sums + r->n, r->x, r->ldx, r->rows, r->n, w->pivot);
}

void bench_channels(struct check *t)
{
    enum { M = 384, N = 128 };
    struct work w = {.k = t->k};
    float *x = floats(t, M * N, 3.0f), *alpha = floats(t, N, 1.0f);
    w.sums = floats(t, 2 * N, 1.0f);
    w.pivot = alpha;
    w.rows = (struct channel_rows){.rows = M,
        .n = N,
        .x = x,
        .y = floats(t, M * N, 1.0f),
        .ldx = N,
        .ldy = N,
        .scale = alpha,
        .shift = alpha,
        .curve = CURVE_SNAKE,
        .alpha = alpha,
        .inverse = alpha};
    check_rate(t, "snake", "384x128", M * N / check_seconds(run_rows, &w) / 1e9, "Gvalue/s", 0);
    check_rate(
        t, "column_sums", "384x128", M * N / check_seconds(run_sums, &w) / 1e9, "Gvalue/s", 0);
    check_release(t);
}
