/* SPDX-License-Identifier: Apache-2.0 */
/* What a council said, for programs and as one text. */
#include "review/council.h"

#include "review/words.h"

#include <stdlib.h>
#include <string.h>

static json_t *answer_json(const struct council_answer *a, int number)
{
    char letter[2] = {(char)('A' + number), 0};
    json_t *list = json_array();
    for (int i = 0; i < a->sentences; i++)
        json_array_append_new(
            list, json_stringn(a->text + a->sentence[i].start, a->sentence[i].bytes));
    json_t *o = json_pack("{ss ss ss? so}", "letter", letter, "author", a->author, "text", a->text,
        "sentences", list);
    if (o && a->error)
        json_object_set_new(o, "error", json_string(a->error));
    return o;
}

json_t *council_json(const struct council_setup *s, const struct council_result *r, bool whole)
{
    json_t *answers = json_array(), *steps = json_array(), *sources = json_array();
    for (int i = 0; i < r->answers; i++)
        json_array_append_new(answers, answer_json(&r->answer[i], i));
    for (int i = 0; i < r->log.steps; i++)
        json_array_append_new(steps, step_json(&r->log.step[i], whole));
    for (int i = 0; i < s->sources; i++)
        json_array_append_new(
            sources, json_pack("{ss sI}", "name", s->source[i].name ? s->source[i].name : "",
                         "bytes", (json_int_t)s->source[i].bytes));
    json_t *out = json_pack("{si ss ss so sO? ss ss? so so so}", "version", 1, "kind", "council",
        "judge", s->judge->name, "answers", answers, "letter", r->letter, "reason", r->reason,
        "note", r->note, "sources", sources, "steps", steps, "totals", step_totals(&r->log));
    if (out && whole)
        json_object_set_new(out, "prompt", json_string(s->prompt));
    return out;
}

static void print_points(FILE *to, const json_t *letter, const char *key, const char *heading)
{
    const json_t *list = json_object_get(letter, key), *point, *ref;
    size_t i, k;
    if (!json_array_size(list))
        return;
    fprintf(to, "**%s**\n\n", heading);
    json_array_foreach(list, i, point)
    {
        const char *text = json_string_value(json_object_get(point, "text"));
        fputs("- ", to);
        word_line(to, text, strlen(text));
        fputs(" (", to);
        json_array_foreach(json_object_get(point, "references"), k, ref)
        {
            fprintf(to, "%s%s", k ? ", " : "", json_string_value(ref));
        }
        fputs(")\n", to);
    }
    fputc('\n', to);
}

char *council_text(const struct council_result *r)
{
    struct pad pad;
    if (!pad_open(&pad))
        return NULL;
    if (r->letter) {
        fprintf(pad.file, "%s\n\n", json_string_value(json_object_get(r->letter, "summary")));
        print_points(pad.file, r->letter, "agreements", "Where they agree");
        print_points(pad.file, r->letter, "differences", "Where they differ");
        print_points(pad.file, r->letter, "single", "What only one saw");
    }
    if (r->reason[0])
        fprintf(pad.file, "(%s)\n\n", r->reason);
    for (int i = 0; i < r->answers; i++) {
        const struct council_answer *a = &r->answer[i];
        fprintf(pad.file, "## %c: %s\n\n", 'A' + i, a->author);
        if (a->text)
            fprintf(pad.file, "%s\n\n", a->text);
        else
            fprintf(pad.file, "(no answer: %s)\n\n", a->error ? a->error : "");
    }
    return pad_take(&pad);
}
