/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations as OpenAI's clients write them down: what chat completions and responses share. */
#include "server/chat.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGES_MOST = 4096, TOOLS_MOST = 128, CALLS_MOST = 128 };

json_t *chat_json(const struct form *f, const char *name)
{
    const struct field *field = form_find(f, name);
    return field && field->kind == FIELD_JSON
               ? json_loadb(field->text, field->bytes, JSON_REJECT_DUPLICATES, NULL)
               : NULL;
}

static const char *part(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A text that lives as long as the request. */
static const char *own(struct chat_work *w, char *text)
{
    char **more = text ? realloc(w->text, ((size_t)w->texts + 1) * sizeof *more) : NULL;
    if (!more) {
        free(text);
        return NULL;
    }
    w->text = more;
    return more[w->texts++] = text;
}

const char *chat_content(struct chat_work *w, const json_t *c)
{
    size_t size = 1, i;
    json_t *piece;
    if (!c || json_is_null(c))
        return "";
    if (json_is_string(c))
        return json_string_value(c);
    if (!json_is_array(c))
        return NULL;
    json_array_foreach(c, i, piece)
    {
        const char *type = part(piece, "type"), *text = part(piece, "text");
        if (!type || !text ||
            (strcmp(type, "text") != 0 && strcmp(type, "input_text") != 0 &&
                strcmp(type, "output_text") != 0))
            return NULL;
        size += strlen(text);
    }
    char *out = calloc(1, size);
    json_array_foreach(c, i, piece)
    {
        if (out)
            strcat(out, part(piece, "text"));
    }
    return own(w, out);
}

/* Calls that the assistant has made. */
static bool read_calls(
    struct ih_chat_message *to, const json_t *m, int number, const char *field, struct problem *p)
{
    const json_t *list = json_object_get(m, "tool_calls");
    size_t n = json_array_size(list);
    if (!n)
        return true;
    struct ih_chat_call *call = n <= CALLS_MOST ? calloc(n, sizeof *call) : NULL;
    if (!call)
        return problem_set(p, n > CALLS_MOST ? 400 : 503, "invalid_value", field,
            "message %d: %zu calls are more than can be read", number, n);
    to->call = call;
    for (size_t i = 0; i < n; i++) {
        const json_t *function = json_object_get(json_array_get(list, i), "function");
        call[i] = (struct ih_chat_call){part(function, "name"), part(function, "arguments")};
        if (!call[i].name || !call[i].arguments)
            return problem_set(p, 400, "invalid_value", field,
                "message %d: call %zu needs a function with name and arguments", number, i + 1);
    }
    to->calls = (int)n;
    return true;
}

static bool read_message(struct chat_work *w, int i, const char *field, struct problem *p)
{
    const json_t *m = json_array_get(w->messages, (size_t)i);
    struct ih_chat_message *to = &w->message[i];
    to->role = part(m, "role");
    to->text = chat_content(w, json_object_get(m, "content"));
    to->reasoning = part(m, "reasoning_content");
    if (!to->role)
        return problem_set(p, 400, "invalid_value", field, "message %d has no role", i + 1);
    if (strcmp(to->role, "developer") == 0)
        to->role = "system";
    if (!to->text)
        return problem_set(p, 400, "invalid_value", field,
            "message %d: the content must be text, or a list of pieces of text", i + 1);
    return read_calls(to, m, i + 1, field, p);
}

bool chat_take_messages(struct chat_work *w, json_t *messages, const char *field, struct problem *p)
{
    w->messages = messages;
    size_t n = json_array_size(messages);
    if (!n)
        return problem_set(
            p, 400, "missing_parameter", field, "%s must be a list of at least one message", field);
    if (n > MESSAGES_MOST)
        return problem_set(
            p, 400, "invalid_value", field, "%zu messages; at most %d", n, (int)MESSAGES_MOST);
    w->message = calloc(n, sizeof *w->message);
    if (!w->message)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    for (size_t i = 0; i < n; i++)
        if (!read_message(w, (int)i, field, p))
            return false;
    w->request.chat.message = w->message;
    w->request.chat.messages = (int)n;
    return true;
}

/* Functions that the model may ask for; "tool_choice": "none" leaves them out. */
bool chat_take_tools(struct chat_work *w, json_t *tools, const struct form *f, struct problem *p)
{
    const struct field *choice = form_find(f, "tool_choice");
    w->tools = tools;
    size_t n = json_array_size(tools);
    if (form_find(f, "tools") && !json_is_array(tools))
        return problem_set(p, 400, "invalid_type", "tools", "tools must be a list of objects");
    if (choice && strcmp(choice->text, "none") == 0)
        return true;
    if (choice && strcmp(choice->text, "auto") != 0)
        return problem_set(p, 400, "unsupported_parameter", "tool_choice",
            "tool_choice must be auto or none: a model cannot be made to call");
    if (n > TOOLS_MOST)
        return problem_set(
            p, 400, "invalid_value", "tools", "%zu tools; at most %d", n, (int)TOOLS_MOST);
    w->tool = n ? calloc(n, sizeof *w->tool) : NULL;
    for (size_t i = 0; i < n && w->tool; i++) {
        const json_t *tool = json_array_get(w->tools, i);
        if (!part(json_object_get(tool, "function"), "name"))
            return problem_set(
                p, 400, "invalid_value", "tools", "tool %zu is no function with a name", i + 1);
        w->tool[i] = own(w, json_dumps(tool, JSON_COMPACT | JSON_PRESERVE_ORDER));
        if (!w->tool[i])
            return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    }
    w->request.chat.tool = w->tool;
    w->request.chat.tools = w->tool ? (int)n : 0;
    return !n || w->tool || problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
}

/* One text or a list of them: a list of plain values is a field for each. */
bool chat_read_stops(struct chat_work *w, const struct form *f, struct problem *p)
{
    int n = 0;
    for (int i = 0; i < f->fields; i++) {
        const struct field *field = &f->field[i];
        if (strcmp(field->name, "stop") != 0)
            continue;
        if (field->kind != FIELD_TEXT || !*field->text || n == CHAT_STOPS_MOST)
            return problem_set(p, 400, "invalid_value", "stop",
                "stop must be a text or a list of at most %d texts, none of them empty",
                (int)CHAT_STOPS_MOST);
        w->stop[n++] = field->text;
    }
    w->request.chat.stop = w->stop;
    w->request.chat.stops = n;
    return true;
}

bool chat_keep_to(struct chat_work *w, const char *type, const json_t *schema, const char *field,
    struct problem *p)
{
    bool any = type && strcmp(type, "json_object") == 0;
    bool fits = type && strcmp(type, "json_schema") == 0 && json_is_object(schema);
    if (!type || strcmp(type, "text") == 0)
        return true;
    if (!any && !fits)
        return problem_set(p, 400, "invalid_value", field,
            "%s has the type text, json_object, or json_schema with a schema", field);
    w->request.chat.schema = any ? "{\"type\":\"object\"}"
                                 : own(w, json_dumps(schema, JSON_COMPACT | JSON_PRESERVE_ORDER));
    if (!w->request.chat.schema)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    return !w->request.chat.tools || problem_set(p, 400, "unsupported_parameter", field,
                                         "an answer cannot keep to a schema and ask for functions");
}

void chat_free(struct chat_work *w)
{
    for (size_t i = 0; w->message && i < json_array_size(w->messages); i++)
        free((void *)(uintptr_t)w->message[i].call);
    for (int i = 0; i < w->texts; i++)
        free(w->text[i]);
    free(w->text);
    free(w->message);
    free(w->tool);
    json_decref(w->messages);
    json_decref(w->tools);
    json_decref(w->sources);
    json_decref(w->review);
}
