/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/passage.h"

#include "weights/json_scan.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 64 << 20, NAME_LIMIT = 256, CALLS_MOST = 128 };

enum part { BEGINNING, THOUGHTS, ANSWER, CALL };

static const char think[] = "<think>", think_end[] = "</think>";
static const char call[] = "<tool_call>", call_end[] = "</tool_call>";

void passage_begin(struct passage *p)
{
    str_init(&p->text, TEXT_LIMIT);
    str_init(&p->reasoning, TEXT_LIMIT);
    str_init(&p->waiting, TEXT_LIMIT);
    p->part = p->opened ? THOUGHTS : p->thoughts ? BEGINNING : ANSWER;
    p->bare = true;
}

void passage_free(struct passage *p)
{
    str_free(&p->text);
    str_free(&p->reasoning);
    str_free(&p->waiting);
    for (int i = 0; i < p->count; i++) {
        free((char *)(uintptr_t)p->call[i].name);
        free((char *)(uintptr_t)p->call[i].arguments);
    }
    free(p->call);
    p->call = NULL;
    p->count = 0;
}

bool passage_failed(const struct passage *p)
{
    return p->text.failed || p->reasoning.failed || p->waiting.failed;
}

bool passage_thinks(const struct passage *p)
{
    return p->part == THOUGHTS;
}

static const char *rest(const struct passage *p)
{
    return str_text(&p->waiting) + p->done;
}

static size_t left(const struct passage *p)
{
    return p->waiting.size - p->done;
}

/* Line ends around thoughts and in front of the answer belong to the way it is written down. */
static void tell(struct passage *p, size_t n)
{
    const char *s = rest(p);
    bool reasoning = p->part == THOUGHTS;
    p->done += n;
    while (n && p->bare && p->thoughts && *s == '\n') {
        s++;
        n--;
    }
    if (!n)
        return;
    p->bare = false;
    str_add(reasoning ? &p->reasoning : &p->text, s, n);
    if (p->tell)
        p->tell(p->arg, s, n, reasoning);
}

/* The marks at which a part ends: at most the two below, then those of `stop`. */
static const char *mark(const struct passage *p, int i)
{
    switch (p->part) {
    case THOUGHTS:
        return i == 0 ? think_end : NULL;
    case CALL:
        return i == 0 ? call_end : NULL;
    default:
        if (p->calls && i-- == 0)
            return call;
        return i < p->stops ? p->stop[i] : NULL;
    }
}

/* Where the first mark begins; its length, or 0 when there is none. */
static size_t find_mark(const struct passage *p, size_t *at, bool *stop)
{
    size_t length = 0;
    const char *m;
    *at = left(p);
    for (int i = 0; (m = mark(p, i)) != NULL; i++) {
        size_t n = strlen(m);
        const char *found = n ? memmem(rest(p), left(p), m, n) : NULL;
        if (!found || (length && (size_t)(found - rest(p)) >= *at))
            continue;
        *at = (size_t)(found - rest(p));
        length = n;
        *stop = p->part == ANSWER && !(p->calls && i == 0);
    }
    return length;
}

/* How much of the end could be the beginning of a mark. */
static size_t uncertain(const struct passage *p)
{
    size_t most = 0, n = left(p);
    const char *m;
    for (int i = 0; (m = mark(p, i)) != NULL; i++) {
        size_t k = strlen(m);
        for (k = k - 1 < n ? k - 1 : n; k > most; k--)
            if (memcmp(rest(p) + n - k, m, k) == 0)
                most = k;
    }
    /* Line ends behind the thoughts are none of them. */
    while (p->part == THOUGHTS && most < n && rest(p)[n - most - 1] == '\n')
        most++;
    return most;
}

static char *copy(const char *s, size_t n)
{
    char *out = malloc(n + 1);
    if (out) {
        memcpy(out, s, n);
        out[n] = '\0';
    }
    return out;
}

