/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions over pictures as products over overlapping rows. For a stretch of an output row the
 * input rows that its taps reach lie in a buffer pixel by pixel, side by side:
 *
 *     buffer   a0 b0 c0 | a1 b1 c1 | a2 b2 c2 | a3 ...      rows a, b, c of the picture; a0: all
 *              ^---------- output 0 ----------^             channels of pixel 0 of row a
 *                         ^--------- output 1 ---...
 *
 * so a patch is contiguous and begins one pixel behind the last: three copies of the input instead
 * of the nine of a matrix of patches, and one product a stretch. A task walks down a column of
 * stretches and keeps the rows it needs next in a ring, in the product's type, with f applied and
 * zeros outside the picture: neither the padded nor the normalised picture ever exists. */
#include "device/cpu/cpu.h"

#include <assert.h>
#include <stdlib.h>

/* Stretches are cut alike whatever the number of threads. STRETCH: elements of one row of input
 * that a task keeps; three of them in the ring and three in the buffer fit the second-level cache.
 */
enum { COLS_MIN = 64, COLS_MAX = 256, STRETCH = 1 << 15, ROWS_MIN = 4, TASKS_A_THREAD = 4 };
enum { WINOGRAD_MIN = 32 }; /* channels */

void lay_pixels(const struct device *d, void *to, enum dtype t, struct tensor x, int64_t height,
    int64_t width, int64_t row, int64_t from, int64_t count, const struct channels *f)
{
    int64_t n = x.shape[1], begin = from < 0 ? -from : 0, end = width - from;
    end = end < count ? end : count;
    if (row < 0 || row >= height || begin >= end) {
        memset(to, 0, dtype_bytes(t, count * n));
        return;
    }
    struct channel_rows c = {.rows = end - begin, .n = n, .curve = CURVE_LINE};
    if (f)
        c = (struct channel_rows){.rows = end - begin,
            .n = n,
            .scale = f->scale,
            .shift = f->shift,
            .curve = f->curve,
            .slope = f->slope,
            .alpha = f->alpha,
            .inverse = f->inverse};
    int64_t at = (row * width + from + begin) * x.stride[0];
    c.x = offset(x.data, dtype_bytes(x.dtype, at));
    c.ldx = x.stride[0];
    c.x_bf16 = x.dtype == DT_BF16;
    c.y = offset(to, dtype_bytes(t, begin * n));
    c.ldy = n;
    c.y_bf16 = t == DT_BF16;
    memset(to, 0, dtype_bytes(t, begin * n));
    d->kernels.channels(&c);
    memset(offset(to, dtype_bytes(t, end * n)), 0, dtype_bytes(t, (count - end) * n));
}

struct conv2d_run {
    struct device *device;
    struct tensor y, x, residual;
    const struct conv2d *c;
    const struct channels *f;
    enum act act;
    enum dtype type;       /* of the ring */
    int64_t height, width; /* of the input */
    int64_t rows, cols;    /* of the product's output: the input's when doubled */
    int reach;             /* rows and columns of input that one output reaches */
    int64_t stretch, stretches, tall, strips;
};

/* A task's memory. */
struct workspace {
    struct scratch *scratch;
    char *ring;       /* [reach][wide][in] in the ring's type */
    void *buffer;     /* [wide][taps][in] in the ring's type, and the tail that a product reads */
    uint8_t *bytes;   /* the buffer in 8 bits */
    float *scale;     /* [stretch] its scale, once for each row of the product */
    int64_t wide;     /* pixels of a row that are kept */
    int64_t x0, cols; /* the output columns */
};

static int64_t tail(const struct conv2d *c)
{
    return pack_k(c->w[0].in) - c->w[0].in;
}

