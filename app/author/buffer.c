/* SPDX-License-Identifier: Apache-2.0 */
#include "author/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool buffer_add(struct buffer *b, const void *data, size_t n)
{
    if (b->failed || n > b->most || b->size > b->most - n) {
        b->failed = true;
        return false;
    }
    if (b->size + n + 1 > b->room) {
        size_t room = b->room ? b->room : 256;
        while (room < b->size + n + 1)
            room *= 2;
        char *grown = realloc(b->data, room);
        if (!grown) {
            b->failed = true;
            return false;
        }
        b->data = grown;
        b->room = room;
    }
    if (n)
        memcpy(b->data + b->size, data, n);
    b->size += n;
    b->data[b->size] = '\0';
    return true;
}

bool buffer_text(struct buffer *b, const char *text)
{
    return buffer_add(b, text, strlen(text));
}

const char *buffer_string(const struct buffer *b)
{
    return b->data ? b->data : "";
}

void buffer_clear(struct buffer *b)
{
    b->size = 0;
    if (b->data)
        b->data[0] = '\0';
}

char *buffer_take(struct buffer *b)
{
    char *out = NULL;
    if (buffer_add(b, "", 0)) {
        out = b->data;
        *b = (struct buffer){.most = b->most};
    }
    return out;
}

void buffer_free(struct buffer *b)
{
    free(b->data);
    *b = (struct buffer){.most = b->most};
}

enum ih_status author_fail(struct ih_error *e, enum ih_status code, const char *format, ...)
{
    va_list args;
    if (!e)
        return code;
    e->code = code;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return code;
}
