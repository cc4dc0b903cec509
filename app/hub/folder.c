/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in the folder of a model while it is fetched. */
#include "hub/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int folder_remove(const char *path)
{
    return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int folder_discard(const char *path)
{
    char old[PATH_MAX];
    int n = snprintf(old, sizeof old, "%s.old.partial", path);
    if (n < 0 || n >= (int)sizeof old)
        return folder_remove(path);
    folder_remove(old);
    return rename(path, old) == 0 ? folder_remove(old) : -1;
}

/* What an entry of the folder is to the listing. */
enum relation { STRANGER, A_FILE, A_FOLDER };

static enum relation relation_of(const char *name, const struct hub_listing *l)
{
    size_t n = strlen(name);
    for (int i = 0; i < l->count; i++) {
        const char *file = l->file[i].name;
        size_t m = strlen(file);
        if (strncmp(name, file, m) == 0 &&
            (!name[m] || !strcmp(name + m, ".part") || !strcmp(name + m, ".tag")))
            return A_FILE;
        if (strncmp(name, file, n) == 0 && file[n] == '/')
            return A_FOLDER;
    }
    return STRANGER;
}

/* Entries of folder/inner, where inner is "" or ends with a slash. A link is never kept: what is
 * written into it would land elsewhere. */
static enum ih_status sweep(
    const char *folder, const char *inner, const struct hub_listing *l, struct ih_error *e)
{
    char path[PATH_MAX], name[NAME_MAX * 2 + 2], deeper[sizeof name + 1];
    struct stat st;
    enum ih_status status = IH_OK;
    int n = snprintf(path, sizeof path, "%s/%s", folder, inner);
    DIR *d = n > 0 && n < (int)sizeof path ? opendir(path) : NULL;
    if (!d)
        return hub_fail(e, IH_IO, "%.300s/%.100s: %s", folder, inner, strerror(errno));
    for (struct dirent *entry; !status && (entry = readdir(d));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        n = snprintf(name, sizeof name, "%s%s", inner, entry->d_name);
        int m = snprintf(path, sizeof path, "%s/%s", folder, name);
        if (n >= (int)sizeof name || m < 0 || m >= (int)sizeof path || lstat(path, &st) != 0)
            continue; /* then it cannot be a part of the model either */
        enum relation relation = relation_of(name, l);
        if (relation == A_FILE && S_ISREG(st.st_mode))
            continue;
        if (relation == A_FOLDER && S_ISDIR(st.st_mode)) {
            snprintf(deeper, sizeof deeper, "%s/", name);
            status = sweep(folder, deeper, l, e);
        } else if (folder_remove(path) != 0) {
            status = hub_fail(e, IH_IO, "%.400s cannot be removed: %s", path, strerror(errno));
        }
    }
    closedir(d);
    return status;
}

enum ih_status folder_keep_only(const char *folder, const struct hub_listing *l, struct ih_error *e)
{
    return sweep(folder, "", l, e);
}

enum ih_status folder_make_inner(
    const char *folder, const struct hub_listing *l, struct ih_error *e)
{
    char path[PATH_MAX];
    for (int i = 0; i < l->count; i++) {
        const char *name = l->file[i].name, *slash = strchr(name, '/');
        int n =
            snprintf(path, sizeof path, "%s/%.*s", folder, slash ? (int)(slash - name) : 0, name);
        if (n < 0 || n >= (int)sizeof path)
            return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", folder);
        if (slash && mkdir(path, 0777) != 0 && errno != EEXIST)
            return hub_fail(e, IH_IO, "cannot make the folder %.400s: %s", path, strerror(errno));
    }
    return IH_OK;
}

enum ih_status folder_open_partial(const char *partial, int *lock, struct ih_error *e)
{
    if (mkdir(partial, 0777) != 0 && errno != EEXIST)
        return hub_fail(e, IH_IO, "cannot make the folder %s: %s", partial, strerror(errno));
    *lock = open(partial, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return hub_fail(e, IH_IO, "%s: %s", partial, strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0)
        return hub_fail(e, IH_IO, "another process is fetching into %s", partial);
    return IH_OK;
}

enum ih_status folder_put_in_place(const char *partial, const char *folder, struct ih_error *e)
{
    char old[PATH_MAX];
    bool replaced = false;
    int n = snprintf(old, sizeof old, "%s.old.partial", folder);
    if (n < 0 || n >= (int)sizeof old)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", folder);
    folder_remove(old);
    if (rename(folder, old) == 0)
        replaced = true;
    else if (errno != ENOENT)
        return hub_fail(e, IH_IO, "%s cannot be replaced: %s", folder, strerror(errno));
    if (rename(partial, folder) != 0) {
        hub_fail(e, IH_IO, "%s cannot be written: %s", folder, strerror(errno));
        if (replaced && rename(old, folder) != 0)
            hub_fail(e, IH_IO, "%s is now %s: %s", folder, old, strerror(errno));
        return IH_IO;
    }
    if (replaced)
        folder_remove(old);
    return IH_OK;
}

enum ih_status folder_check_space(
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

enum ih_status folder_open_empty(
    const char *partial, const struct hub_listing *l, int *lock, struct ih_error *e)
{
    *lock = -1;
    enum ih_status status = folder_open_partial(partial, lock, e);
    if (status) {
        if (*lock >= 0)
            close(*lock);
        *lock = -1;
        return status;
    }
    status = folder_keep_only(partial, &(struct hub_listing){0}, e);
    if (!status)
        status = folder_check_space(partial, l, e);
    if (!status)
        status = folder_make_inner(partial, l, e);
    if (status) {
        folder_remove(partial);
        close(*lock);
        *lock = -1;
    }
    return status;
}
