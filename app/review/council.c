/* SPDX-License-Identifier: Apache-2.0 */
#include "review/council.h"

#include "review/fence.h"
#include "review/letter.h"
#include "review/passages.h"
#include "review/talk.h"
#include "review/words.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS = 2048, CONTEXT = 8192, BYTES_A_TOKEN = 3, POLL_MS = 20 };

struct council;

/* One member's thread. The job is its own, so that all can be stopped by one. */
struct seat {
    struct council *council;
    int number;
    struct step_log log;
    struct review_job job;
    struct ih_error error;
    enum ih_status status;
    pthread_t thread;
};

struct council {
    const struct council_setup *setup;
    struct council_result *out;
    struct review_job *job;
    struct passages passages;
    char fence[FENCE_SIZE];
    struct ih_chat_message message[2];
    char *system, *question;
    pthread_mutex_t lock; /* of what is told, and of `over` */
    pthread_cond_t ended;
    int over;
    struct seat seat[COUNCIL_MOST];
};

static enum ih_status no_memory(struct ih_error *e)
{
    return review_fail(e, IH_NO_MEMORY, "not enough memory for a council");
}

static bool ask_members(struct council *c)
{
    struct pad system, question;
    if (!pad_open(&system))
        return false;
    fputs("Write a complete answer in the language of the request, in plain sentences.\n",
        system.file);
    if (c->setup->sources) {
        fputs("Rest it on the sources you are given, and end each sentence with the number of the "
              "source that it "
              "rests on in brackets, such as [1].\n",
            system.file);
        fence_rule(system.file, c->fence);
    }
    c->system = pad_take(&system);
    if (!pad_open(&question))
        return false;
    fence_sources(question.file, c->fence, c->passages.source, c->passages.sources);
    fputs(c->setup->prompt, question.file);
    c->question = pad_take(&question);
    c->message[0] = (struct ih_chat_message){.role = "system", .text = c->system};
    c->message[1] = (struct ih_chat_message){.role = "user", .text = c->question};
    return c->system && c->question;
}

static void told(void *arg, const struct step *s, bool ended)
{
    struct seat *seat = arg;
    struct council *c = seat->council;
    pthread_mutex_lock(&c->lock);
    if (c->job->told)
        c->job->told(c->job->arg, s, ended);
    pthread_mutex_unlock(&c->lock);
}

