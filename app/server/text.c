/* SPDX-License-Identifier: Apache-2.0 */
#include "server/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum ih_status explain(struct ih_error *e, enum ih_status code, const char *format, ...)
{
    va_list args;
    if (!e)
        return code;
    va_start(args, format);
    e->code = code;
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return code;
}

/* Length of the sequence that begins with a byte, and the smallest code point that may take it. */
static int sequence(unsigned char first, uint32_t *code, uint32_t *least)
{
    if (first < 0x80) {
        *code = first;
        *least = 0;
        return 1;
    }
    int n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    *code = first & (0x7Fu >> n);
    *least = n == 4 ? 0x10000 : n == 3 ? 0x800 : 0x80;
    return n;
}

bool text_is_utf8(const char *text, size_t bytes)
{
    const unsigned char *p = (const unsigned char *)text;
    for (size_t i = 0; i < bytes;) {
        uint32_t code, least;
        int n = sequence(p[i], &code, &least);
        if (n == 0 || (size_t)n > bytes - i)
            return false;
        for (int k = 1; k < n; k++) {
            if ((p[i + (size_t)k] & 0xC0) != 0x80)
                return false;
            code = code << 6 | (p[i + (size_t)k] & 0x3F);
        }
        if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return false;
        i += (size_t)n;
    }
    return true;
}

int text_encode(uint32_t code, char *buf)
{
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    int n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, code >>= 6)
        buf[i] = (char)(0x80 | (code & 0x3F));
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    buf[0] = (char)(lead[n] | code);
    return n;
}

char *text_copy(const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, n);
    copy[n] = 0;
    return copy;
}

bool text_integer(const char *text, int64_t *out)
{
    char *end;
    if (!(*text == '-' || (*text >= '0' && *text <= '9')))
        return false;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    *out = value;
    return end != text && *end == 0 && errno == 0;
}

bool text_number(const char *text, double *out)
{
    char *end;
    if (strspn(text, "+-.0123456789eE") != strlen(text))
        return false;
    *out = strtod(text, &end);
    return end != text && *end == 0 && isfinite(*out);
}

bool text_same_secret(const char *given, const char *kept)
{
    size_t n = strlen(given), m = strlen(kept);
    unsigned differs = n != m;
    for (size_t i = 0; i < n; i++)
        differs |= (unsigned char)given[i] ^ (unsigned char)kept[m ? i % m : 0];
    return !differs;
}

bool text_random(char *hex, size_t n)
{
    unsigned char byte[64];
    if (n > sizeof byte || getrandom(byte, n, 0) != (ssize_t)n)
        return false;
    for (size_t i = 0; i < n; i++)
        snprintf(hex + 2 * i, 3, "%02x", byte[i]);
    return true;
}

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void text_base64(char *out, const void *data, size_t bytes)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = data;
    for (size_t i = 0; i < bytes; i += 3) {
        size_t left = bytes - i;
        unsigned v = (unsigned)p[i] << 16;
        v |= left > 1 ? (unsigned)p[i + 1] << 8 : 0;
        v |= left > 2 ? p[i + 2] : 0;
        *out++ = digit[v >> 18];
        *out++ = digit[v >> 12 & 63];
        *out++ = left > 1 ? digit[v >> 6 & 63] : '=';
        *out++ = left > 2 ? digit[v & 63] : '=';
    }
}

static int digit_value(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

bool text_base64_read(unsigned char *out, size_t *bytes, const char *text, size_t n)
{
    size_t padding = n >= 4 && text[n - 1] == '=' ? 1 + (text[n - 2] == '=') : 0, made = 0;
    if (n % 4 != 0)
        return false;
    for (size_t i = 0; i < n; i += 4) {
        size_t digits = i + 4 == n ? 4 - padding : 4;
        uint32_t bits = 0;
        for (size_t k = 0; k < 4; k++) {
            int value = k < digits ? digit_value(text[i + k]) : 0;
            if (value < 0)
                return false;
            bits = bits << 6 | (uint32_t)value;
        }
        for (size_t k = 0; k < 3; k++)
            if (k + 1 < digits)
                out[made++] = (unsigned char)(bits >> (16 - 8 * k));
            else if (bits >> (16 - 8 * k) & 0xFF)
                return false;
    }
    *bytes = made;
    return true;
}
