/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line, the environment and a file to a running server. */
#include "cli/cli.h"
#include "cli/paths.h"
#include "cli/roster.h"
#include "cli/serve.h"
#include "cli/used.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int serve_flags(struct flag *out, int room)
{
    int count, n = 0;
    const struct setting *s = settings_table(&count);
    for (; n < count && n < room; n++) {
        out[n] = (struct flag){.value = s[n].value,
            .key = s[n].flag,
            .negatable = s[n].type == SETTING_BOOLEAN,
            .help = s[n].help};
        if (s[n].value && strcmp(s[n].value, "NAME|PATH") == 0)
            out[n].kind = FLAG_MODEL;
        else if (s[n].value && strcmp(s[n].value, "FILE") == 0)
            out[n].kind = FLAG_FILE;
        else if (s[n].value && strcmp(s[n].value, "DIR") == 0)
            out[n].kind = FLAG_FOLDER;
        snprintf(out[n].name, sizeof out[n].name, "%s", s[n].flag);
        if (strcmp(s[n].fallback, "false") != 0)
            snprintf(out[n].fallback, sizeof out[n].fallback, "%s", s[n].fallback);
    }
    return n;
}

static int read_settings(struct settings *s, const struct args *a)
{
    struct ih_error e;
    const char *file = args_value(a, "config", getenv("INHOUSE_CONFIG"));
    enum ih_status status = settings_init(s, &e);
    if (!status && file && *file)
        status = settings_read_file(s, file, &e);
    if (!status)
        status = settings_read_environment(s, getenv, &e);
    for (int i = 0; !status && i < a->given; i++) {
        const struct setting *row = setting_find(a->flag[i].name);
        if (row)
            status = settings_set(s, row, a->flag[i].value ? a->flag[i].value : "true", &e);
    }
    if (!status)
        status = settings_check(s, &e);
    return status ? usage_error(a->command, "%s", e.text) : EXIT_DONE;
}

/* What this machine has, as the server wants to know it. */
struct inventory {
    struct model_entry *found; /* of models_scan() */
    struct model_entry chosen[4], speller;
    const char *offered; /* as in the settings */
    struct shelf_model *model;
    struct shelf shelf;
    char vad[PATH_MAX], profiles[PATH_MAX];
    struct roster *roster;
    struct shelf_remote *remote;
    char spent[PATH_MAX];
};

static bool is_offered(const char *list, const char *name)
{
    size_t n = strlen(name);
    if (!*list)
        return true;
    for (const char *p = list; *p; p += p[strcspn(p, ",")] ? strcspn(p, ",") + 1 : strcspn(p, ","))
        if (strcspn(p, ",") == n && strncmp(p, name, n) == 0)
            return true;
    return false;
}

static void offer(struct inventory *v, const struct model_entry *m)
{
    for (int i = 0; i < v->shelf.count; i++)
        if (strcmp(v->model[i].name, m->name) == 0)
            return;
    v->model[v->shelf.count++] =
        (struct shelf_model){.name = m->name, .path = m->path, .tasks = model_tasks(m)};
}

/* The default of a task: what was asked for must be there, what the program would choose need not.
 */
static int choose(struct inventory *v, int i, const char *wanted,
    enum ih_status (*other)(struct model_entry *, struct ih_error *), const char **name)
{
    struct ih_error e;
    struct model_entry *m = &v->chosen[i];
    enum ih_status status = *wanted ? model_locate(m, wanted, &e) : other(m, &e);
    if (status && *wanted) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    if (status)
        return EXIT_DONE;
    const char *base = strrchr(m->name, '/');
    if (base && base[1])
        memmove(m->name, base + 1, strlen(base));
    offer(v, m);
    *name = m->name;
    return EXIT_DONE;
}

static bool is_for_requests(const struct model_entry *m)
{
    return m->kind[0] && !strstr(m->kind, "vad") && !strstr(m->kind, "spell");
}

/* So that 'models evict' does not take what is served. It asks for models of the user's folder. */
static void on_use(void *arg, const char *path)
{
    struct model_entry m = {.place = PLACE_USER};
    (void)arg;
    if (snprintf(m.path, sizeof m.path, "%s", path) < (int)sizeof m.path)
        model_used(&m);
}

static bool is_served(const char *list, const struct model_entry *m)
{
    return is_for_requests(m) && is_offered(list, m->name);
}

