/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions over time as products over overlapping rows. What a stretch of output needs of the
 * input is laid down in a buffer in the product's type, with zeros where a tap reaches outside and
 * with f applied on the way, so that neither the padded nor the normalised input ever exists as a
 * whole. With dilation d the output falls into d phases that do not see each other's input: each
 * gets a buffer of every d-th row, and its product writes every d-th row of the output.
 *
 *     x     a0 b0 a1 b1 a2 b2 ...          dilation 2, 3 taps: output 0 is of a0 a1 a2
 *     buffers  a0 a1 a2 ... | b0 b1 b2 ... */
#include "device/cpu/cpu.h"

#include <assert.h>
#include <stdlib.h>

/* Rows are cut as op_linear() cuts them, so that a row's result does not depend on the number of
 * threads. BUFFER: elements of input that a task wants in its second-level cache. */
enum { ROWS_MIN = 64, ROWS_MAX = 384, BUFFER = 1 << 16 };

struct conv_run {
    struct device *device;
    struct tensor y, x, residual; /* y and residual as rows of the product */
    const struct conv *c;
    const struct channels *f;
    enum act act;
    enum dtype type;     /* of the buffers */
    int64_t rows, chunk; /* of output; of one task, a multiple of the dilation */
    int tasks;
    struct tensor *phase; /* when all is laid down before: [dilation] buffers */
};

static enum dtype buffer_type(const struct conv *c)
{
    return c->w.dtype == DT_F32 ? DT_F32 : DT_BF16;
}

/* Rows of the buffer for n rows of output of one phase. */
static int64_t buffer_rows(const struct conv *c, int64_t n)
{
    return (n - 1) * c->stride + c->taps;
}

/* A product reads up to this many elements from the beginning of a row. */
static int64_t row_reach(const struct conv *c)
{
    return pack_k(c->w.in);
}

static size_t buffer_bytes(const struct conv *c, enum dtype t, int64_t n)
{
    int64_t tail = row_reach(c) - c->w.in;
    size_t bytes = dtype_bytes(t, buffer_rows(c, n) * c->in + tail);
    return (bytes + 63) / 64 * 64;
}

static struct channel_rows describe(const struct channels *f)
{
    struct channel_rows c = {.curve = CURVE_LINE};
    if (f)
        c = (struct channel_rows){.scale = f->scale,
            .shift = f->shift,
            .curve = f->curve,
            .slope = f->slope,
            .alpha = f->alpha,
            .inverse = f->inverse};
    return c;
}

/* Fills `rows` rows of a buffer with f(x[first + i * step]). */
static void lay_down(
    const struct conv_run *r, void *buffer, int64_t first, int64_t step, int64_t rows)
{
    int64_t width = r->c->in, begin = first < 0 ? (-first + step - 1) / step : 0;
    int64_t end = first >= r->x.shape[0] ? 0 : (r->x.shape[0] - first + step - 1) / step;
    end = end < rows ? end : rows;
    begin = begin < end ? begin : end;
    memset(buffer, 0, dtype_bytes(r->type, begin * width));
    struct channel_rows c = describe(r->f);
    c.rows = end - begin;
    c.n = width;
    c.x = offset(r->x.data, dtype_bytes(r->x.dtype, (first + begin * step) * r->x.stride[0]));
    c.ldx = step * r->x.stride[0];
    c.x_bf16 = r->x.dtype == DT_BF16;
    c.y = offset(buffer, dtype_bytes(r->type, begin * width));
    c.ldy = width;
    c.y_bf16 = r->type == DT_BF16;
    if (c.rows)
        r->device->kernels.channels(&c);
    int64_t left = (rows - end) * width + row_reach(r->c) - r->c->w.in;
    memset(offset(buffer, dtype_bytes(r->type, end * width)), 0, dtype_bytes(r->type, left));
}

/* Every `step`-th row from `first` on. */
static struct tensor every(struct tensor x, int64_t first, int64_t step, int64_t rows)
{
    if (!x.data)
        return x;
    x = tensor_rows(x, first, rows);
    x.stride[0] *= step;
    return x;
}

