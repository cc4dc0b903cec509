/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

/* Base64 with padding (RFC 4648, section 4). */

/* Characters for n bytes, without a final NUL. */
size_t base64_length(size_t n);
/* Writes them and a NUL. */
void base64_encode(char *out, const void *data, size_t n);

/* Decodes a text of `length` characters into at most `room` bytes. Returns their number, or -1 for
 * what is not base64 or does not fit. White space is not skipped. */
long long base64_decode(void *out, size_t room, const char *text, size_t length);

#endif
