/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/record.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 20000 };

static const char record_name[] = "inhouse.json";

static enum ih_status record_path(char *path, size_t size, const char *folder, struct ih_error *e)
{
    int n = snprintf(path, size, "%s/%s", folder, record_name);
    if (n < 0 || n >= (int)size)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", folder);
    return IH_OK;
}

json_t *hub_record_to_json(const struct hub_record *r)
{
    json_t *files = json_array(), *json = json_object();
    for (int i = 0; i < r->files.count; i++) {
        const struct hub_file *f = &r->files.file[i];
        json_t *file = json_object();
        json_object_set_new(file, "name", json_string(f->name));
        json_object_set_new(file, "size", json_integer(f->size));
        json_object_set_new(file, "sha256", json_string(f->sha256));
        json_array_append_new(files, file);
    }
    json_object_set_new(json, "repo", json_string(r->repo));
    json_object_set_new(json, "revision", json_string(r->revision));
    json_object_set_new(json, "commit", json_string(r->files.commit));
    json_object_set_new(json, "files", files);
    return json;
}

enum ih_status hub_record_write(const char *folder, const struct hub_record *r, struct ih_error *e)
{
    char path[PATH_MAX];
    enum ih_status status = record_path(path, sizeof path, folder, e);
    if (status)
        return status;
    json_t *json = hub_record_to_json(r);
    if (json_dump_file(json, path, JSON_INDENT(1)) != 0)
        status = hub_fail(e, IH_IO, "%.400s cannot be written", path);
    json_decref(json);
    return status;
}

/* An optional text that fits; what is missing is "". */
static bool read_text(char *out, size_t size, const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);
    const char *text = json_string_value(value);
    out[0] = 0;
    if (!value)
        return true;
    return text && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool read_file(struct hub_file *out, const json_t *json)
{
    const char *name = json_string_value(json_object_get(json, "name"));
    const char *sha256 = json_string_value(json_object_get(json, "sha256"));
    const json_t *size = json_object_get(json, "size");
    *out = (struct hub_file){0};
    if (!hub_is_name(name) || !hub_is_sha256(sha256) || !json_is_integer(size) ||
        json_integer_value(size) < 0)
        return false;
    snprintf(out->name, sizeof out->name, "%s", name);
    memcpy(out->sha256, sha256, sizeof out->sha256);
    out->size = json_integer_value(size);
    return true;
}

enum ih_status hub_record_from_json(
    struct hub_record *out, const json_t *json, const char *where, struct ih_error *e)
{
    const json_t *files = json_object_get(json, "files");
    size_t count = json_array_size(files);
    *out = (struct hub_record){0};
    bool ok = json_is_array(files) && count <= FILES_MAX &&
              read_text(out->repo, sizeof out->repo, json, "repo") &&
              read_text(out->revision, sizeof out->revision, json, "revision") &&
              read_text(out->files.commit, sizeof out->files.commit, json, "commit") &&
              (!out->repo[0] || (hub_is_repo(out->repo) && hub_is_revision(out->revision))) &&
              (!out->files.commit[0] || hub_is_sha1(out->files.commit));
    if (ok && !(out->files.file = calloc(count + 1, sizeof *out->files.file)))
        return hub_fail(e, IH_NO_MEMORY, "not enough memory for a list of %zu files", count);
    for (size_t i = 0; ok && i < count; i++)
        ok = read_file(&out->files.file[out->files.count++], json_array_get(files, i));
    if (ok)
        return IH_OK;
    hub_record_free(out);
    return hub_fail(e, IH_BAD_DATA, "the record in %.300s is damaged", where);
}

enum ih_status hub_record_read(struct hub_record *out, const char *folder, struct ih_error *e)
{
    char path[PATH_MAX];
    *out = (struct hub_record){0};
    enum ih_status status = record_path(path, sizeof path, folder, e);
    if (status)
        return status;
    if (access(path, F_OK) != 0)
        return hub_fail(e, IH_NOT_FOUND, "%.300s has no record of what was fetched", folder);
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    status = hub_record_from_json(out, json, folder, e);
    json_decref(json);
    return status;
}

void hub_record_free(struct hub_record *r)
{
    hub_listing_free(&r->files);
    *r = (struct hub_record){0};
}

enum ih_status hub_record_check(const struct hub *hub, const char *folder, struct ih_error *e)
{
    char path[PATH_MAX];
    struct hub_record r;
    enum ih_status status = hub_record_read(&r, folder, e);
    for (int i = 0; !status && i < r.files.count; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", folder, r.files.file[i].name);
        if (n < 0 || n >= (int)sizeof path)
            status = hub_fail(e, IH_INVALID, "the path is too long: %.80s...", folder);
        else
            status = hub_check(hub, path, &r.files.file[i], e);
        if (status == IH_NOT_FOUND)
            status = hub_fail(e, IH_BAD_DATA, "%.300s is missing", path);
    }
    hub_record_free(&r);
    return status;
}
