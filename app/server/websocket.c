/* SPDX-License-Identifier: Apache-2.0 */
#include "server/websocket.h"

#include "server/head.h"
#include "server/metrics.h"
#include "server/realtime.h"
#include "server/text.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MESSAGE_MOST = 2 << 20, /* bytes of one event: half a minute of sound */
    GRACE_SECONDS = 5,      /* for a client to read why a session has ended */
};

struct websocket {
    struct websocket *next;
    struct lws *wsi;
    struct exchange *exchange; /* for the log and the count of requests */
    char *model;               /* from the address, owned; or null */
    struct realtime *session;  /* null before the handshake is done */
    char *message;             /* as far as it has come */
    size_t bytes, room;
    bool paused;   /* nothing is read */
    double ending; /* when it was told that it ends; 0 */
};

struct websockets {
    struct service *service;
    struct realtime_count *count;
    void (*notify)(void *arg);
    void *arg;
    struct websocket *first;
};

enum ih_status websocket_open(struct websockets **out, struct service *service,
    void (*notify)(void *arg), void *arg, struct ih_error *e)
{
    struct websockets *w = *out = calloc(1, sizeof *w);
    if (!w)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    *w = (struct websockets){.service = service, .notify = notify, .arg = arg};
    enum ih_status status = realtime_count_open(&w->count, service->host.settings->sessions, e);
    if (status) {
        free(w);
        *out = NULL;
    }
    return status;
}

bool websocket_any(const struct websockets *w)
{
    return w->first;
}

static struct websocket *find(struct websockets *w, const struct lws *wsi)
{
    struct websocket *s = w ? w->first : NULL;
    while (s && s->wsi != wsi)
        s = s->next;
    return s;
}

static void free_websocket(struct websocket *s)
{
    if (s->session)
        metrics_gauge(s->exchange->service->host.metrics, GAUGE_SESSIONS, -1);
    realtime_close(&s->session);
    exchange_close(&s->exchange);
    free(s->model);
    free(s->message);
    free(s);
}

void websocket_drop(struct websockets *w, struct lws *wsi)
{
    struct websocket *s = find(w, wsi), **at = s ? &w->first : NULL;
    if (!s)
        return;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    free_websocket(s);
}

void websocket_close(struct websockets **out)
{
    struct websockets *w = *out;
    *out = NULL;
    if (!w)
        return;
    while (w->first) {
        struct websocket *s = w->first;
        w->first = s->next;
        free_websocket(s);
    }
    realtime_count_close(&w->count);
    free(w);
}

/* The answer that the exchange already has, as HTTP. */
static int refuse(struct lws *wsi, struct exchange *x, unsigned char *buffer, size_t room)
{
    char body[2048];
    struct answer_state state = answer_state(x->answer);
    int64_t got = answer_read(x->answer, 0, body, sizeof body);
    int n = snprintf((char *)buffer, room,
        "HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %lld\r\nx-request-id: %s\r\n"
        "%sconnection: close\r\n\r\n%.*s",
        state.status, status_phrase(state.status), answer_type(x->answer),
        (long long)(got > 0 ? got : 0), answer_id(x->answer), answer_headers(x->answer),
        (int)(got > 0 ? got : 0), body);
    if (n > 0 && (size_t)n < room)
        lws_write(wsi, buffer, (size_t)n, LWS_WRITE_HTTP_HEADERS);
    x->sent = state.bytes;
    exchange_close(&x);
    return -1;
}

static int refuse_with(struct lws *wsi, struct exchange *x, const struct problem *p,
    unsigned char *buffer, size_t room)
{
    exchange_refuse(x, p);
    return refuse(wsi, x, buffer, room);
}

