/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_FLUX2_VAE_H
#define MODELS_FLUX2_VAE_H

#include "device/ops.h"

/* The autoencoder of FLUX.2 (diffusers' AutoencoderKLFlux2): pictures to latents and back.
 *
 * A picture is [height * width, 3] f32 from -1 to 1, rows from the top; height and width are
 * multiples of vae_multiple(), 16 for the published one. Its latents are [height / 16 * width / 16,
 * vae_channels()] f32, 128 channels for the published one: the mean of the encoder's distribution,
 * 2 x 2 neighbours side by side (channel, row, column: the channel varies slowest), normalised by
 * the statistics of the model's BatchNorm. That is what the transformer reads and writes.
 *
 * Opening looks at every tensor and reads none. Weights are packed when they are first needed,
 * those of the encoder and of the decoder apart; after that an autoencoder is immutable and may be
 * shared between threads. */
struct vae;

/* `folder` holds config.json and diffusion_pytorch_model.safetensors (or an index of several, or
 * model.safetensors). storage: DT_F32, DT_BF16 or DT_I8, for convolutions and attention. */
enum ih_status vae_open(
    struct vae **out, struct device *d, const char *folder, enum dtype storage, struct ih_error *e);
void vae_close(struct vae **v);

int vae_multiple(const struct vae *v);
int vae_channels(const struct vae *v);

/* What a call may use and whom it tells; all zero is fine. */
struct vae_job {
    size_t budget;              /* bytes of working memory; 0: what the machine has to spare */
    const volatile int *cancel; /* read between blocks; not 0: the call ends with IH_CANCELLED */
    /* After each block of each tile. */
    void (*progress)(void *arg, int done, int total);
    void *arg;
    /* For tests: the picture-shaped matrix behind each stage. */
    void (*watch)(void *arg, const char *stage, int index, struct tensor x);
};

/* Working memory for a picture in one piece, without the picture, the latents and the weights. */
size_t vae_encode_bytes(const struct vae *v, int width, int height);
size_t vae_decode_bytes(const struct vae *v, int width, int height);

/* A picture that does not fit the budget in one piece is treated in overlapping tiles, as large as
 * fit, whose seams are blended; when not even the smallest fits the call fails with IH_NO_MEMORY
 * and says what would be needed. Tiles see their own statistics, so the result is close to but not
 * that of one piece. Neither reads or writes anything but the two matrices. */
enum ih_status vae_encode(struct vae *v, float *latents, const float *rgb, int width, int height,
    const struct vae_job *job, struct ih_error *e);
enum ih_status vae_decode(struct vae *v, float *rgb, const float *latents, int width, int height,
    const struct vae_job *job, struct ih_error *e);

/* Gives the packed weights back; they are packed again when they are needed. No call may run. */
void vae_release(struct vae *v);

#endif
