/* SPDX-License-Identifier: Apache-2.0 */
#include "author/reply.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reply_init(struct reply *y, const struct ask *a, size_t most)
{
    *y = (struct reply){.api = a->r->api,
        .schema = a->o->schema != NULL,
        .way = a->way,
        .text.most = most,
        .reasoning.most = most,
        .prompt = -1,
        .kept = -1,
        .written = -1};
}

void reply_free(struct reply *y)
{
    buffer_free(&y->text);
    buffer_free(&y->reasoning);
    for (int i = 0; i < y->calls; i++) {
        buffer_free(&y->call[i].name);
        buffer_free(&y->call[i].arguments);
    }
}

static enum ih_status too_long(struct ih_error *e)
{
    return author_fail(e, IH_BAD_DATA, "the answer is longer than is taken");
}

/* What may have a fence around it goes out when that is off. */
static void show(struct reply *y, const char *text, size_t n, bool reasoning)
{
    bool held = y->schema && y->way == SCHEMA_TEXT && !reasoning;
    if (!n || !y->text_out || held)
        return;
    y->begun = true;
    y->text_out(y->arg, text, n, reasoning);
}

enum ih_status reply_add(struct reply *y, const json_t *text, bool reasoning, struct ih_error *e)
{
    const char *bytes = json_string_value(text);
    size_t n = json_string_length(text);
    if (!bytes || !n)
        return IH_OK;
    if (!buffer_add(reasoning ? &y->reasoning : &y->text, bytes, n))
        return too_long(e);
    show(y, bytes, n, reasoning);
    return IH_OK;
}

struct call *reply_call(struct reply *y, json_int_t number)
{
    if (number < 0 || number >= REPLY_CALLS_MOST)
        return NULL;
    for (; y->calls <= number; y->calls++)
        y->call[y->calls] = (struct call){.name.most = 1000, .arguments.most = y->text.most};
    return &y->call[number];
}

enum ih_status reply_add_to(
    struct reply *y, struct buffer *to, const json_t *text, struct ih_error *e)
{
    const char *bytes = json_string_value(text);
    (void)y;
    return !bytes || buffer_add(to, bytes, json_string_length(text)) ? IH_OK : too_long(e);
}

enum ih_status reply_arguments(
    struct reply *y, struct call *c, const char *text, struct ih_error *e)
{
    size_t n = strlen(text);
    if (!c->is_answer)
        return buffer_add(&c->arguments, text, n) ? IH_OK : too_long(e);
    if (!buffer_add(&y->text, text, n))
        return too_long(e);
    show(y, text, n, false);
    return IH_OK;
}

void reply_count(int *to, const json_t *number)
{
    double n = json_number_value(number);
    if (json_is_number(number) && n >= 0)
        *to = n < INT_MAX / 4 ? (int)n : INT_MAX / 4;
}

/* The sentence of somebody else, for a terminal or a log: no control characters. */
static void clean(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++)
        out[n++] = (unsigned char)*text < 32 || *text == 127 ? ' ' : *text;
    /* Not in the middle of a character. */
    if (*text && ((unsigned char)*text & 0xc0) == 0x80) {
        while (n && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
            n--;
        n -= n > 0;
    }
    out[n] = '\0';
}

enum ih_status reply_error(struct reply *y, const json_t *error, struct ih_error *e)
{
    static const char *const lasting[] = {"invalid_request_error", "authentication_error",
        "permission_error", "not_found_error", "billing_error", "request_too_large"};
    const char *text = json_string_value(json_object_get(error, "message"));
    const char *type = json_string_value(json_object_get(error, "type"));
    if (!text)
        text = json_is_string(error) ? json_string_value(error) : type ? type : "an error";
    clean(y->fault, sizeof y->fault, text);
    y->temporary = true;
    for (size_t i = 0; type && i < sizeof lasting / sizeof *lasting; i++)
        y->temporary = y->temporary && strcmp(type, lasting[i]) != 0;
    return author_fail(e, IH_NETWORK, "the endpoint says: %s", y->fault);
}

void reply_fault(const char *data, size_t n, char *out, size_t size)
{
    json_t *json = json_loadb(data, n, 0, NULL);
    const json_t *error = json_object_get(json, "error");
    const char *text = json_string_value(json_object_get(error, "message"));
    if (!text && json_is_string(error))
        text = json_string_value(error);
    if (!text)
        text = json_string_value(json_object_get(json, "message"));
    clean(out, size, text ? text : "");
    json_decref(json);
}

static enum ih_status read(
    struct reply *y, const char *data, size_t n, bool whole, struct ih_error *e)
{
    json_t *json = json_loadb(data, n, 0, NULL);
    enum ih_status status = IH_OK;
    if (!json_is_object(json))
        status = author_fail(e, IH_BAD_DATA, "what came is no object of JSON");
    else if (json_is_object(json_object_get(json, "error")) ||
             json_is_string(json_object_get(json, "error")))
        status = reply_error(y, json_object_get(json, "error"), e);
    else if (y->api == API_ANTHROPIC)
        status = reply_anthropic(y, json, whole, e);
    else
        status = reply_openai(y, json, whole, e);
    json_decref(json);
    return status;
}

