/* SPDX-License-Identifier: Apache-2.0 */
/* A hub that misbehaves on purpose, for the tests of `inhouse models pull`.
 *
 *   hub_server FOLDER LOG
 *
 * Serves files of tests/data (FOLDER) as every repository test/KIND, on 127.0.0.1 at a free port,
 * which it prints. Each request becomes a line of LOG. KIND says what goes wrong:
 *
 *   good      nothing                            gated     401 without "Bearer secret"
 *   cut       half of the weights, three times   missing   404
 *   always    the first 1000 bytes, each time    busy      429 with Retry-After, twice
 *   wrong     one byte of the weights differs    down      503
 *   once      the same, but only the first time  redirect  weights by way of another host name
 *   long      announces too many bytes           loop      redirects to itself
 *   slow      weights that never come            changed   like cut, then another version
 *   list      a list that is not JSON            climb     a list with ../ and / in names
 *   norange   like cut, and ranges are ignored   nul       a list with a NUL in a name
 *   clash     a file voices beside voices/     plain     redirect, and a list without hashes or
 * lengths lie       like plain, and one byte of the weights differs together  each file waits until
 * three are asked for at the same time; 503 after five seconds
 *
 * Three kinds have files of their own and nothing goes wrong: kokoro, flux and qwen, laid out as
 * those models are on the hub.
 *
 * It also is a proxy for any host, which it takes for itself. It ends by itself after two minutes.
 */
#include "hub/sha.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { LIFETIME = 120, TOGETHER = 3 };

#define WHISPER "whisper-tiny-multi80/"

/* What the hub offers under which name; a kind without files of its own offers those of "". */
static const struct offer {
    const char *kind, *name, *path;
} offers[] = {
    {"", "config.json", WHISPER "config.json"},
    {"", "generation_config.json", WHISPER "generation_config.json"},
    {"", "preprocessor_config.json", WHISPER "preprocessor_config.json"},
    {"", "tokenizer.json", WHISPER "tokenizer.json"},
    {"", "model.safetensors", WHISPER "model.safetensors"},
    {"kokoro", "config.json", "kokoro-tiny/config.json"},
    {"kokoro", "kokoro-tiny.pth", "kokoro-tiny/kokoro-tiny.pth"},
    {"kokoro", "voices/af_tiny.pt", "kokoro-tiny/voices/af_tiny.pt"},
    {"kokoro", "voices/zm_tiny.pt", "kokoro-tiny/voices/zm_tiny.pt"},
    {"kokoro", "samples/HEARME.wav", "kokoro-tiny/config.json"},
    {"qwen", "config.json", "qwen3-tiny/config.json"},
    {"qwen", "generation_config.json", "qwen3-tiny/generation_config.json"},
    {"qwen", "tokenizer.json", "qwen3-tiny/tokenizer.json"},
    {"qwen", "tokenizer_config.json", "qwen3-tiny/tokenizer_config.json"},
    {"qwen", "model.safetensors", "qwen3-tiny/model.safetensors"},
    {"clash", "config.json", "kokoro-tiny/config.json"},
    {"clash", "voices/af_tiny.pt", "kokoro-tiny/voices/af_tiny.pt"},
    {"clash", "voices.pth", "kokoro-tiny/kokoro-tiny.pth"},
    {"clash", "voices", "kokoro-tiny/kokoro-tiny.pth"},
    {"flux", "model_index.json", WHISPER "config.json"},
    {"flux", "flux-2-klein-4b.safetensors", WHISPER "model.safetensors"},
    {"flux", "transformer/config.json", WHISPER "config.json"},
    {"flux", "transformer/diffusion_pytorch_model.safetensors", WHISPER "model.safetensors"},
    {"flux", "text_encoder/config.json", WHISPER "config.json"},
    {"flux", "text_encoder/model.safetensors", WHISPER "model.safetensors"},
    {"flux", "tokenizer/tokenizer.json", WHISPER "tokenizer.json"},
    {"flux", "vae/config.json", WHISPER "config.json"},
    {"flux", "vae/diffusion_pytorch_model.safetensors", WHISPER "model.safetensors"},
    {"flux", "scheduler/scheduler_config.json", WHISPER "generation_config.json"},
    {"flux", "assets/teaser.png", WHISPER "config.json"},
};
enum { FILES = sizeof offers / sizeof *offers, WEIGHTS = 4 };

