/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_NORMAL_READING_H
#define SPEECH_NORMAL_READING_H

#include "base/arena.h"
#include "speech/normal/wordbook.h"
#include "speech/normalize.h"

/* One text while it is read, from its first letter to its last. Each read_...() looks at the
 * letters from i on: it either adds words and returns the letter behind what it read, or adds
 * nothing and returns 0. How far one looks ahead is bounded, so that a text costs time in
 * proportion to its length. */

struct letter {
    uint32_t c;        /* digits, spaces and signs of other scripts and widths brought to ASCII */
    uint32_t at, size; /* its bytes in the text */
};

enum {
    LONGEST_PHRASE = 1 << 16, /* bytes of what one written word becomes */
    LONGEST_WORD = 256,       /* bytes of a word that is looked up */
    NBSP = 0xa0,              /* stands for every space that does not break */
    EM_DASH = 0x2014,
    MINUS = 0x2212,
};

struct reading {
    struct wordbook *book;
    const struct tongue *tongue;
    const char *cardinal; /* rules; null: the tongue's */
    bool month_first;
    struct arena *arena;
    const struct letter *letter;
    int letters;
    struct normal_word *word;
    int words, room;
    struct str phrase; /* what is being said for the piece at hand */
    bool spelled;      /* letter by letter */
    bool fraction;     /* it is said to be one */
    bool loud;         /* the text is in capitals */
    bool failed;       /* no memory */
};

/* text.c */
enum ih_status reading_decode(struct reading *r, const char *text, size_t bytes);
uint32_t look(const struct reading *r, int i); /* 0 outside */
bool is_digit(uint32_t c);
bool is_letter(uint32_t c); /* and marks */
bool is_mark(uint32_t c);   /* accents, vowel signs */
bool is_upper(uint32_t c);
bool is_space(uint32_t c);  /* not line breaks */
bool is_native(uint32_t c); /* Chinese, Japanese, Thai: written without spaces */
bool is_among(uint32_t c, const char *ascii);
int count_digits(const struct reading *r, int i); /* at most 64 */
int end_of_word(const struct reading *r, int i);  /* letters from i on, at most 1000 */
int skip_space(const struct reading *r, int i);   /* one space at most */
bool is_glued(const struct reading *r, int i); /* a letter stands before i, in a word with spaces */
bool is_boundary(const struct reading *r, int i); /* letters or digits on one side at most */
/* What was read up to i may end there: also before another letter where words are not spaced, and
 * in Korean, whose endings are glued on. */
bool is_end(const struct reading *r, int i);
bool is_vulgar(uint32_t c);                           /* a fraction in one sign */
bool is_sentence_end(const struct reading *r, int i); /* nothing, a line break or a capital */

/* Letters that `text` takes up at i, 0 when it does not stand there. `loose`: capitals do not
 * matter if text is in small letters, and spaces in text may be missing. */
int match(const struct reading *r, int i, const char *text, bool loose);

/* The word of letters before or behind i, after one space at most, in small letters; "" for none.
 */
const char *word_before(const struct reading *r, int i, char out[LONGEST_WORD]);
const char *word_behind(const struct reading *r, int i, char out[LONGEST_WORD]);
/* Letters [i, end) in small letters. */
const char *small(const struct reading *r, int i, int end, char out[LONGEST_WORD]);
bool is_listed(const char *const *list, const char *word);
const char *find_pair(const struct pair *list, const char *word);
/* The second of the first pair whose text stands at i and ends a word there; null for none. */
const char *pair_at(const struct reading *r, const struct pair *list, int i);

/* Adds a word made of the phrase, which is emptied, for letters [i, end). */
void say(struct reading *r, int i, int end);
/* As say(), for what may end in an abbreviation's period, which may be the sentence's too. */
void say_short(struct reading *r, int i, int end);
/* The last word gets a mark unless it has a stronger one. */
void set_mark(struct reading *r, uint32_t mark);
/* Adds a blank (unless the phrase is empty) and text to the phrase. */
void put(struct reading *r, const char *text);
/* The phrase from here on, cut off and kept in the arena: to fill a place of another phrase. */
const char *take_part(struct reading *r, size_t from);
/* Adds a tongue's phrase with its places filled in: slot['d' - 'a'] for %d. */
void put_phrase(struct reading *r, const char *phrase, const char *const slot[26]);

