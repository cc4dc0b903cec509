/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/timestamp.h"

#include <stdio.h>
#include <string.h>

enum { DAY = 86400 };
static const int64_t last = 253402300799; /* the end of the year 9999 */

/* Days from 1970-01-01 to a day of the Gregorian calendar. Years are counted from March, so that
 * the leap day is the last one (Hinnant, chrono-Compatible Low-Level Date Algorithms). */
static int64_t days_before(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void timestamp_write(char text[TIMESTAMP_SIZE], int64_t seconds)
{
    seconds = seconds < 0 ? 0 : seconds > last ? last : seconds;
    int64_t days = seconds / DAY + 719468, era = days / 146097, of_era = days % 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int month = (int)((5 * of_year + 2) / 153), rest = (int)(seconds % DAY);
    int day = (int)(of_year - (153 * month + 2) / 5) + 1;
    month += month < 10 ? 3 : -9;
    snprintf(text, TIMESTAMP_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ",
        (int)(years + era * 400 + (month <= 2)) % 10000, month % 100, day % 100, rest / 3600,
        rest / 60 % 60, rest % 60);
}

/* `width` digits, and the sign behind them where there is one to come. */
static bool number(const char **p, int width, char sign, int low, int high, int *out)
{
    *out = 0;
    for (int i = 0; i < width; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        *out = *out * 10 + (**p - '0');
    }
    if (sign && **p != sign)
        return false;
    *p += sign != 0;
    return *out >= low && *out <= high;
}

bool timestamp_read(const char *text, int64_t *seconds)
{
    int year, month, day, hour = 0, minute = 0, second = 0;
    const char *p = text;
    if (!number(&p, 4, '-', 1970, 9999, &year) || !number(&p, 2, '-', 1, 12, &month) ||
        !number(&p, 2, 0, 1, 31, &day))
        return false;
    if (*p) {
        if (*p != 'T' && *p != ' ')
            return false;
        p++;
        if (!number(&p, 2, ':', 0, 23, &hour) || !number(&p, 2, 0, 0, 59, &minute))
            return false;
        if (*p == ':' && (p++, !number(&p, 2, 0, 0, 59, &second)))
            return false;
        p += *p == 'Z';
        if (*p)
            return false;
    }
    int64_t days = days_before(year, month, day);
    int next = month % 12 + 1;
    if (days >= days_before(year + (next == 1), next, 1))
        return false; /* the month has no such day */
    *seconds = days * DAY + hour * 3600 + minute * 60 + second;
    return true;
}
