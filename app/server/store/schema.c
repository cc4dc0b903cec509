/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sql.h"

#include "server/text.h"

#include <stdio.h>

/* Each entry brings a file from the version of its index to the next; one that has been released is
 * never changed again. Lists of names are texts with a line end behind each name. */
static const char *const step[] = {
    "CREATE TABLE keys ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " name TEXT NOT NULL UNIQUE,"
    " hint TEXT NOT NULL," /* how it begins, to be recognised by */
    " hash BLOB NOT NULL UNIQUE,"
    " admin INTEGER NOT NULL,"
    " models TEXT NOT NULL," /* '': all */
    " voices TEXT NOT NULL,"
    " created INTEGER NOT NULL, expires INTEGER, revoked INTEGER, used INTEGER) STRICT;"

    "CREATE TABLE quotas ("
    " key INTEGER NOT NULL REFERENCES keys(id) ON DELETE CASCADE,"
    " unit INTEGER NOT NULL, span INTEGER NOT NULL, amount REAL NOT NULL,"
    " PRIMARY KEY (key, unit, span)) STRICT, WITHOUT ROWID;"

    /* key 0: the key of the settings, or none. */
    "CREATE TABLE usage ("
    " day INTEGER NOT NULL, key INTEGER NOT NULL, model TEXT NOT NULL, unit INTEGER NOT NULL,"
    " amount REAL NOT NULL, PRIMARY KEY (day, key, model, unit)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE files ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " owner INTEGER NOT NULL, purpose TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
    " bytes INTEGER NOT NULL, created INTEGER NOT NULL, expires INTEGER) STRICT;"

    "CREATE TABLE jobs ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " owner INTEGER NOT NULL, operation TEXT NOT NULL, form TEXT NOT NULL,"
    " once TEXT," /* the client's name for it, so that it is not submitted twice */
    " state INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
    " cancel INTEGER NOT NULL DEFAULT 0,"
    " created INTEGER NOT NULL, not_before INTEGER, started INTEGER, ended INTEGER,"
    " status INTEGER, type TEXT, headers TEXT, bytes INTEGER,"
    " hook TEXT, hook_attempts INTEGER NOT NULL DEFAULT 0, hook_next INTEGER) STRICT;"
    "CREATE UNIQUE INDEX jobs_once ON jobs (owner, once) WHERE once IS NOT NULL;"
    "CREATE INDEX jobs_state ON jobs (state, seq);"
    "CREATE INDEX jobs_hook ON jobs (hook_next) WHERE hook_next IS NOT NULL;",

    /* A line of a batch is a job too. `file` is what its result is, where that is no JSON; it runs
     * when no other job waits. */
    "ALTER TABLE jobs ADD COLUMN dialect TEXT;"
    "ALTER TABLE jobs ADD COLUMN batch INTEGER;"
    "ALTER TABLE jobs ADD COLUMN line INTEGER;"
    "ALTER TABLE jobs ADD COLUMN custom TEXT;"
    "ALTER TABLE jobs ADD COLUMN file TEXT;"
    "DROP INDEX jobs_state;"
    "CREATE INDEX jobs_turn ON jobs (state, batch IS NOT NULL, seq);"
    "CREATE INDEX jobs_batch ON jobs (batch, state) WHERE batch IS NOT NULL;"
    "CREATE INDEX jobs_line ON jobs (batch, line) WHERE batch IS NOT NULL;"

    "CREATE TABLE batches ("
    " seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " owner INTEGER NOT NULL, endpoint TEXT NOT NULL, input TEXT NOT NULL,"
    " metadata TEXT, once TEXT, keep INTEGER NOT NULL," /* seconds that results stay */
    " state INTEGER NOT NULL, toward INTEGER NOT NULL," /* how it will have ended */
    " faults TEXT, total INTEGER NOT NULL DEFAULT 0,"
    " completed INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,"
    " output TEXT, errors TEXT, created INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " begun INTEGER, finalizing INTEGER, cancelling INTEGER, ended INTEGER) STRICT;"
    "CREATE UNIQUE INDEX batches_once ON batches (owner, once) WHERE once IS NOT NULL;"
    "CREATE INDEX batches_state ON batches (state, seq);"

    /* What makes up a person's voice: projects, consents, voices. `blob` is a statement. */
    "CREATE TABLE personas ("
    " kind INTEGER NOT NULL, owner INTEGER NOT NULL, id TEXT NOT NULL,"
    " project TEXT, consent TEXT, data TEXT NOT NULL, blob TEXT, created INTEGER NOT NULL,"
    " PRIMARY KEY (kind, owner, id)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX personas_voices ON personas (id) WHERE kind = 2;"

    /* What a process that ended had counted of its last minute. */
    "CREATE TABLE minutes ("
    " minute INTEGER NOT NULL, key INTEGER NOT NULL, unit INTEGER NOT NULL, amount REAL NOT NULL,"
    " PRIMARY KEY (minute, key, unit)) STRICT, WITHOUT ROWID;",

    "CREATE TABLE deployments ("
    " name TEXT NOT NULL PRIMARY KEY, model TEXT NOT NULL,"
    " concurrent REAL NOT NULL," /* 0, as of the other limits: none */
    " audio_seconds REAL NOT NULL, characters REAL NOT NULL, megapixel_steps REAL NOT NULL,"
    " created INTEGER NOT NULL, changed INTEGER NOT NULL) STRICT, WITHOUT ROWID;",

    "CREATE TABLE responses ("
    " id TEXT NOT NULL PRIMARY KEY, owner INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " created INTEGER NOT NULL, expires INTEGER) STRICT, WITHOUT ROWID;"
    "CREATE INDEX responses_expires ON responses (expires) WHERE expires IS NOT NULL;",

    "ALTER TABLE batches ADD COLUMN hook TEXT;"
    "ALTER TABLE batches ADD COLUMN hook_attempts INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE batches ADD COLUMN hook_next INTEGER;"
    "CREATE INDEX batches_hook ON batches (hook_next) WHERE hook_next IS NOT NULL;"

    "ALTER TABLE deployments ADD COLUMN tokens REAL NOT NULL DEFAULT 0;",
};
enum { VERSION = sizeof step / sizeof *step };

static int version(struct sql *c, struct ih_error *e)
{
    sqlite3_stmt *s = sql_query(c, e, "PRAGMA user_version", "");
    int found = sql_step(c, s, e) == 1 ? sqlite3_column_int(s, 0) : -1;
    sql_end(s);
    return found;
}

enum ih_status schema_update(struct sql *c, struct ih_error *e)
{
    char set[64];
    struct ih_error why = {0};
    /* The lock for writing first: another process may be at the same. */
    enum ih_status status = sql_begin(c, e);
    if (status)
        return status;
    int found = version(c, &why);
    if (found < 0)
        status = explain(e, why.code, "%s", why.text);
    else if (found > VERSION)
        status = explain(e, IH_UNSUPPORTED,
            "the data folder was written by a newer version of this program (%d; this one knows "
            "%d)",
            found, VERSION);
    for (int i = found; !status && i < VERSION; i++) {
        snprintf(set, sizeof set, "PRAGMA user_version=%d", i + 1);
        if (sqlite3_exec(c->db, step[i], NULL, NULL, NULL) != SQLITE_OK ||
            sqlite3_exec(c->db, set, NULL, NULL, NULL) != SQLITE_OK)
            status = explain(e, IH_IO, "the data folder cannot be brought up to date: %s",
                sqlite3_errmsg(c->db));
    }
    return sql_commit(c, status, e);
}
