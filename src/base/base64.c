/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <stdbool.h>
#include <stdint.h>

static const char signs[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_length(size_t n)
{
    return (n + 2) / 3 * 4;
}

void base64_encode(char *out, const void *data, size_t n)
{
    const unsigned char *p = data;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t v = (uint32_t)p[i] << 16;
        v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
        v |= left > 2 ? p[i + 2] : 0u;
        *out++ = signs[v >> 18];
        *out++ = signs[v >> 12 & 63];
        *out++ = left > 1 ? signs[v >> 6 & 63] : '=';
        *out++ = left > 2 ? signs[v & 63] : '=';
    }
    *out = 0;
}

static int value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

long long base64_decode(void *out, size_t room, const char *text, size_t length)
{
    unsigned char *p = out;
    size_t n = 0;
    if (length % 4)
        return -1;
    for (size_t i = 0; i < length; i += 4) {
        /* Padding stands only at the very end. */
        bool last = i + 4 == length;
        int bytes = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 1 : 2) : 3;
        uint32_t v = 0;
        for (int k = 0; k < 4; k++) {
            int sign = k <= bytes ? value(text[i + (size_t)k]) : 0;
            if (sign < 0)
                return -1;
            v = v << 6 | (uint32_t)sign;
        }
        if (n + (size_t)bytes > room)
            return -1;
        for (int k = 0; k < bytes; k++)
            p[n++] = (unsigned char)(v >> (16 - 8 * k));
    }
    return (long long)n;
}
