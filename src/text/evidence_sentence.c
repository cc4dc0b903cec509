/* SPDX-License-Identifier: Apache-2.0 */
/* Citations, and the sentences that they hold for. */
#include "text/evidence.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

/* Adds what stands in brackets from `at` to `end`: numbers and ranges. */
static bool add_citations(struct sentences *s, const char *text, size_t at, size_t end)
{
    while (at < end) {
        size_t from = at;
        long long v[2] = {0, 0};
        int k = 0;
        if (text[at] < '0' || text[at] > '9') {
            at++;
            continue;
        }
        for (; at < end && k < 2; at++) {
            if (text[at] >= '0' && text[at] <= '9')
                v[k] = v[k] < 1000000000 ? v[k] * 10 + text[at] - '0' : v[k];
            else if (text[at] == '-' && text[at + 1] >= '0' && text[at + 1] <= '9')
                k++;
            else if (sign_starts(text + at, end - at, "\xe2\x80\x93") && at + 3 < end)
                k++, at += 2;
            else
                break;
        }
        if (!grow((void **)&s->citation, &s->citation_room, s->citations, sizeof *s->citation))
            return false;
        s->citation[s->citations++] = (struct citation){from, at - from, v[0], k ? v[1] : v[0]};
    }
    return true;
}

static size_t pass(const char *text, size_t bytes, size_t at, const char *set)
{
    while (at < bytes && strchr(set, text[at]) && text[at])
        at++;
    return at;
}

/* Closing marks and brackets behind the end of a sentence. */
static size_t pass_closing(const char *text, size_t bytes, size_t at)
{
    static const char *const closing[] = {"\"", "'", ")", "*", "_", "\xe2\x80\x9d", "\xe2\x80\x99",
        "\xe2\x80\x9c", "\xc2\xbb", "\xe3\x80\x8d", "\xe3\x80\x8f", "\xef\xbc\x89"};
    for (size_t k = 0; k < sizeof closing / sizeof *closing; k++)
        if (sign_starts(text + at, bytes - at, closing[k])) {
            at += strlen(closing[k]);
            k = (size_t)-1;
        }
    return at;
}

/* Citations that follow the end of a sentence belong to it. */
static size_t pass_citations(const char *text, size_t bytes, size_t at)
{
    for (;;) {
        size_t next = pass(text, bytes, at, " "),
               end = next < bytes ? bracket_numbers(text, bytes, next) : next;
        if (end == next || (end < bytes && text[end] == '('))
            return at;
        at = pass(text, bytes, end, ".,;");
    }
}

/* Whether the word in front of a full stop is one that is cut short. */
static bool is_short(const char *text, size_t at)
{
    static const char *const words[] = {"no", "nr", "mr", "mrs", "ms", "dr", "st", "vs", "approx",
        "ca", "mio", "mrd", "fig", "art", "vol", "inc", "bzw", "etwa", "tsd"};
    size_t n = 0;
    while (n < at && n < 8 && (text[at - n - 1] | 32) >= 'a' && (text[at - n - 1] | 32) <= 'z')
        n++;
    if (n == 1)
        return true;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strlen(words[k]) == n && strncasecmp(words[k], text + at - n, n) == 0)
            return true;
    return false;
}

static bool begins_lower(const char *text, size_t bytes, size_t at)
{
    uint32_t c;
    return at < bytes && utf8_read(text + at, bytes - at, &c) && c != UTF8_INVALID &&
           unicode_class(c) == UNICODE_LETTER && unicode_upper(c) != c;
}

