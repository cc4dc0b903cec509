/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a server on this machine over HTTP/1.1, as many clients at once, each with its next request
 * as soon as it has its answer. Prints one line of JSON: how long each request took, from before
 * its connection was made (when it needed a new one) until its answer was there. Plain HTTP, one
 * thread.
 *
 *   bench_serve --port N --target PATH [--file NAME=PATH] [--field NAME=VALUE ...] [--clients N]
 *               [--requests N] [--seconds S] [--patience S] [--keep] [--answer FILE]
 *   bench_serve --port N --idle N    connections that say nothing, until standard input ends
 */
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MOST = 1 << 20, CLIENTS_MOST = 4096, TIMES_FIRST = 1024 };

struct text {
    char *data;
    size_t bytes, room;
};

struct client {
    int fd;          /* -1: none */
    bool busy, used; /* a request is under way; this connection has had an answer */
    size_t sent;
    double began;
    char *answer; /* ANSWER_MOST bytes and a zero */
    size_t bytes;
};

struct bench {
    int port, clients, idle;
    long requests; /* 0: as many as there are seconds for */
    double seconds, patience;
    bool keep;
    const char *target, *answer_file;
    struct text parts, request;

    struct client *client;
    struct pollfd *poll;
    double begin, *times; /* seconds of each request that was answered well */
    long begun, answered, failed, different, connections, room;
    struct text first; /* body of the first answer, which the others are held to */
};

