/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/catalog.h"

#include "hub/hub.h"
#include "inhouse/options.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* catalog.json, made into C when the program is built. */
extern const char catalog_json[];
extern const size_t catalog_json_size;

enum { MODELS_MAX = 10000, LIST_MAX = 1000 };

/* Texts are borrowed from the documents, so these stay. */
struct catalog {
    json_t *documents[2]; /* the user's, the program's */
    struct catalog_model *model;
    int count;
};

/* A place in a document, for sentences. */
struct reader {
    const char *path; /* of the document */
    const char *name; /* of the model being read */
    struct ih_error *e;
};

static enum ih_status wrong(const struct reader *r, const char *key, const char *why)
{
    return hub_fail(r->e, IH_BAD_DATA, "%.200s: %s%.60s%s%.40s %s", r->path,
        r->name ? "model " : "", r->name ? r->name : "", r->name ? ": " : "", key, why);
}

static enum ih_status check_keys(
    const struct reader *r, const json_t *object, const char *const *allowed)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        bool known = false;
        for (int i = 0; allowed[i]; i++)
            known = known || strcmp(allowed[i], key) == 0;
        const char *close = known ? NULL : ih_closest(key, allowed);
        if (!known)
            return hub_fail(r->e, IH_BAD_DATA, "%.200s: model %.60s: there is no key '%.40s'%s%s%s",
                r->path, r->name ? r->name : "", key, close ? "; did you mean '" : "",
                close ? close : "", close ? "'?" : "");
    }
    return IH_OK;
}

static enum ih_status read_text(
    const struct reader *r, const json_t *object, const char *key, const char **out)
{
    const json_t *value = json_object_get(object, key);
    if (value && !json_is_string(value))
        return wrong(r, key, "must be a text");
    if (value)
        *out = json_string_value(value);
    return IH_OK;
}

static enum ih_status read_number(
    const struct reader *r, const json_t *object, const char *key, int *out)
{
    const json_t *value = json_object_get(object, key);
    json_int_t n = json_integer_value(value);
    if (value && (!json_is_integer(value) || n < 0 || n > 100000000))
        return wrong(r, key, "must be a whole number from 0 to 100000000");
    *out = (int)n;
    return IH_OK;
}

/* An array of texts as a list that ends with null. */
static enum ih_status read_list(const struct reader *r, const json_t *object, const char *key,
    const char *const **out, int *count)
{
    const json_t *array = json_object_get(object, key);
    size_t n = json_array_size(array);
    if (array && (!json_is_array(array) || n > LIST_MAX))
        return wrong(r, key, "must be a list of at most 1000 texts");
    const char **list = calloc(n + 1, sizeof *list);
    *out = list;
    *count = (int)n;
    if (!list)
        return hub_fail(r->e, IH_NO_MEMORY, "not enough memory for the catalog");
    for (size_t i = 0; i < n; i++)
        if (!(list[i] = json_string_value(json_array_get(array, i))))
            return wrong(r, key, "must be a list of texts");
    return IH_OK;
}

static enum ih_status read_file(
    const struct reader *r, const json_t *object, struct catalog_file *out)
{
    static const char *const keys[] = {"name", "sha256", "size", NULL};
    const json_t *size = json_object_get(object, "size");
    if (!json_is_object(object))
        return wrong(r, "files", "must be a list of objects");
    enum ih_status status = check_keys(r, object, keys);
    if (!status)
        status = read_text(r, object, "name", &out->name);
    if (!status)
        status = read_text(r, object, "sha256", &out->sha256);
    if (status)
        return status;
    if (!out->name || !hub_is_name(out->name))
        return wrong(r, "files", "must each have the name of a file, FILE or FOLDER/FILE");
    if (!hub_is_sha256(out->sha256))
        return wrong(r, out->name, "needs a sha256 of 64 lower-case hexadecimal digits");
    if (size && (!json_is_integer(size) || json_integer_value(size) < 0))
        return wrong(r, out->name, "has a size that is none");
    out->size = size ? json_integer_value(size) : -1;
    return IH_OK;
}

