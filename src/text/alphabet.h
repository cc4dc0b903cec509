/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_ALPHABET_H
#define TEXT_ALPHABET_H

#include <stddef.h>
#include <stdint.h>

/* How files write a token's bytes as text, since GPT-2: bytes that can be printed as themselves and
 * the others, in order, from U+0100 on. */
struct alphabet {
    int16_t byte[256 + 68]; /* of a character, or -1 */
};

void alphabet_init(struct alphabet *a);

/* The bytes a token of a file stands for; one outside the alphabet stands for its own text. `out`
 * has room for length. */
size_t alphabet_bytes(const struct alphabet *a, const char *s, size_t length, unsigned char *out);

#endif
