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

static enum ih_status fetch_known(const struct catalog_model *m, const struct supply_watch *watch,
    const struct hub_place *place, struct ih_error *e)
{
    char models[PATH_MAX], folder[PATH_MAX];
    struct supply_watch copy = *watch;
    struct stat st;
    struct hub hub = {.endpoint = place->address,
        .token = *place->token ? place->token : NULL,
        .retries = RETRIES,
        .timeout = TIMEOUT,
        .cancel = watch->cancel,
        .arg = &copy,
        .progress = on_progress};
    struct fetch f = {.repo = m->repo,
        .revision = m->revision,
        .folder = folder,
        .known = m,
        .parallel = AT_ONCE};
    if (!models_folder(PLACE_USER, models, sizeof models) ||
        !path_join(folder, sizeof folder, models, m->name))
        return fail(e, IH_IO, "there is no folder for models: set HOME or INHOUSE_MODELS");
    if (stat(folder, &st) == 0)
        return IH_OK;
    enum ih_status status = make_folders(models, e);
    return status ? status : fetch_model(&hub, &f, e);
}

static enum ih_status pull(
    void *arg, const char *name, const struct supply_watch *watch, struct ih_error *e)
{
    struct catalog *catalog = NULL;
    struct hub_place place;
    if (!allowed(arg, e))
        return IH_NETWORK;
    enum ih_status status = hub_place_read(&place, e);
    if (!status)
        status = catalog_load(&catalog, e);
    const struct catalog_model *m = status ? NULL : catalog_find(catalog, name);
    if (!status && (!m || !m->repo))
        status = fail(e, IH_NOT_FOUND, "%s is not in the catalog any more", name);
    if (!status)
        status = fetch_known(m, watch, &place, e);
    catalog_close(&catalog);
    return status;
}

struct supply serve_supply(struct settings *s)
{
    return (struct supply){.list = list, .allowed = allowed, .pull = pull, .arg = s};
}
