/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_ARM_MATH_NEON_H
#define KERNELS_ARM_MATH_NEON_H

#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

/* Four f32 in a register. v_..._part() touches the first n < 4 elements only and reads zero for the
 * rest. Where an operand is NaN, v_max and v_min give the second one, as x86 does. */
typedef float32x4_t vf;
typedef uint32x4_t vm; /* all bits of a lane */
enum { LANES = 4 };

static inline vf v_set(float x)
{
    return vdupq_n_f32(x);
}

static inline vf v_load(const float *p)
{
    return vld1q_f32(p);
}

static inline vf v_load_part(const float *p, int64_t n)
{
    float part[LANES] = {0};
    memcpy(part, p, (size_t)n * sizeof *p);
    return vld1q_f32(part);
}

static inline void v_store(float *p, vf x)
{
    vst1q_f32(p, x);
}

static inline void v_store_part(float *p, vf x, int64_t n)
{
    float part[LANES];
    vst1q_f32(part, x);
    memcpy(p, part, (size_t)n * sizeof *p);
}

static inline vf v_add(vf a, vf b)
{
    return vaddq_f32(a, b);
}

static inline vf v_sub(vf a, vf b)
{
    return vsubq_f32(a, b);
}

static inline vf v_mul(vf a, vf b)
{
    return vmulq_f32(a, b);
}

static inline vf v_div(vf a, vf b)
{
    return vdivq_f32(a, b);
}

/* a * b + c */
static inline vf v_fma(vf a, vf b, vf c)
{
    return vfmaq_f32(c, a, b);
}

static inline vf v_max(vf a, vf b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}

static inline vf v_min(vf a, vf b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}

static inline vf v_abs(vf x)
{
    return vabsq_f32(x);
}

/* The size of `size`, which is not negative, with the sign of `sign`. */
static inline vf v_copysign(vf size, vf sign)
{
    return vbslq_f32(vdupq_n_u32(0x80000000u), sign, size);
}

static inline vf v_round(vf x)
{
    return vrndnq_f32(x);
}

static inline vf v_power_of_2(int32x4_t n)
{
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(n, vdupq_n_s32(127)), 23));
}

/* x * 2^n, n integral, |n| < 250: in two steps, because 2^n alone may not fit. */
static inline vf v_ldexp(vf x, vf n)
{
    int32x4_t whole = vcvtnq_s32_f32(n), half = vshrq_n_s32(whole, 1);
    return vmulq_f32(vmulq_f32(x, v_power_of_2(half)), v_power_of_2(vsubq_s32(whole, half)));
}

static inline vm v_less(vf a, vf b)
{
    return vcltq_f32(a, b);
}

static inline vm v_equal(vf a, vf b)
{
    return vceqq_f32(a, b);
}

static inline vf v_select(vm m, vf yes, vf no)
{
    return vbslq_f32(m, yes, no);
}

/* Index of the first lane set, or LANES. */
static inline int v_first_set(vm m)
{
    uint64_t bits = vget_lane_u64(vreinterpret_u64_u16(vmovn_u32(m)), 0);
    return bits ? __builtin_ctzll(bits) / 16 : LANES;
}

/* Lanes 2i and 2i + 1 change places. */
static inline vf v_swap_pairs(vf x)
{
    return vrev64q_f32(x);
}

/* p[i] in lanes 2i and 2i + 1, of LANES / 2 elements. */
static inline vf v_load_twice(const float *p)
{
    float32x2_t x = vld1_f32(p);
    return vcombine_f32(vdup_lane_f32(x, 0), vdup_lane_f32(x, 1));
}

static inline float v_sum(vf x)
{
    return vaddvq_f32(x);
}

static inline float v_largest(vf x)
{
    return vmaxvq_f32(x);
}

/* Nearest even; NaN stays NaN. */
static inline uint16x4_t v_to_bf16(vf x)
{
    uint32x4_t u = vreinterpretq_u32_f32(x), odd = vandq_u32(vshrq_n_u32(u, 16), vdupq_n_u32(1));
    uint32x4_t y = vaddq_u32(u, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
    uint32x4_t quiet = vorrq_u32(u, vdupq_n_u32(0x400000));
    return vshrn_n_u32(vbslq_u32(vceqq_f32(x, x), y, quiet), 16);
}

static inline void v_store_bf16(uint16_t *p, vf x)
{
    vst1_u16(p, v_to_bf16(x));
}

static inline void v_store_bf16_part(uint16_t *p, vf x, int64_t n)
{
    uint16_t part[LANES];
    v_store_bf16(part, x);
    memcpy(p, part, (size_t)n * sizeof *p);
}

static inline vf v_load_bf16(const uint16_t *p)
{
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}

static inline vf v_load_bf16_part(const uint16_t *p, int64_t n)
{
    uint16_t part[LANES] = {0};
    memcpy(part, p, (size_t)n * sizeof *p);
    return v_load_bf16(part);
}

static inline vf v_load_f16(const uint16_t *p)
{
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}

static inline vf v_load_f16_part(const uint16_t *p, int64_t n)
{
    uint16_t part[LANES] = {0};
    memcpy(part, p, (size_t)n * sizeof *p);
    return v_load_f16(part);
}

/* x, rounded to nearest even, + 128 as bytes; x lies in [-127, 127]. */
static inline void v_store_u8_part(uint8_t *p, vf x, int64_t n)
{
    int32x4_t i = vaddq_s32(vcvtnq_s32_f32(x), vdupq_n_s32(128));
    uint16x4_t h = vqmovun_s32(i);
    uint8_t part[8];
    vst1_u8(part, vmovn_u16(vcombine_u16(h, h)));
    memcpy(p, part, (size_t)n);
}

static inline void v_store_u8(uint8_t *p, vf x)
{
    v_store_u8_part(p, x, LANES);
}

#include "kernels/math.h"

#endif
