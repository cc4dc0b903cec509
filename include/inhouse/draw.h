/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_DRAW_H
#define INHOUSE_DRAW_H

#include "inhouse/inhouse.h"
#include "inhouse/picture.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Text to image. */

struct ih_draw_options {
    const char *prompt;   /* what to draw */
    const char *negative; /* what to keep out; null: nothing. Needs guidance */
    /* 0: the model's own, or the first reference's; of one that is 0, what suits the other. Rounded
     * to the model's steps with a warning. */
    int width, height;
    int steps;      /* 0: the model's own */
    float guidance; /* 1: none; 0: the model's own */
    uint64_t seed;
    /* Pictures to go by. With strength 1 they are references; below, the first is where the drawing
     * starts: 0 leaves it as it is. References are made no larger than the model's own size and cut
     * to its multiples; their shorter side has at least side_least pixels, the longer at most eight
     * times as many. */
    const struct ih_picture *image;
    int images;
    float strength; /* 0 to 1 (default 1) */
    /* White where the first picture is drawn anew, black where it stays; null: everywhere. */
    const struct ih_picture *mask;
    bool preview; /* step() gets pictures */
};

/* Fills in the defaults above. */
void ih_draw_defaults(struct ih_draw_options *o);

struct ih_draw_job {
    struct ih_job job; /* progress in steps */
    /* After each step: how many are done, and what the picture looks like so far (null unless
     * preview is asked for; borrowed for the call). May be null. */
    void (*step)(void *arg, int done, int total, const struct ih_picture *preview);
    /* Something a person should know: one sentence. May be null. */
    void (*warning)(void *arg, const char *text);
};

/* Draws one picture. The same options, model and seed give the same picture for any number of
 * threads. A cancelled job gives none. */
enum ih_status ih_draw(struct ih_picture *out, struct ih_model *model,
    const struct ih_draw_options *options, struct ih_draw_job *job, struct ih_error *e);

/* What a model draws; the sizes are multiples of `multiple`. */
struct ih_draw_limits {
    int width, height; /* its own */
    int multiple;
    int side_least, side_most;
    int64_t pixels_most;
    int steps;      /* its own */
    float guidance; /* its own */
    int references; /* most pictures to go by */
    int words;      /* of a prompt, about, that it takes in; the rest is cut with a warning */
};
/* IH_UNSUPPORTED for a model that does not draw. */
enum ih_status ih_draw_limits(
    const struct ih_model *model, struct ih_draw_limits *out, struct ih_error *e);

/* A size as people write it: "640x480", "512" (a square), a proportion such as "16:9", or square,
 * portrait, landscape, wide, tall. All but numbers of pixels have about as many pixels as the
 * model's own size and suit its limits; numbers are given back as they are. */
enum ih_status ih_draw_size(int *width, int *height, const char *text,
    const struct ih_draw_limits *limits, struct ih_error *e);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
