/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CPU_H
#define BASE_CPU_H

#include <stddef.h>

/* What the processor and the system allow, one bit each. A bit is set only when the operating
 * system saves the registers too. */
enum cpu_flag {
    CPU_AVX2 = 1 << 0,   /* AVX2, FMA and F16C together */
    CPU_AVX512 = 1 << 1, /* F, BW, DQ and VL together */
    CPU_AVX512_VNNI = 1 << 2,
    CPU_AVX512_BF16 = 1 << 3,
    CPU_AMX_BF16 = 1 << 4,
    CPU_AMX_INT8 = 1 << 5,
    CPU_NEON = 1 << 6,
    CPU_ALL = -1,
};

/* Detected once per call. Asks Linux for the AMX state; call it before threads start. */
unsigned cpu_flags(void);

/* Keeps the flags up to a named tier: "c" (none), "avx2", "avx512", "avx512-bf16" (with VNNI),
 * "amx", "neon", "all". Returns 0 when the name is known and writes *mask, else -1. */
int cpu_mask(const char *tier, unsigned *mask);

/* "avx2 avx512 avx512-vnni ..." into buf. */
const char *cpu_describe(unsigned flags, char *buf, size_t size);

/* Processors this process may run on. */
int cpu_count(void);

/* Turns flush-to-zero on for this thread; returns what cpu_restore_denormals() takes back. */
unsigned cpu_flush_denormals(void);
void cpu_restore_denormals(unsigned old);

static inline void cpu_relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
