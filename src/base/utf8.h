/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF. */

/* Reads one code point from the n bytes at s. Returns
 *   > 0  how many bytes it took (1 to 4); *code is it
 *     0  the bytes end inside a character that could still become valid, or n is 0
 *   < 0  minus the number of bytes (1 to 3) to pass over: the longest beginning of a character that
 *        the next byte breaks, or one byte that begins none
 * *code is left as it is unless the result is positive. */
int utf8_decode(const char *s, size_t n, uint32_t *code);

/* Writes a code point, which is valid, into s[4]; returns its bytes. */
int utf8_encode(char *s, uint32_t code);

bool utf8_valid(const char *s, size_t n);

/* Code points, each broken sequence counting as the one U+FFFD that utf8_repair() puts there. */
size_t utf8_count(const char *s, size_t n);

/* Copies n bytes with every broken sequence replaced by U+FFFD, in the way that Unicode recommends
 * and browsers follow. `out` has room for 3 n bytes and does not overlap s; returns how many were
 * written. No final NUL. */
size_t utf8_repair(char *out, const char *s, size_t n);

/* How many bytes at the end are the beginning of a character that may go on in what follows: 0 to
 * 3. A stream holds them back. */
size_t utf8_unfinished(const char *s, size_t n);

#endif
