/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PEAK_LOOP_H
#define TESTS_PEAK_LOOP_H

#include "kernels/check.h"
#include "kernels/peak.h"

/* A function that feeds PEAK_CHAINS independent chains of one instruction, all
 * from registers; the empty asm keeps the compiler from folding the chains. */
enum { PEAK_ROUNDS = 100000, PEAK_CHAINS = 12 };

#define PEAK_LOOP(name, type, zero, apply)                                                         \
    static void name(void *arg)                                                                    \
    {                                                                                              \
        type c[PEAK_CHAINS], x = *(const type *)arg;                                               \
        _Pragma("GCC unroll 12") for (int i = 0; i < PEAK_CHAINS; i++) c[i] = zero;                \
        for (int round = 0; round < PEAK_ROUNDS; round++) {                                        \
            _Pragma("GCC unroll 12") for (int i = 0; i < PEAK_CHAINS; i++)                         \
            {                                                                                      \
                c[i] = apply;                                                                      \
                __asm__ volatile("" : "+v"(c[i]));                                                 \
            }                                                                                      \
        }                                                                                          \
    }

/* Work a second in units of 1e9, for an instruction that does `work` of it. */
static inline double peak_rate(void (*fn)(void *), double work)
{
    float random[16] __attribute__((aligned(64)));
    for (int i = 0; i < 16; i++)
        random[i] = 0.37f + 0.01f * (float)i;
    return work * PEAK_ROUNDS * PEAK_CHAINS / check_seconds(fn, random) / 1e9;
}

#endif
