/* SPDX-License-Identifier: Apache-2.0 */
/* All tokens of all sources, and where a quotation stands in them. Runs of tokens are compared by
 * hashes of all that lies in front of them, whatever their length. */
#include "text/evidence.h"

#include <stdlib.h>
#include <string.h>

enum {
    RARE = 64,      /* words that stand more often tell nothing of what is near */
    VOTES = 8192,   /* for places that are like a quotation */
    NEAR_SLACK = 3, /* words that a place may have too many or too few */
};

static bool chain(struct corpus *c)
{
    c->slots = 64;
    while (c->slots < 2 * c->count)
        c->slots *= 2;
    c->slot = calloc(c->slots, sizeof *c->slot);
    size_t *last = calloc(c->count + 1, sizeof *last);
    if (!c->slot || !last) {
        free(last);
        return false;
    }
    for (size_t i = 0; i < c->count; i++) {
        size_t at = c->hash[i] & (c->slots - 1);
        while (c->slot[at] && c->hash[c->slot[at] - 1] != c->hash[i])
            at = (at + 1) & (c->slots - 1);
        size_t head = c->slot[at] ? c->slot[at] - 1 : i;
        if (!c->slot[at])
            c->slot[at] = i + 1;
        else
            c->next[last[head]] = i;
        last[head] = i;
        c->many[head]++;
        c->next[i] = SIZE_MAX;
    }
    free(last);
    return true;
}

bool corpus_build(struct corpus *c)
{
    c->count = 0;
    for (int s = 0; s < c->sources; s++) {
        c->source[s].base = c->count;
        c->count += c->source[s].tokens.count;
    }
    c->hash = calloc(c->count + 1, sizeof *c->hash);
    c->prefix = calloc(c->count + 1, sizeof *c->prefix);
    c->power = calloc(c->count + 1, sizeof *c->power);
    c->next = calloc(c->count + 1, sizeof *c->next);
    c->many = calloc(c->count + 1, sizeof *c->many);
    if (!c->hash || !c->prefix || !c->power || !c->next || !c->many)
        return false;
    size_t n = 0;
    for (int s = 0; s < c->sources; s++)
        for (size_t i = 0; i < c->source[s].tokens.count; i++)
            c->hash[n++] = c->source[s].tokens.token[i].hash;
    c->power[0] = 1;
    for (size_t i = 0; i < n; i++) {
        c->prefix[i + 1] = c->prefix[i] * SEQUENCE_FACTOR + c->hash[i];
        c->power[i + 1] = c->power[i] * SEQUENCE_FACTOR;
    }
    return chain(c);
}

void corpus_free(struct corpus *c)
{
    for (int s = 0; s < c->sources; s++) {
        tokens_free(&c->source[s].tokens);
        numbers_free(&c->source[s].numbers);
    }
    free(c->source);
    free(c->hash);
    free(c->prefix);
    free(c->power);
    free(c->slot);
    free(c->next);
    free(c->many);
    *c = (struct corpus){0};
}

