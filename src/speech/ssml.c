/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/ssml.h"

#include "base/utf8.h"
#include "speech/ssml_reader.h"
#include "speech/tag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ssml_fail(struct reader *r, const char *format, ...)
{
    char text[400];
    if (r->status)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text[strlen(text) - utf8_unfinished(text, strlen(text))] = 0;
    r->status = err_set(r->e, IH_INVALID, "SSML, line %lu: %s",
        (unsigned long)XML_GetCurrentLineNumber(r->parser), text);
    XML_StopParser(r->parser, XML_FALSE);
}

static void out_of_memory(struct reader *r)
{
    if (!r->status)
        r->status = err_memory(r->e, "SSML");
    XML_StopParser(r->parser, XML_FALSE);
}

const char *ssml_keep(struct reader *r, const char *text)
{
    const char *copy = arena_strdup(&r->s->arena, text);
    if (!copy)
        out_of_memory(r);
    return copy;
}

static bool within_kind(const struct reader *r, enum kind kind)
{
    for (int i = 0; i < r->depth; i++)
        if (r->frame[i].kind == kind)
            return true;
    return false;
}

/* Whether the element may stand where it does. */
static bool check_place(struct reader *r, const char *name, const struct element *element)
{
    const struct frame *parent = r->depth ? &r->frame[r->depth - 1] : NULL;
    bool speak = !strcmp(ssml_local(name), "speak");
    enum kind kind = element ? element->kind : INSIDE;
    if (!parent && !speak)
        ssml_fail(r, "SSML begins with <speak>, not with <%.40s>", name);
    else if (parent && speak)
        ssml_fail(r, "<speak> may not stand inside of another element");
    else if (r->depth == DEPTH)
        ssml_fail(r, "elements are nested more than %d deep", (int)DEPTH);
    else if (parent && (parent->kind == LEAF || parent->kind == EMPTY))
        ssml_fail(r, "<%.40s> may not stand inside of <%s>", name, parent->element->name);
    else if (kind == PARAGRAPH && (within_kind(r, PARAGRAPH) || within_kind(r, SENTENCE)))
        ssml_fail(r, "<%s> may not stand inside of a paragraph or a sentence", name);
    else if (kind == SENTENCE && within_kind(r, SENTENCE))
        ssml_fail(r, "<%s> may not stand inside of a sentence", name);
    return !r->status;
}

static void read_language(struct reader *r, struct manner *m, const char **attributes)
{
    char tag[TAG_BYTES];
    for (; *attributes; attributes += 2) {
        if (strcmp(attributes[0], "xml:lang") != 0)
            continue;
        if (tag_read(attributes[1], tag))
            m->language = ssml_keep(r, tag);
        else
            ssml_fail(r, "xml:lang=\"%.40s\" is no language", attributes[1]);
    }
}

static size_t input_place(const struct reader *r, size_t index)
{
    return r->origin ? r->origin[index] : index;
}

static size_t here(const struct reader *r)
{
    return (size_t)XML_GetCurrentByteIndex(r->parser);
}

static void add_boundary(struct reader *r, enum kind kind)
{
    if (kind == PARAGRAPH || kind == SENTENCE)
        script_event(
            r->s, (struct event){.kind = kind == PARAGRAPH ? EVENT_PARAGRAPH : EVENT_SENTENCE});
}

static bool same_manner(const struct manner *a, const struct manner *b)
{
    return a->language == b->language && a->voice == b->voice && a->style == b->style &&
           a->say_as == b->say_as && a->format == b->format && a->degree == b->degree &&
           a->rate == b->rate && a->pitch == b->pitch && a->volume == b->volume;
}

static void on_start(void *arg, const char *name, const char **attributes)
{
    struct reader *r = arg;
    const struct element *element = ssml_element(name);
    if (r->status || !check_place(r, name, element))
        return;
    int outer = r->depth ? r->frame[r->depth - 1].manner : 0;
    struct manner manner = script_manners(r->s)[outer];
    struct frame *f = &r->frame[r->depth++];
    *f = (struct frame){.element = element,
        .kind = element ? element->kind : INSIDE,
        .begin = here(r),
        .text = r->s->text.size};
    if (within_kind(r, MUTE))
        f->kind = MUTE;
    if (!element)
        warn(r->w, "the element <%.60s> is not known; the text in it is said as it stands", name);
    for (const char **a = attributes; element && *a; a += 2)
        if (!ssml_knows(element, *a))
            warn(r->w, "the attribute %.60s of <%s> is not known and left out", *a, element->name);
    read_language(r, &manner, attributes);
    if (element && element->start && !r->status)
        element->start(r, f, &manner, attributes);
    f->manner =
        same_manner(&manner, &script_manners(r->s)[outer]) ? outer : script_manner(r->s, &manner);
    f->run.manner = f->manner;
    add_boundary(r, f->kind);
    if (r->s->manner.failed || r->s->event.failed)
        ssml_fail(r, "there is too much mark-up");
}

static void on_end(void *arg, const char *name)
{
    (void)name;
    struct reader *r = arg;
    if (r->status || !r->depth)
        return;
    struct frame *f = &r->frame[--r->depth];
    size_t end = here(r) + (size_t)XML_GetCurrentByteCount(r->parser);
    if (f->run.kind != RUN_TEXT && f->text == r->s->text.size) {
        size_t begin = input_place(r, f->begin);
        script_add(r->s, &f->run, SCRIPT_OBJECT, sizeof SCRIPT_OBJECT - 1, begin,
            input_place(r, end) - begin);
    }
    add_boundary(r, f->kind);
}

