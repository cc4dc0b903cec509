/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/roster.h"

#include "author/local.h"
#include "author/remote.h"
#include "cli/paths.h"
#include "cli/used.h"
#include "hub/catalog.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One author, remote or not. */
struct seat {
    char name[sizeof((struct model_entry *)0)->name]; /* as it was found */
    struct remote *remote;                            /* or null: */
    struct ih_model *model;
    struct ih_chat *place;
    struct author local;
};

struct roster {
    struct roster_setup setup;
    char spent[PATH_MAX]; /* "" for nowhere */
    struct ih_engine *engine;
    bool curl;
    struct seat **seat;
    const struct author **remote; /* of roster_remotes() */
    int seats, remotes;
};

enum ih_status roster_open(
    struct roster **out, const struct roster_setup *setup, struct ih_error *e)
{
    struct roster *r = *out = calloc(1, sizeof *r);
    if (!r)
        return fail(e, IH_NO_MEMORY, "not enough memory");
    r->setup = *setup;
    if (setup->spent)
        snprintf(r->spent, sizeof r->spent, "%s", setup->spent);
    else if (!spending_folder(r->spent, sizeof r->spent))
        r->spent[0] = '\0';
    return IH_OK;
}

void roster_close(struct roster **out)
{
    struct roster *r = *out;
    *out = NULL;
    if (!r)
        return;
    for (int i = 0; i < r->seats; i++) {
        struct seat *s = r->seat[i];
        remote_close(&s->remote);
        ih_chat_close(&s->place);
        ih_model_close(&s->model);
        free(s);
    }
    free(r->seat);
    free(r->remote);
    ih_engine_close(&r->engine);
    if (r->curl)
        curl_global_cleanup();
    free(r);
}

static struct seat *add_seat(struct roster *r, const char *name)
{
    struct seat **grown = realloc(r->seat, ((size_t)r->seats + 1) * sizeof *grown);
    struct seat *s = grown ? calloc(1, sizeof *s) : NULL;
    if (grown)
        r->seat = grown;
    if (s) {
        snprintf(s->name, sizeof s->name, "%s", name);
        r->seat[r->seats++] = s;
    }
    return s;
}

static void drop_last(struct roster *r)
{
    struct seat *s = r->seat[--r->seats];
    ih_chat_close(&s->place);
    ih_model_close(&s->model);
    free(s);
}

static struct seat *seat_of(const struct roster *r, const char *name, bool remote)
{
    for (int i = 0; i < r->seats; i++)
        if ((r->seat[i]->remote != NULL) == remote && strcmp(r->seat[i]->name, name) == 0)
            return r->seat[i];
    return NULL;
}

static const struct author *author_of(const struct seat *s)
{
    return s->remote ? remote_author(s->remote) : &s->local;
}

/* Whether a model of this machine has the name. */
static bool is_here(const char *name)
{
    struct model_entry *list;
    int n = models_scan(&list);
    bool here = false;
    for (int i = 0; i < n; i++)
        here = here || strcmp(list[i].name, name) == 0;
    if (n >= 0)
        free(list);
    return here;
}

static enum ih_status entry_of(
    struct remote_entry *out, const struct catalog *c, const char *name, struct ih_error *e)
{
    const struct catalog_model *m = catalog_find(c, name);
    if (!m || !m->remote || is_here(name))
        return fail(e, IH_NOT_FOUND, "'%.100s' is no remote model", name);
    return entry_read(out, m->name, m->remote, e);
}

enum ih_status roster_entry(struct remote_entry *out, const char *name, struct ih_error *e)
{
    struct catalog *c;
    enum ih_status status = catalog_load(&c, e);
    if (!status)
        status = entry_of(out, c, name, e);
    catalog_close(&c);
    return status;
}

