/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fetch.h"
#include "cli/models.h"
#include "cli/signals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { AT_ONCE = 4, AT_ONCE_MAX = 32 };

static int unknown(const struct args *a, const struct catalog *catalog, const char *asked)
{
    int n;
    const struct catalog_model *all = catalog_models(catalog, &n);
    const char **names = calloc((size_t)n + 1, sizeof *names), *close;
    for (int i = 0; i < n && names; i++)
        names[i] = all[i].alias;
    close = names ? ih_closest(asked, names) : NULL;
    free(names);
    return usage_error(a->command,
        "'%.80s' is neither in 'inhouse models search' nor hf:OWNER/NAME%s%s%s", asked,
        close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
}

/* 0, or an exit code after saying what is wrong. */
static int understand(
    struct fetch_wanted *w, const struct args *a, const struct catalog *catalog, const char *asked)
{
    const char *local = args_value(a, "name", NULL);
    struct ih_error e;
    enum ih_status status = fetch_understand(w, catalog, asked, &e);
    if (status == IH_NOT_FOUND)
        return unknown(a, catalog, asked);
    if (status)
        return usage_error(a->command, "%s", e.text);
    if (!w->repo[0]) {
        complain("%s %s; there is nothing to fetch", w->known->name,
            w->known->remote ? "is remote" : "comes with the program");
        return EXIT_MODEL;
    }
    if (local)
        snprintf(w->name, sizeof w->name, "%.127s", local);
    if (!hub_is_model_name(w->name))
        return usage_error(a->command, "'%s' cannot be the name of a model", w->name);
    return EXIT_DONE;
}

static bool read_number(const struct args *a, const char *name, int low, int high, int *out)
{
    const char *text = args_value(a, name, NULL);
    if (!text)
        return true;
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end || n < low || n > high) {
        usage_error(
            a->command, "--%s must be a number from %d to %d, not '%.40s'", name, low, high, text);
        return false;
    }
    *out = (int)n;
    return true;
}

static int run_pull(const struct args *a, const struct fetch_wanted *w, struct hub *hub,
    const char *folder, int parallel)
{
    struct ih_error e = {0};
    const char **files = calloc((size_t)a->given + 1, sizeof *files);
    struct fetch f = {.repo = w->repo,
        .revision = w->revision,
        .folder = folder,
        .known = w->known,
        .files = files,
        .parallel = parallel};
    struct transfer transfer;
    char size[24];
    if (!files) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    for (int i = 0; i < a->given; i++)
        if (strcmp(a->flag[i].name, "file") == 0)
            files[f.file_count++] = a->flag[i].value;
    transfer_begin(&transfer, hub, w->name, args_has(a, "quiet"));
    enum ih_status status = fetch_model(hub, &f, &e);
    transfer_end(&transfer);
    free(files);
    if (status == IH_OK) {
        if (try_model(folder, &e) != IH_OK)
            complain("%s was fetched, but this program cannot open it: %s", w->name, e.text);
        if (!transfer.quiet)
            printf("%s is here: %s in %s\n", w->name,
                bytes_text(path_bytes(folder), size, sizeof size), folder);
        return EXIT_DONE;
    }
    if (status == IH_CANCELLED && signals_caught()) {
        complain("stopped; the same command goes on from here");
        return 128 + signals_caught();
    }
    complain("%s", e.text);
    if (status == IH_IO)
        return EXIT_OUTPUT;
    return status == IH_INVALID || status == IH_NO_MEMORY ? exit_for_model(status) : EXIT_NETWORK;
}

/* Where the hub is and what may be said to it; 0, or an exit code after saying what is wrong. */
static int read_hub(const struct args *a, struct hub_place *place)
{
    struct ih_error e = {0};
    enum ih_status status = IH_NETWORK;
    if (args_has(a, "offline"))
        fail(&e, status, "nothing is fetched with --offline");
    else
        status = hub_place_read(place, &e);
    if (status)
        complain("%s", e.text);
    return !status ? EXIT_DONE : status == IH_NETWORK ? EXIT_NETWORK : EXIT_USAGE;
}

static int pull_known(const struct args *a, const struct catalog *catalog, const char *asked)
{
    char folder[PATH_MAX], place[PATH_MAX];
    struct hub_place at;
    struct hub hub = {.endpoint = at.address, .retries = 5, .timeout = 30};
    struct ih_error e;
    struct fetch_wanted w;
    struct stat st;
    int parallel = AT_ONCE, code = understand(&w, a, catalog, asked);
    if (code)
        return code;
    if (!read_number(a, "retries", 0, 100, &hub.retries) ||
        !read_number(a, "timeout", 1, 3600, &hub.timeout) ||
        !read_number(a, "parallel", 1, AT_ONCE_MAX, &parallel))
        return EXIT_USAGE;
    if (!models_folder(PLACE_USER, place, sizeof place) ||
        !path_join(folder, sizeof folder, place, w.name)) {
        complain("there is no folder for models: set HOME or INHOUSE_MODELS");
        return EXIT_OUTPUT;
    }
    if (stat(folder, &st) == 0 && !args_has(a, "force")) {
        if (!args_has(a, "quiet"))
            printf("%s is already here: %s (--force fetches it again)\n", w.name, folder);
        return EXIT_DONE;
    }
    code = read_hub(a, &at);
    if (code)
        return code;
    hub.token = *at.token ? at.token : NULL;
    if (make_folders(place, &e) != IH_OK) {
        complain("%s", e.text);
        return EXIT_OUTPUT;
    }
    return run_pull(a, &w, &hub, folder, parallel);
}

int pull_model(const struct args *a, const char *asked)
{
    struct catalog *catalog;
    struct ih_error e;
    enum ih_status status = catalog_load(&catalog, &e);
    if (status) {
        complain("%s", e.text);
        return exit_for_model(status);
    }
    int code = pull_known(a, catalog, asked);
    catalog_close(&catalog);
    return code;
}
