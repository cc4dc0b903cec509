/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "server/store/store.h"

#include <pthread.h>
#include <sqlite3.h>

/* One connection and its prepared statements. Whoever uses it holds the lock. */
enum { STATEMENTS_MOST = 96 };
struct sql {
    sqlite3 *db;
    pthread_mutex_t lock;
    int count;
    struct {
        const char *text; /* told apart by its address: a literal */
        sqlite3_stmt *statement;
    } kept[STATEMENTS_MOST];
};

/* Readers do not wait for a writer's disk, and who knocks at the door does not wait for a long
 * list: that is why there are three connections. */
struct store {
    struct sql write, read, door;
    char folder[3800];
    int blobs; /* the folder as a descriptor, to make renames last */
    int lock;  /* of the process that works off jobs; -1 */
    int64_t (*now)(void);
};

/* patience: milliseconds that it waits for other processes. */
enum ih_status sql_open(struct sql *c, const char *path, int patience, struct ih_error *e);
void sql_close(struct sql *c);

/* A literal as a statement with its values bound: t text (null allowed), i int64_t, d double, b
 * bytes and their size_t, o int64_t that becomes NULL where it is 0. Null fills in `e`. It must be
 * ended with sql_end() before the same literal is used again. */
sqlite3_stmt *sql_query(
    struct sql *c, struct ih_error *e, const char *text, const char *types, ...);
/* 1 for a row, 0 behind the last, -1 after filling in `e`; null counts as failed. */
int sql_step(struct sql *c, sqlite3_stmt *s, struct ih_error *e);
void sql_end(sqlite3_stmt *s);

/* A statement without rows. *changed (may be null): rows that it touched. IH_INVALID where a value
 * is there already that may be there only once. */
enum ih_status sql_run(
    struct sql *c, int *changed, struct ih_error *e, const char *text, const char *types, ...);

/* Transactions of writers; begin takes the lock and commit gives it back, with what the work in
 * between came to: anything but IH_OK takes all of it back. */
enum ih_status sql_begin(struct sql *c, struct ih_error *e);
enum ih_status sql_commit(struct sql *c, enum ih_status status, struct ih_error *e);

/* A column as a copy in `buf`, cut to fit; "" for NULL. */
void sql_copy(sqlite3_stmt *s, int column, char *buf, size_t size);

/* Brings a file up to the version of this program. */
enum ih_status schema_update(struct sql *c, struct ih_error *e);

#endif
