/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's chat completions, which Azure has too. */
#include "author/ask.h"
#include "author/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls have no ids here: the first call of a conversation is call_1, and results follow in the
 * order of the calls. */
static void add_calls(json_t *to, const struct ih_chat_message *m, int *made)
{
    json_t *list = json_array();
    for (int i = 0; i < m->calls; i++) {
        char id[32];
        snprintf(id, sizeof id, "call_%d", ++*made);
        json_array_append_new(
            list, json_pack("{ss ss s{ss ss}}", "id", id, "type", "function", "function", "name",
                      m->call[i].name, "arguments", m->call[i].arguments));
    }
    json_object_set_new(to, "tool_calls", list);
}

static json_t *message(const struct ih_chat_message *m, int *made, int *answered)
{
    const char *text = ask_text_of(m);
    json_t *out = json_pack("{ss ss}", "role", m->role, "content", text);
    if (out && m->calls) {
        if (!*text)
            json_object_set_new(out, "content", json_null());
        *answered = *made;
        add_calls(out, m, made);
    } else if (out && strcmp(m->role, "tool") == 0) {
        char id[32];
        snprintf(id, sizeof id, "call_%d", ++*answered);
        json_object_set_new(out, "tool_call_id", json_string(id));
    }
    return out;
}

/* Many models take one system message, and that in front. */
static bool instruct(json_t *messages, const struct ask *a)
{
    struct buffer b = {.most = 32 << 20};
    json_t *first = json_array_get(messages, 0);
    const char *role = json_string_value(json_object_get(first, "role"));
    bool there = role && strcmp(role, "system") == 0;
    char *words = ask_schema_words(a);
    if (there) {
        buffer_text(&b, json_string_value(json_object_get(first, "content")));
        buffer_text(&b, "\n\n");
    }
    buffer_text(&b, words ? words : "");
    char *text = words ? buffer_take(&b) : NULL;
    json_t *whole = text ? json_string(text) : NULL;
    bool good = whole != NULL;
    if (good && there)
        json_object_set_new(first, "content", whole);
    else if (good)
        json_array_insert_new(
            messages, 0, json_pack("{ss so}", "role", "system", "content", whole));
    buffer_free(&b);
    free(words);
    free(text);
    return good;
}

static json_t *messages(const struct ask *a)
{
    json_t *list = json_array();
    int made = 0, answered = 0;
    for (int i = 0; i < a->o->messages; i++) {
        json_t *m = message(&a->o->message[i], &made, &answered);
        if (!m) {
            author_fail(a->e, IH_INVALID, "message %d is not text in UTF-8", i + 1);
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, m);
    }
    if (a->o->schema && a->way != SCHEMA_NATIVE && !instruct(list, a)) {
        author_fail(a->e, IH_NO_MEMORY, "not enough memory");
        json_decref(list);
        return NULL;
    }
    return list;
}

/* Whether the endpoint can hold to the schema to the letter: each object lists all it has as
 * required and lets nothing else in. */
static bool is_strict(const json_t *schema)
{
    const char *key, *type = json_string_value(json_object_get(schema, "type"));
    json_t *value;
    size_t i;
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *required = json_object_get(schema, "required");
    bool object = (type && strcmp(type, "object") == 0) || properties;
    if (object && (!json_is_false(json_object_get(schema, "additionalProperties")) ||
                      json_array_size(required) != json_object_size(properties)))
        return false;
    json_object_foreach(
        (json_t *)(uintptr_t)properties, key, value) if (!is_strict(value)) return false;
    json_object_foreach((json_t *)(uintptr_t)schema, key, value)
    {
        if (strcmp(key, "properties") != 0 && json_is_object(value) && !is_strict(value))
            return false;
        json_array_foreach(value, i,
            properties) if (json_is_object(properties) && !is_strict(properties)) return false;
    }
    return true;
}

static void add_schema(json_t *body, const struct ask *a)
{
    if (!a->o->schema || a->way == SCHEMA_TEXT)
        return;
    if (a->way == SCHEMA_OBJECT) {
        json_object_set_new(body, "response_format", json_pack("{ss}", "type", "json_object"));
        return;
    }
    json_t *schema = json_loads(a->o->schema, 0, NULL);
    bool strict = is_strict(schema);
    json_object_set_new(body, "response_format",
        json_pack("{ss s{ss sb so}}", "type", "json_schema", "json_schema", "name", "answer",
            "strict", (int)strict, "schema", schema));
}

static bool add_tools(json_t *body, struct ask *a)
{
    json_t *list = a->o->tools ? json_array() : NULL;
    for (int i = 0; i < a->o->tools; i++) {
        json_t *function = ask_function(a, a->o->tool[i]);
        if (!function) {
            json_decref(list);
            return false;
        }
        json_array_append_new(list, json_pack("{ss so}", "type", "function", "function", function));
    }
    if (list)
        json_object_set_new(body, "tools", list);
    return true;
}

static void add_options(json_t *body, const struct ask *a)
{
    struct ih_chat_options d;
    const struct ih_chat_options *o = a->o;
    unsigned without = a->r->without;
    ih_chat_defaults(&d);
    json_object_set_new(body, a->r->max_tokens, json_integer(a->tokens));
    if (!(without & WITHOUT_TEMPERATURE))
        ask_number(body, "temperature", o->temperature, d.temperature);
    if (!(without & WITHOUT_TOP_P))
        ask_number(body, "top_p", o->top_p, d.top_p);
    ask_number(body, "presence_penalty", o->presence, d.presence);
    ask_number(body, "frequency_penalty", o->frequency, d.frequency);
    /* JSON's numbers are exact up to here everywhere. */
    if (!(without & WITHOUT_SEED) && o->seed)
        json_object_set_new(body, "seed", json_integer((json_int_t)(o->seed & INT32_MAX)));
    if (o->thinking && a->r->effort)
        json_object_set_new(body, "reasoning_effort", json_string(a->r->effort));
    json_t *stop = o->stops ? json_array() : NULL;
    for (int i = 0; i < o->stops; i++)
        json_array_append_new(stop, json_string(o->stop[i]));
    if (stop)
        json_object_set_new(body, "stop", stop);
    if (a->stream) {
        json_object_set_new(body, "stream", json_true());
        if (!(without & WITHOUT_USAGE))
            json_object_set_new(body, "stream_options", json_pack("{sb}", "include_usage", 1));
    }
}

json_t *ask_openai(struct ask *a)
{
    json_t *list = messages(a);
    if (!list)
        return NULL;
    json_t *body = json_pack("{so}", "messages", list);
    if (a->r->api == API_OPENAI)
        json_object_set_new(body, "model", json_string(a->r->model));
    add_options(body, a);
    add_schema(body, a);
    if (!add_tools(body, a)) {
        json_decref(body);
        return NULL;
    }
    return body;
}
