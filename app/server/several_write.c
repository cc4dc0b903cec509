/* SPDX-License-Identifier: Apache-2.0 */
/* Several models at work on the answer to one request. */
#include "author/local.h"
#include "review/council.h"
#include "review/record.h"
#include "review/words.h"
#include "server/deploy.h"
#include "server/several.h"

#include <stdlib.h>
#include <string.h>

/* Of a model far away, whose entry does not reach the server. */
enum { CONTEXT_UNKNOWN = 32768 };

/* One of them while it is lent. */
struct chair {
    const struct author *author;
    struct author local;
    struct ih_model *model; /* null: a remote one */
    struct lease *lease;
};

struct table {
    struct chat_work *work;
    const struct host *host;
    struct chair chair[SEVERAL_MOST];
    int chairs, context;
    char *prompt;
    struct ih_source source[CRITIQUE_SOURCES_MOST];
    int sources;
    struct review_job job;
};

/* What the name means is looked up here, since each has a lease of its own. As for a single model,
 * nothing goes to a remote one by way of a deployment. */
static bool seat(struct table *t, const char *name, struct problem *p)
{
    struct chair *c = &t->chair[t->chairs++];
    struct depot *depot = t->host->depot;
    struct deployment d;
    struct ih_chat *place;
    if (!deploy_find(t->host, name, &d, p) ||
        !lease_begin(&c->lease, t->host->ledger, &d, t->work->answer, p))
        return false;
    c->author = *d.name ? NULL : depot_author(depot, name);
    if (c->author) {
        t->context = t->context < CONTEXT_UNKNOWN ? t->context : CONTEXT_UNKNOWN;
        return true;
    }
    if (!depot_take(depot, *d.name ? d.model : name, IH_CHAT, &c->model, p) ||
        !depot_chat(depot, c->model, &place, p))
        return false;
    c->local = local_author(name, place);
    c->author = &c->local;
    int room = ih_chat_context(place);
    t->context = t->context < room ? t->context : room;
    return true;
}

static void clear(struct table *t)
{
    for (int i = 0; i < t->chairs; i++) {
        if (t->chair[i].model)
            depot_give_back(t->host->depot, t->chair[i].model);
        lease_end(&t->chair[i].lease);
    }
    free(t->prompt);
}

static const char *speaker(const char *role)
{
    return strcmp(role, "system") == 0      ? "Instructions"
           : strcmp(role, "assistant") == 0 ? "Assistant"
           : strcmp(role, "tool") == 0      ? "Tool"
                                            : "User";
}

/* A conversation as one request: a single message as it is. */
static char *flatten(const struct ih_chat_options *o)
{
    struct pad pad;
    if (!pad_open(&pad))
        return NULL;
    for (int i = 0; i < o->messages && o->messages > 1; i++)
        fprintf(pad.file, "%s:\n%s\n\n", speaker(o->message[i].role), o->message[i].text);
    if (o->messages > 1)
        fputs("Answer the last message of this conversation, and keep to the instructions where "
              "there are "
              "any.",
            pad.file);
    else
        fputs(o->message[0].text, pad.file);
    return pad_take(&pad);
}

static bool open_table(struct table *t, const struct several *s, struct problem *p)
{
    const json_t *source;
    size_t i;
    t->prompt = flatten(&t->work->request.chat);
    if (!t->prompt)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    if (!t->prompt[strspn(t->prompt, " \t\r\n")])
        return problem_set(p, 400, "invalid_value", "messages", "the last message is empty");
    json_array_foreach(t->work->sources, i, source)
    {
        const json_t *text = json_object_get(source, "text");
        t->source[t->sources++] =
            (struct ih_source){json_string_value(json_object_get(source, "name")),
                json_string_value(text), json_string_length(text)};
    }
    t->context = INT32_MAX;
    for (int k = 0; k < s->count; k++)
        if (!seat(t, s->name[k], p))
            return false;
    return true;
}

