/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store.h"

#include "server/store/jobs.h"
#include "server/store/sql.h"
#include "server/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 10000, DOOR_PATIENCE = 200 }; /* milliseconds */

enum ih_status store_make_folder(const char *path, struct ih_error *e)
{
    char part[4096];
    snprintf(part, sizeof part, "%s", path);
    for (char *p = part + 1; *p; p++)
        if (*p == '/') {
            *p = 0;
            mkdir(part, 0700);
            *p = '/';
        }
    if (mkdir(part, 0700) == 0 || errno == EEXIST)
        return IH_OK;
    return explain(e, IH_IO, "the folder %.300s cannot be made: %s", path, strerror(errno));
}

/* Keys are looked up by a thread that everybody waits for. */
static enum ih_status open_door(struct store *s, const char *path, struct ih_error *e)
{
    enum ih_status status = sql_open(&s->door, path, PATIENCE, e);
    if (!status)
        sqlite3_busy_timeout(s->door.db, DOOR_PATIENCE);
    return status;
}

/* SQLite does not wait for others where a file becomes one with a write-ahead log or the last
 * connection takes the log away: then a second process fails at once. So processes open and close
 * it one after the other. Without such a file (a full disk, say) they go on as they are. */
static int take_turn(const struct store *s)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/open.lock", s->folder);
    int turn = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    while (turn >= 0 && flock(turn, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return turn;
}

static void end_turn(int turn)
{
    if (turn >= 0)
        close(turn);
}

static enum ih_status open_files(struct store *s, struct ih_error *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/blobs", s->folder);
    enum ih_status status = store_make_folder(path, e);
    if (status)
        return status;
    s->blobs = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->blobs < 0)
        return explain(e, IH_IO, "the folder %.300s cannot be opened: %s", path, strerror(errno));
    snprintf(path, sizeof path, "%s/state.db", s->folder);
    /* SQLite would make it readable for all. */
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return explain(e, IH_IO, "%.300s cannot be opened: %s", path, strerror(errno));
    close(fd);
    int turn = take_turn(s);
    status = sql_open(&s->write, path, PATIENCE, e);
    if (!status)
        status = sql_open(&s->read, path, PATIENCE, e);
    if (!status)
        status = open_door(s, path, e);
    if (!status)
        status = schema_update(&s->write, e);
    end_turn(turn);
    return status;
}

enum ih_status store_open(struct store **out, const char *folder, struct ih_error *e)
{
    *out = NULL;
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return explain(e, IH_NO_MEMORY, "not enough memory");
    s->blobs = s->lock = -1;
    if (!*folder || snprintf(s->folder, sizeof s->folder, "%s", folder) >= (int)sizeof s->folder) {
        free(s);
        return explain(e, IH_INVALID, "the name of the data folder is of no use");
    }
    enum ih_status status = open_files(s, e);
    if (status)
        store_close(&s);
    *out = s;
    return status;
}

void store_close(struct store **s)
{
    struct store *gone = *s;
    *s = NULL;
    if (!gone)
        return;
    int turn = gone->write.db ? take_turn(gone) : -1;
    sql_close(&gone->door);
    sql_close(&gone->read);
    sql_close(&gone->write);
    end_turn(turn);
    if (gone->blobs >= 0)
        close(gone->blobs);
    if (gone->lock >= 0)
        close(gone->lock);
    free(gone);
}

/* The lock goes with the process, however that ends. */
static enum ih_status lock_folder(struct store *s, struct ih_error *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/server.lock", s->folder);
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock < 0)
        return explain(e, IH_IO, "%.300s cannot be opened: %s", path, strerror(errno));
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return IH_OK;
    close(s->lock);
    s->lock = -1;
    return explain(e, IH_IO, "another server works with the data folder %.300s", s->folder);
}

enum ih_status store_take_over(struct store *s, int *again, struct ih_error *e)
{
    *again = 0;
    enum ih_status status = lock_folder(s, e);
    if (!status)
        status = jobs_recover(s, again, e);
    return status ? status : blob_sweep(s, e);
}

bool store_blob_path(const struct store *s, const char *blob, char *buf, size_t size)
{
    return snprintf(buf, size, "%s/blobs/%s", s->folder, blob) < (int)size;
}

bool store_has_room(const struct store *s, int64_t bytes, int64_t spare)
{
    struct statvfs v;
    if (fstatvfs(s->blobs, &v) != 0)
        return false;
    return (double)v.f_bavail * (double)v.f_frsize >= (double)bytes + (double)spare;
}

int64_t store_now(const struct store *s)
{
    return s->now ? s->now() : (int64_t)time(NULL);
}

void store_set_clock(struct store *s, int64_t (*now)(void))
{
    s->now = now;
}