static enum ih_status read_files(
    const struct reader *r, const json_t *object, struct catalog_model *m)
{
    const json_t *array = json_object_get(object, "files");
    size_t n = json_array_size(array);
    if (array && (!json_is_array(array) || n > LIST_MAX))
        return wrong(r, "files", "must be a list of at most 1000 files");
    struct catalog_file *file = calloc(n + 1, sizeof *file);
    m->files = file;
    if (!file)
        return hub_fail(r->e, IH_NO_MEMORY, "not enough memory for the catalog");
    enum ih_status status = IH_OK;
    for (size_t i = 0; !status && i < n; i++, m->file_count++)
        status = read_file(r, json_array_get(array, i), &file[i]);
    return status;
}

static enum ih_status check_origin(
    const struct reader *r, const json_t *object, const struct catalog_model *m)
{
    if (m->remote && (m->repo || json_object_get(object, "built_in") || m->file_count ||
                         !json_is_object(m->remote)))
        return wrong(r, "remote", "must be an object, and excludes repo, built_in and files");
    if (m->remote)
        return IH_OK;
    if (json_is_true(json_object_get(object, "built_in")))
        return m->repo ? wrong(r, "repo", "makes no sense for a model that is built in") : IH_OK;
    if (!m->repo || !hub_is_repo(m->repo))
        return wrong(r, "repo", "must be OWNER/NAME on the hub");
    if (!hub_is_revision(m->revision))
        return wrong(r, "revision", "must be a branch, tag or commit");
    return IH_OK;
}

static enum ih_status read_model(struct reader *r, const json_t *object, struct catalog_model *m)
{
    static const char *const keys[] = {"name", "short", "repo", "revision", "built_in", "task",
        "licence", "megabytes", "memory_megabytes", "languages", "rank", "about", "card", "files",
        "remote", NULL};
    int shorts;
    *m = (struct catalog_model){
        .revision = "main", .task = "", .licence = "", .about = "", .card = ""};
    r->name = NULL;
    if (!json_is_object(object))
        return wrong(r, "models", "must be a list of objects");
    enum ih_status status = read_text(r, object, "name", &m->name);
    if (!status && !hub_is_model_name(m->name))
        status = wrong(r, "name", "must name the model's folder here");
    r->name = m->name;
    if (!status)
        status = check_keys(r, object, keys);
    const struct {
        const char *key, **out;
    } texts[] = {{"repo", &m->repo}, {"revision", &m->revision}, {"task", &m->task},
        {"licence", &m->licence}, {"about", &m->about}, {"card", &m->card}};
    for (size_t i = 0; !status && i < sizeof texts / sizeof *texts; i++)
        status = read_text(r, object, texts[i].key, texts[i].out);
    m->remote = json_object_get(object, "remote");
    if (m->remote && !*m->task)
        m->task = "chat";
    if (!status)
        status = read_number(r, object, "megabytes", &m->megabytes);
    if (!status)
        status = read_number(r, object, "memory_megabytes", &m->memory);
    if (!status)
        status = read_number(r, object, "rank", &m->rank);
    if (!status)
        status = read_list(r, object, "short", &m->others, &shorts);
    if (!status)
        status = read_list(r, object, "languages", &m->languages, &m->language_count);
    if (!status)
        status = read_files(r, object, m);
    if (!status)
        status = check_origin(r, object, m);
    if (!status)
        m->alias = shorts ? m->others[0] : m->name;
    return status;
}

static void free_model(struct catalog_model *m)
{
    free((void *)m->others);
    free((void *)m->languages);
    free((void *)m->files);
}

static bool is_there(const struct catalog *c, const char *name)
{
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->model[i].name, name) == 0)
            return true;
    return false;
}

