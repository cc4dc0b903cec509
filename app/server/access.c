/* SPDX-License-Identifier: Apache-2.0 */
#include "server/access.h"

#include "server/meter.h"
#include "server/several.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

static bool refuse(const char *shown, struct problem *p)
{
    if (!*shown)
        return problem_set(p, 401, "invalid_api_key", NULL,
            "a key is missing: send it as 'Authorization: Bearer KEY' or 'api-key: KEY'");
    return problem_set(p, 401, "invalid_api_key", NULL, "the key is not one of this server");
}

/* Without any key the server answers this machine alone. */
static bool needs_key(const struct host *host)
{
    const struct settings *s = host->settings;
    return *s->key || (host->store && keys_exist(host->store)) || !settings_is_loopback(s->address);
}

bool access_refuse_key(const struct key *k, struct problem *p)
{
    return problem_set(p, 401, "invalid_api_key", NULL, "the key %s",
        k->revoked ? "has been revoked" : "has expired");
}

bool access_open(
    const struct host *host, const char *shown, struct key *k, struct asked *a, struct problem *p)
{
    struct ih_error e = {0};
    *k = (struct key){0};
    if (!needs_key(host) ||
        (*host->settings->key && text_same_secret(shown, host->settings->key))) {
        a->admin = true;
        return true;
    }
    enum ih_status status =
        host->store && *shown ? key_find(host->store, shown, k, &e) : IH_NOT_FOUND;
    if (status == IH_NOT_FOUND)
        return refuse(shown, p);
    if (status)
        return problem_set(p, 503, "unavailable", NULL, "keys cannot be looked up now");
    if (!key_is_valid(host->store, k))
        return access_refuse_key(k, p);
    a->key = k->id;
    a->admin = k->admin;
    return true;
}

bool access_allows_model(const struct key *k, const char *model, struct problem *p)
{
    if (!*k->models || (model && key_allows(k->models, model, strlen(model))))
        return true;
    return problem_set(p, 403, "model_not_allowed", "model",
        model ? "the key may not use the model '%.100s'"
              : "the key may use certain models only: name one of them",
        model ? model : "");
}

/* The model of a conversation may stand for several: each of them. */
static bool allows_models(
    const struct key *k, const struct operation *operation, const char *model, struct problem *p)
{
    struct several s = {0};
    if (operation->task == IH_CHAT && !several_read(&s, model, p))
        return false;
    for (int i = 0; i < s.count; i++)
        if (!access_allows_model(k, s.name[i], p))
            return false;
    return s.count > 0 || access_allows_model(k, model, p);
}

bool access_allows(
    const struct key *k, const struct operation *operation, const struct form *f, struct problem *p)
{
    const struct field *model = form_find(f, "model");
    return allows_models(k, operation, model ? model->text : NULL, p) &&
           (operation->task != IH_SPEAK || access_allows_voices(k, f, p));
}

/* OpenAI's headers; of units besides theirs, the same with the unit's name. */
static void tell(const struct host *host, const struct key *k, enum unit u, struct answer *a)
{
    char name[64], unit[32];
    struct meter_left left = meter_look(host->meter, k, u);
    if (left.limit == 0)
        return;
    snprintf(unit, sizeof unit, "%s", unit_name(u));
    for (char *c = unit; *c; c++)
        *c = *c == '_' ? '-' : *c;
    snprintf(name, sizeof name, "x-ratelimit-limit-%s", unit);
    answer_header(a, name, "%.12g", left.limit);
    snprintf(name, sizeof name, "x-ratelimit-remaining-%s", unit);
    answer_header(a, name, "%.12g", left.left);
    snprintf(name, sizeof name, "x-ratelimit-reset-%s", unit);
    answer_header(a, name, "%ds", left.reset);
}

bool access_take(
    const struct host *host, const struct key *k, const struct amounts *used, struct problem *p)
{
    if (!k->id)
        return true;
    if (!meter_reserve(host->meter, k, used, p))
        return false;
    meter_settle(host->meter, k->id, used, used);
    return true;
}

bool access_admit(const struct host *host, const struct key *k, struct answer *a, struct problem *p)
{
    static const struct amounts one = {.of = {[REQUESTS] = 1}};
    if (!k->id)
        return true;
    bool good = access_take(host, k, &one, p);
    tell(host, k, REQUESTS, a);
    return good;
}

static bool has_quota(const struct key *k, bool requests)
{
    for (int u = 0; u < UNITS; u++)
        for (int w = 0; w < SPANS; w++)
            if ((requests || u != REQUESTS) && k->quota[u][w] > 0)
                return true;
    return false;
}

bool charge_begin(
    const struct host *host, const struct job *j, struct amounts *reserved, struct problem *p)
{
    struct key k;
    struct ih_error e;
    *reserved = (struct amounts){0};
    if (!host->store || !j->operation->measure || !j->form.asked.key)
        return true;
    /* As it is now, and not when the request came. */
    if (key_by_id(host->store, j->form.asked.key, &k, &e) != IH_OK)
        return problem_set(p, 503, "unavailable", NULL, "the key cannot be looked up now");
    if (!key_is_valid(host->store, &k))
        return access_refuse_key(&k, p);
    if (!has_quota(&k, j->line))
        return true;
    reserved->of[REQUESTS] = j->line;
    j->operation->measure(host, &j->form, reserved);
    bool good = meter_reserve(host->meter, &k, reserved, p);
    for (int u = 0; u < UNITS; u++)
        if (u != REQUESTS)
            tell(host, &k, (enum unit)u, j->answer);
    if (!good)
        *reserved = (struct amounts){0};
    return good;
}

void charge_end(
    const struct host *host, const struct job *j, const struct amounts *reserved, bool keep)
{
    struct amounts used;
    char model[128];
    if (!host->store || !j->operation->measure)
        return;
    answer_used(j->answer, &used, model, sizeof model);
    /* Others were counted at the door; what is done again later will be. */
    used.of[REQUESTS] = j->line && !answer_later(j->answer);
    if (j->form.asked.key)
        meter_settle(host->meter, j->form.asked.key, reserved, &used);
    used.of[REQUESTS] = 1;
    if (keep)
        usage_add(host->store, j->form.asked.key, model, &used, NULL);
}
