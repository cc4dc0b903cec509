/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/gemm.h"

#include "kernels/tiles.h"
#include "kernels/tiling.h"
#include "kernels/x86/math_avx2.h"

static inline vf finish_int(const int32_t *sum, const int32_t *b_sum)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)sum);
    __m256i minus = _mm256_loadu_si256((const __m256i *)(const void *)b_sum);
    return _mm256_cvtepi32_ps(_mm256_sub_epi32(x, _mm256_slli_epi32(minus, 7)));
}

#include "kernels/finish.h"

/* A line of B is two registers, so the 16 there are hold sums for 6 rows of one panel. */
enum { LINE = 64, HALVES = 2 * TILE_PANELS, GROUP_LINES = 4, PREFETCH_LINES = 32 };

struct at {
    const char *a[2]; /* row 0 and row 3 */
    ptrdiff_t a_stride;
    const char *b;
    size_t b_stride;
};

TILE_INLINE __m256 word(const struct at *at, int row, int i)
{
    const char *a = at->a[row / 3] + row % 3 * at->a_stride;
    return _mm256_set1_ps(((const float *)(const void *)a)[i]);
}

TILE_INLINE __m256i word_int(const struct at *at, int row, int i)
{
    return _mm256_castps_si256(word(at, row, i));
}

/* Half h of line i, counted over all panels: panel h / 2, columns 8 * (h % 2) and on. */
TILE_INLINE __m256i half_line(const struct at *at, int h, int i)
{
    const char *b = at->b + (size_t)(h / 2) * at->b_stride + i * LINE + h % 2 * 32;
    return _mm256_loadu_si256((const __m256i *)(const void *)b);
}

TILE_INLINE void advance(struct at *at, int lines, int a_line)
{
    at->a[0] += lines * a_line;
    at->a[1] += lines * a_line;
    at->b += lines * LINE;
}

TILE_INLINE void prefetch(const struct at *at, const int panels)
{
    EACH (p, panels)
        EACH (i, GROUP_LINES)
            _mm_prefetch(
                at->b + (size_t)p * at->b_stride + (PREFETCH_LINES + i) * LINE, _MM_HINT_T0);
}

typedef void (*step_fn)(
    const struct at *at, int i, __m256 c[TILE_ROWS][HALVES], const int rows, const int panels);

TILE_INLINE void step_f32(
    const struct at *at, int i, __m256 c[TILE_ROWS][HALVES], const int rows, const int panels)
{
    __m256 w[HALVES];
    EACH (h, 2 * panels)
        w[h] = _mm256_castsi256_ps(half_line(at, h, i));
    EACH (r, rows) {
        __m256 x = word(at, r, i);
        EACH (h, 2 * panels)
            c[r][h] = _mm256_fmadd_ps(x, w[h], c[r][h]);
    }
}

/* A line is two k; A was expanded to f32 when it was copied. */
TILE_INLINE void step_bf16(
    const struct at *at, int i, __m256 c[TILE_ROWS][HALVES], const int rows, const int panels)
{
    const __m256i high = _mm256_set1_epi32((int)0xffff0000);
    EACH (k, 2) {
        __m256 w[HALVES];
        EACH (h, 2 * panels) {
            __m256i pairs = half_line(at, h, i);
            pairs = k == 0 ? _mm256_slli_epi32(pairs, 16) : _mm256_and_si256(pairs, high);
            w[h] = _mm256_castsi256_ps(pairs);
        }
        EACH (r, rows) {
            __m256 x = word(at, r, 2 * i + k);
            EACH (h, 2 * panels)
                c[r][h] = _mm256_fmadd_ps(x, w[h], c[r][h]);
        }
    }
}

/* Quads become two pairs of i16, bytes 0 and 2 and bytes 1 and 3, on both sides. */
TILE_INLINE void step_i8(
    const struct at *at, int i, __m256 c[TILE_ROWS][HALVES], const int rows, const int panels)
{
    EACH (k, 2) {
        __m256i w[HALVES];
        EACH (h, 2 * panels) {
            __m256i quads = half_line(at, h, i);
            w[h] = _mm256_srai_epi16(k == 0 ? _mm256_slli_epi16(quads, 8) : quads, 8);
        }
        EACH (r, rows) {
            __m256i x = word_int(at, r, 2 * i + k);
            EACH (h, 2 * panels) {
                __m256i sum = _mm256_castps_si256(c[r][h]);
                sum = _mm256_add_epi32(sum, _mm256_madd_epi16(w[h], x));
                c[r][h] = _mm256_castsi256_ps(sum);
            }
        }
    }
}

TILE_INLINE struct at begin(const struct tile *t)
{
    return (struct at){{t->a, t->a + 3 * t->a_stride}, t->a_stride, t->b, t->b_stride};
}

TILE_INLINE void load(
    const struct tile *t, __m256 c[TILE_ROWS][HALVES], const int rows, const int panels)
{
    const float *sum = t->sum;
    EACH (r, rows)
        EACH (h, 2 * panels)
            c[r][h] = t->first ? _mm256_setzero_ps() : _mm256_loadu_ps(sum + r * t->ld + h * 8);
}

TILE_INLINE void store(
    const struct tile *t, __m256 c[TILE_ROWS][HALVES], const int rows, const int panels)
{
    float *sum = t->sum;
    EACH (r, rows)
        EACH (h, 2 * panels)
            _mm256_storeu_ps(sum + r * t->ld + h * 8, c[r][h]);
}

