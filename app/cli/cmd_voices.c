/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"
#include "cli/terminal.h"
#include "cli/used.h"
#include "cli/voices.h"
#include "inhouse/options.h"
#include "inhouse/speak.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool voice_model_open(struct voice_model *m, const struct args *a, bool quiet, int *code)
{
    struct ih_error e = {0};
    const char *name = args_value(a, "model", NULL);
    *m = (struct voice_model){0};
    enum ih_status status =
        name ? model_locate(&m->entry, name, &e) : model_default_voice(&m->entry, &e);
    if (!status)
        status = ih_engine_open(&m->engine, NULL, &e);
    if (!status)
        status = ih_model_open(&m->model, m->engine, m->entry.path, NULL, &e);
    if (!status && !ih_speak_rate(m->model))
        status = fail(&e, IH_UNSUPPORTED, "%s cannot speak", m->entry.name);
    if (status == IH_OK) {
        model_used(&m->entry);
        return true;
    }
    voice_model_close(m);
    if (!quiet || name)
        complain("%s", e.text);
    *code = exit_for_model(status);
    return false;
}

void voice_model_close(struct voice_model *m)
{
    ih_model_close(&m->reader);
    ih_model_close(&m->model);
    ih_engine_close(&m->engine);
}

/* What is listed, in one of three forms. */
struct listing {
    const struct args *args;
    struct table *table;
    json_t *json;
    bool names;
    int profiles;
};

static const char *state_of(const struct ih_profile *p, struct ih_error *e)
{
    const struct ih_profile_info *i = ih_profile_info(p);
    if (*i->revoked)
        return "revoked";
    if (ih_profile_usable(p, (int64_t)time(NULL), e) != IH_OK)
        return "expired";
    if (i->synthetic)
        return "synthetic";
    return i->consent.state == IH_CONSENT_CHECKED ? "consent checked" : "consent unchecked";
}

static void list_row(struct listing *l, const char *name, const char *language, const char *from,
    const char *state, const char *about)
{
    if (l->names) {
        printf("%s\n", name);
    } else if (l->json) {
        json_t *row = json_object();
        json_object_set_new(row, "name", json_name(name));
        json_object_set_new(row, "language", json_name(language));
        json_object_set_new(row, "model", json_name(from));
        json_object_set_new(row, "state", json_name(state));
        json_object_set_new(row, "about", json_name(about));
        json_array_append_new(l->json, row);
    } else {
        const char *cells[] = {name, language, from, state, about};
        table_row(l->table, cells);
    }
}

static void list_profile(
    void *arg, const char *path, const struct ih_profile *p, const struct ih_error *why)
{
    struct listing *l = arg;
    struct ih_error e;
    l->profiles++;
    if (!p) {
        if (!args_has(l->args, "quiet"))
            complain("%s", why->text);
        (void)path;
        return;
    }
    const struct ih_profile_info *i = ih_profile_info(p);
    list_row(l, i->name, i->language, i->model, state_of(p, &e), *i->about ? i->about : i->blend);
}

static int list_voices(const struct args *a, const char *folder)
{
    static const char *const headings[] = {"VOICE", "LANGUAGE", "MODEL", "", ""};
    struct listing l = {.args = a, .names = args_has(a, "quiet")};
    struct voice_model m;
    struct terminal t;
    struct ih_error e;
    const struct ih_voice *voice;
    int code = EXIT_DONE;
    bool here = voice_model_open(&m, a, true, &code);
    if (!here && args_value(a, "model", NULL))
        return code;
    terminal_init(&t, stdout);
    if (args_has(a, "json"))
        l.json = json_array();
    else if (!l.names)
        l.table = table_new(5, headings);
    int n = here ? ih_model_voices(m.model, &voice) : 0;
    for (int i = 0; i < n; i++)
        list_row(&l, voice[i].name, voice[i].language, ih_model_name(m.model), voice[i].gender,
            voice[i].about);
    enum ih_status status = ih_profile_each(folder, list_profile, &l, &e);
    if (l.json) {
        json_dumpf(l.json, stdout, JSON_INDENT(1));
        putchar('\n');
        json_decref(l.json);
    } else if (l.table) {
        table_print(l.table, &t);
        if (!here)
            printf("no model that speaks is here; the voices above are your own profiles\n");
    }
    voice_model_close(&m);
    if (status)
        complain("%s", e.text);
    return status ? EXIT_INPUT : EXIT_DONE;
}

/* A profile by name in the folder, or a file: its path, and whether it was one. */
static bool profile_path(const char *folder, const char *name, char *path, size_t size)
{
    size_t n = strlen(name);
    bool file = strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".json") == 0);
    if (file)
        snprintf(path, size, "%s", name);
    else
        ih_profile_path(folder, name, path, size);
    return file;
}

static int open_profile(struct ih_profile **p, const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct ih_error e;
    bool file = profile_path(folder, name, path, sizeof path);
    enum ih_status status = ih_profile_open(p, path, &e);
    if (status == IH_OK)
        return EXIT_DONE;
    if (status == IH_NOT_FOUND && !file)
        complain(
            "there is no voice of your own called '%s'; 'inhouse voices list' shows them", name);
    else
        complain("%s", e.text);
    return EXIT_INPUT;
}

static void show_line(const char *what, const char *value)
{
    if (value && *value)
        printf("%-12s %s\n", what, value);
}

