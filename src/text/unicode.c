/* SPDX-License-Identifier: Apache-2.0 */
#include "text/unicode.h"

#include "text/unicode_tables.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

size_t utf8_read(const char *s, size_t n, uint32_t *c)
{
    int length = utf8_decode(s, n, c);
    if (length > 0)
        return (size_t)length;
    *c = UTF8_INVALID;
    /* An unfinished character at the end is one piece, however long. */
    return length < 0 ? (size_t)-length : n;
}

size_t utf8_write(char out[UTF8_MAX], uint32_t c)
{
    return (size_t)utf8_encode(out, c == UTF8_INVALID ? 0xfffd : c);
}

static enum unicode_class class_by_search(uint32_t c)
{
    size_t low = 0, high = COUNT(class_ranges);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > class_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < COUNT(class_ranges) && c >= class_ranges[low].first ? class_ranges[low].class
                                                                     : UNICODE_OTHER;
}

enum unicode_class unicode_class(uint32_t c)
{
    if ((c | 0x20) - 'a' < 26)
        return UNICODE_LETTER;
    if (c < 0x80)
        return c - '0' < 10               ? UNICODE_NUMBER
               : c == ' ' || c - '\t' < 5 ? UNICODE_SPACE
                                          : UNICODE_OTHER;
    return class_by_search(c);
}

uint32_t unicode_lower(uint32_t c)
{
    size_t low = 0, high = COUNT(lower_ranges);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c > lower_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == COUNT(lower_ranges) || c < lower_ranges[low].first ||
        (c - lower_ranges[low].first) % (uint32_t)lower_ranges[low].step)
        return c;
    return c + (uint32_t)lower_ranges[low].distance;
}

/* The ranges are in the order of the capitals, so this looks at each. */
uint32_t unicode_upper(uint32_t c)
{
    if (c < 0x80)
        return c - 'a' < 26 ? c - 0x20 : c;
    for (size_t i = 0; i < COUNT(lower_ranges); i++) {
        uint32_t upper = c - (uint32_t)lower_ranges[i].distance;
        if (upper >= lower_ranges[i].first && upper <= lower_ranges[i].last &&
            (upper - lower_ranges[i].first) % (uint32_t)lower_ranges[i].step == 0)
            return upper;
    }
    return c;
}
