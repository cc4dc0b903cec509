/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/profile.h"

#include "base/err.h"
#include "base/mapfile.h"
#include "base/utf8.h"
#include "tasks/timestamp.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".voice.json";

enum ih_status profile_new(struct ih_profile **out, struct ih_error *e)
{
    struct ih_profile *p = *out = calloc(1, sizeof *p);
    if (!p)
        return err_memory(e, "a voice profile");
    p->info = (struct ih_profile_info){"", "", "", "", "", false, "", 1, 0, "",
        {"", "", "", "", "", "", "", IH_CONSENT_UNCHECKED, ""}, "", "", ""};
    return IH_OK;
}

void ih_profile_close(struct ih_profile **p)
{
    if (!*p)
        return;
    arena_free(&(*p)->arena);
    free(*p);
    *p = NULL;
}

const struct ih_profile_info *ih_profile_info(const struct ih_profile *p)
{
    return &p->info;
}

static bool good_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return n > 0 && n <= PROFILE_NAME && name[n] == 0 && name[0] != '-';
}

/* Strings go to terminals and into files: no control characters, and not without end. */
static bool good_text(const char *text, size_t longest, bool lines)
{
    size_t n = strlen(text);
    for (const char *c = text; *c; c++)
        if (((unsigned char)*c < ' ' && !(lines && strchr("\t\r\n", *c))) || *c == 0x7f)
            return false;
    return n <= longest && utf8_valid(text, n);
}

static enum ih_status check_strings(
    const struct ih_profile_info *i, const char *name, struct ih_error *e)
{
    const struct ih_consent *c = &i->consent;
    const char *const texts[] = {i->about, i->model, i->language, i->blend, i->style, c->who,
        c->sentence, c->transcript, c->reader, c->clip_sha256, c->statement_sha256, c->reason};
    if (!good_name(i->name))
        return err_set(e, IH_BAD_DATA,
            "%s: '%.60s' is no name for a voice: 1 to %d letters, digits, - and _", name, i->name,
            (int)PROFILE_NAME);
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (!good_text(texts[k], PROFILE_TEXT, false))
            return err_set(e, IH_BAD_DATA,
                "%s: a text in it is over %d bytes or holds control characters", name,
                (int)PROFILE_TEXT);
    if (!good_text(i->lexicon, PROFILE_LEXICON, true))
        return err_set(
            e, IH_BAD_DATA, "%s: its pronunciations are over a megabyte or no text", name);
    if (!*i->model)
        return err_set(e, IH_BAD_DATA, "%s: it does not say whose model's voice it is", name);
    return IH_OK;
}

static enum ih_status check_times(
    const struct ih_profile_info *i, const char *name, struct ih_error *e)
{
    const char *const times[][2] = {{"created", i->created}, {"expires", i->expires},
        {"revoked", i->revoked}, {"consent.when", i->consent.when}};
    int64_t seconds;
    for (size_t k = 0; k < sizeof times / sizeof *times; k++)
        if ((k == 0 || *times[k][1]) && !timestamp_read(times[k][1], &seconds))
            return err_set(e, IH_BAD_DATA,
                "%s: %s is '%.40s', not a time like 2026-11-25T08:30:00Z", name, times[k][0],
                times[k][1]);
    return IH_OK;
}

static enum ih_status check_style(const struct ih_profile *p, const char *name, struct ih_error *e)
{
    const struct voice_style *s = &p->style;
    if (!*p->info.revoked && !s->rows)
        return err_set(e, IH_BAD_DATA, "%s: the voice's style is missing", name);
    if (*p->info.revoked && s->rows)
        return err_set(e, IH_BAD_DATA, "%s: it is revoked and still holds a style", name);
    for (int64_t i = 0; i < s->rows * s->width; i++)
        if (!(fabsf(s->data[i]) <= 1e4f))
            return err_set(e, IH_BAD_DATA, "%s: number %lld of the style is not a sane number",
                name, (long long)i);
    return IH_OK;
}

enum ih_status profile_check(const struct ih_profile *p, const char *name, struct ih_error *e)
{
    const struct ih_profile_info *i = &p->info;
    enum ih_status status = check_strings(i, name, e);
    if (!status)
        status = check_times(i, name, e);
    if (!status)
        status = check_style(p, name, e);
    if (status)
        return status;
    if (!(i->speed >= 0.25f && i->speed <= 4) || !(i->pitch >= -12 && i->pitch <= 12))
        return err_set(e, IH_BAD_DATA, "%s: speed must be 0.25 to 4 and pitch -12 to 12", name);
    const struct ih_consent *c = &i->consent;
    if (!i->synthetic && (!*c->who || !*c->when || strlen(c->clip_sha256) != 64 ||
                             strlen(c->statement_sha256) != 64))
        return err_set(e, IH_BAD_DATA,
            "%s: it is a person's voice without a record of that person's consent", name);
    return IH_OK;
}

