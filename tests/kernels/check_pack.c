/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/blocks.h"
#include "kernels/check.h"
#include "kernels/pack.h"

#include <math.h>
#include <stdio.h>

/* Packing is not a tier's: it is checked once, value by value, against the layout as kernels.h
 * words it. */

struct sizes {
    int64_t n, k, ld;
};

static struct sizes random_sizes(struct check *t)
{
    struct sizes s = {check_range(t, 1, 70), check_range(t, 1, 200), 0};
    s.ld = s.k + check_range(t, 0, 9);
    return s;
}

/* A weight's rows end where the last value does: what lies behind must not be read. */
static float *random_weight(struct check *t, const struct sizes *s)
{
    size_t count = (size_t)((s->n - 1) * s->ld + s->k);
    float *w = check_block(t, count * sizeof *w);
    check_fill(t, w, (int64_t)count, 2.0f);
    return w;
}

static float weight_at(const struct sizes *s, const float *w, int64_t row, int64_t k)
{
    return row < s->n && k < s->k ? w[row * s->ld + k] : 0.0f;
}

static void *packed_block(struct check *t, enum dtype type, const struct sizes *s)
{
    return check_block(t, (size_t)pack_panels(s->n) * pack_panel_bytes(type, s->k));
}

static void check_f32(struct check *t)
{
    struct sizes s = random_sizes(t);
    float *w = random_weight(t, &s), *b = packed_block(t, DT_F32, &s);
    int64_t panels = pack_panels(s.n), kk = pack_k(s.k), half = panels / 2;
    pack_f32(b, w, s.ld, s.n, s.k, 0, half);
    pack_f32(b, w, s.ld, s.n, s.k, half, panels);
    for (int64_t row = 0; row < panels * PACK_N; row++)
        for (int64_t k = 0; k < kk; k++)
            if (b[row / PACK_N * kk * PACK_N + k * PACK_N + row % PACK_N] !=
                weight_at(&s, w, row, k))
                check_failed(t, "row %lld k %lld", (long long)row, (long long)k);
}

static void check_bf16(struct check *t)
{
    struct sizes s = random_sizes(t);
    float *w = random_weight(t, &s);
    uint16_t *b = packed_block(t, DT_BF16, &s);
    int64_t panels = pack_panels(s.n), kk = pack_k(s.k);
    pack_bf16(b, w, s.ld, s.n, s.k, 0, panels);
    for (int64_t row = 0; row < panels * PACK_N; row++)
        for (int64_t k = 0; k < kk; k++)
            if (b[row / PACK_N * kk * PACK_N + k / 2 * 2 * PACK_N + row % PACK_N * 2 + k % 2] !=
                f32_to_bf16(weight_at(&s, w, row, k)))
                check_failed(t, "row %lld k %lld", (long long)row, (long long)k);
}

static int8_t i8_at(const int8_t *b, int64_t kk, int64_t row, int64_t k)
{
    return b[row / PACK_N * kk * PACK_N + k / 4 * 4 * PACK_N + row % PACK_N * 4 + k % 4];
}

static void check_i8(struct check *t)
{
    struct sizes s = random_sizes(t);
    int64_t panels = pack_panels(s.n), kk = pack_k(s.k), rows = panels * PACK_N;
    float *w = random_weight(t, &s), *scale = check_block(t, (size_t)rows * sizeof *scale);
    int8_t *b = packed_block(t, DT_I8, &s);
    int32_t *sum = check_block(t, (size_t)rows * sizeof *sum);
    pack_i8(b, scale, sum, w, s.ld, s.n, s.k, 0, panels);
    for (int64_t row = 0; row < rows; row++) {
        int32_t total = 0, most = 0;
        for (int64_t k = 0; k < kk; k++) {
            int8_t q = i8_at(b, kk, row, k);
            float want = weight_at(&s, w, row, k);
            total += q;
            most = q > most ? q : -q > most ? -q : most;
            /* Half a step of rounding and the error of the product. */
            if (!(fabsf((float)q * scale[row] - want) <= 0.50002f * scale[row]))
                check_failed(t, "row %lld k %lld: %g", (long long)row, (long long)k, (double)want);
        }
        if (total != sum[row] || most != (row < s.n ? 127 : 0))
            check_failed(
                t, "row %lld: sum %d, not %d; largest %d", (long long)row, sum[row], total, most);
    }
}

