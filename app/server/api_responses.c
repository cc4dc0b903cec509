/* SPDX-License-Identifier: Apache-2.0 */
/* Responses that are kept: each is a blob with the response and the items that it was read from. */
#include "server/fields.h"
#include "server/listing.h"
#include "server/operations.h"
#include "server/respond.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum ih_status keep_text(
    struct store *s, const char *id, const char *text, size_t n, struct ih_error *e)
{
    struct blob b;
    enum ih_status status = blob_begin(&b, s, id, e);
    if (!status)
        status = blob_write(&b, text, n, e);
    return status ? status : blob_finish(&b, e);
}

bool respond_keep(const struct respond_work *w, const json_t *response, struct problem *p)
{
    struct store *s = w->host->store;
    int64_t days = w->host->settings->file_days;
    struct ih_error e = {0};
    struct response_row row = {
        .owner = w->form->asked.key, .expires = days ? store_now(s) + days * 86400 : 0};
    json_t *json = json_pack("{sO sO}", "response", response, "items", w->items);
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!text)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    memcpy(row.id, w->id, sizeof row.id);
    row.bytes = (int64_t)strlen(text);
    enum ih_status status = keep_text(s, row.id, text, (size_t)row.bytes, &e);
    free(text);
    if (!status && (status = response_add(s, &row, &e)) != IH_OK)
        blob_remove(s, row.id);
    return status == IH_OK ||
           problem_set(p, 503, "unavailable", NULL, "the response cannot be kept now");
}

/* What was kept, a new reference; null fills in the error. */
static json_t *load(
    const struct host *host, const struct asked *a, const char *id, struct ih_error *e)
{
    struct response_row row;
    char path[4200];
    if (response_find(host->store, id, asked_owner(a), &row, e) != IH_OK)
        return NULL;
    json_t *json = store_blob_path(host->store, row.id, path, sizeof path)
                       ? json_load_file(path, 0, NULL)
                       : NULL;
    if (!json)
        *e = (struct ih_error){.code = IH_IO};
    return json;
}

json_t *respond_history(
    const struct host *host, const struct asked *a, const char *id, struct problem *p)
{
    struct ih_error e = {0};
    json_t *json = load(host, a, id, &e);
    if (!json && e.code == IH_NOT_FOUND)
        problem_set(p, 400, "previous_response_not_found", "previous_response_id", "%s", e.text);
    else if (!json)
        problem_set(p, 503, "unavailable", NULL, "the data folder cannot be used now");
    if (!json)
        return NULL;
    json_t *items = json_incref(json_object_get(json, "items"));
    json_array_extend(items, json_object_get(json_object_get(json, "response"), "output"));
    json_decref(json);
    return items;
}

static void show(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_error e = {0};
    json_t *json = load(host, &form->asked, form->asked.item, &e);
    if (json)
        answer_json(a, 200, json_incref(json_object_get(json, "response")));
    else
        answer_store_error(a, &e);
    json_decref(json);
}

static void end(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_error e = {0};
    const char *id = form->asked.item;
    if (response_remove(host->store, id, asked_owner(&form->asked), &e) == IH_OK)
        answer_json(a, 200, json_pack("{ss ss sb}", "id", id, "object", "response", "deleted", 1));
    else
        answer_store_error(a, &e);
}

static bool is_behind(const json_t *item, const char **after)
{
    const char *id = json_string_value(json_object_get(item, "id"));
    if (!*after)
        return true;
    if (id && strcmp(id, *after) == 0)
        *after = NULL;
    return false;
}

static void list(const struct host *host, const struct form *form, struct answer *a)
{
    struct listing l = {0};
    struct problem p;
    struct ih_error e = {0};
    const char *order = asked_text(form, "order"), *after = asked_text(form, "after");
    if (!asked_limit(form, 20, 100, &l.limit, &p)) {
        answer_fail(a, &p);
        return;
    }
    json_t *json = load(host, &form->asked, form->asked.item, &e);
    const json_t *items = json_object_get(json, "items");
    size_t n = json_array_size(items);
    bool up = order && strcmp(order, "asc") == 0;
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_array_get(items, up ? i : n - 1 - i);
        if (is_behind(item, &after) && listing_add(&l, json_incref(item)))
            break;
    }
    listing_answer(&l, a, json ? NULL : &e);
    json_decref(json);
}

/* clang-format off */
static const char *const orders[] = {"asc", "desc", NULL};
static const struct field_rule list_rules[] = {
    RULE_OWN("limit", SHAPE_WHOLE, "most of them; 20 without it", .low = 1, .high = 100),
    RULE_OWN("after", SHAPE_TEXT, "those behind the item with this id"),
    RULE_OWN("order", SHAPE_TEXT, "the last first (desc) without it", .choices = orders),
    RULE_END,
};
static const struct field_rule no_rules[] = {RULE_END};
/* clang-format on */

/* No field but those of `rules`. */
static bool has_only(const struct form *f, const struct field_rule *rules, struct problem *p)
{
    for (int i = 0; i < f->fields; i++) {
        const struct field_rule *r = rules;
        while (r->name && strcmp(r->name, f->field[i].name) != 0)
            r++;
        if (!r->name)
            return problem_set(p, 400, "unknown_parameter", f->field[i].name,
                "there is no field %.60s", f->field[i].name);
    }
    return true;
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host;
    return has_only(form, no_rules, p);
}

static bool check_list(const struct host *host, const struct form *form, struct problem *p)
{
    int ignored;
    (void)host;
    return has_only(form, list_rules, p) && fields_choice(form, "order", orders, &ignored, p);
}

const struct operation operation_response = {.name = "response",
    .check = check,
    .run = show,
    .quick = true,
    .about = "A response that was kept."};
const struct operation operation_response_items = {.name = "response_items",
    .check = check_list,
    .run = list,
    .quick = true,
    .about = "The items that a response was read from, with those of the responses before it.",
    .rules = list_rules};
const struct operation operation_response_end = {.name = "response_end",
    .check = check,
    .run = end,
    .quick = true,
    .about = "Deletes a response."};
