/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/check.h"
#include "kernels/vector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Every length from 0 to 130 passes through each kernel at an address that is only as aligned as
 * the type, and some long ones, with and without awkward values. */
enum { SHORT = 130, LONGS = 4, LENGTHS = SHORT + 1 + LONGS };

static int64_t length_at(int i)
{
    static const int64_t longs[LONGS] = {400, 1500, 2049, 51866};
    return i <= SHORT ? i : longs[i - SHORT - 1];
}

/* A block that ends with its last value: nothing behind may be read or written. */
static float *floats(struct check *t, int64_t n)
{
    return check_block(t, (size_t)n * sizeof(float));
}

static uint16_t *halves(struct check *t, int64_t n)
{
    return check_block(t, (size_t)n * sizeof(uint16_t));
}

static float *random_floats(struct check *t, int64_t n, float scale)
{
    float *x = floats(t, n);
    check_fill(t, x, n, scale);
    return x;
}

static float *copied(struct check *t, const float *x, int64_t n)
{
    float *y = floats(t, n);
    memcpy(y, x, (size_t)n * sizeof *y);
    return y;
}

static const char *named(char *name, size_t size, const char *what, int64_t n)
{
    snprintf(name, size, "%s n %lld", what, (long long)n);
    return name;
}

/* bf16 against f32 values: at most one step away, where rounding to 8 bits sits on the fence. */
static void close_bf16(
    struct check *t, const char *what, const uint16_t *got, const uint16_t *want, int64_t n)
{
    float *g = floats(t, n), *w = floats(t, n);
    for (int64_t i = 0; i < n; i++) {
        g[i] = bf16_to_f32(got[i]);
        w[i] = bf16_to_f32(want[i]);
    }
    check_close(t, what, g, w, n, 1e-6f, 0x1.02p-7f);
}

typedef void (*norm_fn)(const struct norm *n);

static void norm_case(
    struct check *t, norm_fn tested, norm_fn reference, int64_t rows, int64_t n, bool bf16)
{
    int64_t ldx = n + check_range(t, 0, 3), ldy = n + check_range(t, 0, 3), last = rows - 1;
    float *x = random_floats(t, last * ldx + n, 3.0f), *w = random_floats(t, n, 2.0f),
          *b = random_floats(t, n, 1.0f);
    for (int64_t i = 0; i < last * ldx + n; i++)
        x[i] += 5.0f; /* a mean that is not small: one pass over squares would lose digits */
    int64_t count = last * ldy + n;
    void *got = bf16 ? (void *)halves(t, count) : (void *)floats(t, count);
    void *want = bf16 ? (void *)halves(t, count) : (void *)floats(t, count);
    struct norm p = {.rows = rows,
        .n = n,
        .x = x,
        .ldx = ldx,
        .w = check_range(t, 0, 3) ? w : NULL,
        .b = check_range(t, 0, 3) ? b : NULL,
        .eps = 1e-5f,
        .y = want,
        .ldy = ldy,
        .y_bf16 = bf16};
    reference(&p);
    p.y = got;
    tested(&p);
    char name[64];
    named(name, sizeof name, bf16 ? "bf16" : "f32", n);
    if (bf16)
        close_bf16(t, name, got, want, count);
    else
        check_close(t, name, got, want, count, 1e-5f, 1e-5f);
    if (!bf16 && rows == 1) { /* in place */
        p.y = x;
        tested(&p);
        check_close(t, "in place", x, got, n, 0, 0);
    }
}

/* rms_norm of bf16 is that of the same values in f32, in place too. */
static void rms_case_bf16(struct check *t, int64_t rows, int64_t n)
{
    uint16_t *half = halves(t, rows * n), *got = halves(t, rows * n), *want = halves(t, rows * n);
    float *x = floats(t, rows * n), *w = random_floats(t, n, 2.0f);
    check_fill_bf16(t, half, rows * n, 3.0f);
    t->c->bf16_to_f32(x, half, rows * n);
    struct norm p = {.rows = rows, .n = n, .x = x, .ldx = n, .w = w, .eps = 1e-6f, .ldy = n};
    p.y = want;
    p.y_bf16 = true;
    t->c->rms_norm(&p);
    p.x = half;
    p.x_bf16 = true;
    p.y = got;
    t->k->rms_norm(&p);
    close_bf16(t, "rms bf16", got, want, rows * n);
    p.y = half;
    t->k->rms_norm(&p);
    if (memcmp(half, got, (size_t)(rows * n) * sizeof *half) != 0)
        check_failed(t, "n %lld: in place is not the same", (long long)n);
}

