/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_IMAGE1_CONVOLUTIONS_H
#define MODELS_IMAGE1_CONVOLUTIONS_H

#include "device/ops.h"
#include "nn/load.h"

/* A sequence of convolutions over a picture, whose tensors are named by their places in it as in
 * PyTorch's Sequential. STAY, HALVE and GROW are a convolution of 3 x 3 with relu behind it, which
 * keeps, halves or doubles the size; a BLOCK is relu(x + two convolutions with relu between them);
 * POINT (1 x 1) and LAST (3 x 3) have no relu. */
enum convolution_kind {
    CONVOLUTION_END,
    CONVOLUTION_STAY,
    CONVOLUTION_HALVE,
    CONVOLUTION_GROW,
    CONVOLUTION_BLOCK,
    CONVOLUTION_POINT,
    CONVOLUTION_LAST
};

struct convolution_place {
    enum convolution_kind kind;
    int index, in, out; /* its place; channels */
};

enum { CONVOLUTIONS = 16 };
struct convolutions {
    enum dtype hidden; /* of what only a convolution reads */
    struct {
        enum convolution_kind kind;
        struct conv2d conv[2];
    } layer[CONVOLUTIONS];
};

/* `at` ends with CONVOLUTION_END and has fewer than CONVOLUTIONS places; names have the loader's
 * prefix in front. */
void convolutions_load(
    struct loader *l, struct convolutions *c, const struct convolution_place *at);
void convolutions_free(struct convolutions *c);

/* Two matrices that hold what comes in and goes out by turns and a third for the inside of blocks,
 * each as large as the largest output in f32. */
struct convolution_run {
    struct device *device;
    float *sum[2];
    void *hidden;
    struct tensor x; /* [height * width, channels] f32; in sum[0] or sum[1] or outside */
    int64_t height, width;
    const volatile int *cancel;
};

/* Replaces r->x, r->height and r->width by what comes out, to which `residual` is added (null data:
 * none). */
enum ih_status convolutions_run(const struct convolutions *c, struct convolution_run *r,
    struct tensor residual, struct ih_error *e);

#endif
