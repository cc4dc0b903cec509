/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/slavic.h"

#include <stddef.h>
#include <string.h>

static const struct pair nominative[] = {{NULL, NULL}};
static const struct pair genitive[] = {
    {"y", "ego"}, {"gi", "giego"}, {"ci", "ciego"}, {NULL, NULL}};
static const struct pair locative[] = {{"y", "ym"}, {"gi", "gim"}, {"ci", "cim"}, {NULL, NULL}};
static const struct pair feminine[] = {{"y", "a"}, {"gi", "ga"}, {"ci", "cia"}, {NULL, NULL}};
static const struct pair feminine_locative[] = {
    {"y", "ej"}, {"gi", "giej"}, {"ci", "ciej"}, {NULL, NULL}};
static const struct pair feminine_accusative[] = {
    {"y", "ą"}, {"gi", "gą"}, {"ci", "cią"}, {NULL, NULL}};
static const struct pair neuter[] = {{"y", "e"}, {"gi", "gie"}, {"ci", "cie"}, {NULL, NULL}};

static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    static const struct {
        const char *rules;
        const struct pair *endings;
    } form[] = {{"ordinal", nominative}, {"ordinal-genitive", genitive},
        {"ordinal-locative", locative}, {"ordinal-feminine", feminine},
        {"ordinal-feminine-locative", feminine_locative},
        {"ordinal-feminine-accusative", feminine_accusative}, {"ordinal-neuter", neuter}};
    struct adjectives a = {
        {"zerowy", "pierwszy", "drugi", "trzeci", "czwarty", "piąty", "szósty", "siódmy", "ósmy",
            "dziewiąty", "dziesiąty", "jedenasty", "dwunasty", "trzynasty", "czternasty",
            "piętnasty", "szesnasty", "siedemnasty", "osiemnasty", "dziewiętnasty"},
        {NULL, NULL, "dwudziesty", "trzydziesty", "czterdziesty", "pięćdziesiąty", "sześćdziesiąty",
            "siedemdziesiąty", "osiemdziesiąty", "dziewięćdziesiąty"},
        {NULL, "setny", "dwusetny", "trzechsetny", "czterechsetny", "pięćsetny", "sześćsetny",
            "siedemsetny", "osiemsetny", "dziewięćsetny"},
        "tysięczny", "dwutysięczny", nominative};
    for (size_t i = 0; i < sizeof form / sizeof *form; i++)
        if (strcmp(form[i].rules, rules) == 0)
            a.endings = form[i].endings;
    slavic_ordinal(w, &a, value, out);
}

static const struct pair year_after[] = {{"rok", "ordinal"}, {"roku", "ordinal-genitive"},
    {"w", "ordinal-locative"}, {"we", "ordinal-locative"}, {"po", "ordinal-locative"},
    {"od", "ordinal-genitive"}, {"do", "ordinal-genitive"}, {"z", "ordinal-genitive"},
    {NULL, NULL}};
static const struct pair after_year[] = {
    {"roku", "ordinal-genitive"}, {"r.", "ordinal-genitive"}, {NULL, NULL}};
static const struct pair hour_after[] = {{"o", "ordinal-feminine-locative"},
    {"od", "ordinal-feminine-locative"}, {"do", "ordinal-feminine-locative"},
    {"po", "ordinal-feminine-locative"}, {"na", "ordinal-feminine-accusative"}, {NULL, NULL}};
static const struct pair ordinal_after[] = {{"w", "ordinal-locative"}, {NULL, NULL}};

static const struct pair fractions[] = {{"1/2", "jedna druga"}, {"+1/2", "i pół"},
    {"/3", "trzecia|trzecie|trzecich"}, {"/4", "czwarta|czwarte|czwartych"},
    {"/5", "piąta|piąte|piątych"}, {"/8", "ósma|ósme|ósmych"},
    {"/10", "dziesiąta|dziesiąte|dziesiątych"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"np.", "na przykład", INSIDE},
    {"m.in.", "między innymi", INSIDE}, {"m. in.", "między innymi", INSIDE},
    {"itd.", "i tak dalej", ENDING}, {"itp.", "i tym podobne", ENDING}, {"tj.", "to jest", INSIDE},
    {"tzn.", "to znaczy", INSIDE}, {"tzw.", "tak zwany", INSIDE}, {"dr", "doktor", NAME},
    {"prof.", "profesor", INSIDE}, {"mgr", "magister", NAME}, {"inż.", "inżynier", INSIDE},
    {"ul.", "ulica", NAME}, {"al.", "aleja", NAME}, {"pl.", "plac", NAME}, {"nr", "numer", COUNT},
    {"s.", "strona", COUNT}, {"str.", "strona", COUNT}, {"r.", "roku", AFTER},
    {"w.", "wieku", AFTER}, {"godz.", "godzina", INSIDE}, {"tel.", "telefon", INSIDE},
    {"ok.", "około", INSIDE}, {"św.", "święty", INSIDE}, {"ks.", "ksiądz", INSIDE},
    {"p.n.e.", "przed naszą erą", ENDING}, {"n.e.", "naszej ery", ENDING},
    {"etc.", "et cetera", ENDING}, {"wg", "według", INSIDE}, {"im.", "imienia", INSIDE},
    {"woj.", "województwo", INSIDE}, {"rozdz.", "rozdział", COUNT}, {"tys.", "tysięcy", INSIDE},
    {"Sp. z o.o.", "spółka z ograniczoną odpowiedzialnością", ENDING}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "i", "o", "u", "w", "z", NULL};
