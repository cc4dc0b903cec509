/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/align.h"

#include "base/str.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
    PHRASE_BYTES = 1 << 20,
    CELLS = 1 << 24, /* of the table of distances */
};

/* What an edit costs. Stress comes and goes with company, spaces with melting; a sound that turns
 * into a space or back is not what happens. */
enum { SAME = 0, CHEAP = 1, EDIT = 2, NEVER = 5 };

enum step { BOTH, DROP, ADD };

/* A string as code points, each with its place. */
struct signs {
    uint32_t *code;
    size_t *at;
    int count;
};

static enum ih_status read_signs(struct signs *s, const char *text, struct arena *a)
{
    size_t n = strlen(text);
    *s = (struct signs){
        arena_alloc(a, (n + 1) * sizeof *s->code), arena_alloc(a, (n + 1) * sizeof *s->at), 0};
    if (!s->code || !s->at)
        return IH_NO_MEMORY;
    for (size_t i = 0; i < n; s->count++) {
        int used = utf8_decode(text + i, n - i, &s->code[s->count]);
        if (used <= 0)
            s->code[s->count] = 0xfffd;
        s->at[s->count] = i;
        i += used > 0 ? (size_t)used : 1;
    }
    s->at[s->count] = n;
    return IH_OK;
}

static bool is_light(uint32_t c)
{
    return c == ' ' || c == 0x2c8 || c == 0x2cc || c == 0x2d0;
}

static int edit_cost(uint32_t c)
{
    return is_light(c) ? CHEAP : EDIT;
}

static int swap_cost(uint32_t a, uint32_t b)
{
    if (a == b)
        return SAME;
    return (a == ' ') != (b == ' ') || is_light(a) != is_light(b) ? NEVER : EDIT;
}

/* The steps of the cheapest way from a to b: step[(i, j)] is the last one to a[0, i) and b[0, j).
 */
static void find_steps(const struct signs *a, const struct signs *b, uint8_t *step, int *cost)
{
    int width = b->count + 1;
    cost[0] = 0;
    for (int j = 1; j < width; j++) {
        cost[j] = cost[j - 1] + edit_cost(b->code[j - 1]);
        step[j] = ADD;
    }
    for (int i = 1; i <= a->count; i++) {
        int corner = cost[0], drop = edit_cost(a->code[i - 1]);
        uint8_t *row = step + (size_t)i * (size_t)width;
        cost[0] += drop;
        row[0] = DROP;
        for (int j = 1; j < width; j++) {
            int both = corner + swap_cost(a->code[i - 1], b->code[j - 1]);
            int dropped = cost[j] + drop, added = cost[j - 1] + edit_cost(b->code[j - 1]);
            corner = cost[j];
            cost[j] = both;
            row[j] = BOTH;
            if (dropped < cost[j]) {
                cost[j] = dropped;
                row[j] = DROP;
            }
            if (added < cost[j]) {
                cost[j] = added;
                row[j] = ADD;
            }
        }
    }
}

/* Where each word of a, which ends before sign end[word], ends in b. */
static void walk_back(const struct signs *a, const struct signs *b, const uint8_t *step,
    const int *end, int count, int *end_in_b)
{
    int i = a->count, j = b->count, word = count - 1;
    while (word >= 0) {
        while (word >= 0 && i <= end[word])
            end_in_b[word--] = j;
        if (i == 0)
            break;
        uint8_t s = step[(size_t)i * (size_t)(b->count + 1) + (size_t)j];
        i -= s != ADD;
        j -= s != DROP;
    }
    for (; word >= 0; word--)
        end_in_b[word] = 0;
}

/* A word has what lies between two ends, less the spaces at its edges. */
static void set_share(struct share *s, const char *ipa, size_t begin, size_t end)
{
    while (begin < end && ipa[begin] == ' ')
        begin++;
    while (end > begin && ipa[end - 1] == ' ')
        end--;
    *s = (struct share){begin, end - begin};
}

/* Phonemizes each word and joins the results; end[i] is the sign behind the i-th. */
static enum ih_status say_alone(const struct phonemizer *p, const char *const *word, int count,
    const char *language, struct arena *a, struct str *row, int *end, struct ih_error *e)
{
    for (int i = 0; i < count; i++) {
        const char *ipa;
        enum ih_status status = p->phonemes(p->self, word[i], language, a, &ipa, e);
        if (status)
            return status;
        if (i && *ipa)
            str_add_byte(row, ' ');
        if (str_add_text(row, ipa))
            return err_memory(e, "phonemes");
        end[i] = (int)utf8_count(str_text(row), row->size);
    }
    return IH_OK;
}

