/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and usage: /v1/admin, and everybody's own usage. */
#include "server/fields.h"
#include "server/operations.h"
#include "server/store/json.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
    struct store *store;
    json_t *data;
};

static int add_key(void *arg, const struct key *k)
{
    struct listing *l = arg;
    json_array_append_new(l->data, key_json(l->store, k));
    return 0;
}

static void list_keys(const struct host *host, const struct form *form, struct answer *a)
{
    struct listing l = {.store = host->store, .data = json_array()};
    struct ih_error e = {0};
    (void)form;
    if (key_list(host->store, add_key, &l, &e) == IH_OK)
        answer_json(a, 200, json_pack("{ss sO}", "object", "list", "data", l.data));
    else
        answer_store_error(a, &e);
    json_decref(l.data);
}

static bool read_field(struct key *k, const struct field *f, struct problem *p)
{
    struct ih_error e;
    bool is_text = f->kind == FIELD_TEXT && !memchr(f->text, 0, f->bytes);
    if (strcmp(f->name, "name") == 0 && is_text)
        return f->bytes < sizeof k->name
                   ? (memcpy(k->name, f->text, f->bytes + 1), true)
                   : problem_set(p, 400, "invalid_value", "name", "the name is too long");
    if (strcmp(f->name, "models") == 0 && is_text && key_add_names(k->models, f->text))
        return true;
    if (strcmp(f->name, "voices") == 0 && is_text && key_add_names(k->voices, f->text))
        return true;
    if (strcmp(f->name, "quotas") == 0 && is_text)
        return key_read_quota(k, f->text, &e) == IH_OK ||
               problem_set(p, 400, "invalid_value", "quotas", "%s", e.text);
    if (strcmp(f->name, "expires") == 0 && f->kind == FIELD_NUMBER &&
        text_integer(f->text, &k->expires) && k->expires > 0)
        return true;
    if (strcmp(f->name, "admin") == 0)
        return true; /* read elsewhere */
    return problem_set(p, 400, "invalid_value", f->name,
        "a key has name, admin, models, voices, quotas (\"characters=1000/day\") and expires "
        "(seconds since 1970)");
}

static bool read_key(struct key *k, const struct form *form, struct problem *p)
{
    *k = (struct key){0};
    if (!fields_bool(form, "admin", &k->admin, p))
        return false;
    for (int i = 0; i < form->fields; i++)
        if (!read_field(k, &form->field[i], p))
            return false;
    return *k->name || problem_set(p, 400, "missing_parameter", "name", "name is missing");
}

static bool check_key(const struct host *host, const struct form *form, struct problem *p)
{
    struct key k;
    (void)host;
    return read_key(&k, form, p);
}

static void new_key(const struct host *host, const struct form *form, struct answer *a)
{
    struct key k;
    struct problem p;
    struct ih_error e = {0};
    char text[KEY_TEXT];
    if (!read_key(&k, form, &p)) {
        answer_fail(a, &p);
    } else if (key_create(host->store, &k, text, &e) != IH_OK) {
        answer_store_error(a, &e);
    } else {
        json_t *json = key_json(host->store, &k);
        if (json)
            json_object_set_new(json, "key", json_string(text));
        answer_json(a, 200, json);
    }
}

static void end_key(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_error e = {0};
    struct key k;
    const char *name = form->asked.item;
    if (key_revoke(host->store, name, &e) == IH_OK &&
        key_by_name(host->store, name, &k, &e) == IH_OK)
        answer_json(a, 200, key_json(host->store, &k));
    else
        answer_store_error(a, &e);
}

static bool read_day(const struct form *form, const char *name, int64_t *day, struct problem *p)
{
    const char *text = asked_text(form, name);
    return !text || day_read(text, day) ||
           problem_set(p, 400, "invalid_value", name, "%s must be a day such as 2027-01-31", name);
}

static bool read_query(
    struct usage_query *q, const struct host *host, const struct form *form, struct problem *p)
{
    const char *by = asked_text(form, "by"), *name = asked_text(form, "key");
    struct key k;
    int64_t today = day_of(store_now(host->store));
    *q = (struct usage_query){
        .since = today - 30, .until = today, .key = -1, .by = BY_DAY | BY_KEY | BY_MODEL};
    if (!read_day(form, "since", &q->since, p) || !read_day(form, "until", &q->until, p))
        return false;
    if (by && !usage_read_by(by, &q->by))
        return problem_set(p, 400, "invalid_value", "by", "by takes key, model and day");
    if (!name || !form->asked.admin)
        return true;
    if (key_by_name(host->store, name, &k, NULL) != IH_OK)
        return problem_set(p, 404, "not_found", "key", "there is no key '%.60s'", name);
    q->key = k.id;
    return true;
}

