/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_PHONEMIZERS_H
#define TASKS_PHONEMIZERS_H

#include "models/model.h"
#include "speech/phonemizer.h"
#include "speech/readings.h"

/* Who can turn words into phonemes on this machine, the best first: espeak-ng where it is
 * installed, then a model made for it, then the model that speaks where its family can. And how
 * Chinese and Japanese are read. */
enum { PHONEMIZERS_MOST = 3 };

struct phonemizers {
    const struct phonemizer *list[PHONEMIZERS_MOST];
    int count;
    struct phonemizer speller, own;            /* of the two models, which are borrowed */
    const struct readings *chinese, *japanese; /* the speller's; null: none */
};

/* `p` stays where it is while it is used; speller may be null. */
void phonemizers_init(struct phonemizers *p, struct model *model, struct model *speller);

/* Takes the readings that a text has a use for, where the speller has any; it may be null. */
enum ih_status phonemizers_read(struct phonemizers *p, struct model *speller, const char *text,
    size_t bytes, struct ih_error *e);

#endif
