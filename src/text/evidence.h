/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_EVIDENCE_H
#define TEXT_EVIDENCE_H

#include "base/err.h"
#include "text/evidence_words.h"

/* What a text says that can be looked up in its sources: the parts behind inhouse/evidence.h. A
 * text becomes tokens; quotations are compared token by token, numbers are read from tokens and
 * what stands between them. */

enum token_kind {
    TOKEN_WORD,   /* a run of letters */
    TOKEN_DIGITS, /* a run of digits */
    TOKEN_SIGN,   /* one character of a script without spaces */
};

struct token {
    size_t at;
    uint32_t bytes;
    uint8_t kind;
    bool upper;    /* begins with a capital */
    uint64_t hash; /* of its letters in lower case, composed, without apostrophes */
};

struct tokens {
    const char *text;
    size_t bytes;
    struct token *token;
    size_t count, room;
    unsigned language; /* bits of enum tongue: what its small words belong to */
};

/* Numbers in brackets, such as [2], are no tokens. False when memory is short. */
bool tokens_read(struct tokens *t, const char *text, size_t bytes);
void tokens_free(struct tokens *t);
uint64_t token_hash(const char *text, size_t bytes);
/* Of a word without the endings of plurals. */
uint64_t token_stem(const struct tokens *t, size_t i);
/* The first token that begins at or after a place. */
size_t tokens_at(const struct tokens *t, size_t at);
/* Where the citation in brackets that begins at text[at] ends, `at` when there is none. */
size_t bracket_numbers(const char *text, size_t bytes, size_t at);

/* Numbers. */

enum number_kind { NUMBER_VALUE, NUMBER_DATE, NUMBER_TIME, NUMBER_NAME };
enum hedge { HEDGE_NONE, HEDGE_ABOUT, HEDGE_MORE, HEDGE_LESS };

struct unit {
    int dimension; /* enum dimension */
    double factor; /* to the base unit of the dimension */
    int per;       /* dimension below the line, or 0 */
    double per_factor;
};

enum { READINGS = 2 };

struct number {
    size_t start, end;  /* bytes of the text */
    size_t first, last; /* its tokens: [first, last) */
    enum number_kind kind;
    double value[READINGS]; /* with its scale; 1.234 may be read in two ways */
    double place[READINGS]; /* the place value of the last digit that is written */
    int readings;
    struct unit unit;
    enum hedge hedge;
    bool words; /* "three", not 3 */
    bool ordinal;
    bool counted;               /* a word that is no unit follows: 12 stations */
    bool weak;                  /* only to be found, never to be missed */
    int year, month, day, day2; /* 0: not said. 3/4/2019 may be read in two ways */
    int seconds;                /* of the day, or h:mm:ss */
    bool half_day;              /* it may be morning or evening */
    bool computed;              /* "one tree in four" as a share: not written as such */
    int source;
};

struct numbers {
    struct number *number;
    size_t count, room;
};

bool numbers_read(struct numbers *n, const struct tokens *t, const struct wordbook *book);
void numbers_free(struct numbers *n);

/* What the readers of numbers have in common. */
struct reader {
    const struct tokens *t;
    const struct wordbook *book;
};

/* Whether token i has this meaning in the language of the text. */
const struct word *reader_word(const struct reader *r, size_t i, enum word_kind kind);
/* The bytes between token i and the next one. */
size_t reader_gap(const struct reader *r, size_t i, const char **gap);
/* Whether nothing but a space, or a hyphen, stands between token i and the next one. */
bool reader_close(const struct reader *r, size_t i);
bool reader_gap_is(const struct reader *r, size_t i, const char *text);
/* The digits of token i as an integer, -1 when they are none or more than nine. */
int reader_integer(const struct reader *r, size_t i);
/* Each reads at token i and says how many tokens it took, 0 when there is no such thing. */
size_t date_read(const struct reader *r, size_t i, struct number *out);
size_t time_read(const struct reader *r, size_t i, struct number *out);
size_t words_read(const struct reader *r, size_t i, struct number *out);
/* The unit behind a number whose last token is i - 1: takes tokens from i on, and signs, and moves
 * the number's end. */
size_t unit_read(const struct reader *r, size_t i, struct number *out);
/* A further way to read a number. */
void number_read_also(struct number *n, double value, double place);
enum hedge hedge_before(const struct reader *r, const struct number *n);
enum hedge hedge_behind(const struct reader *r, const struct number *n);
/* Whether two numbers are the ends of a range, and what they take from each other then: unit,
 * scale, month, century. */
bool number_is_range(const struct reader *r, const struct number *a, const struct number *b);
void number_share(struct number *a, struct number *b);
bool number_share_of(
    const struct reader *r, const struct number *a, const struct number *b, struct number *out);
/* A currency in front of token i: moves the number's start. */
void unit_before(const struct reader *r, size_t i, struct number *out);

/* Between which values what is written may lie: 3.2 million is a number between 3.15 and 3.25
 * million, "more than 40" one between 40 and 50. */
