/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PEAK_H
#define TESTS_PEAK_H

/* What this machine can do, measured from registers by one thread: GFLOP/s of f32 multiply-adds and
 * of bf16 products, GOP/s of i8 products. 0 where a tier has no instruction for it. */
struct peak {
    double f32, bf16, i8;
};

void peak_avx2(struct peak *p);
void peak_avx512(struct peak *p);
void peak_avx512bf16(struct peak *p);
void peak_amx(struct peak *p);

/* GB/s of reading memory far larger than the caches. */
double peak_memory(void);

/* The limits of a tier by its name. */
struct peak peak_of(const char *tier);

#endif
