/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_UTTERANCE_H
#define SPEECH_UTTERANCE_H

#include <stddef.h>

/* What the front end makes of a text: one utterance after the other, each a sentence or a part of a
 * long one, ready to be said. */

/* A word as it was written and the phonemes it became. */
struct spoken_word {
    size_t source, source_bytes; /* place in the input text; a number is one word there */
    int first, count;            /* code points of the phonemes */
};

/* <prosody>, <emphasis>: a stretch that is said differently. */
struct stress {
    int first, count;
    float rate, pitch, volume; /* as in struct prosody of models/synthesizer.h */
};

/* <mark>: a name to be told when the sound comes to it. */
struct mark {
    const char *name;
    int at; /* code point of the phonemes it stands before */
};

struct utterance {
    const char *text;     /* as written, without mark-up: for captions */
    const char *spoken;   /* the words that are said, numbers spelled out: for checking */
    const char *phonemes; /* see phonemizer.h; empty for a pause alone */
    int phoneme_count;    /* code points */
    const char *language; /* one of the codes in speech_options, where it is in one of these */
    const char *voice;    /* from SSML; null: the request's */
    const char *style;    /* from SSML; null: the request's */
    float style_degree;
    const struct spoken_word *words;
    int word_count;
    const struct stress *stress;
    int stress_count;
    const struct mark *marks;
    int mark_count;
    float pause; /* seconds of silence behind it */
};

#endif
