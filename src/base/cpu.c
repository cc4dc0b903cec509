/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cpu.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#    include <cpuid.h>
#    include <sys/syscall.h>
#    include <xmmintrin.h>

enum {
    XCR0_AVX = 0x6,
    XCR0_AVX512 = 0xe6,
    XCR0_AMX = 0x60000,
    ARCH_REQ_XCOMP_PERM = 0x1023,
    XFEATURE_TILE_DATA = 18,
};

static unsigned long long xgetbv0(void)
{
    unsigned lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (unsigned long long)hi << 32 | lo;
}

/* Linux gives a process the tile registers only when asked, once, before its threads start. */
static int amx_permitted(void)
{
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_TILE_DATA) == 0;
}

/* Leaf 7, register edx; clang 14's <cpuid.h> does not name them. */
enum { AMX_BF16_BIT = 1 << 22, AMX_INT8_BIT = 1 << 25 };

unsigned cpu_flags(void)
{
    unsigned a, b, c, d, flags = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return 0;
    unsigned leaf1_c = c;
    unsigned long long xcr0 = xgetbv0();
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (xcr0 & XCR0_AVX) != XCR0_AVX)
        return 0;
    unsigned leaf7_b = b, leaf7_c = c, leaf7_d = d;
    if ((leaf7_b & bit_AVX2) && (leaf1_c & bit_FMA) && (leaf1_c & bit_F16C))
        flags |= CPU_AVX2;
    unsigned want = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    if ((xcr0 & XCR0_AVX512) != XCR0_AVX512 || (leaf7_b & want) != want || !(flags & CPU_AVX2))
        return flags;
    flags |= CPU_AVX512;
    if (leaf7_c & bit_AVX512VNNI)
        flags |= CPU_AVX512_VNNI;
    if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & bit_AVX512BF16))
        flags |= CPU_AVX512_BF16;
    int amx = (leaf7_d & (AMX_BF16_BIT | AMX_INT8_BIT)) && (xcr0 & XCR0_AMX) == XCR0_AMX;
    if (amx && amx_permitted()) {
        flags |= leaf7_d & AMX_BF16_BIT ? CPU_AMX_BF16 : 0;
        flags |= leaf7_d & AMX_INT8_BIT ? CPU_AMX_INT8 : 0;
    }
    return flags;
}

enum { MXCSR_FTZ_DAZ = 0x8040 };

unsigned cpu_flush_denormals(void)
{
    unsigned old = _mm_getcsr();
    _mm_setcsr(old | MXCSR_FTZ_DAZ);
    return old;
}

void cpu_restore_denormals(unsigned old)
{
    _mm_setcsr(old);
}

#elif defined(__aarch64__)

unsigned cpu_flags(void)
{
    return CPU_NEON;
}

enum { FPCR_FZ = 1 << 24 };

unsigned cpu_flush_denormals(void)
{
    unsigned long long fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | FPCR_FZ));
    return (unsigned)fpcr;
}

void cpu_restore_denormals(unsigned old)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long long)old));
}

#else

unsigned cpu_flags(void)
{
    return 0;
}

unsigned cpu_flush_denormals(void)
{
    return 0;
}

void cpu_restore_denormals(unsigned old)
{
    (void)old;
}

#endif

static const struct {
    const char *name;
    unsigned flags;
} tiers[] = {
    {"c", 0},
    {"neon", CPU_NEON},
    {"avx2", CPU_AVX2},
    {"avx512", CPU_AVX2 | CPU_AVX512},
    {"avx512-bf16", CPU_AVX2 | CPU_AVX512 | CPU_AVX512_VNNI | CPU_AVX512_BF16},
    {"amx",
        CPU_AVX2 | CPU_AVX512 | CPU_AVX512_VNNI | CPU_AVX512_BF16 | CPU_AMX_BF16 | CPU_AMX_INT8},
    {"all", (unsigned)CPU_ALL},
};

int cpu_mask(const char *tier, unsigned *mask)
{
    for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++) {
        if (strcmp(tiers[i].name, tier) == 0) {
            *mask = tiers[i].flags;
            return 0;
        }
    }
    return -1;
}

const char *cpu_describe(unsigned flags, char *buf, size_t size)
{
    static const char *const names[] = {
        "avx2", "avx512", "avx512-vnni", "avx512-bf16", "amx-bf16", "amx-int8", "neon"};
    size_t n = 0;
    if (size)
        buf[0] = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names && n < size; i++)
        if (flags >> i & 1)
            n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? " " : "", names[i]);
    return buf;
}

int cpu_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}
