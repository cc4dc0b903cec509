/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "kernels/check.h"
#include "kernels/gemm_case.h"

#include <math.h>
#include <stdio.h>

/* Sums of k products of values in [-1, 1] in f32 differ between orders of summation by rounding
 * alone: a random walk of k errors of 2^-24 times partial sums of about sqrt(k), so k * 2^-24 is
 * its scale; four times that is never met by chance. Integer products are exact and meet it easily.
 */
static void tolerance(const struct gemm *g, float *absolute, float *relative)
{
    float alpha = g->alpha != 0.0f ? fabsf(g->alpha) : 1.0f;
    *absolute = 4.0f * alpha * (float)(g->k + 8) * 0x1p-24f + 1e-6f;
    *relative = g->c_bf16 ? 0x1p-7f : 4e-6f; /* bf16: a value near a tie may round either way */
}

static void compare(struct check *t, const struct gemm_case *x, const struct gemm *g)
{
    char what[160];
    float absolute, relative;
    tolerance(g, &absolute, &relative);
    for (int64_t row = 0; row < g->m; row++) {
        snprintf(what, sizeof what,
            "m %lld n %lld k %lld lda %lld act %d alpha %g bias %d residual %d bf16 %d row %lld",
            (long long)g->m, (long long)g->n, (long long)g->k, (long long)g->lda, (int)g->act,
            (double)g->alpha, g->bias != NULL, g->residual != NULL, g->c_bf16, (long long)row);
        gemm_case_row(x, x->got, row, x->row_got);
        gemm_case_row(x, x->want, row, x->row_want);
        check_close(t, what, x->row_got, x->row_want, g->n, absolute, relative);
    }
    gemm_case_check_gaps(t, x);
}

/* Runs a case on the reference and on the tier. */
static void run_case(struct check *t, struct gemm_case *x)
{
    struct gemm g = x->g;
    memcpy(x->got, x->fresh, gemm_case_c_bytes(x));
    memcpy(x->want, x->fresh, gemm_case_c_bytes(x));
    g.c = x->want;
    g.residual = x->in_place ? x->want : x->g.residual;
    x->reference(&g);
    g.c = x->got;
    g.residual = x->in_place ? x->got : x->g.residual;
    x->fn(&g);
    compare(t, x, &g);
}

/* The C tier against sums in double precision, straight from the weights before packing. */
static void check_definition(struct check *t, struct gemm_case *x)
{
    struct gemm g = x->g;
    float absolute, relative;
    g.act = ACT_NONE;
    g.bias = NULL;
    g.residual = NULL;
    g.c = x->got;
    tolerance(&g, &absolute, &relative);
    x->reference(&g);
    for (int64_t row = 0; row < g.m; row++) {
        char what[64];
        snprintf(what, sizeof what, "definition, k %lld row %lld", (long long)g.k, (long long)row);
        for (int64_t col = 0; col < g.n; col++) {
            double sum = 0;
            for (int64_t k = 0; k < g.k; k++)
                sum += gemm_case_a(x, row, k) * gemm_case_b(x, k, col);
            x->row_want[col] = (float)(sum * (g.alpha != 0.0f ? (double)g.alpha : 1.0));
        }
        gemm_case_row(x, x->got, row, x->row_got);
        check_close(t, what, x->row_got, x->row_want, g.n, absolute, relative);
    }
}

/* Whether C comes out the same to the bit when the work is split: rows one by one and in pieces,
 * panels one by one. AMX promises it for pieces of 64 rows, see gemm_amx.c. */
static void check_split(struct check *t, struct gemm_case *x)
{
    struct gemm g = x->g;
    bool tiles = g.m >= 16 && (t->k->flags & CPU_AMX_BF16) && x->type == DT_BF16;
    int64_t step = tiles ? 64 : check_range(t, 1, 20);
    int64_t panels = check_range(t, 1, 3);
    g.residual = x->in_place ? NULL : g.residual;
    g.c = x->want;
    x->fn(&g);
    for (int64_t row = 0; row < g.m; row += step) {
        int64_t rows = g.m - row < step || (tiles && g.m - row < 2 * step) ? g.m - row : step;
        for (int64_t p = 0; p < pack_panels(g.n); p += panels) {
            struct gemm part = gemm_case_part(x, &g, row, rows, p, panels);
            x->fn(&part);
        }
        if (rows > step)
            break;
    }
    size_t bytes = gemm_case_c_bytes(x);
    if (memcmp(x->got, x->want, bytes) != 0)
        check_failed(t, "m %lld n %lld k %lld: split by %lld rows, %lld panels changes the result",
            (long long)g.m, (long long)g.n, (long long)g.k, (long long)step, (long long)panels);
}

/* One NaN and two infinities in A reach exactly the rows they should. */
static void check_not_finite(struct check *t, struct gemm_case *x)
{
    float *a = x->a;
    if (x->type != DT_F32 || x->g.m < 3 || x->g.lda < x->g.k)
        return;
    a[x->g.k - 1] = NAN;
    a[x->g.lda + x->g.k / 2] = INFINITY;
    a[2 * x->g.lda] = -INFINITY;
    x->g.act = check_range(t, 0, 1) ? ACT_NONE : ACT_RELU;
    run_case(t, x);
}

static void check_edges(struct check *t, enum dtype type)
{
    static const int64_t ms[] = {1, 2, 15, 16, 17, 31, 32, 33, 64, 129, 200};
    static const int64_t ks[] = {1, 2, 3, 31, 63, 64, 65, 1025, 2304};
    for (size_t i = 0; i < sizeof ms / sizeof *ms; i++) {
        for (size_t j = 0; j < sizeof ks / sizeof *ks; j++) {
            struct gemm_case x;
            struct gemm_shape s = {ms[i], check_range(t, 1, 100), ks[j]};
            gemm_case_init(t, &x, type, s);
            run_case(t, &x);
            check_release(t);
        }
    }
}

/* Large enough for several blocks of rows, columns and k in every tier. */
static void check_blocks(struct check *t, enum dtype type)
{
    static const struct gemm_shape shapes[] = {{300, 700, 1100}, {17, 530, 2400}, {5, 70, 9000}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct gemm_case x;
        gemm_case_init(t, &x, type, shapes[i]);
        run_case(t, &x);
        check_split(t, &x);
        check_release(t);
    }
}

static void check_type(struct check *t, const struct gemm_type *type)
{
    for (int64_t m = 1; m <= 70; m++) {
        struct gemm_case x;
        struct gemm_shape s = {m, check_range(t, 1, 130), check_range(t, 1, 400)};
        gemm_case_init(t, &x, type->type, s);
        run_case(t, &x);
        if (t->reference)
            check_definition(t, &x);
        check_not_finite(t, &x);
        check_release(t);
        s.m += check_range(t, 0, 3) * 64;
        gemm_case_init(t, &x, type->type, s);
        check_split(t, &x);
        check_release(t);
    }
    check_edges(t, type->type);
    check_blocks(t, type->type);
}

void check_gemm(struct check *t)
{
    for (const struct gemm_type *type = gemm_types; type->op; type++) {
        if (!check_begin(t, type->op, gemm_of(t->k, type->type) != gemm_of(t->below, type->type)))
            continue;
        check_type(t, type);
        check_end(t);
    }
}
