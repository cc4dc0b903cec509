/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/keys.h"

#include "server/store/digest.h"
#include "server/store/sql.h"
#include "server/text.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS "id, name, hint, hash, admin, models, voices, created, expires, revoked, used"
static const char prefix[] = "ih-";

static bool is_name(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n >= STORE_NAME || !text_is_utf8(name, n))
        return false;
    for (; *name; name++)
        if ((unsigned char)*name <= ' ' || *name == 0x7F)
            return false;
    return true;
}

static enum ih_status add_quotas(struct sql *c, const struct key *k, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    for (int u = 0; u < UNITS; u++)
        for (int w = 0; w < SPANS && !status; w++)
            if (k->quota[u][w] > 0)
                status = sql_run(c, NULL, e,
                    "INSERT INTO quotas (key, unit, span, amount) VALUES (?1, ?2, ?3, ?4)", "iiid",
                    k->id, (int64_t)u, (int64_t)w, k->quota[u][w]);
    return status;
}

static enum ih_status insert(
    struct store *s, struct key *k, const unsigned char *hash, struct ih_error *e)
{
    struct sql *c = &s->write;
    enum ih_status status = sql_begin(c, e);
    if (status)
        return status;
    k->created = store_now(s);
    status = sql_run(c, NULL, e,
        "INSERT INTO keys (name, hint, hash, admin, models, voices, created, expires)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        "ttbittio", k->name, k->hint, hash, (size_t)DIGEST_BYTES, (int64_t)k->admin, k->models,
        k->voices, k->created, k->expires);
    if (!status) {
        k->id = sqlite3_last_insert_rowid(c->db);
        status = add_quotas(c, k, e);
    }
    return sql_commit(c, status, e);
}

enum ih_status key_create(struct store *s, struct key *k, char text[KEY_TEXT], struct ih_error *e)
{
    unsigned char hash[DIGEST_BYTES];
    memcpy(text, prefix, sizeof prefix);
    if (!is_name(k->name))
        return explain(e, IH_INVALID,
            "a key's name has 1 to %d bytes and no blanks: '%.60s' is none", STORE_NAME - 1,
            k->name);
    if (!secret_new(text + sizeof prefix - 1) || !digest_sha256(hash, text, strlen(text)))
        return explain(e, IH_INTERNAL, "the system has no random numbers");
    snprintf(k->hint, sizeof k->hint, "%.7s", text);
    k->revoked = k->used = 0;
    enum ih_status status = insert(s, k, hash, e);
    if (status)
        memset(text, 0, KEY_TEXT);
    return status == IH_INVALID ? explain(e, IH_INVALID, "there is a key '%s' already", k->name)
                                : status;
}

static void read_key(sqlite3_stmt *q, struct key *k)
{
    *k = (struct key){.id = sqlite3_column_int64(q, 0),
        .admin = sqlite3_column_int(q, 4) != 0,
        .created = sqlite3_column_int64(q, 7),
        .expires = sqlite3_column_int64(q, 8),
        .revoked = sqlite3_column_int64(q, 9),
        .used = sqlite3_column_int64(q, 10)};
    sql_copy(q, 1, k->name, sizeof k->name);
    sql_copy(q, 2, k->hint, sizeof k->hint);
    sql_copy(q, 5, k->models, sizeof k->models);
    sql_copy(q, 6, k->voices, sizeof k->voices);
}

static enum ih_status read_quotas(struct sql *c, struct key *k, struct ih_error *e)
{
    int more;
    sqlite3_stmt *q =
        sql_query(c, e, "SELECT unit, span, amount FROM quotas WHERE key = ?1", "i", k->id);
    while ((more = sql_step(c, q, e)) == 1) {
        int unit = sqlite3_column_int(q, 0), span = sqlite3_column_int(q, 1);
        if (unit >= 0 && unit < UNITS && span >= 0 && span < SPANS)
            k->quota[unit][span] = sqlite3_column_double(q, 2);
    }
    sql_end(q);
    return more < 0 ? IH_IO : IH_OK;
}

/* The one row of a query that has been bound; the lock is held. */
static enum ih_status take_one(struct sql *c, sqlite3_stmt *q, struct key *out, struct ih_error *e)
{
    int more = sql_step(c, q, e);
    if (more == 1)
        read_key(q, out);
    sql_end(q);
    if (more == 1)
        return read_quotas(c, out, e);
    return more < 0 ? IH_IO : explain(e, IH_NOT_FOUND, "there is no such key");
}

