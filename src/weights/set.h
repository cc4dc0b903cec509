/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_SET_H
#define WEIGHTS_SET_H

#include "base/arena.h"
#include "base/mapfile.h"
#include "weights/weights.h"

/* The inside of a set, for the readers of this folder.
 *
 * Names hang in an open hash table of indexes into `entry`. Tensors that lie in a file but cannot
 * be used (an element type or rank nothing here computes with) are kept apart from the counted
 * ones, so that a file with one that no model asks for still opens. */
struct entry {
    const char *name;
    struct tensor tensor;
    int file;            /* index of the mapping it lies in */
    const char *refused; /* why it cannot be used, or null */
};

struct weights {
    char *path;
    struct mapfile *file;
    int files;
    struct entry *entry;
    int entries, capacity;
    int *usable; /* indexes of entries that are not refused, in file order */
    int usables;
    int *slot; /* index + 1, 0 when free; slots is a power of two */
    uint32_t slots;
    uint64_t seed;
    size_t bytes;
    struct arena arena; /* names, reasons and copies of unaligned tensors */
};

enum { NAME_LIMIT = 255 };

/* The entry of a name, usable or not, or null. */
const struct entry *weights_entry(const struct weights *w, const char *name);

/* weights_add() for a tensor that cannot be used, and why: "has type F64, which ...". The reason is
 * copied. */
enum ih_status weights_refuse(
    struct weights *w, const char *name, const char *reason, struct ih_error *e);

/* "[2, 3]" into buf. */
const char *shape_text(char *buf, size_t size, int rank, const int64_t *shape);

#endif