/* Pages cannot set headers: they say the key as a protocol, or in the address. */
static void find_key(struct head *h)
{
    static const char front[] = "openai-insecure-api-key.", argument[] = "api-key=";
    const char *at = strstr(h->protocol, front);
    int kept = 0;
    for (int i = 0; h->list[i]; i++)
        if (strncmp(h->list[i], argument, sizeof argument - 1) == 0)
            snprintf(h->key, sizeof h->key, "%s", h->list[i] + sizeof argument - 1);
        else
            h->list[kept++] = h->list[i];
    h->list[kept] = NULL;
    if (at && !*h->key && !*h->authorization)
        snprintf(h->key, sizeof h->key, "%.*s", (int)strcspn(at + sizeof front - 1, ", \t"),
            at + sizeof front - 1);
}

/* What the address says: ?intent=transcription&model=NAME. */
static bool read_arguments(const struct form *f, const char **model, struct problem *p)
{
    *model = NULL;
    for (int i = 0; i < f->fields; i++) {
        const struct field *field = &f->field[i];
        if (strcmp(field->name, "model") == 0 || strcmp(field->name, "deployment") == 0)
            *model = field->text;
        else if (strcmp(field->name, "intent") != 0)
            return problem_set(p, 400, "unknown_parameter", field->name,
                "there is no option '%.40s'", field->name);
        else if (strcmp(field->text, "transcription") != 0)
            return problem_set(
                p, 400, "invalid_value", "intent", "sessions transcribe: intent=transcription");
    }
    return true;
}

static bool check(struct websockets *w, struct exchange *x, const char *protocol,
    const char **model, struct problem *p)
{
    if (x->route->now != realtime_now || strcmp(protocol, "websocket") != 0)
        return problem_set(p, 501, "no_upgrade", NULL, "nothing here speaks another protocol");
    if (!read_arguments(&x->form, model, p))
        return false;
    if (!realtime_count_full(w->count))
        return access_admit(&w->service->host, &x->key, x->answer, p);
    problem_set(p, 503, "too_many_sessions", NULL, "there are as many sessions as may be");
    p->retry_after = 10;
    return false;
}

static bool add(
    struct websockets *w, struct lws *wsi, struct exchange *x, const char *model, struct problem *p)
{
    struct websocket *s = calloc(1, sizeof *s);
    char *copy = model ? text_copy(model, strlen(model)) : NULL;
    if (!s || (model && !copy)) {
        free(s);
        free(copy);
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    }
    *s = (struct websocket){.next = w->first, .wsi = wsi, .exchange = x, .model = copy};
    w->first = s;
    return true;
}

int websocket_upgrade(
    struct websockets *w, struct lws *wsi, const char *protocol, unsigned char *buffer, size_t room)
{
    char path[VALUE_MOST];
    const char *model = NULL;
    struct head head;
    struct problem p;
    if (lws_hdr_copy(wsi, path, sizeof path, WSI_TOKEN_GET_URI) <= 0)
        return -1;
    head_read(&head, wsi, path);
    find_key(&head);
    struct exchange *x = exchange_begin(w->service, &head.request, NULL, NULL);
    if (!x)
        return -1;
    if (x->refused)
        return refuse(wsi, x, buffer, room);
    if (check(w, x, protocol, &model, &p) && add(w, wsi, x, model, &p))
        return 0;
    return refuse_with(wsi, x, &p, buffer, room);
}

/* The handshake is done. */
int websocket_begin(struct websockets *w, struct lws *wsi)
{
    struct websocket *s = find(w, wsi);
    if (!s)
        return -1;
    s->session =
        realtime_open(w->count, &w->service->host, &s->exchange->key, s->model, w->notify, w->arg);
    if (!s->session) {
        lws_close_reason(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, NULL, 0);
        return -1;
    }
    metrics_gauge(w->service->host.metrics, GAUGE_SESSIONS, 1);
    answer_finish(s->exchange->answer, 101, "text/plain");
    lws_callback_on_writable(wsi);
    return 0;
}

static int hang_up(struct lws *wsi, enum lws_close_status status, const char *why)
{
    lws_close_reason(wsi, status, (unsigned char *)why, strlen(why));
    return -1;
}