/* number.c */
enum { AMOUNT_DIGITS = 40 }; /* what is longer is several numbers */
struct amount {
    int end;
    char whole[AMOUNT_DIGITS + 1], decimals[AMOUNT_DIGITS + 1];
    bool negative, grouped;
};
bool parse_amount(const struct reading *r, int i, struct amount *a);
int64_t amount_value(const struct amount *a); /* of the whole, -1 when it is too long */
double amount_number(const struct amount *a);
void put_number(struct reading *r, int64_t value, const char *rules);
void put_digits(struct reading *r, const char *digits);
void put_amount(struct reading *r, const struct amount *a, const char *rules);
const char *gender_rules(const struct tongue *t, enum gender gender);
int read_number(struct reading *r, int i);
int read_version(struct reading *r, int i);
/* By the ending of the word behind a number whose last digit this is; 0: any. */
enum gender noun_gender(const struct reading *r, int end, int last);
void say_plain(struct reading *r, int i, const struct amount *a);
bool is_year(const struct reading *r, int i, const struct amount *a);
void put_year(struct reading *r, int64_t year, const char *rules);

/* ordinal.c: 1st, 3., 2e, 1980s, XIV */
const char *suffix_at(const struct reading *r, const struct suffix *list, int i, int *end);
int read_ordinal(struct reading *r, int i, const struct amount *a);
void put_ending(struct reading *r, int *end);
int read_roman(struct reading *r, int i);
bool is_ordinal_dot(const struct reading *r, int i, int end);

/* date.c, time.c */
int read_date(struct reading *r, int i);
int read_day(struct reading *r, int i, const struct amount *a);
int month_at(const struct reading *r, int i, int *end);
int month_before(const struct reading *r, int i);
int read_month(struct reading *r, int i);
/* The day by these rules; a year or a day of 0 is left out. */
void put_date(struct reading *r, const char *rules, int day, int month, int year);
const char *day_rules(const struct reading *r, int i, int64_t day);
int read_time(struct reading *r, int i);
bool is_iso_time(const struct reading *r, int i);

/* unit.c, money.c, fraction.c, phone.c */
int read_unit(struct reading *r, int i, const struct amount *a);
int read_percent(struct reading *r, int i);
void put_counted(struct reading *r, const struct amount *a, const char *phrase, enum gender gender);
const struct magnitude *magnitude_at(const struct reading *r, int i, int *end);
int read_money(struct reading *r, int i);
int read_money_behind(struct reading *r, int i, const struct amount *a);
/* The number ends behind 1½, 1/2, 2 1/2; i may be a sign like ½ alone, with a->end at i. */
int read_fraction(struct reading *r, int i, const struct amount *a);
int read_phone(struct reading *r, int i);
void say_groups(struct reading *r, int i, int end);

/* word.c, web.c, sign.c */
int read_abbreviation(struct reading *r, int i);
const struct abbreviation *abbreviation_at(const struct reading *r, int i, int *end);
int read_word(struct reading *r, int i);
int read_native(struct reading *r, int i);
void put_letters(struct reading *r, int i, int end);
void say_word(struct reading *r, int i, int end); /* letters as a word or an acronym */
bool is_loud(const struct reading *r);
int read_web(struct reading *r, int i);
int read_sign(struct reading *r, int i);
int read_markup(struct reading *r, int i);

/* read.c */
void read_text(struct reading *r, int i, int end);
int read_piece(struct reading *r, int i);
/* say_as.c: false when the text is not of that kind and nothing was said. */
bool read_as(struct reading *r, const char *say_as, const char *format);

#endif
