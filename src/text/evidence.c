/* SPDX-License-Identifier: Apache-2.0 */
/* What a text says that can be looked up, looked up. */
#include "text/evidence.h"
#include "inhouse/evidence.h"

#include <stdlib.h>
#include <string.h>

enum {
    SMALL = 12,     /* numbers in words up to this count what the reader can count as well */
    CUE_REACH = 48, /* tokens around a number that may say that it is computed */
};

struct check {
    struct wordbook book;
    struct corpus corpus;
    struct ledger ledger;
    struct tokens tokens;
    struct numbers numbers;
    struct quotations quotations;
    struct sentences sentences;
    struct ih_finding *finding;
    size_t findings, room;
    unsigned char *taken; /* of quotations: whether they are findings */
};

static bool add(struct check *c, enum ih_finding_kind kind, enum ih_finding_verdict verdict,
    size_t start, size_t bytes, struct place p)
{
    if (!grow((void **)&c->finding, &c->room, c->findings, sizeof *c->finding))
        return false;
    c->finding[c->findings++] = (struct ih_finding){.kind = kind,
        .verdict = verdict,
        .start = start,
        .bytes = bytes,
        .source = p.source,
        .source_start = p.source < 0 ? 0 : p.start,
        .source_bytes = p.source < 0 ? 0 : p.bytes};
    return true;
}

static bool exists(const struct check *c, const struct citation *one)
{
    return one->first >= 1 && one->last >= one->first && one->last <= c->corpus.sources;
}

/* The sources that are cited where a byte stands. Those that do not exist count for nothing. */
static struct cited cited_at(const struct check *c, size_t at)
{
    const struct sentence *s = &c->sentences.sentence[sentence_at(&c->sentences, at)];
    struct cited cited = {c->sentences.citation + s->first, s->citations};
    bool any = false;
    for (size_t i = 0; i < cited.count; i++)
        any |= exists(c, &cited.citation[i]);
    cited.count = any ? cited.count : 0;
    return cited;
}

static enum ih_finding_verdict verdict_of(const struct place *p, const struct cited *cited)
{
    if (p->source < 0)
        return IH_NOT_SAID;
    return cited_holds(cited, p->source) ? IH_FOUND : IH_ELSEWHERE;
}

static bool check_citations(struct check *c)
{
    for (size_t i = 0; i < c->sentences.citations; i++) {
        const struct citation *one = &c->sentences.citation[i];
        bool there = exists(c, one);
        struct place p = {.source = there ? (int)one->first - 1 : -1};
        if (there && one->first == one->last)
            p.bytes = c->corpus.source[p.source].tokens.bytes;
        if (!add(c, IH_CITATION, there ? IH_FOUND : IH_NO_SOURCE, one->start, one->bytes, p))
            return false;
    }
    return true;
}

/* Where words stand, with what brackets and ellipses leave out, or as they are written. */
static bool find_quotation(const struct check *c, const struct quotation *q, struct quoted *words,
    const struct cited *cited, struct place *p)
{
    const char *text = c->tokens.text + q->inner_start;
    size_t bytes = q->inner_end - q->inner_start;
    if (!quoted_read(words, text, bytes, false))
        return false;
    *p = corpus_find(&c->corpus, words, cited);
    if (p->source >= 0 || !memchr(text, '[', bytes))
        return true;
    struct quoted plain;
    bool ok = quoted_read(&plain, text, bytes, true);
    if (ok)
        *p = corpus_find(&c->corpus, &plain, cited);
    quoted_free(&plain);
    return ok;
}

static bool check_quotation(struct check *c, size_t i)
{
    const struct quotation *q = &c->quotations.quotation[i];
    struct cited cited = cited_at(c, q->inner_end ? q->inner_end - 1 : 0);
    struct quoted words = {0};
    struct place p = {.source = -1};
    bool ok = find_quotation(c, q, &words, &cited, &p);
    if (ok && words.tokens.count) {
        enum ih_finding_verdict verdict = verdict_of(&p, &cited);
        c->taken[i] = verdict == IH_FOUND || quotation_counts(q, &words, &c->tokens, &c->book);
        if (verdict == IH_NOT_SAID)
            p = corpus_nearest(&c->corpus, &words);
        if (c->taken[i])
            ok = add(c, IH_QUOTATION, verdict, q->start, q->end - q->start, p);
    }
    quoted_free(&words);
    return ok;
}

/* "3. " at the beginning of a line, or "## 3. ". */
static bool is_list_mark(const struct check *c, const struct number *n)
{
    const char *text = c->tokens.text;
    size_t at = n->start;
    if (n->end >= c->tokens.bytes || !strchr(".)", text[n->end]) || n->end - n->start > 3)
        return false;
    while (at && strchr(" \t#*-(>", text[at - 1]) && text[at - 1])
        at--;
    return at == 0 || text[at - 1] == '\n';
}

/* Whether a number belongs to an address of the web. */
static bool is_in_address(const struct check *c, const struct number *n)
{
    const char *text = c->tokens.text;
    size_t at = n->start;
    while (at && n->start - at < 512 && !strchr(" \n\t", text[at - 1])) {
        at--;
        if (sign_starts(text + at, c->tokens.bytes - at, "://") ||
            sign_starts(text + at, c->tokens.bytes - at, "www."))
            return true;
    }
    return false;
}

/* "step 3", "chapter 12": a part of the text itself. */
static bool is_part(const struct check *c, const struct number *n)
{
    struct reader r = {&c->tokens, &c->book};
    return n->first && reader_close(&r, n->first - 1) && reader_word(&r, n->first - 1, WORD_PART);
}

