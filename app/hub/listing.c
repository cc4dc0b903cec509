/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/hub.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTING_MAX = 32 << 20, FILES_MAX = 20000 };

enum ih_status hub_fail(struct ih_error *e, enum ih_status code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    e->code = code;
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return code;
}

struct body {
    char *data;
    size_t size, room;
    int status;
    bool too_long;
};

static int body_begin(void *arg, const struct http_answer *a)
{
    struct body *b = arg;
    b->status = a->status;
    b->size = 0;
    return 0;
}

static int body_data(void *arg, const void *data, size_t n)
{
    struct body *b = arg;
    if (b->status >= 300)
        return 0;
    if (n > LISTING_MAX - b->size) {
        b->too_long = true;
        return -1;
    }
    if (b->size + n > b->room) {
        size_t room = (b->size + n) * 2;
        char *grown = realloc(b->data, room);
        if (!grown)
            return -1;
        b->data = grown;
        b->room = room;
    }
    memcpy(b->data + b->size, data, n);
    b->size += n;
    return 0;
}

static void read_file_entry(struct hub_listing *l, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "rfilename"));
    const json_t *lfs = json_object_get(entry, "lfs"), *size = json_object_get(entry, "size");
    const char *sha256 = json_string_value(json_object_get(lfs, "sha256"));
    const char *blob = json_string_value(json_object_get(entry, "blobId"));
    if (!hub_is_name(name))
        return;
    struct hub_file *f = &l->file[l->count++];
    *f = (struct hub_file){.size = -1};
    snprintf(f->name, sizeof f->name, "%s", name);
    if (json_is_integer(json_object_get(lfs, "size")))
        size = json_object_get(lfs, "size");
    if (json_is_integer(size) && json_integer_value(size) >= 0)
        f->size = json_integer_value(size);
    if (hub_is_sha256(sha256))
        memcpy(f->sha256, sha256, SHA256_HEX + 1);
    else if (!lfs && hub_is_sha1(blob))
        memcpy(f->git_sha1, blob, SHA1_HEX + 1);
}

static enum ih_status read_listing(
    struct hub_listing *out, const struct body *b, const char *repo, struct ih_error *e)
{
    json_t *json = json_loadb(b->data ? b->data : "", b->size, 0, NULL);
    const json_t *files = json_object_get(json, "siblings");
    const char *commit = json_string_value(json_object_get(json, "sha"));
    size_t count = json_array_size(files);
    enum ih_status status = IH_OK;
    if (!json_is_array(files) || count > FILES_MAX) {
        status = hub_fail(
            e, IH_BAD_DATA, "the hub's list of files of %s is not one (no \"siblings\")", repo);
        goto end;
    }
    out->file = calloc(count + 1, sizeof *out->file);
    if (!out->file) {
        status = hub_fail(e, IH_NO_MEMORY, "not enough memory for a list of %zu files", count);
        goto end;
    }
    for (size_t i = 0; i < count; i++)
        read_file_entry(out, json_array_get(files, i));
    if (hub_is_sha1(commit))
        memcpy(out->commit, commit, SHA1_HEX + 1);
end:
    json_decref(json);
    return status;
}

enum ih_status hub_list(struct hub_listing *out, const struct hub *hub, const char *repo,
    const char *revision, struct ih_error *e)
{
    char url[1024];
    struct body b = {0};
    struct http_request r = {.url = url, .arg = &b, .begin = body_begin, .data = body_data};
    struct http_answer a;
    enum ih_status status;
    bool temporary;
    *out = (struct hub_listing){0};
    snprintf(
        url, sizeof url, "%s/api/models/%s/revision/%s?blobs=true", hub->endpoint, repo, revision);
    for (int attempt = 1;; attempt++) {
        status = http_get(hub, &r, &a, &temporary, e);
        if (status == IH_OK && a.status != 200)
            status = http_refused(hub, a.status, repo, e);
        if (status == IH_OK || status == IH_CANCELLED || !temporary || attempt > hub->retries)
            break;
        if (hub->note)
            hub->note(hub->arg, e->text);
        if (!http_wait(hub, attempt, a.retry_after)) {
            status = hub_fail(e, IH_CANCELLED, "stopped");
            break;
        }
    }
    if (status == IH_OK && b.too_long)
        status = hub_fail(e, IH_BAD_DATA, "the hub's list of files of %s is too long", repo);
    if (status == IH_OK)
        status = read_listing(out, &b, repo, e);
    free(b.data);
    if (status != IH_OK)
        hub_listing_free(out);
    return status;
}

void hub_listing_free(struct hub_listing *l)
{
    free(l->file);
    *l = (struct hub_listing){0};
}

struct hub_file *hub_listing_find(const struct hub_listing *l, const char *name)
{
    for (int i = 0; i < l->count; i++)
        if (strcmp(l->file[i].name, name) == 0)
            return &l->file[i];
    return NULL;
}
