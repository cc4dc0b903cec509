/* SPDX-License-Identifier: Apache-2.0 */
#include "server/loop.h"

#include "server/head.h"
#include "server/metrics.h"
#include "server/text.h"
#include "server/websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECE = 16 << 10,        /* bytes that are written at once */
    DISCARD_MOST = 64 << 20, /* of a body that was refused, so that its sender reads why */
    HEAD_MOST = 16 << 10,    /* bytes of a request's head */
    OTHER_FILES = 1024,      /* besides sockets: uploads, models, sounds */
};

/* One request on its connection, which is closed behind the answer. The library (4.1) reads the
 * head of a request that it has already buffered, behind another one, a second time as its body;
 * and where a connection carries one request, no two parties can disagree where the next begins. */
struct connection {
    struct connection *next, **self;
    struct lws *wsi;
    struct exchange *exchange;
    bool head_sent, answered;
    bool at_once;    /* closed even if there is more of the body to come */
    bool keep_whole; /* HTTP/1.0, which knows no streams */
};

struct loop {
    struct lws_context *context;
    struct lws_vhost *vhost;
    struct service *service;
    struct connection *first; /* requests under way */
    struct websockets *websockets;
    int sockets;
    atomic_bool stop_now;
    lws_sorted_usec_list_t tick;
    unsigned char buffer[LWS_PRE + PIECE + 64];
};

static void drop(struct lws *wsi)
{
    struct connection *c = lws_get_opaque_user_data(wsi);
    if (!c)
        return;
    lws_set_opaque_user_data(wsi, NULL);
    *c->self = c->next;
    if (c->next)
        c->next->self = c->self;
    exchange_close(&c->exchange);
    free(c);
}

static void wake(void *loop)
{
    lws_cancel_service(((struct loop *)loop)->context);
}

/* A client that asks before it sends its body waits for this. */
static int go_on(struct loop *l, struct lws *wsi)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    memcpy(l->buffer + LWS_PRE, text, sizeof text - 1);
    return lws_write(wsi, l->buffer + LWS_PRE, sizeof text - 1, LWS_WRITE_HTTP_HEADERS) < 0;
}

static struct connection *new_connection(struct loop *l, struct lws *wsi, struct exchange *x)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->wsi = wsi;
    c->exchange = x;
    c->next = l->first;
    c->self = &l->first;
    if (c->next)
        c->next->self = &c->next;
    l->first = c;
    lws_set_opaque_user_data(wsi, c);
    return c;
}

/* The head of a request is there. */
static int begin(struct loop *l, struct lws *wsi, const char *path)
{
    struct head head;
    struct problem p;
    head_read(&head, wsi, path);
    drop(wsi);
    struct exchange *x = exchange_begin(l->service, &head.request, wake, l);
    struct connection *c = x ? new_connection(l, wsi, x) : NULL;
    if (!c) {
        exchange_close(&x);
        return -1;
    }
    c->keep_whole = strcmp(head.version, "HTTP/1.1") != 0;
    if (c->keep_whole && x->chunked) {
        problem_set(&p, 400, "invalid_header", NULL, "HTTP/1.0 has no bodies in pieces");
        exchange_refuse(x, &p);
    }
    c->at_once = x->refused && (*head.expect || head.request.too_large || x->length < 0 ||
                                   (!x->chunked && x->length > DISCARD_MOST));
    if (!x->refused && *head.expect && go_on(l, wsi))
        return -1;
    if (x->length == 0 && strcmp(head.request.method, "POST") != 0)
        exchange_end(x); /* the library tells the end of bodies, and of a POST without one */
    lws_callback_on_writable(wsi);
    return 0;
}

static int body(struct lws *wsi, const void *data, size_t n)
{
    struct connection *c = lws_get_opaque_user_data(wsi);
    if (!c)
        return -1;
    bool before = c->exchange->refused;
    if (c->exchange->chunked && c->exchange->ended && !c->exchange->refused)
        return -1; /* more than a body: see body_end() */
    bool complete = exchange_body(c->exchange, data, n);
    if (complete)
        exchange_end(c->exchange);
    if (complete || (!before && c->exchange->refused))
        lws_callback_on_writable(wsi);
    return 0;
}

/* Called again when a client sends more than it announced, or its next request before it has the
 * answer to this one: that connection is closed, because the library could not see it break off. */
static int body_end(struct lws *wsi)
{
    struct connection *c = lws_get_opaque_user_data(wsi);
    if (!c || c->exchange->ended || c->answered)
        return -1;
    exchange_end(c->exchange);
    lws_callback_on_writable(wsi);
    return 0;
}

