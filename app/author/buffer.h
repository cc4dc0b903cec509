/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_BUFFER_H
#define AUTHOR_BUFFER_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes that grow up to a limit, because others decide how many there are. A NUL that `size` does
 * not count follows them. A step that goes over the limit or finds no memory leaves them as they
 * were and makes all later steps fail too. */
struct buffer {
    char *data; /* null as long as nothing was added */
    size_t size, room, most;
    bool failed;
};

/* False when it failed, now or before. */
bool buffer_add(struct buffer *b, const void *data, size_t n);
bool buffer_text(struct buffer *b, const char *text);
/* The bytes as a text, "" when there are none; until the next step. */
const char *buffer_string(const struct buffer *b);
/* Empties it and keeps its memory and whether it failed. */
void buffer_clear(struct buffer *b);
/* Hands the text over, "" when there are no bytes; null when it failed. */
char *buffer_take(struct buffer *b);
void buffer_free(struct buffer *b);

/* Fills in an error, which may be null; returns its code. */
enum ih_status author_fail(struct ih_error *e, enum ih_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
