/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "server/store/store.h"

/* Uploads and results as files. A name is the id of the file, response or job that it belongs to,
 * and of jobs what it is: "job_....0" (the first upload), "job_....result", of batches
 * "batch_....0" (the lines). It is there whole or not at all. */
enum { BLOB_NAME = STORE_ID + 16 };

struct blob {
    struct store *store;
    int fd;
    char name[BLOB_NAME];
    int64_t bytes;
};

enum ih_status blob_begin(struct blob *b, struct store *s, const char *name, struct ih_error *e);
enum ih_status blob_write(struct blob *b, const void *data, size_t n, struct ih_error *e);
/* After IH_OK it survives a crash of the machine; after anything else nothing of it is there. It
 * takes the place of one of the same name. */
enum ih_status blob_finish(struct blob *b, struct ih_error *e);
void blob_discard(struct blob *b);

/* Another name for a blob, under which it stays when the first is removed. */
enum ih_status blob_link(struct store *s, const char *from, const char *to, struct ih_error *e);

void blob_remove(struct store *s, const char *name);
/* All of a job but what is named in `keep` (may be null). */
void blob_remove_job(struct store *s, const char *id, const char *keep);

/* Removes what a crash left behind: halves, and files whose row was never written or is gone. Only
 * for who has taken over the store. */
enum ih_status blob_sweep(struct store *s, struct ih_error *e);

#endif
