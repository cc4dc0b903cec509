/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_SPELLER_H
#define MODELS_SPELLER_H

#include "base/arena.h"
#include "models/model.h"

/* A model that turns written words into phonemes, for machines without espeak-ng. */
struct speller {
    int (*languages)(const struct model *m, const char *const **codes);
    /* As in speech/phonemizer.h. */
    enum ih_status (*phonemes)(struct model *m, const char *text, const char *language,
        struct arena *a, const char **ipa, struct ih_error *e);
};

#endif
