/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_PROSODY_H
#define MODELS_PROSODY_H

#include "models/synthesizer.h"

/* How one code point is said: the request's own speed, pitch and gain with its stretches on top. */
struct prosody_point {
    float rate;  /* durations are divided by it */
    float pitch; /* semitones up */
    float gain;
};

/* [count + 1], in the arena: the last is of what no stretch can reach, such as the silence around
 * an utterance. Null without memory. Stretches that reach beyond are cut. */
struct prosody_point *prosody_points(const struct synthesis_request *r, int count, struct arena *a);

#endif
