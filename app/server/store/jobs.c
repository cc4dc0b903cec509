/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/jobs.h"

#include "server/store/within.h"
#include "server/text.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                                    \
    "id, owner, operation, once, state, attempts, cancel, created, started, ended, status, type,"  \
    " headers, bytes, hook, hook_attempts, dialect, batch"
enum { FORM = 18 }; /* the column behind them */

const char *job_state_name(enum job_state state)
{
    static const char *const names[] = {"queued", "running", "succeeded", "failed", "cancelled"};
    return names[state];
}

static void read_row(sqlite3_stmt *q, struct job_row *r)
{
    *r = (struct job_row){.owner = sqlite3_column_int64(q, 1),
        .state = (enum job_state)sqlite3_column_int(q, 4),
        .attempts = sqlite3_column_int(q, 5),
        .cancel = sqlite3_column_int(q, 6) != 0,
        .created = sqlite3_column_int64(q, 7),
        .started = sqlite3_column_int64(q, 8),
        .ended = sqlite3_column_int64(q, 9),
        .status = sqlite3_column_int(q, 10),
        .bytes = sqlite3_column_int64(q, 13),
        .hook_attempts = sqlite3_column_int(q, 15),
        .batch = sqlite3_column_int64(q, 17)};
    sql_copy(q, 0, r->id, sizeof r->id);
    sql_copy(q, 2, r->operation, sizeof r->operation);
    sql_copy(q, 3, r->once, sizeof r->once);
    sql_copy(q, 11, r->type, sizeof r->type);
    sql_copy(q, 12, r->headers, sizeof r->headers);
    sql_copy(q, 14, r->hook, sizeof r->hook);
    sql_copy(q, 16, r->dialect, sizeof r->dialect);
}

/* The one row of a query that has been bound. */
static enum ih_status take_one(
    struct sql *c, sqlite3_stmt *q, struct job_row *out, struct ih_error *e)
{
    int more = sql_step(c, q, e);
    if (more == 1)
        read_row(q, out);
    sql_end(q);
    return more == 1 ? IH_OK : more < 0 ? IH_IO : explain(e, IH_NOT_FOUND, "there is no such job");
}

static enum ih_status add(
    struct store *s, struct job_row *r, const char *form, bool *there, struct ih_error *e)
{
    struct sql *c = &s->write;
    if (*r->once) {
        sqlite3_stmt *q = sql_query(c, e,
            "SELECT " COLUMNS " FROM jobs WHERE owner = ?1 AND once = ?2", "it", r->owner, r->once);
        enum ih_status status = take_one(c, q, r, e);
        *there = status == IH_OK;
        if (status != IH_NOT_FOUND)
            return status;
    }
    r->created = store_now(s);
    r->state = JOB_QUEUED;
    return sql_run(c, NULL, e,
        "INSERT INTO jobs (id, owner, operation, form, once, state, created, hook, dialect)"
        " VALUES (?1, ?2, ?3, ?4, NULLIF(?5, ''), 0, ?6, NULLIF(?7, ''), NULLIF(?8, ''))",
        "titttitt", r->id, r->owner, r->operation, form, r->once, r->created, r->hook, r->dialect);
}

enum ih_status job_add(
    struct store *s, struct job_row *row, const char *form, bool *there, struct ih_error *e)
{
    *there = false;
    enum ih_status status = sql_begin(&s->write, e);
    return status ? status : sql_commit(&s->write, add(s, row, form, there, e), e);
}

static enum ih_status claim(struct store *s, struct job_row *out, char **form, struct ih_error *e)
{
    struct sql *c = &s->write;
    sqlite3_stmt *q = sql_query(c, e,
        "UPDATE jobs SET state = 1, started = ?1, attempts = attempts + 1 WHERE seq ="
        " (SELECT seq FROM jobs WHERE state = 0 AND (not_before IS NULL OR not_before <= ?1)"
        "  ORDER BY batch IS NOT NULL, seq LIMIT 1)"
        " RETURNING " COLUMNS ", form",
        "i", store_now(s));
    int more = sql_step(c, q, e);
    if (more == 1) {
        const char *text = (const char *)sqlite3_column_text(q, FORM);
        read_row(q, out);
        *form = text ? text_copy(text, strlen(text)) : NULL;
        more = *form ? sql_step(c, q, e) : 2; /* a statement must end before its transaction does */
    } else if (more == 0) {
        more = 3;
    }
    sql_end(q);
    return more == 0   ? IH_OK
           : more == 2 ? explain(e, IH_NO_MEMORY, "not enough memory")
           : more == 3 ? explain(e, IH_NOT_FOUND, "no job waits")
                       : IH_IO;
}

/* Lines of batches too. */
static bool any_waits(struct store *s)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, NULL, "SELECT 1 FROM jobs WHERE state = 0 LIMIT 1", "");
    bool any = sql_step(c, q, NULL) != 0;
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return any;
}

enum ih_status job_claim(struct store *s, struct job_row *out, char **form, struct ih_error *e)
{
    *form = NULL;
    /* Most of the time there is none, and a look does not write. */
    if (!any_waits(s))
        return explain(e, IH_NOT_FOUND, "no job waits");
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_commit(&s->write, claim(s, out, form, e), e);
    if (status) {
        free(*form);
        *form = NULL;
    }
    return status;
}

