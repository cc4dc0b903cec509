/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/blob.h"

#include "server/store/sql.h"
#include "server/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char half[] = ".part";

static void half_name(char buf[BLOB_NAME + 8], const char *name)
{
    snprintf(buf, BLOB_NAME + 8, "%s%s", name, half);
}

static enum ih_status failed(struct blob *b, struct ih_error *e)
{
    int why = errno;
    blob_discard(b);
    return explain(e, IH_IO, "a file cannot be written to the data folder: %s", strerror(why));
}

enum ih_status blob_begin(struct blob *b, struct store *s, const char *name, struct ih_error *e)
{
    char path[BLOB_NAME + 8];
    *b = (struct blob){.store = s};
    snprintf(b->name, sizeof b->name, "%s", name);
    half_name(path, b->name);
    b->fd = openat(s->blobs, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return b->fd < 0 ? failed(b, e) : IH_OK;
}

enum ih_status blob_write(struct blob *b, const void *data, size_t n, struct ih_error *e)
{
    const char *p = data;
    while (n > 0) {
        ssize_t written = write(b->fd, p, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return failed(b, e);
        p += written;
        n -= (size_t)written;
        b->bytes += written;
    }
    return IH_OK;
}

enum ih_status blob_finish(struct blob *b, struct ih_error *e)
{
    char path[BLOB_NAME + 8];
    int folder = b->store->blobs;
    half_name(path, b->name);
    if (fsync(b->fd) != 0 || renameat(folder, path, folder, b->name) != 0 || fsync(folder) != 0)
        return failed(b, e);
    close(b->fd);
    b->fd = -1;
    return IH_OK;
}

void blob_discard(struct blob *b)
{
    char path[BLOB_NAME + 8];
    if (b->fd < 0)
        return;
    close(b->fd);
    b->fd = -1;
    half_name(path, b->name);
    unlinkat(b->store->blobs, path, 0);
}

enum ih_status blob_link(struct store *s, const char *from, const char *to, struct ih_error *e)
{
    if (linkat(s->blobs, from, s->blobs, to, 0) == 0 && fsync(s->blobs) == 0)
        return IH_OK;
    return explain(
        e, IH_IO, "a file of the data folder cannot have a second name: %s", strerror(errno));
}

void blob_remove(struct store *s, const char *name)
{
    unlinkat(s->blobs, name, 0);
}

/* The folder from its beginning. A descriptor of its own, because a directory stream takes it over.
 */
static DIR *list_folder(struct store *s)
{
    int fd = openat(s->blobs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d && fd >= 0)
        close(fd);
    return d;
}

void blob_remove_job(struct store *s, const char *id, const char *keep)
{
    /* Inputs are numbered without a gap. */
    char name[BLOB_NAME];
    for (int i = 0;; i++) {
        snprintf(name, sizeof name, "%s.%d", id, i);
        if (unlinkat(s->blobs, name, 0) != 0)
            break;
    }
    snprintf(name, sizeof name, "%s.result", id);
    if (!keep || strcmp(keep, "result") != 0)
        unlinkat(s->blobs, name, 0);
}

/* Whether a row asks for the file: jobs that have ended need no inputs, the others have no result.
 */
static bool is_wanted(struct store *s, const char *name, struct ih_error *e)
{
    char id[BLOB_NAME];
    struct sql *c = &s->read;
    size_t n = strcspn(name, ".");
    snprintf(id, sizeof id, "%.*s", (int)n, name);
    pthread_mutex_lock(&c->lock);
    sqlite3_stmt *q = sql_query(c, e,
        "SELECT 1 FROM files WHERE id = ?1 UNION ALL "
        "SELECT 1 FROM jobs WHERE id = ?1 AND (state >= 2) = (?2 = '.result')"
        " UNION ALL SELECT 1 FROM batches WHERE id = ?1 AND state < 4"
        " UNION ALL SELECT 1 FROM personas WHERE blob = ?1"
        " UNION ALL SELECT 1 FROM responses WHERE id = ?1",
        "tt", id, name + n);
    int found = sql_step(c, q, e);
    sql_end(q);
    pthread_mutex_unlock(&c->lock);
    return found != 0; /* nothing is removed on an error */
}

enum ih_status blob_sweep(struct store *s, struct ih_error *e)
{
    struct ih_error why = {0};
    struct dirent *entry;
    DIR *d = list_folder(s);
    if (!d)
        return explain(e, IH_IO, "the data folder cannot be read: %s", strerror(errno));
    while ((entry = readdir(d)) && !why.code) {
        size_t n = strlen(entry->d_name), m = sizeof half - 1;
        bool is_half = n > m && strcmp(entry->d_name + n - m, half) == 0;
        if (entry->d_name[0] != '.' && (is_half || !is_wanted(s, entry->d_name, &why)))
            unlinkat(s->blobs, entry->d_name, 0);
    }
    closedir(d);
    return why.code ? explain(e, why.code, "%s", why.text) : IH_OK;
}
