/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_CUSTOMVOICE_H
#define SERVER_CUSTOMVOICE_H

#include "server/access.h"
#include "server/job.h"
#include "server/store/personas.h"

/* Between the files of /customvoice. */

/* The kind and the id, "" in lists, out of "consents/anna". */
enum persona_kind persona_item(const struct form *f, char id[PERSONA_ID]);

/* In Azure's shape; a new reference. */
json_t *persona_json(const struct persona *p);

/* The key of a request, of zeroes where it has none. False fills in the problem. */
bool persona_key(const struct host *host, const struct form *f, struct key *k, struct problem *p);
/* A key for certain voices sees and makes those alone. False fills in the problem. */
bool persona_allowed(
    const struct host *host, const struct form *f, const char *voice, struct problem *p);

#endif
