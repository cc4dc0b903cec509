/* SPDX-License-Identifier: Apache-2.0 */
#include "text/alphabet.h"

#include "text/unicode.h"

#include <string.h>

void alphabet_init(struct alphabet *a)
{
    memset(a->byte, -1, sizeof a->byte);
    int next = 256;
    for (int i = 0; i < 256; i++) {
        bool plain = (i > 0x20 && i < 0x7f) || (i > 0xa0 && i != 0xad);
        a->byte[plain ? i : next++] = (int16_t)i;
    }
}

size_t alphabet_bytes(const struct alphabet *a, const char *s, size_t length, unsigned char *out)
{
    size_t n = 0;
    for (size_t at = 0; at < length;) {
        uint32_t c;
        at += utf8_read(s + at, length - at, &c);
        if (c >= sizeof a->byte / sizeof *a->byte || a->byte[c] < 0) {
            memcpy(out, s, length);
            return length;
        }
        out[n++] = (unsigned char)a->byte[c];
    }
    return n;
}
