/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_DIFF_H
#define REVIEW_DIFF_H

#include "inhouse/error.h"

#include <stddef.h>

/* What was changed between two texts, word by word. */

enum edit { EDIT_KEEP, EDIT_CUT, EDIT_ADD };

struct diff_piece {
    enum edit edit;
    const char *text; /* borrowed: of the new text when it was added, else of the old one */
    size_t bytes;
};

/* Kept and cut pieces are the old text, kept and added ones the new text. What was cut at a place
 * stands in front of what was added there. */
struct diff {
    struct diff_piece *piece;
    int pieces;
};

/* The fewest words that make `to` of `from` (Myers 1986). Texts that differ in very many words
 * are exchanged as a whole between what they begin and end with alike. Both must outlive the
 * result, which diff_free() frees. IH_NO_MEMORY. */
enum ih_status diff_words(struct diff *out, const char *from, const char *to, struct ih_error *e);
void diff_free(struct diff *d);

/* "keep", "cut", "add" */
const char *diff_edit_name(enum edit edit);

#endif