static int64_t phase_rows(int64_t rows, int64_t phase, int64_t step)
{
    return rows <= phase ? 0 : (rows - phase + step - 1) / step;
}

static void multiply(
    const struct conv_run *r, struct tensor y, const void *buffer, struct tensor residual)
{
    const struct conv *c = r->c;
    struct gemm g = {
        .m = y.shape[0],
        .n = c->w.out,
        .k = c->w.in,
        .a = buffer,
        .lda = c->stride * c->in,
        .b = c->w.packed,
        .bias = c->w.bias,
        .residual = residual.data,
        .ldr = residual.stride[0],
        .c = y.data,
        .ldc = y.stride[0],
        .c_bf16 = y.dtype == DT_BF16,
        .act = r->act,
    };
    if (c->w.dtype == DT_F32)
        r->device->kernels.gemm_f32(&g);
    else
        r->device->kernels.gemm_bf16(&g);
}

/* One stretch of output, phase by phase through one buffer. */
static void stretch_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct conv_run *r = arg;
    const struct conv *c = r->c;
    int64_t begin = task * r->chunk, d = c->dilation;
    int64_t rows = task + 1 == r->tasks ? r->rows - begin : r->chunk;
    int64_t most = phase_rows(rows, 0, d);
    struct scratch *s = scratch_take(r->device, buffer_bytes(c, r->type, most));
    if (!s)
        return;
    for (int64_t p = 0; p < d; p++) {
        int64_t n = phase_rows(rows, p, d);
        if (!n)
            break;
        lay_down(r, s->data, (begin + p) * c->stride - c->pad, d, buffer_rows(c, n));
        multiply(r, every(r->y, begin + p, d, n), s->data, every(r->residual, begin + p, d, n));
    }
    scratch_give(r->device, s);
}

/* Tasks of whole multiples of ROWS_MIN rows a phase; a short rest joins its neighbour. */
static void cut(struct conv_run *r)
{
    const struct conv *c = r->c;
    int64_t d = c->dilation, fit = BUFFER / c->in / c->stride;
    int64_t want = fit < ROWS_MIN ? ROWS_MIN : fit > ROWS_MAX ? ROWS_MAX : fit;
    int64_t each = want / d / ROWS_MIN * ROWS_MIN;
    r->chunk = d * (each < ROWS_MIN ? ROWS_MIN : each);
    int64_t whole = r->rows / r->chunk, rest = r->rows - whole * r->chunk;
    r->tasks = (int)(whole + (rest / d >= ROWS_MIN));
    if (r->tasks == 0)
        r->tasks = 1;
}

static void phase_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct conv_run *r = arg;
    struct tensor b = r->phase[task];
    if (b.shape[0])
        lay_down(r, b.data, task * r->c->stride - r->c->pad, r->c->dilation, b.shape[0]);
}

/* Few rows and many columns: the input of all of them first, then products that are split by
 * columns. */
static void run_whole(struct conv_run *r)
{
    const struct conv *c = r->c;
    struct tensor phase[CONV_DILATION_MAX];
    int64_t d = c->dilation;
    size_t each = buffer_bytes(c, r->type, phase_rows(r->rows, 0, d));
    struct scratch *s = scratch_take(r->device, (size_t)d * each);
    if (!s)
        return;
    for (int64_t p = 0; p < d; p++) {
        int64_t n = phase_rows(r->rows, p, d);
        phase[p] =
            tensor_2d(offset(s->data, (size_t)p * each), r->type, n ? buffer_rows(c, n) : 0, c->in);
    }
    r->phase = phase;
    pool_run(r->device->pool, phase_task, r, (int)d);
    for (int64_t p = 0; p < d; p++) {
        int64_t n = phase_rows(r->rows, p, d);
        struct tensor x = tensor_2d(phase[p].data, r->type, n, c->w.in);
        x.stride[0] = c->stride * c->in;
        op_linear(r->device, every(r->y, p, d, n), x, &c->w, r->act, every(r->residual, p, d, n));
    }
    scratch_give(r->device, s);
}

