/* SPDX-License-Identifier: Apache-2.0 */
#include "server/deploy.h"

#include "server/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_SECONDS = 1 };

bool deploy_find(const struct host *host, const char *name, struct deployment *d, struct problem *p)
{
    *d = (struct deployment){0};
    if (!host->store || !name || !*name)
        return true;
    enum ih_status status = deployment_find(host->store, name, d, NULL);
    if (!status || status == IH_NOT_FOUND)
        return true;
    problem_set(p, 503, "unavailable", NULL, "deployments cannot be looked up now");
    p->retry_after = RETRY_SECONDS;
    return false;
}

bool deploy_resolve(const struct host *host, struct form *f, struct problem *p)
{
    struct ih_error e;
    struct deployment *d = &f->asked.deployment;
    const struct field *model = form_find(f, "model");
    if (!model || model->kind != FIELD_TEXT)
        return true;
    if (!deploy_find(host, model->text, d, p))
        return false;
    if (!*d->name)
        return true;
    form_remove(f, "model");
    return form_add(f, "model", d->model, strlen(d->model), FIELD_TEXT, &e) == IH_OK ||
           problem_from(p, &e);
}

/* The list of all names. */

struct listing {
    struct depot *depot;
    struct deployment *d;
    int count, room;
    bool failed;
    void (*take)(void *arg, const struct offered *o);
    void *arg;
};

static int collect(void *listing, const struct deployment *d)
{
    struct listing *l = listing;
    if (l->count == l->room) {
        int room = l->room ? 2 * l->room : 16;
        struct deployment *grown = realloc(l->d, (size_t)room * sizeof *grown);
        l->failed = !grown;
        if (!grown)
            return -1;
        l->d = grown;
        l->room = room;
    }
    l->d[l->count++] = *d;
    return 0;
}

static void take_other(void *listing, const struct offered *o)
{
    struct listing *l = listing;
    for (int i = 0; i < l->count; i++)
        if (strcmp(l->d[i].name, o->name) == 0)
            return;
    l->take(l->arg, o);
}

/* The model behind a deployment, which may be gone. */
static void take_model(void *behind, const struct offered *o)
{
    struct offered *b = behind;
    if (strcmp(o->name, b->root) != 0)
        return;
    b->tasks = o->tasks;
    b->facts = o->facts;
}

bool deploy_each(const struct host *host, void (*take)(void *arg, const struct offered *o),
    void *arg, struct problem *p)
{
    struct listing l = {.take = take, .arg = arg};
    bool good = !host->store || deployment_list(host->store, collect, &l, NULL) == IH_OK;
    good = good && !l.failed;
    for (int i = 0; good && i < l.count; i++) {
        const struct deployment *d = &l.d[i];
        struct offered o = {.name = d->name, .root = d->model, .created = d->created};
        depot_each(host->depot, take_model, &o);
        take(arg, &o);
    }
    if (good)
        depot_each(host->depot, take_other, &l);
    free(l.d);
    return good || problem_set(p, 503, "unavailable", NULL, "deployments cannot be listed now");
}

/* How many are under way. */

struct lease {
    struct lease *next, **self;
    struct ledger *ledger;
    char name[STORE_NAME];
    struct answer *answer;
};

struct ledger {
    pthread_mutex_t lock;
    struct lease *first;
};

enum ih_status ledger_open(struct ledger **out, struct ih_error *e)
{
    struct ledger *l = *out = calloc(1, sizeof *l);
    if (!l)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    pthread_mutex_init(&l->lock, NULL);
    return IH_OK;
}

void ledger_close(struct ledger **l)
{
    if (*l)
        pthread_mutex_destroy(&(*l)->lock);
    free(*l);
    *l = NULL;
}

/* A client that has its answer may come back before the worker has tidied up behind it: what is
 * finished does not count. Under the lock. */
static int under_way(const struct ledger *l, const char *name)
{
    int count = 0;
    for (const struct lease *x = l->first; x; x = x->next)
        count += strcmp(x->name, name) == 0 && !(x->answer && answer_state(x->answer).finished);
    return count;
}