static void fail(const char *what)
{
    fprintf(stderr, "bench_serve: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *memory(void *p)
{
    if (!p)
        fail("memory");
    return p;
}

static void add(struct text *t, const void *data, size_t bytes)
{
    if (t->bytes + bytes >= t->room) {
        t->room = 2 * (t->bytes + bytes) + 256;
        t->data = memory(realloc(t->data, t->room));
    }
    memcpy(t->data + t->bytes, data, bytes);
    t->bytes += bytes;
    t->data[t->bytes] = 0;
}

static void add_text(struct text *t, const char *s)
{
    add(t, s, strlen(s));
}

/* "NAME=VALUE" as a part of a form; a file's value is its path. */
static void add_part(struct text *t, const char *assignment, bool is_file)
{
    const char *value = strchr(assignment, '=');
    char head[512], piece[4096];
    if (!value)
        fail("a field is NAME=VALUE");
    snprintf(head, sizeof head,
        "--BENCH\r\nContent-Disposition: form-data; name=\"%.*s\"%s\r\n\r\n",
        (int)(value - assignment), assignment, is_file ? "; filename=\"sound.wav\"" : "");
    add_text(t, head);
    value++;
    if (is_file) {
        FILE *f = fopen(value, "rb");
        size_t n;
        if (!f)
            fail(value);
        while ((n = fread(piece, 1, sizeof piece, f)) > 0)
            add(t, piece, n);
        fclose(f);
    } else {
        add_text(t, value);
    }
    add_text(t, "\r\n");
}

static void write_request(struct bench *b)
{
    char head[1024];
    const char *connection = b->keep ? "keep-alive" : "close";
    if (b->parts.bytes) {
        add_text(&b->parts, "--BENCH--\r\n");
        snprintf(head, sizeof head,
            "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: %s\r\nContent-Type: "
            "multipart/form-data; boundary=BENCH\r\nContent-Length: %zu\r\n\r\n",
            b->target, connection, b->parts.bytes);
    } else {
        snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: %s\r\n\r\n",
            b->target, connection);
    }
    add_text(&b->request, head);
    if (b->parts.bytes)
        add(&b->request, b->parts.data, b->parts.bytes);
}

/* A socket that is connected or about to be. */
static int connect_to(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail("socket");
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

static void hang_up(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->used = false;
}

/* On the connection that there is, or a new one. */
static void send_from_start(struct bench *b, struct client *c)
{
    c->sent = c->bytes = 0;
    if (c->fd >= 0)
        return;
    c->fd = connect_to(b->port);
    b->connections++;
}

static bool may_begin(const struct bench *b, double now)
{
    return (b->requests == 0 || b->begun < b->requests) &&
           (b->seconds == 0 || now - b->begin < b->seconds);
}

static void begin(struct bench *b, struct client *c)
{
    double now = clock_seconds();
    if (!may_begin(b, now))
        return;
    b->begun++;
    c->busy = true;
    c->began = now;
    send_from_start(b, c);
}

static void end(struct bench *b, struct client *c, bool good)
{
    c->busy = false;
    if (!good) {
        b->failed++;
        hang_up(c);
        return;
    }
    if (b->answered == b->room) {
        b->room = b->room ? 2 * b->room : TIMES_FIRST;
        b->times = memory(realloc(b->times, (size_t)b->room * sizeof *b->times));
    }
    b->times[b->answered++] = clock_seconds() - c->began;
}

/* The value of a header of this answer, or null. */
static const char *header(const char *answer, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = strstr(answer, "\r\n"); line && line[2] != '\r';
         line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':')
            return line + 3 + n + strspn(line + 3 + n, " ");
    return NULL;
}

/* The body's bytes are all there; chunks are told by the last one, whose end no text of ours has.
 */
static bool complete(const struct client *c, const char *body, bool at_end)
{
    const char *length = header(c->answer, "content-length");
    const char *coding = header(c->answer, "transfer-encoding");
    size_t have = (size_t)(c->answer + c->bytes - body);
    if (length)
        return have >= strtoul(length, NULL, 10);
    if (coding && strncasecmp(coding, "chunked", 7) == 0)
        return have >= 5 && memcmp(c->answer + c->bytes - 5, "0\r\n\r\n", 5) == 0;
    return at_end;
}

static void compare(struct bench *b, const struct client *c, const char *body)
{
    size_t bytes = (size_t)(c->answer + c->bytes - body);
    if (b->answered == 0 && !b->first.data)
        add(&b->first, body, bytes);
    else if (bytes != b->first.bytes || memcmp(body, b->first.data, bytes) != 0)
        b->different++;
}

/* Ends the request when its answer is complete; at_end: the server sends no more. */
static void look(struct bench *b, struct client *c, bool at_end)
{
    char *body = strstr(c->answer, "\r\n\r\n");
    body = body ? body + 4 : NULL;
    if (!body || !complete(c, body, at_end)) {
        if (at_end && c->bytes == 0 && c->used) { /* closed between two requests: once more */
            hang_up(c);
            send_from_start(b, c);
        } else if (at_end) {
            end(b, c, false);
        }
        return;
    }
    bool good = strncmp(c->answer, "HTTP/1.1 200", 12) == 0;
    if (good)
        compare(b, c, body);
    else
        fprintf(stderr, "bench_serve: %.200s\n", c->answer);
    const char *connection = header(c->answer, "connection");
    bool closes = at_end || !b->keep || (connection && strncasecmp(connection, "close", 5) == 0);
    end(b, c, good);
    c->used = true;
    if (closes)
        hang_up(c);
}

static void receive(struct bench *b, struct client *c)
{
    ssize_t n = recv(c->fd, c->answer + c->bytes, ANSWER_MOST - c->bytes, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    c->bytes += n > 0 ? (size_t)n : 0;
    c->answer[c->bytes] = 0;
    look(b, c, n <= 0);
}

static void transmit(struct bench *b, struct client *c)
{
    ssize_t n = send(c->fd, b->request.data + c->sent, b->request.bytes - c->sent, MSG_NOSIGNAL);
    if (n >= 0)
        c->sent += (size_t)n;
    else if (errno != EAGAIN && errno != EINTR)
        look(b, c, true);
}

/* False when nothing is under way. */
static bool turn(struct bench *b)
{
    bool any = false;
    for (int i = 0; i < b->clients; i++) {
        struct client *c = &b->client[i];
        if (!c->busy)
            begin(b, c);
        if (c->busy && c->fd < 0)
            end(b, c, false);
        short events = c->sent < b->request.bytes ? POLLIN | POLLOUT : POLLIN;
        b->poll[i] = (struct pollfd){.fd = c->busy ? c->fd : -1, .events = events};
        any |= c->busy;
    }
    if (!any || poll(b->poll, (nfds_t)b->clients, 100) < 0)
        return any && errno == EINTR;
    for (int i = 0; i < b->clients; i++) {
        struct client *c = &b->client[i];
        if (c->busy && (b->poll[i].revents & POLLOUT))
            transmit(b, c);
        if (c->busy && c->fd == b->poll[i].fd && (b->poll[i].revents & ~POLLOUT))
            receive(b, c);
    }
    return true;
}

static void run(struct bench *b)
{
    b->client = memory(calloc((size_t)b->clients, sizeof *b->client));
    b->poll = memory(calloc((size_t)b->clients, sizeof *b->poll));
    for (int i = 0; i < b->clients; i++) {
        b->client[i].fd = -1;
        b->client[i].answer = memory(malloc(ANSWER_MOST + 1));
    }
    b->begin = clock_seconds();
    while (turn(b) && clock_seconds() - b->begin < b->patience)
        continue;
    double seconds = clock_seconds() - b->begin;
    long late = 0;
    for (int i = 0; i < b->clients; i++) {
        late += b->client[i].busy;
        hang_up(&b->client[i]);
        free(b->client[i].answer);
    }
    printf("{\"seconds\":%.6f,\"answered\":%ld,\"failed\":%ld,\"late\":%ld,\"different\":%ld,"
           "\"connections\":%ld,\"times\":[",
        seconds, b->answered, b->failed, late, b->different, b->connections);
    for (long i = 0; i < b->answered; i++)
        printf("%s%.6f", i ? "," : "", b->times[i]);
    printf("]}\n");
}

static void write_answer(const struct bench *b)
{
    FILE *f = b->answer_file ? fopen(b->answer_file, "wb") : NULL;
    if (b->answer_file && !f)
        fail(b->answer_file);
    if (f && b->first.bytes)
        fwrite(b->first.data, 1, b->first.bytes, f);
    if (f)
        fclose(f);
}

/* Says how many there are, waits, and says how many the server has kept. */
static void idle(struct bench *b)
{
    struct pollfd *held = memory(calloc((size_t)b->idle, sizeof *held));
    char nothing[64];
    int open = 0, kept = 0;
    for (int i = 0; i < b->idle; i++) {
        held[i] = (struct pollfd){.fd = connect_to(b->port), .events = POLLOUT};
        if (held[i].fd >= 0 && poll(&held[i], 1, (int)(1000 * b->patience)) == 1)
            open += !(held[i].revents & (POLLERR | POLLHUP));
    }
    printf("%d\n", open);
    fflush(stdout);
    while (read(STDIN_FILENO, nothing, sizeof nothing) > 0)
        continue;
    for (int i = 0; i < b->idle; i++) {
        kept +=
            held[i].fd >= 0 && recv(held[i].fd, nothing, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
        close(held[i].fd);
    }
    printf("%d\n", kept);
    free(held);
}

static void parse(struct bench *b, int argc, char **argv)
{
    *b = (struct bench){.clients = 1, .patience = 60};
    for (int i = 1; i < argc; i++) {
        const char *flag = argv[i], *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(flag, "--keep") == 0) {
            b->keep = true;
            continue;
        }
        i++;
        if (strcmp(flag, "--port") == 0)
            b->port = atoi(value);
        else if (strcmp(flag, "--target") == 0)
            b->target = value;
        else if (strcmp(flag, "--file") == 0 || strcmp(flag, "--field") == 0)
            add_part(&b->parts, value, strcmp(flag, "--file") == 0);
        else if (strcmp(flag, "--clients") == 0)
            b->clients = atoi(value);
        else if (strcmp(flag, "--requests") == 0)
            b->requests = atol(value);
        else if (strcmp(flag, "--seconds") == 0)
            b->seconds = atof(value);
        else if (strcmp(flag, "--patience") == 0)
            b->patience = atof(value);
        else if (strcmp(flag, "--answer") == 0)
            b->answer_file = value;
        else if (strcmp(flag, "--idle") == 0)
            b->idle = atoi(value);
        else
            b->port = 0;
    }
    bool asks = b->target && (b->requests > 0 || b->seconds > 0);
    if (b->port > 0 && (asks || b->idle > 0) && b->clients > 0 && b->clients <= CLIENTS_MOST)
        return;
    fprintf(stderr,
        "usage: bench_serve --port N (--target PATH (--requests N | --seconds S) [--file "
        "NAME=PATH] [--field NAME=VALUE] [--clients N] [--patience S] [--keep] "
        "[--answer FILE] | --idle N)\n");
    exit(2);
}

int main(int argc, char **argv)
{
    struct bench b;
    struct rlimit limit;
    parse(&b, argc, argv);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (b.idle) {
        idle(&b);
    } else {
        write_request(&b);
        run(&b);
        write_answer(&b);
    }
    free(b.parts.data);
    free(b.request.data);
    free(b.first.data);
    free(b.times);
    free(b.client);
    free(b.poll);
    return 0;
}
