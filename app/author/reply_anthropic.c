/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's messages. */
#include "author/reply.h"

#include <stdlib.h>
#include <string.h>

static void read_usage(struct reply *y, const json_t *usage)
{
    int fresh = -1, kept = 0, stored = 0;
    reply_count(&fresh, json_object_get(usage, "input_tokens"));
    reply_count(&kept, json_object_get(usage, "cache_read_input_tokens"));
    reply_count(&stored, json_object_get(usage, "cache_creation_input_tokens"));
    if (fresh >= 0) {
        y->prompt = fresh + kept + stored;
        y->kept = kept;
    }
    reply_count(&y->written, json_object_get(usage, "output_tokens"));
}

static void read_end(struct reply *y, const json_t *from)
{
    const char *end = json_string_value(json_object_get(from, "stop_reason"));
    if (!end)
        return;
    y->ended = true;
    y->withheld = strcmp(end, "refusal") == 0;
    y->end = strcmp(end, "max_tokens") == 0 || strcmp(end, "model_context_window_exceeded") == 0
                 ? IH_CHAT_LENGTH
             : strcmp(end, "tool_use") == 0 ? IH_CHAT_CALLS
                                            : IH_CHAT_STOP;
}

/* A call begins; *out is it. */
static enum ih_status begin_call(
    struct reply *y, const json_t *block, struct call **out, struct ih_error *e)
{
    const char *name = json_string_value(json_object_get(block, "name"));
    *out = reply_call(y, y->calls);
    if (!*out)
        return author_fail(e, IH_BAD_DATA, "the answer asks for more calls than are taken");
    (*out)->is_answer =
        y->schema && y->way == SCHEMA_TOOL && name && strcmp(name, ask_answer_tool) == 0;
    return reply_add_to(y, &(*out)->name, json_object_get(block, "name"), e);
}

static enum ih_status read_block(
    struct reply *y, const json_t *block, struct call **call, struct ih_error *e)
{
    const char *type = json_string_value(json_object_get(block, "type"));
    if (type && strcmp(type, "text") == 0)
        return reply_add(y, json_object_get(block, "text"), false, e);
    if (type && strcmp(type, "thinking") == 0)
        return reply_add(y, json_object_get(block, "thinking"), true, e);
    if (!type || strcmp(type, "tool_use") != 0)
        return IH_OK;
    enum ih_status status = begin_call(y, block, call, e);
    const json_t *input = json_object_get(block, "input");
    if (status || !json_object_size(input))
        return status;
    char *text = json_dumps(input, JSON_COMPACT);
    status = text ? reply_arguments(y, *call, text, e)
                  : author_fail(e, IH_NO_MEMORY, "not enough memory");
    free(text);
    return status;
}

static enum ih_status read_delta(
    struct reply *y, const json_t *event, json_int_t index, struct ih_error *e)
{
    const json_t *delta = json_object_get(event, "delta");
    const char *json = json_string_value(json_object_get(delta, "partial_json"));
    enum ih_status status = reply_add(y, json_object_get(delta, "text"), false, e);
    if (!status)
        status = reply_add(y, json_object_get(delta, "thinking"), true, e);
    if (!status && json && y->block[index])
        status = reply_arguments(y, &y->call[y->block[index] - 1], json, e);
    return status;
}

static enum ih_status read_whole(struct reply *y, const json_t *json, struct ih_error *e)
{
    const json_t *content = json_object_get(json, "content");
    enum ih_status status = IH_OK;
    if (!json_is_array(content))
        return author_fail(e, IH_BAD_DATA, "what came is no answer: it has no content");
    for (size_t i = 0; !status && i < json_array_size(content); i++) {
        struct call *call = NULL;
        status = read_block(y, json_array_get(content, i), &call, e);
        if (!status && call && call->is_answer && !y->text.size)
            status = reply_arguments(y, call, "{}", e);
    }
    read_end(y, json);
    read_usage(y, json_object_get(json, "usage"));
    y->ended = y->ended || !status;
    return status;
}

enum ih_status reply_anthropic(struct reply *y, const json_t *json, bool whole, struct ih_error *e)
{
    const char *type = json_string_value(json_object_get(json, "type"));
    const json_t *number = json_object_get(json, "index");
    json_int_t index = json_integer_value(number);
    enum ih_status status = IH_OK;
    if (whole)
        return read_whole(y, json, e);
    if (!type || index < 0 || index >= REPLY_BLOCKS_MOST)
        return type ? author_fail(e, IH_BAD_DATA, "the answer has more parts than are taken")
                    : IH_OK;
    if (strcmp(type, "message_start") == 0) {
        int written = y->written; /* so far, which is nothing */
        read_usage(y, json_object_get(json_object_get(json, "message"), "usage"));
        y->written = written;
    } else if (strcmp(type, "content_block_start") == 0) {
        struct call *call = NULL;
        status = read_block(y, json_object_get(json, "content_block"), &call, e);
        y->block[index] = call ? (int)(call - y->call) + 1 : 0;
    } else if (strcmp(type, "content_block_delta") == 0) {
        status = read_delta(y, json, index, e);
    } else if (strcmp(type, "message_delta") == 0) {
        read_end(y, json_object_get(json, "delta"));
        read_usage(y, json_object_get(json, "usage"));
    } else if (strcmp(type, "message_stop") == 0) {
        y->complete = true;
    } else if (strcmp(type, "error") == 0) {
        status = reply_error(y, json_object_get(json, "error"), e);
    }
    return status;
}
