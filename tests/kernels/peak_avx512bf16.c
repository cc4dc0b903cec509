/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/peak_loop.h"

#include <immintrin.h>

PEAK_LOOP(multiply_add, __m512, _mm512_setzero_ps(), _mm512_fmadd_ps(x, x, c[i]))
PEAK_LOOP(dpbf16, __m512, _mm512_setzero_ps(),
    _mm512_dpbf16_ps(c[i], (__m512bh)_mm512_castps_si512(x), (__m512bh)_mm512_castps_si512(x)))
PEAK_LOOP(dpbusd, __m512i, _mm512_setzero_si512(), _mm512_dpbusd_epi32(c[i], x, x))

void peak_avx512bf16(struct peak *p)
{
    p->f32 = peak_rate(multiply_add, 32);
    p->bf16 = peak_rate(dpbf16, 64);
    p->i8 = peak_rate(dpbusd, 128);
}
