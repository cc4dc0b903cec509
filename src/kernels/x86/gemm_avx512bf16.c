/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/gemm.h"

#include "kernels/x86/finish_avx512.h"
#include "kernels/x86/tile_avx512.h"

TILE_INLINE void step_bf16(const struct at_avx512 *at, int i, __m512 c[TILE_ROWS][TILE_PANELS],
    const int rows, const int panels)
{
    __m512bh w[TILE_PANELS];
    EACH (p, panels)
        w[p] = (__m512bh)_mm512_loadu_si512(b_avx512(at, p) + i * LINE);
    EACH (r, rows) {
        __m512bh x = (__m512bh)_mm512_castps_si512(word_avx512(at, r, i));
        EACH (p, panels)
            c[r][p] = _mm512_dpbf16_ps(c[r][p], w[p], x);
    }
}

TILE_INLINE void step_i8(const struct at_avx512 *at, int i, __m512 c[TILE_ROWS][TILE_PANELS],
    const int rows, const int panels)
{
    __m512i w[TILE_PANELS];
    EACH (p, panels)
        w[p] = _mm512_loadu_si512(b_avx512(at, p) + i * LINE);
    EACH (r, rows) {
        __m512i x = _mm512_castps_si512(word_avx512(at, r, i));
        EACH (p, panels) {
            __m512i sum = _mm512_dpbusd_epi32(_mm512_castps_si512(c[r][p]), x, w[p]);
            c[r][p] = _mm512_castsi512_ps(sum);
        }
    }
}

TILE_INLINE void bf16(const struct tile *t, const int rows, const int panels)
{
    walk_avx512(t, step_bf16, 4, rows, panels);
}

TILE_INLINE void i8(const struct tile *t, const int rows, const int panels)
{
    walk_avx512(t, step_i8, 4, rows, panels);
}

/* One line of q4 is two of i8 quads: unsigned nibbles n stand for n - 8, so they multiply A as
 * signed bytes, and a group's sum starts from -8 times the group's sum of A. */
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
            sum[r][p] = _mm512_dpbusd_epi32(sum[r][p], low[p], x0);
            sum[r][p] = _mm512_dpbusd_epi32(sum[r][p], high[p], x1);
        }
    }
}

TILE_INLINE void q4(const struct tile *t, const int rows, const int panels)
{
    walk_q4_avx512(t, step_q4, false, rows, panels);
}

TILES_14(bf16, 1)
TILES_14(bf16, 2)
TILES_6(bf16, 4)
TILES_14(i8, 1)
TILES_14(i8, 2)
TILES_6(i8, 4)
TILES_6(q4, 1)
TILES_6(q4, 2)
TILES_3(q4, 4)

void gemm_bf16_avx512bf16(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_BF16,
        .k_line = 2,
        .lines_group = 1,
        .rows = 14,
        .panels = 2,
        .thin_rows = 6,
        .a_line = 4,
        .tile = {{LIST_14(bf16, 1)}, {LIST_14(bf16, 2)}, {0}, {LIST_6(bf16, 4)}},
        .finish = finish_float};
    gemm_tiled(g, &tiling);
}

void gemm_i8_avx512bf16(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_I8,
        .k_line = 4,
        .lines_group = 1,
        .rows = 14,
        .panels = 2,
        .thin_rows = 6,
        .a_line = 4,
        .tile = {{LIST_14(i8, 1)}, {LIST_14(i8, 2)}, {0}, {LIST_6(i8, 4)}},
        .finish = finish_i8};
    gemm_tiled(g, &tiling);
}

void gemm_q4_avx512bf16(const struct gemm *g)
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
