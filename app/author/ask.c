/* SPDX-License-Identifier: Apache-2.0 */
#include "author/ask.h"

#include "author/buffer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char ask_answer_tool[] = "answer";

const char *ask_text_of(const struct ih_chat_message *m)
{
    const char *text = m->text ? m->text : "";
    const char *end =
        m->reasoning || strcmp(m->role, "assistant") != 0 ? NULL : strstr(text, "</think>");
    if (!end)
        return text;
    end += strlen("</think>");
    return end + strspn(end, "\r\n");
}

json_t *ask_function(struct ask *a, const char *tool)
{
    json_t *whole = json_loads(tool, JSON_REJECT_DUPLICATES, NULL);
    json_t *inner = json_object_get(whole, "function");
    json_t *function = json_incref(json_is_object(inner) ? inner : whole);
    json_decref(whole);
    if (json_is_string(json_object_get(function, "name")))
        return function;
    json_decref(function);
    author_fail(a->e, IH_INVALID, "a tool is no function with a name");
    return NULL;
}

char *ask_schema_words(const struct ask *a)
{
    struct buffer b = {.most = 16 << 20};
    buffer_text(&b, "Answer with JSON alone, with nothing in front of it or behind it. It must fit "
                    "this JSON Schema:\n");
    buffer_text(&b, a->o->schema);
    char *out = buffer_take(&b);
    buffer_free(&b);
    return out;
}

bool ask_has(double value, double fallback)
{
    return fabs(value - fallback) > 1e-6;
}

void ask_number(json_t *body, const char *key, double value, double fallback)
{
    char text[32];
    /* The decimal number that it was: 0.3f is 0.300000012 otherwise. */
    snprintf(text, sizeof text, "%.6g", value);
    if (ask_has(value, fallback))
        json_object_set_new(body, key, json_real(strtod(text, NULL)));
}

double ask_prompt_tokens(const struct ih_chat_options *o)
{
    enum { OF_MESSAGE = 16, OF_REQUEST = 64 };
    size_t bytes = OF_REQUEST + (o->schema ? strlen(o->schema) + OF_REQUEST : 0);
    for (int i = 0; i < o->messages; i++) {
        const struct ih_chat_message *m = &o->message[i];
        bytes += OF_MESSAGE + strlen(ask_text_of(m));
        for (int k = 0; k < m->calls; k++)
            bytes += OF_MESSAGE + strlen(m->call[k].name) + strlen(m->call[k].arguments);
    }
    for (int i = 0; i < o->tools; i++)
        bytes += OF_MESSAGE + strlen(o->tool[i]);
    return (double)bytes;
}

/* Roles that there are, and results that calls wait for: ids are given by the order alone. */
static enum ih_status check_messages(const struct ask *a)
{
    static const char *const roles[] = {"system", "user", "assistant", "tool"};
    int waiting = 0;
    for (int i = 0; i < a->o->messages; i++) {
        const struct ih_chat_message *m = &a->o->message[i];
        size_t role = 0;
        while (role < 4 && strcmp(m->role, roles[role]) != 0)
            role++;
        if (role == 4)
            return author_fail(
                a->e, IH_INVALID, "message %d: there is no role '%.40s'", i + 1, m->role);
        waiting = role == 3 ? waiting - 1 : role == 2 ? m->calls : waiting;
        if (waiting < 0)
            return author_fail(
                a->e, IH_INVALID, "message %d is the result of a tool that was not called", i + 1);
    }
    return a->o->messages ? IH_OK : author_fail(a->e, IH_INVALID, "there is no message to answer");
}

static enum ih_status cannot(const struct ask *a, const char *what)
{
    return author_fail(a->e, IH_UNSUPPORTED, "%s cannot be asked for %s", a->r->name, what);
}

static enum ih_status check_options(const struct ask *a)
{
    struct ih_chat_options d;
    const struct ih_chat_options *o = a->o;
    bool anthropic = a->r->api == API_ANTHROPIC;
    ih_chat_defaults(&d);
    if (!anthropic && o->top_k != d.top_k && o->top_k != 0)
        return cannot(a, "top_k");
    if (ask_has(o->min_p, d.min_p) && o->min_p > 0)
        return cannot(a, "min_p");
    if (ask_has(o->repetition, d.repetition) && ask_has(o->repetition, 1))
        return cannot(a, "a repetition penalty");
    if (anthropic && (ask_has(o->presence, d.presence) || ask_has(o->frequency, d.frequency)))
        return cannot(a, "presence and frequency penalties");
    if (ask_has(o->temperature, d.temperature) && o->temperature > (anthropic ? 1 : 2))
        return cannot(a, anthropic ? "a temperature above 1" : "a temperature above 2");
    if (o->tools && (a->r->without & WITHOUT_TOOLS))
        return cannot(a, "calls of tools");
    if (o->stops && (a->r->without & WITHOUT_STOP))
        return cannot(a, "texts that end an answer");
    return IH_OK;
}

/* The schema is JSON, and how the answer will keep to it. */
static enum ih_status check_schema(struct ask *a)
{
    a->way = a->r->schema;
    if (!a->o->schema)
        return IH_OK;
    json_t *schema = json_loads(a->o->schema, JSON_REJECT_DUPLICATES, NULL);
    bool object = json_is_object(schema);
    const char *type = json_string_value(json_object_get(schema, "type"));
    /* A function is called with an object, whatever else an answer may be. */
    if (a->way == SCHEMA_TOOL && (!type || strcmp(type, "object") != 0))
        a->way = SCHEMA_TEXT;
    json_decref(schema);
    return object ? IH_OK
                  : author_fail(a->e, IH_INVALID, "the schema is no JSON Schema: it is no object");
}

char *ask_write(struct ask *a)
{
    json_t *body = NULL;
    a->tokens = a->o->tokens > 0 ? a->o->tokens : a->r->tokens;
    if (check_messages(a) == IH_OK && check_options(a) == IH_OK && check_schema(a) == IH_OK)
        body = a->r->api == API_ANTHROPIC ? ask_anthropic(a) : ask_openai(a);
    else
        return NULL;
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    if (body && !text)
        author_fail(a->e, IH_INVALID, "a message is not text in UTF-8");
    json_decref(body);
    return text;
}
