/* SPDX-License-Identifier: Apache-2.0 */
/* `inhouse models list` and `search`: what is here, and what the catalog knows. */
#include "cli/models.h"
#include "hub/catalog.h"
#include "inhouse/inhouse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What both commands look at. */
struct shelf {
    struct model_entry *here;
    int count;
    struct catalog *catalog;
    const struct catalog_model *known;
    int known_count;
};

static int open_shelf(struct shelf *s)
{
    struct ih_error e;
    *s = (struct shelf){0};
    s->count = models_scan(&s->here);
    if (s->count < 0) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    enum ih_status status = catalog_load(&s->catalog, &e);
    if (status) {
        complain("%s", e.text);
        free(s->here);
        return exit_for_model(status);
    }
    s->known = catalog_models(s->catalog, &s->known_count);
    return EXIT_DONE;
}

static void close_shelf(struct shelf *s)
{
    free(s->here);
    catalog_close(&s->catalog);
}

static bool is_here(const struct shelf *s, const char *name)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->here[i].name, name) == 0)
            return true;
    return false;
}

static json_t *texts_json(const char *const *texts)
{
    json_t *list = json_array();
    for (; *texts; texts++)
        json_array_append_new(list, json_string(*texts));
    return list;
}

static json_t *files_json(const struct catalog_model *m)
{
    json_t *list = json_array();
    for (int i = 0; i < m->file_count; i++) {
        json_t *file = json_object();
        json_object_set_new(file, "name", json_string(m->files[i].name));
        json_object_set_new(file, "sha256", json_string(m->files[i].sha256));
        if (m->files[i].size >= 0)
            json_object_set_new(file, "size", json_integer(m->files[i].size));
        json_array_append_new(list, file);
    }
    return list;
}

/* An entry of the catalog; `whole` gives all that it says. */
static json_t *known_json(const struct shelf *s, const struct catalog_model *m, bool whole)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_string(m->name));
    json_object_set_new(json, "short", json_string(m->alias));
    json_object_set_new(json, "repo", m->repo ? json_string(m->repo) : json_null());
    json_object_set_new(json, "megabytes", m->megabytes ? json_integer(m->megabytes) : json_null());
    json_object_set_new(json, "licence", json_string(m->licence));
    json_object_set_new(json, "here", json_boolean(is_here(s, m->name)));
    if (m->remote)
        json_object_set_new(json, "remote", remote_json(m));
    if (!whole)
        return json;
    json_object_set_new(json, "revision", m->repo ? json_string(m->revision) : json_null());
    json_object_set_new(json, "task", json_string(m->task));
    json_object_set_new(
        json, "memory_megabytes", m->memory ? json_integer(m->memory) : json_null());
    json_object_set_new(json, "languages", texts_json(m->languages));
    json_object_set_new(json, "about", json_string(m->about));
    json_object_set_new(json, "card", json_string(m->card));
    json_object_set_new(json, "files", files_json(m));
    return json;
}

json_t *catalog_json_list(void)
{
    struct shelf s;
    if (open_shelf(&s))
        return NULL;
    json_t *list = json_array();
    for (int i = 0; i < s.known_count; i++) {
        json_t *json = s.known[i].remote ? NULL : known_json(&s, &s.known[i], true);
        if (!json)
            continue;
        json_object_del(json, "files");
        json_array_append_new(list, json);
    }
    close_shelf(&s);
    return list;
}

