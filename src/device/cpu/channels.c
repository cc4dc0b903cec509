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

enum { GROUP_CHUNK = 4096 };

/* Sums of rows of x, which are bf16, through a block of f32 that stays in the first-level cache. */
static void sum_half_rows(const struct channel_job *j, float *sum, int64_t begin, int64_t rows)
{
    const struct kernels *k = &j->device->kernels;
    int64_t n = j->x.shape[1];
    float wide[GROUP_CHUNK], pivot[GROUP_CHUNK], part[2 * GROUP_CHUNK];
    for (int64_t c0 = 0; c0 < n; c0 += GROUP_CHUNK) {
        int64_t cols = n - c0 < GROUP_CHUNK ? n - c0 : GROUP_CHUNK, step = GROUP_CHUNK / cols;
        k->bf16_to_f32(pivot, (const uint16_t *)j->x.data + c0, cols);
        memset(sum + c0, 0, (size_t)cols * sizeof *sum);
        memset(sum + n + c0, 0, (size_t)cols * sizeof *sum);
        for (int64_t i = 0; i < rows; i += step) {
            int64_t more = rows - i < step ? rows - i : step;
            for (int64_t r = 0; r < more; r++)
                k->bf16_to_f32(
                    wide + r * cols, (const uint16_t *)row_at(&j->x, begin + i + r) + c0, cols);
            k->column_sums(part, part + cols, wide, cols, more, cols, pivot);
            k->add(sum + c0, part, cols);
            k->add(sum + n + c0, part + cols, cols);
        }
    }
}

static void group_sums_task(void *arg, int task, int worker)
{
    const struct channel_job *j = arg;
    int64_t begin, rows = block_rows(j->x.shape[0], task, &begin), n = j->x.shape[1];
    if (j->x.dtype == DT_F32)
        sums_task(arg, task, worker);
    else
        sum_half_rows(j, j->sums + task * 2 * n, begin, rows);
}

/* Mean and variance of `width` channels from sums of differences to their pivots. */
static void group_moments(const double *sum, const double *squares, const double *pivot,
    int64_t width, int64_t rows, double *mean, double *variance)
{
    double count = (double)rows * (double)width;
    *mean = *variance = 0;
    for (int64_t c = 0; c < width; c++)
        *mean += (sum[c] + (double)rows * pivot[c]) / count;
    for (int64_t c = 0; c < width; c++) {
        double d = pivot[c] - *mean;
        *variance += (squares[c] + 2 * d * sum[c] + (double)rows * d * d) / count;
    }
}

static double first_row(const struct tensor *x, int64_t c)
{
    return x->dtype == DT_F32 ? ((const float *)x->data)[c]
                              : bf16_to_f32(((const uint16_t *)x->data)[c]);
}

void op_group_norm(struct device *d, float *scale, float *shift, struct tensor x, int groups,
    const float *w, const float *b, float eps)
{
    int64_t n = x.shape[1], rows = x.shape[0], width = n / groups;
    assert(rows > 0 && n % groups == 0);
    int blocks = blocks_of(rows);
    size_t sums = (size_t)blocks * 2 * (size_t)n * sizeof(float);
    struct scratch *s = scratch_take(d, sums + 3 * (size_t)n * sizeof(double));
    if (!s)
        return;
    struct channel_job j = {.device = d, .x = x, .sums = s->data};
    double *sum = offset(s->data, sums), *squares = sum + n, *pivot = squares + n;
    pool_run(d->pool, group_sums_task, &j, blocks);
    memset(sum, 0, 2 * (size_t)n * sizeof *sum);
    for (int i = 0; i < blocks; i++)
        for (int64_t c = 0; c < 2 * n; c++)
            sum[c] += j.sums[i * 2 * n + c];
    for (int64_t c = 0; c < n; c++)
        pivot[c] = first_row(&x, c);
    for (int64_t g = 0; g < n; g += width) {
        double mean, variance;
        group_moments(sum + g, squares + g, pivot + g, width, rows, &mean, &variance);
        double one = 1 / sqrt((variance > 0 ? variance : 0) + eps);
        for (int64_t c = g; c < g + width; c++) {
            double factor = (w ? w[c] : 1.0f) * one;
            scale[c] = (float)factor;
            shift[c] = (float)((b ? b[c] : 0.0f) - mean * factor);
        }
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
