/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/lexicon.h"

#include "base/arena.h"
#include "base/str.h"
#include "speech/ipa.h"
#include "text/language.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    const char *key;             /* in small letters, one space between words */
    const char *written;         /* null: any letter case */
    const char *said, *language; /* language: null for all */
    bool phonemes;
    int line;
};

struct speech_lexicon {
    struct arena arena;
    struct entry *entry; /* by key; entries of one key in the order of preference */
    int count;
    bool begins[256]; /* whether a key begins with this byte */
};

struct reader {
    struct speech_lexicon *lexicon;
    const char *section; /* language of the lines to come, null for all */
    int line;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

struct slice {
    const char *text;
    size_t n;
};

static struct slice trim(struct slice s)
{
    while (s.n && is_blank(*s.text))
        s = (struct slice){s.text + 1, s.n - 1};
    while (s.n && is_blank(s.text[s.n - 1]))
        s.n--;
    return s;
}

/* Takes the bytes up to a separator off the front. */
static struct slice take(struct slice *rest, char separator)
{
    const char *end = memchr(rest->text, separator, rest->n);
    struct slice s = {rest->text, end ? (size_t)(end - rest->text) : rest->n};
    *rest = (struct slice){rest->text + s.n + (end != NULL), rest->n - s.n - (end != NULL)};
    return s;
}

static bool is_space(uint32_t c)
{
    return unicode_class(c) == UNICODE_SPACE;
}

/* Appends the text with one space between words, in small letters if asked to; returns whether it
 * has large ones. */
static bool fold(struct str *out, struct slice s, bool small)
{
    bool space = false, large = false;
    for (size_t i = 0; i < s.n;) {
        uint32_t c;
        char sign[UTF8_MAX];
        i += utf8_read(s.text + i, s.n - i, &c);
        if (c != UTF8_INVALID && is_space(c)) {
            space = true;
            continue;
        }
        large |= unicode_lower(c) != c;
        if (space && out->size)
            str_add_byte(out, ' ');
        space = false;
        str_add(out, sign, utf8_write(sign, small && c != UTF8_INVALID ? unicode_lower(c) : c));
    }
    return large;
}

static enum ih_status wrong(const struct reader *r, struct ih_error *e, const char *what)
{
    return err_set(e, IH_INVALID, "lexicon, line %d: %s", r->line, what);
}

/* The code of a language in the lexicon's own words; *code is null for all. */
static enum ih_status read_language(
    const struct reader *r, struct slice s, const char **code, struct ih_error *e)
{
    char name[32];
    *code = NULL;
    if (s.n == 1 && *s.text == '*')
        return IH_OK;
    if (s.n < sizeof name) {
        memcpy(name, s.text, s.n);
        name[s.n] = 0;
        int i = language_find(name);
        if (i >= 0) {
            *code = language_code(i);
            return IH_OK;
        }
    }
    return err_set(e, IH_INVALID, "lexicon, line %d: '%.*s' is no language", r->line,
        s.n < 40 ? (int)s.n : 40, s.text);
}

/* Phonemes between slashes, or words. */
static enum ih_status read_said(
    const struct reader *r, struct slice s, struct entry *entry, struct ih_error *e)
{
    struct str out;
    str_init(&out, 2 * LEXICON_SAID);
    entry->phonemes = s.n >= 2 && *s.text == '/' && s.text[s.n - 1] == '/';
    enum ih_status status = IH_OK;
    if (s.n > LEXICON_SAID)
        status = wrong(r, e, "the pronunciation is too long");
    else if (entry->phonemes)
        status = ipa_read(&out, s.text + 1, s.n - 2, e);
    else
        fold(&out, s, false);
    if (status && entry->phonemes && s.n <= LEXICON_SAID)
        err_prefix(e, "lexicon, line %d", r->line);
    else if (!status && !out.size)
        status = wrong(r, e, "there is no pronunciation");
    if (!status && !(entry->said = arena_strdup(&r->lexicon->arena, str_text(&out))))
        status = err_memory(e, "a lexicon");
    str_free(&out);
    return status;
}

static enum ih_status read_word(
    const struct reader *r, struct slice s, struct entry *entry, struct ih_error *e)
{
    struct arena *a = &r->lexicon->arena;
    struct str key, written;
    str_init(&key, 4 * LEXICON_WORD);
    str_init(&written, 4 * LEXICON_WORD);
    enum ih_status status = IH_OK;
    if (!s.n || s.n > LEXICON_WORD)
        status = wrong(r, e, s.n ? "the word is too long" : "there is no word");
    else if (fold(&key, s, true))
        fold(&written, s, false);
    if (!status) {
        entry->key = arena_strdup(a, str_text(&key));
        entry->written = written.size ? arena_strdup(a, str_text(&written)) : NULL;
        if (!entry->key || (written.size && !entry->written))
            status = err_memory(e, "a lexicon");
    }
    str_free(&key);
    str_free(&written);
    return status;
}

static enum ih_status read_entry(struct reader *r, struct slice line, struct ih_error *e)
{
    struct slice word = trim(take(&line, '\t')), said = trim(take(&line, '\t'));
    struct slice language = trim(line);
    struct entry entry = {.language = r->section, .line = r->line};
    if (r->lexicon->count == LEXICON_ENTRIES)
        return wrong(r, e, "there are too many entries");
    enum ih_status status = read_word(r, word, &entry, e);
    if (!status)
        status = read_said(r, said, &entry, e);
    if (!status && language.n)
        status = read_language(r, language, &entry.language, e);
    if (!status) {
        r->lexicon->entry[r->lexicon->count++] = entry;
        r->lexicon->begins[(unsigned char)entry.key[0]] = true;
    }
    return status;
}

static enum ih_status read_line(struct reader *r, struct slice line, struct ih_error *e)
{
    struct slice s = trim(line);
    if (!s.n || *s.text == '#')
        return IH_OK;
    if (*s.text == '[' && s.text[s.n - 1] == ']' && !memchr(s.text, '\t', s.n))
        return read_language(r, trim((struct slice){s.text + 1, s.n - 2}), &r->section, e);
    if (!memchr(line.text, '\t', line.n))
        return wrong(r, e, "not a word, a tab and a pronunciation");
    return read_entry(r, line, e);
}

/* Of one key: one language before all, as it stands before any letter case, the last line first. */
static int compare_entries(const void *pa, const void *pb)
{
    const struct entry *a = pa, *b = pb;
    int order = strcmp(a->key, b->key);
    if (order)
        return order;
    order = 2 * (!a->language - !b->language) + (!a->written - !b->written);
    return order ? order : b->line - a->line;
}

enum ih_status speech_lexicon_read(
    struct speech_lexicon **out, const char *text, struct ih_error *e)
{
    *out = NULL;
    struct slice rest = {text, strlen(text)};
    if (rest.n > LEXICON_BYTES)
        return err_set(e, IH_INVALID, "the lexicon is %zu bytes long; at most %d are allowed",
            rest.n, (int)LEXICON_BYTES);
    int lines = 1;
    for (size_t i = 0; i < rest.n; i++)
        lines += text[i] == '\n';
    struct speech_lexicon *l = calloc(1, sizeof *l);
    struct reader r = {l, NULL, 0};
    if (l)
        l->entry = arena_alloc(&l->arena,
            (size_t)(lines < LEXICON_ENTRIES ? lines : LEXICON_ENTRIES) * sizeof *l->entry);
    enum ih_status status = l && l->entry ? IH_OK : err_memory(e, "a lexicon");
    if (!status && rest.n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
        rest = (struct slice){text + 3, rest.n - 3};
    while (!status && rest.n) {
        r.line++;
        status = read_line(&r, take(&rest, '\n'), e);
    }
    if (status) {
        speech_lexicon_close(&l);
        return status;
    }
    qsort(l->entry, (size_t)l->count, sizeof *l->entry, compare_entries);
    *out = l;
    return IH_OK;
}

void speech_lexicon_close(struct speech_lexicon **pl)
{
    struct speech_lexicon *l = *pl;
    if (!l)
        return;
    arena_free(&l->arena);
    free(l);
    *pl = NULL;
}

/* Bytes of the text that read as a string of signs, one or more spaces of the text being one of the
 * string's; small letters only if `small`. 0: they do not. */
static size_t match(const char *string, bool small, const char *text, size_t n)
{
    size_t i = 0, length = strlen(string);
    for (size_t k = 0; k < length;) {
        uint32_t want, c;
        if (i == n)
            return 0;
        k += utf8_read(string + k, length - k, &want);
        i += utf8_read(text + i, n - i, &c);
        if (want == ' ' && is_space(c)) {
            while (i < n) {
                size_t used = utf8_read(text + i, n - i, &c);
                if (c == UTF8_INVALID || !is_space(c))
                    break;
                i += used;
            }
        } else if ((small && c != UTF8_INVALID ? unicode_lower(c) : c) != want) {
            return 0;
        }
    }
    return i;
}

/* Scripts that put no spaces between words. */
static bool is_dense(uint32_t c)
{
    return (c >= 0xe00 && c <= 0xeff) || (c >= 0x1000 && c <= 0x109f) ||
           (c >= 0x1780 && c <= 0x17ff) || (c >= 0x3040 && c <= 0x30ff) ||
           (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x323af);
}

static bool in_word(uint32_t c)
{
    enum unicode_class class = unicode_class(c);
    return class == UNICODE_LETTER || class == UNICODE_NUMBER || class == UNICODE_MARK;
}

/* Whether two neighbours can be the end of one word and the beginning of another. */
static bool is_edge(uint32_t left, uint32_t right)
{
    return !in_word(left) || !in_word(right) || is_dense(left) || is_dense(right);
}

/* The first entry that is not less than a key of n bytes. */
static int lower_bound(const struct speech_lexicon *l, const char *key, size_t n)
{
    int low = 0, high = l->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (strncmp(l->entry[middle].key, key, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool holds_for(const struct entry *e, const char *language)
{
    size_t n = e->language ? strlen(e->language) : 0;
    return !n || (!strncmp(e->language, language, n) && (!language[n] || language[n] == '-'));
}

/* The longest entry at the text's beginning, of those that share its first letter. */
static bool match_here(const struct speech_lexicon *l, const char *text, size_t n, uint32_t first,
    const char *language, struct lexicon_match *out)
{
    char key[UTF8_MAX];
    size_t key_bytes = utf8_write(key, first);
    out->end = 0;
    if (!l->begins[(unsigned char)key[0]])
        return false;
    for (int i = lower_bound(l, key, key_bytes);
         i < l->count && !strncmp(l->entry[i].key, key, key_bytes); i++) {
        const struct entry *e = &l->entry[i];
        size_t used = holds_for(e, language) ? e->written ? match(e->written, false, text, n)
                                                          : match(e->key, true, text, n)
                                             : 0;
        if (used <= out->end)
            continue;
        uint32_t last = 0, next = ' ';
        size_t back = used;
        while (back && ((unsigned char)text[--back] & 0xc0) == 0x80)
            continue;
        utf8_read(text + back, used - back, &last);
        if (used < n)
            utf8_read(text + used, n - used, &next);
        if (is_edge(last, next))
            *out = (struct lexicon_match){0, used, e->said, e->phonemes};
    }
    return out->end > 0;
}

bool speech_lexicon_find(const struct speech_lexicon *l, const char *text, size_t bytes,
    size_t from, const char *language, struct lexicon_match *out)
{
    uint32_t before = ' ';
    for (size_t i = 0; l->count && i < bytes;) {
        uint32_t c;
        size_t used = utf8_read(text + i, bytes - i, &c);
        if (i >= from && c != UTF8_INVALID && is_edge(before, c) &&
            match_here(l, text + i, bytes - i, unicode_lower(c), language, out)) {
            out->begin += i;
            out->end += i;
            return true;
        }
        before = c;
        i += used;
    }
    return false;
}
