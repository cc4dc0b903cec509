/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_LEXICON_H
#define TEXT_LEXICON_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* The words of a language and how often they come, as a tree of letters: how likely a letter is
 * after the beginning of a word. Letters are the classes of a CTC head. A word that the lexicon
 * does not know is possible: at each letter some probability (Witten and Bell 1991, method C)
 * leaves the tree, and what follows costs LEXICON_STRANGE a letter. Immutable; shared between
 * threads. */
struct lexicon;

/* Where in a word a text stands. Zero between words. */
struct lexicon_state {
    int32_t node; /* -1 in a word that is not known */
};

#define LEXICON_STRANGE (-2.7) /* natural logarithm */
enum { LEXICON_END = -1 };

/* A file with a word and a count on each line: "house 120". Words are spelled in `letters` (code
 * points; the place of each is its class). A word with another letter is left out. */
enum ih_status lexicon_open(
    struct lexicon **out, const char *path, const char *letters, struct ih_error *e);
void lexicon_close(struct lexicon **l);

/* The logarithm of the probability of a letter, or of LEXICON_END for the end of a word, which is 0
 * between words; and takes it. */
double lexicon_next(const struct lexicon *l, struct lexicon_state *s, int32_t letter);

#endif
