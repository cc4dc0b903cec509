/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations: /v1/chat/completions. */
#include "server/chat.h"

#include "author/local.h"
#include "server/fields.h"
#include "server/operations.h"
#include "server/several.h"
#include "server/text.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* clang-format off */
const char *const chat_efforts[] = {"none", "minimal", "low", "medium", "high", "xhigh", NULL};
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
    RULE_OWN("sources", SHAPE_OBJECTS, "what critique: and council: models rest their answer on: a text and a name each"),
    RULE_OWN("rounds", SHAPE_WHOLE, "most rounds of review and revision of a critique: model", .low = 1, .high = 5),
    RULE_OPTION("max_tokens", "tokens"),
    RULE_OPTION("max_completion_tokens", "tokens"),
    RULE_OWN("reasoning_effort", SHAPE_TEXT, "whether it thinks first: with low and more", .choices = chat_efforts),
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

void chat_set_effort(struct chat_work *w, int effort)
{
    w->request.chat.thinking = effort > 1;
}

/* What can only have one value here. */
static bool read_fixed(struct chat_work *w, const struct form *f, struct problem *p)
{
    const struct field *n = form_find(f, "n"), *options = form_find(f, "stream_options");
    int effort = -1;
    if (n && strcmp(n->text, "1") != 0)
        return problem_set(p, 400, "unsupported_parameter", "n", "n must be 1");
    if (!fields_choice(f, "reasoning_effort", chat_efforts, &effort, p))
        return false;
    if (effort >= 0)
        chat_set_effort(w, effort);
    if (options)
        w->usage = strstr(options->text, "\"include_usage\":true") != NULL ||
                   strstr(options->text, "\"include_usage\": true") != NULL;
    return true;
}

static bool read_messages(struct chat_work *w, const struct form *f, struct problem *p)
{
    json_t *format = chat_json(f, "response_format");
    const char *type = json_string_value(json_object_get(format, "type"));
    const json_t *schema = json_object_get(json_object_get(format, "json_schema"), "schema");
    bool good = chat_take_messages(w, chat_json(f, "messages"), "messages", p) &&
                chat_take_tools(w, chat_json(f, "tools"), f, p) && chat_read_stops(w, f, p) &&
                chat_keep_to(w, form_find(f, "response_format") && !type ? "" : type, schema,
                    "response_format", p);
    json_decref(format);
    return good;
}

static bool read_request(struct chat_work *w, const struct form *f, struct problem *p)
{
    *w = (struct chat_work){.created = (int64_t)time(NULL), .shape = &chat_shape_completions};
    ih_request_defaults(&w->request, IH_CHAT);
    return fields_read(&w->request, f, rules, p) && fields_text(f, "model", &w->model, p) &&
           fields_bool(f, "stream", &w->stream, p) && read_fixed(w, f, p) &&
           read_messages(w, f, p) && several_take(w, f, p);
}

/* What the deployment allows; 0: any. */
static double tokens_most(const struct form *f)
{
    return f->asked.deployment.limit[LIMIT_TOKENS];
}

