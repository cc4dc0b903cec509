/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that work row by row. */
#include "device/cpu/cpu.h"

#include <assert.h>

enum { ROWS = 32 };

struct rows {
    struct device *device;
    struct tensor y, x, position;
    const float *w, *b;
    float eps;
    const struct matrix *table;
    const int32_t *id, *pos;
};

static float *row_f32(const struct tensor *t, int64_t r)
{
    return (float *)t->data + r * t->stride[0];
}

static void run_rows(struct device *d, pool_fn fn, struct rows *r)
{
    r->device = d;
    int64_t tasks = (r->y.shape[0] + ROWS - 1) / ROWS;
    pool_run(d->pool, fn, r, (int)tasks);
}

static int64_t task_rows(const struct rows *r, int task, int64_t *begin)
{
    *begin = task * (int64_t)ROWS;
    int64_t left = r->y.shape[0] - *begin;
    return left < ROWS ? left : ROWS;
}

static void norm_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    int64_t begin, rows = task_rows(r, task, &begin);
    struct norm n = {
        .rows = rows,
        .n = r->x.shape[1],
        .x = row_f32(&r->x, begin),
        .ldx = r->x.stride[0],
        .w = r->w,
        .b = r->b,
        .eps = r->eps,
        .y = offset(r->y.data, dtype_bytes(r->y.dtype, begin * r->y.stride[0])),
        .ldy = r->y.stride[0],
        .y_bf16 = r->y.dtype == DT_BF16,
    };
    r->device->kernels.layer_norm(&n);
}

void op_layer_norm(
    struct device *d, struct tensor y, struct tensor x, const float *w, const float *b, float eps)
{
    assert(x.dtype == DT_F32 && x.shape[1] == y.shape[1] && x.shape[0] == y.shape[0]);
    struct rows r = {.y = y, .x = x, .w = w, .b = b, .eps = eps};
    run_rows(d, norm_task, &r);
}

static void embed_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    int64_t begin, rows = task_rows(r, task, &begin);
    for (int64_t i = begin; i < begin + rows; i++) {
        float *y = row_f32(&r->y, i);
        matrix_to_f32(&r->device->kernels, y, r->table, r->id[i], 1);
        if (r->position.data)
            r->device->kernels.add(y, row_f32(&r->position, r->pos[i]), r->y.shape[1]);
    }
}

void op_embed(struct device *d, struct tensor y, const struct matrix *table, const int32_t *id,
    struct tensor position, const int32_t *pos)
{
    assert(y.dtype == DT_F32 && y.shape[1] == table->w.shape[1]);
    struct rows r = {.y = y, .table = table, .id = id, .position = position, .pos = pos};
    run_rows(d, embed_task, &r);
}

static void add_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    int64_t begin, rows = task_rows(r, task, &begin);
    for (int64_t i = begin; i < begin + rows; i++)
        r->device->kernels.add(row_f32(&r->y, i), row_f32(&r->x, i), r->y.shape[1]);
}

void op_add(struct device *d, struct tensor y, struct tensor x)
{
    assert(y.dtype == DT_F32 && x.dtype == DT_F32 && x.shape[1] == y.shape[1]);
    struct rows r = {.y = y, .x = x};
    run_rows(d, add_task, &r);
}

static void convert_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    const struct kernels *k = &r->device->kernels;
    int64_t begin, rows = task_rows(r, task, &begin), n = r->y.shape[1];
    for (int64_t i = begin; i < begin + rows; i++) {
        void *y = offset(r->y.data, dtype_bytes(r->y.dtype, i * r->y.stride[0]));
        const void *x = offset(r->x.data, dtype_bytes(r->x.dtype, i * r->x.stride[0]));
        if (r->y.dtype == r->x.dtype)
            memcpy(y, x, dtype_bytes(r->y.dtype, n));
        else if (r->y.dtype == DT_BF16)
            k->f32_to_bf16(y, x, n);
        else
            k->bf16_to_f32(y, x, n);
    }
}

void op_convert(struct device *d, struct tensor y, struct tensor x)
{
    assert(x.shape[1] == y.shape[1] && x.shape[0] == y.shape[0]);
    struct rows r = {.y = y, .x = x};
    run_rows(d, convert_task, &r);
}
