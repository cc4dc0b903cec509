/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's chat completions, which Azure has too. */
#include "author/reply.h"

#include <string.h>

static void read_usage(struct reply *y, const json_t *usage)
{
    reply_count(&y->prompt, json_object_get(usage, "prompt_tokens"));
    reply_count(&y->written, json_object_get(usage, "completion_tokens"));
    reply_count(&y->kept,
        json_object_get(json_object_get(usage, "prompt_tokens_details"), "cached_tokens"));
}

static enum ih_status read_calls(
    struct reply *y, const json_t *list, bool whole, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    for (size_t i = 0; !status && i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *function = json_object_get(item, "function");
        const json_t *index = whole ? NULL : json_object_get(item, "index");
        struct call *c =
            reply_call(y, json_is_integer(index) ? json_integer_value(index) : (json_int_t)i);
        const char *arguments = json_string_value(json_object_get(function, "arguments"));
        if (!c)
            return author_fail(e, IH_BAD_DATA, "the answer asks for more calls than are taken");
        /* Some send the name with every piece. */
        if (!c->name.size)
            status = reply_add_to(y, &c->name, json_object_get(function, "name"), e);
        if (!status && arguments)
            status = reply_arguments(y, c, arguments, e);
    }
    return status;
}

static void read_end(struct reply *y, const json_t *choice)
{
    const char *end = json_string_value(json_object_get(choice, "finish_reason"));
    if (!end)
        return;
    y->ended = true;
    y->withheld = strcmp(end, "content_filter") == 0;
    y->end = strcmp(end, "length") == 0       ? IH_CHAT_LENGTH
             : strcmp(end, "tool_calls") == 0 ? IH_CHAT_CALLS
                                              : IH_CHAT_STOP;
}

enum ih_status reply_openai(struct reply *y, const json_t *json, bool whole, struct ih_error *e)
{
    const json_t *choice = json_array_get(json_object_get(json, "choices"), 0);
    const json_t *delta = json_object_get(choice, whole ? "message" : "delta");
    const json_t *thought = json_object_get(delta, "reasoning_content");
    if (whole && !json_is_object(delta))
        return author_fail(e, IH_BAD_DATA, "what came is no answer: it has no message");
    if (!json_is_string(thought))
        thought = json_object_get(delta, "reasoning");
    enum ih_status status = reply_add(y, thought, true, e);
    if (!status)
        status = reply_add(y, json_object_get(delta, "content"), false, e);
    /* A refusal in words is what there is to read. */
    if (!status)
        status = reply_add(y, json_object_get(delta, "refusal"), false, e);
    if (!status)
        status = read_calls(y, json_object_get(delta, "tool_calls"), whole, e);
    if (status)
        return status;
    read_end(y, choice);
    /* Not everybody says why. */
    y->ended = y->ended || whole;
    read_usage(y, json_object_get(json, "usage"));
    return IH_OK;
}
