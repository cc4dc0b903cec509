/* SPDX-License-Identifier: Apache-2.0 */
#include "server/spool.h"

#include "server/text.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct spool {
    pthread_mutex_t lock;
    char *folder;
    size_t memory;
    int64_t limit, size, at; /* `at` is where the writer is */
    char *data;              /* all of it while there is no file */
    size_t room;
    int fd; /* -1 while memory is enough */
    void *map;
    size_t map_bytes;
};

enum ih_status spool_open(
    struct spool **out, const char *folder, size_t memory, int64_t limit, struct ih_error *e)
{
    struct spool *s = calloc(1, sizeof *s);
    *out = NULL;
    if (!s || !(s->folder = text_copy(folder, strlen(folder)))) {
        free(s);
        return explain(e, IH_NO_MEMORY, "not enough memory");
    }
    pthread_mutex_init(&s->lock, NULL);
    s->memory = memory;
    s->limit = limit;
    s->fd = -1;
    *out = s;
    return IH_OK;
}

enum ih_status spool_open_file(struct spool **out, const char *path, struct ih_error *e)
{
    struct stat st;
    enum ih_status status = spool_open(out, "", 0, 0, e);
    if (status)
        return status;
    (*out)->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if ((*out)->fd >= 0 && fstat((*out)->fd, &st) == 0) {
        (*out)->size = (*out)->at = st.st_size;
        return IH_OK;
    }
    status = explain(e, IH_IO, "a file of the data folder cannot be read: %s", strerror(errno));
    spool_close(out);
    return status;
}

void spool_close(struct spool **s)
{
    if (!*s)
        return;
    if ((*s)->map)
        munmap((*s)->map, (*s)->map_bytes);
    if ((*s)->fd >= 0)
        close((*s)->fd);
    pthread_mutex_destroy(&(*s)->lock);
    free((*s)->data);
    free((*s)->folder);
    free(*s);
    *s = NULL;
}

static enum ih_status refused(struct ih_error *e)
{
    return explain(e, IH_IO, "a temporary file cannot be written: %s", strerror(errno));
}

static enum ih_status put(int fd, const char *data, size_t n, int64_t at, struct ih_error *e)
{
    while (n > 0) {
        ssize_t written = pwrite(fd, data, n, at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return refused(e);
        data += written;
        n -= (size_t)written;
        at += written;
    }
    return IH_OK;
}

/* A file that nobody else sees and that goes with this process. */
static int make_file(const char *folder)
{
    char path[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    if (snprintf(path, sizeof path, "%s/inhouse-XXXXXX", folder) >= (int)sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static enum ih_status to_file(struct spool *s, struct ih_error *e)
{
    s->fd = make_file(s->folder);
    if (s->fd < 0)
        return explain(e, IH_IO, "no temporary file can be made: %s", strerror(errno));
    enum ih_status status = put(s->fd, s->data, (size_t)s->size, 0, e);
    free(s->data);
    s->data = NULL;
    return status;
}

static enum ih_status to_memory(struct spool *s, const void *data, size_t n, struct ih_error *e)
{
    size_t end = (size_t)s->at + n;
    if (end > s->room) {
        size_t room = s->room ? s->room : 4096;
        while (room < end)
            room *= 2;
        char *grown = realloc(s->data, room);
        if (!grown)
            return explain(e, IH_NO_MEMORY, "not enough memory");
        s->data = grown;
        s->room = room;
    }
    memcpy(s->data + s->at, data, n);
    return IH_OK;
}

static enum ih_status write_locked(struct spool *s, const void *data, size_t n, struct ih_error *e)
{
    if ((int64_t)n > s->limit - s->at)
        return explain(
            e, IH_NO_MEMORY, "it is larger than the limit of %lld bytes", (long long)s->limit);
    enum ih_status status = IH_OK;
    if (s->fd < 0 && (size_t)s->at + n > s->memory)
        status = to_file(s, e);
    if (!status)
        status = s->fd < 0 ? to_memory(s, data, n, e) : put(s->fd, data, n, s->at, e);
    if (!status)
        s->at += (int64_t)n;
    if (s->at > s->size)
        s->size = s->at;
    return status;
}

enum ih_status spool_write(struct spool *s, const void *data, size_t n, struct ih_error *e)
{
    if (n == 0)
        return IH_OK;
    pthread_mutex_lock(&s->lock);
    enum ih_status status = write_locked(s, data, n, e);
    pthread_mutex_unlock(&s->lock);
    return status;
}

int spool_seek(struct spool *s, int64_t offset)
{
    pthread_mutex_lock(&s->lock);
    bool inside = offset >= 0 && offset <= s->size;
    if (inside)
        s->at = offset;
    pthread_mutex_unlock(&s->lock);
    return inside ? 0 : -1;
}

int64_t spool_size(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    int64_t size = s->size;
    pthread_mutex_unlock(&s->lock);
    return size;
}

int64_t spool_read(struct spool *s, int64_t offset, void *buf, size_t n)
{
    pthread_mutex_lock(&s->lock);
    int64_t left = s->size - offset, got;
    if (left < 0)
        left = 0;
    got = left < (int64_t)n ? left : (int64_t)n;
    if (s->fd < 0 && got > 0)
        memcpy(buf, s->data + offset, (size_t)got);
    else if (got > 0)
        got = pread(s->fd, buf, (size_t)got, offset);
    pthread_mutex_unlock(&s->lock);
    return got;
}

enum ih_status spool_map(struct spool *s, const void **data, size_t *bytes, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    pthread_mutex_lock(&s->lock);
    *bytes = (size_t)s->size;
    if (s->fd < 0) {
        *data = s->data;
    } else {
        if (!s->map) {
            void *map = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, s->fd, 0);
            if (map == MAP_FAILED)
                status =
                    explain(e, IH_NO_MEMORY, "an upload cannot be mapped: %s", strerror(errno));
            else
                s->map = map;
            s->map_bytes = *bytes;
        }
        *data = s->map;
    }
    pthread_mutex_unlock(&s->lock);
    return status;
}

enum ih_status spool_path(struct spool *s, char *buf, size_t size, struct ih_error *e)
{
    pthread_mutex_lock(&s->lock);
    enum ih_status status = s->fd < 0 ? to_file(s, e) : IH_OK;
    snprintf(buf, size, "/dev/fd/%d", s->fd);
    pthread_mutex_unlock(&s->lock);
    return status;
}
