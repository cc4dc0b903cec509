/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of batches: jobs with a number and a name of their own. */
#include "server/store/batches.h"
#include "server/store/within.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

static enum ih_status add_line(struct store *s, const struct batch_row *b,
    const struct batch_line *line, int number, struct ih_error *e)
{
    char id[STORE_ID];
    if (!id_new(id, "batch_req_"))
        return explain(e, IH_INTERNAL, "the system has no random numbers");
    return sql_run(&s->write, NULL, e,
        "INSERT INTO jobs (id, owner, operation, form, state, created, batch, line, custom)"
        " VALUES (?1, ?2, 'line', ?3, 0, ?4, ?5, ?6, ?7)",
        "titiiit", id, b->owner, line->form, store_now(s), b->seq, (int64_t)number, line->custom);
}

static enum ih_status begin(struct store *s, const struct batch_row *b,
    const struct batch_line *line, int count, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_run(&s->write, &changed, e,
        "UPDATE batches SET state = 1, begun = ?2, total = ?3 WHERE seq = ?1 AND state = 0", "iii",
        b->seq, store_now(s), (int64_t)count);
    if (!status && changed == 0)
        return explain(e, IH_NOT_FOUND, "the batch is not validating");
    for (int i = 0; !status && i < count; i++)
        status = add_line(s, b, &line[i], i + 1, e);
    return status;
}

enum ih_status batch_begin(struct store *s, const struct batch_row *row,
    const struct batch_line *line, int count, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    return status ? status : sql_commit(&s->write, begin(s, row, line, count, e), e);
}

bool batch_busy(struct store *s, int64_t seq)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q =
        sql_query(c, NULL, "SELECT 1 FROM jobs WHERE batch = ?1 AND state < 2 LIMIT 1", "i", seq);
    bool busy = sql_step(c, q, NULL) != 0;
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return busy;
}

enum ih_status batch_line_after(
    struct store *s, int64_t seq, int line, struct line_row *out, struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT id, line, custom, state, status, bytes FROM jobs WHERE batch = ?1 AND line > ?2"
        " ORDER BY line LIMIT 1",
        "ii", seq, (int64_t)line);
    int more = sql_step(c, q, e);
    if (more == 1) {
        *out = (struct line_row){.line = sqlite3_column_int(q, 1),
            .named = sqlite3_column_type(q, 2) != SQLITE_NULL,
            .state = (enum job_state)sqlite3_column_int(q, 3),
            .status = sqlite3_column_int(q, 4),
            .bytes = sqlite3_column_int64(q, 5)};
        sql_copy(q, 0, out->id, sizeof out->id);
        sql_copy(q, 2, out->custom, sizeof out->custom);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1  ? IH_OK
           : more < 0 ? IH_IO
                      : explain(e, IH_NOT_FOUND, "there are no more lines");
}

static enum ih_status end(struct store *s, struct batch_row *row, struct file_row *output,
    struct file_row *errors, struct ih_error *e)
{
    int changed = 0;
    struct sql *c = &s->write;
    int64_t now = store_now(s);
    enum ih_status status = output ? file_add_locked(s, output, e) : IH_OK;
    if (!status && errors)
        status = file_add_locked(s, errors, e);
    if (!status)
        status = sql_run(c, &changed, e,
            "UPDATE batches SET state = toward, completed = ?2, failed = ?3, output = ?4,"
            " errors = ?5, ended = ?6, hook_next = CASE WHEN hook IS NOT NULL THEN ?6 END"
            " WHERE seq = ?1 AND state IN (2, 3)",
            "iiitti", row->seq, row->completed, row->failed, output ? output->id : NULL,
            errors ? errors->id : NULL, now);
    if (!status && changed == 0)
        return explain(e, IH_NOT_FOUND, "the batch is not about to end");
    if (!status)
        status = sql_run(c, NULL, e,
            "UPDATE files SET expires = ?2 WHERE id IN"
            " (SELECT file FROM jobs WHERE batch = ?1 AND file IS NOT NULL)",
            "ii", row->seq, now + row->keep);
    return status ? status
                  : sql_run(c, NULL, e, "DELETE FROM jobs WHERE batch = ?1", "i", row->seq);
}

enum ih_status batch_end(struct store *s, struct batch_row *row, struct file_row *output,
    struct file_row *errors, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_commit(&s->write, end(s, row, output, errors, e), e);
    return status ? status : batch_find(s, row->id, -1, row, e);
}
