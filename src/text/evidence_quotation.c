/* SPDX-License-Identifier: Apache-2.0 */
/* Where a text quotes, and what a quotation says is in its source. */
#include "text/evidence.h"
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

enum {
    QUOTATION_LIMIT = 4000, /* bytes between two marks */
    SINGLE_LIMIT = 400,     /* between two single ones, which may be apostrophes */
    BRACKET_LIMIT = 120,    /* of an insertion */
    ELLIPSIS_GAP = 120,     /* tokens left out at most */
    INSERTION_GAP = 12,     /* replaced by words in brackets */
    GAP_INSERTION = 2,
    GAP_ELLIPSIS = 3, /* marks of gaps in the text to compare */
};

struct mark {
    uint32_t open, close, close2;
};

static const struct mark marks[] = {{0x201c, 0x201d, 0}, {0x201e, 0x201c, 0x201d}, {0xab, 0xbb, 0},
    {0xbb, 0xab, 0}, {0x300c, 0x300d, 0}, {0x300e, 0x300f, 0}, {'"', '"', 0}, {0x201d, 0x201d, 0},
    {0x2018, 0x2019, 0}, {0x201a, 0x2018, 0x2019}, {'\'', '\'', 0}, {0x2039, 0x203a, 0}};

static bool is_single(uint32_t c)
{
    return c == 0x2018 || c == '\'';
}

static bool is_letter(uint32_t c)
{
    enum unicode_class k = unicode_class(c);
    return k == UNICODE_LETTER || k == UNICODE_NUMBER || k == UNICODE_MARK;
}

static bool is_wide(uint32_t c)
{
    return c >= 0x2e80 && c < 0xa000;
}

/* Whether a mark that may open a quotation, or close one, or be an apostrophe, opens one here. */
static bool opens(uint32_t mark, uint32_t before, uint32_t after)
{
    bool space_after = unicode_class(after) == UNICODE_SPACE || after == 0;
    if (mark == 0x201c || mark == 0x201e || mark == 0xab || is_wide(mark) || mark == 0x2039)
        return true;
    if (is_single(mark) || mark == 0x201a)
        return !is_letter(before) && !space_after &&
               (unicode_class(after) == UNICODE_LETTER || after == '[');
    return (!is_letter(before) || is_wide(before)) && !space_after;
}

/* The byte behind the mark that closes what begins at `at`, with where that mark begins; 0 for
 * none. A quotation ends with its paragraph. */
static size_t close_at(
    const char *text, size_t bytes, size_t at, const struct mark *m, size_t *mark)
{
    size_t limit = is_single(m->open) ? SINGLE_LIMIT : QUOTATION_LIMIT, deep = 0;
    bool new_line = false;
    for (size_t i = at; i < bytes && i - at < limit;) {
        uint32_t c, after = 0;
        size_t n = utf8_read(text + i, bytes - i, &c);
        if (i + n < bytes)
            utf8_read(text + i + n, bytes - i - n, &after);
        if (c == '\n' && (new_line || is_single(m->open)))
            return 0;
        new_line = c == '\n' || (new_line && (c == ' ' || c == '\t' || c == '\r'));
        if (c == m->open && m->open != m->close) {
            deep++;
        } else if ((c == m->close || c == m->close2) && !(is_single(m->open) && is_letter(after))) {
            if (!deep--) {
                *mark = i;
                return i + n;
            }
        }
        i += n;
    }
    return 0;
}

static bool add(struct quotations *q, struct quotation one)
{
    if (!grow((void **)&q->quotation, &q->room, q->count, sizeof *q->quotation))
        return false;
    q->quotation[q->count++] = one;
    return true;
}

/* Lines that begin with '>' from `at`, which begins one; where they end. */
static size_t block_end(const char *text, size_t bytes, size_t at)
{
    size_t i = at;
    while (i < bytes && text[i] == '>') {
        const char *end = memchr(text + i, '\n', bytes - i);
        i = end ? (size_t)(end - text) + 1 : bytes;
    }
    return i;
}

static bool is_line_start(const char *text, size_t at)
{
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
        at--;
    return at == 0 || text[at - 1] == '\n';
}

/* What a quotation in marks that begins at `at` is; end is 0 when there is none. */
static struct quotation marked(
    const char *text, size_t bytes, size_t at, size_t n, uint32_t c, uint32_t before)
{
    struct quotation none = {0};
    uint32_t after = 0;
    if (at + n < bytes)
        utf8_read(text + at + n, bytes - at - n, &after);
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        size_t inner_end = 0, end;
        if (marks[k].open != c || !opens(c, before, after))
            continue;
        end = close_at(text, bytes, at + n, &marks[k], &inner_end);
        if (end)
            return (struct quotation){at, end, at + n, inner_end, false};
    }
    return none;
}

bool quotations_find(struct quotations *q, const char *text, size_t bytes)
{
    uint32_t before = '\n';
    *q = (struct quotations){0};
    for (size_t i = 0; i < bytes;) {
        uint32_t c;
        size_t n = utf8_read(text + i, bytes - i, &c);
        struct quotation found = {0};
        if (c == '>' && is_line_start(text, i)) {
            size_t end = block_end(text, bytes, i);
            found = (struct quotation){i, end, i, end, true};
        } else if (c != UTF8_INVALID) {
            found = marked(text, bytes, i, n, c, before);
        }
        if (found.end) {
            if (!add(q, found))
                return false;
            i = found.end;
            before = found.block ? '\n' : ' ';
            continue;
        }
        before = c;
        i += n;
    }
    return true;
}

