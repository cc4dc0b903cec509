/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/config.h"

#include "base/mapfile.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_LIMIT = 64 << 20,
    DEPTH_LIMIT = 64,
    VALUE_LIMIT = 8 << 20, /* a parsed value takes some 40 bytes */
};

struct config {
    json_t *root;
    char *name;
};

static const json_t *json_of(const struct config_value *v)
{
    return (const json_t *)(const void *)v;
}

static const struct config_value *value_of(const json_t *j)
{
    return (const struct config_value *)(const void *)j;
}

/* Bounds nesting and the number of values before anything is built from the text. */
static enum ih_status check_limits(
    const char *text, size_t size, const char *name, struct ih_error *e)
{
    int depth = 0;
    int64_t values = 0;
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            values++;
            if (++depth > DEPTH_LIMIT)
                return err_set(
                    e, IH_BAD_DATA, "%s: JSON nested deeper than %d levels", name, DEPTH_LIMIT);
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == ',') {
            values++;
        }
    }
    if (values > VALUE_LIMIT)
        return err_set(e, IH_BAD_DATA, "%s: JSON with more than %d values", name, (int)VALUE_LIMIT);
    return IH_OK;
}

/* The parser's message quotes the text near the error, which may hold anything. */
static enum ih_status syntax_error(struct ih_error *e, const char *name, const json_error_t *at)
{
    char text[JSON_ERROR_TEXT_LENGTH];
    snprintf(text, sizeof text, "%s", at->text);
    for (char *p = text; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    return err_set(e, IH_BAD_DATA, "%s: not valid JSON at line %d column %d: %s", name, at->line,
        at->column, text);
}

enum ih_status config_parse(
    struct config **out, const char *text, size_t size, const char *name, struct ih_error *e)
{
    *out = NULL;
    if (size > FILE_LIMIT)
        return err_set(e, IH_BAD_DATA, "%s: %zu bytes of JSON; at most %d are read", name, size,
            (int)FILE_LIMIT);
    enum ih_status status = check_limits(text, size, name, e);
    if (status)
        return status;
    struct config *c = calloc(1, sizeof *c);
    if (!c)
        return err_memory(e, name);
    json_error_t at;
    c->name = strdup(name);
    c->root = json_loadb(size ? text : "", size, JSON_REJECT_DUPLICATES, &at);
    if (c->name && c->root) {
        *out = c;
        return IH_OK;
    }
    status = !c->name || json_error_code(&at) == json_error_out_of_memory
                 ? err_memory(e, name)
                 : syntax_error(e, name, &at);
    config_close(&c);
    return status;
}

enum ih_status config_open(struct config **out, const char *path, struct ih_error *e)
{
    *out = NULL;
    struct mapfile m;
    enum ih_status status = mapfile_open(&m, path, e);
    if (status)
        return status;
    status = config_parse(out, (const char *)m.data, m.size, path, e);
    mapfile_close(&m);
    return status;
}

void config_close(struct config **c)
{
    if (!*c)
        return;
    json_decref((*c)->root);
    free((*c)->name);
    free(*c);
    *c = NULL;
}

const struct config_value *config_root(const struct config *c)
{
    return c ? value_of(c->root) : NULL;
}

const struct config_value *config_find(const struct config_value *v, const char *path)
{
    const json_t *j = json_of(v);
    for (const char *dot; j && (dot = strchr(path, '.')); path = dot + 1) {
        char key[128];
        size_t n = (size_t)(dot - path);
        if (n >= sizeof key)
            return NULL;
        memcpy(key, path, n);
        key[n] = 0;
        j = json_object_get(j, key);
    }
    j = json_object_get(j, path);
    return json_is_null(j) ? NULL : value_of(j);
}

static const char *kind(const json_t *j)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "text";
    case JSON_REAL:
        return "a fraction";
    default:
        return "true, false or null";
    }
}

enum ih_status config_int(const struct config *c, const char *path, int64_t low, int64_t high,
    int64_t *out, struct ih_error *e)
{
    const json_t *j = json_of(config_find(config_root(c), path));
    if (!j)
        return err_set(e, IH_BAD_DATA,
            "%s: %s is missing; expected a whole number from %" PRId64 " to %" PRId64, c->name,
            path, low, high);
    if (!json_is_integer(j))
        return err_set(e, IH_BAD_DATA,
            "%s: %s is %s; expected a whole number from %" PRId64 " to %" PRId64, c->name, path,
            kind(j), low, high);
    int64_t v = json_integer_value(j);
    if (v < low || v > high)
        return err_set(e, IH_BAD_DATA,
            "%s: %s is %" PRId64 "; expected a whole number from %" PRId64 " to %" PRId64, c->name,
            path, v, low, high);
    *out = v;
    return IH_OK;
}

int64_t config_int_or(const struct config_value *v, int64_t fallback)
{
    return json_is_integer(json_of(v)) ? json_integer_value(json_of(v)) : fallback;
}

double config_number_or(const struct config_value *v, double fallback)
{
    return json_is_number(json_of(v)) ? json_number_value(json_of(v)) : fallback;
}

bool config_bool_or(const struct config_value *v, bool fallback)
{
    return json_is_boolean(json_of(v)) ? json_is_true(json_of(v)) : fallback;
}

const char *config_string_or(const struct config_value *v, const char *fallback)
{
    return json_is_string(json_of(v)) ? json_string_value(json_of(v)) : fallback;
}

bool config_is_list(const struct config_value *v)
{
    return json_is_array(json_of(v));
}

int64_t config_length(const struct config_value *v)
{
    const json_t *j = json_of(v);
    return (int64_t)(json_is_object(j) ? json_object_size(j) : json_array_size(j));
}

const struct config_value *config_item(const struct config_value *v, int64_t i)
{
    return i < 0 ? NULL : value_of(json_array_get(json_of(v), (size_t)i));
}

void config_each(const struct config_value *v,
    void (*fn)(void *arg, const char *key, const struct config_value *value), void *arg)
{
    /* The iterator wants a pointer to what it may change, which this loop does not do. */
    json_t *j = (json_t *)(size_t)json_of(v);
    for (void *i = json_object_iter(j); i; i = json_object_iter_next(j, i))
        fn(arg, json_object_iter_key(i), value_of(json_object_iter_value(i)));
}
