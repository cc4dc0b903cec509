/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_LOAD_H
#define NN_LOAD_H

#include "base/arena.h"
#include "device/ops.h"
#include "weights/weights.h"

/* One walk over a model's tensors, made twice: at open it only looks whether each is there with its
 * shape and a type that can be read; at the first job it packs them. The first failure stops the
 * walk: everything after it returns at once. Vectors and tables are copied as f32 into the arena.
 */
enum { LOAD_PREFIX = 128 };
struct loader {
    const struct weights *weights;
    struct device *device;
    struct arena *arena;
    bool pack;
    enum dtype storage; /* of products packed from now on */
    struct ih_error *error;
    enum ih_status status;
    char prefix[LOAD_PREFIX]; /* put before every name */
    size_t bytes;             /* packed so far */
    bool narrow;              /* matrices that the file has in 4 bits stay so in stacks */
};

/* Puts `more` behind the prefix. */
void load_enter(struct loader *l, const char *more);
/* Whether a tensor is there, under the prefix. */
bool load_has(const struct loader *l, const char *name);

void load_vector(struct loader *l, float **out, const char *name, int64_t n);
/* [rows, cols] */
void load_table(struct loader *l, struct tensor *out, const char *name, int64_t rows, int64_t cols);

/* Linears called name[0], name[1] ..., of `rows` rows each, stacked; all with a bias. */
void load_linears(struct loader *l, struct linear *out, const char *const *name, int names,
    int64_t rows, int64_t cols);
void load_linear(
    struct loader *l, struct linear *out, const char *name, int64_t rows, int64_t cols);

/* A matrix called NAME.weight in any storage, quantized too, as the file has it: found by both
 * walks, never packed. */
void load_matrix(
    struct loader *l, struct matrix *out, const char *name, int64_t rows, int64_t cols);

/* Packs matrices that were found, stacked; does nothing while only looking. */
void load_pack(struct loader *l, struct linear *out, const struct linear_part *part, int parts);

/* Linears without bias in any storage, called name[i] and rows[i] rows high, stacked. */
void load_stack(struct loader *l, struct linear *out, const char *const *name, const int64_t *rows,
    int names, int64_t cols);

/* The same, each with NAME.bias beside its NAME.weight. */
void load_biased_stack(struct loader *l, struct linear *out, const char *const *name,
    const int64_t *rows, int names, int64_t cols);

/* A Conv1d or ConvTranspose1d called NAME: NAME.weight, or a weight-normed one as NAME.weight_g and
 * NAME.weight_v or NAME.parametrizations.weight.original0 and 1. */
struct conv_shape {
    int64_t in, out;
    int taps, stride, dilation, pad;
    bool transposed, no_bias;
    float scale; /* of weight and bias; 0 means 1 */
};
void load_conv(struct loader *l, struct conv *out, const char *name, const struct conv_shape *s);

/* A Conv2d called NAME, [out, in, taps, taps]. */
struct conv2d_shape {
    int64_t in, out;
    int taps, stride; /* stride 0 means 1 */
    int top, left, bottom, right;
    bool doubled, no_bias;
};
void load_conv2d(
    struct loader *l, struct conv2d *out, const char *name, const struct conv2d_shape *s);

/* A depthwise ConvTranspose1d, weight-normed or not: [n, 1, taps] with a bias, `up` rows out for
 * one in, PyTorch's `pad`. */
void load_depthwise_transposed(struct loader *l, struct depthwise *out, const char *name, int64_t n,
    int taps, int up, int pad);

/* An LSTM of one layer called NAME, in both directions. */
void load_bidirectional(
    struct loader *l, struct recurrent *out, const char *name, int64_t in, int64_t hidden);

#endif
