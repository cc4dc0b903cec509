/* SPDX-License-Identifier: Apache-2.0 */
/* `inhouse models list` and `show` about remote models. */
#include "cli/models.h"
#include "cli/roster.h"
#include "hub/catalog.h"

#include <stdio.h>
#include <string.h>

static json_t *number_json(double n)
{
    return n > 0 ? json_real(n) : json_null();
}

static json_t *entry_as_json(const struct remote_entry *r)
{
    json_t *json = json_object();
    json_object_set_new(json, "api", json_string(entry_api_name(r)));
    json_object_set_new(json, "host", json_string(r->host));
    json_object_set_new(json, "model", json_string(r->model));
    json_object_set_new(json, "key", json_string(entry_key_state(r)));
    json_object_set_new(json, "read_price", number_json(r->read_price));
    json_object_set_new(json, "write_price", number_json(r->write_price));
    json_object_set_new(json, "context", r->context ? json_integer(r->context) : json_null());
    return json;
}

json_t *remote_json(const struct catalog_model *m)
{
    struct remote_entry r;
    struct ih_error e;
    if (entry_read(&r, m->name, m->remote, &e) != IH_OK)
        return json_null(); /* which opening the catalog has refused */
    json_t *json = entry_as_json(&r);
    entry_free(&r);
    return json;
}

/* "2.5 / 10", dollars a million tokens. */
static const char *price_text(const struct remote_entry *r, char *buf, size_t size)
{
    if (r->read_price > 0 || r->write_price > 0)
        snprintf(buf, size, "$%g / $%g", r->read_price, r->write_price);
    else
        snprintf(buf, size, "?");
    return buf;
}

bool remote_table(const struct catalog_model *known, int count, const struct terminal *t)
{
    static const char *const headings[] = {"REMOTE", "API", "AT", "KEY", ">READ / WRITE", ""};
    struct table *table = NULL;
    for (int i = 0; i < count; i++) {
        struct remote_entry r;
        struct ih_error e;
        char price[48];
        if (!known[i].remote || entry_read(&r, known[i].name, known[i].remote, &e) != IH_OK)
            continue;
        if (!table)
            table = table_new(6, headings);
        const char *cells[] = {known[i].alias, entry_api_name(&r), r.host, entry_key_state(&r),
            price_text(&r, price, sizeof price), known[i].about};
        table_row(table, cells);
        entry_free(&r);
    }
    if (table)
        table_print(table, t);
    return table != NULL;
}

static void print_entry(const struct remote_entry *r)
{
    char price[48];
    printf("%-12s %s\n%-12s %s\n%-12s %s\n%-12s %s\n%-12s %s\n", "name", r->name, "type", "remote",
        "api", entry_api_name(r), "at", r->host, "model", r->model);
    printf("%-12s %s", "key", entry_key_state(r));
    if (r->key_env || r->key_file)
        printf(" (%s)", r->key_env ? r->key_env : r->key_file);
    printf("\n%-12s %s\n", "price", price_text(r, price, sizeof price));
    if (r->context)
        printf("%-12s %d tokens\n", "context", r->context);
    if (r->day_dollars > 0)
        printf("%-12s $%g a day\n", "budget", r->day_dollars);
    if (r->day_tokens > 0)
        printf("%-12s %.0f tokens a day\n", "budget", r->day_tokens);
    if (r->run_dollars > 0)
        printf("%-12s $%g a run\n", "budget", r->run_dollars);
    if (r->run_tokens > 0)
        printf("%-12s %.0f tokens a run\n", "budget", r->run_tokens);
}

int show_remote(const struct args *a, const char *name)
{
    struct remote_entry r;
    struct ih_error e;
    if (strchr(name, '/') || roster_entry(&r, name, &e) != IH_OK)
        return -1;
    if (args_has(a, "json")) {
        json_t *json =
            json_pack("{ss ss so}", "name", r.name, "type", "remote", "remote", entry_as_json(&r));
        json_dumpf(json, stdout, JSON_INDENT(1));
        putchar('\n');
        json_decref(json);
    } else {
        print_entry(&r);
    }
    entry_free(&r);
    return EXIT_DONE;
}
