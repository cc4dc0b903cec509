/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/batches.h"

#include "server/store/within.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS_WITH(completed, failed)                                                            \
    "seq, id, owner, endpoint, input, metadata, once, keep, state, toward, faults, "               \
    "total, " completed ", " failed                                                                \
    ", output, errors, created, expires, begun, finalizing, cancelling, ended, hook, "             \
    "hook_attempts"
/* Until its end they are counted. */
#define COUNTED(end, states)                                                                       \
    "CASE WHEN state < 4 THEN (SELECT COUNT(*) FROM jobs WHERE batch = b.seq AND "                 \
    "jobs.state " states ") ELSE " end " END"
#define COLUMNS COLUMNS_WITH(COUNTED("completed", "= 2"), COUNTED("failed", "> 2"))

const char *batch_state_name(enum batch_state state)
{
    static const char *const names[] = {"validating", "in_progress", "finalizing", "cancelling",
        "completed", "failed", "cancelled", "expired"};
    return names[state];
}

static void read_row(sqlite3_stmt *q, struct batch_row *r)
{
    *r = (struct batch_row){.seq = sqlite3_column_int64(q, 0),
        .owner = sqlite3_column_int64(q, 2),
        .keep = sqlite3_column_int64(q, 7),
        .state = (enum batch_state)sqlite3_column_int(q, 8),
        .toward = (enum batch_state)sqlite3_column_int(q, 9),
        .total = sqlite3_column_int64(q, 11),
        .completed = sqlite3_column_int64(q, 12),
        .failed = sqlite3_column_int64(q, 13),
        .created = sqlite3_column_int64(q, 16),
        .expires = sqlite3_column_int64(q, 17),
        .begun = sqlite3_column_int64(q, 18),
        .finalizing = sqlite3_column_int64(q, 19),
        .cancelling = sqlite3_column_int64(q, 20),
        .ended = sqlite3_column_int64(q, 21),
        .hook_attempts = sqlite3_column_int(q, 23)};
    sql_copy(q, 1, r->id, sizeof r->id);
    sql_copy(q, 3, r->endpoint, sizeof r->endpoint);
    sql_copy(q, 4, r->input, sizeof r->input);
    sql_copy(q, 5, r->metadata, sizeof r->metadata);
    sql_copy(q, 6, r->once, sizeof r->once);
    sql_copy(q, 10, r->faults, sizeof r->faults);
    sql_copy(q, 14, r->output, sizeof r->output);
    sql_copy(q, 15, r->errors, sizeof r->errors);
    sql_copy(q, 22, r->hook, sizeof r->hook);
}

static enum ih_status take_one(
    struct sql *c, sqlite3_stmt *q, struct batch_row *out, struct ih_error *e)
{
    int more = sql_step(c, q, e);
    if (more == 1)
        read_row(q, out);
    sql_end(q);
    return more == 1  ? IH_OK
           : more < 0 ? IH_IO
                      : explain(e, IH_NOT_FOUND, "there is no such batch");
}

static enum ih_status add(struct store *s, struct batch_row *r, bool *there, struct ih_error *e)
{
    struct sql *c = &s->write;
    if (*r->once) {
        sqlite3_stmt *q =
            sql_query(c, e, "SELECT " COLUMNS " FROM batches AS b WHERE owner = ?1 AND once = ?2",
                "it", r->owner, r->once);
        enum ih_status status = take_one(c, q, r, e);
        *there = status == IH_OK;
        if (status != IH_NOT_FOUND)
            return status;
    }
    r->created = store_now(s);
    r->state = BATCH_VALIDATING;
    r->toward = BATCH_COMPLETED;
    return sql_run(c, NULL, e,
        "INSERT INTO batches"
        " (id, owner, endpoint, input, metadata, once, keep, state, toward, created, expires, hook)"
        " VALUES (?1, ?2, ?3, ?4, NULLIF(?5, ''), NULLIF(?6, ''), ?7, 0, 4, ?8, ?9,"
        " NULLIF(?10, ''))",
        "tittttiiit", r->id, r->owner, r->endpoint, r->input, r->metadata, r->once, r->keep,
        r->created, r->expires, r->hook);
}

enum ih_status batch_add(struct store *s, struct batch_row *row, bool *there, struct ih_error *e)
{
    *there = false;
    enum ih_status status = sql_begin(&s->write, e);
    return status ? status : sql_commit(&s->write, add(s, row, there, e), e);
}

