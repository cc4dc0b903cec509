/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_WITHIN_H
#define STORE_WITHIN_H

#include "server/store/files.h"
#include "server/store/sql.h"
#include "server/store/usage.h"

/* Parts of a transaction that is already open. */
enum ih_status usage_add_locked(struct sql *c, int64_t day, int64_t key, const char *model,
    const struct amounts *amounts, struct ih_error *e);
enum ih_status file_add_locked(struct store *s, struct file_row *f, struct ih_error *e);

#endif
