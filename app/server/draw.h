/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_DRAW_H
#define SERVER_DRAW_H

#include "inhouse/options.h"
#include "server/answer.h"
#include "server/form.h"

#include <stdbool.h>

enum { DRAW_PICTURES_MOST = 16 };

/* One request for pictures, and how what it gets is written down. */
struct draw_work {
    struct ih_request request; /* its seed is the present picture's */
    bool edit;                 /* by uploaded pictures */
    const char *model;
    const struct ih_picture_format *format;
    int quality;  /* asked for in OpenAI's words: index of them */
    bool stream;  /* in events, as each picture is complete */
    int partials; /* events with how a picture looks so far, 0 to 3 */
    struct ih_picture picture[DRAW_PICTURES_MOST], mask; /* uploaded */
    struct answer *answer;
    int index;         /* of the present picture */
    int told;          /* of its partials */
    int width, height; /* of the last that is complete */
    const char *name;  /* of the model */
    double megapixels; /* of one picture */
    int steps;         /* of one */
    int done;          /* of the present one */
};

/* draw_inputs.c: uploads as pictures to go by, at most `most`, and the mask. False fills in the
 * problem; what was read is freed with the other. */
bool draw_read_pictures(struct draw_work *w, const struct form *f, int most, struct problem *p);
void draw_free_pictures(struct draw_work *w);

/* draw_answer.c. Whole answers are begin, each picture, end; streams are pictures, end. IH_OK, or
 * what went wrong. */
enum ih_status draw_answer_begin(struct draw_work *w, struct ih_error *e);
enum ih_status draw_answer_picture(
    struct draw_work *w, const struct ih_picture *picture, struct ih_error *e);
enum ih_status draw_answer_end(struct draw_work *w, struct ih_error *e);
/* After `done` of `total` steps: an event where one is due. */
void draw_answer_partial(
    struct draw_work *w, int done, int total, const struct ih_picture *preview);

#endif