/* 1 when nothing follows it, -1 when the connection is of no use. */
static int send_head(struct loop *l, struct connection *c, const struct answer_state *state)
{
    char *text = (char *)l->buffer + LWS_PRE;
    const struct answer *a = c->exchange->answer;
    bool kept = strstr(answer_headers(a), "cache-control: ") != NULL;
    char framing[160] = ""; /* an answer that has no body tells neither type nor length */
    if (state->stream && !c->keep_whole)
        snprintf(framing, sizeof framing, "content-type: %s\r\ntransfer-encoding: chunked\r\n",
            answer_type(a));
    else if (state->status != 304 && state->status != 204)
        snprintf(framing, sizeof framing, "content-type: %s\r\ncontent-length: %lld\r\n",
            answer_type(a), (long long)state->bytes);
    int n = snprintf(text, PIECE,
        "HTTP/1.1 %d %s\r\n%sx-request-id: %s\r\n%s"
        "x-content-type-options: nosniff\r\nconnection: close\r\n%s\r\n",
        state->status, status_phrase(state->status), framing, answer_id(a),
        kept ? "" : "cache-control: no-store\r\n", answer_headers(a));
    c->head_sent = true;
    c->exchange->told = seconds_now();
    if (lws_write(c->wsi, l->buffer + LWS_PRE, (size_t)n, LWS_WRITE_HTTP_HEADERS) < n)
        return -1;
    return strcmp(c->exchange->method, "HEAD") == 0;
}

/* The next piece of the body; 1 when it was the last, -1 when the connection is of no use. What a
 * stream had to say before it broke is sent, but not its end. */
static int send_piece(struct loop *l, struct connection *c, const struct answer_state *state)
{
    struct exchange *x = c->exchange;
    bool chunked = state->stream && !c->keep_whole;
    unsigned char *text = l->buffer + LWS_PRE;
    char size[24];
    int64_t got = answer_read(x->answer, x->sent, text + 8, PIECE);
    if (got < 0)
        return -1;
    size_t n = (size_t)got;
    x->sent += got;
    bool last = state->finished && x->sent >= state->bytes;
    if (chunked && n) {
        snprintf(size, sizeof size, "%06zx\r\n", n);
        memcpy(text, size, 8);
        memcpy(text + 8 + n, "\r\n", 2);
        n += 10;
    } else {
        memmove(text, text + 8, n);
    }
    if (chunked && last && !state->broken) {
        memcpy(text + n, "0\r\n\r\n", 5);
        n += 5;
    }
    if (n && lws_write(c->wsi, text, n, LWS_WRITE_HTTP) < (int)n)
        return -1;
    return last;
}

/* All is sent. A client that is still sending what is not wanted would not read the answer if the
 * connection were closed under it; what it sends is dropped for a while. */
static int finish(struct connection *c)
{
    c->answered = true;
    return c->at_once || c->exchange->ended ? -1 : 0;
}

/* The socket takes bytes. */
static int writable(struct loop *l, struct lws *wsi)
{
    struct connection *c = lws_get_opaque_user_data(wsi);
    if (!c)
        return 0;
    if (c->answered)
        return finish(c);
    struct exchange *x = c->exchange;
    struct answer_state state = answer_state(x->answer);
    if (state.broken && c->keep_whole)
        return -1;
    bool waiting = state.status == 0 || (c->keep_whole && !state.finished) ||
                   (c->head_sent && !state.finished && x->sent >= state.bytes);
    if (waiting) {
        if (x->ended)
            lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
        return 0;
    }
    lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, l->service->host.settings->idle_seconds);
    int sent = c->head_sent ? send_piece(l, c, &state) : send_head(l, c, &state);
    if (sent < 0)
        return -1;
    /* Asked for again, this is called when the last piece has left the library too. */
    c->answered = sent > 0;
    lws_callback_on_writable(wsi);
    return 0;
}

