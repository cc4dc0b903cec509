/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/wordbook.h"

#include <stddef.h>
#include <string.h>

/* One before a noun is "un" or "o"; ordinals are "al" and the cardinal with "-lea". */
static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    if (strcmp(rules, "hour") == 0) {
        wordbook_spell(w, value % 10 == 2 ? "%spellout-cardinal-feminine" : NULL, value, out);
        return;
    }
    if (rules[0] == '1') { /* 1f, 1m, 1n */
        static const char *const icu[] = {"%spellout-cardinal-feminine",
            "%spellout-cardinal-masculine", "%spellout-cardinal-neuter"};
        if (value == 1)
            str_add_text(out, rules[1] == 'f' ? "o" : "un");
        else
            wordbook_spell(w, icu[rules[1] == 'f' ? 0 : rules[1] == 'm' ? 1 : 2], value, out);
        return;
    }
    if (value == 1) {
        str_add_text(out, strcmp(rules, "ordinal") == 0 ? "primul" : "întâi");
        return;
    }
    if (strcmp(rules, "ordinal-bare") != 0)
        str_add_text(out, "al ");
    wordbook_spell(w, NULL, value, out);
    char last = out->size > 0 ? out->data[out->size - 1] : 0;
    bool vowel = last && strchr("aeiou", last);
    /* ă ends in the byte 0x83 */
    if (!vowel && (unsigned char)last != 0x83)
        str_add_text(out, "u");
    str_add_text(out, "lea");
}

static const struct pair fixes[] = {{"ş", "ș"}, {"ţ", "ț"}, {"patrusprezece", "paisprezece"},
    {"șasesprezece", "șaisprezece"}, {"șasezeci", "șaizeci"}, {"una mie", "o mie"},
    {"una sută", "o sută"}, {"unu milion", "un milion"}, {"unu miliard", "un miliard"},
    {NULL, NULL}};

static const struct suffix suffixes[] = {
    {"-lea", "ordinal-bare"}, {"lea", "ordinal-bare"}, {NULL, NULL}};

