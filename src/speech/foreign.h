/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_FOREIGN_H
#define SPEECH_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

/* Stretches of a text in a script that its language is not written in. */

/* Bytes up to the first letter that the language is not written in. */
size_t foreign_begins(const char *language, const char *text, size_t n);

/* Bytes from such a letter up to the first that it is written in, without the words and signs of no
 * script in front of that. */
size_t foreign_ends(const char *language, const char *text, size_t n);

/* The language of a text that begins with such a letter, one of the candidates if one fits; null
 * when none is known. */
const char *foreign_language(
    const char *text, size_t n, const char *const *candidate, int candidates);

/* Whether it is a phrase of its own, not a name or two in a sentence of another language: three
 * words, or five letters of a script without spaces. */
bool foreign_is_phrase(const char *text, size_t n);

#endif
