/* SPDX-License-Identifier: Apache-2.0 */
/* Text to words in the model's letters: lower case, composed (NFC), Korean syllables in their
 * letters, hiragana as katakana; what train/spell1/words.py calls letters(). */
#include "models/spell1/spell1.h"

#include "text/unicode.h"

#include <stdlib.h>

/* Code points that are treated by rule; Unicode, chapter 3.12 for Korean. */
enum {
    RIGHT_QUOTE = 0x2019,
    JOINER = 0x200D,
    NON_JOINER = 0x200C,
    DOTTED_I = 0x130,
    DOTLESS_I = 0x131,
    HIRAGANA = 0x3041,
    HIRAGANA_END = 0x3096,
    TO_KATAKANA = 0x60,
    HANGUL = 0xAC00,
    HANGUL_END = 0xD7A3,
    JAMO_LEAD = 0x1100,
    JAMO_VOWEL = 0x1161,
    JAMO_TAIL = 0x11A7,
    VOWELS = 21,
    TAILS = 28,
};

struct cutter {
    const struct spell1 *model;
    struct arena *arena;
    struct spell1_word *word;
    int words;
    int language;
    uint32_t *letter; /* of the word so far */
    int letters;
    bool turkish;
};

static int compare_whole(const void *a, const void *b)
{
    uint32_t x = ((const struct spell1_composed *)a)->whole;
    uint32_t y = ((const struct spell1_composed *)b)->whole;
    return (x > y) - (x < y);
}

static const struct spell1_composed *parts_of(const struct spell1_alphabet *a, uint32_t whole)
{
    struct spell1_composed key = {.whole = whole};
    return bsearch(&key, a->composed, (size_t)a->composed_count, sizeof key, compare_whole);
}

/* What a letter and a mark make together; 0 for nothing that the model knows. */
static uint32_t compose(const struct spell1_alphabet *a, uint32_t base, uint32_t mark)
{
    for (int i = 0; i < a->composed_count; i++)
        if (a->composed[i].base == base && a->composed[i].mark == mark &&
            spell1_letter(a, a->composed[i].whole))
            return a->composed[i].whole;
    return 0;
}

/* Adds a letter; one that the model does not know becomes its base with what is known of its marks,
 * or nothing. Chains of parts are short: each base has a smaller one. */
static void push(struct cutter *c, uint32_t letter)
{
    const struct spell1_alphabet *a = &c->model->alphabet;
    uint32_t mark[4];
    int marks = 0;
    const struct spell1_composed *parts;
    while (!spell1_letter(a, letter) && marks < 4 && (parts = parts_of(a, letter))) {
        mark[marks++] = parts->mark;
        letter = parts->base;
    }
    if (unicode_class(letter) == UNICODE_MARK && c->letters) {
        uint32_t whole = compose(a, c->letter[c->letters - 1], letter);
        if (whole) {
            c->letter[c->letters - 1] = whole;
            return;
        }
    }
    if (spell1_letter(a, letter))
        c->letter[c->letters++] = letter;
    while (marks-- > 0)
        if (spell1_letter(a, mark[marks]))
            c->letter[c->letters++] = mark[marks];
}

static void push_hangul(struct cutter *c, uint32_t syllable)
{
    uint32_t i = syllable - HANGUL;
    push(c, JAMO_LEAD + i / (VOWELS * TAILS));
    push(c, JAMO_VOWEL + i % (VOWELS * TAILS) / TAILS);
    if (i % TAILS)
        push(c, JAMO_TAIL + i % TAILS);
}

static uint32_t lower(const struct cutter *c, uint32_t letter)
{
    if (c->turkish && letter == 'I')
        return DOTLESS_I;
    return letter == DOTTED_I ? 'i' : unicode_lower(letter);
}

static enum ih_status add_word(
    struct cutter *c, const uint32_t *letter, int count, bool joined, struct ih_error *e)
{
    struct spell1_word *w = &c->word[c->words];
    *w = (struct spell1_word){.count = count, .joined = joined};
    w->letter = arena_alloc(c->arena, (size_t)count * sizeof *w->letter);
    if (!w->letter)
        return err_memory(e, "words");
    for (int i = 0; i < count; i++)
        w->letter[i] = spell1_letter(&c->model->alphabet, letter[i]);
    if (!joined)
        w->exception = spell1_find_exception(
            c->model, c->model->alphabet.language[c->language], w->letter, count);
    c->words++;
    return IH_OK;
}

/* Ends the word so far; one that is too long for the model becomes several that are joined. */
static enum ih_status end_word(struct cutter *c, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    int longest = c->model->config.positions - 1, n = c->letters;
    while (n && c->letter[n - 1] == '\'')
        n--;
    c->letters = 0;
    for (int at = 0; at < n && !status; at += longest)
        status = add_word(c, c->letter + at, n - at < longest ? n - at : longest, at > 0, e);
    return status;
}

static enum ih_status take(struct cutter *c, uint32_t sign, struct ih_error *e)
{
    if (sign == RIGHT_QUOTE)
        sign = '\'';
    if (sign == '\'') { /* part of a word, but not its beginning */
        if (c->letters)
            push(c, sign);
        return IH_OK;
    }
    if (sign == JOINER || sign == NON_JOINER)
        return IH_OK;
    enum unicode_class class = unicode_class(sign);
    if (class != UNICODE_LETTER && class != UNICODE_MARK && class != UNICODE_NUMBER)
        return end_word(c, e);
    if (sign >= HANGUL && sign <= HANGUL_END)
        push_hangul(c, sign);
    else if (sign >= HIRAGANA && sign <= HIRAGANA_END)
        push(c, sign + TO_KATAKANA);
    else
        push(c, lower(c, sign));
    return IH_OK;
}

enum ih_status spell1_words(const struct spell1 *m, const char *text, int language, struct arena *a,
    struct spell1_word **out, int *count, struct ih_error *e)
{
    /* A Korean syllable is three bytes and as many letters, a composed letter at least two bytes
     * and at most five letters. Words lie apart by a byte, and a piece of one has seven letters. */
    size_t bytes = strlen(text);
    struct cutter c = {.model = m,
        .arena = a,
        .language = language,
        .word = arena_alloc(a, (bytes + 2) * sizeof *c.word),
        .letter = arena_alloc(a, (3 * bytes + 5) * sizeof *c.letter),
        .turkish = strcmp(m->alphabet.language[language], "tr") == 0};
    if (!c.word || !c.letter)
        return err_memory(e, "words");
    enum ih_status status = IH_OK;
    for (size_t at = 0; at < bytes && !status;) {
        uint32_t sign;
        at += utf8_read(text + at, bytes - at, &sign);
        status = take(&c, sign, e);
    }
    if (!status)
        status = end_word(&c, e);
    *out = c.word;
    *count = c.words;
    return status;
}
