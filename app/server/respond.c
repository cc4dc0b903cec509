/* SPDX-License-Identifier: Apache-2.0 */
/* Responses: /v1/responses. */
#include "server/respond.h"

#include "server/fields.h"
#include "server/kept.h"
#include "server/operations.h"
#include "server/several.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* clang-format off */
static const char *const choices[] = {"auto", "none", NULL};
static const char *const truncations[] = {"disabled", NULL};
static const char *const includes[] = {"reasoning.encrypted_content", NULL};
static const char *const summaries[] = {"auto", "concise", "detailed", NULL};
static const struct field_rule rules[] = {
    RULE_OWN("input", SHAPE_TEXT_OR_OBJECTS, "what is said to the model: a text, or items", .needed = true),
    RULE_OWN("model", SHAPE_TEXT, "a name of GET /v1/models; without it the server's choice"),
    RULE_OWN("instructions", SHAPE_TEXT, "what the model is told in front of the conversation"),
    RULE_OWN("previous_response_id", SHAPE_TEXT, "the response that is gone on from; with a data folder"),
    RULE_OWN("store", SHAPE_BOOL, "keeps the response; true without it where there is a data folder"),
    RULE_OWN("stream", SHAPE_BOOL, "the answer in events, as it is written"),
    RULE_OWN("stop", SHAPE_TEXTS, "texts before which the answer ends"),
    RULE_OWN("tools", SHAPE_OBJECTS, "functions that the model may ask for"),
    RULE_OWN("tool_choice", SHAPE_TEXT, "whether it may ask for them", .choices = choices),
    RULE_OWN("sources", SHAPE_OBJECTS, "what critique: and council: models rest their answer on: a text and a name each"),
    RULE_OWN("rounds", SHAPE_WHOLE, "most rounds of review and revision of a critique: model", .low = 1, .high = 5),
    RULE_OWN("text", SHAPE_OBJECT, "format: of the type text, json_object, or json_schema with a JSON Schema that the answer fits"),
    RULE_OPTION("max_output_tokens", "tokens"),
    RULE_OWN("reasoning", SHAPE_OBJECT, "effort: whether it thinks first, with low and more; summary"),
    RULE_OWN("metadata", SHAPE_OBJECT, "at most 16 texts of one's own"),
    RULE_OWN("user", SHAPE_TEXT, "comes back in the response"),
    RULE_OWN("truncation", SHAPE_TEXT, "a conversation is never shortened", .choices = truncations),
    RULE_OWN("include", SHAPE_TEXTS, "changes nothing: thoughts are in the response as they are", .choices = includes),
    RULE_OWN("background", SHAPE_BOOL, "false; for a job say Prefer: respond-async"),
    RULE_NOTHING("parallel_tool_calls"),
    RULE_NOTHING("max_tool_calls"),
    RULE_NOTHING("stream_options"),
    RULE_NOTHING("service_tier"),
    RULE_NOTHING("prompt_cache_key"),
    RULE_NOTHING("prompt_cache_retention"),
    RULE_NOTHING("safety_identifier"),
    RULE_REFUSED("conversation", "there are no conversations; go on with previous_response_id"),
    RULE_REFUSED("prompt", "there are no prompt templates"),
    RULE_REFUSED("top_logprobs", "probabilities are not given"),
    RULE_END,
};
static const char *const types[] = {"application/json", "text/event-stream", NULL};
/* clang-format on */

/* A JSON object in a field, a new reference; null where there is none. */
static bool read_object(const struct form *f, const char *name, json_t **out, struct problem *p)
{
    *out = chat_json(f, name);
    return !form_find(f, name) || json_is_object(*out) ||
           problem_set(p, 400, "invalid_type", name, "%s must be an object", name);
}

/* A member of an object that is one of some words; *out stays where it is not there. */
static bool read_word(const json_t *object, const char *name, const char *const *words, int *out,
    const char *param, struct problem *p)
{
    const json_t *value = json_object_get(object, name);
    const char *word = json_string_value(value);
    if (!value || json_is_null(value))
        return true;
    for (int i = 0; word && words[i]; i++)
        if (strcmp(words[i], word) == 0) {
            *out = i;
            return true;
        }
    return problem_set(p, 400, "invalid_value", param, "%s.%s cannot be '%.60s'", param, name,
        word ? word : "what is no text");
}

