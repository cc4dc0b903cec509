/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_TONES_H
#define SPEECH_TONES_H

#include "speech/readings.h"

/* Changes the tones of Chinese as neighbours ask for (the sandhi that every grammar gives): of two
 * third tones in a word, or of a word of one syllable and what follows, the first becomes a second;
 * bu4 is bu2 before a fourth tone; yi1 is yi2 before a fourth and yi4 before another tone, but not
 * in numbers. `word` are the words of the text in order; their readings, which the caller owns, are
 * changed in place. */
void tones_change(const char *text, struct reading *word, int count);

#endif