enum ih_status ih_profile_open(struct ih_profile **out, const char *path, struct ih_error *e)
{
    struct mapfile m;
    *out = NULL;
    enum ih_status status = mapfile_open(&m, path, e);
    if (status)
        return status;
    status = profile_parse(out, (const char *)m.data, m.size, path, e);
    mapfile_close(&m);
    return status;
}

enum ih_status ih_profile_usable(const struct ih_profile *p, int64_t time, struct ih_error *e)
{
    int64_t end;
    if (*p->info.revoked)
        return err_set(
            e, IH_INVALID, "the voice %s was revoked on %.10s", p->info.name, p->info.revoked);
    if (*p->info.expires && timestamp_read(p->info.expires, &end) && time >= end)
        return err_set(e, IH_INVALID, "the voice %s could be used until %.10s only", p->info.name,
            p->info.expires);
    if (!p->info.synthetic && p->info.consent.state == IH_CONSENT_DENIED)
        return err_set(
            e, IH_INVALID, "the voice %s is a person's who did not consent", p->info.name);
    return IH_OK;
}

enum ih_status ih_profile_revoke(struct ih_profile *p, int64_t time, struct ih_error *e)
{
    char text[TIMESTAMP_SIZE];
    if (*p->info.revoked)
        return IH_OK;
    timestamp_write(text, time);
    const char *kept = arena_strdup(&p->arena, text);
    if (!kept)
        return err_memory(e, "a voice profile");
    p->info.revoked = kept;
    p->style = (struct voice_style){0};
    return IH_OK;
}

int ih_profile_path(const char *folder, const char *name, char *buf, size_t size)
{
    return snprintf(buf, size, "%s/%s%s", folder, name, suffix);
}

static bool write_all(int fd, const char *text)
{
    for (size_t n = strlen(text), done = 0; done < n;) {
        ssize_t part = write(fd, text + done, n - done);
        if (part < 0 && errno != EINTR)
            return false;
        done += part > 0 ? (size_t)part : 0;
    }
    return fsync(fd) == 0 || errno == EINVAL;
}

enum ih_status ih_profile_save(
    const struct ih_profile *p, const char *folder, bool replace, struct ih_error *e)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    int n = ih_profile_path(folder, p->info.name, path, sizeof path);
    int m = snprintf(temporary, sizeof temporary, "%s/.%s.XXXXXX", folder, p->info.name);
    if (n < 0 || (size_t)n >= sizeof path || m < 0 || (size_t)m >= sizeof temporary)
        return err_set(e, IH_INVALID, "the path is too long: %.80s...", folder);
    if (!replace && access(path, F_OK) == 0)
        return err_set(e, IH_INVALID, "there is a voice %s already (%s)", p->info.name, path);
    char *text = profile_text(p, true, e);
    if (!text)
        return IH_NO_MEMORY;
    /* mkstemp() makes it readable by its owner alone: it is somebody's voice. */
    int fd = mkstemp(temporary);
    bool good = fd >= 0 && write_all(fd, text);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && good) {
        good = false;
        error = errno;
    }
    if (good && rename(temporary, path) != 0) {
        good = false;
        error = errno;
    }
    if (!good && fd >= 0)
        unlink(temporary);
    free(text);
    return good ? IH_OK : err_set(e, IH_IO, "%.300s cannot be written: %s", path, strerror(error));
}

static int is_profile(const struct dirent *d)
{
    size_t n = strlen(d->d_name), m = sizeof suffix - 1;
    return n > m && d->d_name[0] != '.' && strcmp(d->d_name + n - m, suffix) == 0;
}

enum ih_status ih_profile_each(const char *folder,
    void (*fn)(void *arg, const char *path, const struct ih_profile *p, const struct ih_error *e),
    void *arg, struct ih_error *e)
{
    struct dirent **entry = NULL;
    int n = scandir(folder, &entry, is_profile, alphasort);
    if (n < 0 && errno == ENOENT)
        return IH_OK;
    if (n < 0)
        return err_set(e, IH_IO, "%.300s cannot be read: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX];
        struct ih_profile *p = NULL;
        struct ih_error why = {0};
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name);
        if (length > 0 && (size_t)length < sizeof path) {
            ih_profile_open(&p, path, &why);
            fn(arg, path, p, &why);
        }
        ih_profile_close(&p);
        free(entry[i]);
    }
    free(entry);
    return IH_OK;
}
