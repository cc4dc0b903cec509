/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/hub.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file on its way here. Beside NAME.part lies NAME.tag: the validator of the answer that its
 * bytes came from, so that another version of the file is never appended to them. */
struct fetch {
    const struct hub *hub;
    struct hub_file *file;
    char part[PATH_MAX], tag_path[PATH_MAX];
    char tag[160];
    int fd;
    int status;
    int64_t offset;        /* bytes of the part that are right so far */
    enum ih_status failed; /* of the callbacks */
    bool again;            /* whether starting over can help against that */
    struct ih_error *e;
};

static int give_up(struct fetch *f, enum ih_status code, bool again, const char *why)
{
    f->failed = code;
    f->again = again;
    hub_fail(f->e, code, "%s: %s", f->file->name, why);
    return -1;
}

static void read_tag(struct fetch *f)
{
    int fd = open(f->tag_path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, f->tag, sizeof f->tag - 1) : 0;
    f->tag[n > 0 ? n : 0] = 0;
    if (fd >= 0)
        close(fd);
}

static void write_tag(struct fetch *f, const char *tag)
{
    snprintf(f->tag, sizeof f->tag, "%s", tag);
    int fd = open(f->tag_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return; /* the next call then starts over */
    if (write(fd, tag, strlen(tag)) < 0)
        f->tag[0] = 0;
    close(fd);
}

/* The answer continues what is here: the same file, from the byte that is missing, of the right
 * length. */
static bool continues(const struct fetch *f, const struct http_answer *a)
{
    long long from = -1, to = -1, size = -1;
    if (sscanf(a->content_range, "bytes %lld-%lld/%lld", &from, &to, &size) < 2)
        return false;
    return from == f->offset && (size < 0 || f->file->size < 0 || size == f->file->size) &&
           strcmp(a->etag, f->tag) == 0;
}

static void note_announced(struct fetch *f, const struct http_answer *a)
{
    const char *etag = a->etag;
    struct hub_file *file = f->file;
    size_t linked = strlen(a->linked_etag);
    if (!file->sha256[0] && linked == SHA256_HEX &&
        strspn(a->linked_etag, "0123456789abcdef") == SHA256_HEX)
        memcpy(file->sha256, a->linked_etag, SHA256_HEX + 1);
    else if (!file->sha256[0] && !file->git_sha1[0] && !linked && strlen(etag) == SHA1_HEX + 2 &&
             strspn(etag + 1, "0123456789abcdef") == SHA1_HEX)
        snprintf(file->git_sha1, sizeof file->git_sha1, "%.40s", etag + 1);
    if (file->size < 0 && a->linked_size >= 0)
        file->size = a->linked_size;
    if (file->size < 0 && a->status == 200 && a->length >= 0)
        file->size = a->length;
}

static int on_begin(void *arg, const struct http_answer *a)
{
    struct fetch *f = arg;
    char why[160];
    f->status = a->status;
    if (a->status != 200 && a->status != 206)
        return 0;
    note_announced(f, a);
    if (a->status == 206 && !continues(f, a)) {
        if (ftruncate(f->fd, 0) == 0)
            f->offset = 0;
        return give_up(f, IH_NETWORK, true, "the server continued with another file");
    }
    if (a->status == 200) {
        if (ftruncate(f->fd, 0) != 0 || lseek(f->fd, 0, SEEK_SET) != 0)
            return give_up(f, IH_IO, false, strerror(errno));
        f->offset = 0;
        write_tag(f, a->etag);
        if (a->length >= 0 && f->file->size >= 0 && a->length != f->file->size) {
            snprintf(why, sizeof why, "the server has %lld bytes, the hub announced %lld",
                (long long)a->length, (long long)f->file->size);
            return give_up(f, IH_NETWORK, true, why);
        }
    }
    return 0;
}

static int on_data(void *arg, const void *data, size_t n)
{
    struct fetch *f = arg;
    const char *p = data;
    if (f->status != 200 && f->status != 206)
        return 0;
    if (f->file->size >= 0 && (int64_t)n > f->file->size - f->offset) {
        if (ftruncate(f->fd, 0) == 0)
            f->offset = 0;
        return give_up(f, IH_NETWORK, true, "the server sent more bytes than it announced");
    }
    while (n) {
        ssize_t done = write(f->fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return give_up(f, IH_IO, false, strerror(errno));
        p += done;
        n -= (size_t)done;
        f->offset += done;
    }
    if (f->hub->progress)
        f->hub->progress(f->hub->arg,
            &(struct hub_progress){
                .file = f->file->name, .files = 1, .done = f->offset, .total = f->file->size});
    return 0;
}

/* One request for what is missing. IH_OK when the file is complete. */
static enum ih_status attempt(
    struct fetch *f, const char *url, bool *temporary, double *retry_after, struct ih_error *e)
{
    struct http_request r = {.url = url, .arg = f, .begin = on_begin, .data = on_data};
    struct http_answer a;
    bool known = f->tag[0] == '"'; /* a weak validator cannot vouch for a range */
    f->failed = IH_OK;
    f->status = 0;
    if (f->offset > 0 && !known)
        f->offset = 0;
    if (lseek(f->fd, f->offset, SEEK_SET) < 0)
        return hub_fail(e, IH_IO, "%s: %s", f->part, strerror(errno));
    r.from = f->offset;
    r.if_range = f->tag;
    enum ih_status status = http_get(f->hub, &r, &a, temporary, e);
    *retry_after = a.retry_after;
    if (f->failed) {
        *temporary = f->again;
        return f->failed;
    }
    if (status == IH_NETWORK && *temporary && f->file->size >= 0 &&
        (a.status == 200 || a.status == 206))
        return hub_fail(e, IH_NETWORK, "%s: the server broke off after %lld of %lld bytes",
            f->file->name, (long long)f->offset, (long long)f->file->size);
    if (status != IH_OK)
        return status;
    if (a.status == 416) {
        *temporary = true;
        f->offset = 0;
        f->tag[0] = 0;
        return hub_fail(e, IH_NETWORK, "%s: the server cannot continue it", f->file->name);
    }
    if (a.status != 200 && a.status != 206)
        return http_refused(f->hub, a.status, f->file->name, e);
    if (f->file->size >= 0 && f->offset != f->file->size) {
        *temporary = true;
        return hub_fail(e, IH_NETWORK, "%s: the server broke off after %lld of %lld bytes",
            f->file->name, (long long)f->offset, (long long)f->file->size);
    }
    return IH_OK;
}

/* Requests until the file is complete; an attempt that brought something does not count. */
static enum ih_status transfer(struct fetch *f, const char *url, struct ih_error *e)
{
    int failures = 0;
    for (;;) {
        int64_t before = f->offset;
        bool temporary = false;
        double retry_after = 0;
        if (f->file->size >= 0 && f->offset == f->file->size && f->offset > 0)
            return IH_OK;
        if (f->file->size >= 0 && f->offset > f->file->size)
            f->offset = 0;
        enum ih_status status = attempt(f, url, &temporary, &retry_after, e);
        if (status == IH_OK || status == IH_CANCELLED || !temporary)
            return status;
        failures = f->offset > before ? 1 : failures + 1;
        if (failures > f->hub->retries)
            return status;
        if (f->hub->note)
            f->hub->note(f->hub->arg, e->text);
        if (!http_wait(f->hub, failures, retry_after))
            return hub_fail(e, IH_CANCELLED, "stopped");
    }
}

/* Both digests of an open file, of which git's is only made where it is wanted: it covers the
 * length as well. */
static enum ih_status hash_file(const struct hub *hub, int fd, const char *path, int64_t size,
    char *sha256, char *sha1, bool want_sha1, struct ih_error *e)
{
    enum { BLOCK = 1 << 18 };
    char head[32];
    unsigned char *block = malloc(BLOCK);
    struct sha large = {NULL}, small = {NULL};
    enum ih_status status = IH_OK;
    ssize_t n = 0;
    if (!block || !sha256_init(&large) || !sha1_init(&small))
        status = hub_fail(e, IH_NO_MEMORY, "not enough memory to check %.300s", path);
    if (!status)
        sha_update(
            &small, head, (size_t)snprintf(head, sizeof head, "blob %lld", (long long)size) + 1);
    while (!status && (n = read(fd, block, BLOCK)) > 0) {
        sha_update(&large, block, (size_t)n);
        if (want_sha1)
            sha_update(&small, block, (size_t)n);
        if (hub && hub->cancel && *hub->cancel)
            status = hub_fail(e, IH_CANCELLED, "stopped");
    }
    if (n < 0)
        status = hub_fail(e, IH_IO, "%s cannot be read: %s", path, strerror(errno));
    if (!status) {
        sha_hex(&large, sha256);
        sha_hex(&small, sha1);
    }
    sha_free(&large);
    sha_free(&small);
    free(block);
    return status;
}

enum ih_status hub_check(
    const struct hub *hub, const char *path, struct hub_file *file, struct ih_error *e)
{
    char sha256[SHA256_HEX + 1], sha1[SHA1_HEX + 1];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        enum ih_status code = errno == ENOENT ? IH_NOT_FOUND : IH_IO;
        hub_fail(e, code, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return code;
    }
    enum ih_status status =
        hash_file(hub, fd, path, st.st_size, sha256, sha1, file->git_sha1[0], e);
    close(fd);
    if (status)
        return status;
    if (file->size >= 0 && st.st_size != file->size)
        return hub_fail(e, IH_BAD_DATA, "%s has %lld bytes instead of %lld", path,
            (long long)st.st_size, (long long)file->size);
    if (file->sha256[0] && strcmp(file->sha256, sha256) != 0)
        return hub_fail(e, IH_BAD_DATA, "%s holds wrong bytes: its SHA-256 is %s instead of %s",
            path, sha256, file->sha256);
    if (file->git_sha1[0] && strcmp(file->git_sha1, sha1) != 0)
        return hub_fail(e, IH_BAD_DATA, "%s holds wrong bytes: its git SHA-1 is %s instead of %s",
            path, sha1, file->git_sha1);
    file->size = st.st_size;
    memcpy(file->sha256, sha256, sizeof sha256);
    return IH_OK;
}

static enum ih_status open_part(struct fetch *f, const char *path, struct ih_error *e)
{
    struct stat st;
    int n = snprintf(f->part, sizeof f->part, "%s.part", path);
    int m = snprintf(f->tag_path, sizeof f->tag_path, "%s.tag", path);
    if (n < 0 || n >= (int)sizeof f->part || m < 0 || m >= (int)sizeof f->tag_path)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", path);
    f->fd = open(f->part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (f->fd < 0 || fstat(f->fd, &st) != 0)
        return hub_fail(e, IH_IO, "%s cannot be written: %s", f->part, strerror(errno));
    read_tag(f);
    f->offset = st.st_size;
    return IH_OK;
}

enum ih_status hub_fetch(const struct hub *hub, const struct hub_pull *p, const char *folder,
    const char *commit, struct hub_file *file, struct ih_error *e)
{
    char url[1024], path[PATH_MAX - 8];
    struct fetch f = {.hub = hub, .file = file, .fd = -1, .e = e};
    int n = snprintf(path, sizeof path, "%s/%s", folder, file->name);
    int m = snprintf(
        url, sizeof url, "%s/%s/resolve/%s/%s", hub->endpoint, p->repo, commit, file->name);
    if (n < 0 || n >= (int)sizeof path || m < 0 || m >= (int)sizeof url)
        return hub_fail(e, IH_INVALID, "the name is too long: %.80s...", file->name);
    if (access(path, F_OK) == 0 && hub_check(hub, path, file, e) == IH_OK)
        return IH_OK;
    enum ih_status status = open_part(&f, path, e);
    for (int round = 0; status == IH_OK; round++) {
        status = transfer(&f, url, e);
        if (status == IH_OK && fsync(f.fd) != 0 && errno != EINVAL)
            status = hub_fail(e, IH_IO, "%s: %s", f.part, strerror(errno));
        if (status == IH_OK)
            status = hub_check(hub, f.part, file, e);
        if (status != IH_BAD_DATA)
            break;
        /* Wrong bytes are of no use to anyone; a second try tells a bad line from a bad server. */
        f.offset = 0;
        f.tag[0] = 0;
        unlink(f.tag_path);
        if (ftruncate(f.fd, 0) != 0 || round > 0)
            break;
        if (hub->note)
            hub->note(hub->arg, e->text);
        status = IH_OK;
    }
    if (f.fd >= 0)
        close(f.fd);
    if (status == IH_BAD_DATA)
        unlink(f.part);
    if (status == IH_OK && rename(f.part, path) != 0)
        status = hub_fail(e, IH_IO, "%s cannot be written: %s", path, strerror(errno));
    if (status == IH_OK)
        unlink(f.tag_path);
    return status;
}
