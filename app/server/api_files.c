/* SPDX-License-Identifier: Apache-2.0 */
/* Files that clients put here: /v1/files, as OpenAI's. */
#include "server/fields.h"
#include "server/kept.h"
#include "server/listing.h"
#include "server/operations.h"
#include "server/store/json.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

static const char *const purposes[] = {
    "assistants", "batch", "evals", "fine-tune", "user_data", "vision", NULL};

enum { HOUR = 3600, MONTH = 30 * 24 * HOUR }; /* seconds */

struct wanted {
    int purpose;
    int64_t seconds; /* until it expires; 0: as the server has it */
};

static bool read_expiry(struct wanted *w, const struct form *f, struct problem *p)
{
    const struct field *anchor = form_find(f, "expires_after[anchor]");
    const struct field *seconds = form_find(f, "expires_after[seconds]");
    if (anchor && strcmp(anchor->text, "created_at") != 0)
        return problem_set(p, 400, "invalid_value", anchor->name, "the anchor is created_at");
    if (!seconds)
        return true;
    if (text_integer(seconds->text, &w->seconds) && w->seconds >= HOUR && w->seconds <= MONTH)
        return true;
    return problem_set(p, 400, "invalid_value", seconds->name,
        "a file expires after %d to %d seconds", HOUR, MONTH);
}

static bool read_wanted(struct wanted *w, const struct form *f, struct problem *p)
{
    *w = (struct wanted){.purpose = -1};
    for (int i = 0; i < f->fields; i++)
        if (strcmp(f->field[i].name, "purpose") != 0 &&
            strncmp(f->field[i].name, "expires_after[", 14) != 0)
            return problem_set(p, 400, "unknown_parameter", f->field[i].name,
                "there is no field %.60s", f->field[i].name);
    if (!fields_choice(f, "purpose", purposes, &w->purpose, p) || !read_expiry(w, f, p))
        return false;
    if (w->purpose < 0)
        return problem_set(p, 400, "missing_parameter", "purpose", "purpose is missing");
    if (f->uploads == 1 && form_upload(f, "file"))
        return true;
    return problem_set(p, 400, "missing_parameter", "file",
        "send one file, as 'file' of a multipart/form-data body");
}

static bool check_new(const struct host *host, const struct form *form, struct problem *p)
{
    struct wanted w;
    (void)host;
    return read_wanted(&w, form, p);
}

static enum ih_status keep(const struct host *host, const struct form *form, const struct wanted *w,
    struct file_row *row, struct ih_error *e)
{
    const struct upload *file = form_upload(form, "file");
    int64_t seconds = w->seconds ? w->seconds : (int64_t)host->settings->file_days * 86400;
    *row = (struct file_row){.owner = form->asked.key,
        .bytes = spool_size(file->data),
        .expires = seconds ? store_now(host->store) + seconds : 0};
    snprintf(row->purpose, sizeof row->purpose, "%s", purposes[w->purpose]);
    snprintf(row->name, sizeof row->name, "%s", file->filename);
    snprintf(row->type, sizeof row->type, "%s", file->type);
    if (!id_new(row->id, "file-"))
        return explain(e, IH_INTERNAL, "the system has no random numbers");
    enum ih_status status = keep_spool(host->store, row->id, file->data, e);
    if (status)
        return status;
    status = file_add(host->store, row, e);
    if (status)
        blob_remove(host->store, row->id);
    return status;
}

static void run_new(const struct host *host, const struct form *form, struct answer *a)
{
    struct wanted w;
    struct problem p;
    struct file_row row;
    struct ih_error e = {0};
    if (!read_wanted(&w, form, &p) || !keep_has_room(host->store, host->settings, form, &p))
        answer_fail(a, &p);
    else if (keep(host, form, &w, &row, &e) != IH_OK)
        answer_store_error(a, &e);
    else
        answer_json(a, 200, file_json(&row));
}

static int add(void *listing, const struct file_row *row)
{
    return listing_add(listing, file_json(row));
}

