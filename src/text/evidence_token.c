/* SPDX-License-Identifier: Apache-2.0 */
#include "text/evidence.h"
#include "text/nfc.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_LIMIT = 1024 }; /* bytes; a longer run of letters is several tokens */

bool grow(void **items, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room ? *room * 2 : 32;
    void *grown = more > SIZE_MAX / size ? NULL : realloc(*items, more * size);
    if (!grown)
        return false;
    *items = grown;
    *room = more;
    return true;
}

static bool is_apostrophe(uint32_t c)
{
    return c == '\'' || c == 0x2019 || c == 0x2bc;
}

/* Scripts that put no spaces between words. */
static bool is_sign(uint32_t c)
{
    return (c >= 0x2e80 && c < 0x3000) || (c >= 0x3005 && c <= 0x3007) ||
           (c >= 0x3041 && c <= 0x30ff && c != 0x30fb) || (c >= 0x3400 && c < 0xa000) ||
           (c >= 0xf900 && c < 0xfb00) || (c >= 0x20000 && c < 0x40000) ||
           (c >= 0xe00 && c < 0xf00) || (c >= 0x1000 && c < 0x10a0) || (c >= 0x1780 && c < 0x1800);
}

static bool is_invisible(uint32_t c)
{
    return c == 0xad || (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff;
}

/* Forms of a character that differ in looks only become one. */
static uint32_t fold(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0;
    if (c == 0xb2 || c == 0xb3)
        return c - 0xb2 + '2';
    return unicode_lower(c);
}

static uint64_t hash_bytes(uint64_t h, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
    return h;
}

static uint64_t hash_end(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

/* Writes the folded letters of a token; out has room for 3 * bytes. */
static size_t fold_bytes(char *out, const char *text, size_t bytes, bool *marks)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes;) {
        uint32_t c;
        i += utf8_read(text + i, bytes - i, &c);
        if (is_apostrophe(c) || is_invisible(c))
            continue;
        *marks |= unicode_class(c) == UNICODE_MARK;
        if (c == 0xfb01 || c == 0xfb02) {
            out[n++] = 'f';
            c = c == 0xfb01 ? 'i' : 'l';
        }
        n += utf8_write(out + n, fold(c));
    }
    return n;
}

static uint64_t hash_text(const char *text, size_t bytes, bool stem)
{
    char folded[3 * WORD_LIMIT + 16];
    bool marks = false;
    size_t n = fold_bytes(folded, text, bytes < WORD_LIMIT + 4 ? bytes : WORD_LIMIT + 4, &marks);
    const char *from = folded;
    struct str composed;
    str_init(&composed, 16 * WORD_LIMIT);
    if (marks && nfc_needed(folded, n) && nfc_add(&composed, folded, n) == IH_OK) {
        from = str_text(&composed);
        n = composed.size;
    }
    while (stem && n > 3 && strchr("sne", from[n - 1]))
        n--;
    uint64_t h = hash_end(hash_bytes(0xcbf29ce484222325u, from, n));
    str_free(&composed);
    return h;
}

uint64_t token_hash(const char *text, size_t bytes)
{
    return hash_text(text, bytes, false);
}

uint64_t token_stem(const struct tokens *t, size_t i)
{
    return hash_text(t->text + t->token[i].at, t->token[i].bytes, true);
}

static enum unicode_class class_of(uint32_t c)
{
    return c == UTF8_INVALID ? UNICODE_OTHER : unicode_class(c);
}

/* Whether an apostrophe behind these letters ends a word: l'eau, qu'il. */
static bool is_elided(const char *s, size_t n)
{
    return n == 1 || (n == 2 && (s[0] | 32) == 'q' && (s[1] | 32) == 'u');
}