static void check_i8_rows(struct check *t)
{
    struct sizes s = random_sizes(t);
    int64_t panels = pack_panels(s.n), kk = pack_k(s.k), rows = panels * PACK_N;
    size_t count = (size_t)((s.n - 1) * s.ld + s.k);
    int8_t *w = check_block(t, count), *b = packed_block(t, DT_I8, &s);
    int32_t *sum = check_block(t, (size_t)rows * sizeof *sum);
    check_fill_bytes(t, w, count);
    pack_i8_rows(b, sum, w, s.ld, s.n, s.k, 0, panels);
    for (int64_t row = 0; row < rows; row++) {
        int32_t total = 0;
        for (int64_t k = 0; k < kk; k++) {
            int8_t want = row < s.n && k < s.k ? w[row * s.ld + k] : 0;
            total += want;
            if (i8_at(b, kk, row, k) != want)
                check_failed(t, "row %lld k %lld", (long long)row, (long long)k);
        }
        if (total != sum[row])
            check_failed(t, "row %lld: sum %d, not %d", (long long)row, sum[row], total);
    }
}

static int q4_at(const uint8_t *b, int64_t kk, int64_t row, int64_t k)
{
    const uint8_t *line = b + row / PACK_N * kk / 2 * PACK_N + k / 8 * 4 * PACK_N;
    return (line[row % PACK_N * 4 + k % 4] >> (k % 8 < 4 ? 0 : 4) & 15) - 8;
}

static void check_q4(struct check *t)
{
    struct sizes s = random_sizes(t);
    int64_t panels = pack_panels(s.n), kk = pack_k(s.k), groups = kk / 32;
    size_t scales = (size_t)(panels * groups * PACK_N);
    float *w = random_weight(t, &s), *scale = check_block(t, scales * sizeof *scale);
    uint8_t *b = packed_block(t, DT_Q4, &s), *again = packed_block(t, DT_Q4, &s);
    pack_q4(b, scale, w, s.ld, s.n, s.k, 0, panels);
    for (int64_t row = 0; row < panels * PACK_N; row++) {
        for (int64_t k = 0; k < kk; k++) {
            float d = scale[(row / PACK_N * groups + k / 32) * PACK_N + row % PACK_N];
            float got = (float)q4_at(b, kk, row, k) * d, want = weight_at(&s, w, row, k);
            /* Half a step; a whole one at the end of the range without the largest value. */
            if (!(fabsf(got - want) <= 1.0001f * fabsf(d)))
                check_failed(t, "row %lld k %lld: %g", (long long)row, (long long)k, (double)want);
            if (row < s.n && k < s.k)
                w[row * s.ld + k] = got;
        }
    }
    pack_q4(again, scale, w, s.ld, s.n, s.k, 0, panels);
    if (memcmp(b, again, (size_t)panels * pack_panel_bytes(DT_Q4, s.k)) != 0)
        check_failed(t, "n %lld k %lld: packing 4-bit values again changes them", (long long)s.n,
            (long long)s.k);
}

