/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_IMAGE1_HEAD_H
#define MODELS_IMAGE1_HEAD_H

#include "base/arena.h"
#include "models/image1/convolutions.h"

/* Convolutions over the tokens behind the transformer: they see what the picture looks like with
 * its noise, the transformer's draft and some hints of it, and correct the draft across the borders
 * of its tokens. */
struct head {
    int latent, hints, width; /* numbers of a token, and those only for the head; channels */
    struct convolutions convolutions;
    struct arena arena;
    size_t bytes; /* of weights */
};

/* `folder` holds config.json and diffusion_pytorch_model.safetensors; packed at open. storage:
 * DT_F32 or DT_BF16. `h` is zero before; on failure nothing is to be closed. */
enum ih_status head_open(
    struct head *h, struct device *d, const char *folder, enum dtype storage, struct ih_error *e);
/* Takes one that is zero, too. */
void head_close(struct head *h);

/* Numbers of a token that the transformer gives. */
int head_takes(const struct head *h);

/* Working memory in the arena for so many tokens. */
size_t head_run_bytes(const struct head *h, int64_t tokens);

/* clean [N, latent] from the picture with its noise x [N, latent] and what the transformer
 * gives, told [N, head_takes()]; N is rows * cols. */
struct head_input {
    struct device *device; /* the job's */
    struct tensor x, told;
    int rows, cols;
    const volatile int *cancel;
};
enum ih_status head_run(const struct head *h, struct arena *a, const struct head_input *in,
    struct tensor clean, struct ih_error *e);

#endif
