/* SPDX-License-Identifier: Apache-2.0 */
#include "author/remote.h"

#include "author/ask.h"
#include "author/breaker.h"
#include "author/budget.h"
#include "author/reply.h"
#include "author/retry.h"
#include "author/sse.h"
#include "author/transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { REFUSAL_MOST = 64 << 10, NAP_NANOSECONDS = 5000000 };
/* Seconds: longest wait between two tries, whoever asks for it. */
static const double wait_most = 30;

struct remote {
    struct author author;
    struct remote_entry entry;
    struct breaker breaker;
    struct budget budget;
};

/* One request with all its tries. */
struct request {
    struct remote *remote;
    const struct remote_entry *r;
    struct ih_chat_job *job; /* or null */
    struct ask ask;
    char *body; /* that is sent */
    struct transfer transfer;
    /* Of this try. */
    struct reply reply;
    struct sse sse;
    struct buffer whole; /* an answer that is no stream, or a refusal */
    bool events;         /* it comes in events */
    bool known;          /* which of both is known */
    double bytes;        /* of the answer so far */
    enum ih_status read; /* what became of reading it */
    struct ih_error error;
    struct spending lost; /* by tries before it */
};

static void on_text(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct request *q = arg;
    q->job->text(q->job->job.arg, text, bytes, reasoning);
}

static enum ih_status on_event(void *arg, const char *data, size_t n)
{
    struct request *q = arg;
    return reply_event(&q->reply, data, n, &q->error);
}

/* By what the endpoint says, whatever was asked for: some stream always, some never. */
static void look(struct request *q)
{
    const char *type = q->transfer.type;
    q->known = true;
    q->events = q->ask.stream;
    if (strcmp(type, "text/event-stream") == 0)
        q->events = true;
    if (strcmp(type, "application/json") == 0 || strcmp(type, "text/html") == 0)
        q->events = false;
}

static bool on_data(void *arg, const char *bytes, size_t n)
{
    struct request *q = arg;
    if (q->transfer.status != 200) {
        buffer_add(&q->whole, bytes, n < REFUSAL_MOST ? n : REFUSAL_MOST);
        return q->whole.size < REFUSAL_MOST && !q->whole.failed;
    }
    if (!q->known)
        look(q);
    q->bytes += (double)n;
    if (q->bytes > q->r->answer_bytes)
        q->read = author_fail(&q->error, IH_BAD_DATA, "the answer is longer than is taken");
    else if (!q->events && !buffer_add(&q->whole, bytes, n))
        q->read = author_fail(&q->error, IH_NO_MEMORY, "not enough memory for the answer");
    else if (q->events) {
        q->error.text[0] = '\0';
        q->read = sse_read(&q->sse, bytes, n, on_event, q);
        if (q->read && !q->error.text[0])
            author_fail(&q->error, q->read, "a line of the answer is longer than is taken");
    }
    /* Behind the end nothing is waited for. */
    return !q->read && !q->reply.complete;
}

static void try_begin(struct request *q)
{
    size_t most = (size_t)q->r->answer_bytes;
    reply_init(&q->reply, &q->ask, most);
    if (q->job && q->job->text) {
        q->reply.text_out = on_text;
        q->reply.arg = q;
    }
    sse_init(&q->sse, most);
    q->whole = (struct buffer){.most = most > REFUSAL_MOST ? most : REFUSAL_MOST};
    q->known = q->events = false;
    q->bytes = 0;
    q->read = IH_OK;
}

static void try_end(struct request *q)
{
    reply_free(&q->reply);
    sse_free(&q->sse);
    buffer_free(&q->whole);
}

/* A key must not come back in what an endpoint says of it. */
static void hide_key(char *text, const char *key)
{
    size_t n = key ? strlen(key) : 0;
    for (char *at = n ? strstr(text, key) : NULL; at; at = strstr(at, key))
        memset(at, '*', n);
}

