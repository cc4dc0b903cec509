/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_REMOTE_H
#define AUTHOR_REMOTE_H

#include "author/author.h"
#include "author/entry.h"

/* A model far away, asked over HTTP. */
struct remote;

/* Takes the entry over, whatever becomes of it. `folder` is where the day's spending is kept, null
 * for nowhere. The author is borrowed and lives as long as the remote. Nothing is sent yet. */
enum ih_status remote_open(
    struct remote **out, struct remote_entry *entry, const char *folder, struct ih_error *e);
/* When nobody asks it any more. */
void remote_close(struct remote **r);
const struct author *remote_author(const struct remote *r);
const struct remote_entry *remote_entry_of(const struct remote *r);

#endif