static bool is_blank(const char *text, int n)
{
    for (int i = 0; i < n; i++)
        if (!strchr(" \t\r\n", text[i]))
            return false;
    return true;
}

static void add_blank(struct reader *r, const struct run *run, size_t at, int bytes)
{
    script_add(r->s, run, " ", 1, at, (size_t)bytes);
}

/* Text up to the next white space of another kind than the space, which becomes one: lines mean
 * nothing in XML. */
static void on_text(void *arg, const char *text, int n)
{
    struct reader *r = arg;
    if (r->status || !r->depth)
        return;
    struct frame *f = &r->frame[r->depth - 1];
    int count = XML_GetCurrentByteCount(r->parser);
    size_t at = here(r);
    if (f->kind == MUTE || (f->kind == EMPTY && is_blank(text, n)))
        return;
    if (f->kind == EMPTY) {
        ssml_fail(r, "<%s> may not have anything in it", f->element->name);
        return;
    }
    if (count != n) {
        bool blank = is_blank(text, n);
        script_add(r->s, &f->run, blank ? " " : text, blank ? 1 : (size_t)n, input_place(r, at),
            input_place(r, at + (size_t)count) - input_place(r, at));
        return;
    }
    for (int i = 0; i < n;) {
        size_t place = input_place(r, at + (size_t)i);
        int used = 0;
        while (i + used < n && !strchr("\t\r\n", text[i + used]) && !(r->origin && used))
            used++;
        if (used)
            script_add(r->s, &f->run, text + i, (size_t)used, place, (size_t)used);
        else
            add_blank(r, &f->run, place, 1);
        i += used ? used : 1;
    }
}

static void on_doctype(void *arg, const char *name, const char *system, const char *public, int own)
{
    (void)name;
    (void)system;
    (void)public;
    (void)own;
    ssml_fail(arg, "a document type (<!DOCTYPE) is not allowed");
}

/* Reads bytes that are UTF-8. */
static enum ih_status parse(struct reader *r, const char *text, size_t bytes)
{
    r->parser = XML_ParserCreate("UTF-8");
    if (!r->parser)
        return err_memory(r->e, "SSML");
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    enum XML_Status done = XML_Parse(r->parser, text, (int)bytes, XML_TRUE);
    if (done != XML_STATUS_OK && !r->status)
        r->status = XML_GetErrorCode(r->parser) == XML_ERROR_NO_MEMORY
                        ? err_memory(r->e, "SSML")
                        : err_set(r->e, IH_INVALID, "SSML, line %lu: %s",
                              (unsigned long)XML_GetCurrentLineNumber(r->parser),
                              XML_ErrorString(XML_GetErrorCode(r->parser)));
    XML_ParserFree(r->parser);
    return r->status ? r->status : script_check(r->s, r->e);
}

/* Replaces what is not UTF-8; origin[i] is where byte i of the result comes from. */
static size_t repair(char *out, uint32_t *origin, const char *text, size_t bytes)
{
    size_t n = 0;
    for (size_t i = 0; i < bytes;) {
        uint32_t c;
        int used = utf8_decode(text + i, bytes - i, &c);
        size_t from = used > 0 ? (size_t)used : used < 0 ? (size_t)-used : bytes - i;
        size_t to = (size_t)utf8_encode(out + n, used > 0 ? c : 0xfffd);
        for (size_t k = 0; k < to; k++)
            origin[n++] = (uint32_t)(used > 0 ? i + k : i);
        i += from;
    }
    origin[n] = (uint32_t)bytes;
    return n;
}

enum ih_status ssml_read(
    struct script *s, const char *text, size_t bytes, struct warnings *w, struct ih_error *e)
{
    if (bytes > SCRIPT_BYTES)
        return err_set(e, IH_INVALID, "the text is %zu bytes long; at most %d are allowed", bytes,
            (int)SCRIPT_BYTES);
    struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return err_memory(e, "SSML");
    *r = (struct reader){.s = s, .w = w, .e = e};
    s->input = bytes;
    enum ih_status status;
    if (utf8_valid(text, bytes)) {
        status = parse(r, text, bytes);
    } else {
        char *whole = malloc(3 * bytes + 4);
        uint32_t *origin = malloc((3 * bytes + 1) * sizeof *origin);
        r->origin = origin;
        status = whole && origin ? parse(r, whole, repair(whole, origin, text, bytes))
                                 : err_memory(e, "SSML");
        free(whole);
        free(origin);
    }
    free(r);
    return status;
}

bool ssml_begins(const char *text, size_t bytes)
{
    static const char *const begins[] = {"<speak", "<?xml"};
    size_t i = bytes >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < bytes && strchr(" \t\r\n", text[i]) && text[i])
        i++;
    for (int k = 0; k < 2; k++) {
        size_t n = strlen(begins[k]);
        if (bytes - i > n && !memcmp(text + i, begins[k], n) && strchr(" \t\r\n>/", text[i + n]) &&
            text[i + n])
            return true;
    }
    return false;
}
