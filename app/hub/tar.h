/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_TAR_H
#define HUB_TAR_H

#include "inhouse/error.h"

#include <stddef.h>
#include <stdint.h>

/* A plain tar archive of regular files, one after the other, by way of libarchive. It is loaded
 * when the first archive is opened: linked, it would cost every start of the program 2.5 ms. */
struct tar;

/* `file` is open for reading or writing and stays the caller's. */
enum ih_status tar_open_read(struct tar **out, int file, struct ih_error *e);
enum ih_status tar_open_write(struct tar **out, int file, struct ih_error *e);
void tar_close(struct tar **t);

/* The next entry, whose name is borrowed until the call after this. IH_NOT_FOUND behind the last
 * one; IH_BAD_DATA for a damaged archive and for links, devices and folders. */
enum ih_status tar_next(struct tar *t, const char **name, int64_t *size, struct ih_error *e);
/* Up to n bytes of that entry; *got is 0 at its end. */
enum ih_status tar_read(struct tar *t, void *data, size_t n, size_t *got, struct ih_error *e);

/* Begins an entry, whose bytes follow. Nothing but name, length and bytes is stored, so that the
 * same files give the same archive. */
enum ih_status tar_begin(struct tar *t, const char *name, int64_t size, struct ih_error *e);
enum ih_status tar_write(struct tar *t, const void *data, size_t n, struct ih_error *e);
/* Ends the archive. */
enum ih_status tar_finish(struct tar *t, struct ih_error *e);

#endif