static const struct pair fractions[] = {{"1/2", "o jumătate"}, {"+1/2", "și jumătate"},
    {"1/4", "un sfert"}, {"3/4", "trei sferturi"}, {"+1/4", "și un sfert"},
    {"/3", "treime|treimi|de treimi"}, {"/5", "cincime|cincimi|de cincimi"},
    {"/8", "optime|optimi|de optimi"}, {"/10", "zecime|zecimi|de zecimi"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"dl.", "domnul", INSIDE},
    {"dna.", "doamna", INSIDE}, {"dr.", "doctor", INSIDE}, {"prof.", "profesor", INSIDE},
    {"ing.", "inginer", INSIDE}, {"etc.", "etcetera", ENDING}, {"de ex.", "de exemplu", INSIDE},
    {"p.", "pagina", COUNT}, {"pag.", "pagina", COUNT}, {"nr.", "numărul", COUNT},
    {"str.", "strada", NAME}, {"bd.", "bulevardul", NAME}, {"bl.", "blocul", COUNT},
    {"ap.", "apartamentul", COUNT}, {"tel.", "telefon", INSIDE},
    {"î.Hr.", "înainte de Hristos", ENDING}, {"d.Hr.", "după Hristos", ENDING},
    {"ș.a.", "și altele", ENDING}, {"ș.a.m.d.", "și așa mai departe", ENDING},
    {"cca.", "circa", INSIDE}, {"aprox.", "aproximativ", INSIDE}, {"art.", "articolul", COUNT},
    {"cap.", "capitolul", COUNT}, {"vol.", "volumul", COUNT}, {"sf.", "sfântul", NAME},
    {"sec.", "secolul", COUNT}, {"max.", "maximum", INSIDE}, {"min.", "minimum", INSIDE},
    {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "e", "o", "i", NULL};
static const char *const said[] = {"onu", "tva", "sida", "anaf", "și", "nu", "la", "de", NULL};
static const char *const spelled[] = {"tva", "sua", "usa", NULL};

static const struct unit units[] = {
    {"%", "%n la sută"}, {"mp", "square-meter"}, {"sec", "second"}, {NULL, NULL}};

static const struct money money[] = {
    {"RON", "leu|lei|de lei", GENDER_MASCULINE, "ban|bani|de bani", GENDER_MASCULINE},
    {"EUR", "euro|euro|de euro", GENDER_MASCULINE, "cent|cenți|de cenți", GENDER_MASCULINE},
    {"USD", "dolar|dolari|de dolari", GENDER_MASCULINE, "cent|cenți|de cenți", GENDER_MASCULINE},
    {"GBP", "liră|lire|de lire", GENDER_FEMININE, "penny|pence|de pence", GENDER_MASCULINE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

#define MILLION "milion|milioane|de milioane"
#define BILLION "miliard|miliarde|de miliarde"
static const struct magnitude magnitudes[] = {{"mii", "mie|mii|de mii", GENDER_FEMININE, 3},
    {"milion", MILLION, GENDER_NEUTER, 6}, {"milioane", MILLION, GENDER_NEUTER, 6},
    {"mil.", MILLION, GENDER_NEUTER, 6}, {"miliard", BILLION, GENDER_NEUTER, 9},
    {"miliarde", BILLION, GENDER_NEUTER, 9}, {"mld.", BILLION, GENDER_NEUTER, 9},
    {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"secolul", "ordinal"}, {"sec", "ordinal"},
    {"secolului", "ordinal"}, {"capitolul", ""}, {"volumul", ""}, {"partea", ""}, {NULL, NULL}};
static const char *const rulers[] = {"carol", "ferdinand", "mihai", "ștefan", "ludovic", "henric",
    "napoleon", "pius", "benedict", "paul", "grigore", "nicolae", "alexandru", "petru", "filip",
    "george", NULL};

static const struct noun nouns[] = {{"ă", GENDER_FEMININE, 1}, {"e", GENDER_FEMININE, 2},
    {"uri", GENDER_FEMININE, 2}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_ro = {
    .code = "ro",
    .locale = "ro",
    .decimal = ',',
    .groups = ".",
    .cardinal = {"%spellout-numbering", "1m", "1f", "1n"},
    .ordinal = {[GENDER_NONE] = "ordinal"},
    .spell = spell,
    .decimals_grouped = true,
    .fixes = fixes,
    .attribute = "1m",
    .nouns = nouns,
    .sign = {[SIGN_AND] = "și",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "egal",
        [SIGN_TIMES] = "ori",
        [SIGN_DIVIDED] = "împărțit la",
        [SIGN_LESS] = "mai mic decât",
        [SIGN_GREATER] = "mai mare decât",
        [SIGN_ABOUT] = "circa",
        [SIGN_AT] = "arond",
        [SIGN_DOT] = "punct",
        [SIGN_SLASH] = "slash",
        [SIGN_DASH] = "liniuță",
        [SIGN_UNDERSCORE] = "liniuță jos",
        [SIGN_COLON] = "două puncte",
        [SIGN_QUESTION] = "semnul întrebării",
        [SIGN_HASH] = "diez",
        [SIGN_NUMBER] = "numărul",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "paragraful",
        [SIGN_PERCENT] = "la sută",
        [SIGN_POINT] = "virgulă",
        [SIGN_TO] = "până la",
        [SIGN_OVER] = "%n supra %u",
        [SIGN_RATIO] = "la"},
    .suffixes = suffixes,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .first_day = "first",
    .time = "%h și %m",
    .time_hour = "%h",
    .time_seconds = "și %s secunde",
    .hour = "hour",
    .fractions = fractions,
    .fraction_gender = GENDER_FEMININE,
    .fraction_and = "și",
    .abbreviations = abbreviations,
    .single = single,
    .clitics = true,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n și %u",
    .magnitudes = magnitudes,
    .magnitude_of = "de",
    .roman_before = roman_before,
    .rulers = rulers,
    .king = "king",
};
