/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_PHONEMIZER_H
#define SPEECH_PHONEMIZER_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

/* Words to phonemes. The alphabet of the whole house is the International Phonetic Alphabet as
 * espeak-ng writes it (espeak_TextToPhonemes with IPA, no ties, no language switches): words with a
 * space between them, stress marks before the syllable's vowel, long vowels with U+02D0, tones as
 * espeak-ng gives them. Punctuation that shapes a sentence (. , ; : ? ! and the long dash U+2014)
 * stands behind the word it followed. */
struct phonemizer {
    void *self;
    const char *name; /* for sentences: "espeak-ng" */
    bool (*knows)(void *self, const char *language);
    /* `text`: normalized words (numbers spelled out, no mark-up) without punctuation. *ipa lives in
     * the arena. Safe to call from several threads at once. */
    enum ih_status (*phonemes)(void *self, const char *text, const char *language, struct arena *a,
        const char **ipa, struct ih_error *e);
};

#endif
