/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"
#include "kernels/check.h"
#include "kernels/emulated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct noun {
    const char *name;
    void (*check)(struct check *t);
    void (*bench)(struct check *t);
} nouns[] = {
    {"gemm", check_gemm, bench_gemm},
    {"pack", check_pack, bench_pack},
    {"vector", check_vector, bench_vector},
    {"channels", check_channels, bench_channels},
    {"gate", check_gate, bench_gate},
    {"winograd", check_winograd, bench_winograd},
};

static const char *const tiers[] = {"c", "neon", "avx2", "avx512", "avx512-bf16", "amx"};

struct arguments {
    const char *tier, *filter;
    uint32_t seed;
    bool bench;
};

static int usage(void)
{
    fputs("usage: checkkernels [--bench] [--tier NAME] [--filter OP] [--seed N]\n"
          "tiers: c neon avx2 avx512 avx512-bf16 amx amx-emulated\n",
        stderr);
    return 2;
}

static int parse(struct arguments *a, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--bench") == 0) {
            a->bench = true;
            continue;
        }
        if (!value)
            return -1;
        if (strcmp(argv[i], "--tier") == 0)
            a->tier = value;
        else if (strcmp(argv[i], "--filter") == 0)
            a->filter = value;
        else if (strcmp(argv[i], "--seed") == 0)
            a->seed = (uint32_t)strtoul(value, NULL, 10);
        else
            return -1;
        i++;
    }
    return 0;
}

/* Runs all nouns for one tier; returns the number of kernels that failed. */
static int run_tier(const struct arguments *a, const char *name, const struct kernels *k,
    const struct kernels *c, const struct kernels *below)
{
    struct check t = {.tier = name,
        .k = k,
        .c = c,
        .below = below,
        .reference = k == c,
        .filter = a->filter,
        .seed = a->seed};
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++) {
        void (*fn)(struct check *) = a->bench ? nouns[i].bench : nouns[i].check;
        fn(&t);
    }
    if (!a->bench)
        printf("%s: %d of %d ok\n", name, t.passed, t.passed + t.failed);
    return t.failed;
}

int main(int argc, char **argv)
{
    struct arguments a = {.seed = 1};
    if (parse(&a, argc, argv) != 0)
        return usage();
    unsigned old = cpu_flush_denormals(), have = cpu_flags(), mask = 0;
    struct kernels c, below, k;
    int failed = 0, ran = 0;
    kernels_init(&c, 0);
    below = c;
    for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++) {
        const char *name = tiers[i];
        if (cpu_mask(name, &mask) != 0 || (mask & ~have))
            continue;
        kernels_init(&k, mask);
        /* The C tier also runs in a bench of another, which states its speed as a multiple. */
        bool wanted = !a.tier || strcmp(a.tier, name) == 0 || (a.bench && i == 0);
        if (wanted) {
            failed += run_tier(&a, name, i == 0 ? &c : &k, &c, &below);
            ran++;
        }
        below = k;
    }
    if (!a.bench && (!a.tier || strcmp(a.tier, "amx-emulated") == 0) &&
        kernels_init_amx_emulated(&k, have)) {
        failed += run_tier(&a, "amx-emulated", &k, &c, &below);
        ran++;
    }
    cpu_restore_denormals(old);
    if (!ran)
        fprintf(stderr, "checkkernels: this machine has no tier %s\n", a.tier);
    return failed || !ran;
}
