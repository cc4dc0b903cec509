/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fetch.h"

#include "cli/paths.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

enum ih_status hub_place_read(struct hub_place *p, struct ih_error *e)
{
    const char *endpoint = getenv("HF_ENDPOINT"), *offline = getenv("HF_HUB_OFFLINE");
    if (offline && *offline && strcmp(offline, "0") != 0)
        return fail(e, IH_NETWORK, "nothing is fetched while HF_HUB_OFFLINE is set");
    snprintf(p->address, sizeof p->address, "%s",
        endpoint && *endpoint ? endpoint : "https://huggingface.co");
    while (*p->address && p->address[strlen(p->address) - 1] == '/')
        p->address[strlen(p->address) - 1] = 0;
    if (strncmp(p->address, "https://", 8) != 0 && strncmp(p->address, "http://", 7) != 0)
        return fail(e, IH_INVALID, "HF_ENDPOINT must begin with https:// or http://");
    if (!read_token(p->token, sizeof p->token, getenv("HF_TOKEN")))
        return fail(
            e, IH_INVALID, "HF_TOKEN is not a token: it must be printable text without spaces");
    return IH_OK;
}

/* The part of `asked` in front of a revision. */
static enum ih_status read_revision(
    struct fetch_wanted *w, const char *asked, char *name, size_t size, struct ih_error *e)
{
    const char *at = strchr(asked, '@');
    size_t length = at ? (size_t)(at - asked) : strlen(asked);
    *w = (struct fetch_wanted){.revision = ""};
    if (length >= size || (at && strlen(at + 1) >= sizeof w->revision))
        return fail(e, IH_INVALID, "the name is too long: %.40s...", asked);
    memcpy(name, asked, length);
    name[length] = 0;
    if (at)
        snprintf(w->revision, sizeof w->revision, "%s", at + 1);
    return IH_OK;
}

enum ih_status fetch_understand(
    struct fetch_wanted *w, const struct catalog *catalog, const char *asked, struct ih_error *e)
{
    char name[sizeof w->repo];
    enum ih_status status = read_revision(w, asked, name, sizeof name, e);
    if (status)
        return status;
    w->known = catalog_find(catalog, name);
    const char *revision = "main", *slash = strrchr(name, '/');
    if (w->known) {
        snprintf(w->repo, sizeof w->repo, "%s", w->known->repo ? w->known->repo : "");
        snprintf(w->name, sizeof w->name, "%s", w->known->name);
        revision = w->known->revision ? w->known->revision : revision;
    } else if (strncmp(name, "hf:", 3) == 0) {
        snprintf(w->repo, sizeof w->repo, "%s", name + 3);
        if (!hub_is_repo(w->repo))
            return fail(e, IH_INVALID, "'%.80s' is not OWNER/NAME", w->repo);
        snprintf(w->name, sizeof w->name, "%.127s", slash ? slash + 1 : w->repo);
    } else {
        return fail(e, IH_NOT_FOUND,
            "'%.80s' is neither in 'inhouse models search' nor hf:OWNER/NAME", asked);
    }
    if (!w->revision[0])
        snprintf(w->revision, sizeof w->revision, "%s", revision);
    return IH_OK;
}

/* The files that the catalog knows are wanted, and must be what it says; those of another revision
 * it does not know. */
static void expect_files(
    struct hub_pull *p, struct hub_file *expected, const char **files, const struct fetch *f)
{
    if (!f->known || strcmp(f->revision, f->known->revision) != 0)
        return;
    for (int i = 0; i < f->known->file_count; i++) {
        const struct catalog_file *file = &f->known->files[i];
        struct hub_file *want = &expected[p->expected_count++];
        *want = (struct hub_file){.size = file->size};
        snprintf(want->name, sizeof want->name, "%s", file->name);
        snprintf(want->sha256, sizeof want->sha256, "%s", file->sha256);
        files[p->file_count++] = want->name;
    }
}

enum ih_status fetch_model(const struct hub *hub, const struct fetch *f, struct ih_error *e)
{
    size_t known = f->known ? (size_t)f->known->file_count : 0;
    const char **files = calloc((size_t)f->file_count + known + 1, sizeof *files);
    struct hub_file *expected = calloc(known + 1, sizeof *expected);
    struct hub_pull p = {.repo = f->repo,
        .revision = f->revision,
        .folder = f->folder,
        .files = files,
        .expected = expected,
        .parallel = f->parallel};
    enum ih_status status = IH_OK;
    if (!files || !expected)
        status = fail(e, IH_NO_MEMORY, "not enough memory");
    for (int i = 0; !status && i < f->file_count; i++)
        files[p.file_count++] = f->files[i];
    if (!status) {
        expect_files(&p, expected, files, f);
        curl_global_init(CURL_GLOBAL_DEFAULT);
        status = hub_pull(hub, &p, e);
        curl_global_cleanup();
    }
    free(files);
    free(expected);
    return status;
}
