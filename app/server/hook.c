/* SPDX-License-Identifier: Apache-2.0 */
#include "server/hook.h"

#include "server/store/digest.h"
#include "server/text.h"
#include "server/url_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ATTEMPT_SECONDS = 15, CONNECT_SECONDS = 5, ANSWER_MOST = 64 << 10 };

static bool in_list(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',')
        if (strcspn(p, ",") == n && strncasecmp(p, name, n) == 0)
            return true;
    return false;
}

static bool is_allowed(const struct settings *s, CURLU *u)
{
    char scheme[16], host[256], port[16], user[8], both[280];
    url_part(u, CURLUPART_SCHEME, 0, scheme, sizeof scheme);
    url_part(u, CURLUPART_HOST, 0, host, sizeof host);
    url_part(u, CURLUPART_PORT, 0, port, sizeof port);
    url_part(u, CURLUPART_USER, 0, user, sizeof user);
    snprintf(both, sizeof both, "%s%s%s", host, *port ? ":" : "", port);
    bool web = strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0;
    return web && *host && !*user && in_list(s->hook_hosts, both);
}

bool hook_check(const struct settings *s, const char *url, struct problem *p)
{
    CURLU *u = curl_url();
    bool good = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && is_allowed(s, u);
    curl_url_cleanup(u);
    if (!good)
        return problem_set(p, 400, "webhook_not_allowed", NULL,
            "the webhook's address is not one of a host that this server tells (jobs.hook_hosts)");
    return *s->hook_secret || problem_set(p, 400, "webhook_not_allowed", NULL,
                                  "this server has no secret to sign with (jobs.hook_secret)");
}

static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

size_t hook_secret(const char *text, unsigned char secret[64])
{
    static const char prefix[] = "whsec_";
    size_t n = 0;
    unsigned bits = 0, kept = 0;
    if (strncmp(text, prefix, sizeof prefix - 1) == 0)
        text += sizeof prefix - 1;
    for (; digit(*text) >= 0 && n < 64; text++) {
        bits = (bits << 6 | (unsigned)digit(*text)) & 0xFFFFFF;
        kept += 6;
        if (kept >= 8) {
            kept -= 8;
            secret[n++] = (unsigned char)(bits >> kept);
        }
    }
    while (*text == '=')
        text++;
    return *text || n < 24 ? 0 : n;
}

bool hook_sign(char out[64], const unsigned char *secret, size_t bytes, const char *id,
    int64_t timestamp, const char *body)
{
    unsigned char mac[DIGEST_BYTES];
    size_t room = strlen(id) + strlen(body) + 32;
    char *text = malloc(room);
    if (!text)
        return false;
    int n = snprintf(text, room, "%s.%lld.%s", id, (long long)timestamp, body);
    bool good = digest_hmac(mac, secret, bytes, text, (size_t)n);
    free(text);
    memset(out, 0, 64);
    memcpy(out, "v1,", 3);
    text_base64(out + 3, mac, sizeof mac);
    return good;
}

static char *message(const struct hook *h, json_t *data, int64_t now)
{
    char type[64];
    snprintf(type, sizeof type, "%s.%s", h->kind, h->state);
    json_t *json =
        json_pack("{ss sI sO}", "type", type, "timestamp", (json_int_t)now, "data", data);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    return text;
}

/* What the other side answers is not read, and not for long. */
static size_t drop(char *data, size_t size, size_t n, void *arg)
{
    size_t *seen = arg;
    (void)data, (void)size;
    *seen += n;
    return *seen > ANSWER_MOST ? 0 : n;
}

static int watch(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load((atomic_bool *)arg);
}

static struct curl_slist *headers(const char *id, int64_t now, const char *signature)
{
    char line[160];
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
    snprintf(line, sizeof line, "webhook-id: %s", id);
    list = curl_slist_append(list, line);
    snprintf(line, sizeof line, "webhook-timestamp: %lld", (long long)now);
    list = curl_slist_append(list, line);
    snprintf(line, sizeof line, "webhook-signature: %s", signature);
    return curl_slist_append(list, line);
}

/* No redirects: they would lead to hosts that nobody has allowed. */
static bool post(const char *url, const char *body, struct curl_slist *list, atomic_bool *stop)
{
    long status = 0;
    size_t seen = 0;
    CURL *c = curl_easy_init();
    if (!c)
        return false;
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)ATTEMPT_SECONDS);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &seen);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, stop);
    bool good = curl_easy_perform(c) == CURLE_OK &&
                curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK;
    curl_easy_cleanup(c);
    return good && status >= 200 && status < 300;
}

static bool send_data(
    const struct settings *s, const struct hook *h, json_t *data, int64_t now, atomic_bool *stop)
{
    struct problem p;
    unsigned char secret[64];
    char signature[64];
    size_t bytes = hook_secret(s->hook_secret, secret);
    /* The settings may have changed since it was submitted. */
    if (!hook_check(s, h->url, &p))
        return false;
    char *body = message(h, data, now);
    bool good = body && hook_sign(signature, secret, bytes, h->id, now, body);
    struct curl_slist *list = good ? headers(h->id, now, signature) : NULL;
    good = list && post(h->url, body, list, stop);
    curl_slist_free_all(list);
    free(body);
    return good;
}

bool hook_send(
    const struct settings *s, const struct hook *hook, json_t *data, int64_t now, atomic_bool *stop)
{
    bool told = data && send_data(s, hook, data, now, stop);
    json_decref(data);
    return told;
}

int64_t hook_pause(int attempts)
{
    static const int pauses[] = {5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600};
    return attempts < 1 || attempts > (int)(sizeof pauses / sizeof *pauses) ? 0
                                                                            : pauses[attempts - 1];
}
