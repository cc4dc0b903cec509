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