static enum ih_status find(
    struct sql *c, const char *id, int64_t owner, struct batch_row *out, struct ih_error *e)
{
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM batches AS b WHERE id = ?1 AND (?2 < 0 OR owner = ?2)", "ti", id,
        owner);
    enum ih_status status = take_one(c, q, out, e);
    return status == IH_NOT_FOUND ? explain(e, IH_NOT_FOUND, "there is no batch '%.60s'", id)
                                  : status;
}

enum ih_status batch_find(
    struct store *s, const char *id, int64_t owner, struct batch_row *out, struct ih_error *e)
{
    pthread_mutex_lock(&s->read.lock);
    enum ih_status status = find(&s->read, id, owner, out, e);
    pthread_mutex_unlock(&s->read.lock);
    return status;
}

enum ih_status batch_list(struct store *s, int64_t owner, const char *after,
    int (*take)(void *arg, const struct batch_row *row), void *arg, struct ih_error *e)
{
    int more = 0, stopped = 0;
    struct batch_row row;
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM batches AS b WHERE (?1 < 0 OR owner = ?1)"
        " AND (?2 IS NULL OR seq < (SELECT seq FROM batches WHERE id = ?2)) ORDER BY seq DESC",
        "it", owner, after);
    while (!stopped && (more = sql_step(c, q, e)) == 1) {
        read_row(q, &row);
        stopped = take(arg, &row);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return !stopped && more < 0 ? IH_IO : IH_OK;
}

enum ih_status batch_open_after(
    struct store *s, int64_t seq, struct batch_row *out, struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS_WITH("0", "0") " FROM batches WHERE state < 4 AND seq > ?1"
                                         " ORDER BY seq LIMIT 1",
        "i", seq);
    enum ih_status status = take_one(c, q, out, e);
    pthread_mutex_unlock(&c->lock);
    return status;
}

enum ih_status batch_fail(
    struct store *s, const struct batch_row *row, const char *faults, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, NULL, e,
        "UPDATE batches SET state = 5, toward = 5, faults = ?2, ended = ?3,"
        " hook_next = CASE WHEN hook IS NOT NULL THEN ?3 END"
        " WHERE seq = ?1 AND state = 0",
        "iti", row->seq, faults, store_now(s));
    return sql_commit(&s->write, status, e);
}

static enum ih_status stop(struct store *s, const char *id, int64_t owner, enum batch_state toward,
    struct batch_row *out, struct ih_error *e)
{
    struct sql *c = &s->write;
    enum ih_status status = find(c, id, owner, out, e);
    if (status)
        return status;
    if (out->state > BATCH_IN_PROGRESS)
        return explain(e, IH_INVALID, "the batch is %s", batch_state_name(out->state));
    status = sql_run(c, NULL, e,
        "UPDATE batches SET toward = ?2, state = CASE ?2 WHEN 6 THEN 3 ELSE 2 END,"
        " cancelling = CASE ?2 WHEN 6 THEN ?3 END, finalizing = CASE ?2 WHEN 6 THEN NULL ELSE ?3 "
        "END"
        " WHERE seq = ?1",
        "iii", out->seq, (int64_t)toward, store_now(s));
    if (!status)
        status = sql_run(c, NULL, e,
            "UPDATE jobs SET cancel = 1, ended = CASE WHEN state = 0 THEN ?2 END,"
            " state = CASE WHEN state = 0 THEN 4 ELSE state END WHERE batch = ?1 AND state < 2",
            "ii", out->seq, store_now(s));
    return status ? status : find(c, id, owner, out, e);
}

enum ih_status batch_stop(struct store *s, const char *id, int64_t owner, enum batch_state toward,
    struct batch_row *out, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    return status ? status : sql_commit(&s->write, stop(s, id, owner, toward, out, e), e);
}

enum ih_status batch_finalize(struct store *s, int64_t seq, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, &changed, e,
        "UPDATE batches SET state = 2, finalizing = ?2 WHERE seq = ?1 AND state = 1"
        " AND NOT EXISTS (SELECT 1 FROM jobs WHERE batch = ?1 AND jobs.state < 2)",
        "ii", seq, store_now(s));
    if (!status && changed == 0)
        status = explain(e, IH_NOT_FOUND, "the batch has lines to do");
    return sql_commit(&s->write, status, e);
}

int batches_expire(struct store *s, int64_t before, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return -1;
    status = sql_run(
        &s->write, &changed, e, "DELETE FROM batches WHERE state >= 4 AND ended < ?1", "i", before);
    return sql_commit(&s->write, status, e) ? -1 : changed;
}
