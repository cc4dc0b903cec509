/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_CUTTER_H
#define SPEECH_CUTTER_H

#include "speech/said.h"
#include "speech/utterance.h"

/* A sentence of words with phonemes, given out as utterances of at most `longest` code points: cut
 * behind punctuation where one stands in the second half of what fits, else between words, else
 * inside a word. */
struct cutter {
    const struct script *script;
    const struct said *word;
    int count, next;      /* words, and the first that was not given yet */
    size_t begin, end;    /* of the script's text: the sentence */
    const char *language; /* of the sentence */
    int longest;
    float pause;     /* behind the last utterance */
    int mark;        /* the next event that may be a mark */
    int marks_until; /* events before this one are given with the last utterance at the latest */
};

/* Readies a sentence; words that are too long are cut, in the arena. `mark` goes on. */
enum ih_status cutter_start(
    struct cutter *c, const struct said_words *words, struct arena *a, struct ih_error *e);

static inline bool cutter_is_done(const struct cutter *c)
{
    return c->next == c->count;
}

/* The next utterance of a cutter that is not done, in the arena. */
enum ih_status cutter_next(
    struct cutter *c, struct arena *a, struct utterance *out, struct ih_error *e);

/* An utterance without words: the marks before event `marks_until`, and the pause. */
enum ih_status cutter_silence(
    struct cutter *c, struct arena *a, struct utterance *out, struct ih_error *e);

#endif
