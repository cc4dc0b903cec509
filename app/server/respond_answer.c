/* SPDX-License-Identifier: Apache-2.0 */
/* Responses on their way to a client: one object, or the same put together by events. */
#include "server/operations.h"
#include "server/respond.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *item, *prefix, *part, *delta, *done;
} kinds[] = {
    [PART_TEXT] = {"message", "msg", "output_text", "response.output_text.delta",
        "response.output_text.done"},
    [PART_THOUGHT] = {"reasoning", "rs", "reasoning_text", "response.reasoning_text.delta",
        "response.reasoning_text.done"},
};

/* As it was asked for, and not as its nearest binary fraction. */
static json_t *number(float value)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", (double)value);
    return json_real(strtod(text, NULL));
}

static json_t *or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

/* With a new reference to what was given, or else what that means. */
static json_t *given(json_t *json, json_t *otherwise)
{
    if (!json)
        return otherwise;
    json_decref(otherwise);
    return json_incref(json);
}

static json_t *choice_of(const struct form *f)
{
    const struct field *choice = form_find(f, "tool_choice");
    return json_string(choice ? choice->text : "auto");
}

static void add_echo(const struct respond_work *w, json_t *r)
{
    const struct ih_chat_options *o = &w->chat.request.chat;
    json_object_set_new(r, "instructions", or_null(w->instructions));
    json_object_set_new(r, "max_output_tokens", o->tokens ? json_integer(o->tokens) : json_null());
    json_object_set_new(r, "metadata", given(w->metadata, json_object()));
    json_object_set_new(r, "parallel_tool_calls", json_true());
    json_object_set_new(r, "previous_response_id", or_null(w->previous));
    json_object_set_new(
        r, "reasoning", given(w->reasoning, json_pack("{sn sn}", "effort", "summary")));
    json_object_set_new(r, "store", json_boolean(w->store));
    json_object_set_new(r, "temperature", number(o->temperature));
    json_object_set_new(r, "text", given(w->text, json_pack("{s{ss}}", "format", "type", "text")));
    json_object_set_new(r, "tool_choice", choice_of(w->form));
    json_object_set_new(r, "tools", given(w->tools, json_array()));
    json_object_set_new(r, "top_p", number(o->top_p));
    json_object_set_new(r, "truncation", json_string("disabled"));
    if (w->user)
        json_object_set_new(r, "user", json_string(w->user));
}

static json_t *usage(const struct ih_chat_answer *a)
{
    return json_pack("{si s{si} si s{si} si}", "input_tokens", a->prompt_tokens,
        "input_tokens_details", "cached_tokens", a->kept_tokens, "output_tokens", a->tokens,
        "output_tokens_details", "reasoning_tokens", a->reasoning_tokens, "total_tokens",
        a->prompt_tokens + a->tokens);
}

/* As it stands; a new reference. */
static json_t *response(const struct respond_work *w, const char *status)
{
    json_t *r = json_pack("{ss ss sI ss sb sn sn ss sO sn}", "id", w->id, "object", "response",
        "created_at", (json_int_t)w->chat.created, "status", status, "background", 0, "error",
        "incomplete_details", "model", w->chat.name, "output", w->output, "usage");
    if (r)
        add_echo(w, r);
    return r;
}

/* One event, of which the fields are taken over. */
static void send(struct respond_work *w, const char *type, json_t *fields)
{
    if (w->chat.stream) {
        json_t *e = json_pack("{ss si}", "type", type, "sequence_number", w->sequence++);
        json_object_update(e, fields);
        event_write_named(w->chat.answer, type, e);
    }
    json_decref(fields);
}

static void item_id(const struct respond_work *w, const char *prefix, char id[96])
{
    snprintf(id, 96, "%s_%s_%zu", prefix, w->id + 5,
        json_array_size(w->items) + json_array_size(w->output));
}

