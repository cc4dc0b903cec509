/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations: /v1/chat/completions. */
#include "server/chat.h"

#include "server/fields.h"
#include "server/operations.h"
#include "server/text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* clang-format off */
static const char *const efforts[] = {"none", "minimal", "low", "medium", "high", "xhigh", NULL};
static const char *const choices[] = {"auto", "none", NULL};
static const struct field_rule rules[] = {
    RULE_OWN("messages", SHAPE_OBJECTS, "the conversation: a role and a content each", .needed = true),
    RULE_OWN("model", SHAPE_TEXT, "a name of GET /v1/models; without it the server's choice"),
    RULE_OWN("stream", SHAPE_BOOL, "the answer in events, as it is written"),
    RULE_OWN("stream_options", SHAPE_OBJECT, "include_usage: an event with what was used"),
    RULE_OWN("stop", SHAPE_TEXTS, "texts before which the answer ends"),
    RULE_OWN("tools", SHAPE_OBJECTS, "functions that the model may ask for"),
    RULE_OWN("tool_choice", SHAPE_TEXT, "whether it may ask for them", .choices = choices),
    RULE_OWN("n", SHAPE_WHOLE, "answers", .low = 1, .high = 1),
    RULE_OWN("response_format", SHAPE_OBJECT, "type: text, json_object, or json_schema with a JSON Schema that the answer fits"),
    RULE_OPTION("max_tokens", "tokens"),
    RULE_OPTION("max_completion_tokens", "tokens"),
    RULE_OWN("reasoning_effort", SHAPE_TEXT, "whether it thinks first: with low and more", .choices = efforts),
    RULE_NOTHING("user"),
    RULE_NOTHING("metadata"),
    RULE_NOTHING("store"),
    RULE_NOTHING("parallel_tool_calls"),
    RULE_REFUSED("logit_bias", "logit_bias cannot be followed"),
    RULE_REFUSED("logprobs", "probabilities are not given"),
    RULE_REFUSED("top_logprobs", "probabilities are not given"),
    RULE_END,
};
static const char *const types[] = {"application/json", "text/event-stream", NULL};
/* clang-format on */

/* What can only have one value here. */
static bool read_fixed(struct chat_work *w, const struct form *f, struct problem *p)
{
    const struct field *n = form_find(f, "n"), *options = form_find(f, "stream_options");
    int effort = -1;
    if (n && strcmp(n->text, "1") != 0)
        return problem_set(p, 400, "unsupported_parameter", "n", "n must be 1");
    if (!fields_choice(f, "reasoning_effort", efforts, &effort, p))
        return false;
    if (effort >= 0)
        w->request.chat.thinking = effort > 1;
    if (options)
        w->usage = strstr(options->text, "\"include_usage\":true") != NULL ||
                   strstr(options->text, "\"include_usage\": true") != NULL;
    return true;
}

static bool read_request(struct chat_work *w, const struct form *f, struct problem *p)
{
    *w = (struct chat_work){.created = (int64_t)time(NULL)};
    ih_request_defaults(&w->request, IH_CHAT);
    return fields_read(&w->request, f, rules, p) && fields_text(f, "model", &w->model, p) &&
           fields_bool(f, "stream", &w->stream, p) && read_fixed(w, f, p) && chat_read(w, f, p);
}

/* What the deployment allows; 0: any. */
static double tokens_most(const struct form *f)
{
    return f->asked.deployment.limit[LIMIT_TOKENS];
}

/* The answer's own number where none was asked for. */
static void choose_seed(struct ih_chat_options *o)
{
    uint32_t random = 0;
    if (o->seed != IH_SEED_NEW)
        return;
    if (getrandom(&random, sizeof random, 0) != sizeof random)
        random = (uint32_t)(seconds_now() * 1000);
    o->seed = random;
}

static void on_progress(void *arg, double done, double total)
{
    answer_progress(((struct chat_work *)arg)->answer, done, total);
}

/* A prompt that has more tokens than its deployment allows, or an error of the library. */
static bool refuse(const struct chat_work *w, const struct ih_chat_answer *a,
    const struct ih_error *e, struct problem *p)
{
    if (e->code == IH_INVALID && w->request.chat.context &&
        a->prompt_tokens >= w->request.chat.context)
        return problem_set(p, 400, "deployment_limit", "messages",
            "the deployment '%s' takes at most %d tokens a request; the messages of this one have "
            "%d, and an answer needs some",
            w->deployment, w->request.chat.context, a->prompt_tokens);
    return problem_from(p, e);
}

static bool write_in(struct chat_work *w, struct ih_chat *place, struct problem *p)
{
    struct ih_error e = {0};
    struct ih_chat_answer a;
    struct ih_chat_job job = {.job.arg = w, .job.progress = on_progress, .text = chat_answer_piece};
    choose_seed(&w->request.chat);
    answer_attach(w->answer, &job.job);
    enum ih_status status = ih_chat_write(place, &w->request.chat, &job, &a, &e);
    answer_detach(w->answer);
    if (status == IH_OK || status == IH_CANCELLED)
        answer_use(w->answer, w->name, TOKENS, a.prompt_tokens - a.kept_tokens + a.tokens);
    if (status == IH_OK)
        chat_answer_end(w, &a);
    bool done = status == IH_OK || refuse(w, &a, &e, p);
    ih_chat_answer_free(&a);
    return done;
}

static bool write_answer(struct chat_work *w, const struct host *host, struct problem *p)
{
    struct ih_model *model;
    struct ih_chat *place;
    if (!depot_take(host->depot, w->model, IH_CHAT, &model, p))
        return false;
    w->name = ih_model_name(model);
    bool done = depot_chat(host->depot, model, &place, p) && write_in(w, place, p);
    depot_give_back(host->depot, model);
    return done;
}

static void run(const struct host *host, const struct form *form, struct answer *answer)
{
    struct chat_work w;
    struct problem p;
    bool done = read_request(&w, form, &p);
    w.answer = answer;
    w.deployment = form->asked.deployment.name;
    w.request.chat.context = (int)fmin(tokens_most(form), INT_MAX);
    done = done && write_answer(&w, host, &p);
    if (!done && w.stream)
        event_fail(answer, &p);
    else if (!done)
        answer_fail(answer, &p);
    chat_free(&w);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    struct chat_work w;
    (void)host;
    bool right = read_request(&w, form, p);
    chat_free(&w);
    return right;
}

/* About four bytes are a token; the answer is as long as was asked for, or as there may be, where
 * that is known. */
static void measure(const struct host *host, const struct form *form, struct amounts *out)
{
    const struct field *messages = form_find(form, "messages"),
                       *most = form_find(form, "max_completion_tokens");
    double all = tokens_most(form), tokens = 0;
    (void)host;
    most = most ? most : form_find(form, "max_tokens");
    if (most && text_number(most->text, &tokens))
        out->of[TOKENS] = tokens;
    if (messages)
        out->of[TOKENS] += (double)messages->bytes / 4;
    if (all > 0 && (!most || out->of[TOKENS] > all))
        out->of[TOKENS] = all;
}

const struct operation operation_chat = {.name = "chat",
    .check = check,
    .run = run,
    .measure = measure,
    .about = "The next answer of a conversation.",
    .rules = rules,
    .task = IH_CHAT,
    .types = types};
