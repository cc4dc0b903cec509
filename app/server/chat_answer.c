/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in the shapes of OpenAI's chat completions, whole and in events. */
#include "server/chat.h"
#include "server/operations.h"

#include <stdio.h>
#include <string.h>

static const char *const ends[] = {"stop", "length", "tool_calls"};

static json_t *head(const struct chat_work *w, const char *object, json_t *choices)
{
    char id[96];
    snprintf(id, sizeof id, "chatcmpl-%s", answer_id(w->answer));
    return json_pack("{ssss sIss so}", "id", id, "object", object, "created",
        (json_int_t)w->created, "model", w->name, "choices", choices);
}

static json_t *usage(const struct ih_chat_answer *a)
{
    return json_pack("{si si si s{si} s{si}}", "prompt_tokens", a->prompt_tokens,
        "completion_tokens", a->tokens, "total_tokens", a->prompt_tokens + a->tokens,
        "prompt_tokens_details", "cached_tokens", a->kept_tokens, "completion_tokens_details",
        "reasoning_tokens", a->reasoning_tokens);
}

/* numbered: as deltas have them. */
static json_t *calls_of(const struct chat_work *w, const struct ih_chat_answer *a, bool numbered)
{
    json_t *list = json_array();
    for (int i = 0; i < a->calls; i++) {
        char id[96];
        snprintf(id, sizeof id, "call_%s_%d", answer_id(w->answer), i);
        json_t *call = json_pack("{ssss s{ssss}}", "id", id, "type", "function", "function", "name",
            a->call[i].name, "arguments", a->call[i].arguments);
        if (call && numbered)
            json_object_set_new(call, "index", json_integer(i));
        json_array_append_new(list, call);
    }
    return list;
}

/* One event; takes over the reference. end: finish_reason, or null. */
static void send(struct chat_work *w, json_t *delta, const char *end)
{
    if (!answer_state(w->answer).stream)
        answer_stream(w->answer, "text/event-stream");
    if (!w->begun) {
        w->begun = true;
        json_object_set_new(delta, "role", json_string("assistant"));
    }
    json_t *choice = json_pack("{si so ss?}", "index", 0, "delta", delta, "finish_reason", end);
    json_t *chunk = head(w, "chat.completion.chunk", json_pack("[o]", choice));
    if (end && w->review)
        json_object_set(chunk, "review", w->review);
    event_write(w->answer, chunk);
}

static void piece(struct chat_work *w, const char *text, size_t bytes, bool reasoning)
{
    if (!w->stream)
        return;
    const char *key = reasoning ? "reasoning_content" : "content";
    send(w, json_pack("{ss%}", key, text, bytes), NULL);
}

static void end_stream(struct chat_work *w, const struct ih_chat_answer *a)
{
    if (a->calls)
        send(w, json_pack("{so}", "tool_calls", calls_of(w, a, true)), NULL);
    send(w, json_object(), ends[a->end]);
    if (w->usage) {
        json_t *last = head(w, "chat.completion.chunk", json_array());
        json_object_set_new(last, "usage", usage(a));
        event_write(w->answer, last);
    }
    answer_write(w->answer, "data: [DONE]\n\n", 14);
    answer_finish(w->answer, 200, "text/event-stream");
}

static bool end(struct chat_work *w, const struct ih_chat_answer *a, struct problem *p)
{
    (void)p;
    if (w->stream) {
        end_stream(w, a);
        return true;
    }
    json_t *message = json_pack("{ssss}", "role", "assistant", "content", a->text);
    if (a->reasoning)
        json_object_set_new(message, "reasoning_content", json_string(a->reasoning));
    if (a->calls)
        json_object_set_new(message, "tool_calls", calls_of(w, a, false));
    json_t *choice = json_pack(
        "{si so ss sn}", "index", 0, "message", message, "finish_reason", ends[a->end], "logprobs");
    json_t *whole = head(w, "chat.completion", json_pack("[o]", choice));
    json_object_set_new(whole, "usage", usage(a));
    if (w->review)
        json_object_set(whole, "review", w->review);
    answer_json(w->answer, 200, whole);
    return true;
}

static void fail(struct chat_work *w, const struct problem *p)
{
    if (w->stream)
        event_fail(w->answer, p);
    else
        answer_fail(w->answer, p);
}

const struct chat_shape chat_shape_completions = {
    .field = "messages", .piece = piece, .end = end, .fail = fail};
