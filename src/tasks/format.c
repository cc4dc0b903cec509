/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/format.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A pause this long begins a new line of text. */
static const double paragraph_pause = 2.0;

struct ih_writer {
    const struct ih_format *format;
    const struct writer_kind *kind;
    unsigned flags;
    bool headed;
    int count;       /* segments, cues or rows written */
    double text_end; /* of the last segment */
    struct format_out out;
};

struct writer_kind {
    void (*head)(struct ih_writer *w);
    void (*segment)(struct ih_writer *w, const struct ih_segment *s, struct format_span text);
    void (*tail)(struct ih_writer *w, const struct ih_transcript *t);
};

void format_flush(struct format_out *o)
{
    if (o->used && !o->failed)
        o->failed = o->write(o->arg, o->buffer, o->used) != 0;
    o->used = 0;
}

void format_bytes(struct format_out *o, const void *data, size_t n)
{
    const char *p = data;
    while (n && !o->failed) {
        size_t room = sizeof o->buffer - o->used;
        size_t part = n < room ? n : room;
        memcpy(o->buffer + o->used, p, part);
        o->used += part;
        p += part;
        n -= part;
        if (o->used == sizeof o->buffer)
            format_flush(o);
    }
}

void format_text(struct format_out *o, const char *text)
{
    format_bytes(o, text, strlen(text));
}

