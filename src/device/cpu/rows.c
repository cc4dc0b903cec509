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
    int64_t heads; /* vectors of a row */
    enum act act;
    const struct rope *rope;
    const struct matrix *table;
    const int32_t *id, *pos;
};

static float *row_f32(const struct tensor *t, int64_t r)
{
    return (float *)t->data + r * t->stride[0];
}

static void *row_at(const struct tensor *t, int64_t r)
{
    return offset(t->data, dtype_bytes(t->dtype, r * t->stride[0]));
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
        .y = row_at(&r->y, begin),
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

static void rms_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    int64_t begin, rows = task_rows(r, task, &begin), n = r->x.shape[1] / r->heads;
    struct norm norm = {.n = n,
        .w = r->w,
        .eps = r->eps,
        .rows = r->heads,
        .ldx = n,
        .ldy = n,
        .x_bf16 = r->x.dtype == DT_BF16,
        .y_bf16 = r->y.dtype == DT_BF16};
    for (int64_t i = begin; i < begin + rows; i++) {
        norm.x = row_at(&r->x, i);
        norm.y = row_at(&r->y, i);
        r->device->kernels.rms_norm(&norm);
    }
}

void op_rms_norm(
    struct device *d, struct tensor y, struct tensor x, const float *w, int64_t heads, float eps)
{
    assert(x.shape[1] == y.shape[1] && x.shape[0] == y.shape[0] && x.shape[1] % heads == 0);
    struct rows r = {.y = y, .x = x, .w = w, .heads = heads, .eps = eps};
    run_rows(d, rms_task, &r);
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

static void add_gated_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    const struct kernels *k = &r->device->kernels;
    int64_t begin, rows = task_rows(r, task, &begin), n = r->y.shape[1];
    for (int64_t i = begin; i < begin + rows; i++) {
        if (r->x.dtype == DT_BF16)
            k->add_scaled_bf16(row_f32(&r->y, i), r->w, row_at(&r->x, i), n);
        else
            k->add_scaled(row_f32(&r->y, i), r->w, row_at(&r->x, i), n);
    }
}

void op_add_gated(struct device *d, struct tensor y, struct tensor x, const float *gate)
{
    assert(y.dtype == DT_F32 && x.shape[0] == y.shape[0] && x.shape[1] == y.shape[1]);
    struct rows r = {.y = y, .x = x, .w = gate};
    run_rows(d, add_gated_task, &r);
}

static void gated_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    int64_t begin, rows = task_rows(r, task, &begin);
    r->device->kernels.gated(&(struct gated_rows){.rows = rows,
        .n = r->y.shape[1],
        .x = row_at(&r->x, begin),
        .y = row_at(&r->y, begin),
        .ldx = r->x.stride[0],
        .ldy = r->y.stride[0],
        .x_bf16 = r->x.dtype == DT_BF16,
        .y_bf16 = r->y.dtype == DT_BF16,
        .act = r->act});
}

void op_gated(struct device *d, struct tensor y, struct tensor x, enum act act)
{
    assert(x.shape[1] == 2 * y.shape[1] && x.shape[0] == y.shape[0]);
    struct rows r = {.y = y, .x = x, .act = act};
    run_rows(d, gated_task, &r);
}

/* Rows whose angles follow each other go to the kernel together. */
static void rope_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    const struct rope *rope = r->rope;
    int64_t begin, rows = task_rows(r, task, &begin), head_dim = r->y.shape[1] / r->heads;
    struct rotation t = {.rows = r->pos ? 1 : rows,
        .heads = r->heads,
        .head_dim = head_dim,
        .dim = 2 * rope->cos.shape[1],
        .ldx = r->y.stride[0],
        .ldt = rope->cos.stride[0],
        .interleaved = rope->interleaved,
        .x_bf16 = r->y.dtype == DT_BF16};
    for (int64_t i = begin; i < begin + rows; i += t.rows) {
        int64_t angle = r->pos ? r->pos[i] : i;
        t.x = row_at(&r->y, i);
        t.cos = row_f32(&rope->cos, angle);
        t.sin = row_f32(&rope->sin, angle);
        r->device->kernels.rotate(&t);
    }
}

void op_rope(struct device *d, struct tensor x, int64_t head_dim, const struct rope *rope,
    const int32_t *pos)
{
    assert(x.shape[1] % head_dim == 0 && 2 * rope->cos.shape[1] <= head_dim);
    assert(rope->cos.stride[0] == rope->sin.stride[0]);
    assert(pos || rope->cos.shape[0] >= x.shape[0]);
    struct rows r = {.y = x, .heads = x.shape[1] / head_dim, .rope = rope, .pos = pos};
    run_rows(d, rope_task, &r);
}

static void convert_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct rows *r = arg;
    const struct kernels *k = &r->device->kernels;
    int64_t begin, rows = task_rows(r, task, &begin), n = r->y.shape[1];
    for (int64_t i = begin; i < begin + rows; i++) {
        void *y = row_at(&r->y, i);
        const void *x = row_at(&r->x, i);
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
