/* SPDX-License-Identifier: Apache-2.0 */
#include "review/critique.h"

#include "review/passages.h"
#include "review/prompt.h"
#include "review/talk.h"
#include "review/verdict.h"
#include "review/words.h"

#include <stdlib.h>
#include <string.h>

enum { TOKENS = 2048, CONTEXT = 8192, BYTES_A_TOKEN = 3, TOKENS_A_CLAIM = 100 };

struct critique {
    const struct critique_setup *setup;
    const struct author *drafter, *reviewer, *reviser;
    struct critique_result *out;
    struct review_job *job;
    struct passages passages;
    struct prompts prompts;
    char *system; /* what the drafter is told first */
    char *plan;   /* null: there is none */
};

static enum ih_status no_memory(struct ih_error *e)
{
    return review_fail(e, IH_NO_MEMORY, "not enough memory for a review");
}

static enum ih_status ask(struct critique *c, const struct step *what, const struct author *author,
    const struct talk *t, const char *schema, struct ih_error *e)
{
    const struct critique_setup *s = c->setup;
    struct ih_chat_options o;
    ih_chat_defaults(&o);
    o.message = t->message;
    o.messages = t->messages;
    /* A verdict is as long as there are claims. */
    int verdict = schema ? TOKENS_A_CLAIM * c->out->round[c->out->rounds - 1].claims : 0;
    o.tokens = s->tokens ? s->tokens : TOKENS + verdict;
    o.schema = schema;
    o.seed = s->seed + (uint64_t)c->out->log.steps;
    o.thinking = false;
    if (schema)
        o.temperature = 0;
    return step_ask(&c->out->log, what, author, &o, c->job, e);
}

static enum ih_status plan(struct critique *c, struct ih_error *e)
{
    struct talk t = {0};
    enum ih_status status = IH_OK;
    if (c->setup->purpose == CRITIQUE_PICTURE)
        return IH_OK;
    if (!talk_copy(&t, "system", c->system) || !talk_say(&t, "user", prompt_plan(&c->prompts)))
        status = no_memory(e);
    else
        status = ask(c, &(struct step){.kind = STEP_PLAN}, c->drafter, &t, NULL, e);
    if (!status && !(c->plan = strdup(step_last(&c->out->log)->answer)))
        status = no_memory(e);
    talk_free(&t);
    return status;
}

/* A sentence more that the reader should know. */
static bool add_note(struct critique *c, const char *note)
{
    struct pad pad;
    if (!pad_open(&pad))
        return false;
    fprintf(pad.file, "%s%s%s", c->out->note ? c->out->note : "", c->out->note ? "; " : "", note);
    free(c->out->note);
    c->out->note = pad_take(&pad);
    return c->out->note != NULL;
}

static enum ih_status draft(struct critique *c, struct ih_error *e)
{
    struct talk t = {0};
    enum ih_status status;
    bool said = talk_copy(&t, "system", c->system);
    if (c->plan)
        said = said && talk_say(&t, "user", prompt_plan(&c->prompts)) &&
               talk_copy(&t, "assistant", c->plan);
    said = said && talk_say(&t, "user", prompt_draft(&c->prompts, c->plan != NULL));
    status =
        said ? ask(c, &(struct step){.kind = STEP_DRAFT}, c->drafter, &t, NULL, e) : no_memory(e);
    if (!status) {
        c->out->draft = strdup(step_last(&c->out->log)->answer);
        c->out->final = strdup(step_last(&c->out->log)->answer);
        bool whole = step_last(&c->out->log)->end != IH_CHAT_LENGTH ||
                     add_note(c, "the draft broke off: no tokens were left for it");
        status = c->out->draft && c->out->final && whole ? IH_OK : no_memory(e);
    }
    talk_free(&t);
    return status;
}

enum ih_status critique_check(struct ih_evidence *out, const char *text,
    const struct ih_source *source, int sources, enum critique_purpose purpose, struct ih_error *e)
{
    int kept = 0;
    *out = (struct ih_evidence){0};
    if (purpose == CRITIQUE_PICTURE)
        return IH_OK;
    enum ih_status status = ih_evidence_check(out, text, strlen(text), source, sources, e);
    if (status || sources)
        return status;
    for (int i = 0; i < out->findings; i++)
        if (out->finding[i].kind == IH_CITATION)
            out->finding[kept++] = out->finding[i];
    out->findings = kept;
    return IH_OK;
}

int critique_claim_of(const struct critique_round *r, const struct ih_finding *f)
{
    for (int i = 0; i < r->claims; i++)
        if (f->start >= r->claim[i].start && f->start < r->claim[i].start + r->claim[i].bytes)
            return i;
    return -1;
}

