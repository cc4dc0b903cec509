/* SPDX-License-Identifier: Apache-2.0 */
#include "text/lexicon.h"

#include "base/arena.h"
#include "base/mapfile.h"
#include "base/number.h"
#include "text/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 4096, WORD = 64, WORDS = 1 << 20 };

/* A beginning of words. Children stand side by side in order of their letters. */
struct node {
    int32_t letter, child, children;
    int32_t first, end; /* while building: the words that pass here */
    double count;       /* of these words */
    double whole;       /* of the word that ends here */
};

struct lexicon {
    struct arena arena;
    struct node *node;
    int32_t count;
};

struct word {
    const int32_t *letter;
    int32_t length;
    double count;
};

struct builder {
    struct arena arena;
    const char *path;
    uint32_t class[LETTERS]; /* code point of each letter */
    int32_t letters;
    struct word *word;
    int32_t count, lines;
    size_t total; /* letters of all words */
};

static int32_t find_class(const struct builder *b, uint32_t c)
{
    for (int32_t i = 0; i < b->letters; i++)
        if (b->class[i] == c)
            return i;
    return -1;
}

static enum ih_status read_letters(struct builder *b, const char *letters, struct ih_error *e)
{
    size_t n = strlen(letters);
    for (size_t i = 0; i < n; b->letters++) {
        if (b->letters == LETTERS)
            return err_set(e, IH_BAD_DATA, "%s: more than %d letters", b->path, (int)LETTERS);
        i += utf8_read(letters + i, n - i, &b->class[b->letters]);
    }
    return IH_OK;
}

static enum ih_status bad_line(const struct builder *b, struct ih_error *e)
{
    return err_set(
        e, IH_BAD_DATA, "%s, line %d: not a word, a space and a count", b->path, b->lines);
}

static enum ih_status add_line(struct builder *b, const char *line, size_t n, struct ih_error *e)
{
    int32_t letter[WORD], length = 0;
    const char *space = memchr(line, ' ', n);
    double count = space ? number_count(space + 1, n - (size_t)(space + 1 - line)) : 0;
    if (!space || space == line || count < 1)
        return bad_line(b, e);
    size_t bytes = (size_t)(space - line);
    for (size_t i = 0; i < bytes; length++) {
        uint32_t c;
        i += utf8_read(line + i, bytes - i, &c);
        int32_t class = c == UTF8_INVALID ? -1 : find_class(b, c);
        if (length == WORD || class < 0)
            return IH_OK;
        letter[length] = class;
    }
    int32_t *kept = arena_alloc(&b->arena, (size_t)length * sizeof *kept);
    if (!kept)
        return err_memory(e, "a lexicon");
    memcpy(kept, letter, (size_t)length * sizeof *kept);
    b->word[b->count++] = (struct word){kept, length, count};
    b->total += (size_t)length;
    return IH_OK;
}

static enum ih_status read_words(struct builder *b, const char *text, size_t n, struct ih_error *e)
{
    size_t lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    if (lines > WORDS)
        return err_set(e, IH_BAD_DATA, "%s: more than %d words", b->path, (int)WORDS);
    b->word = arena_alloc(&b->arena, lines * sizeof *b->word);
    if (!b->word)
        return err_memory(e, "a lexicon");
    enum ih_status status = IH_OK;
    for (size_t at = 0; at < n && !status;) {
        const char *end = memchr(text + at, '\n', n - at);
        size_t length = end ? (size_t)(end - text) - at : n - at;
        b->lines++;
        status = add_line(b, text + at, length, e);
        at += length + 1;
    }
    return status;
}

static int compare_words(const void *pa, const void *pb)
{
    const struct word *a = pa, *b = pb;
    for (int32_t i = 0; i < a->length && i < b->length; i++)
        if (a->letter[i] != b->letter[i])
            return a->letter[i] < b->letter[i] ? -1 : 1;
    return (a->length > b->length) - (a->length < b->length);
}

/* Counts what passes through a node at this depth, and appends a child for each next letter. */
static void grow(struct lexicon *l, const struct builder *b, int32_t parent, int32_t depth)
{
    int32_t at = l->node[parent].first, end = l->node[parent].end;
    for (int32_t i = at; i < end; i++)
        l->node[parent].count += b->word[i].count;
    for (; at < end && b->word[at].length == depth; at++)
        l->node[parent].whole += b->word[at].count;
    l->node[parent].child = l->count;
    while (at < end) {
        struct node *n = &l->node[l->count++];
        *n = (struct node){.letter = b->word[at].letter[depth], .first = at};
        while (at < end && b->word[at].letter[depth] == n->letter)
            at++;
        n->end = at;
    }
    l->node[parent].children = l->count - l->node[parent].child;
}

/* Level by level, so that children are neighbours. */
static enum ih_status build(struct lexicon *l, struct builder *b, struct ih_error *e)
{
    qsort(b->word, (size_t)b->count, sizeof *b->word, compare_words);
    l->node = arena_alloc(&l->arena, (b->total + 1) * sizeof *l->node);
    if (!l->node)
        return err_memory(e, "a lexicon");
    l->node[0] = (struct node){.letter = -1, .end = b->count};
    l->count = 1;
    int32_t depth = 0, level_end = 1;
    for (int32_t i = 0; i < l->count; i++) {
        if (i == level_end) {
            depth++;
            level_end = l->count;
        }
        grow(l, b, i, depth);
    }
    return IH_OK;
}

enum ih_status lexicon_open(
    struct lexicon **out, const char *path, const char *letters, struct ih_error *e)
{
    *out = NULL;
    struct mapfile file = {0};
    enum ih_status status = mapfile_open(&file, path, e);
    if (status)
        return status;
    struct lexicon *l = calloc(1, sizeof *l);
    struct builder *b = calloc(1, sizeof *b);
    status = l && b ? IH_OK : err_memory(e, "a lexicon");
    if (!status) {
        b->path = path;
        status = read_letters(b, letters, e);
    }
    if (!status)
        status = read_words(b, (const char *)file.data, file.size, e);
    if (!status)
        status = build(l, b, e);
    mapfile_close(&file);
    if (b)
        arena_free(&b->arena);
    free(b);
    if (status)
        lexicon_close(&l);
    *out = l;
    return status;
}

void lexicon_close(struct lexicon **lp)
{
    struct lexicon *l = *lp;
    if (!l)
        return;
    arena_free(&l->arena);
    free(l);
    *lp = NULL;
}

static int32_t find_child(const struct lexicon *l, int32_t node, int32_t letter)
{
    int32_t low = l->node[node].child, high = low + l->node[node].children;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (l->node[middle].letter == letter)
            return middle;
        if (l->node[middle].letter < letter)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

double lexicon_next(const struct lexicon *l, struct lexicon_state *s, int32_t letter)
{
    int32_t at = s->node;
    if (letter == LEXICON_END) {
        s->node = 0;
        if (at == 0)
            return 0;
    }
    if (at < 0)
        return LEXICON_STRANGE;
    const struct node *n = &l->node[at];
    /* As many ways to go on as were seen count once more, for one that was not. */
    double ways = n->children + (n->whole > 0), total = n->count + ways;
    if (letter == LEXICON_END)
        return n->whole > 0 ? log(n->whole / total)
                            : log((ways + 1e-9) / (total + 1e-9)) + LEXICON_STRANGE;
    int32_t child = find_child(l, at, letter);
    s->node = child;
    return child >= 0 ? log(l->node[child].count / total)
                      : log((ways + 1e-9) / (total + 1e-9)) + LEXICON_STRANGE;
}
