/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/files.h"

#include "server/store/within.h"
#include "server/text.h"

#include <stdio.h>

#define COLUMNS "seq, id, owner, purpose, name, type, bytes, created, expires"

bool id_new(char id[STORE_ID], const char *prefix)
{
    size_t n = (size_t)snprintf(id, STORE_ID, "%s", prefix);
    return n + 33 <= STORE_ID && text_random(id + n, 16);
}

enum ih_status file_add_locked(struct store *s, struct file_row *f, struct ih_error *e)
{
    f->created = store_now(s);
    return sql_run(&s->write, NULL, e,
        "INSERT INTO files (id, owner, purpose, name, type, bytes, created, expires)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        "titttiio", f->id, f->owner, f->purpose, f->name, f->type, f->bytes, f->created,
        f->expires);
}

enum ih_status file_add(struct store *s, struct file_row *f, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    return status ? status : sql_commit(&s->write, file_add_locked(s, f, e), e);
}

static void read_row(sqlite3_stmt *q, struct file_row *f)
{
    *f = (struct file_row){.seq = sqlite3_column_int64(q, 0),
        .owner = sqlite3_column_int64(q, 2),
        .bytes = sqlite3_column_int64(q, 6),
        .created = sqlite3_column_int64(q, 7),
        .expires = sqlite3_column_int64(q, 8)};
    sql_copy(q, 1, f->id, sizeof f->id);
    sql_copy(q, 3, f->purpose, sizeof f->purpose);
    sql_copy(q, 4, f->name, sizeof f->name);
    sql_copy(q, 5, f->type, sizeof f->type);
}

enum ih_status file_find(
    struct store *s, const char *id, int64_t owner, struct file_row *out, struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM files WHERE id = ?1 AND (?2 < 0 OR owner = ?2)"
        " AND (expires IS NULL OR expires > ?3)",
        "tii", id, owner, store_now(s));
    int more = sql_step(c, q, e);
    if (more == 1)
        read_row(q, out);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1  ? IH_OK
           : more < 0 ? IH_IO
                      : explain(e, IH_NOT_FOUND, "there is no file '%.60s'", id);
}

enum ih_status file_list(struct store *s, int64_t owner, const char *after, const char *purpose,
    int (*take)(void *arg, const struct file_row *f), void *arg, struct ih_error *e)
{
    int more = 0, stopped = 0;
    struct file_row f;
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM files WHERE (?1 < 0 OR owner = ?1)"
        " AND (?2 IS NULL OR seq < (SELECT seq FROM files WHERE id = ?2))"
        " AND (?3 = '' OR purpose = ?3) AND (expires IS NULL OR expires > ?4) ORDER BY seq DESC",
        "itti", owner, after, purpose, store_now(s));
    while (!stopped && (more = sql_step(c, q, e)) == 1) {
        read_row(q, &f);
        stopped = take(arg, &f);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return !stopped && more < 0 ? IH_IO : IH_OK;
}

/* The row first: a file without a row is swept up, a row without a file would be a lie. */
enum ih_status file_remove(struct store *s, const char *id, int64_t owner, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, &changed, e,
        "DELETE FROM files WHERE id = ?1 AND (?2 < 0 OR owner = ?2)", "ti", id, owner);
    if (!status && changed == 0)
        status = explain(e, IH_NOT_FOUND, "there is no file '%.60s'", id);
    status = sql_commit(&s->write, status, e);
    if (!status)
        blob_remove(s, id);
    return status;
}

/* One that has expired; false when there is none. */
static bool find_expired(struct store *s, char id[STORE_ID], struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q =
        sql_query(c, e, "SELECT id FROM files WHERE expires <= ?1 LIMIT 1", "i", store_now(s));
    int more = sql_step(c, q, e);
    if (more == 1)
        sql_copy(q, 0, id, STORE_ID);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1;
}

int files_expire(struct store *s, struct ih_error *e)
{
    char id[STORE_ID];
    struct ih_error why = {0};
    int count = 0;
    while (find_expired(s, id, &why) && file_remove(s, id, -1, &why) == IH_OK)
        count++;
    if (why.code)
        explain(e, why.code, "%s", why.text);
    return why.code ? -1 : count;
}
