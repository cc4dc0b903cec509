/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions of 3 x 3 taps by Winograd's filtering (see kernels.h): patches of 4 x 4 pixels, 2
 * apart, become 16 values a channel each; value k of all patches of a block is multiplied with part
 * k of the weight, which is a product of its own; and 16 values become 2 x 2 pixels. The pixels of
 * a block with f applied, its values and its products lie in the device's scratch memory. */
#include "device/cpu/cpu.h"

#include <assert.h>

/* Patches of a block: across it as many as stay near, down so many more that each line of the
 * weight meets enough of them. Blocks do not depend on the number of threads. */
enum { ACROSS = 32, PATCHES = 96, PATCHES_FEW = 64, BLOCKS_FEW = 64, VALUES = 16 };

struct winograd_run {
    struct device *device;
    const struct picture_conv *p;
    int64_t rows, cols;   /* of the output */
    int64_t down, across; /* patches of a block */
    int64_t blocks_down, blocks_across;
};

static int64_t pieces(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

static void cut(struct winograd_run *r)
{
    int64_t tall = pieces(r->rows, 2), wide = pieces(r->cols, 2);
    r->blocks_across = pieces(wide, ACROSS);
    r->across = pieces(wide, r->blocks_across);
    int64_t few = pieces(tall * wide, PATCHES) < BLOCKS_FEW;
    r->down = pieces(few ? PATCHES_FEW : PATCHES, r->across);
    r->blocks_down = pieces(tall, r->down);
}

/* One block's place and memory. */
struct block {
    int64_t y, x;         /* of its first output */
    int64_t down, across; /* patches */
    int64_t line;         /* values of a row of pixels */
    float *pixels, *v, *m;
};

static void lay_block(const struct winograd_run *r, const struct block *b)
{
    const struct picture_conv *p = r->p;
    const struct conv2d *c = p->c;
    for (int64_t i = 0; i < 2 * b->down + 2; i++)
        lay_pixels(r->device, b->pixels + i * b->line, DT_F32, p->x, p->height, p->width,
            b->y - c->top + i, b->x - c->left, 2 * b->across + 2, p->f);
    for (int64_t i = 0; i < b->down; i++)
        r->device->kernels.winograd_in(&(struct winograd_in){.tiles = b->across,
            .n = c->in,
            .x = b->pixels + 2 * i * b->line,
            .ldx = b->line,
            .v = b->v + i * b->across * c->in,
            .ldv = b->down * b->across * c->in});
}

static void multiply(const struct winograd_run *r, const struct block *b)
{
    const struct conv2d *c = r->p->c;
    int64_t patches = b->down * b->across;
    for (int k = 0; k < VALUES; k++)
        r->device->kernels.gemm_f32(&(struct gemm){.m = patches,
            .n = c->out,
            .k = c->in,
            .a = b->v + k * patches * c->in,
            .lda = c->in,
            .b = c->w[k].packed,
            .c = b->m + k * patches * c->out,
            .ldc = c->out});
}

static void finish(const struct winograd_run *r, const struct block *b)
{
    const struct picture_conv *p = r->p;
    int64_t left = r->cols - b->x, n = p->c->out;
    for (int64_t i = 0; i < b->down; i++) {
        int64_t y = b->y + 2 * i, at = y * r->cols + b->x;
        struct winograd_out w = {.tiles = b->across,
            .n = n,
            .cols = left < 2 * b->across ? left : 2 * b->across,
            .rows = y + 1 < r->rows ? 2 : 1,
            .m = b->m + i * b->across * n,
            .ldm = b->down * b->across * n,
            .bias = p->c->w[0].bias,
            .c = offset(p->y.data, dtype_bytes(p->y.dtype, at * p->y.stride[0])),
            .row_c = r->cols * p->y.stride[0],
            .ldc = p->y.stride[0],
            .c_bf16 = p->y.dtype == DT_BF16,
            .act = p->act};
        if (p->residual.data) {
            w.residual = (const float *)p->residual.data + at * p->residual.stride[0];
            w.row_r = r->cols * p->residual.stride[0];
            w.ldr = p->residual.stride[0];
        }
        r->device->kernels.winograd_out(&w);
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void block_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct winograd_run *r = arg;
    const struct conv2d *c = r->p->c;
    int64_t i = task / r->blocks_across * r->down, j = task % r->blocks_across * r->across;
    struct block b = {.y = 2 * i,
        .x = 2 * j,
        .down = least(r->down, pieces(r->rows, 2) - i),
        .across = least(r->across, pieces(r->cols, 2) - j)};
    int64_t patches = b.down * b.across;
    b.line = (2 * b.across + 2) * c->in;
    int64_t pixels = (2 * b.down + 2) * b.line, v = VALUES * patches * c->in;
    /* Each begins at a line of the cache. */
    pixels = pieces(pixels, 16) * 16;
    struct scratch *s =
        scratch_take(r->device, (size_t)(pixels + v + VALUES * patches * c->out) * sizeof(float));
    if (!s)
        return;
    b.pixels = s->data;
    b.v = b.pixels + pixels;
    b.m = b.v + v;
    lay_block(r, &b);
    multiply(r, &b);
    finish(r, &b);
    scratch_give(r->device, s);
}

void conv2d_winograd(struct device *d, const struct picture_conv *p)
{
    struct winograd_run r = {.device = d,
        .p = p,
        .rows = conv2d_height(p->c, p->height),
        .cols = conv2d_width(p->c, p->width)};
    if (r.rows * r.cols == 0)
        return;
    cut(&r);
    pool_run(d->pool, block_task, &r, (int)(r.blocks_down * r.blocks_across));
}

/* G g G^T with G of rows (1 0 0), (1 1 1) / 2, (1 -1 1) / 2, (0 0 1). */
void winograd_weights(float *to, const struct conv2d_part *p, int64_t o, int k)
{
    static const double g[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
    for (int64_t c = 0; c < p->in; c++) {
        const float *w = p->w + (o * p->in + c) * 9;
        double sum = 0;
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                sum += g[k / 4][i] * g[k % 4][j] * (double)w[i * 3 + j];
        to[c] = (float)sum;
    }
}
