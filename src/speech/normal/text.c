/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"
#include "text/unicode.h"

#include <string.h>

/* Signs that change nothing: soft hyphen, direction, byte order, variation. */
static bool is_ignored(uint32_t c)
{
    return c == 0xad || c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff ||
           c == 0x20e3 || c == UTF8_INVALID || c == 0xfffd || c == 0x640;
}

/* Decimal digits of the scripts of our languages. */
static uint32_t to_ascii_digit(uint32_t c)
{
    static const uint32_t zero[] = {0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10};
    for (size_t i = 0; i < sizeof zero / sizeof *zero; i++)
        if (c >= zero[i] && c <= zero[i] + 9)
            return '0' + (c - zero[i]);
    return c;
}

static uint32_t to_plain(uint32_t c)
{
    static const uint32_t same[][2] = {{0x2018, '\''}, {0x2019, '\''}, {0x2bc, '\''}, {0x2010, '-'},
        {0x2011, '-'}, {0x2012, 0x2013}, {0x2015, EM_DASH}, {0x3001, ','}, {0x3002, '.'},
        {0xff61, '.'}, {0xff64, ','}, {0x60c, ','}, {0x61b, ';'}, {0x61f, '?'}, {0x6d4, '.'},
        {0x964, '.'}, {0x965, '.'}, {0x66a, '%'}, {0x66b, '.'}, {0x66c, NBSP}, {0x2028, '\n'},
        {0x2029, '\n'}, {0x85, '\n'}, {'\v', '\n'}, {'\f', '\n'}, {'\t', ' '}, {'\r', ' '},
        {0x3000, ' '}, {0x2007, NBSP}, {0x202f, NBSP}, {0x2009, NBSP}, {0x200a, NBSP},
        {0x2236, ':'}, {0x2044, '/'}, {0x2215, '/'}, {0xff5e, '~'}, {0x301c, '~'}, {0x203c, '!'},
        {0x212b, 0xc5}, {0x3bc, 0xb5}};
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (same[i][0] == c)
            return same[i][1];
    if (c >= 0x2000 && c <= 0x2006)
        return ' ';
    return c < 0x80 ? c : to_ascii_digit(c);
}

enum ih_status reading_decode(struct reading *r, const char *text, size_t bytes)
{
    struct letter *out = arena_alloc(r->arena, (bytes + 1) * sizeof *out);
    if (!out)
        return IH_NO_MEMORY;
    int n = 0;
    for (size_t at = 0; at < bytes;) {
        uint32_t c;
        size_t size = utf8_read(text + at, bytes - at, &c);
        if (!is_ignored(c))
            out[n++] = (struct letter){to_plain(c), (uint32_t)at, (uint32_t)size};
        at += size;
    }
    r->letter = out;
    r->letters = n;
    return IH_OK;
}

uint32_t look(const struct reading *r, int i)
{
    return i >= 0 && i < r->letters ? r->letter[i].c : 0;
}

bool is_among(uint32_t c, const char *ascii)
{
    return c && c < 0x80 && strchr(ascii, (int)c);
}

bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

bool is_letter(uint32_t c)
{
    enum unicode_class class = unicode_class(c);
    /* joiners shape letters of Arabic and Hindi */
    return class == UNICODE_LETTER || class == UNICODE_MARK || c == 0x200c || c == 0x200d;
}

bool is_mark(uint32_t c)
{
    return unicode_class(c) == UNICODE_MARK;
}

bool is_upper(uint32_t c)
{
    return unicode_lower(c) != c;
}

bool is_space(uint32_t c)
{
    return c != '\n' && unicode_class(c) == UNICODE_SPACE;
}

bool is_native(uint32_t c)
{
    return (c >= 0x2e80 && c <= 0x9fff && is_letter(c)) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0x20000 && c <= 0x3ffff) || (c >= 0xe01 && c <= 0xe4e && c != 0xe3f) ||
           c == 0x3005 || c == 0x3007 || c == 0x30fc || (c >= 0xff66 && c <= 0xff9f);
}

