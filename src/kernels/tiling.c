/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/tiling.h"

enum {
    A_BYTES = 288 << 10, /* of copied rows, on the stack */
    BLOCK_ROWS = 112,    /* rows of A that stay in the second-level cache with a block of lines */
    BLOCK_PANELS = 16,   /* panels whose sums rest on the stack between blocks of lines */
    BLOCK_LINES = 512,   /* a multiple of 4, so that groups of q4 stay whole */
    ROW_BYTES = 4,       /* times BLOCK_LINES: what a row takes in place */
    SUM_COLS = BLOCK_PANELS * PACK_N,
    CACHE_WAY = 4096, /* rows that far apart fall into one set of the first-level cache */
    LINE_BYTES = 64,
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t round_up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

/* `n` cut into as few equal pieces of at most `most` as possible: the size of a piece. */
static int64_t even(int64_t n, int64_t most)
{
    int64_t pieces = (n + most - 1) / most;
    return (n + pieces - 1) / pieces;
}

struct work {
    const struct gemm *g;
    const struct tiling *t;
    int64_t lines;       /* of all k */
    int64_t block_lines; /* of one block */
    int64_t block_rows, block_panels, panels_at_once;
    size_t b_stride;
    bool copy;
    char *a_copy;
    float *sums; /* [block_rows][SUM_COLS], when there is more than one block of lines */
};

struct block {
    int64_t row, rows, panel, panels, line, lines;
    const char *a;
    ptrdiff_t a_stride;
    bool first, last;
};

static size_t element_bytes(enum dtype t)
{
    return t == DT_F32 ? 4 : t == DT_BF16 ? 2 : 1;
}

static void copy_words(void *to, ptrdiff_t to_stride, const struct gemm *g, const struct tiling *t,
    const struct block *b)
{
    size_t element = element_bytes(t->type), bytes = (size_t)b->lines * (size_t)t->a_line;
    for (int64_t i = 0; i < b->rows; i++)
        memcpy((char *)to + i * to_stride,
            (const char *)g->a + (size_t)((b->row + i) * g->lda + b->line * t->k_line) * element,
            bytes);
}

/* Says where the block's rows of A lie, after copying them where that is needed. */
static void place_a(const struct work *w, struct block *b)
{
    const struct gemm *g = w->g;
    const struct tiling *t = w->t;
    size_t element = element_bytes(t->type);
    if (!w->copy) {
        b->a_stride = (ptrdiff_t)((size_t)g->lda * element);
        b->a = (const char *)g->a + b->row * b->a_stride + (size_t)(b->line * t->k_line) * element;
        return;
    }
    size_t bytes = t->copied_bytes ? t->copied_bytes(b->lines) : (size_t)(b->lines * t->a_line);
    b->a_stride = (ptrdiff_t)((bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES);
    if (b->a_stride % (CACHE_WAY / 4) == 0)
        b->a_stride += LINE_BYTES;
    b->a = w->a_copy;
    if (t->copy)
        t->copy(w->a_copy, b->a_stride, g, b->row, b->rows, b->line * t->k_line, b->lines);
    else
        copy_words(w->a_copy, b->a_stride, g, t, b);
}

/* Where the product reads B after `panels` panels of this block have met all its rows. */
static const char *next_lines(const struct work *w, const struct block *b, int64_t panel)
{
    int64_t line = b->line;
    if (panel == b->panel + b->panels) {
        panel = b->last ? panel : b->panel;
        line = b->last ? 0 : line + b->lines;
    }
    if (panel * PACK_N >= w->g->n)
        panel = 0;
    return (const char *)w->g->b + (size_t)panel * w->b_stride + line * LINE_BYTES;
}

/* The part of the next panels that the tile brings nearer; when all is there, lines that
 * are near. */
static const char *ahead_of(
    const struct work *w, const struct block *b, const char *next, int64_t tile, int panels)
{
    if (tile >= 4 * panels)
        return (const char *)w->g->b + (size_t)b->panel * w->b_stride;
    return next + (size_t)(tile / 4) * w->b_stride + tile % 4 * (b->lines / 4) * LINE_BYTES;
}

/* All tiles of rows of the block for `panels` panels from `panel`. */
static void run_panels(const struct work *w, const struct block *b, int64_t panel, int panels)
{
    const struct gemm *g = w->g;
    const struct tiling *t = w->t;
    float local[TILE_ROWS * TILE_PANELS * PACK_N] __attribute__((aligned(64)));
    size_t scales = (size_t)(pack_k(g->k) / 32 * PACK_N);
    int64_t step = even(b->rows, t->rows);
    bool whole = b->first && b->last;
    int64_t col = panel * PACK_N, cols = least(g->n - col, panels * PACK_N);
    const char *next = next_lines(w, b, panel + panels);
    for (int64_t i = 0; i < b->rows; i += step) {
        int64_t rows = least(step, b->rows - i);
        struct tile tile = {.a = b->a + i * b->a_stride,
            .a_stride = b->a_stride,
            .b = (const char *)g->b + (size_t)panel * w->b_stride + b->line * LINE_BYTES,
            .b_stride = w->b_stride,
            .lines = b->lines,
            .ld = whole ? panels * PACK_N : SUM_COLS,
            .first = b->first,
            .stream = g->m <= t->rows,
            .ahead = ahead_of(w, b, next, i / step, panels)};
        tile.sum = whole ? local : w->sums + i * SUM_COLS + (panel - b->panel) * PACK_N;
        if (t->type == DT_Q4) {
            tile.scale = g->b_scale + (size_t)panel * scales + b->line / 4 * PACK_N;
            tile.scale_stride = scales;
        }
        t->tile[panels - 1][rows - 1](&tile);
        if (b->last)
            t->finish(g, b->row + i, rows, col, cols, tile.sum, tile.ld);
    }
}

static void run_block(const struct work *w, struct block *b)
{
    place_a(w, b);
    for (int64_t p = b->panel, end = p + b->panels; p < end;) {
        int64_t most = least(w->panels_at_once, end - p);
        int panels = most == 3 ? 2 : (int)most;
        run_panels(w, b, p, panels);
        p += panels;
    }
}

static void run(const struct work *w)
{
    int64_t panels = pack_panels(w->g->n);
    for (int64_t row = 0; row < w->g->m; row += w->block_rows) {
        for (int64_t p = 0; p < panels; p += w->block_panels) {
            for (int64_t line = 0; line < w->lines; line += w->block_lines) {
                struct block b = {.row = row,
                    .rows = least(w->block_rows, w->g->m - row),
                    .panel = p,
                    .panels = least(w->block_panels, panels - p),
                    .line = line,
                    .lines = least(w->block_lines, w->lines - line),
                    .first = line == 0};
                b.last = line + b.lines == w->lines;
                run_block(w, &b);
            }
        }
    }
}

/* Few rows: B streams through once, whole panels at a time, and nothing is blocked unless the copy
 * of A would grow too large. */
static void plan_thin(struct work *w)
{
    const struct tiling *t = w->t;
    w->panels_at_once = TILE_PANELS;
    w->copy = t->copy != NULL;
    w->block_rows = w->g->m;
    if (w->copy) {
        int64_t most = A_BYTES / 2 / (w->g->m * t->a_line);
        w->block_lines = least(w->lines, most / 4 * 4);
    }
}

static void plan(struct work *w)
{
    const struct gemm *g = w->g;
    const struct tiling *t = w->t;
    size_t stride = (size_t)g->lda * element_bytes(t->type);
    w->panels_at_once = t->panels;
    w->copy = t->copy || stride % (CACHE_WAY / 2) == 0;
    int64_t most = BLOCK_LINES * ROW_BYTES / t->a_line;
    w->block_lines = round_up(even(w->lines, most), 4);
    w->block_rows = round_up(even(g->m, BLOCK_ROWS / t->rows * t->rows), t->rows);
}

void tiling_copy_bf16(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row,
    int64_t rows, int64_t k0, int64_t lines)
{
    for (int64_t r = 0; r < rows; r++) {
        const uint16_t *a = (const uint16_t *)g->a + (row + r) * g->lda + k0;
        float *x = (float *)(void *)((char *)to + r * to_stride);
        for (int64_t i = 0; i < 2 * lines; i++)
            x[i] = bf16_to_f32(a[i]);
    }
}

void tiling_copy_i8(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row, int64_t rows,
    int64_t k0, int64_t lines)
{
    for (int64_t r = 0; r < rows; r++) {
        const uint8_t *a = (const uint8_t *)g->a + (row + r) * g->lda + k0;
        uint32_t *x = (uint32_t *)(void *)((char *)to + r * to_stride);
        for (int64_t i = 0; i < lines; i++) {
            uint32_t quad;
            memcpy(&quad, a + 4 * i, 4);
            x[2 * i] = quad & 0x00ff00ff;
            x[2 * i + 1] = quad >> 8 & 0x00ff00ff;
        }
    }
}

void tiling_copy_q4(void *to, ptrdiff_t to_stride, const struct gemm *g, int64_t row, int64_t rows,
    int64_t k0, int64_t lines)
{
    for (int64_t r = 0; r < rows; r++) {
        const uint8_t *a = (const uint8_t *)g->a + (row + r) * g->lda + k0;
        int8_t *q = (int8_t *)to + r * to_stride;
        int32_t *minus = (int32_t *)(void *)(q + lines * 8);
        for (int64_t group = 0; group < lines / 4; group++) {
            int32_t sum = 0;
            for (int i = 0; i < 32; i++) {
                q[group * 32 + i] = (int8_t)(a[group * 32 + i] - 128);
                sum += a[group * 32 + i] - 128;
            }
            minus[group] = -8 * sum;
        }
    }
}

size_t tiling_q4_bytes(int64_t lines)
{
    return (size_t)(lines * 8 + lines / 4 * 4);
}

void gemm_tiled(const struct gemm *g, const struct tiling *t)
{
    struct work w = {.g = g,
        .t = t,
        .lines = round_up((g->k + t->k_line - 1) / t->k_line, t->lines_group),
        .b_stride = gemm_panel_bytes(g, t->type)};
    char a_copy[A_BYTES] __attribute__((aligned(64)));
    float sums[BLOCK_ROWS * SUM_COLS] __attribute__((aligned(64)));
    w.a_copy = a_copy;
    w.sums = sums;
    w.block_lines = w.lines;
    w.block_panels = pack_panels(g->n);
    if (g->m <= t->thin_rows)
        plan_thin(&w);
    else
        plan(&w);
    if (w.block_lines < w.lines)
        w.block_panels = BLOCK_PANELS;
    run(&w);
}
