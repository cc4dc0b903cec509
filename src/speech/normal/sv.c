/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define ORDINAL "%spellout-ordinal-neuter"

static const char *const before_year[] = {
    "år", "sedan", "från", "till", "under", "omkring", "i", "före", "efter", "och", NULL};

static const struct suffix suffixes[] = {{":a", ORDINAL}, {":e", ORDINAL}, {NULL, NULL}};
static const struct suffix decades[] = {
    {"-talet", ">|talet"}, {"-tal", ">|tal"}, {"-talets", ">|talets"}, {NULL, NULL}};

static const char *const time_before[] = {"kl", "klockan", NULL};

static const struct pair fractions[] = {{"1/2", "en halv"}, {"+1/2", "och en halv"},
    {"/3", "tredjedel|tredjedelar"}, {"/4", "fjärdedel|fjärdedelar"}, {"/5", "femtedel|femtedelar"},
    {"/8", "åttondel|åttondelar"}, {"/10", "tiondel|tiondelar"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"t.ex.", "till exempel", INSIDE},
    {"bl.a.", "bland annat", INSIDE}, {"dvs.", "det vill säga", INSIDE},
    {"d.v.s.", "det vill säga", INSIDE}, {"osv.", "och så vidare", ENDING},
    {"o.s.v.", "och så vidare", ENDING}, {"m.m.", "med mera", ENDING},
    {"m.fl.", "med flera", ENDING}, {"ca", "cirka", COUNT}, {"ca.", "cirka", COUNT},
    {"kl.", "klockan", COUNT}, {"kl", "klockan", COUNT}, {"nr", "nummer", COUNT},
    {"nr.", "nummer", COUNT}, {"s.", "sida", COUNT}, {"st.", "stycken", ENDING},
    {"resp.", "respektive", INSIDE}, {"f.Kr.", "före Kristus", ENDING},
    {"e.Kr.", "efter Kristus", ENDING}, {"t.o.m.", "till och med", INSIDE},
    {"fr.o.m.", "från och med", INSIDE}, {"p.g.a.", "på grund av", INSIDE},
    {"etc.", "etcetera", ENDING}, {"jfr", "jämför", INSIDE}, {"max.", "maximalt", INSIDE},
    {"min.", "minst", INSIDE}, {"tel.", "telefon", INSIDE}, {"inkl.", "inklusive", INSIDE},
    {"exkl.", "exklusive", INSIDE}, {"ev.", "eventuellt", INSIDE}, {"kap.", "kapitel", COUNT},
    {"dr", "doktor", NAME}, {"dr.", "doktor", NAME}, {"prof.", "professor", INSIDE},
    {"S:t", "Sankt", NAME}, {"bl. a.", "bland annat", INSIDE}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"i", "å", "ö", "o", NULL};
static const char *const said[] = {
    "aids", "saab", "moms", "och", "inte", "den", "det", "för", NULL};
static const char *const spelled[] = {"usa", NULL};

static const struct unit units[] = {{"km/tim", "kilometer-per-hour"}, {"tim", "hour"},
    {"sek", "second"}, {"mil", "mile-scandinavian"}, {NULL, NULL}};

static const struct money money[] = {
    {"SEK", "krona|kronor", GENDER_MASCULINE, "öre", GENDER_NEUTER},
    {"EUR", "euro", GENDER_MASCULINE, "cent", GENDER_MASCULINE},
    {"USD", "dollar", GENDER_MASCULINE, "cent", GENDER_MASCULINE},
    {"GBP", "pund", GENDER_NEUTER, "penny|pence", GENDER_MASCULINE},
    {"NOK", "norsk krona|norska kronor", GENDER_MASCULINE, "öre", GENDER_NEUTER},
    {"DKK", "dansk krona|danska kronor", GENDER_MASCULINE, "öre", GENDER_NEUTER},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"tusen", "tusen", GENDER_NEUTER, 3},
    {"miljon", "miljon", GENDER_MASCULINE, 6}, {"miljoner", "miljoner", GENDER_MASCULINE, 6},
    {"mn", "miljon|miljoner", GENDER_MASCULINE, 6}, {"miljard", "miljard", GENDER_MASCULINE, 9},
    {"miljarder", "miljarder", GENDER_MASCULINE, 9},
    {"md", "miljard|miljarder", GENDER_MASCULINE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"kapitel", ""}, {"del", ""}, {NULL, NULL}};
static const char *const rulers[] = {"gustav", "gustaf", "karl", "carl", "adolf", "fredrik", "erik",
    "johan", "oscar", "oskar", "kristian", "ludvig", "henrik", "filip", "napoleon", "pius",
    "benedictus", "paulus", "elizabeth", "elisabet", "georg", "peter", "alexander", NULL};

static const struct noun nouns[] = {{"år", GENDER_NEUTER, 0}, {"barn", GENDER_NEUTER, 0},
    {"hus", GENDER_NEUTER, 0}, {"äpple", GENDER_NEUTER, 0}, {"kilo", GENDER_NEUTER, 0},
    {"par", GENDER_NEUTER, 0}, {"land", GENDER_NEUTER, 0}, {"meddelande", GENDER_NEUTER, 0},
    {NULL, GENDER_NONE, 0}};

const struct tongue tongue_sv = {
    .code = "sv",
    .locale = "sv",
    .decimal = ',',
    .groups = " .",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-reale", "%spellout-cardinal-reale",
        "%spellout-cardinal-neuter"},
    .ordinal = {[GENDER_NONE] = ORDINAL},
    .year = "%spellout-numbering-year",
    .year_2000 = "%spellout-numbering-year",
    .before_year = before_year,
    .attribute = "%spellout-cardinal-reale",
    .nouns = nouns,
    .attribute_most = 1,
    .sign = {[SIGN_AND] = "och",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "är lika med",
        [SIGN_TIMES] = "gånger",
        [SIGN_DIVIDED] = "delat med",
        [SIGN_LESS] = "mindre än",
        [SIGN_GREATER] = "större än",
        [SIGN_ABOUT] = "ungefär",
        [SIGN_AT] = "snabel a",
        [SIGN_DOT] = "punkt",
        [SIGN_SLASH] = "snedstreck",
        [SIGN_DASH] = "bindestreck",
        [SIGN_UNDERSCORE] = "understreck",
        [SIGN_COLON] = "kolon",
        [SIGN_QUESTION] = "frågetecken",
        [SIGN_HASH] = "fyrkant",
        [SIGN_NUMBER] = "nummer",
        [SIGN_HASHTAG] = "hashtagg",
        [SIGN_SECTION] = "paragraf",
        [SIGN_PERCENT] = "procent",
        [SIGN_POINT] = "komma",
        [SIGN_TO] = "till",
        [SIGN_OVER] = "%n genom %u"},
    .suffixes = suffixes,
    .decades = decades,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .day = ORDINAL,
    .time = "%h och %m",
    .time_hour = "%h",
    .time_seconds = "och %s sekunder",
    .time_before = time_before,
    .fractions = fractions,
    .fraction_gender = GENDER_MASCULINE,
    .fraction_and = "och",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n och %u",
    .krone = "SEK",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .rulers = rulers,
    .king = ORDINAL,
    .king_the = "den",
};