static enum ih_status read_document(
    struct catalog *c, const json_t *json, const char *path, struct ih_error *e)
{
    static const char *const keys[] = {"format", "models", NULL};
    struct reader r = {.path = path, .e = e};
    const json_t *models = json_object_get(json, "models");
    size_t n = json_array_size(models);
    int before = c->count;
    if (json_integer_value(json_object_get(json, "format")) != 1 || !json_is_array(models) ||
        n > MODELS_MAX)
        return wrong(&r, "it", "must be an object with \"format\": 1 and a list \"models\"");
    enum ih_status status = check_keys(&r, json, keys);
    struct catalog_model *grown = realloc(c->model, sizeof *grown * ((size_t)c->count + n + 1));
    if (!grown)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory for the catalog");
    c->model = grown;
    for (size_t i = 0; !status && i < n; i++) {
        struct catalog_model m;
        status = read_model(&r, json_array_get(models, i), &m);
        bool replaced = !status && is_there(c, m.name);
        if (replaced && before == 0)
            status = wrong(&r, "it", "stands there twice");
        if (status || replaced)
            free_model(&m);
        else
            c->model[c->count++] = m;
    }
    return status;
}

enum ih_status catalog_open(struct catalog **out, const char *own, struct ih_error *e)
{
    json_error_t where;
    struct catalog *c = calloc(1, sizeof *c);
    enum ih_status status = IH_OK;
    *out = NULL;
    if (!c)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory for the catalog");
    if (own && !(c->documents[0] = json_load_file(own, JSON_REJECT_DUPLICATES, &where)))
        status = hub_fail(e, IH_BAD_DATA, "%.200s, line %d: %.100s", own,
            where.line > 0 ? where.line : 0, where.text);
    if (!status && own)
        status = read_document(c, c->documents[0], own, e);
    if (!status && !(c->documents[1] = json_loadb(
                         catalog_json, catalog_json_size, JSON_REJECT_DUPLICATES, &where)))
        status = hub_fail(e, IH_INTERNAL, "catalog.json, line %d: %.100s", where.line, where.text);
    if (!status)
        status = read_document(c, c->documents[1], "catalog.json", e);
    if (status)
        catalog_close(&c);
    *out = c;
    return status;
}

void catalog_close(struct catalog **c)
{
    if (!*c)
        return;
    for (int i = 0; i < (*c)->count; i++)
        free_model(&(*c)->model[i]);
    for (int i = 0; i < 2; i++)
        json_decref((*c)->documents[i]);
    free((*c)->model);
    free(*c);
    *c = NULL;
}

const struct catalog_model *catalog_models(const struct catalog *c, int *count)
{
    *count = c ? c->count : 0;
    return c ? c->model : NULL;
}

const struct catalog_model *catalog_find(const struct catalog *c, const char *name)
{
    for (int i = 0; c && i < c->count; i++) {
        const struct catalog_model *m = &c->model[i];
        if (strcmp(m->name, name) == 0 || (m->repo && strcmp(m->repo, name) == 0))
            return m;
        for (int j = 0; m->others[j]; j++)
            if (strcmp(m->others[j], name) == 0)
                return m;
    }
    return NULL;
}

bool catalog_matches(const struct catalog_model *m, const char *const *words, int count)
{
    const char *const texts[] = {m->name,
        m->repo     ? m->repo
        : m->remote ? "remote"
                    : "built in",
        m->task, m->licence, m->about, m->card};
    for (int i = 0; i < count; i++) {
        bool found = false;
        for (size_t j = 0; !found && j < sizeof texts / sizeof *texts; j++)
            found = strcasestr(texts[j], words[i]) != NULL;
        for (int j = 0; !found && m->others[j]; j++)
            found = strcasestr(m->others[j], words[i]) != NULL;
        for (int j = 0; !found && m->languages[j]; j++)
            found = strcasecmp(m->languages[j], words[i]) == 0;
        if (!found)
            return false;
    }
    return true;
}

int catalog_rank(const struct catalog *c, const char *name)
{
    for (int i = 0; c && i < c->count; i++)
        if (strcmp(c->model[i].name, name) == 0)
            return c->model[i].rank > 0 ? c->model[i].rank : -1;
    return -1;
}
