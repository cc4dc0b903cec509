/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "cli/terminal.h"
#include "inhouse/picture.h"

/* Pictures in a terminal, in one of the ways that terminals have for it. */
enum screen_way {
    SCREEN_OFF,
    SCREEN_KITTY,  /* the kitty graphics protocol */
    SCREEN_ITERM,  /* iTerm2's inline images */
    SCREEN_SIXEL,  /* DEC's sixels, 216 colours */
    SCREEN_BLOCKS, /* half blocks in 24-bit colours */
};

struct screen {
    FILE *file;
    enum screen_way way;
    int columns, rows;             /* of the terminal */
    int cell_width, cell_height;   /* of a character, in pixels */
    int shown_columns, shown_rows; /* of the picture that stands there now; 0: none */
    unsigned id;                   /* kitty's number of it */
};

/* `how` as in --preview: auto, kitty, iterm, sixel, blocks, off. Off where the stream is no
 * terminal. For "auto" the environment is looked at and, where that says nothing, the terminal is
 * asked what it can do (DA1), for at most a fifth of a second. */
void screen_init(struct screen *s, const struct terminal *t, const char *how);

/* Draws a picture above the cursor's line, whose content must have been cleared; one that is there
 * already and has the same proportions is replaced. The cursor is left in the line below it. */
void screen_draw(struct screen *s, const struct ih_picture *p);

/* Leaves the picture where it is; the next one goes below. */
void screen_end(struct screen *s);

/* screen_ask.c: true when the terminal's answer to DA1 lists sixels. */
bool screen_asks_for_sixel(void);

/* sixel.c */
void sixel_write(FILE *f, const struct ih_picture *p);

#endif
