/* SPDX-License-Identifier: Apache-2.0 */
#include "author/entry.h"

#include "author/buffer.h"
#include "inhouse/options.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const apis[] = {"openai", "azure", "anthropic", NULL};
static const char *const ways[] = {"native", "object", "tool", "text", NULL};
static const char *const efforts[] = {"none", "minimal", "low", "medium", "high", "xhigh", NULL};
static const char *const withouts[] = {
    "temperature", "top_p", "seed", "stop", "tools", "usage", NULL};

/* What is being read, for sentences. */
struct reader {
    const struct remote_entry *r;
    const json_t *object;
    struct ih_error *e;
};

static enum ih_status wrong(const struct reader *r, const char *key, const char *why)
{
    return author_fail(r->e, IH_BAD_DATA, "model %.60s: remote: %.40s %s", r->r->name, key, why);
}

static enum ih_status read_keys(const struct reader *r, const char *const *allowed)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)r->object, key, value)
    {
        bool known = false;
        for (int i = 0; allowed[i]; i++)
            known = known || strcmp(allowed[i], key) == 0;
        const char *close = known ? NULL : ih_closest(key, allowed);
        if (!known)
            return author_fail(r->e, IH_BAD_DATA,
                "model %.60s: remote: there is no key '%.40s'%s%s%s", r->r->name, key,
                close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
    }
    return IH_OK;
}

static enum ih_status read_text(const struct reader *r, const char *key, const char **out)
{
    const json_t *value = json_object_get(r->object, key);
    if (!value)
        return IH_OK;
    *out = json_string_value(value);
    if (!*out || !**out || strlen(*out) > 1000)
        return wrong(r, key, "must be a text of at most 1000 bytes");
    for (const char *c = *out; *c; c++)
        if ((unsigned char)*c < 32 || *c == 127)
            return wrong(r, key, "must be a text on one line");
    return IH_OK;
}

static enum ih_status read_number(
    const struct reader *r, const char *key, double low, double high, double *out)
{
    const json_t *value = json_object_get(r->object, key);
    double n = json_number_value(value);
    if (value && (!json_is_number(value) || !(n >= low && n <= high)))
        return author_fail(r->e, IH_BAD_DATA,
            "model %.60s: remote: %.40s must be a number from %g to %g", r->r->name, key, low,
            high);
    if (value)
        *out = n;
    return IH_OK;
}

static enum ih_status read_whole(
    const struct reader *r, const char *key, int low, int high, int *out)
{
    const json_t *value = json_object_get(r->object, key);
    if (value && !json_is_integer(value))
        return wrong(r, key, "must be a whole number");
    double n = *out;
    enum ih_status status = read_number(r, key, low, high, &n);
    *out = (int)n;
    return status;
}

static enum ih_status read_choice(
    const struct reader *r, const char *key, const char *const *words, int *out)
{
    const json_t *value = json_object_get(r->object, key);
    const char *text = json_string_value(value);
    if (!value)
        return IH_OK;
    char list[120] = "";
    for (int i = 0; words[i]; i++) {
        size_t n = strlen(list);
        snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "must be one of ", words[i]);
        if (text && strcmp(text, words[i]) == 0) {
            *out = i;
            return IH_OK;
        }
    }
    return wrong(r, key, list);
}

static enum ih_status read_without(const struct reader *r, unsigned *out)
{
    const json_t *list = json_object_get(r->object, "without");
    size_t i;
    json_t *item;
    if (list && !json_is_array(list))
        return wrong(r, "without", "must be a list");
    json_array_foreach(list, i, item)
    {
        int which = -1;
        for (int k = 0; withouts[k]; k++)
            if (json_is_string(item) && strcmp(json_string_value(item), withouts[k]) == 0)
                which = k;
        if (which < 0)
            return wrong(
                r, "without", "must be a list of temperature, top_p, seed, stop, tools, usage");
        *out |= 1u << which;
    }
    return IH_OK;
}

/* An object inside the entry; *inner reads it. */
static enum ih_status enter(
    const struct reader *r, const char *key, const char *const *allowed, struct reader *inner)
{
    const json_t *object = json_object_get(r->object, key);
    *inner = (struct reader){.r = r->r, .object = object, .e = r->e};
    if (object && !json_is_object(object))
        return wrong(r, key, "must be an object");
    return object ? read_keys(inner, allowed) : IH_OK;
}