static size_t line_bytes(const struct conv2d_run *r, const struct workspace *w)
{
    return dtype_bytes(r->type, w->wide * r->c->in);
}

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static bool take_workspace(struct workspace *w, const struct conv2d_run *r)
{
    const struct conv2d *c = r->c;
    bool bytes = c->w[0].dtype == DT_I8;
    w->wide = (w->cols - 1) * c->stride + r->reach;
    int64_t patches = w->wide * c->taps * c->in + tail(c);
    size_t ring = rounded((size_t)r->reach * line_bytes(r, w));
    size_t buffer = rounded(dtype_bytes(r->type, patches));
    size_t quantized = bytes ? rounded((size_t)patches) : 0;
    size_t scales = bytes ? (size_t)w->cols * sizeof(float) : 0;
    w->scratch = scratch_take(r->device, ring + buffer + quantized + scales);
    if (!w->scratch)
        return false;
    w->ring = w->scratch->data;
    w->buffer = offset(w->ring, ring);
    w->bytes = offset(w->buffer, buffer);
    w->scale = offset(w->bytes, quantized);
    return true;
}

/* The place in the ring of row `row` of the input, which may lie outside the picture. */
static char *ring_line(const struct conv2d_run *r, const struct workspace *w, int64_t row)
{
    int64_t slot = (row + r->reach) % r->reach; /* no row is further above than the reach */
    return w->ring + (size_t)slot * line_bytes(r, w);
}

static void lay_line(
    const struct conv2d_run *r, const struct workspace *w, int64_t row, int64_t from)
{
    lay_pixels(r->device, ring_line(r, w, row), r->type, r->x, r->height, r->width, row, from,
        w->wide, r->f);
}

/* Rows `top` .. top + taps - 1 of the ring side by side. */
static void lay_patches(const struct conv2d_run *r, const struct workspace *w, int64_t top)
{
    const struct conv2d *c = r->c;
    size_t pixel = dtype_bytes(r->type, c->in);
    for (int i = 0; i < c->taps; i++) {
        const char *from = ring_line(r, w, top + i);
        char *to = offset(w->buffer, (size_t)i * pixel);
        for (int64_t p = 0; p < w->wide; p++, from += pixel, to += pixel * (size_t)c->taps)
            memcpy(to, from, pixel);
    }
    int64_t n = w->wide * c->taps * c->in;
    memset(offset(w->buffer, dtype_bytes(r->type, n)), 0, dtype_bytes(r->type, tail(c)));
    if (c->w[0].dtype != DT_I8)
        return;
    const struct kernels *k = &r->device->kernels;
    float scale = r->type == DT_BF16 ? k->quantize_u8_bf16(w->bytes, w->buffer, n)
                                     : k->quantize_u8(w->bytes, w->buffer, n);
    memset(w->bytes + n, 128, (size_t)tail(c));
    for (int64_t i = 0; i < w->cols; i++)
        w->scale[i] = scale;
}

/* One stretch of output row `row`, every `step`-th pixel from column `col` on, from the patches
 * that begin `skip` pixels into the buffer. */
static void multiply(const struct conv2d_run *r, const struct workspace *w, const struct linear *l,
    int64_t row, int64_t col, int step, int skip)
{
    const struct kernels *k = &r->device->kernels;
    const struct conv2d *c = r->c;
    int64_t first = row * r->cols * step + col, at = skip * c->taps * c->in;
    bool i8 = l->dtype == DT_I8;
    struct gemm g = {
        .m = w->cols,
        .n = l->out,
        .k = l->in,
        .a = i8 ? (void *)(w->bytes + at) : offset(w->buffer, dtype_bytes(r->type, at)),
        .lda = c->stride * c->taps * c->in,
        .b = l->packed,
        .a_scale = i8 ? w->scale : NULL,
        .b_scale = l->scale,
        .b_sum = l->sum,
        .bias = l->bias,
        .c = offset(r->y.data, dtype_bytes(r->y.dtype, first * r->y.stride[0])),
        .ldc = step * r->y.stride[0],
        .c_bf16 = r->y.dtype == DT_BF16,
        .act = r->act,
    };
    if (r->residual.data) {
        g.residual = (const float *)r->residual.data + first * r->residual.stride[0];
        g.ldr = step * r->residual.stride[0];
    }
    (i8 ? k->gemm_i8 : l->dtype == DT_F32 ? k->gemm_f32 : k->gemm_bf16)(&g);
}

