/* SPDX-License-Identifier: Apache-2.0 */
/* What came of a batch's lines becomes two files: of those that were answered well, and of the
 * others. */
#include "server/binder.h"
#include "server/problem.h"
#include "server/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One of the two files; without lines it is not made. */
struct sheet {
    struct store *store;
    struct blob blob;
    struct file_row row;
    int64_t lines;
};

static enum ih_status begin_sheet(struct sheet *t, const struct batch_row *b, const char *what,
    int64_t expires, struct ih_error *e)
{
    t->row = (struct file_row){.owner = b->owner, .expires = expires};
    snprintf(t->row.purpose, sizeof t->row.purpose, "batch_output");
    snprintf(t->row.type, sizeof t->row.type, "application/jsonl");
    snprintf(t->row.name, sizeof t->row.name, "%s_%s.jsonl", b->id, what);
    t->blob = (struct blob){.fd = -1};
    return id_new(t->row.id, "file-") ? IH_OK
                                      : explain(e, IH_INTERNAL, "the system has no random numbers");
}

static enum ih_status put(struct sheet *t, const char *text, size_t n, struct ih_error *e)
{
    if (t->blob.fd < 0) {
        enum ih_status status = blob_begin(&t->blob, t->store, t->row.id, e);
        if (status)
            return status;
    }
    return blob_write(&t->blob, text, n, e);
}

/* A result, whose line ends stand between its words only: JSON has none in texts. */
static enum ih_status put_result(struct sheet *t, const char *id, struct ih_error *e)
{
    char name[BLOB_NAME], path[4200], piece[16 << 10];
    struct spool *result = NULL;
    int64_t at = 0, n;
    snprintf(name, sizeof name, "%s.result", id);
    enum ih_status status = store_blob_path(t->store, name, path, sizeof path)
                                ? spool_open_file(&result, path, e)
                                : explain(e, IH_INTERNAL, "the data folder's name is too long");
    while (!status && (n = spool_read(result, at, piece, sizeof piece)) != 0) {
        for (int64_t i = 0; i < n; i++)
            piece[i] = piece[i] == '\n' || piece[i] == '\r' ? ' ' : piece[i];
        status = n < 0 ? explain(e, IH_IO, "a result cannot be read") : put(t, piece, (size_t)n, e);
        at += n;
    }
    spool_close(&result);
    return status;
}

static enum ih_status put_json(struct sheet *t, json_t *json, struct ih_error *e)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    enum ih_status status =
        text ? put(t, text, strlen(text), e) : explain(e, IH_NO_MEMORY, "not enough memory");
    free(text);
    json_decref(json);
    return status;
}

/* Why there is no answer to a line. */
static json_t *error_json(const struct batch_row *b, const struct line_row *l)
{
    bool late = b->toward == BATCH_EXPIRED;
    if (l->state == JOB_CANCELLED)
        return json_pack("{ss ss}", "code", late ? "batch_expired" : "batch_cancelled", "message",
            late ? "the batch's time was over before the request was done"
                 : "the batch was cancelled before the request was done");
    return json_pack("{ss ss}", "code", "request_given_up", "message",
        "the request was given up: its result could not be kept, or the server ended each time "
        "while it was at it");
}

static enum ih_status put_line(
    struct sheet *t, const struct batch_row *b, const struct line_row *l, struct ih_error *e)
{
    static const char prefix[] = "batch_req_";
    char head[200];
    bool answered = l->bytes > 0 && l->status > 0;
    t->lines++;
    snprintf(head, sizeof head, "{\"id\":\"%s\",\"custom_id\":", l->id);
    enum ih_status status = put(t, head, strlen(head), e);
    if (!status)
        status = put_json(t, l->named ? problem_text(l->custom) : json_null(), e);
    if (answered)
        snprintf(head, sizeof head,
            ",\"response\":{\"status_code\":%d,\"request_id\":\"req_%s\",\"body\":", l->status,
            l->id + sizeof prefix - 1);
    else
        snprintf(head, sizeof head, ",\"response\":null,\"error\":");
    if (!status)
        status = put(t, head, strlen(head), e);
    if (!status)
        status = answered ? put_result(t, l->id, e) : put_json(t, error_json(b, l), e);
    const char *tail = answered ? "},\"error\":null}\n" : "}\n";
    return status ? status : put(t, tail, strlen(tail), e);
}

