/* SPDX-License-Identifier: Apache-2.0 */
#include "author/retry.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

bool retry_status(int status)
{
    return status == 408 || status == 429 ||
           (status >= 500 && status <= 599 && status != 501 && status != 505);
}

double retry_wait(int failure, double base, double most, double random)
{
    double seconds = base;
    for (int i = 1; i < failure && seconds < most; i++)
        seconds *= 2;
    return (seconds < most ? seconds : most) * random;
}

double retry_after(const char *value, int64_t now)
{
    value += strspn(value, " \t");
    size_t digits = strspn(value, "0123456789.");
    if (digits && !value[digits + strspn(value + digits, " \t")])
        return strtod(value, NULL);
    if (!*value)
        return -1;
    time_t when = curl_getdate(value, NULL);
    if (when == (time_t)-1)
        return -1;
    return (int64_t)when > now ? (double)((int64_t)when - now) : 0;
}
