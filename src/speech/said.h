/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_SAID_H
#define SPEECH_SAID_H

#include "speech/lexicon.h"
#include "speech/normalize.h"
#include "speech/phonemizer.h"
#include "speech/readings.h"
#include "speech/script.h"
#include "speech/warnings.h"

/* A sentence as the words that are said, first as text, then with their phonemes. */

struct said {
    const char *text;     /* as a person would read it out */
    const char *input;    /* what the phonemizer gets; null: nothing, `fixed` stands alone */
    const char *fixed;    /* phonemes that somebody gave; null: the phonemizer's */
    const char *language; /* code, perhaps with a region */
    size_t begin, end;    /* of the script's text */
    uint32_t mark;        /* punctuation behind it, or 0 */
    int manner;
    bool spelled; /* the input's parts are letters said one by one */

    const char *ipa; /* without spaces at the ends; may be empty */
    size_t ipa_bytes;
    bool joined; /* to the word before, without a space between them */
};

struct said_words {
    struct said *word;
    int count;
};

/* What it takes; all borrowed. */
struct sayer {
    const struct script *script;
    struct normalizer *normalizer;
    const struct speech_lexicon *lexicon;       /* may be null */
    const struct readings *chinese, *japanese;  /* may be null */
    const struct phonemizer *const *phonemizer; /* in order of preference */
    int phonemizers;
    const char *const *languages; /* what a stray word may be in */
    int language_count;
    struct warnings *warnings;
    long unsaid; /* words that nothing could turn into phonemes, so far */
};

/* The words of bytes [begin, end) of the script's text, a sentence in `language`, in the arena.
 * Stretches in scripts that this language is not written in are read in another. */
enum ih_status said_words(struct sayer *s, size_t begin, size_t end, const char *language,
    struct arena *a, struct said_words *out, struct ih_error *e);

/* Fills in the phonemes. Words that no phonemizer says become empty, with a warning. */
enum ih_status said_phonemes(
    struct sayer *s, struct said_words *w, struct arena *a, struct ih_error *e);

#endif
