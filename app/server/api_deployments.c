/* SPDX-License-Identifier: Apache-2.0 */
/* Deployments as admins see and change them: /v1/deployments. */
#include "server/fields.h"
#include "server/operations.h"
#include "server/store/json.h"

#include <stdio.h>
#include <string.h>

/* Besides what is kept: whether its model is here, and whether it is in memory. */
static json_t *row_json(const struct host *host, const struct deployment *d)
{
    json_t *json = deployment_json(d);
    if (json)
        json_object_set_new(json, "loaded", json_boolean(depot_is_open(host->depot, d->model)));
    return json;
}

struct listing {
    const struct host *host;
    json_t *data;
};

static int add(void *listing, const struct deployment *d)
{
    struct listing *l = listing;
    json_array_append_new(l->data, row_json(l->host, d));
    return 0;
}

static void list(const struct host *host, const struct form *form, struct answer *a)
{
    struct listing l = {.host = host, .data = json_array()};
    struct ih_error e = {0};
    (void)form;
    if (deployment_list(host->store, add, &l, &e) == IH_OK)
        answer_json(a, 200, json_pack("{ss sO}", "object", "list", "data", l.data));
    else
        answer_store_error(a, &e);
    json_decref(l.data);
}

static void show(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_error e = {0};
    struct deployment d;
    if (deployment_find(host->store, form->asked.item, &d, &e) == IH_OK)
        answer_json(a, 200, row_json(host, &d));
    else
        answer_store_error(a, &e);
}

static bool read_field(struct deployment *d, const struct field *f, struct problem *p)
{
    struct ih_error e;
    if (strcmp(f->name, "model") == 0) {
        if (f->kind != FIELD_TEXT || memchr(f->text, 0, f->bytes) || f->bytes >= sizeof d->model)
            return problem_set(p, 400, "invalid_value", "model", "model must be a model's name");
        memcpy(d->model, f->text, f->bytes + 1);
        return true;
    }
    enum ih_status status = deployment_read_limit(d, f->name, f->text, &e);
    if (status == IH_NOT_FOUND)
        return problem_set(p, 400, "unknown_parameter", f->name,
            "a deployment has model, concurrent, audio_seconds, characters, megapixel_steps "
            "and tokens");
    if (status || f->kind != FIELD_NUMBER)
        return problem_set(
            p, 400, "invalid_value", f->name, "%s", status ? e.text : "a limit must be a number");
    return true;
}

static bool read_deployment(struct deployment *d, const struct form *form, struct problem *p)
{
    *d = (struct deployment){0};
    if (strlen(form->asked.item) >= sizeof d->name)
        return problem_set(
            p, 400, "invalid_value", NULL, "a name has at most %zu characters", sizeof d->name - 1);
    memcpy(d->name, form->asked.item, strlen(form->asked.item));
    for (int i = 0; i < form->fields; i++)
        if (!read_field(d, &form->field[i], p))
            return false;
    return *d->model || problem_set(p, 400, "missing_parameter", "model", "model is missing");
}

static bool check_put(const struct host *host, const struct form *form, struct problem *p)
{
    struct deployment d;
    (void)host;
    return read_deployment(&d, form, p);
}

static void put(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_error e = {0};
    struct deployment d;
    struct problem p;
    bool good = read_deployment(&d, form, &p);
    if (good && !depot_has(host->depot, d.model))
        good = problem_set(&p, 400, "model_not_found", "model",
            "the model '%.100s' does not exist here; a deployment stands for one that does",
            d.model);
    if (!good)
        answer_fail(a, &p);
    else if (deployment_put(host->store, &d, &e) == IH_OK)
        answer_json(a, 200, row_json(host, &d));
    else
        answer_store_error(a, &e);
}

static void end(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_error e = {0};
    const char *name = form->asked.item;
    if (deployment_remove(host->store, name, &e) == IH_OK)
        answer_json(
            a, 200, json_pack("{ss ss sb}", "object", "deployment", "name", name, "deleted", 1));
    else
        answer_store_error(a, &e);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host, (void)form, (void)p;
    return true;
}

static const struct field_rule put_rules[] = {
    RULE_OWN("model", SHAPE_TEXT, "that it stands for", .needed = true),
    RULE_OWN("concurrent", SHAPE_NUMBER, "requests under way at once"),
    RULE_OWN("audio_seconds", SHAPE_NUMBER, "of one request"),
    RULE_OWN("characters", SHAPE_NUMBER, "of one request"),
    RULE_OWN("megapixel_steps", SHAPE_NUMBER, "of one request"),
    RULE_OWN("tokens", SHAPE_NUMBER, "of one request, prompt and answer together"),
    RULE_END,
};

const struct operation operation_deployments = {
    .name = "deployments", .check = check, .run = list, .quick = true, .about = "All deployments."};
const struct operation operation_deployment = {
    .name = "deployment", .check = check, .run = show, .quick = true, .about = "One of them."};
const struct operation operation_deployment_put = {.name = "deployment_put",
    .check = check_put,
    .run = put,
    .quick = true,
    .about = "Makes a name stand for a model, within limits.",
    .rules = put_rules};
const struct operation operation_deployment_end = {.name = "deployment_end",
    .check = check,
    .run = end,
    .quick = true,
    .about = "Deletes a deployment."};