/* Some worker has something new, or the server is to stop. */
static void look_around(struct loop *l)
{
    for (struct connection *c = l->first; c; c = c->next) {
        if (atomic_load(&l->stop_now))
            lws_set_timeout(c->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
        if (answer_news(c->exchange->answer))
            lws_callback_on_writable(c->wsi);
    }
    websocket_look_around(l->websockets, atomic_load(&l->stop_now));
}

/* What is no WebSocket ("h2c") is not offered. */
static int upgrade(struct loop *l, struct lws *wsi, const char *protocol)
{
    return websocket_upgrade(l->websockets, wsi, protocol, l->buffer + LWS_PRE, PIECE);
}

static int callback(
    struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t n)
{
    struct loop *l = lws_context_user(lws_get_context(wsi));
    (void)user;
    switch (reason) {
    case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
        return atomic_load(&l->service->draining) ||
               l->sockets >= l->service->host.settings->connections;
    case LWS_CALLBACK_WSI_CREATE:
        l->sockets++;
        metrics_gauge(l->service->host.metrics, GAUGE_CONNECTIONS, 1);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        l->sockets--;
        metrics_gauge(l->service->host.metrics, GAUGE_CONNECTIONS, -1);
        drop(wsi);
        websocket_drop(l->websockets, wsi);
        return 0;
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return upgrade(l, wsi, in);
    case LWS_CALLBACK_HTTP:
        return begin(l, wsi, in);
    case LWS_CALLBACK_HTTP_BODY:
        return body(wsi, in, n);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return body_end(wsi);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return writable(l, wsi);
    case LWS_CALLBACK_CLOSED_HTTP:
        drop(wsi);
        return 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        look_around(l);
        return 0;
    case LWS_CALLBACK_ESTABLISHED:
        return websocket_begin(l->websockets, wsi);
    case LWS_CALLBACK_RECEIVE:
        return websocket_receive(l->websockets, wsi, in, n);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return websocket_writable(l->websockets, wsi);
    default:
        return 0;
    }
}

/* A client that names a protocol of WebSocket's gets one that is known by that name. */
static const struct lws_protocols protocols[] = {{.name = "http", .callback = callback},
    {.name = "realtime", .callback = callback}, {.name = NULL}};

/* Once a second: requests that do not become complete. The library watches over single reads. */
static void on_tick(lws_sorted_usec_list_t *tick)
{
    struct loop *l = lws_container_of(tick, struct loop, tick);
    struct problem p;
    double now = seconds_now();
    for (struct connection *c = l->first; c; c = c->next) {
        struct exchange *x = c->exchange;
        if (x->ended || now - x->began < l->service->host.settings->upload_seconds)
            continue;
        if (x->refused) {
            lws_set_timeout(c->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
            continue;
        }
        problem_set(&p, 408, "request_timeout", NULL, "the request was not complete in time");
        exchange_refuse(x, &p);
        c->at_once = true;
        lws_callback_on_writable(c->wsi);
    }
    websocket_tick(l->websockets, now);
    lws_sul_schedule(l->context, 0, &l->tick, on_tick, LWS_US_PER_SEC);
}

/* The library says only that it could not listen; this says why. */
static enum ih_status try_address(const struct settings *s, struct ih_error *e)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)s->port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)s->port)};
    bool is_v4 = inet_pton(AF_INET, s->address, &v4.sin_addr) == 1;
    int on = 1;
    if (!is_v4)
        inet_pton(AF_INET6, s->address, &v6.sin6_addr);
    int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool good = fd >= 0 &&
                bind(fd, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof v4 : sizeof v6) == 0 &&
                listen(fd, 1) == 0;
    enum ih_status status = good ? IH_OK
                                 : explain(e, IH_IO, "cannot listen on %s port %d: %s", s->address,
                                       s->port, strerror(errno));
    if (fd >= 0)
        close(fd);
    return status;
}

/* A descriptor for each connection and some for files, as far as the system allows. */
static void raise_limit(int connections)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)connections + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void fill_info(struct lws_context_creation_info *info, struct loop *l)
{
    const struct settings *s = l->service->host.settings;
    *info = (struct lws_context_creation_info){.port = s->port,
        .iface = s->address,
        .protocols = protocols,
        .user = l,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_VALIDATE_UTF8,
        .timeout_secs = (unsigned)s->idle_seconds,
        .keepalive_timeout = s->idle_seconds,
        .timeout_secs_ah_idle = (unsigned)s->idle_seconds,
        .max_http_header_data2 = HEAD_MOST,
        .pt_serv_buf_size = 64 << 10,
        .alpn = "http/1.1",
        .vhost_name = "inhouse",
        .server_string = "inhouse"};
    if (!strchr(s->address, ':'))
        info->options |= LWS_SERVER_OPTION_DISABLE_IPV6;
    if (*s->certificate) {
        info->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info->ssl_cert_filepath = s->certificate;
        info->ssl_private_key_filepath = s->certificate_key;
    }
}

enum ih_status loop_open(struct loop **out, struct service *service, struct ih_error *e)
{
    struct lws_context_creation_info info;
    *out = NULL;
    enum ih_status status = try_address(service->host.settings, e);
    if (status)
        return status;
    struct loop *l = calloc(1, sizeof *l);
    if (!l)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    l->service = service;
    status = websocket_open(&l->websockets, service, wake, l, e);
    if (status) {
        free(l);
        return status;
    }
    raise_limit(service->host.settings->connections);
    lws_set_log_level(0, NULL);
    fill_info(&info, l);
    l->context = lws_create_context(&info);
    l->vhost = l->context ? lws_create_vhost(l->context, &info) : NULL;
    if (!l->vhost) {
        loop_close(&l);
        return explain(e, IH_IO, "cannot serve on %s port %d%s", service->host.settings->address,
            service->host.settings->port,
            *service->host.settings->certificate ? ": the certificate or its key is of no use"
                                                 : "");
    }
    lws_sul_schedule(l->context, 0, &l->tick, on_tick, LWS_US_PER_SEC);
    *out = l;
    return IH_OK;
}

int loop_port(const struct loop *l)
{
    return lws_get_vhost_listen_port(l->vhost);
}

void loop_run(struct loop *l)
{
    while (!(atomic_load(&l->service->draining) && !l->first && !websocket_any(l->websockets)))
        if (lws_service(l->context, 0) < 0)
            break;
    websocket_close(&l->websockets); /* its threads use what is closed before the loop */
}

void loop_drain(struct loop *l, bool now)
{
    atomic_store(&l->service->draining, true);
    if (now)
        atomic_store(&l->stop_now, true);
    wake(l);
}

void loop_close(struct loop **l)
{
    if (!*l)
        return;
    websocket_close(&(*l)->websockets);
    if ((*l)->context)
        lws_context_destroy((*l)->context);
    free(*l);
    *l = NULL;
}
