/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include "kernels/kernels.h"

#include <stdint.h>

/* Holds every tier's kernels to the plain C ones, in the manner of dav1d's checkasm.
 *
 * main() runs each check_*() function below once per tier that the machine has. A check goes
 * through the kernels of one noun:
 *
 *     if (check_begin(t, "softmax_f32", t->k->softmax_f32 != t->below->softmax_f32)) {
 *         float *x = check_block(t, n * sizeof *x);     guarded on both sides
 *         check_fill(t, x, n, 1.0f);
 *         ... run t->c->softmax_f32 and t->k->softmax_f32 ...
 *         check_close(t, "n 17", got, want, n, 1e-6f, 1e-5f);
 *         check_release(t);                             looks at every guard, frees every block
 *         check_end(t);
 *     }
 *
 * The C tier is run too: against itself for guards and crashes, and against values known from
 * outside where a check has them. */
struct check {
    const char *tier;
    const struct kernels *k; /* the tier under test */
    const struct kernels *c; /* plain C */
    const struct kernels
        *below;      /* the next lower tier: what is the same there needs no new check */
    uint32_t random; /* state of the random numbers */
    bool reference;  /* this is the C tier itself */

    const char *op;
    int failures;       /* of the op under check */
    int failed, passed; /* ops of the tier */
    const char *filter;
    uint32_t seed;
    struct check_block *blocks;
};

/* False when the op is filtered out or, not being the C tier, has nothing new here. */
bool check_begin(struct check *t, const char *op, bool is_new);
void check_end(struct check *t);

/* Reports one failure of the op; the first few are printed. */
__attribute__((format(printf, 2, 3))) void check_failed(struct check *t, const char *format, ...);

/* Memory that ends where the next page cannot be touched and begins behind guard bytes; filled with
 * a pattern. Aligned to 64 bytes when `bytes` is a multiple of 64, else as far as its size is. */
void *check_block(struct check *t, size_t bytes);

/* Looks at the guard bytes of all blocks and frees them. */
void check_release(struct check *t);

/* Fails when |got - want| > absolute + relative * |want| for any i; NaN must meet NaN and infinity
 * the same infinity. `what` names the case. */
void check_close(struct check *t, const char *what, const float *got, const float *want, int64_t n,
    float absolute, float relative);

uint32_t check_random(struct check *t);
int64_t check_range(struct check *t, int64_t low, int64_t high); /* both inclusive */
float check_unit(struct check *t);                               /* uniform in [-1, 1) */
void check_fill(struct check *t, float *x, int64_t n, float scale);
void check_fill_bf16(struct check *t, uint16_t *x, int64_t n, float scale);
void check_fill_bytes(struct check *t, void *x, size_t n);

/* Median seconds of one call of fn, by processor time of this thread, so that other programs on
 * the machine disturb little. */
double check_seconds(void (*fn)(void *arg), void *arg);

/* One line of the table of --bench: `amount` is work a second (GFLOP/s, GB/s ...), compared with
 * what the C tier reported for the same op and shape and with `limit` (0: none). */
void check_rate(struct check *t, const char *op, const char *shape, double amount, const char *unit,
    double limit);

/* One pair of functions a noun: correctness, and speed. */
void check_gemm(struct check *t);
void bench_gemm(struct check *t);
void check_pack(struct check *t);
void bench_pack(struct check *t);
void check_vector(struct check *t);
void bench_vector(struct check *t);
void check_winograd(struct check *t);
void bench_winograd(struct check *t);
void check_channels(struct check *t);
void bench_channels(struct check *t);
void check_gate(struct check *t);
void bench_gate(struct check *t);

#endif
