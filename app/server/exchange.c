/* SPDX-License-Identifier: Apache-2.0 */
#include "server/exchange.h"

#include "server/deploy.h"
#include "server/hook.h"
#include "server/kept.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/operations.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { UPLOAD_MEMORY = 256 << 10, ANSWER_MOST = 1 << 30 };
/* The HTTP library does not read more of a body whose length it does not know. */
enum { CHUNKED_MEGABYTES = 100 };

void exchange_refuse(struct exchange *x, const struct problem *p)
{
    if (x->refused)
        return;
    x->refused = true;
    x->route = NULL;
    answer_fail(x->answer, p);
}

static const char *shown_key(const struct request_head *h)
{
    static const char bearer[] = "bearer ";
    size_t n = sizeof bearer - 1;
    if (*h->authorization && strncasecmp(h->authorization, bearer, n) == 0)
        return h->authorization + n + strspn(h->authorization + n, " ");
    return h->api_key;
}

/* The server's numbers are for everybody where the settings say so. */
static bool is_open(const struct exchange *x)
{
    const char *metrics = x->service->host.settings->metrics;
    return x->route && (x->route->open || (x->route->watch && strcmp(metrics, "open") == 0));
}

static bool check_key(struct exchange *x, const struct request_head *h, struct problem *p)
{
    return is_open(x) || access_open(&x->service->host, shown_key(h), &x->key, &x->form.asked, p);
}

/* What the address asks for besides being there. */
static bool check_route(struct exchange *x, struct problem *p)
{
    struct asked *asked = &x->form.asked;
    route_item(x->route, x->path, asked->item, sizeof asked->item);
    if (x->route->kept && !x->service->host.store)
        return problem_set(p, 404, "no_data_folder", NULL,
            "this server keeps nothing: it runs without a data folder (server.data)");
    return !x->route->admin || asked->admin || is_open(x) ||
           problem_set(p, 403, "admin_key_needed", NULL, "this is for keys of admins");
}

static bool copy_header(
    char *buf, size_t size, const char *value, const char *name, struct problem *p)
{
    if (!value || (strlen(value) < size && text_is_utf8(value, strlen(value)))) {
        snprintf(buf, size, "%s", value ? value : "");
        return true;
    }
    return problem_set(p, 400, "invalid_header", NULL, "%s is too long or no text", name);
}

/* What a job and a batch have besides: a name of their owner's, and whom to tell of the end. */
static bool copy_promise(struct exchange *x, const struct request_head *h, struct problem *p)
{
    struct asked *asked = &x->form.asked;
    return copy_header(asked->once, sizeof asked->once, h->once, "Idempotency-Key", p) &&
           copy_header(asked->hook, sizeof asked->hook, h->hook, "X-Inhouse-Webhook", p) &&
           (!*asked->hook || hook_check(x->service->host.settings, asked->hook, p));
}

/* Whether it is to be kept as a job (RFC 7240), and how. */
static bool read_preference(struct exchange *x, const struct request_head *h, struct problem *p)
{
    struct asked *asked = &x->form.asked;
    const struct operation *operation = x->route->operation;
    if (operation == &operation_batch_new)
        return copy_promise(x, h, p);
    if (!operation || !operation->measure || !h->prefer || !strstr(h->prefer, "respond-async"))
        return true;
    if (!x->service->host.kept)
        return true; /* a preference that cannot be met is no mistake */
    asked->operation = operation->name;
    return copy_promise(x, h, p);
}

/* How long the body is: one framing only, and no number that two readers could read differently.
 * -1 when that cannot be known. */
static int64_t body_length(const struct request_head *h, bool bare)
{
    int64_t n;
    if (*h->transfer_encoding)
        return !*h->content_length && strcasecmp(h->transfer_encoding, "chunked") == 0 ? INT64_MAX
                                                                                       : -1;
    if (!*h->content_length)
        return bare ? 0 : h->method[0] == 'P' ? -1 : 0; /* POST, PUT, PATCH */
    bool digits = strspn(h->content_length, "0123456789") == strlen(h->content_length);
    return digits && text_integer(h->content_length, &n) ? n : -1;
}

static bool check_length(const struct exchange *x, const struct request_head *h, struct problem *p)
{
    if (x->length >= 0)
        return true;
    if (*h->transfer_encoding && *h->content_length)
        return problem_set(p, 400, "invalid_header", NULL,
            "there are both Content-Length and Transfer-Encoding, which contradict each other");
    if (*h->transfer_encoding)
        return problem_set(p, 501, "unsupported_coding", NULL,
            "of transfer encodings only chunked is understood here");
    if (!*h->content_length)
        return problem_set(p, 411, "length_required", NULL, "Content-Length is missing");
    return problem_set(p, 400, "invalid_header", NULL, "Content-Length is not a number");
}

