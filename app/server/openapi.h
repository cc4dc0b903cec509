/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_OPENAPI_H
#define SERVER_OPENAPI_H

#include "server/routes.h"

/* The server described in OpenAPI 3.1, from what it works by: the table of routes, the rules of
 * fields (fields.h) and the table of options (inhouse/options.h). */

/* GET /openapi.json, as in struct route. */
bool openapi_now(const struct host *host, const char *path, const struct form *form,
    struct answer *a, struct problem *p);

/* openapi_fields.c */

/* The fields that a request may have: rules, more rules (either may be null) and the options of
 * some tasks. */
struct described {
    const struct field_rule *rules, *more;
    unsigned task;
    const struct settings *settings;
};

/* As a schema of one object; null without memory. *file: whether one that is needed is a file. */
json_t *openapi_body(const struct described *d, bool *file);
/* As parameters, appended to a list: in "query" or "header". */
void openapi_parameters(json_t *list, const struct described *d, const char *in);
/* Types that answers have by the formats that may be asked for; a new list. */
json_t *openapi_types(const struct described *d);

#endif