bool critique_disproves(const struct critique_round *r, int claim)
{
    for (int i = 0; i < r->findings.findings; i++)
        if (r->findings.finding[i].verdict != IH_FOUND &&
            critique_claim_of(r, &r->findings.finding[i]) == claim)
            return true;
    return false;
}

bool critique_objects(const struct critique_round *r, int claim)
{
    return critique_disproves(r, claim) ||
           (r->verdict && claim >= 0 && !verdict_keeps(r->verdict, claim));
}

static bool objects_at_all(const struct critique_round *r)
{
    for (int i = -1; i < r->claims; i++)
        if (critique_objects(r, i))
            return true;
    return json_array_size(json_object_get(r->verdict, "missing")) > 0;
}

/* What code can say of the text that is final so far, as the next round. */
static enum ih_status check(struct critique *c, struct ih_error *e)
{
    const struct critique_setup *s = c->setup;
    struct critique_round *r = &c->out->round[c->out->rounds];
    double began = step_now();
    r->text = strdup(c->out->final);
    if (!r->text)
        return no_memory(e);
    c->out->rounds++;
    enum ih_status status = claims_parse(&r->claim, &r->claims, r->text, e);
    if (!status)
        status = critique_check(&r->findings, r->text, s->source, s->sources, s->purpose, e);
    if (!status)
        status =
            step_note(&c->out->log, &(struct step){.kind = STEP_CHECK, .round = c->out->rounds},
                step_now() - began, c->job, e);
    return status;
}

/* One try to mend a verdict that cannot be read; the error says what is wrong with it. */
static enum ih_status repair(struct critique *c, struct talk *t, const char *schema,
    struct critique_round *r, struct ih_error *e)
{
    struct step what = {.kind = STEP_REVIEW, .round = c->out->rounds, .repair = true};
    if (!talk_repair(t, step_last(&c->out->log)->answer, e->text))
        return no_memory(e);
    enum ih_status status = ask(c, &what, c->reviewer, t, schema, e);
    return status ? status
                  : verdict_read(&r->verdict, step_last(&c->out->log)->answer, r->claims, e);
}

static enum ih_status review(struct critique *c, struct ih_error *e)
{
    struct critique_round *r = &c->out->round[c->out->rounds - 1];
    struct step what = {.kind = STEP_REVIEW, .round = c->out->rounds};
    struct talk t = {0};
    enum ih_status status;
    prompt_fence(&c->prompts, r->text);
    char *schema = verdict_schema(r->claims, !c->reviewer->remote);
    if (!schema || !talk_say(&t, "system", prompt_reviewer(&c->prompts)) ||
        !talk_say(&t, "user", prompt_review(&c->prompts, r)))
        status = no_memory(e);
    else
        status = ask(c, &what, c->reviewer, &t, schema, e);
    if (!status)
        status = verdict_read(&r->verdict, step_last(&c->out->log)->answer, r->claims, e);
    if (status == IH_BAD_DATA && step_last(&c->out->log)->answer)
        status = repair(c, &t, schema, r, e);
    talk_free(&t);
    free(schema);
    return status;
}

/* A revision that broke off has lost what stood behind, so it is none. */
static enum ih_status revise(struct critique *c, struct ih_error *e)
{
    struct critique_round *r = &c->out->round[c->out->rounds - 1];
    struct step what = {.kind = STEP_REVISE, .round = c->out->rounds};
    struct talk t = {0};
    enum ih_status status;
    prompt_fence(&c->prompts, r->text);
    if (!talk_say(&t, "system", prompt_writer(&c->prompts)) ||
        !talk_say(&t, "user", prompt_revise(&c->prompts, r)))
        status = no_memory(e);
    else
        status = ask(c, &what, c->reviser, &t, NULL, e);
    talk_free(&t);
    if (status)
        return status;
    const struct step *s = step_last(&c->out->log);
    if (s->end != IH_CHAT_STOP)
        return review_fail(e, IH_BAD_DATA, "the revision of %s broke off", s->author);
    char *text = strdup(s->answer);
    if (!text)
        return no_memory(e);
    free(c->out->final);
    c->out->final = text;
    return IH_OK;
}

/* Only these end a run that has a draft; whatever else fails is told in the result. */
static bool ends_run(const struct critique *c, enum ih_status status)
{
    return c->job->chat.job.cancel || status == IH_INTERNAL;
}

static enum ih_status tell_reason(
    struct critique *c, enum ih_status status, const char *what, struct ih_error *e)
{
    if (status && ends_run(c, status))
        return c->job->chat.job.cancel ? review_fail(e, IH_CANCELLED, "cancelled") : status;
    if (status)
        snprintf(c->out->reason, sizeof c->out->reason, "%s: %.400s", what, e->text);
    return IH_OK;
}