bool lease_begin(struct lease **out, struct ledger *l, const struct deployment *d, struct answer *a,
    struct problem *p)
{
    *out = NULL;
    if (!l || !*d->name || d->limit[LIMIT_CONCURRENT] <= 0)
        return true;
    struct lease *lease = calloc(1, sizeof *lease);
    if (!lease)
        return problem_set(p, 503, "out_of_memory", NULL, "not enough memory");
    pthread_mutex_lock(&l->lock);
    bool room = under_way(l, d->name) < d->limit[LIMIT_CONCURRENT];
    if (room) {
        *lease = (struct lease){
            .next = l->first, .self = &l->first, .ledger = l, .answer = a ? answer_share(a) : NULL};
        memcpy(lease->name, d->name, sizeof lease->name);
        if (lease->next)
            lease->next->self = &lease->next;
        l->first = lease;
    }
    pthread_mutex_unlock(&l->lock);
    if (room) {
        *out = lease;
        return true;
    }
    free(lease);
    problem_set(p, 429, "deployment_busy", "model",
        "the deployment '%s' takes %.0f requests at once, and as many are under way", d->name,
        d->limit[LIMIT_CONCURRENT]);
    p->retry_after = RETRY_SECONDS;
    p->passes = true;
    return false;
}

void lease_end(struct lease **lease)
{
    struct lease *gone = *lease;
    *lease = NULL;
    if (!gone)
        return;
    struct ledger *l = gone->ledger;
    pthread_mutex_lock(&l->lock);
    *gone->self = gone->next;
    if (gone->next)
        gone->next->self = gone->self;
    pthread_mutex_unlock(&l->lock);
    if (gone->answer)
        answer_release(&gone->answer);
    free(gone);
}

/* At work. */

static bool keeps_limits(const struct deployment *d, const struct amounts *a, struct problem *p)
{
    static const struct {
        enum deployment_limit limit;
        enum unit unit;
        const char *words;
    } rows[] = {{LIMIT_AUDIO_SECONDS, AUDIO_SECONDS, "seconds of audio"},
        {LIMIT_CHARACTERS, CHARACTERS, "characters"},
        {LIMIT_MEGAPIXEL_STEPS, MEGAPIXEL_STEPS, "megapixels times steps"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double most = d->limit[rows[i].limit], wanted = a->of[rows[i].unit];
        if (most > 0 && wanted > most)
            return problem_set(p, 400, "deployment_limit", NULL,
                "the deployment '%s' takes at most %.12g %s a request; this one has %.12g", d->name,
                most, rows[i].words, wanted);
    }
    return true;
}

static bool measures(const struct deployment *d)
{
    return d->limit[LIMIT_AUDIO_SECONDS] > 0 || d->limit[LIMIT_CHARACTERS] > 0 ||
           d->limit[LIMIT_MEGAPIXEL_STEPS] > 0;
}

bool deploy_enter(const struct host *host, struct job *j, struct problem *p)
{
    const struct deployment *d = &j->form.asked.deployment;
    return !*d->name || !j->operation->measure || j->lease ||
           lease_begin(&j->lease, host->ledger, d, j->answer, p);
}

bool deploy_begin(const struct host *host, struct job *j, struct problem *p)
{
    const struct deployment *d = &j->form.asked.deployment;
    struct amounts amounts = {0};
    if (!*d->name || !j->operation->measure || !measures(d))
        return true;
    /* What a model draws by default is part of it: measuring must not fail for want of it. The task
     * makes no difference to a name of the list. */
    if (d->limit[LIMIT_MEGAPIXEL_STEPS] > 0 &&
        !depot_take(host->depot, d->model, IH_DRAW, &j->lent, p))
        return false;
    j->operation->measure(host, &j->form, &amounts);
    return keeps_limits(d, &amounts, p);
}

void deploy_end(const struct host *host, struct job *j)
{
    if (j->lent)
        depot_give_back(host->depot, j->lent);
    j->lent = NULL;
}
