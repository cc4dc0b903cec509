/* SPDX-License-Identifier: Apache-2.0 */
/* Voices of persons, in Azure's shapes: /customvoice/projects, /consents and /personalvoices. Such
 * a voice is a voice profile (inhouse/voices.h) of the same name. There is no voice without a
 * consent in which a model has read the sentence: nobody looks over a client's shoulder. */
#include "server/customvoice.h"

#include "inhouse/voices.h"
#include "server/access.h"
#include "server/operations.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const kinds[] = {"projects", "consents", "personalvoices", NULL};

enum persona_kind persona_item(const struct form *f, char id[PERSONA_ID])
{
    const char *item = f->asked.item;
    size_t n = strcspn(item, "/");
    int kind = PERSONA_PROJECT;
    while (kinds[kind + 1] && (strlen(kinds[kind]) != n || strncmp(kinds[kind], item, n) != 0))
        kind++;
    snprintf(id, PERSONA_ID, "%s", item[n] ? item + n + 1 : "");
    return (enum persona_kind)kind;
}

static json_t *time_json(int64_t at)
{
    char text[40];
    struct tm t;
    time_t time = (time_t)at;
    gmtime_r(&time, &t);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000Z", &t);
    return json_string(text);
}

json_t *persona_json(const struct persona *p)
{
    json_t *json = json_loads(p->data, 0, NULL);
    json_object_set_new(json, "createdDateTime", time_json(p->created));
    if (p->kind != PERSONA_PROJECT) {
        json_object_set_new(json, "status", json_string("Succeeded"));
        json_object_set_new(json, "lastActionDateTime", time_json(p->created));
    }
    return json;
}

bool persona_key(const struct host *host, const struct form *f, struct key *k, struct problem *p)
{
    struct ih_error e = {0};
    *k = (struct key){0};
    if (!f->asked.key || key_by_id(host->store, f->asked.key, k, &e) == IH_OK)
        return true;
    return problem_set(p, 503, "unavailable", NULL, "the key cannot be looked up now");
}

bool persona_allowed(
    const struct host *host, const struct form *f, const char *voice, struct problem *p)
{
    struct key k;
    return persona_key(host, f, &k, p) && access_allows_voice(&k, voice, p);
}

/* Lists, one, the end of one */

struct listing {
    const struct host *host;
    const struct form *form;
    json_t *data;
};

static int add(void *arg, const struct persona *row)
{
    struct listing *l = arg;
    json_array_append_new(l->data, persona_json(row));
    return 0;
}

/* Looks at keys, which a list in work must not. */
static void keep_allowed(struct listing *l)
{
    struct problem p;
    for (size_t i = json_array_size(l->data); i-- > 0;) {
        const char *id = json_string_value(json_object_get(json_array_get(l->data, i), "id"));
        if (!persona_allowed(l->host, l->form, id, &p))
            json_array_remove(l->data, i);
    }
}

static void list(const struct host *host, const struct form *form, struct answer *a)
{
    char id[PERSONA_ID];
    struct ih_error e = {0};
    struct listing l = {host, form, json_array()};
    enum persona_kind kind = persona_item(form, id);
    if (persona_list(host->store, kind, asked_owner(&form->asked), add, &l, &e) == IH_OK) {
        if (kind == PERSONA_VOICE)
            keep_allowed(&l);
        answer_json(a, 200, json_pack("{sO}", "value", l.data));
    } else {
        answer_store_error(a, &e);
    }
    json_decref(l.data);
}

static bool find(
    const struct host *host, const struct form *form, struct persona *row, struct problem *p)
{
    char id[PERSONA_ID];
    struct ih_error e = {0};
    enum persona_kind kind = persona_item(form, id);
    enum ih_status status = persona_find(host->store, kind, id, asked_owner(&form->asked), row, &e);
    if (status == IH_IO)
        return problem_set(p, 503, "unavailable", NULL, "the data folder cannot be used now");
    if (status)
        return problem_from(p, &e);
    return kind != PERSONA_VOICE || persona_allowed(host, form, id, p);
}

static void show(const struct host *host, const struct form *form, struct answer *a)
{
    struct persona row;
    struct problem p;
    if (find(host, form, &row, &p))
        answer_json(a, 200, persona_json(&row));
    else
        answer_fail(a, &p);
}

static void remove_profile(const struct host *host, const char *name)
{
    char path[4200];
    const char *folder = depot_profiles(host->depot);
    if (folder && ih_profile_path(folder, name, path, sizeof path) < (int)sizeof path)
        unlink(path);
}

/* The profile first: a voice without a row could not be deleted any more. */
static void end(const struct host *host, const struct form *form, struct answer *a)
{
    struct persona row;
    struct problem p;
    struct ih_error e = {0};
    if (!find(host, form, &row, &p)) {
        answer_fail(a, &p);
        return;
    }
    if (row.kind == PERSONA_VOICE)
        remove_profile(host, row.id);
    enum ih_status status = persona_remove(host->store, &row, &e);
    if (status == IH_INVALID) {
        problem_set(&p, 409, "in_use", "id", "%s", e.text);
        answer_fail(a, &p);
    } else if (status) {
        answer_store_error(a, &e);
    } else {
        answer_finish(a, 204, "");
    }
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host;
    return form->fields == 0 || problem_set(p, 400, "unknown_parameter", form->field[0].name,
                                    "there is no option '%.40s'", form->field[0].name);
}

const struct operation operation_personas = {.name = "personas",
    .check = check,
    .run = list,
    .quick = true,
    .about = "What there is of this kind."};
const struct operation operation_persona = {
    .name = "persona", .check = check, .run = show, .quick = true, .about = "One of them."};
const struct operation operation_persona_end = {.name = "persona_end",
    .check = check,
    .run = end,
    .quick = true,
    .about = "Deletes it.",
    .status = 204};
