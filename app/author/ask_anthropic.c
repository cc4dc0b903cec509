/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's messages: instructions stand apart, results of tools are a user's, and who spoke
 * takes turns. */
#include "author/ask.h"
#include "author/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All instructions, as one text; null after a failure, "" where there are none. */
static char *instructions(const struct ask *a)
{
    struct buffer b = {.most = 32 << 20};
    char *words = a->o->schema && a->way == SCHEMA_TEXT ? ask_schema_words(a) : NULL;
    for (int i = 0; i < a->o->messages; i++) {
        const struct ih_chat_message *m = &a->o->message[i];
        if (strcmp(m->role, "system") != 0 || !m->text || !*m->text)
            continue;
        buffer_text(&b, b.size ? "\n\n" : "");
        buffer_text(&b, m->text);
    }
    if (words) {
        buffer_text(&b, b.size ? "\n\n" : "");
        buffer_text(&b, words);
    }
    free(words);
    char *out = buffer_take(&b);
    buffer_free(&b);
    return out;
}

/* The list of blocks that a message of this side goes on with. */
static json_t *turn(json_t *list, const char *role)
{
    json_t *last = json_array_get(list, json_array_size(list) - 1);
    const char *before = json_string_value(json_object_get(last, "role"));
    if (before && strcmp(before, role) == 0)
        return json_object_get(last, "content");
    json_t *content = json_array();
    json_array_append_new(list, json_pack("{ss so}", "role", role, "content", content));
    return content;
}

static bool add_calls(json_t *content, const struct ih_chat_message *m, int *made)
{
    for (int i = 0; i < m->calls; i++) {
        char id[32];
        const char *arguments = m->call[i].arguments;
        json_t *input = json_loads(*arguments ? arguments : "{}", JSON_REJECT_DUPLICATES, NULL);
        if (!json_is_object(input)) {
            json_decref(input);
            return false;
        }
        snprintf(id, sizeof id, "call_%d", ++*made);
        json_array_append_new(content, json_pack("{ss ss ss so}", "type", "tool_use", "id", id,
                                           "name", m->call[i].name, "input", input));
    }
    return true;
}

/* False for arguments that are no object, or bytes that are no text. */
static bool add_message(json_t *list, const struct ih_chat_message *m, int *made, int *answered)
{
    const char *text = ask_text_of(m);
    json_t *string = json_string(text);
    bool assistant = strcmp(m->role, "assistant") == 0;
    if (!string)
        return false;
    if (strcmp(m->role, "tool") == 0) {
        char id[32];
        snprintf(id, sizeof id, "call_%d", ++*answered);
        json_array_append_new(turn(list, "user"),
            json_pack("{ss ss so}", "type", "tool_result", "tool_use_id", id, "content", string));
        return true;
    }
    /* Blocks without text are refused. */
    if (*text)
        json_array_append_new(turn(list, assistant ? "assistant" : "user"),
            json_pack("{ss sO}", "type", "text", "text", string));
    json_decref(string);
    if (m->calls)
        *answered = *made;
    return !m->calls || add_calls(turn(list, "assistant"), m, made);
}

