/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_FLUX2_VAE_NET_H
#define MODELS_FLUX2_VAE_NET_H

#include "models/flux2/vae.h"
#include "nn/load.h"

#include <pthread.h>

/* The two halves of the autoencoder as they are packed, and running one of them on one piece. */

enum { VAE_STAGES = 8, VAE_RESNETS = 8, VAE_PATCH = 2 };
#define VAE_NORM_EPS 1e-6f

struct vae_norm {
    float *w, *b;
};

/* x + conv2(silu(norm2(conv1(silu(norm1(x)))))), or shortcut(x) + where the channels change. */
struct vae_resnet {
    int64_t in, out;
    struct vae_norm norm[2];
    struct conv2d conv[2], shortcut;
};

/* One head over all pixels, as wide as there are channels. */
struct vae_attention {
    struct vae_norm norm;
    struct linear qkv, out;
};

struct vae_stage {
    int resnets;
    struct vae_resnet resnet[VAE_RESNETS];
    bool resampled; /* to half the size, or to twice */
    struct conv2d resample;
};

/* in, stages, middle, out: the encoder; in, middle, stages, out: the decoder. */
struct vae_side {
    bool decoder;
    int stages;
    int64_t channels[VAE_STAGES]; /* of each stage's output */
    int64_t channels_in, channels_out;
    struct conv2d in, out;
    struct vae_stage stage[VAE_STAGES];
    struct vae_resnet middle[2];
    struct vae_attention attention;
    struct vae_norm norm_out;
    bool has_attention, has_quant;
    struct conv2d quant; /* 1 x 1: behind the encoder, in front of the decoder */
    struct arena arena;  /* vectors */
    bool packed;
};

struct vae {
    struct device *device;
    struct weights *weights;
    enum dtype storage, hidden; /* of products; of what only a convolution reads */
    int groups;
    int64_t latent; /* channels of the latents, before patches are made */
    float bn_eps;
    struct vae_side encoder, decoder;
    pthread_mutex_t lock;           /* guards packing */
    struct arena arena;             /* the four below, [latent * 4] */
    float *scale, *shift;           /* from normalised latents to the decoder's */
    float *norm_scale, *norm_shift; /* and from the encoder's to normalised ones */
};

/* Packs a side, once. */
enum ih_status vae_prepare(struct vae *v, struct vae_side *s, struct ih_error *e);

/* One piece of a picture through one side. */
struct vae_piece {
    int64_t height, width; /* of the latents that are patches: pixels / vae_multiple() */
    const float *from;     /* pictures or latents as in vae.h, dense */
    float *to;
};

/* Working memory of a piece, and how many steps it reports. */
size_t vae_piece_bytes(
    const struct vae *v, const struct vae_side *s, int64_t height, int64_t width, int *steps);
/* `done` and `total` are of the whole job; done counts on. */
enum ih_status vae_run(const struct vae *v, const struct vae_side *s, const struct vae_piece *p,
    const struct vae_job *job, int *done, int total, struct ih_error *e);

#endif