/* Of the item that is being written, and of its one part. */
static json_t *place(const struct respond_work *w, bool part)
{
    char id[96];
    item_id(w, kinds[w->part].prefix, id);
    json_t *json =
        json_pack("{ss si}", "item_id", id, "output_index", (int)json_array_size(w->output));
    if (part)
        json_object_set_new(json, "content_index", json_integer(0));
    return json;
}

static json_t *part_json(const struct respond_work *w)
{
    json_t *part = json_pack(
        "{ss ss%}", "type", kinds[w->part].part, "text", w->said ? w->said : "", w->bytes);
    if (w->part == PART_TEXT) {
        json_object_set_new(part, "annotations", json_array());
        json_object_set_new(part, "logprobs", json_array());
    }
    return part;
}

/* part: null before there is one. */
static json_t *item_json(const struct respond_work *w, const char *status, json_t *part)
{
    char id[96];
    item_id(w, kinds[w->part].prefix, id);
    json_t *item = json_pack("{ss ss ss so}", "id", id, "type", kinds[w->part].item, "status",
        status, "content", part ? json_pack("[o]", part) : json_array());
    if (w->part == PART_TEXT)
        json_object_set_new(item, "role", json_string("assistant"));
    else
        json_object_set_new(item, "summary", json_array());
    return item;
}

static void send_item(struct respond_work *w, const char *type, json_t *item)
{
    send(w, type,
        json_pack("{si so}", "output_index", (int)json_array_size(w->output), "item", item));
}

static void send_part(struct respond_work *w, const char *type)
{
    json_t *fields = place(w, true);
    json_object_set_new(fields, "part", part_json(w));
    send(w, type, fields);
}

static void open_part(struct respond_work *w, enum respond_part part)
{
    w->part = part;
    w->bytes = 0;
    w->wrote_text |= part == PART_TEXT;
    w->wrote_thought |= part == PART_THOUGHT;
    send_item(w, "response.output_item.added", item_json(w, "in_progress", NULL));
    send_part(w, "response.content_part.added");
}

static void close_part(struct respond_work *w, const char *status)
{
    if (w->part == PART_NONE)
        return;
    json_t *fields = place(w, true), *item = item_json(w, status, part_json(w));
    json_object_set_new(fields, "text", json_stringn(w->said ? w->said : "", w->bytes));
    if (w->part == PART_TEXT)
        json_object_set_new(fields, "logprobs", json_array());
    send(w, kinds[w->part].done, fields);
    send_part(w, "response.content_part.done");
    send_item(w, "response.output_item.done", json_incref(item));
    json_array_append_new(w->output, item);
    w->part = PART_NONE;
}

static void begin(struct chat_work *chat)
{
    struct respond_work *w = (struct respond_work *)chat;
    if (!chat->stream)
        return;
    answer_stream(chat->answer, "text/event-stream");
    chat->begun = true;
    send(w, "response.created", json_pack("{so}", "response", response(w, "in_progress")));
    send(w, "response.in_progress", json_pack("{so}", "response", response(w, "in_progress")));
}

static bool add_said(struct respond_work *w, const char *text, size_t bytes)
{
    if (w->bytes + bytes > w->room) {
        size_t room = 2 * (w->bytes + bytes) + 256;
        char *grown = realloc(w->said, room);
        if (!grown)
            return false;
        w->said = grown;
        w->room = room;
    }
    memcpy(w->said + w->bytes, text, bytes);
    w->bytes += bytes;
    return true;
}

static void piece(struct chat_work *chat, const char *text, size_t bytes, bool reasoning)
{
    struct respond_work *w = (struct respond_work *)chat;
    enum respond_part part = reasoning ? PART_THOUGHT : PART_TEXT;
    if (w->part != part) {
        close_part(w, "completed");
        open_part(w, part);
    }
    w->lost |= !add_said(w, text, bytes);
    json_t *fields = place(w, true);
    json_object_set_new(fields, "delta", json_stringn(text, bytes));
    if (part == PART_TEXT)
        json_object_set_new(fields, "logprobs", json_array());
    send(w, kinds[part].delta, fields);
}

