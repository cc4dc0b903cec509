/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/folder.h"
#include "hub/hub.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char record_name[] = "inhouse.json";

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
        struct hub_file *file = NULL;
        for (int j = 0; j < l->count && !file; j++)
            file = strcmp(l->file[j].name, want->name) == 0 ? &l->file[j] : NULL;
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

static enum ih_status check_space(
    const char *partial, const struct hub_listing *l, struct ih_error *e)
{
    struct statvfs fs;
    struct stat st;
    char path[PATH_MAX];
    double need = 0;
    for (int i = 0; i < l->count; i++) {
        need += l->file[i].size > 0 ? (double)l->file[i].size : 0;
        for (int part = 0; part < 2; part++) {
            int n = snprintf(
                path, sizeof path, "%s/%s%s", partial, l->file[i].name, part ? ".part" : "");
            if (n > 0 && n < (int)sizeof path && stat(path, &st) == 0)
                need -= (double)st.st_size;
        }
    }
    if (statvfs(partial, &fs) != 0)
        return IH_OK;
    double have = (double)fs.f_bavail * (double)fs.f_frsize;
    if (need > have)
        return hub_fail(e, IH_IO, "%s needs %.0f MB more, and the disk has %.0f MB left", partial,
            need / 1e6, have / 1e6);
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
        status = check_space(partial, &l, e);
    if (!status)
        status =
            folder_keep_only(partial, &l, e); /* an older pull may have left another revision */
    if (!status)
        status = folder_make_inner(partial, &l, e);
    if (!status)
        status = hub_fetch_all(hub, p, partial, &l, e);
    if (!status)
        status = hub_record_write(partial, p, &l, e);
    if (!status)
        status = folder_put_in_place(partial, p->folder, e);
    if (lock >= 0)
        close(lock);
    hub_listing_free(&l);
    return status;
}

enum ih_status hub_record_write(
    const char *folder, const struct hub_pull *p, const struct hub_listing *l, struct ih_error *e)
{
    char path[PATH_MAX];
    json_t *files = json_array(), *json = json_object();
    for (int i = 0; i < l->count; i++) {
        json_t *file = json_object();
        json_object_set_new(file, "name", json_string(l->file[i].name));
        json_object_set_new(file, "size", json_integer(l->file[i].size));
        json_object_set_new(file, "sha256", json_string(l->file[i].sha256));
        json_array_append_new(files, file);
    }
    json_object_set_new(json, "repo", json_string(p->repo));
    json_object_set_new(json, "revision", json_string(p->revision));
    json_object_set_new(json, "commit", json_string(l->commit));
    json_object_set_new(json, "files", files);
    int n = snprintf(path, sizeof path, "%s/%s", folder, record_name);
    bool ok = n > 0 && n < (int)sizeof path && json_dump_file(json, path, JSON_INDENT(1)) == 0;
    json_decref(json);
    return ok ? IH_OK : hub_fail(e, IH_IO, "%s/%s cannot be written", folder, record_name);
}

enum ih_status hub_record_check(const struct hub *hub, const char *folder, struct ih_error *e)
{
    char path[PATH_MAX];
    size_t i;
    json_t *entry;
    if (snprintf(path, sizeof path, "%s/%s", folder, record_name) >= (int)sizeof path ||
        access(path, F_OK) != 0)
        return hub_fail(e, IH_NOT_FOUND, "%.300s has no record of what was fetched", folder);
    json_t *json = json_load_file(path, 0, NULL);
    const json_t *files = json_object_get(json, "files");
    enum ih_status status = IH_OK;
    if (!json_is_array(files))
        status = hub_fail(e, IH_BAD_DATA, "%.300s is damaged", path);
    json_array_foreach(files, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));
        const char *sha256 = json_string_value(json_object_get(entry, "sha256"));
        struct hub_file file = {.size = -1};
        if (json_is_integer(json_object_get(entry, "size")))
            file.size = json_integer_value(json_object_get(entry, "size"));
        if (!hub_is_name(name) || !sha256 || strlen(sha256) != SHA256_HEX ||
            snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
            status = hub_fail(e, IH_BAD_DATA, "the record in %.300s is damaged", folder);
            break;
        }
        memcpy(file.sha256, sha256, SHA256_HEX + 1);
        status = hub_check(hub, path, &file, e);
        if (status == IH_NOT_FOUND)
            status = hub_fail(e, IH_BAD_DATA, "%.300s is missing", path);
        if (status)
            break;
    }
    json_decref(json);
    return status;
}
