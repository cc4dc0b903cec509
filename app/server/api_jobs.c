/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: submitted by any request for work with 'Prefer: respond-async', seen at /v1/jobs. */
#include "server/fields.h"
#include "server/kept.h"
#include "server/listing.h"
#include "server/operations.h"
#include "server/store/json.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct operation *const operations_kept[] = {&operation_transcribe, &operation_translate,
    &operation_recognize, &operation_speak, &operation_draw, &operation_edit, &operation_chat,
    &operation_respond, NULL};

const char *asked_text(const struct form *f, const char *name)
{
    const struct field *field = form_find(f, name);
    return field ? field->text : NULL;
}

bool asked_limit(const struct form *f, int fallback, int most, int *limit, struct problem *p)
{
    const char *text = asked_text(f, "limit");
    int64_t n = fallback;
    if (text && (!text_integer(text, &n) || n < 1 || n > most))
        return problem_set(
            p, 400, "invalid_value", "limit", "limit must be a whole number from 1 to %d", most);
    *limit = (int)n;
    return true;
}

int64_t asked_owner(const struct asked *a)
{
    return a->admin ? -1 : a->key;
}

void answer_store_error(struct answer *a, const struct ih_error *e)
{
    struct problem p;
    problem_from(&p, e);
    if (e->code == IH_IO)
        problem_set(&p, 503, "unavailable", NULL, "the data folder cannot be used now");
    answer_fail(a, &p);
}

static void keep(const struct host *host, const struct form *form, struct answer *a)
{
    struct problem p;
    struct job_row row;
    bool there;
    const struct operation *const *o = operations_kept;
    while (*o && strcmp((*o)->name, form->asked.operation) != 0)
        o++;
    if (!*o || !kept_submit(host->kept, *o, form, &row, &there, &p)) {
        if (!*o)
            problem_set(&p, 400, "unsupported", NULL, "this cannot be kept as a job");
        answer_fail(a, &p);
        return;
    }
    answer_header(a, "location", "/v1/jobs/%s", row.id);
    answer_header(a, "preference-applied", "respond-async");
    answer_json(a, 202, job_json(&row));
}

static int add(void *listing, const struct job_row *row)
{
    return listing_add(listing, job_json(row));
}

static void list(const struct host *host, const struct form *form, struct answer *a)
{
    struct listing l = {0};
    struct problem p;
    struct ih_error e = {0};
    int64_t owner = asked_owner(&form->asked);
    if (!asked_limit(form, 20, 100, &l.limit, &p)) {
        answer_fail(a, &p);
        return;
    }
    enum ih_status status = job_list(host->store, owner, asked_text(form, "after"), add, &l, &e);
    listing_answer(&l, a, status ? &e : NULL);
}

/* Lines of batches are seen in what comes of the batch. */
static enum ih_status find(
    const struct host *host, const struct form *form, struct job_row *row, struct ih_error *e)
{
    const char *id = form->asked.item;
    enum ih_status status = job_find(host->store, id, asked_owner(&form->asked), row, e);
    return status || !row->batch ? status : explain(e, IH_NOT_FOUND, "there is no job '%.60s'", id);
}

/* With how far it is, where that is known. */
static json_t *shown(const struct host *host, const struct job_row *row)
{
    double done, total;
    json_t *json = job_json(row);
    if (json && row->state == JOB_RUNNING && kept_progress(host->kept, row->id, &done, &total))
        json_object_set_new(json, "progress",
            json_pack(
                "{sf so}", "done", done, "total", total > 0 ? json_real(total) : json_null()));
    return json;
}

static void show(const struct host *host, const struct form *form, struct answer *a)
{
    struct job_row row;
    struct ih_error e = {0};
    if (find(host, form, &row, &e) == IH_OK)
        answer_json(a, 200, shown(host, &row));
    else
        answer_store_error(a, &e);
}

