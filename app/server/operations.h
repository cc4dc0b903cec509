/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_OPERATIONS_H
#define SERVER_OPERATIONS_H

#include "server/job.h"

/* Each in a file of its own; the fields are OpenAI's and those of inhouse/options.h. */
extern const struct operation operation_transcribe, operation_translate; /* transcribe.c */
/* operation_transcribe with an answer in Azure's shape. */
extern const struct operation operation_recognize;
extern const struct operation operation_speak;                /* speak.c */
extern const struct operation operation_draw, operation_edit; /* draw.c */

/* The model's code for "de", "de-DE" or "German"; what is none of its languages is left to it. */
const char *operation_language(const struct ih_model *model, const char *language);

/* voices.c: as in struct route. */
bool voices_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);

/* Events of a stream ("data: {...}"), each with its reference taken over: 0, or -1. */
int event_write(struct answer *a, json_t *json);
/* Says in an event what is wrong where a stream has begun, and fails the answer. */
void event_fail(struct answer *a, const struct problem *p);

#endif
