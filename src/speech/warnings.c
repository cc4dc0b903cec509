/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/warnings.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void warn(struct warnings *w, const char *format, ...)
{
    if (w->count == WARNINGS)
        return;
    char *text = w->text[w->count];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, WARNING_BYTES, format, args);
    va_end(args);
    size_t kept = strlen(text);
    if (n >= 0 && (size_t)n > kept)
        text[kept - utf8_unfinished(text, kept)] = 0;
    for (int i = 0; i < w->count; i++)
        if (!strcmp(w->text[i], text))
            return;
    w->count++;
}

const char *warnings_next(struct warnings *w)
{
    return w->given < w->count ? w->text[w->given++] : NULL;
}
