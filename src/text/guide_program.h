/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_GUIDE_PROGRAM_H
#define TEXT_GUIDE_PROGRAM_H

#include "text/guide.h"

/* The instructions between guide_schema.c, which writes them, and guide.c, which follows them. */
enum guide_op {
    GUIDE_BYTE,   /* takes a byte of set x */
    GUIDE_FORK,   /* goes on at x and at y */
    GUIDE_JUMP,   /* goes on at x */
    GUIDE_CALL,   /* goes on at x, and behind this where that returns */
    GUIDE_RETURN, /* behind the call; at the bottom of the stack the text is complete */
};

struct guide_instruction {
    enum guide_op op;
    uint32_t x, y;
};

struct guide_set {
    uint64_t bits[4];
};

struct guide_program {
    struct guide_instruction *code; /* begins at 0 */
    struct guide_set *set;
    int count, sets, code_room, set_room;
};

#endif