static void *answer(void *arg)
{
    struct seat *seat = arg;
    struct council *c = seat->council;
    const struct council_setup *s = c->setup;
    struct ih_chat_options o;
    ih_chat_defaults(&o);
    o.message = c->message;
    o.messages = 2;
    o.tokens = s->tokens ? s->tokens : TOKENS;
    o.seed = s->seed + (uint64_t)seat->number;
    seat->status = step_ask(&seat->log, &(struct step){.kind = STEP_ANSWER},
        s->member[seat->number], &o, &seat->job, &seat->error);
    pthread_mutex_lock(&c->lock);
    c->over++;
    pthread_cond_signal(&c->ended);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static void after(struct timespec *t, int milliseconds)
{
    clock_gettime(CLOCK_MONOTONIC, t);
    t->tv_nsec += milliseconds * 1000000L;
    t->tv_sec += t->tv_nsec / 1000000000L;
    t->tv_nsec %= 1000000000L;
}

/* Until the last has ended; a cancel is passed on to all. */
static void wait_for(struct council *c, int started)
{
    struct timespec t;
    pthread_mutex_lock(&c->lock);
    while (c->over < started) {
        for (int i = 0; i < started; i++)
            if (c->job->chat.job.cancel)
                c->seat[i].job.chat.job.cancel = 1;
        after(&t, POLL_MS);
        pthread_cond_timedwait(&c->ended, &c->lock, &t);
    }
    pthread_mutex_unlock(&c->lock);
}

static void hear_all(struct council *c)
{
    const struct council_setup *s = c->setup;
    int started = 0;
    for (int i = 0; i < s->members; i++) {
        struct seat *seat = &c->seat[started];
        *seat = (struct seat){.council = c, .number = i};
        seat->log.budget = s->budget;
        seat->log.timeout = s->timeout;
        seat->job.chat.job.deadline = c->job->chat.job.deadline;
        seat->job.arg = seat;
        seat->job.told = told;
        if (pthread_create(&seat->thread, NULL, answer, seat) == 0)
            started++;
        else
            c->out->answer[i].error = strdup("no thread could be had for it");
    }
    wait_for(c, started);
    for (int i = 0; i < started; i++)
        pthread_join(c->seat[i].thread, NULL);
    c->over = started;
}

/* A member's steps become the council's. */
static enum ih_status take_log(struct council *c, struct step_log *log, struct ih_error *e)
{
    struct step_log *to = &c->out->log;
    struct step *more = realloc(to->step, (size_t)(to->steps + log->steps + 1) * sizeof *more);
    if (!more) {
        step_log_free(log);
        return no_memory(e);
    }
    to->step = more;
    if (log->steps)
        memcpy(more + to->steps, log->step, (size_t)log->steps * sizeof *more);
    to->steps += log->steps;
    to->room = to->steps + 1;
    to->spent += log->spent;
    free(log->step);
    *log = (struct step_log){0};
    return IH_OK;
}

static enum ih_status take_answers(struct council *c, int *heard, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    for (int i = 0; i < c->over; i++) {
        struct seat *seat = &c->seat[i];
        struct council_answer *a = &c->out->answer[seat->number];
        const struct step *s = step_last(&seat->log);
        if (seat->status)
            a->error = strdup(seat->error.text);
        else if (!status && !(a->text = strdup(s->answer)))
            status = no_memory(e);
        if (!status && a->text)
            status = claims_parse(&a->sentence, &a->sentences, a->text, e);
        *heard += a->text != NULL;
        enum ih_status taken = take_log(c, &seat->log, e);
        status = status ? status : taken;
    }
    if (!status && c->job->chat.job.cancel)
        return review_fail(e, IH_CANCELLED, "cancelled");
    if (!status && !*heard)
        return review_fail(e, c->seat[0].status ? c->seat[0].status : IH_NO_MEMORY,
            "nobody answered: %.400s", c->out->answer[0].error ? c->out->answer[0].error : "");
    return status;
}

static char *judge_system(const char *fence)
{
    struct pad pad;
    if (!pad_open(&pad))
        return NULL;
    fputs("Several experts have answered the same request without knowing of each other. Compare "
          "their "
          "answers for a reader who has them all. Their sentences are numbered: A1 is the first "
          "sentence of answer "
          "A. List under \"agreements\" what at least two of them say alike, under \"differences\" "
          "where they "
          "contradict each other or weigh things differently, under \"single\" what matters and "
          "only one of them "
          "says. Each point is one sentence with references to the sentences it is about. Say in "
          "\"summary\" in "
          "one or two sentences what a reader can rely on. Take no side that the answers do not "
          "support.\n",
        pad.file);
    fence_rule(pad.file, fence);
    fputs("Answer with one JSON object, as the schema says, and nothing else:\n"
          "{\"agreements\": [{\"text\": \"...\", \"references\": [\"A1\", \"B2\"]}], "
          "\"differences\": [...], "
          "\"single\": [...], \"summary\": \"...\"}\n",
        pad.file);
    return pad_take(&pad);
}

static char *judge_question(const struct council *c, const char *fence)
{
    struct pad pad;
    if (!pad_open(&pad))
        return NULL;
    fence_text(pad.file, fence, "The request:", c->setup->prompt, strlen(c->setup->prompt));
    for (int i = 0; i < c->out->answers; i++) {
        const struct council_answer *a = &c->out->answer[i];
        if (!a->text)
            continue;
        fprintf(pad.file, "Answer %c:\n", 'A' + i);
        fence_begin(pad.file, fence);
        for (int k = 0; k < a->sentences; k++) {
            fprintf(pad.file, "%c%d. ", 'A' + i, k + 1);
            word_line(pad.file, a->text + a->sentence[k].start, a->sentence[k].bytes);
            fputc('\n', pad.file);
        }
        fence_end(pad.file, fence);
    }
    fputs("Write the letter.\n", pad.file);
    return pad_take(&pad);
}

static enum ih_status ask_judge(
    struct council *c, const struct talk *t, const char *schema, bool repair, struct ih_error *e)
{
    const struct council_setup *s = c->setup;
    struct council_result *out = c->out;
    struct ih_chat_options o;
    int sentences[COUNCIL_MOST], left_out = 0;
    for (int i = 0; i < out->answers; i++)
        sentences[i] = out->answer[i].sentences;
    ih_chat_defaults(&o);
    o.message = t->message;
    o.messages = t->messages;
    o.tokens = s->tokens ? s->tokens : TOKENS;
    o.temperature = 0;
    o.thinking = false;
    o.schema = schema;
    o.seed = s->seed + COUNCIL_MOST + (uint64_t)repair;
    enum ih_status status = step_ask(
        &out->log, &(struct step){.kind = STEP_LETTER, .repair = repair}, s->judge, &o, c->job, e);
    if (!status)
        status = letter_read(&out->letter, step_last(&out->log)->answer, sentences, out->answers,
            repair, &left_out, e);
    if (!status && left_out)
        snprintf(out->reason, sizeof out->reason,
            "%d of the letter's points named sentences that do not exist, or not the answers that "
            "they are about, "
            "and were left out",
            left_out);
    return status;
}

/* A letter that cannot be used gets a second try. */
static enum ih_status hear_judge(
    struct council *c, const char *fence, const char *schema, struct ih_error *e)
{
    struct talk t = {0};
    enum ih_status status;
    if (!schema || !talk_say(&t, "system", judge_system(fence)) ||
        !talk_say(&t, "user", judge_question(c, fence)))
        status = no_memory(e);
    else
        status = ask_judge(c, &t, schema, false, e);
    if (status == IH_BAD_DATA && step_last(&c->out->log)->answer) {
        status = talk_repair(&t, step_last(&c->out->log)->answer, e->text)
                     ? ask_judge(c, &t, schema, true, e)
                     : no_memory(e);
    }
    talk_free(&t);
    return status;
}

static enum ih_status write_letter(struct council *c, struct ih_error *e)
{
    struct council_result *out = c->out;
    struct ih_source all[COUNCIL_MOST + 1];
    char fence[FENCE_SIZE];
    int n = 0;
    all[n++] = (struct ih_source){NULL, c->setup->prompt, strlen(c->setup->prompt)};
    for (int i = 0; i < out->answers; i++)
        if (out->answer[i].text)
            all[n++] = (struct ih_source){NULL, out->answer[i].text, strlen(out->answer[i].text)};
    fence_choose(fence, all, n);
    char *schema = letter_schema(!c->setup->judge->remote);
    enum ih_status status = hear_judge(c, fence, schema, e);
    free(schema);
    if (status && c->job->chat.job.cancel)
        return review_fail(e, IH_CANCELLED, "cancelled");
    if (status)
        snprintf(out->reason, sizeof out->reason, "no letter: %.400s", e->text);
    return IH_OK;
}

static enum ih_status check_setup(const struct council_setup *s, struct ih_error *e)
{
    if (s->members < COUNCIL_LEAST || s->members > COUNCIL_MOST)
        return review_fail(e, IH_INVALID, "a council has %d to %d members, not %d", COUNCIL_LEAST,
            COUNCIL_MOST, s->members);
    for (int i = 0; i < s->members; i++)
        if (!s->member[i])
            return review_fail(e, IH_INVALID, "member %d of the council is nobody", i + 1);
    if (!s->judge)
        return review_fail(e, IH_INVALID, "a council needs a judge");
    if (!s->prompt || !s->prompt[strspn(s->prompt, " \t\r\n")])
        return review_fail(e, IH_INVALID, "the prompt is empty");
    if (s->sources < 0 || s->sources > COUNCIL_SOURCES_MOST)
        return review_fail(
            e, IH_INVALID, "%d sources; at most %d", s->sources, COUNCIL_SOURCES_MOST);
    return IH_OK;
}

static enum ih_status prepare(struct council *c, struct ih_error *e)
{
    const struct council_setup *s = c->setup;
    struct ih_source all[COUNCIL_SOURCES_MOST + 1];
    size_t most = (size_t)(s->context ? s->context : CONTEXT) * BYTES_A_TOKEN / 2;
    enum ih_status status =
        passages_choose(&c->passages, s->source, s->sources, s->prompt, most, e);
    if (status)
        return status;
    memcpy(all, c->passages.source, (size_t)s->sources * sizeof *all);
    all[s->sources] = (struct ih_source){NULL, s->prompt, strlen(s->prompt)};
    fence_choose(c->fence, all, s->sources + 1);
    if (c->passages.note && !(c->out->note = strdup(c->passages.note)))
        return no_memory(e);
    for (int i = 0; i < s->members; i++)
        c->out->answer[i].author = s->member[i]->name;
    c->out->answers = s->members;
    return ask_members(c) ? IH_OK : no_memory(e);
}

static enum ih_status run(struct council *c, struct ih_error *e)
{
    int heard = 0;
    enum ih_status status = check_setup(c->setup, e);
    if (!status)
        status = prepare(c, e);
    if (status)
        return status;
    hear_all(c);
    status = take_answers(c, &heard, e);
    if (status)
        return status;
    c->out->log.budget = c->setup->budget;
    c->out->log.timeout = c->setup->timeout;
    if (heard < 2) {
        snprintf(c->out->reason, sizeof c->out->reason,
            "no letter: only one answered, so there is nothing to compare");
    } else {
        status = write_letter(c, e);
    }
    if (!status)
        step_done(c->job);
    return status;
}

enum ih_status council_run(struct council_result *out, const struct council_setup *setup,
    struct review_job *job, struct ih_error *e)
{
    struct review_job alone = {0};
    struct ih_error unheard = {0};
    struct council *c = calloc(1, sizeof *c);
    pthread_condattr_t attr;
    *out = (struct council_result){0};
    if (!c)
        return no_memory(e);
    c->setup = setup;
    c->out = out;
    c->job = job ? job : &alone;
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&c->ended, &attr);
    pthread_condattr_destroy(&attr);
    enum ih_status status = run(c, e ? e : &unheard);
    pthread_cond_destroy(&c->ended);
    pthread_mutex_destroy(&c->lock);
    passages_free(&c->passages);
    free(c->system);
    free(c->question);
    free(c);
    return status;
}

void council_free(struct council_result *r)
{
    for (int i = 0; i < r->answers; i++) {
        free(r->answer[i].text);
        free(r->answer[i].error);
        free(r->answer[i].sentence);
    }
    json_decref(r->letter);
    step_log_free(&r->log);
    free(r->note);
    *r = (struct council_result){0};
}