static int source_of(const struct corpus *c, size_t token)
{
    int low = 0, high = c->sources - 1;
    while (low < high) {
        int middle = low + (high - low + 1) / 2;
        if (c->source[middle].base <= token)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static size_t source_end(const struct corpus *c, int source)
{
    return c->source[source].base + c->source[source].tokens.count;
}

/* The tokens [first, last) of all as a place. */
static struct place place_of(const struct corpus *c, size_t first, size_t last)
{
    int source = source_of(c, first);
    const struct source_text *s = &c->source[source];
    const struct token *a = &s->tokens.token[first - s->base],
                       *b = &s->tokens.token[last - 1 - s->base];
    return (struct place){source, a->at, b->at + b->bytes - a->at};
}

/* The first token with a hash, SIZE_MAX when there is none. */
static size_t head_of(const struct corpus *c, uint64_t hash)
{
    for (size_t at = hash & (c->slots - 1); c->slot[at]; at = (at + 1) & (c->slots - 1))
        if (c->hash[c->slot[at] - 1] == hash)
            return c->slot[at] - 1;
    return SIZE_MAX;
}

/* Whether a piece stands at a token of a source that ends at `end`. */
static bool stands(
    const struct corpus *c, const struct quoted *q, const struct piece *p, size_t at, size_t end)
{
    if (at + p->count > end ||
        c->prefix[at + p->count] - c->prefix[at] * c->power[p->count] != p->hash)
        return false;
    for (size_t i = 0; i < p->count; i++)
        if (c->hash[at + i] != q->tokens.token[p->first + i].hash)
            return false;
    return true;
}

/* Whether all pieces follow each other from a place of the first one on; *last is where they end.
 */
static bool follows(const struct corpus *c, const struct quoted *q, size_t at, size_t *last)
{
    size_t end = source_end(c, source_of(c, at));
    if (!stands(c, q, &q->piece[0], at, end))
        return false;
    at += q->piece[0].count;
    for (size_t i = 1; i < q->pieces; i++) {
        size_t most = at + q->piece[i].gap;
        while (at <= most && at < end && !stands(c, q, &q->piece[i], at, end))
            at++;
        if (at > most || at >= end)
            return false;
        at += q->piece[i].count;
    }
    *last = at;
    return true;
}

/* The token of the first piece that stands least often in the sources; false when one does not. */
static bool rarest(const struct corpus *c, const struct quoted *q, size_t *token, size_t *head)
{
    size_t fewest = SIZE_MAX;
    for (size_t i = 0; i < q->tokens.count; i++) {
        size_t h = head_of(c, q->tokens.token[i].hash);
        if (h == SIZE_MAX)
            return false;
        if (i < q->piece[0].count && c->many[h] < fewest) {
            fewest = c->many[h];
            *token = i;
            *head = h;
        }
    }
    return fewest < SIZE_MAX;
}

bool cited_holds(const struct cited *c, int source)
{
    for (size_t i = 0; i < c->count; i++)
        if (source + 1 >= c->citation[i].first && source + 1 <= c->citation[i].last)
            return true;
    return c->count == 0;
}

struct place corpus_find(const struct corpus *c, const struct quoted *q, const struct cited *cited)
{
    struct place found = {.source = -1};
    size_t token, at, last;
    if (!q->pieces || !rarest(c, q, &token, &at))
        return found;
    for (; at != SIZE_MAX; at = c->next[at]) {
        int source = source_of(c, at);
        if (at < token + c->source[source].base || !follows(c, q, at - token, &last))
            continue;
        bool holds = cited_holds(cited, source);
        if (holds || found.source < 0)
            found = place_of(c, at - token, last);
        if (holds)
            break;
    }
    return found;
}

static int by_size(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

struct place corpus_nearest(const struct corpus *c, const struct quoted *q)
{
    struct place none = {.source = -1};
    size_t *vote = malloc(VOTES * sizeof *vote), votes = 0, best = 0, begin = 0,
           words = q->tokens.count;
    for (size_t i = 0; vote && i < words; i++) {
        size_t at = head_of(c, q->tokens.token[i].hash);
        if (at == SIZE_MAX || c->many[at] > RARE)
            continue;
        for (; at != SIZE_MAX && votes < VOTES; at = c->next[at])
            vote[votes++] = at >= i ? at - i : 0;
    }
    if (vote)
        qsort(vote, votes, sizeof *vote, by_size);
    for (size_t i = 0, from = 0; i < votes; i++) {
        while (vote[i] - vote[from] > NEAR_SLACK)
            from++;
        if (i + 1 - from > best) {
            best = i + 1 - from;
            begin = vote[from];
        }
    }
    free(vote);
    if (best < 2 && !(best == 1 && words <= 3))
        return none;
    size_t end = source_end(c, source_of(c, begin)), last = begin + words;
    return place_of(c, begin, last < end ? last : end);
}
