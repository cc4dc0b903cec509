/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_IPA_H
#define SPEECH_IPA_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The signs that phonemizer.h allows. What comes from espeak-ng is cleaned, what a person wrote is
 * checked; both come out in the same spelling. */

/* A sign of the alphabet: a letter, a mark behind it, a stress, length or tone sign. No space. */
bool ipa_sign(uint32_t c);

/* Appends what espeak-ng wrote for a text in a language to `out`: language switches "(en)", ties,
 * syllable dots, hyphens and zero-width characters go, its private spellings become IPA, runs of
 * white space become one space, none at the ends. */
enum ih_status ipa_clean(struct str *out, const char *text, const char *language);

/* espeak-ng's IPA has one sign for the first and the fourth tone of Chinese. Puts the tone digits
 * of the pinyin that was said in place of the tones behind byte `begin`, one for each; where their
 * numbers differ, nothing is changed. */
void ipa_tones(struct str *ipa, size_t begin, const char *pinyin);

/* Phonemes in a lexicon, in SSML or in brackets, where ' : g and precomposed nasal
 * vowels are taken as people write them; a sign that is none fails and is named. */
enum ih_status ipa_read(struct str *out, const char *text, size_t bytes, struct ih_error *e);

/* Code points of a valid string. */
int ipa_count(const char *text);

#endif
