/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KERNELS_TILING_H
#define KERNELS_TILING_H

#include "kernels/gemm.h"

/* How a product is cut into register tiles, shared by every tier that computes in registers.
 *
 * A tile is a few rows of A by a few panels of B. It walks the lines of B once, keeping its sums in
 * registers: one accumulator for each element of C, fed in the order of k. Between blocks of lines
 * the sums rest in memory, which changes nothing about that order; so an element of C comes out the
 * same to the bit whichever tile computes it and however rows and columns are split.
 *
 *     for m0 by a block of rows whose part of A fits in the second-level cache
 *       for n0 by a block of columns
 *         for k0 by a block of lines             (only when k is long)
 *           for each pair of panels              its lines are read from memory once, then
 *             for each tile of rows              from cache by every tile
 *
 * While the tiles of one pair compute, each brings a part of the next pair's lines into the
 * second-level cache: worth 3 to 7% where B is larger than that cache.
 */

/* What one call of a tile function does. */
struct tile {
    const char *a; /* first row, in place or copied; one word of `a_line` bytes a line of B */
    ptrdiff_t a_stride;
    const char *b;
    size_t b_stride;
    const float *scale; /* q4: this block's first scales, and floats between panels */
    size_t scale_stride;
    int64_t lines;
    void *sum; /* f32 or, for i8, int32; [rows][ld] */
    int64_t ld;
    bool first;  /* sums start from zero, not from `sum` */
    bool stream; /* the only tile to read this part of B: it comes from memory, so prefetch it */
    const char *ahead; /* a line to bring nearer for every four that are walked */
};

typedef void (*tile_fn)(const struct tile *t);

enum { TILE_ROWS = 16, TILE_PANELS = 4 };

struct tiling {
    enum dtype type;
    int k_line;       /* k a line of B */
    int lines_group;  /* lines that a tile takes together: 1, or 4 for a group of q4 */
    int rows, panels; /* the largest tile */
    int thin_rows;    /* a call of at most this many rows takes TILE_PANELS panels at once */
    int a_line;       /* bytes of a row of A for one line of B, as the tile reads it */

    /* [panels - 1][rows - 1]; panels is 1, 2 or TILE_PANELS. */
    tile_fn tile[TILE_PANELS][TILE_ROWS];

    /* Copies `rows` rows of A from column k0 for `lines` lines of B. Null: A can be used in place,
     * and is copied as it is only where its stride would make its rows fight for the cache. */
    void (*copy)(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row, int64_t rows,
        int64_t k0, int64_t lines);
    /* Bytes of a copied row for so many lines, when it holds more than words. */
    size_t (*copied_bytes)(int64_t lines);

    /* Takes sums [rows][ld] of C from (row, col) on to C; it may use them up. */
    void (*finish)(const struct gemm *g, int64_t row, int64_t rows, int64_t col, int64_t cols,
        void *sum, int64_t ld);
};

/* Copies that several tiers share. bf16 is expanded to f32. */
void tiling_copy_bf16(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row,
    int64_t rows, int64_t k0, int64_t lines);

/* Each quad of bytes becomes two words of two u16: bytes 0 and 2, bytes 1 and 3. */
void tiling_copy_i8(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row, int64_t rows,
    int64_t k0, int64_t lines);

/* Each row as signed bytes (q - 128), and behind
 * them one int32 a group of 32, -8 times the sum of the group's bytes. */
void tiling_copy_q4(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row, int64_t rows,
    int64_t k0, int64_t lines);
size_t tiling_q4_bytes(int64_t lines);

void gemm_tiled(const struct gemm *g, const struct tiling *t);

#endif
