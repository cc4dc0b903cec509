/* SPDX-License-Identifier: Apache-2.0 */
/* What names and digests from outside must look like. */
#include "hub/hub.h"

#include <stdio.h>
#include <string.h>

static bool is_hex(const char *s, size_t digits)
{
    return s && strlen(s) == digits && strspn(s, "0123456789abcdef") == digits;
}

bool hub_is_sha256(const char *text)
{
    return is_hex(text, SHA256_HEX);
}

bool hub_is_sha1(const char *text)
{
    return is_hex(text, SHA1_HEX);
}

/* A name that means the same in an address and on every file system: no way out of its folder, no
 * hidden file, nothing that a fetch gives its own files. */
static bool is_plain_name(const char *name, size_t n)
{
    static const char own_record[] = "inhouse.json";
    if (n == 0 || *name == '.' || name[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] <= ' ' || strchr("/\\:*?\"<>|#%\x7f", name[i]))
            return false;
    bool part = n > 5 && strncmp(name + n - 5, ".part", 5) == 0;
    bool tag = n > 4 && strncmp(name + n - 4, ".tag", 4) == 0;
    return !part && !tag && !(n == sizeof own_record - 1 && strncmp(name, own_record, n) == 0);
}

bool hub_is_name(const char *name)
{
    if (!name || strlen(name) >= sizeof((struct hub_file *)0)->name)
        return false;
    const char *slash = strchr(name, '/'), *file = slash ? slash + 1 : name;
    return is_plain_name(file, strlen(file)) &&
           (!slash || is_plain_name(name, (size_t)(slash - name)));
}

bool hub_is_model_name(const char *name)
{
    static const char partial[] = ".partial";
    size_t n = name ? strlen(name) : 0, m = sizeof partial - 1;
    return n > 0 && n < sizeof((struct hub_file *)0)->name && is_plain_name(name, n) &&
           !(n >= m && strcmp(name + n - m, partial) == 0);
}

/* "owner/name" and revisions come from people: nothing in them may change the address. */
static bool is_clean(const char *text, int slashes)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_./";
    size_t n = strlen(text);
    int found = 0;
    for (size_t i = 0; i < n; i++)
        found += text[i] == '/';
    return n > 0 && n < 200 && strspn(text, allowed) == n && !strstr(text, "..") &&
           !strstr(text, "//") && text[0] != '/' && text[n - 1] != '/' && found <= slashes;
}

bool hub_is_repo(const char *text)
{
    return is_clean(text, 1) && strchr(text, '/');
}

bool hub_is_revision(const char *text)
{
    return is_clean(text, 0);
}
