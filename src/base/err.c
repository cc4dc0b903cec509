/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A sentence that was too long must not end inside a character. */
static void trim(struct ih_error *e, int wanted)
{
    size_t n = strlen(e->text);
    if (wanted >= 0 && (size_t)wanted > n)
        e->text[n - utf8_unfinished(e->text, n)] = 0;
}

enum ih_status err_set(struct ih_error *e, enum ih_status code, const char *format, ...)
{
    if (e) {
        va_list args;
        va_start(args, format);
        e->code = code;
        trim(e, vsnprintf(e->text, sizeof e->text, format, args));
        va_end(args);
    }
    return code;
}

enum ih_status err_prefix(struct ih_error *e, const char *format, ...)
{
    if (!e)
        return IH_INTERNAL;
    char old[sizeof e->text];
    memcpy(old, e->text, sizeof old);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    trim(e, n);
    if (n >= 0 && (size_t)n < sizeof e->text)
        trim(e, n + snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s", old));
    return e->code;
}

enum ih_status err_memory(struct ih_error *e, const char *what)
{
    return err_set(e, IH_NO_MEMORY, "not enough memory for %s", what);
}
