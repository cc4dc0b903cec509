/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BRUSH_H
#define TESTS_BRUSH_H

#include "models/painter.h"

/* A family that draws without weights, so that what is drawn can be computed by hand. It stands in
 * for a model that draws where drawing itself is tested. A pixel (x, y) of a picture w x h is
 *
 *   red    255 x / w
 *   green  255 y / h
 *   blue   (seed + 7 steps + bytes of the prompt + 16 guidance) % 256
 *
 * mixed with the first picture by `strength` where there is one and it is below 1, and only where
 * the mask is white. The preview after step i of n is the picture with its blue times i / n. */
enum { BRUSH_SIDE = 64, BRUSH_MULTIPLE = 8, BRUSH_WORDS = 20 };

struct brush {
    struct model base;
    bool no_memory; /* paint() finds none */
    int references; /* that it takes */
    int slow;       /* milliseconds that a step takes */
    int sessions;   /* opened and not closed */
    int previews, steps_seen;
    struct painting_request last; /* of the latest call; its pointers are void after it */
    int image_size[8][2];         /* of its pictures */
    uint8_t image_corner[8][3];   /* their first pixels */
};

extern const struct family brush_family;

/* A model in the caller's memory. */
void brush_init(struct brush *b, const char *name);

#endif
