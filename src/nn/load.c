/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/load.h"

#include "nn/bind.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 256, PARTS_MAX = 8 };

static enum ih_status fail_memory(struct loader *l)
{
    return l->status = err_memory(l->error, "a model's weights");
}

/* Finds PREFIX NAME SUFFIX and checks shape and type. */
static bool find(struct loader *l, struct tensor *out, const char *name, const char *suffix,
    int rank, const int64_t *shape)
{
    char full[NAME_SIZE];
    if (l->status)
        return false;
    snprintf(full, sizeof full, "%s%s%s", l->prefix, name, suffix);
    l->status = weights_get(out, l->weights, full, rank, shape, l->error);
    if (l->status)
        return false;
    enum dtype t = out->dtype;
    if (t != DT_F32 && t != DT_F16 && t != DT_BF16)
        l->status =
            err_set(l->error, IH_BAD_DATA, "%s: tensor %s has type %s; expected f32, f16 or bf16",
                weights_path(l->weights), full, dtype_info(t)->name);
    return !l->status;
}

static bool exists(const struct loader *l, const char *name, const char *suffix)
{
    char full[NAME_SIZE];
    snprintf(full, sizeof full, "%s%s%s", l->prefix, name, suffix);
    return weights_find(l->weights, full) != NULL;
}

bool load_has(const struct loader *l, const char *name)
{
    return exists(l, name, "");
}

void load_enter(struct loader *l, const char *more)
{
    size_t n = strlen(l->prefix), m = strlen(more);
    if (n + m < sizeof l->prefix)
        memcpy(l->prefix + n, more, m + 1);
}

static void widen(const struct loader *l, float *out, const struct tensor *t)
{
    int64_t n = tensor_count(t);
    struct matrix m = {.w = tensor_2d(t->data, t->dtype, 1, n)};
    matrix_to_f32(device_kernels(l->device), out, &m, 0, 1);
}

/* The values as f32 in memory of the caller's. */
static float *copied(struct loader *l, const struct tensor *t)
{
    float *out = malloc(((size_t)tensor_count(t) + 1) * sizeof *out);
    if (out)
        widen(l, out, t);
    else
        fail_memory(l);
    return out;
}

static void load_rank(
    struct loader *l, float **out, const char *name, int rank, const int64_t *shape)
{
    struct tensor t;
    if (!find(l, &t, name, "", rank, shape) || !l->pack)
        return;
    *out = arena_alloc(l->arena, (size_t)tensor_count(&t) * sizeof **out);
    if (*out)
        widen(l, *out, &t);
    else
        fail_memory(l);
}

void load_vector(struct loader *l, float **out, const char *name, int64_t n)
{
    load_rank(l, out, name, 1, &n);
}

void load_table(struct loader *l, struct tensor *out, const char *name, int64_t rows, int64_t cols)
{
    float *data = NULL;
    load_rank(l, &data, name, 2, (int64_t[]){rows, cols});
    *out = tensor_2d(data, DT_F32, rows, cols);
}

void load_linears(struct loader *l, struct linear *out, const char *const *name, int names,
    int64_t rows, int64_t cols)
{
    struct linear_part part[PARTS_MAX] = {0};
    float *bias[PARTS_MAX] = {0};
    for (int i = 0; i < names; i++) {
        struct tensor t = {0};
        find(l, &part[i].w.w, name[i], ".weight", 2, (int64_t[]){rows, cols});
        if (find(l, &t, name[i], ".bias", 1, &rows) && l->pack) {
            bias[i] = copied(l, &t);
            part[i].bias = tensor_1d(bias[i], DT_F32, rows);
        }
    }
    if (!l->status && l->pack)
        l->status = linear_pack(l->device, out, part, names, l->storage, l->error);
    if (!l->status && l->pack)
        l->bytes += out->bytes;
    for (int i = 0; i < names; i++)
        free(bias[i]);
}

void load_linear(struct loader *l, struct linear *out, const char *name, int64_t rows, int64_t cols)
{
    load_linears(l, out, &name, 1, rows, cols);
}

void load_matrix(struct loader *l, struct matrix *out, const char *name, int64_t rows, int64_t cols)
{
    char full[NAME_SIZE];
    const struct binder b = {l->weights, device_kernels(l->device), l->arena};
    if (l->status)
        return;
    snprintf(full, sizeof full, "%s%s.weight", l->prefix, name);
    l->status = bind_matrix(&b, out, full, rows, cols, l->error);
}