/* Jobs whose blobs are of no use when the batch has ended. */
struct ids {
    char (*id)[STORE_ID];
    int count, room;
};

static enum ih_status remember(struct ids *list, const char *id, struct ih_error *e)
{
    if (list->count == list->room) {
        int room = list->room ? 2 * list->room : 64;
        char(*grown)[STORE_ID] = realloc(list->id, (size_t)room * sizeof *grown);
        if (!grown)
            return explain(e, IH_NO_MEMORY, "not enough memory");
        list->id = grown;
        list->room = room;
    }
    snprintf(list->id[list->count++], STORE_ID, "%s", id);
    return IH_OK;
}

static enum ih_status put_lines(
    struct sheet sheet[2], const struct batch_row *b, struct ids *ids, struct ih_error *e)
{
    struct line_row *l = calloc(1, sizeof *l);
    struct ih_error why = {0};
    enum ih_status status = l ? IH_OK : explain(&why, IH_NO_MEMORY, "not enough memory");
    while (!status && !(status = batch_line_after(sheet->store, b->seq, l->line, l, &why))) {
        status = remember(ids, l->id, &why);
        if (!status)
            status = put_line(&sheet[l->state != JOB_SUCCEEDED], b, l, &why);
    }
    free(l);
    return status == IH_NOT_FOUND ? IH_OK : explain(e, status, "%s", why.text);
}

static enum ih_status finish_sheet(struct sheet *t, struct ih_error *e)
{
    t->row.bytes = t->blob.bytes;
    return t->lines ? blob_finish(&t->blob, e) : IH_OK;
}

static enum ih_status bind(
    struct batch_row *row, struct sheet sheet[2], struct ids *ids, struct ih_error *e)
{
    struct sheet *output = &sheet[0], *errors = &sheet[1];
    enum ih_status status = put_lines(sheet, row, ids, e);
    if (!status)
        status = finish_sheet(output, e);
    if (!status)
        status = finish_sheet(errors, e);
    if (status)
        return status;
    row->completed = output->lines;
    row->failed = errors->lines;
    return batch_end(output->store, row, output->lines ? &output->row : NULL,
        errors->lines ? &errors->row : NULL, e);
}

/* Files whose row was not written are of no use. */
static void drop(struct sheet *t)
{
    blob_discard(&t->blob);
    if (t->lines)
        blob_remove(t->store, t->row.id);
}

enum ih_status batch_bind(
    struct store *s, const struct settings *settings, struct batch_row *row, struct ih_error *e)
{
    char name[BLOB_NAME];
    struct ids ids = {0};
    struct sheet sheet[2] = {{.store = s}, {.store = s}};
    int64_t expires = store_now(s) + row->keep;
    if (!store_has_room(s, 0, (int64_t)settings->free_megabytes << 20))
        return explain(e, IH_IO, "there is no room for more in the data folder");
    enum ih_status status = begin_sheet(&sheet[0], row, "output", expires, e);
    if (!status)
        status = begin_sheet(&sheet[1], row, "error", expires, e);
    if (!status)
        status = bind(row, sheet, &ids, e);
    for (int i = 0; status && i < 2; i++)
        drop(&sheet[i]);
    for (int i = 0; !status && i < ids.count; i++)
        blob_remove_job(s, ids.id[i], NULL);
    snprintf(name, sizeof name, "%s.0", row->id);
    if (!status)
        blob_remove(s, name);
    free(ids.id);
    return status;
}