static unsigned cues_of(const struct check *c, const struct number *n)
{
    const struct sentence *s = c->sentences.sentence;
    size_t k = sentence_at(&c->sentences, n->start), from = k ? s[k - 1].end : 0;
    unsigned cue = n->unit.dimension == FRACTION ? 1u << CUE_RATIO : 0;
    size_t i = tokens_at(&c->tokens, from);
    i = i + CUE_REACH < n->first ? n->first - CUE_REACH : i;
    for (; i < c->tokens.count && i < n->last + CUE_REACH && c->tokens.token[i].at < s[k].end; i++)
        for (int kind = CUE_DIFFERENCE; kind <= CUE_RATIO; kind++)
            if (wordbook_cue(&c->book, c->tokens.token[i].hash, (enum cue)kind, c->tokens.language))
                cue |= 1u << kind;
    return cue;
}

/* Where a name with digits stands. */
static bool find_name(
    const struct check *c, const struct number *n, const struct cited *cited, struct place *p)
{
    struct quoted words;
    bool ok = quoted_read(&words, c->tokens.text + n->start, n->end - n->start, true);
    if (ok)
        *p = corpus_find(&c->corpus, &words, cited);
    quoted_free(&words);
    return ok;
}

static bool check_number(struct check *c, const struct number *n)
{
    struct cited cited = cited_at(c, n->start);
    struct place p = {.source = -1};
    bool failed = false;
    if (n->computed || is_list_mark(c, n) || is_in_address(c, n))
        return true;
    if (n->kind == NUMBER_NAME) {
        if (!find_name(c, n, &cited, &p))
            return false;
    } else {
        p = ledger_find(&c->ledger, n, &cited);
    }
    enum ih_finding_verdict verdict = verdict_of(&p, &cited);
    if (verdict != IH_FOUND) {
        struct place derived = ledger_derived(&c->ledger, n, cues_of(c, n), &cited, &failed);
        if (failed)
            return false;
        if (derived.source >= 0) {
            p = derived;
            verdict = IH_FOUND;
        }
    }
    bool small = n->words && n->kind == NUMBER_VALUE && !n->unit.dimension && n->value[0] <= SMALL;
    if (verdict != IH_FOUND &&
        (n->weak || is_part(c, n) || (small && !ledger_counts(&c->ledger, n, &c->tokens))))
        return true;
    if (verdict == IH_NOT_SAID)
        p = ledger_nearest(&c->ledger, n);
    return add(c, IH_NUMBER, verdict, n->start, n->end - n->start, p);
}

/* Quotations, then the numbers outside of those that were found or missed as a whole. */
static bool check_all(struct check *c)
{
    c->taken = calloc(c->quotations.count + 1, 1);
    if (!c->taken || !check_citations(c))
        return false;
    for (size_t i = 0; i < c->quotations.count; i++)
        if (!check_quotation(c, i))
            return false;
    for (size_t i = 0, k = 0; i < c->numbers.count; i++) {
        const struct number *n = &c->numbers.number[i];
        while (k < c->quotations.count && c->quotations.quotation[k].end <= n->start)
            k++;
        bool quoted =
            k < c->quotations.count && c->quotations.quotation[k].start <= n->start && c->taken[k];
        if (!quoted && !check_number(c, n))
            return false;
    }
    return true;
}

static bool read_tokens(const struct check *c, struct tokens *t, const char *text, size_t bytes)
{
    if (!tokens_read(t, text ? text : "", bytes))
        return false;
    t->language =
        t->count ? wordbook_tongue(&c->book, &t->token[0].hash, t->count, sizeof *t->token) : ANY;
    return true;
}

static bool read_all(
    struct check *c, const char *text, size_t bytes, const struct ih_source *source, int sources)
{
    c->corpus.source = calloc((size_t)sources + 1, sizeof *c->corpus.source);
    if (!c->corpus.source || !wordbook_build(&c->book))
        return false;
    c->corpus.sources = sources;
    for (int i = 0; i < sources; i++) {
        struct source_text *s = &c->corpus.source[i];
        if (!read_tokens(c, &s->tokens, source[i].text, source[i].bytes) ||
            !numbers_read(&s->numbers, &s->tokens, &c->book))
            return false;
    }
    return corpus_build(&c->corpus) && ledger_build(&c->ledger, &c->corpus) &&
           read_tokens(c, &c->tokens, text, bytes) &&
           numbers_read(&c->numbers, &c->tokens, &c->book) &&
           quotations_find(&c->quotations, c->tokens.text, bytes) &&
           sentences_read(&c->sentences, &c->tokens, &c->quotations);
}

static int by_start(const void *a, const void *b)
{
    const struct ih_finding *x = a, *y = b;
    return x->start != y->start ? (x->start > y->start) - (x->start < y->start)
                                : (int)x->kind - (int)y->kind;
}

static void check_free(struct check *c)
{
    wordbook_free(&c->book);
    corpus_free(&c->corpus);
    ledger_free(&c->ledger);
    tokens_free(&c->tokens);
    numbers_free(&c->numbers);
    free(c->quotations.quotation);
    sentences_free(&c->sentences);
    free(c->taken);
    free(c->finding);
}

enum ih_status evidence_check(struct ih_evidence *out, const char *text, size_t bytes,
    const struct ih_source *source, int sources, struct ih_error *e)
{
    struct check c = {0};
    enum ih_status status = IH_OK;
    if (read_all(&c, text, bytes, source, sources) && check_all(&c) && c.findings < INT32_MAX) {
        if (c.findings)
            qsort(c.finding, c.findings, sizeof *c.finding, by_start);
        *out = (struct ih_evidence){c.finding, (int)c.findings};
        c.finding = NULL;
    } else {
        status = err_memory(e, "looking up what a text says");
    }
    check_free(&c);
    return status;
}
