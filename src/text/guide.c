/* SPDX-License-Identifier: Apache-2.0 */
#include "text/guide_program.h"

#include <stdlib.h>
#include <string.h>

/* States at once, bytes of the longest token that can be chosen, frames of all stacks, steps
 * without a byte, masks remembered. */
enum { STATES = 192, LONGEST = 128, FRAMES = 1 << 20, STEPS = 4096, MASKS = 24 };

/* A place in the program with a stack, whose frames are numbered; 0 is the bottom. */
struct state {
    uint32_t pc, stack;
};

struct states {
    int count; /* 0: nothing fits */
    struct state s[STATES];
};

struct frame {
    uint32_t below, back;
};

struct mask {
    struct states of;
    uint64_t *bits; /* [words] */
    uint64_t used;
};

struct guide_words {
    const struct bpe *bpe;
    int vocab, count;
    int32_t *id;     /* [count] tokens with bytes, in their order */
    uint8_t *shared; /* [count] bytes in common with the token before, at most LONGEST */
};

struct guide {
    const struct guide_program *program;
    const struct guide_words *words;
    struct frame *frame;
    uint32_t frames, room;
    uint32_t *bucket; /* [room] chains of frames by what they hold, ended by 0 */
    uint32_t *next;   /* [room] */
    struct states now;
    struct states at[LONGEST + 1]; /* behind each byte of a token */
    struct mask mask[MASKS];
    uint64_t time;
    bool failed; /* no memory, or a program that never takes a byte */
};

struct token {
    const unsigned char *bytes;
    size_t n;
    int32_t id;
};