static bool is_type(const char *content_type, const char *type)
{
    size_t n = strcspn(content_type, "; \t");
    return n == strlen(type) && strncasecmp(content_type, type, n) == 0;
}

static bool one_of(const char *const *types, const char *content_type)
{
    while (*types && !is_type(content_type, *types))
        types++;
    return *types;
}

static bool read_type(struct exchange *x, const struct request_head *h, struct problem *p)
{
    struct ih_error e;
    const struct settings *s = x->service->host.settings;
    int64_t most = (int64_t)s->body_kilobytes << 10;
    if (x->route->bare && x->length == 0)
        return true;
    if (x->route->now || (x->route->operation->quick && *x->method != 'P'))
        return x->length == 0 ||
               problem_set(p, 400, "invalid_body", NULL, "%s takes no body", x->method);
    const struct adapter *adapter = x->route->adapter;
    if (adapter && adapter->types) {
        x->body = BODY_TEXT;
        if (!one_of(adapter->types, h->content_type))
            return problem_set(
                p, 415, "unsupported_media_type", NULL, "the body must be %s", adapter->types[0]);
    } else if (is_type(h->content_type, "application/json")) {
        x->body = BODY_JSON;
    } else {
        x->reader = (struct form_reader){.form = &x->form,
            .folder = x->service->host.folder,
            .memory = UPLOAD_MEMORY,
            .upload_most = (int64_t)s->upload_megabytes << 20,
            .fields_most = (size_t)most};
        if (form_reader_init(&x->reader, h->content_type, &e) != IH_OK)
            return problem_set(p, 415, "unsupported_media_type", NULL,
                "the body must be application/json or multipart/form-data with a boundary");
        x->body = BODY_MULTIPART;
        most += (int64_t)s->upload_megabytes << 20;
    }
    if (x->chunked)
        x->length = most;
    if (x->length > most)
        return problem_set(p, 413, "request_too_large", NULL,
            "the body has %lld bytes; at most %lld are taken", (long long)x->length,
            (long long)most);
    return true;
}

/* Whoever watches over the server is answered however much there is to do. */
static bool check_load(const struct service *s, const struct route *route, struct problem *p)
{
    bool draining = atomic_load(&s->draining);
    if (!draining && (route->open || route->watch || s->requests <= s->host.settings->requests))
        return true;
    problem_set(p, 503, draining ? "shutting_down" : "overloaded", NULL, "%s",
        draining ? "the server is stopping" : "the server has too many requests under way");
    p->retry_after = draining ? 10 : 1;
    return false;
}

/* What has no body has its form behind the '?', everything else in its body. Which version of
 * Azure's API is asked for makes no difference. */
static bool read_arguments(struct exchange *x, const struct request_head *h, struct problem *p)
{
    static const char version[] = "api-version=";
    struct ih_error e;
    for (int i = 0; h->arguments && h->arguments[i]; i++) {
        const char *argument = h->arguments[i];
        if (strncmp(argument, version, sizeof version - 1) == 0)
            continue;
        if (x->body != BODY_NONE) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
            return problem_set(p, 400, "unknown_parameter", name,
                "the address has an argument that means nothing here; fields are in the body");
        }
        if (form_read_argument(&x->form, argument, &e) != IH_OK)
            return problem_from(p, &e);
    }
    return true;
}

static bool read_head(struct exchange *x, const struct request_head *h, struct problem *p)
{
    if (h->cut)
        return problem_set(p, 400, "invalid_url", NULL, "the address has a NUL in it (%%00)");
    if (h->too_large)
        return problem_set(p, 431, "request_header_too_large", NULL,
            "a header or an argument of the address is too long, or there are too many");
    if (!check_key(x, h, p))
        return false;
    if (!x->route)
        return false;
    if (!check_route(x, p) || !check_length(x, h, p) || !read_type(x, h, p) ||
        !check_load(x->service, x->route, p) || !read_arguments(x, h, p) ||
        !read_preference(x, h, p))
        return false;
    const struct adapter *adapter = x->route->adapter;
    if (adapter && adapter->head && !adapter->head(&x->form, h, p))
        return false;
    if (x->route->operation && x->route->operation->measure &&
        !access_admit(&x->service->host, &x->key, x->answer, p))
        return false;
    if ((x->body == BODY_JSON || x->body == BODY_TEXT) &&
        !(x->text = malloc((size_t)x->length + 1)))
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    return true;
}

