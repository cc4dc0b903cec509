/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/tones.h"

#include "text/unicode.h"

#include <string.h>

/* A character with the place of its tone digit. */
struct syllable {
    uint32_t sign;
    char *tone; /* null: the reading does not say */
    bool last;  /* of its word */
    bool alone; /* the only one of its word */
};

/* Goes through the syllables of a row of words. */
struct walk {
    const char *text;
    struct reading *word;
    int count, at; /* words */
    size_t sign;   /* bytes into the word */
    char *said;    /* what is left of its reading */
    bool matched;  /* it has a syllable for each character */
};

/* Whether a word's reading has as many syllables as the word has characters. */
static bool one_each(const char *text, const struct reading *w)
{
    size_t syllables = 1;
    if (!w->said)
        return false;
    for (const char *c = w->said; *c; c++)
        syllables += *c == ' ';
    return syllables == utf8_count(text + w->begin, w->bytes);
}

static void enter(struct walk *w)
{
    w->sign = 0;
    if (w->at == w->count)
        return;
    w->matched = one_each(w->text, &w->word[w->at]);
    /* The reading lives in an arena of the caller's, who lets it be changed. */
    w->said = (char *)(uintptr_t)w->word[w->at].said;
}

static bool next(struct walk *w, struct syllable *s)
{
    if (w->at == w->count)
        return false;
    const struct reading *word = &w->word[w->at];
    const char *text = w->text + word->begin;
    bool first = w->sign == 0;
    w->sign += utf8_read(text + w->sign, word->bytes - w->sign, &s->sign);
    s->last = w->sign == word->bytes;
    s->alone = first && s->last;
    s->tone = NULL;
    if (w->matched) {
        s->tone = w->said + strcspn(w->said, "12345");
        w->said = s->tone + 1 + (s->tone[1] == ' ');
    }
    if (s->last) {
        w->at++;
        enter(w);
    }
    return true;
}

static bool is_number(uint32_t sign)
{
    static const uint32_t signs[] = {0x4e00, 0x4e8c, 0x4e09, 0x56db, 0x4e94, 0x516d, 0x4e03, 0x516b,
        0x4e5d, 0x5341, 0x96f6, 0x3007, 0x767e, 0x5343, 0x4e07, 0x4ebf, 0x7b2c, 0x70b9};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i] == sign)
            return true;
    return false;
}

/* A syllable's tone between its neighbours, who may be null; the next one is not changed yet. */
static void change(const struct syllable *before, struct syllable *s, const struct syllable *after)
{
    enum { ONE = 0x4e00, NOT = 0x4e0d };
    if (!s->tone || !after || !after->tone)
        return;
    char follows = *after->tone;
    if (s->sign == NOT && *s->tone == '4' && follows == '4')
        *s->tone = '2';
    else if (s->sign == ONE && *s->tone == '1' && !is_number(after->sign) &&
             !(before && is_number(before->sign)))
        *s->tone = follows == '4' ? '2' : follows == '5' ? '1' : '4';
    else if (*s->tone == '3' && follows == '3' && (!s->last || s->alone))
        *s->tone = '2';
}

void tones_change(const char *text, struct reading *word, int count)
{
    struct walk w = {.text = text, .word = word, .count = count};
    struct syllable before, now, after;
    bool has_before = false;
    enter(&w);
    if (!next(&w, &now))
        return;
    while (next(&w, &after)) {
        change(has_before ? &before : NULL, &now, &after);
        before = now;
        has_before = true;
        now = after;
    }
}
