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
