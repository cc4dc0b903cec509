/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define ORDINAL "%spellout-ordinal"

/* Endings behind a colon are cases. */
static const struct suffix suffixes[] = {{":n", "%spellout-cardinal-genitive"},
    {":ssa", "%spellout-cardinal-inessive"}, {":ssä", "%spellout-cardinal-inessive"},
    {":sta", "%spellout-cardinal-elative"}, {":stä", "%spellout-cardinal-elative"},
    {":een", "%spellout-cardinal-illative"}, {":iin", "%spellout-cardinal-illative"},
    {":aan", "%spellout-cardinal-illative"}, {":ään", "%spellout-cardinal-illative"},
    {":lla", "%spellout-cardinal-adessive"}, {":llä", "%spellout-cardinal-adessive"},
    {":lta", "%spellout-cardinal-ablative"}, {":ltä", "%spellout-cardinal-ablative"},
    {":lle", "%spellout-cardinal-allative"}, {":tta", "%spellout-cardinal-partitive"},
    {":ta", "%spellout-cardinal-partitive"}, {":tä", "%spellout-cardinal-partitive"},
    {":na", "%spellout-cardinal-essive"}, {":nä", "%spellout-cardinal-essive"},
    {":ksi", "%spellout-cardinal-translative"}, {NULL, NULL}};

static const struct suffix decades[] = {{"-luku", ">|luku"}, {"-luvulla", ">|luvulla"},
    {"-luvun", ">|luvun"}, {"-luvulta", ">|luvulta"}, {NULL, NULL}};

static const char *const time_before[] = {"klo", "kello", NULL};

static const struct pair fractions[] = {{"1/2", "puoli"}, {"+1/2", "ja puoli"},
    {"/3", "kolmasosa|kolmasosaa"}, {"/4", "neljäsosa|neljäsosaa"}, {"/5", "viidesosa|viidesosaa"},
    {"/8", "kahdeksasosa|kahdeksasosaa"}, {"/10", "kymmenesosa|kymmenesosaa"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"esim.", "esimerkiksi", INSIDE},
    {"mm.", "muun muassa", INSIDE}, {"jne.", "ja niin edelleen", ENDING},
    {"ym.", "ynnä muuta", ENDING}, {"yms.", "ynnä muuta sellaista", ENDING},
    {"ts.", "toisin sanoen", INSIDE}, {"ns.", "niin sanottu", INSIDE}, {"n.", "noin", COUNT},
    {"nro", "numero", COUNT}, {"s.", "sivu", COUNT}, {"ks.", "katso", INSIDE},
    {"vrt.", "vertaa", INSIDE}, {"tri", "tohtori", NAME}, {"prof.", "professori", INSIDE},
    {"huom.", "huomaa", INSIDE}, {"puh.", "puhelin", INSIDE}, {"eKr.", "ennen Kristusta", ENDING},
    {"jKr.", "jälkeen Kristuksen", ENDING}, {"kpl", "kappaletta", ENDING}, {"klo", "kello", COUNT},
    {"os.", "osoite", INSIDE}, {"noin", "noin", INSIDE}, {NULL, NULL, INSIDE}};

static const char *const single[] = {NULL};
static const char *const said[] = {"aids", "alv", "eu", "kela", "yle", "ei", "ja", "on", NULL};
static const char *const spelled[] = {"alv", "eu", "usa", NULL};

static const struct unit units[] = {
    {"t", "hour"}, {"sek", "second"}, {"mrk", "%n markkaa"}, {NULL, NULL}};

static const struct money money[] = {
    {"EUR", "euro|euroa", GENDER_NONE, "sentti|senttiä", GENDER_NONE},
    {"USD", "dollari|dollaria", GENDER_NONE, "sentti|senttiä", GENDER_NONE},
    {"GBP", "punta|puntaa", GENDER_NONE, "penni|penniä", GENDER_NONE},
    {"SEK", "kruunu|kruunua", GENDER_NONE, "äyri|äyriä", GENDER_NONE},
    {"JPY", "jeni|jeniä", GENDER_NONE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"tuhat", "tuhat", GENDER_NONE, 3},
    {"tuhatta", "tuhatta", GENDER_NONE, 3}, {"miljoona", "miljoona", GENDER_NONE, 6},
    {"miljoonaa", "miljoonaa", GENDER_NONE, 6}, {"milj.", "miljoona|miljoonaa", GENDER_NONE, 6},
    {"miljardi", "miljardi", GENDER_NONE, 9}, {"miljardia", "miljardia", GENDER_NONE, 9},
    {"mrd.", "miljardi|miljardia", GENDER_NONE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"luku", ""}, {"osa", ""}, {NULL, NULL}};
static const char *const rulers[] = {"kustaa", "kaarle", "juhana", "erik", "aleksanteri", "nikolai",
    "ludvig", "henrik", "pius", "elisabet", "katariina", "pietari", "fredrik", "paavali", NULL};

const struct tongue tongue_fi = {
    .code = "fi",
    .locale = "fi",
    .decimal = ',',
    .groups = " ",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = ORDINAL},
    .sign = {[SIGN_AND] = "ja",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "miinus",
        [SIGN_EQUALS] = "on yhtä kuin",
        [SIGN_TIMES] = "kertaa",
        [SIGN_DIVIDED] = "jaettuna",
        [SIGN_LESS] = "pienempi kuin",
        [SIGN_GREATER] = "suurempi kuin",
        [SIGN_ABOUT] = "noin",
        [SIGN_AT] = "ät",
        [SIGN_DOT] = "piste",
        [SIGN_SLASH] = "kauttaviiva",
        [SIGN_DASH] = "viiva",
        [SIGN_UNDERSCORE] = "alaviiva",
        [SIGN_COLON] = "kaksoispiste",
        [SIGN_QUESTION] = "kysymysmerkki",
        [SIGN_HASH] = "risuaita",
        [SIGN_NUMBER] = "numero",
        [SIGN_HASHTAG] = "aihetunniste",
        [SIGN_SECTION] = "pykälä",
        [SIGN_PERCENT] = "prosenttia",
        [SIGN_POINT] = "pilkku",
        [SIGN_TO] = "viiva",
        [SIGN_OVER] = "%n kautta %u"},
    .ordinal_dot = true,
    .suffixes = suffixes,
    .decades = decades,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .day = ORDINAL,
    .time = "%h %m",
    .time_hour = "%h",
    .time_seconds = "ja %s sekuntia",
    .time_before = time_before,
    .fractions = fractions,
    .fraction_and = "ja",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n ja %u",
    .krone = "SEK",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .rulers = rulers,
    .king = ORDINAL,
};
