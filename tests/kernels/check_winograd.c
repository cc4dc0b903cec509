/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of Winograd's filtering. That they make a convolution is tests/unit/device_picture.c's
 * business, and one case here by hand. */
#include "kernels/check.h"

#include <stdio.h>

enum { VALUES = 16, TILES = 3, SPARE = 5, WIDTHS = 40 };

static float *floats(struct check *t, int64_t n, float scale)
{
    float *x = check_block(t, (size_t)n * sizeof *x);
    check_fill(t, x, n, scale);
    return x;
}

static void in_case(struct check *t, int64_t n)
{
    int64_t line = (2 * TILES + 2) * n + SPARE, values = TILES * n + SPARE;
    struct winograd_in w = {.tiles = TILES, .n = n, .ldx = line, .ldv = values};
    int64_t size = 15 * values + TILES * n;
    w.x = floats(t, 3 * line + (2 * TILES + 2) * n, 2.0f);
    float *got = floats(t, size, 1.0f), *want = floats(t, size, 1.0f);
    for (int64_t i = 0; i < size; i++)
        got[i] = want[i] = 7; /* what lies between two values stays */
    char name[32];
    snprintf(name, sizeof name, "n %lld", (long long)n);
    w.v = got;
    t->k->winograd_in(&w);
    w.v = want;
    t->c->winograd_in(&w);
    check_close(t, name, got, want, size, 1e-6f, 1e-6f);
    check_release(t);
}

/* A result of `size` values of f32 or bf16 that has something in it already: what lies between two
 * pixels stays. */
static void *prepared(struct check *t, int64_t size, bool bf16)
{
    void *x = check_block(t, (size_t)size * (bf16 ? 2 : 4));
    for (int64_t i = 0; i < size; i++)
        if (bf16)
            ((uint16_t *)x)[i] = f32_to_bf16(3);
        else
            ((float *)x)[i] = 3;
    return x;
}

static const float *widened(struct check *t, const void *x, int64_t size, bool bf16)
{
    float *wide = check_block(t, (size_t)size * sizeof *wide);
    for (int64_t i = 0; i < size; i++)
        wide[i] = bf16 ? bf16_to_f32(((const uint16_t *)x)[i]) : ((const float *)x)[i];
    return wide;
}

/* how: bit 0 a missing last column, bit 1 one row, bit 2 bias, bit 3 residual, bit 4 bf16. */
static void out_case(struct check *t, int64_t n, int how, enum act act)
{
    int64_t values = TILES * n + SPARE, ld = n + SPARE, line = 2 * TILES * ld;
    int rows = how & 2 ? 1 : 2, cols = 2 * TILES - (how & 1);
    int64_t size = (rows - 1) * line + (cols - 1) * ld + n;
    bool bf16 = how & 16;
    struct winograd_out w = {.tiles = TILES,
        .n = n,
        .cols = cols,
        .rows = rows,
        .m = floats(t, 15 * values + TILES * n, 1.0f),
        .ldm = values,
        .bias = how & 4 ? floats(t, n, 1.0f) : NULL,
        .residual = how & 8 ? floats(t, size, 1.0f) : NULL,
        .row_r = line,
        .ldr = ld,
        .row_c = line,
        .ldc = ld,
        .c_bf16 = bf16,
        .act = act};
    void *got = prepared(t, size, bf16), *want = prepared(t, size, bf16);
    w.c = got;
    t->k->winograd_out(&w);
    w.c = want;
    t->c->winograd_out(&w);
    char name[48];
    snprintf(name, sizeof name, "n %lld how %d act %d", (long long)n, how, (int)act);
    check_close(t, name, widened(t, got, size, bf16), widened(t, want, size, bf16), size,
        bf16 ? 1e-5f : 3e-6f, bf16 ? 0x1.02p-7f : 3e-6f);
    check_release(t);
}

/* All pixels 1, all nine weights 1: nine in the middle. What the weights become (G g G^T) by hand:
 * (1, 3/2, 1/2, 1) in each direction. */
static void known(struct check *t)
{
    static const float weight[] = {1, 1.5f, 0.5f, 1};
    float x[VALUES], v[VALUES], y[4] = {0};
    for (int i = 0; i < VALUES; i++)
        x[i] = 1;
    t->k->winograd_in(
        &(struct winograd_in){.tiles = 1, .n = 1, .x = x, .ldx = 4, .v = v, .ldv = 1});
    for (int i = 0; i < VALUES; i++)
        v[i] *= weight[i / 4] * weight[i % 4];
    t->k->winograd_out(&(struct winograd_out){
        .tiles = 1, .n = 1, .cols = 2, .rows = 2, .m = v, .ldm = 1, .c = y, .row_c = 2, .ldc = 1});
    check_close(t, "known", y, (float[]){9, 9, 9, 9}, 4, 0, 0);
}

static void check_in(struct check *t)
{
    if (!check_begin(t, "winograd_in", t->k->winograd_in != t->below->winograd_in))
        return;
    for (int64_t n = 1; n < WIDTHS; n++)
        in_case(t, n);
    known(t);
    check_end(t);
}

static void check_out(struct check *t)
{
    static const enum act acts[] = {ACT_NONE, ACT_RELU, ACT_SILU};
    if (!check_begin(t, "winograd_out", t->k->winograd_out != t->below->winograd_out))
        return;
    for (int64_t n = 1; n < WIDTHS; n++)
        for (int how = 0; how < 32; how++)
            out_case(t, n, how, acts[(n + how) % 3]);
    known(t);
    check_end(t);
}

void check_winograd(struct check *t)
{
    check_in(t);
    check_out(t);
}

struct work {
    const struct kernels *k;
    struct winograd_in in;
    struct winograd_out out;
};

static void run_in(void *arg)
{
    struct work *w = arg;
    w->k->winograd_in(&w->in);
}

static void run_out(void *arg)
{
    struct work *w = arg;
    w->k->winograd_out(&w->out);
}

void bench_winograd(struct check *t)
{
    enum { T = 32, N = 128, PIXELS = 4 * T };
    struct work w = {.k = t->k};
    int64_t line = (2 * T + 2) * N;
    w.in = (struct winograd_in){.tiles = T, .n = N, .ldx = line, .ldv = T * N};
    w.in.x = floats(t, 4 * line, 1.0f);
    w.in.v = floats(t, VALUES * T * N, 1.0f);
    w.out = (struct winograd_out){.tiles = T, .n = N, .cols = 2 * T, .rows = 2, .ldm = T * N};
    w.out.m = w.in.v;
    w.out.c = floats(t, PIXELS * N, 1.0f);
    w.out.row_c = 2 * T * N;
    w.out.ldc = N;
    double values = PIXELS * N / 1e9;
    check_rate(t, "winograd_in", "64x2x128", values / check_seconds(run_in, &w), "Gvalue/s", 0);
    check_rate(t, "winograd_out", "64x2x128", values / check_seconds(run_out, &w), "Gvalue/s", 0);
    check_release(t);
}