/* An object with members of these names alone. */
static bool has_only(
    const json_t *object, const char *const *names, const char *param, struct problem *p)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        int i = 0;
        while (names[i] && strcmp(names[i], name) != 0)
            i++;
        if (!names[i])
            return problem_set(
                p, 400, "unknown_parameter", param, "%s has no field %.60s", param, name);
    }
    return true;
}

static bool read_reasoning(struct respond_work *w, struct problem *p)
{
    static const char *const names[] = {"effort", "summary", "generate_summary", NULL};
    int effort = -1, ignored;
    if (!read_object(w->form, "reasoning", &w->reasoning, p) ||
        !has_only(w->reasoning, names, "reasoning", p) ||
        !read_word(w->reasoning, "effort", chat_efforts, &effort, "reasoning", p) ||
        !read_word(w->reasoning, "summary", summaries, &ignored, "reasoning", p) ||
        !read_word(w->reasoning, "generate_summary", summaries, &ignored, "reasoning", p))
        return false;
    if (effort >= 0)
        chat_set_effort(&w->chat, effort);
    return true;
}

static bool read_text(struct respond_work *w, struct problem *p)
{
    static const char *const names[] = {"format", "verbosity", NULL};
    static const char *const verbosities[] = {"medium", NULL};
    int ignored;
    if (!read_object(w->form, "text", &w->text, p) || !has_only(w->text, names, "text", p) ||
        !read_word(w->text, "verbosity", verbosities, &ignored, "text", p))
        return false;
    const json_t *format = json_object_get(w->text, "format");
    const char *type = json_string_value(json_object_get(format, "type"));
    return chat_keep_to(
        &w->chat, format && !type ? "" : type, json_object_get(format, "schema"), "text.format", p);
}

/* A function is flat here, and an object of its own in chat completions. Null for what is none. */
static json_t *nested(const json_t *tool)
{
    static const char *const names[] = {"name", "description", "parameters"};
    json_t *function = json_object();
    const char *type = json_string_value(json_object_get(tool, "type"));
    if (!type || strcmp(type, "function") != 0) {
        json_decref(function);
        return NULL;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(tool, names[i]);
        if (value && !json_is_null(value))
            json_object_set(function, names[i], value);
    }
    return json_pack("{ss so}", "type", "function", "function", function);
}

static bool read_tools(struct respond_work *w, struct problem *p)
{
    json_t *list = NULL, *tool;
    size_t i;
    w->tools = chat_json(w->form, "tools");
    if (json_is_array(w->tools))
        list = json_array();
    json_array_foreach(w->tools, i, tool)
    {
        json_t *function = nested(tool);
        if (function) {
            json_array_append_new(list, function);
            continue;
        }
        json_decref(list);
        return problem_set(p, 400, "unsupported_parameter", "tools",
            "tool %zu is no function; there are no others here", i + 1);
    }
    return chat_take_tools(&w->chat, list, w->form, p);
}

/* Each of the list, of which form_find() would show the last. */
static bool read_includes(const struct form *f, struct problem *p)
{
    for (int i = 0; i < f->fields; i++) {
        const struct field *field = &f->field[i];
        if (strcmp(field->name, "include") == 0 &&
            (field->kind != FIELD_TEXT || strcmp(field->text, *includes) != 0))
            return problem_set(p, 400, "invalid_value", "include",
                "include can only name %s, not '%.60s'", *includes, field->text);
    }
    return true;
}