TILE_INLINE void walk(
    const struct tile *t, step_fn step, const int a_line, const int rows, const int panels)
{
    __m256 c[TILE_ROWS][HALVES];
    struct at at = begin(t);
    int64_t left = t->lines;
    const char *ahead = t->ahead;
    load(t, c, rows, panels);
    for (; left >= GROUP_LINES; left -= GROUP_LINES) {
        if (t->stream)
            prefetch(&at, panels);
        _mm_prefetch(ahead, _MM_HINT_T1);
        ahead += LINE;
        EACH (i, GROUP_LINES)
            step(&at, i, c, rows, panels);
        advance(&at, GROUP_LINES, a_line);
    }
    for (; left > 0; left--) {
        step(&at, 0, c, rows, panels);
        advance(&at, 1, a_line);
    }
    store(t, c, rows, panels);
}

TILE_INLINE void f32(const struct tile *t, const int rows, const int panels)
{
    walk(t, step_f32, 4, rows, panels);
}

TILE_INLINE void bf16(const struct tile *t, const int rows, const int panels)
{
    walk(t, step_bf16, 8, rows, panels);
}

TILE_INLINE void i8(const struct tile *t, const int rows, const int panels)
{
    walk(t, step_i8, 8, rows, panels);
}

/* Adds one line's products to sums of 16 bits. A group brings 16 products of at most 15 * 128 to a
 * lane, which fit. */
TILE_INLINE void step_q4(
    const struct at *at, int i, __m256i sum[TILE_ROWS][HALVES], const int rows, const int panels)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    EACH (k, 2) {
        EACH (h, 2 * panels) {
            __m256i w = half_line(at, h, i);
            w = _mm256_and_si256(k == 0 ? w : _mm256_srli_epi16(w, 4), nibble);
            EACH (r, rows) {
                __m256i pairs = _mm256_maddubs_epi16(w, word_int(at, r, 2 * i + k));
                sum[r][h] = _mm256_add_epi16(sum[r][h], pairs);
            }
        }
    }
}

/* Group by group, on the copy that tiling_copy_q4() makes of A. */
TILE_INLINE void q4(const struct tile *t, const int rows, const int panels)
{
    __m256 c[TILE_ROWS][HALVES];
    struct at at = begin(t);
    const int32_t *minus = (const int32_t *)(const void *)(t->a + t->lines * 8);
    load(t, c, rows, panels);
    for (int64_t group = 0; group < t->lines / GROUP_LINES; group++) {
        __m256i sum[TILE_ROWS][HALVES];
        EACH (r, rows)
            EACH (h, 2 * panels)
                sum[r][h] = _mm256_setzero_si256();
        if (t->stream)
            prefetch(&at, panels);
        EACH (i, GROUP_LINES)
            step_q4(&at, i, sum, rows, panels);
        EACH (h, 2 * panels) {
            const float *scale = t->scale + (size_t)(h / 2) * t->scale_stride + group * PACK_N;
            __m256 s = _mm256_loadu_ps(scale + h % 2 * 8);
            EACH (r, rows) {
                __m256i start = _mm256_set1_epi32(minus[r * (t->a_stride / 4) + group]);
                __m256i wide = _mm256_madd_epi16(sum[r][h], _mm256_set1_epi16(1));
                wide = _mm256_add_epi32(wide, start);
                c[r][h] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(wide), s, c[r][h]);
            }
        }
        advance(&at, GROUP_LINES, 8);
    }
    store(t, c, rows, panels);
}

TILES_6(f32, 1)
TILES_2(f32, 2)
TILES_1(f32, 4)
TILES_6(bf16, 1)
TILES_2(bf16, 2)
TILES_1(bf16, 4)
TILES_6(i8, 1)
TILES_2(i8, 2)
TILES_1(i8, 4)
TILES_4(q4, 1)
TILES_2(q4, 2)
TILES_1(q4, 4)

void gemm_f32_avx2(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_F32,
        .k_line = 1,
        .lines_group = 1,
        .rows = 6,
        .panels = 1,
        .thin_rows = 1,
        .a_line = 4,
        .tile = {{LIST_6(f32, 1)}, {LIST_2(f32, 2)}, {0}, {LIST_1(f32, 4)}},
        .finish = finish_float};
    gemm_tiled(g, &tiling);
}

void gemm_bf16_avx2(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_BF16,
        .k_line = 2,
        .lines_group = 1,
        .rows = 6,
        .panels = 1,
        .thin_rows = 1,
        .a_line = 8,
        .tile = {{LIST_6(bf16, 1)}, {LIST_2(bf16, 2)}, {0}, {LIST_1(bf16, 4)}},
        .copy = tiling_copy_bf16,
        .finish = finish_float};
    gemm_tiled(g, &tiling);
}

void gemm_i8_avx2(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_I8,
        .k_line = 4,
        .lines_group = 1,
        .rows = 6,
        .panels = 1,
        .thin_rows = 1,
        .a_line = 8,
        .tile = {{LIST_6(i8, 1)}, {LIST_2(i8, 2)}, {0}, {LIST_1(i8, 4)}},
        .copy = tiling_copy_i8,
        .finish = finish_i8};
    gemm_tiled(g, &tiling);
}

void gemm_q4_avx2(const struct gemm *g)
{
    static const struct tiling tiling = {.type = DT_Q4,
        .k_line = 8,
        .lines_group = 4,
        .rows = 4,
        .panels = 1,
        .thin_rows = 1,
        .a_line = 8,
        .tile = {{LIST_4(q4, 1)}, {LIST_2(q4, 2)}, {0}, {LIST_1(q4, 4)}},
        .copy = tiling_copy_q4,
        .copied_bytes = tiling_q4_bytes,
        .finish = finish_q4};
    gemm_tiled(g, &tiling);
}
