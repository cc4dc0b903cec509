/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a server must remember: keys, quotas, usage, jobs, files and responses, in a data folder
 * with one SQLite file (state.db) and a file for each upload and result (blobs/). No SQL stands
 * outside of this folder of the source, and nothing here knows HTTP.
 *
 * Several processes may have the same data folder open; what a function has written when it
 * returns survives a crash of the process and of the machine. All functions may be called from any
 * thread. They fail with IH_IO where the disk or another process stands in the way. Times are
 * seconds since 1970, 0 for never. */
struct store;

enum {
    STORE_ID = 48,
    STORE_NAME = 64
}; /* bytes with the NUL: "batch_req_" and 32 digits; a key's name */

/* Makes the folder when it is not there, for the user alone, and brings an older file up to date. A
 * file that a newer version has written is IH_UNSUPPORTED. */
enum ih_status store_open(struct store **out, const char *folder, struct ih_error *e);
void store_close(struct store **s);

/* Takes the folder for the one process that works off its jobs, until it is closed: IH_IO when
 * another one has it. Puts back in the queue what was running when that process died, and takes
 * away files that belong to nothing. *again counts the former. */
enum ih_status store_take_over(struct store *s, int *again, struct ih_error *e);

/* A folder for the user alone, and those above it that are missing. */
enum ih_status store_make_folder(const char *path, struct ih_error *e);

/* The path of a blob; false when it does not fit. */
bool store_blob_path(const struct store *s, const char *blob, char *buf, size_t size);

/* Whether so many bytes can be added and `spare` bytes stay free on its disk. */
bool store_has_room(const struct store *s, int64_t bytes, int64_t spare);

/* The clock of all times here; tests set it, null is time(). */
int64_t store_now(const struct store *s);
void store_set_clock(struct store *s, int64_t (*now)(void));

#endif