static enum ih_status read_limits(const struct reader *r, struct remote_entry *out)
{
    static const char *const budget[] = {
        "day_dollars", "run_dollars", "day_tokens", "run_tokens", NULL};
    static const char *const timeouts[] = {"connect", "first_byte", "idle", "whole", NULL};
    static const char *const breaker[] = {"failures", "seconds", NULL};
    double *const most[] = {
        &out->day_dollars, &out->run_dollars, &out->day_tokens, &out->run_tokens};
    double *const times[] = {&out->connect, &out->first_byte, &out->idle, &out->whole};
    struct reader inner;
    enum ih_status status = enter(r, "budget", budget, &inner);
    for (int i = 0; !status && budget[i]; i++)
        status = read_number(&inner, budget[i], 0, 1e15, most[i]);
    if (!status)
        status = enter(r, "timeouts", timeouts, &inner);
    for (int i = 0; !status && timeouts[i]; i++)
        status = read_number(&inner, timeouts[i], 0.01, 86400, times[i]);
    if (!status)
        status = enter(r, "breaker", breaker, &inner);
    if (!status)
        status = read_whole(&inner, "failures", 0, 1000, &out->failures);
    if (!status)
        status = read_number(&inner, "seconds", 0.01, 86400, &out->rest);
    if (!status && (out->day_dollars > 0 || out->run_dollars > 0) && out->read_price <= 0 &&
        out->write_price <= 0)
        status = wrong(r, "budget", "in dollars needs read_price and write_price");
    return status;
}

/* A part of an address; "" where it has none. */
static void part(CURLU *u, CURLUPart which, char *buf, size_t size)
{
    char *text = NULL;
    *buf = '\0';
    if (curl_url_get(u, which, &text, 0) == CURLUE_OK && text)
        snprintf(buf, size, "%s", text);
    curl_free(text);
}

