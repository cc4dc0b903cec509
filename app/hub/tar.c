/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/tar.h"

#include "hub/hub.h"

#include <archive.h>
#include <archive_entry.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 16 };

/* What is used of libarchive, in the types of its own headers. */
#define FUNCTIONS(X)                                                                               \
    X(archive_entry_filetype)                                                                      \
    X(archive_entry_free)                                                                          \
    X(archive_entry_hardlink)                                                                      \
    X(archive_entry_new)                                                                           \
    X(archive_entry_pathname)                                                                      \
    X(archive_entry_set_filetype)                                                                  \
    X(archive_entry_set_mtime)                                                                     \
    X(archive_entry_set_pathname)                                                                  \
    X(archive_entry_set_perm)                                                                      \
    X(archive_entry_set_size)                                                                      \
    X(archive_entry_size)                                                                          \
    X(archive_error_string)                                                                        \
    X(archive_read_data)                                                                           \
    X(archive_read_free)                                                                           \
    X(archive_read_new)                                                                            \
    X(archive_read_next_header)                                                                    \
    X(archive_read_open_fd)                                                                        \
    X(archive_read_support_format_tar)                                                             \
    X(archive_write_close)                                                                         \
    X(archive_write_data)                                                                          \
    X(archive_write_free)                                                                          \
    X(archive_write_header)                                                                        \
    X(archive_write_new)                                                                           \
    X(archive_write_open_fd)                                                                       \
    X(archive_write_set_format_pax_restricted)

struct tar {
    void *library;
    struct archive *archive;
    struct archive_entry *entry; /* of an archive that is written */
    bool writes;
#define POINTER(name) __typeof__(name) *name;
    FUNCTIONS(POINTER)
#undef POINTER
};

static enum ih_status load(struct tar *t, struct ih_error *e)
{
    static const char file[] = "libarchive.so.13";
    t->library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!t->library)
        return hub_fail(
            e, IH_UNSUPPORTED, "%s is not installed; bundles of models need libarchive", file);
    bool whole = true;
    /* POSIX lets an object pointer be stored as a function pointer; C needs this detour. */
#define FIND(name)                                                                                 \
    {                                                                                              \
        void *address = dlsym(t->library, #name);                                                  \
        memcpy(&t->name, &address, sizeof address);                                                \
        whole = whole && address;                                                                  \
    }
    FUNCTIONS(FIND)
#undef FIND
    if (!whole)
        return hub_fail(e, IH_UNSUPPORTED, "the libarchive that is installed lacks a function");
    return IH_OK;
}

static enum ih_status broken(const struct tar *t, enum ih_status code, struct ih_error *e)
{
    const char *why = t->archive_error_string(t->archive);
    return hub_fail(e, code, "the archive %s: %.200s",
        t->writes ? "cannot be written" : "is damaged", why ? why : "no more memory");
}

static enum ih_status open_tar(struct tar **out, int file, bool writes, struct ih_error *e)
{
    struct tar *t = calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return hub_fail(e, IH_NO_MEMORY, "not enough memory for an archive");
    t->writes = writes;
    enum ih_status status = load(t, e);
    if (!status) {
        t->archive = writes ? t->archive_write_new() : t->archive_read_new();
        t->entry = writes ? t->archive_entry_new() : NULL;
        if (!t->archive || (writes && !t->entry))
            status = hub_fail(e, IH_NO_MEMORY, "not enough memory for an archive");
    }
    if (!status && writes &&
        (t->archive_write_set_format_pax_restricted(t->archive) != ARCHIVE_OK ||
            t->archive_write_open_fd(t->archive, file) != ARCHIVE_OK))
        status = broken(t, IH_IO, e);
    if (!status && !writes &&
        (t->archive_read_support_format_tar(t->archive) != ARCHIVE_OK ||
            t->archive_read_open_fd(t->archive, file, BLOCK) != ARCHIVE_OK))
        status = broken(t, IH_BAD_DATA, e);
    if (status)
        tar_close(&t);
    *out = t;
    return status;
}

enum ih_status tar_open_read(struct tar **out, int file, struct ih_error *e)
{
    return open_tar(out, file, false, e);
}

enum ih_status tar_open_write(struct tar **out, int file, struct ih_error *e)
{
    return open_tar(out, file, true, e);
}

void tar_close(struct tar **tp)
{
    struct tar *t = *tp;
    if (!t)
        return;
    if (t->entry)
        t->archive_entry_free(t->entry);
    if (t->archive && t->writes)
        t->archive_write_free(t->archive);
    else if (t->archive)
        t->archive_read_free(t->archive);
    if (t->library)
        dlclose(t->library);
    free(t);
    *tp = NULL;
}

enum ih_status tar_next(struct tar *t, const char **name, int64_t *size, struct ih_error *e)
{
    struct archive_entry *entry;
    int code = t->archive_read_next_header(t->archive, &entry);
    if (code == ARCHIVE_EOF)
        return hub_fail(e, IH_NOT_FOUND, "the archive ends");
    if (code != ARCHIVE_OK)
        return broken(t, IH_BAD_DATA, e);
    *name = t->archive_entry_pathname(entry);
    *size = t->archive_entry_size(entry);
    if (!*name || t->archive_entry_filetype(entry) != AE_IFREG || t->archive_entry_hardlink(entry))
        return hub_fail(e, IH_BAD_DATA, "%.200s in the archive is no regular file",
            *name ? *name : "something");
    return IH_OK;
}

enum ih_status tar_read(struct tar *t, void *data, size_t n, size_t *got, struct ih_error *e)
{
    la_ssize_t done = t->archive_read_data(t->archive, data, n);
    *got = done > 0 ? (size_t)done : 0;
    return done < 0 ? broken(t, IH_BAD_DATA, e) : IH_OK;
}

enum ih_status tar_begin(struct tar *t, const char *name, int64_t size, struct ih_error *e)
{
    t->archive_entry_set_pathname(t->entry, name);
    t->archive_entry_set_size(t->entry, size);
    t->archive_entry_set_filetype(t->entry, AE_IFREG);
    t->archive_entry_set_perm(t->entry, 0644);
    t->archive_entry_set_mtime(t->entry, 0, 0);
    return t->archive_write_header(t->archive, t->entry) == ARCHIVE_OK ? IH_OK
                                                                       : broken(t, IH_IO, e);
}

enum ih_status tar_write(struct tar *t, const void *data, size_t n, struct ih_error *e)
{
    return t->archive_write_data(t->archive, data, n) == (la_ssize_t)n ? IH_OK
                                                                       : broken(t, IH_IO, e);
}

enum ih_status tar_finish(struct tar *t, struct ih_error *e)
{
    return t->archive_write_close(t->archive) == ARCHIVE_OK ? IH_OK : broken(t, IH_IO, e);
}
