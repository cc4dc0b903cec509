/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_ZIP_H
#define WEIGHTS_ZIP_H

#include "base/err.h"

#include <stddef.h>

/* The directory of a zip archive that lies in memory, for archives whose entries are stored as they
 * are (PyTorch's .pth). Every range is checked against the archive; a compressed or encrypted
 * entry, a second entry of one name and an archive in several parts are refused. Entries may
 * overlap. */
struct zip_entry {
    const char *name; /* in the archive, not terminated */
    size_t name_length;
    const unsigned char *data;
    size_t size;
};

struct zip {
    struct zip_entry *entry; /* sorted by name */
    size_t entries;
};

/* `path` is for sentences. The archive must outlive the directory. */
enum ih_status zip_read(struct zip *out, const unsigned char *archive, size_t size,
    const char *path, struct ih_error *e);
void zip_free(struct zip *z);

const struct zip_entry *zip_find(const struct zip *z, const char *name, size_t length);

#endif