/* One round; *more is whether another one would have something to look at. */
static enum ih_status round_once(struct critique *c, bool *more, struct ih_error *e)
{
    struct critique_result *out = c->out;
    bool first = out->rounds == 0;
    *more = false;
    enum ih_status status = check(c, e);
    if (status)
        return status;
    status = review(c, e);
    if (status)
        return tell_reason(c, status, first ? "not reviewed" : "the revision was not judged", e);
    out->reviewed = true;
    if (!objects_at_all(&out->round[out->rounds - 1])) {
        out->agreed = true;
        return IH_OK;
    }
    status = revise(c, e);
    *more = status == IH_OK;
    return tell_reason(c, status, "not revised", e);
}

static enum ih_status finish(struct critique *c, struct ih_error *e)
{
    struct critique_result *out = c->out;
    const struct critique_setup *s = c->setup;
    double began = step_now();
    enum ih_status status =
        critique_check(&out->findings, out->final, s->source, s->sources, s->purpose, e);
    if (!status)
        status = diff_words(&out->diff, out->draft, out->final, e);
    if (!status)
        status =
            step_note(&out->log, &(struct step){.kind = STEP_CHECK}, step_now() - began, c->job, e);
    if (!status)
        step_done(c->job);
    return status;
}

static enum ih_status check_setup(const struct critique_setup *s, struct ih_error *e)
{
    if (!s->drafter || !s->reviewer)
        return review_fail(e, IH_INVALID, "a review needs who drafts and who reviews");
    if (!s->prompt || !s->prompt[strspn(s->prompt, " \t\r\n")])
        return review_fail(e, IH_INVALID, "the prompt is empty");
    if (s->rounds < 0 || s->rounds > CRITIQUE_ROUNDS_MOST)
        return review_fail(e, IH_INVALID, "%d rounds; 1 to %d", s->rounds, CRITIQUE_ROUNDS_MOST);
    if (s->sources < 0 || s->sources > CRITIQUE_SOURCES_MOST)
        return review_fail(
            e, IH_INVALID, "%d sources; at most %d", s->sources, CRITIQUE_SOURCES_MOST);
    return IH_OK;
}

/* Half of the room is for sources; the rest for the request, what is written and what is said of
 * it. */
static enum ih_status prepare(struct critique *c, struct ih_error *e)
{
    const struct critique_setup *s = c->setup;
    size_t most = (size_t)(s->context ? s->context : CONTEXT) * BYTES_A_TOKEN / 2;
    c->drafter = s->swap ? s->reviewer : s->drafter;
    c->reviewer = s->swap ? s->drafter : s->reviewer;
    c->reviser = s->reviewer_revises ? c->reviewer : c->drafter;
    enum ih_status status =
        passages_choose(&c->passages, s->source, s->sources, s->prompt, most, e);
    if (status)
        return status;
    if (c->passages.note && !add_note(c, c->passages.note))
        return no_memory(e);
    c->prompts = (struct prompts){s, c->passages.source, c->passages.sources, ""};
    prompt_fence(&c->prompts, "");
    c->system = prompt_writer(&c->prompts);
    return c->system ? IH_OK : no_memory(e);
}

enum ih_status critique_run(struct critique_result *out, const struct critique_setup *setup,
    struct review_job *job, struct ih_error *e)
{
    struct review_job alone = {0};
    struct ih_error unheard = {0};
    struct critique c = {.setup = setup, .out = out, .job = job ? job : &alone};
    bool more = true;
    e = e ? e : &unheard;
    *out = (struct critique_result){0};
    out->log.budget = setup->budget;
    out->log.timeout = setup->timeout;
    enum ih_status status = check_setup(setup, e);
    if (!status)
        status = prepare(&c, e);
    if (!status)
        status = plan(&c, e);
    if (!status)
        status = draft(&c, e);
    int rounds = setup->rounds ? setup->rounds : 1;
    for (int i = 0; i < rounds && more && !status; i++)
        status = round_once(&c, &more, e);
    if (!status)
        status = finish(&c, e);
    if (status) {
        free(out->draft), free(out->final);
        out->draft = out->final = NULL;
    }
    passages_free(&c.passages);
    free(c.system);
    free(c.plan);
    return status;
}

void critique_free(struct critique_result *r)
{
    for (int i = 0; i < r->rounds; i++) {
        free(r->round[i].text);
        free(r->round[i].claim);
        ih_evidence_free(&r->round[i].findings);
        json_decref(r->round[i].verdict);
    }
    ih_evidence_free(&r->findings);
    diff_free(&r->diff);
    step_log_free(&r->log);
    free(r->draft);
    free(r->final);
    free(r->note);
    *r = (struct critique_result){0};
}
