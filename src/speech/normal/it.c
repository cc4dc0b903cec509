/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define MASCULINE "%spellout-ordinal-masculine"
#define FEMININE  "%spellout-ordinal-feminine"

static const struct suffix suffixes[] = {
    {"º", MASCULINE}, {"ª", FEMININE}, {"°", MASCULINE}, {NULL, NULL}};

static const struct pair fractions[] = {{"1/2", "un mezzo"}, {"+1/2", "e mezzo"},
    {"/3", "terzo|terzi"}, {"/4", "quarto|quarti"}, {"/5", "quinto|quinti"}, {"/6", "sesto|sesti"},
    {"/8", "ottavo|ottavi"}, {"/10", "decimo|decimi"}, {"/100", "centesimo|centesimi"},
    {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"Sig.", "signor", INSIDE},
    {"Sig.ra", "signora", INSIDE}, {"Sig.na", "signorina", INSIDE}, {"Sigg.", "signori", INSIDE},
    {"Dott.", "dottor", INSIDE}, {"Dott.ssa", "dottoressa", INSIDE}, {"Dr.", "dottor", INSIDE},
    {"Prof.", "professor", INSIDE}, {"Prof.ssa", "professoressa", INSIDE},
    {"Ing.", "ingegner", INSIDE}, {"Avv.", "avvocato", INSIDE}, {"Geom.", "geometra", INSIDE},
    {"S.", "san", NAME}, {"ecc.", "eccetera", ENDING}, {"etc.", "eccetera", ENDING},
    {"p. es.", "per esempio", INSIDE}, {"ad es.", "ad esempio", INSIDE},
    {"a.C.", "avanti Cristo", ENDING}, {"d.C.", "dopo Cristo", ENDING}, {"n.", "numero", COUNT},
    {"n°", "numero", COUNT}, {"pag.", "pagina", COUNT}, {"pagg.", "pagine", COUNT},
    {"p.", "pagina", COUNT}, {"pp.", "pagine", COUNT}, {"vol.", "volume", COUNT},
    {"cap.", "capitolo", COUNT}, {"art.", "articolo", COUNT}, {"fig.", "figura", COUNT},
    {"tel.", "telefono", INSIDE}, {"ca.", "circa", INSIDE}, {"max.", "massimo", ENDING},
    {"min.", "minimo", ENDING}, {"S.p.A.", "società per azioni", ENDING},
    {"S.r.l.", "società a responsabilità limitata", ENDING}, {"c.so", "corso", INSIDE},
    {"v.le", "viale", INSIDE}, {"p.za", "piazza", INSIDE}, {"p.zza", "piazza", INSIDE},
    {"V.", "via", NAME}, {"cfr.", "confronta", INSIDE}, {"vs", "versus", INSIDE},
    {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "e", "i", "o", "è", "é", "à", NULL};
static const char *const said[] = {"onu", "fiat", "iva", "rai", "inps", "asl", "aids", "enel",
    "istat", "isee", "iban", "pin", "il", "la", "non", "di", "si", NULL};
static const char *const spelled[] = {"usa", NULL};

static const struct unit units[] = {{"%", "%n per cento"}, {"mq", "square-meter"},
    {"mc", "cubic-meter"}, {"sec", "second"}, {NULL, NULL}};

static const struct money money[] = {
    {"EUR", "euro", GENDER_MASCULINE, "centesimo|centesimi", GENDER_MASCULINE},
    {"USD", "dollaro|dollari", GENDER_MASCULINE, "centesimo|centesimi", GENDER_MASCULINE},
    {"GBP", "sterlina|sterline", GENDER_FEMININE, "penny|pence", GENDER_MASCULINE},
    {"CHF", "franco svizzero|franchi svizzeri", GENDER_MASCULINE, "centesimo|centesimi",
        GENDER_MASCULINE},
    {"JPY", "yen", GENDER_MASCULINE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"milione", "milione", GENDER_MASCULINE, 6},
    {"milioni", "milioni", GENDER_MASCULINE, 6}, {"mln", "milione|milioni", GENDER_MASCULINE, 6},
    {"miliardo", "miliardo", GENDER_MASCULINE, 9}, {"miliardi", "miliardi", GENDER_MASCULINE, 9},
    {"mld", "miliardo|miliardi", GENDER_MASCULINE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"secolo", MASCULINE}, {"capitolo", ""}, {"tomo", ""},
    {"parte", ""}, {"volume", ""}, {"titolo", ""}, {"elisabetta", FEMININE}, {NULL, NULL}};
static const struct pair roman_behind[] = {
    {"secolo", MASCULINE}, {"guerra", FEMININE}, {NULL, NULL}};
static const char *const rulers[] = {"luigi", "carlo", "enrico", "vittorio", "emanuele", "umberto",
    "filippo", "federico", "francesco", "napoleone", "pio", "benedetto", "paolo", "gregorio",
    "leone", "giovanni", "giulio", "alessandro", "giorgio", "edoardo", "guglielmo", NULL};

static const struct noun nouns[] = {{"ema", GENDER_MASCULINE, 0}, {"a", GENDER_FEMININE, 0},
    {"zione", GENDER_FEMININE, 0}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_it = {
    .code = "it",
    .locale = "it",
    .decimal = ',',
    .groups = ".",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", NULL},
    .ordinal = {MASCULINE, MASCULINE, FEMININE, NULL},
    .decimals_grouped = true,
    .attribute = "%spellout-cardinal-masculine",
    .nouns = nouns,
    .attribute_most = 1,
    .sign = {[SIGN_AND] = "e",
        [SIGN_PLUS] = "più",
        [SIGN_MINUS] = "meno",
        [SIGN_EQUALS] = "uguale",
        [SIGN_TIMES] = "per",
        [SIGN_DIVIDED] = "diviso",
        [SIGN_LESS] = "minore di",
        [SIGN_GREATER] = "maggiore di",
        [SIGN_ABOUT] = "circa",
        [SIGN_AT] = "chiocciola",
        [SIGN_DOT] = "punto",
        [SIGN_SLASH] = "barra",
        [SIGN_DASH] = "trattino",
        [SIGN_UNDERSCORE] = "trattino basso",
        [SIGN_COLON] = "due punti",
        [SIGN_QUESTION] = "punto interrogativo",
        [SIGN_HASH] = "cancelletto",
        [SIGN_NUMBER] = "numero",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "paragrafo",
        [SIGN_PERCENT] = "per cento",
        [SIGN_POINT] = "virgola",
        [SIGN_TO] = "a",
        [SIGN_OVER] = "%n su %u",
        [SIGN_RATIO] = "a"},
    .suffixes = suffixes,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .first_day = MASCULINE,
    .time = "%h e %m",
    .time_hour = "%h",
    .time_seconds = "e %s secondi",
    .fractions = fractions,
    .fraction_gender = GENDER_MASCULINE,
    .fraction_and = "e",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n e %c",
    .magnitudes = magnitudes,
    .magnitude_of = "di",
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = MASCULINE,
};
