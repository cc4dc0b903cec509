/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_X86_TILE_AVX512_H
#define KERNELS_X86_TILE_AVX512_H

#include "kernels/tiles.h"
#include "kernels/tiling.h"

#include <immintrin.h>

/* The walk that all AVX-512 tiles share: a line of B is one register. */

enum { WALK_LINES = 4, LINE = 64, PREFETCH_LINES = 32 };

/* Where a step reads. Rows of A are reached from every third one's pointer, which an address can
 * express without arithmetic. */
struct at_avx512 {
    const char *a[(TILE_ROWS + 2) / 3];
    ptrdiff_t a_stride;
    const char *b;
    size_t b_stride;
};

TILE_INLINE const char *a_avx512(const struct at_avx512 *at, int row)
{
    return at->a[row / 3] + row % 3 * at->a_stride;
}

TILE_INLINE const char *b_avx512(const struct at_avx512 *at, int panel)
{
    return at->b + (size_t)panel * at->b_stride;
}

/* The word of a row of A for line `i` from here, in every lane. */
TILE_INLINE __m512 word_avx512(const struct at_avx512 *at, int row, int word)
{
    float x;
    memcpy(&x, a_avx512(at, row) + 4 * word, 4); /* bf16 and bytes need not lie at multiples of 4 */
    return _mm512_set1_ps(x);
}

/* Adds line `i` from here to all sums. Sums of integers are kept in the same registers as bits. */
typedef void (*step_avx512)(const struct at_avx512 *at, int i, __m512 c[TILE_ROWS][TILE_PANELS],
    const int rows, const int panels);

TILE_INLINE void prefetch_avx512(const struct at_avx512 *at, const int panels)
{
    EACH (p, panels)
        EACH (i, WALK_LINES)
            _mm_prefetch(b_avx512(at, p) + (PREFETCH_LINES + i) * LINE, _MM_HINT_T0);
}

TILE_INLINE struct at_avx512 begin_avx512(const struct tile *t, const int rows)
{
    struct at_avx512 at = {.a_stride = t->a_stride, .b = t->b, .b_stride = t->b_stride};
    EACH (i, (rows + 2) / 3)
        at.a[i] = t->a + 3 * i * t->a_stride;
    return at;
}

TILE_INLINE void advance_avx512(struct at_avx512 *at, int lines, int a_line, const int rows)
{
    EACH (i, (rows + 2) / 3)
        at->a[i] += lines * a_line;
    at->b += lines * LINE;
}

TILE_INLINE void load_avx512(
    const struct tile *t, __m512 c[TILE_ROWS][TILE_PANELS], const int rows, const int panels)
{
    const float *sum = t->sum;
    EACH (r, rows)
        EACH (p, panels)
            c[r][p] = t->first ? _mm512_setzero_ps() : _mm512_loadu_ps(sum + r * t->ld + p * 16);
}

TILE_INLINE void store_avx512(
    const struct tile *t, __m512 c[TILE_ROWS][TILE_PANELS], const int rows, const int panels)
{
    float *sum = t->sum;
    EACH (r, rows)
        EACH (p, panels)
            _mm512_storeu_ps(sum + r * t->ld + p * 16, c[r][p]);
}

TILE_INLINE void walk_avx512(
    const struct tile *t, step_avx512 step, const int a_line, const int rows, const int panels)
{
    __m512 c[TILE_ROWS][TILE_PANELS];
    struct at_avx512 at = begin_avx512(t, rows);
    int64_t left = t->lines;
    const char *ahead = t->ahead;
    load_avx512(t, c, rows, panels);
    for (; left >= WALK_LINES; left -= WALK_LINES) {
        if (t->stream)
            prefetch_avx512(&at, panels);
        _mm_prefetch(ahead, _MM_HINT_T1);
        ahead += LINE;
        EACH (i, WALK_LINES)
            step(&at, i, c, rows, panels);
        advance_avx512(&at, WALK_LINES, a_line, rows);
    }
    for (; left > 0; left--) {
        step(&at, 0, c, rows, panels);
        advance_avx512(&at, 1, a_line, rows);
    }
    store_avx512(t, c, rows, panels);
}

/* A group of 32 k of q4 at a time: its sums of integers, of 16 bits each when `narrow`, then times
 * its scales onto the sums in f32. A's copy is that of tiling_copy_q4(). */
typedef void (*step_q4_avx512)(const struct at_avx512 *at, int i,
    __m512i sum[TILE_ROWS][TILE_PANELS], const int rows, const int panels);

TILE_INLINE void walk_q4_avx512(
    const struct tile *t, step_q4_avx512 step, const bool narrow, const int rows, const int panels)
{
    __m512 c[TILE_ROWS][TILE_PANELS];
    struct at_avx512 at = begin_avx512(t, rows);
    const int32_t *minus = (const int32_t *)(const void *)(t->a + t->lines * 8);
    load_avx512(t, c, rows, panels);
    for (int64_t group = 0; group < t->lines / WALK_LINES; group++) {
        __m512i sum[TILE_ROWS][TILE_PANELS];
        if (t->stream)
            prefetch_avx512(&at, panels);
        EACH (r, rows) {
            __m512i start = _mm512_set1_epi32(minus[r * (t->a_stride / 4) + group]);
            EACH (p, panels)
                sum[r][p] = narrow ? _mm512_setzero_si512() : start;
        }
        EACH (i, WALK_LINES)
            step(&at, i, sum, rows, panels);
        EACH (p, panels) {
            const float *scale = t->scale + (size_t)p * t->scale_stride + group * PACK_N;
            __m512 s = _mm512_loadu_ps(scale);
            EACH (r, rows) {
                __m512i start = _mm512_set1_epi32(minus[r * (t->a_stride / 4) + group]);
                __m512i wide = _mm512_madd_epi16(sum[r][p], _mm512_set1_epi16(1));
                wide = narrow ? _mm512_add_epi32(wide, start) : sum[r][p];
                c[r][p] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(wide), s, c[r][p]);
            }
        }
        advance_avx512(&at, WALK_LINES, 8, rows);
    }
    store_avx512(t, c, rows, panels);
}

#endif