/* What can only have one value here, and what the server must be able to keep. */
static bool read_fixed(struct respond_work *w, struct problem *p)
{
    const struct form *f = w->form;
    int ignored = 0;
    bool background = false;
    w->store = w->host->store != NULL;
    if (!fields_choice(f, "truncation", truncations, &ignored, p) || !read_includes(f, p) ||
        !fields_bool(f, "background", &background, p) || !fields_bool(f, "store", &w->store, p))
        return false;
    w->must_store = w->store && form_find(f, "store");
    if (background)
        return problem_set(p, 400, "unsupported_parameter", "background",
            "for an answer that nobody waits for send the header Prefer: respond-async");
    if ((w->must_store || w->previous) && !w->host->store)
        return problem_set(p, 400, "unsupported_parameter",
            w->previous ? "previous_response_id" : "store",
            "this server keeps no responses: it runs without a data folder (server.data)");
    return true;
}

static bool read_fields(struct respond_work *w, struct problem *p)
{
    const struct form *f = w->form;
    return fields_read(&w->chat.request, f, rules, p) &&
           fields_text(f, "model", &w->chat.model, p) &&
           fields_text(f, "instructions", &w->instructions, p) &&
           fields_text(f, "previous_response_id", &w->previous, p) &&
           fields_text(f, "user", &w->user, p) && fields_bool(f, "stream", &w->chat.stream, p) &&
           fields_pairs(f, "metadata", &w->metadata, p) && read_fixed(w, p) &&
           read_reasoning(w, p) && read_tools(w, p) && chat_read_stops(&w->chat, f, p) &&
           read_text(w, p) && several_take(&w->chat, f, p);
}

/* answer: null where the request is only checked; then what is kept is not looked at. */
static bool read_request(struct respond_work *w, const struct host *host, const struct form *f,
    struct answer *answer, struct problem *p)
{
    *w = (struct respond_work){.chat.created = (int64_t)time(NULL),
        .chat.shape = &respond_shape,
        .chat.answer = answer,
        .host = host,
        .form = f,
        .output = json_array()};
    ih_request_defaults(&w->chat.request, IH_CHAT);
    if (answer) /* the digits of "req_..." */
        snprintf(w->id, sizeof w->id, "resp_%.40s", answer_id(answer) + 4);
    if (!read_fields(w, p))
        return false;
    json_t *history = NULL;
    if (w->previous && answer && !(history = respond_history(host, &f->asked, w->previous, p)))
        return false;
    return respond_take_input(w, history, answer || !w->previous, p);
}

static void run(const struct host *host, const struct form *form, struct answer *answer)
{
    struct respond_work w;
    struct problem p;
    bool good = read_request(&w, host, form, answer, &p);
    /* Who did not ask for it to be kept is answered without room for it too. */
    if (good && w.store)
        w.store = keep_has_room(host->store, host->settings, form, &p);
    good = good && (w.store || !w.must_store);
    chat_run(&w.chat, host, form, good, &p);
    respond_free(&w);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    struct respond_work w;
    bool right = read_request(&w, host, form, NULL, p);
    chat_free(&w.chat);
    respond_free(&w);
    return right;
}

/* As for chat completions, with what was said before. */
static void measure(const struct host *host, const struct form *form, struct amounts *out)
{
    static const char *const read[] = {"input", "instructions", "sources"};
    const struct field *most = form_find(form, "max_output_tokens"),
                       *model = form_find(form, "model"),
                       *previous = form_find(form, "previous_response_id");
    struct response_row row;
    double tokens = 0;
    if (most && text_number(most->text, &tokens))
        out->of[TOKENS] = tokens;
    for (size_t i = 0; i < sizeof read / sizeof *read; i++) {
        const struct field *field = form_find(form, read[i]);
        out->of[TOKENS] += field ? (double)field->bytes / 4 : 0;
    }
    if (previous && host->store &&
        response_find(host->store, previous->text, asked_owner(&form->asked), &row, NULL) == IH_OK)
        out->of[TOKENS] += (double)row.bytes / 4;
    out->of[TOKENS] *= several_steps(model ? model->text : NULL);
    chat_bound(out, form, most != NULL);
}

const struct operation operation_respond = {.name = "respond",
    .check = check,
    .run = run,
    .measure = measure,
    .about = "The next answer of a conversation that the server may keep.",
    .rules = rules,
    .task = IH_CHAT,
    .types = types};