/* Takes the entry over. */
static enum ih_status sit_remote(
    struct roster *r, struct remote_entry *entry, const struct author **out, struct ih_error *e)
{
    if (r->setup.offline) {
        enum ih_status status = fail(e, IH_NETWORK,
            "%s is remote (%s), and nothing may leave this machine", entry->name, entry->host);
        entry_free(entry);
        return status;
    }
    struct seat *s = seat_of(r, entry->name, true);
    if (s) {
        entry_free(entry);
        *out = author_of(s);
        return IH_OK;
    }
    if (!r->curl)
        r->curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    s = r->curl ? add_seat(r, entry->name) : NULL;
    if (!s) {
        entry_free(entry);
        return fail(e, IH_NO_MEMORY, "not enough memory");
    }
    enum ih_status status = remote_open(&s->remote, entry, *r->spent ? r->spent : NULL, e);
    if (status)
        drop_last(r);
    else
        *out = author_of(s);
    return status;
}

static enum ih_status sit_local(
    struct roster *r, const char *name, const struct author **out, struct ih_error *e)
{
    struct model_entry entry;
    struct ih_engine_options engine = {.threads = r->setup.threads, .tier = r->setup.tier};
    struct ih_model_options model = {.compute = (enum ih_compute)r->setup.compute};
    enum ih_status status = IH_OK;
    if (!r->engine)
        status = ih_engine_open(&r->engine, &engine, e);
    if (!status)
        status = name ? model_locate(&entry, name, e) : model_default_writer(&entry, e);
    if (status)
        return status;
    struct seat *s = seat_of(r, entry.name, false);
    if (s) {
        *out = author_of(s);
        return IH_OK;
    }
    s = add_seat(r, entry.name);
    if (!s)
        return fail(e, IH_NO_MEMORY, "not enough memory");
    status = ih_model_open(&s->model, r->engine, entry.path, &model, e);
    if (!status)
        status = ih_chat_open(&s->place, s->model, &r->setup.chat, e);
    if (status) {
        drop_last(r);
        return status;
    }
    model_used(&entry);
    s->local = local_author(s->name, s->place);
    *out = author_of(s);
    return IH_OK;
}

enum ih_status roster_find(
    struct roster *r, const char *name, const struct author **out, struct ih_error *e)
{
    struct remote_entry entry;
    *out = NULL;
    if (!name || !*name)
        return sit_local(r, NULL, out, e);
    enum ih_status status = strchr(name, '/') ? IH_NOT_FOUND : roster_entry(&entry, name, e);
    if (status == IH_NOT_FOUND)
        return sit_local(r, name, out, e);
    return status ? status : sit_remote(r, &entry, out, e);
}

static const struct seat *find_author(const struct roster *r, const struct author *a)
{
    for (int i = 0; i < r->seats; i++)
        if (author_of(r->seat[i]) == a)
            return r->seat[i];
    return NULL;
}

int roster_context(const struct roster *r, const struct author *a)
{
    const struct seat *s = find_author(r, a);
    if (!s)
        return 0;
    return s->remote ? remote_entry_of(s->remote)->context : ih_chat_context(s->place);
}

const char *roster_host(const struct roster *r, const struct author *a)
{
    const struct seat *s = find_author(r, a);
    return s && s->remote ? remote_entry_of(s->remote)->host : "";
}

bool roster_has_key(const struct roster *r, const struct author *a)
{
    const struct seat *s = find_author(r, a);
    return !s || !s->remote || strcmp(entry_key_state(remote_entry_of(s->remote)), "missing") != 0;
}

enum ih_status roster_remotes(
    struct roster *r, const struct author *const **out, int *count, struct ih_error *e)
{
    struct catalog *c;
    int known;
    enum ih_status status = catalog_load(&c, e);
    const struct catalog_model *m = catalog_models(c, &known);
    free(r->remote);
    r->remotes = 0;
    r->remote = calloc((size_t)known + 1, sizeof *r->remote);
    if (!status && !r->remote)
        status = fail(e, IH_NO_MEMORY, "not enough memory");
    for (int i = 0; !status && i < known; i++) {
        struct remote_entry entry;
        if (!m[i].remote || entry_of(&entry, c, m[i].name, e) != IH_OK)
            continue;
        status = sit_remote(r, &entry, &r->remote[r->remotes], e);
        r->remotes += !status;
    }
    catalog_close(&c);
    *out = r->remote;
    *count = r->remotes;
    return status;
}
