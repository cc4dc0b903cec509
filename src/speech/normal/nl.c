/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define ORDINAL "%spellout-ordinal"

static const char *const before_year[] = {"in", "sinds", "vanaf", "tot", "van", "uit", "jaar", "om",
    "rond", "voor", "na", "en", "anno", NULL};

/* The number, not the article. */
static const struct pair fixes[] = {{"^een$", "één"}, {NULL, NULL}};

static const struct suffix suffixes[] = {
    {"e", ORDINAL}, {"de", ORDINAL}, {"ste", ORDINAL}, {NULL, NULL}};

static const char *const time_behind[] = {"uur", "u", NULL};

static const struct pair fractions[] = {{"1/2", "een half"}, {"+1/2", "en een half"},
    {"/3", "derde"}, {"/4", "kwart"}, {"/5", "vijfde"}, {"/6", "zesde"}, {"/8", "achtste"},
    {"/10", "tiende"}, {"/100", "honderdste"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"dhr.", "meneer", INSIDE},
    {"mevr.", "mevrouw", INSIDE}, {"mw.", "mevrouw", INSIDE}, {"dr.", "doctor", INSIDE},
    {"drs.", "doctorandus", INSIDE}, {"prof.", "professor", INSIDE}, {"ir.", "ingenieur", INSIDE},
    {"mr.", "meester", INSIDE}, {"ing.", "ingenieur", INSIDE}, {"bijv.", "bijvoorbeeld", INSIDE},
    {"bv.", "bijvoorbeeld", INSIDE}, {"d.w.z.", "dat wil zeggen", INSIDE},
    {"enz.", "enzovoort", ENDING}, {"etc.", "et cetera", ENDING}, {"e.d.", "en dergelijke", ENDING},
    {"o.a.", "onder andere", INSIDE}, {"m.b.t.", "met betrekking tot", INSIDE},
    {"t.o.v.", "ten opzichte van", INSIDE}, {"i.v.m.", "in verband met", INSIDE},
    {"n.a.v.", "naar aanleiding van", INSIDE}, {"i.p.v.", "in plaats van", INSIDE},
    {"a.u.b.", "alstublieft", ENDING}, {"t/m", "tot en met", INSIDE}, {"ca.", "circa", INSIDE},
    {"nr.", "nummer", COUNT}, {"blz.", "bladzijde", COUNT}, {"p.", "pagina", COUNT},
    {"vs.", "versus", INSIDE}, {"max.", "maximaal", INSIDE}, {"min.", "minimaal", INSIDE},
    {"v.Chr.", "voor Christus", ENDING}, {"n.Chr.", "na Christus", ENDING},
    {"jl.", "jongstleden", ENDING}, {"incl.", "inclusief", INSIDE}, {"excl.", "exclusief", INSIDE},
    {"tel.", "telefoon", INSIDE}, {"zgn.", "zogenaamde", INSIDE},
    {"resp.", "respectievelijk", INSIDE}, {"evt.", "eventueel", INSIDE},
    {"afb.", "afbeelding", COUNT}, {"hfst.", "hoofdstuk", COUNT}, {"St.", "Sint", NAME},
    {"st.", "sint", NAME}, {"B.V.", "B V", ENDING}, {NULL, NULL, INSIDE}};

static const struct pair compounds[] = {{"str.", "straat"}, {NULL, NULL}};
/* 's, 't and 'n are words. */
static const char *const single[] = {"u", "s", "t", "n", "k", "m", NULL};
static const char *const said[] = {
    "navo", "aids", "havo", "vut", "iban", "pin", "de", "het", "en", "niet", "ook", NULL};
static const char *const spelled[] = {"anwb", "aow", "usa", NULL};

static const struct unit units[] = {{"u", "hour"}, {"sec", "second"}, {NULL, NULL}};

static const struct money money[] = {{"EUR", "euro", GENDER_NONE, "cent", GENDER_NONE},
    {"USD", "dollar", GENDER_NONE, "cent", GENDER_NONE},
    {"GBP", "pond", GENDER_NONE, "penny|pence", GENDER_NONE},
    {"JPY", "yen", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"duizend", "duizend", GENDER_NONE, 3},
    {"miljoen", "miljoen", GENDER_NONE, 6}, {"mln.", "miljoen", GENDER_NONE, 6},
    {"mln", "miljoen", GENDER_NONE, 6}, {"miljard", "miljard", GENDER_NONE, 9},
    {"mld.", "miljard", GENDER_NONE, 9}, {"mld", "miljard", GENDER_NONE, 9},
    {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {
    {"hoofdstuk", ""}, {"deel", ""}, {"wereldoorlog", ""}, {"artikel", ""}, {NULL, NULL}};
static const struct pair roman_behind[] = {{"eeuw", ORDINAL}, {NULL, NULL}};
static const char *const rulers[] = {"willem", "lodewijk", "karel", "filips", "hendrik", "leopold",
    "albert", "boudewijn", "napoleon", "pius", "benedictus", "paulus", "george", "elizabeth",
    "peter", "alexander", "frederik", NULL};

const struct tongue tongue_nl = {
    .code = "nl",
    .locale = "nl",
    .decimal = ',',
    .groups = " .",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = ORDINAL},
    .year = "%spellout-numbering-year",
    .before_year = before_year,
    .fixes = fixes,
    .sign = {[SIGN_AND] = "en",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "min",
        [SIGN_EQUALS] = "is",
        [SIGN_TIMES] = "keer",
        [SIGN_DIVIDED] = "gedeeld door",
        [SIGN_LESS] = "kleiner dan",
        [SIGN_GREATER] = "groter dan",
        [SIGN_ABOUT] = "ongeveer",
        [SIGN_AT] = "apenstaartje",
        [SIGN_DOT] = "punt",
        [SIGN_SLASH] = "slash",
        [SIGN_DASH] = "streepje",
        [SIGN_UNDERSCORE] = "laag streepje",
        [SIGN_COLON] = "dubbele punt",
        [SIGN_QUESTION] = "vraagteken",
        [SIGN_HASH] = "hekje",
        [SIGN_NUMBER] = "nummer",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "paragraaf",
        [SIGN_PERCENT] = "procent",
        [SIGN_POINT] = "komma",
        [SIGN_TO] = "tot",
        [SIGN_OVER] = "%n gedeeld door %u"},
    .suffixes = suffixes,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .time = "%h uur %m",
    .time_hour = "%h uur",
    .time_seconds = "en %s seconden",
    .time_behind = time_behind,
    .fractions = fractions,
    .fraction_and = "en",
    .abbreviations = abbreviations,
    .compounds = compounds,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n %c",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = ORDINAL,
    .king_the = "de",
};
