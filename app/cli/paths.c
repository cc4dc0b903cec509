/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/paths.h"

#include "author/entry.h"
#include "hub/catalog.h"
#include "inhouse/options.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char own_model[] = "transcribe-1";
static const char own_vad[] = "vad-1";
static const char own_voice[] = "voice-1";
static const char own_painter[] = "image-1";

enum ih_status fail(struct ih_error *e, enum ih_status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    e->code = code;
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return code;
}

bool path_join(char *buf, size_t size, const char *folder, const char *name)
{
    size_t front = strlen(folder), back = strlen(name);
    if (front >= size || back >= size - front - 1)
        return false;
    memcpy(buf, folder, front);
    buf[front] = '/';
    memcpy(buf + front + 1, name, back + 1);
    return true;
}

/* The user's folder for something: what a variable of its own says, else where data belongs. */
static bool user_folder(const char *variable, const char *what, char *buf, size_t size)
{
    const char *own = getenv(variable), *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = -1;
    if (own && *own)
        n = snprintf(buf, size, "%s", own);
    else if (data && *data == '/')
        n = snprintf(buf, size, "%s/inhouse/%s", data, what);
    else if (home && *home)
        n = snprintf(buf, size, "%s/.local/share/inhouse/%s", home, what);
    return n > 0 && (size_t)n < size;
}

bool models_folder(enum model_place place, char *buf, size_t size)
{
    if (place == PLACE_USER)
        return user_folder("INHOUSE_MODELS", "models", buf, size);
    int n = snprintf(buf, size, "%s",
        place == PLACE_INSTALLED ? INHOUSE_MODELS_INSTALLED : INHOUSE_MODELS_SOURCE);
    return n > 0 && (size_t)n < size;
}

bool voices_folder(char *buf, size_t size)
{
    return user_folder("INHOUSE_VOICES", "voices", buf, size);
}

bool spending_folder(char *buf, size_t size)
{
    return user_folder("INHOUSE_SPENT", "spent", buf, size);
}

/* What the hub does not look into. */
static enum ih_status check_remotes(struct catalog *c, const char *path, struct ih_error *e)
{
    int count;
    enum ih_status status = IH_OK;
    const struct catalog_model *m = catalog_models(c, &count);
    for (int i = 0; !status && i < count; i++) {
        struct remote_entry entry;
        struct ih_error why;
        if (!m[i].remote)
            continue;
        status = entry_read(&entry, m[i].name, m[i].remote, &why);
        if (status)
            fail(e, status, "%.150s: %s", path, why.text);
        else
            entry_free(&entry);
    }
    return status;
}

enum ih_status catalog_load(struct catalog **out, struct ih_error *e)
{
    char own[PATH_MAX];
    const char *named = getenv("INHOUSE_CATALOG");
    bool there = user_folder("INHOUSE_CATALOG", "catalog.json", own, sizeof own) &&
                 ((named && *named) || access(own, F_OK) == 0);
    enum ih_status status = catalog_open(out, there ? own : NULL, e);
    if (!status)
        status = check_remotes(*out, own, e);
    if (status)
        catalog_close(out);
    return status;
}

const char *place_name(enum model_place place)
{
    static const char *const names[] = {"yours", "installed", "built in"};
    return names[place];
}

double path_bytes(const char *path)
{
    struct stat st;
    char inside[PATH_MAX];
    double sum = 0;
    if (stat(path, &st) != 0)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return (double)st.st_size;
    DIR *folder = opendir(path);
    for (struct dirent *d; folder && (d = readdir(folder));)
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
            path_join(inside, sizeof inside, path, d->d_name) && lstat(inside, &st) == 0)
            sum += S_ISREG(st.st_mode) ? (double)st.st_size
                                       : (S_ISDIR(st.st_mode) ? path_bytes(inside) : 0);
    if (folder)
        closedir(folder);
    return sum;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

/* whisper.cpp's files begin with a number, little-endian, llama.cpp's with letters; these say
 * what they are, unless they are broken. */
