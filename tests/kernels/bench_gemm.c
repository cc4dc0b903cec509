/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/gemm_case.h"
#include "kernels/peak.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct run {
    gemm_fn fn;
    struct gemm g;
    const char *b; /* copies of B, used in turn so that each comes from memory */
    size_t b_bytes;
    int copies, next;
};

static void run(void *arg)
{
    struct run *r = arg;
    r->g.b = r->b + (size_t)r->next * r->b_bytes;
    r->next = (r->next + 1) % r->copies;
    r->fn(&r->g);
}

/* Encoder shapes: many rows, bound by arithmetic. The C tier gets a few rows of each. */
static void bench_large(struct check *t, const struct gemm_type *type, const struct peak *peak)
{
    static const struct gemm_shape shapes[] = {{1500, 384, 384}, {1500, 1536, 384},
        {1500, 384, 1536}, {1500, 2048, 512}, {1500, 1280, 1280}, {1500, 5120, 1280},
        {1500, 1280, 5120}, {1500, 1500, 64}, {1500, 64, 1500}, {256, 3072, 768}, {64, 1280, 1280}};
    double limit = type->type == DT_F32 ? peak->f32 : type->type == DT_BF16 ? peak->bf16 : peak->i8;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct gemm_shape s = shapes[i];
        char name[48];
        snprintf(
            name, sizeof name, "%lldx%lldx%lld", (long long)s.m, (long long)s.k, (long long)s.n);
        if (t->reference)
            s.m = s.m < 8 ? s.m : 8;
        struct gemm_case x;
        gemm_case_init_plain(t, &x, type->type, s);
        struct run r = {.fn = x.fn, .g = x.g, .b = x.g.b, .copies = 1};
        double work = 2.0 * (double)s.m * (double)s.n * (double)s.k;
        check_rate(t, type->op, name, work / check_seconds(run, &r) / 1e9, "GFLOP/s", limit);
        check_release(t);
    }
}

/* Decoder shapes: few rows, bound by memory; B is read from copies that no cache holds together. */
static void bench_thin(struct check *t, const struct gemm_type *type, double memory)
{
    static const struct gemm_shape shapes[] = {{1, 384, 384}, {1, 1536, 384}, {1, 1280, 1280},
        {1, 5120, 1280}, {1, 51866, 1280}, {4, 5120, 1280}, {8, 5120, 1280}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct gemm_shape s = shapes[i];
        char name[48];
        snprintf(
            name, sizeof name, "%lldx%lldx%lld", (long long)s.m, (long long)s.k, (long long)s.n);
        struct gemm_case x;
        gemm_case_init_plain(t, &x, type->type, s);
        struct run r = {.fn = x.fn, .g = x.g};
        r.b_bytes = (size_t)pack_panels(s.n) * pack_panel_bytes(type->type, s.k);
        r.copies = (int)(((size_t)256 << 20) / r.b_bytes) + 1;
        char *b = malloc((size_t)r.copies * r.b_bytes + 64);
        if (b) {
            r.b = b + (64 - (uintptr_t)b % 64) % 64;
            for (int j = 0; j < r.copies; j++)
                memcpy((char *)(uintptr_t)r.b + (size_t)j * r.b_bytes, x.g.b, r.b_bytes);
            double bytes = (double)r.b_bytes;
            if (type->type == DT_Q4)
                bytes += bytes / 4; /* the scales */
            check_rate(t, type->op, name, bytes / check_seconds(run, &r) / 1e9, "GB/s", memory);
        }
        free(b);
        check_release(t);
    }
}

void bench_gemm(struct check *t)
{
    struct peak peak = peak_of(t->tier);
    double memory = peak_memory();
    printf("%s: from registers f32 %.0f, bf16 %.0f GFLOP/s, i8 %.0f GOP/s; memory %.1f GB/s\n",
        t->tier, peak.f32, peak.bf16, peak.i8, memory);
    for (const struct gemm_type *type = gemm_types; type->op; type++) {
        if (!check_begin(t, type->op, gemm_of(t->k, type->type) != gemm_of(t->below, type->type)))
            continue;
        bench_large(t, type, &peak);
        bench_thin(t, type, memory);
    }
}
