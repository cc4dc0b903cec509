/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_UNICODE_H
#define TEXT_UNICODE_H

#include "base/utf8.h"

/* UTF-8 and the character classes that pre-tokenizers and scoring need. */

enum { UTF8_INVALID = 0x7fffffff, UTF8_MAX = 4 };

/* Reads the character at s (n > 0 bytes are there) and returns its length. What is not a character
 * gives UTF8_INVALID and the length of the longest beginning of one (at least 1), so that each such
 * piece becomes one U+FFFD, as Unicode (chapter 3.9) and Python have it. */
size_t utf8_read(const char *s, size_t n, uint32_t *c);

/* Writes a character (UTF8_INVALID becomes U+FFFD) and returns its length. */
size_t utf8_write(char out[UTF8_MAX], uint32_t c);

enum unicode_class {
    UNICODE_OTHER,
    UNICODE_SPACE,  /* White_Space, \s */
    UNICODE_LETTER, /* \p{L} */
    UNICODE_NUMBER, /* \p{N} */
    UNICODE_MARK,   /* \p{M} */
};

enum unicode_class unicode_class(uint32_t c);

/* The simple case mappings; a character without one stays. */
uint32_t unicode_lower(uint32_t c);
uint32_t unicode_upper(uint32_t c);

#endif
