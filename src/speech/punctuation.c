/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/punctuation.h"

#include "text/unicode.h"

enum { DASH = 0x2014 };

static const struct {
    uint32_t written, sign;
} signs[] = {
    {'.', '.'},
    {',', ','},
    {';', ';'},
    {':', ':'},
    {'?', '?'},
    {'!', '!'},
    {DASH, DASH},
    {0x2013, DASH},
    {0x2026, '.'},
    {0x37e, '?'},
    {0x589, '.'},
    {0x60c, ','},
    {0x61b, ';'},
    {0x61f, '?'},
    {0x6d4, '.'},
    {0x964, '.'},
    {0x965, '.'},
    {0x3001, ','},
    {0x3002, '.'},
    {0xff01, '!'},
    {0xff0c, ','},
    {0xff0e, '.'},
    {0xff1a, ':'},
    {0xff1b, ';'},
    {0xff1f, '?'},
    {0xff61, '.'},
    {0xff64, ','},
};

uint32_t punctuation_sign(uint32_t c)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].written == c)
            return signs[i].sign;
    return 0;
}

static bool is_in(uint32_t c, const uint32_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == c)
            return true;
    return false;
}

bool punctuation_opens(uint32_t c)
{
    static const uint32_t list[] = {'(', '[', '{', 0xa1, 0xab, 0xbf, 0x2018, 0x201a, 0x201c, 0x201e,
        0x2039, 0x3008, 0x300a, 0x300c, 0x300e, 0x3010, 0xff08};
    return is_in(c, list, sizeof list / sizeof *list);
}

static bool closes(uint32_t c)
{
    static const uint32_t list[] = {'"', '\'', ')', ']', '}', 0xbb, 0x2019, 0x201c, 0x201d, 0x203a,
        0x3009, 0x300b, 0x300d, 0x300f, 0x3011, 0xff09};
    return is_in(c, list, sizeof list / sizeof *list);
}

bool punctuation_ends(uint32_t sign)
{
    return sign == '.' || sign == '?' || sign == '!';
}

uint32_t punctuation_behind(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes;) {
        uint32_t c, next = ' ';
        i += utf8_read(text + i, bytes - i, &c);
        if (closes(c))
            continue;
        if (i < bytes)
            utf8_read(text + i, bytes - i, &next);
        bool inside = (c == '.' || c == ':' || c == ',') && !closes(next) &&
                      unicode_class(next) != UNICODE_SPACE;
        return inside ? 0 : punctuation_sign(c);
    }
    return 0;
}
