/* SPDX-License-Identifier: Apache-2.0 */
#include "server/meter.h"

#include "server/text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* What one key uses. Work under way counts in whatever window it may end. */
struct account {
    struct account *next;
    int64_t key;
    int64_t window[SPANS]; /* number of the minute and of the day */
    struct amounts used[SPANS], reserved;
};

struct meter {
    pthread_mutex_t lock;
    struct store *store;
    struct account *first;
};

enum ih_status meter_open(struct meter **out, struct store *store, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    pthread_mutex_init(&(*out)->lock, NULL);
    (*out)->store = store;
    return IH_OK;
}

/* For the next process, which may begin in the same minute. */
static void keep_minute(struct meter *m, const struct account *a)
{
    int64_t minute = store_now(m->store) / span_seconds(MINUTE);
    bool any = false;
    for (int u = 0; u < UNITS; u++)
        any = any || a->used[MINUTE].of[u] > 0;
    if (any && a->window[MINUTE] == minute)
        usage_keep_minute(m->store, a->key, minute, &a->used[MINUTE], NULL);
}

void meter_close(struct meter **m)
{
    if (!*m)
        return;
    while ((*m)->first) {
        struct account *a = (*m)->first;
        keep_minute(*m, a);
        (*m)->first = a->next;
        free(a);
    }
    pthread_mutex_destroy(&(*m)->lock);
    free(*m);
    *m = NULL;
}

/* A window that has passed is empty again. */
static void turn(struct account *a, int64_t now)
{
    for (int w = 0; w < SPANS; w++) {
        int64_t window = now / span_seconds((enum span)w);
        if (a->window[w] == window)
            continue;
        a->window[w] = window;
        a->used[w] = (struct amounts){0};
    }
}

/* Null without memory, or when the day so far cannot be read. */
static struct account *find(struct meter *m, int64_t key)
{
    int64_t now = store_now(m->store);
    struct account *a = m->first;
    while (a && a->key != key)
        a = a->next;
    if (a) {
        turn(a, now);
        return a;
    }
    a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->key = key;
    turn(a, now);
    if (usage_of_day(m->store, key, day_of(now), &a->used[DAY], NULL) != IH_OK ||
        usage_of_minute(m->store, key, a->window[MINUTE], &a->used[MINUTE], NULL) != IH_OK) {
        free(a);
        return NULL;
    }
    a->next = m->first;
    m->first = a;
    return a;
}

static int seconds_left(const struct meter *m, enum span w)
{
    return span_seconds(w) - (int)(store_now(m->store) % span_seconds(w));
}

static bool refuse(const struct meter *m, const struct account *a, const struct key *k, enum unit u,
    enum span w, double want, struct problem *p)
{
    double limit = k->quota[u][w], used = a->used[w].of[u];
    problem_set(p, 429, "rate_limit_exceeded", NULL,
        "the key may use %.12g %s a %s; %.12g are used, %.12g are in work, and this needs %.12g",
        limit, unit_name(u), span_name(w), used, a->reserved.of[u], want);
    if (want > limit) /* there will never be room */
        return false;
    /* When it is only the work of others that stands in the way, that ends before the window. */
    p->retry_after = used + want <= limit ? 1 : seconds_left(m, w);
    return false;
}

static bool fits(const struct meter *m, const struct account *a, const struct key *k,
    const struct amounts *want, struct problem *p)
{
    for (int u = 0; u < UNITS; u++)
        for (int w = 0; w < SPANS; w++) {
            double x = want->of[u], limit = k->quota[u][w];
            if (x > 0 && limit > 0 && a->used[w].of[u] + a->reserved.of[u] + x > limit)
                return refuse(m, a, k, (enum unit)u, (enum span)w, x, p);
        }
    return true;
}

bool meter_reserve(
    struct meter *m, const struct key *k, const struct amounts *want, struct problem *p)
{
    pthread_mutex_lock(&m->lock);
    struct account *a = find(m, k->id);
    bool good = a ? fits(m, a, k, want, p)
                  : problem_set(p, 503, "out_of_memory", NULL, "usage cannot be counted now");
    for (int u = 0; good && u < UNITS; u++)
        a->reserved.of[u] += want->of[u];
    pthread_mutex_unlock(&m->lock);
    return good;
}

void meter_settle(
    struct meter *m, int64_t key, const struct amounts *reserved, const struct amounts *used)
{
    pthread_mutex_lock(&m->lock);
    struct account *a = find(m, key);
    for (int u = 0; a && u < UNITS; u++) {
        a->reserved.of[u] -= reserved->of[u];
        if (a->reserved.of[u] < 1e-9) /* sums of fractions */
            a->reserved.of[u] = 0;
        for (int w = 0; w < SPANS; w++)
            a->used[w].of[u] += used->of[u];
    }
    pthread_mutex_unlock(&m->lock);
}

struct meter_left meter_look(struct meter *m, const struct key *k, enum unit u)
{
    struct meter_left found = {0};
    pthread_mutex_lock(&m->lock);
    struct account *a = find(m, k->id);
    for (int w = 0; a && w < SPANS; w++) {
        double limit = k->quota[u][w], left = limit - a->used[w].of[u] - a->reserved.of[u];
        if (limit == 0 || (found.limit > 0 && found.left <= left))
            continue;
        found = (struct meter_left){
            .limit = limit, .left = left > 0 ? left : 0, .reset = seconds_left(m, (enum span)w)};
    }
    pthread_mutex_unlock(&m->lock);
    return found;
}