static void check_rms_bf16(struct check *t)
{
    for (int i = 1; i < LENGTHS; i++) {
        rms_case_bf16(t, 3, length_at(i));
        check_release(t);
    }
}

static void check_norm(struct check *t, const char *op, norm_fn tested, norm_fn ref, bool is_new)
{
    if (!check_begin(t, op, is_new))
        return;
    for (int i = 1; i < LENGTHS; i++) {
        norm_case(t, tested, ref, 1, length_at(i), false);
        norm_case(t, tested, ref, 3, length_at(i), i % 2);
        check_release(t);
    }
    check_end(t);
}

/* Known from outside: torch.nn.functional.layer_norm and x / sqrt(mean(x^2) + eps) by hand. */
static void norm_known(struct check *t)
{
    static const float x[4] = {1, 2, 3, 4}, w[4] = {1, 1, 2, 1}, b[4] = {0, 0, 0, 1};
    static const float layer[4] = {-1.3416408f, -0.4472136f, 0.8944272f, 2.3416408f};
    static const float rms[4] = {0.3651484f, 0.7302967f, 2.1908902f, 2.4605935f};
    float y[4];
    struct norm n = {.rows = 1, .n = 4, .x = x, .ldx = 4, .w = w, .b = b, .y = y, .ldy = 4};
    if (check_begin(t, "layer_norm_known", true)) {
        t->k->layer_norm(&n);
        check_close(t, "1 2 3 4", y, layer, 4, 1e-6f, 1e-6f);
        check_end(t);
    }
    if (check_begin(t, "rms_norm_known", true)) {
        t->k->rms_norm(&n);
        check_close(t, "1 2 3 4", y, rms, 4, 1e-6f, 1e-6f);
        check_end(t);
    }
}

/* Masks some values, among them sometimes all. */
static void mask_some(struct check *t, float *x, int64_t n)
{
    int64_t kind = check_range(t, 0, 3);
    for (int64_t i = 0; i < n; i++)
        if (kind == 0 || (kind == 1 && check_range(t, 0, 2) == 0))
            x[i] = -INFINITY;
}

static void softmax_facts(struct check *t, const float *x, const float *p, int64_t n)
{
    double sum = 0;
    bool all_masked = true;
    for (int64_t i = 0; i < n; i++) {
        sum += p[i];
        all_masked = all_masked && x[i] == -INFINITY;
        if (isnan(p[i]) || (x[i] == -INFINITY && p[i] != 0))
            check_failed(t, "n %lld: %g gives %g", (long long)n, (double)x[i], (double)p[i]);
    }
    if (fabs(sum - (all_masked ? 0 : 1)) > 1e-5)
        check_failed(t, "n %lld: the sum is %g", (long long)n, sum);
}

static void check_softmax_f32(struct check *t)
{
    char name[64];
    for (int i = 0; i < LENGTHS; i++) {
        int64_t n = length_at(i);
        float *x = random_floats(t, n, 20.0f), *got = floats(t, n), *want = floats(t, n);
        mask_some(t, x, n);
        t->c->softmax_f32(want, x, n);
        t->k->softmax_f32(got, x, n);
        check_close(t, named(name, sizeof name, "f32", n), got, want, n, 1e-9f, 1e-5f);
        softmax_facts(t, x, got, n);
        t->k->softmax_f32(x, x, n);
        check_close(t, "in place", x, got, n, 0, 0);
        check_release(t);
    }
    float odd[3] = {0, NAN, 1}, y[3];
    t->k->softmax_f32(y, odd, 3);
    if (!isnan(y[0]) || !isnan(y[1]) || !isnan(y[2]))
        check_failed(t, "NaN is hidden");
}

