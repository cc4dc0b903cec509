/* SPDX-License-Identifier: Apache-2.0 */
#include "author/transfer.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { LOOK_MILLISECONDS = 20 };

struct run {
    struct transfer *t;
    CURL *curl;
    CURLM *multi;
    struct curl_slist *header;
    char error[CURL_ERROR_SIZE];
    double began, last; /* when a byte came or the connection stood */
    bool stopped;
};

double author_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The value of a header line as a text; false for another header. */
static bool header_is(const char *line, size_t n, const char *name, char *out, size_t size)
{
    size_t m = strlen(name);
    if (n <= m || line[m] != ':' || strncasecmp(line, name, m) != 0)
        return false;
    const char *from = line + m + 1, *end = line + n;
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    while (end > from && strchr("\r\n \t", end[-1]))
        end--;
    snprintf(out, size, "%.*s", (int)(end - from), from);
    return true;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct transfer *t = ((struct run *)arg)->t;
    size_t n = size * count;
    if (n >= 5 && strncmp(line, "HTTP/", 5) == 0)
        t->type[0] = t->retry_after[0] = '\0';
    if (header_is(line, n, "content-type", t->type, sizeof t->type)) {
        t->type[strcspn(t->type, "; ")] = '\0';
        for (char *c = t->type; *c; c++)
            *c = (char)tolower((unsigned char)*c);
    }
    header_is(line, n, "retry-after", t->retry_after, sizeof t->retry_after);
    return n;
}

static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
    struct run *r = arg;
    long status = 0;
    size_t n = size * count;
    r->last = author_now();
    if (!r->t->first)
        r->t->first = r->last;
    curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status);
    r->t->status = (int)status;
    if (r->stopped || !r->t->data(r->t->arg, data, n)) {
        r->stopped = true;
        return 0;
    }
    return n;
}

static void add_header(struct run *r, const char *name, const char *value)
{
    char line[4300];
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *more = curl_slist_append(r->header, line);
    r->header = more ? more : r->header;
    explicit_bzero(line, sizeof line);
}

static void add_headers(struct run *r)
{
    char bearer[4200];
    const struct transfer *t = r->t;
    add_header(r, "Content-Type", "application/json");
    add_header(r, "Accept", t->stream ? "text/event-stream" : "application/json");
    add_header(r, "Expect", ""); /* no 100-continue */
    if (t->r->api == API_ANTHROPIC)
        add_header(r, "anthropic-version", t->r->api_version);
    if (!t->key)
        return;
    if (t->r->api == API_OPENAI) {
        snprintf(bearer, sizeof bearer, "Bearer %s", t->key);
        add_header(r, "Authorization", bearer);
        explicit_bzero(bearer, sizeof bearer);
    } else {
        add_header(r, t->r->api == API_AZURE ? "api-key" : "x-api-key", t->key);
    }
}

static void set_options(struct run *r)
{
    CURL *c = r->curl;
    const struct transfer *t = r->t;
    curl_easy_setopt(c, CURLOPT_URL, t->r->address);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "inhouse/" INHOUSE_VERSION);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)(t->r->connect * 1000) + 1);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, t->body);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(t->body));
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, r->header);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, r);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, r);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, r->error);
    if (t->r->loopback)
        curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
}

static enum transfer_end end_of(const struct run *r, CURLcode code)
{
    struct transfer *t = r->t;
    snprintf(t->why, sizeof t->why, "%s", *r->error ? r->error : curl_easy_strerror(code));
    if (r->stopped)
        return TRANSFER_STOPPED;
    switch (code) {
    case CURLE_OK:
        return TRANSFER_DONE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return TRANSFER_UNTRUSTED;
    default:
        return t->first ? TRANSFER_BROKEN : TRANSFER_UNREACHED;
    }
}

/* Whether it is to be given up; *end says why. */
static bool is_over(const struct run *r, enum transfer_end *end)
{
    struct transfer *t = r->t;
    double now = author_now(), silent = now - r->last;
    double most = t->first ? t->r->idle : t->r->first_byte;
    if (t->cancel && *t->cancel)
        *end = TRANSFER_CANCELLED;
    else if (t->deadline > 0 && now >= t->deadline)
        *end = TRANSFER_DEADLINE;
    else if (now >= t->until)
        *end = TRANSFER_LATE;
    else if (silent >= most)
        *end = TRANSFER_SILENT;
    else
        return false;
    snprintf(t->why, sizeof t->why, "nothing came for %.3g seconds", silent);
    return true;
}

static enum transfer_end perform(struct run *r)
{
    enum transfer_end end = TRANSFER_DONE;
    int running = 1, left;
    long status = 0;
    while (running && !is_over(r, &end)) {
        CURLMcode code = curl_multi_perform(r->multi, &running);
        if (!code && running)
            code = curl_multi_poll(r->multi, NULL, 0, LOOK_MILLISECONDS, NULL);
        if (code) {
            snprintf(r->t->why, sizeof r->t->why, "%s", curl_multi_strerror(code));
            return TRANSFER_UNREACHED;
        }
    }
    if (running)
        return r->stopped ? TRANSFER_STOPPED : end;
    const CURLMsg *message = curl_multi_info_read(r->multi, &left);
    curl_easy_getinfo(r->curl, CURLINFO_RESPONSE_CODE, &status);
    r->t->status = (int)status;
    return end_of(r, message ? message->data.result : CURLE_OK);
}

enum transfer_end transfer_run(struct transfer *t)
{
    struct run r = {.t = t, .began = author_now()};
    enum transfer_end end = TRANSFER_UNREACHED;
    t->status = 0;
    t->first = 0;
    t->type[0] = t->retry_after[0] = '\0';
    snprintf(t->why, sizeof t->why, "not enough memory");
    r.last = r.began;
    r.curl = curl_easy_init();
    r.multi = curl_multi_init();
    add_headers(&r);
    if (r.curl && r.multi) {
        set_options(&r);
        if (curl_multi_add_handle(r.multi, r.curl) == CURLM_OK) {
            end = perform(&r);
            curl_multi_remove_handle(r.multi, r.curl);
        }
    }
    curl_easy_cleanup(r.curl);
    curl_multi_cleanup(r.multi);
    for (struct curl_slist *h = r.header; h; h = h->next)
        explicit_bzero(h->data, strlen(h->data));
    curl_slist_free_all(r.header);
    return end;
}
