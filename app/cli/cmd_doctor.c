/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine has, and what is missing. Nothing is fetched and nothing is changed. */
#include "cli/cli.h"
#include "cli/models.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "hub/catalog.h"
#include "inhouse/inhouse.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct machine {
    char engine[200], processor[128];
    double memory, available, disk;
    char models[PATH_MAX];
    bool espeak, token, offline;
};

/* A number of kilobytes out of /proc/meminfo, in bytes; 0 when it is not there. */
static double meminfo(const char *key)
{
    char line[128];
    double value = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtod(line + strlen(key), NULL) * 1024;
    if (f)
        fclose(f);
    return value;
}

static void processor_name(char *buf, size_t size)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");
    snprintf(buf, size, "unknown");
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (!colon || strncmp(line, "model name", 10) != 0)
            continue;
        colon[strcspn(colon, "\n")] = 0;
        snprintf(buf, size, "%s", colon + 2);
        break;
    }
    if (f)
        fclose(f);
}

/* Space where the models are, or would be. */
static double space_for(const char *path)
{
    char folder[PATH_MAX];
    struct statvfs fs;
    snprintf(folder, sizeof folder, "%s", path);
    while (*folder && statvfs(folder, &fs) != 0) {
        char *slash = strrchr(folder, '/');
        if (!slash)
            return 0;
        *(slash == folder ? slash + 1 : slash) = 0;
    }
    return *folder ? (double)fs.f_bavail * (double)fs.f_frsize : 0;
}

static enum ih_status examine(struct machine *m, struct ih_engine **engine, struct ih_error *e)
{
    const char *token = getenv("HF_TOKEN"), *offline = getenv("HF_HUB_OFFLINE");
    *m = (struct machine){.memory = meminfo("MemTotal:"), .available = meminfo("MemAvailable:")};
    processor_name(m->processor, sizeof m->processor);
    char program[PATH_MAX];
    m->espeak = program_find("espeak-ng", program, sizeof program);
    m->token = token && *token;
    m->offline = offline && *offline && strcmp(offline, "0") != 0;
    if (models_folder(PLACE_USER, m->models, sizeof m->models))
        m->disk = space_for(m->models);
    enum ih_status status = ih_engine_open(engine, NULL, e);
    if (status == IH_OK)
        snprintf(m->engine, sizeof m->engine, "%s", ih_engine_describe(*engine));
    return status;
}

/* "ok" or why the model cannot be used. A voice activity model is no model of its own. */
static void state_of(const struct model_entry *entry, struct ih_engine *engine, char *buf, size_t n)
{
    struct ih_model *model;
    struct ih_error e = {0};
    if (!entry->kind[0] || strstr(entry->kind, "vad")) {
        snprintf(buf, n, "ok");
        return;
    }
    if (ih_model_open(&model, engine, entry->path, NULL, &e) == IH_OK) {
        snprintf(buf, n, "ok");
        ih_model_close(&model);
    } else {
        snprintf(buf, n, "%.200s", e.text);
    }
}

static void line(const struct terminal *t, const char *what, const char *value)
{
    printf("  %s%-12s%s%s\n", style(t, STYLE_BOLD), what, style_end(t), value);
}

static void print_machine(const struct machine *m, const struct terminal *t)
{
    char text[PATH_MAX + 80], a[24], b[24];
    line(t, "program", "inhouse " INHOUSE_VERSION);
    line(t, "processor", m->processor);
    line(t, "engine", m->engine);
    snprintf(text, sizeof text, "%s, %s of it free", bytes_text(m->memory, a, sizeof a),
        bytes_text(m->available, b, sizeof b));
    line(t, "memory", text);
    snprintf(
        text, sizeof text, "%s (%s free on its disk)", m->models, bytes_text(m->disk, a, sizeof a));
    line(t, "your models", m->models[0] ? text : "no folder: HOME is not set");
    line(t, "espeak-ng",
        m->espeak ? "installed" : "not installed (optional: better pronunciation when speaking)");
    line(t, "hub",
        m->offline ? "off: HF_HUB_OFFLINE is set"
                   : (m->token ? "token in HF_TOKEN" : "no token (few models need one)"));
}

static void print_advice(
    const struct machine *m, bool own, bool whisper, bool vad, const struct terminal *t)
{
    const char *mark = t->utf8 ? "→" : "->";
    if (own && whisper && vad && m->espeak)
        return;
    printf("\n%sWhat is missing%s\n", style(t, STYLE_BOLD), style_end(t));
    if (!own)
        printf("  %s transcribe-1, the model that comes with the program: install it again, or run "
               "it from its source folder\n",
            mark);
    if (!whisper)
        printf("  %s a Whisper model, for recordings of people: inhouse models pull small\n", mark);
    if (!vad)
        printf("  %s vad-1, which skips silence: it comes with the program\n", mark);
    if (!m->espeak)
        printf("  %s espeak-ng: apt install espeak-ng\n", mark);
}

