/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_FLUX2_TAEF2_H
#define MODELS_FLUX2_TAEF2_H

#include "device/ops.h"
#include "models/flux2/vae.h"

/* TAEF2 (Ollin Boer Bohan, MIT licence): a small network that stands in for FLUX.2's autoencoder,
 * for previews and where speed counts more than detail. Pictures and latents are those of vae.h at
 * its published shape: [height * width, 3] from -1 to 1, and [height / 16 * width / 16, 128],
 * normalised. */
struct taef2;

/* `path` is a folder with taef2_encoder and taef2_decoder, .pth or .safetensors, or one of the two
 * files. A half that is not there is missed when it is asked for. storage: DT_F32, DT_BF16 or
 * DT_I8. Weights are packed at open: they are small. */
enum ih_status taef2_open(
    struct taef2 **out, struct device *d, const char *path, enum dtype storage, struct ih_error *e);
void taef2_close(struct taef2 **t);

bool taef2_encodes(const struct taef2 *t);
bool taef2_decodes(const struct taef2 *t);

/* Working memory in bytes, either way. */
size_t taef2_bytes(const struct taef2 *t, int width, int height);

/* width and height are multiples of 16. A job's budget counts as in vae.h, but there are no tiles.
 */
enum ih_status taef2_encode(struct taef2 *t, float *latents, const float *rgb, int width,
    int height, const struct vae_job *job, struct ih_error *e);
enum ih_status taef2_decode(struct taef2 *t, float *rgb, const float *latents, int width,
    int height, const struct vae_job *job, struct ih_error *e);

#endif