/* `up` rows of the output as one row of the product. */
static struct tensor joined(struct tensor y, int up)
{
    if (up == 1 || !y.data)
        return y;
    assert(y.stride[0] == y.shape[1]);
    return tensor_2d(y.data, y.dtype, y.shape[0] / up, y.shape[1] * up);
}

void op_conv(struct device *d, struct tensor y, struct tensor x, const struct conv *c,
    const struct channels *f, enum act act, struct tensor residual)
{
    assert(x.shape[1] == c->in && y.shape[1] == c->out && y.shape[0] % c->up == 0);
    assert((c->stride == 1 || c->dilation == 1) && c->dilation <= CONV_DILATION_MAX);
    struct conv_run r = {.device = d,
        .y = joined(y, c->up),
        .x = x,
        .residual = joined(residual, c->up),
        .c = c,
        .f = f,
        .act = act,
        .type = buffer_type(c),
        .rows = y.shape[0] / c->up};
    if (r.rows == 0)
        return;
    cut(&r);
    if (r.tasks < pool_threads(d->pool))
        run_whole(&r);
    else
        pool_run(d->pool, stretch_task, &r, r.tasks);
}

/* Row r * out + o of the product's weight holds, for input row q + m - pad', tap stride * (pad' -
 * m) + r + pad of PyTorch's weight, where there is one. */
static void transposed_row(
    float *to, const struct conv_part *p, const struct conv *c, int64_t r, int64_t o)
{
    for (int64_t m = 0; m < c->taps; m++) {
        int64_t tap = r + p->pad + p->stride * (c->pad - m);
        for (int64_t i = 0; i < c->in; i++)
            to[m * c->in + i] =
                tap < 0 || tap >= p->taps ? 0.0f : p->w[(i * c->out + o) * p->taps + tap];
    }
}

static void plain_row(float *to, const struct conv_part *p, int64_t o)
{
    const float *from = p->w + o * p->in * p->taps;
    for (int64_t i = 0; i < p->in; i++)
        for (int64_t t = 0; t < p->taps; t++)
            to[t * p->in + i] = from[i * p->taps + t];
}

static int floor_divide(int a, int b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

static struct conv conv_shape(const struct conv_part *p)
{
    struct conv c = {.in = p->in, .out = p->out, .taps = p->taps, .up = 1};
    c.stride = p->stride;
    c.dilation = p->dilation;
    c.pad = p->pad;
    if (p->transposed) {
        /* Input rows that reach outputs q * up .. q * up + up - 1, relative to q. */
        int first = -floor_divide(p->taps - 1 - p->pad, p->stride);
        int last = floor_divide(p->stride - 1 + p->pad, p->stride);
        c.up = p->stride;
        c.stride = c.dilation = 1;
        c.pad = -first;
        c.taps = last - first + 1;
    }
    return c;
}

enum ih_status conv_pack(struct device *d, struct conv *out, const struct conv_part *part,
    enum dtype storage, struct ih_error *e)
{
    assert(storage == DT_F32 || storage == DT_BF16);
    assert(!part->transposed || part->dilation == 1);
    *out = conv_shape(part);
    int64_t rows = out->up * out->out, cols = out->taps * out->in;
    float *w = malloc((size_t)(rows * cols) * sizeof *w);
    float *bias = malloc((size_t)rows * sizeof *bias);
    enum ih_status status = w && bias ? IH_OK : err_memory(e, "packing a convolution");
    for (int64_t i = 0; !status && i < rows; i++) {
        if (part->transposed)
            transposed_row(w + i * cols, part, out, i / out->out, i % out->out);
        else
            plain_row(w + i * cols, part, i);
        bias[i] = part->bias ? part->bias[i % out->out] : 0.0f;
    }
    struct linear_part l = {.w.w = tensor_2d(w, DT_F32, rows, cols)};
    if (part->bias)
        l.bias = tensor_1d(bias, DT_F32, rows);
    if (!status)
        status = linear_pack(d, &out->w, &l, 1, storage, e);
    free(w);
    free(bias);
    return status;
}

void conv_free(struct conv *c)
{
    linear_free(&c->w);
    *c = (struct conv){0};
}
