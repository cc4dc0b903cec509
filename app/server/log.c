/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log.h"

#include "server/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { END = 4 /* bytes that the end of a line may need */ };

/* All of it or nothing, so that a line stays whole. */
static void put(struct log_line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct log_line *l, const char *format, ...)
{
    va_list args;
    size_t room = sizeof l->text - END - l->bytes;
    va_start(args, format);
    int n = vsnprintf(l->text + l->bytes, room, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < room)
        l->bytes += (size_t)n;
    l->text[l->bytes] = 0;
}

/* Between two fields, and the name of the next. */
static const char *between(const struct log_line *l)
{
    return l->bytes == 0 ? (l->json ? "{" : "") : l->json ? "," : " ";
}

static void put_text(struct log_line *l, const char *name, const char *value, const char *quote)
{
    if (l->json)
        put(l, "%s\"%s\":\"%s\"", between(l), name, value);
    else
        put(l, "%s%s=%s%s%s", between(l), name, quote, value, quote);
}

void log_begin(struct log_line *l, bool json, const char *level)
{
    char when[32];
    time_t now = time(NULL);
    struct tm utc;
    l->json = json;
    l->bytes = 0;
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    put_text(l, "time", when, "");
    put_text(l, "level", level, "");
}

void log_word(struct log_line *l, const char *name, const char *word)
{
    char plain[1024];
    size_t n = 0;
    for (const char *c = word; *c && n + 1 < sizeof plain; c++)
        plain[n++] = *c <= ' ' || *c == 0x7F || *c == '"' || (l->json && *c == '\\') ? '?' : *c;
    plain[n] = 0;
    put_text(l, name, plain, "");
}

void log_text(struct log_line *l, const char *name, const char *text)
{
    char plain[1400];
    size_t n = 0;
    bool utf8 = text_is_utf8(text, strlen(text));
    for (const char *c = text; *c && n + 2 < sizeof plain; c++) {
        unsigned char byte = (unsigned char)*c;
        if (l->json && byte == '\\')
            plain[n++] = '\\';
        plain[n++] = byte == '"' || byte == '\n'                            ? '\''
                     : byte < ' ' || byte == 0x7F || (byte > 0x7F && !utf8) ? '?'
                                                                            : *c;
    }
    plain[n] = 0;
    put_text(l, name, plain, "\"");
}

void log_whole(struct log_line *l, const char *name, int64_t number)
{
    put(l, l->json ? "%s\"%s\":%lld" : "%s%s=%lld", between(l), name, (long long)number);
}

void log_seconds(struct log_line *l, const char *name, double seconds)
{
    put(l, l->json ? "%s\"%s\":%.3f" : "%s%s=%.3f", between(l), name, seconds);
}

void log_yes(struct log_line *l, const char *name)
{
    put(l, l->json ? "%s\"%s\":true" : "%s%s=true", between(l), name);
}

void log_end(struct log_line *l)
{
    memcpy(l->text + l->bytes, l->json ? "}\n" : "\n", l->json ? 3 : 2);
    fputs(l->text, stderr);
}

void log_sentence(bool json, const char *level, const char *sentence)
{
    struct log_line l;
    log_begin(&l, json, level);
    log_text(&l, "message", sentence);
    log_end(&l);
}