enum ih_status reply_event(struct reply *y, const char *data, size_t n, struct ih_error *e)
{
    while (n && (data[n - 1] == ' ' || data[n - 1] == '\n'))
        n--;
    if (y->complete || !n)
        return IH_OK;
    if (n == 6 && memcmp(data, "[DONE]", 6) == 0) {
        y->complete = true;
        return IH_OK;
    }
    return read(y, data, n, false, e);
}

enum ih_status reply_whole(struct reply *y, const char *data, size_t n, struct ih_error *e)
{
    enum ih_status status = read(y, data, n, true, e);
    y->complete = !status;
    return status;
}

/* About so many tokens are so many bytes. */
static int estimate(double bytes)
{
    return (int)(bytes / 4 + 0.999);
}

/* Calls that were made; the one that gave the answer is none. */
static bool take_calls(struct reply *y, struct ih_chat_answer *out)
{
    out->call = y->calls ? calloc((size_t)y->calls, sizeof *out->call) : NULL;
    for (int i = 0; i < y->calls; i++) {
        struct call *c = &y->call[i];
        if (c->is_answer || !c->name.size)
            continue;
        if (!out->call)
            return false;
        if (!c->arguments.size)
            buffer_text(&c->arguments, "{}");
        struct ih_chat_call *to = &out->call[out->calls++];
        to->name = buffer_take(&c->name);
        to->arguments = buffer_take(&c->arguments);
        if (!to->name || !to->arguments)
            return false;
    }
    return true;
}

enum ih_status reply_take(
    struct reply *y, struct ih_chat_answer *out, double bytes, struct ih_error *e)
{
    double written = (double)y->text.size + (double)y->reasoning.size;
    for (int i = 0; i < y->calls; i++)
        written += y->call[i].is_answer
                       ? 0
                       : (double)y->call[i].name.size + (double)y->call[i].arguments.size;
    *out = (struct ih_chat_answer){.end = y->end,
        .prompt_tokens = y->prompt >= 0 ? y->prompt : estimate(bytes),
        .kept_tokens = y->kept > 0 ? y->kept : 0,
        .tokens = y->written >= 0 ? y->written : estimate(written),
        .estimated = y->prompt < 0 || y->written < 0};
    bool thought = y->reasoning.size > 0;
    out->text = buffer_take(&y->text);
    out->reasoning = thought ? buffer_take(&y->reasoning) : NULL;
    if (out->text && (out->reasoning || !thought) && take_calls(y, out)) {
        out->end = out->calls ? IH_CHAT_CALLS : out->end == IH_CHAT_CALLS ? IH_CHAT_STOP : out->end;
        return IH_OK;
    }
    ih_chat_answer_free(out);
    *out = (struct ih_chat_answer){0};
    return author_fail(e, IH_NO_MEMORY, "not enough memory");
}

/* ```json ... ``` as many models write around JSON. */
static void unfence(struct buffer *b)
{
    char *from = b->data, *end = b->data + b->size;
    while (from < end && strchr(" \t\r\n", *from))
        from++;
    while (end > from && strchr(" \t\r\n", end[-1]))
        end--;
    if (end - from >= 6 && memcmp(from, "```", 3) == 0 && memcmp(end - 3, "```", 3) == 0) {
        char *line = memchr(from, '\n', (size_t)(end - from));
        from = line ? line + 1 : from + 3;
        end = end - 3 > from ? end - 3 : from;
    }
    b->size = (size_t)(end - from);
    memmove(b->data, from, b->size);
    b->data[b->size] = '\0';
}

static enum ih_status check_json(struct reply *y, struct ih_error *e)
{
    if (y->way == SCHEMA_TEXT && y->text.size)
        unfence(&y->text);
    json_t *json = json_loadb(buffer_string(&y->text), y->text.size, JSON_DECODE_ANY, NULL);
    bool cut = y->end == IH_CHAT_LENGTH, good = json != NULL;
    json_decref(json);
    if (!good && !cut)
        return author_fail(e, IH_BAD_DATA, "the answer should be JSON and is not");
    if (y->way == SCHEMA_TEXT && y->text_out && y->text.size) {
        y->begun = true;
        y->text_out(y->arg, y->text.data, y->text.size, false);
    }
    return IH_OK;
}

enum ih_status reply_check(struct reply *y, struct ih_error *e)
{
    /* Not everybody says why it ended. */
    if (!y->ended && !(y->complete && (y->text.size || y->calls)))
        return author_fail(e, y->complete ? IH_BAD_DATA : IH_NETWORK,
            y->complete ? "it sent no answer" : "the answer broke off");
    if (y->withheld && !y->text.size)
        return author_fail(
            e, IH_UNSUPPORTED, "it will not answer this: its own filter withheld the answer");
    return y->schema ? check_json(y, e) : IH_OK;
}
