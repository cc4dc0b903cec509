/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/bundle_format.h"
#include "hub/seal.h"
#include "hub/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MANIFEST_MAX = 16 << 20, BLOCK = 1 << 20 };

struct bundle_reader {
    int fd;
    struct tar *tar;
    char *manifest;
    size_t manifest_size;
    unsigned char seal[SEAL_SIZE];
    bool sealed;
    /* The entry behind the one that was read last: one is read ahead to see whether the second is a
     * seal. */
    bool ahead;
    const char *name;
    int64_t size;
    unsigned char *block;
};

static enum ih_status next(struct bundle_reader *r, struct ih_error *e)
{
    if (r->ahead) {
        r->ahead = false;
        return IH_OK;
    }
    enum ih_status status = tar_next(r->tar, &r->name, &r->size, e);
    if (!status && r->size < 0)
        status = hub_fail(e, IH_BAD_DATA, "an entry of the bundle has no length");
    return status;
}

/* All bytes of the present entry, of which there are n. */
static enum ih_status read_all(struct bundle_reader *r, void *data, size_t n, struct ih_error *e)
{
    size_t done = 0, got = 1;
    enum ih_status status = IH_OK;
    for (; !status && done < n && got; done += got)
        status = tar_read(r->tar, (char *)data + done, n - done, &got, e);
    if (!status && done < n)
        status = hub_fail(e, IH_BAD_DATA, "%.100s in the bundle breaks off", r->name);
    return status;
}

static enum ih_status read_manifest(struct bundle_reader *r, struct ih_error *e)
{
    enum ih_status status = next(r, e);
    if (status == IH_NOT_FOUND || (!status && strcmp(r->name, BUNDLE_MANIFEST) != 0))
        return hub_fail(
            e, IH_BAD_DATA, "this is no bundle: it does not begin with %s", BUNDLE_MANIFEST);
    if (status)
        return status;
    if (r->size > MANIFEST_MAX)
        return hub_fail(e, IH_BAD_DATA, "the bundle's manifest is too long");
    r->manifest_size = (size_t)r->size;
    r->manifest = malloc(r->manifest_size + 1);
    if (!r->manifest)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory for the bundle's manifest");
    status = read_all(r, r->manifest, r->manifest_size, e);
    if (!status)
        status = next(r, e);
    if (status == IH_NOT_FOUND)
        return hub_fail(e, IH_BAD_DATA, "the bundle breaks off behind its manifest");
    if (status || strcmp(r->name, BUNDLE_SEAL) != 0) {
        r->ahead = !status;
        return status;
    }
    if (r->size != SEAL_SIZE)
        return hub_fail(e, IH_BAD_DATA, "the bundle's signature is none");
    r->sealed = true;
    return read_all(r, r->seal, sizeof r->seal, e);
}

static enum ih_status read_model(struct bundle_model *m, const json_t *json, struct ih_error *e)
{
    const char *name = json_string_value(json_object_get(json, "name"));
    const char *licence = json_string_value(json_object_get(json, "licence"));
    *m = (struct bundle_model){0};
    if (!name || !hub_is_model_name(name))
        return hub_fail(e, IH_BAD_DATA, "the bundle's manifest has a model without a proper name");
    snprintf(m->name, sizeof m->name, "%s", name);
    snprintf(m->licence, sizeof m->licence, "%.63s", licence ? licence : "");
    return hub_record_from_json(&m->record, json, "the bundle", e);
}

/* Every model's names in order of the manifest, which is also that of the files. */
static enum ih_status check_model(const struct bundle_model *m, struct ih_error *e)
{
    struct hub_listing sorted = {.count = m->record.files.count};
    int64_t total = 0;
    size_t bytes = sizeof *sorted.file * (size_t)sorted.count;
    sorted.file = malloc(bytes + 1);
    if (!sorted.file)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory for the bundle's manifest");
    memcpy(sorted.file, m->record.files.file, bytes);
    enum ih_status status = hub_check_names(&sorted, e);
    free(sorted.file);
    for (int i = 0; !status && i < m->record.files.count; i++) {
        if (m->record.files.file[i].size > INT64_MAX / 4 - total)
            return hub_fail(e, IH_BAD_DATA, "%s is larger than any disk", m->name);
        total += m->record.files.file[i].size;
    }
    return status;
}

static enum ih_status parse_manifest(
    const struct bundle_reader *r, struct bundle *b, struct ih_error *e)
{
    json_t *json = json_loadb(r->manifest, r->manifest_size, JSON_REJECT_DUPLICATES, NULL);
    const json_t *models = json_object_get(json, "models");
    const char *format = json_string_value(json_object_get(json, "format"));
    size_t n = json_array_size(models);
    enum ih_status status = IH_OK;
    if (!format || strcmp(format, BUNDLE_FORMAT) != 0 || n == 0 || n > BUNDLE_MODELS)
        status = hub_fail(e, IH_BAD_DATA, "the bundle's manifest is damaged or of a later format");
    else if (!(b->model = calloc(n, sizeof *b->model)))
        status = hub_fail(e, IH_NO_MEMORY, "not enough memory for the bundle's manifest");
    for (size_t i = 0; !status && i < n; i++) {
        status = read_model(&b->model[b->count++], json_array_get(models, i), e);
        if (!status)
            status = check_model(&b->model[i], e);
    }
    json_decref(json);
    return status ? status : bundle_check_names(b, e);
}

