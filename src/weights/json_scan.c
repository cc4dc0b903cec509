/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/json_scan.h"

#include "base/utf8.h"

#include <string.h>

static bool fail(struct json_scan *s)
{
    s->failed = true;
    s->at = s->end;
    return false;
}

char json_scan_peek(struct json_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
    return s->at < s->end ? *s->at : 0;
}

static bool expect(struct json_scan *s, char c)
{
    if (s->failed || json_scan_peek(s) != c)
        return fail(s);
    s->at++;
    return true;
}

bool json_scan_enter(struct json_scan *s, char open)
{
    return expect(s, open);
}

bool json_scan_colon(struct json_scan *s)
{
    return expect(s, ':');
}

bool json_scan_next(struct json_scan *s, char close, int64_t index)
{
    char c = json_scan_peek(s);
    if (s->failed)
        return false;
    if (c == close) {
        s->at++;
        return false;
    }
    return index == 0 ? c != 0 || fail(s) : expect(s, ',');
}

/* Four hexadecimal digits, or -1. */
static int32_t read_hex(struct json_scan *s)
{
    int32_t value = 0;
    if (s->end - s->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = *s->at++;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* What stands behind \u, in one half or two, as UTF-8; 0 on failure. */
static size_t read_code_point(struct json_scan *s, char out[4])
{
    int32_t c = read_hex(s);
    if (c >= 0xd800 && c < 0xdc00) {
        bool pair = s->end - s->at > 2 && s->at[0] == '\\' && s->at[1] == 'u';
        s->at += pair ? 2 : 0;
        int32_t low = pair ? read_hex(s) : -1;
        c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : -1;
    }
    if (c <= 0 || (c >= 0xdc00 && c < 0xe000))
        return 0;
    return (size_t)utf8_encode(out, (uint32_t)c);
}

/* What a backslash in front of s->at stands for; 0 on failure. */
static size_t read_escape(struct json_scan *s, char out[4])
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (s->at == s->end)
        return 0;
    char c = *s->at++;
    if (c == 'u')
        return read_code_point(s, out);
    const char *name = c ? strchr(names, c) : NULL;
    if (!name)
        return 0;
    out[0] = values[name - names];
    return 1;
}

size_t json_scan_string(struct json_scan *s, char *out, size_t room)
{
    size_t n = 0;
    if (!expect(s, '"'))
        return 0;
    while (s->at < s->end && *s->at != '"') {
        char escaped[4];
        const char *from = s->at++;
        size_t length = 1;
        if (*from == '\\') {
            length = read_escape(s, escaped);
            from = escaped;
        } else if ((unsigned char)*from < ' ') {
            length = 0;
        }
        if (length == 0 || n + length > room) {
            fail(s);
            return 0;
        }
        memcpy(out + n, from, length);
        n += length;
    }
    return expect(s, '"') ? n : 0;
}

int64_t json_scan_int(struct json_scan *s)
{
    enum { DIGITS = 18 };
    bool negative = json_scan_peek(s) == '-';
    int64_t value = 0;
    int digits = 0;
    if (s->failed)
        return 0;
    for (s->at += negative; s->at < s->end && *s->at >= '0' && *s->at <= '9'; digits++) {
        value = digits < DIGITS ? value * 10 + (*s->at - '0') : value;
        s->at++;
    }
    bool ends = s->at == s->end || strchr(",]} \n\r\t", *s->at);
    if (digits == 0 || digits > DIGITS || !ends) {
        fail(s);
        return 0;
    }
    return negative ? -value : value;
}

static bool skip_string(struct json_scan *s)
{
    for (s->at++; s->at < s->end; s->at++) {
        if (*s->at == '\\' && s->end - s->at > 1)
            s->at++;
        else if (*s->at == '"')
            break;
    }
    if (s->at >= s->end)
        return fail(s);
    s->at++;
    return true;
}

bool json_scan_skip(struct json_scan *s)
{
    int64_t depth = 0;
    char c = json_scan_peek(s);
    if (s->failed || !c || strchr(",:]}", c))
        return fail(s);
    do {
        c = *s->at;
        if (c == '"') {
            if (!skip_string(s))
                return false;
            continue;
        }
        if (depth == 0 && strchr(",:]} \n\r\t", c))
            return true;
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        s->at++;
    } while (s->at < s->end && (depth > 0 || !strchr(",:]} \n\r\t", *s->at)));
    return depth == 0 || fail(s);
}

/* Steps to the value of a member; false when the object has none of that name. */
static bool find_member(struct json_scan *s, const char *name, size_t length)
{
    char key[64];
    if (!json_scan_enter(s, '{'))
        return false;
    for (int64_t i = 0; json_scan_next(s, '}', i); i++) {
        struct json_scan begin = *s;
        bool is = json_scan_string(&begin, key, sizeof key) == length && !begin.failed &&
                  memcmp(key, name, length) == 0;
        if (json_scan_peek(s) != '"' || !json_scan_skip(s) || !json_scan_colon(s))
            return false;
        if (is)
            return json_scan_peek(s) != 0;
        if (!json_scan_skip(s))
            return false;
    }
    return false;
}

bool json_scan_find(struct json_scan *out, const char *text, size_t size, const char *path)
{
    struct json_scan s = {text, text + size, false};
    for (const char *dot; *path; path = *dot ? dot + 1 : dot) {
        dot = strchr(path, '.');
        dot = dot ? dot : path + strlen(path);
        if (!find_member(&s, path, (size_t)(dot - path)))
            return false;
    }
    *out = s;
    if (!json_scan_skip(&s))
        return false;
    out->end = s.at;
    return true;
}

int64_t json_scan_count(struct json_scan s)
{
    char open = json_scan_peek(&s), close = open == '{' ? '}' : ']';
    int64_t n = 0;
    if ((open != '{' && open != '[') || !json_scan_enter(&s, open))
        return 0;
    for (; json_scan_next(&s, close, n); n++) {
        if (open == '{' && (!json_scan_skip(&s) || !json_scan_colon(&s)))
            break;
        if (!json_scan_skip(&s))
            break;
    }
    return n;
}
