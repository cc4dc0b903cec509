/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NN_BIND_CONV_H
#define NN_BIND_CONV_H

#include "nn/bind.h"

/* A Conv1d as the file stores it: found and checked at open, packed at the first job, so that it is
 * never in memory twice. */
struct conv_source {
    struct tensor w; /* [out, in, taps] in the file's type */
    const float *bias;
};

/* NAME.weight [out, in, taps] and NAME.bias [out]. */
enum ih_status bind_conv(const struct binder *b, struct conv_source *out, const char *name,
    int64_t rows, int64_t in, int64_t taps, struct ih_error *e);

/* Packs it with stride 1 and zeros on both sides that keep the length; taps is odd. */
enum ih_status conv_source_pack(struct device *d, const struct kernels *k, struct conv *out,
    const struct conv_source *from, enum dtype storage, struct ih_error *e);

#endif
