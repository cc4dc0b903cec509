/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_NORMALIZER_H
#define SPEECH_NORMALIZER_H

#include "speech/normal/reading.h"

/* What normalize.c and sentences.c share: fills in a reading's language. */
enum ih_status normalizer_use(
    struct normalizer *n, const char *language, struct reading *r, struct ih_error *e);

#endif
