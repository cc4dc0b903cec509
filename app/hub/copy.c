/* SPDX-License-Identifier: Apache-2.0 */
/* Models that are on this machine already: what is in their folder, and copies of it. */
#include "hub/hub.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 20000, BLOCK = 1 << 20 };

static enum ih_status add(
    struct hub_listing *l, const char *name, const struct stat *st, struct ih_error *e)
{
    if (l->count == FILES_MAX)
        return hub_fail(e, IH_BAD_DATA, "there are more than %d files", FILES_MAX);
    if ((l->count & (l->count - 1)) == 0) {
        struct hub_file *grown =
            realloc(l->file, sizeof *grown * (size_t)(l->count ? l->count * 2 : 1));
        if (!grown)
            return hub_fail(e, IH_NO_MEMORY, "not enough memory for a list of files");
        l->file = grown;
    }
    struct hub_file *f = &l->file[l->count++];
    *f = (struct hub_file){.size = st->st_size};
    memcpy(f->name, name, strlen(name) + 1); /* hub_is_name() knows that it fits */
    return IH_OK;
}

/* The files of folder/inner, where inner is "" or ends with a slash. */
static enum ih_status list(
    struct hub_listing *l, const char *folder, const char *inner, struct ih_error *e)
{
    char path[PATH_MAX], name[2 * NAME_MAX + 2];
    struct stat st;
    enum ih_status status = IH_OK;
    int n = snprintf(path, sizeof path, "%s/%s", folder, inner);
    DIR *d = n > 0 && n < (int)sizeof path ? opendir(path) : NULL;
    if (!d)
        return hub_fail(e, IH_IO, "%.300s/%.100s: %s", folder, inner, strerror(errno));
    for (struct dirent *entry; !status && (entry = readdir(d));) {
        n = snprintf(name, sizeof name, "%s%s", inner, entry->d_name);
        int m = snprintf(path, sizeof path, "%s/%s", folder, name);
        if (n >= (int)sizeof name || m < 0 || m >= (int)sizeof path || !hub_is_name(name) ||
            stat(path, &st) != 0)
            continue;
        if (S_ISREG(st.st_mode)) {
            status = add(l, name, &st, e);
        } else if (S_ISDIR(st.st_mode) && !inner[0] && n < (int)sizeof name - 1) {
            memcpy(name + n, "/", 2);
            status = list(l, folder, name, e);
        }
    }
    closedir(d);
    return status;
}

enum ih_status hub_list_folder(struct hub_listing *out, const char *folder, struct ih_error *e)
{
    *out = (struct hub_listing){0};
    enum ih_status status = list(out, folder, "", e);
    if (status)
        hub_listing_free(out);
    return status;
}

/* One file while it is copied. */
struct copy {
    const struct hub *hub;
    int from, to;
    unsigned char *block;
    struct hub_progress *progress;
};

static enum ih_status pour(struct copy *c, const char *from, const char *to, struct hub_file *file,
    struct sha *s, struct ih_error *e)
{
    char hex[SHA256_HEX + 1];
    int64_t size = 0;
    ssize_t n;
    while ((n = read(c->from, c->block, BLOCK)) > 0) {
        if (c->hub->cancel && *c->hub->cancel)
            return hub_fail(e, IH_CANCELLED, "stopped");
        sha_update(s, c->block, (size_t)n);
        for (ssize_t put = 0, done; put < n; put += done)
            if ((done = write(c->to, c->block + put, (size_t)(n - put))) <= 0)
                return hub_fail(e, IH_IO, "%.300s cannot be written: %s", to, strerror(errno));
        size += n;
        c->progress->done += n;
        if (c->hub->progress)
            c->hub->progress(c->hub->arg, c->progress);
    }
    if (n < 0)
        return hub_fail(e, IH_IO, "%.300s cannot be read: %s", from, strerror(errno));
    if (fsync(c->to) != 0 && errno != EINVAL)
        return hub_fail(e, IH_IO, "%.300s cannot be written: %s", to, strerror(errno));
    sha_hex(s, hex);
    if (file->size >= 0 && size != file->size)
        return hub_fail(e, IH_BAD_DATA, "%.300s has %lld bytes instead of %lld", from,
            (long long)size, (long long)file->size);
    if (file->sha256[0] && strcmp(hex, file->sha256) != 0)
        return hub_fail(e, IH_BAD_DATA, "%.200s holds wrong bytes: its SHA-256 is %s instead of %s",
            from, hex, file->sha256);
    memcpy(file->sha256, hex, sizeof hex);
    file->size = size;
    return IH_OK;
}

static enum ih_status copy_file(struct copy *c, const char *source, const char *target,
    struct hub_file *file, struct ih_error *e)
{
    enum ih_status status;
    struct sha s;
    c->to = -1;
    c->from = open(source, O_RDONLY | O_CLOEXEC);
    if (c->from < 0)
        return hub_fail(e, IH_IO, "%.300s cannot be read: %s", source, strerror(errno));
    c->to = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (c->to < 0)
        status = hub_fail(e, IH_IO, "%.300s cannot be written: %s", target, strerror(errno));
    else if (!sha256_init(&s))
        status = hub_fail(e, IH_NO_MEMORY, "not enough memory to copy");
    else {
        status = pour(c, source, target, file, &s, e);
        sha_free(&s);
    }
    close(c->from);
    if (c->to >= 0)
        close(c->to);
    return status;
}

enum ih_status hub_copy_one(
    const struct hub *hub, const char *from, const char *to, struct ih_error *e)
{
    struct stat st;
    struct hub_file file = {.size = -1};
    struct hub_progress progress = {.files = 1};
    struct copy c = {.hub = hub, .block = malloc(BLOCK), .progress = &progress};
    if (!c.block)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory to copy");
    progress.total = stat(from, &st) == 0 ? st.st_size : -1;
    enum ih_status status = copy_file(&c, from, to, &file, e);
    free(c.block);
    return status;
}

enum ih_status hub_copy(const struct hub *hub, const char *from, const char *to,
    struct hub_listing *l, struct ih_error *e)
{
    char source[PATH_MAX], target[PATH_MAX];
    struct hub_progress progress = {.files = l->count};
    struct copy c = {.hub = hub, .block = malloc(BLOCK), .progress = &progress};
    if (!c.block)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory to copy");
    for (int i = 0; i < l->count; i++)
        progress.total += l->file[i].size > 0 ? l->file[i].size : 0;
    enum ih_status status = IH_OK;
    for (int i = 0; !status && i < l->count; i++, progress.files_done++) {
        const char *name = progress.file = l->file[i].name;
        int n = snprintf(source, sizeof source, "%s/%s", from, name);
        int m = snprintf(target, sizeof target, "%s/%s", to, name);
        if (n < 0 || n >= (int)sizeof source || m < 0 || m >= (int)sizeof target)
            status = hub_fail(e, IH_INVALID, "the path is too long: %.80s...", from);
        else
            status = copy_file(&c, source, target, &l->file[i], e);
    }
    free(c.block);
    return status;
}