static void show_consent(const struct ih_consent *c)
{
    static const char *const states[] = {"not checked", "checked", "denied"};
    show_line("person", c->who);
    show_line("consent", states[c->state]);
    show_line("because", c->reason);
    show_line("when", c->when);
    show_line("sentence", c->sentence);
    show_line("heard", c->transcript);
    show_line("read by", c->reader);
    show_line("clip", c->clip_sha256);
    show_line("statement", c->statement_sha256);
}

static int show_json(const char *path)
{
    json_t *json = json_load_file(path, 0, NULL);
    json_object_del(json, "style"); /* numbers for machines, and somebody's voice */
    json_dumpf(json, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(json);
    return EXIT_DONE;
}

static int show_voice(const struct args *a, const char *folder, const char *name)
{
    struct ih_profile *p;
    struct ih_error e;
    char path[PATH_MAX];
    int code = open_profile(&p, folder, name);
    if (code)
        return code;
    const struct ih_profile_info *i = ih_profile_info(p);
    profile_path(folder, name, path, sizeof path);
    if (args_has(a, "json")) {
        code = show_json(path);
    } else {
        show_line("name", i->name);
        show_line("about", i->about);
        show_line("model", i->model);
        show_line("language", i->language);
        show_line("blend", i->blend);
        show_line("style", i->style);
        printf("%-12s %g\n%-12s %g\n", "speed", (double)i->speed, "pitch", (double)i->pitch);
        show_line("state", state_of(p, &e));
        show_line("created", i->created);
        show_line("expires", i->expires);
        show_line("revoked", i->revoked);
        if (!i->synthetic)
            show_consent(&i->consent);
    }
    ih_profile_close(&p);
    return code;
}

static int remove_voice(const struct args *a, const char *folder, const char *name)
{
    char path[PATH_MAX];
    /* A path is not a name: only what is in the user's folder is ours to remove. */
    if (strchr(name, '/') || name[0] == '.')
        return usage_error(a->command, "remove takes the name of a voice, not a path");
    ih_profile_path(folder, name, path, sizeof path);
    if (unlink(path) != 0) {
        if (errno == ENOENT)
            complain("there is no voice of your own called '%s'", name);
        else
            complain("%s cannot be removed: %s", path, strerror(errno));
        return errno == ENOENT ? EXIT_INPUT : EXIT_OUTPUT;
    }
    if (!args_has(a, "quiet"))
        printf("removed %s\n", name);
    return EXIT_DONE;
}

static int save(
    const struct args *a, struct ih_profile *p, const char *folder, bool replace, const char *what)
{
    struct ih_error e;
    enum ih_status status = make_folders(folder, &e);
    if (!status)
        status = ih_profile_save(p, folder, replace, &e);
    if (status)
        complain("%s%s", e.text, status == IH_INVALID && !replace ? "; --force replaces it" : "");
    else if (!args_has(a, "quiet"))
        printf("%s %s\n", what, ih_profile_info(p)->name);
    return status == IH_INVALID ? EXIT_USAGE : status ? EXIT_OUTPUT : EXIT_DONE;
}

static int revoke_voice(const struct args *a, const char *folder, const char *name)
{
    struct ih_profile *p;
    struct ih_error e;
    int code = open_profile(&p, folder, name);
    if (code)
        return code;
    if (ih_profile_revoke(p, (int64_t)time(NULL), &e) != IH_OK) {
        complain("%s", e.text);
        code = EXIT_INTERNAL;
    } else {
        code = save(a, p, folder, true, "revoked");
    }
    ih_profile_close(&p);
    return code;
}

/* From one folder to another, read and checked on the way. */
static int copy_voice(
    const struct args *a, const char *from, const char *name, const char *to, const char *what)
{
    struct ih_profile *p;
    int code = open_profile(&p, from, name);
    if (code)
        return code;
    code = save(a, p, to, args_has(a, "force"), what);
    ih_profile_close(&p);
    return code;
}

static int run_named(const struct args *a, const char *folder, const char *what, const char *name)
{
    if (strcmp(what, "create") == 0)
        return create_voice(a, folder, name);
    if (strcmp(what, "show") == 0)
        return show_voice(a, folder, name);
    if (strcmp(what, "remove") == 0)
        return remove_voice(a, folder, name);
    if (strcmp(what, "revoke") == 0)
        return revoke_voice(a, folder, name);
    if (strcmp(what, "export") == 0)
        return copy_voice(a, folder, name, args_value(a, "output", "."), "exported");
    return copy_voice(a, folder, name, folder, "imported");
}

int run_voices(const struct args *a)
{
    char folder[PATH_MAX - 64];
    const char *what = a->count > 0 ? a->arg[0] : "list";
    const char *close = ih_closest(what, a->command->words);
    bool known = false;
    for (int i = 0; a->command->words[i]; i++)
        known = known || strcmp(a->command->words[i], what) == 0;
    if (!known)
        return usage_error(a->command, "voices cannot '%s'%s%s%s", what,
            close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
    if (!voices_folder(folder, sizeof folder)) {
        complain("there is no folder for voices: HOME is not set");
        return EXIT_INPUT;
    }
    if (strcmp(what, "list") == 0) {
        if (a->count > 1)
            return usage_error(a->command, "voices list takes no name");
        return list_voices(a, folder);
    }
    if (strcmp(what, "blend") == 0) {
        if (a->count != 3)
            return usage_error(
                a->command, "voices blend takes a name and voices: warm anna:0.7+ben:0.3");
        return blend_voice(a, folder, a->arg[1], a->arg[2]);
    }
    if (a->count != 2)
        return usage_error(a->command, "voices %s takes %s", what,
            strcmp(what, "import") == 0 ? "one file" : "the name of one voice");
    return run_named(a, folder, what, a->arg[1]);
}
