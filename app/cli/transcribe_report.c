/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about a transcript besides its text. */
#include "cli/json.h"
#include "cli/transcribe.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WARNINGS_SHOWN = 5 };

static void warning_lines(const struct work *w, const struct ih_transcript *t)
{
    const struct terminal *err = &w->err;
    char begin[24], end[24];
    int shown = 0, more = 0;
    for (int i = 0; i < t->segment_count; i++) {
        const struct ih_segment *s = &t->segments[i];
        for (unsigned bit = 1; bit && bit <= s->warnings; bit <<= 1) {
            const char *text = s->warnings & bit ? ih_warning_text(bit) : NULL;
            if (text && shown == WARNINGS_SHOWN)
                more++;
            if (!text || shown == WARNINGS_SHOWN)
                continue;
            shown++;
            fprintf(stderr, "%s%s to %s: %s%s\n", style(err, STYLE_YELLOW),
                clock_text(s->begin, begin, sizeof begin), clock_text(s->end, end, sizeof end),
                text, style_end(err));
        }
    }
    if (more)
        fprintf(stderr, "%sand %d more such warnings%s\n", style(err, STYLE_YELLOW), more,
            style_end(err));
    if (t->damaged)
        fprintf(stderr, "%sthe recording breaks off at %s; this is what could be read%s\n",
            style(err, STYLE_YELLOW), clock_text(t->duration, begin, sizeof begin), style_end(err));
}

static void language_text(const struct ih_transcript *t, char *buf, size_t size)
{
    const char *name = t->language ? ih_language_name(t->language) : NULL;
    if (!name)
        name = t->language ? t->language : "no language";
    if (t->language_probability > 0 && t->language_probability < 0.9995f)
        snprintf(buf, size, "%s (%.0f%%)", name, (double)t->language_probability * 100);
    else
        snprintf(buf, size, "%s", name);
    buf[0] = (char)toupper((unsigned char)buf[0]);
}

/* The program's own model says what it is not for. */
static void note_own_model(struct work *w)
{
    if (w->noted || strcmp(w->entry.name, "transcribe-1") != 0)
        return;
    w->noted = true;
    fprintf(stderr,
        "%snote: transcribe-1 is a small model for synthesized speech, digits and short commands; "
        "recordings of\npeople want Whisper weights: 'inhouse models pull small', then run this "
        "again%s\n",
        style(&w->err, STYLE_DIM), style_end(&w->err));
}

void report_footer(
    const struct recording *r, const struct ih_transcript *t, double seconds, bool stopped)
{
    struct work *w = r->work;
    const struct terminal *err = &w->err;
    char language[64], duration[24], rate[32] = "";
    const char *dot = err->utf8 ? " · " : ", ";
    if (w->request.quiet)
        return;
    language_text(t, language, sizeof language);
    if (seconds > 0 && t->duration > 0)
        snprintf(rate, sizeof rate, "%s%.*fx real time", dot, t->duration / seconds < 9.95,
            t->duration / seconds);
    fprintf(stderr, "%s%s%s%s of audio in %.1f s%s%s%s%s\n", style(err, STYLE_DIM), language, dot,
        clock_text(t->duration, duration, sizeof duration), seconds, rate, dot, w->entry.name,
        style_end(err));
    if (!t->segment_count)
        fprintf(stderr, "%sno speech was found%s\n", style(err, STYLE_YELLOW), style_end(err));
    warning_lines(w, t);
    if (stopped)
        fprintf(stderr, "%sstopped; what was recognised up to here is kept%s\n",
            style(err, STYLE_YELLOW), style_end(err));
    if (!w->request.stream)
        note_own_model(w);
}

static int to_memory(void *file, const void *data, size_t n)
{
    return fwrite(data, 1, n, file) == n ? 0 : -1;
}

/* The transcript in verbose_json, as a value. */
static json_t *transcript_json(const struct work *w, const struct ih_transcript *t)
{
    unsigned flags = (w->request.transcribe.words ? IH_FORMAT_WORDS : 0) |
                     (w->request.transcribe.translate ? IH_FORMAT_TRANSLATED : 0);
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        return NULL;
    enum ih_status status = ih_transcript_write(t, "verbose_json", flags, to_memory, f, NULL);
    json_t *json = NULL;
    if (fclose(f) == 0 && status == IH_OK)
        json = json_loadb(text, size, 0, NULL);
    free(text);
    return json;
}

int report_json(struct recording *r, const struct ih_transcript *t, const struct ih_error *e,
    double seconds, bool stopped)
{
    json_t *json = json_object();
    json_object_set_new(json, "file", json_name(r->name));
    json_object_set_new(json, "model", json_string(r->work->entry.name));
    if (t) {
        json_object_set_new(json, "seconds", json_real(seconds));
        json_object_set_new(json, "stopped", json_boolean(stopped));
        json_object_set_new(json, "transcript", transcript_json(r->work, t));
    } else {
        json_t *error = json_object();
        json_object_set_new(error, "code", json_string(json_status(e->code)));
        json_object_set_new(error, "message", json_name(e->text));
        json_object_set_new(json, "error", error);
    }
    return json_line(&r->out, json);
}
