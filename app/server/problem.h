/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_PROBLEM_H
#define SERVER_PROBLEM_H

#include "inhouse/error.h"

#include <jansson.h>
#include <stdbool.h>

/* What a client is told when a request fails. */
struct problem {
    int status;       /* of HTTP */
    const char *code; /* for programs: "invalid_api_key"; null: none */
    char param[64];   /* the field that it is about; "" for none */
    char text[512];
    int retry_after; /* seconds; 0: not said */
    bool passes;     /* what is in the way goes by itself: a job waits for it and does not fail */
};

/* Fills it in and returns false, so that a check can end with `return problem_set(...)`. */
bool problem_set(struct problem *p, int status, const char *code, const char *param,
    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* What an error of the library means to a client. */
bool problem_from(struct problem *p, const struct ih_error *e);

/* Text that came from outside may be cut inside a character, and JSON is UTF-8: without the rest of
 * it. */
json_t *problem_text(const char *text);

/* "Not Found" */
const char *status_phrase(int status);

/* A way of speaking HTTP: what errors look like. */
struct dialect {
    const char *name;
    json_t *(*error)(const struct problem *p); /* a new reference; null without memory */
};
extern const struct dialect dialect_openai, dialect_azure; /* problem.c, azure.c */

#endif