static void read_file_kind(struct model_entry *entry)
{
    char magic[4] = {0};
    struct ih_model_facts facts;
    struct ih_error e;
    FILE *f = fopen(entry->path, "rb");
    size_t n = f ? fread(magic, 1, sizeof magic, f) : 0;
    if (f)
        fclose(f);
    const char *kind = "";
    if (n == sizeof magic && memcmp(magic, "lmgg", sizeof magic) == 0)
        kind = "ggml";
    else if (n == sizeof magic && memcmp(magic, "GGUF", sizeof magic) == 0)
        kind = !ih_model_facts(&facts, entry->path, &e) && *facts.family ? facts.family : "gguf";
    snprintf(entry->kind, sizeof entry->kind, "%s", kind);
}

/* A value of a JSON file in the folder, as the model's kind; false when there is no such file. */
static bool read_kind(struct model_entry *entry, const char *file, const char *key)
{
    /* Pipelines have a class in place of a type. */
    static const char *const classes[][2] = {
        {"InhouseImage1Pipeline", "image1"}, {"Flux2KleinPipeline", "flux2"}};
    char path[PATH_MAX];
    if (!path_join(path, sizeof path, entry->path, file) || access(path, F_OK) != 0)
        return false;
    json_t *json = json_load_file(path, 0, NULL);
    const char *kind = json_string_value(json_object_get(json, key));
    for (size_t i = 0; kind && i < sizeof classes / sizeof *classes; i++)
        kind = strcmp(kind, classes[i][0]) == 0 ? classes[i][1] : kind;
    snprintf(entry->kind, sizeof entry->kind, "%s", kind ? kind : "");
    json_decref(json);
    return true;
}

/* Fills in kind and size when there is a model at entry->path. A folder with weights but no
 * configuration counts too: the program's own voice activity model may be such. */
static bool inspect(struct model_entry *entry)
{
    struct stat st;
    char file[PATH_MAX];
    if (stat(entry->path, &st) != 0)
        return false;
    if (!S_ISDIR(st.st_mode)) {
        read_file_kind(entry);
        entry->bytes = (double)st.st_size;
        return entry->kind[0];
    }
    entry->kind[0] = '\0';
    if (!read_kind(entry, "config.json", "model_type") &&
        !read_kind(entry, "model_index.json", "_class_name") &&
        !(path_join(file, sizeof file, entry->path, "model.safetensors") &&
            access(file, F_OK) == 0))
        return false;
    entry->bytes = path_bytes(entry->path);
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct model_entry *x = a, *y = b;
    if (x->place != y->place)
        return (int)x->place - (int)y->place;
    return strcmp(x->name, y->name);
}

struct list {
    struct model_entry *entry;
    int count, room;
    bool failed;
};

static void scan_name(
    struct list *list, enum model_place place, const char *folder, const char *name)
{
    if (list->count == list->room) {
        int room = list->room ? list->room * 2 : 16;
        struct model_entry *grown = realloc(list->entry, sizeof *grown * (size_t)room);
        if (!grown) {
            list->failed = true;
            return;
        }
        list->entry = grown;
        list->room = room;
    }
    struct model_entry *entry = &list->entry[list->count];
    *entry = (struct model_entry){.place = place};
    int ending = ends_with(name, ".bin") ? 4 : ends_with(name, ".gguf") ? 5 : 0;
    int length = (int)strlen(name) - ending;
    if (length >= (int)sizeof entry->name ||
        !path_join(entry->path, sizeof entry->path, folder, name) || !inspect(entry))
        return;
    snprintf(entry->name, sizeof entry->name, "%.*s", length, name);
    for (int i = 0; i < list->count; i++)
        if (list->entry[i].place != place && strcmp(list->entry[i].name, entry->name) == 0)
            return;
    list->count++;
}

int models_scan(struct model_entry **out)
{
    struct list list = {0};
    char folder[PATH_MAX];
    for (enum model_place place = PLACE_USER; place < PLACES; place++) {
        DIR *d = models_folder(place, folder, sizeof folder) ? opendir(folder) : NULL;
        for (struct dirent *name; d && (name = readdir(d));)
            if (name->d_name[0] != '.' && !ends_with(name->d_name, ".partial") &&
                !ends_with(name->d_name, ".quantizing"))
                scan_name(&list, place, folder, name->d_name);
        if (d)
            closedir(d);
    }
    if (list.count)
        qsort(list.entry, (size_t)list.count, sizeof *list.entry, compare);
    *out = list.entry;
    if (list.failed) {
        free(list.entry);
        *out = NULL;
        return -1;
    }
    return list.count;
}

