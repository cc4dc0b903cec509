/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/x86/gemm.h"

#include "kernels/tiles.h"
#include "kernels/x86/finish_avx512.h"

/* Products on AMX tiles: two tiles of 16 rows of A by two panels of B, in four tiles of sums. 16
 * lines of a panel are a tile of B as they lie, and 16 rows of A of 64 bytes each are a tile of A,
 * so nothing is packed here. A short rest of rows is computed with the rows before it (a tile that
 * starts at m - 16) and stored without them: every row of a call of 16 rows and more gets the same
 * sum in the same order. Calls of fewer rows go to AVX-512, which streams B as fast as memory
 * allows. */

enum {
    ROWS = 16,
    STEP = 64, /* bytes of a row of A, and lines times 4 of a panel, that one instruction takes */
    TILE = ROWS * STEP,
    BLOCK_STEPS = 16,  /* B of a block: 2 panels * 16 KB in the first-level cache */
    BLOCK_ROWS = 256,  /* A of a block: 256 KB in the second-level cache */
    BLOCK_PANELS = 32, /* sums of a block: 512 KB there too */
    COPY_STRIDE = BLOCK_STEPS * STEP + STEP, /* no power of two, see place_a() */
};

struct config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};

static void tiles_on(void)
{
    struct config c = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        c.row_bytes[i] = STEP;
        c.rows[i] = ROWS;
    }
    /* gcc 12 believes that the instruction reads 8 bytes, and drops the stores above. */
    __asm__ volatile("" ::"r"(&c) : "memory");
    _tile_loadconfig(&c);
}

struct work {
    const struct gemm *g;
    bool i8;
    int64_t steps; /* of all k */
    size_t b_stride;
    bool copy;
    char *a_copy; /* [BLOCK_ROWS][COPY_STRIDE] */
    float *sums;  /* [BLOCK_PANELS][BLOCK_ROWS] rows of 16, between blocks of steps */
};

struct block {
    int64_t row, rows, panel, panels, step, steps;
    const char *a;
    ptrdiff_t a_stride;
    bool first, last;
};

/* What one pass over the steps of a block reads and writes. */
struct pass {
    const char *a[2]; /* the two tiles of rows */
    ptrdiff_t a_stride;
    const char *b[2];
    const char *next_a[2]; /* what the next pass reads: to be brought near meanwhile */
    const char *next_b;
    int64_t steps;
    float *sum; /* tiles [row tile][panel] */
    bool first;
};

TILE_INLINE void multiply(const bool i8, const int rows, const int panels)
{
    if (i8) {
        _tile_dpbusd(0, 4, 6);
        if (panels == 2)
            _tile_dpbusd(1, 4, 7);
        if (rows == 2)
            _tile_dpbusd(2, 5, 6);
        if (rows == 2 && panels == 2)
            _tile_dpbusd(3, 5, 7);
    } else {
        _tile_dpbf16ps(0, 4, 6);
        if (panels == 2)
            _tile_dpbf16ps(1, 4, 7);
        if (rows == 2)
            _tile_dpbf16ps(2, 5, 6);
        if (rows == 2 && panels == 2)
            _tile_dpbf16ps(3, 5, 7);
    }
}

TILE_INLINE void load_sums(const float *sum)
{
    _tile_loadd(0, sum, STEP);
    _tile_loadd(1, sum + TILE / 4, STEP);
    _tile_loadd(2, sum + 2 * TILE / 4, STEP);
    _tile_loadd(3, sum + 3 * TILE / 4, STEP);
}

TILE_INLINE void zero_sums(void)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

TILE_INLINE void store_sums(float *sum)
{
    _tile_stored(0, sum, STEP);
    _tile_stored(1, sum + TILE / 4, STEP);
    _tile_stored(2, sum + 2 * TILE / 4, STEP);
    _tile_stored(3, sum + 3 * TILE / 4, STEP);
    __asm__ volatile("" ::: "memory");
}