static void list(const struct host *host, const struct form *form, struct answer *a)
{
    struct listing l = {0};
    struct problem p;
    struct ih_error e = {0};
    const char *order = asked_text(form, "order"), *purpose = asked_text(form, "purpose");
    int64_t owner = asked_owner(&form->asked);
    bool good = asked_limit(form, 10000, 10000, &l.limit, &p);
    if (good && order && strcmp(order, "desc") != 0)
        good = problem_set(
            &p, 400, "unsupported_parameter", "order", "files are listed newest first (desc)");
    if (!good) {
        answer_fail(a, &p);
        return;
    }
    enum ih_status status = file_list(
        host->store, owner, asked_text(form, "after"), purpose ? purpose : "", add, &l, &e);
    listing_answer(&l, a, status ? &e : NULL);
}

static void show(const struct host *host, const struct form *form, struct answer *a)
{
    struct file_row row;
    struct ih_error e = {0};
    if (file_find(host->store, form->asked.item, asked_owner(&form->asked), &row, &e) == IH_OK)
        answer_json(a, 200, file_json(&row));
    else
        answer_store_error(a, &e);
}

/* Never as what the uploader says that it is: a page from here would be trusted. */
static void content(const struct host *host, const struct form *form, struct answer *a)
{
    struct file_row row;
    struct ih_error e = {0};
    char path[4200];
    if (file_find(host->store, form->asked.item, asked_owner(&form->asked), &row, &e) != IH_OK) {
        answer_store_error(a, &e);
        return;
    }
    answer_header(a, "content-disposition", "attachment");
    if (!store_blob_path(host->store, row.id, path, sizeof path) ||
        answer_file(a, path, 200, "application/octet-stream", &e) != IH_OK)
        answer_store_error(a, &e);
}

static void end(const struct host *host, const struct form *form, struct answer *a)
{
    struct ih_error e = {0};
    const char *id = form->asked.item;
    if (file_remove(host->store, id, asked_owner(&form->asked), &e) == IH_OK)
        answer_json(a, 200, json_pack("{ss ss sb}", "id", id, "object", "file", "deleted", 1));
    else
        answer_store_error(a, &e);
}

static bool check(const struct host *host, const struct form *form, struct problem *p)
{
    (void)host, (void)form, (void)p;
    return true;
}

/* clang-format off */
static const struct field_rule new_rules[] = {
    RULE_OWN("file", SHAPE_FILE, NULL, .needed = true),
    RULE_OWN("purpose", SHAPE_TEXT, "what it is for", .choices = purposes, .needed = true),
    RULE_OWN("expires_after[anchor]", SHAPE_TEXT, "created_at"),
    RULE_OWN("expires_after[seconds]", SHAPE_WHOLE, "seconds until it is deleted", .low = HOUR, .high = MONTH),
    RULE_END,
};
static const char *const orders[] = {"desc", NULL};
static const struct field_rule list_rules[] = {
    RULE_OWN("limit", SHAPE_WHOLE, "most of them; all without it", .low = 1, .high = 10000),
    RULE_OWN("after", SHAPE_TEXT, "those behind the file with this id"),
    RULE_OWN("order", SHAPE_TEXT, "the newest first", .choices = orders),
    RULE_OWN("purpose", SHAPE_TEXT, "those with this purpose"),
    RULE_END,
};
static const char *const content_types[] = {"application/octet-stream", NULL};
/* clang-format on */

const struct operation operation_file_new = {.name = "file_new",
    .check = check_new,
    .run = run_new,
    .quick = true,
    .about = "Puts a file here.",
    .rules = new_rules};
const struct operation operation_files = {.name = "files",
    .check = check,
    .run = list,
    .quick = true,
    .about = "Files, the newest first.",
    .rules = list_rules};
const struct operation operation_file = {
    .name = "file", .check = check, .run = show, .quick = true, .about = "What a file is."};
const struct operation operation_file_content = {.name = "file_content",
    .check = check,
    .run = content,
    .quick = true,
    .about = "A file as it was put here.",
    .types = content_types};
const struct operation operation_file_end = {
    .name = "file_end", .check = check, .run = end, .quick = true, .about = "Deletes a file."};
