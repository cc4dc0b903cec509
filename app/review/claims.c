/* SPDX-License-Identifier: Apache-2.0 */
#include "review/claims.h"

#include "review/words.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *text;
    size_t bytes, at;
    struct claim *claim;
    int claims;
};

static char peek(const struct reader *r, size_t at)
{
    return at < r->bytes ? r->text[at] : '\0';
}

static size_t line_end(const struct reader *r, size_t at)
{
    const char *end = memchr(r->text + at, '\n', r->bytes - at);
    return end ? (size_t)(end - r->text) : r->bytes;
}

static size_t skip_spaces(const struct reader *r, size_t at)
{
    while (at < r->bytes && (r->text[at] == ' ' || r->text[at] == '\t'))
        at++;
    return at;
}

/* Bytes of "- ", "* ", "3. ", "3) ", "> " at the beginning of a line; 0: none. */
static size_t marker(const struct reader *r, size_t at)
{
    size_t i = at;
    while (isdigit((unsigned char)peek(r, i)) && i - at < 3)
        i++;
    if (i > at)
        i = (peek(r, i) == '.' || peek(r, i) == ')') && peek(r, i + 1) == ' ' ? i + 2 : at;
    else if (strchr("-*+>|", peek(r, i)) && peek(r, i) && peek(r, i + 1) == ' ')
        i += 2;
    return i - at;
}

static bool says_something(const struct reader *r, size_t at, size_t end)
{
    while (at < end && !isalnum((unsigned char)r->text[at]) && !(r->text[at] & 0x80))
        at++;
    return at < end;
}

/* A line that says nothing by itself: a heading, a rule, the frame of a table. */
static bool is_bare(const struct reader *r, size_t at)
{
    return peek(r, at) == '#' || !says_something(r, at, line_end(r, at));
}

static bool is_fence(const struct reader *r, size_t at)
{
    return at + 3 <= r->bytes &&
           (memcmp(r->text + at, "```", 3) == 0 || memcmp(r->text + at, "~~~", 3) == 0);
}

/* To the beginning of a line that can hold a claim. */
static void skip_lines(struct reader *r)
{
    bool code = false;
    while (r->at < r->bytes) {
        size_t at = skip_spaces(r, r->at);
        bool fence = is_fence(r, at);
        if (!fence && !code && !is_bare(r, at)) {
            size_t n = marker(r, at);
            r->at = at + n;
            if (!n)
                return;
            continue;
        }
        code = code != fence;
        r->at = line_end(r, at);
        r->at += r->at < r->bytes;
    }
}

/* Whether what stands at the beginning of a line is a new paragraph. */
static bool is_break(const struct reader *r, size_t at)
{
    at = skip_spaces(r, at);
    return at >= r->bytes || r->text[at] == '\n' || r->text[at] == '#' || marker(r, at) > 0 ||
           is_fence(r, at) || is_bare(r, at);
}

/* Bytes of "[2]", "[1, 3]", "[1-3]" with its numbers added to the claim; 0: there is none. */
static size_t read_citation(const struct reader *r, size_t at, struct claim *c)
{
    int found[CITATIONS_MOST], n = 0;
    size_t i = at + 1;
    if (peek(r, at) != '[')
        return 0;
    for (;;) {
        int number = 0, digits = 0;
        i = skip_spaces(r, i);
        for (; isdigit((unsigned char)peek(r, i)) && digits < 4; i++, digits++)
            number = number * 10 + (r->text[i] - '0');
        if (!digits)
            return 0;
        if (n < CITATIONS_MOST)
            found[n++] = number;
        i = skip_spaces(r, i);
        if (peek(r, i) == ']')
            break;
        if (!strchr(",;-", peek(r, i)) || !peek(r, i))
            return 0;
        i++;
    }
    for (int k = 0; k < n; k++) {
        bool known = false;
        for (int j = 0; j < c->citations; j++)
            known = known || c->citation[j] == found[k];
        if (!known && c->citations < CITATIONS_MOST)
            c->citation[c->citations++] = found[k];
    }
    return i + 1 - at;
}