TILE_INLINE void prefetch_next(const struct pass *s, int64_t i, const int rows)
{
    for (int t = 0; t < rows; t++)
        for (int r = 0; r < ROWS; r++)
            _mm_prefetch(s->next_a[t] + r * s->a_stride + i * STEP, _MM_HINT_T0);
    for (int line = 0; line < 4; line++)
        _mm_prefetch(s->next_b + (i * 4 + line) * STEP, _MM_HINT_T1);
}

TILE_INLINE void pass(const struct pass *s, const bool i8, const int rows, const int panels)
{
    __asm__ volatile("" ::: "memory"); /* gcc 12's tile loads do not say that they read memory */
    if (s->first)
        zero_sums();
    else
        load_sums(s->sum);
    for (int64_t i = 0; i < s->steps; i++) {
        _tile_loadd(6, s->b[0] + i * TILE, STEP);
        _tile_loadd(4, s->a[0] + i * STEP, s->a_stride);
        if (panels == 2)
            _tile_loadd(7, s->b[1] + i * TILE, STEP);
        if (rows == 2)
            _tile_loadd(5, s->a[1] + i * STEP, s->a_stride);
        multiply(i8, rows, panels);
        prefetch_next(s, i, rows);
    }
    store_sums(s->sum);
}

TILE_INLINE void run_pass(const struct pass *s, const bool i8, int rows, int panels)
{
    if (rows == 2 && panels == 2)
        pass(s, i8, 2, 2);
    else if (rows == 2)
        pass(s, i8, 2, 1);
    else if (panels == 2)
        pass(s, i8, 1, 2);
    else
        pass(s, i8, 1, 1);
}

/* Rows that far apart, in steps of 2 KB, would push each other out of the first-level cache. */
static void place_a(const struct work *w, struct block *b)
{
    const struct gemm *g = w->g;
    ptrdiff_t stride = g->lda * (w->i8 ? 1 : 2);
    const char *a = (const char *)g->a + b->row * stride + b->step * STEP;
    b->a = a;
    b->a_stride = stride;
    if (!w->copy)
        return;
    /* The last tile may start before the block, at m - 16. */
    int64_t before = b->row + b->rows == g->m && b->rows < ROWS ? ROWS - b->rows : 0;
    for (int64_t i = -before; i < b->rows; i++)
        memcpy(w->a_copy + (i + before) * COPY_STRIDE, a + i * stride, (size_t)(b->steps * STEP));
    b->a = w->a_copy + before * COPY_STRIDE;
    b->a_stride = COPY_STRIDE;
}

/* First row, counted from the block's, of the tile that computes the block's row i: the last tile
 * is moved up so that it ends with the matrix. */
static int64_t tile_row(const struct work *w, const struct block *b, int64_t i)
{
    int64_t last = w->g->m - b->row - ROWS;
    return i < last ? i : last;
}

static void finish_tiles(const struct work *w, const struct block *b, const struct pass *s,
    int64_t i, int64_t panel, int panels)
{
    const struct gemm *g = w->g;
    enum finish_kind kind = w->i8 ? FINISH_I8 : FINISH_FLOAT;
    for (int64_t t = i; t < b->rows && t < i + 2 * ROWS; t += ROWS) {
        int64_t above = t - tile_row(w, b, t), rows = b->rows - t < ROWS ? b->rows - t : ROWS;
        for (int p = 0; p < panels; p++) {
            int64_t col = (panel + p) * PACK_N, cols = g->n - col < PACK_N ? g->n - col : PACK_N;
            const float *sum = s->sum + ((t - i) / ROWS * 2 + p) * (TILE / 4) + above * PACK_N;
            finish_rows(g, b->row + t, rows, col, cols, sum, PACK_N, kind);
        }
    }
}