static bool locate_in(struct model_entry *out, enum model_place place, const char *name)
{
    static const char *const endings[] = {"", ".bin", ".gguf"};
    char folder[PATH_MAX], file[sizeof out->name + 8];
    if (!models_folder(place, folder, sizeof folder) || strlen(name) >= sizeof out->name)
        return false;
    *out = (struct model_entry){.place = place};
    snprintf(out->name, sizeof out->name, "%s", name);
    bool found = false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings && !found; i++) {
        snprintf(file, sizeof file, "%s%s", name, endings[i]);
        found = path_join(out->path, sizeof out->path, folder, file) && inspect(out);
    }
    return found;
}

static enum ih_status not_here(
    const struct catalog_model *known, const char *name, struct ih_error *e)
{
    char size[48] = "";
    if (known && known->megabytes)
        snprintf(size, sizeof size, " (about %d MB)", known->megabytes);
    if (known && known->remote)
        return fail(e, IH_UNSUPPORTED, "%s is remote and does not do this", known->name);
    if (known && known->repo)
        return fail(e, IH_NOT_FOUND,
            "%s is not on this machine; 'inhouse models pull %s' fetches it%s", known->name,
            known->alias, size);
    if (known)
        return fail(e, IH_NOT_FOUND,
            "%s comes with the program and is not where the program was installed", known->name);
    return fail(e, IH_NOT_FOUND,
        "there is no model '%.200s' here; 'inhouse models list' shows what there is", name);
}

enum ih_status model_locate(struct model_entry *out, const char *name, struct ih_error *e)
{
    struct stat st;
    struct catalog *c;
    bool is_path = strchr(name, '/') != NULL || !strcmp(name, ".") || !strcmp(name, "..");
    *out = (struct model_entry){.place = PLACE_USER};
    if (strlen(name) < sizeof out->path && stat(name, &st) == 0) {
        snprintf(out->path, sizeof out->path, "%s", name);
        snprintf(out->name, sizeof out->name, "%.127s", name);
        if (inspect(out) || is_path || !S_ISDIR(st.st_mode))
            return IH_OK; /* opening it says what is wrong, if anything is */
    }
    if (is_path)
        return fail(e, IH_NOT_FOUND, "there is no model at %.300s", name);
    if (!*name)
        return fail(e, IH_INVALID, "the name of a model is empty");
    for (enum model_place place = PLACE_USER; place < PLACES; place++)
        if (locate_in(out, place, name))
            return IH_OK;
    enum ih_status status = catalog_load(&c, e);
    if (status)
        return status;
    const struct catalog_model *known = catalog_find(c, name);
    bool found = false;
    for (enum model_place place = PLACE_USER; known && !found && place < PLACES; place++)
        found = locate_in(out, place, known->name);
    if (!found)
        status = not_here(known, name, e);
    catalog_close(&c);
    return status;
}

static bool listens(const struct model_entry *m)
{
    return strcmp(m->kind, "whisper") == 0 || strcmp(m->kind, "ggml") == 0;
}

enum ih_status model_default(struct model_entry *out, struct ih_error *e)
{
    struct model_entry *list;
    struct catalog *c;
    int n = models_scan(&list), best = -1;
    enum ih_status status = catalog_load(&c, e);
    if (status) {
        free(list);
        return status;
    }
    for (int i = 0; i < n; i++) {
        if (list[i].place != PLACE_USER || !listens(&list[i]) || !strcmp(list[i].name, own_model))
            continue;
        if (best < 0 || catalog_rank(c, list[i].name) > catalog_rank(c, list[best].name))
            best = i;
    }
    if (best >= 0)
        *out = list[best];
    free(list);
    catalog_close(&c);
    if (best >= 0 || model_locate(out, own_model, e) == IH_OK)
        return IH_OK;
    return fail(e, IH_NOT_FOUND,
        "no model is installed; 'inhouse models pull small' fetches one (about 970 MB)");
}

