/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/* A bump allocator for everything that lives as long as one step, one layer or one request.
 *
 *   chunk 0 (full)          chunk 1 (in use)
 *   [#############]   ->    [######|..........]
 *                                  ^ used
 *
 * arena_mark() remembers a place; arena_rewind() gives back everything allocated since. Rewinding
 * to empty merges several chunks into one, so a loop that repeats the same work allocates from the
 * system only in its first round. Memory is 64-byte aligned and NOT zeroed. Not thread-safe. */
struct arena {
    struct arena_chunk *chunk; /* newest first */
    size_t peak;               /* most bytes ever in use */
    size_t used;
};

struct arena_mark {
    struct arena_chunk *chunk;
    size_t chunk_used;
    size_t used;
};

/* Returns null only when the system has no memory. n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_calloc(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *s);
/* The first n bytes of s, which are there, with a terminator behind them. */
char *arena_strndup(struct arena *a, const char *s, size_t n);
/* Makes sure that n more bytes can be had without asking the system, so that what follows cannot
 * fail: 0, or -1 when there is no memory. Count ARENA_ALIGN for each allocation's rounding. */
int arena_reserve(struct arena *a, size_t n);
enum { ARENA_ALIGN = 64 };

struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);
void arena_free(struct arena *a);

#endif
