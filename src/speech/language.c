/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/language.h"

#include "base/utf8.h"
#include "speech/language_tables.h"
#include "text/unicode.h"

#include <string.h>

enum { CANDIDATES = 128, WORD_BYTES = 64 };

/* What the language of the text before is worth: less than a word that no other language has. */
static const float before_votes = 0.6f;

/* A language's code up to the region: "pt" of "pt-br". */
static bool same_language(const char *code, const char *tag)
{
    size_t n = strlen(code);
    return !strncmp(code, tag, n) && (!tag[n] || tag[n] == '-' || tag[n] == '_');
}

static const struct clues *find_clues(const char *language)
{
    if (same_language("nb", language) || same_language("nn", language))
        language = "no";
    else if (same_language("cmn", language))
        language = "zh";
    for (size_t i = 0; i < sizeof clues / sizeof *clues; i++)
        if (same_language(clues[i].language, language))
            return &clues[i];
    return NULL;
}

static enum script script_of(uint32_t c)
{
    enum unicode_class class = unicode_class(c);
    if (class != UNICODE_LETTER && class != UNICODE_MARK)
        return SCRIPT_NONE;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (c >= blocks[i].first && c <= blocks[i].last)
            return blocks[i].script;
    return SCRIPT_NONE;
}

static bool has_script(const struct clues *l, enum script s)
{
    return s == SCRIPT_NONE || (l->scripts >> s & 1);
}

bool language_writes(const char *language, uint32_t c)
{
    const struct clues *l = find_clues(language);
    return !l || has_script(l, script_of(c));
}

const char *language_of_letter(uint32_t c)
{
    enum script s = script_of(c);
    for (size_t i = 0; s != SCRIPT_NONE && i < sizeof clues / sizeof *clues; i++)
        if (has_script(&clues[i], s))
            return clues[i].language;
    return NULL;
}

/* What speaks for the candidates so far. */
struct election {
    const struct clues *clues[CANDIDATES]; /* null: out of the running */
    float votes[CANDIDATES];
    int count;
};

/* Whether a list of words, with a space around each, has this one. */
static bool listed(const char *list, const char *word, size_t n)
{
    char key[WORD_BYTES + 3] = " ";
    memcpy(key + 1, word, n);
    memcpy(key + 1 + n, " ", 2);
    return strstr(list, key) != NULL;
}

bool language_has_word(const char *language, const char *word)
{
    const struct clues *l = find_clues(language);
    size_t n = strlen(word);
    return l && n > 0 && n < WORD_BYTES && listed(l->words, word, n);
}

/* The list has endings too, as "-ung". */
static bool ends_as_listed(const char *list, const char *word, size_t n)
{
    char key[WORD_BYTES] = "-";
    for (size_t length = 2; length <= 8 && length + 2 <= n; length++) {
        memcpy(key + 1, word + n - length, length);
        if (listed(list, key, length + 1))
            return true;
    }
    return false;
}

/* Gives those that `yes` holds for one part each of `weight`: what many have says little. */
static void share_votes(struct election *e, const bool *yes, float weight)
{
    int sharers = 0;
    for (int i = 0; i < e->count; i++)
        sharers += yes[i];
    for (int i = 0; i < e->count; i++)
        if (yes[i])
            e->votes[i] += weight / (float)sharers;
}

/* Votes for letters that often stand together: 2 to 5 bytes. */
static void count_pieces(struct election *e, const char *word, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t length = 2; length <= 5 && i + length <= n; length++) {
            bool has[CANDIDATES] = {0};
            for (int k = 0; k < e->count; k++)
                has[k] = e->clues[k] && listed(e->clues[k]->pieces, word + i, length);
            share_votes(e, has, 0.15f);
        }
}

static void count_word(struct election *e, const char *word, size_t n)
{
    bool whole[CANDIDATES] = {0}, ending[CANDIDATES] = {0};
    count_pieces(e, word, n);
    for (int i = 0; i < e->count; i++) {
        if (!e->clues[i])
            continue;
        whole[i] = listed(e->clues[i]->words, word, n);
        ending[i] = !whole[i] && ends_as_listed(e->clues[i]->words, word, n);
    }
    share_votes(e, whole, 1);
    share_votes(e, ending, 0.5f);
}

/* A letter beyond a to z speaks for the languages that have it and against those that do not. */
static void count_letter(struct election *e, uint32_t c)
{
    bool has[CANDIDATES] = {0};
    char letter[5] = {0};
    utf8_encode(letter, c);
    for (int i = 0; i < e->count; i++)
        if (e->clues[i] && *e->clues[i]->letters) {
            has[i] = strstr(e->clues[i]->letters, letter) != NULL;
            e->votes[i] -= has[i] ? 0 : 0.7f;
        }
    share_votes(e, has, 1);
}