void chat_bound(struct amounts *out, const struct form *f, bool said)
{
    double all = tokens_most(f);
    if (all > 0 && (!said || out->of[TOKENS] > all))
        out->of[TOKENS] = all;
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

void chat_begin(struct chat_work *w)
{
    if (w->reading)
        return;
    w->reading = true;
    if (w->shape->begin)
        w->shape->begin(w);
}

/* The first time on the worker's own thread, before the model reads. */
static void on_progress(void *arg, double done, double total)
{
    struct chat_work *w = arg;
    chat_begin(w);
    answer_progress(w->answer, done, total);
}

static void on_piece(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct chat_work *w = arg;
    w->shape->piece(w, text, bytes, reasoning);
}

/* What went wrong far away is none of the client's doing, and where a key lies none of its
 * business. */
bool chat_problem(struct problem *p, const struct ih_error *e, bool far)
{
    if (far && (e->code == IH_NETWORK || e->code == IH_BAD_DATA))
        return problem_set(p, 502, "remote_failed", "model", "%s", e->text);
    if (far && e->code == IH_NO_MEMORY)
        return problem_set(p, 429, "budget_spent", "model", "%s", e->text);
    if (far && e->code == IH_IO)
        return problem_set(
            p, 502, "remote_failed", "model", "this server cannot use the remote model now");
    return problem_from(p, e);
}

/* A prompt that has more tokens than its deployment allows, or another failure of the author. */
static bool refuse(const struct chat_work *w, const struct ih_chat_answer *a,
    const struct author *author, const struct ih_error *e, struct problem *p)
{
    if (e->code == IH_INVALID && w->request.chat.context &&
        a->prompt_tokens >= w->request.chat.context)
        return problem_set(p, 400, "deployment_limit", w->shape->field,
            "the deployment '%s' takes at most %d tokens a request; the messages of this one have "
            "%d, and an answer needs some",
            w->deployment, w->request.chat.context, a->prompt_tokens);
    return chat_problem(p, e, author->remote);
}

static bool write_in(struct chat_work *w, const struct author *author, struct problem *p)
{
    struct ih_error e = {0};
    struct ih_chat_answer a;
    struct ih_chat_job job = {.job.arg = w, .job.progress = on_progress, .text = on_piece};
    choose_seed(&w->request.chat);
    answer_attach(w->answer, &job.job);
    enum ih_status status = author->write(author->self, &w->request.chat, &job, &a, &e);
    answer_detach(w->answer);
    if (status == IH_OK || status == IH_CANCELLED)
        answer_use(w->answer, w->name, TOKENS, a.prompt_tokens - a.kept_tokens + a.tokens);
    bool done = status == IH_OK ? w->shape->end(w, &a, p) : refuse(w, &a, author, &e, p);
    ih_chat_answer_free(&a);
    return done;
}

/* Nothing goes to a remote model that the request itself does not name: not for a default, and not
 * by way of a deployment. */
static bool write_answer(
    struct chat_work *w, const struct host *host, const struct form *form, struct problem *p)
{
    struct ih_model *model;
    struct ih_chat *place;
    struct several several;
    if (!several_read(&several, w->model, p))
        return false;
    if (several.kind != SEVERAL_NONE) {
        choose_seed(&w->request.chat);
        return several_write(w, &several, host, p);
    }
    const struct author *remote =
        *form->asked.deployment.name ? NULL : depot_author(host->depot, w->model);
    if (remote) {
        w->name = remote->name;
        return write_in(w, remote, p);
    }
    if (!depot_take(host->depot, w->model, IH_CHAT, &model, p))
        return false;
    w->name = ih_model_name(model);
    bool done = depot_chat(host->depot, model, &place, p);
    if (done) {
        struct author local = local_author(w->name, place);
        done = write_in(w, &local, p);
    }
    depot_give_back(host->depot, model);
    return done;
}

void chat_run(struct chat_work *w, const struct host *host, const struct form *form, bool good,
    struct problem *p)
{
    w->deployment = form->asked.deployment.name;
    w->request.chat.context = (int)fmin(tokens_most(form), INT_MAX);
    if (!good || !write_answer(w, host, form, p))
        w->shape->fail(w, p);
    chat_free(w);
}

static void run(const struct host *host, const struct form *form, struct answer *answer)
{
    struct chat_work w;
    struct problem p;
    bool good = read_request(&w, form, &p);
    w.answer = answer;
    chat_run(&w, host, form, good, &p);
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
                       *most = form_find(form, "max_completion_tokens"),
                       *sources = form_find(form, "sources"), *model = form_find(form, "model");
    double tokens = 0;
    (void)host;
    most = most ? most : form_find(form, "max_tokens");
    if (most && text_number(most->text, &tokens))
        out->of[TOKENS] = tokens;
    if (messages)
        out->of[TOKENS] += (double)messages->bytes / 4;
    if (sources)
        out->of[TOKENS] += (double)sources->bytes / 4;
    out->of[TOKENS] *= several_steps(model ? model->text : NULL);
    chat_bound(out, form, most != NULL);
}

const struct operation operation_chat = {.name = "chat",
    .check = check,
    .run = run,
    .measure = measure,
    .about = "The next answer of a conversation.",
    .rules = rules,
    .task = IH_CHAT,
    .types = types};
