/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/script.h"

#include "base/utf8.h"
#include "speech/ipa.h"

#include <string.h>

static const struct manner usual = {.degree = 1, .rate = 1, .volume = 1};

void script_init(struct script *s)
{
    memset(s, 0, sizeof *s);
    str_init(&s->text, 3 * (size_t)SCRIPT_BYTES);
    str_init(&s->source, 3 * (size_t)SCRIPT_BYTES * sizeof(uint32_t));
    str_init(&s->manner, SCRIPT_PARTS * sizeof(struct manner));
    str_init(&s->run, SCRIPT_PARTS * sizeof(struct run));
    str_init(&s->event, SCRIPT_PARTS * sizeof(struct event));
    str_add(&s->manner, &usual, sizeof usual);
}

void script_free(struct script *s)
{
    arena_free(&s->arena);
    str_free(&s->text);
    str_free(&s->source);
    str_free(&s->manner);
    str_free(&s->run);
    str_free(&s->event);
}

enum ih_status script_check(const struct script *s, struct ih_error *e)
{
    if (s->text.failed || s->source.failed || s->manner.failed || s->run.failed || s->event.failed)
        return err_set(e, IH_NO_MEMORY, "the text is too long or has too much mark-up");
    return IH_OK;
}

int script_manner(struct script *s, const struct manner *m)
{
    str_add(&s->manner, m, sizeof *m);
    return s->manner.failed ? 0 : (int)(s->manner.size / sizeof *m) - 1;
}

void script_event(struct script *s, struct event event)
{
    event.at = s->text.size;
    str_add(&s->event, &event, sizeof event);
}

/* Where byte i of n comes from. */
static uint32_t source_of(size_t i, size_t n, size_t source, size_t source_bytes)
{
    if (n == source_bytes)
        return (uint32_t)(source + i);
    return (uint32_t)(i && i == n - 1 && source_bytes ? source + source_bytes - 1 : source);
}

void script_add(struct script *s, const struct run *like, const char *text, size_t bytes,
    size_t source, size_t source_bytes)
{
    if (!bytes)
        return;
    struct run run = *like, *last = NULL;
    run.begin = s->text.size;
    run.end = run.begin + bytes;
    if (s->run.size)
        last = (struct run *)(void *)(s->run.data + s->run.size - sizeof run);
    str_add(&s->text, text, bytes);
    for (size_t i = 0; i < bytes && !s->source.failed; i++) {
        uint32_t from = source_of(i, bytes, source, source_bytes);
        str_add(&s->source, &from, sizeof from);
    }
    if (last && last->kind == run.kind && last->manner == run.manner && last->said == run.said)
        last->end = run.end;
    else
        str_add(&s->run, &run, sizeof run);
}

size_t script_source(const struct script *s, size_t at)
{
    uint32_t from = (uint32_t)s->input;
    if (at < s->text.size)
        memcpy(&from, s->source.data + at * sizeof from, sizeof from);
    return from;
}

size_t script_source_end(const struct script *s, size_t end)
{
    return script_source(s, end - 1) + 1;
}

int script_find_run(const struct script *s, size_t at)
{
    int low = 0, high;
    const struct run *run = script_runs(s, &high);
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (run[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The bytes of a stretch in double brackets at the text that reads as phonemes, or 0. */
static size_t read_brackets(struct script *s, const char *text, size_t n, const char **said)
{
    static const char open[] = "[[";
    if (n < 5 || memcmp(text, open, 2))
        return 0;
    const char *end = text + 2, *limit = text + (n < SCRIPT_SAID ? n : SCRIPT_SAID);
    while (end < limit && *end != '[' && *end != ']')
        end++;
    if (end + 1 >= limit || *end != ']' || end[1] != ']')
        return 0;
    struct str ipa;
    str_init(&ipa, 4 * SCRIPT_SAID);
    size_t used = 0;
    if (!ipa_read(&ipa, text + 2, (size_t)(end - text) - 2, NULL) && ipa.size &&
        (*said = arena_strdup(&s->arena, str_text(&ipa))))
        used = (size_t)(end - text) + 2;
    str_free(&ipa);
    return used;
}

/* Bytes from the text on that go over as they are. */
static size_t plain_bytes(const char *text, size_t n)
{
    size_t i = 0;
    while (i < n && text[i] && !(text[i] == '[' && i + 1 < n && text[i + 1] == '[')) {
        uint32_t c;
        int used = utf8_decode(text + i, n - i, &c);
        if (used <= 0)
            break;
        i += (size_t)used;
    }
    return i;
}

/* Bytes of what is not UTF-8, or of the NUL, which would end a string. */
static size_t broken_bytes(const char *text, size_t n)
{
    uint32_t c;
    int used = utf8_decode(text, n, &c);
    return used < 0 ? (size_t)-used : used ? (size_t)used : n;
}

enum ih_status script_plain(struct script *s, const char *text, size_t bytes, struct ih_error *e)
{
    static const struct run plain = {.kind = RUN_TEXT};
    if (bytes > SCRIPT_BYTES)
        return err_set(e, IH_INVALID, "the text is %zu bytes long; at most %d are allowed", bytes,
            (int)SCRIPT_BYTES);
    s->input = bytes;
    for (size_t i = 0; i < bytes && !s->text.failed;) {
        size_t used = plain_bytes(text + i, bytes - i);
        script_add(s, &plain, text + i, used, i, used);
        i += used;
        if (i == bytes)
            break;
        struct run run = {.kind = RUN_PHONEMES};
        used = read_brackets(s, text + i, bytes - i, &run.said);
        if (used)
            script_add(s, &run, SCRIPT_OBJECT, sizeof SCRIPT_OBJECT - 1, i, used);
        else if (text[i] == '[')
            script_add(s, &plain, text + i, used = 2, i, 2);
        else
            script_add(s, &plain, "\xef\xbf\xbd", 3, i, used = broken_bytes(text + i, bytes - i));
        i += used;
    }
    return script_check(s, e);
}
