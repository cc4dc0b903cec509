/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVICE_OPS_H
#define DEVICE_OPS_H

#include "device/device.h"

/* The narrow waist: everything a model may ask of a device. Shapes are checked by assertion, since
 * models have checked their files at open. Matrices are [rows, columns]; activations are f32 or
 * bf16 and every operation takes either unless it says otherwise. No operation allocates beyond the
 * device's own scratch, and results do not depend on the number of threads. */

/* y[m, out] = act(x[m, in] W^T + bias) + residual[m, out] (f32, may be y itself; data null: none).
 * Rows of x may overlap in memory (stride smaller than `in`): that is how a 1-D convolution over
 * time-major input is computed without a copy. */
void op_linear(struct device *d, struct tensor y, struct tensor x, const struct linear *w,
    enum act act, struct tensor residual);

/* y = (x - mean) / sqrt(var + eps) * w + b by rows; x is f32, w and b are [n] f32. */
void op_layer_norm(
    struct device *d, struct tensor y, struct tensor x, const float *w, const float *b, float eps);

/* y[i] = table[id[i]] + position[pos[i]], all f32 but the table, which may be as the file has it;
 * position.data may be null. */
void op_embed(struct device *d, struct tensor y, const struct matrix *table, const int32_t *id,
    struct tensor position, const int32_t *pos);

/* y += x, both f32 [m, n]. */
void op_add(struct device *d, struct tensor y, struct tensor x);

/* y = x in y's type. */
void op_convert(struct device *d, struct tensor y, struct tensor x);

/* Appends rows of k and v, [rows, heads * head_dim] each, to one layer's keys and values. */
void op_kv_append(struct device *d, struct kv *kv, struct tensor k, struct tensor v);

/* One stretch of query rows that attends to one set of keys. With `causal`, row i sees positions
 * 0 .. start + i; without, all of kv->length. */
struct attention_part {
    int64_t row0, rows;
    const struct kv *kv;
    bool causal;
    int64_t start;
};

/* y[rows, heads * head_dim] = softmax(scale q k^T) v for each part and head. q rows may be strided
 * (a slice of a fused q, k, v). Several query heads share a key head when q has more heads. */
void op_attention(struct device *d, struct tensor y, struct tensor q,
    const struct attention_part *part, int parts, int heads, float scale);

/* weights[rows, kv->length] = softmax(scale q k^T) of one head, f32: for word times. */
void op_attention_weights(struct device *d, struct tensor weights, struct tensor q,
    const struct kv *kv, int head, float scale);

/* fn over 0..tasks-1 on the device's threads, for host-side loops such as mel spectra. */
void op_parallel(
    struct device *d, void (*fn)(void *arg, int task, int worker), void *arg, int tasks);

const struct kernels *device_kernels(const struct device *d);

#endif
