/* SPDX-License-Identifier: Apache-2.0 */
#include "author/sse.h"

#include <string.h>

void sse_init(struct sse *s, size_t most)
{
    *s = (struct sse){.line.most = most, .data.most = most};
}

void sse_free(struct sse *s)
{
    buffer_free(&s->line);
    buffer_free(&s->data);
}

/* A line without its end: a field of the event, or the event's end. */
static enum ih_status line_end(
    struct sse *s, enum ih_status (*take)(void *arg, const char *data, size_t n), void *arg)
{
    const char *line = buffer_string(&s->line);
    size_t n = s->line.size;
    enum ih_status status = IH_OK;
    if (!s->begun && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
        line += 3;
        n -= 3;
    }
    s->begun = true;
    if (n == 0 && s->any) {
        status = take(arg, buffer_string(&s->data), s->data.size);
        buffer_clear(&s->data);
        s->any = false;
    } else if (n >= 4 && memcmp(line, "data", 4) == 0 && (n == 4 || line[4] == ':')) {
        size_t skip = n == 4 ? 4 : n > 5 && line[5] == ' ' ? 6 : 5;
        if (s->any)
            buffer_add(&s->data, "\n", 1);
        s->any = true;
        if (!buffer_add(&s->data, line + skip, n - skip))
            status = IH_BAD_DATA;
    }
    buffer_clear(&s->line);
    return status;
}

enum ih_status sse_read(struct sse *s, const char *bytes, size_t n,
    enum ih_status (*take)(void *arg, const char *data, size_t n), void *arg)
{
    for (size_t i = 0; i < n;) {
        if (s->cr && bytes[i] == '\n') {
            s->cr = false;
            i++;
            continue;
        }
        s->cr = false;
        size_t end = i;
        while (end < n && bytes[end] != '\n' && bytes[end] != '\r')
            end++;
        if (!buffer_add(&s->line, bytes + i, end - i))
            return IH_BAD_DATA;
        if (end == n)
            return IH_OK;
        s->cr = bytes[end] == '\r';
        i = end + 1;
        enum ih_status status = line_end(s, take, arg);
        if (status)
            return status;
    }
    return IH_OK;
}