/* Letters that say more than their script: not a to z, nor what all Cyrillic languages have. */
static bool is_telling(uint32_t c, enum script s)
{
    return (s == SCRIPT_LATIN && c >= 0x80) || (s == SCRIPT_CYRILLIC && (c < 0x430 || c > 0x44f)) ||
           (s == SCRIPT_CYRILLIC && (c == 0x44b || c == 0x44d || c == 0x44a));
}

static void count_text(struct election *e, const char *text, size_t bytes)
{
    char word[WORD_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < bytes;) {
        uint32_t c;
        i += utf8_read(text + i, bytes - i, &c);
        enum script s = script_of(c);
        if (s != SCRIPT_NONE) {
            c = unicode_lower(c);
            if (is_telling(c, s))
                count_letter(e, c);
            if (n + 4 <= sizeof word)
                n += (size_t)utf8_encode(word + n, c);
        }
        if (n && (s == SCRIPT_NONE || i == bytes)) {
            if (n + 4 <= sizeof word)
                count_word(e, word, n);
            n = 0;
        }
    }
}

/* Letters of each script; a Han character says as much as three letters. */
static void count_scripts(int letters[SCRIPTS], const char *text, size_t bytes)
{
    memset(letters, 0, SCRIPTS * sizeof *letters);
    for (size_t i = 0; i < bytes;) {
        uint32_t c;
        i += utf8_read(text + i, bytes - i, &c);
        enum script s = script_of(c);
        letters[s] += s == SCRIPT_HAN ? 3 : s == SCRIPT_KANA || s == SCRIPT_HANGUL ? 2 : 1;
    }
}

/* The script of most letters among those that a candidate is written in. */
static enum script main_script(const struct election *e, const int letters[SCRIPTS])
{
    enum script best = SCRIPT_NONE;
    for (int s = SCRIPT_NONE + 1; s < SCRIPTS; s++) {
        bool written = false;
        for (int i = 0; i < e->count; i++)
            written |= e->clues[i] && has_script(e->clues[i], (enum script)s);
        if (written && letters[s] > (best == SCRIPT_NONE ? 0 : letters[best]))
            best = (enum script)s;
    }
    return best;
}

static bool has_any(const char *text, size_t bytes, const char *letters)
{
    for (size_t i = 0; i < bytes;) {
        uint32_t c;
        char letter[5] = {0};
        i += utf8_read(text + i, bytes - i, &c);
        utf8_encode(letter, c == UTF8_INVALID ? ' ' : c);
        if (c >= 0x80 && strstr(letters, letter))
            return true;
    }
    return false;
}

/* Han characters are Chinese, unless kana stand between them or stood before. */
static void judge_han(struct election *e, const int letters[SCRIPTS], const char *text,
    size_t bytes, const char *before)
{
    bool japanese = letters[SCRIPT_KANA] * 15 >= letters[SCRIPT_HAN] * 2;
    if (!letters[SCRIPT_KANA] && before && same_language("ja", before))
        japanese = !has_any(text, bytes, simplified);
    for (int i = 0; i < e->count; i++)
        if (e->clues[i] && has_script(e->clues[i], SCRIPT_HAN))
            e->votes[i] += has_script(e->clues[i], SCRIPT_KANA) == japanese ? 100 : 0;
}

const char *language_guess(
    const char *text, size_t bytes, const char *const *candidate, int count, const char *before)
{
    struct election e = {.count = count < CANDIDATES ? count : CANDIDATES};
    int letters[SCRIPTS], best = -1;
    for (int i = 0; i < e.count; i++)
        e.clues[i] = find_clues(candidate[i]);
    count_scripts(letters, text, bytes);
    enum script script = main_script(&e, letters);
    if (script == SCRIPT_NONE)
        return NULL;
    for (int i = 0; i < e.count; i++) {
        if (e.clues[i] && !has_script(e.clues[i], script))
            e.clues[i] = NULL;
        if (e.clues[i] && before && !strcmp(candidate[i], before))
            e.votes[i] += before_votes;
    }
    if (script == SCRIPT_HAN || script == SCRIPT_KANA)
        judge_han(&e, letters, text, bytes, before);
    else
        count_text(&e, text, bytes);
    for (int i = 0; i < e.count; i++)
        if (e.clues[i] && (best < 0 || e.votes[i] > e.votes[best]))
            best = i;
    return candidate[best];
}
