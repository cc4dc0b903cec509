/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_BATCH_LINE_H
#define SERVER_BATCH_LINE_H

#include "server/job.h"
#include "server/store/batches.h"

/* A line of a batch: {"custom_id", "method", "url", "body"}, on its way from the file to the form
 * of an operation, and from its answer to a line of another file. */

enum { LINE_MOST = 64 << 20 }; /* bytes; longer recordings are named by their file */

/* Addresses that a batch may be about; ends with null. */
extern const char *const line_endpoints[];
/* The operation behind one of them; null for all others. */
const struct operation *line_operation(const char *url);

/* What a line's job keeps: where in the blob of the batch it stands; or what is wrong with it,
 * which is what it will be answered. To be freed; null without memory. */
char *line_to_text(
    const struct batch_row *b, int64_t at, size_t bytes, const char *code, const char *fault);

/* Back from that: reads the line and makes of it what a request would be, with all that is asked of
 * a request at the door: that its key may do it, and that it makes sense. False fills in the
 * problem, which is the line's answer. The form is to be freed in any case. */
bool line_read(const struct host *host, const char *folder, const struct job_row *row,
    const char *text, struct form *form, const struct operation **operation, struct problem *p);

/* An answer as the blob "ID.result", which holds JSON: an answer in JSON as it is, a text as a
 * string, anything else as {"file_id", "content_type", "bytes"} of a file that belongs to the key:
 * *has_file tells whether *file is one, for job_finish_file(). row->bytes and type are filled in.
 */
bool line_keep(
    struct store *s, struct job_row *row, struct answer *a, struct file_row *file, bool *has_file);

#endif