/* Bytes of a mark that ends a sentence; 0: none. */
static size_t full_stop(const struct reader *r, size_t at)
{
    static const char *const marks[] = {"。", "！", "？", "…"};
    if (strchr(".!?", peek(r, at)) && peek(r, at))
        return 1;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (r->bytes - at >= strlen(marks[i]) &&
            memcmp(r->text + at, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

/* A period behind one of these ends no sentence, nor behind a single capital letter. */
static bool is_short_form(const struct reader *r, size_t dot)
{
    static const char *const forms[] = {"Dr", "Mr", "Mrs", "Ms", "Prof", "St", "vs", "e.g", "i.e",
        "etc", "No", "Nr", "Fig", "approx", "ca", "cf", "bzw", "z.B", "d.h", "Inc", "Jr", "Sr", "p",
        "pp"};
    size_t from = dot;
    while (from > 0 && !word_blank(r->text[from - 1]) && r->text[from - 1] != '(')
        from--;
    size_t n = dot - from;
    if (n == 1 && isupper((unsigned char)r->text[from]))
        return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strlen(forms[i]) == n && memcmp(r->text + from, forms[i], n) == 0)
            return true;
    return false;
}

/* Past closing brackets and quotation marks, and past citations behind a sentence. */
static size_t closing(const struct reader *r, size_t at, struct claim *c)
{
    static const char *const closers[] = {
        "\"", "'", ")", "*", "_", "»", "”", "’", "“", "」", "』", "）"};
    for (size_t n = 1, space; n;) {
        n = 0;
        for (size_t i = 0; i < sizeof closers / sizeof *closers && !n; i++)
            if (r->bytes - at >= strlen(closers[i]) &&
                memcmp(r->text + at, closers[i], strlen(closers[i])) == 0)
                n = strlen(closers[i]);
        space = n ? at : skip_spaces(r, at);
        n += n ? 0 : read_citation(r, space, c);
        at = n ? space + n : at;
    }
    return at;
}

/* Whether a sentence ends with the mark of n bytes at `at`, and then where. */
static bool sentence_end(const struct reader *r, size_t at, size_t n, struct claim *c, size_t *end)
{
    struct claim behind = *c;
    *end = closing(r, at + n, &behind);
    char next = peek(r, *end);
    if (n == 1 && next && !word_blank(next) && (unsigned char)next < 0xE3)
        return false;
    size_t word = skip_spaces(r, *end);
    if (r->text[at] == '.' && *end == at + 1 &&
        (islower((unsigned char)peek(r, word)) || is_short_form(r, at)))
        return false;
    *c = behind;
    return true;
}

/* The sentence that begins here, to the end of its paragraph at most. */
static void read_claim(struct reader *r)
{
    struct claim c = {.start = r->at};
    size_t at = r->at, end = 0, n;
    while (!end && at < r->bytes) {
        if ((n = full_stop(r, at)) > 0) {
            if (!sentence_end(r, at, n, &c, &end)) {
                end = 0;
                at += n;
            }
        } else if ((n = read_citation(r, at, &c)) > 0) {
            at += n;
        } else if (r->text[at] == '\n' && is_break(r, at + 1)) {
            end = at;
        } else {
            at++;
        }
    }
    end = end ? end : r->bytes;
    r->at = end;
    while (end > c.start && word_blank(r->text[end - 1]))
        end--;
    c.bytes = end - c.start;
    if (!says_something(r, c.start, end))
        return;
    if (r->claims < CLAIMS_MOST) {
        r->claim[r->claims++] = c;
        return;
    }
    struct claim *last = &r->claim[CLAIMS_MOST - 1];
    last->bytes = end - last->start;
    for (int i = 0; i < c.citations && last->citations < CITATIONS_MOST; i++)
        last->citation[last->citations++] = c.citation[i];
}

enum ih_status claims_parse(struct claim **out, int *count, const char *text, struct ih_error *e)
{
    struct reader r = {.text = text, .bytes = strlen(text)};
    bool line = true;
    *count = 0;
    *out = r.claim = calloc(CLAIMS_MOST, sizeof *r.claim);
    if (!r.claim)
        return review_fail(e, IH_NO_MEMORY, "not enough memory for the claims of a text");
    while (r.at < r.bytes) {
        if (line)
            skip_lines(&r);
        while (r.at < r.bytes && word_blank(r.text[r.at]) && r.text[r.at] != '\n')
            r.at++;
        line = peek(&r, r.at) == '\n';
        r.at += line;
        if (!line && r.at < r.bytes)
            read_claim(&r);
    }
    /* What has nothing but headings or code is one claim all the same. */
    if (!r.claims && text[strspn(text, " \t\r\n")])
        r.claim[r.claims++] = (struct claim){
            .start = strspn(text, " \t\r\n"), .bytes = r.bytes - strspn(text, " \t\r\n")};
    *count = r.claims;
    return IH_OK;
}