/* Whether all are of 4 bits with a scale for 32: packed as that they lose nothing. */
static bool are_narrow(const struct linear_part *part, int parts)
{
    bool narrow = true;
    for (int i = 0; i < parts; i++)
        narrow &= part[i].w.w.dtype == DT_Q4_0 || part[i].w.w.dtype == DT_Q4;
    return narrow;
}

void load_pack(struct loader *l, struct linear *out, const struct linear_part *part, int parts)
{
    if (l->status || !l->pack)
        return;
    enum dtype storage = l->narrow && are_narrow(part, parts) ? DT_Q4 : l->storage;
    l->status = linear_pack(l->device, out, part, parts, storage, l->error);
    l->bytes += out->bytes;
}

void load_stack(struct loader *l, struct linear *out, const char *const *name, const int64_t *rows,
    int names, int64_t cols)
{
    struct linear_part part[PARTS_MAX] = {0};
    for (int i = 0; i < names; i++)
        load_matrix(l, &part[i].w, name[i], rows[i], cols);
    load_pack(l, out, part, names);
}

void load_biased_stack(struct loader *l, struct linear *out, const char *const *name,
    const int64_t *rows, int names, int64_t cols)
{
    struct linear_part part[PARTS_MAX] = {0};
    for (int i = 0; i < names; i++) {
        load_matrix(l, &part[i].w, name[i], rows[i], cols);
        find(l, &part[i].bias, name[i], ".bias", 1, &rows[i]);
    }
    load_pack(l, out, part, names);
}

/* g v / |v|, the norm over everything but the first dimension (Salimans and Kingma 2016). */
static void apply_norm(float *v, const float *g, int64_t rows, int64_t n)
{
    for (int64_t r = 0; r < rows; r++, v += n) {
        double squares = 0;
        for (int64_t i = 0; i < n; i++)
            squares += (double)v[i] * v[i];
        double scale = squares > 0 ? g[r] / sqrt(squares) : 0;
        for (int64_t i = 0; i < n; i++)
            v[i] = (float)(v[i] * scale);
    }
}

/* The weight of a convolution, whichever way it is stored, in memory of the caller's; null when
 * only looking, or on failure. */
static float *conv_weight(struct loader *l, const char *name, const int64_t shape[3])
{
    static const char *const pairs[][2] = {{".weight_g", ".weight_v"},
        {".parametrizations.weight.original0", ".parametrizations.weight.original1"}};
    const char *plain = ".weight";
    const char *const *pair = NULL;
    if (l->status)
        return NULL;
    for (int i = 0; i < 2; i++)
        if (exists(l, name, pairs[i][0]))
            pair = pairs[i];
    struct tensor v, g;
    if (!find(l, &v, name, pair ? pair[1] : plain, 3, shape))
        return NULL;
    if (pair && !find(l, &g, name, pair[0], 3, (int64_t[]){shape[0], 1, 1}))
        return NULL;
    if (!l->pack)
        return NULL;
    float *w = copied(l, &v), *norm = pair && w ? copied(l, &g) : NULL;
    if (w && norm)
        apply_norm(w, norm, shape[0], shape[1] * shape[2]);
    free(norm);
    return w;
}

static float *conv_bias(struct loader *l, const char *name, int64_t n)
{
    struct tensor t;
    return find(l, &t, name, ".bias", 1, &n) && l->pack ? copied(l, &t) : NULL;
}

static void multiply(float *x, int64_t n, float scale)
{
    for (int64_t i = 0; x && scale != 0 && i < n; i++)
        x[i] *= scale;
}

void load_conv(struct loader *l, struct conv *out, const char *name, const struct conv_shape *s)
{
    int64_t shape[] = {s->transposed ? s->in : s->out, s->transposed ? s->out : s->in, s->taps};
    float *w = conv_weight(l, name, shape);
    float *bias = s->no_bias ? NULL : conv_bias(l, name, s->out);
    if (!l->status && l->pack) {
        multiply(w, s->in * s->out * s->taps, s->scale);
        multiply(bias, s->out, s->scale);
        struct conv_part part = {w, bias, s->in, s->out, s->taps, s->stride ? s->stride : 1,
            s->dilation ? s->dilation : 1, s->pad, s->transposed};
        l->status = conv_pack(l->device, out, &part, l->storage, l->error);
        l->bytes += out->w.bytes;
    }
    free(w);
    free(bias);
}

