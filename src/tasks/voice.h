/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_VOICE_H
#define TASKS_VOICE_H

#include "base/arena.h"
#include "models/synthesizer.h"

/* Voices by name: those of a model, profiles, and blends of them. */

/* One that was found; all of it lies in the arena of the voices. */
struct voice {
    const char *name; /* as asked for */
    struct voice_style style;
    const char *language; /* that it is meant for; "" when nobody knows, as of a blend */
    bool synthetic;       /* no person's */
    /* Of a profile that is used alone: what it is said with. */
    const char *manner; /* a style's name; "" for none */
    float speed, pitch;
    const char *lexicon; /* "" for none */
    const char *warning; /* what a person should know about it; null for nothing */
};

/* Those of one job, kept while it runs; the few that were asked for last stay, so that a text may
 * change between them and memory is bounded. Not thread-safe. */
enum { VOICES_KEPT = 4, VOICE_PARTS = 8, VOICE_NAME = 256 };

struct voices {
    const struct model *model;
    const char *folder; /* of profiles; may be null */
    bool files;         /* a profile may be named by its file */
    struct kept_voice {
        char name[VOICE_NAME];
        struct arena arena;
        struct voice voice;
        uint64_t used; /* when it was last asked for; 0: free */
    } kept[VOICES_KEPT];
    uint64_t asked;
};

void voices_init(struct voices *v, const struct model *model, const char *folder, bool files);
void voices_free(struct voices *v);

/* The voice lives until VOICES_KEPT others have been asked for. */
enum ih_status voices_find(
    struct voices *v, const char *name, const struct voice **out, struct ih_error *e);

/* The model's first voice for a language; null when it has none. */
const char *voices_made_for(const struct model *model, const char *language);

/* The same, or its first voice of all; null for a model without voices. */
const char *voices_default(const struct model *model, const char *language);

/* Whether two codes name one language, perhaps of different regions. */
bool voices_same_language(const char *a, const char *b);

/* Whether the model has voices for more than one language. */
bool voices_differ(const struct model *model);

#endif
