/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DEVICE_TENSOR_H
#define DEVICE_TENSOR_H

#include "kernels/dtype.h"

#include <stdbool.h>

enum { TENSOR_RANK = 4 };

/* A view: it never owns what it points to. Row-major; `stride` is in elements and only the last
 * dimension must be dense. Block types are dense throughout. */
struct tensor {
    void *data;
    enum dtype dtype;
    int rank;
    int64_t shape[TENSOR_RANK];
    int64_t stride[TENSOR_RANK];
};

static inline struct tensor tensor_2d(void *data, enum dtype t, int64_t rows, int64_t cols)
{
    return (struct tensor){data, t, 2, {rows, cols}, {cols, 1}};
}

static inline struct tensor tensor_1d(void *data, enum dtype t, int64_t n)
{
    return (struct tensor){data, t, 1, {n}, {1}};
}

/* Rows [r0, r0 + rows) of a matrix. */
static inline struct tensor tensor_rows(struct tensor x, int64_t r0, int64_t rows)
{
    x.data = (char *)x.data + dtype_bytes(x.dtype, r0 * x.stride[0]);
    x.shape[0] = rows;
    return x;
}

/* Columns [c0, c0 + cols) of a matrix. */
static inline struct tensor tensor_cols(struct tensor x, int64_t c0, int64_t cols)
{
    x.data = (char *)x.data + dtype_bytes(x.dtype, c0);
    x.shape[1] = cols;
    return x;
}

static inline int64_t tensor_count(const struct tensor *x)
{
    int64_t n = 1;
    for (int i = 0; i < x->rank; i++)
        n *= x->shape[i];
    return n;
}

#endif
