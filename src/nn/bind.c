/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/bind.h"

#include "kernels/blocks.h"

#include <stdio.h>

enum { NAME_SIZE = 256, Q4_GROUP = 32 };

static bool is_float(enum dtype t)
{
    return t == DT_F32 || t == DT_F16 || t == DT_BF16;
}

static enum ih_status bad_type(
    const struct binder *b, const char *name, const struct tensor *t, struct ih_error *e)
{
    return err_set(e, IH_BAD_DATA, "%s: tensor %s has type %s, which weights cannot have",
        weights_path(b->weights), name, dtype_info(t->dtype)->name);
}

static enum ih_status bind_scale(const struct binder *b, struct matrix *m, const char *name,
    int64_t rows, int64_t groups, struct ih_error *e)
{
    char scale[NAME_SIZE];
    snprintf(scale, sizeof scale, "%s.scale", name);
    int64_t shape[] = {rows, groups};
    enum ih_status status = weights_get(&m->scale, b->weights, scale, groups > 1 ? 2 : 1, shape, e);
    if (!status && m->scale.dtype != DT_F32)
        status = bad_type(b, scale, &m->scale, e);
    return status;
}

enum ih_status bind_matrix(const struct binder *b, struct matrix *out, const char *name,
    int64_t rows, int64_t cols, struct ih_error *e)
{
    *out = (struct matrix){0};
    const struct tensor *found = weights_find(b->weights, name);
    bool q4 = found && found->dtype == DT_U8;
    int64_t shape[] = {rows, q4 ? cols / 2 : cols};
    enum ih_status status = weights_get(&out->w, b->weights, name, 2, shape, e);
    if (status)
        return status;
    enum dtype t = out->w.dtype;
    if (q4 && cols % Q4_GROUP == 0) {
        out->w = tensor_2d(out->w.data, DT_Q4, rows, cols);
        return bind_scale(b, out, name, rows, cols / Q4_GROUP, e);
    }
    if (t == DT_I8)
        return bind_scale(b, out, name, rows, 1, e);
    if (blocks_known(t))
        return IH_OK;
    return bad_type(b, name, &out->w, e);
}

enum ih_status bind_vector(
    const struct binder *b, float **out, const char *name, int64_t n, struct ih_error *e)
{
    const struct tensor *found = weights_find(b->weights, name);
    int64_t shape[] = {n, 1};
    struct matrix m = {0};
    enum ih_status status =
        weights_get(&m.w, b->weights, name, found && found->rank == 2 ? 2 : 1, shape, e);
    if (status)
        return status;
    if (!is_float(m.w.dtype))
        return bad_type(b, name, &m.w, e);
    m.w = tensor_2d(m.w.data, m.w.dtype, 1, n);
    *out = arena_alloc(b->arena, (size_t)n * sizeof **out);
    if (!*out)
        return err_memory(e, "a model's vectors");
    matrix_to_f32(b->kernels, *out, &m, 0, 1);
    return IH_OK;
}

enum ih_status bind_table(const struct binder *b, struct tensor *out, const char *name,
    int64_t rows, int64_t cols, struct ih_error *e)
{
    struct matrix m;
    enum ih_status status = bind_matrix(b, &m, name, rows, cols, e);
    if (status)
        return status;
    float *data = arena_alloc(b->arena, (size_t)(rows * cols) * sizeof *data);
    if (!data)
        return err_memory(e, "a model's tables");
    matrix_to_f32(b->kernels, data, &m, 0, rows);
    *out = tensor_2d(data, DT_F32, rows, cols);
    return IH_OK;
}

static enum ih_status bind_bias(
    const struct binder *b, struct tensor *out, const char *name, int64_t rows, struct ih_error *e)
{
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s.bias", name);
    float *bias;
    enum ih_status status = bind_vector(b, &bias, full, rows, e);
    if (!status)
        *out = tensor_1d(bias, DT_F32, rows);
    return status;
}

enum ih_status bind_linear(const struct binder *b, struct linear_part *out, const char *name,
    int64_t rows, int64_t cols, bool has_bias, struct ih_error *e)
{
    *out = (struct linear_part){0};
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s.weight", name);
    enum ih_status status = bind_matrix(b, &out->w, full, rows, cols, e);
    if (!status && has_bias)
        status = bind_bias(b, &out->bias, name, rows, e);
    return status;
}

/* [in, taps] of one output row to [taps, in], which is how time-major frames lie in memory. */
static void rearrange(float *out, const float *row, int64_t in, int64_t taps)
{
    for (int64_t c = 0; c < in; c++)
        for (int64_t t = 0; t < taps; t++)
            out[t * in + c] = row[c * taps + t];
}

enum ih_status bind_conv1d(const struct binder *b, struct linear_part *out, const char *name,
    int64_t rows, int64_t in, int64_t taps, struct ih_error *e)
{
    *out = (struct linear_part){0};
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s.weight", name);
    struct matrix m = {0};
    enum ih_status status = weights_get(&m.w, b->weights, full, 3, (int64_t[]){rows, in, taps}, e);
    if (status)
        return status;
    if (!is_float(m.w.dtype))
        return bad_type(b, full, &m.w, e);
    int64_t n = in * taps;
    m.w = tensor_2d(m.w.data, m.w.dtype, rows, n);
    float *data = arena_alloc(b->arena, (size_t)(rows * n) * sizeof *data);
    float *row = arena_alloc(b->arena, (size_t)n * sizeof *row);
    if (!data || !row)
        return err_memory(e, "a model's convolutions");
    for (int64_t r = 0; r < rows; r++) {
        matrix_to_f32(b->kernels, row, &m, r, 1);
        rearrange(data + r * n, row, in, taps);
    }
    out->w.w = tensor_2d(data, DT_F32, rows, n);
    return bind_bias(b, &out->bias, name, rows, e);
}
