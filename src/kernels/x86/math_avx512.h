/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_X86_MATH_AVX512_H
#define KERNELS_X86_MATH_AVX512_H

#include <immintrin.h>
#include <stdint.h>

/* Sixteen f32 in a register. v_..._part() touches the first n < 16 elements only and reads zero for
 * the rest. Where an operand is NaN, v_max and v_min give the second one. */
typedef __m512 vf;
typedef __mmask16 vm;
enum { LANES = 16 };

static inline vf v_set(float x)
{
    return _mm512_set1_ps(x);
}

static inline vm v_first(int64_t n)
{
    return (vm)((1u << n) - 1);
}

static inline vf v_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

static inline vf v_load_part(const float *p, int64_t n)
{
    return _mm512_maskz_loadu_ps(v_first(n), p);
}

static inline void v_store(float *p, vf x)
{
    _mm512_storeu_ps(p, x);
}

static inline void v_store_part(float *p, vf x, int64_t n)
{
    _mm512_mask_storeu_ps(p, v_first(n), x);
}

static inline vf v_add(vf a, vf b)
{
    return _mm512_add_ps(a, b);
}

static inline vf v_sub(vf a, vf b)
{
    return _mm512_sub_ps(a, b);
}

static inline vf v_mul(vf a, vf b)
{
    return _mm512_mul_ps(a, b);
}

static inline vf v_div(vf a, vf b)
{
    return _mm512_div_ps(a, b);
}

/* a * b + c */
static inline vf v_fma(vf a, vf b, vf c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline vf v_max(vf a, vf b)
{
    return _mm512_max_ps(a, b);
}

static inline vf v_min(vf a, vf b)
{
    return _mm512_min_ps(a, b);
}

static inline vf v_abs(vf x)
{
    return _mm512_abs_ps(x);
}

/* The size of `size`, which is not negative, with the sign of `sign`. */
static inline vf v_copysign(vf size, vf sign)
{
    return _mm512_or_ps(size, _mm512_and_ps(sign, _mm512_set1_ps(-0.0f)));
}

static inline vf v_round(vf x)
{
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* x * 2^n, n integral. */
static inline vf v_ldexp(vf x, vf n)
{
    return _mm512_scalef_ps(x, n);
}

static inline vm v_less(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

static inline vm v_equal(vf a, vf b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}

static inline vf v_select(vm m, vf yes, vf no)
{
    return _mm512_mask_blend_ps(m, no, yes);
}

/* Index of the first lane set, or LANES. */
static inline int v_first_set(vm m)
{
    return __builtin_ctz((unsigned)m | 1u << LANES);
}

/* Lanes 2i and 2i + 1 change places. */
static inline vf v_swap_pairs(vf x)
{
    return _mm512_permute_ps(x, 0xb1);
}

/* p[i] in lanes 2i and 2i + 1, of LANES / 2 elements. */
static inline vf v_load_twice(const float *p)
{
    const __m512i twice = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    return _mm512_permutexvar_ps(twice, _mm512_castps256_ps512(_mm256_loadu_ps(p)));
}

static inline float v_sum(vf x)
{
    return _mm512_reduce_add_ps(x);
}

static inline float v_largest(vf x)
{
    return _mm512_reduce_max_ps(x);
}

/* Nearest even; NaN stays NaN. With the BF16 instruction denormals become zero. */
static inline __m256i v_to_bf16(vf x)
{
#ifdef __AVX512BF16__
    return (__m256i)_mm512_cvtneps_pbh(x);
#else
    __m512i u = _mm512_castps_si512(x);
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(u, 16), _mm512_set1_epi32(1));
    __m512i y = _mm512_add_epi32(u, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
    y = _mm512_mask_or_epi32(y, nan, u, _mm512_set1_epi32(0x400000));
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(y, 16));
#endif
}

static inline void v_store_bf16(uint16_t *p, vf x)
{
    _mm256_storeu_si256((__m256i *)(void *)p, v_to_bf16(x));
}

static inline void v_store_bf16_part(uint16_t *p, vf x, int64_t n)
{
    _mm256_mask_storeu_epi16(p, v_first(n), v_to_bf16(x));
}

static inline vf v_from_bf16(__m256i h)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
}

static inline vf v_load_bf16(const uint16_t *p)
{
    return v_from_bf16(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

static inline vf v_load_bf16_part(const uint16_t *p, int64_t n)
{
    return v_from_bf16(_mm256_maskz_loadu_epi16(v_first(n), p));
}

static inline vf v_load_f16(const uint16_t *p)
{
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(const void *)p));
}

static inline vf v_load_f16_part(const uint16_t *p, int64_t n)
{
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(v_first(n), p));
}

/* x, rounded to nearest even, + 128 as bytes; x lies in [-127, 127]. */
static inline __m128i v_to_u8(vf x)
{
    __m512i i = _mm512_add_epi32(_mm512_cvtps_epi32(x), _mm512_set1_epi32(128));
    return _mm512_cvtepi32_epi8(i);
}

static inline void v_store_u8(uint8_t *p, vf x)
{
    _mm_storeu_si128((__m128i *)(void *)p, v_to_u8(x));
}

static inline void v_store_u8_part(uint8_t *p, vf x, int64_t n)
{
    _mm_mask_storeu_epi8(p, v_first(n), v_to_u8(x));
}

#include "kernels/math.h"

#endif