/* Where a sentence ends that may end with the sign at `at`; 0 when it goes on. */
static size_t sentence_end(const char *text, size_t bytes, size_t at, bool german)
{
    static const char *const wide[] = {"\xe3\x80\x82", "\xef\xbc\x81", "\xef\xbc\x9f"};
    for (size_t k = 0; k < 3; k++)
        if (sign_starts(text + at, bytes - at, wide[k]))
            return pass_citations(text, bytes, pass_closing(text, bytes, at + 3));
    if (!strchr(".!?", text[at]) || !text[at] || (text[at] == '.' && is_short(text, at)))
        return 0;
    size_t end = pass_closing(text, bytes, at + 1), cited = pass_citations(text, bytes, end);
    size_t next = pass(text, bytes, cited, " \t");
    bool spaced = cited > end || next > cited || cited == bytes || text[cited] == '\n';
    bool digit = at && text[at - 1] >= '0' && text[at - 1] <= '9';
    if (!spaced || begins_lower(text, bytes, next) ||
        (digit && german && text[at] == '.' && cited == end))
        return 0;
    return cited;
}

/* Whether a line break ends a sentence: an empty line, or a heading, a list, a quotation in front
 * or behind. */
static bool is_break(const char *text, size_t bytes, size_t at, size_t line)
{
    size_t next = pass(text, bytes, at + 1, " \t");
    size_t here = pass(text, bytes, line, " \t");
    if (next >= bytes || strchr("\n\r#>*-|+", text[next]) || text[here] == '#' ||
        text[here] == '>' || text[here] == '|')
        return true;
    size_t digits = pass(text, bytes, next, "0123456789");
    return digits > next && digits < bytes && (text[digits] == '.' || text[digits] == ')');
}

static bool add_sentence(struct sentences *s, size_t end)
{
    if (!grow((void **)&s->sentence, &s->room, s->count, sizeof *s->sentence))
        return false;
    size_t first =
               s->count ? s->sentence[s->count - 1].first + s->sentence[s->count - 1].citations : 0,
           n = 0;
    while (first + n < s->citations && s->citation[first + n].start < end)
        n++;
    s->sentence[s->count++] = (struct sentence){end, first, n};
    return true;
}

static bool read_citations(
    struct sentences *s, const char *text, size_t bytes, const struct quotations *q)
{
    for (size_t i = 0, k = 0; i < bytes; i++) {
        while (k < q->count && q->quotation[k].end <= i)
            k++;
        if (k < q->count && q->quotation[k].start <= i && !q->quotation[k].block) {
            i = q->quotation[k].end - 1;
            continue;
        }
        size_t end = bracket_numbers(text, bytes, i);
        if (end > i && !add_citations(s, text, i, end))
            return false;
        i = end > i ? end - 1 : i;
    }
    return true;
}

bool sentences_read(struct sentences *s, const struct tokens *t, const struct quotations *q)
{
    const char *text = t->text;
    size_t line = 0, bytes = t->bytes;
    *s = (struct sentences){0};
    if (!read_citations(s, text, bytes, q))
        return false;
    for (size_t i = 0, k = 0; i < bytes;) {
        while (k < q->count && q->quotation[k].end <= i)
            k++;
        size_t end = 0;
        if (k < q->count && q->quotation[k].start <= i && !q->quotation[k].block) {
            /* A quotation may hold several sentences, and end the one it stands in with its own
             * last. */
            size_t last = q->quotation[k].inner_end;
            while (last > q->quotation[k].inner_start &&
                   ((unsigned char)text[last - 1] & 0xc0) == 0x80)
                last--;
            last -= last > q->quotation[k].inner_start;
            end = last > i ? sentence_end(text, bytes, last, false) : 0;
            i = q->quotation[k].end > i ? q->quotation[k].end : i + 1;
            end = end >= i ? end : 0;
        } else if (text[i] == '\n') {
            end = is_break(text, bytes, i, line) ? i + 1 : 0;
            line = ++i;
        } else {
            end = sentence_end(text, bytes, i, t->language == GERMAN);
            i++;
        }
        if (end && !add_sentence(s, end))
            return false;
        i = end > i ? end : i;
    }
    return add_sentence(s, bytes + 1);
}

void sentences_free(struct sentences *s)
{
    free(s->citation);
    free(s->sentence);
    *s = (struct sentences){0};
}

size_t sentence_at(const struct sentences *s, size_t at)
{
    size_t low = 0, high = s->count ? s->count - 1 : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->sentence[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
