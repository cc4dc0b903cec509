/* SPDX-License-Identifier: Apache-2.0 */
/* `inhouse models evict`: room on the disk, by taking away what was not used for long. */
#include "cli/models.h"
#include "cli/used.h"
#include "hub/folder.h"
#include "hub/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What may go: `keep` and `days` are negative where they were not given. */
struct rule {
    double keep; /* bytes of all the user's models that may stay */
    double days; /* since the last use */
    char (*name)[128];
    int count;
};

struct candidate {
    struct model_entry *m;
    time_t used;
};

/* "20G", "1.5T", "700000000": a number of bytes, with a suffix in powers of ten. */
static bool read_bytes(const char *text, double *out)
{
    static const char suffixes[] = "KMGT";
    char *end;
    double n = strtod(text, &end);
    const char *suffix = *end ? strchr(suffixes, *end) : NULL;
    for (const char *s = suffixes; suffix && s <= suffix; s++)
        n *= 1000;
    if (suffix)
        end++;
    if (suffix && *end == 'B')
        end++;
    *out = n;
    return end != text && !*end && n >= 0 && n < 1e18 && strspn(text, "0123456789") > 0;
}

static int read_rule(struct rule *r, const struct args *a)
{
    const char *keep = args_value(a, "keep-bytes", NULL), *days = args_value(a, "older-than", NULL);
    char *end;
    *r = (struct rule){.keep = -1, .days = -1};
    if (keep && !read_bytes(keep, &r->keep))
        return usage_error(
            a->command, "--keep-bytes must be a number of bytes such as 20G, not '%.40s'", keep);
    if (days)
        r->days = strtod(days, &end);
    if (days && (end == days || *end || !(r->days >= 0 && r->days < 1e6)))
        return usage_error(a->command, "--older-than must be a number of days, not '%.40s'", days);
    if (!keep && !days && a->count < 2)
        return usage_error(a->command, "evict needs names, --keep-bytes N or --older-than DAYS");
    r->name = calloc((size_t)a->count, sizeof *r->name);
    if (!r->name) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    for (int i = 1; i < a->count; i++, r->count++)
        if (!known_name(a->arg[i], r->name[r->count], sizeof *r->name))
            snprintf(r->name[r->count], sizeof *r->name, "%.127s", a->arg[i]);
    return EXIT_DONE;
}

static bool is_named(const struct rule *r, const char *name)
{
    for (int i = 0; i < r->count; i++)
        if (strcmp(r->name[i], name) == 0)
            return true;
    return false;
}

/* One that came from a hub can be fetched again; others are somebody's only copy. */
static bool was_pulled(const struct model_entry *m)
{
    struct hub_record r;
    struct ih_error e;
    bool pulled = hub_record_read(&r, m->path, &e) == IH_OK && r.repo[0];
    hub_record_free(&r);
    return pulled;
}

static int by_use(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->used != y->used ? (x->used < y->used ? -1 : 1) : strcmp(x->m->name, y->m->name);
}

/* Fills `out` with what goes, the least recently used first; returns how many. */
static int select_models(
    struct candidate *out, struct model_entry *list, int n, const struct rule *r, time_t now)
{
    const double day = 86400;
    double total = 0;
    int count = 0, gone = 0;
    for (int i = 0; i < n; i++) {
        if (list[i].place != PLACE_USER)
            continue;
        total += list[i].bytes;
        if (r->count ? is_named(r, list[i].name) : was_pulled(&list[i]))
            out[count++] = (struct candidate){&list[i], model_last_used(&list[i])};
    }
    qsort(out, (size_t)count, sizeof *out, by_use);
    for (int i = 0; i < count; i++) {
        if (r->days >= 0 && difftime(now, out[i].used) < r->days * day)
            break; /* and so are all that follow */
        if (r->keep >= 0 && total <= r->keep)
            break;
        total -= out[i].m->bytes;
        gone++;
    }
    return gone;
}

