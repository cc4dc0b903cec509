/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SPEECH_NORMAL_TONGUE_H
#define SPEECH_NORMAL_TONGUE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What a language says for what is written: the tables of one language, to be read and mended by
 * somebody who speaks it. Numbers, units, months and plurals come from ICU; here stands what ICU
 * does not know, or has wrong.
 *
 * "Rules" name a way to spell a number: one of ICU's rule sets ("%spellout-cardinal-feminine"), or
 * a name that the language's own spell() knows. Lists end with a null row. */

struct wordbook;

enum { TONGUES = 25 };

enum gender { GENDER_NONE, GENDER_MASCULINE, GENDER_FEMININE, GENDER_NEUTER, GENDERS };

enum sign {
    SIGN_AND,     /* & */
    SIGN_PLUS,    /* + */
    SIGN_MINUS,   /* before a number */
    SIGN_EQUALS,  /* = */
    SIGN_TIMES,   /* times, multiplied by: 3 x 4 */
    SIGN_DIVIDED, /* divided by */
    SIGN_LESS,    /* < */
    SIGN_GREATER, /* > */
    SIGN_ABOUT,   /* ~5, approximately */
    SIGN_AT,      /* @ in addresses */
    SIGN_DOT,     /* . in addresses and versions */
    SIGN_SLASH,
    SIGN_DASH, /* - in addresses */
    SIGN_UNDERSCORE,
    SIGN_COLON,
    SIGN_QUESTION, /* ? in addresses */
    SIGN_HASH,     /* # in addresses */
    SIGN_NUMBER,   /* #5, No. 5 */
    SIGN_HASHTAG,
    SIGN_SECTION, /* the paragraph sign before a number */
    SIGN_PERCENT, /* alone; with a number in front it is a unit */
    SIGN_POINT,   /* between the whole and the decimals */
    SIGN_TO,      /* in ranges: three to five */
    SIGN_OVER,    /* in fractions without a name: seven over nine */
    SIGN_RATIO,   /* scores and scales, 3:2; null: nothing */
    SIGNS,
};

struct pair {
    const char *written, *spoken;
};

enum abbreviation_kind {
    INSIDE, /* its period never ends a sentence: Dr. */
    ENDING, /* it does when a capital letter follows: etc. */
    COUNT,  /* only in front of a number: No. 5 */
    NAME,   /* only in front of a word that begins with a capital letter: St. Mary */
    AFTER,  /* only behind such a word or a number, may end a sentence: Main St. */
};

/* Written in small letters it matches in any case, else exactly. Its spaces may be left out. A
 * spoken form in capitals ("P M") is said letter by letter. */
struct abbreviation {
    const char *written, *spoken;
    enum abbreviation_kind kind;
};

/* What is glued to a number in digits: "st", "er", "-й". */
struct suffix {
    const char *written, *rules;
};

/* A unit beyond those that are the same everywhere (units.c), or another name for one of them.
 * `unit` is CLDR's id; a text with a % in it is the phrase itself, see phrase below. */
struct unit {
    const char *written, *unit;
};

/* Ends of words that tell the gender of what is counted; the first that fits is taken. `last`: only
 * for numbers that end in this digit, 0: for all. */
struct noun {
    const char *ending;
    enum gender gender;
    int last;
};

/* Forms are written with bars between them, by ICU's plural of the number: all alike; "one|other";
 * "one|few|other"; "one|few|many|other"; "one|two|few|many|other". */
struct money {
    const char *code; /* ISO 4217 */
    const char *forms;
    enum gender gender;
    const char *minor; /* forms of the hundredth; null: there is none */
    enum gender minor_gender;
};

/* Written behind a number: million, Mio., bn. The forms are said behind the number. */
struct magnitude {
    const char *written, *forms;
    enum gender gender;
    int zeros;
};

/* Phrases hold places: %d day, %m month, %y year of a date; %h hour, %m minute, %s second of a time
 * and %i, %j the names of hours and minutes; %n a number, %u a unit, %c hundredths. */
