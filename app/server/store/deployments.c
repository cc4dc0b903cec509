/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/deployments.h"

#include "server/store/sql.h"
#include "server/text.h"

#include <math.h>
#include <string.h>

#define COLUMNS                                                                                    \
    "name, model, concurrent, audio_seconds, characters, megapixel_steps, tokens, created, "       \
    "changed"

static const char *const names[LIMITS] = {
    "concurrent", "audio_seconds", "characters", "megapixel_steps", "tokens"};

const char *limit_name(enum deployment_limit l)
{
    return names[l];
}

enum ih_status deployment_read_limit(
    struct deployment *d, const char *name, const char *text, struct ih_error *e)
{
    double amount;
    int l = 0;
    while (l < LIMITS && strcmp(names[l], name) != 0)
        l++;
    if (l == LIMITS)
        return explain(e, IH_NOT_FOUND, "a deployment has no limit '%.60s'", name);
    bool whole = l == LIMIT_CONCURRENT || l == LIMIT_CHARACTERS || l == LIMIT_TOKENS;
    if (!text_number(text, &amount) || !(amount > 0) || amount > 1e12 ||
        (whole && amount != floor(amount)))
        return explain(e, IH_INVALID, "%s must be a %snumber above 0, not '%.60s'", name,
            whole ? "whole " : "", text);
    d->limit[l] = amount;
    return IH_OK;
}

/* One that stands in addresses and in lists as it is. */
static bool is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789.-_:";
    size_t n = strlen(name);
    return n > 0 && n < STORE_NAME && strspn(name, allowed) == n && strspn(name, ".") < n;
}

enum ih_status deployment_put(struct store *s, struct deployment *d, struct ih_error *e)
{
    if (!is_name(d->name))
        return explain(e, IH_INVALID,
            "a deployment's name has 1 to %d letters, digits and .-_: but not '%.60s'",
            STORE_NAME - 1, d->name);
    if (!*d->model || !text_is_utf8(d->model, strlen(d->model)))
        return explain(e, IH_INVALID, "a deployment needs the name of a model");
    struct sql *c = &s->write;
    enum ih_status status = sql_begin(c, e);
    if (status)
        return status;
    d->changed = store_now(s);
    status = sql_run(c, NULL, e,
        "INSERT INTO deployments (" COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)"
        " ON CONFLICT (name) DO UPDATE SET model = ?2, concurrent = ?3, audio_seconds = ?4,"
        " characters = ?5, megapixel_steps = ?6, tokens = ?7, changed = ?8",
        "ttdddddi", d->name, d->model, d->limit[LIMIT_CONCURRENT], d->limit[LIMIT_AUDIO_SECONDS],
        d->limit[LIMIT_CHARACTERS], d->limit[LIMIT_MEGAPIXEL_STEPS], d->limit[LIMIT_TOKENS],
        d->changed);
    if (!status) {
        sqlite3_stmt *q =
            sql_query(c, e, "SELECT created FROM deployments WHERE name = ?1", "t", d->name);
        if (sql_step(c, q, e) == 1)
            d->created = sqlite3_column_int64(q, 0);
        else
            status = IH_IO;
        sql_end(q);
    }
    return sql_commit(c, status, e);
}

static void read_row(sqlite3_stmt *q, struct deployment *d)
{
    *d = (struct deployment){.created = sqlite3_column_int64(q, 2 + LIMITS),
        .changed = sqlite3_column_int64(q, 3 + LIMITS)};
    sql_copy(q, 0, d->name, sizeof d->name);
    sql_copy(q, 1, d->model, sizeof d->model);
    for (int l = 0; l < LIMITS; l++)
        d->limit[l] = sqlite3_column_double(q, 2 + l);
}

enum ih_status deployment_find(
    struct store *s, const char *name, struct deployment *out, struct ih_error *e)
{
    struct sql *c = &s->door;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q =
        sql_query(c, e, "SELECT " COLUMNS " FROM deployments WHERE name = ?1", "t", name);
    int more = sql_step(c, q, e);
    if (more == 1)
        read_row(q, out);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    if (more < 0)
        return IH_IO;
    return more ? IH_OK : explain(e, IH_NOT_FOUND, "there is no deployment '%.60s'", name);
}

enum ih_status deployment_remove(struct store *s, const char *name, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, &changed, e, "DELETE FROM deployments WHERE name = ?1", "t", name);
    if (!status && changed == 0)
        status = explain(e, IH_NOT_FOUND, "there is no deployment '%.60s'", name);
    return sql_commit(&s->write, status, e);
}

enum ih_status deployment_list(struct store *s, int (*take)(void *arg, const struct deployment *d),
    void *arg, struct ih_error *e)
{
    int more = 0, stopped = 0;
    struct deployment d;
    struct sql *c = &s->door;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e, "SELECT " COLUMNS " FROM deployments ORDER BY name", "");
    while (!stopped && (more = sql_step(c, q, e)) == 1) {
        read_row(q, &d);
        stopped = take(arg, &d);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return !stopped && more < 0 ? IH_IO : IH_OK;
}
