/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/models.h"

#include "cli/signals.h"
#include "cli/used.h"
#include "hub/catalog.h"
#include "hub/folder.h"
#include "hub/hub.h"
#include "hub/record.h"
#include "inhouse/inhouse.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

json_t *entry_json(const struct model_entry *m)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_string(m->name));
    json_object_set_new(json, "path", json_string(m->path));
    json_object_set_new(json, "type", json_string(m->kind));
    json_object_set_new(json, "from", json_string(place_name(m->place)));
    json_object_set_new(json, "bytes", json_integer((json_int_t)m->bytes));
    struct ih_model_facts facts;
    struct ih_error e;
    if (ih_model_facts(&facts, m->path, &e))
        return json;
    json_object_set_new(json, "weights", json_integer(facts.weights));
    json_object_set_new(json, "numbers", json_string(facts.numbers));
    if (facts.context)
        json_object_set_new(json, "context", json_integer(facts.context));
    if (facts.vocabulary)
        json_object_set_new(json, "vocabulary", json_integer(facts.vocabulary));
    return json;
}

static int locate(struct model_entry *m, const char *name)
{
    struct ih_error e;
    enum ih_status status = model_locate(m, name, &e);
    if (status != IH_OK)
        complain("%s", e.text);
    return exit_for_model(status);
}

