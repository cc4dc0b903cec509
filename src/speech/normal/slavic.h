/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_NORMAL_SLAVIC_H
#define SPEECH_NORMAL_SLAVIC_H

#include "speech/normal/wordbook.h"

/* Ordinals that ICU does not have: Polish and Czech inflect the last two digits as adjectives
 * ("tysiąc dziewięćset osiemdziesiąty czwarty"). */
struct adjectives {
    const char *small[20];    /* from the zeroth to the nineteenth, nominative masculine */
    const char *tens[10];     /* the twentieth from [2] on */
    const char *hundreds[10]; /* the hundredth from [1] on */
    const char *thousand, *two_thousand;
    const struct pair *endings; /* nominative ending to the form's; the first that fits is taken */
};

/* Adds the ordinal; a value that it cannot inflect is added as a cardinal. */
void slavic_ordinal(struct wordbook *w, const struct adjectives *a, int64_t value, struct str *out);

#endif
