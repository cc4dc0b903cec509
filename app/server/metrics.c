/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics_series.h"
#include "server/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double metrics_bucket[BUCKETS] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600};

enum ih_status metrics_open(struct metrics **out, struct ih_error *e)
{
    struct metrics *m = *out = calloc(1, sizeof *m);
    if (!m)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    pthread_mutex_init(&m->lock, NULL);
    m->began = time(NULL);
    return IH_OK;
}

static void free_names(struct metrics_names *names)
{
    for (int i = 0; i < atomic_load(&names->count); i++)
        free(names->name[i]);
}

void metrics_close(struct metrics **out)
{
    struct metrics *m = *out;
    *out = NULL;
    if (!m)
        return;
    for (int f = 0; f < FAMILIES; f++)
        for (struct series *s = atomic_load(&m->first[f]), *next; s; s = next) {
            next = s->next;
            free(s);
        }
    free_names(&m->models);
    free_names(&m->deployments);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

void metrics_gauge(struct metrics *m, enum gauge g, int change)
{
    if (m)
        atomic_fetch_add(&m->gauge[g], change);
}

static const char *find_name(const struct metrics_names *names, const char *name)
{
    int count = atomic_load(&names->count);
    for (int i = 0; i < count; i++)
        if (strcmp(names->name[i], name) == 0)
            return names->name[i];
    return NULL;
}

/* The same text for the same name for as long as there are metrics. */
static const char *keep_name(struct metrics *m, struct metrics_names *names, const char *name)
{
    const char *found = *name ? find_name(names, name) : "";
    if (found)
        return found;
    pthread_mutex_lock(&m->lock);
    int count = atomic_load(&names->count);
    found = find_name(names, name);
    if (!found && count < METRICS_NAMES &&
        (names->name[count] = text_copy(name, strnlen(name, 100)))) {
        found = names->name[count];
        atomic_store(&names->count, count + 1);
    }
    pthread_mutex_unlock(&m->lock);
    return found ? found : "other";
}

static bool same(const struct series *a, const struct series *b)
{
    return a->number == b->number && a->model == b->model && a->deployment == b->deployment &&
           strcmp(a->label[0], b->label[0]) == 0 && strcmp(a->label[1], b->label[1]) == 0;
}

/* The one with these labels, which is made where there is none; null without memory. Whoever comes
 * second with a new one finds the other's. */
static struct series *find(struct metrics *m, enum family f, const struct series *labels)
{
    struct series *made = NULL, *first = atomic_load(&m->first[f]);
    for (;;) {
        for (struct series *s = first; s; s = s->next)
            if (same(s, labels)) {
                free(made);
                return s;
            }
        if (!made && !(made = calloc(1, sizeof *made)))
            return NULL;
        made->next = first;
        made->number = labels->number;
        made->model = labels->model;
        made->deployment = labels->deployment;
        memcpy(made->label, labels->label, sizeof made->label);
        if (atomic_compare_exchange_strong(&m->first[f], &first, made))
            return made;
    }
}

static void add(struct series *s, int i, double amount)
{
    if (s && amount > 0)
        atomic_fetch_add(&s->value[i], (uint_fast64_t)llround(1e6 * amount));
}

void metrics_request(struct metrics *m, const char *method, const char *route, const char *model,
    const char *deployment, int status)
{
    if (!m)
        return;
    struct series labels = {.label = {method ? method : "other", route ? route : "other"},
        .model = keep_name(m, &m->models, model),
        .deployment = keep_name(m, &m->deployments, deployment),
        .number = status};
    struct series *s = find(m, BY_REQUEST, &labels);
    if (s)
        atomic_fetch_add(&s->value[0], 1);
}

void metrics_stage(struct metrics *m, enum stage stage, const char *operation,
    const char *deployment, double seconds)
{
    int bucket = 0;
    if (!m)
        return;
    struct series labels = {.label = {operation, ""},
        .model = "",
        .deployment = keep_name(m, &m->deployments, deployment),
        .number = (int)stage};
    struct series *s = find(m, BY_STAGE, &labels);
    while (bucket < BUCKETS && seconds > metrics_bucket[bucket])
        bucket++;
    if (s)
        atomic_fetch_add(&s->value[bucket], 1);
    add(s, BUCKETS + 1, seconds);
}

void metrics_work(struct metrics *m, const char *operation, const char *model,
    const char *deployment, const struct worked *w)
{
    if (!m || !*model)
        return;
    struct series labels = {.label = {operation, ""},
        .model = keep_name(m, &m->models, model),
        .deployment = keep_name(m, &m->deployments, deployment)};
    struct series *s = find(m, BY_WORK, &labels);
    add(s, 0, w->seconds);
    add(s, 1, w->audio);
    labels.label[0] = "";
    for (int u = 0; u < UNITS; u++) {
        labels.number = u;
        if (w->used.of[u] > 0)
            add(find(m, BY_UNIT, &labels), 0, w->used.of[u]);
    }
}