/* A value out of config.json or inhouse.json as text. */
static void value_text(const json_t *value, char *buf, size_t size)
{
    if (json_is_string(value))
        snprintf(buf, size, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(buf, size, "%lld", (long long)json_integer_value(value));
    else
        buf[0] = 0;
}

static void show_file(const struct model_entry *m, const char *file, const char *const (*rows)[2])
{
    char path[PATH_MAX], text[256];
    if (!path_join(path, sizeof path, m->path, file))
        return;
    json_t *json = json_load_file(path, 0, NULL);
    for (; (*rows)[0]; rows++) {
        value_text(json_object_get(json, (*rows)[0]), text, sizeof text);
        if (text[0])
            printf("%-12s %s\n", (*rows)[1], text);
    }
    json_decref(json);
}

static void show_card(const char *name)
{
    struct catalog *c;
    struct ih_error e;
    if (catalog_load(&c, &e) != IH_OK)
        return;
    const struct catalog_model *known = catalog_find(c, name);
    if (known)
        printf("%-12s %s\n%-12s %s\n%-12s %s\n", "licence", known->licence, "about", known->about,
            "card", known->card);
    catalog_close(&c);
}

const char *count_text(int64_t n, char *buf, size_t size)
{
    if (n >= 1000000000)
        snprintf(buf, size, "%.1f billion", (double)n / 1e9);
    else if (n >= 1000000)
        snprintf(buf, size, "%.0f million", (double)n / 1e6);
    else
        snprintf(buf, size, "%lld", (long long)n);
    return buf;
}

/* A line for each network, by the headers of its files; what cannot be read is said on its line. */
static void show_parts(const char *path)
{
    struct ih_model_part part[8];
    struct ih_error e;
    char size[24], count[32];
    int n;
    enum ih_status status = ih_model_parts(part, 8, &n, path, &e);
    for (int i = 0; i < n; i++)
        printf("%-12s %s weights in %s, %s\n", *part[i].name ? part[i].name : "network",
            count_text(part[i].count, count, sizeof count), part[i].numbers,
            bytes_text((double)part[i].bytes, size, sizeof size));
    if (status != IH_OK && status != IH_NOT_FOUND)
        printf("%-12s %s\n", "broken", e.text);
}

/* What a GGUF file has in place of a config.json. */
static void show_gguf(const struct model_entry *m)
{
    struct ih_model_facts facts;
    struct ih_error e;
    struct stat st;
    if (stat(m->path, &st) != 0 || S_ISDIR(st.st_mode) || ih_model_facts(&facts, m->path, &e))
        return;
    if (facts.context)
        printf("%-12s %lld tokens\n", "context", (long long)facts.context);
    if (facts.vocabulary)
        printf("%-12s %lld\n", "vocabulary", (long long)facts.vocabulary);
}

static json_t *parts_json(const char *path)
{
    struct ih_model_part part[8];
    struct ih_error e;
    int n;
    json_t *list = json_array();
    ih_model_parts(part, 8, &n, path, &e);
    for (int i = 0; i < n; i++)
        json_array_append_new(list,
            json_pack("{s:s, s:s, s:I, s:I}", "part", part[i].name, "numbers", part[i].numbers,
                "weights", (json_int_t)part[i].count, "bytes", (json_int_t)part[i].bytes));
    return list;
}

static int show_model(const struct args *a, const char *name)
{
    static const char *const config[][2] = {{"d_model", "width"}, {"encoder_layers", "encoder"},
        {"decoder_layers", "decoder"}, {"num_mel_bins", "mel bins"},
        {"max_position_embeddings", "context"}, {"vocab_size", "vocabulary"}, {NULL, NULL}};
    static const char *const record[][2] = {
        {"repo", "repository"}, {"revision", "revision"}, {"commit", "commit"}, {NULL, NULL}};
    struct model_entry m;
    char size[24];
    int code = show_remote(a, name);
    if (code >= 0)
        return code;
    code = locate(&m, name);
    if (code)
        return code;
    if (args_has(a, "json")) {
        json_t *json = entry_json(&m);
        json_object_set_new(json, "parts", parts_json(m.path));
        json_dumpf(json, stdout, JSON_INDENT(1));
        putchar('\n');
        json_decref(json);
        return EXIT_DONE;
    }
    printf("%-12s %s\n%-12s %s\n%-12s %s\n%-12s %s\n", "name", m.name, "path", m.path, "size",
        bytes_text(m.bytes, size, sizeof size), "type", m.kind[0] ? m.kind : "unknown");
    show_card(m.name);
    show_file(&m, "config.json", config);
    show_gguf(&m);
    show_parts(m.path);
    show_file(&m, "inhouse.json", record);
    return EXIT_DONE;
}

/* Hashes against the record of the download where there is one; then the model is opened, which
 * checks the structure of every file. */
static int verify_model(const char *name)
{
    struct model_entry m;
    struct ih_engine *engine = NULL;
    struct ih_model *model = NULL;
    struct ih_error e;
    int code = locate(&m, name);
    if (code)
        return code;
    volatile int stop = 0;
    struct hub hub = {.cancel = &stop};
    signals_watch(&stop);
    enum ih_status status = hub_record_check(&hub, m.path, &e);
    bool hashed = status == IH_OK;
    if (status == IH_NOT_FOUND)
        status = IH_OK;
    if (!status && (m.kind[0] || !hashed))
        status = ih_engine_open(&engine, NULL, &e);
    if (!status && engine)
        status = ih_model_open(&model, engine, m.path, NULL, &e);
    if (!status)
        printf("%s is sound: %s\n", m.name,
            hashed ? "every file has the SHA-256 it was fetched with, and the model opens"
                   : "the model opens (it was not fetched by this program: no hashes to compare)");
    else
        complain("%s", e.text);
    ih_model_close(&model);
    ih_engine_close(&engine);
    signals_watch(NULL);
    return status == IH_INVALID ? EXIT_MODEL : exit_for_model(status);
}

bool known_name(const char *name, char *buf, size_t size)
{
    struct catalog *c;
    struct ih_error e;
    if (catalog_load(&c, &e) != IH_OK)
        return false;
    const struct catalog_model *known = catalog_find(c, name);
    if (known)
        snprintf(buf, size, "%s", known->name);
    catalog_close(&c);
    return known;
}

static int remove_model(const struct args *a, const char *name)
{
    struct model_entry m;
    char folder[PATH_MAX], size[24];
    struct stat st;
    /* A path is not a name: only what is in the user's folder is ours to remove. */
    if (strchr(name, '/') || name[0] == '.')
        return usage_error(a->command, "remove takes the name of a model, not a path");
    char whole[sizeof m.name];
    const char *names[] = {name, known_name(name, whole, sizeof whole) ? whole : NULL, NULL};
    for (int i = 0; names[i] && models_folder(PLACE_USER, folder, sizeof folder); i++) {
        char file[160];
        snprintf(file, sizeof file, "%.140s.bin", names[i]);
        for (int bin = 0; bin < 2; bin++) {
            if (!path_join(m.path, sizeof m.path, folder, bin ? file : names[i]) ||
                lstat(m.path, &st) != 0)
                continue;
            bytes_text(path_bytes(m.path), size, sizeof size);
            if (folder_discard(m.path) != 0) {
                complain("%s cannot be removed: %s", m.path, strerror(errno));
                return EXIT_OUTPUT;
            }
            m.place = PLACE_USER;
            model_forget(&m);
            if (!args_has(a, "quiet"))
                printf("removed %s (%s)\n", names[i], size);
            return EXIT_DONE;
        }
    }
    int code = locate(&m, name);
    if (code)
        return code;
    complain("%s came with the program (%s); only fetched models are removed", m.name, m.path);
    return EXIT_MODEL;
}

static void on_quantize(void *arg, double done, double total)
{
    progress_draw(arg, done, total, "");
}

static int quantize_model(const struct args *a, const char *name)
{
    struct model_entry m;
    struct ih_error e;
    struct progress progress;
    struct ih_request request;
    char before[24], after[24];
    const char *to = args_value(a, "output", NULL);
    ih_request_defaults(&request, IH_TRANSCRIBE);
    if (!to)
        return usage_error(a->command, "quantize needs a new folder: --output DIR");
    if (ih_option_set(&request, "compute", args_value(a, "to", "int8"), IH_ON_COMMAND_LINE, &e) ||
        request.compute == IH_COMPUTE_AUTO)
        return usage_error(a->command, "--to must be int8, int4, bf16 or f32, not '%.40s'",
            args_value(a, "to", ""));
    int code = locate(&m, name);
    if (code)
        return code;
    progress_begin(&progress, m.name, !args_has(a, "quiet"));
    struct ih_job job = {.arg = &progress, .progress = on_quantize};
    signals_watch(&job.cancel);
    enum ih_status status =
        ih_model_quantize(m.path, to, (enum ih_compute)request.compute, &job, &e);
    signals_watch(NULL);
    progress_clear(&progress);
    if (status != IH_OK) {
        complain("%s", e.text);
        return status == IH_IO ? EXIT_OUTPUT : exit_for_model(status);
    }
    if (!args_has(a, "quiet"))
        printf("%s: %s, was %s\n", to, bytes_text(path_bytes(to), after, sizeof after),
            bytes_text(m.bytes, before, sizeof before));
    return EXIT_DONE;
}

int run_models(const struct args *a)
{
    const char *what = a->count > 0 ? a->arg[0] : "list";
    const char *name = a->count > 1 ? a->arg[1] : NULL;
    const char *close = ih_closest(what, a->command->words);
    bool known = false;
    for (int i = 0; a->command->words[i]; i++)
        known = known || strcmp(a->command->words[i], what) == 0;
    if (!known)
        return usage_error(a->command, "models cannot '%s'%s%s%s", what,
            close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
    if (strcmp(what, "list") == 0) {
        if (a->count > 1)
            return usage_error(a->command, "models list takes no name");
        return list_models(a);
    }
    if (strcmp(what, "search") == 0)
        return search_models(a);
    if (strcmp(what, "bundle") == 0)
        return bundle_models(a);
    if (strcmp(what, "evict") == 0)
        return evict_models(a);
    if (strcmp(what, "import") == 0 && a->count == 2)
        return import_model(a, name);
    if (strcmp(what, "import") == 0)
        return usage_error(a->command, "models import takes one folder or file");
    if (a->count != 2)
        return usage_error(a->command, "models %s takes the name of one model", what);
    if (strcmp(what, "show") == 0)
        return show_model(a, name);
    if (strcmp(what, "pull") == 0)
        return pull_model(a, name);
    if (strcmp(what, "verify") == 0)
        return verify_model(name);
    if (strcmp(what, "remove") == 0)
        return remove_model(a, name);
    return quantize_model(a, name);
}
