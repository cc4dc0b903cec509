/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_RESPONSES_H
#define STORE_RESPONSES_H

#include "server/store/files.h"

/* Responses of text models that are kept, to be shown again and to be gone on from. */
struct response_row {
    char id[STORE_ID];               /* also the name of its blob */
    int64_t owner;                   /* the key that asked; 0: none */
    int64_t bytes, created, expires; /* expires 0: never */
};

/* A row for a blob that is complete; `created` is filled in. */
enum ih_status response_add(struct store *s, struct response_row *r, struct ih_error *e);

/* IH_NOT_FOUND where there is none that `owner` may see; -1 sees all. */
enum ih_status response_find(
    struct store *s, const char *id, int64_t owner, struct response_row *out, struct ih_error *e);
enum ih_status response_remove(struct store *s, const char *id, int64_t owner, struct ih_error *e);

/* Removes responses that have expired; how many, or -1. */
int responses_expire(struct store *s, struct ih_error *e);

#endif