void load_conv2d(
    struct loader *l, struct conv2d *out, const char *name, const struct conv2d_shape *s)
{
    struct tensor t;
    if (!find(l, &t, name, ".weight", 4, (int64_t[]){s->out, s->in, s->taps, s->taps}))
        return;
    float *w = l->pack ? copied(l, &t) : NULL;
    float *bias = s->no_bias ? NULL : conv_bias(l, name, s->out);
    if (!l->status && l->pack) {
        struct conv2d_part part = {w, bias, s->in, s->out, s->taps, s->stride ? s->stride : 1,
            s->top, s->left, s->bottom, s->right, s->doubled};
        l->status = conv2d_pack(l->device, out, &part, l->storage, l->error);
        l->bytes += conv2d_bytes(out);
    }
    free(w);
    free(bias);
}

/* Tap up * (pad' - k) + r + pad of PyTorch's weight is tap k of output r, see op_depthwise(). */
void load_depthwise_transposed(
    struct loader *l, struct depthwise *out, const char *name, int64_t n, int taps, int up, int pad)
{
    float *w = conv_weight(l, name, (int64_t[]){n, 1, taps});
    float *bias = conv_bias(l, name, n);
    /* Inputs from `before` rows in front of to `after` rows behind reach the same `up` outputs. */
    int before = taps > pad ? (taps - 1 - pad) / up : 0, after = (up - 1 + pad) / up;
    *out = (struct depthwise){.taps = before + after + 1, .pad = before, .up = up};
    if (!l->status && l->pack) {
        float *to = arena_calloc(l->arena, (size_t)(up * out->taps * n), sizeof *to);
        float *b = arena_alloc(l->arena, (size_t)n * sizeof *b);
        if (!to || !b)
            fail_memory(l);
        for (int r = 0; r < up && !l->status; r++)
            for (int k = 0; k < out->taps; k++) {
                int tap = up * (before - k) + r + pad;
                for (int64_t c = 0; c < n && tap >= 0 && tap < taps; c++)
                    to[(r * out->taps + k) * n + c] = w[c * taps + tap];
            }
        if (!l->status)
            memcpy(b, bias, (size_t)n * sizeof *b);
        out->w = to;
        out->bias = b;
    }
    free(w);
    free(bias);
}

static void sum_biases(
    struct loader *l, float *out, const char *name, const char *suffix, int64_t n)
{
    static const char *const kinds[] = {".bias_ih_l0", ".bias_hh_l0"};
    char full[NAME_SIZE];
    for (int i = 0; i < 2; i++) {
        struct tensor t;
        snprintf(full, sizeof full, "%s%s", kinds[i], suffix);
        if (!find(l, &t, name, full, 1, &n) || !l->pack)
            continue;
        float *b = copied(l, &t);
        for (int64_t j = 0; b && j < n; j++)
            out[j] = i ? out[j] + b[j] : b[j];
        free(b);
    }
}

void load_bidirectional(
    struct loader *l, struct recurrent *out, const char *name, int64_t in, int64_t hidden)
{
    static const char *const suffix[] = {"", "_reverse"};
    struct linear_part input[2] = {0}, state[2] = {0};
    int64_t rows = 4 * hidden;
    float *bias = malloc((size_t)rows * 2 * sizeof *bias);
    char full[NAME_SIZE];
    if (!bias && !l->status)
        fail_memory(l);
    *out = (struct recurrent){.in = in, .hidden = hidden, .directions = 2};
    for (int i = 0; i < 2 && !l->status; i++) {
        snprintf(full, sizeof full, ".weight_ih_l0%s", suffix[i]);
        find(l, &input[i].w.w, name, full, 2, (int64_t[]){rows, in});
        snprintf(full, sizeof full, ".weight_hh_l0%s", suffix[i]);
        find(l, &state[i].w.w, name, full, 2, (int64_t[]){rows, hidden});
        sum_biases(l, bias + i * rows, name, suffix[i], rows);
        input[i].bias = tensor_1d(bias + i * rows, DT_F32, rows);
    }
    if (!l->status && l->pack)
        l->status = linear_pack(l->device, &out->input, input, 2, l->storage, l->error);
    for (int i = 0; i < 2 && !l->status && l->pack; i++)
        l->status = linear_pack(l->device, &out->state[i], &state[i], 1, DT_F32, l->error);
    l->bytes += out->input.bytes + out->state[0].bytes + out->state[1].bytes;
    free(bias);
}
