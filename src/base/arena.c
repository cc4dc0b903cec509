/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

enum { CHUNK_MIN = 1 << 20 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t size; /* bytes after the header */
    size_t used;
    char pad[ARENA_ALIGN - 3 * sizeof(size_t)];
    char data[];
};

static struct arena_chunk *chunk_new(size_t size, struct arena_chunk *older)
{
    struct arena_chunk *c = mem_pages(sizeof *c + size);
    if (c) {
        c->older = older;
        c->size = size;
        c->used = 0;
    }
    return c;
}

static void chunk_free(struct arena_chunk *c)
{
    mem_pages_free(c, sizeof *c + c->size);
}

int arena_reserve(struct arena *a, size_t n)
{
    struct arena_chunk *c = a->chunk;
    if (c && c->size - c->used >= n)
        return 0;
    if (n > SIZE_MAX / 2)
        return -1;
    size_t size = c ? 2 * c->size : CHUNK_MIN;
    c = chunk_new(size > n ? size : n, a->chunk);
    if (!c)
        return -1;
    a->chunk = c;
    return 0;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    n = (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (arena_reserve(a, n))
        return NULL;
    struct arena_chunk *c = a->chunk;
    void *p = c->data + c->used;
    c->used += n;
    a->used += n;
    if (a->used > a->peak)
        a->peak = a->used;
    return p;
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    void *p = arena_alloc(a, count * size);
    if (p)
        memset(p, 0, count * size);
    return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    if (!p)
        return NULL;
    memcpy(p, s, n);
    p[n] = 0;
    return p;
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){a->chunk, a->chunk ? a->chunk->used : 0, a->used};
}

/* Merging happens only when nothing is left, because live memory cannot move. */
static void merge_when_empty(struct arena *a)
{
    struct arena_chunk *c = a->chunk;
    if (a->used || !c || !c->older)
        return;
    size_t total = 0;
    while (c) {
        struct arena_chunk *older = c->older;
        total += c->size;
        chunk_free(c);
        c = older;
    }
    a->chunk = chunk_new(total, NULL);
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
    a->used = m.used;
    if (!m.used) {
        for (struct arena_chunk *c = a->chunk; c; c = c->older)
            c->used = 0;
        merge_when_empty(a);
        return;
    }
    while (a->chunk != m.chunk) {
        struct arena_chunk *older = a->chunk->older;
        chunk_free(a->chunk);
        a->chunk = older;
    }
    a->chunk->used = m.chunk_used;
}

void arena_free(struct arena *a)
{
    while (a->chunk) {
        struct arena_chunk *older = a->chunk->older;
        chunk_free(a->chunk);
        a->chunk = older;
    }
    a->used = 0;
}