/* {"name": ..., "arguments": {...}}; false when it is something else. */
static bool read_call(
    const char *text, size_t size, char name[NAME_LIMIT], const char **arguments, size_t *bytes)
{
    struct json_scan s = {text, text + size, false};
    char key[NAME_LIMIT];
    *arguments = NULL;
    name[0] = '\0';
    json_scan_enter(&s, '{');
    for (int64_t i = 0; json_scan_next(&s, '}', i); i++) {
        size_t n = json_scan_string(&s, key, sizeof key - 1);
        key[n] = '\0';
        json_scan_colon(&s);
        if (strcmp(key, "name") == 0 && json_scan_peek(&s) == '"') {
            n = json_scan_string(&s, name, NAME_LIMIT - 1);
            name[n] = '\0';
            continue;
        }
        bool wanted = strcmp(key, "arguments") == 0 && json_scan_peek(&s) == '{';
        const char *at = s.at;
        json_scan_skip(&s);
        if (wanted) {
            *arguments = at;
            *bytes = (size_t)(s.at - at);
        }
    }
    return !s.failed && name[0] && *arguments && json_scan_peek(&s) == '\0';
}

/* What stands in front of the next n bytes' end mark is a call, or else was text after all. */
static void take_call(struct passage *p, size_t n)
{
    char name[NAME_LIMIT];
    const char *arguments;
    size_t bytes = 0;
    if (p->count < CALLS_MOST && read_call(rest(p), n, name, &arguments, &bytes)) {
        struct ih_chat_call *more = realloc(p->call, ((size_t)p->count + 1) * sizeof *more);
        if (more) {
            p->call = more;
            more[p->count].name = copy(name, strlen(name));
            more[p->count].arguments = copy(arguments, bytes);
            p->count++;
            p->done += n + sizeof call_end - 1;
            p->part = ANSWER;
            return;
        }
    }
    p->part = ANSWER;
    str_add_text(&p->text, call);
    if (p->tell)
        p->tell(p->arg, call, sizeof call - 1, false);
    tell(p, n + sizeof call_end - 1);
}

/* Passes the mark that comes next. */
static void pass(struct passage *p, size_t length, bool stop)
{
    switch (p->part) {
    case CALL:
        return;
    case THOUGHTS:
        p->part = ANSWER;
        p->bare = true;
        break;
    default:
        p->stopped = stop;
        p->part = CALL;
    }
    p->done += length;
}

/* Whether the beginning is that of thoughts; false while that is not known. */
static bool begin(struct passage *p)
{
    const char *s = rest(p);
    size_t n = left(p), blank = strspn(s, "\n ");
    size_t common = n - blank < sizeof think - 1 ? n - blank : sizeof think - 1;
    if (memcmp(s + blank, think, common) != 0)
        p->part = ANSWER;
    else if (common < sizeof think - 1)
        return false;
    else {
        p->part = THOUGHTS;
        p->done += blank + common;
    }
    return true;
}

static void run(struct passage *p)
{
    size_t at, length;
    bool stop = false;
    if (p->part == BEGINNING && !begin(p))
        return;
    while (!p->stopped && (length = find_mark(p, &at, &stop)) > 0) {
        if (p->part == CALL) {
            take_call(p, at);
            continue;
        }
        size_t end = at;
        while (p->part == THOUGHTS && end && rest(p)[end - 1] == '\n')
            end--;
        tell(p, end);
        p->done += at - end;
        pass(p, length, stop);
    }
    if (!p->stopped && p->part != CALL)
        tell(p, left(p) - uncertain(p));
}

void passage_add(struct passage *p, const char *text, size_t bytes)
{
    if (p->stopped)
        return;
    str_add(&p->waiting, text, bytes);
    if (!p->waiting.failed)
        run(p);
}

void passage_end(struct passage *p)
{
    if (p->stopped || p->waiting.failed)
        return;
    if (p->part == CALL) { /* broken off */
        p->part = ANSWER;
        str_add_text(&p->text, call);
        if (p->tell)
            p->tell(p->arg, call, sizeof call - 1, false);
    }
    if (p->part == BEGINNING)
        p->part = ANSWER;
    tell(p, left(p));
}
