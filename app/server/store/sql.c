/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#include "server/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static enum ih_status failed(struct sql *c, struct ih_error *e)
{
    int code = c->db ? sqlite3_extended_errcode(c->db) : SQLITE_NOMEM;
    const char *why = c->db ? sqlite3_errmsg(c->db) : "not enough memory";
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return explain(e, IH_INVALID, "it is there already");
    if ((code & 0xFF) == SQLITE_NOMEM)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    if ((code & 0xFF) == SQLITE_NOTADB || (code & 0xFF) == SQLITE_CORRUPT)
        return explain(e, IH_BAD_DATA, "state.db in the data folder is damaged: %s", why);
    return explain(e, IH_IO, "state.db in the data folder cannot be used: %s", why);
}

/* FULL: a commit is on the disk when it returns, also in WAL mode. */
static const char pragmas[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                              "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                              "PRAGMA secure_delete=ON;";

enum ih_status sql_open(struct sql *c, const char *path, int patience, struct ih_error *e)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    *c = (struct sql){0};
    pthread_mutex_init(&c->lock, NULL);
    if (sqlite3_open_v2(path, &c->db, flags, NULL) != SQLITE_OK)
        return failed(c, e);
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, patience);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return sqlite3_exec(c->db, pragmas, NULL, NULL, NULL) == SQLITE_OK ? IH_OK : failed(c, e);
}

void sql_close(struct sql *c)
{
    for (int i = 0; i < c->count; i++)
        sqlite3_finalize(c->kept[i].statement);
    sqlite3_close(c->db);
    pthread_mutex_destroy(&c->lock);
    *c = (struct sql){0};
}

static sqlite3_stmt *prepared(struct sql *c, const char *text, struct ih_error *e)
{
    for (int i = 0; i < c->count; i++)
        if (c->kept[i].text == text)
            return c->kept[i].statement;
    sqlite3_stmt *s = NULL;
    if (c->count == STATEMENTS_MOST) {
        explain(e, IH_INTERNAL, "there are more statements than expected");
        return NULL;
    }
    if (sqlite3_prepare_v3(c->db, text, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK) {
        failed(c, e);
        return NULL;
    }
    c->kept[c->count].text = text;
    c->kept[c->count++].statement = s;
    return s;
}

static int bind_one(sqlite3_stmt *s, int i, char type, va_list *args)
{
    if (type == 't')
        return sqlite3_bind_text(s, i, va_arg(*args, const char *), -1, SQLITE_TRANSIENT);
    if (type == 'd')
        return sqlite3_bind_double(s, i, va_arg(*args, double));
    if (type == 'b') {
        const void *data = va_arg(*args, const void *);
        return sqlite3_bind_blob64(s, i, data, va_arg(*args, size_t), SQLITE_TRANSIENT);
    }
    int64_t value = va_arg(*args, int64_t);
    return type == 'o' && value == 0 ? sqlite3_bind_null(s, i) : sqlite3_bind_int64(s, i, value);
}

static sqlite3_stmt *query(
    struct sql *c, struct ih_error *e, const char *text, const char *types, va_list *args)
{
    sqlite3_stmt *s = prepared(c, text, e);
    for (int i = 0; s && types[i]; i++)
        if (bind_one(s, i + 1, types[i], args) != SQLITE_OK) {
            failed(c, e);
            return NULL;
        }
    return s;
}

sqlite3_stmt *sql_query(struct sql *c, struct ih_error *e, const char *text, const char *types, ...)
{
    va_list args;
    va_start(args, types);
    sqlite3_stmt *s = query(c, e, text, types, &args);
    va_end(args);
    return s;
}

int sql_step(struct sql *c, sqlite3_stmt *s, struct ih_error *e)
{
    if (!s)
        return -1;
    int code = sqlite3_step(s);
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return code == SQLITE_ROW;
    failed(c, e);
    return -1;
}

void sql_end(sqlite3_stmt *s)
{
    if (!s)
        return;
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
}

enum ih_status sql_run(
    struct sql *c, int *changed, struct ih_error *e, const char *text, const char *types, ...)
{
    va_list args;
    struct ih_error why = {0};
    va_start(args, types);
    sqlite3_stmt *s = query(c, &why, text, types, &args);
    va_end(args);
    int rows = sql_step(c, s, &why);
    if (changed)
        *changed = rows < 0 ? 0 : sqlite3_changes(c->db);
    sql_end(s);
    return rows < 0 ? explain(e, why.code, "%s", why.text) : IH_OK;
}

enum ih_status sql_begin(struct sql *c, struct ih_error *e)
{
    pthread_mutex_lock(&c->lock);
    enum ih_status status = sql_run(c, NULL, e, "BEGIN IMMEDIATE", "");
    if (status)
        pthread_mutex_unlock(&c->lock);
    return status;
}

enum ih_status sql_commit(struct sql *c, enum ih_status status, struct ih_error *e)
{
    if (!status)
        status = sql_run(c, NULL, e, "COMMIT", "");
    /* A commit that failed may leave the transaction open. */
    if (status && !sqlite3_get_autocommit(c->db))
        sql_run(c, NULL, NULL, "ROLLBACK", "");
    pthread_mutex_unlock(&c->lock);
    return status;
}

void sql_copy(sqlite3_stmt *s, int column, char *buf, size_t size)
{
    const unsigned char *text = sqlite3_column_text(s, column);
    snprintf(buf, size, "%s", text ? (const char *)text : "");
}