/* Steps are told as thoughts: what is done before the answer comes. */
static void told(void *arg, const struct step *s, bool ended)
{
    struct table *t = arg;
    char line[256];
    const char *doing = step_doing(s);
    if (ended ? s->status == IH_OK : !s->author)
        return;
    int n = ended ? snprintf(line, sizeof line, "%.100s failed: %.100s\n", s->author,
                        s->error ? s->error : "")
                  : snprintf(line, sizeof line, "%.100s %s\n", s->author, doing);
    size_t whole = word_fit(line, (size_t)n, sizeof line - 1);
    t->work->shape->piece(t->work, line, whole, true);
}

/* Where a key lies and the like is not the client's business. */
static bool explain_failure(struct problem *p, const struct ih_error *e, const struct author *who)
{
    bool far = who->remote || e->code == IH_NETWORK || e->code == IH_BAD_DATA;
    return chat_problem(p, e, far);
}

/* What was used, whatever became of it, and the whole answer. */
static bool finish(struct table *t, const char *kind, const struct step_log *log, const char *text,
    enum ih_chat_end end, struct problem *p)
{
    struct ih_chat_answer a = {.end = end};
    double used = 0;
    for (int i = 0; i < log->steps; i++) {
        a.prompt_tokens += log->step[i].prompt_tokens;
        a.kept_tokens += log->step[i].kept_tokens;
        a.tokens += log->step[i].tokens;
    }
    used = a.prompt_tokens - a.kept_tokens + a.tokens;
    answer_use(t->work->answer, kind, TOKENS, used);
    if (!text)
        return false;
    a.text = strdup(text);
    if (!a.text)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    t->work->shape->piece(t->work, text, strlen(text), false);
    bool done = t->work->shape->end(t->work, &a, p);
    ih_chat_answer_free(&a);
    return done;
}

static bool run_critique(struct table *t, struct problem *p)
{
    const struct chat_work *w = t->work;
    struct ih_error e = {0};
    struct critique_result r;
    struct critique_setup s = {.drafter = t->chair[0].author,
        .reviewer = t->chair[1].author,
        .prompt = t->prompt,
        .source = t->source,
        .sources = t->sources,
        .rounds = w->rounds,
        .tokens = w->request.chat.tokens,
        .context = t->context,
        .seed = w->request.chat.seed};
    answer_attach(w->answer, &t->job.chat.job);
    enum ih_status status = critique_run(&r, &s, &t->job, &e);
    answer_detach(w->answer);
    if (status)
        explain_failure(p, &e, s.drafter);
    else
        t->work->review = record_json(&s, &r, false);
    bool done = finish(t, "critique", &r.log, status ? NULL : r.final, IH_CHAT_STOP, p);
    critique_free(&r);
    return done;
}

static bool run_council(struct table *t, struct problem *p)
{
    const struct chat_work *w = t->work;
    struct ih_error e = {0};
    struct council_result r;
    struct council_setup s = {.members = t->chairs - 1,
        .judge = t->chair[t->chairs - 1].author,
        .prompt = t->prompt,
        .source = t->source,
        .sources = t->sources,
        .tokens = w->request.chat.tokens,
        .context = t->context,
        .seed = w->request.chat.seed};
    for (int i = 0; i < s.members; i++)
        s.member[i] = t->chair[i].author;
    answer_attach(w->answer, &t->job.chat.job);
    enum ih_status status = council_run(&r, &s, &t->job, &e);
    answer_detach(w->answer);
    char *text = NULL;
    if (status) {
        explain_failure(p, &e, s.member[0]);
    } else {
        text = council_text(&r);
        t->work->review = council_json(&s, &r, false);
        if (!text)
            problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    }
    bool done = finish(t, "council", &r.log, text, IH_CHAT_STOP, p);
    free(text);
    council_free(&r);
    return done;
}

bool several_write(
    struct chat_work *w, const struct several *s, const struct host *host, struct problem *p)
{
    struct table *t = calloc(1, sizeof *t);
    if (!t)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    t->work = w;
    t->host = host;
    t->job.arg = t;
    t->job.told = told;
    w->name = w->model;
    bool done = open_table(t, s, p);
    if (done) {
        chat_begin(w);
        done = s->kind == SEVERAL_CRITIQUE ? run_critique(t, p) : run_council(t, p);
    }
    clear(t);
    free(t);
    return done;
}
