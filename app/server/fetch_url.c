/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fetch_url.h"

#include "server/url_part.h"

#include <unistd.h>

enum { CONNECT_SECONDS = 10, MEMORY = 256 << 10 };

/* One fetch at work. */
struct work {
    const struct fetch *f;
    struct spool *spool;
    char host[256];
    bool barred, disk; /* what ended it: an address that is not allowed, the disk */
    int64_t bytes, most;
    struct ih_error why;
};

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct work *w = arg;
    (void)purpose;
    if (fetch_address_allowed(w->f->settings->fetch_from, w->host, &a->addr))
        return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
    w->barred = true;
    return CURL_SOCKET_BAD;
}

static size_t take(char *data, size_t size, size_t n, void *arg)
{
    struct work *w = arg;
    (void)size;
    w->bytes += (int64_t)n;
    if (w->bytes > w->most)
        return 0;
    w->disk = spool_write(w->spool, data, n, &w->why) != IH_OK;
    return w->disk ? 0 : n;
}

static int watch(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct work *w = arg;
    (void)a, (void)b, (void)c, (void)d;
    return w->f->gone && w->f->gone(w->f->arg);
}

/* Directly: a proxy would look the name up where nobody checks what it turned out to be. */
static void set_up(CURL *c, const char *url, struct work *w)
{
    const struct settings *s = w->f->settings;
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)s->upload_seconds);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)s->idle_seconds);
    curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)w->most);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, w);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, w);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, w);
    curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
}

/* Why there is nothing, without what the other side said: a client is told no more of what lies
 * behind the address than that it could not be fetched. */
static bool refuse(const struct work *w, CURLcode code, long status, struct problem *p)
{
    const char *param = w->f->param;
    if (w->barred)
        return problem_set(p, 400, "url_not_allowed", param,
            "the host's address is one of a private network that this server does not fetch from "
            "(limits.fetch_from)");
    if (w->disk)
        return problem_from(p, &w->why);
    if (code == CURLE_FILESIZE_EXCEEDED || w->bytes > w->most)
        return problem_set(p, 413, "request_too_large", param,
            "what is at the address has more than %d megabytes", w->f->settings->upload_megabytes);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return problem_set(
            p, 400, "url_not_fetched", param, "the address did not answer, or not in time");
    if (status >= 300 && status < 400)
        return problem_set(p, 400, "url_not_fetched", param,
            "the address leads to another one (%ld), which is not followed", status);
    if (code == CURLE_HTTP_RETURNED_ERROR || (code == CURLE_OK && status != 200))
        return problem_set(
            p, 400, "url_not_fetched", param, "the address answered with status %ld", status);
    return problem_set(
        p, 400, "url_not_fetched", param, "the address: %s", curl_easy_strerror(code));
}

static bool fetch(struct work *w, const char *url, struct problem *p)
{
    long status = 0;
    CURLU *u = curl_url();
    CURL *c = curl_easy_init();
    bool good = u && c && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK;
    if (good) {
        url_part(u, CURLUPART_HOST, 0, w->host, sizeof w->host);
        set_up(c, url, w);
        CURLcode code = curl_easy_perform(c);
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
        good = (code == CURLE_OK && status == 200) || refuse(w, code, status, p);
    } else {
        problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    }
    curl_easy_cleanup(c);
    curl_url_cleanup(u);
    return good;
}

bool fetch_url(struct spool **out, const struct fetch *f, struct problem *p)
{
    char *url;
    struct work w = {.f = f, .most = (int64_t)f->settings->upload_megabytes << 20};
    *out = NULL;
    if (!fetch_allowed(f->settings, f->url, f->param, &url, p))
        return false;
    bool good =
        spool_open(&w.spool, f->folder, MEMORY, w.most, &w.why) == IH_OK || problem_from(p, &w.why);
    good = good && fetch(&w, url, p);
    curl_free(url);
    if (good)
        *out = w.spool;
    else
        spool_close(&w.spool);
    return good;
}
