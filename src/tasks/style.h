/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_STYLE_H
#define TASKS_STYLE_H

#include "base/err.h"

/* How something is said, as changes to a voice's own way: factors are 1 and the rest 0 for none. */
struct style {
    float speed;
    float pitch; /* semitones up */
    float range; /* of the pitch's movement */
    float energy;
    float breathiness; /* 0 to 1 */
};

/* The styles' own names, ending with null; style_find() knows other names for them too. */
extern const char *const style_names[];

/* A style to a degree from 0 (none of it) to 2. Letter case, '-' and '_' do not matter; a null name
 * is "neutral". IH_INVALID says which name was probably meant. */
enum ih_status style_find(struct style *out, const char *name, float degree, struct ih_error *e);

#endif