struct exchange *exchange_begin(
    struct service *s, const struct request_head *h, void (*notify)(void *arg), void *arg)
{
    struct exchange *x = calloc(1, sizeof *x);
    struct answer_options o = {.folder = s->host.folder,
        .limit = ANSWER_MOST,
        .seconds = s->host.settings->job_seconds,
        .known = h->known,
        .notify = notify,
        .arg = arg};
    struct problem p;
    char allow[64];
    if (!x)
        return NULL;
    x->service = s;
    x->began = seconds_now();
    snprintf(x->method, sizeof x->method, "%s", h->method);
    snprintf(x->path, sizeof x->path, "%s", h->path);
    x->route = route_find(h->method, h->path, &o.dialect, allow, &p);
    x->length = body_length(h, x->route && x->route->bare);
    x->chunked = *h->transfer_encoding && x->length >= 0;
    x->form.asked.dialect = o.dialect->name;
    x->answer = answer_new(&o);
    if (!x->answer) {
        free(x);
        return NULL;
    }
    x->found = x->route;
    s->requests++;
    metrics_gauge(s->host.metrics, GAUGE_REQUESTS, 1);
    if (*allow && !x->route)
        answer_header(x->answer, "allow", "%s", allow);
    if (!read_head(x, h, &p)) {
        if (p.status == 401)
            answer_header(x->answer, "www-authenticate", "Bearer");
        exchange_refuse(x, &p);
    }
    return x;
}

/* What a body that cannot be read means; its limits are no lack of memory. */
static void refuse_body(struct exchange *x, const struct ih_error *e)
{
    struct problem p;
    if (e->code == IH_NO_MEMORY)
        problem_set(&p, 413, "request_too_large", NULL, "%s", e->text);
    else if (e->code == IH_INVALID || e->code == IH_BAD_DATA)
        problem_set(&p, 400, "invalid_body", NULL, "%s", e->text);
    else
        problem_from(&p, e);
    exchange_refuse(x, &p);
}

/* What the body carries; more than was announced is dropped, or an error where none was. */
static enum ih_status take_body(void *exchange, const void *data, size_t n, struct ih_error *e)
{
    struct exchange *x = exchange;
    x->received += (int64_t)n;
    if (x->received > x->length)
        return x->chunked ? explain(e, IH_NO_MEMORY, "the body has more than %lld bytes",
                                (long long)x->length)
                          : IH_OK;
    if (x->body == BODY_JSON || x->body == BODY_TEXT)
        memcpy(x->text + x->received - (int64_t)n, data, n);
    else if (x->body == BODY_MULTIPART)
        return multipart_feed(&x->reader.multipart, data, n, e);
    return IH_OK;
}

static enum ih_status drop_body(void *exchange, const void *data, size_t n, struct ih_error *e)
{
    (void)data, (void)e;
    ((struct exchange *)exchange)->received += (int64_t)n;
    return IH_OK;
}

/* Of what is refused the end is still looked for. */
bool exchange_body(struct exchange *x, const void *data, size_t n)
{
    struct ih_error e = {0};
    enum ih_status status = IH_OK;
    bool before = x->refused;
    if (x->ended || n == 0)
        return false;
    if (x->chunked)
        status = chunks_feed(&x->chunks, data, n, before ? drop_body : take_body, x, &e);
    else
        status = (before ? drop_body : take_body)(x, data, n, &e);
    if (status && !before)
        refuse_body(x, &e);
    return x->chunked && chunks_ended(&x->chunks);
}

/* Brings the form into the words that the operation knows, and says whether it can be worked on;
 * for a job, without anybody who waits for it. */
static bool check_form(struct exchange *x, struct problem *p)
{
    const struct operation *operation = x->route->operation;
    const struct adapter *adapter = x->route->adapter;
    const struct form *f = &x->form;
    if (adapter && adapter->body && !adapter->body(&x->form, x->path, p))
        return false;
    if (operation->measure && (!access_allows(&x->key, operation, f, p) ||
                                  !deploy_resolve(&x->service->host, &x->form, p)))
        return false;
    snprintf(x->deployment, sizeof x->deployment, "%s", f->asked.deployment.name);
    return operation->check(&x->service->host, f, p) &&
           (!f->asked.operation || job_has_no_stream(f, p));
}