enum ih_status key_find(struct store *s, const char *text, struct key *out, struct ih_error *e)
{
    unsigned char hash[DIGEST_BYTES];
    struct sql *c = &s->door;
    if (strncmp(text, prefix, sizeof prefix - 1) != 0 || !digest_sha256(hash, text, strlen(text)))
        return explain(e, IH_NOT_FOUND, "there is no such key");
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(
        c, e, "SELECT " COLUMNS " FROM keys WHERE hash = ?1", "b", hash, (size_t)DIGEST_BYTES);
    /* The index compares digests, not secrets; what it found is compared once more. */
    int more = sql_step(c, q, e);
    bool same = more == 1 && sqlite3_column_bytes(q, 3) == DIGEST_BYTES &&
                digest_same(sqlite3_column_blob(q, 3), hash);
    if (same)
        read_key(q, out);
    sql_end(q);
    enum ih_status status = more < 0 ? IH_IO
                            : same   ? read_quotas(c, out, e)
                                     : explain(e, IH_NOT_FOUND, "there is no such key");
    pthread_mutex_unlock(&c->lock);
    return status;
}

enum ih_status key_by_name(struct store *s, const char *name, struct key *out, struct ih_error *e)
{
    struct sql *c = &s->read;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e, "SELECT " COLUMNS " FROM keys WHERE name = ?1", "t", name);
    enum ih_status status = take_one(c, q, out, e);
    pthread_mutex_unlock(&c->lock);
    return status == IH_NOT_FOUND ? explain(e, IH_NOT_FOUND, "there is no key '%.60s'", name)
                                  : status;
}

enum ih_status key_by_id(struct store *s, int64_t id, struct key *out, struct ih_error *e)
{
    struct sql *c = &s->door;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e, "SELECT " COLUMNS " FROM keys WHERE id = ?1", "i", id);
    enum ih_status status = take_one(c, q, out, e);
    pthread_mutex_unlock(&c->lock);
    return status;
}

/* Yes where it cannot be known, so that a disk that fails opens no door. */
bool keys_exist(struct store *s)
{
    struct sql *c = &s->door;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, NULL, "SELECT 1 FROM keys LIMIT 1", "");
    bool exist = sql_step(c, q, NULL) != 0;
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return exist;
}

bool key_is_valid(const struct store *s, const struct key *k)
{
    return !k->revoked && (!k->expires || store_now(s) < k->expires);
}

const char *key_state(const struct store *s, const struct key *k)
{
    return k->revoked ? "revoked" : key_is_valid(s, k) ? "active" : "expired";
}

enum ih_status key_list(
    struct store *s, int (*take)(void *arg, const struct key *k), void *arg, struct ih_error *e)
{
    int more = 0, stopped = 0;
    struct key k;
    struct sql *c = &s->read;
    enum ih_status status = IH_OK;
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e, "SELECT " COLUMNS " FROM keys ORDER BY id", "");
    while (!stopped && !status && (more = sql_step(c, q, e)) == 1) {
        read_key(q, &k);
        status = read_quotas(c, &k, e);
        stopped = status ? 0 : take(arg, &k);
    }
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return status ? status : !stopped && more < 0 ? IH_IO : IH_OK;
}

enum ih_status key_revoke(struct store *s, const char *name, struct ih_error *e)
{
    int changed = 0;
    enum ih_status status = sql_begin(&s->write, e);
    if (status)
        return status;
    status = sql_run(&s->write, &changed, e,
        "UPDATE keys SET revoked = COALESCE(revoked, ?1) WHERE name = ?2", "it", store_now(s),
        name);
    if (!status && changed == 0)
        status = explain(e, IH_NOT_FOUND, "there is no key '%.60s'", name);
    return sql_commit(&s->write, status, e);
}

bool key_allows(const char *list, const char *name, size_t n)
{
    if (!*list)
        return true;
    for (const char *p = list; *p; p += strcspn(p, "\n") + 1)
        if (strcspn(p, "\n") == n && strncmp(p, name, n) == 0)
            return true;
    return false;
}

bool key_add_names(char list[KEY_LIST], const char *names)
{
    while (*names) {
        size_t n = strcspn(names, ","), used = strlen(list);
        if (n == 0 || memchr(names, '\n', n) || used + n + 2 > KEY_LIST)
            return false;
        snprintf(list + used, KEY_LIST - used, "%.*s\n", (int)n, names);
        names += n;
        if (*names && !*++names)
            return false;
    }
    return true;
}

enum ih_status key_read_quota(struct key *k, const char *text, struct ih_error *e)
{
    char number[32];
    double amount;
    size_t name = strcspn(text, "=");
    const char *value = text[name] ? text + name + 1 : text + name;
    size_t digits = strcspn(value, "/");
    int unit = unit_find(text, name);
    int span = value[digits] ? span_find(value + digits + 1, strlen(value + digits + 1)) : -1;
    snprintf(number, sizeof number, "%.*s", (int)digits, value);
    if (unit < 0 || span < 0 || digits >= sizeof number || !text_number(number, &amount) ||
        amount <= 0)
        return explain(e, IH_INVALID,
            "a quota is UNIT=AMOUNT/minute or UNIT=AMOUNT/day with requests, audio_seconds, "
            "characters, megapixel_steps or tokens; '%.60s' is none",
            text);
    k->quota[unit][span] = amount;
    return IH_OK;
}
