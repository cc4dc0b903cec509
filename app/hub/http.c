/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/http.h"

#include "hub/hub.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { REDIRECTS_MAX = 8, URL_MAX = 8192 };

struct transfer {
    const struct hub *hub;
    const struct http_request *request;
    struct http_answer *answer;
    CURL *curl;
    char location[URL_MAX];
    bool begun, stopped;
};

static void copy_header(char *out, size_t size, const char *value, size_t length, bool unquote)
{
    if (unquote && length >= 2 && value[0] == '"' && value[length - 1] == '"') {
        value++;
        length -= 2;
    }
    if (length < size)
        snprintf(out, size, "%.*s", (int)length, value);
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    struct http_answer *a = t->answer;
    size_t n = size * count, name = 0;
    if (n >= 5 && strncmp(line, "HTTP/", 5) == 0) {
        a->etag[0] = a->content_range[0] = t->location[0] = 0;
        a->length = -1;
        a->retry_after = 0;
    }
    while (name < n && line[name] != ':')
        name++;
    if (name == n)
        return n;
    const char *value = line + name + 1, *end = line + n;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && strchr("\r\n \t", end[-1]))
        end--;
    size_t length = (size_t)(end - value);
    char number[32] = "";
    copy_header(number, sizeof number, value, length, false);
#define IS(header) (name == sizeof(header) - 1 && strncasecmp(line, header, name) == 0)
    if (IS("etag"))
        copy_header(a->etag, sizeof a->etag, value, length, false);
    else if (IS("x-linked-etag"))
        copy_header(a->linked_etag, sizeof a->linked_etag, value, length, true);
    else if (IS("x-repo-commit"))
        copy_header(a->commit, sizeof a->commit, value, length, false);
    else if (IS("x-linked-size"))
        a->linked_size = strtoll(number, NULL, 10);
    else if (IS("content-length"))
        a->length = strtoll(number, NULL, 10);
    else if (IS("content-range"))
        copy_header(a->content_range, sizeof a->content_range, value, length, false);
    else if (IS("retry-after"))
        a->retry_after = strtod(number, NULL);
    else if (IS("location"))
        copy_header(t->location, sizeof t->location, value, length, false);
#undef IS
    return n;
}

static size_t on_data(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *t = arg;
    size_t n = size * count;
    long status = 0;
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300 && status < 400)
        return n;
    t->answer->status = (int)status;
    if (!t->begun && t->request->begin && t->request->begin(t->request->arg, t->answer) != 0)
        t->stopped = true;
    t->begun = true;
    if (!t->stopped && t->request->data(t->request->arg, data, n) != 0)
        t->stopped = true;
    return t->stopped ? 0 : n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *t = arg;
    (void)a, (void)b, (void)c, (void)d;
    return t->hub->cancel && *t->hub->cancel;
}

/* Same scheme, host and port. */
static bool same_origin(const char *a, const char *b)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
    CURLU *x = curl_url(), *y = curl_url();
    bool same = x && y && curl_url_set(x, CURLUPART_URL, a, 0) == CURLUE_OK &&
                curl_url_set(y, CURLUPART_URL, b, 0) == CURLUE_OK;
    for (size_t i = 0; same && i < sizeof parts / sizeof *parts; i++) {
        char *p = NULL, *q = NULL;
        same = curl_url_get(x, parts[i], &p, CURLU_DEFAULT_PORT) == CURLUE_OK &&
               curl_url_get(y, parts[i], &q, CURLU_DEFAULT_PORT) == CURLUE_OK &&
               strcasecmp(p, q) == 0;
        curl_free(p);
        curl_free(q);
    }
    curl_url_cleanup(x);
    curl_url_cleanup(y);
    return same;
}

/* Where a redirect leads; false for one that leads out of HTTP or from https to http. */
static bool resolve_redirect(char *url, size_t size, const char *location)
{
    CURLU *u = curl_url();
    char *full = NULL;
    bool secure = strncasecmp(url, "https:", 6) == 0;
    bool ok =
        u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_set(u, CURLUPART_URL, location, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_URL, &full, 0) == CURLUE_OK && strlen(full) < size &&
        (strncasecmp(full, "https:", 6) == 0 || (!secure && strncasecmp(full, "http:", 5) == 0));
    if (ok)
        memcpy(url, full, strlen(full) + 1);
    curl_free(full);
    curl_url_cleanup(u);
    return ok;
}