enum { MOST_DIGITS = 64, LONGEST_PIECE = 1000 };

int count_digits(const struct reading *r, int i)
{
    int n = 0;
    while (n < MOST_DIGITS && is_digit(look(r, i + n)))
        n++;
    return n;
}

int end_of_word(const struct reading *r, int i)
{
    for (int first = i;; i++) {
        uint32_t c = look(r, i);
        bool inside = is_letter(c) && !is_native(c);
        bool joined = c == '\'' && is_letter(look(r, i - 1)) && is_letter(look(r, i + 1));
        if (!c || (!inside && !joined) || i - first == LONGEST_PIECE)
            return i;
    }
}

int skip_space(const struct reading *r, int i)
{
    return is_space(look(r, i)) ? i + 1 : i;
}

static bool is_part(uint32_t c)
{
    return is_digit(c) || (is_letter(c) && !is_native(c));
}

bool is_glued(const struct reading *r, int i)
{
    return is_letter(look(r, i - 1)) && !is_native(look(r, i - 1));
}

bool is_boundary(const struct reading *r, int i)
{
    return !is_part(look(r, i - 1)) || !is_part(look(r, i));
}

bool is_end(const struct reading *r, int i)
{
    uint32_t before = look(r, i - 1);
    bool hangul = before >= 0xac00 && before <= 0xd7a3;
    return hangul || is_native(before) || is_boundary(r, i);
}

bool is_vulgar(uint32_t c)
{
    return (c >= 0xbc && c <= 0xbe) || (c >= 0x2150 && c <= 0x215e);
}

bool is_sentence_end(const struct reading *r, int i)
{
    while (look(r, i) && (is_space(look(r, i)) || look(r, i) == '"' || look(r, i) == ')' ||
                             look(r, i) == 0x201d || look(r, i) == 0xbb))
        i++;
    uint32_t c = look(r, i);
    return !c || c == '\n' || is_upper(c);
}

int match(const struct reading *r, int i, const char *text, bool loose)
{
    const int begin = i;
    size_t n = strlen(text);
    bool fold = loose;
    for (const char *p = text; *p && fold; p++)
        fold = !(*p >= 'A' && *p <= 'Z');
    for (size_t at = 0; at < n;) {
        uint32_t want, c = look(r, i);
        at += utf8_read(text + at, n - at, &want);
        if (want == ' ' && loose && !is_space(c))
            continue;
        if (want == ' ' && is_space(c))
            c = ' ';
        if (!c || (c != want && !(fold && unicode_lower(c) == want)))
            return 0;
        i++;
    }
    return i - begin;
}

const char *small(const struct reading *r, int i, int end, char out[LONGEST_WORD])
{
    size_t size = 0;
    for (; i < end && size + UTF8_MAX < LONGEST_WORD; i++)
        size += utf8_write(out + size, unicode_lower(look(r, i)));
    out[i < end ? 0 : size] = 0;
    return out;
}

const char *word_before(const struct reading *r, int i, char out[LONGEST_WORD])
{
    int end = i > 0 && is_space(look(r, i - 1)) ? i - 1 : i, begin = end;
    if (begin > 0 && look(r, begin - 1) == '.') /* "Nov. 25" */
        begin--, end--;
    while (begin > 0 && end - begin < LONGEST_WORD && is_letter(look(r, begin - 1)))
        begin--;
    return small(r, begin, end, out);
}

const char *word_behind(const struct reading *r, int i, char out[LONGEST_WORD])
{
    i = skip_space(r, i);
    int end = i;
    while (is_letter(look(r, end)) && end - i < LONGEST_WORD)
        end++;
    return small(r, i, end, out);
}

bool is_listed(const char *const *list, const char *word)
{
    for (; list && *list; list++)
        if (strcmp(*list, word) == 0)
            return true;
    return false;
}

const char *find_pair(const struct pair *list, const char *word)
{
    for (; list && list->written; list++)
        if (strcmp(list->written, word) == 0)
            return list->spoken;
    return NULL;
}

