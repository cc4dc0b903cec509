/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/arm/gemm.h"

#include "kernels/arm/math_neon.h"
#include "kernels/tiles.h"
#include "kernels/tiling.h"

/* copy_i8() has taken the 128 out of A. */
static inline vf finish_int(const int32_t *sum, const int32_t *b_sum)
{
    (void)b_sum;
    return vcvtq_f32_s32(vld1q_s32(sum));
}

#include "kernels/finish.h"

/* Armv8.0 without optional instructions. A line of B is four registers, its quarters. */
enum { LINE = 64, QUARTERS = 4 * TILE_PANELS, GROUP_LINES = 4 };

TILE_INLINE const char *quarter(const struct tile *t, int q, int64_t line)
{
    return t->b + (size_t)(q / 4) * t->b_stride + line * LINE + q % 4 * 16;
}

TILE_INLINE const float *a_float(const struct tile *t, int row, int64_t i)
{
    return (const float *)(const void *)(t->a + row * t->a_stride) + i;
}

TILE_INLINE void load(
    const struct tile *t, float32x4_t c[TILE_ROWS][QUARTERS], const int rows, const int panels)
{
    const float *sum = t->sum;
    EACH (r, rows)
        EACH (q, 4 * panels)
            c[r][q] = t->first ? vdupq_n_f32(0) : vld1q_f32(sum + r * t->ld + q * 4);
}

TILE_INLINE void store(
    const struct tile *t, float32x4_t c[TILE_ROWS][QUARTERS], const int rows, const int panels)
{
    float *sum = t->sum;
    EACH (r, rows)
        EACH (q, 4 * panels)
            vst1q_f32(sum + r * t->ld + q * 4, c[r][q]);
}

TILE_INLINE void f32(const struct tile *t, const int rows, const int panels)
{
    float32x4_t c[TILE_ROWS][QUARTERS], w[QUARTERS];
    load(t, c, rows, panels);
    for (int64_t l = 0; l < t->lines; l++) {
        EACH (q, 4 * panels)
            w[q] = vld1q_f32((const float *)(const void *)quarter(t, q, l));
        EACH (r, rows) {
            float x = *a_float(t, r, l);
            EACH (q, 4 * panels)
                c[r][q] = vfmaq_n_f32(c[r][q], w[q], x);
        }
    }
    store(t, c, rows, panels);
}

/* A line is two k; A was expanded to f32 when it was copied. */
TILE_INLINE void bf16(const struct tile *t, const int rows, const int panels)
{
    float32x4_t c[TILE_ROWS][QUARTERS], w[QUARTERS];
    load(t, c, rows, panels);
    for (int64_t l = 0; l < t->lines; l++) {
        EACH (k, 2) {
            EACH (q, 4 * panels) {
                uint32x4_t pairs = vld1q_u32((const uint32_t *)(const void *)quarter(t, q, l));
                pairs = k ? vandq_u32(pairs, vdupq_n_u32(0xffff0000)) : vshlq_n_u32(pairs, 16);
                w[q] = vreinterpretq_f32_u32(pairs);
            }
            EACH (r, rows) {
                float x = *a_float(t, r, 2 * l + k);
                EACH (q, 4 * panels)
                    c[r][q] = vfmaq_n_f32(c[r][q], w[q], x);
            }
        }
    }
    store(t, c, rows, panels);
}

/* Four signed bytes of A, four times. */
TILE_INLINE int8x16_t quad(const struct tile *t, int row, int64_t i)
{
    int32_t word;
    memcpy(&word, t->a + row * t->a_stride + 4 * i, 4);
    return vreinterpretq_s8_s32(vdupq_n_s32(word));
}

/* A as signed bytes, see copy_i8(). A column's sum is kept in two halves, for k 0, 1 and k 2, 3. */
TILE_INLINE void i8(const struct tile *t, const int rows, const int panels)
{
    int32x4_t c[TILE_ROWS][2 * QUARTERS];
    int32_t *sum = t->sum;
    EACH (r, rows)
        EACH (q, 4 * panels) {
            int32x4_t s = t->first ? vdupq_n_s32(0) : vld1q_s32(sum + r * t->ld + q * 4);
            c[r][2 * q] = vzip1q_s32(s, vdupq_n_s32(0));
            c[r][2 * q + 1] = vzip2q_s32(s, vdupq_n_s32(0));
        }
    for (int64_t l = 0; l < t->lines; l++) {
        EACH (r, rows) {
            int8x16_t x = quad(t, r, l);
            EACH (q, 4 * panels) {
                int8x16_t w = vld1q_s8((const int8_t *)quarter(t, q, l));
                int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(x));
                int16x8_t high = vmull_high_s8(w, x);
                c[r][2 * q] = vpadalq_s16(c[r][2 * q], low);
                c[r][2 * q + 1] = vpadalq_s16(c[r][2 * q + 1], high);
            }
        }
    }
    EACH (r, rows)
        EACH (q, 4 * panels)
            vst1q_s32(sum + r * t->ld + q * 4, vpaddq_s32(c[r][2 * q], c[r][2 * q + 1]));
}

