/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SINE_H
#define TESTS_SINE_H

#include "models/recognizer.h"
#include "models/synthesizer.h"

/* A family that needs no weights: every code point of the phonemes is a tone, so what is said can
 * be computed by hand. It stands in for a model that speaks where speaking itself is tested.
 *
 *   a code point c lasts 0.06 s divided by the rate, a space (silent) and marks as long;
 *   its tone has style[0] * (1 + c % 32 / 32) Hz, moved by the pitch, with amplitude
 *   0.3 * style[1] * energy * volume; styles are [1, 4]
 *
 * Its voices are anna (en: 200 Hz, 1), ben (en: 120 Hz, 1), carla (de: 240 Hz, 0.5) and wide (fr),
 * whose style has another shape. imitate() counts the zero crossings of a clip. */
enum { SINE_RATE = 24000, SINE_LONGEST = 500 };
static const double sine_seconds = 0.06;

enum sine_fault {
    SINE_SOUND,
    SINE_SILENT,  /* zeros */
    SINE_RUNAWAY, /* ten times as long, and ten seconds more */
    SINE_NAN,     /* one sample is not a number */
    SINE_LOUD,    /* amplitude 3 */
    SINE_FAILS,   /* speak() returns an error */
};

struct sine {
    struct model base;
    enum sine_fault fault;
    int faulty; /* calls of speak() that are to have the fault; then it is gone */
    int calls;
    struct synthesis_request last; /* of the latest call; its pointers are void after it */
    /* As a recognizer it "hears" these one after the other, then nothing; ends with null. */
    const char *const *hears;
    int heard;
    char always[512]; /* or this, each time; of a model in a folder its file hears.txt */
};

extern const struct family sine_family;

/* A model in the caller's memory. */
void sine_init(struct sine *s, const char *name);

#endif
