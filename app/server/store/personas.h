/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_PERSONAS_H
#define STORE_PERSONAS_H

#include "server/store/blob.h"

/* What makes up a person's voice in Azure's words: a project, a person's consent, and the voice
 * itself, which is a voice profile of the same name. Each is known to its owner by an id. */
enum persona_kind { PERSONA_PROJECT, PERSONA_CONSENT, PERSONA_VOICE };

enum { PERSONA_ID = 65, PERSONA_DATA = 8192 };

struct persona {
    enum persona_kind kind;
    int64_t owner; /* the key that made it; 0: none */
    char id[PERSONA_ID], project[PERSONA_ID], consent[PERSONA_ID]; /* the last two may be "" */
    char data[PERSONA_DATA];                                       /* a JSON object: what it says */
    char blob[BLOB_NAME];                                          /* of a consent, or "" */
    int64_t created;
};

/* IH_INVALID where its owner has one of that kind and id; `created` is filled in. */
enum ih_status persona_add(struct store *s, struct persona *p, struct ih_error *e);
/* IH_NOT_FOUND where there is none that `owner` may see; -1 sees all. */
enum ih_status persona_find(struct store *s, enum persona_kind kind, const char *id, int64_t owner,
    struct persona *out, struct ih_error *e);
/* In the order of their ids. Anything but 0 from take() ends it. */
enum ih_status persona_list(struct store *s, enum persona_kind kind, int64_t owner,
    int (*take)(void *arg, const struct persona *p), void *arg, struct ih_error *e);
/* With its blob. IH_INVALID for a project or a consent that others name. */
enum ih_status persona_remove(struct store *s, const struct persona *p, struct ih_error *e);

#endif