/* The 8 lines of quads of a group, in sums of 16 bits: each takes 8 products of at most 15 * 128.
 */
TILE_INLINE void group_q4(const struct tile *t, int64_t group,
    int16x8_t sum[TILE_ROWS][2 * QUARTERS], const int rows, const int panels)
{
    EACH (i, GROUP_LINES) {
        int64_t l = group * GROUP_LINES + i;
        EACH (q, 4 * panels) {
            uint8x16_t bytes = vld1q_u8((const uint8_t *)quarter(t, q, l));
            int8x16_t low = vreinterpretq_s8_u8(vandq_u8(bytes, vdupq_n_u8(15)));
            int8x16_t high = vreinterpretq_s8_u8(vshrq_n_u8(bytes, 4));
            EACH (r, rows) {
                int8x16_t x0 = quad(t, r, 2 * l), x1 = quad(t, r, 2 * l + 1);
                int16x8_t s0 = sum[r][2 * q], s1 = sum[r][2 * q + 1];
                s0 = vmlal_s8(s0, vget_low_s8(low), vget_low_s8(x0));
                s1 = vmlal_high_s8(s1, low, x0);
                sum[r][2 * q] = vmlal_s8(s0, vget_low_s8(high), vget_low_s8(x1));
                sum[r][2 * q + 1] = vmlal_high_s8(s1, high, x1);
            }
        }
    }
}

/* On the copy that tiling_copy_q4() makes of A. */
TILE_INLINE void q4(const struct tile *t, const int rows, const int panels)
{
    float32x4_t c[TILE_ROWS][QUARTERS];
    const char *minus = t->a + t->lines * 8;
    load(t, c, rows, panels);
    for (int64_t group = 0; group < t->lines / GROUP_LINES; group++) {
        int16x8_t sum[TILE_ROWS][2 * QUARTERS];
        EACH (r, rows)
            EACH (q, 8 * panels)
                sum[r][q] = vdupq_n_s16(0);
        group_q4(t, group, sum, rows, panels);
        EACH (r, rows) {
            int32_t start;
            memcpy(&start, minus + r * t->a_stride + 4 * group, 4);
            EACH (q, 4 * panels) {
                const float *scale = t->scale + (size_t)(q / 4) * t->scale_stride;
                int32x4_t low = vpaddlq_s16(sum[r][2 * q]);
                int32x4_t high = vpaddlq_s16(sum[r][2 * q + 1]);
                int32x4_t wide = vaddq_s32(vpaddq_s32(low, high), vdupq_n_s32(start));
                float32x4_t s = vld1q_f32(scale + group * PACK_N + q % 4 * 4);
                c[r][q] = vfmaq_f32(c[r][q], vcvtq_f32_s32(wide), s);
            }
        }
    }
    store(t, c, rows, panels);
}

TILES_6(f32, 1)
TILES_1(f32, 2)
TILES_1(f32, 4)
TILES_6(bf16, 1)
TILES_1(bf16, 2)
TILES_1(bf16, 4)
TILES_2(i8, 1)
TILES_2(q4, 1)

/* q - 128 as signed bytes, so that no sum of B needs to be taken out. */
static void copy_i8(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row, int64_t rows,
    int64_t k0, int64_t lines)
{
    for (int64_t r = 0; r < rows; r++) {
        const uint8_t *a = (const uint8_t *)g->a + (row + r) * g->lda + k0;
        int8_t *x = (int8_t *)to + r * to_stride;
        for (int64_t i = 0; i < lines * 4; i++)
            x[i] = (int8_t)(a[i] - 128);
    }
}

void gemm_f32_neon(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_F32,
        .k_line = 1,
        .lines_group = 1,
        .rows = 6,
        .panels = 1,
        .thin_rows = 1,
        .a_line = 4,
        .tile = {{LIST_6(f32, 1)}, {LIST_1(f32, 2)}, {0}, {LIST_1(f32, 4)}},
        .finish = finish_float};
    gemm_tiled(g, &tiling);
}

void gemm_bf16_neon(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_BF16,
        .k_line = 2,
        .lines_group = 1,
        .rows = 6,
        .panels = 1,
        .thin_rows = 1,
        .a_line = 8,
        .tile = {{LIST_6(bf16, 1)}, {LIST_1(bf16, 2)}, {0}, {LIST_1(bf16, 4)}},
        .copy = tiling_copy_bf16,
        .finish = finish_float};
    gemm_tiled(g, &tiling);
}

void gemm_i8_neon(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_I8,
        .k_line = 4,
        .lines_group = 1,
        .rows = 2,
        .panels = 1,
        .a_line = 4,
        .tile = {{LIST_2(i8, 1)}},
        .copy = copy_i8,
        .finish = finish_i8};
    gemm_tiled(g, &tiling);
}

void gemm_q4_neon(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_Q4,
        .k_line = 8,
        .lines_group = 4,
        .rows = 2,
        .panels = 1,
        .a_line = 8,
        .tile = {{LIST_2(q4, 1)}},
        .copy = tiling_copy_q4,
        .copied_bytes = tiling_q4_bytes,
        .finish = finish_q4};
    gemm_tiled(g, &tiling);
}
