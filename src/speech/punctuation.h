/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_PUNCTUATION_H
#define SPEECH_PUNCTUATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sign of phonemizer.h (. , ; : ? ! U+2014) that a sign of any script stands for; 0 for none.
 */
uint32_t punctuation_sign(uint32_t c);

/* The first such sign at a text's beginning, behind closing quotes and brackets; 0 when something
 * else comes first. A full stop or colon counts only in front of a space or the end. */
uint32_t punctuation_behind(const char *text, size_t bytes);

/* Brackets and quotes that open, and Spanish signs: they belong to what follows. */
bool punctuation_opens(uint32_t c);

/* Ends a sentence. */
bool punctuation_ends(uint32_t sign);

#endif