/* Kokoro's config.json does not name its family; its folder does. */
static bool is_kokoro(const struct model_entry *m)
{
    return strncasecmp(m->name, "kokoro", 6) == 0 || strncasecmp(m->kind, "kokoro", 6) == 0;
}

bool speller_locate(struct model_entry *out)
{
    struct ih_error e;
    return model_locate(out, "spell-1", &e) == IH_OK;
}

enum ih_status model_default_voice(struct model_entry *out, struct ih_error *e)
{
    if (model_locate(out, own_voice, e) == IH_OK)
        return IH_OK;
    struct model_entry *list;
    int n = models_scan(&list), found = -1;
    for (int i = 0; i < n && found < 0; i++)
        found = is_kokoro(&list[i]) ? i : -1;
    if (found >= 0)
        *out = list[found];
    free(list);
    return found >= 0
               ? IH_OK
               : fail(e, IH_NOT_FOUND,
                     "no model that speaks is here: neither %s, which comes with the program, "
                     "nor a Kokoro; name one with --model",
                     own_voice);
}

static bool writes(const struct model_entry *m)
{
    static const char *const kinds[] = {"qwen3", "qwen2", "llama"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(m->kind, kinds[i]) == 0)
            return true;
    return false;
}

enum ih_status model_default_writer(struct model_entry *out, struct ih_error *e)
{
    struct model_entry *list;
    int n = models_scan(&list), found = -1;
    for (int i = 0; i < n && found < 0; i++)
        found = writes(&list[i]) ? i : -1;
    if (found >= 0)
        *out = list[found];
    free(list);
    return found >= 0 ? IH_OK
                      : fail(e, IH_NOT_FOUND,
                            "no model that writes text is here; fetch one "
                            "('inhouse models pull qwen3-0.6b') or name one with --model");
}

static bool draws(const struct model_entry *m)
{
    return strncasecmp(m->name, "flux.2", 6) == 0;
}

enum ih_status model_default_painter(struct model_entry *out, struct ih_error *e)
{
    if (model_locate(out, own_painter, e) == IH_OK)
        return IH_OK;
    struct model_entry *list;
    int n = models_scan(&list), found = -1;
    for (int i = 0; i < n && found < 0; i++)
        found = draws(&list[i]) ? i : -1;
    if (found >= 0)
        *out = list[found];
    free(list);
    return found >= 0 ? IH_OK
                      : fail(e, IH_NOT_FOUND,
                            "no model that draws is here: neither %s "
                            "nor a FLUX.2; name one with --model",
                            own_painter);
}

unsigned model_tasks(const struct model_entry *m)
{
    unsigned tasks = listens(m) ? IH_TRANSCRIBE : 0;
    tasks |= is_kokoro(m) ? IH_SPEAK : 0u;
    tasks |= draws(m) ? IH_DRAW : 0u;
    return tasks | (writes(m) ? IH_CHAT : 0u);
}

bool program_find(const char *name, char *buf, size_t size)
{
    const char *path = getenv("PATH");
    char copy[4096], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", path ? path : "");
    for (char *folder = strtok_r(copy, ":", &rest); folder; folder = strtok_r(NULL, ":", &rest))
        if (path_join(buf, size, folder, name) && access(buf, X_OK) == 0)
            return true;
    return false;
}

bool vad_locate(char *path, size_t size)
{
    struct model_entry entry;
    struct ih_error e;
    return model_locate(&entry, own_vad, &e) == IH_OK &&
           path_join(path, size, entry.path, "model.safetensors") && access(path, R_OK) == 0;
}

enum ih_status make_folders(const char *path, struct ih_error *e)
{
    char part[PATH_MAX];
    struct stat st;
    if (strlen(path) >= sizeof part)
        return fail(e, IH_INVALID, "the path is too long: %.80s...", path);
    for (size_t i = 1, n = strlen(path); i <= n; i++) {
        if (path[i] != '/' && path[i] != 0)
            continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (mkdir(part, 0777) != 0 && !(stat(part, &st) == 0 && S_ISDIR(st.st_mode)))
            return fail(e, IH_IO, "cannot make the folder %.300s: %s", part,
                errno == EEXIST ? "there is a file of that name" : strerror(errno));
    }
    return IH_OK;
}
