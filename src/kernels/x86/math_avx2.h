/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_X86_MATH_AVX2_H
#define KERNELS_X86_MATH_AVX2_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

/* Eight f32 in a register. v_..._part() touches the first n < 8 elements only and reads zero for
 * the rest. Where an operand is NaN, v_max and v_min give the second one. */
typedef __m256 vf;
typedef __m256 vm; /* all bits of a lane */
enum { LANES = 8 };

static inline vf v_set(float x)
{
    return _mm256_set1_ps(x);
}

static inline __m256i v_first(int64_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline vf v_load(const float *p)
{
    return _mm256_loadu_ps(p);
}

static inline vf v_load_part(const float *p, int64_t n)
{
    return _mm256_maskload_ps(p, v_first(n));
}

static inline void v_store(float *p, vf x)
{
    _mm256_storeu_ps(p, x);
}

static inline void v_store_part(float *p, vf x, int64_t n)
{
    _mm256_maskstore_ps(p, v_first(n), x);
}

static inline vf v_add(vf a, vf b)
{
    return _mm256_add_ps(a, b);
}

static inline vf v_sub(vf a, vf b)
{
    return _mm256_sub_ps(a, b);
}

static inline vf v_mul(vf a, vf b)
{
    return _mm256_mul_ps(a, b);
}

static inline vf v_div(vf a, vf b)
{
    return _mm256_div_ps(a, b);
}

/* a * b + c */
static inline vf v_fma(vf a, vf b, vf c)
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline vf v_max(vf a, vf b)
{
    return _mm256_max_ps(a, b);
}

static inline vf v_min(vf a, vf b)
{
    return _mm256_min_ps(a, b);
}

static inline vf v_abs(vf x)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
}

/* The size of `size`, which is not negative, with the sign of `sign`. */
static inline vf v_copysign(vf size, vf sign)
{
    return _mm256_or_ps(size, _mm256_and_ps(sign, _mm256_set1_ps(-0.0f)));
}

static inline vf v_round(vf x)
{
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline vf v_power_of_2(__m256i n)
{
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
}

/* x * 2^n, n integral, |n| < 250: in two steps, because 2^n alone may not fit. */
static inline vf v_ldexp(vf x, vf n)
{
    __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1);
    x = _mm256_mul_ps(x, v_power_of_2(half));
    return _mm256_mul_ps(x, v_power_of_2(_mm256_sub_epi32(whole, half)));
}

static inline vm v_less(vf a, vf b)
{
    return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}

static inline vm v_equal(vf a, vf b)
{
    return _mm256_cmp_ps(a, b, _CMP_EQ_OQ);
}

static inline vf v_select(vm m, vf yes, vf no)
{
    return _mm256_blendv_ps(no, yes, m);
}

/* Index of the first lane set, or LANES. */
static inline int v_first_set(vm m)
{
    return __builtin_ctz((unsigned)_mm256_movemask_ps(m) | 1u << LANES);
}

/* Lanes 2i and 2i + 1 change places. */
static inline vf v_swap_pairs(vf x)
{
    return _mm256_permute_ps(x, 0xb1);
}

/* p[i] in lanes 2i and 2i + 1, of LANES / 2 elements. */
static inline vf v_load_twice(const float *p)
{
    const __m256i twice = _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3);
    return _mm256_permutevar8x32_ps(_mm256_castps128_ps256(_mm_loadu_ps(p)), twice);
}

static inline float v_sum(vf x)
{
    __m128 y = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_add_ps(y, _mm_movehl_ps(y, y));
    return _mm_cvtss_f32(_mm_add_ss(y, _mm_movehdup_ps(y)));
}

static inline float v_largest(vf x)
{
    __m128 y = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    y = _mm_max_ps(y, _mm_movehl_ps(y, y));
    return _mm_cvtss_f32(_mm_max_ss(y, _mm_movehdup_ps(y)));
}

/* Nearest even; NaN stays NaN. */
static inline __m128i v_to_bf16(vf x)
{
    __m256i u = _mm256_castps_si256(x);
    __m256i odd = _mm256_and_si256(_mm256_srli_epi32(u, 16), _mm256_set1_epi32(1));
    __m256i y = _mm256_add_epi32(u, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    __m256i quiet = _mm256_or_si256(u, _mm256_set1_epi32(0x400000));
    __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x, x, _CMP_UNORD_Q));
    y = _mm256_srli_epi32(_mm256_blendv_epi8(y, quiet, nan), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(y), _mm256_extracti128_si256(y, 1));
}

static inline void v_store_bf16(uint16_t *p, vf x)
{
    _mm_storeu_si128((__m128i *)(void *)p, v_to_bf16(x));
}

static inline void v_store_bf16_part(uint16_t *p, vf x, int64_t n)
{
    uint16_t part[LANES];
    v_store_bf16(part, x);
    memcpy(p, part, (size_t)n * sizeof *p);
}

static inline vf v_load_bf16(const uint16_t *p)
{
    __m256i h = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(h, 16));
}

static inline vf v_load_bf16_part(const uint16_t *p, int64_t n)
{
    uint16_t part[LANES] = {0};
    memcpy(part, p, (size_t)n * sizeof *p);
    return v_load_bf16(part);
}

static inline vf v_load_f16(const uint16_t *p)
{
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static inline vf v_load_f16_part(const uint16_t *p, int64_t n)
{
    uint16_t part[LANES] = {0};
    memcpy(part, p, (size_t)n * sizeof *p);
    return v_load_f16(part);
}

/* x, rounded to nearest even, + 128 as bytes; x lies in [-127, 127]. */
static inline void v_store_u8(uint8_t *p, vf x)
{
    __m256i i = _mm256_add_epi32(_mm256_cvtps_epi32(x), _mm256_set1_epi32(128));
    __m128i h = _mm_packus_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1));
    _mm_storel_epi64((__m128i *)(void *)p, _mm_packus_epi16(h, h));
}

static inline void v_store_u8_part(uint8_t *p, vf x, int64_t n)
{
    uint8_t part[LANES];
    v_store_u8(part, x);
    memcpy(p, part, (size_t)n);
}

#include "kernels/math.h"

#endif