static bool is_temporary(CURLcode code)
{
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_OUT_OF_MEMORY:
        return false;
    default:
        return true;
    }
}

static CURLcode perform(struct transfer *t, const char *url)
{
    char header[512], error[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    CURL *c = t->curl;
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "inhouse/" INHOUSE_VERSION);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)t->hub->timeout);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)t->hub->timeout);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error);
    if (t->hub->token && same_origin(url, t->hub->endpoint)) {
        snprintf(header, sizeof header, "Authorization: Bearer %s", t->hub->token);
        headers = curl_slist_append(headers, header);
    }
    if (t->request->from > 0) {
        snprintf(header, sizeof header, "Range: bytes=%lld-", (long long)t->request->from);
        headers = curl_slist_append(headers, header);
        if (t->request->if_range) {
            snprintf(header, sizeof header, "If-Range: %s", t->request->if_range);
            headers = curl_slist_append(headers, header);
        }
    }
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(c);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    return code;
}

enum ih_status http_get(const struct hub *hub, const struct http_request *r,
    struct http_answer *answer, bool *temporary, struct ih_error *e)
{
    char url[URL_MAX], host[200];
    struct transfer *t = calloc(1, sizeof *t);
    enum ih_status status = IH_OK;
    long code = 0;
    *temporary = false;
    *answer = (struct http_answer){.linked_size = -1, .length = -1};
    snprintf(host, sizeof host, "%.*s", (int)sizeof host - 1, hub->endpoint);
    if (!t || !(t->curl = curl_easy_init()) || strlen(r->url) >= sizeof url) {
        status = hub_fail(e, IH_NO_MEMORY, "not enough memory to fetch %.200s", r->url);
        goto end;
    }
    t->hub = hub;
    t->request = r;
    t->answer = answer;
    memcpy(url, r->url, strlen(r->url) + 1);
    for (int hop = 0;; hop++) {
        CURLcode result = perform(t, url);
        if (hub->cancel && *hub->cancel) {
            status = hub_fail(e, IH_CANCELLED, "stopped");
            goto end;
        }
        if (t->stopped)
            goto end; /* the caller knows why */
        if (result != CURLE_OK) {
            curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
            answer->status = (int)code;
            *temporary = is_temporary(result);
            status = hub_fail(e, IH_NETWORK, "%s: %s", host, curl_easy_strerror(result));
            goto end;
        }
        curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
        if (code < 300 || code >= 400 || !t->location[0])
            break;
        if (hop == REDIRECTS_MAX || !resolve_redirect(url, sizeof url, t->location)) {
            status = hub_fail(e, IH_NETWORK, "%s redirects %s", host,
                hop == REDIRECTS_MAX ? "in circles" : "to an address that is not allowed");
            goto end;
        }
    }
    answer->status = (int)code;
    *temporary = code == 408 || code == 429 || code >= 500;
    if (!t->begun && code < 300 && r->begin)
        r->begin(r->arg, answer); /* an empty file */
end:
    if (t && t->curl)
        curl_easy_cleanup(t->curl);
    free(t);
    return status;
}

enum ih_status http_refused(const struct hub *hub, int status, const char *what, struct ih_error *e)
{
    if (status == 401 || status == 403)
        return hub_fail(e, IH_NETWORK, "%s refuses %s (%d): %s", hub->endpoint, what, status,
            hub->token ? "the token in HF_TOKEN may not read it"
                       : "it may need a token in HF_TOKEN, or does not exist");
    if (status == 404)
        return hub_fail(e, IH_NETWORK, "%s has no %s (404)", hub->endpoint, what);
    if (status == 429)
        return hub_fail(
            e, IH_NETWORK, "%s is asked too often (429); try again later", hub->endpoint);
    return hub_fail(e, IH_NETWORK, "%s answered %d for %s", hub->endpoint, status, what);
}

bool http_wait(const struct hub *hub, int attempt, double retry_after)
{
    const double longest = 120;
    double seconds = 0.25 * (double)(1 << (attempt < 8 ? attempt : 8));
    if (retry_after > seconds)
        seconds = retry_after;
    if (seconds > longest)
        seconds = longest;
    for (; seconds > 0; seconds -= 0.05) {
        struct timespec nap = {.tv_nsec = 50000000};
        if (hub->cancel && *hub->cancel)
            return false;
        nanosleep(&nap, NULL);
    }
    return true;
}
