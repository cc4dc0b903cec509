/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/sentences.h"

#include "speech/normalizer.h"
#include "text/unicode.h"

#include <string.h>

enum { SHORTEST = 8, SHORT_LINE = 40 };

/* The beginning of the text that is looked at, in letters (normal/reading.h). */
struct window {
    struct reading r;
    struct arena arena;
};

/* So many bytes are looked at: whole characters. */
static size_t window_bytes(const char *text, size_t bytes, size_t longest)
{
    size_t room = longest < SIZE_MAX / 8 ? 4 * longest + 64 : bytes;
    if (bytes <= room)
        return bytes;
    while (room > 0 && ((unsigned char)text[room] & 0xc0) == 0x80)
        room--;
    return room > 0 ? room : bytes;
}

/* The byte at which the letter begins; behind the last one, the end. */
static size_t byte_of(const struct reading *r, int i, size_t bytes)
{
    return i < r->letters ? r->letter[i].at : bytes;
}

static int letter_of(const struct reading *r, size_t byte)
{
    int low = 0, high = r->letters;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (r->letter[middle].at < byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A line break ends a sentence unless the line goes on: the line is long and no blank line, item or
 * mark of Markdown follows. */
static bool line_ends(const struct reading *r, int i)
{
    int next = i, breaks = 0, length = 0;
    for (; look(r, next) == '\n' || is_space(look(r, next)); next++)
        breaks += look(r, next) == '\n';
    while (length <= SHORT_LINE && look(r, i - 1 - length) && look(r, i - 1 - length) != '\n')
        length++;
    uint32_t c = look(r, next);
    bool item = c == 0x2022 || is_among(c, "-*+#>|");
    bool begins = is_upper(c) || is_digit(c) || is_native(c);
    return breaks > 1 || item || (begins && length <= SHORT_LINE);
}

/* Behind a period that is an abbreviation's, an initial's or an ordinal's nothing ends. */
static bool is_held(struct reading *r, int i)
{
    int period = i - 1;
    while (period > 0 && is_space(look(r, period)))
        period--;
    if (look(r, period) != '.')
        return false;
    int begin = period;
    while (begin > 0 && period - begin < 4 && is_digit(look(r, begin - 1)))
        begin--;
    if (begin < period)
        return is_ordinal_dot(r, begin, period);
    while (begin > 0 && period - begin < 24 &&
           (is_letter(look(r, begin - 1)) || look(r, begin - 1) == '.'))
        begin--;
    int read = begin < period ? read_abbreviation(r, begin) : 0;
    bool held = read > period && r->words > 0 && r->word[r->words - 1].mark != '.';
    r->words = 0;
    str_clear(&r->phrase);
    return held;
}

/* The letter behind the first sentence by ICU's rules and ours. */
static int first_boundary(struct reading *r, const char *text, size_t bytes)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *sentences = wordbook_sentences(r->book);
    UText *source = utext_openUTF8(NULL, text, (int64_t)bytes, &status);
    if (sentences)
        ubrk_setUText(sentences, source, &status);
    int end = r->letters;
    if (sentences && U_SUCCESS(status)) {
        ubrk_first(sentences);
        for (int32_t at; (at = ubrk_next(sentences)) != UBRK_DONE && (size_t)at < bytes;) {
            int i = letter_of(r, (size_t)at), before = i - 1;
            while (before > 0 && is_space(look(r, before)))
                before--;
            bool line = look(r, before) == '\n';
            if (line ? line_ends(r, before) : !is_held(r, i)) {
                end = i;
                break;
            }
        }
        ubrk_setText(sentences, NULL, 0, &status);
    }
    if (source)
        utext_close(source);
    return end;
}

/* Blank lines that ICU begins a new sentence with belong to the old one. */
static int take_blanks(const struct reading *r, int i)
{
    while (i < r->letters && (is_space(look(r, i)) || look(r, i) == '\n'))
        i++;
    return i;
}

static bool is_pause(uint32_t c)
{
    return c == ';' || c == ':' || c == ',' || c == EM_DASH || c == 0x2013;
}

/* Marks and joined signs stay with the letter before them; so do halves of a flag, roughly. */
static bool is_inside_grapheme(const struct reading *r, int i)
{
    uint32_t c = look(r, i), before = look(r, i - 1);
    return is_mark(c) || c == 0x200d || before == 0x200d || (c >= 0x1f3fb && c <= 0x1f3ff) ||
           (c >= 0x1f1e6 && c <= 0x1f1ff) || (c >= 0xe0020 && c <= 0xe007f) ||
           (c >= 0xd7b0 && c <= 0xd7fb) || (c >= 0x1160 && c <= 0x11ff);
}

/* Where to cut what is longer than `longest`. */
static int cut(const struct reading *r, int longest)
{
    int pause = 0, space = 0, grapheme = 0;
    for (int i = longest; i > longest / 2; i--) {
        uint32_t before = look(r, i - 1), c = look(r, i);
        bool open = is_space(c) || c == '\n' || (!is_digit(c) && before >= 0x80);
        if (!pause && is_pause(before) && open)
            pause = i;
        if (!space && (is_space(before) || before == '\n'))
            space = i;
        if (!grapheme && !is_inside_grapheme(r, i))
            grapheme = i;
    }
    if (pause || space)
        return pause ? take_blanks(r, pause) : space;
    return grapheme ? grapheme : longest;
}

/* Languages without spaces are cut where ICU's dictionaries end a word. */
static int cut_native(struct reading *r, int longest)
{
    int at = cut(r, longest);
    if (!is_native(look(r, at)) || !is_native(look(r, at - 1)) || is_pause(look(r, at - 1)))
        return at;
    int begin = at;
    while (begin > longest / 2 && is_native(look(r, begin - 1)))
        begin--;
    int last = 0;
    r->words = 0;
    for (int i = begin; i < at;)
        i = read_native(r, i);
    for (int i = 0; i < r->words; i++) {
        int end = letter_of(r, r->word[i].source + r->word[i].source_bytes);
        last = end <= at ? end : last;
    }
    r->words = 0;
    str_clear(&r->phrase);
    return last > begin ? last : at;
}

size_t sentence_next(
    struct normalizer *n, const char *text, size_t bytes, const char *language, size_t longest)
{
    struct window w = {.r = {.arena = &w.arena}};
    struct reading *r = &w.r;
    if (longest < SHORTEST)
        longest = SHORTEST;
    size_t seen = window_bytes(text, bytes < NORMAL_LONGEST ? bytes : NORMAL_LONGEST, longest);
    if (seen == 0 || normalizer_use(n, language, r, NULL) || reading_decode(r, text, seen)) {
        arena_free(&w.arena);
        return seen;
    }
    str_init(&r->phrase, LONGEST_PHRASE);
    int end = first_boundary(r, text, seen);
    end = take_blanks(r, end);
    int spoken = end;
    while (spoken > 0 && (is_space(look(r, spoken - 1)) || look(r, spoken - 1) == '\n'))
        spoken--;
    if ((size_t)spoken > longest)
        end = cut_native(r, (int)longest);
    size_t size = byte_of(r, end, seen);
    str_free(&r->phrase);
    arena_free(&w.arena);
    return size > 0 ? size : seen;
}
