/* SPDX-License-Identifier: Apache-2.0 */
/* Rotations and gates: rotate, gated, add_scaled. */
#include "kernels/check.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = 3, HEADS = 2, SPARE = 3, WIDTHS = 70 };

/* Values at random, f32 or bf16, in a block that ends with the last one. */
static void *values(struct check *t, int64_t n, bool bf16, float scale)
{
    void *x = check_block(t, (size_t)n * (bf16 ? 2 : 4));
    if (bf16)
        check_fill_bf16(t, x, n, scale);
    else
        check_fill(t, x, n, scale);
    return x;
}

static void *copied(struct check *t, const void *x, int64_t n, bool bf16)
{
    size_t bytes = (size_t)n * (bf16 ? 2 : 4);
    return memcpy(check_block(t, bytes), x, bytes);
}

static void compare(struct check *t, const char *what, const void *got, const void *want, int64_t n,
    bool bf16, float absolute, float relative)
{
    float *g = check_block(t, (size_t)n * sizeof *g), *w = check_block(t, (size_t)n * sizeof *w);
    for (int64_t i = 0; i < n; i++) {
        g[i] = bf16 ? bf16_to_f32(((const uint16_t *)got)[i]) : ((const float *)got)[i];
        w[i] = bf16 ? bf16_to_f32(((const uint16_t *)want)[i]) : ((const float *)want)[i];
    }
    check_close(t, what, g, w, n, bf16 ? 1e-5f : absolute, bf16 ? 0x1.02p-7f : relative);
}

static void rotate_case(struct check *t, int64_t half, bool interleaved, bool bf16)
{
    int64_t head_dim = 2 * half + (half % 3 ? 0 : 5), ldx = HEADS * head_dim + SPARE;
    int64_t count = (ROWS - 1) * ldx + HEADS * head_dim, ldt = half + SPARE;
    void *got = values(t, count, bf16, 4.0f), *want = copied(t, got, count, bf16);
    float *cos = values(t, (ROWS - 1) * ldt + half, false, 1.0f);
    float *sin = values(t, (ROWS - 1) * ldt + half, false, 1.0f);
    struct rotation r = {.rows = ROWS,
        .heads = HEADS,
        .head_dim = head_dim,
        .dim = 2 * half,
        .x = got,
        .ldx = ldx,
        .cos = cos,
        .sin = sin,
        .ldt = ldt,
        .interleaved = interleaved,
        .x_bf16 = bf16};
    t->k->rotate(&r);
    r.x = want;
    t->c->rotate(&r);
    char name[64];
    snprintf(name, sizeof name, "half %lld interleaved %d bf16 %d", (long long)half, interleaved,
        (int)bf16);
    compare(t, name, got, want, count, bf16, 2e-6f, 1e-6f);
    check_release(t);
}

/* By hand: a quarter turn takes (a, b) to (-b, a); the fifth value is beyond the rotation. */
static void rotate_known(struct check *t)
{
    static const float quarter[2] = {0, 0}, one[2] = {1, 1};
    float x[5] = {1, 2, 3, 4, 5}, y[5] = {1, 2, 3, 4, 5};
    struct rotation r = {.rows = 1, .heads = 1, .head_dim = 5, .dim = 4, .ldx = 5, .ldt = 2};
    r.cos = quarter;
    r.sin = one;
    r.x = x;
    t->k->rotate(&r);
    check_close(t, "halves", x, (float[]){-3, -4, 1, 2, 5}, 5, 0, 0);
    r.interleaved = true;
    r.x = y;
    t->k->rotate(&r);
    check_close(t, "pairs", y, (float[]){-2, 1, -4, 3, 5}, 5, 0, 0);
}

static void check_rotate(struct check *t)
{
    if (!check_begin(t, "rotate", t->k->rotate != t->below->rotate))
        return;
    for (int64_t half = 1; half < WIDTHS; half++)
        for (int kind = 0; kind < 4; kind++)
            rotate_case(t, half, kind & 1, kind & 2);
    rotate_known(t);
    check_end(t);
}

