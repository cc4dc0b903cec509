/* SPDX-License-Identifier: Apache-2.0 */
#include "review/step.h"

#include "review/words.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *step_kind_name(enum step_kind kind)
{
    static const char *const names[] = {
        "plan", "draft", "check", "review", "revise", "answer", "letter", "done"};
    return names[kind];
}

const char *step_doing(const struct step *s)
{
    static const char *const words[] = {"plans", "drafts", "checks", "reviews", "revises",
        "answers", "writes the letter", "is done"};
    return s->repair ? "is asked again" : words[s->kind];
}

const char *step_status_name(enum ih_status status)
{
    static const char *const names[] = {"ok", "invalid", "bad_data", "not_found", "io", "no_memory",
        "cancelled", "unsupported", "network", "internal"};
    return (size_t)status < sizeof names / sizeof *names ? names[status] : "internal";
}

double step_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static json_t *request_json(const struct ih_chat_options *o)
{
    json_t *messages = json_array();
    for (int i = 0; i < o->messages; i++)
        json_array_append_new(messages,
            json_pack("{ssss}", "role", o->message[i].role, "content", o->message[i].text));
    json_t *request = json_pack("{so sf sI si}", "messages", messages, "temperature",
        (double)o->temperature, "seed", (json_int_t)o->seed, "tokens", o->tokens);
    if (request && o->schema)
        json_object_set_new(request, "schema", json_loads(o->schema, 0, NULL));
    return request;
}

static struct step *add(struct step_log *log, const struct step *what, struct ih_error *e)
{
    if (log->steps == log->room) {
        int room = log->room ? 2 * log->room : 16;
        struct step *more = realloc(log->step, (size_t)room * sizeof *more);
        if (!more) {
            review_fail(e, IH_NO_MEMORY, "not enough memory for a step");
            return NULL;
        }
        log->step = more;
        log->room = room;
    }
    struct step *s = &log->step[log->steps++];
    *s = *what;
    return s;
}

static void tell(const struct review_job *job, const struct step *s, bool ended)
{
    if (job->told)
        job->told(job->arg, s, ended);
}

/* What an author's failure means here: a cancel that nobody asked for is the end of its time. */
static enum ih_status judge(struct step *s, const struct ih_chat_answer *a, enum ih_status status,
    const struct review_job *job, struct ih_error *e)
{
    if (status == IH_CANCELLED && !job->chat.job.cancel)
        status = review_fail(e, IH_NETWORK, "%s took too long", s->author);
    if (!status && !(a->text && a->text[strspn(a->text, " \t\r\n")]))
        status = review_fail(e, IH_BAD_DATA, "%s wrote nothing", s->author);
    /* Rubbish too is kept: it can be shown to whoever wrote it. */
    bool kept =
        !status || (status == IH_BAD_DATA && a->text && a->text[strspn(a->text, " \t\r\n")]);
    if (kept && !(s->answer = word_trim(a->text)))
        status = review_fail(e, IH_NO_MEMORY, "not enough memory for an answer");
    return status;
}

static enum ih_status ask(struct step_log *log, struct step *s, const struct author *author,
    const struct ih_chat_options *options, struct review_job *job, struct ih_error *e)
{
    struct ih_chat_answer a = {0};
    double began = step_now(), whole = job->chat.job.deadline;
    if (job->chat.job.cancel)
        return review_fail(e, IH_CANCELLED, "cancelled");
    if (log->budget > 0 && log->spent >= log->budget)
        return review_fail(e, IH_NO_MEMORY, "the budget of $%.4f is spent", log->budget);
    if (whole > 0 && began >= whole)
        return review_fail(e, IH_NETWORK, "the time for it is over");
    if (log->timeout > 0 && (whole <= 0 || began + log->timeout < whole))
        job->chat.job.deadline = began + log->timeout;
    enum ih_status status = author->write(author->self, options, &job->chat, &a, e);
    job->chat.job.deadline = whole;
    s->seconds = step_now() - began;
    s->prompt_tokens = a.prompt_tokens;
    s->kept_tokens = a.kept_tokens;
    s->tokens = a.tokens;
    s->end = a.end;
    s->cost = author_cost(author, &a);
    s->estimated = a.estimated;
    log->spent += s->cost;
    status = judge(s, &a, status, job, e);
    ih_chat_answer_free(&a);
    return status;
}

enum ih_status step_ask(struct step_log *log, const struct step *what, const struct author *author,
    const struct ih_chat_options *options, struct review_job *job, struct ih_error *e)
{
    struct ih_error why = {0};
    struct step *s = add(log, what, e);
    if (!s)
        return IH_NO_MEMORY;
    s->author = author->name;
    s->request = request_json(options);
    tell(job, s, false);
    s->status = ask(log, s, author, options, job, &why);
    if (s->status)
        s->error = strdup(why.text);
    tell(job, s, true);
    return s->status ? review_fail(e, s->status, "%s", why.text) : IH_OK;
}

enum ih_status step_note(struct step_log *log, const struct step *what, double seconds,
    struct review_job *job, struct ih_error *e)
{
    struct step *s = add(log, what, e);
    if (!s)
        return IH_NO_MEMORY;
    s->seconds = seconds;
    tell(job, s, true);
    return IH_OK;
}

void step_done(struct review_job *job)
{
    const struct step s = {.kind = STEP_DONE};
    tell(job, &s, true);
}

const struct step *step_last(const struct step_log *log)
{
    return log->steps ? &log->step[log->steps - 1] : NULL;
}

void step_log_free(struct step_log *log)
{
    for (int i = 0; i < log->steps; i++) {
        json_decref(log->step[i].request);
        free(log->step[i].answer);
        free(log->step[i].error);
    }
    free(log->step);
    *log = (struct step_log){0};
}

json_t *step_json(const struct step *s, bool whole)
{
    static const char *const ends[] = {"stop", "length", "tool_calls"};
    json_t *out = json_pack("{ss si ss? si si si sf sf ss}", "kind", step_kind_name(s->kind),
        "round", s->round, "author", s->author, "prompt_tokens", s->prompt_tokens, "cached_tokens",
        s->kept_tokens, "tokens", s->tokens, "seconds", s->seconds, "cost", s->cost, "status",
        step_status_name(s->status));
    if (out && s->repair)
        json_object_set_new(out, "repair", json_true());
    if (out && s->estimated)
        json_object_set_new(out, "estimated", json_true());
    if (out && s->error)
        json_object_set_new(out, "error", json_string(s->error));
    if (out && s->answer)
        json_object_set_new(out, "finish_reason", json_string(ends[s->end]));
    if (out && whole && s->request)
        json_object_set(out, "request", s->request);
    if (out && whole && s->answer)
        json_object_set_new(out, "answer", json_string(s->answer));
    return out;
}

json_t *step_totals(const struct step_log *log)
{
    double cost = 0, seconds = 0;
    int read = 0, written = 0;
    for (int i = 0; i < log->steps; i++) {
        cost += log->step[i].cost;
        seconds += log->step[i].seconds;
        read += log->step[i].prompt_tokens;
        written += log->step[i].tokens;
    }
    return json_pack("{si si sf sf}", "prompt_tokens", read, "tokens", written, "cost", cost,
        "seconds", seconds);
}
