/* SPDX-License-Identifier: Apache-2.0 */
#include "text/phrases.h"

#include "base/arena.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { PHRASES = 10000, PHRASE_TOKENS = 256, PHRASE_BYTES = 1024, FORMS = 4 };

/* A beginning of phrases. Children stand side by side in order of their tokens. */
struct node {
    int32_t token;
    int32_t child, children;
    int32_t shorter; /* the longest end of this that is a node too, 0 for the root */
    int32_t depth;   /* tokens */
    int32_t letters; /* of the token; of all tokens so far; of the longest end that is a phrase; */
    int32_t reach, secured;
    int32_t pending;    /* and those whose bonus is lost if the phrase breaks off here */
    int32_t first, end; /* while building: the sequences that pass here */
};

struct phrases {
    struct arena arena;
    struct node *node;
    int32_t count;
};

struct sequence {
    const int32_t *token;
    int32_t length;
};

struct builder {
    const struct bpe *bpe;
    struct arena arena;
    struct sequence *sequence;
    int32_t count;
    size_t tokens;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The phrase in the next line, or false at the end; may be empty. */
static bool next_line(const char **at, const char **phrase, size_t *length)
{
    if (!**at)
        return false;
    const char *begin = *at, *end = begin + strcspn(begin, "\n");
    *at = *end ? end + 1 : end;
    while (begin < end && is_blank(*begin))
        begin++;
    while (end > begin && is_blank(end[-1]))
        end--;
    *phrase = begin;
    *length = (size_t)(end - begin);
    return true;
}

static enum ih_status add_form(
    struct builder *b, const char *text, size_t length, int line, struct ih_error *e)
{
    int32_t id[PHRASE_TOKENS];
    size_t n = bpe_encode(b->bpe, text, length, id, PHRASE_TOKENS);
    if (n > PHRASE_TOKENS)
        return err_set(e, IH_INVALID, "phrase in line %d: %zu tokens long; at most %d are allowed",
            line, n, (int)PHRASE_TOKENS);
    if (!n)
        return IH_OK;
    int32_t *token = arena_alloc(&b->arena, n * sizeof *token);
    if (!token)
        return err_memory(e, "phrases");
    memcpy(token, id, n * sizeof *token);
    b->sequence[b->count++] = (struct sequence){token, (int32_t)n};
    b->tokens += n;
    return IH_OK;
}

/* As written and with its first letter large, each with and without a space in front. */
static enum ih_status add_phrase(
    struct builder *b, const char *phrase, size_t length, int line, struct ih_error *e)
{
    char text[1 + UTF8_MAX + PHRASE_BYTES] = " ";
    if (length > PHRASE_BYTES)
        return err_set(e, IH_INVALID, "phrase in line %d: %zu bytes long; at most %d are allowed",
            line, length, (int)PHRASE_BYTES);
    memcpy(text + 1, phrase, length);
    enum ih_status status = add_form(b, text, length + 1, line, e);
    if (!status)
        status = add_form(b, text + 1, length, line, e);
    uint32_t c;
    size_t old = utf8_read(phrase, length, &c);
    if (status || c == UTF8_INVALID || unicode_upper(c) == c)
        return status;
    size_t size = utf8_write(text + 1, unicode_upper(c));
    memcpy(text + 1 + size, phrase + old, length - old);
    length += size - old;
    status = add_form(b, text, length + 1, line, e);
    return status ? status : add_form(b, text + 1, length, line, e);
}

static enum ih_status add_lines(struct builder *b, const char *lines, struct ih_error *e)
{
    const char *at = lines, *phrase;
    size_t length;
    int count = 0, line = 0;
    while (next_line(&at, &phrase, &length))
        count += length > 0;
    if (count > PHRASES)
        return err_set(e, IH_INVALID, "%d phrases; at most %d are allowed", count, (int)PHRASES);
    b->sequence = arena_alloc(&b->arena, (size_t)count * FORMS * sizeof *b->sequence);
    if (!b->sequence)
        return err_memory(e, "phrases");
    enum ih_status status = IH_OK;
    for (at = lines; !status && next_line(&at, &phrase, &length);) {
        line++;
        if (length)
            status = add_phrase(b, phrase, length, line, e);
    }
    return status;
}

static int compare_sequences(const void *pa, const void *pb)
{
    const struct sequence *a = pa, *b = pb;
    for (int32_t i = 0; i < a->length && i < b->length; i++)
        if (a->token[i] != b->token[i])
            return a->token[i] < b->token[i] ? -1 : 1;
    return (a->length > b->length) - (a->length < b->length);
}

static int32_t find_child(const struct phrases *p, int32_t node, int32_t token)
{
    int32_t low = p->node[node].child, high = low + p->node[node].children;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (p->node[middle].token == token)
            return middle;
        if (p->node[middle].token < token)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* The node a token leads to, and in *from the end of the state that it continues. */
static int32_t follow(const struct phrases *p, int32_t state, int32_t token, int32_t *from)
{
    for (*from = state;; *from = p->node[*from].shorter) {
        int32_t child = find_child(p, *from, token);
        if (child >= 0)
            return child;
        if (*from == 0)
            return 0;
    }
}

/* Sets what a new node knows from the shorter ones, all of which are there. */
static void complete_node(struct phrases *p, int32_t parent, int32_t at, bool whole)
{
    struct node *n = &p->node[at];
    int32_t from;
    n->depth = p->node[parent].depth + 1;
    n->shorter = parent ? follow(p, p->node[parent].shorter, n->token, &from) : 0;
    n->reach = p->node[parent].reach + n->letters;
    n->secured = whole ? n->reach : p->node[n->shorter].secured;
    n->pending = p->node[parent].pending + n->letters;
    if (n->pending > n->reach - n->secured)
        n->pending = n->reach - n->secured;
}

/* A token may hold parts of letters; the one with a letter's first byte counts it. */
static int32_t count_letters(const struct bpe *b, int32_t token)
{
    size_t n;
    const unsigned char *byte = bpe_bytes(b, token, &n);
    int32_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (byte[i] & 0xc0) != 0x80;
    return count;
}

/* Appends the children of a node: one for each token that follows it in its sequences. */
static void add_children(struct phrases *p, const struct builder *b, int32_t parent)
{
    int32_t depth = p->node[parent].depth, end = p->node[parent].end;
    int32_t at = p->node[parent].first;
    while (at < end && b->sequence[at].length == depth)
        at++;
    p->node[parent].child = p->count;
    while (at < end) {
        struct node *n = &p->node[p->count++];
        int32_t token = b->sequence[at].token[depth];
        *n = (struct node){.token = token, .first = at, .letters = count_letters(b->bpe, token)};
        while (at < end && b->sequence[at].token[depth] == n->token)
            at++;
        n->end = at;
    }
    p->node[parent].children = p->count - p->node[parent].child;
    for (int32_t i = p->node[parent].child; i < p->count; i++)
        complete_node(p, parent, i, b->sequence[p->node[i].first].length == depth + 1);
}

/* Level by level, so that children are neighbours and shorter nodes come first. */
static enum ih_status build(struct phrases *p, struct builder *b, struct ih_error *e)
{
    qsort(b->sequence, (size_t)b->count, sizeof *b->sequence, compare_sequences);
    p->node = arena_alloc(&p->arena, (b->tokens + 1) * sizeof *p->node);
    if (!p->node)
        return err_memory(e, "phrases");
    p->node[0] = (struct node){.token = -1, .end = b->count};
    p->count = 1;
    for (int32_t i = 0; i < p->count; i++)
        add_children(p, b, i);
    return IH_OK;
}

enum ih_status phrases_open(
    struct phrases **out, const struct bpe *bpe, const char *lines, struct ih_error *e)
{
    *out = NULL;
    struct phrases *p = calloc(1, sizeof *p);
    if (!p)
        return err_memory(e, "phrases");
    struct builder b = {.bpe = bpe};
    enum ih_status status = add_lines(&b, lines, e);
    if (!status)
        status = build(p, &b, e);
    arena_free(&b.arena);
    if (status)
        phrases_close(&p);
    *out = p;
    return status;
}

void phrases_close(struct phrases **pp)
{
    struct phrases *p = *pp;
    if (!p)
        return;
    arena_free(&p->arena);
    free(p);
    *pp = NULL;
}

float phrases_gain(const struct phrases *p, const struct phrase_state *s, int32_t token)
{
    int32_t from, to = follow(p, s->node, token, &from);
    int32_t lost = p->node[s->node].pending - p->node[from].pending;
    return PHRASE_BONUS * (float)((to ? p->node[to].letters : 0) - lost);
}

void phrases_boost(
    const struct phrases *p, const struct phrase_state *s, float *logits, int32_t vocab)
{
    float lost = PHRASE_BONUS * (float)p->node[s->node].pending;
    if (lost > 0)
        for (int32_t i = 0; i < vocab; i++)
            logits[i] -= lost;
    for (int32_t from = s->node;; from = p->node[from].shorter) {
        const struct node *n = &p->node[from];
        for (int32_t i = n->child; i < n->child + n->children; i++) {
            int32_t token = p->node[i].token, longest;
            /* A longer end that goes on with this token has had its turn. */
            if (token < vocab && (follow(p, s->node, token, &longest), longest == from))
                logits[token] += PHRASE_BONUS * (float)(n->pending + p->node[i].letters);
        }
        if (from == 0)
            return;
    }
}

void phrases_advance(const struct phrases *p, struct phrase_state *s, int32_t token)
{
    int32_t from;
    s->node = follow(p, s->node, token, &from);
}
