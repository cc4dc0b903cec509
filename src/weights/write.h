/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEIGHTS_WRITE_H
#define WEIGHTS_WRITE_H

#include "weights/weights.h"

/* Writes a safetensors file: declare every tensor, start, put the data in any order and in pieces,
 * finish. Nothing of the data is kept in memory.
 *
 * All is written under another name in the same folder. The file gets its own name, replacing what
 * had it, only in writer_finish(), after the system has stored every byte; a writer that is closed
 * before that leaves nothing behind. */
struct writer;

enum ih_status writer_open(struct writer **out, const char *path, struct ih_error *e);
void writer_close(struct writer **w);

/* Declares a tensor of DT_F32 to DT_I64 and gives its number for writer_put(). */
enum ih_status writer_add(struct writer *w, const char *name, enum dtype t, int rank,
    const int64_t *shape, int *number, struct ih_error *e);

/* Writes the header and reserves the space, so that a disk too small is told at once. */
enum ih_status writer_start(struct writer *w, struct ih_error *e);

/* n bytes at byte `offset` of a tensor. What is never put is zero. */
enum ih_status writer_put(
    struct writer *w, int number, uint64_t offset, const void *data, size_t n, struct ih_error *e);
enum ih_status writer_finish(struct writer *w, struct ih_error *e);

#endif