void number_range(const struct number *d, int reading, double *low, double *high);
/* Whether a number of the text may be one of a source as far as their units go; *raw when it is to
 * be compared as it is written. */
bool units_fit(const struct number *d, const struct number *s, bool *raw);
/* Whether it may be a year alone. */
bool is_bare_year(const struct number *n);
bool dates_fit(const struct number *d, const struct number *s);
bool times_fit(const struct number *d, const struct number *s);
/* In base units, of what lies above the line and below it. */
double number_base(const struct number *n, int reading, bool per);

/* Sources. */

struct source_text {
    struct tokens tokens;
    struct numbers numbers;
    size_t base; /* of its tokens among all */
};

struct place {
    int source; /* -1: nowhere */
    size_t start, bytes;
};

/* All tokens of all sources in a row. */
struct corpus {
    struct source_text *source;
    int sources;
    size_t count;
    uint64_t *hash, *prefix, *power; /* [count], [count + 1]: of sequences */
    size_t *slot;                    /* hash table: 1 + the first token with a hash, 0 */
    size_t slots;
    size_t *next,
        *many; /* [count]: the next token like this; [count]: at the first one, how many */
};

bool corpus_build(struct corpus *c);
void corpus_free(struct corpus *c);

/* Which sources are cited where something stands. Empty: no matter which. */
struct cited {
    const struct citation {
        size_t start, bytes;
        long long first, last; /* counted from 1 */
    } * citation;
    size_t count;
};

bool cited_holds(const struct cited *c, int source);

#define SEQUENCE_FACTOR 0x9e3779b97f4a7c15u

/* A quotation made of pieces with gaps between them. */
struct piece {
    size_t first, count; /* tokens of the quotation */
    size_t gap;          /* how many tokens may be left out in front of it */
    uint64_t hash;       /* of the tokens, one after the other */
};

struct quoted {
    struct tokens tokens;
    struct piece *piece;
    size_t pieces;
    char *text; /* what the tokens refer to */
};

/* Brackets and ellipses are gaps, unless it is taken as it is written. False when memory is short.
 */
bool quoted_read(struct quoted *q, const char *text, size_t bytes, bool as_written);
void quoted_free(struct quoted *q);
/* Where the sources say so, a cited one if any does; else -1. */
struct place corpus_find(const struct corpus *c, const struct quoted *q, const struct cited *cited);
/* What is most like it. */
struct place corpus_nearest(const struct corpus *c, const struct quoted *q);

struct quotation {
    size_t start, end;             /* with its marks */
    size_t inner_start, inner_end; /* without */
    bool block;
};

struct quotations {
    struct quotation *quotation;
    size_t count, room;
};

bool quotations_find(struct quotations *q, const char *text, size_t bytes);
/* Whether a quotation that no source has is one that should be there: not a title, not a single
 * word. */
bool quotation_counts(const struct quotation *q, const struct quoted *words, const struct tokens *t,
    const struct wordbook *book);

/* All numbers of all sources, in orders to look them up by. */
struct entry {
    double key;
    int dimension;
    const struct number *number;
    int reading;
};

struct ledger {
    const struct corpus *corpus;
    struct entry *raw;  /* values by what is written, and the years of dates */
    struct entry *base; /* values by dimension and value in base units */
    const struct number **date, **time;
    size_t raws, bases, dates, times;
    uint64_t *noun; /* what is counted, in order */
    size_t nouns;
    struct derived *derived; /* in order; null until it is needed */
    size_t deriveds, derived_room;
};

bool ledger_build(struct ledger *l, const struct corpus *c);
void ledger_free(struct ledger *l);
struct place ledger_find(const struct ledger *l, const struct number *d, const struct cited *cited);
struct place ledger_nearest(const struct ledger *l, const struct number *d);
/* Whether the sources count what this number counts. */
bool ledger_counts(const struct ledger *l, const struct number *d, const struct tokens *t);
/* `cue` has bits 1 << enum cue. *failed when memory is short. */
struct place ledger_derived(struct ledger *l, const struct number *d, unsigned cue,
    const struct cited *cited, bool *failed);

/* Sentences, and the citations that hold for each. */
struct sentences {
    struct sentence {
        size_t end;              /* byte behind it */
        size_t first, citations; /* of all */
    } * sentence;
    size_t count, room;
    struct citation *citation;
    size_t citations, citation_room;
};

bool sentences_read(struct sentences *s, const struct tokens *t, const struct quotations *q);
void sentences_free(struct sentences *s);
/* The sentence that a byte stands in. */
size_t sentence_at(const struct sentences *s, size_t at);

/* Adds room for one more item to an array; false when memory is short. */
bool grow(void **items, size_t *room, size_t count, size_t size);

/* IH_OK or IH_NO_MEMORY; everything is UTF-8. */
struct ih_evidence;
struct ih_source;
enum ih_status evidence_check(struct ih_evidence *out, const char *text, size_t bytes,
    const struct ih_source *source, int sources, struct ih_error *e);

#endif
