/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mapfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ih_status refuse(struct ih_error *e, const char *path)
{
    enum ih_status code = errno == ENOENT || errno == ENOTDIR ? IH_NOT_FOUND : IH_IO;
    return err_set(e, code, "cannot read %s: %s", path, strerror(errno));
}

enum ih_status mapfile_open(struct mapfile *m, const char *path, struct ih_error *e)
{
    *m = (struct mapfile){0};
    /* O_NONBLOCK so that a named pipe is refused instead of waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return refuse(e, path);
    struct stat st;
    if (fstat(fd, &st) != 0) {
        enum ih_status code = refuse(e, path);
        close(fd);
        return code;
    }
    if (!S_ISREG(st.st_mode)) {
        close(fd);
        return err_set(e, IH_INVALID, "cannot read %s: it is %s", path,
            S_ISDIR(st.st_mode) ? "a directory" : "not a regular file");
    }
    m->size = (size_t)st.st_size;
    if (m->size) {
        void *p = mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            enum ih_status code = refuse(e, path);
            close(fd);
            m->size = 0;
            return code;
        }
        m->data = p;
    }
    close(fd);
    return IH_OK;
}

void mapfile_close(struct mapfile *m)
{
    if (m->data)
        munmap((void *)(size_t)m->data, m->size);
    *m = (struct mapfile){0};
}

void mapfile_release(const struct mapfile *m)
{
    if (m->data)
        madvise((void *)(size_t)m->data, m->size, MADV_DONTNEED);
}
