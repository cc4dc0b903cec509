/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about a sound besides the sound. */
#include "cli/json.h"
#include "cli/speak.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WAVE_COLUMNS = 64 };

static void language_text(const struct speech_work *w, char *buf, size_t size)
{
    const char *name = ih_language_name(w->language);
    if (w->languages > 1)
        snprintf(buf, size, "several languages");
    else
        snprintf(buf, size, "%s", name ? name : w->language);
    buf[0] = (char)toupper((unsigned char)buf[0]);
}

static const char *place_text(const struct speech_work *w)
{
    return w->to_file ? w->path : w->to_stdout ? "standard output" : "played";
}

void speak_footer(struct speech_work *w, double seconds, bool stopped)
{
    const struct terminal *err = &w->err;
    char language[64], duration[24], rate[32] = "";
    const char *dot = err->utf8 ? " · " : ", ";
    double took = now_seconds() - w->began;
    if (w->request.quiet || !w->sentences)
        return;
    if (err->is_tty && err->utf8) {
        fputs(style(err, STYLE_CYAN), stderr);
        waveform_draw(
            &w->waveform, stderr, err->width - 1 < WAVE_COLUMNS ? err->width - 1 : WAVE_COLUMNS);
        fprintf(stderr, "%s\n", style_end(err));
    }
    /* What waits for the speakers has no speed of its own. */
    if (took > 0 && !w->request.play)
        snprintf(rate, sizeof rate, " in %.1f s%s%.*fx real time", took, dot, seconds / took < 9.95,
            seconds / took);
    language_text(w, language, sizeof language);
    fprintf(stderr, "%s%s%s%s%s%s of speech%s%s%s%s%s%s\n", style(err, STYLE_DIM), language, dot,
        w->voices > 1 ? "several voices" : w->voice, dot,
        clock_text(seconds, duration, sizeof duration), rate, dot, w->entry.name, dot,
        place_text(w), style_end(err));
    if (w->checker)
        fprintf(stderr, "%s%d of %d sentences were read back as they were said%s\n",
            style(err, w->bad ? STYLE_YELLOW : STYLE_DIM), w->sentences - w->bad, w->sentences,
            style_end(err));
    if (stopped)
        fprintf(stderr, "%sstopped; what was said up to here is kept%s\n", style(err, STYLE_YELLOW),
            style_end(err));
}

void speak_json(struct speech_work *w, double seconds, bool stopped, const struct ih_error *e)
{
    struct output out;
    json_t *json = json_object();
    if (w->to_file)
        json_object_set_new(json, "file", json_name(w->path));
    json_object_set_new(json, "model", json_name(w->entry.name));
    if (e) {
        json_t *error = json_object();
        json_object_set_new(error, "code", json_string(json_status(e->code)));
        json_object_set_new(error, "message", json_name(e->text));
        json_object_set_new(json, "error", error);
    } else {
        json_object_set_new(json, "format", json_string(w->format->name));
        json_object_set_new(json, "voice", json_name(w->voice));
        json_object_set_new(json, "language", json_name(w->language));
        json_object_set_new(json, "duration", json_real(seconds));
        json_object_set_new(json, "seconds", json_real(now_seconds() - w->began));
        json_object_set_new(json, "sentences", json_integer(w->sentences));
        if (w->checker)
            json_object_set_new(json, "bad", json_integer(w->bad));
        json_object_set_new(json, "stopped", json_boolean(stopped));
    }
    output_stdout(&out);
    json_line(&out, json);
}
