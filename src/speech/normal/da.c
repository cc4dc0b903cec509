/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define ORDINAL "%spellout-ordinal-common"

static const char *const before_year[] = {
    "i", "år", "siden", "fra", "til", "omkring", "før", "efter", "og", NULL};

static const struct pair fixes[] = {{"^etog", "enog"}, {NULL, NULL}};

static const struct pair ordinal_after[] = {
    {"den", ORDINAL}, {"det", "%spellout-ordinal-neuter"}, {"d", ORDINAL}, {NULL, NULL}};

static const struct suffix decades[] = {{"'erne", ">|erne"}, {"'er", ">|er"}, {"erne", ">|erne"},
    {"-tallet", ">|tallet"}, {NULL, NULL}};

static const char *const time_before[] = {"kl", "klokken", NULL};

static const struct pair fractions[] = {{"1/2", "en halv"}, {"+1/2", "og en halv"},
    {"/3", "tredjedel|tredjedele"}, {"/4", "fjerdedel|fjerdedele"}, {"/5", "femtedel|femtedele"},
    {"/8", "ottendedel|ottendedele"}, {"/10", "tiendedel|tiendedele"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"f.eks.", "for eksempel", INSIDE},
    {"fx", "for eksempel", INSIDE}, {"bl.a.", "blandt andet", INSIDE},
    {"dvs.", "det vil sige", INSIDE}, {"osv.", "og så videre", ENDING},
    {"m.v.", "med videre", ENDING}, {"mv.", "med videre", ENDING}, {"m.m.", "med mere", ENDING},
    {"ca.", "cirka", INSIDE}, {"kl.", "klokken", COUNT}, {"nr.", "nummer", COUNT},
    {"s.", "side", COUNT}, {"jf.", "jævnfør", INSIDE}, {"pga.", "på grund af", INSIDE},
    {"f.Kr.", "før Kristus", ENDING}, {"e.Kr.", "efter Kristus", ENDING},
    {"inkl.", "inklusive", INSIDE}, {"ekskl.", "eksklusive", INSIDE}, {"evt.", "eventuelt", INSIDE},
    {"hhv.", "henholdsvis", INSIDE}, {"mht.", "med hensyn til", INSIDE},
    {"tlf.", "telefon", INSIDE}, {"hr.", "herr", NAME}, {"fr.", "fru", NAME},
    {"dr.", "doktor", NAME}, {"prof.", "professor", INSIDE}, {"etc.", "et cetera", ENDING},
    {"pr.", "per", INSIDE}, {"stk.", "styk", ENDING}, {"kap.", "kapitel", COUNT},
    {"Skt.", "Sankt", NAME}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"i", "å", "ø", NULL};
static const char *const said[] = {"aids", "moms", "den", "det", "ikke", "og", NULL};
static const char *const spelled[] = {"usa", NULL};

static const struct unit units[] = {{"km/t", "%n kilometer i timen"},
    {"km/h", "%n kilometer i timen"}, {"sek.", "second"}, {"min.", "minute"}, {NULL, NULL}};

static const struct money money[] = {
    {"DKK", "krone|kroner", GENDER_MASCULINE, "øre", GENDER_MASCULINE},
    {"EUR", "euro", GENDER_MASCULINE, "cent", GENDER_MASCULINE},
    {"USD", "dollar", GENDER_MASCULINE, "cent", GENDER_MASCULINE},
    {"GBP", "pund", GENDER_NEUTER, "penny|pence", GENDER_MASCULINE},
    {"SEK", "svensk krone|svenske kroner", GENDER_MASCULINE, "øre", GENDER_MASCULINE},
    {"NOK", "norsk krone|norske kroner", GENDER_MASCULINE, "øre", GENDER_MASCULINE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"tusind", "tusind", GENDER_NEUTER, 3},
    {"million", "million", GENDER_MASCULINE, 6}, {"millioner", "millioner", GENDER_MASCULINE, 6},
    {"mio.", "million|millioner", GENDER_MASCULINE, 6},
    {"milliard", "milliard", GENDER_MASCULINE, 9},
    {"milliarder", "milliarder", GENDER_MASCULINE, 9},
    {"mia.", "milliard|milliarder", GENDER_MASCULINE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"kapitel", ""}, {"del", ""}, {NULL, NULL}};
static const char *const rulers[] = {"christian", "frederik", "margrethe", "erik", "valdemar",
    "ludvig", "karl", "henrik", "napoleon", "pius", "elizabeth", "peter", "alexander", NULL};

static const struct noun nouns[] = {{"år", GENDER_NEUTER, 0}, {"barn", GENDER_NEUTER, 0},
    {"hus", GENDER_NEUTER, 0}, {"æble", GENDER_NEUTER, 0}, {"kilo", GENDER_NEUTER, 0},
    {"par", GENDER_NEUTER, 0}, {"land", GENDER_NEUTER, 0}, {"minut", GENDER_NEUTER, 0},
    {NULL, GENDER_NONE, 0}};

const struct tongue tongue_da = {
    .code = "da",
    .locale = "da",
    .decimal = ',',
    .groups = ".",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-common", "%spellout-cardinal-common",
        "%spellout-cardinal-neuter"},
    .ordinal = {[GENDER_NONE] = ORDINAL},
    .attribute = "%spellout-cardinal-common",
    .before_unit = "%spellout-cardinal-common",
    .year = "%spellout-numbering-year",
    .before_year = before_year,
    .fixes = fixes,
    .nouns = nouns,
    .sign = {[SIGN_AND] = "og",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "er lig med",
        [SIGN_TIMES] = "gange",
        [SIGN_DIVIDED] = "divideret med",
        [SIGN_LESS] = "mindre end",
        [SIGN_GREATER] = "større end",
        [SIGN_ABOUT] = "cirka",
        [SIGN_AT] = "snabel a",
        [SIGN_DOT] = "punktum",
        [SIGN_SLASH] = "skråstreg",
        [SIGN_DASH] = "bindestreg",
        [SIGN_UNDERSCORE] = "understregning",
        [SIGN_COLON] = "kolon",
        [SIGN_QUESTION] = "spørgsmålstegn",
        [SIGN_HASH] = "havelåge",
        [SIGN_NUMBER] = "nummer",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "paragraf",
        [SIGN_PERCENT] = "procent",
        [SIGN_POINT] = "komma",
        [SIGN_TO] = "til",
        [SIGN_OVER] = "%n over %u"},
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
    .krone = "DKK",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .rulers = rulers,
    .king = ORDINAL,
    .king_the = "den",
    .roman_dot = ORDINAL,
};
