/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_X86_FINISH_AVX512_H
#define KERNELS_X86_FINISH_AVX512_H

#include "kernels/x86/math_avx512.h"

static inline vf finish_int(const int32_t *sum, const int32_t *b_sum)
{
    __m512i minus = _mm512_slli_epi32(_mm512_loadu_si512(b_sum), 7);
    return _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_loadu_si512(sum), minus));
}

#include "kernels/finish.h"

#endif
