/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_PHONEMIZER_H
#define SPEECH_PHONEMIZER_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>

/* Words to phonemes. The alphabet of the whole house is the International Phonetic Alphabet as
 * espeak-ng writes it (espeak_TextToPhonemes with IPA, no ties, no language switches): words with a
 * space between them, stress marks before the syllable's vowel, long vowels with U+02D0, marks
 * behind their letter and never composed with it (a nasal a is U+0061 U+0303; only U+00E7 is a
 * letter of its own). Words that espeak-ng says in one breath stay one ("of the": ʌvðə).
 *
 * Where it differs from espeak-ng 1.51: hyphens, quotes, syllable dots and question marks inside a
 * word are dropped; its broken "??" is ʊɾ; "ts." and "s." in Chinese are ʈʂ and ʂ, "r." in Hindi is
 * ɽ, Greek epsilon in Danish is ɛ; a tone that it spells like the vowel ɜ in Vietnamese and Thai is
 * 3; tones of Chinese are the digits 1 to 5 of pinyin, where espeak-ng's IPA has one sign for two
 * of them. ipa.h holds the list of signs, train/voice1/phones.py does the same to what models
 * learn.
 *
 * Punctuation that shapes a sentence (. , ; : ? ! and the long dash U+2014) stands behind the word
 * it followed. */
struct phonemizer {
    void *self;
    const char *name; /* for sentences: "espeak-ng" */
    bool (*knows)(void *self, const char *language);
    /* `text`: normalized words (numbers spelled out, no mark-up) without punctuation; Chinese as
     * pinyin with tone digits, Japanese as kana. *ipa, without punctuation, lives in the arena.
     * Safe to call from several threads at once. */
    enum ih_status (*phonemes)(void *self, const char *text, const char *language, struct arena *a,
        const char **ipa, struct ih_error *e);
};

#endif