static json_t *messages(const struct ask *a)
{
    json_t *list = json_array();
    int made = 0, answered = 0;
    for (int i = 0; i < a->o->messages; i++) {
        const struct ih_chat_message *m = &a->o->message[i];
        if (strcmp(m->role, "system") == 0 || add_message(list, m, &made, &answered))
            continue;
        author_fail(a->e, IH_INVALID,
            "message %d is not text in UTF-8, or what it calls with is no object of JSON", i + 1);
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *tool(const char *name, json_t *about, json_t *schema)
{
    json_t *out = json_pack("{ss}", "name", name);
    if (json_is_string(about))
        json_object_set(out, "description", about);
    json_object_set_new(out, "input_schema",
        json_is_object(schema) ? json_incref(schema) : json_pack("{ss}", "type", "object"));
    return out;
}

static bool add_tools(json_t *body, struct ask *a)
{
    json_t *list = a->o->tools ? json_array() : NULL;
    for (int i = 0; i < a->o->tools; i++) {
        json_t *f = ask_function(a, a->o->tool[i]);
        if (!f) {
            json_decref(list);
            return false;
        }
        json_array_append_new(
            list, tool(json_string_value(json_object_get(f, "name")),
                      json_object_get(f, "description"), json_object_get(f, "parameters")));
        json_decref(f);
    }
    if (list)
        json_object_set_new(body, "tools", list);
    return true;
}

static void add_schema(json_t *body, const struct ask *a)
{
    if (!a->o->schema || a->way == SCHEMA_TEXT)
        return;
    json_t *schema = json_loads(a->o->schema, 0, NULL);
    if (a->way == SCHEMA_NATIVE) {
        json_object_set_new(body, "output_config",
            json_pack("{s{ss sO}}", "format", "type", "json_schema", "schema", schema));
    } else {
        json_t *about = json_string("Takes the answer.");
        json_object_set_new(body, "tools", json_pack("[o]", tool(ask_answer_tool, about, schema)));
        json_object_set_new(
            body, "tool_choice", json_pack("{ss ss}", "type", "tool", "name", ask_answer_tool));
        json_decref(about);
    }
    json_decref(schema);
}

/* Tokens that it may think for; 0: it does not. In the middle of calls it would want its earlier
 * thoughts back with their signatures, which nobody kept. */
static int thoughts(const struct ask *a)
{
    enum { LEAST = 1024, LOW = 2048, MEDIUM = 8192, HIGH = 16384 };
    const struct ih_chat_options *o = a->o;
    const char *effort = a->r->effort;
    if (!o->thinking || !effort || strcmp(effort, "none") == 0 || o->schema ||
        strcmp(o->message[o->messages - 1].role, "tool") == 0)
        return 0;
    int most = *effort == 'l' ? LOW : *effort == 'h' || *effort == 'x' ? HIGH : MEDIUM;
    if (strcmp(effort, "minimal") == 0)
        most = LEAST;
    most = most < a->tokens / 2 ? most : a->tokens / 2;
    return most >= LEAST ? most : 0;
}

static void add_options(json_t *body, const struct ask *a)
{
    struct ih_chat_options d;
    const struct ih_chat_options *o = a->o;
    int thinks = thoughts(a);
    ih_chat_defaults(&d);
    json_object_set_new(body, "max_tokens", json_integer(a->tokens));
    if (thinks) { /* which leaves no choice of these */
        json_object_set_new(
            body, "thinking", json_pack("{ss si}", "type", "enabled", "budget_tokens", thinks));
    } else {
        if (!(a->r->without & WITHOUT_TEMPERATURE))
            ask_number(body, "temperature", o->temperature, d.temperature);
        if (!(a->r->without & WITHOUT_TOP_P))
            ask_number(body, "top_p", o->top_p, d.top_p);
        if (o->top_k && o->top_k != d.top_k)
            json_object_set_new(body, "top_k", json_integer(o->top_k));
    }
    json_t *stop = o->stops ? json_array() : NULL;
    for (int i = 0; i < o->stops; i++)
        json_array_append_new(stop, json_string(o->stop[i]));
    if (stop)
        json_object_set_new(body, "stop_sequences", stop);
    if (a->stream)
        json_object_set_new(body, "stream", json_true());
}

json_t *ask_anthropic(struct ask *a)
{
    char *system = instructions(a);
    json_t *list = system ? messages(a) : NULL;
    if (!system)
        author_fail(a->e, IH_NO_MEMORY, "not enough memory");
    if (!list) {
        free(system);
        return NULL;
    }
    json_t *body = json_pack("{ss so}", "model", a->r->model, "messages", list);
    if (*system)
        json_object_set_new(body, "system", json_string(system));
    free(system);
    add_options(body, a);
    if (!add_tools(body, a)) {
        json_decref(body);
        return NULL;
    }
    add_schema(body, a);
    return body;
}
