/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

enum { REPLACEMENT = 0xfffd };

/* What a lead byte promises: the bytes of its character and the range of the second of them, which
 * is where overlong forms, surrogates and values beyond Unicode are told. Length 0: no lead. */
struct lead {
    int bytes;
    unsigned char low, high;
};

static struct lead lead_of(unsigned char b)
{
    struct lead l = {0, 0x80, 0xbf};
    if (b < 0x80)
        l.bytes = 1;
    else if (b >= 0xc2 && b <= 0xdf)
        l.bytes = 2;
    else if (b >= 0xe0 && b <= 0xef)
        l.bytes = 3;
    else if (b >= 0xf0 && b <= 0xf4)
        l.bytes = 4;
    if (b == 0xe0)
        l.low = 0xa0;
    else if (b == 0xed)
        l.high = 0x9f;
    else if (b == 0xf0)
        l.low = 0x90;
    else if (b == 0xf4)
        l.high = 0x8f;
    return l;
}

int utf8_decode(const char *s, size_t n, uint32_t *code)
{
    if (!n)
        return 0;
    unsigned char first = (unsigned char)s[0];
    struct lead l = lead_of(first);
    if (!l.bytes)
        return -1;
    uint32_t value = l.bytes == 1 ? first : first & (0x7fu >> l.bytes);
    for (int i = 1; i < l.bytes; i++) {
        if ((size_t)i == n)
            return 0;
        unsigned char b = (unsigned char)s[i];
        if (b < l.low || b > l.high)
            return -i;
        l.low = 0x80;
        l.high = 0xbf;
        value = value << 6 | (b & 0x3f);
    }
    *code = value;
    return l.bytes;
}

int utf8_encode(char *s, uint32_t code)
{
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    int bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (int i = bytes - 1; i > 0; i--, code >>= 6)
        s[i] = (char)(0x80 | (code & 0x3f));
    s[0] = (char)(marks[bytes] | code);
    return bytes;
}

bool utf8_valid(const char *s, size_t n)
{
    uint32_t code;
    for (size_t i = 0; i < n;) {
        int used = utf8_decode(s + i, n - i, &code);
        if (used <= 0)
            return false;
        i += (size_t)used;
    }
    return true;
}

/* Bytes that one code point or one broken sequence takes; the latter reads as U+FFFD. */
static size_t step(const char *s, size_t n, uint32_t *code)
{
    int used = utf8_decode(s, n, code);
    if (used > 0)
        return (size_t)used;
    *code = REPLACEMENT;
    return used < 0 ? (size_t)-used : n;
}

size_t utf8_count(const char *s, size_t n)
{
    size_t count = 0;
    uint32_t code;
    for (size_t i = 0; i < n; count++)
        i += step(s + i, n - i, &code);
    return count;
}

size_t utf8_repair(char *out, const char *s, size_t n)
{
    size_t written = 0;
    uint32_t code;
    for (size_t i = 0; i < n;) {
        i += step(s + i, n - i, &code);
        written += (size_t)utf8_encode(out + written, code);
    }
    return written;
}

size_t utf8_unfinished(const char *s, size_t n)
{
    uint32_t code;
    for (size_t back = 1; back <= 3 && back <= n; back++)
        if (utf8_decode(s + n - back, back, &code) == 0)
            return back;
    return 0;
}
