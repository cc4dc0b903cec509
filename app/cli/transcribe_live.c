/* SPDX-License-Identifier: Apache-2.0 */
/* Text while it is spoken: finals stay, the last line changes until it is final. */
#include "cli/transcribe.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void put(struct recording *r, const char *text)
{
    if (output_write(&r->out, text, strlen(text)) != 0)
        r->work->job.job.cancel = 1;
}

static void put_event(
    struct recording *r, const char *type, const char *text, double begin, double end)
{
    json_t *json = json_object();
    json_object_set_new(json, "type", json_string(type));
    json_object_set_new(json, "text", json_string(text));
    json_object_set_new(json, "start", json_real(begin));
    json_object_set_new(json, "end", json_real(end));
    char *line = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(json);
    if (line) {
        put(r, line);
        put(r, "\n");
    }
    free(line);
}

static void clear_partial(struct recording *r)
{
    if (r->partial_shown)
        put(r, "\r\033[K");
    r->partial_shown = false;
}

static const char *skip_space(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

void live_segment(void *arg, const struct ih_segment *segment)
{
    struct recording *r = arg;
    r->delivered++;
    if (r->work->request.json) {
        put_event(r, "segment", skip_space(segment->text), segment->begin, segment->end);
        return;
    }
    clear_partial(r);
    if (strcmp(r->work->format[0]->name, "text") == 0) {
        put(r, skip_space(segment->text));
        put(r, "\n");
    } else if (r->writer && ih_writer_segment(r->writer, segment, NULL) != IH_OK) {
        r->work->job.job.cancel = 1;
    }
}

/* The end of a long text matters more than its beginning. */
static const char *last_columns(const char *text, int columns)
{
    while (text_columns(text) > columns) {
        text++;
        while ((*text & 0xc0) == 0x80)
            text++;
    }
    return text;
}

void live_partial(void *arg, const char *text, double begin, double end)
{
    struct recording *r = arg;
    const struct terminal *out = &r->work->out;
    if (r->work->request.json) {
        if (text)
            put_event(r, "partial", skip_space(text), begin, end);
        return;
    }
    if (!out->is_tty)
        return;
    clear_partial(r);
    if (!text || !*skip_space(text))
        return;
    put(r, style(out, STYLE_DIM));
    put(r, last_columns(skip_space(text), out->width - 1));
    put(r, style_end(out));
    r->partial_shown = true;
}