const char *pair_at(const struct reading *r, const struct pair *list, int i)
{
    for (; list && list->written; list++) {
        int n = match(r, i, list->written, true);
        if (n > 0 && is_end(r, i + n))
            return list->spoken;
    }
    return NULL;
}

static bool grow_words(struct reading *r)
{
    int room = r->room ? 2 * r->room : 64;
    struct normal_word *word = arena_alloc(r->arena, (size_t)room * sizeof *word);
    if (!word)
        return false;
    if (r->words)
        memcpy(word, r->word, (size_t)r->words * sizeof *word);
    r->word = word;
    r->room = room;
    return true;
}

/* One space between words, none at the ends; none at all where the language writes none. */
static void tidy(struct str *s, bool unspaced)
{
    size_t size = 0;
    for (size_t i = 0; i < s->size; i++)
        if (unspaced && s->data[i] == ' ')
            continue;
        else if (s->data[i] != ' ' || (size > 0 && s->data[size - 1] != ' '))
            s->data[size++] = s->data[i];
    while (size > 0 && s->data[size - 1] == ' ')
        size--;
    s->size = size;
    if (s->data)
        s->data[size] = 0;
}

void say(struct reading *r, int i, int end)
{
    tidy(&r->phrase, r->tongue->unspaced && !r->spelled);
    r->failed |= r->phrase.failed;
    bool spelled = r->spelled;
    r->spelled = false;
    if (end <= i || r->phrase.size == 0 || r->failed) {
        str_clear(&r->phrase);
        return;
    }
    char *text = arena_strdup(r->arena, str_text(&r->phrase));
    str_clear(&r->phrase);
    if (!text || (r->words == r->room && !grow_words(r))) {
        r->failed = true;
        return;
    }
    const struct letter *first = &r->letter[i], *last = &r->letter[end - 1];
    r->word[r->words++] = (struct normal_word){.text = text,
        .source = first->at,
        .source_bytes = last->at + last->size - first->at,
        .spelled = spelled};
}

void say_short(struct reading *r, int i, int end)
{
    uint32_t next = look(r, skip_space(r, end));
    say(r, i, end);
    if (look(r, end - 1) == '.' && is_sentence_end(r, end) &&
        (!r->tongue->nouns_capital || !next || next == '\n'))
        set_mark(r, '.');
}

static int rank(uint32_t mark)
{
    static const uint32_t order[] = {0, ',', EM_DASH, ':', ';', '.', '!', '?'};
    int i = 0;
    while (i < 7 && order[i] != mark)
        i++;
    return i;
}

void set_mark(struct reading *r, uint32_t mark)
{
    if (r->words > 0 && rank(mark) > rank(r->word[r->words - 1].mark))
        r->word[r->words - 1].mark = mark;
}

const char *take_part(struct reading *r, size_t from)
{
    while (from < r->phrase.size && r->phrase.data[from] == ' ')
        from++;
    if (r->phrase.failed || from >= r->phrase.size)
        return "";
    char *part = arena_strdup(r->arena, r->phrase.data + from);
    r->failed |= !part;
    r->phrase.size = from;
    r->phrase.data[from] = 0;
    return part ? part : "";
}

void put(struct reading *r, const char *text)
{
    if (r->phrase.size > 0)
        str_add_byte(&r->phrase, ' ');
    str_add_text(&r->phrase, text);
}

void put_phrase(struct reading *r, const char *phrase, const char *const slot[26])
{
    if (r->phrase.size > 0)
        str_add_byte(&r->phrase, ' ');
    for (const char *p = phrase; *p; p++) {
        if (p[0] == '%' && p[1] >= 'a' && p[1] <= 'z') {
            str_add_text(&r->phrase, slot[p[1] - 'a'] ? slot[p[1] - 'a'] : "");
            p++;
        } else {
            str_add_byte(&r->phrase, *p);
        }
    }
}