struct content {
    char *data;
    size_t size;
    char sha256[SHA256_HEX + 1], sha1[SHA1_HEX + 1];
};

struct server {
    struct content file[FILES];
    FILE *log;
    int port;
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t gathered;
    int waiting, released; /* of kind together */
    int served[FILES];     /* answers with this file's content so far, of the present kind */
    int answers;
    char kind[32];
};

struct request {
    char path[512], host[128], token[128], if_range[128];
    long from; /* -1: no range */
};

static void read_content(struct content *c, const char *folder, const char *name)
{
    char path[1024], head[32];
    struct sha s;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(1);
    }
    fseek(f, 0, SEEK_END);
    c->size = (size_t)ftell(f);
    rewind(f);
    c->data = malloc(c->size + 1);
    if (!c->data || fread(c->data, 1, c->size, f) != c->size)
        exit(1);
    fclose(f);
    if (!sha256_init(&s))
        exit(1);
    sha_update(&s, c->data, c->size);
    sha_hex(&s, c->sha256);
    sha_free(&s);
    if (!sha1_init(&s))
        exit(1);
    sha_update(&s, head, (size_t)snprintf(head, sizeof head, "blob %zu", c->size) + 1);
    sha_update(&s, c->data, c->size);
    sha_hex(&s, c->sha1);
    sha_free(&s);
}

static bool is_offered(int i, const char *kind)
{
    bool own = false;
    for (int j = 0; j < FILES; j++)
        own = own || strcmp(offers[j].kind, kind) == 0;
    return strcmp(offers[i].kind, own ? kind : "") == 0;
}

static void send_all(int fd, const void *data, size_t n)
{
    const char *p = data;
    while (n) {
        ssize_t done = send(fd, p, n, MSG_NOSIGNAL);
        if (done <= 0)
            return;
        p += done;
        n -= (size_t)done;
    }
}