/* What one try came to. */
struct outcome {
    enum ih_status status;
    bool again;    /* it may be better the next time */
    bool endpoint; /* the endpoint is what failed */
    bool worked;   /* it may have begun to write, which is paid for */
    double wait;   /* seconds that it asked for; -1: it did not */
    struct ih_error error;
};

static void say(struct outcome *out, const struct request *q, enum ih_status status,
    const char *what, const char *detail)
{
    out->status = author_fail(&out->error, status, "%s (%s): %s%s%s", q->r->name, q->r->host, what,
        *detail ? ": " : "", detail);
}

/* A status other than 200. */
static void refused(struct outcome *out, struct request *q)
{
    char what[80], fault[200];
    int code = q->transfer.status;
    bool key = code == 401 || code == 403;
    reply_fault(buffer_string(&q->whole), q->whole.size, fault, sizeof fault);
    hide_key(fault, q->transfer.key);
    out->again = retry_status(code);
    out->endpoint = out->again && code != 429;
    out->wait = retry_after(q->transfer.retry_after, (int64_t)time(NULL));
    if (key)
        snprintf(what, sizeof what, "it refuses %s (%d)",
            q->transfer.key ? "the key" : "to answer without a key", code);
    else if (code == 429)
        snprintf(what, sizeof what, "it is asked too often (429)");
    else if (code >= 300 && code < 400)
        snprintf(what, sizeof what, "it redirects elsewhere (%d), which is not followed", code);
    else if (code == 404)
        snprintf(what, sizeof what, "there is no such model or address (404)");
    else
        snprintf(what, sizeof what, "it answered %d", code);
    /* Words about a key may hold parts of it. */
    bool mine = code == 400 || code == 413 || code == 422;
    say(out, q, mine ? IH_UNSUPPORTED : IH_NETWORK, what, key ? "" : fault);
}

/* What was read of an answer with status 200. */
static void judge(struct outcome *out, struct request *q, enum transfer_end end)
{
    enum ih_status status = q->read;
    bool broke = end == TRANSFER_BROKEN || end == TRANSFER_SILENT || end == TRANSFER_LATE;
    if (!status && !broke && !q->events && strcmp(q->transfer.type, "text/html") == 0)
        status = author_fail(&q->error, IH_BAD_DATA, "it sent a page of HTML");
    else if (!status && !broke && !q->bytes)
        status = author_fail(&q->error, IH_BAD_DATA, "it sent no answer");
    else if (!status && !broke && !q->events)
        status = reply_whole(&q->reply, buffer_string(&q->whole), q->whole.size, &q->error);
    if (!status && broke && !q->reply.complete)
        status = author_fail(&q->error, IH_NETWORK, "the answer broke off: %s", q->transfer.why);
    out->endpoint = status == IH_NETWORK || status == IH_BAD_DATA;
    if (!status)
        status = reply_check(&q->reply, &q->error);
    if (!status)
        return;
    hide_key(q->error.text, q->transfer.key);
    say(out, q, status, q->error.text, "");
    out->again =
        status == IH_NETWORK && (!*q->reply.fault || q->reply.temporary) && end != TRANSFER_LATE;
    out->endpoint = out->endpoint || status == IH_NETWORK;
}

static struct outcome attempt(struct request *q)
{
    struct outcome out = {.wait = -1};
    enum transfer_end end = transfer_run(&q->transfer);
    bool answered = q->transfer.status == 200 && q->transfer.first > 0;
    if (end == TRANSFER_CANCELLED || end == TRANSFER_DEADLINE) {
        out.status = author_fail(&out.error, IH_CANCELLED, "stopped");
    } else if (end == TRANSFER_UNREACHED || end == TRANSFER_UNTRUSTED) {
        say(&out, q, IH_NETWORK, "it cannot be reached", q->transfer.why);
        out.again = end == TRANSFER_UNREACHED;
        out.endpoint = true;
    } else if (!answered && (end == TRANSFER_SILENT || end == TRANSFER_LATE)) {
        say(&out, q, IH_NETWORK, "it does not answer", q->transfer.why);
        out.again = end == TRANSFER_SILENT;
        out.endpoint = true;
    } else if (q->transfer.status != 200) {
        refused(&out, q);
    } else {
        judge(&out, q, end);
    }
    if (q->reply.begun)
        out.again = false;
    out.worked = (q->transfer.status == 0 || q->transfer.status == 200) &&
                 end != TRANSFER_UNREACHED && end != TRANSFER_UNTRUSTED;
    return out;
}