static int add_usage(void *arg, const struct usage_row *row)
{
    json_array_append_new(arg, usage_json(row));
    return 0;
}

static int write_line(void *arg, const struct usage_row *row)
{
    char line[600];
    usage_csv(row, line);
    return answer_write(arg, line, strlen(line));
}

static void answer_usage(
    const struct host *host, const struct form *form, struct usage_query *q, struct answer *a)
{
    struct ih_error e = {0};
    const char *format = asked_text(form, "format");
    if (format && strcmp(format, "csv") == 0) {
        write_line(a, NULL);
        if (usage_read(host->store, q, write_line, a, &e) == IH_OK)
            answer_finish(a, 200, "text/csv; charset=utf-8");
        else
            answer_store_error(a, &e);
        return;
    }
    json_t *data = json_array();
    if (usage_read(host->store, q, add_usage, data, &e) == IH_OK)
        answer_json(a, 200, json_pack("{ss sO}", "object", "list", "data", data));
    else
        answer_store_error(a, &e);
    json_decref(data);
}

static void usage_all(const struct host *host, const struct form *form, struct answer *a)
{
    struct usage_query q;
    struct problem p;
    if (read_query(&q, host, form, &p))
        answer_usage(host, form, &q, a);
    else
        answer_fail(a, &p);
}

static void usage_own(const struct host *host, const struct form *form, struct answer *a)
{
    struct usage_query q;
    struct problem p;
    if (!read_query(&q, host, form, &p)) {
        answer_fail(a, &p);
        return;
    }
    q.key = form->asked.key;
    answer_usage(host, form, &q, a);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host, (void)form, (void)p;
    return true;
}

/* clang-format off */
static const struct field_rule key_rules[] = {
    RULE_OWN("name", SHAPE_TEXT, "of the key, which no other has", .needed = true),
    RULE_OWN("admin", SHAPE_BOOL, "may do everything"),
    RULE_OWN("models", SHAPE_TEXTS, "that it may name; all without it"),
    RULE_OWN("voices", SHAPE_TEXTS, "that it may name; all without it"),
    RULE_OWN("quotas", SHAPE_TEXTS, "such as characters=1000/day"),
    RULE_OWN("expires", SHAPE_WHOLE, "seconds since 1970", .low = 1, .high = 0x1p53),
    RULE_END,
};
static const char *const formats[] = {"json", "csv", NULL};
#define USAGE_RULES                                                                    \
    RULE_OWN("since", SHAPE_TEXT, "the first day, such as 2027-01-31"),                \
    RULE_OWN("until", SHAPE_TEXT, "the last day"),                                     \
    RULE_OWN("by", SHAPE_TEXT, "what is told apart: day, key, model, with commas"),    \
    RULE_OWN("format", SHAPE_TEXT, NULL, .choices = formats)
static const struct field_rule own_rules[] = {USAGE_RULES, RULE_END};
static const struct field_rule usage_rules[] = {
    USAGE_RULES, RULE_OWN("key", SHAPE_TEXT, "a key's name"), RULE_END};
static const char *const usage_types[] = {"application/json", "text/csv", NULL};
/* clang-format on */

const struct operation operation_keys = {
    .name = "keys", .check = check, .run = list_keys, .quick = true, .about = "All keys."};
const struct operation operation_key_new = {.name = "key_new",
    .check = check_key,
    .run = new_key,
    .quick = true,
    .about = "Makes a key, which is told this once.",
    .rules = key_rules};
const struct operation operation_key_end = {
    .name = "key_end", .check = check, .run = end_key, .quick = true, .about = "Revokes a key."};
const struct operation operation_usage_all = {.name = "usage_all",
    .check = check,
    .run = usage_all,
    .quick = true,
    .about = "What was used.",
    .rules = usage_rules,
    .types = usage_types};
const struct operation operation_usage_own = {.name = "usage_own",
    .check = check,
    .run = usage_own,
    .quick = true,
    .about = "What this key has used.",
    .rules = own_rules,
    .types = usage_types};
