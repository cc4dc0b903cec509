/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/responses.h"

#include "server/store/sql.h"
#include "server/text.h"

static enum ih_status not_there(const char *id, struct ih_error *e)
{
    return explain(e, IH_NOT_FOUND, "there is no response '%.60s'", id);
}

enum ih_status response_add(struct store *s, struct response_row *r, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    r->created = store_now(s);
    status = sql_run(&s->write, NULL, e,
        "INSERT INTO responses (id, owner, bytes, created, expires) VALUES (?1, ?2, ?3, ?4, ?5)",
        "tiiio", r->id, r->owner, r->bytes, r->created, r->expires);
    return sql_commit(&s->write, status, e);
}

enum ih_status response_find(
    struct store *s, const char *id, int64_t owner, struct response_row *out, struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT id, owner, bytes, created, expires FROM responses"
        " WHERE id = ?1 AND (?2 < 0 OR owner = ?2) AND (expires IS NULL OR expires > ?3)",
        "tii", id, owner, store_now(s));
    int more = sql_step(c, q, e);
    if (more == 1) {
        *out = (struct response_row){.owner = sqlite3_column_int64(q, 1),
            .bytes = sqlite3_column_int64(q, 2),
            .created = sqlite3_column_int64(q, 3),
            .expires = sqlite3_column_int64(q, 4)};
        sql_copy(q, 0, out->id, sizeof out->id);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1 ? IH_OK : more < 0 ? IH_IO : not_there(id, e);
}

/* The row first, as for files. */
enum ih_status response_remove(struct store *s, const char *id, int64_t owner, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, &changed, e,
        "DELETE FROM responses WHERE id = ?1 AND (?2 < 0 OR owner = ?2)", "ti", id, owner);
    if (!status && changed == 0)
        status = not_there(id, e);
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
        sql_query(c, e, "SELECT id FROM responses WHERE expires <= ?1 LIMIT 1", "i", store_now(s));
    int more = sql_step(c, q, e);
    if (more == 1)
        sql_copy(q, 0, id, STORE_ID);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more == 1;
}

int responses_expire(struct store *s, struct ih_error *e)
{
    char id[STORE_ID];
    struct ih_error why = {0};
    int count = 0;
    while (find_expired(s, id, &why) && response_remove(s, id, -1, &why) == IH_OK)
        count++;
    if (why.code)
        explain(e, why.code, "%s", why.text);
    return why.code ? -1 : count;
}
