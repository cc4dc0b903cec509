/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/data.h"
#include "cli/terminal.h"
#include "server/store/json.h"

#include <stdio.h>
#include <string.h>

static int read_scope(struct key *k, const struct args *a)
{
    const char *models = args_value(a, "models", ""), *voices = args_value(a, "voices", "");
    const char *expires = args_value(a, "expires", NULL);
    int64_t day;
    if (!key_add_names(k->models, models) || !key_add_names(k->voices, voices))
        return usage_error(a->command, "--models and --voices take names with commas between them");
    if (expires && !day_read(expires, &day))
        return usage_error(a->command, "'%s' is no day such as 2027-01-31", expires);
    k->expires = expires ? day * 86400 : 0;
    k->admin = args_has(a, "admin");
    return EXIT_DONE;
}

static int read_key(struct key *k, const struct args *a)
{
    struct ih_error e;
    int code = read_scope(k, a);
    for (int i = 0; i < a->given && !code; i++)
        if (strcmp(a->flag[i].name, "quota") == 0 && key_read_quota(k, a->flag[i].value, &e))
            code = usage_error(a->command, "%s", e.text);
    if (!code && snprintf(k->name, sizeof k->name, "%s", a->arg[1]) >= (int)sizeof k->name)
        code =
            usage_error(a->command, "a key's name has at most %d bytes", (int)sizeof k->name - 1);
    return code;
}

static int create(struct store *s, const struct args *a)
{
    struct key k = {0};
    struct ih_error e;
    char text[KEY_TEXT];
    int code = read_key(&k, a);
    if (code)
        return code;
    if (key_create(s, &k, text, &e) != IH_OK)
        return data_failed(&e);
    if (!args_has(a, "json")) {
        printf("%s\n", text);
        fflush(stdout);
        fprintf(stderr, "this is shown once: whoever has it is '%s'\n", k.name);
        return EXIT_DONE;
    }
    json_t *json = key_json(s, &k);
    json_object_set_new(json, "key", json_string(text));
    json_dumpf(json, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(json);
    return EXIT_DONE;
}

struct listing {
    struct store *store;
    struct table *table;
    json_t *json;
};

static int add_json(void *arg, const struct key *k)
{
    struct listing *l = arg;
    json_array_append_new(l->json, key_json(l->store, k));
    return 0;
}

/* "transcribe-1,voice-1", "all" */
static void names_text(const char *list, char buf[KEY_LIST])
{
    snprintf(buf, KEY_LIST, "%s", *list ? list : "all\n");
    for (char *c = buf; *c; c++)
        if (*c == '\n')
            *c = c[1] ? ',' : 0;
}

static void quotas_text(const struct key *k, char *buf, size_t size)
{
    size_t n = 0;
    *buf = 0;
    for (int u = 0; u < UNITS; u++)
        for (int w = 0; w < SPANS; w++)
            if (k->quota[u][w] > 0 && n < size)
                n += (size_t)snprintf(buf + n, size - n, "%s%s=%.12g/%s", n ? " " : "",
                    unit_name((enum unit)u), k->quota[u][w], span_name((enum span)w));
}

static int add_row(void *arg, const struct key *k)
{
    struct listing *l = arg;
    char models[KEY_LIST], voices[KEY_LIST], quotas[400], created[16], expires[16] = "",
                                                                       used[16] = "";
    names_text(k->models, models);
    names_text(k->voices, voices);
    quotas_text(k, quotas, sizeof quotas);
    day_text(day_of(k->created), created);
    if (k->expires)
        day_text(day_of(k->expires), expires);
    if (k->used)
        day_text(day_of(k->used), used);
    const char *cells[] = {k->name, k->hint, key_state(l->store, k), k->admin ? "yes" : "", models,
        voices, quotas, created, expires, used};
    table_row(l->table, cells);
    return 0;
}

static int list(struct store *s, const struct args *a)
{
    static const char *const headings[] = {"NAME", "BEGINS", "STATE", "ADMIN", "MODELS", "VOICES",
        "QUOTAS", "MADE", "EXPIRES", "USED"};
    struct ih_error e;
    struct terminal t;
    struct listing l = {.store = s};
    bool json = args_has(a, "json");
    if (json)
        l.json = json_array();
    else
        l.table = table_new(10, headings);
    enum ih_status status = key_list(s, json ? add_json : add_row, &l, &e);
    terminal_init(&t, stdout);
    if (json) {
        json_dumpf(l.json, stdout, JSON_INDENT(1));
        putchar('\n');
        json_decref(l.json);
    } else {
        table_print(l.table, &t);
    }
    return status ? data_failed(&e) : EXIT_DONE;
}

static int revoke(struct store *s, const struct args *a)
{
    struct ih_error e;
    return key_revoke(s, a->arg[1], &e) == IH_OK ? EXIT_DONE : data_failed(&e);
}

int run_keys(const struct args *a)
{
    static const struct data_action action[] = {{"create", true, create}, {"list", false, list},
        {"revoke", true, revoke}, {NULL, false, NULL}};
    return data_run(a, action, "key");
}
