/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_IMAGE1_AUTOENCODER_H
#define MODELS_IMAGE1_AUTOENCODER_H

#include "base/arena.h"
#include "models/image1/convolutions.h"

/* image-1's own autoencoder. Convolutions, beside them a linear map of cells of 16 x 16 pixels to
 * `latent` numbers, a token of the transformer, and back. What it computes stands in
 * train/image1/README.md. Pictures are [height * width, 3] from -1 to 1; latents are
 * [height / 16 * width / 16, latent], about 0 with a deviation of 1. */
enum { AUTOENCODER_CELL = 16 };

struct autoencoder_half {
    struct convolutions convolutions;
    struct conv2d linear;
};

struct autoencoder {
    int width[3]; /* channels at a quarter, an eighth and a sixteenth of the picture's size */
    int latent;
    struct autoencoder_half encoder, decoder;
    struct arena arena;
    size_t bytes; /* of weights */
};

/* `folder` holds config.json and diffusion_pytorch_model.safetensors. Weights are packed at open:
 * they are small. storage: DT_F32 or DT_BF16. `a` is zero before; on failure nothing is to be
 * closed. */
enum ih_status autoencoder_open(struct autoencoder *a, struct device *d, const char *folder,
    enum dtype storage, struct ih_error *e);
/* Takes one that is zero, too. */
void autoencoder_close(struct autoencoder *a);

/* On a job's device. Sides are multiples of 16. Either fails with IH_NO_MEMORY or IH_CANCELLED
 * only. */
enum ih_status autoencoder_encode(const struct autoencoder *a, struct device *d,
    struct tensor latents, const float *rgb, int width, int height, const volatile int *cancel,
    struct ih_error *e);
enum ih_status autoencoder_decode(const struct autoencoder *a, struct device *d, float *rgb,
    struct tensor latents, int width, int height, const volatile int *cancel, struct ih_error *e);

#endif
