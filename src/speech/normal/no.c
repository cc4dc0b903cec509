/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

/* Bokmål. */

#define ORDINAL "%spellout-ordinal-masculine"

static const char *const before_year[] = {
    "i", "år", "siden", "fra", "til", "omkring", "før", "etter", "og", NULL};

static const struct pair fixes[] = {{"tjueende", "tjuende"}, {NULL, NULL}};

static const struct pair ordinal_after[] = {{"den", ORDINAL}, {"det", ORDINAL}, {NULL, NULL}};

static const struct suffix decades[] = {
    {"-tallet", ">|tallet"}, {"-årene", ">|årene"}, {NULL, NULL}};

static const char *const time_before[] = {"kl", "klokken", "klokka", NULL};

static const struct pair fractions[] = {{"1/2", "en halv"}, {"+1/2", "og en halv"},
    {"/3", "tredjedel|tredjedeler"}, {"/4", "fjerdedel|fjerdedeler"}, {"/5", "femtedel|femtedeler"},
    {"/8", "åttendedel|åttendedeler"}, {"/10", "tiendedel|tiendedeler"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"f.eks.", "for eksempel", INSIDE},
    {"bl.a.", "blant annet", INSIDE}, {"dvs.", "det vil si", INSIDE},
    {"osv.", "og så videre", ENDING}, {"m.m.", "med mer", ENDING}, {"mv.", "med videre", ENDING},
    {"ca.", "cirka", INSIDE}, {"kl.", "klokken", COUNT}, {"nr.", "nummer", COUNT},
    {"s.", "side", COUNT}, {"jf.", "jamfør", INSIDE}, {"pga.", "på grunn av", INSIDE},
    {"f.Kr.", "før Kristus", ENDING}, {"e.Kr.", "etter Kristus", ENDING},
    {"inkl.", "inklusive", INSIDE}, {"ekskl.", "eksklusive", INSIDE}, {"evt.", "eventuelt", INSIDE},
    {"hhv.", "henholdsvis", INSIDE}, {"mht.", "med hensyn til", INSIDE},
    {"tlf.", "telefon", INSIDE}, {"hr.", "herr", NAME}, {"dr.", "doktor", NAME},
    {"prof.", "professor", INSIDE}, {"etc.", "et cetera", ENDING}, {"pr.", "per", INSIDE},
    {"stk.", "stykk", ENDING}, {"kap.", "kapittel", COUNT}, {"St.", "Sankt", NAME},
    {NULL, NULL, INSIDE}};

static const char *const single[] = {"i", "å", NULL};
static const char *const said[] = {"aids", "nav", "den", "det", "ikke", "og", NULL};
static const char *const spelled[] = {"mva", "usa", NULL};

static const struct unit units[] = {{"km/h", "%n kilometer i timen"},
    {"km/t", "%n kilometer i timen"}, {"sek.", "second"}, {"min.", "minute"}, {NULL, NULL}};

static const struct money money[] = {
    {"NOK", "krone|kroner", GENDER_MASCULINE, "øre", GENDER_NEUTER},
    {"EUR", "euro", GENDER_MASCULINE, "cent", GENDER_MASCULINE},
    {"USD", "dollar", GENDER_MASCULINE, "cent", GENDER_MASCULINE},
    {"GBP", "pund", GENDER_NEUTER, "penny|pence", GENDER_MASCULINE},
    {"SEK", "svensk krone|svenske kroner", GENDER_MASCULINE, "øre", GENDER_NEUTER},
    {"DKK", "dansk krone|danske kroner", GENDER_MASCULINE, "øre", GENDER_NEUTER},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"tusen", "tusen", GENDER_NEUTER, 3},
    {"million", "million", GENDER_MASCULINE, 6}, {"millioner", "millioner", GENDER_MASCULINE, 6},
    {"mill.", "million|millioner", GENDER_MASCULINE, 6},
    {"milliard", "milliard", GENDER_MASCULINE, 9},
    {"milliarder", "milliarder", GENDER_MASCULINE, 9},
    {"mrd.", "milliard|milliarder", GENDER_MASCULINE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"kapittel", ""}, {"del", ""}, {NULL, NULL}};
static const char *const rulers[] = {"olav", "haakon", "harald", "christian", "frederik", "magnus",
    "karl", "ludvig", "henrik", "napoleon", "pius", "elizabeth", "peter", "alexander", NULL};

static const struct noun nouns[] = {{"år", GENDER_NEUTER, 0}, {"barn", GENDER_NEUTER, 0},
    {"hus", GENDER_NEUTER, 0}, {"eple", GENDER_NEUTER, 0}, {"kilo", GENDER_NEUTER, 0},
    {"par", GENDER_NEUTER, 0}, {"land", GENDER_NEUTER, 0}, {"minutt", GENDER_NEUTER, 0},
    {NULL, GENDER_NONE, 0}};

const struct tongue tongue_no = {
    .code = "no",
    .locale = "nb",
    .decimal = ',',
    .groups = " .",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", "%spellout-cardinal-neuter"},
    .ordinal = {[GENDER_NONE] = ORDINAL},
    .year = "%spellout-numbering-year",
    .before_year = before_year,
    .fixes = fixes,
    .attribute = "%spellout-cardinal-masculine",
    .nouns = nouns,
    .sign = {[SIGN_AND] = "og",
        [SIGN_PLUS] = "pluss",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "er lik",
        [SIGN_TIMES] = "ganger",
        [SIGN_DIVIDED] = "delt på",
        [SIGN_LESS] = "mindre enn",
        [SIGN_GREATER] = "større enn",
        [SIGN_ABOUT] = "cirka",
        [SIGN_AT] = "krøllalfa",
        [SIGN_DOT] = "punktum",
        [SIGN_SLASH] = "skråstrek",
        [SIGN_DASH] = "bindestrek",
        [SIGN_UNDERSCORE] = "understrek",
        [SIGN_COLON] = "kolon",
        [SIGN_QUESTION] = "spørsmålstegn",
        [SIGN_HASH] = "firkant",
        [SIGN_NUMBER] = "nummer",
        [SIGN_HASHTAG] = "emneknagg",
        [SIGN_SECTION] = "paragraf",
        [SIGN_PERCENT] = "prosent",
        [SIGN_POINT] = "komma",
        [SIGN_TO] = "til",
        [SIGN_OVER] = "%n delt på %u"},
    .ordinal_dot = true,
    .ordinal_after = ordinal_after,
    .decades = decades,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .day = ORDINAL,
    .time = "%h %m",
    .time_hour = "%h",
    .time_seconds = "og %s sekunder",
    .hour = "%spellout-cardinal-neuter",
    .time_before = time_before,
    .fractions = fractions,
    .fraction_gender = GENDER_MASCULINE,
    .fraction_and = "og",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n og %u",
    .krone = "NOK",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .rulers = rulers,
    .king = ORDINAL,
    .king_the = "den",
    .roman_dot = ORDINAL,
};
