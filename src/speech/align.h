/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_ALIGN_H
#define SPEECH_ALIGN_H

#include "speech/phonemizer.h"

/* A phrase is phonemized as a whole, because words sound different in company: they link, lose
 * their stress, melt into one another. Which phonemes are whose is found afterwards. */

/* A word's bytes of the phrase's phonemes, without the spaces around; length may be 0. */
struct share {
    size_t begin, length;
};

enum { ALIGN_WORDS = 64 };

/* word[count] (1 to ALIGN_WORDS) are the phrase's words, of one or more parts with a space between
 * them; a word that is glued has no space before it either. *ipa becomes the phonemes of the whole
 * phrase in the arena, share[count] the words' parts of it, in order.
 *
 * Where the phonemizer gives as many pieces as the phrase has, they go to the words one by one.
 * Where it merged or split some, every word is also phonemized alone, and the cheapest way to
 * change the row of these into the phrase (edit distance) tells where each word ended up. */
enum ih_status align_phrase(const struct phonemizer *p, const char *const *word, const bool *glued,
    int count, const char *language, struct arena *a, const char **ipa, struct share *share,
    struct ih_error *e);

#endif
