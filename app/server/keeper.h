/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_KEEPER_H
#define SERVER_KEEPER_H

#include "server/settings.h"
#include "server/store/store.h"

/* A thread that looks after the data folder: deletes what is older than the settings say, and tells
 * of jobs and batches that have ended. */
struct keeper;
enum ih_status keeper_open(
    struct keeper **out, struct store *store, const struct settings *settings, struct ih_error *e);
/* From any thread: a job or a batch has ended. */
void keeper_wake(void *keeper);
void keeper_close(struct keeper **k);

#endif
