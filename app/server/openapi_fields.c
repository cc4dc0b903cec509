/* SPDX-License-Identifier: Apache-2.0 */
/* Fields as schemas (JSON Schema 2020-12). */
#include "inhouse/audio.h"
#include "inhouse/format.h"
#include "server/fields.h"
#include "server/openapi.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

static json_t *words(const char *const *list)
{
    json_t *array = json_array();
    for (; list && *list; list++)
        json_array_append_new(array, json_string(*list));
    return array;
}

static json_t *text_of(const char *const *choices)
{
    return choices ? json_pack("{ssso}", "type", "string", "enum", words(choices))
                   : json_pack("{ss}", "type", "string");
}

static json_t *number_of(const char *type, double low, double high)
{
    json_t *schema = json_pack("{ss}", "type", type);
    bool whole = strcmp(type, "integer") == 0;
    if (low == 0 && high == 0)
        return schema;
    json_object_set_new(schema, "minimum", whole ? json_integer((json_int_t)low) : json_real(low));
    json_object_set_new(
        schema, "maximum", whole ? json_integer((json_int_t)high) : json_real(high));
    return schema;
}

static json_t *file_of(void)
{
    return json_pack("{ssssss}", "type", "string", "format", "binary", "contentMediaType",
        "application/octet-stream");
}

/* One, or a list of such. */
static json_t *or_several(json_t *one)
{
    json_t *list = json_pack("{sssO}", "type", "array", "items", one);
    return json_pack("{s[oo]}", "anyOf", one, list);
}

static const struct ih_option *option_of(unsigned task, const char *name)
{
    const struct ih_option *o = name ? ih_option_find(name, (enum ih_task)task) : NULL;
    return o && (o->surfaces & IH_ON_HTTP) ? o : NULL;
}

/* What is taken when the field is not there, if that can be said in a value. */
static void add_default(json_t *schema, const struct ih_option *o, unsigned task)
{
    struct ih_request r;
    char text[200];
    int64_t whole;
    double number;
    ih_request_defaults(&r, (enum ih_task)task);
    int n = ih_option_text(o, &r, text, sizeof text);
    if (n <= 0 || (size_t)n >= sizeof text)
        return;
    if (o->type == IH_OPTION_BOOL)
        json_object_set_new(schema, "default", json_boolean(strcmp(text, "true") == 0));
    else if (o->type == IH_OPTION_INT && text_integer(text, &whole) && (double)whole >= o->low &&
             (double)whole <= o->high)
        json_object_set_new(schema, "default", json_integer(whole));
    else if (o->type == IH_OPTION_FLOAT && text_number(text, &number) && number >= o->low &&
             number <= o->high)
        json_object_set_new(schema, "default", json_real(number));
    else if (o->type == IH_OPTION_STRING || o->type == IH_OPTION_CHOICE)
        json_object_set_new(schema, "default", json_string(text));
}

static json_t *option_schema(const struct ih_option *o, unsigned task)
{
    json_t *schema = o->type == IH_OPTION_BOOL  ? json_pack("{ss}", "type", "boolean")
                     : o->type == IH_OPTION_INT ? number_of("integer", o->low, o->high)
                     : o->type == IH_OPTION_FLOAT
                         ? number_of("number", o->low, o->high)
                         : text_of(o->type == IH_OPTION_CHOICE ? o->choices : NULL);
    if (o->type == IH_OPTION_STRING && o->choices)
        json_object_set_new(schema, "examples", words(o->choices));
    json_object_set_new(schema, "description", json_string(o->help));
    add_default(schema, o, task);
    return schema;
}

static json_t *own_schema(const struct field_rule *rule, const struct described *d)
{
    const struct ih_option *o = option_of(d->task, rule->option);
    const char *const *choices = o ? o->choices : rule->choices;
    switch (rule->shape) {
    case SHAPE_TEXTS:
        return or_several(text_of(choices));
    case SHAPE_WHOLE:
        return number_of("integer", rule->low, rule->high);
    case SHAPE_NUMBER:
        return number_of("number", rule->low, rule->high);
    case SHAPE_BOOL:
        return json_pack("{ss}", "type", "boolean");
    case SHAPE_OBJECT:
        return json_pack("{ss}", "type", "object");
    case SHAPE_OBJECTS:
        return json_pack("{sss{ss}}", "type", "array", "items", "type", "object");
    case SHAPE_TEXT_OR_OBJECTS:
        return json_pack("{s[{ss}{sss{ss}}]}", "anyOf", "type", "string", "type", "array", "items",
            "type", "object");
    case SHAPE_FILE:
        return file_of();
    case SHAPE_FILES:
        return or_several(file_of());
    default:
        return text_of(choices);
    }
}

