/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_SPELLER_H
#define MODELS_SPELLER_H

#include "base/arena.h"
#include "models/model.h"
#include "speech/readings.h"

/* A model that turns written words into phonemes, for machines without espeak-ng. */
struct speller {
    int (*languages)(const struct model *m, const char *const **codes);
    /* As in speech/phonemizer.h. */
    enum ih_status (*phonemes)(struct model *m, const char *text, const char *language,
        struct arena *a, const char **ipa, struct ih_error *e);
    /* How words of "zh" and "ja" are read, borrowed until the model is closed; null in *out for a
     * language that needs none, or when the model has none. May be null. */
    enum ih_status (*readings)(
        struct model *m, const char *language, const struct readings **out, struct ih_error *e);
};

#endif
