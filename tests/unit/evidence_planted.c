/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts with one planted error each (tests/data/evidence/README.md): how many are caught, and how
 * many alarms are false. `unit_evidence_planted --list` names what goes wrong in the half that the
 * code was written with. */
#include "inhouse/evidence.h"
#include "support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCES = 8, KINDS = 32, FILES = 32, HALVES = 2, DRAFT = 16384 };

static const double CAUGHT = 0.95, FALSE_ALARMS = 0.02;

struct tally {
    int planted, caught;
    int spans, alarms;             /* in faithful drafts */
    int other_spans, other_alarms; /* outside of the planted span */
};

static struct {
    struct tally half[HALVES];
    struct kind {
        char name[32];
        struct tally half[HALVES];
    } kind[KINDS];
    int kinds;
    bool list;
} all;

struct test_case {
    char name[64];
    int half;
    struct ih_source source[SOURCES];
    int sources;
    const char *draft;
    size_t bytes;
};

/* A planted draft: the place of what was put in. */
struct draft {
    char text[DRAFT];
    size_t bytes, start, end;
};

static uint64_t fnv(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return h;
}

static struct kind *kind_of(const char *name, size_t n)
{
    for (int i = 0; i < all.kinds; i++)
        if (strlen(all.kind[i].name) == n && memcmp(all.kind[i].name, name, n) == 0)
            return &all.kind[i];
    assert_true(all.kinds < KINDS && n < sizeof all.kind[0].name);
    memcpy(all.kind[all.kinds].name, name, n);
    return &all.kind[all.kinds++];
}

static void put(struct draft *d, const char *s, size_t n)
{
    assert_true(d->bytes + n < sizeof d->text);
    memcpy(d->text + d->bytes, s, n);
    d->bytes += n;
}

/* Field k of the place with planted errors that begins behind '{'. */
static const char *field(const char *at, const char *end, int k, size_t *n)
{
    for (; k > 0; k--)
        at = (const char *)memchr(at, '|', (size_t)(end - at)) + 1;
    const char *bar = memchr(at, '|', (size_t)(end - at));
    *n = (size_t)((bar ? bar : end) - at);
    return at;
}

/* The draft with error `error` (from 0) of place `place`; faithful with place -1. Returns the
 * error's kind, null when there is no such place or error, with *more whether the place is there.
 */
static struct kind *plant(
    struct draft *d, const struct test_case *c, int place, int error, bool *more)
{
    struct kind *kind = NULL;
    *d = (struct draft){0};
    *more = false;
    for (size_t i = 0, k = 0; i < c->bytes;) {
        const char *s = c->draft + i, *open = memchr(s, '{', c->bytes - i);
        size_t plain = open ? (size_t)(open - s) : c->bytes - i, n;
        put(d, s, plain);
        i += plain;
        if (!open)
            break;
        const char *close = memchr(open, '}', c->bytes - i);
        assert_non_null(close);
        int fields = 1;
        for (const char *p = open + 1; p < close; p++)
            fields += *p == '|';
        assert_true(fields >= 3 && fields % 2 == 1);
        bool here = (int)k == place;
        *more |= here;
        bool wrong = here && 2 * error + 2 < fields;
        const char *text = field(open + 1, close, wrong ? 2 * error + 1 : 0, &n);
        d->start = wrong ? d->bytes : d->start;
        put(d, text, n);
        if (wrong) {
            d->end = d->bytes;
            text = field(open + 1, close, 2 * error + 2, &n);
            kind = kind_of(text, n);
        }
        i += (size_t)(close - open) + 1;
        k++;
    }
    return kind;
}

static void tell(const struct test_case *c, const char *what, const struct draft *d, size_t start,
    size_t end, const struct ih_finding *f)
{
    if (!all.list || c->half)
        return;
    printf("%s: %s: \"%.*s\"", c->name, what, (int)(end - start), d->text + start);
    if (f && f->source >= 0)
        printf(" (%s, nearest \"%.*s\")", ih_finding_verdict_name(f->verdict), (int)f->source_bytes,
            c->source[f->source].text + f->source_start);
    puts("");
}

static struct ih_evidence check(const struct test_case *c, const struct draft *d)
{
    struct ih_evidence v;
    struct ih_error e;
    if (ih_evidence_check(&v, d->text, d->bytes, c->source, c->sources, &e) != IH_OK)
        fail_msg("%s: %s", c->name, e.text);
    return v;
}

static void run_faithful(const struct test_case *c)
{
    static struct draft d;
    bool more;
    plant(&d, c, -1, 0, &more);
    struct ih_evidence v = check(c, &d);
    for (int i = 0; i < v.findings; i++) {
        const struct ih_finding *f = &v.finding[i];
        all.half[c->half].spans++;
        if (f->verdict != IH_FOUND) {
            all.half[c->half].alarms++;
            tell(c, "false alarm", &d, f->start, f->start + f->bytes, f);
        }
    }
    ih_evidence_free(&v);
}

