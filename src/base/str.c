/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void str_init(struct str *s, size_t limit)
{
    /* The NUL must fit behind the last byte allowed. */
    *s = (struct str){.limit = limit < SIZE_MAX / 4 ? limit : SIZE_MAX / 4};
}

void str_free(struct str *s)
{
    free(s->data);
    str_init(s, s->limit);
}

void str_clear(struct str *s)
{
    s->size = 0;
    s->failed = false;
    if (s->data)
        s->data[0] = 0;
}

static enum ih_status fail(struct str *s)
{
    str_free(s);
    s->failed = true;
    return IH_NO_MEMORY;
}

/* Room for n more bytes and the NUL. */
static enum ih_status grow(struct str *s, size_t n)
{
    if (s->failed || n > s->limit - s->size)
        return fail(s);
    size_t need = s->size + n + 1;
    if (need <= s->capacity)
        return IH_OK;
    size_t capacity = s->capacity ? 2 * s->capacity : FIRST_CAPACITY;
    if (capacity < need)
        capacity = need;
    if (capacity > s->limit + 1)
        capacity = s->limit + 1;
    char *data = realloc(s->data, capacity);
    if (!data)
        return fail(s);
    s->data = data;
    s->capacity = capacity;
    return IH_OK;
}

enum ih_status str_add(struct str *s, const void *data, size_t n)
{
    if (grow(s, n))
        return IH_NO_MEMORY;
    if (n)
        memcpy(s->data + s->size, data, n);
    s->size += n;
    s->data[s->size] = 0;
    return IH_OK;
}

enum ih_status str_add_text(struct str *s, const char *text)
{
    return str_add(s, text, strlen(text));
}

enum ih_status str_add_byte(struct str *s, char byte)
{
    return str_add(s, &byte, 1);
}

enum ih_status str_vformat(struct str *s, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    enum ih_status status = n < 0 ? fail(s) : grow(s, (size_t)n);
    if (!status) {
        vsnprintf(s->data + s->size, (size_t)n + 1, format, again);
        s->size += (size_t)n;
    }
    va_end(again);
    return status;
}

enum ih_status str_format(struct str *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    enum ih_status status = str_vformat(s, format, args);
    va_end(args);
    return status;
}

const char *str_text(const struct str *s)
{
    return s->data ? s->data : "";
}

char *str_take(struct str *s)
{
    if (s->failed || (!s->data && grow(s, 0)))
        return NULL;
    char *data = s->data;
    data[s->size] = 0;
    str_init(s, s->limit);
    return data;
}
