/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_SCORE_H
#define TEXT_SCORE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* How far a transcript is from what was said. Both texts are compared in lower case and without
 * punctuation: letters, marks, numbers and apostrophes inside words stay, everything else only
 * separates words. Bytes that are not UTF-8 count as punctuation. */
struct score {
    int64_t edits;  /* insertions, deletions and substitutions, as few as possible */
    int64_t length; /* of the reference, in the same unit */
};

/* Words, for WER. Memory grows with the length of the hypothesis, time with the product. */
enum ih_status score_words(
    struct score *out, const char *reference, const char *hypothesis, struct ih_error *e);

/* Characters (code points) without the spaces, for CER and for languages that write none. */
enum ih_status score_characters(
    struct score *out, const char *reference, const char *hypothesis, struct ih_error *e);

/* edits / length; with an empty reference 0 when nothing was inserted, else 1. May exceed 1. */
double score_rate(struct score s);

#endif
