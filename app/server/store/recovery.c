/* SPDX-License-Identifier: Apache-2.0 */
/* What is done with jobs when nobody asks: after a crash, when they are old, when somebody is to be
 * told of their end, or of a batch's. */
#include "server/store/batches.h"
#include "server/store/sql.h"
#include "server/text.h"

#include <stdio.h>

/* A job that takes the process with it each time would do so forever. */
enum ih_status jobs_recover(struct store *s, int *again, struct ih_error *e)
{
    struct sql *c = &s->write;
    enum ih_status status = sql_begin(c, e);
    if (status)
        return status;
    status = sql_run(c, NULL, e,
        "UPDATE jobs SET state = CASE WHEN cancel THEN 4 ELSE 3 END, ended = ?1, form = '',"
        " status = CASE WHEN cancel THEN NULL ELSE 500 END,"
        " hook_next = CASE WHEN hook IS NOT NULL THEN ?1 END"
        " WHERE state = 1 AND (cancel OR attempts >= ?2)",
        "ii", store_now(s), (int64_t)JOB_ATTEMPTS);
    if (!status)
        status =
            sql_run(c, again, e, "UPDATE jobs SET state = 0, started = NULL WHERE state = 1", "");
    return sql_commit(c, status, e);
}

int jobs_waiting(struct store *s)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q =
        sql_query(c, NULL, "SELECT COUNT(*) FROM jobs WHERE state = 0 AND batch IS NULL", "");
    int count = sql_step(c, q, NULL) == 1 ? sqlite3_column_int(q, 0) : -1;
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return count;
}

static bool find_old(struct store *s, int64_t before, char id[STORE_ID], struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT id FROM jobs WHERE state >= 2 AND ended < ?1 AND batch IS NULL LIMIT 1", "i",
        before);
    int more = sql_step(c, q, e);
    if (more == 1)
        sql_copy(q, 0, id, STORE_ID);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1;
}

int jobs_expire(struct store *s, int64_t before, struct ih_error *e)
{
    char id[STORE_ID];
    struct ih_error why = {0};
    int count = 0;
    while (find_old(s, before, id, &why) && job_remove(s, id, -1, &why) == IH_OK)
        count++;
    if (why.code)
        explain(e, why.code, "%s", why.text);
    return why.code ? -1 : count;
}

/* The id that is told next, by a query that takes the time. */
static enum ih_status next_hook(
    struct store *s, const char *query, char id[STORE_ID], struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e, query, "i", store_now(s));
    int more = sql_step(c, q, e);
    if (more == 1)
        sql_copy(q, 0, id, STORE_ID);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1 ? IH_OK : more < 0 ? IH_IO : explain(e, IH_NOT_FOUND, "nobody is to be told");
}

static enum ih_status hook_done(
    struct store *s, const char *update, const char *id, int64_t next, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    return status ? status
                  : sql_commit(&s->write, sql_run(&s->write, NULL, e, update, "to", id, next), e);
}

enum ih_status job_hook_next(struct store *s, struct job_row *out, struct ih_error *e)
{
    char id[STORE_ID];
    enum ih_status status =
        next_hook(s, "SELECT id FROM jobs WHERE hook_next <= ?1 ORDER BY hook_next LIMIT 1", id, e);
    return status ? status : job_find(s, id, -1, out, e);
}

enum ih_status job_hook_done(struct store *s, const char *id, int64_t next, struct ih_error *e)
{
    return hook_done(s,
        "UPDATE jobs SET hook_next = ?2, hook_attempts = hook_attempts + 1 WHERE id = ?1", id, next,
        e);
}

enum ih_status batch_hook_next(struct store *s, struct batch_row *out, struct ih_error *e)
{
    char id[STORE_ID];
    enum ih_status status = next_hook(
        s, "SELECT id FROM batches WHERE hook_next <= ?1 ORDER BY hook_next LIMIT 1", id, e);
    return status ? status : batch_find(s, id, -1, out, e);
}

enum ih_status batch_hook_done(struct store *s, const char *id, int64_t next, struct ih_error *e)
{
    return hook_done(s,
        "UPDATE batches SET hook_next = ?2, hook_attempts = hook_attempts + 1 WHERE id = ?1", id,
        next, e);
}
