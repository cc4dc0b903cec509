/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "inhouse/error.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where bytes go: standard output, or a file that appears under its name only when it is complete.
 * output_write() has the form of ih_write_fn; the first error is kept. */
struct output {
    int fd;
    int error;      /* errno of the first failed write, or 0 */
    long long base; /* where it began; negative: it cannot be gone back in */
    char path[PATH_MAX], temporary[PATH_MAX];
};

void output_stdout(struct output *o);
enum ih_status output_file(struct output *o, const char *path, struct ih_error *e);
int output_write(void *output, const void *data, size_t n);

/* To an offset from its beginning, where output_seekable(): 0, or -1. */
bool output_seekable(const struct output *o);
int output_seek(void *output, int64_t offset);

/* Puts a file under its name; on any failure nothing of it stays. A no-op for standard output. */
enum ih_status output_commit(struct output *o, struct ih_error *e);
void output_discard(struct output *o);

/* What a failed output means: says why, unless the reader just went away. */
int output_exit(const struct output *o);

/* Flushes stdout of the C library; an exit code. */
int flush_stdout(void);

#endif
