/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_URL_PART_H
#define SERVER_URL_PART_H

#include <curl/curl.h>
#include <stdio.h>

/* A part of an address, cut to fit, "" where it has none. */
static inline void url_part(CURLU *u, CURLUPart which, unsigned flags, char *buf, size_t size)
{
    char *text = NULL;
    if (curl_url_get(u, which, &text, flags) == CURLUE_OK && text)
        snprintf(buf, size, "%s", text);
    else
        *buf = 0;
    curl_free(text);
}

#endif
