/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MAPFILE_H
#define BASE_MAPFILE_H

#include "base/err.h"

#include <stddef.h>

/* A whole file, mapped read-only. */
struct mapfile {
    const unsigned char *data;
    size_t size;
};

/* Fails with a sentence that names the file when it cannot be read, is a directory or another thing
 * that is not a regular file. An empty file maps to size 0 and a null pointer. */
enum ih_status mapfile_open(struct mapfile *m, const char *path, struct ih_error *e);
void mapfile_close(struct mapfile *m);

/* Gives the pages that were read back to the system; they come from the file again when needed. */
void mapfile_release(const struct mapfile *m);

#endif