/* Cuts the phrase where the words that were phonemized alone come to lie in it. */
static enum ih_status cut_phrase(const struct signs *alone, const struct signs *whole,
    const int *end, int count, struct arena *a, const char *ipa, struct share *share)
{
    int place[ALIGN_WORDS];
    uint8_t *step = arena_alloc(a, ((size_t)alone->count + 1) * ((size_t)whole->count + 1));
    int *cost = arena_alloc(a, ((size_t)whole->count + 1) * sizeof *cost);
    if (!step || !cost)
        return IH_NO_MEMORY;
    find_steps(alone, whole, step, cost);
    walk_back(alone, whole, step, end, count, place);
    place[count - 1] = whole->count;
    for (int i = 0; i < count; i++)
        set_share(&share[i], ipa, i ? whole->at[place[i - 1]] : 0, whole->at[place[i]]);
    return IH_OK;
}

/* A phrase too long for that is said word by word. */
static enum ih_status take_row(const struct signs *alone, const int *end, int count,
    const char *row, struct arena *a, const char **ipa, struct share *share)
{
    *ipa = arena_strdup(a, row);
    for (int i = 0; *ipa && i < count; i++)
        set_share(&share[i], *ipa, i ? alone->at[end[i - 1]] : 0, alone->at[end[i]]);
    return *ipa ? IH_OK : IH_NO_MEMORY;
}

static enum ih_status align_by_distance(const struct phonemizer *p, const char *const *word,
    int count, const char *language, struct arena *a, const char **ipa, struct share *share,
    struct ih_error *e)
{
    struct str row;
    struct signs alone, whole;
    int end[ALIGN_WORDS];
    str_init(&row, PHRASE_BYTES);
    enum ih_status status = say_alone(p, word, count, language, a, &row, end, e);
    if (!status && (read_signs(&alone, str_text(&row), a) || read_signs(&whole, *ipa, a)))
        status = err_memory(e, "phonemes");
    if (!status) {
        bool fits = ((size_t)alone.count + 1) * ((size_t)whole.count + 1) <= CELLS;
        if (fits ? cut_phrase(&alone, &whole, end, count, a, *ipa, share)
                 : take_row(&alone, end, count, str_text(&row), a, ipa, share))
            status = err_memory(e, "phonemes");
    }
    str_free(&row);
    return status;
}

static int count_pieces(const char *text)
{
    int count = *text != 0;
    for (; *text; text++)
        count += *text == ' ';
    return count;
}

/* Behind the next n pieces of the text from `at` on. */
static size_t skip_pieces(const char *text, size_t at, int n)
{
    for (int i = 0; i < n; i++) {
        at += text[at] == ' ';
        at += strcspn(text + at, " ");
    }
    return at;
}

enum ih_status align_phrase(const struct phonemizer *p, const char *const *word, const bool *glued,
    int count, const char *language, struct arena *a, const char **ipa, struct share *share,
    struct ih_error *e)
{
    struct str phrase;
    int pieces = 0;
    bool spaced = true;
    str_init(&phrase, PHRASE_BYTES);
    for (int i = 0; i < count; i++) {
        spaced = spaced && !glued[i];
        if (i && !glued[i])
            str_add_byte(&phrase, ' ');
        str_add_text(&phrase, word[i]);
        pieces += count_pieces(word[i]);
    }
    enum ih_status status = phrase.failed
                                ? err_memory(e, "a phrase")
                                : p->phonemes(p->self, str_text(&phrase), language, a, ipa, e);
    str_free(&phrase);
    if (status)
        return status;
    if (count > 1 && (!spaced || count_pieces(*ipa) != pieces))
        return align_by_distance(p, word, count, language, a, ipa, share, e);
    for (size_t i = 0, at = 0; i < (size_t)count; i++) {
        size_t end = count == 1 ? strlen(*ipa) : skip_pieces(*ipa, at, count_pieces(word[i]));
        set_share(&share[i], *ipa, at, end);
        at = end;
    }
    return IH_OK;
}