static double random_unit(void)
{
    uint32_t n = 0;
    if (getrandom(&n, sizeof n, 0) != sizeof n)
        return 0.5;
    return (double)n / UINT32_MAX;
}

/* Waits before the next try; false when that makes no sense any more. */
static bool wait_for(const struct request *q, double seconds)
{
    double until = author_now() + seconds;
    if (until >= q->transfer.until || (q->transfer.deadline > 0 && until >= q->transfer.deadline))
        return false;
    for (;;) {
        struct timespec nap = {.tv_nsec = NAP_NANOSECONDS};
        if (q->transfer.cancel && *q->transfer.cancel)
            return false;
        if (author_now() >= until)
            return true;
        nanosleep(&nap, NULL);
    }
}

static bool may_ask(struct request *q, struct outcome *out)
{
    int failures;
    double wait;
    if (breaker_ask(&q->remote->breaker, author_now(), &failures, &wait))
        return true;
    char when[80];
    if (wait > 0)
        snprintf(when, sizeof when, "it is asked again in %.3g seconds", wait);
    else
        snprintf(when, sizeof when, "it is being tried by another request");
    *out = (struct outcome){.wait = -1};
    out->status = author_fail(&out->error, IH_NETWORK,
        "%s (%s): it failed %d times in a row and is left alone; %s", q->r->name, q->r->host,
        failures, when);
    return false;
}

static void tell_breaker(struct request *q, const struct outcome *out)
{
    if (out->endpoint)
        breaker_bad(&q->remote->breaker, author_now());
    else if (out->status == IH_OK)
        breaker_good(&q->remote->breaker);
    else
        breaker_neither(&q->remote->breaker);
}

/* What a try that brought no answer may cost all the same, by the bytes there were. */
static void count_lost(struct request *q, const struct outcome *out)
{
    double prompt = ask_prompt_tokens(q->ask.o) / 4;
    double written = (double)(q->reply.text.size + q->reply.reasoning.size) / 4;
    if (!out->worked)
        return;
    q->lost.tokens += prompt + written;
    q->lost.dollars += (prompt * q->r->read_price + written * q->r->write_price) / 1e6;
}

/* All tries; what the last one read stays for whoever frees it. */
static struct outcome try_all(struct request *q)
{
    struct outcome out = {0}, last = {0};
    for (int n = 1;; n++) {
        try_begin(q);
        if (!may_ask(q, &out))
            return n > 1 ? last : out;
        out = attempt(q);
        tell_breaker(q, &out);
        double wait = retry_wait(n, q->r->backoff, wait_most, random_unit());
        double asked = out.wait < wait_most ? out.wait : wait_most;
        if (!out.status || !out.again || n >= q->r->tries ||
            !wait_for(q, asked > wait ? asked : wait)) {
            if (out.status && q->transfer.cancel && *q->transfer.cancel)
                out.status = author_fail(&out.error, IH_CANCELLED, "stopped");
            return out;
        }
        last = out;
        count_lost(q, &out);
        try_end(q);
    }
}

static enum ih_status finish(struct request *q, const struct outcome *out,
    struct ih_chat_answer *answer, double began, struct ih_error *e)
{
    struct ih_error lost;
    double now = author_now(), first = q->transfer.first;
    enum ih_status status =
        reply_take(&q->reply, answer, ask_prompt_tokens(q->ask.o), out->status ? &lost : e);
    answer->read_seconds = (first > 0 ? first : now) - began;
    answer->write_seconds = first > 0 ? now - first : 0;
    if (out->status && e)
        *e = out->error;
    return out->status ? out->status : status;
}

