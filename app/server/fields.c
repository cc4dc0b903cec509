/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fields.h"

#include <stdio.h>
#include <string.h>

static bool wrong_kind(struct problem *p, const char *name, const char *wanted)
{
    return problem_set(p, 400, "invalid_type", name, "%.60s must be %s", name, wanted);
}

/* A field of JSON has a type of its own, one of a multipart body is text. */
static bool suits(const struct form *f, const struct field *field, enum ih_option_type type)
{
    if (field->kind == FIELD_JSON)
        return false;
    if (!f->typed)
        return true;
    if (type == IH_OPTION_BOOL)
        return field->kind == FIELD_BOOL;
    if (type == IH_OPTION_INT || type == IH_OPTION_FLOAT)
        return field->kind == FIELD_NUMBER;
    return field->kind == FIELD_TEXT;
}

static const char *kind_name(enum ih_option_type type)
{
    return type == IH_OPTION_BOOL                             ? "true or false"
           : type == IH_OPTION_INT || type == IH_OPTION_FLOAT ? "a number"
                                                              : "text";
}

static bool set_option(struct ih_request *r, const struct form *f, const struct field *field,
    const char *option, struct problem *p)
{
    struct ih_error e;
    const struct ih_option *o = ih_option_find(option, r->task);
    bool known = o && (o->surfaces & IH_ON_HTTP);
    if (known && !suits(f, field, o->type))
        return wrong_kind(p, field->name, kind_name(o->type));
    if (memchr(field->text, 0, field->bytes))
        return problem_set(p, 400, "invalid_value", field->name, "there is a zero in the text");
    if (ih_option_set(r, option, field->text, IH_ON_HTTP, &e) == IH_OK)
        return true;
    return problem_set(
        p, 400, known ? "invalid_value" : "unknown_parameter", field->name, "%s", e.text);
}

static const struct field_rule *find_rule(const struct field_rule *rules, const char *name)
{
    for (; rules->name; rules++)
        if (strcmp(rules->name, name) == 0)
            return rules;
    return NULL;
}

bool fields_read(
    struct ih_request *r, const struct form *f, const struct field_rule *rules, struct problem *p)
{
    for (int i = 0; i < f->fields; i++) {
        const struct field *field = &f->field[i];
        const struct field_rule *rule = find_rule(rules, field->name);
        if (rule && rule->use == USE_REFUSED)
            return problem_set(p, 400, "unsupported_parameter", field->name, "%s", rule->text);
        if (rule && rule->use != USE_OPTION)
            continue;
        if (!set_option(r, f, field, rule ? rule->text : field->name, p))
            return false;
    }
    for (int i = 0; i < f->uploads; i++) {
        const struct field_rule *rule = find_rule(rules, f->upload[i].name);
        if (!rule || rule->use != USE_OWN)
            return problem_set(p, 400, "unknown_parameter", f->upload[i].name,
                "no file is expected as '%.60s'", f->upload[i].name);
    }
    return true;
}

bool fields_text(const struct form *f, const char *name, const char **out, struct problem *p)
{
    const struct field *field = form_find(f, name);
    *out = NULL;
    if (!field)
        return true;
    if (field->kind != FIELD_TEXT)
        return wrong_kind(p, name, "text");
    if (memchr(field->text, 0, field->bytes))
        return problem_set(p, 400, "invalid_value", name, "there is a zero in the text");
    *out = field->text;
    return true;
}

bool fields_choice(
    const struct form *f, const char *name, const char *const *words, int *out, struct problem *p)
{
    const char *given;
    char list[200] = "";
    if (!fields_text(f, name, &given, p))
        return false;
    if (!given)
        return true;
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], given) == 0) {
            *out = i;
            return true;
        }
        size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", words[i]);
    }
    return problem_set(
        p, 400, "invalid_value", name, "%s must be one of %s, not '%.60s'", name, list, given);
}

bool fields_bool(const struct form *f, const char *name, bool *out, struct problem *p)
{
    const struct field *field = form_find(f, name);
    if (!field)
        return true;
    bool on = strcmp(field->text, "true") == 0;
    if ((f->typed && field->kind != FIELD_BOOL) || (!on && strcmp(field->text, "false") != 0))
        return wrong_kind(p, name, "true or false");
    *out = on;
    return true;
}

static bool check_pairs(const json_t *json, const char *field, struct problem *p)
{
    enum { PAIRS = 16, NAME = 64, VALUE = 512 };
    const char *name;
    json_t *value;
    if (!json_is_object(json) || json_object_size(json) > PAIRS)
        return problem_set(
            p, 400, "invalid_value", field, "%s is an object of at most %d texts", field, PAIRS);
    json_object_foreach((json_t *)json, name, value)
    {
        if (strlen(name) > NAME || !json_is_string(value) || json_string_length(value) > VALUE)
            return problem_set(p, 400, "invalid_value", field,
                "%s has names of at most %d bytes and texts of at most %d", field, NAME, VALUE);
    }
    return true;
}

bool fields_pairs(const struct form *f, const char *name, json_t **out, struct problem *p)
{
    const struct field *field = form_find(f, name);
    *out =
        field && field->kind == FIELD_JSON ? json_loadb(field->text, field->bytes, 0, NULL) : NULL;
    if (!field || check_pairs(*out, name, p))
        return true;
    json_decref(*out);
    *out = NULL;
    return false;
}
