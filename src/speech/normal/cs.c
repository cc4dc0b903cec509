/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/slavic.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct pair nominative[] = {{NULL, NULL}};
static const struct pair genitive[] = {{"ý", "ého"}, {"í", "ího"}, {NULL, NULL}};
static const struct pair locative[] = {{"ý", "ém"}, {"í", "ím"}, {NULL, NULL}};
static const struct pair feminine[] = {{"ý", "á"}, {NULL, NULL}};
static const struct pair neuter[] = {{"ý", "é"}, {NULL, NULL}};

static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    static const struct {
        const char *rules;
        const struct pair *endings;
    } form[] = {{"ordinal", nominative}, {"ordinal-genitive", genitive},
        {"ordinal-locative", locative}, {"ordinal-feminine", feminine}, {"ordinal-neuter", neuter}};
    struct adjectives a = {
        {"nultý", "první", "druhý", "třetí", "čtvrtý", "pátý", "šestý", "sedmý", "osmý", "devátý",
            "desátý", "jedenáctý", "dvanáctý", "třináctý", "čtrnáctý", "patnáctý", "šestnáctý",
            "sedmnáctý", "osmnáctý", "devatenáctý"},
        {NULL, NULL, "dvacátý", "třicátý", "čtyřicátý", "padesátý", "šedesátý", "sedmdesátý",
            "osmdesátý", "devadesátý"},
        {NULL, "stý", "dvoustý", "třístý", "čtyřstý", "pětistý", "šestistý", "sedmistý", "osmistý",
            "devítistý"},
        "tisící", "dvoutisící", nominative};
    for (size_t i = 0; i < sizeof form / sizeof *form; i++)
        if (strcmp(form[i].rules, rules) == 0)
            a.endings = form[i].endings;
    slavic_ordinal(w, &a, value, out);
}

/* "jedna celá pět", "dvě celé pět", "pět celých pět". */
static void spell_decimals(struct wordbook *w, int64_t whole, const char *decimals, struct str *out)
{
    wordbook_spell(w, "%spellout-cardinal-feminine", whole, out);
    str_add_byte(out, ' ');
    wordbook_form(w, "celá|celé|celých", (double)whole, out);
    size_t zeros = strspn(decimals, "0"), n = strlen(decimals);
    for (size_t i = 0; i < n; i++) {
        bool rest = i == zeros && n - zeros <= 3;
        str_add_byte(out, ' ');
        wordbook_spell(w, NULL, rest ? atoi(decimals + i) : decimals[i] - '0', out);
        if (rest)
            break;
    }
}

/* A thousand is masculine. */
static const struct pair fixes[] = {
    {"jedna tisíc", "tisíc"}, {"dvě tisíce", "dva tisíce"}, {NULL, NULL}};

static const struct pair ordinal_after[] = {{"v", "ordinal-locative"}, {"ve", "ordinal-locative"},
    {"do", "ordinal-genitive"}, {"od", "ordinal-genitive"}, {"z", "ordinal-genitive"},
    {NULL, NULL}};

static const struct pair fractions[] = {{"1/2", "jedna polovina"}, {"+1/2", "a půl"},
    {"/3", "třetina|třetiny|třetin"}, {"/4", "čtvrtina|čtvrtiny|čtvrtin"},
    {"/5", "pětina|pětiny|pětin"}, {"/8", "osmina|osminy|osmin"},
    {"/10", "desetina|desetiny|desetin"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"např.", "například", INSIDE},
    {"atd.", "a tak dále", ENDING}, {"apod.", "a podobně", ENDING}, {"aj.", "a jiné", ENDING},
    {"tj.", "to jest", INSIDE}, {"tzn.", "to znamená", INSIDE}, {"tzv.", "takzvaný", INSIDE},
    {"č.", "číslo", COUNT}, {"s.", "strana", COUNT}, {"str.", "strana", COUNT},
    {"r.", "roku", COUNT}, {"ul.", "ulice", INSIDE}, {"nám.", "náměstí", INSIDE},
    {"tel.", "telefon", INSIDE}, {"cca", "cirka", INSIDE}, {"mj.", "mimo jiné", INSIDE},
    {"resp.", "respektive", INSIDE}, {"popř.", "popřípadě", INSIDE},
    {"př. n. l.", "před naším letopočtem", ENDING}, {"n. l.", "našeho letopočtu", ENDING},
    {"MUDr.", "doktor", INSIDE}, {"JUDr.", "doktor", INSIDE}, {"PhDr.", "doktor", INSIDE},
    {"Ing.", "inženýr", INSIDE}, {"Mgr.", "magistr", INSIDE}, {"Bc.", "bakalář", INSIDE},
    {"prof.", "profesor", INSIDE}, {"doc.", "docent", INSIDE}, {"Dr.", "doktor", INSIDE},
    {"p.", "pan", NAME}, {"pí.", "paní", NAME}, {"sv.", "svatý", INSIDE},
    {"kap.", "kapitola", COUNT}, {"obr.", "obrázek", COUNT}, {"hod.", "hodin", ENDING},
    {"min.", "minut", ENDING}, {"stol.", "století", ENDING}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "i", "k", "o", "s", "u", "v", "z", NULL};
