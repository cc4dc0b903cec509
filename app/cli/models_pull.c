/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/models.h"
#include "cli/signals.h"
#include "hub/catalog.h"
#include "hub/hub.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pull {
    struct progress progress;
    bool quiet, begun;
    double first_time;
    int64_t first_bytes; /* here when this call began */
};

static void on_progress(void *arg, const char *file, int64_t done, int64_t total)
{
    struct pull *p = arg;
    char rate[24], size[24], note[64];
    double now = now_seconds();
    if (!p->begun) {
        p->begun = true;
        p->first_time = now;
        p->first_bytes = done;
    }
    double seconds = now - p->first_time;
    double speed = seconds > 0.2 ? (double)(done - p->first_bytes) / seconds : 0;
    snprintf(note, sizeof note, "%s%s%s%s", bytes_text((double)done, size, sizeof size),
        speed > 0 ? "  " : "", speed > 0 ? bytes_text(speed, rate, sizeof rate) : "",
        speed > 0 ? "/s" : "");
    p->progress.label = file;
    progress_draw(&p->progress, (double)done, (double)total, note);
}

static void on_note(void *arg, const char *sentence)
{
    struct pull *p = arg;
    progress_clear(&p->progress);
    if (!p->quiet)
        fprintf(stderr, "%s; trying again\n", sentence);
}

/* What is asked for, as a repository and a name here. False after saying what is wrong. */
struct wanted {
    char repo[200], revision[100], name[128];
};

static bool understand(struct wanted *w, const struct args *a, const char *asked)
{
    const char *local = args_value(a, "name", NULL);
    const struct catalog_model *known = catalog_find(asked);
    *w = (struct wanted){.revision = "main"};
    if (known) {
        snprintf(w->repo, sizeof w->repo, "%s", known->repo);
        snprintf(w->name, sizeof w->name, "%s", known->name);
    } else if (strncmp(asked, "hf:", 3) == 0) {
        const char *at = strchr(asked, '@'), *repo = asked + 3;
        int length = at ? (int)(at - repo) : (int)strlen(repo);
        if (length >= (int)sizeof w->repo || (at && strlen(at + 1) >= sizeof w->revision)) {
            usage_error(a->command, "the name is too long: %.40s...", asked);
            return false;
        }
        snprintf(w->repo, sizeof w->repo, "%.*s", length, repo);
        if (at)
            snprintf(w->revision, sizeof w->revision, "%s", at + 1);
        const char *slash = strrchr(w->repo, '/');
        snprintf(w->name, sizeof w->name, "%.127s", slash ? slash + 1 : w->repo);
    } else {
        int n;
        const struct catalog_model *all = catalog(&n);
        const char *names[64];
        for (int i = 0; i < n && i < 63; i++)
            names[i] = all[i].alias;
        names[n < 63 ? n : 63] = NULL;
        const char *close = ih_closest(asked, names);
        usage_error(a->command,
            "'%.80s' is neither in 'inhouse models list' nor hf:OWNER/NAME%s%s%s", asked,
            close ? "; did you mean '" : "", close ? close : "", close ? "'?" : "");
        return false;
    }
    if (local)
        snprintf(w->name, sizeof w->name, "%.127s", local);
    if (!w->name[0] || w->name[0] == '.' || strchr(w->name, '/')) {
        usage_error(a->command, "'%s' cannot be the name of a model", w->name);
        return false;
    }
    return true;
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

/* The token may come from a file with a newline at its end; anything else that is not printable
 * would let it write headers. */
static bool read_token(char *token, size_t size, const char *given)
{
    size_t n = given ? strcspn(given, "\r\n") : 0;
    token[0] = 0;
    if (n == 0)
        return true;
    if (n >= size || given[n + strspn(given + n, "\r\n")])
        return false;
    for (size_t i = 0; i < n; i++)
        if (given[i] <= ' ' || given[i] > '~')
            return false;
    memcpy(token, given, n);
    token[n] = 0;
    return true;
}

static int run_pull(
    const struct args *a, const struct wanted *w, struct hub *hub, const char *folder)
{
    struct ih_error e = {0};
    const char **files = calloc((size_t)a->given + 1, sizeof *files);
    struct hub_pull p = {
        .repo = w->repo, .revision = w->revision, .folder = folder, .files = files};
    struct pull state = {.quiet = args_has(a, "quiet")};
    char size[24];
    if (!files) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    for (int i = 0; i < a->given; i++)
        if (strcmp(a->flag[i].name, "file") == 0)
            files[p.file_count++] = a->flag[i].value;
    volatile int stop = 0;
    progress_begin(&state.progress, w->name, !state.quiet);
    hub->cancel = &stop;
    hub->arg = &state;
    hub->progress = on_progress;
    hub->note = on_note;
    signals_watch(&stop);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    enum ih_status status = hub_pull(hub, &p, &e);
    curl_global_cleanup();
    signals_watch(NULL);
    progress_clear(&state.progress);
    free(files);
    if (status == IH_OK) {
        if (!state.quiet)
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

int pull_model(const struct args *a, const char *asked)
{
    const char *endpoint = getenv("HF_ENDPOINT"), *offline = getenv("HF_HUB_OFFLINE");
    char address[512], token[256], folder[PATH_MAX], place[PATH_MAX];
    struct hub hub = {.endpoint = address, .retries = 5, .timeout = 30};
    struct ih_error e;
    struct wanted w;
    struct stat st;
    if (!understand(&w, a, asked) || !read_number(a, "retries", 0, 100, &hub.retries) ||
        !read_number(a, "timeout", 1, 3600, &hub.timeout))
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
    if (offline && *offline && strcmp(offline, "0") != 0) {
        complain("nothing is fetched while HF_HUB_OFFLINE is set");
        return EXIT_NETWORK;
    }
    snprintf(
        address, sizeof address, "%s", endpoint && *endpoint ? endpoint : "https://huggingface.co");
    while (*address && address[strlen(address) - 1] == '/')
        address[strlen(address) - 1] = 0;
    if (strncmp(address, "https://", 8) != 0 && strncmp(address, "http://", 7) != 0) {
        complain("HF_ENDPOINT must begin with https:// or http://");
        return EXIT_USAGE;
    }
    if (!read_token(token, sizeof token, getenv("HF_TOKEN"))) {
        complain("HF_TOKEN is not a token: it must be printable text without spaces");
        return EXIT_USAGE;
    }
    hub.token = token[0] ? token : NULL;
    if (make_folders(place, &e) != IH_OK) {
        complain("%s", e.text);
        return EXIT_OUTPUT;
    }
    return run_pull(a, &w, &hub, folder);
}