/* types: bit 0 for a bf16 input, bit 1 for a bf16 output. */
static void gated_case(struct check *t, int64_t n, enum act act, int types)
{
    bool x_bf16 = types & 1, y_bf16 = types & 2;
    int64_t ldx = 2 * n + SPARE, ldy = n + SPARE, out = (ROWS - 1) * ldy + n;
    void *x = values(t, (ROWS - 1) * ldx + 2 * n, x_bf16, 6.0f);
    void *got = values(t, out, y_bf16, 1.0f), *want = copied(t, got, out, y_bf16);
    struct gated_rows g = {.rows = ROWS,
        .n = n,
        .x = x,
        .y = got,
        .ldx = ldx,
        .ldy = ldy,
        .x_bf16 = x_bf16,
        .y_bf16 = y_bf16,
        .act = act};
    t->k->gated(&g);
    g.y = want;
    t->c->gated(&g);
    char name[64];
    snprintf(name, sizeof name, "act %d types %d n %lld", (int)act, types, (long long)n);
    compare(t, name, got, want, out, y_bf16, 1e-5f, 2e-6f);
    check_release(t);
}

static void check_gated(struct check *t)
{
    static const enum act acts[] = {ACT_SILU, ACT_GELU_TANH, ACT_NONE};
    if (!check_begin(t, "gated", t->k->gated != t->below->gated))
        return;
    for (int a = 0; a < 3; a++)
        for (int types = 0; types < 4; types++)
            for (int64_t n = 1; n < WIDTHS; n++)
                gated_case(t, n, acts[a], types);
    /* torch.nn.functional.silu of 1 and -2, times 3 and 4. */
    float x[] = {1, -2, 3, 4}, y[2];
    t->k->gated(&(struct gated_rows){
        .rows = 1, .n = 2, .x = x, .y = y, .ldx = 4, .ldy = 2, .act = ACT_SILU});
    check_close(t, "known", y, (float[]){2.1931758f, -0.9536234f}, 2, 1e-6f, 1e-6f);
    check_end(t);
}

static void check_add_scaled(struct check *t)
{
    bool is_new = t->k->add_scaled != t->below->add_scaled ||
                  t->k->add_scaled_bf16 != t->below->add_scaled_bf16;
    if (!check_begin(t, "add_scaled", is_new))
        return;
    for (int64_t n = 0; n < WIDTHS; n++) {
        float *w = values(t, n, false, 2.0f), *x = values(t, n, false, 3.0f);
        uint16_t *half = values(t, n, true, 3.0f);
        float *got = values(t, n, false, 1.0f), *want = copied(t, got, n, false);
        t->k->add_scaled(got, w, x, n);
        t->c->add_scaled(want, w, x, n);
        t->k->add_scaled_bf16(got, w, half, n);
        t->c->add_scaled_bf16(want, w, half, n);
        check_close(t, "add_scaled", got, want, n, 2e-6f, 1e-6f);
        check_release(t);
    }
    float y[] = {1, 2}, w[] = {3, -1}, x[] = {2, 5};
    t->k->add_scaled(y, w, x, 2);
    check_close(t, "known", y, (float[]){7, -3}, 2, 0, 0);
    check_end(t);
}

void check_gate(struct check *t)
{
    check_rotate(t);
    check_gated(t);
    check_add_scaled(t);
}

struct work {
    const struct kernels *k;
    struct rotation rotation;
    struct gated_rows gated;
};

static void run_rotate(void *arg)
{
    struct work *w = arg;
    w->k->rotate(&w->rotation);
}

static void run_gated(void *arg)
{
    struct work *w = arg;
    w->k->gated(&w->gated);
}

void bench_gate(struct check *t)
{
    enum { M = 16, N = 3072, DIM = 128 };
    struct work w = {.k = t->k};
    uint16_t *x = values(t, M * N, true, 2.0f), *y = values(t, M * N / 2, true, 1.0f);
    float *table = values(t, M * DIM / 2, false, 1.0f);
    /* A true rotation, so that values neither grow nor vanish. */
    float *sin = values(t, M * DIM / 2, false, 1.0f);
    for (int i = 0; i < M * DIM / 2; i++) {
        table[i] = 0.8f;
        sin[i] = 0.6f;
    }
    w.rotation = (struct rotation){
        M, N / DIM, DIM, DIM, x, N, table, sin, DIM / 2, .interleaved = true, .x_bf16 = true};
    w.gated = (struct gated_rows){M, N / 2, x, y, N, N / 2, true, true, ACT_SILU};
    check_rate(t, "rotate", "16x3072", M * N / check_seconds(run_rotate, &w) / 1e9, "Gvalue/s", 0);
    check_rate(
        t, "gated", "16x1536", M * N / 2 / check_seconds(run_gated, &w) / 1e9, "Gvalue/s", 0);
    check_release(t);
}