static void convolve_row(const struct conv2d_run *r, const struct workspace *w, int64_t row)
{
    const struct conv2d *c = r->c;
    int64_t top = row * c->stride - c->top;
    if (!c->doubled) {
        lay_patches(r, w, top);
        multiply(r, w, &c->w[0], row, w->x0, 1, 0);
        return;
    }
    for (int a = 0; a < 2; a++) {
        lay_patches(r, w, top + a);
        for (int b = 0; b < 2; b++)
            multiply(r, w, &c->w[2 * a + b], 2 * row + a, 2 * w->x0 + b, 2, b);
    }
}

static void strip_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct conv2d_run *r = arg;
    const struct conv2d *c = r->c;
    int64_t across = task % r->stretches, y0 = task / r->stretches * r->tall;
    int64_t y1 = y0 + r->tall < r->rows ? y0 + r->tall : r->rows;
    struct workspace w = {.x0 = across * r->stretch, .cols = r->stretch};
    if (across + 1 == r->stretches)
        w.cols = r->cols - w.x0;
    if (!take_workspace(&w, r))
        return;
    int64_t from = w.x0 * c->stride - c->left, next = y0 * c->stride - c->top;
    for (int64_t row = y0; row < y1; row++) {
        int64_t end = row * c->stride - c->top + r->reach;
        for (next = next > end - r->reach ? next : end - r->reach; next < end; next++)
            lay_line(r, &w, next, from);
        convolve_row(r, &w, row);
    }
    scratch_give(r->device, w.scratch);
}

/* Stretches of whole multiples of COLS_MIN, a short rest joins its neighbour. How tall a strip is
 * changes nothing about the result, so that may depend on the threads. */
static void cut(struct conv2d_run *r)
{
    int64_t want = STRETCH / r->c->in / r->c->stride / COLS_MIN * COLS_MIN;
    r->stretch = want < COLS_MIN ? COLS_MIN : want > COLS_MAX ? COLS_MAX : want;
    r->stretches = r->cols / r->stretch + (r->cols % r->stretch >= COLS_MIN);
    r->stretches += r->stretches == 0;
    int64_t tasks = (int64_t)TASKS_A_THREAD * pool_threads(r->device->pool);
    r->tall = (r->rows * r->stretches + tasks - 1) / tasks;
    r->tall = r->tall < ROWS_MIN ? ROWS_MIN : r->tall;
    r->strips = (r->rows + r->tall - 1) / r->tall;
}

int64_t conv2d_height(const struct conv2d *c, int64_t height)
{
    if (c->doubled)
        return 2 * height;
    return (height + c->top + c->bottom - c->taps) / c->stride + 1;
}

int64_t conv2d_width(const struct conv2d *c, int64_t width)
{
    if (c->doubled)
        return 2 * width;
    return (width + c->left + c->right - c->taps) / c->stride + 1;
}

void op_conv2d(struct device *d, struct tensor y, struct tensor x, int64_t height, int64_t width,
    const struct conv2d *c, const struct channels *f, enum act act, struct tensor residual)
{
    assert(x.shape[0] == height * width && x.shape[1] == c->in && y.shape[1] == c->out);
    assert(y.shape[0] == conv2d_height(c, height) * conv2d_width(c, width));
    if (c->winograd) {
        conv2d_winograd(d, &(struct picture_conv){y, x, residual, height, width, c, f, act});
        return;
    }
    struct conv2d_run r = {.device = d,
        .y = y,
        .x = x,
        .residual = residual,
        .c = c,
        .f = f,
        .act = act,
        .type = c->w[0].dtype == DT_F32 ? DT_F32 : DT_BF16,
        .height = height,
        .width = width,
        .rows = c->doubled ? height : conv2d_height(c, height),
        .cols = c->doubled ? width : conv2d_width(c, width),
        .reach = c->doubled ? 3 : c->taps};
    if (r.reach == 1 && c->stride == 1 && r.rows == height && r.cols == width) {
        /* Pixels that see only themselves need not know of rows. */
        r.height = r.rows = 1;
        r.width = r.cols = height * width;
    }
    if (r.rows * r.cols == 0)
        return;
    cut(&r);
    pool_run(d->pool, strip_task, &r, (int)(r.strips * r.stretches));
}

