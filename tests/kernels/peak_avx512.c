/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/peak_loop.h"

#include <immintrin.h>

PEAK_LOOP(multiply_add, __m512, _mm512_setzero_ps(), _mm512_fmadd_ps(x, x, c[i]))
PEAK_LOOP(madd, __m512i, _mm512_setzero_si512(), _mm512_add_epi32(c[i], _mm512_madd_epi16(c[i], x)))

void peak_avx512(struct peak *p)
{
    p->f32 = peak_rate(multiply_add, 32);
    p->bf16 = p->f32;
    p->i8 = peak_rate(madd, 64);
}