/* While the server runs: models may have come and gone. */
static bool on_look(void *arg, void (*show)(void *to, const struct shelf_model *model), void *to)
{
    const struct inventory *v = arg;
    struct model_entry *found;
    int n = models_scan(&found);
    for (int i = 0; i < n; i++)
        if (is_served(v->offered, &found[i]))
            show(to,
                &(struct shelf_model){
                    .name = found[i].name, .path = found[i].path, .tasks = model_tasks(&found[i])});
    if (n >= 0)
        free(found);
    return n >= 0;
}

static int take_inventory(struct inventory *v, const struct settings *s)
{
    int n = models_scan(&v->found);
    v->model = n < 0 ? NULL : calloc((size_t)n + 4, sizeof *v->model);
    if (!v->model) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    v->offered = s->offer;
    v->shelf.model = v->model;
    v->shelf.used = on_use;
    v->shelf.look = on_look;
    v->shelf.arg = v;
    v->shelf.memory = (struct stock_options){.memory_megabytes = s->memory_megabytes,
        .keep_minutes = s->keep_minutes,
        .chat = {.conversations = s->conversations, .context = s->context}};
    int code = choose(v, 0, s->transcribe, model_default, &v->shelf.transcribe);
    if (!code)
        code = choose(v, 1, s->speak, model_default_voice, &v->shelf.speak);
    if (!code)
        code = choose(v, 2, s->draw, model_default_painter, &v->shelf.draw);
    if (!code)
        code = choose(v, 3, s->chat, model_default_writer, &v->shelf.chat);
    for (int i = 0; i < n; i++)
        if (is_served(s->offer, &v->found[i]))
            offer(v, &v->found[i]);
    if (speller_locate(&v->speller))
        v->shelf.speller = v->speller.path;
    if (vad_locate(v->vad, sizeof v->vad))
        v->shelf.vad = v->vad;
    if (voices_folder(v->profiles, sizeof v->profiles))
        v->shelf.profiles = v->profiles;
    return code;
}

/* Remote models, where the settings allow them. What they cost today is kept with the data. */
static int add_remotes(struct inventory *v, const struct settings *s)
{
    struct ih_error e;
    const struct author *const *author;
    int count = 0;
    bool kept = *s->data && path_join(v->spent, sizeof v->spent, s->data, "spent");
    struct roster_setup setup = {.spent = kept ? v->spent : NULL};
    if (!s->remote)
        return EXIT_DONE;
    enum ih_status status = roster_open(&v->roster, &setup, &e);
    if (!status)
        status = roster_remotes(v->roster, &author, &count, &e);
    v->remote = status ? NULL : calloc((size_t)count + 1, sizeof *v->remote);
    if (!status && !v->remote)
        status = fail(&e, IH_NO_MEMORY, "not enough memory");
    if (status) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    for (int i = 0; i < count; i++)
        if (is_offered(s->offer, author[i]->name))
            v->remote[v->shelf.remotes++] =
                (struct shelf_remote){author[i], roster_host(v->roster, author[i])};
    v->shelf.remote = v->remote;
    for (int i = 0; i < v->shelf.remotes; i++)
        if (!roster_has_key(v->roster, v->remote[i].author))
            complain("%s: its key is missing", v->remote[i].author->name);
    return EXIT_DONE;
}

static int serve(struct settings *s)
{
    struct ih_error e;
    struct inventory *v = calloc(1, sizeof *v);
    if (!v) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    int code = take_inventory(v, s);
    if (!code)
        code = add_remotes(v, s);
    struct supply supply = serve_supply(s);
    struct server_options o = {.settings = s,
        .shelf = &v->shelf,
        .supply = &supply,
        .engine = {.threads = s->threads},
        .version = INHOUSE_VERSION};
    if (!code && server_run(&o, &e) != IH_OK) {
        complain("%s", e.text);
        code = e.code == IH_IO ? EXIT_NETWORK : exit_for_model(e.code);
    }
    roster_close(&v->roster);
    free(v->remote);
    free(v->found);
    free(v->model);
    free(v);
    return code;
}

int run_serve(const struct args *args)
{
    struct settings s;
    if (args->count)
        return usage_error(args->command, "'%s' is one argument too many", args->arg[0]);
    if (args_has(args, "print-config")) {
        settings_print(stdout);
        return EXIT_DONE;
    }
    int code = read_settings(&s, args);
    if (!code)
        code = serve(&s);
    settings_free(&s);
    return code;
}
