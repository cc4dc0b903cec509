/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "cli/output.h"

#include <jansson.h>

/* A file's name need not be UTF-8, a JSON string must. */
json_t *json_name(const char *name);

/* "not_found" and so on. */
const char *json_status(enum ih_status status);

/* Writes a value on a line of its own and frees it; 0, or -1. */
int json_line(struct output *o, json_t *json);

#endif
