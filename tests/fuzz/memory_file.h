/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_MEMORY_FILE_H
#define TESTS_FUZZ_MEMORY_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file that lies in memory only, for readers that take a path. */
struct memory_file {
    int fd;
    char path[64];
};

static inline struct memory_file memory_file_open(const void *data, size_t size)
{
    struct memory_file f = {.fd = memfd_create("input", MFD_CLOEXEC)};
    if (f.fd < 0 || write(f.fd, data, size) != (ssize_t)size)
        abort();
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

static inline void memory_file_close(struct memory_file *f)
{
    close(f->fd);
}

#endif
