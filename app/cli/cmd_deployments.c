/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"
#include "cli/terminal.h"
#include "server/store/json.h"

#include <stdio.h>
#include <string.h>

/* "audio-seconds" of a limit's name. */
static void flag_name(enum deployment_limit l, char *buf, size_t size)
{
    snprintf(buf, size, "%s", limit_name(l));
    for (char *c = buf; *c; c++)
        *c = *c == '_' ? '-' : *c;
}

static int read_deployment(struct deployment *d, const struct args *a)
{
    char flag[32];
    struct ih_error e;
    const char *model = args_value(a, "model", "");
    if (!*model)
        return usage_error(a->command, "--model says what the deployment stands for");
    if (snprintf(d->name, sizeof d->name, "%s", a->arg[1]) >= (int)sizeof d->name ||
        snprintf(d->model, sizeof d->model, "%s", model) >= (int)sizeof d->model)
        return usage_error(a->command, "a name is too long");
    for (int l = 0; l < LIMITS; l++) {
        flag_name((enum deployment_limit)l, flag, sizeof flag);
        const char *text = args_value(a, flag, NULL);
        if (text &&
            deployment_read_limit(d, limit_name((enum deployment_limit)l), text, &e) != IH_OK)
            return usage_error(a->command, "%s", e.text);
    }
    return EXIT_DONE;
}

static void print_json(json_t *json)
{
    json_dumpf(json, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(json);
}

static int set(struct store *s, const struct args *a)
{
    struct deployment d = {0};
    struct ih_error e;
    int code = read_deployment(&d, a);
    if (code)
        return code;
    if (deployment_put(s, &d, &e) != IH_OK)
        return data_failed(&e);
    if (args_has(a, "json"))
        print_json(deployment_json(&d));
    return EXIT_DONE;
}

static int add_json(void *list, const struct deployment *d)
{
    json_array_append_new(list, deployment_json(d));
    return 0;
}

static int add_row(void *table, const struct deployment *d)
{
    char limit[LIMITS][24] = {""}, changed[16];
    for (int l = 0; l < LIMITS; l++)
        if (d->limit[l] > 0)
            snprintf(limit[l], sizeof limit[l], "%.12g", d->limit[l]);
    day_text(day_of(d->changed), changed);
    const char *cells[] = {d->name, d->model, limit[LIMIT_CONCURRENT], limit[LIMIT_AUDIO_SECONDS],
        limit[LIMIT_CHARACTERS], limit[LIMIT_MEGAPIXEL_STEPS], limit[LIMIT_TOKENS], changed};
    table_row(table, cells);
    return 0;
}

static int list(struct store *s, const struct args *a)
{
    static const char *const headings[] = {"NAME", "MODEL", "CONCURRENT", "AUDIO SECONDS",
        "CHARACTERS", "MEGAPIXEL STEPS", "TOKENS", "CHANGED"};
    struct ih_error e;
    struct terminal t;
    enum ih_status status;
    if (args_has(a, "json")) {
        json_t *json = json_array();
        status = deployment_list(s, add_json, json, &e);
        print_json(json);
    } else {
        struct table *table = table_new(8, headings);
        status = deployment_list(s, add_row, table, &e);
        terminal_init(&t, stdout);
        table_print(table, &t);
    }
    return status ? data_failed(&e) : EXIT_DONE;
}

static int end(struct store *s, const struct args *a)
{
    struct ih_error e;
    return deployment_remove(s, a->arg[1], &e) == IH_OK ? EXIT_DONE : data_failed(&e);
}

int run_deployments(const struct args *a)
{
    static const struct data_action action[] = {
        {"list", false, list}, {"set", true, set}, {"remove", true, end}, {NULL, false, NULL}};
    return data_run(a, action, "deployment");
}