static enum ih_status ask_it(
    struct request *q, const char *key, struct ih_chat_answer *answer, struct ih_error *e)
{
    double began = author_now();
    int64_t then = (int64_t)time(NULL);
    double prompt = ask_prompt_tokens(q->ask.o);
    struct spending most = {(prompt * q->r->read_price + q->ask.tokens * q->r->write_price) / 1e6,
        prompt + q->ask.tokens};
    enum ih_status status = budget_reserve(&q->remote->budget, then, &most, e);
    if (status)
        return status;
    q->transfer = (struct transfer){.r = q->r,
        .key = key,
        .body = q->body,
        .stream = q->ask.stream,
        .cancel = q->job ? &q->job->job.cancel : NULL,
        .deadline = q->job ? q->job->job.deadline : 0,
        .until = began + q->r->whole,
        .arg = q,
        .data = on_data};
    struct outcome out = try_all(q);
    if (out.status)
        count_lost(q, &out);
    status = finish(q, &out, answer, began, e);
    struct spending spent = q->lost;
    if (!out.status) {
        spent.dollars += author_cost(&q->remote->author, answer);
        spent.tokens += (double)answer->prompt_tokens + answer->tokens;
    }
    budget_settle(&q->remote->budget, then, (int64_t)time(NULL), &most, &spent);
    try_end(q);
    return status;
}

static enum ih_status write(void *self, const struct ih_chat_options *options,
    struct ih_chat_job *job, struct ih_chat_answer *out, struct ih_error *e)
{
    struct remote *remote = self;
    struct request *q = calloc(1, sizeof *q);
    char *key = NULL;
    *out = (struct ih_chat_answer){0};
    if (!q)
        return author_fail(e, IH_NO_MEMORY, "not enough memory");
    q->remote = remote;
    q->r = &remote->entry;
    q->job = job;
    q->ask = (struct ask){.r = q->r, .o = options, .stream = job && job->text, .e = &q->error};
    enum ih_status status = IH_OK;
    if (!(q->body = ask_write(&q->ask)))
        status = author_fail(e, q->error.code, "%s", q->error.text);
    if (!status)
        status = entry_key(q->r, &key, e);
    if (!status)
        status = ask_it(q, key, out, e);
    entry_key_free(&key);
    free(q->body);
    free(q);
    return status;
}

enum ih_status remote_open(
    struct remote **out, struct remote_entry *entry, const char *folder, struct ih_error *e)
{
    struct remote *r = *out = calloc(1, sizeof *r);
    if (!r) {
        entry_free(entry);
        return author_fail(e, IH_NO_MEMORY, "not enough memory");
    }
    r->entry = *entry;
    *entry = (struct remote_entry){0};
    breaker_init(&r->breaker, r->entry.failures, r->entry.rest);
    r->author = (struct author){.name = r->entry.name,
        .remote = true,
        .read_price = r->entry.read_price,
        .write_price = r->entry.write_price,
        .write = write,
        .self = r};
    struct spending run = {r->entry.run_dollars, r->entry.run_tokens};
    struct spending day = {r->entry.day_dollars, r->entry.day_tokens};
    enum ih_status status = budget_init(&r->budget, r->entry.name, &run, &day, folder, e);
    if (status) {
        breaker_free(&r->breaker);
        entry_free(&r->entry);
        free(r);
        *out = NULL;
    }
    return status;
}

void remote_close(struct remote **r)
{
    if (!*r)
        return;
    budget_free(&(*r)->budget);
    breaker_free(&(*r)->breaker);
    entry_free(&(*r)->entry);
    free(*r);
    *r = NULL;
}

const struct author *remote_author(const struct remote *r)
{
    return &r->author;
}

const struct remote_entry *remote_entry_of(const struct remote *r)
{
    return &r->entry;
}
