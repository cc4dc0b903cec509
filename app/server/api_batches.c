/* SPDX-License-Identifier: Apache-2.0 */
/* Many requests in one file: /v1/batches, as OpenAI's. */
#include "server/batch_line.h"
#include "server/binder.h"
#include "server/fields.h"
#include "server/listing.h"
#include "server/operations.h"
#include "server/store/json.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 86400, HOUR = 3600, MONTH = 30 * 24 * HOUR };

static const char *const known[] = {
    "input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after", NULL};

/* A JSON object in a field, or null; a new reference. */
static json_t *object_in(const struct field *f)
{
    json_t *json = f->kind == FIELD_JSON ? json_loadb(f->text, f->bytes, 0, NULL) : NULL;
    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

static bool read_metadata(struct batch_row *row, const struct form *f, struct problem *p)
{
    json_t *json;
    if (!fields_pairs(f, "metadata", &json, p))
        return false;
    if (!json)
        return true;
    char *text = json_dumps(json, JSON_COMPACT);
    bool good = text && strlen(text) < sizeof row->metadata;
    if (good)
        snprintf(row->metadata, sizeof row->metadata, "%s", text);
    free(text);
    json_decref(json);
    return good || problem_set(p, 400, "invalid_value", "metadata", "metadata is too long");
}

static bool read_keep(struct batch_row *row, const struct form *f, struct problem *p)
{
    const struct field *field = form_find(f, "output_expires_after");
    const char *anchor = "";
    json_int_t seconds = 0;
    if (!field)
        return true;
    json_t *json = object_in(field);
    bool good = json && json_unpack(json, "{ss sI}", "anchor", &anchor, "seconds", &seconds) == 0 &&
                strcmp(anchor, "created_at") == 0 && seconds >= HOUR && seconds <= MONTH;
    json_decref(json);
    row->keep = seconds;
    return good ||
           problem_set(p, 400, "invalid_value", "output_expires_after",
               "output_expires_after is {\"anchor\": \"created_at\", \"seconds\": N}, N from %d to "
               "%d",
               HOUR, MONTH);
}

static bool read_new(
    struct batch_row *row, const struct host *host, const struct form *f, struct problem *p)
{
    const char *input = NULL, *endpoint = NULL, *window = NULL;
    *row = (struct batch_row){
        .owner = f->asked.key, .keep = (int64_t)host->settings->job_hours * HOUR};
    for (int i = 0; i < f->fields; i++) {
        const char *const *k = known;
        while (*k && strcmp(*k, f->field[i].name) != 0)
            k++;
        if (!*k)
            return problem_set(p, 400, "unknown_parameter", f->field[i].name,
                "there is no field %.60s", f->field[i].name);
    }
    if (!fields_text(f, "input_file_id", &input, p) || !fields_text(f, "endpoint", &endpoint, p) ||
        !fields_text(f, "completion_window", &window, p) || !read_metadata(row, f, p) ||
        !read_keep(row, f, p))
        return false;
    if (!input || !*input || strlen(input) >= sizeof row->input)
        return problem_set(p, 400, input && *input ? "invalid_value" : "missing_parameter",
            "input_file_id", "input_file_id is the id of a file with purpose batch");
    if (!endpoint || !line_operation(endpoint))
        return problem_set(p, 400, endpoint ? "invalid_value" : "missing_parameter", "endpoint",
            "endpoint is /v1/audio/transcriptions, /v1/audio/translations, /v1/audio/speech, "
            "/v1/images/generations, /v1/images/edits, /v1/chat/completions or /v1/responses");
    if (!window || strcmp(window, "24h") != 0)
        return problem_set(p, 400, window ? "invalid_value" : "missing_parameter",
            "completion_window", "completion_window must be 24h");
    snprintf(row->input, sizeof row->input, "%s", input);
    snprintf(row->endpoint, sizeof row->endpoint, "%s", endpoint);
    snprintf(row->once, sizeof row->once, "%s", f->asked.once);
    snprintf(row->hook, sizeof row->hook, "%s", f->asked.hook);
    return true;
}

static bool check_new(const struct host *host, const struct form *form, struct problem *p)
{
    struct batch_row row;
    return read_new(&row, host, form, p);
}

static bool check_input(const struct host *host, const struct form *form,
    const struct batch_row *row, struct problem *p)
{
    struct file_row file;
    struct ih_error e = {0};
    enum ih_status status =
        file_find(host->store, row->input, asked_owner(&form->asked), &file, &e);
    if (status == IH_NOT_FOUND)
        return problem_set(p, 400, "file_not_found", "input_file_id", "%s", e.text);
    if (status)
        return problem_set(p, 503, "unavailable", NULL, "the data folder cannot be used now");
    return strcmp(file.purpose, "batch") == 0 ||
           problem_set(p, 400, "invalid_purpose", "input_file_id",
               "the file's purpose is %.60s and not batch", file.purpose);
}

/* The lines have a name of their own, so that they stay when the file is deleted. */
static enum ih_status keep(
    const struct host *host, struct batch_row *row, bool *there, struct ih_error *e)
{
    char name[BLOB_NAME];
    if (!id_new(row->id, "batch_"))
        return explain(e, IH_INTERNAL, "the system has no random numbers");
    snprintf(name, sizeof name, "%s.0", row->id);
    row->expires = store_now(host->store) + WINDOW;
    enum ih_status status = blob_link(host->store, row->input, name, e);
    if (!status)
        status = batch_add(host->store, row, there, e);
    if (status || *there)
        blob_remove(host->store, name);
    return status;
}

static void run_new(const struct host *host, const struct form *form, struct answer *a)
{
    struct batch_row row;
    struct problem p;
    struct ih_error e = {0};
    bool there = false;
    if (!read_new(&row, host, form, &p) || !check_input(host, form, &row, &p)) {
        answer_fail(a, &p);
    } else if (keep(host, &row, &there, &e) != IH_OK) {
        answer_store_error(a, &e);
    } else {
        answer_json(a, 200, batch_json(&row));
        binder_wake(host->binder);
    }
}

static int add(void *listing, const struct batch_row *row)
{
    return listing_add(listing, batch_json(row));
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
    enum ih_status status = batch_list(host->store, owner, asked_text(form, "after"), add, &l, &e);
    listing_answer(&l, a, status ? &e : NULL);
}

static void show(const struct host *host, const struct form *form, struct answer *a)
{
    struct batch_row row;
    struct ih_error e = {0};
    if (batch_find(host->store, form->asked.item, asked_owner(&form->asked), &row, &e) == IH_OK)
        answer_json(a, 200, batch_json(&row));
    else
        answer_store_error(a, &e);
}

static void cancel(const struct host *host, const struct form *form, struct answer *a)
{
    struct batch_row row;
    struct problem p;
    struct ih_error e = {0};
    enum ih_status status = batch_stop(
        host->store, form->asked.item, asked_owner(&form->asked), BATCH_CANCELLED, &row, &e);
    if (status == IH_OK || (status == IH_INVALID && row.state == BATCH_CANCELLING)) {
        kept_cancel_batch(host->kept, row.seq);
        binder_wake(host->binder);
        answer_json(a, 200, batch_json(&row));
    } else if (status == IH_INVALID) {
        problem_set(&p, 409, "batch_not_cancellable", NULL, "%s: it cannot be cancelled", e.text);
        answer_fail(a, &p);
    } else {
        answer_store_error(a, &e);
    }
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host, (void)form, (void)p;
    return true;
}

static const char *const windows[] = {"24h", NULL};
static const struct field_rule new_rules[] = {
    RULE_OWN("input_file_id", SHAPE_TEXT, "a file with the purpose batch", .needed = true),
    RULE_OWN("endpoint", SHAPE_TEXT, "where the lines would be sent", .choices = line_endpoints,
        .needed = true),
    RULE_OWN("completion_window", SHAPE_TEXT, "until when", .choices = windows, .needed = true),
    RULE_OWN("metadata", SHAPE_OBJECT, "at most 16 texts of one's own"),
    RULE_OWN("output_expires_after", SHAPE_OBJECT,
        "{\"anchor\": \"created_at\", \"seconds\": 3600 to 2592000}"),
    RULE_END,
};
static const struct field_rule list_rules[] = {
    RULE_OWN("limit", SHAPE_WHOLE, "most of them; 20 without it", .low = 1, .high = 100),
    RULE_OWN("after", SHAPE_TEXT, "those behind the batch with this id"),
    RULE_END,
};

const struct operation operation_batch_new = {.name = "batch_new",
    .check = check_new,
    .run = run_new,
    .quick = true,
    .about = "Does the requests of a file, one a line.",
    .rules = new_rules};
const struct operation operation_batches = {.name = "batches",
    .check = check,
    .run = list,
    .quick = true,
    .about = "Batches, the newest first.",
    .rules = list_rules};
const struct operation operation_batch = {
    .name = "batch", .check = check, .run = show, .quick = true, .about = "How a batch is."};
const struct operation operation_batch_cancel = {.name = "batch_cancel",
    .check = check,
    .run = cancel,
    .quick = true,
    .about = "Ends a batch; what was done stays."};
