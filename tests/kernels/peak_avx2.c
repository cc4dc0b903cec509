/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/peak_loop.h"

#include <immintrin.h>

PEAK_LOOP(multiply_add, __m256, _mm256_setzero_ps(), _mm256_fmadd_ps(x, x, c[i]))
PEAK_LOOP(madd, __m256i, _mm256_setzero_si256(), _mm256_add_epi32(c[i], _mm256_madd_epi16(c[i], x)))

void peak_avx2(struct peak *p)
{
    p->f32 = peak_rate(multiply_add, 16);
    p->bf16 = p->f32;
    p->i8 = peak_rate(madd, 32);
}
