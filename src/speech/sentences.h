/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_SENTENCES_H
#define SPEECH_SENTENCES_H

#include "speech/normalize.h"

/* The bytes of the first sentence of a text, with the blank space behind it: 1 to `bytes`, 0 only
 * for an empty text. So the sentences are, one after the other, the whole text:
 *
 *     for (size_t at = 0, n; (n = sentence_next(z, text + at, bytes - at, language, 300)); at += n)
 *
 * Boundaries are ICU's, except behind abbreviations ("Dr. Meier", "z. B.") and ordinals ("am 3.
 * Mai"); a paragraph's end, a list's item and a short line (a heading, a verse) end a sentence too,
 * a line break inside a paragraph does not. What is longer than `longest` code points (at least 8)
 * is cut behind the last of ; : U+2014 or , in its second half, else between words, else between
 * graphemes. Looks at no more than 4 longest + 64 bytes, so that a text costs time in proportion to
 * its length. The text need not be valid UTF-8. */
size_t sentence_next(
    struct normalizer *n, const char *text, size_t bytes, const char *language, size_t longest);

#endif
