/* SPDX-License-Identifier: Apache-2.0 */
#include "nn/bind_conv.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME = 160 };

enum ih_status bind_conv(const struct binder *b, struct conv_source *out, const char *name,
    int64_t rows, int64_t in, int64_t taps, struct ih_error *e)
{
    char full[NAME];
    float *bias;
    snprintf(full, sizeof full, "%s.weight", name);
    enum ih_status status =
        weights_get(&out->w, b->weights, full, 3, (int64_t[]){rows, in, taps}, e);
    if (!status && out->w.dtype != DT_F32 && out->w.dtype != DT_BF16 && out->w.dtype != DT_F16)
        return err_set(e, IH_UNSUPPORTED, "%s: tensor %s is stored as %s; expected a float type",
            weights_path(b->weights), full, dtype_info(out->w.dtype)->name);
    snprintf(full, sizeof full, "%s.bias", name);
    if (!status)
        status = bind_vector(b, &bias, full, rows, e);
    if (!status)
        out->bias = bias;
    return status;
}

enum ih_status conv_source_pack(struct device *d, const struct kernels *k, struct conv *out,
    const struct conv_source *from, enum dtype storage, struct ih_error *e)
{
    int64_t rows = from->w.shape[0], in = from->w.shape[1], taps = from->w.shape[2];
    struct matrix flat = {.w = tensor_2d(from->w.data, from->w.dtype, rows, in * taps)};
    float *w = malloc((size_t)(rows * in * taps) * sizeof *w);
    if (!w)
        return err_memory(e, "packing a convolution");
    matrix_to_f32(k, w, &flat, 0, rows);
    struct conv_part part = {.w = w,
        .bias = from->bias,
        .in = in,
        .out = rows,
        .taps = (int)taps,
        .stride = 1,
        .dilation = 1,
        .pad = (int)taps / 2};
    enum ih_status status = conv_pack(d, out, &part, storage, e);
    free(w);
    return status;
}