/* The warnings that the work gave; its other headers were about another answer. */
static void repeat_warnings(struct answer *a, const char *headers)
{
    static const char name[] = "x-inhouse-warning: ";
    for (const char *p = headers; *p; p += strcspn(p, "\n") + 1) {
        size_t n = strcspn(p, "\r\n");
        if (strncmp(p, name, sizeof name - 1) == 0)
            answer_header(
                a, "x-inhouse-warning", "%.*s", (int)(n - (sizeof name - 1)), p + sizeof name - 1);
        if (!p[strcspn(p, "\n")])
            break;
    }
}

static bool send_result(
    const struct host *host, const struct job_row *row, struct answer *a, struct problem *p)
{
    char name[BLOB_NAME], path[4200];
    struct ih_error e = {0};
    if (row->state == JOB_QUEUED || row->state == JOB_RUNNING)
        return problem_set(
            p, 409, "job_not_ended", NULL, "the job is %s", job_state_name(row->state));
    if (row->state == JOB_CANCELLED && row->bytes == 0)
        return problem_set(p, 409, "job_cancelled", NULL, "the job was cancelled");
    if (row->bytes == 0 && row->status >= 500)
        return problem_set(p, 500, "job_given_up", NULL,
            "the job was given up: its result could not be kept, or the server ended each time "
            "while it was at it");
    repeat_warnings(a, row->headers);
    snprintf(name, sizeof name, "%s.result", row->id);
    if (store_blob_path(host->store, name, path, sizeof path) &&
        answer_file(a, path, row->status, row->type, &e) == IH_OK)
        return true;
    return problem_set(p, 503, "unavailable", NULL, "the result cannot be read now");
}

static void result(const struct host *host, const struct form *form, struct answer *a)
{
    struct job_row row;
    struct problem p;
    struct ih_error e = {0};
    if (find(host, form, &row, &e) != IH_OK)
        answer_store_error(a, &e);
    else if (!send_result(host, &row, a, &p))
        answer_fail(a, &p);
}

/* Cancels a job that has not ended, and deletes one that has. */
static void end(const struct host *host, const struct form *form, struct answer *a)
{
    struct job_row row;
    struct ih_error e = {0};
    int64_t owner = asked_owner(&form->asked);
    const char *id = form->asked.item;
    enum ih_status status = find(host, form, &row, &e);
    if (!status && row.state >= JOB_SUCCEEDED) {
        status = job_remove(host->store, id, owner, &e);
        if (!status)
            answer_json(a, 200, json_pack("{ss ss sb}", "id", id, "object", "job", "deleted", 1));
    } else if (!status) {
        status = job_cancel(host->store, id, owner, &row, &e);
        if (!status) {
            kept_cancel(host->kept, id);
            answer_json(a, 200, shown(host, &row));
        }
    }
    if (status)
        answer_store_error(a, &e);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host, (void)form, (void)p;
    return true;
}

static const struct field_rule list_rules[] = {
    RULE_OWN("limit", SHAPE_WHOLE, "most of them; 20 without it", .low = 1, .high = 100),
    RULE_OWN("after", SHAPE_TEXT, "those behind the job with this id"),
    RULE_END,
};
static const char *const result_types[] = {"*/*", NULL};

const struct operation operation_keep = {
    .name = "keep", .check = check, .run = keep, .quick = true};
const struct operation operation_jobs = {.name = "jobs",
    .check = check,
    .run = list,
    .quick = true,
    .about = "Jobs, the newest first.",
    .rules = list_rules};
const struct operation operation_job = {
    .name = "job", .check = check, .run = show, .quick = true, .about = "How a job is."};
const struct operation operation_job_result = {.name = "job_result",
    .check = check,
    .run = result,
    .quick = true,
    .about = "What the request would have been answered.",
    .types = result_types};
const struct operation operation_job_end = {.name = "job_end",
    .check = check,
    .run = end,
    .quick = true,
    .about = "Cancels a job, or deletes one that has ended."};