static const char *const said[] = {"aids", "čez", "osn", "a", "je", "na", "se", "ne", NULL};
static const char *const spelled[] = {"osn", "usa", NULL};

static const struct unit units[] = {{"hod", "hour"}, {"hod.", "hour"}, {"sek", "second"},
    {"ks", "%n kus|%n kusy|%n kusů"}, {NULL, NULL}};

static const struct money money[] = {
    {"CZK", "koruna|koruny|koruny|korun", GENDER_FEMININE, "haléř|haléře|haléřů", GENDER_MASCULINE},
    {"EUR", "euro|eura|eura|eur", GENDER_NEUTER, "cent|centy|centů", GENDER_MASCULINE},
    {"USD", "dolar|dolary|dolaru|dolarů", GENDER_MASCULINE, "cent|centy|centů", GENDER_MASCULINE},
    {"GBP", "libra|libry|libry|liber", GENDER_FEMININE, "pence", GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

#define MILLION "milion|miliony|milionu|milionů"
#define BILLION "miliarda|miliardy|miliardy|miliard"
static const struct magnitude magnitudes[] = {{"tisíc", "tisíc|tisíce|tisíc", GENDER_MASCULINE, 3},
    {"tis.", "tisíc|tisíce|tisíc", GENDER_MASCULINE, 3}, {"milion", MILLION, GENDER_MASCULINE, 6},
    {"miliony", MILLION, GENDER_MASCULINE, 6}, {"milionů", MILLION, GENDER_MASCULINE, 6},
    {"mil.", MILLION, GENDER_MASCULINE, 6}, {"mld.", BILLION, GENDER_FEMININE, 9},
    {"miliarda", BILLION, GENDER_FEMININE, 9}, {"miliardy", BILLION, GENDER_FEMININE, 9},
    {"miliard", BILLION, GENDER_FEMININE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {
    {"kapitola", ""}, {"díl", ""}, {"část", ""}, {NULL, NULL}};
static const struct pair roman_behind[] = {{"století", "ordinal-neuter"}, {NULL, NULL}};
static const char *const rulers[] = {"karel", "václav", "rudolf", "josef", "františek", "ferdinand",
    "leopold", "jiří", "ludvík", "jindřich", "napoleon", "pius", "benedikt", "pavel", "jan", "petr",
    "mikuláš", "filip", "vladislav", "přemysl", "otakar", NULL};

static const struct noun nouns[] = {
    {"a", GENDER_FEMININE, 1}, {"o", GENDER_NEUTER, 1}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_cs = {
    .code = "cs",
    .locale = "cs",
    .decimal = ',',
    .groups = " .",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", "%spellout-cardinal-neuter"},
    .ordinal = {"ordinal", "ordinal", "ordinal-feminine", "ordinal-neuter"},
    .spell = spell,
    .spell_decimals = spell_decimals,
    .fixes = fixes,
    .nouns = nouns,
    .attribute_most = 1,
    .sign = {[SIGN_AND] = "a",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "rovná se",
        [SIGN_TIMES] = "krát",
        [SIGN_DIVIDED] = "děleno",
        [SIGN_LESS] = "menší než",
        [SIGN_GREATER] = "větší než",
        [SIGN_ABOUT] = "asi",
        [SIGN_AT] = "zavináč",
        [SIGN_DOT] = "tečka",
        [SIGN_SLASH] = "lomítko",
        [SIGN_DASH] = "pomlčka",
        [SIGN_UNDERSCORE] = "podtržítko",
        [SIGN_COLON] = "dvojtečka",
        [SIGN_QUESTION] = "otazník",
        [SIGN_HASH] = "křížek",
        [SIGN_NUMBER] = "číslo",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "paragraf",
        [SIGN_PERCENT] = "procent",
        [SIGN_POINT] = "celá",
        [SIGN_TO] = "až",
        [SIGN_OVER] = "%n lomeno %u",
        [SIGN_RATIO] = "ku"},
    .ordinal_dot = true,
    .ordinal_after = ordinal_after,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .day = "ordinal-genitive",
    .time = "%h %m",
    .time_hour = "%h %i",
    .time_seconds = "a %s sekund",
    .hour = "%spellout-cardinal-feminine",
    .hour_name = "hodina|hodiny|hodin",
    .fractions = fractions,
    .fraction_gender = GENDER_FEMININE,
    .fraction_and = "a",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n %u",
    .krone = "CZK",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = "ordinal",
    .roman_dot = "ordinal",
};
