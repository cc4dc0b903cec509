/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <math.h>

bool number_read(const char *s, double *out)
{
    double sign = *s == '-' ? -1 : 1, value = 0, unit = 1;
    s += *s == '-' || *s == '+';
    if (!((*s >= '0' && *s <= '9') || (*s == '.' && s[1] >= '0' && s[1] <= '9')))
        return false;
    for (; *s >= '0' && *s <= '9'; s++)
        value = value * 10 + (*s - '0');
    if (*s == '.')
        for (s++; *s >= '0' && *s <= '9'; s++) {
            value = value * 10 + (*s - '0');
            unit *= 10;
        }
    *out = sign * value / unit;
    return *s == 0 && isfinite(*out);
}

double number_count(const char *text, size_t n)
{
    enum { MOST_DIGITS = 9 };
    double count = 0;
    if (n < 1 || n > MOST_DIGITS)
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        count = 10 * count + (text[i] - '0');
    }
    return count;
}