static void say(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(int fd, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    send_all(fd, text, (size_t)n);
}

static void answer(int fd, const char *status, const char *headers, const char *body)
{
    say(fd, "HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s", status, headers,
        strlen(body), body);
}

static bool read_request(int fd, struct request *r)
{
    char text[8192] = "";
    size_t n = 0;
    while (n < sizeof text - 1 && !strstr(text, "\r\n\r\n")) {
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        text[n] = 0;
    }
    *r = (struct request){.from = -1};
    if (sscanf(text, "GET http://%*[^/ ]%511s", r->path) != 1)
        sscanf(text, "GET %511s", r->path);
    for (char *line = strstr(text, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        sscanf(line, "\r\nHost: %127[^\r]", r->host);
        sscanf(line, "\r\nAuthorization: %127[^\r]", r->token);
        sscanf(line, "\r\nIf-Range: %127[^\r]", r->if_range);
        sscanf(line, "\r\nRange: bytes=%ld-", &r->from);
    }
    return true;
}

/* Kinds whose list says nothing of the files, so that only the answers do. */
static bool is_silent(const char *kind)
{
    return strcmp(kind, "plain") == 0 || strcmp(kind, "lie") == 0;
}

static void send_listing(struct server *s, int fd, const char *kind)
{
    char body[8192];
    bool first = true;
    int n = snprintf(
        body, sizeof body, "{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[");
    if (strcmp(kind, "list") == 0)
        n = snprintf(body, sizeof body, "<html>");
    if (strcmp(kind, "climb") == 0)
        n += snprintf(body + n, sizeof body - (size_t)n,
            "{\"rfilename\":\"../evil.safetensors\"},{\"rfilename\":\"/tmp/evil.safetensors\"},"
            "{\"rfilename\":\".ssh.safetensors\"},{\"rfilename\":\"a\\\\b.safetensors\"},"
            "{\"rfilename\":\"../evil/x.safetensors\"},{\"rfilename\":\"vae/../evil.safetensors\"},"
            "{\"rfilename\":\"evil/a/b.safetensors\"},{\"rfilename\":\"evil//b.safetensors\"},");
    if (strcmp(kind, "nul") == 0)
        n += snprintf(
            body + n, sizeof body - (size_t)n, "{\"rfilename\":\"evil.safetensors\\u0000.txt\"},");
    for (int i = 0; i < FILES; i++) {
        const struct content *c = &s->file[i];
        if (!is_offered(i, kind))
            continue;
        n += snprintf(body + n, sizeof body - (size_t)n, "%s{\"rfilename\":\"%s\"",
            first ? "" : ",", offers[i].name);
        first = false;
        if (!is_silent(kind))
            n += snprintf(body + n, sizeof body - (size_t)n, ",\"size\":%zu,\"blobId\":\"%s\"",
                c->size, c->sha1);
        if (i == WEIGHTS && !is_silent(kind))
            n += snprintf(body + n, sizeof body - (size_t)n,
                ",\"lfs\":{\"sha256\":\"%s\",\"size\":%zu}", c->sha256, c->size);
        n += snprintf(body + n, sizeof body - (size_t)n, "}");
    }
    snprintf(body + n, sizeof body - (size_t)n,
        strcmp(kind, "kokoro") == 0 || strcmp(kind, "clash") == 0
            ? ",{\"rfilename\":\"VOICES.md\"},{\"rfilename\":\"samples/a.wav\"}]}"
            : ",{\"rfilename\":\"pytorch_model.bin\"},{\"rfilename\":\"model.fp32.safetensors\"}]"
              "}");
    answer(fd, "200 OK", "Content-Type: application/json\r\n", body);
}

/* Whether TOGETHER requests came to be here at the same time; those that come later pass. */
static bool gather(struct server *s)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5;
    pthread_mutex_lock(&s->lock);
    if (++s->waiting >= TOGETHER)
        s->released = 1;
    pthread_cond_broadcast(&s->gathered);
    while (!s->released && pthread_cond_timedwait(&s->gathered, &s->lock, &until) == 0)
        ;
    s->waiting--;
    bool together = s->released;
    pthread_mutex_unlock(&s->lock);
    return together;
}

/* "/test/KIND/resolve/COMMIT/NAME", where NAME may have a slash, or "/elsewhere/KIND/NAME". */
static const char *name_in(const char *path)
{
    const char *resolve = strstr(path, "/resolve/");
    const char *slash = resolve ? strchr(resolve + 9, '/') : strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What the counters say of a request, counted in. */
struct turn {
    int answer;     /* how many requests of this kind came before */
    int file, time; /* the file that is asked for, -1 for none, and how often it was before */
};

static void send_file(
    const struct server *s, int fd, const char *kind, const struct turn *t, const struct request *r)
{
    const struct content *c = &s->file[t->file];
    bool weights = t->file == WEIGHTS, is_cut = strcmp(kind, "cut") == 0;
    bool changed = strcmp(kind, "changed") == 0, norange = strcmp(kind, "norange") == 0;
    int time = t->time;
    char etag[80];
    snprintf(etag, sizeof etag, "\"%s%s\"", weights ? c->sha256 : c->sha1,
        changed && weights && time == 0 ? "-old" : "");
    size_t from = 0, announced = c->size;
    if (r->from > 0 && (size_t)r->from < c->size && !norange &&
        (!r->if_range[0] || strcmp(r->if_range, etag) == 0))
        from = (size_t)r->from;
    size_t end = c->size;
    if (weights && ((is_cut && time < 3) || ((changed || norange) && time == 0)))
        end = from + (c->size - from) / 2;
    if (weights && strcmp(kind, "always") == 0)
        end = from + (from == 0 ? 1000 : 0);
    if (weights && strcmp(kind, "long") == 0)
        announced += 7;
    if (from > 0)
        say(fd, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %zu-%zu/%zu\r\n", from,
            c->size - 1, c->size);
    else
        say(fd, "HTTP/1.1 200 OK\r\n");
    say(fd, "ETag: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", etag, announced - from);
    if (weights && strcmp(kind, "slow") == 0) {
        send_all(fd, c->data, 10);
        sleep(4);
        return;
    }
    bool spoil = weights && (strcmp(kind, "wrong") == 0 || strcmp(kind, "lie") == 0 ||
                                (strcmp(kind, "once") == 0 && time == 0));
    char last = (char)(c->data[c->size - 1] ^ (char)spoil);
    if (end < c->size) {
        send_all(fd, c->data + from, end - from);
        return;
    }
    send_all(fd, c->data + from, c->size - 1 - from);
    send_all(fd, &last, 1);
}

static struct turn count_in(struct server *s, const char *kind, const char *name)
{
    struct turn t = {.file = -1};
    pthread_mutex_lock(&s->lock);
    if (strcmp(kind, s->kind) != 0) {
        memset(s->served, 0, sizeof s->served);
        s->answers = s->released = 0;
        snprintf(s->kind, sizeof s->kind, "%s", kind);
    }
    t.answer = s->answers++;
    for (int i = 0; i < FILES && t.file < 0; i++)
        if (is_offered(i, kind) && strcmp(name, offers[i].name) == 0)
            t.file = i;
    if (t.file >= 0)
        t.time = s->served[t.file]++;
    pthread_mutex_unlock(&s->lock);
    return t;
}

static void serve(struct server *s, int fd, const struct request *r)
{
    char kind[32] = "", header[1024];
    const char *name = name_in(r->path);
    bool list = sscanf(r->path, "/api/models/test/%31[a-z]/", kind) == 1;
    if (!list && sscanf(r->path, "/test/%31[a-z]/", kind) != 1)
        sscanf(r->path, "/elsewhere/%31[a-z]/", kind);
    struct turn turn = count_in(s, kind, name);
    if (strcmp(kind, "missing") == 0)
        answer(fd, "404 Not Found", "", "Repository not found");
    else if (strcmp(kind, "gated") == 0 && strcmp(r->token, "Bearer secret") != 0)
        answer(fd, "401 Unauthorized", "", "");
    else if (strcmp(kind, "busy") == 0 && turn.answer < 2)
        answer(fd, "429 Too Many Requests", "Retry-After: 1\r\n", "");
    else if (strcmp(kind, "down") == 0)
        answer(fd, "503 Service Unavailable", "", "");
    else if (strcmp(kind, "loop") == 0 && !list)
        answer(fd, "302 Found", "Location: #\r\n", "");
    else if (list)
        send_listing(s, fd, kind);
    else if ((strcmp(kind, "redirect") == 0 || is_silent(kind)) &&
             strncmp(r->path, "/test/", 6) == 0 && strcmp(name, offers[WEIGHTS].name) == 0) {
        snprintf(header, sizeof header,
            "Location: http://localhost:%d/elsewhere/%s/%s\r\nX-Linked-Etag: \"%s\"\r\n"
            "X-Linked-Size: %zu\r\n",
            s->port, kind, name, s->file[WEIGHTS].sha256, s->file[WEIGHTS].size);
        answer(fd, "302 Found", header, "");
    } else if (strcmp(kind, "together") == 0 && !gather(s)) {
        answer(fd, "503 Service Unavailable", "", "");
    } else if (turn.file >= 0) {
        send_file(s, fd, kind, &turn, r);
    } else {
        answer(fd, "404 Not Found", "", "Entry not found");
    }
}

struct connection {
    struct server *server;
    int fd;
};

static void *talk(void *arg)
{
    struct connection c = *(struct connection *)arg;
    struct request r;
    free(arg);
    if (read_request(c.fd, &r) && strchr(r.path, '/')) {
        pthread_mutex_lock(&c.server->lock);
        fprintf(c.server->log, "%s host=%s from=%ld token=%s\n", r.path, r.host, r.from,
            r.token[0] ? r.token : "-");
        fflush(c.server->log);
        pthread_mutex_unlock(&c.server->lock);
        serve(c.server, c.fd, &r);
    }
    close(c.fd);
    return NULL;
}

int main(int argc, char **argv)
{
    static struct server s = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .gathered = PTHREAD_COND_INITIALIZER};
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    if (argc != 3)
        return 2;
    alarm(LIFETIME);
    for (int i = 0; i < FILES; i++)
        read_content(&s.file[i], argv[1], offers[i].path);
    s.log = fopen(argv[2], "w");
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!s.log || listener < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        perror("hub_server");
        return 1;
    }
    s.port = ntohs(address.sin_port);
    printf("%d\n", s.port);
    fclose(stdout);
    for (;;) {
        struct timeval patience = {.tv_sec = 5};
        struct connection *c = malloc(sizeof *c);
        pthread_t thread;
        int fd = accept(listener, NULL, NULL);
        if (fd < 0 || !c) {
            free(c);
            continue;
        }
        *c = (struct connection){&s, fd};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (pthread_create(&thread, NULL, talk, c) == 0)
            pthread_detach(thread);
    }
}
