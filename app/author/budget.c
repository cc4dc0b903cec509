/* SPDX-License-Identifier: Apache-2.0 */
#include "author/budget.h"

#include "author/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DAY = 86400 };

enum ih_status budget_init(struct budget *b, const char *name, const struct spending *run,
    const struct spending *day, const char *folder, struct ih_error *e)
{
    *b = (struct budget){.name = name, .run = *run, .day = *day};
    pthread_mutex_init(&b->lock, NULL);
    if (folder && asprintf(&b->file, "%s/%s", folder, name) < 0) {
        b->file = NULL;
        budget_free(b);
        return author_fail(e, IH_NO_MEMORY, "not enough memory");
    }
    return IH_OK;
}

void budget_free(struct budget *b)
{
    pthread_mutex_destroy(&b->lock);
    free(b->file);
    b->file = NULL;
}

/* The folder of the file and those above it. */
static void make_folders(const char *file)
{
    char *path = strdup(file);
    for (char *c = path ? strchr(path + 1, '/') : NULL; c; c = strchr(c + 1, '/')) {
        *c = '\0';
        mkdir(path, 0700);
        *c = '/';
    }
    free(path);
}

/* The day's file, which nobody else writes until it is closed; -1 where it cannot be had. */
static int open_day(const struct budget *b)
{
    int f = open(b->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (f < 0 && errno == ENOENT) {
        make_folders(b->file);
        f = open(b->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    }
    while (f >= 0 && flock(f, LOCK_EX) != 0)
        if (errno != EINTR) {
            close(f);
            return -1;
        }
    return f;
}

static void read_day(struct budget *b, int f)
{
    char text[128] = "";
    long long day = 0;
    struct spending s = {0};
    ssize_t n = pread(f, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    bool known = sscanf(text, "%lld %lf %lf", &day, &s.dollars, &s.tokens) == 3 && day == b->today;
    b->day_spent = known ? s : (struct spending){0};
}

static bool write_day(const struct budget *b, int f)
{
    char text[128];
    int n = snprintf(text, sizeof text, "%lld %.9f %.0f\n", (long long)b->today,
        b->day_spent.dollars, b->day_spent.tokens);
    return pwrite(f, text, (size_t)n, 0) == n && ftruncate(f, n) == 0;
}

static void add(struct spending *to, double sign, const struct spending *s)
{
    to->dollars += sign * s->dollars;
    to->tokens += sign * s->tokens;
    to->dollars = to->dollars > 0 ? to->dollars : 0;
    to->tokens = to->tokens > 0 ? to->tokens : 0;
}

static bool has_day(const struct budget *b)
{
    return b->day.dollars > 0 || b->day.tokens > 0;
}

/* Takes the day's state in; the file's descriptor, -1 where there is none. */
static int begin(struct budget *b, int64_t now, bool *good)
{
    int f = has_day(b) && b->file ? open_day(b) : -1;
    *good = f >= 0 || !has_day(b) || !b->file;
    if (b->today != now / DAY)
        b->day_spent = (struct spending){0};
    b->today = now / DAY;
    if (f >= 0)
        read_day(b, f);
    return f;
}

/* What does not fit into a limit, as a sentence. */
static enum ih_status refuse(const struct budget *b, const char *when, const struct spending *most,
    const struct spending *spent, const struct spending *more, struct ih_error *e)
{
    if (most->dollars > 0 && spent->dollars + more->dollars > most->dollars)
        return author_fail(e, IH_NO_MEMORY,
            "%s: its budget of %s, %g dollars, is spent: %.4f are gone or on their way, and this "
            "request may cost %.4f",
            b->name, when, most->dollars, spent->dollars, more->dollars);
    if (most->tokens > 0 && spent->tokens + more->tokens > most->tokens)
        return author_fail(e, IH_NO_MEMORY,
            "%s: its budget of %s, %.0f tokens, is spent: %.0f are gone or on their way, and this "
            "request may take %.0f",
            b->name, when, most->tokens, spent->tokens, more->tokens);
    return IH_OK;
}

enum ih_status budget_reserve(
    struct budget *b, int64_t now, const struct spending *most, struct ih_error *e)
{
    bool good;
    pthread_mutex_lock(&b->lock);
    int f = begin(b, now, &good);
    enum ih_status status = refuse(b, "this run", &b->run, &b->run_spent, most, e);
    if (!status)
        status = refuse(b, "the day", &b->day, &b->day_spent, most, e);
    if (!status) {
        add(&b->day_spent, 1, most);
        good = good && (f < 0 || write_day(b, f));
        if (!good)
            add(&b->day_spent, -1, most);
    }
    if (!status && !good)
        status = author_fail(e, IH_IO, "%s: what is spent cannot be kept in %.200s: %s", b->name,
            b->file, strerror(errno));
    if (!status)
        add(&b->run_spent, 1, most);
    if (f >= 0)
        close(f);
    pthread_mutex_unlock(&b->lock);
    return status;
}

void budget_settle(struct budget *b, int64_t then, int64_t now, const struct spending *most,
    const struct spending *spent)
{
    bool good;
    pthread_mutex_lock(&b->lock);
    add(&b->run_spent, -1, most);
    add(&b->run_spent, 1, spent);
    int f = begin(b, now, &good);
    if (then / DAY == now / DAY)
        add(&b->day_spent, -1, most);
    add(&b->day_spent, 1, spent);
    if (f >= 0) {
        write_day(b, f); /* else what was reserved stays spent, which is no more than that */
        close(f);
    }
    pthread_mutex_unlock(&b->lock);
}