struct tongue {
    const char *code, *locale;
    char decimal;                  /* . or , */
    const char *groups;            /* what may stand between thousands, besides U+00A0 and ' */
    bool groups_of_two;            /* 12,34,567 */
    const char *cardinal[GENDERS]; /* rules; null: as GENDER_NONE */
    const char *ordinal[GENDERS];
    const char *attribute;    /* in front of a word whose gender is not known; null: as alone */
    int attribute_most;       /* the largest such number; 0: any */
    const struct noun *nouns; /* and where the next word tells its gender; may be null */
    /* rules in front of units and money without a gender; null: as alone */
    const char *before_unit;
    const char *const *counters;    /* what a number stands in front of for that; null: any word */
    bool unspaced;                  /* written without spaces: what is said has none either */
    bool nouns_capital;             /* and only where that begins with a capital letter */
    const char *year;               /* of years from 1010 to 1999; null: as a number */
    const char *year_2000;          /* from 2010 to 2099; null: as a number */
    const char *const *before_year; /* words: in, since; null: every four digits may be a year */
    const struct pair *year_after;  /* words in front of a year, and its rules: w 1984 */
    const struct pair *after_year;  /* words behind a year, and its rules: года */
    bool decimals_grouped;          /* 3,14 is "three comma fourteen", not "one four" */
    const struct pair *fixes;       /* in what ICU spells, in this order */
    /* Adds a number by rules of the tongue's own, whose names begin with a letter. */
    void (*spell)(struct wordbook *w, const char *rules, int64_t value, struct str *out);
    /* "одна целая пять десятых"; null: whole, SIGN_POINT, decimals */
    void (*spell_decimals)(
        struct wordbook *w, int64_t whole, const char *decimals, struct str *out);
    const char *sign[SIGNS];

    bool ordinal_dot;                 /* 3. is the third */
    const struct pair *ordinal_after; /* words in front of 3. that tell, and its rules */
    const struct suffix *suffixes;
    const struct suffix *decades; /* 1980s, 1980er */

    const char *const *months; /* instead of ICU's twelve; null: ICU's */
    const char *date;          /* phrase of 2026-11-25 */
    const char *day_month;     /* and without a year */
    const char *month_year;
    bool month_first;             /* 11/25/2026 is in November */
    bool day_behind_month;        /* "November 25" is usual */
    const char *day, *first_day;  /* rules of the day of a date; first_day null: as day */
    const struct pair *day_after; /* words in front of a day, and its rules: am 3. Mai */
    const char *const *day_of;    /* words that may stand between day and month: de, of */
    const char *day_of_said;      /* said between them though it is not written; null: nothing */
    const char *date_year;        /* rules of the year behind a month; null: as a year */

    const char *const *time_halves; /* words behind 5:00 with which only the hour is said: pm */
    const char *time, *time_hour;   /* 9:15, 9:00 */
    const char *time_few;           /* 9:05; null: as time */
    const char *time_seconds;       /* phrase added for seconds */
    const char *hour, *minute;      /* rules */
    const struct pair *hour_after;  /* words in front of a time, and its rules: o dziewiątej */
    const char *hour_name, *minute_name; /* forms, for %i and %j */
    const char *const *time_behind;      /* words behind a time that the phrases say: Uhr */
    const char *const *time_before;      /* words in front that make 9.15 a time: um, kl. */

    /* "1/2": all of it; "+1/2": behind a whole number (with ~
     * in front: glued to it, as its attribute); "/5": forms of fifths behind their number */
    const struct pair *fractions;
    enum gender fraction_gender;
    const char *fraction_and; /* between a whole number and its fraction; null: nothing */
    const struct abbreviation *abbreviations;
    const struct pair *compounds; /* ends of words: "str." is "straße" */
    const char *const *single;    /* letters that are words: a, i */
    bool clitics;                 /* hyphens bind letters that are no words: s-a, y-a-t-il */
    const char *const *said;      /* words in capitals that are said as words */
    const char *const *spelled;   /* and those that are spelled though they look like words */
    const char *const *letters;   /* names of a to z; null: the language says Latin letters */
    const struct unit *units;
    const struct money *money;
    const char *money_phrase; /* %n and %u: both amounts with their names, %c: hundredths bare */
    const char *dollar, *krone, *yen; /* ISO codes of $, kr and the yen sign */
    const struct magnitude *magnitudes;
    const char *magnitude_of; /* between million and what is counted: de; before a vowel: d' */
    const char *magnitude_of_vowel; /* null: the same */

    const struct pair *roman_before; /* words in front of a Roman number and its rules */
    const struct pair *roman_behind; /* words behind it */
    const char *const *rulers;       /* names of kings and popes in small letters */
    const char *king;                /* rules behind such a name; null: not read so */
    const char *king_many;           /* and beyond king_few; null: as king */
    int king_few;
    const char *roman_dot; /* rules of XIX. before a word; null: not read so */
    const char *king_the;  /* said before it; null: nothing */
};

/* By code, name or tag (text/language.h), null when it is none of ours. */
const struct tongue *tongue_find(const char *language);

/* Every tongue, in alphabetical order; null from TONGUES on. */
const struct tongue *tongue_at(int i);

extern const struct tongue tongue_ar, tongue_cs, tongue_da, tongue_de, tongue_en, tongue_es,
    tongue_fi, tongue_fr, tongue_hi, tongue_hu, tongue_id, tongue_it, tongue_ja, tongue_ko,
    tongue_nl, tongue_no, tongue_pl, tongue_pt, tongue_ro, tongue_ru, tongue_sv, tongue_th,
    tongue_tr, tongue_vi, tongue_zh;

#endif
