/* SPDX-License-Identifier: Apache-2.0 */
/* The items of responses: as they are kept and shown, and as messages of chat completions. */
#include "server/respond.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

enum { ITEMS_MOST = 4096 };

static const char *part(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* What items become. */
struct talk {
    struct chat_work *chat;
    json_t *messages;
    json_t *thought; /* of the message or call that comes next, or null */
    json_t *calls;   /* a member for each that was made */
    bool whole;      /* nothing is missing in front */
};

/* The next of the assistant's messages, with what was thought before it. */
static json_t *add_assistant(struct talk *t, json_t *content)
{
    json_t *m = json_pack("{ss so}", "role", "assistant", "content", content);
    if (t->thought)
        json_object_set_new(m, "reasoning_content", t->thought);
    t->thought = NULL;
    json_array_append_new(t->messages, m);
    return m;
}

static void forget_thought(struct talk *t)
{
    json_decref(t->thought);
    t->thought = NULL;
}

/* Each of these gives null, or what is wrong with the item. */

static const char *take_message(struct talk *t, const json_t *item)
{
    static const char *const roles[] = {"user", "assistant", "system", "developer", NULL};
    const char *role = part(item, "role");
    json_t *content = json_object_get(item, "content");
    int r = 0;
    while (role && roles[r] && strcmp(roles[r], role) != 0)
        r++;
    if (!role || !roles[r])
        return "the role must be user, assistant, system or developer";
    if (!content || !chat_content(t->chat, content))
        return "the content must be text, or a list of input_text and output_text";
    if (strcmp(role, "assistant") == 0) {
        add_assistant(t, json_incref(content));
        return NULL;
    }
    forget_thought(t);
    json_array_append_new(t->messages, json_pack("{ss sO}", "role", role, "content", content));
    return NULL;
}

/* Calls stand in one message with each other and with the text in front of them. */
static const char *take_call(struct talk *t, const json_t *item)
{
    const char *id = part(item, "call_id"), *name = part(item, "name"),
               *arguments = part(item, "arguments");
    if (!id || !name || !arguments)
        return "a function_call has call_id, name and arguments, all of them texts";
    size_t n = json_array_size(t->messages);
    json_t *m = n ? json_array_get(t->messages, n - 1) : NULL;
    if (t->thought || !m || strcmp(part(m, "role"), "assistant") != 0)
        m = add_assistant(t, json_null());
    if (!json_object_get(m, "tool_calls"))
        json_object_set_new(m, "tool_calls", json_array());
    json_array_append_new(json_object_get(m, "tool_calls"),
        json_pack("{ss ss s{ss ss}}", "id", id, "type", "function", "function", "name", name,
            "arguments", arguments));
    json_object_set_new(t->calls, id, json_true());
    return NULL;
}

static const char *take_result(struct talk *t, const json_t *item)
{
    const char *id = part(item, "call_id");
    json_t *output = json_object_get(item, "output");
    if (!id || !output || !chat_content(t->chat, output))
        return "a function_call_output has a call_id and an output, which is text";
    if (t->whole && !json_object_get(t->calls, id))
        return "there is no function_call with this call_id in front of the function_call_output";
    forget_thought(t);
    json_array_append_new(t->messages,
        json_pack("{ss ss sO}", "role", "tool", "tool_call_id", id, "content", output));
    return NULL;
}

/* What was thought in plain text; a summary is none of it. */
static const char *take_thought(struct talk *t, const json_t *item)
{
    const json_t *list = json_object_get(item, "content"), *piece;
    size_t i;
    forget_thought(t);
    json_array_foreach((json_t *)list, i, piece)
    {
        const char *text = part(piece, "text"), *before = json_string_value(t->thought);
        if (!text)
            return "the content of reasoning is a list of reasoning_text";
        json_t *more = json_sprintf("%s%s", before ? before : "", text);
        forget_thought(t);
        t->thought = more;
    }
    return NULL;
}

static const struct kind {
    const char *type, *prefix; /* of its id, where the client gave none */
    const char *(*take)(struct talk *t, const json_t *item);
} kinds[] = {{"message", "msg", take_message}, {"function_call", "fc", take_call},
    {"function_call_output", "fco", take_result}, {"reasoning", "rs", take_thought}};

static const char *type_of(const json_t *item)
{
    const char *type = part(item, "type");
    return type ? type : json_object_get(item, "role") ? "message" : "";
}

static const struct kind *kind_of(const json_t *item)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (strcmp(kinds[k].type, type_of(item)) == 0)
            return &kinds[k];
    return NULL;
}

