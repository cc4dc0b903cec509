/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"
#include "cli/terminal.h"
#include "server/store/json.h"

#include <stdio.h>
#include <string.h>

static int read_day(const struct args *a, const char *name, int64_t *day)
{
    const char *text = args_value(a, name, NULL);
    return !text || day_read(text, day)
               ? EXIT_DONE
               : usage_error(a->command, "--%s '%s' is no day such as 2027-01-31", name, text);
}

static int read_query(struct usage_query *q, struct store *s, const struct args *a)
{
    struct key k;
    struct ih_error e;
    const char *name = args_value(a, "key", NULL), *by = args_value(a, "by", "key,model,day");
    int64_t today = day_of(store_now(s));
    *q = (struct usage_query){.since = today - 30, .until = today, .key = -1};
    int code = read_day(a, "since", &q->since);
    if (!code)
        code = read_day(a, "until", &q->until);
    if (!code && !usage_read_by(by, &q->by))
        code = usage_error(a->command, "--by takes key, model and day, not '%s'", by);
    if (!code && name) {
        code = key_by_name(s, name, &k, &e) ? data_failed(&e) : EXIT_DONE;
        q->key = code ? -1 : k.id;
    }
    return code;
}

static int add_row(void *arg, const struct usage_row *row)
{
    char day[16] = "", amount[40];
    if (row->day >= 0)
        day_text(row->day, day);
    snprintf(amount, sizeof amount, "%.10g", row->amount);
    const char *cells[] = {
        day, *row->name ? row->name : "-", row->model, unit_name(row->unit), amount};
    table_row(arg, cells);
    return 0;
}

static int add_line(void *arg, const struct usage_row *row)
{
    char line[600];
    (void)arg;
    usage_csv(row, line);
    return fputs(line, stdout) < 0;
}

static int add_json(void *arg, const struct usage_row *row)
{
    json_array_append_new(arg, usage_json(row));
    return 0;
}

static enum ih_status print(
    struct store *s, const struct usage_query *q, const char *format, struct ih_error *e)
{
    static const char *const headings[] = {"DAY", "KEY", "MODEL", "UNIT", ">AMOUNT"};
    enum ih_status status;
    if (strcmp(format, "csv") == 0) {
        add_line(NULL, NULL);
        return usage_read(s, q, add_line, NULL, e);
    }
    if (strcmp(format, "json") == 0) {
        json_t *json = json_array();
        status = usage_read(s, q, add_json, json, e);
        json_dumpf(json, stdout, JSON_INDENT(1));
        putchar('\n');
        json_decref(json);
        return status;
    }
    struct terminal t;
    struct table *table = table_new(5, headings);
    terminal_init(&t, stdout);
    status = usage_read(s, q, add_row, table, e);
    table_print(table, &t);
    return status;
}

int run_usage(const struct args *a)
{
    struct store *s;
    struct usage_query q;
    struct ih_error e;
    const char *format = args_value(a, "format", "table");
    if (a->count)
        return usage_error(a->command, "'%s' is one argument too many", a->arg[0]);
    if (strcmp(format, "table") != 0 && strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)
        return usage_error(a->command, "--format is table, csv or json, not '%s'", format);
    int code = data_open(&s, a);
    if (!code)
        code = read_query(&q, s, a);
    if (!code && print(s, &q, format, &e) != IH_OK)
        code = data_failed(&e);
    store_close(&s);
    return code;
}
