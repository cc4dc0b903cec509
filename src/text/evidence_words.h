/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_EVIDENCE_WORDS_H
#define TEXT_EVIDENCE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words that numbers are made of, in English, German, French and Spanish, and Chinese and
 * Japanese signs. */

enum tongue { ENGLISH = 1, GERMAN = 2, FRENCH = 4, SPANISH = 8, ANY = 15 };

enum word_kind {
    WORD_STOP,   /* a small word that tells the language */
    WORD_NUMBER, /* below 100 */
    WORD_HUNDRED,
    WORD_SCALE,    /* thousand, million, dozen */
    WORD_ONE,      /* a, an: only in front of a scale */
    WORD_FRACTION, /* half, third, quarter */
    WORD_UNIT,
    WORD_SQUARE, /* in front of a unit, or behind it */
    WORD_CUBIC,
    WORD_MONTH,
    WORD_AM,
    WORD_PM,
    WORD_CLOCK, /* o'clock, Uhr */
    WORD_HEDGE, /* about: alone in front of a number */
    WORD_THAN,  /* more, less: in front of "than" */
    WORD_CUE,   /* rose, total, times: a number may be computed */
    WORD_PART,  /* chapter, step: what follows counts parts of the text */
    WORD_SAYS,  /* said, called: a quotation follows */
    WORD_KINDS
};

enum cue { CUE_DIFFERENCE, CUE_SUM, CUE_RATIO };

enum dimension {
    NO_UNIT,
    LENGTH,   /* m */
    AREA,     /* m2 */
    VOLUME,   /* m3 */
    MASS,     /* kg */
    DURATION, /* s */
    MONTHS,
    CELSIUS,
    FAHRENHEIT,
    DEGREES, /* of an angle, or of a temperature */
    POWER,   /* W */
    ENERGY,  /* J */
    DATA,    /* byte */
    PERCENT,
    POINTS, /* of percent, or of a score */
    FRACTION,
    TIMES,
    PRESSURE, /* Pa */
    SOUND,    /* dB */
    VOLTAGE,
    CURRENT,
    FREQUENCY,
    PIXELS,
    CENTS, /* of some currency, in whole units of it */
    MONEY, /* and above: a currency each */
    DOLLARS = MONEY,
    EUROS,
    POUNDS,
    YEN,
    YUAN,
    FRANCS,
    CROWNS,
    PESOS,
    RUPEES,
    ROUBLES,
    GUILDERS,
    THALERS,
    GROSCHEN,
    WON,
    ZLOTY,
    REAIS,
    LIRAS,
};

struct word {
    const char *text; /* words divided by spaces */
    enum word_kind kind;
    unsigned tongue;
    double value; /* a factor for units */
    int dimension;
};

struct wordbook {
    struct {
        uint64_t hash;
        const struct word *word;
    } * slot;
    size_t slots;
};

bool wordbook_build(struct wordbook *b);
void wordbook_free(struct wordbook *b);
/* The word of that hash, kind and one of the languages; null when there is none. */
const struct word *wordbook_find(
    const struct wordbook *b, uint64_t hash, enum word_kind kind, unsigned tongue);
bool wordbook_cue(const struct wordbook *b, uint64_t hash, enum cue cue, unsigned tongue);
/* The language that most of the small words belong to, ANY when there is none. */
unsigned wordbook_tongue(const struct wordbook *b, const uint64_t *hash, size_t count, size_t step);

/* Units and scales of scripts without spaces: the longest that `text` begins with, or null. */
const struct word *sign_unit(const char *text, size_t bytes);
/* 0 to 9 for the signs of digits, 10, 100, 1000, 1e4, 1e8, 1e12 for those of scales; -1. */
double sign_digit(const char *text, size_t bytes);
bool sign_starts(const char *text, size_t bytes, const char *with);

#endif
