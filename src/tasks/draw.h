/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_DRAW_H
#define TASKS_DRAW_H

#include "inhouse/draw.h"
#include "models/painter.h"

/* One job of drawing: what was asked for is checked once, brought to what the model can do (with a
 * warning where a person would notice), and painted. */
struct drawing {
    struct model *model;
    const struct painter *painter;
    const struct ih_draw_options *options;
    struct ih_draw_job *job; /* never null */
    struct ih_draw_limits limits;
    struct painting_request request;
    struct ih_picture *image; /* [request.images]: owned copies of the sizes the model wants */
    struct ih_picture mask;   /* owned, empty when there is none */
    bool cut;
};

enum ih_status draw_run(struct drawing *d, struct ih_picture *out, struct ih_error *e);

/* Gives a sentence to the job. */
void draw_warn(struct drawing *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* draw_size.c: the size of the picture, from the request, the first reference, or the model. */
enum ih_status draw_choose_size(struct drawing *d, struct ih_error *e);

/* draw_reference.c: checks and resizes the pictures to go by and the mask. */
enum ih_status draw_prepare_references(struct drawing *d, struct ih_error *e);
/* What a reference of a size is made before its sides are cut to multiples: as in diffusers'
 * Flux2KleinPipeline no larger than what the model draws by itself, in whole pixels, rounded down.
 */
void draw_fit(int *width, int *height, const struct ih_draw_limits *l);

#endif
