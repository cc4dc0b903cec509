/* SPDX-License-Identifier: Apache-2.0 */
#include "weights/write.h"

#include "weights/safetensors.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LENGTH_BYTES = 8, HEADER_ALIGN = 8, TRIES = 100 };

struct slot {
    char *name;
    enum dtype dtype;
    int rank;
    int64_t shape[TENSOR_RANK];
    uint64_t bytes, begin; /* begin counts from the start of the file after writer_start() */
};

struct writer {
    char *path, *temporary;
    int fd;
    struct slot *slot;
    int slots;
    bool started;
};

static enum ih_status refuse(struct ih_error *e, const struct writer *w)
{
    return err_set(e, IH_IO, "cannot write %s: %s", w->path, strerror(errno));
}

/* Creates a file that was not there. */
static int create_temporary(char *name, size_t size, const char *path)
{
    for (int i = 0; i < TRIES; i++) {
        snprintf(name, size, "%s.%ld-%d.partial", path, (long)getpid(), i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

enum ih_status writer_open(struct writer **out, const char *path, struct ih_error *e)
{
    struct writer *w = calloc(1, sizeof *w);
    *out = w;
    if (!w)
        return err_memory(e, path);
    w->fd = -1;
    size_t size = strlen(path) + 64;
    w->path = strdup(path);
    w->temporary = malloc(size);
    enum ih_status status = IH_OK;
    if (!w->path || !w->temporary) {
        free(w->temporary);
        w->temporary = NULL;
        status = err_memory(e, path);
    } else {
        w->fd = create_temporary(w->temporary, size, path);
        if (w->fd < 0)
            status = refuse(e, w);
    }
    if (status)
        writer_close(out);
    return status;
}

void writer_close(struct writer **out)
{
    struct writer *w = *out;
    if (!w)
        return;
    if (w->fd >= 0) {
        close(w->fd);
        unlink(w->temporary);
    }
    for (int i = 0; i < w->slots; i++)
        free(w->slot[i].name);
    free(w->slot);
    free(w->temporary);
    free(w->path);
    free(w);
    *out = NULL;
}

enum ih_status writer_add(struct writer *w, const char *name, enum dtype t, int rank,
    const int64_t *shape, int *number, struct ih_error *e)
{
    assert(!w->started && rank >= 1 && rank <= TENSOR_RANK && safetensors_type(t));
    struct slot *slot = realloc(w->slot, (size_t)(w->slots + 1) * sizeof *slot);
    if (!slot)
        return err_memory(e, w->path);
    w->slot = slot;
    slot += w->slots;
    *slot = (struct slot){.name = strdup(name), .dtype = t, .rank = rank};
    if (!slot->name)
        return err_memory(e, w->path);
    int64_t n = 1;
    for (int i = 0; i < rank; i++) {
        slot->shape[i] = shape[i];
        n *= shape[i];
    }
    slot->bytes = dtype_bytes(t, n);
    *number = w->slots++;
    return IH_OK;
}

/* Gives every tensor its place. The format allows no gaps, so wider types come first: then each
 * tensor is aligned for its type. */
static uint64_t place_slots(struct writer *w)
{
    uint64_t end = 0;
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < w->slots; i++)
            if (dtype_info(w->slot[i].dtype)->block_bytes == width) {
                w->slot[i].begin = end;
                end += w->slot[i].bytes;
            }
    return end;
}

static json_t *describe(const struct slot *s)
{
    json_t *shape = json_array();
    for (int i = 0; i < s->rank; i++)
        if (json_array_append_new(shape, json_integer(s->shape[i])) != 0) {
            json_decref(shape);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", safetensors_type(s->dtype), "shape", shape,
        "data_offsets", (json_int_t)s->begin, (json_int_t)(s->begin + s->bytes));
}

/* The header's text, or null when there is no memory or a name is not UTF-8. */
static char *header_text(const struct writer *w)
{
    json_t *root = json_pack("{s:{s:s}}", "__metadata__", "format", "pt");
    bool good = root != NULL;
    for (int i = 0; i < w->slots && good; i++)
        good = json_object_set_new(root, w->slot[i].name, describe(&w->slot[i])) == 0;
    char *text = good ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}

static enum ih_status write_at(
    struct writer *w, const void *data, size_t n, uint64_t at, struct ih_error *e)
{
    const char *p = data;
    while (n > 0) {
        ssize_t done = pwrite(w->fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return refuse(e, w);
        p += done;
        n -= (size_t)done;
        at += (uint64_t)done;
    }
    return IH_OK;
}

/* Makes the file as long as it will be. A file system that cannot reserve says so while writing. */
static enum ih_status reserve(struct writer *w, uint64_t size, struct ih_error *e)
{
    int failed = 0;
    do
        failed = fallocate(w->fd, 0, 0, (off_t)size) ? errno : 0;
    while (failed == EINTR);
    if (failed && failed != EOPNOTSUPP && failed != ENOSYS) {
        errno = failed;
        return refuse(e, w);
    }
    return ftruncate(w->fd, (off_t)size) == 0 ? IH_OK : refuse(e, w);
}

enum ih_status writer_start(struct writer *w, struct ih_error *e)
{
    assert(!w->started);
    w->started = true;
    uint64_t bytes = place_slots(w);
    char *text = header_text(w);
    if (!text)
        return err_set(e, IH_BAD_DATA,
            "cannot write %s: a tensor's name is not UTF-8, or there is not enough memory",
            w->path);
    size_t used = strlen(text), padded = (used + HEADER_ALIGN - 1) / HEADER_ALIGN * HEADER_ALIGN;
    unsigned char *header = malloc(LENGTH_BYTES + padded);
    enum ih_status status = IH_OK;
    if (header) {
        for (int i = 0; i < LENGTH_BYTES; i++)
            header[i] = (unsigned char)((uint64_t)padded >> 8 * i);
        memset(header + LENGTH_BYTES, ' ', padded);
        memcpy(header + LENGTH_BYTES, text, used);
        status = reserve(w, LENGTH_BYTES + padded + bytes, e);
        if (!status)
            status = write_at(w, header, LENGTH_BYTES + padded, 0, e);
    } else {
        status = err_memory(e, w->path);
    }
    for (int i = 0; i < w->slots; i++)
        w->slot[i].begin += LENGTH_BYTES + padded;
    free(header);
    free(text);
    return status;
}

enum ih_status writer_put(
    struct writer *w, int number, uint64_t offset, const void *data, size_t n, struct ih_error *e)
{
    const struct slot *s = &w->slot[number];
    assert(w->started && offset <= s->bytes && n <= s->bytes - offset);
    return write_at(w, data, n, s->begin + offset, e);
}

/* Stores the folder's entry; where that is not possible the file itself is still whole. */
static void sync_folder(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    int n = snprintf(
        folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
    int fd = n > 0 && (size_t)n < sizeof folder ? open(folder, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

enum ih_status writer_finish(struct writer *w, struct ih_error *e)
{
    assert(w->started && w->fd >= 0);
    if (fsync(w->fd) != 0)
        return refuse(e, w);
    if (rename(w->temporary, w->path) != 0)
        return refuse(e, w);
    close(w->fd);
    w->fd = -1;
    sync_folder(w->path);
    return IH_OK;
}