static json_t *machine_json(const struct machine *m)
{
    json_t *json = json_object();
    json_object_set_new(json, "version", json_string(INHOUSE_VERSION));
    json_object_set_new(json, "processor", json_string(m->processor));
    json_object_set_new(json, "engine", json_string(m->engine));
    json_object_set_new(json, "memory_bytes", json_integer((json_int_t)m->memory));
    json_object_set_new(json, "memory_available_bytes", json_integer((json_int_t)m->available));
    json_object_set_new(json, "models_folder", json_string(m->models));
    json_object_set_new(json, "disk_free_bytes", json_integer((json_int_t)m->disk));
    json_object_set_new(json, "espeak_ng", json_boolean(m->espeak));
    json_object_set_new(json, "hub_token", json_boolean(m->token));
    json_object_set_new(json, "hub_offline", json_boolean(m->offline));
    return json;
}

/* What the catalog says of remote models; none of them is asked. */
static void print_remotes(const struct terminal *t)
{
    struct catalog *c;
    struct ih_error e;
    int count;
    if (catalog_load(&c, &e) != IH_OK) {
        printf("\n%s\n", e.text);
        return;
    }
    const struct catalog_model *m = catalog_models(c, &count);
    bool any = false;
    for (int i = 0; i < count; i++)
        any = any || m[i].remote;
    if (any)
        putchar('\n');
    remote_table(m, count, t);
    catalog_close(&c);
}

static json_t *remotes_json(void)
{
    struct catalog *c;
    struct ih_error e;
    int count;
    json_t *list = json_array();
    if (catalog_load(&c, &e) != IH_OK)
        return list;
    const struct catalog_model *m = catalog_models(c, &count);
    for (int i = 0; i < count; i++)
        if (m[i].remote)
            json_array_append_new(
                list, json_pack("{ss so}", "name", m[i].name, "remote", remote_json(&m[i])));
    catalog_close(&c);
    return list;
}

static bool is_whisper(const struct model_entry *entry)
{
    return strncmp(entry->name, "transcribe-", 11) != 0 &&
           (!strcmp(entry->kind, "whisper") || !strcmp(entry->kind, "ggml"));
}

static int report_json(
    const struct machine *m, const struct model_entry *list, int n, struct ih_engine *engine)
{
    json_t *json = machine_json(m), *models = json_array();
    int code = EXIT_DONE;
    for (int i = 0; i < n; i++) {
        char state[256];
        json_t *model = json_object();
        state_of(&list[i], engine, state, sizeof state);
        json_object_set_new(model, "name", json_string(list[i].name));
        json_object_set_new(model, "bytes", json_integer((json_int_t)list[i].bytes));
        json_object_set_new(model, "path", json_string(list[i].path));
        json_object_set_new(model, "state", json_string(state));
        json_array_append_new(models, model);
        code = strcmp(state, "ok") == 0 ? code : EXIT_MODEL;
    }
    json_object_set_new(json, "models", models);
    json_object_set_new(json, "remote", remotes_json());
    json_dumpf(json, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(json);
    return code;
}

static int report(
    const struct machine *m, const struct model_entry *list, int n, struct ih_engine *engine)
{
    static const char *const headings[] = {"MODEL", ">SIZE", "FROM", "STATE"};
    struct terminal t;
    struct table *table = table_new(4, headings);
    bool own = false, whisper = false, vad = false;
    int code = EXIT_DONE;
    terminal_init(&t, stdout);
    print_machine(m, &t);
    for (int i = 0; i < n; i++) {
        char state[256], size[24];
        state_of(&list[i], engine, state, sizeof state);
        const char *cells[] = {list[i].name, bytes_text(list[i].bytes, size, sizeof size),
            place_name(list[i].place), state};
        table_row(table, cells);
        bool ok = strcmp(state, "ok") == 0;
        code = ok ? code : EXIT_MODEL;
        own = own || (ok && strcmp(list[i].name, "transcribe-1") == 0);
        vad = vad || (ok && strcmp(list[i].name, "vad-1") == 0);
        whisper = whisper || (ok && is_whisper(&list[i]));
    }
    putchar('\n');
    table_print(table, &t);
    print_remotes(&t);
    print_advice(m, own, whisper, vad, &t);
    return code;
}

int run_doctor(const struct args *args)
{
    struct machine m;
    struct ih_engine *engine = NULL;
    struct ih_error e = {0};
    if (args->count > 0)
        return usage_error(args->command, "doctor takes no arguments");
    enum ih_status status = examine(&m, &engine, &e);
    if (status != IH_OK) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    struct model_entry *list;
    int n = models_scan(&list);
    int code =
        args_has(args, "json") ? report_json(&m, list, n, engine) : report(&m, list, n, engine);
    free(list);
    ih_engine_close(&engine);
    return code;
}
