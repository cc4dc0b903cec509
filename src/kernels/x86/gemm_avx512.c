/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/gemm.h"

#include "kernels/x86/finish_avx512.h"
#include "kernels/x86/tile_avx512.h"

/* f32: a line is one k. */
TILE_INLINE void step_f32(const struct at_avx512 *at, int i, __m512 c[TILE_ROWS][TILE_PANELS],
    const int rows, const int panels)
{
    __m512 w[TILE_PANELS];
    EACH (p, panels)
        w[p] = _mm512_loadu_ps(b_avx512(at, p) + i * LINE);
    EACH (r, rows) {
        __m512 x = word_avx512(at, r, i);
        EACH (p, panels)
            c[r][p] = _mm512_fmadd_ps(x, w[p], c[r][p]);
    }
}

/* bf16 without instructions for it: a line is two k; A was expanded to f32 when it was copied. */
TILE_INLINE void step_bf16(const struct at_avx512 *at, int i, __m512 c[TILE_ROWS][TILE_PANELS],
    const int rows, const int panels)
{
    __m512 even[TILE_PANELS], odd[TILE_PANELS];
    EACH (p, panels) {
        __m512i w = _mm512_loadu_si512(b_avx512(at, p) + i * LINE);
        even[p] = _mm512_castsi512_ps(_mm512_slli_epi32(w, 16));
        odd[p] = _mm512_castsi512_ps(_mm512_and_si512(w, _mm512_set1_epi32((int)0xffff0000)));
    }
    EACH (r, rows) {
        __m512 x0 = word_avx512(at, r, 2 * i), x1 = word_avx512(at, r, 2 * i + 1);
        EACH (p, panels)
            c[r][p] = _mm512_fmadd_ps(x0, even[p], c[r][p]);
        EACH (p, panels)
            c[r][p] = _mm512_fmadd_ps(x1, odd[p], c[r][p]);
    }
}

/* i8 without VNNI: quads become two pairs of i16, bytes 0 and 2 and bytes 1 and 3, on both sides.
 */
TILE_INLINE void step_i8(const struct at_avx512 *at, int i, __m512 c[TILE_ROWS][TILE_PANELS],
    const int rows, const int panels)
{
    __m512i even[TILE_PANELS], odd[TILE_PANELS];
    EACH (p, panels) {
        __m512i w = _mm512_loadu_si512(b_avx512(at, p) + i * LINE);
        even[p] = _mm512_srai_epi16(_mm512_slli_epi16(w, 8), 8);
        odd[p] = _mm512_srai_epi16(w, 8);
    }
    EACH (r, rows) {
        __m512i x0 = _mm512_castps_si512(word_avx512(at, r, 2 * i));
        __m512i x1 = _mm512_castps_si512(word_avx512(at, r, 2 * i + 1));
        EACH (p, panels) {
            __m512i sum = _mm512_castps_si512(c[r][p]);
            sum = _mm512_add_epi32(sum, _mm512_madd_epi16(even[p], x0));
            sum = _mm512_add_epi32(sum, _mm512_madd_epi16(odd[p], x1));
            c[r][p] = _mm512_castsi512_ps(sum);
        }
    }
}

/* q4 without VNNI: sums of 16 bits, to which a group brings 16 products of at most 15 * 128 a lane,
 * which fit. */
TILE_INLINE void step_q4(const struct at_avx512 *at, int i, __m512i sum[TILE_ROWS][TILE_PANELS],
    const int rows, const int panels)
{
    __m512i low[TILE_PANELS], high[TILE_PANELS], nibble = _mm512_set1_epi8(15);
    EACH (p, panels) {
        __m512i w = _mm512_loadu_si512(b_avx512(at, p) + i * LINE);
        low[p] = _mm512_and_si512(w, nibble);
        high[p] = _mm512_and_si512(_mm512_srli_epi16(w, 4), nibble);
    }
    EACH (r, rows) {
        __m512i x0 = _mm512_castps_si512(word_avx512(at, r, 2 * i));
        __m512i x1 = _mm512_castps_si512(word_avx512(at, r, 2 * i + 1));
        EACH (p, panels) {
            sum[r][p] = _mm512_add_epi16(sum[r][p], _mm512_maddubs_epi16(low[p], x0));
            sum[r][p] = _mm512_add_epi16(sum[r][p], _mm512_maddubs_epi16(high[p], x1));
        }
    }
}

TILE_INLINE void f32(const struct tile *t, const int rows, const int panels)
{
    walk_avx512(t, step_f32, 4, rows, panels);
}

TILE_INLINE void bf16(const struct tile *t, const int rows, const int panels)
{
    walk_avx512(t, step_bf16, 8, rows, panels);
}

TILE_INLINE void i8(const struct tile *t, const int rows, const int panels)
{
    walk_avx512(t, step_i8, 8, rows, panels);
}

TILE_INLINE void q4(const struct tile *t, const int rows, const int panels)
{
    walk_q4_avx512(t, step_q4, true, rows, panels);
}

TILES_14(f32, 1)
TILES_14(f32, 2)
TILES_6(f32, 4)
TILES_12(bf16, 1)
TILES_12(bf16, 2)
TILES_6(bf16, 4)
TILES_12(i8, 1)
TILES_12(i8, 2)
TILES_4(i8, 4)
TILES_6(q4, 1)
TILES_6(q4, 2)
TILES_3(q4, 4)

void gemm_f32_avx512(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_F32,
        .k_line = 1,
        .lines_group = 1,
        .rows = 14,
        .panels = 2,
        .thin_rows = 6,
        .a_line = 4,
        .tile = {{LIST_14(f32, 1)}, {LIST_14(f32, 2)}, {0}, {LIST_6(f32, 4)}},
        .finish = finish_float};
    gemm_tiled(g, &tiling);
}

void gemm_bf16_avx512(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_BF16,
        .k_line = 2,
        .lines_group = 1,
        .rows = 12,
        .panels = 2,
        .thin_rows = 6,
        .a_line = 8,
        .tile = {{LIST_12(bf16, 1)}, {LIST_12(bf16, 2)}, {0}, {LIST_6(bf16, 4)}},
        .copy = tiling_copy_bf16,
        .finish = finish_float};
    gemm_tiled(g, &tiling);
}

void gemm_i8_avx512(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_I8,
        .k_line = 4,
        .lines_group = 1,
        .rows = 12,
        .panels = 2,
        .thin_rows = 4,
        .a_line = 8,
        .tile = {{LIST_12(i8, 1)}, {LIST_12(i8, 2)}, {0}, {LIST_4(i8, 4)}},
        .copy = tiling_copy_i8,
        .finish = finish_i8};
    gemm_tiled(g, &tiling);
}

void gemm_q4_avx512(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_Q4,
        .k_line = 8,
        .lines_group = 4,
        .rows = 6,
        .panels = 2,
        .thin_rows = 3,
        .a_line = 8,
        .tile = {{LIST_6(q4, 1)}, {LIST_6(q4, 2)}, {0}, {LIST_3(q4, 4)}},
        .copy = tiling_copy_q4,
        .copied_bytes = tiling_q4_bytes,
        .finish = finish_q4};
    gemm_tiled(g, &tiling);
}
