/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_PAINTER_H
#define MODELS_PAINTER_H

#include "base/arena.h"
#include "inhouse/draw.h"
#include "models/model.h"

/* What a model that draws can do: one picture of one prompt. Sizes, files, retries and batches are
 * the business of tasks/. */

/* All mutable state of one job. */
struct painter_session;

/* Sizes are multiples of the model's `multiple` and within its limits; tasks/ has seen to it. */
struct painting_request {
    const char *prompt, *negative; /* UTF-8; negative may be null */
    int width, height;             /* pixels */
    int steps;                     /* at least 1 */
    float guidance;                /* 1: none */
    uint64_t seed;
    const struct ih_picture *image; /* as in struct ih_draw_options; with strength < 1 or a mask the
                                       first has the size of the request */
    int images;
    float strength;
    const struct ih_picture *mask; /* of the size of the request, or null */
    bool preview;
    /* After each step; anything but 0 stops with IH_CANCELLED. */
    int (*step)(void *arg, int done, int total, const struct ih_picture *preview);
    void *arg;
    bool *cut; /* set when the prompt was longer than the model takes in; may be null */
};

struct painter {
    void (*limits)(const struct model *m, struct ih_draw_limits *out);
    enum ih_status (*open)(struct painter_session **out, struct model *m, struct ih_error *e);
    void (*close)(struct painter_session **s);
    /* *out is the caller's to free. `cancel` is read between layers. Noise is drawn with
     * rng_normal() of base/rng.h from the seed, in the order of the latent's memory, so that it
     * does not depend on threads. */
    enum ih_status (*paint)(struct painter_session *s, const struct painting_request *r,
        const volatile int *cancel, struct ih_picture *out, struct ih_error *e);
};

#endif
