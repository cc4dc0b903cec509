/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/format.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void format_json_string(struct format_out *o, const char *text, size_t length)
{
    if (!text) {
        format_text(o, "null");
        return;
    }
    const unsigned char *p = (const unsigned char *)text;
    format_text(o, "\"");
    while (length) {
        uint32_t code;
        int read = utf8_decode((const char *)p, length, &code);
        size_t n = read > 0 ? (size_t)read : 1;
        if (read <= 0)
            format_text(o, "\xef\xbf\xbd");
        else if (*p == '"' || *p == '\\')
            format_print(o, "\\%c", *p);
        else if (*p == '\n')
            format_text(o, "\\n");
        else if (*p == '\t')
            format_text(o, "\\t");
        else if (*p < ' ' || *p == 0x7f)
            format_print(o, "\\u%04x", *p);
        else
            format_bytes(o, p, n);
        p += n;
        length -= n;
    }
    format_text(o, "\"");
}

static void json_text(struct format_out *o, const char *text)
{
    format_json_string(o, text, text ? strlen(text) : 0);
}

static void json_number(struct format_out *o, double value)
{
    char text[40];
    if (!isfinite(value)) {
        format_text(o, "null");
        return;
    }
    snprintf(text, sizeof text, "%.7g", value);
    for (char *p = text; *p; p++)
        if (!strchr("0123456789+-e", *p))
            *p = '.'; /* some locales write a comma */
    format_text(o, text);
}

/* Seconds to the millisecond, without the noise of binary fractions. */
static void json_seconds(struct format_out *o, double seconds)
{
    int64_t ms = format_ticks(seconds, 1000);
    int fraction = (int)(ms % 1000), digits = 3;
    while (digits > 1 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    format_print(o, "%lld.%0*d", (long long)(ms / 1000), digits, fraction);
}

static void json_begin_end(struct format_out *o, double begin, double end)
{
    format_text(o, "\"start\":");
    json_seconds(o, begin);
    format_text(o, ",\"end\":");
    json_seconds(o, end > begin ? end : begin);
}

static void json_warnings(struct format_out *o, unsigned warnings)
{
    const char *comma = "";
    format_text(o, "\"warnings\":[");
    for (unsigned bit = 1; bit && bit <= warnings; bit <<= 1) {
        const char *name = warnings & bit ? ih_warning_name(bit) : NULL;
        if (!name)
            continue;
        format_text(o, comma);
        json_text(o, name);
        comma = ",";
    }
    format_text(o, "]");
}

static void json_segment(struct format_out *o, const struct ih_segment *s)
{
    /* OpenAI's seek is the window's first frame of 10 ms; the segment's own begin is the nearest
     * thing that holds for windows cut at pauses. */
    format_print(o, "{\"id\":%d,\"seek\":%lld,", s->id, (long long)format_ticks(s->begin, 100));
    json_begin_end(o, s->begin, s->end);
    format_text(o, ",\"text\":");
    json_text(o, s->text ? s->text : "");
    format_text(o, ",\"tokens\":[");
    for (int i = 0; i < s->token_count; i++)
        format_print(o, "%s%d", i ? "," : "", (int)s->tokens[i]);
    format_text(o, "],\"temperature\":");
    json_number(o, (double)s->temperature);
    format_text(o, ",\"avg_logprob\":");
    json_number(o, (double)s->avg_logprob);
    format_text(o, ",\"compression_ratio\":");
    json_number(o, (double)s->compression_ratio);
    format_text(o, ",\"no_speech_prob\":");
    json_number(o, (double)s->no_speech_prob);
    format_text(o, ",");
    json_warnings(o, s->warnings);
    format_text(o, "}");
}

static void json_words(struct format_out *o, const struct ih_transcript *t)
{
    const char *comma = "";
    format_text(o, ",\"words\":[");
    for (int i = 0; i < t->segment_count; i++) {
        const struct ih_segment *s = &t->segments[i];
        for (int j = 0; j < s->word_count; j++) {
            struct format_span word = format_trim(s->words[j].text);
            format_text(o, comma);
            format_text(o, "{\"word\":");
            format_json_string(o, word.text, word.length);
            format_text(o, ",");
            json_begin_end(o, s->words[j].begin, s->words[j].end);
            format_text(o, ",\"probability\":");
            json_number(o, (double)s->words[j].probability);
            format_text(o, "}");
            comma = ",";
        }
    }
    format_text(o, "]");
}

void format_json(struct format_out *o, const struct ih_transcript *t)
{
    struct format_span text = format_trim(t->text);
    format_text(o, "{\"text\":");
    format_json_string(o, text.text, text.length);
    format_text(o, "}\n");
}

void format_verbose_json(struct format_out *o, const struct ih_transcript *t, unsigned flags)
{
    const char *name = t->language ? ih_language_name(t->language) : NULL;
    struct format_span text = format_trim(t->text);
    format_print(o, "{\"task\":\"%s\",\"language\":",
        flags & IH_FORMAT_TRANSLATED ? "translate" : "transcribe");
    json_text(o, name ? name : t->language);
    format_text(o, ",\"language_code\":");
    json_text(o, t->language);
    format_text(o, ",\"language_probability\":");
    json_number(o, (double)t->language_probability);
    format_text(o, ",\"duration\":");
    json_seconds(o, t->duration);
    format_text(o, ",\"speech\":");
    json_seconds(o, t->speech);
    format_print(o, ",\"damaged\":%s,\"text\":", t->damaged ? "true" : "false");
    format_json_string(o, text.text, text.length);
    format_text(o, ",\"segments\":[");
    for (int i = 0; i < t->segment_count; i++) {
        format_text(o, i ? "," : "");
        json_segment(o, &t->segments[i]);
    }
    format_text(o, "]");
    if (flags & IH_FORMAT_WORDS)
        json_words(o, t);
    format_text(o, "}\n");
}
