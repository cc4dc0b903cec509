/* SPDX-License-Identifier: Apache-2.0 */
/* Where a server's models come from: the catalog and the hub, for those who may ask for them. */
#include "cli/fetch.h"
#include "cli/models.h"
#include "cli/serve.h"

#include <string.h>
#include <sys/stat.h>

enum { RETRIES = 5, TIMEOUT = 30, AT_ONCE = 4 };

static json_t *list(void *arg)
{
    (void)arg;
    return catalog_json_list();
}

static bool allowed(void *arg, struct ih_error *e)
{
    const struct settings *s = arg;
    struct hub_place place;
    if (!s->offline)
        return hub_place_read(&place, e) == IH_OK;
    fail(e, IH_NETWORK, "this server fetches nothing (models.offline)");
    return false;
}

static void on_progress(void *arg, const struct hub_progress *now)
{
    const struct supply_watch *w = arg;
    w->progress(w->arg, now->done, now->total, now->files_done, now->files);
}

/* What is asked for, and the folder where it belongs. The catalog is borrowed. */
static enum ih_status understand(struct fetch_wanted *w, const struct catalog *catalog,
    const char *name, char folder[PATH_MAX], struct ih_error *e)
{
    char models[PATH_MAX];
    enum ih_status status = fetch_understand(w, catalog, name, e);
    if (status)
        return status;
    if (!w->repo[0])
        return fail(e, IH_NOT_FOUND, "%s comes with the program", w->name);
    if (!hub_is_model_name(w->name))
        return fail(e, IH_INVALID, "'%.80s' cannot be the name of a model", w->name);
    if (!hub_is_revision(w->revision))
        return fail(e, IH_INVALID, "'%.80s' is not a revision", w->revision);
    if (!models_folder(PLACE_USER, models, sizeof models) ||
        !path_join(folder, PATH_MAX, models, w->name))
        return fail(e, IH_IO, "there is no folder for models: set HOME or INHOUSE_MODELS");
    return IH_OK;
}

static enum ih_status knows(void *arg, const char *name, bool *here, struct ih_error *e)
{
    char folder[PATH_MAX];
    struct catalog *catalog = NULL;
    struct fetch_wanted w;
    struct stat st;
    (void)arg;
    enum ih_status status = catalog_load(&catalog, e);
    if (!status)
        status = understand(&w, catalog, name, folder, e);
    *here = !status && stat(folder, &st) == 0;
    catalog_close(&catalog);
    return status;
}

/* A repository may hold anything: what this program cannot open is said. */
static enum ih_status fetch_wanted(const struct fetch_wanted *w, const char *folder,
    const struct supply_watch *watch, const struct hub_place *place, struct ih_error *e)
{
    struct supply_watch copy = *watch;
    struct ih_error why;
    struct stat st;
    char models[PATH_MAX];
    struct hub hub = {.endpoint = place->address,
        .token = *place->token ? place->token : NULL,
        .retries = RETRIES,
        .timeout = TIMEOUT,
        .cancel = watch->cancel,
        .arg = &copy,
        .progress = on_progress};
    struct fetch f = {.repo = w->repo,
        .revision = w->revision,
        .folder = folder,
        .known = w->known,
        .parallel = AT_ONCE};
    if (stat(folder, &st) == 0)
        return IH_OK;
    if (!models_folder(PLACE_USER, models, sizeof models))
        return fail(e, IH_IO, "there is no folder for models: set HOME or INHOUSE_MODELS");
    enum ih_status status = make_folders(models, e);
    if (!status)
        status = fetch_model(&hub, &f, e);
    if (!status && !w->known && try_model(folder, &why) != IH_OK)
        status = fail(e, IH_UNSUPPORTED,
            "it was fetched, but this program cannot open it: %.300s; 'inhouse models evict %.60s' "
            "removes it",
            why.text, w->name);
    return status;
}

static enum ih_status pull(
    void *arg, const char *name, const struct supply_watch *watch, struct ih_error *e)
{
    char folder[PATH_MAX];
    struct catalog *catalog = NULL;
    struct fetch_wanted w;
    struct hub_place place;
    if (!allowed(arg, e))
        return IH_NETWORK;
    enum ih_status status = hub_place_read(&place, e);
    if (!status)
        status = catalog_load(&catalog, e);
    if (!status)
        status = understand(&w, catalog, name, folder, e);
    if (!status)
        status = fetch_wanted(&w, folder, watch, &place, e);
    catalog_close(&catalog);
    return status;
}

struct supply serve_supply(struct settings *s)
{
    return (struct supply){
        .list = list, .allowed = allowed, .knows = knows, .pull = pull, .arg = s};
}