void format_print(struct format_out *o, const char *format, ...)
{
    char line[128];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > 0)
        format_bytes(o, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

int64_t format_ticks(double seconds, int unit)
{
    const double longest = 1e9;
    if (!(seconds > 0))
        return 0;
    return llround((seconds < longest ? seconds : longest) * unit);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct format_span format_trim(const char *text)
{
    struct format_span s = {text ? text : "", 0};
    while (is_space(*s.text))
        s.text++;
    s.length = strlen(s.text);
    while (s.length && is_space(s.text[s.length - 1]))
        s.length--;
    return s;
}

/* Text that stays on one line: control characters become spaces. */
static void put_line(struct format_out *o, struct format_span s)
{
    for (size_t i = 0; i < s.length; i++) {
        unsigned char c = (unsigned char)s.text[i];
        if (c < ' ' || c == 0x7f)
            c = ' ';
        format_bytes(o, &c, 1);
    }
}

/* The same for a subtitle file, where an arrow would be taken for a line of times. */
static void put_cue(struct format_out *o, struct format_span s)
{
    for (size_t i = 0; i < s.length; i++) {
        if (i >= 2 && memcmp(s.text + i - 2, "-->", 3) == 0)
            format_text(o, " ");
        put_line(o, (struct format_span){s.text + i, 1});
    }
}

/* The same for WebVTT, where these three characters begin markup. */
static void put_vtt(struct format_out *o, struct format_span s)
{
    for (size_t i = 0; i < s.length; i++) {
        struct format_span one = {s.text + i, 1};
        if (*one.text == '&')
            format_text(o, "&amp;");
        else if (*one.text == '<')
            format_text(o, "&lt;");
        else if (*one.text == '>')
            format_text(o, "&gt;");
        else
            put_line(o, one);
    }
}

static void put_clock(struct format_out *o, double seconds, char point)
{
    int64_t ms = format_ticks(seconds, 1000);
    format_print(o, "%02lld:%02d:%02d%c%03d", (long long)(ms / 3600000), (int)(ms / 60000 % 60),
        (int)(ms / 1000 % 60), point, (int)(ms % 1000));
}

static void put_range(struct format_out *o, double begin, double end, char point)
{
    put_clock(o, begin, point);
    format_text(o, " --> ");
    put_clock(o, end > begin ? end : begin, point);
    format_text(o, "\n");
}

static bool has_words(const struct ih_writer *w, const struct ih_segment *s)
{
    return (w->flags & IH_FORMAT_WORDS) && s->word_count > 0;
}

static void text_segment(struct ih_writer *w, const struct ih_segment *s, struct format_span text)
{
    struct format_out *o = &w->out;
    if (w->count) {
        if (s->begin - w->text_end >= paragraph_pause)
            format_text(o, "\n");
        else if (is_space(s->text[0]))
            format_text(o, " ");
    }
    put_line(o, text);
    w->text_end = s->end;
    w->count++;
}

static void text_tail(struct ih_writer *w, const struct ih_transcript *t)
{
    if (!w->count && t) /* a model may give text without segments */
        put_line(&w->out, format_trim(t->text));
    if (w->count || (t && format_trim(t->text).length))
        format_text(&w->out, "\n");
}

static void srt_cue(
    struct ih_writer *w, double begin, double end, const struct ih_segment *s, int marked)
{
    struct format_out *o = &w->out;
    format_print(o, "%d\n", ++w->count);
    put_range(o, begin, end, ',');
    for (int i = 0; i < s->word_count; i++) {
        const char *word = s->words[i].text;
        if (i > 0 && is_space(word[0]))
            format_text(o, " ");
        format_text(o, i == marked ? "<u>" : "");
        put_cue(o, format_trim(word));
        format_text(o, i == marked ? "</u>" : "");
    }
    format_text(o, "\n\n");
}

/* A cue that ends where it begins is never shown, and WebVTT forbids it: text that a model put
 * behind the end of the recording gets a moment. */
static double visible_end(const struct ih_segment *s)
{
    int64_t begin = format_ticks(s->begin, 1000);
    return format_ticks(s->end, 1000) > begin ? s->end : (double)begin * 1e-3 + 0.1;
}

static void srt_segment(struct ih_writer *w, const struct ih_segment *s, struct format_span text)
{
    struct format_out *o = &w->out;
    if (!has_words(w, s)) {
        format_print(o, "%d\n", ++w->count);
        put_range(o, s->begin, visible_end(s), ',');
        put_cue(o, text);
        format_text(o, "\n\n");
        return;
    }
    double last = s->begin;
    for (int i = 0; i < s->word_count; i++) {
        const struct ih_word *word = &s->words[i];
        if (format_ticks(word->begin, 1000) > format_ticks(last, 1000))
            srt_cue(w, last, word->begin, s, -1);
        srt_cue(w, word->begin, word->end, s, i);
        last = word->end;
    }
}

static void vtt_head(struct ih_writer *w)
{
    format_text(&w->out, "WEBVTT\n\n");
}

static void vtt_segment(struct ih_writer *w, const struct ih_segment *s, struct format_span text)
{
    struct format_out *o = &w->out;
    put_range(o, s->begin, visible_end(s), '.');
    if (has_words(w, s)) {
        for (int i = 0; i < s->word_count; i++) {
            const struct ih_word *word = &s->words[i];
            if (i > 0 && is_space(word->text[0]))
                format_text(o, " ");
            /* A time inside a cue must lie after the cue's own begin. */
            if (format_ticks(word->begin, 1000) > format_ticks(s->begin, 1000)) {
                format_text(o, "<");
                put_clock(o, word->begin, '.');
                format_text(o, ">");
            }
            format_text(o, "<c>");
            put_vtt(o, format_trim(word->text));
            format_text(o, "</c>");
        }
    } else {
        put_vtt(o, text);
    }
    format_text(o, "\n\n");
}

static void tsv_head(struct ih_writer *w)
{
    format_text(&w->out, "start\tend\ttext\n");
}

static void tsv_row(struct format_out *o, double begin, double end, struct format_span text)
{
    format_print(o, "%lld\t%lld\t", (long long)format_ticks(begin, 1000),
        (long long)format_ticks(end > begin ? end : begin, 1000));
    put_line(o, text);
    format_text(o, "\n");
}

static void tsv_segment(struct ih_writer *w, const struct ih_segment *s, struct format_span text)
{
    if (!has_words(w, s))
        tsv_row(&w->out, s->begin, s->end, text);
    for (int i = 0; has_words(w, s) && i < s->word_count; i++)
        tsv_row(&w->out, s->words[i].begin, s->words[i].end, format_trim(s->words[i].text));
}

static void lrc_time(struct format_out *o, char open, double seconds, char close)
{
    int64_t cs = format_ticks(seconds, 100);
    format_print(o, "%c%02lld:%02d.%02d%c", open, (long long)(cs / 6000), (int)(cs / 100 % 60),
        (int)(cs % 100), close);
}

static void lrc_segment(struct ih_writer *w, const struct ih_segment *s, struct format_span text)
{
    struct format_out *o = &w->out;
    lrc_time(o, '[', s->begin, ']');
    if (has_words(w, s)) {
        for (int i = 0; i < s->word_count; i++) {
            if (i > 0 && is_space(s->words[i].text[0]))
                format_text(o, " ");
            lrc_time(o, '<', s->words[i].begin, '>');
            put_line(o, format_trim(s->words[i].text));
        }
    } else {
        put_line(o, text);
    }
    format_text(o, "\n");
}

static void json_tail(struct ih_writer *w, const struct ih_transcript *t)
{
    if (t)
        format_json(&w->out, t);
}

static void verbose_json_tail(struct ih_writer *w, const struct ih_transcript *t)
{
    if (t)
        format_verbose_json(&w->out, t, w->flags);
}

static const struct ih_format formats[] = {
    {"text", "txt", "text/plain; charset=utf-8", true},
    {"srt", "srt", "application/x-subrip; charset=utf-8", true},
    {"vtt", "vtt", "text/vtt; charset=utf-8", true},
    {"json", "json", "application/json", false},
    {"verbose_json", "verbose.json", "application/json", false},
    {"tsv", "tsv", "text/tab-separated-values; charset=utf-8", true},
    {"lrc", "lrc", "text/plain; charset=utf-8", true},
};
enum { FORMATS = sizeof formats / sizeof *formats };

static const struct writer_kind kinds[FORMATS] = {
    {.segment = text_segment, .tail = text_tail},
    {.segment = srt_segment},
    {.head = vtt_head, .segment = vtt_segment},
    {.tail = json_tail},
    {.tail = verbose_json_tail},
    {.head = tsv_head, .segment = tsv_segment},
    {.segment = lrc_segment},
};

const struct ih_format *ih_formats(int *count)
{
    *count = FORMATS;
    return formats;
}

const struct ih_format *ih_format_find(const char *name, struct ih_error *e)
{
    for (int i = 0; i < FORMATS; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    char all[128] = "";
    for (int i = 0, n = 0; i < FORMATS && n < (int)sizeof all; i++)
        n += snprintf(all + n, sizeof all - (size_t)n, "%s%s", i ? ", " : "", formats[i].name);
    err_set(e, IH_INVALID, "'%.40s' is not a format: choose one of %s", name, all);
    return NULL;
}

enum ih_status ih_writer_open(struct ih_writer **out, const char *format, unsigned flags,
    ih_write_fn write, void *arg, struct ih_error *e)
{
    *out = NULL;
    const struct ih_format *found = ih_format_find(format, e);
    if (!found)
        return IH_INVALID;
    struct ih_writer *w = calloc(1, sizeof *w);
    if (!w)
        return err_memory(e, "a transcript");
    w->format = found;
    w->kind = &kinds[found - formats];
    w->flags = flags;
    w->out.write = write;
    w->out.arg = arg;
    *out = w;
    return IH_OK;
}

static void begin(struct ih_writer *w)
{
    if (!w->headed && w->kind->head)
        w->kind->head(w);
    w->headed = true;
}

static enum ih_status end_call(struct ih_writer *w, struct ih_error *e)
{
    format_flush(&w->out);
    if (w->out.failed)
        return err_set(e, IH_IO, "the transcript could not be written");
    return IH_OK;
}

static void add_segment(struct ih_writer *w, const struct ih_segment *segment)
{
    struct format_span text = format_trim(segment->text);
    if (text.length && w->kind->segment)
        w->kind->segment(w, segment, text);
}

enum ih_status ih_writer_segment(
    struct ih_writer *w, const struct ih_segment *segment, struct ih_error *e)
{
    begin(w);
    add_segment(w, segment);
    return end_call(w, e);
}

enum ih_status ih_writer_finish(
    struct ih_writer *w, const struct ih_transcript *t, struct ih_error *e)
{
    begin(w);
    if (w->kind->tail)
        w->kind->tail(w, t);
    return end_call(w, e);
}

void ih_writer_close(struct ih_writer **w)
{
    free(*w);
    *w = NULL;
}

enum ih_status ih_transcript_write(const struct ih_transcript *t, const char *format,
    unsigned flags, ih_write_fn write, void *arg, struct ih_error *e)
{
    struct ih_writer *w;
    enum ih_status status = ih_writer_open(&w, format, flags, write, arg, e);
    if (status != IH_OK)
        return status;
    begin(w);
    for (int i = 0; i < t->segment_count && !w->out.failed; i++)
        add_segment(w, &t->segments[i]);
    status = ih_writer_finish(w, t, e);
    ih_writer_close(&w);
    return status;
}

static const struct {
    unsigned bit;
    const char *name, *text;
} warnings[] = {
    {IH_WARN_LOOP, "loop", "the model repeated itself; the repetition was cut"},
    {IH_WARN_SILENCE, "silence", "probably nothing was said here"},
    {IH_WARN_UNSURE, "unsure", "the model is unsure of these words"},
    {IH_WARN_TRUNCATED, "truncated", "the model ran into its length limit; words may be missing"},
};

const char *ih_warning_name(unsigned warning)
{
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
        if (warnings[i].bit == warning)
            return warnings[i].name;
    return NULL;
}

const char *ih_warning_text(unsigned warning)
{
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
        if (warnings[i].bit == warning)
            return warnings[i].text;
    return NULL;
}
