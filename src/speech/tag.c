/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/tag.h"

#include "text/language.h"

#include <ctype.h>
#include <string.h>

/* Regions whose way of speaking is not what the code alone means. */
static const char *const regional[] = {"en-gb", "en-au", "en-in", "en-029", "en-gb-scotland",
    "en-gb-x-rp", "pt-pt", "es-419", "es-mx", "es-us", "fr-be", "fr-ch", "fr-ca", "de-at", "de-ch",
    "nl-be", "vi-vn-x-central", "vi-vn-x-south"};

static bool is_regional(const char *tag)
{
    for (size_t i = 0; i < sizeof regional / sizeof *regional; i++)
        if (!strcmp(regional[i], tag))
            return true;
    return false;
}

bool tag_read(const char *text, char out[TAG_BYTES])
{
    size_t n = strlen(text), code = strcspn(text, "-_.");
    int known = language_find(text);
    if (n >= TAG_BYTES || !n)
        return false;
    for (size_t i = 0; i <= n; i++)
        out[i] = text[i] == '_' ? '-' : (char)tolower((unsigned char)text[i]);
    if (known >= 0 && !is_regional(out)) {
        memcpy(out, language_code(known), strlen(language_code(known)) + 1);
        return true;
    }
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)out[i]) && out[i] != '-')
            return false;
    return known >= 0 || code == 2 || code == 3;
}
