/* SPDX-License-Identifier: Apache-2.0 */
#include "text/merge.h"

#include <stdlib.h>

/* left is negative in a free slot. */
struct merge_pair {
    int32_t left, right, rank, merged;
};

enum { NONE = -1, NEVER = INT32_MAX };

static uint32_t find_pair(const struct merges *m, int32_t left, int32_t right)
{
    uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9e3779b97f4a7c15u;
    uint32_t at = (uint32_t)(h >> 32) & m->mask;
    while (m->pair[at].left >= 0 && (m->pair[at].left != left || m->pair[at].right != right))
        at = (at + 1) & m->mask;
    return at;
}

enum ih_status merges_reserve(struct merges *m, uint32_t count, struct ih_error *e)
{
    uint32_t size = 64;
    while (size < count * 2)
        size *= 2;
    m->pair = malloc(size * sizeof *m->pair);
    if (!m->pair)
        return err_memory(e, "a tokenizer's merges");
    m->mask = size - 1;
    for (uint32_t i = 0; i < size; i++)
        m->pair[i].left = NONE;
    return IH_OK;
}

void merges_free(struct merges *m)
{
    free(m->pair);
    *m = (struct merges){0};
}

void merges_add(struct merges *m, int32_t left, int32_t right, int32_t rank, int32_t merged)
{
    struct merge_pair *p = &m->pair[find_pair(m, left, right)];
    if (p->left < 0)
        *p = (struct merge_pair){left, right, rank, merged};
}

/* The symbol that begins at a byte of the word, in a list of those that are left. */
struct symbol {
    int32_t previous, next;
    int32_t id;
    int32_t rank, merged; /* of the pair it forms with the next one */
};

struct word {
    const struct merges *merges;
    const struct vocabulary *vocabulary;
    const unsigned char *bytes;
    int32_t length;
    struct symbol *symbol; /* [length] */
    uint64_t *heap;        /* [3 * length] rank and place of pairs, some out of date; or null */
    size_t heap_count;
};

static void heap_push(struct word *w, uint64_t key)
{
    size_t at = w->heap_count++;
    for (; at > 0 && w->heap[(at - 1) / 2] > key; at = (at - 1) / 2)
        w->heap[at] = w->heap[(at - 1) / 2];
    w->heap[at] = key;
}

static uint64_t heap_pop(struct word *w)
{
    uint64_t top = w->heap[0], last = w->heap[--w->heap_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < w->heap_count && w->heap[child + 1] < w->heap[child])
            child++;
        if (child >= w->heap_count || w->heap[child] >= last)
            break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = last;
    return top;
}

/* Looks up what symbol i and the next one give. */
static void rate(struct word *w, int32_t i)
{
    struct symbol *s = &w->symbol[i];
    s->rank = NEVER;
    if (s->next < 0)
        return;
    if (w->merges->pair) {
        const struct merge_pair *p =
            &w->merges->pair[find_pair(w->merges, s->id, w->symbol[s->next].id)];
        if (s->id < 0 || p->left < 0)
            return;
        s->rank = p->rank;
        s->merged = p->merged;
    } else {
        int32_t behind = w->symbol[s->next].next, end = behind < 0 ? w->length : behind;
        if ((uint32_t)(end - i) > w->vocabulary->longest)
            return;
        int32_t id = vocabulary_find(w->vocabulary, w->bytes + i, (size_t)(end - i));
        if (id < 0 || w->vocabulary->token[id].special)
            return;
        s->rank = s->merged = id;
    }
    if (w->heap)
        heap_push(w, (uint64_t)s->rank << 32 | (uint32_t)i);
}

static void merge_at(struct word *w, int32_t i)
{
    struct symbol *s = &w->symbol[i], *gone = &w->symbol[s->next];
    s->id = s->merged;
    s->next = gone->next;
    gone->rank = NEVER;
    if (s->next >= 0)
        w->symbol[s->next].previous = i;
    rate(w, i);
    if (s->previous >= 0)
        rate(w, s->previous);
}

static void merge_by_scan(struct word *w)
{
    for (;;) {
        int32_t best = 0;
        for (int32_t i = 0; i >= 0; i = w->symbol[i].next)
            if (w->symbol[i].rank < w->symbol[best].rank)
                best = i;
        if (w->symbol[best].rank == NEVER)
            return;
        merge_at(w, best);
    }
}

static void merge_by_heap(struct word *w)
{
    while (w->heap_count) {
        uint64_t key = heap_pop(w);
        int32_t i = (int32_t)(key & UINT32_MAX);
        if (w->symbol[i].rank == (int32_t)(key >> 32))
            merge_at(w, i);
    }
}

size_t merge_scratch(size_t length)
{
    return length * (sizeof(struct symbol) + 3 * sizeof(uint64_t));
}

size_t merge_word(const struct merges *m, const struct vocabulary *v, const unsigned char *bytes,
    size_t length, void *scratch, int32_t *id)
{
    struct symbol small[MERGE_SMALL];
    struct word w = {m, v, bytes, (int32_t)length, small, NULL, 0};
    if (length > MERGE_SMALL) {
        w.heap = scratch;
        w.symbol = (struct symbol *)(void *)(w.heap + 3 * length);
    }
    for (int32_t i = 0; i < w.length; i++) {
        int32_t token = vocabulary_find(v, bytes + i, 1);
        if (token >= 0 && v->token[token].special)
            token = NONE;
        w.symbol[i] = (struct symbol){i - 1, i + 1 < w.length ? i + 1 : NONE, token, NEVER, NONE};
    }
    for (int32_t i = 0; i < w.length; i++)
        rate(&w, i);
    if (w.heap)
        merge_by_heap(&w);
    else
        merge_by_scan(&w);
    size_t count = 0;
    for (int32_t i = 0; i >= 0; i = w.symbol[i].next)
        if (w.symbol[i].id >= 0)
            id[count++] = w.symbol[i].id;
    return count;
}
