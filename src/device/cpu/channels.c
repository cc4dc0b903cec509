/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on the channels of a sequence, but for convolutions across them. */
#include "device/cpu/cpu.h"

#include <assert.h>
#include <math.h>

/* Rows of a task. Sums of a block are kept apart and added in order, whoever made them. */
enum { ROWS = 256 };

struct channel_job {
    struct device *device;
    struct tensor y, x;
    const struct channels *f;
    const struct depthwise *depthwise;
    const int32_t *index;
    float *sums; /* [blocks, 2, n] */
};

static int blocks_of(int64_t rows)
{
    return (int)((rows + ROWS - 1) / ROWS);
}

static int64_t block_rows(int64_t rows, int task, int64_t *begin)
{
    *begin = task * (int64_t)ROWS;
    return rows - *begin < ROWS ? rows - *begin : ROWS;
}

static void *row_at(const struct tensor *t, int64_t r)
{
    return offset(t->data, dtype_bytes(t->dtype, r * t->stride[0]));
}

static void channels_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct channel_job *j = arg;
    int64_t begin, rows = block_rows(j->y.shape[0], task, &begin);
    struct channel_rows c = {
        .rows = rows,
        .n = j->y.shape[1],
        .x = row_at(&j->x, begin),
        .y = row_at(&j->y, begin),
        .ldx = j->x.stride[0],
        .ldy = j->y.stride[0],
        .x_bf16 = j->x.dtype == DT_BF16,
        .y_bf16 = j->y.dtype == DT_BF16,
        .scale = j->f->scale,
        .shift = j->f->shift,
        .curve = j->f->curve,
        .slope = j->f->slope,
        .alpha = j->f->alpha,
        .inverse = j->f->inverse,
    };
    j->device->kernels.channels(&c);
}

void op_channels(struct device *d, struct tensor y, struct tensor x, const struct channels *f)
{
    assert(x.shape[0] == y.shape[0] && x.shape[1] == y.shape[1]);
    struct channel_job j = {.device = d, .y = y, .x = x, .f = f};
    pool_run(d->pool, channels_task, &j, blocks_of(y.shape[0]));
}

static void sums_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct channel_job *j = arg;
    int64_t begin, rows = block_rows(j->x.shape[0], task, &begin), n = j->x.shape[1];
    float *sum = j->sums + task * 2 * n;
    j->device->kernels.column_sums(
        sum, sum + n, row_at(&j->x, begin), j->x.stride[0], rows, n, j->x.data);
}

/* Sums are of differences to the first row, so that a large mean does not eat the variance. */
void op_instance_norm(struct device *d, float *scale, float *shift, struct tensor x, const float *w,
    const float *b, float eps)
{
    assert(x.dtype == DT_F32 && x.shape[0] > 0);
    int64_t n = x.shape[1], rows = x.shape[0];
    int blocks = blocks_of(rows);
    struct scratch *s = scratch_take(d, (size_t)blocks * 2 * (size_t)n * sizeof(float));
    if (!s)
        return;
    struct channel_job j = {.device = d, .x = x, .sums = s->data};
    pool_run(d->pool, sums_task, &j, blocks);
    for (int64_t c = 0; c < n; c++) {
        double sum = 0, squares = 0;
        for (int i = 0; i < blocks; i++) {
            sum += j.sums[i * 2 * n + c];
            squares += j.sums[(i * 2 + 1) * n + c];
        }
        double mean = sum / (double)rows, var = squares / (double)rows - mean * mean;
        double factor = (w ? w[c] : 1.0f) / sqrt((var > 0 ? var : 0) + eps);
        scale[c] = (float)factor;
        mean += ((const float *)x.data)[c];
        shift[c] = (float)((b ? b[c] : 0.0f) - mean * factor);
    }
    scratch_give(d, s);
}

static void gather_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct channel_job *j = arg;
    int64_t begin, rows = block_rows(j->y.shape[0], task, &begin);
    size_t bytes = dtype_bytes(j->y.dtype, j->y.shape[1]);
    for (int64_t i = begin; i < begin + rows; i++)
        memcpy(row_at(&j->y, i), row_at(&j->x, j->index[i]), bytes);
}

void op_gather(struct device *d, struct tensor y, struct tensor x, const int32_t *index)
{
    assert(y.dtype == x.dtype && y.shape[1] == x.shape[1]);
    struct channel_job j = {.device = d, .y = y, .x = x, .index = index};
    pool_run(d->pool, gather_task, &j, blocks_of(y.shape[0]));
}

/* One row of output: a tap is a row of x times a row of w. */
static void depthwise_row(const struct channel_job *j, float *y, int64_t q, int64_t r)
{
    const struct depthwise *c = j->depthwise;
    int64_t n = j->y.shape[1];
    for (int64_t i = 0; i < n; i++)
        y[i] = c->bias ? c->bias[i] : 0.0f;
    for (int64_t k = 0; k < c->taps; k++) {
        int64_t from = q - c->pad + k;
        if (from < 0 || from >= j->x.shape[0])
            continue;
        const float *x = row_at(&j->x, from), *w = c->w + (r * c->taps + k) * n;
        for (int64_t i = 0; i < n; i++)
            y[i] += w[i] * x[i];
    }
}

static void depthwise_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct channel_job *j = arg;
    int64_t begin, rows = block_rows(j->y.shape[0], task, &begin), up = j->depthwise->up;
    for (int64_t i = begin; i < begin + rows; i++)
        depthwise_row(j, row_at(&j->y, i), i / up, i % up);
}

void op_depthwise(struct device *d, struct tensor y, struct tensor x, const struct depthwise *c)
{
    assert(y.dtype == DT_F32 && x.dtype == DT_F32 && y.shape[1] == x.shape[1]);
    assert(y.shape[0] % c->up == 0);
    struct channel_job j = {.device = d, .y = y, .x = x, .depthwise = c};
    pool_run(d->pool, depthwise_task, &j, blocks_of(y.shape[0]));
}
