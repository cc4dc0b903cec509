/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flow.h"
#include "cli/review.h"

#include <string.h>

static const char *mark(const struct terminal *t, bool good)
{
    return t->utf8 ? good ? "✓" : "✗" : good ? "+" : "x";
}

static bool is_found(const json_t *finding)
{
    return strcmp(panel_text(finding, "verdict"), "found") == 0;
}

void review_label(const struct terminal *t, const json_t *record)
{
    const char *reason = panel_text(record, "reason"), *note = panel_text(record, "note");
    bool reviewed = json_is_true(json_object_get(record, "reviewed"));
    if (!reviewed || *reason || *note)
        fputc('\n', t->file);
    if (!reviewed)
        flow_line(t, 0, "NOT REVIEWED", "", STYLE_YELLOW);
    if (*reason)
        flow_line(t, 0, "", reason, STYLE_PLAIN);
    if (*note)
        flow_line(t, 0, "note:", note, STYLE_YELLOW);
}

/* What code and the reviewer have against a claim. */
static void show_objections(
    const struct terminal *t, const json_t *round, const json_t *verdict, json_int_t number)
{
    enum { INDENT = 7 };
    const json_t *f;
    size_t i;
    const char *said = panel_text(verdict, "verdict"), *reason = panel_text(verdict, "reason");
    if (strcmp(said, "change") == 0 || strcmp(said, "remove") == 0)
        flow_line(
            t, INDENT, strcmp(said, "change") == 0 ? "change:" : "remove:", reason, STYLE_YELLOW);
    else if (*reason)
        flow_line(t, INDENT, "reviewer:", reason, STYLE_DIM);
    json_array_foreach(json_object_get(round, "findings"), i, f)
    {
        if (!is_found(f) && json_integer_value(json_object_get(f, "claim")) == number)
            flow_line(t, INDENT, "by code:", panel_text(f, "says"), STYLE_RED);
    }
}

static void show_claims(const struct terminal *t, const json_t *round)
{
    const json_t *verdict = json_object_get(round, "verdict"), *c, *gap;
    const json_t *judged = json_object_get(verdict, "claims");
    char number[24];
    size_t i;
    json_array_foreach(json_object_get(round, "claims"), i, c)
    {
        bool good = !json_is_true(json_object_get(c, "objected"));
        struct flow f;
        flow_begin(&f, t, 0, 7);
        int n = snprintf(number, sizeof number, "%zu", i + 1);
        fprintf(t->file, "  %s%s%s %s%*s ", style(t, good ? STYLE_GREEN : STYLE_RED),
            judged || !good ? mark(t, good) : "?", style_end(t), number, n < 2 ? 2 - n : 0, "");
        f.column = 7;
        flow_text(&f, panel_text(c, "text"), strlen(panel_text(c, "text")), STYLE_PLAIN);
        flow_end(&f);
        if (!good)
            show_objections(t, round, json_array_get(judged, i), (json_int_t)i + 1);
    }
    json_array_foreach(json_object_get(verdict, "missing"), i, gap)
    {
        flow_line(t, 2, "missing:", json_string_value(gap), STYLE_YELLOW);
    }
    if (*panel_text(verdict, "summary"))
        flow_line(t, 2, "", panel_text(verdict, "summary"), STYLE_PLAIN);
}

static void show_rounds(const struct terminal *t, const json_t *record)
{
    const json_t *rounds = json_object_get(record, "rounds"), *r;
    char heading[192];
    size_t i;
    json_array_foreach(rounds, i, r)
    {
        if (json_is_object(json_object_get(r, "verdict")))
            snprintf(heading, sizeof heading, "%s judged by %.128s",
                i ? "The revision" : "The draft", panel_text(record, "reviewer"));
        else
            snprintf(heading, sizeof heading, "%s, not judged", i ? "The revision" : "The draft");
        panel_heading(t, heading);
        show_claims(t, r);
    }
}

static void show_findings(const struct terminal *t, const json_t *record)
{
    const json_t *list = json_object_get(record, "findings"), *f;
    size_t i, good = 0;
    json_array_foreach(list, i, f)
    {
        good += is_found(f);
    }
    if (!json_array_size(list))
        return;
    panel_heading(t, "Looked up in the sources by code");
    json_array_foreach(list, i, f)
    {
        if (!is_found(f))
            flow_line(t, 2, mark(t, false), panel_text(f, "says"), STYLE_RED);
    }
    if (good)
        fprintf(t->file, "  %s%s%s %zu of %zu quotations, numbers and citations are right\n",
            style(t, STYLE_GREEN), mark(t, true), style_end(t), good, json_array_size(list));
}

static void show_diff(const struct terminal *t, const json_t *record)
{
    const json_t *diff = json_object_get(record, "diff"), *d;
    struct flow f;
    size_t i;
    if (strcmp(panel_text(record, "draft"), panel_text(record, "final")) == 0)
        return;
    panel_heading(t, "From the draft to the final");
    fputs("  ", t->file);
    flow_begin(&f, t, 2, 2);
    json_array_foreach(diff, i, d)
    {
        const char *edit = json_string_value(json_array_get(d, 0));
        const char *text = json_string_value(json_array_get(d, 1));
        bool cut = strcmp(edit, "cut") == 0, add = strcmp(edit, "add") == 0;
        /* Where colours alone tell them apart they do not touch. */
        f.blank = f.blank || (t->colours && add && f.column > f.indent);
        if (!t->colours && (cut || add))
            flow_text(&f, cut ? "[-" : "{+", 2, STYLE_PLAIN);
        flow_text(&f, text, strlen(text), cut ? STYLE_RED : add ? STYLE_GREEN : STYLE_PLAIN);
        if (!t->colours && (cut || add))
            flow_text(&f, cut ? "-]" : "+}", 2, STYLE_PLAIN);
    }
    flow_end(&f);
}

void review_show(const struct terminal *t, const json_t *record)
{
    show_rounds(t, record);
    show_findings(t, record);
    show_diff(t, record);
    panel_steps(t, json_object_get(record, "steps"), json_object_get(record, "totals"));
}
