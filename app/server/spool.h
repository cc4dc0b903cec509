/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SPOOL_H
#define SERVER_SPOOL_H

#include "inhouse/error.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes on their way from one side to the other: uploads, results. The first of them are kept in
 * memory, all of them in a file without a name as soon as there are more, so that neither a slow
 * reader holds up a writer nor a large body takes memory. One thread writes, another may read what
 * is there. */
struct spool;

/* `memory` bytes before a file in `folder` is made; a write beyond `limit` bytes fails with
 * IH_NO_MEMORY. */
enum ih_status spool_open(
    struct spool **out, const char *folder, size_t memory, int64_t limit, struct ih_error *e);
/* A file that is there already, to be read; nothing can be written to it. */
enum ih_status spool_open_file(struct spool **out, const char *path, struct ih_error *e);
void spool_close(struct spool **s);

/* At the writer's place, which moves on. IH_IO when the disk refuses. */
enum ih_status spool_write(struct spool *s, const void *data, size_t n, struct ih_error *e);
/* Moves the writer's place: 0, or -1 for one behind the end. */
int spool_seek(struct spool *s, int64_t offset);
int64_t spool_size(struct spool *s);

/* At most n bytes from an offset on; how many there were, -1 when the disk refuses. */
int64_t spool_read(struct spool *s, int64_t offset, void *buf, size_t n);

/* All of it as memory, once nothing is written any more; valid until it is closed. */
enum ih_status spool_map(struct spool *s, const void **data, size_t *bytes, struct ih_error *e);

/* A path under which this process can open it, as long as it is not closed: for what reads files
 * only. Puts it into a file. What spool_map() gave before is no longer valid. */
enum ih_status spool_path(struct spool *s, char *buf, size_t size, struct ih_error *e);

#endif