static void submit(struct exchange *x)
{
    struct problem p;
    struct service *s = x->service;
    const struct operation *operation =
        x->form.asked.operation ? &operation_keep : x->route->operation;
    struct queue *queue = operation->quick ? s->clerks : s->queue;
    struct lease *lease = NULL;
    /* A job that is to be kept counts while it is worked on. */
    if (!check_form(x, &p) ||
        (!x->form.asked.operation &&
            !lease_begin(&lease, s->host.ledger, &x->form.asked.deployment, x->answer, &p))) {
        exchange_refuse(x, &p);
        return;
    }
    struct job *j = job_new(operation, &x->form, x->answer);
    if (j)
        j->lease = lease;
    else
        lease_end(&lease);
    if (j && queue->put(queue, j))
        return;
    problem_set(&p, 503, j ? "queue_full" : "out_of_memory", NULL, "%s",
        j ? "too many requests are waiting; try again later" : "not enough memory");
    p.retry_after = 2;
    exchange_refuse(x, &p);
    job_free(&j);
}

static enum ih_status read_text(struct exchange *x, struct ih_error *e)
{
    size_t n = (size_t)x->received;
    if (!text_is_utf8(x->text, n) || memchr(x->text, 0, n))
        return explain(e, IH_BAD_DATA, "the body is not text in UTF-8");
    return form_add(&x->form, "input", x->text, n, FIELD_TEXT, e);
}

void exchange_end(struct exchange *x)
{
    struct problem p;
    struct ih_error e = {0};
    enum ih_status status = IH_OK;
    x->ended = true;
    if (x->refused)
        return;
    if (x->chunked && !chunks_ended(&x->chunks)) {
        problem_set(&p, 413, "request_too_large", NULL,
            "a body in pieces may have %d MB here; send Content-Length", CHUNKED_MEGABYTES);
        exchange_refuse(x, &p);
        return;
    }
    x->arrived = seconds_now();
    if (x->route->now) {
        if (!x->route->now(&x->service->host, x->path, &x->form, x->answer, &p))
            exchange_refuse(x, &p);
        return;
    }
    if (x->body == BODY_JSON)
        status = form_read_json(&x->form, x->text, (size_t)x->received, &e);
    else if (x->body == BODY_TEXT)
        status = read_text(x, &e);
    else if (x->body == BODY_MULTIPART)
        status = multipart_finish(&x->reader.multipart, &e);
    free(x->text);
    x->text = NULL;
    if (status)
        refuse_body(x, &e);
    else
        submit(x);
}

static void write_log(const struct exchange *x, bool complete)
{
    struct log_line l;
    struct answer_state state = answer_state(x->answer);
    log_begin(&l, settings_log_json(x->service->host.settings), "info");
    log_word(&l, "id", answer_id(x->answer));
    log_word(&l, "method", x->method);
    log_word(&l, "path", x->path); /* what the client wrote, but nothing of what it said */
    log_whole(&l, "status", state.status);
    log_whole(&l, "in", x->received);
    log_whole(&l, "out", x->sent);
    log_seconds(&l, "seconds", seconds_now() - x->began);
    if (!complete)
        log_yes(&l, "gone");
    log_end(&l);
}

static void measure(struct exchange *x, const struct answer_state *state, bool complete)
{
    struct metrics *m = x->service->host.metrics;
    const struct route *r = x->found;
    struct amounts used;
    char model[128];
    double now = seconds_now();
    answer_used(x->answer, &used, model, sizeof model);
    metrics_gauge(m, GAUGE_REQUESTS, -1);
    metrics_request(
        m, r ? r->method : NULL, r ? r->path : NULL, model, x->deployment, state->status);
    if (r && r->operation && x->arrived > 0)
        metrics_stage(m, STAGE_RECEIVE, r->operation->name, x->deployment, x->arrived - x->began);
    if (!complete || x->refused || !r || !r->operation)
        return;
    if (x->told > 0)
        metrics_stage(m, STAGE_SEND, r->operation->name, x->deployment, now - x->told);
    metrics_stage(m, STAGE_ALL, r->operation->name, x->deployment, now - x->began);
}

void exchange_close(struct exchange **x)
{
    struct exchange *gone = *x;
    *x = NULL;
    if (!gone)
        return;
    struct answer_state state = answer_state(gone->answer);
    bool complete = state.finished && !state.broken && gone->sent >= state.bytes;
    if (!state.finished)
        answer_cancel(gone->answer);
    if (gone->service->log)
        write_log(gone, complete);
    measure(gone, &state, complete);
    gone->service->requests--;
    form_free(&gone->form);
    free(gone->text);
    answer_release(&gone->answer);
    free(gone);
}