static enum ih_status finish(struct store *s, const struct job_row *r, const char *model,
    const struct amounts *used, struct file_row *file, struct ih_error *e)
{
    int changed = 0;
    struct sql *c = &s->write;
    enum ih_status status = sql_run(c, &changed, e,
        "UPDATE jobs SET state = ?2, ended = ?3, status = ?4, type = ?5, headers = ?6, bytes = ?7,"
        " form = '', hook_next = CASE WHEN hook IS NOT NULL THEN ?3 END, file = ?8"
        " WHERE id = ?1 AND state = 1",
        "tiiittit", r->id, (int64_t)r->state, store_now(s), (int64_t)r->status, r->type, r->headers,
        r->bytes, file ? file->id : NULL);
    if (!status && changed == 0)
        return explain(e, IH_NOT_FOUND, "the job is not running");
    if (!status && file)
        status = file_add_locked(s, file, e);
    return status ? status : usage_add_locked(c, day_of(store_now(s)), r->owner, model, used, e);
}

enum ih_status job_finish(struct store *s, const struct job_row *row, const char *model,
    const struct amounts *used, struct ih_error *e)
{
    return job_finish_file(s, row, model, used, NULL, e);
}

enum ih_status job_finish_file(struct store *s, const struct job_row *row, const char *model,
    const struct amounts *used, struct file_row *file, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_commit(&s->write, finish(s, row, model, used, file, e), e);
    if (!status)
        blob_remove_job(s, row->id, "result");
    return status;
}

enum ih_status job_again(struct store *s, const char *id, int64_t not_before, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, NULL, e,
        "UPDATE jobs SET state = 0, started = NULL, attempts = attempts - 1, not_before = ?2"
        " WHERE id = ?1 AND state = 1",
        "to", id, not_before);
    if (!status && not_before)
        status = sql_run(&s->write, NULL, e,
            "UPDATE jobs SET not_before = ?2 WHERE state = 0"
            " AND batch = (SELECT batch FROM jobs WHERE id = ?1)",
            "ti", id, not_before);
    return sql_commit(&s->write, status, e);
}

enum ih_status job_find(
    struct store *s, const char *id, int64_t owner, struct job_row *out, struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM jobs WHERE id = ?1 AND (?2 < 0 OR owner = ?2)", "ti", id, owner);
    enum ih_status status = take_one(c, q, out, e);
    pthread_mutex_unlock(&c->lock);
    return status == IH_NOT_FOUND ? explain(e, IH_NOT_FOUND, "there is no job '%.60s'", id)
                                  : status;
}

enum ih_status job_list(struct store *s, int64_t owner, const char *after,
    int (*take)(void *arg, const struct job_row *row), void *arg, struct ih_error *e)
{
    int more = 0, stopped = 0;
    struct job_row row;
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM jobs WHERE batch IS NULL AND (?1 < 0 OR owner = ?1)"
        " AND (?2 IS NULL OR seq < (SELECT seq FROM jobs WHERE id = ?2)) ORDER BY seq DESC",
        "it", owner, after);
    while (!stopped && (more = sql_step(c, q, e)) == 1) {
        read_row(q, &row);
        stopped = take(arg, &row);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return !stopped && more < 0 ? IH_IO : IH_OK;
}

static enum ih_status cancel(
    struct store *s, const char *id, int64_t owner, struct job_row *out, struct ih_error *e)
{
    struct sql *c = &s->write;
    enum ih_status status = sql_run(c, NULL, e,
        "UPDATE jobs SET ended = CASE WHEN state = 0 THEN ?3 END, cancel = 1,"
        " form = CASE WHEN state = 0 THEN '' ELSE form END,"
        " hook_next = CASE WHEN state = 0 AND hook IS NOT NULL THEN ?3 END,"
        " state = CASE WHEN state = 0 THEN 4 ELSE state END"
        " WHERE id = ?1 AND (?2 < 0 OR owner = ?2) AND state <= 1",
        "tii", id, owner, store_now(s));
    if (status)
        return status;
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM jobs WHERE id = ?1 AND (?2 < 0 OR owner = ?2)", "ti", id, owner);
    return take_one(c, q, out, e);
}

enum ih_status job_cancel(
    struct store *s, const char *id, int64_t owner, struct job_row *out, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_commit(&s->write, cancel(s, id, owner, out, e), e);
    if (!status && out->state == JOB_CANCELLED)
        blob_remove_job(s, id, NULL);
    return status == IH_NOT_FOUND ? explain(e, IH_NOT_FOUND, "there is no job '%.60s'", id)
                                  : status;
}

enum ih_status job_remove(struct store *s, const char *id, int64_t owner, struct ih_error *e)
{
    int changed = 0;
    struct job_row row;
    enum ih_status status = job_find(s, id, owner, &row, e);
    if (!status)
        status = sql_begin(&s->write, e);
    if (status)
        return status;
    status =
        sql_run(&s->write, &changed, e, "DELETE FROM jobs WHERE id = ?1 AND state >= 2", "t", id);
    if (!status && changed == 0)
        status = explain(e, IH_INVALID, "the job has not ended: cancel it first");
    status = sql_commit(&s->write, status, e);
    if (!status)
        blob_remove_job(s, id, NULL);
    return status;
}
