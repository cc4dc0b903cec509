/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_SPEECH_H
#define SPEECH_SPEECH_H

#include "base/arena.h"
#include "base/err.h"
#include "speech/phonemizer.h"
#include "speech/readings.h"
#include "speech/utterance.h"

#include <stdint.h>

/* The front end of one job: a text, plain or SSML, to utterances one at a time, so that sound can
 * leave while later sentences are still text. Not thread-safe. */
struct speech;

struct speech_options {
    const char *language; /* code; null or "auto": by script and words, sentence by sentence */
    const char *const *languages; /* codes that the voice's model knows; auto chooses among them */
    int language_count;
    const char *lexicon; /* text of a pronunciation lexicon, or null; see lexicon.h */
    const struct phonemizer *const *phonemizer; /* asked in order for one that knows the language */
    int phonemizers;
    const struct readings *chinese, *japanese; /* null: their characters cannot be said */
    int longest;                               /* code points of phonemes in one utterance */
    /* Each language is said by a voice of its own: what SSML marks as another language, and a
     * phrase in another script, become utterances of their own. */
    bool voices_differ;
    bool ssml; /* the text is SSML; a text that begins with <speak is too */
};

/* The text is copied; it must be UTF-8 (what is not becomes U+FFFD). What the options point to is
 * borrowed until the close, but for the language and the lexicon. A mistake in the SSML or the
 * lexicon fails here, with its line. */
enum ih_status speech_open(struct speech **out, const char *text, size_t bytes,
    const struct speech_options *o, struct ih_error *e);
void speech_close(struct speech **s);

/* The next utterance, in the arena; *more is false at the end. A text without anything to say gives
 * no utterance at all. One of which nothing could be said for want of a phonemizer ends with
 * IH_UNSUPPORTED. */
enum ih_status speech_next(
    struct speech *s, struct arena *a, struct utterance *out, bool *more, struct ih_error *e);

/* Bytes of the text behind the utterances given so far, and in all: for progress. */
void speech_progress(const struct speech *s, size_t *done, size_t *total);

/* Sentences about what was degraded (a missing phonemizer, letters nobody can say), once each;
 * null when there is none left. */
const char *speech_warning(struct speech *s);

#endif
