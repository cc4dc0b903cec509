/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: read when a request needs one and wiped behind it, so that one which was changed counts at
 * once and none stays in memory. */
#include "author/buffer.h"
#include "author/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_MOST = 4096 };

static enum ih_status find_file(
    const struct remote_entry *r, char *path, size_t size, struct ih_error *e)
{
    const char *home = getenv("HOME");
    bool below = strncmp(r->key_file, "~/", 2) == 0;
    if (below && (!home || !*home))
        return author_fail(
            e, IH_IO, "%s: the key's file lies in a home, and HOME is not set", r->name);
    int n = snprintf(path, size, "%s%s", below ? home : "", r->key_file + below);
    if (n < 0 || (size_t)n >= size)
        return author_fail(e, IH_IO, "%s: the path of the key's file is too long", r->name);
    return IH_OK;
}

static enum ih_status read_file(
    const struct remote_entry *r, char *buf, size_t size, struct ih_error *e)
{
    char path[PATH_MAX];
    struct stat st;
    enum ih_status status = find_file(r, path, sizeof path, e);
    if (status)
        return status;
    int f = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f < 0 || fstat(f, &st) != 0)
        status = author_fail(e, IH_IO, "%s: the key's file %.200s cannot be read: %s", r->name,
            path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        status =
            author_fail(e, IH_IO, "%s: the key's file %.200s is no regular file", r->name, path);
    else if ((st.st_mode & 077) || (st.st_uid != geteuid() && st.st_uid != 0))
        status = author_fail(e, IH_IO,
            "%s: the key's file %.200s may be read by others; make it yours alone (chmod 600)",
            r->name, path);
    ssize_t n = status ? 0 : read(f, buf, size - 1);
    if (n < 0)
        status = author_fail(e, IH_IO, "%s: the key's file %.200s cannot be read: %s", r->name,
            path, strerror(errno));
    buf[n > 0 ? n : 0] = '\0';
    if (f >= 0)
        close(f);
    return status;
}

/* Without blanks at its ends; false for what cannot be a key. */
static bool trim(char *buf)
{
    size_t skip = strspn(buf, " \t\r\n"), n = strlen(buf);
    while (n > skip && strchr(" \t\r\n", buf[n - 1]))
        n--;
    memmove(buf, buf + skip, n - skip);
    memset(buf + n - skip, 0, skip + 1);
    for (const char *c = buf; *c; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    return *buf != '\0';
}

enum ih_status entry_key(const struct remote_entry *r, char **out, struct ih_error *e)
{
    char buf[KEY_MOST] = "";
    enum ih_status status = IH_OK;
    *out = NULL;
    if (!r->key_env && !r->key_file)
        return IH_OK;
    const char *value = r->key_env ? getenv(r->key_env) : NULL;
    if (r->key_env && (!value || !*value))
        return author_fail(e, IH_IO, "%s: its key is not set (%.100s)", r->name, r->key_env);
    if (value)
        snprintf(buf, sizeof buf, "%s", value);
    else
        status = read_file(r, buf, sizeof buf, e);
    if (!status && (strlen(buf) + 1 >= sizeof buf || !trim(buf)))
        status = author_fail(e, IH_IO, "%s: what %.100s holds is no key", r->name,
            r->key_env ? r->key_env : r->key_file);
    if (!status && !(*out = strdup(buf)))
        status = author_fail(e, IH_NO_MEMORY, "not enough memory");
    explicit_bzero(buf, sizeof buf);
    return status;
}

void entry_key_free(char **key)
{
    if (*key)
        explicit_bzero(*key, strlen(*key));
    free(*key);
    *key = NULL;
}

const char *entry_key_state(const struct remote_entry *r)
{
    char *key;
    if (!r->key_env && !r->key_file)
        return "not needed";
    bool set = entry_key(r, &key, NULL) == IH_OK;
    entry_key_free(&key);
    return set ? "set" : "missing";
}