static int by_bytes(const void *a, const void *b)
{
    const struct token *x = a, *y = b;
    int order = memcmp(x->bytes, y->bytes, x->n < y->n ? x->n : y->n);
    return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

enum ih_status guide_words_new(
    struct guide_words **out, const struct bpe *b, int vocab, struct ih_error *e)
{
    struct guide_words *w = *out = calloc(1, sizeof *w);
    struct token *t = malloc((size_t)vocab * sizeof *t);
    if (w) {
        w->id = malloc((size_t)vocab * sizeof *w->id);
        w->shared = malloc((size_t)vocab);
    }
    if (!t || !w || !w->id || !w->shared) {
        free(t);
        guide_words_free(out);
        return err_memory(e, "a vocabulary");
    }
    *w = (struct guide_words){b, vocab, 0, w->id, w->shared};
    for (int32_t i = 0; i < vocab; i++) {
        struct token x = {.id = i};
        x.bytes = bpe_bytes(b, i, &x.n);
        if (x.n && x.n <= LONGEST && !bpe_is_special(b, i))
            t[w->count++] = x;
    }
    qsort(t, (size_t)w->count, sizeof *t, by_bytes);
    for (int i = 0; i < w->count; i++) {
        size_t k = 0;
        while (i && k < t[i].n && k < t[i - 1].n && t[i].bytes[k] == t[i - 1].bytes[k])
            k++;
        w->id[i] = t[i].id;
        w->shared[i] = (uint8_t)k;
    }
    free(t);
    return IH_OK;
}

void guide_words_free(struct guide_words **w)
{
    if (*w) {
        free((*w)->id);
        free((*w)->shared);
        free(*w);
    }
    *w = NULL;
}

static bool grow(struct guide *g)
{
    uint32_t room = g->room ? 2 * g->room : 1024;
    struct frame *frame = realloc(g->frame, room * sizeof *frame);
    g->frame = frame ? frame : g->frame;
    uint32_t *bucket = realloc(g->bucket, room * sizeof *bucket);
    g->bucket = bucket ? bucket : g->bucket;
    uint32_t *next = realloc(g->next, room * sizeof *next);
    g->next = next ? next : g->next;
    if (!frame || !bucket || !next || room > FRAMES)
        return false;
    g->room = room;
    memset(bucket, 0, room * sizeof *bucket);
    for (uint32_t i = 1; i < g->frames; i++) {
        uint32_t key = (frame[i].below * 31 + frame[i].back) * 2654435761u & (room - 1);
        next[i] = bucket[key];
        bucket[key] = i;
    }
    return true;
}

/* The stack with one more frame: the same one for the same frames, so that states can be compared;
 * 0 without memory. */
static uint32_t push(struct guide *g, uint32_t below, uint32_t back)
{
    if (g->frames == g->room && !grow(g))
        return 0;
    uint32_t key = (below * 31 + back) * 2654435761u & (g->room - 1);
    for (uint32_t i = g->bucket[key]; i; i = g->next[i])
        if (g->frame[i].below == below && g->frame[i].back == back)
            return i;
    uint32_t i = g->frames++;
    g->frame[i] = (struct frame){below, back};
    g->next[i] = g->bucket[key];
    g->bucket[key] = i;
    return i;
}

static void add(struct states *to, struct state s)
{
    for (int i = 0; i < to->count; i++)
        if (to->s[i].pc == s.pc && to->s[i].stack == s.stack)
            return;
    if (to->count < STATES)
        to->s[to->count++] = s;
}

/* Follows what takes no byte, and adds the states that wait for one or are complete. */
static void follow(struct guide *g, struct states *to, struct state from)
{
    struct state todo[STATES];
    int n = 0;
    todo[n++] = from;
    for (int steps = 0; n && !g->failed; steps++) {
        struct state s = todo[--n];
        const struct guide_instruction *i = &g->program->code[s.pc];
        g->failed = steps == STEPS || n + 2 > STATES;
        switch (i->op) {
        case GUIDE_BYTE:
            add(to, s);
            break;
        case GUIDE_FORK:
            todo[n++] = (struct state){i->y, s.stack};
            todo[n++] = (struct state){i->x, s.stack};
            break;
        case GUIDE_JUMP:
            todo[n++] = (struct state){i->x, s.stack};
            break;
        case GUIDE_CALL:
            todo[n++] = (struct state){i->x, push(g, s.stack, s.pc + 1)};
            g->failed |= todo[n - 1].stack == 0;
            break;
        case GUIDE_RETURN:
            if (s.stack)
                todo[n++] = (struct state){g->frame[s.stack].back, g->frame[s.stack].below};
            else
                add(to, s);
            break;
        }
    }
}

static bool step(struct guide *g, struct states *to, const struct states *from, unsigned char byte)
{
    to->count = 0;
    for (int k = 0; k < from->count; k++) {
        const struct guide_instruction *i = &g->program->code[from->s[k].pc];
        if (i->op == GUIDE_BYTE && (g->program->set[i->x].bits[byte / 64] >> (byte % 64) & 1))
            follow(g, to, (struct state){from->s[k].pc + 1, from->s[k].stack});
    }
    return to->count > 0;
}

enum ih_status guide_open(struct guide **out, const struct guide_program *p,
    const struct guide_words *w, struct ih_error *e)
{
    struct guide *g = *out = calloc(1, sizeof *g);
    if (!g)
        return err_memory(e, "a schema");
    g->program = p;
    g->words = w;
    g->frames = 1;
    if (!grow(g)) {
        guide_close(out);
        return err_memory(e, "a schema");
    }
    follow(g, &g->now, (struct state){0, 0});
    if (!g->failed)
        return IH_OK;
    guide_close(out);
    return err_set(e, IH_BAD_DATA, "the schema refers to itself without end");
}

void guide_close(struct guide **gp)
{
    struct guide *g = *gp;
    if (!g)
        return;
    for (int i = 0; i < MASKS; i++)
        free(g->mask[i].bits);
    free(g->frame);
    free(g->bucket);
    free(g->next);
    free(g);
    *gp = NULL;
}

bool guide_take(struct guide *g, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    struct states *from = &g->at[0], *to = &g->at[1];
    *from = g->now;
    for (size_t i = 0; i < n; i++) {
        if (!step(g, to, from, b[i]))
            return false;
        struct states *swap = from;
        from = to;
        to = swap;
    }
    g->now = *from;
    return true;
}

bool guide_may_end(const struct guide *g)
{
    for (int i = 0; i < g->now.count; i++)
        if (g->program->code[g->now.s[i].pc].op == GUIDE_RETURN)
            return true;
    return false;
}

bool guide_must_end(const struct guide *g)
{
    for (int i = 0; i < g->now.count; i++)
        if (g->program->code[g->now.s[i].pc].op == GUIDE_BYTE)
            return false;
    return true;
}

/* Walks the vocabulary in order: behind the bytes that a token shares with the one before, the
 * states are there already. */
static void fill(struct guide *g, uint64_t *bits)
{
    const struct guide_words *w = g->words;
    size_t alive = 0; /* bytes of the last token behind which there are states */
    g->at[0] = g->now;
    for (int i = 0; i < w->count; i++) {
        size_t n, k = w->shared[i];
        const unsigned char *b = bpe_bytes(w->bpe, w->id[i], &n);
        if (k > alive)
            continue;
        while (k < n && step(g, &g->at[k + 1], &g->at[k], b[k]))
            k++;
        alive = k;
        if (k == n)
            bits[w->id[i] / 64] |= (uint64_t)1 << (w->id[i] % 64);
    }
}

static bool same(const struct states *a, const struct states *b)
{
    return a->count == b->count && memcmp(a->s, b->s, (size_t)a->count * sizeof *a->s) == 0;
}

const uint64_t *guide_mask(struct guide *g)
{
    size_t words = ((size_t)g->words->vocab + 63) / 64;
    struct mask *oldest = &g->mask[0];
    g->time++;
    for (int i = 0; i < MASKS; i++) {
        struct mask *m = &g->mask[i];
        if (m->bits && same(&m->of, &g->now)) {
            m->used = g->time;
            return m->bits;
        }
        oldest = m->used < oldest->used ? m : oldest;
    }
    if (!oldest->bits)
        oldest->bits = malloc(words * sizeof *oldest->bits);
    if (!oldest->bits)
        return NULL;
    memset(oldest->bits, 0, words * sizeof *oldest->bits);
    fill(g, oldest->bits);
    oldest->of = g->now;
    oldest->used = g->time;
    return g->failed ? NULL : oldest->bits;
}