/* What this server's settings allow at most. */
static void add_most(json_t *schema, const char *key, const struct settings *s)
{
    const struct setting *row = key && s ? setting_find(key) : NULL;
    if (!row || row->type != SETTING_INTEGER)
        return;
    int most = *(const int *)((const char *)s + row->offset);
    const char *type = json_string_value(json_object_get(schema, "type"));
    bool text = type && strcmp(type, "string") == 0;
    json_object_set_new(schema, text ? "maxLength" : "maximum", json_integer(most));
}

/* Null for what is not to be shown. */
static json_t *rule_schema(const struct field_rule *rule, const struct described *d)
{
    json_t *schema = NULL;
    if (rule->use == USE_OPTION) {
        const struct ih_option *o = option_of(d->task, rule->text);
        schema = o ? option_schema(o, d->task) : NULL;
    } else if (rule->use == USE_OWN) {
        schema = own_schema(rule, d);
        if (rule->text)
            json_object_set_new(schema, "description", json_string(rule->text));
    } else if (rule->use == USE_NOTHING) {
        schema = json_pack("{ss}", "description", "means nothing here");
    }
    if (schema)
        add_most(schema, rule->most, d->settings);
    return schema;
}

static bool has_rule(const struct field_rule *rules, const char *name)
{
    for (; rules && rules->name; rules++)
        if (strcmp(rules->name, name) == 0)
            return true;
    return false;
}

static bool is_file(const struct field_rule *rule)
{
    return rule->use == USE_OWN && (rule->shape == SHAPE_FILE || rule->shape == SHAPE_FILES);
}

static void add_rules(json_t *properties, json_t *needed, bool *file,
    const struct field_rule *rules, const struct described *d)
{
    for (; rules && rules->name; rules++) {
        json_t *schema = rule_schema(rules, d);
        if (!schema)
            continue;
        json_object_set_new(properties, rules->name, schema);
        if (rules->needed)
            json_array_append_new(needed, json_string(rules->name));
        *file |= rules->needed && is_file(rules);
    }
}

json_t *openapi_body(const struct described *d, bool *file)
{
    json_t *properties = json_object(), *needed = json_array();
    int count;
    const struct ih_option *o = ih_options(&count);
    *file = false;
    add_rules(properties, needed, file, d->rules, d);
    add_rules(properties, needed, file, d->more, d);
    for (int i = 0; i < count; i++)
        if ((o[i].tasks & d->task) && (o[i].surfaces & IH_ON_HTTP) &&
            !has_rule(d->rules, o[i].name) && !has_rule(d->more, o[i].name))
            json_object_set_new(properties, o[i].name, option_schema(&o[i], d->task));
    json_t *schema = json_pack("{ssso}", "type", "object", "properties", properties);
    /* Without rules it is not known what else there may be. */
    if (d->rules)
        json_object_set_new(schema, "additionalProperties", json_false());
    if (json_array_size(needed))
        json_object_set(schema, "required", needed);
    json_decref(needed);
    return schema;
}

void openapi_parameters(json_t *list, const struct described *d, const char *in)
{
    for (const struct field_rule *rule = d->rules; rule && rule->name; rule++) {
        json_t *schema = rule_schema(rule, d);
        if (schema)
            json_array_append_new(list, json_pack("{sssssbso}", "name", rule->name, "in", in,
                                            "required", (int)rule->needed, "schema", schema));
    }
}

/* The type that a format's name stands for in this task; null for none. */
static const char *type_of(const char *format, unsigned task)
{
    const struct ih_format *text = task == IH_TRANSCRIBE ? ih_format_find(format, NULL) : NULL;
    const struct ih_audio_format *sound =
        task == IH_SPEAK ? ih_audio_format_find(format, NULL) : NULL;
    return text ? text->mime : sound ? sound->mime : NULL;
}

static void add_type(json_t *list, const char *type)
{
    char plain[100];
    size_t i;
    json_t *known;
    snprintf(plain, sizeof plain, "%.*s", (int)strcspn(type, "; "), type);
    json_array_foreach(list, i, known)
    {
        if (strcmp(json_string_value(known), plain) == 0)
            return;
    }
    json_array_append_new(list, json_string(plain));
}

json_t *openapi_types(const struct described *d)
{
    json_t *list = json_array();
    for (const struct field_rule *rule = d->rules; rule && rule->name; rule++) {
        const struct ih_option *o = option_of(d->task, rule->option);
        for (int i = 0; o && o->choices && o->choices[i]; i++) {
            const char *type = type_of(o->choices[i], d->task);
            if (type)
                add_type(list, type);
        }
        if (rule->use == USE_OWN && strncmp(rule->name, "stream", 6) == 0)
            add_type(list, "text/event-stream");
    }
    if (json_array_size(list) == 0)
        add_type(list, "application/json");
    return list;
}