/* Blocks of q4_0 of any content come out as what they stand for, to the bit. */
static void check_q4_rows(struct check *t)
{
    struct sizes s = {check_range(t, 1, PACK_N), 32 * check_range(t, 1, 6), 0};
    int64_t kk = pack_k(s.k), blocks = s.k / 32;
    size_t row_bytes = dtype_bytes(DT_Q4_0, s.k);
    uint8_t *w = check_block(t, (size_t)s.n * row_bytes), *b = packed_block(t, DT_Q4, &s);
    float *scale = check_block(t, (size_t)(kk / 32 * PACK_N) * sizeof *scale);
    float *want = check_block(t, (size_t)(s.n * s.k) * sizeof *want);
    const uint8_t *row[PACK_N] = {0};
    check_fill_bytes(t, (int8_t *)w, (size_t)s.n * row_bytes);
    for (int64_t r = 0; r < s.n; r++) {
        row[r] = w + (size_t)r * row_bytes;
        for (int64_t i = 0; i < blocks; i++) /* a scale between 2^-11 and 2, of either sign */
            w[(size_t)r * row_bytes + (size_t)i * 18 + 1] =
                (uint8_t)((w[(size_t)r * row_bytes + (size_t)i * 18 + 1] & 0x83) | 0x30);
    }
    blocks_to_f32(DT_Q4_0, want, w, s.n * s.k);
    pack_q4_rows(b, scale, row, s.k);
    for (int64_t r = 0; r < PACK_N; r++)
        for (int64_t k = 0; k < kk; k++) {
            float got = (float)q4_at(b, kk, r, k) * scale[k / 32 * PACK_N + r];
            float is = r < s.n && k < s.k ? want[r * s.k + k] : 0.0f;
            if (got != is)
                check_failed(t, "row %lld k %lld: %g, not %g", (long long)r, (long long)k,
                    (double)got, (double)is);
        }
}

void check_pack(struct check *t)
{
    static const struct {
        const char *op;
        void (*check)(struct check *t);
    } ops[] = {
        {"pack_f32", check_f32},
        {"pack_bf16", check_bf16},
        {"pack_i8", check_i8},
        {"pack_i8_rows", check_i8_rows},
        {"pack_q4", check_q4},
        {"pack_q4_rows", check_q4_rows},
    };
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!check_begin(t, ops[i].op, false))
            continue;
        for (int round = 0; round < 30; round++) {
            ops[i].check(t);
            check_release(t);
        }
        check_end(t);
    }
}

struct packing {
    int64_t n, k;
    const float *w;
    void *b;
    float *scale;
    int32_t *sum;
};

static void run_f32(void *arg)
{
    struct packing *p = arg;
    pack_f32(p->b, p->w, p->k, p->n, p->k, 0, pack_panels(p->n));
}

static void run_bf16(void *arg)
{
    struct packing *p = arg;
    pack_bf16(p->b, p->w, p->k, p->n, p->k, 0, pack_panels(p->n));
}

static void run_i8(void *arg)
{
    struct packing *p = arg;
    pack_i8(p->b, p->scale, p->sum, p->w, p->k, p->n, p->k, 0, pack_panels(p->n));
}

static void run_q4(void *arg)
{
    struct packing *p = arg;
    pack_q4(p->b, p->scale, p->w, p->k, p->n, p->k, 0, pack_panels(p->n));
}

void bench_pack(struct check *t)
{
    static const struct {
        const char *op;
        void (*run)(void *arg);
    } ops[] = {
        {"pack_f32", run_f32}, {"pack_bf16", run_bf16}, {"pack_i8", run_i8}, {"pack_q4", run_q4}};
    struct packing p = {.n = 1280, .k = 1280};
    size_t count = (size_t)(p.n * p.k);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (!check_begin(t, ops[i].op, false))
            continue;
        float *w = check_block(t, count * sizeof *w);
        check_fill(t, w, (int64_t)count, 1.0f);
        p.w = w;
        p.b = check_block(t, count * sizeof(float));
        p.scale = check_block(t, count / 32 * sizeof(float));
        p.sum = check_block(t, (size_t)p.n * sizeof(int32_t));
        double seconds = check_seconds(ops[i].run, &p);
        check_rate(t, ops[i].op, "1280x1280", (double)count / seconds / 1e9, "Gvalue/s", 0);
        check_release(t);
    }
}
