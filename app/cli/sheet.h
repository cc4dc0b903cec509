/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "inhouse/picture.h"

/* Many pictures on one, each with a line or two of text below. */
struct sheet {
    struct sheet_item {
        struct ih_picture picture;
        char *text;
    } * item;
    int count;
    int side; /* of the largest picture on it; larger ones are made smaller */
};

enum { SHEET_MOST = 3000 };

/* For so many pictures, at most SHEET_MOST. */
void sheet_init(struct sheet *s, int pictures);
/* Copies both. */
enum ih_status sheet_add(
    struct sheet *s, const struct ih_picture *p, const char *text, struct ih_error *e);
enum ih_status sheet_picture(
    const struct sheet *s, int columns, struct ih_picture *out, struct ih_error *e);
void sheet_free(struct sheet *s);

/* font.c: characters of FONT_WIDTH x FONT_HEIGHT pixels, with the space between them. */
enum { FONT_WIDTH = 6, FONT_HEIGHT = 9 };
/* Draws a line of UTF-8 at (x, y) in black, each point of a letter `scale` pixels wide. Latin
 * letters lose their accents; what the font has not is a box. Nothing is drawn outside the picture.
 */
void font_draw(struct ih_picture *p, int x, int y, int scale, const char *text, size_t bytes);

#endif
