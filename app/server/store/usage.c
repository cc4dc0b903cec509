/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/usage.h"

#include "server/store/within.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const units[] = {
    "requests", "audio_seconds", "characters", "megapixel_steps", "tokens"};
static const char *const spans[] = {"minute", "day"};

const char *unit_name(enum unit u)
{
    return units[u];
}

const char *span_name(enum span s)
{
    return spans[s];
}

static int find(const char *const *names, int count, const char *name, size_t n)
{
    for (int i = 0; i < count; i++)
        if (strlen(names[i]) == n && strncmp(names[i], name, n) == 0)
            return i;
    return -1;
}

int unit_find(const char *name, size_t n)
{
    return find(units, UNITS, name, n);
}

int span_find(const char *name, size_t n)
{
    return find(spans, SPANS, name, n);
}

int span_seconds(enum span s)
{
    return s == MINUTE ? 60 : 86400;
}

int64_t day_of(int64_t at)
{
    return at / 86400;
}

void day_text(int64_t day, char buf[16])
{
    struct tm t;
    time_t at = (time_t)(day * 86400);
    *buf = 0;
    if (gmtime_r(&at, &t))
        strftime(buf, 16, "%Y-%m-%d", &t);
}

bool day_read(const char *text, int64_t *day)
{
    struct tm t = {0};
    char back[16];
    const char *end = strptime(text, "%Y-%m-%d", &t);
    if (!end || *end)
        return false;
    *day = (int64_t)timegm(&t) / 86400;
    day_text(*day, back);
    return strcmp(back, text) == 0; /* no 31st of February */
}

enum ih_status usage_add_locked(struct sql *c, int64_t day, int64_t key, const char *model,
    const struct amounts *amounts, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    for (int u = 0; u < UNITS && !status; u++)
        if (amounts->of[u] > 0)
            status = sql_run(c, NULL, e,
                "INSERT INTO usage (day, key, model, unit, amount) VALUES (?1, ?2, ?3, ?4, ?5)"
                " ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
                "iitid", day, key, model, (int64_t)u, amounts->of[u]);
    return status;
}

enum ih_status usage_add(struct store *s, int64_t key, const char *model,
    const struct amounts *amounts, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = usage_add_locked(&s->write, day_of(store_now(s)), key, model, amounts, e);
    if (!status && key)
        status = sql_run(
            &s->write, NULL, e, "UPDATE keys SET used = ?1 WHERE id = ?2", "ii", store_now(s), key);
    return sql_commit(&s->write, status, e);
}

enum ih_status usage_keep_minute(
    struct store *s, int64_t key, int64_t minute, const struct amounts *amounts, struct ih_error *e)
{
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, NULL, e, "DELETE FROM minutes WHERE minute <> ?1", "i", minute);
    for (int u = 0; u < UNITS && !status; u++)
        if (amounts->of[u] > 0)
            status = sql_run(&s->write, NULL, e,
                "INSERT INTO minutes (minute, key, unit, amount) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT DO UPDATE SET amount = excluded.amount",
                "iiid", minute, key, (int64_t)u, amounts->of[u]);
    return sql_commit(&s->write, status, e);
}

/* Units and amounts of a statement whose window and key are bound here. */
static enum ih_status sum_up(struct store *s, const char *text, int64_t window, int64_t key,
    struct amounts *out, struct ih_error *e)
{
    int more;
    struct sql *c = &s->read;
    *out = (struct amounts){0};
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e, text, "ii", window, key);
    while ((more = sql_step(c, q, e)) == 1) {
        int unit = sqlite3_column_int(q, 0);
        if (unit >= 0 && unit < UNITS)
            out->of[unit] = sqlite3_column_double(q, 1);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return more < 0 ? IH_IO : IH_OK;
}

enum ih_status usage_of_minute(
    struct store *s, int64_t key, int64_t minute, struct amounts *out, struct ih_error *e)
{
    return sum_up(
        s, "SELECT unit, amount FROM minutes WHERE minute = ?1 AND key = ?2", minute, key, out, e);
}

enum ih_status usage_of_day(
    struct store *s, int64_t key, int64_t day, struct amounts *out, struct ih_error *e)
{
    return sum_up(s,
        "SELECT unit, SUM(amount) FROM usage WHERE day = ?1 AND key = ?2 GROUP BY unit", day, key,
        out, e);
}

static bool read_row(sqlite3_stmt *q, struct usage_row *row)
{
    int unit = sqlite3_column_int(q, 4);
    row->day = sqlite3_column_type(q, 0) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 0);
    row->key = sqlite3_column_type(q, 1) == SQLITE_NULL ? -1 : sqlite3_column_int64(q, 1);
    sql_copy(q, 2, row->name, sizeof row->name);
    sql_copy(q, 3, row->model, sizeof row->model);
    row->unit = (enum unit)unit;
    row->amount = sqlite3_column_double(q, 5);
    return unit >= 0 && unit < UNITS;
}

enum ih_status usage_read(struct store *s, const struct usage_query *query,
    int (*take)(void *arg, const struct usage_row *row), void *arg, struct ih_error *e)
{
    int more = 0, stopped = 0;
    struct usage_row row;
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT CASE WHEN ?1 & 1 THEN u.day END AS d, CASE WHEN ?1 & 2 THEN u.key END AS k,"
        " CASE WHEN ?1 & 2 THEN keys.name END, CASE WHEN ?1 & 4 THEN u.model END AS m, u.unit,"
        " SUM(u.amount) FROM usage AS u LEFT JOIN keys ON keys.id = u.key"
        " WHERE u.day >= ?2 AND u.day <= ?3 AND (?4 < 0 OR u.key = ?4)"
        " GROUP BY d, k, m, u.unit ORDER BY d, k, m, u.unit",
        "iiii", (int64_t)query->by, query->since, query->until, query->key);
    while (!stopped && (more = sql_step(c, q, e)) == 1)
        if (read_row(q, &row))
            stopped = take(arg, &row);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return !stopped && more < 0 ? IH_IO : IH_OK;
}

/* Names of keys and models are in quotes, with quotes in them doubled. */
static size_t put_quoted(char *buf, size_t at, size_t size, const char *text)
{
    buf[at++] = '"';
    for (; *text && at + 3 < size; text++) {
        if (*text == '"')
            buf[at++] = '"';
        buf[at++] = *text;
    }
    buf[at++] = '"';
    buf[at] = 0;
    return at;
}

void usage_csv(const struct usage_row *row, char buf[600])
{
    char day[16] = "";
    if (!row) {
        snprintf(buf, 600, "day,key,model,unit,amount\r\n");
        return;
    }
    if (row->day >= 0)
        day_text(row->day, day);
    size_t n = (size_t)snprintf(buf, 600, "%s,", day);
    n = put_quoted(buf, n, 300, row->name);
    buf[n++] = ',';
    n = put_quoted(buf, n, 560, row->model);
    snprintf(buf + n, 600 - n, ",%s,%.15g\r\n", unit_name(row->unit), row->amount);
}