/* --quiet leaves the names alone, for scripts that ask what would go. */
static void show_plan(const struct args *a, const struct candidate *c, int n)
{
    static const char *const headings[] = {"MODEL", ">SIZE", "LAST USED"};
    struct terminal t;
    char size[24], day[24];
    struct tm tm;
    if (args_has(a, "quiet")) {
        for (int i = 0; i < n && args_has(a, "dry-run"); i++)
            printf("%s\n", c[i].m->name);
        return;
    }
    struct table *table = table_new(3, headings);
    terminal_init(&t, stdout);
    for (int i = 0; i < n; i++) {
        strftime(day, sizeof day, "%Y-%m-%d", localtime_r(&c[i].used, &tm));
        const char *cells[] = {c[i].m->name, bytes_text(c[i].m->bytes, size, sizeof size), day};
        table_row(table, cells);
    }
    table_print(table, &t);
}

/* 0 when the person agrees. */
static int ask(const struct args *a, const struct candidate *c, int n)
{
    char answer[16] = "", size[24];
    double bytes = 0;
    if (args_has(a, "yes"))
        return EXIT_DONE;
    if (!isatty(STDIN_FILENO))
        return usage_error(a->command, "nobody can be asked here; --yes evicts without asking");
    for (int i = 0; i < n; i++)
        bytes += c[i].m->bytes;
    fprintf(stderr, "Remove %d model%s, %s? [y/N] ", n, n == 1 ? "" : "s",
        bytes_text(bytes, size, sizeof size));
    if (fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
        return EXIT_DONE;
    complain("nothing was removed");
    return EXIT_USAGE;
}

static int remove_all(const struct args *a, const struct candidate *c, int n)
{
    char size[24];
    for (int i = 0; i < n; i++) {
        if (folder_discard(c[i].m->path) != 0) {
            complain("%s cannot be removed: %s", c[i].m->path, strerror(errno));
            return EXIT_OUTPUT;
        }
        model_forget(c[i].m);
        if (!args_has(a, "quiet"))
            printf("removed %s (%s)\n", c[i].m->name, bytes_text(c[i].m->bytes, size, sizeof size));
    }
    return EXIT_DONE;
}

/* Every name must be that of a model in the user's folder. */
static int check_names(const struct rule *r, const struct model_entry *list, int n)
{
    for (int i = 0; i < r->count; i++) {
        const struct model_entry *found = NULL;
        for (int j = 0; j < n && !found; j++)
            found = strcmp(list[j].name, r->name[i]) == 0 ? &list[j] : NULL;
        if (found && found->place == PLACE_USER)
            continue;
        if (found)
            complain("%s came with the program (%s); only fetched models are removed", found->name,
                found->path);
        else
            complain("there is no model '%s' here; 'inhouse models list' shows what there is",
                r->name[i]);
        return EXIT_MODEL;
    }
    return EXIT_DONE;
}

static int evict(const struct args *a, const struct rule *r, struct model_entry *list, int n)
{
    struct candidate *c = calloc((size_t)n + 1, sizeof *c);
    if (!c) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    int code = check_names(r, list, n);
    int gone = code ? 0 : select_models(c, list, n, r, time(NULL));
    if (!code && gone == 0) {
        if (!args_has(a, "quiet"))
            printf("nothing to evict\n");
    } else if (!code) {
        show_plan(a, c, gone);
        if (!args_has(a, "dry-run"))
            code = ask(a, c, gone);
        if (!args_has(a, "dry-run") && !code)
            code = remove_all(a, c, gone);
    }
    free(c);
    return code;
}

int evict_models(const struct args *a)
{
    struct rule r;
    struct model_entry *list = NULL;
    int code = read_rule(&r, a), n = code ? 0 : models_scan(&list);
    if (n < 0) {
        complain("not enough memory");
        code = EXIT_INTERNAL;
    }
    if (!code)
        code = evict(a, &r, list, n);
    free(list);
    free(r.name);
    return code;
}
