/* SPDX-License-Identifier: Apache-2.0 */
#include "review/diff.h"

#include "review/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Of words that differ: its square is the memory, in words of 4 bytes. */
enum { DIFFERENCES_MOST = 2000 };

struct token {
    const char *text;
    size_t bytes;
};

struct words {
    struct token *token;
    int count;
    bool *changed; /* [count] */
};

static bool split(struct words *w, const char *text)
{
    size_t bytes = strlen(text), n;
    int count = 0;
    for (size_t i = 0; i < bytes; i += word_bytes(text + i, bytes - i))
        count++;
    w->token = calloc((size_t)count + 1, sizeof *w->token);
    w->changed = calloc((size_t)count + 1, sizeof *w->changed);
    if (!w->token || !w->changed)
        return false;
    for (size_t i = 0; i < bytes; i += n) {
        n = word_bytes(text + i, bytes - i);
        w->token[w->count++] = (struct token){text + i, n};
    }
    return true;
}

static bool same(const struct words *a, int i, const struct words *b, int k)
{
    const struct token *x = &a->token[i], *y = &b->token[k];
    return x->bytes == y->bytes && memcmp(x->text, y->text, x->bytes) == 0;
}

/* The part of both between what they begin and end with alike. */
struct middle {
    struct words *a, *b;
    int from, n, m; /* the first token of both, and how many of a and of b */
    int **trace;    /* [d]: how far down a each diagonal came with d differences, 2 d + 1 of them */
};

/* One more difference: from the neighbouring diagonal that came further, then along what is alike.
 * True at the end of both. */
static bool step(const struct middle *w, int d)
{
    int *now = w->trace[d] + d;
    const int *before = d ? w->trace[d - 1] + d - 1 : NULL;
    for (int k = -d; k <= d; k += 2) {
        int x = 0;
        if (d)
            x = k == -d || (k != d && before[k - 1] < before[k + 1]) ? before[k + 1]
                                                                     : before[k - 1] + 1;
        int y = x - k;
        while (x < w->n && y < w->m && same(w->a, w->from + x, w->b, w->from + y))
            x++, y++;
        now[k] = x;
        if (x >= w->n && y >= w->m)
            return true;
    }
    return false;
}

static void walk_back(const struct middle *w, int d)
{
    int x = w->n, y = w->m;
    for (; d > 0; d--) {
        const int *before = w->trace[d - 1] + d - 1;
        int k = x - y;
        bool down = k == -d || (k != d && before[k - 1] < before[k + 1]);
        k += down ? 1 : -1;
        x = before[k];
        y = x - k;
        if (down)
            w->b->changed[w->from + y] = true;
        else
            w->a->changed[w->from + x] = true;
    }
}

/* Unwalkable diagonals run past the ends, where nothing is compared: x and y stay within n + d. */
static enum ih_status compare(struct middle *w, struct ih_error *e)
{
    int d = 0;
    bool met = false;
    enum ih_status status = IH_OK;
    w->trace = calloc(DIFFERENCES_MOST + 1, sizeof *w->trace);
    for (; w->trace && d <= DIFFERENCES_MOST; d++) {
        w->trace[d] = calloc(2 * (size_t)d + 1, sizeof **w->trace);
        if (!w->trace[d])
            break;
        met = step(w, d);
        if (met)
            break;
    }
    if (!w->trace || (d <= DIFFERENCES_MOST && !w->trace[d]))
        status = review_fail(e, IH_NO_MEMORY, "not enough memory to compare two texts");
    else if (met)
        walk_back(w, d);
    else {
        for (int i = 0; i < w->n; i++)
            w->a->changed[w->from + i] = true;
        for (int i = 0; i < w->m; i++)
            w->b->changed[w->from + i] = true;
    }
    for (int i = 0; w->trace && i <= DIFFERENCES_MOST; i++)
        free(w->trace[i]);
    free(w->trace);
    return status;
}

/* A blank between two changed places belongs to them: words that follow one another are then
 * exchanged in one go. */
static void join(struct words *a, struct words *b)
{
    bool carried = false;
    for (int i = 0, k = 0; i < a->count && k < b->count; i++, k++) {
        int old = i, added = k;
        while (i < a->count && a->changed[i])
            i++;
        while (k < b->count && b->changed[k])
            k++;
        if (i == a->count || k == b->count)
            return;
        bool behind = carried || i > old || k > added;
        bool next =
            (i + 1 < a->count && a->changed[i + 1]) || (k + 1 < b->count && b->changed[k + 1]);
        carried = behind && next && word_blank(*a->token[i].text);
        a->changed[i] = b->changed[k] = carried;
    }
}

static void add(struct diff *d, enum edit edit, const struct token *t)
{
    struct diff_piece *last = d->pieces ? &d->piece[d->pieces - 1] : NULL;
    if (last && last->edit == edit && last->text + last->bytes == t->text)
        last->bytes += t->bytes;
    else
        d->piece[d->pieces++] = (struct diff_piece){edit, t->text, t->bytes};
}

static enum ih_status build(
    struct diff *out, const struct words *a, const struct words *b, struct ih_error *e)
{
    int i = 0, k = 0;
    out->piece = calloc((size_t)a->count + (size_t)b->count + 1, sizeof *out->piece);
    if (!out->piece)
        return review_fail(e, IH_NO_MEMORY, "not enough memory to compare two texts");
    while (i < a->count || k < b->count) {
        while (i < a->count && a->changed[i])
            add(out, EDIT_CUT, &a->token[i++]);
        while (k < b->count && b->changed[k])
            add(out, EDIT_ADD, &b->token[k++]);
        if (i < a->count && k < b->count) {
            add(out, EDIT_KEEP, &a->token[i++]);
            k++;
        }
    }
    return IH_OK;
}

enum ih_status diff_words(struct diff *out, const char *from, const char *to, struct ih_error *e)
{
    struct words a = {0}, b = {0};
    enum ih_status status;
    *out = (struct diff){0};
    if (!split(&a, from) || !split(&b, to)) {
        status = review_fail(e, IH_NO_MEMORY, "not enough memory to compare two texts");
    } else {
        struct middle w = {.a = &a, .b = &b, .n = a.count, .m = b.count};
        for (; w.n > 0 && w.m > 0 && same(&a, w.from, &b, w.from); w.from++)
            w.n--, w.m--;
        while (w.n > 0 && w.m > 0 && same(&a, w.from + w.n - 1, &b, w.from + w.m - 1))
            w.n--, w.m--;
        status = compare(&w, e);
        if (!status) {
            join(&a, &b);
            status = build(out, &a, &b, e);
        }
    }
    free(a.token), free(a.changed);
    free(b.token), free(b.changed);
    return status;
}

void diff_free(struct diff *d)
{
    free(d->piece);
    *d = (struct diff){0};
}

const char *diff_edit_name(enum edit edit)
{
    static const char *const names[] = {"keep", "cut", "add"};
    return names[edit];
}
