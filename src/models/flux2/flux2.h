/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_FLUX2_FLUX2_H
#define MODELS_FLUX2_FLUX2_H

#include "models/flux2/taef2.h"
#include "models/flux2/vae.h"
#include "models/painter.h"
#include "nn/part.h"
#include "text/bpe.h"

/* FLUX.2-klein (Black Forest Labs 2026), as the hub publishes it: a folder with model_index.json of
 * class Flux2KleinPipeline and one folder each for the transformer, the text encoder (Qwen3), the
 * tokenizer, the autoencoder and the scheduler. TAEF2 may lie in a folder taef2 beside them.
 * Shapes: T rows of text, N rows of latents (one is 16 x 16 pixels), C channels of latents. */

/* The text is padded to FLUX2_TEXT tokens; the transformer sees the padding too. */
enum { FLUX2_TEXT = 512, FLUX2_TAPS = 3, FLUX2_REFERENCES = 10 };
extern const int flux2_taps[FLUX2_TAPS]; /* the layers whose states are a text's features */

struct flux2 {
    struct model base;
    struct arena arena;
    bool distilled; /* made for few steps without guidance */
    enum dtype storage;
    struct bpe *bpe;
    int32_t padding; /* token */
    struct vae *vae;
    struct taef2 *taef2; /* null where it is missing */

    /* The text encoder is packed while somebody reads and gives its memory back to the steps; the
     * transformer is packed at the first job and stays. */
    struct text_part text;
    struct flow_part flow;
};

extern const struct family flux2_family;
extern const struct painter flux2_painter;

/* A prompt's features [T, taps * D] f32, kept as long as the session asks for the same text. */
struct flux2_features {
    char *prompt;
    float *data;
    bool cut; /* the prompt was longer than T tokens */
};

struct painter_session {
    struct flux2 *model;
    struct device *device; /* a fork of the model's */
    struct arena arena;
    struct flux2_features positive, negative;
    /* For tests: gets the name of each stage and its value. */
    void (*watch)(void *arg, const char *stage, int index, struct tensor x);
    void *watch_arg;
    const float *noise; /* for tests: [N, C] instead of drawn noise */
};

/* text.c: reading needs the text encoder, unless the prompt is known. */
bool flux2_knows(const struct flux2_features *f, const char *prompt);
enum ih_status flux2_read(struct painter_session *s, struct flux2_features *f, const char *prompt,
    const volatile int *cancel, struct ih_error *e);
void flux2_forget(struct flux2_features *f);

/* sampling.c: a picture on its way. All in the session's arena. */
struct flux2_painting {
    struct painter_session *s;
    const struct painting_request *request;
    const volatile int *cancel;
    int64_t rows, columns; /* of latents */
    int64_t drawn, seen;   /* N = drawn + seen: of the picture, of its references */
    float *latents;        /* [N, C] */
    float *start, *mask;   /* what the first picture is: [drawn, C]; and [drawn], or null */
    int first_seen;        /* the first picture that is a reference: with a mask, all are */
    float *noise;          /* [drawn, C] */
};
/* From noise to the picture's latents, in place. */
enum ih_status flux2_sample(struct flux2_painting *p, struct ih_error *e);

/* pixels.c */
/* [height * width, 3] from -1 to 1 of a picture, in the arena, and back. */
float *flux2_to_floats(struct arena *a, const struct ih_picture *p);
enum ih_status flux2_to_picture(
    struct ih_picture *out, const float *rgb, int width, int height, struct ih_error *e);
/* Of each latent's pixels, how much is drawn anew: [height / patch * width / patch]. As diffusers'
 * Flux2KleinInpaintPipeline does it, a pixel is black or white, and a bilinear interpolation looks
 * at the four in the middle of a patch, which has an even side. */
void flux2_shrink_mask(float *out, const struct ih_picture *mask, int patch);

/* glimpse.c: what [rows * columns, 128] latents look like, coarsely, 8 pixels to one. */
enum ih_status flux2_glimpse(struct ih_picture *out, const float *latents, int64_t rows,
    int64_t columns, struct ih_error *e);

#endif
