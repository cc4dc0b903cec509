/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_PHONEMIZERS_H
#define TASKS_PHONEMIZERS_H

#include "models/model.h"
#include "speech/phonemizer.h"

/* Who can turn words into phonemes on this machine, the best first: espeak-ng where it is
 * installed, then a model that can (models/speller.h). */
enum { PHONEMIZERS_MOST = 2 };

struct phonemizers {
    const struct phonemizer *list[PHONEMIZERS_MOST];
    int count;
    struct phonemizer speller; /* the model's; borrows it */
};

/* `p` stays where it is while it is used. speller may be null. */
void phonemizers_init(struct phonemizers *p, struct model *speller);

#endif
