/* SPDX-License-Identifier: Apache-2.0 */
#include "models/whisper/whisper.h"

static const double tick = 0.02; /* seconds between time tokens */

struct cutter {
    const struct whisper_tokens *tokens;
    const struct decoded *result;
    struct decoded_piece *piece;
    int count;
};

static bool is_time(const struct cutter *c, int i)
{
    return i >= 0 && i < c->result->count && c->result->token[i] >= c->tokens->time0;
}

static double time_at(const struct cutter *c, int i)
{
    return (c->result->token[i] - c->tokens->time0) * tick;
}

static void add(struct cutter *c, int first, int end, double begin, double finish)
{
    struct decoded_piece p = {.first = first, .count = end - first, .begin = begin, .end = finish};
    while (first < end && is_time(c, first))
        first++;
    while (end > first && is_time(c, end - 1))
        end--;
    p.text_first = first;
    p.text_count = end - first;
    c->piece[c->count++] = p;
}

/* With pairs of time tokens every pair ends one piece and begins the next; what follows the last
 * pair is left to the next window, unless a single time closes it. */
static double cut_at_pairs(struct cutter *c, bool closed, double seconds)
{
    int begin = 0, n = c->result->count;
    for (int i = 1; i <= n; i++) {
        bool pair = i < n && is_time(c, i - 1) && is_time(c, i);
        if (!pair && !(i == n && closed))
            continue;
        double finish = is_time(c, i - 1) ? time_at(c, i - 1) : seconds;
        add(c, begin, i, is_time(c, begin) ? time_at(c, begin) : 0, finish);
        begin = i;
    }
    return closed ? seconds : time_at(c, begin - 1);
}

enum ih_status whisper_cut(
    const struct whisper *w, struct decoded *d, double seconds, struct arena *a, struct ih_error *e)
{
    struct cutter c = {.tokens = &w->tokens, .result = d};
    c.piece = arena_alloc(a, (size_t)(d->count + 1) * sizeof *c.piece);
    if (!c.piece)
        return err_memory(e, "a result");
    int n = d->count;
    bool closed = n >= 1 && is_time(&c, n - 1) && !is_time(&c, n - 2);
    bool pairs = false;
    double last = 0;
    for (int i = 0; i < n; i++) {
        pairs |= is_time(&c, i) && is_time(&c, i + 1);
        last = is_time(&c, i) ? time_at(&c, i) : last;
    }
    if (pairs) {
        d->consumed = cut_at_pairs(&c, closed, seconds);
    } else {
        add(&c, 0, n, 0, last > 0 ? last : seconds);
        d->consumed = seconds;
    }
    /* A window that is shorter than its last time, or made no headway, is done. */
    if (d->consumed <= 0 || d->consumed > seconds)
        d->consumed = seconds;
    d->piece = c.piece;
    d->pieces = c.count;
    return IH_OK;
}
