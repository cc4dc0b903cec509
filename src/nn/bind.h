/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_BIND_H
#define NN_BIND_H

#include "base/arena.h"
#include "device/device.h"
#include "weights/weights.h"

/* Finding a model's tensors by name at open. Everything found is checked for shape and type; views
 * point into the mapped file, vectors are copied as f32 into the arena. */
struct binder {
    const struct weights *weights;
    const struct kernels *kernels;
    struct arena *arena;
};

/* A matrix [rows, cols] in any storage, with NAME.scale beside it where the type needs one. */
enum ih_status bind_matrix(const struct binder *b, struct matrix *out, const char *name,
    int64_t rows, int64_t cols, struct ih_error *e);

/* A vector of n values, also stored as [n, 1]. */
enum ih_status bind_vector(
    const struct binder *b, float **out, const char *name, int64_t n, struct ih_error *e);

/* A table [rows, cols] as f32. */
enum ih_status bind_table(const struct binder *b, struct tensor *out, const char *name,
    int64_t rows, int64_t cols, struct ih_error *e);

/* A Linear called NAME: NAME.weight [out, in] and, when has_bias, NAME.bias [out]. */
enum ih_status bind_linear(const struct binder *b, struct linear_part *out, const char *name,
    int64_t rows, int64_t cols, bool has_bias, struct ih_error *e);

/* A Conv1d called NAME with kernel `taps`: weight [out, in, taps] rearranged in the arena as a
 * matrix [out, taps * in] for time-major input, and its bias. */
enum ih_status bind_conv1d(const struct binder *b, struct linear_part *out, const char *name,
    int64_t rows, int64_t in, int64_t taps, struct ih_error *e);

#endif