static void check_softmax_bf16(struct check *t)
{
    char name[64];
    for (int i = 0; i < LENGTHS; i++) {
        int64_t n = length_at(i);
        float *x = random_floats(t, n, 20.0f);
        uint16_t *got = halves(t, n), *want = halves(t, n);
        mask_some(t, x, n);
        t->c->softmax_bf16(want, x, n);
        t->k->softmax_bf16(got, x, n);
        close_bf16(t, named(name, sizeof name, "bf16", n), got, want, n);
        for (int64_t j = 0; j < n; j++)
            if (x[j] == -INFINITY && got[j] != 0)
                check_failed(t, "n %lld: a masked value is not zero", (long long)n);
        check_release(t);
    }
}

/* The activations in f64, from their definitions. */
static double activation(double x, enum act act)
{
    switch (act) {
    case ACT_NONE:
        return x;
    case ACT_GELU:
        return x / 2 * erfc(-x / sqrt(2));
    case ACT_GELU_TANH:
        return x / (1 + exp(-2 * sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case ACT_SILU:
        return x / (1 + exp(-x));
    case ACT_RELU:
        return x > 0 ? x : 0;
    case ACT_SIGMOID:
        return 1 / (1 + exp(-x));
    case ACT_TANH:
        return tanh(x);
    }
    return 0;
}

static void act_against_f64(struct check *t, enum act act, float scale)
{
    enum { N = 4099 };
    float *x = random_floats(t, N, scale), *y = copied(t, x, N);
    t->k->activate(y, N, act);
    for (int i = 0; i < N; i++) {
        double want = activation(x[i], act), size = fmax(1, fabs(x[i]));
        if (!(fabs(y[i] - want) <= 1e-6 * size))
            check_failed(
                t, "act %d of %.9g is %.9g, not %.9g", act, (double)x[i], (double)y[i], want);
        /* Near zero these are as exact as f32 is. */
        if ((act == ACT_TANH || act == ACT_SIGMOID) && !(fabs(y[i] - want) <= 5e-7 * fabs(want)))
            check_failed(
                t, "act %d of %.9g is %.9g, not %.9g", act, (double)x[i], (double)y[i], want);
    }
    check_release(t);
}

static void check_activate(struct check *t)
{
    static const float extreme[] = {0, -0.0f, 1e-30f, -1e-30f, 20, -20, 87, -87, 89, -89, 104, -104,
        200, -200, 1e6f, -1e6f, 3e38f, NAN, INFINITY};
    enum { EXTREMES = sizeof extreme / sizeof *extreme };
    for (enum act act = ACT_NONE; act <= ACT_TANH; act++) {
        for (int64_t n = 0; n <= SHORT; n++) {
            float *x = random_floats(t, n, 8.0f), *got = copied(t, x, n), *want = copied(t, x, n);
            t->k->activate(got, n, act);
            t->c->activate(want, n, act);
            check_close(t, "short", got, want, n, 3e-6f, 1e-6f);
            check_release(t);
        }
        act_against_f64(t, act, 1e-3f);
        act_against_f64(t, act, 1.0f);
        act_against_f64(t, act, 12.0f);
        act_against_f64(t, act, 60.0f);
        float got[EXTREMES], want[EXTREMES];
        memcpy(got, extreme, sizeof got);
        memcpy(want, extreme, sizeof want);
        t->k->activate(got, EXTREMES, act);
        t->c->activate(want, EXTREMES, act);
        char name[32];
        check_close(
            t, named(name, sizeof name, "extremes", act), got, want, EXTREMES, 3e-6f, 1e-6f);
    }
}

static float from_bits(uint32_t u)
{
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}

/* With the BF16 instruction a denormal is zero of the same sign; in all else the bits are the
 * reference's. */
static void compare_to_bf16(struct check *t, const float *x, int64_t n)
{
    uint16_t *got = halves(t, n), *want = halves(t, n);
    t->c->f32_to_bf16(want, x, n);
    t->k->f32_to_bf16(got, x, n);
    for (int64_t i = 0; i < n; i++) {
        uint32_t u;
        memcpy(&u, &x[i], sizeof u);
        bool denormal = (u & 0x7f800000) == 0 && t->k->fast_bf16;
        if (got[i] != want[i] && !(denormal && got[i] == (u >> 16 & 0x8000)))
            check_failed(t, "%08x gives %04x, not %04x", u, got[i], want[i]);
    }
}

static void check_f32_to_bf16(struct check *t)
{
    static const uint32_t known[][2] = {{0x3f800000, 0x3f80}, {0x3f808000, 0x3f80},
        {0x3f818000, 0x3f82}, {0x3f808001, 0x3f81}, {0x7f7fffff, 0x7f80}, {0x7f800000, 0x7f80},
        {0xff800000, 0xff80}, {0x7f800001, 0x7fc0}, {0xffc00000, 0xffc0}, {0x80000000, 0x8000}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        float x = from_bits(known[i][0]);
        uint16_t y;
        t->k->f32_to_bf16(&y, &x, 1);
        if (y != known[i][1])
            check_failed(t, "%08x gives %04x, not %04x", known[i][0], y, known[i][1]);
    }
    for (int i = 0; i < LENGTHS; i++) {
        float *x = floats(t, length_at(i));
        check_fill_bytes(t, x, (size_t)length_at(i) * sizeof *x);
        compare_to_bf16(t, x, length_at(i));
        check_release(t);
    }
    float *x = floats(t, 1 << 18); /* every upper half with the lower halves that matter */
    static const uint32_t low[] = {0, 1, 0x7fff, 0x8000};
    for (uint32_t i = 0; i < 1 << 18; i++)
        x[i] = from_bits((i >> 2) << 16 | low[i & 3]);
    compare_to_bf16(t, x, 1 << 18);
    check_release(t);
}

typedef void (*widen_fn)(float *y, const uint16_t *x, int64_t n);

/* All 65536 values, bit by bit where they are numbers. */
static void check_widen(struct check *t, widen_fn tested, widen_fn reference, bool denormals)
{
    for (int i = 0; i <= LENGTHS; i++) {
        int64_t n = i < LENGTHS ? length_at(i) : 1 << 16;
        uint16_t *x = halves(t, n);
        float *got = floats(t, n), *want = floats(t, n);
        for (int64_t j = 0; j < n; j++)
            x[j] = (uint16_t)(i < LENGTHS ? check_random(t) >> 7 : j);
        tested(got, x, n);
        reference(want, x, n);
        for (int64_t j = 0; j < n; j++) {
            bool same = memcmp(&got[j], &want[j], sizeof *got) == 0;
            if (!same && !(isnan(got[j]) && isnan(want[j])) && denormals)
                check_failed(t, "%04x gives %.9g, not %.9g", x[j], (double)got[j], (double)want[j]);
        }
        check_release(t);
    }
}

static void check_f16(struct check *t)
{
    static const uint16_t x[] = {0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x7c00, 0x8000};
    static const float known[] = {1, -2, 0.333251953125f, 65504, 0x1p-14f, INFINITY, -0.0f};
    float y[7];
    t->k->f16_to_f32(y, x, 7);
    if (memcmp(y, known, sizeof y) != 0)
        check_failed(t, "a value of IEEE 754's tables is wrong");
    check_widen(t, t->k->f16_to_f32, t->c->f16_to_f32, true);
}

static void compare_quantized(struct check *t, const float *x, int64_t n)
{
    uint8_t *got = check_block(t, (size_t)n), *want = check_block(t, (size_t)n);
    float a = t->k->quantize_u8(got, x, n), b = t->c->quantize_u8(want, x, n);
    if (a != b || memcmp(got, want, (size_t)n) != 0)
        check_failed(t, "n %lld: scale %g and %g", (long long)n, (double)a, (double)b);
    uint16_t *half = halves(t, n);
    for (int64_t i = 0; i < n; i++)
        half[i] = f32_to_bf16(x[i]);
    a = t->k->quantize_u8_bf16(got, half, n);
    b = t->c->quantize_u8_bf16(want, half, n);
    if (a != b || memcmp(got, want, (size_t)n) != 0)
        check_failed(t, "bf16 n %lld: scale %g and %g", (long long)n, (double)a, (double)b);
}

static void check_quantize(struct check *t)
{
    /* 127 is the largest, so the scale is 1 and ties show which way they go. */
    static const float x[] = {127, -127, 0, 0.5f, 1.5f, -0.5f, -1.5f, 2.5f, 126.5f};
    static const uint8_t known[] = {255, 1, 128, 128, 130, 128, 126, 130, 254};
    uint8_t q[9];
    if (t->k->quantize_u8(q, x, 9) != 1.0f || memcmp(q, known, sizeof q) != 0)
        check_failed(t, "ties do not go to even");
    static const float scales[] = {1.0f, 1e-3f, 1e4f, 0.0f, 1e-33f, 1e-29f, 1e38f};
    for (int i = 0; i < LENGTHS; i++) {
        compare_quantized(t, random_floats(t, length_at(i), scales[i % 7]), length_at(i));
        check_release(t);
    }
    float *odd = random_floats(t, 40, 1.0f);
    odd[3] = NAN;
    odd[17] = INFINITY;
    odd[39] = -INFINITY;
    compare_quantized(t, odd, 40);
    odd[17] = odd[39] = 2;
    compare_quantized(t, odd, 40);
}

static void check_dot_add(struct check *t)
{
    for (int i = 0; i < LENGTHS; i++) {
        int64_t n = length_at(i);
        float *x = random_floats(t, n, 1.0f), *y = random_floats(t, n, 1.0f), *z = copied(t, y, n);
        float got = t->k->dot(x, y, n), want = t->c->dot(x, y, n);
        check_close(t, "dot", &got, &want, 1, 1e-6f * (1 + sqrtf((float)n)), 1e-6f);
        t->k->add(y, x, n);
        t->c->add(z, x, n);
        check_close(t, "add", y, z, n, 0, 0);
        check_release(t);
    }
}

static void argmax_case(struct check *t, const float *x, int64_t n)
{
    float a = 0, b = 0;
    int64_t got = t->k->argmax(x, n, &a), want = t->c->argmax(x, n, &b);
    if (got != want || t->k->argmax(x, n, NULL) != want)
        check_failed(
            t, "n %lld: argmax is %lld, not %lld", (long long)n, (long long)got, (long long)want);
    check_close(t, "log of the sum", &a, &b, 1, 1e-5f, 1e-6f);
}

static void check_argmax(struct check *t)
{
    static const float known[] = {NAN, 1, -INFINITY, 3, 3, NAN, 2};
    float lse;
    if (t->k->argmax(known, 7, &lse) != 3 || fabsf(lse - 3.9175758f) > 1e-6f)
        check_failed(t, "log(e + 2 e^3 + e^2) is %.9g", (double)lse);
    static const float none[] = {NAN, -INFINITY, NAN};
    if (t->k->argmax(none, 1, &lse) != 0 || lse != -INFINITY || t->k->argmax(none, 3, &lse) != 1)
        check_failed(t, "nothing to choose from");
    for (int i = 1; i < LENGTHS; i++) {
        int64_t n = length_at(i);
        float *x = random_floats(t, n, 15.0f);
        argmax_case(t, x, n);
        for (int64_t j = 0; j < n; j++)
            x[j] = floorf(x[j] / 4); /* many largest values: the first is wanted */
        argmax_case(t, x, n);
        mask_some(t, x, n);
        x[check_range(t, 0, n - 1)] = NAN;
        argmax_case(t, x, n);
        x[check_range(t, 0, n - 1)] = INFINITY;
        argmax_case(t, x, n);
        check_release(t);
    }
}

static void run_check(struct check *t, const char *op, void (*fn)(struct check *t), bool is_new)
{
    if (!check_begin(t, op, is_new))
        return;
    fn(t);
    check_end(t);
}

static void check_bf16_to_f32(struct check *t)
{
    check_widen(t, t->k->bf16_to_f32, t->c->bf16_to_f32, true);
}

void check_vector(struct check *t)
{
    const struct kernels *k = t->k, *c = t->c, *b = t->below;
    check_norm(t, "layer_norm", k->layer_norm, c->layer_norm, k->layer_norm != b->layer_norm);
    check_norm(t, "rms_norm", k->rms_norm, c->rms_norm, k->rms_norm != b->rms_norm);
    norm_known(t);
    run_check(t, "rms_norm_bf16", check_rms_bf16, k->rms_norm != b->rms_norm);
    run_check(t, "softmax_f32", check_softmax_f32, k->softmax_f32 != b->softmax_f32);
    run_check(t, "softmax_bf16", check_softmax_bf16, k->softmax_bf16 != b->softmax_bf16);
    run_check(t, "activate", check_activate, k->activate != b->activate);
    run_check(t, "f32_to_bf16", check_f32_to_bf16, k->f32_to_bf16 != b->f32_to_bf16);
    run_check(t, "bf16_to_f32", check_bf16_to_f32, k->bf16_to_f32 != b->bf16_to_f32);
    run_check(t, "f16_to_f32", check_f16, k->f16_to_f32 != b->f16_to_f32);
    run_check(t, "quantize_u8", check_quantize, k->quantize_u8 != b->quantize_u8);
    run_check(t, "dot_add", check_dot_add, k->dot != b->dot || k->add != b->add);
    run_check(t, "argmax", check_argmax, k->argmax != b->argmax);
}

struct work {
    const struct kernels *k;
    int64_t n;
    float *x, *y;
    uint16_t *half;
    uint8_t *q;
};

static void run_layer_norm(void *arg)
{
    struct work *w = arg;
    w->k->layer_norm(&(struct norm){
        .rows = 1, .n = w->n, .x = w->x, .ldx = w->n, .eps = 1e-5f, .y = w->y, .ldy = w->n});
}

static void run_softmax_f32(void *arg)
{
    struct work *w = arg;
    w->k->softmax_f32(w->y, w->x, w->n);
}

static void run_softmax_bf16(void *arg)
{
    struct work *w = arg;
    w->k->softmax_bf16(w->half, w->x, w->n);
}

static void run_gelu(void *arg)
{
    struct work *w = arg;
    memcpy(w->y, w->x, (size_t)w->n * sizeof *w->y);
    w->k->activate(w->y, w->n, ACT_GELU);
}

static void run_silu(void *arg)
{
    struct work *w = arg;
    memcpy(w->y, w->x, (size_t)w->n * sizeof *w->y);
    w->k->activate(w->y, w->n, ACT_SILU);
}

static void run_to_bf16(void *arg)
{
    struct work *w = arg;
    w->k->f32_to_bf16(w->half, w->x, w->n);
}

static void run_quantize(void *arg)
{
    struct work *w = arg;
    w->k->quantize_u8(w->q, w->x, w->n);
}

static void run_argmax(void *arg)
{
    struct work *w = arg;
    w->k->argmax(w->x, w->n, w->y);
}

static void run_dot(void *arg)
{
    struct work *w = arg;
    w->y[0] = w->k->dot(w->x, w->x, w->n);
}

void bench_vector(struct check *t)
{
    static const struct {
        const char *op;
        void (*run)(void *arg);
        int64_t n;
    } ops[] = {{"layer_norm", run_layer_norm, 1280}, {"softmax_f32", run_softmax_f32, 1500},
        {"softmax_bf16", run_softmax_bf16, 1500}, {"gelu", run_gelu, 5120},
        {"silu", run_silu, 5120}, {"f32_to_bf16", run_to_bf16, 1280},
        {"quantize_u8", run_quantize, 1280}, {"dot", run_dot, 1280},
        {"argmax_lse", run_argmax, 51866}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!check_begin(t, ops[i].op, true))
            continue;
        int64_t n = ops[i].n;
        struct work w = {.k = t->k, .n = n, .x = random_floats(t, n, 5.0f)};
        char shape[32];
        w.y = floats(t, n);
        w.half = halves(t, n);
        w.q = check_block(t, (size_t)n);
        double seconds = check_seconds(ops[i].run, &w);
        snprintf(shape, sizeof shape, "%lld", (long long)n);
        check_rate(t, ops[i].op, shape, (double)n / seconds / 1e9, "Gvalue/s", 0);
        check_release(t);
    }
}
