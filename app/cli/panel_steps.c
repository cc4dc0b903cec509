/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/panel.h"

#include <string.h>

const char *panel_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

void panel_heading(const struct terminal *t, const char *text)
{
    fprintf(t->file, "\n%s%s%s\n", style(t, STYLE_BOLD), text, style_end(t));
}

static void money(char *buf, size_t size, const json_t *o)
{
    double cost = json_number_value(json_object_get(o, "cost"));
    buf[0] = 0;
    if (cost > 0)
        snprintf(buf, size, "$%.5f", cost);
}

static void step_row(struct table *table, const json_t *s)
{
    char what[48], read[24], written[24], seconds[24], cost[24];
    const char *about = json_is_true(json_object_get(s, "estimated")) ? "~" : "";
    int round = (int)json_integer_value(json_object_get(s, "round"));
    const char *kind = panel_text(s, "kind"),
               *author = json_string_value(json_object_get(s, "author"));
    if (round)
        snprintf(what, sizeof what, "%s %d", kind, round);
    else
        snprintf(what, sizeof what, "%s", kind);
    if (json_is_true(json_object_get(s, "repair")))
        strcat(what, ", again");
    snprintf(read, sizeof read, author ? "%s%d" : "", about,
        (int)json_integer_value(json_object_get(s, "prompt_tokens")));
    snprintf(written, sizeof written, author ? "%s%d" : "", about,
        (int)json_integer_value(json_object_get(s, "tokens")));
    snprintf(seconds, sizeof seconds, "%.1f", json_number_value(json_object_get(s, "seconds")));
    money(cost, sizeof cost, s);
    const char *error = json_string_value(json_object_get(s, "error"));
    table_row(table, (const char *const[]){what, author ? author : "code", read, written, seconds,
                         cost, error ? error : ""});
}

void panel_steps(const struct terminal *t, const json_t *steps, const json_t *totals)
{
    static const char *const headings[] = {
        "step", "by", ">read", ">written", ">seconds", ">cost", ""};
    char read[24], written[24], seconds[24], cost[24];
    struct table *table = table_new(7, headings);
    const json_t *s;
    size_t i;
    json_array_foreach(steps, i, s)
    {
        step_row(table, s);
    }
    snprintf(read, sizeof read, "%lld",
        (long long)json_integer_value(json_object_get(totals, "prompt_tokens")));
    snprintf(written, sizeof written, "%lld",
        (long long)json_integer_value(json_object_get(totals, "tokens")));
    snprintf(
        seconds, sizeof seconds, "%.1f", json_number_value(json_object_get(totals, "seconds")));
    money(cost, sizeof cost, totals);
    table_row(table, (const char *const[]){"all", "", read, written, seconds, cost, ""});
    fputc('\n', t->file);
    table_print(table, t);
}