/* Taps [first, last] of PyTorch's weight that become tap `tap` of phase `phase` (0: upper or left)
 * of a doubled picture. */
static void doubled_taps(int phase, int tap, int *first, int *last)
{
    *first = tap == 0 ? 0 : 1 + phase;
    *last = tap == 0 ? phase : 2;
}

/* One row of the product's weight: columns of taps one after the other, each with its rows. */
static void conv2d_row(float *to, const struct conv2d_part *p, int64_t o, int taps, int phase)
{
    const float *from = p->w + o * p->in * p->taps * p->taps;
    for (int j = 0; j < taps; j++)
        for (int i = 0; i < taps; i++, to += p->in) {
            int i0 = i, i1 = i, j0 = j, j1 = j;
            if (p->doubled) {
                doubled_taps(phase / 2, i, &i0, &i1);
                doubled_taps(phase % 2, j, &j0, &j1);
            }
            for (int64_t c = 0; c < p->in; c++) {
                to[c] = 0;
                for (int s = i0; s <= i1; s++)
                    for (int t = j0; t <= j1; t++)
                        to[c] += from[(c * p->taps + s) * p->taps + t];
            }
        }
}

/* Where the transforms cost less than they save. */
static bool suits_winograd(const struct conv2d_part *p, enum dtype storage)
{
    return storage == DT_F32 && p->taps == 3 && p->stride == 1 && !p->doubled &&
           p->in >= WINOGRAD_MIN && p->out >= WINOGRAD_MIN;
}

static void part_row(
    float *to, const struct conv2d_part *p, const struct conv2d *c, int64_t o, int part)
{
    if (c->winograd)
        winograd_weights(to, p, o, part);
    else
        conv2d_row(to, p, o, c->taps, part);
}

enum ih_status conv2d_pack(struct device *d, struct conv2d *out, const struct conv2d_part *p,
    enum dtype storage, struct ih_error *e)
{
    assert(storage == DT_F32 || storage == DT_BF16 || storage == DT_I8);
    assert(p->taps >= 1 && p->taps <= 7 && (!p->doubled || (p->taps == 3 && p->stride == 1)));
    *out = (struct conv2d){.in = p->in,
        .out = p->out,
        .taps = p->doubled ? 2 : p->taps,
        .stride = p->stride,
        .top = p->top,
        .left = p->left,
        .bottom = p->bottom,
        .right = p->right,
        .doubled = p->doubled,
        .winograd = suits_winograd(p, storage)};
    int parts = out->winograd ? CONV2D_PARTS : p->doubled ? 4 : 1;
    int64_t cols = out->winograd ? p->in : out->taps * out->taps * p->in;
    float *w = malloc((size_t)(p->out * cols) * sizeof *w);
    enum ih_status status = w ? IH_OK : err_memory(e, "packing a convolution");
    for (int part = 0; part < parts && !status; part++) {
        for (int64_t o = 0; o < p->out; o++)
            part_row(w + o * cols, p, out, o, part);
        struct linear_part l = {.w.w = tensor_2d(w, DT_F32, p->out, cols)};
        if (p->bias && (part == 0 || !out->winograd))
            l.bias = tensor_1d((void *)(uintptr_t)p->bias, DT_F32, p->out);
        status = linear_pack(d, &out->w[part], &l, 1, storage, e);
    }
    free(w);
    if (status)
        conv2d_free(out);
    return status;
}

size_t conv2d_bytes(const struct conv2d *c)
{
    size_t bytes = 0;
    for (int i = 0; i < CONV2D_PARTS; i++)
        bytes += c->w[i].bytes;
    return bytes;
}

void conv2d_free(struct conv2d *c)
{
    for (int i = 0; i < CONV2D_PARTS; i++)
        linear_free(&c->w[i]);
    *c = (struct conv2d){0};
}