static void run_planted(const struct test_case *c, const struct draft *d, struct kind *kind)
{
    struct ih_evidence v = check(c, d);
    bool caught = false;
    struct tally *t = &all.half[c->half];
    for (int i = 0; i < v.findings; i++) {
        const struct ih_finding *f = &v.finding[i];
        /* What was left out leaves a place without bytes. */
        bool here = f->start < d->end + (d->start == d->end) &&
                    f->start + f->bytes + (d->start == d->end) > d->start;
        if (here) {
            caught |= f->verdict != IH_FOUND;
        } else {
            t->other_spans++;
            t->other_alarms += f->verdict != IH_FOUND;
        }
    }
    if (!caught)
        tell(c, kind->name, d, d->start, d->end, NULL);
    t->planted++;
    t->caught += caught;
    kind->half[c->half].planted++;
    kind->half[c->half].caught += caught;
    ih_evidence_free(&v);
}

static void run_case(const struct test_case *c)
{
    static struct draft d;
    assert_true(c->sources > 0 && c->bytes > 0);
    run_faithful(c);
    for (int place = 0;; place++) {
        bool more = false;
        struct kind *kind;
        for (int error = 0; (kind = plant(&d, c, place, error, &more)); error++)
            run_planted(c, &d, kind);
        if (!more)
            break;
    }
}

/* The part of a case that begins behind `head` and ends at the next line with a head; moves *at
 * there. */
static const char *part(const char **at, size_t *bytes)
{
    const char *s = *at, *end = strstr(s, "\n---"), *next = strstr(s, "\n===");
    if (!end || (next && next < end))
        end = next;
    if (!end)
        end = s + strlen(s);
    *at = *end ? end + 1 : end;
    while (end > s && end[-1] == '\n')
        end--;
    *bytes = (size_t)(end - s);
    return s;
}

static void run_file(const char *text)
{
    static const char head[] = "=== case ", source[] = "--- source\n", draft[] = "--- draft\n";
    const char *at = text;
    while (strncmp(at, head, sizeof head - 1) == 0) {
        struct test_case c = {0};
        at += sizeof head - 1;
        size_t n = strcspn(at, "\n");
        assert_true(n < sizeof c.name);
        memcpy(c.name, at, n);
        c.half = (int)(fnv(c.name) >> 32 & 1);
        at += n + 1;
        while (strncmp(at, source, sizeof source - 1) == 0) {
            assert_true(c.sources < SOURCES);
            at += sizeof source - 1;
            c.source[c.sources].text = part(&at, &c.source[c.sources].bytes);
            c.sources++;
        }
        assert_int_equal(strncmp(at, draft, sizeof draft - 1), 0);
        at += sizeof draft - 1;
        c.draft = part(&at, &c.bytes);
        run_case(&c);
    }
    assert_int_equal(*at, 0);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void run_folder(void)
{
    char *name[FILES], path[4096];
    int names = 0;
    DIR *dir = opendir(data_path("evidence"));
    assert_non_null(dir);
    for (struct dirent *d; (d = readdir(dir));)
        if (strstr(d->d_name, ".txt") && names < FILES)
            name[names++] = strdup(d->d_name);
    closedir(dir);
    qsort(name, (size_t)names, sizeof *name, by_name);
    for (int i = 0; i < names; i++) {
        snprintf(path, sizeof path, "%s/%s", data_path("evidence"), name[i]);
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        char *text = calloc(1, 1 << 20);
        assert_non_null(text);
        assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
        fclose(f);
        run_file(text);
        free(text);
        free(name[i]);
    }
}

static double share(int part, int whole)
{
    return whole ? (double)part / whole : 0;
}

static void print_row(const char *name, const struct tally t[HALVES])
{
    printf("%-14s", name);
    for (int h = 0; h < HALVES; h++)
        printf("  %4d of %4d  %5.1f %%", t[h].caught, t[h].planted,
            100 * share(t[h].caught, t[h].planted));
    puts("");
}

static void print_table(void)
{
    printf("%-14s  %-21s  %s\n", "kind", "develop", "held");
    for (int i = 0; i < all.kinds; i++)
        print_row(all.kind[i].name, all.kind[i].half);
    print_row("all", all.half);
    for (int h = 0; h < HALVES; h++)
        printf("%s: false alarms %d of %d (%.2f %%), outside of planted spans %d of %d (%.2f %%)\n",
            h ? "held" : "develop", all.half[h].alarms, all.half[h].spans,
            100 * share(all.half[h].alarms, all.half[h].spans), all.half[h].other_alarms,
            all.half[h].other_spans,
            100 * share(all.half[h].other_alarms, all.half[h].other_spans));
}

static void planted_errors_are_caught(void **state)
{
    (void)state;
    run_folder();
    print_table();
    struct tally sum = {0}, held = all.half[1];
    for (int h = 0; h < HALVES; h++) {
        const struct tally *t = &all.half[h];
        sum.planted += t->planted;
        sum.caught += t->caught;
        sum.spans += t->spans;
        sum.alarms += t->alarms;
        sum.other_spans += t->other_spans;
        sum.other_alarms += t->other_alarms;
    }
    assert_true(sum.planted >= 700 && held.planted >= 300 && held.spans >= 300);
    assert_true(
        share(sum.caught, sum.planted) >= CAUGHT && share(held.caught, held.planted) >= CAUGHT);
    assert_true(share(sum.alarms, sum.spans) < FALSE_ALARMS &&
                share(held.alarms, held.spans) < FALSE_ALARMS);
    assert_true(share(sum.other_alarms, sum.other_spans) < FALSE_ALARMS &&
                share(held.other_alarms, held.other_spans) < FALSE_ALARMS);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(planted_errors_are_caught)};
    all.list = argc > 1 && strcmp(argv[1], "--list") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