/* The length of an ellipsis at s, 0 for none. */
static size_t ellipsis(const char *s, size_t n)
{
    if (sign_starts(s, n, "\xe2\x80\xa6"))
        return 3;
    if (sign_starts(s, n, ". . ."))
        return 5;
    return sign_starts(s, n, "...") ? 3 : 0;
}

static bool letter_at(const char *s, size_t n)
{
    uint32_t c;
    return n && utf8_read(s, n, &c) && c != UTF8_INVALID && unicode_class(c) == UNICODE_LETTER;
}

/* Writes what brackets mean: [t]he is "the", say[s] and [the ship] are gaps, [...] is an ellipsis.
 */
static size_t bracket(const char *s, size_t n, char *out, size_t *written)
{
    const char *close = memchr(s, ']', n < BRACKET_LIMIT ? n : BRACKET_LIMIT);
    if (!close)
        return 0;
    size_t inner = (size_t)(close - s) - 1, used = inner + 2;
    if (ellipsis(s + 1, inner)) {
        out[(*written)++] = GAP_ELLIPSIS;
        return used;
    }
    bool behind =
        *written && ((unsigned char)out[*written - 1] >= 0x80 || letter_at(out + *written - 1, 1));
    if (letter_at(s + used, n - used)) {
        memcpy(out + *written, s + 1, inner);
        *written += inner;
        return used;
    }
    while (behind && *written &&
           ((unsigned char)out[*written - 1] >= 0x80 || letter_at(out + *written - 1, 1)))
        (*written)--;
    out[(*written)++] = GAP_INSERTION;
    return used;
}

/* The text to compare: brackets and ellipses become gaps. */
static size_t rewrite(const char *s, size_t n, char *out)
{
    size_t written = 0;
    for (size_t i = 0; i < n;) {
        size_t dots = ellipsis(s + i, n - i),
               used = s[i] == '[' ? bracket(s + i, n - i, out, &written) : 0;
        if (dots) {
            out[written++] = GAP_ELLIPSIS;
            i += dots;
        } else if (used) {
            i += used;
        } else {
            bool control = s[i] == GAP_INSERTION || s[i] == GAP_ELLIPSIS;
            out[written++] = control ? ' ' : s[i];
            i++;
        }
    }
    return written;
}

static size_t gap_between(const struct quoted *q, size_t i)
{
    const struct token *t = q->tokens.token;
    size_t from = t[i - 1].at + t[i - 1].bytes, gap = 0;
    for (; from < t[i].at; from++) {
        if (q->text[from] == GAP_ELLIPSIS)
            gap = ELLIPSIS_GAP;
        else if (q->text[from] == GAP_INSERTION && gap < INSERTION_GAP)
            gap = INSERTION_GAP;
    }
    return gap;
}

bool quoted_read(struct quoted *q, const char *text, size_t bytes, bool as_written)
{
    *q = (struct quoted){.text = malloc(bytes + 1)};
    if (!q->text)
        return false;
    if (as_written)
        memcpy(q->text, text, bytes);
    if (!tokens_read(&q->tokens, q->text, as_written ? bytes : rewrite(text, bytes, q->text)))
        return false;
    q->piece = calloc(q->tokens.count + 1, sizeof *q->piece);
    for (size_t i = 0; q->piece && i < q->tokens.count; i++) {
        size_t gap = i && !as_written ? gap_between(q, i) : 0;
        if (i == 0 || gap)
            q->piece[q->pieces++] = (struct piece){.first = i, .gap = gap};
        struct piece *p = &q->piece[q->pieces - 1];
        p->count++;
        p->hash = p->hash * SEQUENCE_FACTOR + q->tokens.token[i].hash;
    }
    return q->piece != NULL;
}

void quoted_free(struct quoted *q)
{
    tokens_free(&q->tokens);
    free(q->piece);
    free(q->text);
    *q = (struct quoted){0};
}

/* Every longer word begins with a capital, as in the name of a book. */
static bool is_title(const struct quoted *q)
{
    size_t capitals = 0;
    for (size_t i = 0; i < q->tokens.count; i++) {
        const struct token *t = &q->tokens.token[i];
        if (t->kind == TOKEN_WORD && t->bytes > 3 && !t->upper)
            return false;
        capitals += t->upper;
    }
    return q->tokens.count <= 8 && capitals >= 2;
}

/* "so-called", or "what they call", within a few words in front. */
static bool is_so_called(const struct tokens *t, size_t first)
{
    static const char *const calling[] = {"called", "call", "calls", "sogenannte", "sogenannten",
        "genannte", "genannten", "disant", "llamado", "llamada"};
    uint64_t so = token_hash("so", 2), what = token_hash("what", 4);
    bool called = false;
    for (size_t i = first; i > 0 && first - i < 6; i--) {
        uint64_t hash = t->token[i - 1].hash;
        for (size_t k = 0; k < sizeof calling / sizeof *calling; k++)
            called |= hash == token_hash(calling[k], strlen(calling[k])) && (first - i < 3);
        if (called && (hash == so || hash == what))
            return true;
    }
    return false;
}

bool quotation_counts(const struct quotation *q, const struct quoted *words, const struct tokens *t,
    const struct wordbook *book)
{
    size_t weight = 0, first = tokens_at(t, q->start);
    for (size_t i = 0; i < words->tokens.count; i++)
        weight += words->tokens.token[i].kind == TOKEN_SIGN ? 1 : 2;
    if (q->block)
        return weight > 0;
    if (weight < 4 || is_title(words) || (weight < 12 && is_so_called(t, first)))
        return false;
    if (weight > 4)
        return true;
    for (size_t i = first; i > 0 && first - i < 3; i--)
        if (wordbook_find(book, t->token[i - 1].hash, WORD_SAYS, t->language))
            return true;
    return false;
}
