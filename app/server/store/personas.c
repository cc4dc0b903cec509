/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/personas.h"

#include "server/store/sql.h"
#include "server/text.h"

#include <stdio.h>

#define COLUMNS "kind, owner, id, project, consent, data, blob, created"

static void read_row(sqlite3_stmt *q, struct persona *p)
{
    *p = (struct persona){.kind = (enum persona_kind)sqlite3_column_int(q, 0),
        .owner = sqlite3_column_int64(q, 1),
        .created = sqlite3_column_int64(q, 7)};
    sql_copy(q, 2, p->id, sizeof p->id);
    sql_copy(q, 3, p->project, sizeof p->project);
    sql_copy(q, 4, p->consent, sizeof p->consent);
    sql_copy(q, 5, p->data, sizeof p->data);
    sql_copy(q, 6, p->blob, sizeof p->blob);
}

enum ih_status persona_add(struct store *s, struct persona *p, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    p->created = store_now(s);
    status = sql_run(&s->write, &changed, e,
        "INSERT INTO personas (kind, owner, id, project, consent, data, blob, created)"
        " VALUES (?1, ?2, ?3, NULLIF(?4, ''), NULLIF(?5, ''), ?6, NULLIF(?7, ''), ?8)"
        " ON CONFLICT DO NOTHING",
        "iittttti", (int64_t)p->kind, p->owner, p->id, p->project, p->consent, p->data, p->blob,
        p->created);
    if (!status && changed == 0)
        status = explain(e, IH_INVALID, "'%.64s' is there already", p->id);
    return sql_commit(&s->write, status, e);
}

enum ih_status persona_find(struct store *s, enum persona_kind kind, const char *id, int64_t owner,
    struct persona *out, struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM personas WHERE kind = ?1 AND id = ?2 AND (?3 < 0 OR owner = ?3)"
        " ORDER BY owner LIMIT 1",
        "iti", (int64_t)kind, id, owner);
    int more = sql_step(c, q, e);
    if (more == 1)
        read_row(q, out);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1  ? IH_OK
           : more < 0 ? IH_IO
                      : explain(e, IH_NOT_FOUND, "there is no '%.64s' here", id);
}

enum ih_status persona_list(struct store *s, enum persona_kind kind, int64_t owner,
    int (*take)(void *arg, const struct persona *p), void *arg, struct ih_error *e)
{
    int more = 0, stopped = 0;
    struct persona p;
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT " COLUMNS " FROM personas WHERE kind = ?1 AND (?2 < 0 OR owner = ?2)"
        " ORDER BY id, owner",
        "ii", (int64_t)kind, owner);
    while (!stopped && (more = sql_step(c, q, e)) == 1) {
        read_row(q, &p);
        stopped = take(arg, &p);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return !stopped && more < 0 ? IH_IO : IH_OK;
}

enum ih_status persona_remove(struct store *s, const struct persona *p, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, &changed, e,
        "DELETE FROM personas WHERE kind = ?1 AND owner = ?2 AND id = ?3 AND NOT EXISTS"
        " (SELECT 1 FROM personas WHERE owner = ?2 AND"
        "  ((?1 = 0 AND project = ?3) OR (?1 = 1 AND consent = ?3)))",
        "iit", (int64_t)p->kind, p->owner, p->id);
    if (!status && changed == 0)
        status = explain(e, IH_INVALID, "'%.64s' is named by others: delete them first", p->id);
    status = sql_commit(&s->write, status, e);
    if (!status && *p->blob)
        blob_remove(s, p->blob);
    return status;
}
