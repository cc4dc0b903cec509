/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include "server/store/blob.h"

/* Files that clients have put here. */
struct file_row {
    int64_t seq;
    char id[STORE_ID]; /* also the name of its blob */
    int64_t owner;     /* the key that put it here; 0: none */
    char purpose[64], name[256], type[128];
    int64_t bytes, created, expires; /* expires 0: never */
};

/* "file-" and 32 digits; false where the system has no random numbers. */
bool id_new(char id[STORE_ID], const char *prefix);

/* A row for a blob that is complete; `created` is filled in. */
enum ih_status file_add(struct store *s, struct file_row *f, struct ih_error *e);

/* IH_NOT_FOUND where there is none that `owner` may see; -1 sees all. */
enum ih_status file_find(
    struct store *s, const char *id, int64_t owner, struct file_row *out, struct ih_error *e);
/* Newest first, from behind `after` (null: from the first). "" as purpose is any. Anything but 0
 * from take() ends it. */
enum ih_status file_list(struct store *s, int64_t owner, const char *after, const char *purpose,
    int (*take)(void *arg, const struct file_row *f), void *arg, struct ih_error *e);
enum ih_status file_remove(struct store *s, const char *id, int64_t owner, struct ih_error *e);

/* Removes files that have expired; how many, or -1. */
int files_expire(struct store *s, struct ih_error *e);

#endif