static void print_json(json_t *json)
{
    json_dumpf(json, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(json);
}

static void list_json(const struct shelf *s)
{
    json_t *json = json_object(), *here = json_array(), *more = json_array(),
           *remote = json_array();
    for (int i = 0; i < s->count; i++)
        json_array_append_new(here, entry_json(&s->here[i]));
    for (int i = 0; i < s->known_count; i++)
        if (s->known[i].repo)
            json_array_append_new(more, known_json(s, &s->known[i], false));
        else if (s->known[i].remote)
            json_array_append_new(remote, known_json(s, &s->known[i], false));
    json_object_set_new(json, "models", here);
    json_object_set_new(json, "catalog", more);
    json_object_set_new(json, "remote", remote);
    print_json(json);
}

static const char *megabytes_text(int megabytes, char *buf, size_t size)
{
    return megabytes ? bytes_text(megabytes * 1e6, buf, size) : "?";
}

/* "596 million in q8_0"; nothing where a model has several networks or none that can be read. */
static const char *weights_text(const struct model_entry *m, char *buf, size_t size)
{
    struct ih_model_facts facts;
    struct ih_error e;
    char count[32];
    buf[0] = 0;
    if (!ih_model_facts(&facts, m->path, &e))
        snprintf(
            buf, size, "%s in %s", count_text(facts.weights, count, sizeof count), facts.numbers);
    return buf;
}

static void list_tables(const struct shelf *s)
{
    static const char *const here[] = {"MODEL", ">SIZE", "FROM", "TYPE", "WEIGHTS"};
    static const char *const more[] = {"PULL", ">SIZE", "LICENCE", ""};
    struct terminal t;
    char size[24], weights[64];
    struct table *table = table_new(5, here);
    terminal_init(&t, stdout);
    for (int i = 0; i < s->count; i++) {
        const struct model_entry *m = &s->here[i];
        const char *cells[] = {m->name, bytes_text(m->bytes, size, sizeof size),
            place_name(m->place), m->kind, weights_text(m, weights, sizeof weights)};
        table_row(table, cells);
    }
    table_print(table, &t);
    if (s->count == 0)
        printf("(none)\n");
    putchar('\n');
    if (remote_table(s->known, s->known_count, &t))
        putchar('\n');
    table = table_new(4, more);
    for (int i = 0; i < s->known_count; i++) {
        const struct catalog_model *m = &s->known[i];
        if (!m->repo || is_here(s, m->name))
            continue;
        const char *cells[] = {
            m->alias, megabytes_text(m->megabytes, size, sizeof size), m->licence, m->about};
        table_row(table, cells);
    }
    table_print(table, &t);
    printf("\n'inhouse models pull NAME' fetches one; hf:OWNER/NAME names any other on the hub\n");
}

int list_models(const struct args *a)
{
    struct shelf s;
    int code = open_shelf(&s);
    if (code)
        return code;
    if (args_has(a, "json"))
        list_json(&s);
    else if (args_has(a, "quiet"))
        for (int i = 0; i < s.count; i++)
            printf("%s\n", s.here[i].name);
    else
        list_tables(&s);
    close_shelf(&s);
    return EXIT_DONE;
}

/* "de", "en es fr", "99". */
static const char *languages_text(const struct catalog_model *m, char *buf, size_t size)
{
    enum { SPELLED_OUT = 3 };
    size_t n = 0;
    buf[0] = 0;
    if (m->language_count > SPELLED_OUT)
        snprintf(buf, size, "%d", m->language_count);
    for (int i = 0; i < m->language_count && m->language_count <= SPELLED_OUT && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? " " : "", m->languages[i]);
    return buf;
}

static void search_table(const struct shelf *s, const struct catalog_model *const *found, int n)
{
    static const char *const headings[] = {
        "MODEL", "TASK", ">SIZE", ">MEMORY", "LANGUAGES", "LICENCE", "HERE", ""};
    struct terminal t;
    char size[24], memory[24], languages[48];
    struct table *table = table_new(8, headings);
    terminal_init(&t, stdout);
    for (int i = 0; i < n; i++) {
        const struct catalog_model *m = found[i];
        const char *cells[] = {m->alias, m->task, megabytes_text(m->megabytes, size, sizeof size),
            megabytes_text(m->memory, memory, sizeof memory),
            languages_text(m, languages, sizeof languages), m->licence,
            m->remote             ? "remote"
            : is_here(s, m->name) ? "yes"
                                  : "",
            m->about};
        table_row(table, cells);
    }
    table_print(table, &t);
}

int search_models(const struct args *a)
{
    struct shelf s;
    int code = open_shelf(&s), n = 0;
    if (code)
        return code;
    const struct catalog_model **found = calloc((size_t)s.known_count + 1, sizeof *found);
    for (int i = 0; found && i < s.known_count; i++)
        if (catalog_matches(&s.known[i], a->arg + 1, a->count - 1))
            found[n++] = &s.known[i];
    json_t *json = args_has(a, "json") ? json_array() : NULL;
    for (int i = 0; i < n && json; i++)
        json_array_append_new(json, known_json(&s, found[i], true));
    if (json)
        print_json(json);
    else if (args_has(a, "quiet"))
        for (int i = 0; i < n; i++)
            printf("%s\n", found[i]->name);
    else if (n)
        search_table(&s, found, n);
    if (n == 0)
        complain(
            "nothing in the catalog has all of these words; hf:OWNER/NAME names any model of the "
            "hub");
    free(found);
    close_shelf(&s);
    return n ? EXIT_DONE : EXIT_MODEL;
}
