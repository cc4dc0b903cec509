/* SPDX-License-Identifier: Apache-2.0 */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 3 };

struct copying {
    bool (*wanted)(void *arg, const char *path);
    void *arg;
    size_t root; /* length of the path that is copied, with its slash */
    struct ih_error *error;
};

static bool join(char *buf, size_t size, const char *folder, const char *name)
{
    int n = snprintf(buf, size, "%s/%s", folder, name);
    return n > 0 && (size_t)n < size;
}

static bool is_itself_or_parent(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* 0, or the errno of what failed and whether it was reading. */
static int copy_bytes(int in, int out, bool *reading)
{
    char block[1 << 16];
    for (;;) {
        *reading = true;
        ssize_t n = read(in, block, sizeof block);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return errno;
        *reading = false;
        for (ssize_t done = 0; done < n;) {
            ssize_t part = write(out, block + done, (size_t)(n - done));
            if (part < 0 && errno != EINTR)
                return errno;
            done += part > 0 ? part : 0;
        }
    }
}

static enum ih_status copy_file(const char *from, const char *to, struct ih_error *e)
{
    bool reading = true;
    int in = open(from, O_RDONLY | O_CLOEXEC), problem = in < 0 ? errno : 0;
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (!problem && out < 0) {
        problem = errno;
        reading = false;
    }
    if (!problem)
        problem = copy_bytes(in, out, &reading);
    if (in >= 0)
        close(in);
    /* A full disk may show only now. */
    if (out >= 0 && close(out) != 0 && !problem) {
        problem = errno;
        reading = false;
    }
    return problem ? err_set(e, IH_IO, "%s: %s", reading ? from : to, strerror(problem)) : IH_OK;
}

static enum ih_status copy_folder(
    const struct copying *c, const char *from, const char *to, int depth);

static enum ih_status copy_entry(
    const struct copying *c, const char *from, const char *to, const char *name, int depth)
{
    char source[PATH_MAX], target[PATH_MAX], asked[PATH_MAX];
    struct stat st;
    if (!join(source, sizeof source - 1, from, name) || !join(target, sizeof target, to, name))
        return err_set(c->error, IH_INVALID, "the path is too long: %.80s...", from);
    if (stat(source, &st) != 0)
        return err_set(c->error, IH_IO, "%s: %s", source, strerror(errno));
    bool folder = S_ISDIR(st.st_mode);
    snprintf(asked, sizeof asked, "%s%s", source + c->root, folder ? "/" : "");
    if ((!folder && !S_ISREG(st.st_mode)) || !c->wanted(c->arg, asked))
        return IH_OK;
    if (!folder)
        return copy_file(source, target, c->error);
    if (depth == DEPTH)
        return err_set(c->error, IH_INVALID, "%s: folders lie too deep", source);
    if (mkdir(target, 0777) != 0 && errno != EEXIST)
        return err_set(c->error, IH_IO, "cannot make the folder %s: %s", target, strerror(errno));
    return copy_folder(c, source, target, depth + 1);
}

static enum ih_status copy_folder(
    const struct copying *c, const char *from, const char *to, int depth)
{
    enum ih_status status = IH_OK;
    DIR *d = opendir(from);
    if (!d)
        return err_set(c->error, IH_IO, "%s: %s", from, strerror(errno));
    for (struct dirent *entry; !status && (entry = readdir(d));)
        if (!is_itself_or_parent(entry->d_name))
            status = copy_entry(c, from, to, entry->d_name, depth);
    closedir(d);
    return status;
}

enum ih_status files_copy(const char *from, const char *to,
    bool (*wanted)(void *arg, const char *path), void *arg, struct ih_error *e)
{
    const struct copying c = {wanted, arg, strlen(from) + 1, e};
    return copy_folder(&c, from, to, 0);
}

void files_remove(const char *folder)
{
    char path[PATH_MAX];
    struct stat st;
    DIR *d = opendir(folder);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        if (is_itself_or_parent(entry->d_name) || !join(path, sizeof path, folder, entry->d_name))
            continue;
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            files_remove(path);
        else
            unlink(path);
    }
    if (d)
        closedir(d);
    rmdir(folder);
}

/* The real path of the longest part in front that is there. */
static char *real_ancestor(const char *path)
{
    char part[PATH_MAX];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return NULL;
    for (;;) {
        char *real = realpath(part, NULL), *slash = strrchr(part, '/');
        if (real)
            return real;
        if (!slash)
            return realpath(".", NULL);
        *(slash == part ? slash + 1 : slash) = 0;
        if (slash == part)
            return realpath("/", NULL);
    }
}

bool files_inside(const char *path, const char *folder)
{
    char *inner = real_ancestor(path), *outer = realpath(folder, NULL);
    size_t n = outer ? strlen(outer) : 0;
    bool inside = inner && outer && strncmp(inner, outer, n) == 0 &&
                  (inner[n] == 0 || inner[n] == '/' || (n == 1 && outer[0] == '/'));
    free(inner);
    free(outer);
    return inside;
}
