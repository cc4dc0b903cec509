/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: the manifest, and writing. bundle_read.c reads. */
#include "hub/bundle_format.h"

#include "hub/seal.h"
#include "hub/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BLOCK = 1 << 20 };

void bundle_free(struct bundle *b)
{
    for (int i = 0; i < b->count; i++)
        hub_record_free(&b->model[i].record);
    free(b->model);
    *b = (struct bundle){0};
}

enum ih_status bundle_check_names(const struct bundle *b, struct ih_error *e)
{
    for (int i = 0; i < b->count; i++) {
        const struct bundle_model *m = &b->model[i];
        if (m->record.files.count == 0)
            return hub_fail(e, IH_BAD_DATA, "%s has no files", m->name);
        for (int j = 0; j < i; j++)
            if (strcasecmp(b->model[j].name, m->name) == 0)
                return hub_fail(e, IH_BAD_DATA, "there are two models %s", m->name);
        for (int j = -1; j < m->record.files.count; j++)
            for (const char *c = j < 0 ? m->name : m->record.files.file[j].name; *c; c++)
                if (*c < '!' || *c > '~')
                    return hub_fail(e, IH_BAD_DATA,
                        "%s has a file whose name holds letters that a bundle cannot", m->name);
    }
    return IH_OK;
}

/* The manifest as text, to be freed. */
static char *manifest_text(const struct bundle *b)
{
    json_t *json = json_object(), *models = json_array();
    json_object_set_new(json, "format", json_string(BUNDLE_FORMAT));
    for (int i = 0; i < b->count; i++) {
        json_t *model = json_object(), *record = hub_record_to_json(&b->model[i].record);
        json_object_set_new(model, "name", json_string(b->model[i].name));
        json_object_set_new(model, "licence", json_string(b->model[i].licence));
        json_object_update(model, record);
        json_decref(record);
        json_array_append_new(models, model);
    }
    json_object_set_new(json, "models", models);
    char *text = json_dumps(json, JSON_INDENT(1));
    json_decref(json);
    return text;
}

/* An archive that is being written. */
struct writer {
    const struct hub *hub;
    struct tar *tar;
    unsigned char *block;
    struct hub_progress progress;
};

static enum ih_status put_bytes(
    struct writer *w, const char *name, const void *data, size_t n, struct ih_error *e)
{
    enum ih_status status = tar_begin(w->tar, name, (int64_t)n, e);
    return status ? status : tar_write(w->tar, data, n, e);
}

/* The file must still be what was hashed: a bundle that cannot be read again is worth nothing. */
static enum ih_status pour(struct writer *w, int fd, const char *path, const struct hub_file *file,
    struct sha *s, struct ih_error *e)
{
    char hex[SHA256_HEX + 1];
    int64_t left = file->size;
    enum ih_status status = IH_OK;
    while (!status && left > 0) {
        ssize_t n = read(fd, w->block, left < BLOCK ? (size_t)left : BLOCK);
        if (n <= 0)
            return hub_fail(e, IH_IO, "%.300s cannot be read: %s", path,
                n < 0 ? strerror(errno) : "it became shorter");
        if (w->hub->cancel && *w->hub->cancel)
            return hub_fail(e, IH_CANCELLED, "stopped");
        sha_update(s, w->block, (size_t)n);
        status = tar_write(w->tar, w->block, (size_t)n, e);
        left -= n;
        w->progress.done += n;
        if (w->hub->progress)
            w->hub->progress(w->hub->arg, &w->progress);
    }
    sha_hex(s, hex);
    if (!status && strcmp(hex, file->sha256) != 0)
        return hub_fail(e, IH_IO, "%.300s changed while it was read", path);
    return status;
}

static enum ih_status put_model(struct writer *w, const struct bundle_model *m, struct ih_error *e)
{
    char path[PATH_MAX], name[300];
    enum ih_status status = IH_OK;
    for (int i = 0; !status && i < m->record.files.count; i++, w->progress.files_done++) {
        const struct hub_file *file = &m->record.files.file[i];
        int n = snprintf(path, sizeof path, "%s/%s", m->folder, file->name);
        if (n < 0 || n >= (int)sizeof path)
            return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", m->folder);
        snprintf(name, sizeof name, "%s/%s", m->name, file->name);
        w->progress.file = file->name;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return hub_fail(e, IH_IO, "%.300s: %s", path, strerror(errno));
        struct sha s = {NULL};
        status = tar_begin(w->tar, name, file->size, e);
        if (!status && !sha256_init(&s))
            status = hub_fail(e, IH_NO_MEMORY, "not enough memory for a bundle");
        if (!status)
            status = pour(w, fd, path, file, &s, e);
        sha_free(&s);
        close(fd);
    }
    return status;
}

static enum ih_status write_archive(
    struct writer *w, const struct bundle *b, int fd, const char *key_file, struct ih_error *e)
{
    unsigned char seal[SEAL_SIZE];
    char *manifest = manifest_text(b);
    w->block = malloc(BLOCK);
    enum ih_status status =
        manifest && w->block ? IH_OK : hub_fail(e, IH_NO_MEMORY, "not enough memory for a bundle");
    if (!status && key_file)
        status = seal_sign(seal, key_file, manifest, strlen(manifest), e);
    if (!status)
        status = tar_open_write(&w->tar, fd, e);
    if (!status)
        status = put_bytes(w, BUNDLE_MANIFEST, manifest, strlen(manifest), e);
    if (!status && key_file)
        status = put_bytes(w, BUNDLE_SEAL, seal, sizeof seal, e);
    for (int i = 0; !status && i < b->count; i++)
        status = put_model(w, &b->model[i], e);
    if (!status)
        status = tar_finish(w->tar, e);
    tar_close(&w->tar);
    free(w->block);
    free(manifest);
    return status;
}

static enum ih_status hash_files(
    const struct hub *hub, struct bundle *b, struct hub_progress *p, struct ih_error *e)
{
    char path[PATH_MAX];
    enum ih_status status = IH_OK;
    for (int i = 0; !status && i < b->count; i++)
        for (int j = 0; !status && j < b->model[i].record.files.count; j++) {
            struct hub_file *file = &b->model[i].record.files.file[j];
            int n = snprintf(path, sizeof path, "%s/%s", b->model[i].folder, file->name);
            if (n < 0 || n >= (int)sizeof path)
                return hub_fail(
                    e, IH_INVALID, "the path is too long: %.80s...", b->model[i].folder);
            status = hub_check(hub, path, file, e);
            p->files++;
            p->total += file->size;
        }
    return status;
}

enum ih_status bundle_write(const struct hub *hub, struct bundle *b, const char *path,
    const char *key_file, struct ih_error *e)
{
    char partial[PATH_MAX];
    struct writer w = {.hub = hub};
    int n = snprintf(partial, sizeof partial, "%s.partial", path);
    if (n < 0 || n >= (int)sizeof partial)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", path);
    enum ih_status status = bundle_check_names(b, e);
    if (!status)
        status = hash_files(hub, b, &w.progress, e);
    if (status)
        return status;
    int fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return hub_fail(e, IH_IO, "%.300s cannot be written: %s", partial, strerror(errno));
    status = write_archive(&w, b, fd, key_file, e);
    if (!status && fsync(fd) != 0 && errno != EINVAL)
        status = hub_fail(e, IH_IO, "%.300s cannot be written: %s", partial, strerror(errno));
    close(fd);
    if (!status && rename(partial, path) != 0)
        status = hub_fail(e, IH_IO, "%.300s cannot be written: %s", path, strerror(errno));
    if (status)
        unlink(partial);
    return status;
}