/* All rows of the block for one pair of panels. */
static void run_panels(const struct work *w, const struct block *b, int64_t panel, int panels)
{
    float local[4 * TILE / 4] __attribute__((aligned(64)));
    bool whole = b->first && b->last;
    const char *lines = (const char *)w->g->b + (size_t)panel * w->b_stride + b->step * TILE;
    size_t bytes = (size_t)(b->steps * TILE);
    for (int64_t i = 0; i < b->rows; i += 2 * ROWS) {
        int rows = b->rows - i > ROWS ? 2 : 1;
        struct pass s = {.a_stride = b->a_stride,
            .b = {lines, lines + w->b_stride},
            .steps = b->steps,
            .first = b->first};
        for (int t = 0; t < 2; t++) {
            int64_t next = i + 2 * ROWS < b->rows ? i + 2 * ROWS + t * ROWS : t * ROWS;
            s.a[t] = b->a + tile_row(w, b, i + t * ROWS) * b->a_stride;
            s.next_a[t] = b->a + tile_row(w, b, next) * b->a_stride;
        }
        /* A quarter of a panel a pass: eight passes bring the next pair. */
        size_t part = (size_t)(i / (2 * ROWS) % 8) * bytes / 4;
        s.next_b = lines + 2 * w->b_stride + (part < bytes ? part : w->b_stride + part - bytes);
        s.sum = whole
                    ? local
                    : w->sums + (panel - b->panel) * BLOCK_ROWS * PACK_N + i / ROWS * 2 * TILE / 4;
        if (w->i8)
            run_pass(&s, true, rows, panels);
        else
            run_pass(&s, false, rows, panels);
        if (b->last)
            finish_tiles(w, b, &s, i, panel, panels);
    }
}

static void run(const struct work *w, int64_t block_steps, int64_t block_panels)
{
    int64_t all = pack_panels(w->g->n);
    for (int64_t row = 0; row < w->g->m; row += BLOCK_ROWS) {
        for (int64_t p = 0; p < all; p += block_panels) {
            for (int64_t step = 0; step < w->steps; step += block_steps) {
                int64_t rows = w->g->m - row, panels = all - p, steps = w->steps - step;
                struct block b = {.row = row,
                    .rows = rows < BLOCK_ROWS ? rows : BLOCK_ROWS,
                    .panel = p,
                    .panels = panels < block_panels ? panels : block_panels,
                    .step = step,
                    .steps = steps < block_steps ? steps : block_steps,
                    .first = step == 0,
                    .last = steps <= block_steps};
                place_a(w, &b);
                for (int64_t i = 0; i < b.panels; i += 2)
                    run_panels(w, &b, p + i, b.panels - i > 1 ? 2 : 1);
            }
        }
    }
}

static void product(const struct gemm *g, bool i8)
{
    char a_copy[BLOCK_ROWS * COPY_STRIDE] __attribute__((aligned(64)));
    float sums[BLOCK_PANELS * BLOCK_ROWS * PACK_N] __attribute__((aligned(64)));
    int64_t step_k = i8 ? STEP : STEP / 2;
    struct work w = {.g = g,
        .i8 = i8,
        .steps = (g->k + step_k - 1) / step_k,
        .b_stride = gemm_panel_bytes(g, i8 ? DT_I8 : DT_BF16),
        .copy = g->lda * (i8 ? 1 : 2) % 2048 == 0,
        .a_copy = a_copy,
        .sums = sums};
    int64_t blocks = (w.steps + BLOCK_STEPS - 1) / BLOCK_STEPS;
    tiles_on();
    run(&w, (w.steps + blocks - 1) / blocks, blocks > 1 ? BLOCK_PANELS : pack_panels(g->n));
    _tile_release();
}

void gemm_bf16_amx(const struct gemm *g)
{
    if (g->m < ROWS)
        gemm_bf16_avx512bf16(g);
    else
        product(g, false);
}

void gemm_i8_amx(const struct gemm *g)
{
    if (g->m < ROWS)
        gemm_i8_avx512bf16(g);
    else
        product(g, true);
}