/* A run of letters from `at`, whose first character is one. */
static size_t word_end(const char *text, size_t bytes, size_t at)
{
    size_t i = at;
    while (i < bytes && i - at < WORD_LIMIT) {
        uint32_t c, next;
        size_t n = utf8_read(text + i, bytes - i, &c);
        enum unicode_class k = class_of(c);
        if (is_sign(c))
            break;
        if (is_apostrophe(c)) {
            if (i + n >= bytes || is_elided(text + at, i - at))
                break;
            utf8_read(text + i + n, bytes - i - n, &next);
            if (class_of(next) != UNICODE_LETTER)
                break;
        } else if (k != UNICODE_LETTER && k != UNICODE_MARK && !is_invisible(c)) {
            break;
        }
        i += n;
    }
    return i;
}

static size_t digits_end(const char *text, size_t bytes, size_t at)
{
    size_t i = at;
    uint32_t first = 0;
    while (i < bytes && i - at < WORD_LIMIT) {
        uint32_t c;
        size_t n = utf8_read(text + i, bytes - i, &c);
        bool plain = fold(c) >= '0' && fold(c) <= '9' && c != 0xb2 && c != 0xb3;
        if (c == UTF8_INVALID || (!plain && unicode_class(c) != UNICODE_NUMBER) || is_sign(c))
            break;
        /* A fraction or a raised digit stands alone. */
        if (i > at && (!plain || !(fold(first) >= '0' && fold(first) <= '9')))
            break;
        first = first ? first : c;
        i += n;
        if (!plain)
            break;
    }
    return i;
}

size_t bracket_numbers(const char *text, size_t bytes, size_t at)
{
    static const char wide_open[] = "\xe3\x80\x90", wide_close[] = "\xe3\x80\x91";
    size_t i = at, digits = 0;
    bool wide = sign_starts(text + at, bytes - at, wide_open);
    if (!wide && text[at] != '[')
        return at;
    i += wide ? 3 : 1;
    if (i < bytes && text[i] == '^')
        i++;
    for (; i < bytes && i - at < 256; i++) {
        if (text[i] >= '0' && text[i] <= '9')
            digits++;
        else if (sign_starts(text + i, bytes - i, "\xe2\x80\x93"))
            i += 2;
        else if (text[i] != ',' && text[i] != ' ' && text[i] != '-' && text[i] != ';')
            break;
    }
    const char *close = wide ? wide_close : "]";
    return digits && sign_starts(text + i, bytes - i, close) ? i + strlen(close) : at;
}

static bool add(struct tokens *t, size_t at, size_t end, enum token_kind kind, bool upper)
{
    if (!grow((void **)&t->token, &t->room, t->count, sizeof *t->token))
        return false;
    t->token[t->count++] = (struct token){.at = at,
        .bytes = (uint32_t)(end - at),
        .kind = (uint8_t)kind,
        .upper = upper,
        .hash = token_hash(t->text + at, end - at)};
    return true;
}

bool tokens_read(struct tokens *t, const char *text, size_t bytes)
{
    *t = (struct tokens){.text = text, .bytes = bytes};
    for (size_t i = 0; i < bytes;) {
        uint32_t c;
        size_t n = utf8_read(text + i, bytes - i, &c), end = bracket_numbers(text, bytes, i);
        enum unicode_class k = class_of(c);
        if (end > i) {
            i = end;
            continue;
        }
        if (is_sign(c) && k != UNICODE_OTHER) {
            end = i + n;
            if (!add(t, i, end, TOKEN_SIGN, false))
                return false;
        } else if (k == UNICODE_LETTER) {
            end = word_end(text, bytes, i);
            if (!add(t, i, end, TOKEN_WORD, unicode_lower(c) != c))
                return false;
        } else if (k == UNICODE_NUMBER || (c >= 0xff10 && c <= 0xff19)) {
            end = digits_end(text, bytes, i);
            end = end > i ? end : i + n;
            if (!add(t, i, end, TOKEN_DIGITS, false))
                return false;
        }
        i = end > i ? end : i + n;
    }
    return true;
}

void tokens_free(struct tokens *t)
{
    free(t->token);
    *t = (struct tokens){0};
}

size_t tokens_at(const struct tokens *t, size_t at)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->token[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
