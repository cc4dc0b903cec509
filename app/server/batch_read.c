/* SPDX-License-Identifier: Apache-2.0 */
/* A batch's file is read: where its lines are and what they are called. What they ask for is looked
 * at when their turn has come. */
#include "server/batch_line.h"
#include "server/binder.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAULTS_SHOWN = 20 };

/* What is wrong with a line or the file. */
struct fault {
    const char *code; /* null: nothing */
    char text[200];
};

struct reading {
    const struct batch_row *batch;
    struct batch_line *line;
    int count, room, good;
    int number;    /* of the line in the file, with those that are empty */
    json_t *names; /* of lines so far: {"custom_id": number} */
    json_t *faults;
    struct fault whole; /* of the file */
};

static void set_fault(struct fault *f, const char *code, const char *text, int number)
{
    f->code = code;
    if (number)
        snprintf(f->text, sizeof f->text, "line %d %s", number, text);
    else
        snprintf(f->text, sizeof f->text, "%s", text);
}

/* The name of a line, or what is wrong with it; null for none. */
static const char *find_name(struct reading *r, const json_t *json, struct fault *f)
{
    const json_t *id = json_object_get(json, "custom_id");
    const char *name = json_string_value(id);
    if (!json)
        set_fault(f, "invalid_json_line", "is not JSON", r->number);
    else if (!json_is_object(json))
        set_fault(f, "invalid_json_line", "is not a JSON object", r->number);
    else if (!name || !*name || json_string_length(id) != strlen(name))
        set_fault(f, "missing_required_parameter", "has no custom_id", r->number);
    else if (strlen(name) >= LINE_NAME)
        set_fault(f, "invalid_custom_id", "has a custom_id that is too long", r->number);
    else
        return name;
    return NULL;
}

static void check_twice(struct reading *r, const char *name, struct fault *f)
{
    if (json_object_get(r->names, name))
        set_fault(f, "duplicate_custom_id", "has the custom_id of another line", r->number);
    else
        json_object_set_new(r->names, name, json_integer(r->number));
}

static bool make_room(struct reading *r)
{
    if (r->count < r->room)
        return true;
    int room = r->room ? 2 * r->room : 64;
    struct batch_line *grown = realloc(r->line, (size_t)room * sizeof *grown);
    if (!grown)
        return false;
    r->line = grown;
    r->room = room;
    return true;
}

static enum ih_status add_line(
    struct reading *r, const char *text, int64_t at, size_t bytes, struct ih_error *e)
{
    struct fault f = {0};
    json_t *json = bytes <= LINE_MOST ? json_loadb(text, bytes, JSON_DECODE_ANY, NULL) : NULL;
    const char *name = find_name(r, json, &f);
    if (bytes > LINE_MOST)
        set_fault(&f, "line_too_long", "is too long: name the recording by its file", r->number);
    if (name)
        check_twice(r, name, &f);
    if (f.code && json_array_size(r->faults) < FAULTS_SHOWN)
        json_array_append_new(r->faults, json_pack("{ss ss si sn}", "code", f.code, "message",
                                             f.text, "line", r->number, "param"));
    r->good += !f.code;
    bool room = make_room(r);
    struct batch_line line = {
        .form = line_to_text(r->batch, at, bytes, f.code, f.code ? f.text : NULL),
        .custom = name ? text_copy(name, strlen(name)) : NULL};
    json_decref(json);
    if (room && line.form && (line.custom || !name)) {
        r->line[r->count++] = line;
        return IH_OK;
    }
    free(line.form);
    free(line.custom);
    return explain(e, IH_NO_MEMORY, "not enough memory");
}

static bool is_blank(const char *text, size_t n)
{
    while (n > 0 && strchr(" \t\r", text[n - 1]) && text[n - 1])
        n--;
    return n == 0;
}

static enum ih_status read_lines(
    struct reading *r, const char *text, size_t bytes, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    size_t at = bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (!status && at < bytes && !r->whole.code) {
        const char *end = memchr(text + at, '\n', bytes - at);
        size_t n = end ? (size_t)(end - text) - at : bytes - at;
        r->number++;
        if (r->count == BATCH_LINES_MOST && !is_blank(text + at, n))
            set_fault(&r->whole, "too_many_requests", "the file has more than 50000 lines", 0);
        else if (!is_blank(text + at, n))
            status = add_line(r, text + at, (int64_t)at, n, e);
        at += n + 1;
    }
    if (r->count == 0)
        set_fault(&r->whole, "empty_file", "there is no line in the file", 0);
    return status;
}

/* What has failed needs its lines no more. */
static void drop_lines(struct store *s, const struct batch_row *row)
{
    char name[BLOB_NAME];
    snprintf(name, sizeof name, "%s.0", row->id);
    blob_remove(s, name);
}

/* A file in which no line can be told is no batch; else each line has its own answer. */
static enum ih_status settle(struct store *s, struct reading *r, struct ih_error *e)
{
    if (r->good > 0 && !r->whole.code)
        return batch_begin(s, r->batch, r->line, r->count, e);
    if (r->whole.code)
        json_array_insert_new(r->faults, 0,
            json_pack(
                "{ss ss sn sn}", "code", r->whole.code, "message", r->whole.text, "line", "param"));
    char *text = json_dumps(r->faults, JSON_COMPACT);
    enum ih_status status =
        text ? batch_fail(s, r->batch, text, e) : explain(e, IH_NO_MEMORY, "not enough memory");
    free(text);
    if (!status)
        drop_lines(s, r->batch);
    return status;
}

static void free_reading(struct reading *r)
{
    for (int i = 0; i < r->count; i++) {
        free(r->line[i].form);
        free(r->line[i].custom);
    }
    free(r->line);
    json_decref(r->names);
    json_decref(r->faults);
}

enum ih_status batch_read(struct store *s, const struct batch_row *row, struct ih_error *e)
{
    char name[BLOB_NAME], path[4200];
    struct spool *file = NULL;
    const void *text = NULL;
    size_t bytes = 0;
    struct reading r = {.batch = row, .names = json_object(), .faults = json_array()};
    snprintf(name, sizeof name, "%s.0", row->id);
    enum ih_status status = store_blob_path(s, name, path, sizeof path)
                                ? spool_open_file(&file, path, e)
                                : explain(e, IH_INTERNAL, "the data folder's name is too long");
    if (!status && spool_size(file) > 0)
        status = spool_map(file, &text, &bytes, e);
    if (!status)
        status = read_lines(&r, text ? text : "", bytes, e);
    if (!status)
        status = settle(s, &r, e);
    spool_close(&file);
    free_reading(&r);
    return status;
}