static bool is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    char bare[256];
    size_t n = strlen(host);
    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (n < 2 || n >= sizeof bare || host[0] != '[')
        return false;
    snprintf(bare, sizeof bare, "%.*s", (int)n - 2, host + 1);
    return inet_pton(AF_INET6, bare, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static enum ih_status check_url(const struct reader *r, struct remote_entry *out)
{
    char scheme[16], port[8], user[8], query[8], fragment[8], password[8];
    CURLU *u = curl_url();
    bool good =
        u && strstr(out->url, "://") && curl_url_set(u, CURLUPART_URL, out->url, 0) == CURLUE_OK;
    part(u, CURLUPART_SCHEME, scheme, sizeof scheme);
    part(u, CURLUPART_HOST, out->host, sizeof out->host);
    part(u, CURLUPART_USER, user, sizeof user);
    part(u, CURLUPART_PASSWORD, password, sizeof password);
    part(u, CURLUPART_PORT, port, sizeof port);
    part(u, CURLUPART_QUERY, query, sizeof query);
    part(u, CURLUPART_FRAGMENT, fragment, sizeof fragment);
    curl_url_cleanup(u);
    bool secure = strcmp(scheme, "https") == 0;
    if (!good || (!secure && strcmp(scheme, "http") != 0) || !*out->host || *user || *password ||
        *query || *fragment)
        return wrong(r, "url",
            "must be an address such as https://api.example.com/v1, without user, ? and #");
    out->loopback = is_loopback(out->host);
    const json_t *plain = json_object_get(r->object, "plain_http");
    if (plain && !json_is_boolean(plain))
        return wrong(r, "plain_http", "must be true or false");
    if (!secure && !out->loopback && !json_is_true(plain))
        return wrong(r, "url",
            "must be https, so that nobody reads along on the way (\"plain_http\": true allows "
            "it)");
    if (*port && strlen(out->host) + strlen(port) + 2 <= sizeof out->host) {
        strcat(out->host, ":");
        strcat(out->host, port);
    }
    return IH_OK;
}

/* Whether a path ends with a part. */
static bool ends_with(const char *text, size_t n, const char *end)
{
    size_t m = strlen(end);
    return n >= m && memcmp(text + n - m, end, m) == 0;
}

static enum ih_status make_address(const struct reader *r, struct remote_entry *out)
{
    struct buffer b = {.most = 4096};
    size_t n = strlen(out->url);
    while (n && out->url[n - 1] == '/')
        n--;
    buffer_add(&b, out->url, n);
    if (out->api == API_AZURE) {
        char *name = curl_easy_escape(NULL, out->model, 0);
        char *version = curl_easy_escape(NULL, out->api_version, 0);
        buffer_text(&b, ends_with(out->url, n, "/openai") ? "" : "/openai");
        buffer_text(&b, "/deployments/");
        buffer_text(&b, name ? name : "");
        buffer_text(&b, "/chat/completions?api-version=");
        buffer_text(&b, version ? version : "");
        curl_free(name);
        curl_free(version);
    } else if (out->api == API_ANTHROPIC) {
        buffer_text(&b, ends_with(out->url, n, "/v1") ? "/messages" : "/v1/messages");
    } else {
        buffer_text(&b, "/chat/completions");
    }
    out->address = buffer_take(&b);
    buffer_free(&b);
    return out->address ? IH_OK : author_fail(r->e, IH_NO_MEMORY, "not enough memory");
}

static enum ih_status read_texts(const struct reader *r, struct remote_entry *out)
{
    const struct {
        const char *key, **out;
    } texts[] = {{"url", &out->url}, {"model", &out->model}, {"api_version", &out->api_version},
        {"key_env", &out->key_env}, {"key_file", &out->key_file},
        {"max_tokens_field", &out->max_tokens}};
    enum ih_status status = IH_OK;
    int effort = -1;
    for (size_t i = 0; !status && i < sizeof texts / sizeof *texts; i++)
        status = read_text(r, texts[i].key, texts[i].out);
    if (!status)
        status = read_choice(r, "effort", efforts, &effort);
    out->effort = effort >= 0 ? efforts[effort] : NULL;
    if (!status && !out->url)
        status = wrong(r, "url", "is missing");
    if (!status && !out->model)
        status = wrong(r, "model", "is missing: what the endpoint calls it");
    if (!status && out->key_env && out->key_file)
        status = wrong(r, "key_file", "and key_env exclude each other");
    if (!status && out->key_file && out->key_file[0] != '/' && strncmp(out->key_file, "~/", 2) != 0)
        status = wrong(r, "key_file", "must begin with / or ~/");
    return status;
}

static enum ih_status read_numbers(const struct reader *r, struct remote_entry *out)
{
    enum ih_status status = read_number(r, "read_price", 0, 1e6, &out->read_price);
    if (!status)
        status = read_number(r, "write_price", 0, 1e6, &out->write_price);
    if (!status)
        status = read_whole(r, "tries", 1, 20, &out->tries);
    if (!status)
        status = read_number(r, "backoff", 0, 3600, &out->backoff);
    if (!status)
        status = read_whole(r, "context", 0, 100000000, &out->context);
    if (!status)
        status = read_whole(r, "tokens", 1, 100000000, &out->tokens);
    if (!status)
        status = read_number(r, "answer_bytes", 1000, 1e9, &out->answer_bytes);
    if (!status)
        status = read_without(r, &out->without);
    return status ? status : read_limits(r, out);
}

/* What an entry is where it says nothing. */
static void defaults(struct remote_entry *out, enum remote_api api)
{
    out->api = api;
    out->schema = api == API_ANTHROPIC ? SCHEMA_TOOL : SCHEMA_NATIVE;
    out->api_version = api == API_ANTHROPIC ? "2023-06-01" : "2024-10-21";
    out->connect = 10;
    out->first_byte = 120;
    out->idle = 60;
    out->whole = 600;
    out->tries = 4;
    out->backoff = 1;
    out->failures = 5;
    out->rest = 30;
    out->tokens = 8192;
    out->answer_bytes = 16 << 20;
}

enum ih_status entry_read(
    struct remote_entry *out, const char *name, json_t *json, struct ih_error *e)
{
    static const char *const keys[] = {"api", "url", "model", "api_version", "key_env", "key_file",
        "plain_http", "max_tokens_field", "effort", "schema", "without", "read_price",
        "write_price", "budget", "timeouts", "tries", "backoff", "breaker", "context", "tokens",
        "answer_bytes", NULL};
    int api = -1, way = -1;
    *out = (struct remote_entry){.json = json_incref(json)};
    snprintf(out->name, sizeof out->name, "%s", name);
    struct reader r = {.r = out, .object = json, .e = e};
    enum ih_status status =
        json_is_object(json) ? read_keys(&r, keys) : wrong(&r, "it", "must be an object");
    if (!status)
        status = read_choice(&r, "api", apis, &api);
    if (!status && api < 0)
        status = wrong(&r, "api", "is missing: openai, azure or anthropic");
    if (!status)
        defaults(out, (enum remote_api)api);
    if (!status)
        status = read_texts(&r, out);
    if (!status)
        status = read_choice(&r, "schema", ways, &way);
    if (!status && way == SCHEMA_OBJECT && api == API_ANTHROPIC)
        status = wrong(&r, "schema", "cannot be object with this api");
    if (!status && way == SCHEMA_TOOL && api != API_ANTHROPIC)
        status = wrong(&r, "schema", "cannot be tool with this api");
    if (!status)
        status = read_numbers(&r, out);
    if (!status)
        status = check_url(&r, out);
    if (!status)
        status = make_address(&r, out);
    if (status) {
        entry_free(out);
        return status;
    }
    out->schema = way >= 0 ? (enum schema_way)way : out->schema;
    if (!out->max_tokens)
        out->max_tokens = out->api == API_AZURE || strcmp(out->host, "api.openai.com") == 0
                              ? "max_completion_tokens"
                              : "max_tokens";
    return IH_OK;
}

void entry_free(struct remote_entry *r)
{
    json_decref(r->json);
    free(r->address);
    *r = (struct remote_entry){0};
}

const char *entry_api_name(const struct remote_entry *r)
{
    return apis[r->api];
}
