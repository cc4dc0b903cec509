/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include "cli/cli.h"
#include "cli/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void output_stdout(struct output *o)
{
    struct stat st;
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    off_t at = -1;
    /* What is appended to a file cannot be changed afterwards. */
    if (flags >= 0 && !(flags & O_APPEND) && fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode))
        at = lseek(STDOUT_FILENO, 0, SEEK_CUR);
    *o = (struct output){.fd = STDOUT_FILENO, .base = at};
}

bool output_seekable(const struct output *o)
{
    return o->base >= 0;
}

int output_seek(void *output, int64_t offset)
{
    struct output *o = output;
    if (o->base < 0 || o->error || lseek(o->fd, o->base + offset, SEEK_SET) < 0)
        return -1;
    return 0;
}

enum ih_status output_file(struct output *o, const char *path, struct ih_error *e)
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    *o = (struct output){.fd = -1};
    int n = snprintf(o->path, sizeof o->path, "%s", path);
    int m = snprintf(
        o->temporary, sizeof o->temporary, "%.*s.%.200s.XXXXXX", folder, path, path + folder);
    if (n < 0 || (size_t)n >= sizeof o->path || m < 0 || (size_t)m >= sizeof o->temporary)
        return fail(e, IH_INVALID, "the path is too long: %.80s...", path);
    o->fd = mkstemp(o->temporary);
    if (o->fd < 0)
        return fail(e, IH_IO, "%.300s cannot be written: %s", path, strerror(errno));
    mode_t mask = umask(0);
    umask(mask);
    fchmod(o->fd, 0666 & ~mask);
    return IH_OK;
}

int output_write(void *output, const void *data, size_t n)
{
    struct output *o = output;
    const char *p = data;
    while (n && !o->error) {
        ssize_t done = write(o->fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            o->error = errno;
            break;
        }
        p += done;
        n -= (size_t)done;
    }
    return o->error ? -1 : 0;
}

void output_discard(struct output *o)
{
    if (o->fd < 0 || !o->temporary[0])
        return;
    close(o->fd);
    unlink(o->temporary);
    o->fd = -1;
}

enum ih_status output_commit(struct output *o, struct ih_error *e)
{
    if (!o->temporary[0])
        return IH_OK;
    /* Some file systems tell of a full disk only here. */
    if (!o->error && fsync(o->fd) != 0 && errno != EINVAL && errno != EROFS)
        o->error = errno;
    if (!o->error && close(o->fd) != 0)
        o->error = errno;
    if (!o->error)
        o->fd = -1;
    if (!o->error && rename(o->temporary, o->path) != 0) {
        o->error = errno;
        unlink(o->temporary);
    }
    if (!o->error)
        return IH_OK;
    output_discard(o);
    return fail(e, IH_IO, "%.300s cannot be written: %s", o->path, strerror(o->error));
}

int output_exit(const struct output *o)
{
    if (!o->error)
        return EXIT_DONE;
    if (o->error == EPIPE && !o->temporary[0])
        return EXIT_PIPE;
    complain("%s cannot be written: %s", o->temporary[0] ? o->path : "standard output",
        strerror(o->error));
    return EXIT_OUTPUT;
}

int flush_stdout(void)
{
    errno = 0;
    bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (!failed)
        return EXIT_DONE;
    if (errno == EPIPE)
        return EXIT_PIPE;
    complain("standard output cannot be written: %s", strerror(errno ? errno : EIO));
    return EXIT_OUTPUT;
}