enum ih_status bundle_open(
    struct bundle_reader **out, struct bundle *b, const char *path, struct ih_error *e)
{
    struct bundle_reader *r = calloc(1, sizeof *r);
    *out = NULL;
    *b = (struct bundle){0};
    if (!r)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory for a bundle");
    enum ih_status status = IH_OK;
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    r->block = malloc(BLOCK);
    if (r->fd < 0)
        status = hub_fail(e, IH_NOT_FOUND, "%.300s: %s", path, strerror(errno));
    else if (!r->block)
        status = hub_fail(e, IH_NO_MEMORY, "not enough memory for a bundle");
    if (!status)
        status = tar_open_read(&r->tar, r->fd, e);
    if (!status)
        status = read_manifest(r, e);
    if (!status)
        status = parse_manifest(r, b, e);
    if (status) {
        bundle_close(&r);
        bundle_free(b);
    }
    *out = r;
    return status;
}

void bundle_close(struct bundle_reader **r)
{
    if (!*r)
        return;
    tar_close(&(*r)->tar);
    if ((*r)->fd >= 0)
        close((*r)->fd);
    free((*r)->manifest);
    free((*r)->block);
    free(*r);
    *r = NULL;
}

bool bundle_is_signed(const struct bundle_reader *r)
{
    return r->sealed;
}

enum ih_status bundle_check_seal(
    const struct bundle_reader *r, const char *public_key_file, struct ih_error *e)
{
    return seal_check(r->seal, public_key_file, r->manifest, r->manifest_size, e);
}

/* The entry's bytes into a file, hashed on the way. */
static enum ih_status pour(struct bundle_reader *r, const struct hub *hub, int fd, const char *path,
    const struct hub_file *file, struct sha *s, struct hub_progress *p, struct ih_error *e)
{
    char hex[SHA256_HEX + 1];
    int64_t left = file->size;
    while (left > 0) {
        size_t got;
        enum ih_status status =
            tar_read(r->tar, r->block, left < BLOCK ? (size_t)left : BLOCK, &got, e);
        if (status)
            return status;
        if (got == 0)
            return hub_fail(e, IH_BAD_DATA, "%.100s in the bundle breaks off", file->name);
        if (hub->cancel && *hub->cancel)
            return hub_fail(e, IH_CANCELLED, "stopped");
        for (size_t put = 0; put < got;) {
            ssize_t n = write(fd, r->block + put, got - put);
            if (n <= 0)
                return hub_fail(e, IH_IO, "%.300s cannot be written: %s", path, strerror(errno));
            put += (size_t)n;
        }
        sha_update(s, r->block, got);
        left -= (int64_t)got;
        p->done += (int64_t)got;
        if (hub->progress)
            hub->progress(hub->arg, p);
    }
    if (fsync(fd) != 0 && errno != EINVAL)
        return hub_fail(e, IH_IO, "%.300s cannot be written: %s", path, strerror(errno));
    sha_hex(s, hex);
    if (strcmp(hex, file->sha256) != 0)
        return hub_fail(e, IH_BAD_DATA,
            "%.100s in the bundle holds wrong bytes: its SHA-256 is %s instead of %s", file->name,
            hex, file->sha256);
    return IH_OK;
}

static enum ih_status unpack_file(struct bundle_reader *r, const struct hub *hub,
    const struct bundle_model *m, const struct hub_file *file, struct hub_progress *p,
    struct ih_error *e)
{
    char path[PATH_MAX], name[300];
    enum ih_status status = next(r, e);
    if (status == IH_NOT_FOUND)
        return hub_fail(e, IH_BAD_DATA, "the bundle breaks off in front of %.100s", file->name);
    if (status)
        return status;
    snprintf(name, sizeof name, "%s/%s", m->name, file->name);
    if (strcmp(name, r->name) != 0)
        return hub_fail(
            e, IH_BAD_DATA, "the bundle has %.100s where its manifest names %.100s", r->name, name);
    if (r->size != file->size)
        return hub_fail(e, IH_BAD_DATA, "%.100s in the bundle has %lld bytes instead of %lld",
            file->name, (long long)r->size, (long long)file->size);
    int n = snprintf(path, sizeof path, "%s/%s", m->folder, file->name);
    if (n < 0 || n >= (int)sizeof path)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", m->folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return hub_fail(e, IH_IO, "%.300s cannot be written: %s", path, strerror(errno));
    struct sha s;
    if (sha256_init(&s))
        status = pour(r, hub, fd, path, file, &s, p, e);
    else
        status = hub_fail(e, IH_NO_MEMORY, "not enough memory for a bundle");
    sha_free(&s);
    close(fd);
    return status;
}

enum ih_status bundle_unpack(struct bundle_reader *r, const struct hub *hub, const struct bundle *b,
    int i, struct hub_progress *p, struct ih_error *e)
{
    const struct bundle_model *m = &b->model[i];
    enum ih_status status = IH_OK;
    for (int j = 0; !status && j < m->record.files.count; j++, p->files_done++) {
        p->file = m->record.files.file[j].name;
        status = unpack_file(r, hub, m, &m->record.files.file[j], p, e);
    }
    return status ? status : hub_record_write(m->folder, &m->record, e);
}

enum ih_status bundle_end(struct bundle_reader *r, struct ih_error *e)
{
    enum ih_status status = next(r, e);
    if (status == IH_NOT_FOUND)
        return IH_OK;
    return status ? status
                  : hub_fail(e, IH_BAD_DATA,
                        "the bundle has %.100s, which its manifest does not name", r->name);
}
