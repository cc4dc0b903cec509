/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_TEXT_H
#define SERVER_TEXT_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Small things, most of them about texts, that several files of the server need. */

/* Fills in an error, which may be null; returns its code. */
enum ih_status explain(struct ih_error *e, enum ih_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, at most U+10FFFF). */
bool text_is_utf8(const char *text, size_t bytes);

/* UTF-8 of a code point into buf[4]; the number of bytes, 0 for what is none. */
int text_encode(uint32_t code, char *buf);

/* A copy of n bytes with a NUL behind them, to be freed with free(); null without memory. */
char *text_copy(const char *text, size_t n);

/* A whole decimal number and nothing else; false otherwise. */
bool text_integer(const char *text, int64_t *out);
bool text_number(const char *text, double *out);

/* Compares in a time that does not tell where texts differ. */
bool text_same_secret(const char *given, const char *kept);

/* 2 * n lower-case digits of random bytes from the system, and a NUL. False when it has none. */
bool text_random(char *hex, size_t n);

/* Of CLOCK_MONOTONIC. */
double seconds_now(void);

/* Decodes it: out has room for n / 4 * 3 bytes. False for what is not base64 to the last bit. */
bool text_base64_read(unsigned char *out, size_t *bytes, const char *text, size_t n);

/* Base64 with padding (RFC 4648): (bytes + 2) / 3 * 4 characters, without a NUL. */
void text_base64(char *out, const void *data, size_t bytes);

#endif