static const char *const said[] = {
    "aids", "pesel", "zus", "nip", "onz", "i", "nie", "w", "na", "do", NULL};
static const char *const spelled[] = {"onz", "nip", "usa", NULL};

static const struct unit units[] = {
    {"godz.", "hour"}, {"sek.", "second"}, {"szt.", "%n sztuk"}, {NULL, NULL}};

static const struct money money[] = {{"PLN", "złoty|złote|złotych|złotego", GENDER_MASCULINE,
                                         "grosz|grosze|groszy|grosza", GENDER_MASCULINE},
    {"EUR", "euro", GENDER_NEUTER, "cent|centy|centów|centa", GENDER_MASCULINE},
    {"USD", "dolar|dolary|dolarów|dolara", GENDER_MASCULINE, "cent|centy|centów|centa",
        GENDER_MASCULINE},
    {"GBP", "funt|funty|funtów|funta", GENDER_MASCULINE, "pens|pensy|pensów|pensa",
        GENDER_MASCULINE},
    {"CHF", "frank|franki|franków|franka", GENDER_MASCULINE, "rappen", GENDER_MASCULINE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

#define THOUSAND "tysiąc|tysiące|tysięcy|tysiąca"
#define MILLION  "milion|miliony|milionów|miliona"
#define BILLION  "miliard|miliardy|miliardów|miliarda"
static const struct magnitude magnitudes[] = {{"tys.", THOUSAND, GENDER_MASCULINE, 3},
    {"mln", MILLION, GENDER_MASCULINE, 6}, {"mld", BILLION, GENDER_MASCULINE, 9},
    {"milion", MILLION, GENDER_MASCULINE, 6}, {"miliony", MILLION, GENDER_MASCULINE, 6},
    {"milionów", MILLION, GENDER_MASCULINE, 6}, {"miliard", BILLION, GENDER_MASCULINE, 9},
    {"miliardy", BILLION, GENDER_MASCULINE, 9}, {"miliardów", BILLION, GENDER_MASCULINE, 9},
    {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {
    {"rozdział", ""}, {"tom", ""}, {"część", ""}, {"akt", ""}, {NULL, NULL}};
static const struct pair roman_behind[] = {{"wiek", "ordinal"}, {"wieku", "ordinal-locative"},
    {"w", "ordinal-locative"}, {"wojna", "ordinal-feminine"},
    {"wojny", "ordinal-feminine-locative"}, {NULL, NULL}};
static const char *const rulers[] = {"jan", "zygmunt", "kazimierz", "władysław", "stefan", "august",
    "henryk", "ludwik", "karol", "filip", "napoleon", "pius", "benedykt", "paweł", "grzegorz",
    "jerzy", "edward", "mikołaj", "aleksander", "piotr", "stanisław", "leon", "mieszko", "bolesław",
    NULL};

static const struct noun nouns[] = {{"osoby", GENDER_FEMININE, 2}, {"godziny", GENDER_FEMININE, 2},
    {"minuty", GENDER_FEMININE, 2}, {"sekundy", GENDER_FEMININE, 2},
    {"kobiety", GENDER_FEMININE, 2}, {"strony", GENDER_FEMININE, 2},
    {"gruszki", GENDER_FEMININE, 2}, {"książki", GENDER_FEMININE, 2}, {"a", GENDER_FEMININE, 1},
    {"o", GENDER_NEUTER, 1}, {"e", GENDER_NEUTER, 1}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_pl = {
    .code = "pl",
    .locale = "pl",
    .decimal = ',',
    .groups = " .",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", "%spellout-cardinal-neuter"},
    .ordinal = {"ordinal", "ordinal", "ordinal-feminine", "ordinal-neuter"},
    .year = "ordinal",
    .year_2000 = "ordinal",
    .year_after = year_after,
    .after_year = after_year,
    .spell = spell,
    .decimals_grouped = true,
    .nouns = nouns,
    .attribute_most = 2,
    .sign = {[SIGN_AND] = "i",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "równa się",
        [SIGN_TIMES] = "razy",
        [SIGN_DIVIDED] = "podzielić przez",
        [SIGN_LESS] = "mniejsze niż",
        [SIGN_GREATER] = "większe niż",
        [SIGN_ABOUT] = "około",
        [SIGN_AT] = "małpa",
        [SIGN_DOT] = "kropka",
        [SIGN_SLASH] = "ukośnik",
        [SIGN_DASH] = "myślnik",
        [SIGN_UNDERSCORE] = "podkreślnik",
        [SIGN_COLON] = "dwukropek",
        [SIGN_QUESTION] = "znak zapytania",
        [SIGN_HASH] = "krzyżyk",
        [SIGN_NUMBER] = "numer",
        [SIGN_HASHTAG] = "hasztag",
        [SIGN_SECTION] = "paragraf",
        [SIGN_PERCENT] = "procent",
        [SIGN_POINT] = "przecinek",
        [SIGN_OVER] = "%n przez %u",
        [SIGN_RATIO] = "do"},
    .ordinal_dot = true,
    .ordinal_after = ordinal_after,

    .date = "%d %m %y roku",
    .day_month = "%d %m",
    .month_year = "%m %y roku",
    .day = "ordinal-genitive",
    .date_year = "ordinal-genitive",
    .time = "%h %m",
    .time_hour = "%h",
    .time_seconds = "i %s sekund",
    .hour = "ordinal-feminine",
    .hour_after = hour_after,
    .fractions = fractions,
    .fraction_gender = GENDER_FEMININE,
    .fraction_and = "i",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n %u",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = "ordinal",
};
