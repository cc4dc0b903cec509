/* SPDX-License-Identifier: Apache-2.0 */
#include "review/words.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum ih_status review_fail(struct ih_error *e, enum ih_status code, const char *format, ...)
{
    va_list args;
    if (!e)
        return code;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    e->code = code;
    return code;
}

bool pad_open(struct pad *p)
{
    *p = (struct pad){0};
    p->file = open_memstream(&p->data, &p->size);
    return p->file != NULL;
}

char *pad_take(struct pad *p)
{
    bool failed = !p->file || ferror(p->file);
    if (p->file && fclose(p->file) != 0)
        failed = true;
    char *text = p->data;
    *p = (struct pad){0};
    if (!failed)
        return text;
    free(text);
    return NULL;
}

bool word_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* From U+3000 on, where Chinese, Japanese and Korean begin. */
static bool is_wide(char c)
{
    return (unsigned char)c >= 0xE3;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t word_bytes(const char *text, size_t bytes)
{
    size_t n = 1;
    bool blank = word_blank(*text);
    if (is_wide(*text)) {
        while (n < bytes && continues(text[n]))
            n++;
        return n;
    }
    while (n < bytes && word_blank(text[n]) == blank && !is_wide(text[n]))
        n++;
    return n;
}

size_t word_fit(const char *text, size_t bytes, size_t most)
{
    if (bytes <= most)
        return bytes;
    while (most > 0 && continues(text[most]))
        most--;
    return most;
}

char *word_trim(const char *text)
{
    size_t n;
    while (word_blank(*text))
        text++;
    for (n = strlen(text); n > 0 && word_blank(text[n - 1]);)
        n--;
    return strndup(text, n);
}

void word_line(FILE *to, const char *text, size_t bytes)
{
    size_t n;
    for (size_t i = 0; i < bytes; i += n) {
        n = word_bytes(text + i, bytes - i);
        if (!word_blank(text[i]))
            fwrite(text + i, 1, n, to);
        else if (i > 0 && i + n < bytes)
            fputc(' ', to);
    }
}
