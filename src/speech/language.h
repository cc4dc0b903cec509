/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_LANGUAGE_H
#define SPEECH_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which language a text is in, by its script and its commonest words and letters. Made for
 * sentences; a single word is a guess. */

/* The candidate that fits best, or null when the text has no letter that one of them is written in.
 * `before`, a candidate or null, is the language of what stands before: it wins where the text does
 * not say. */
const char *language_guess(
    const char *text, size_t bytes, const char *const *candidate, int count, const char *before);

/* False for a letter of a script that the language is not written in. What belongs to no script
 * (digits, signs, marks) and languages that are not known here are always true. */
bool language_writes(const char *language, uint32_t c);

/* Whether a word in small letters is one of the commonest of the language. */
bool language_has_word(const char *language, const char *word);

/* The language to try for a letter that language_writes() refused; null when none is known. */
const char *language_of_letter(uint32_t c);

#endif