static bool append(struct websocket *s, const void *data, size_t n)
{
    if (s->bytes + n > s->room) {
        size_t room = 2 * (s->bytes + n);
        char *grown = realloc(s->message, room);
        if (!grown)
            return false;
        s->message = grown;
        s->room = room;
    }
    if (n)
        memcpy(s->message + s->bytes, data, n);
    s->bytes += n;
    return true;
}

/* While there is much to listen to, nothing is read: the client's own buffers fill, not ours. */
static void pause_reading(struct websocket *s)
{
    bool full = realtime_full(s->session);
    if (full == s->paused)
        return;
    s->paused = full;
    lws_rx_flow_control(s->wsi, !full);
}

int websocket_receive(struct websockets *w, struct lws *wsi, const void *data, size_t n)
{
    struct websocket *s = find(w, wsi);
    if (!s || !s->session)
        return -1;
    s->exchange->received += (int64_t)n;
    if (lws_frame_is_binary(wsi))
        return hang_up(wsi, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "events are text");
    if (s->bytes + n + lws_remaining_packet_payload(wsi) > MESSAGE_MOST)
        return hang_up(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "an event is too large");
    if (!append(s, data, n))
        return hang_up(wsi, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, "not enough memory");
    if (lws_remaining_packet_payload(wsi) > 0 || !lws_is_final_fragment(wsi))
        return 0;
    if (!s->ending)
        realtime_read(s->session, s->message ? s->message : "", s->bytes);
    s->bytes = 0;
    pause_reading(s);
    return 0;
}

int websocket_writable(struct websockets *w, struct lws *wsi)
{
    struct websocket *s = find(w, wsi);
    if (!s || !s->session)
        return -1;
    char *text = realtime_next(s->session);
    size_t n = text ? strlen(text) : 0;
    unsigned char *framed = text ? malloc(LWS_PRE + n) : NULL;
    bool good = true;
    if (framed) {
        memcpy(framed + LWS_PRE, text, n);
        good = lws_write(wsi, framed + LWS_PRE, n, LWS_WRITE_TEXT) >= (int)n;
        s->exchange->sent += (int64_t)n;
    }
    good = good && (framed || !text);
    free(framed);
    free(text);
    if (!good)
        return -1;
    if (realtime_ended(s->session))
        return hang_up(wsi, LWS_CLOSE_STATUS_NORMAL, "the session has ended");
    if (text)
        lws_callback_on_writable(wsi);
    return 0;
}

static void end(struct websocket *s, const char *code, const char *sentence)
{
    if (s->ending || !s->session)
        return;
    s->ending = seconds_now();
    realtime_end(s->session, code, sentence);
}

void websocket_look_around(struct websockets *w, bool stop_now)
{
    bool draining = atomic_load(&w->service->draining);
    for (struct websocket *s = w->first; s; s = s->next) {
        if (stop_now)
            lws_set_timeout(s->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
        if (!s->session)
            continue;
        if (draining)
            end(s, "shutting_down", "the server is stopping");
        pause_reading(s);
        lws_callback_on_writable(s->wsi);
    }
}

/* The key may have been taken away since. */
static void check_key(struct websockets *w, struct websocket *s)
{
    struct key k;
    struct problem p;
    struct ih_error e = {0};
    struct store *store = w->service->host.store;
    int64_t id = s->exchange->key.id;
    if (!id || !s->session || s->ending || key_by_id(store, id, &k, &e) != IH_OK ||
        key_is_valid(store, &k))
        return;
    access_refuse_key(&k, &p);
    end(s, p.code, p.text);
}

void websocket_tick(struct websockets *w, double now)
{
    int most = w->service->host.settings->session_seconds;
    for (struct websocket *s = w->first; s; s = s->next) {
        if (now - s->exchange->began > most)
            end(s, "session_expired", "a session may not be longer");
        check_key(w, s);
        if (s->ending && now - s->ending > GRACE_SECONDS)
            lws_set_timeout(s->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    }
}
