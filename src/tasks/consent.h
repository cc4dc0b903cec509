/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_CONSENT_H
#define TASKS_CONSENT_H

#include "base/err.h"

#include <stdbool.h>

/* Compares what a model read in a recording with the sentence that had to be said there. Names may
 * be misheard and a third of the words may be wrong, but the word that allows must be there, and no
 * word of refusal that the sentence does not have. */
enum ih_status consent_given(bool *given, const char *language, const char *sentence,
    const char *transcript, struct ih_error *e);

#endif
