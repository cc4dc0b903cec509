/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_FOLDER_H
#define HUB_FOLDER_H

#include "hub/hub.h"

/* Removes a file, a link, or a folder with all that is in it (links are not followed): 0, or -1
 * with errno. */
int folder_remove(const char *path);
/* The same by way of PATH.old.partial, so that nothing half removed has its name. */
int folder_discard(const char *path);

/* Removes what is neither a file of the listing nor a part of one on its way. */
enum ih_status folder_keep_only(
    const char *folder, const struct hub_listing *l, struct ih_error *e);

/* Makes the folders that the listing's files lie in. */
enum ih_status folder_make_inner(
    const char *folder, const struct hub_listing *l, struct ih_error *e);

/* Makes the folder FOLDER.partial, if it is not there, and locks it against a second process that
 * would fill it. *lock is a descriptor to close. */
enum ih_status folder_open_partial(const char *partial, int *lock, struct ih_error *e);

/* Whether the disk has room for what the listing's files still lack there. */
enum ih_status folder_check_space(
    const char *partial, const struct hub_listing *l, struct ih_error *e);

/* All that a folder needs before the listing's files are written to it: made, locked, emptied of
 * what an earlier call left, with room on the disk and the folders inside it. On failure nothing
 * of it stays and *lock is -1. */
enum ih_status folder_open_empty(
    const char *partial, const struct hub_listing *l, int *lock, struct ih_error *e);

/* The complete folder takes the place of what was there before, which is removed. */
enum ih_status folder_put_in_place(const char *partial, const char *folder, struct ih_error *e);

#endif