/* A text as the list of one piece that it is short for. */
static json_t *pieces_of(const json_t *item, json_t *content)
{
    const char *role = part(item, "role");
    if (!json_is_string(content))
        return json_incref(content);
    if (role && strcmp(role, "assistant") == 0)
        return json_pack("[{ss sO s[]}]", "type", "output_text", "text", content, "annotations");
    return json_pack("[{ss sO}]", "type", "input_text", "text", content);
}

/* An item as it is kept and shown: whole, with an id. A new reference. */
static json_t *whole_item(const struct respond_work *w, const json_t *item, size_t number)
{
    const struct kind *k = kind_of(item);
    char id[96];
    json_t *out = json_is_object(item) ? json_copy((json_t *)item) : json_object();
    json_t *content = json_object_get(out, "content");
    if (!k)
        return out;
    snprintf(id, sizeof id, "%s_%s_%zu", k->prefix, w->id + (*w->id ? 5 : 0), number);
    json_object_set_new(out, "type", json_string(k->type));
    if (!part(out, "id"))
        json_object_set_new(out, "id", json_string(id));
    if (!part(out, "status") && k->take != take_thought)
        json_object_set_new(out, "status", json_string("completed"));
    if (content && k->take == take_message)
        json_object_set_new(out, "content", pieces_of(item, content));
    return out;
}

/* The input as a list; a new reference, or null with the problem. */
static json_t *read_input(const struct form *f, struct problem *p)
{
    const struct field *input = form_find(f, "input");
    int given = 0;
    for (int i = 0; i < f->fields; i++)
        given += strcmp(f->field[i].name, "input") == 0;
    json_t *list = given == 1 ? chat_json(f, "input") : NULL;
    if (given == 1 && input->kind == FIELD_TEXT)
        return json_pack("[{ss ss ss%}]", "type", "message", "role", "user", "content", input->text,
            input->bytes);
    if (json_is_array(list))
        return list;
    json_decref(list);
    problem_set(p, 400, given ? "invalid_type" : "missing_parameter", "input",
        "input must be a text, or a list of at least one item");
    return NULL;
}

static bool add_items(struct respond_work *w, json_t *history, struct problem *p)
{
    json_t *input = read_input(w->form, p), *item;
    size_t i;
    w->items = history ? history : json_array();
    w->before = json_array_size(w->items);
    json_array_foreach(input, i, item)
    {
        json_array_append_new(w->items, whole_item(w, item, i));
    }
    bool good = input != NULL;
    json_decref(input);
    size_t n = json_array_size(w->items);
    return good && (n <= ITEMS_MOST ||
                       problem_set(p, 400, "invalid_value", "input",
                           "the conversation has %zu items; at most %d", n, (int)ITEMS_MOST));
}

static bool take_items(struct talk *t, const struct respond_work *w, struct problem *p)
{
    const json_t *item;
    size_t i;
    json_array_foreach(w->items, i, item)
    {
        const struct kind *k = kind_of(item);
        size_t number = i < w->before ? 0 : i - w->before + 1;
        const char *wrong = k ? k->take(t, item) : NULL;
        if (!k)
            return problem_set(p, 400, "invalid_value", "input",
                "item %zu is of the type '%.60s'; it must be message, function_call, "
                "function_call_output or reasoning",
                number, type_of(item));
        if (wrong)
            return problem_set(p, 400, "invalid_value", "input", "item %zu: %s", number, wrong);
    }
    return true;
}

bool respond_take_input(struct respond_work *w, json_t *history, bool whole, struct problem *p)
{
    struct talk t = {
        .chat = &w->chat, .messages = json_array(), .calls = json_object(), .whole = whole};
    bool good = add_items(w, history, p);
    if (w->instructions)
        json_array_append_new(
            t.messages, json_pack("{ss ss}", "role", "system", "content", w->instructions));
    good = good && take_items(&t, w, p);
    forget_thought(&t);
    json_decref(t.calls);
    if (!good) {
        json_decref(t.messages);
        return false;
    }
    return chat_take_messages(&w->chat, t.messages, "input", p);
}
