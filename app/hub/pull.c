/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/folder.h"
#include "hub/hub.h"
#include "hub/record.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum ih_status check_request(const struct hub_pull *p, struct ih_error *e)
{
    if (!hub_is_repo(p->repo))
        return hub_fail(e, IH_INVALID, "'%.80s' is not OWNER/NAME", p->repo);
    if (!hub_is_revision(p->revision))
        return hub_fail(e, IH_INVALID, "'%.80s' is not a revision", p->revision);
    return IH_OK;
}

/* Sets what the listing says against what the caller knows of the files beforehand. */
static enum ih_status expect(struct hub_listing *l, const struct hub_pull *p, struct ih_error *e)
{
    for (int i = 0; i < p->expected_count; i++) {
        const struct hub_file *want = &p->expected[i];
        struct hub_file *file = hub_listing_find(l, want->name);
        if (!file)
            return hub_fail(
                e, IH_BAD_DATA, "%s has no file %s, which the catalog names", p->repo, want->name);
        if ((file->sha256[0] && strcmp(file->sha256, want->sha256) != 0) ||
            (file->size >= 0 && want->size >= 0 && file->size != want->size))
            return hub_fail(e, IH_BAD_DATA,
                "%s of %s is not the file that the catalog names: the hub announces %lld bytes, "
                "SHA-256 %.12s...",
                want->name, p->repo, (long long)file->size,
                file->sha256[0] ? file->sha256 : "unknown");
        memcpy(file->sha256, want->sha256, sizeof file->sha256);
        file->size = want->size >= 0 ? want->size : file->size;
    }
    return IH_OK;
}

enum ih_status hub_pull(const struct hub *hub, const struct hub_pull *p, struct ih_error *e)
{
    char partial[PATH_MAX];
    struct hub_listing l = {0};
    int lock = -1;
    if (snprintf(partial, sizeof partial, "%s.partial", p->folder) >= (int)sizeof partial)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", p->folder);
    enum ih_status status = check_request(p, e);
    if (!status)
        status = hub_list(&l, hub, p->repo, p->revision, e);
    if (!status)
        status = hub_choose(&l, p->files, p->file_count, e);
    if (!status)
        status = expect(&l, p, e);
    if (!status)
        status = folder_open_partial(partial, &lock, e);
    if (!status)
        status = folder_check_space(partial, &l, e);
    if (!status)
        status =
            folder_keep_only(partial, &l, e); /* an older pull may have left another revision */
    if (!status)
        status = folder_make_inner(partial, &l, e);
    if (!status)
        status = hub_fetch_all(hub, p, partial, &l, e);
    struct hub_record record = {.files = l};
    snprintf(record.repo, sizeof record.repo, "%s", p->repo);
    snprintf(record.revision, sizeof record.revision, "%s", p->revision);
    if (!status)
        status = hub_record_write(partial, &record, e);
    if (!status)
        status = folder_put_in_place(partial, p->folder, e);
    if (lock >= 0)
        close(lock);
    hub_listing_free(&l);
    return status;
}