static json_t *call_json(const struct respond_work *w, const struct ih_chat_call *call, bool done)
{
    char id[96], call_id[96];
    item_id(w, "fc", id);
    item_id(w, "call", call_id);
    return json_pack("{ss ss ss ss ss ss}", "id", id, "type", "function_call", "status",
        done ? "completed" : "in_progress", "call_id", call_id, "name", call->name, "arguments",
        done ? call->arguments : "");
}

/* A call is known when it is whole: there is one delta. */
static void put_call(struct respond_work *w, const struct ih_chat_call *call)
{
    char id[96];
    int index = (int)json_array_size(w->output);
    json_t *item = call_json(w, call, true);
    item_id(w, "fc", id);
    send_item(w, "response.output_item.added", call_json(w, call, false));
    send(w, "response.function_call_arguments.delta",
        json_pack("{ss si ss}", "item_id", id, "output_index", index, "delta", call->arguments));
    send(w, "response.function_call_arguments.done",
        json_pack("{ss si ss ss}", "item_id", id, "output_index", index, "name", call->name,
            "arguments", call->arguments));
    send_item(w, "response.output_item.done", json_incref(item));
    json_array_append_new(w->output, item);
}

/* What is still open, and the calls. An answer has a message, however short, unless it ended in
 * calls or among thoughts. */
static void put_rest(struct respond_work *w, const struct ih_chat_answer *a, bool cut)
{
    const char *status = cut ? "incomplete" : "completed";
    close_part(w, status);
    if (!w->wrote_text && !a->calls && !(w->wrote_thought && cut)) {
        open_part(w, PART_TEXT);
        close_part(w, status);
    }
    for (int i = 0; i < a->calls; i++)
        put_call(w, &a->call[i]);
}

static bool end(struct chat_work *chat, const struct ih_chat_answer *a, struct problem *p)
{
    struct respond_work *w = (struct respond_work *)chat;
    bool cut = a->end == IH_CHAT_LENGTH;
    put_rest(w, a, cut);
    json_t *r = response(w, cut ? "incomplete" : "completed");
    if (!r || w->lost) {
        json_decref(r);
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    }
    if (cut)
        json_object_set_new(
            r, "incomplete_details", json_pack("{ss}", "reason", "max_output_tokens"));
    json_object_set_new(r, "usage", usage(a));
    if (chat->review)
        json_object_set(r, "review", chat->review);
    if (w->store && !respond_keep(w, r, p)) {
        if (w->must_store) {
            json_decref(r);
            return false;
        }
        json_object_set_new(r, "store", json_false());
    }
    if (!chat->stream) {
        answer_json(chat->answer, 200, r);
        return true;
    }
    send(w, cut ? "response.incomplete" : "response.completed", json_pack("{so}", "response", r));
    answer_finish(chat->answer, 200, "text/event-stream");
    return true;
}

/* A stream that has begun says so and is broken off. */
static void fail(struct chat_work *chat, const struct problem *p)
{
    struct respond_work *w = (struct respond_work *)chat;
    if (chat->begun) {
        json_t *r = response(w, "failed");
        json_object_set_new(r, "error",
            json_pack("{ss so}", "code", "server_error", "message", problem_text(p->text)));
        send(w, "response.failed", json_pack("{so}", "response", r));
    }
    answer_fail(chat->answer, p);
}

const struct chat_shape respond_shape = {
    .field = "input", .begin = begin, .piece = piece, .end = end, .fail = fail};

void respond_free(struct respond_work *w)
{
    json_decref(w->items);
    json_decref(w->tools);
    json_decref(w->text);
    json_decref(w->reasoning);
    json_decref(w->metadata);
    json_decref(w->output);
    free(w->said);
}
