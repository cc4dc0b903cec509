/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flow.h"
#include "cli/review.h"

#include <stdlib.h>
#include <string.h>

enum { NARROWEST = 34, GAP = 3, ANSWERS_MOST = 8 };

static void show_points(const struct terminal *t, const json_t *letter, const char *key,
    const char *heading, enum style s)
{
    const json_t *point, *ref;
    size_t i, k;
    if (!json_array_size(json_object_get(letter, key)))
        return;
    fprintf(t->file, "\n%s%s%s\n", style(t, s), heading, style_end(t));
    json_array_foreach(json_object_get(letter, key), i, point)
    {
        struct flow f;
        flow_begin(&f, t, 4, 4);
        fprintf(t->file, "  %s ", t->utf8 ? "•" : "*");
        flow_text(&f, panel_text(point, "text"), strlen(panel_text(point, "text")), STYLE_PLAIN);
        json_array_foreach(json_object_get(point, "references"), k, ref)
        {
            f.blank = true;
            flow_text(&f, json_string_value(ref), strlen(json_string_value(ref)), STYLE_CYAN);
        }
        flow_end(&f);
    }
}

static void show_letter(const struct terminal *t, const json_t *council)
{
    const json_t *letter = json_object_get(council, "letter");
    const char *reason = panel_text(council, "reason"), *note = panel_text(council, "note");
    if (json_is_object(letter)) {
        fprintf(t->file, "%sLetter of %s%s\n", style(t, STYLE_BOLD), panel_text(council, "judge"),
            style_end(t));
        flow_line(t, 0, "", panel_text(letter, "summary"), STYLE_PLAIN);
        show_points(t, letter, "agreements", "Where they agree", STYLE_GREEN);
        show_points(t, letter, "differences", "Where they differ", STYLE_YELLOW);
        show_points(t, letter, "single", "What only one saw", STYLE_CYAN);
    }
    if (*reason)
        flow_line(t, 0, "note:", reason, STYLE_YELLOW);
    if (*note)
        flow_line(t, 0, "note:", note, STYLE_YELLOW);
    fputc('\n', t->file);
}

/* An answer with its sentences numbered, as references name them. */
static void print_answer(const struct terminal *t, const json_t *a)
{
    const char *letter = panel_text(a, "letter"), *error = panel_text(a, "error");
    const json_t *sentence;
    struct flow f;
    char number[32];
    size_t i;
    flow_begin(&f, t, 0, 0);
    snprintf(number, sizeof number, "%s ", letter);
    flow_text(&f, number, strlen(number), STYLE_BOLD);
    flow_text(&f, panel_text(a, "author"), strlen(panel_text(a, "author")), STYLE_BOLD);
    flow_end(&f);
    if (*error)
        flow_line(t, 0, "no answer:", error, STYLE_RED);
    json_array_foreach(json_object_get(a, "sentences"), i, sentence)
    {
        const char *text = json_string_value(sentence);
        flow_begin(&f, t, 4, 4);
        fprintf(t->file, "%s%s%-3zu%s", style(t, STYLE_CYAN), letter, i + 1, style_end(t));
        flow_text(&f, text, strlen(text), STYLE_PLAIN);
        flow_end(&f);
    }
}

/* The lines of one column; the text is cut up in place. */
struct column {
    char *text, *next;
};

static bool fill(struct column *c, const struct terminal *t, const json_t *answer, int width)
{
    size_t size;
    struct terminal narrow = *t;
    *c = (struct column){0};
    narrow.file = open_memstream(&c->text, &size);
    narrow.width = width;
    narrow.colours = false; /* escape codes would be counted */
    if (!narrow.file)
        return false;
    print_answer(&narrow, answer);
    bool done = fclose(narrow.file) == 0;
    c->next = c->text;
    return done && c->text;
}

static void print_columns(const struct terminal *t, struct column *c, int count, int width)
{
    bool more = true;
    for (int row = 0; more; row++) {
        more = false;
        for (int i = 0; i < count; i++) {
            char *line = c[i].next, *end = line ? strchr(line, '\n') : NULL;
            if (end)
                *end = 0;
            c[i].next = end && end[1] ? end + 1 : NULL;
            line = line ? line : (char[]){""};
            more = more || c[i].next;
            bool last = i + 1 == count;
            fprintf(
                t->file, "%s%s%s", row ? "" : style(t, STYLE_BOLD), line, row ? "" : style_end(t));
            int pad = width - text_columns(line);
            fprintf(t->file, "%*s", last || pad < 0 ? 0 : pad, "");
            if (!last)
                fprintf(
                    t->file, "%s %s %s", style(t, STYLE_DIM), t->utf8 ? "│" : "|", style_end(t));
        }
        fputc('\n', t->file);
    }
}

static bool show_columns(const struct terminal *t, const json_t *answers)
{
    struct column column[ANSWERS_MOST] = {{0}};
    int count = (int)json_array_size(answers);
    int width = count ? (t->width - GAP * (count - 1)) / count : 0;
    if (!t->is_tty || width < NARROWEST || count > ANSWERS_MOST)
        return false;
    bool done = true;
    for (int i = 0; i < count && done; i++)
        done = fill(&column[i], t, json_array_get(answers, (size_t)i), width);
    if (done)
        print_columns(t, column, count, width);
    for (int i = 0; i < count; i++)
        free(column[i].text);
    return done;
}

void council_show(const struct terminal *t, const json_t *council)
{
    const json_t *answers = json_object_get(council, "answers"), *a;
    size_t i;
    show_letter(t, council);
    if (!show_columns(t, answers))
        json_array_foreach(answers, i, a)
        {
            print_answer(t, a);
            fputc('\n', t->file);
        }
}
