/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A growing buffer of bytes. It cannot be made without a limit, so that input that somebody else
 * wrote cannot make it eat the machine. The bytes are always followed by a NUL that `size` does not
 * count. A step that goes over the limit or finds no memory fails, frees the bytes and makes all
 * later steps fail too: a row of steps needs one look at the end, at any result or at `failed`. */
struct str {
    char *data; /* null as long as nothing was added */
    size_t size, capacity;
    size_t limit; /* of size */
    bool failed;
};

void str_init(struct str *s, size_t limit);
void str_free(struct str *s);

/* Empties it, keeps its memory, forgets a failure. */
void str_clear(struct str *s);

/* IH_OK or IH_NO_MEMORY. The bytes may not lie in the buffer itself. */
enum ih_status str_add(struct str *s, const void *data, size_t n);
enum ih_status str_add_text(struct str *s, const char *text);
enum ih_status str_add_byte(struct str *s, char byte);
enum ih_status str_format(struct str *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum ih_status str_vformat(struct str *s, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* The bytes as a C string, "" when there are none; lives until the next step. */
const char *str_text(const struct str *s);

/* Hands the bytes over, to be freed with free(), and starts anew; null after a failure. */
char *str_take(struct str *s);

#endif
