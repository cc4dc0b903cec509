/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define MASCULINE "%spellout-ordinal-masculine"
#define FEMININE  "%spellout-ordinal-feminine"

static const struct suffix suffixes[] = {{"º", MASCULINE}, {"ª", FEMININE}, {".º", MASCULINE},
    {".ª", FEMININE}, {"°", MASCULINE}, {"er", "%spellout-ordinal-masculine-adjective"},
    {".er", "%spellout-ordinal-masculine-adjective"}, {"ro", MASCULINE}, {"ra", FEMININE},
    {"do", MASCULINE}, {"da", FEMININE}, {"to", MASCULINE}, {"ta", FEMININE}, {"mo", MASCULINE},
    {"ma", FEMININE}, {NULL, NULL}};

static const char *const day_of[] = {"de", NULL};
static const char *const time_behind[] = {"h", "hs", NULL};

static const struct pair fractions[] = {{"1/2", "un medio"}, {"+1/2", "y medio"},
    {"/3", "tercio|tercios"}, {"/4", "cuarto|cuartos"}, {"/5", "quinto|quintos"},
    {"/6", "sexto|sextos"}, {"/8", "octavo|octavos"}, {"/10", "décimo|décimos"},
    {"/100", "centésimo|centésimos"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"Sr.", "señor", INSIDE},
    {"Sra.", "señora", INSIDE}, {"Srta.", "señorita", INSIDE}, {"Sres.", "señores", INSIDE},
    {"Dr.", "doctor", INSIDE}, {"Dra.", "doctora", INSIDE}, {"Prof.", "profesor", INSIDE},
    {"D.", "don", NAME}, {"Dña.", "doña", INSIDE}, {"Ud.", "usted", ENDING},
    {"Uds.", "ustedes", ENDING}, {"Vd.", "usted", ENDING}, {"etc.", "etcétera", ENDING},
    {"p. ej.", "por ejemplo", INSIDE}, {"ej.", "ejemplo", INSIDE},
    {"EE. UU.", "Estados Unidos", ENDING}, {"EEUU", "Estados Unidos", ENDING},
    {"EE UU", "Estados Unidos", ENDING}, {"a. C.", "antes de Cristo", ENDING},
    {"d. C.", "después de Cristo", ENDING}, {"n.º", "número", COUNT}, {"nº", "número", COUNT},
    {"núm.", "número", COUNT}, {"pág.", "página", COUNT}, {"págs.", "páginas", COUNT},
    {"p.", "página", COUNT}, {"vol.", "volumen", COUNT}, {"cap.", "capítulo", COUNT},
    {"art.", "artículo", COUNT}, {"fig.", "figura", COUNT}, {"tel.", "teléfono", INSIDE},
    {"av.", "avenida", NAME}, {"avda.", "avenida", INSIDE}, {"c/", "calle", NAME},
    {"ca.", "circa", INSIDE}, {"aprox.", "aproximadamente", ENDING},
    {"S.A.", "sociedad anónima", ENDING}, {"S. L.", "sociedad limitada", ENDING},
    {"St.", "san", NAME}, {"Sto.", "santo", NAME}, {"Sta.", "santa", NAME},
    {"máx.", "máximo", ENDING}, {"mín.", "mínimo", ENDING}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "e", "o", "u", "y", "á", NULL};
static const char *const said[] = {"onu", "otan", "ovni", "sida", "iva", "renfe", "ave", "once",
    "sms", "el", "la", "los", "no", "si", "ya", "de", NULL};
static const char *const spelled[] = {"sms", "usa", NULL};

static const struct unit units[] = {
    {"hs", "hour"}, {"seg", "second"}, {"mts", "meter"}, {NULL, NULL}};

static const struct money money[] = {
    {"EUR", "euro|euros", GENDER_MASCULINE, "céntimo|céntimos", GENDER_MASCULINE},
    {"USD", "dólar|dólares", GENDER_MASCULINE, "centavo|centavos", GENDER_MASCULINE},
    {"GBP", "libra|libras", GENDER_FEMININE, "penique|peniques", GENDER_MASCULINE},
    {"MXN", "peso|pesos", GENDER_MASCULINE, "centavo|centavos", GENDER_MASCULINE},
    {"JPY", "yen|yenes", GENDER_MASCULINE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"mil", "mil", GENDER_MASCULINE, 3},
    {"millón", "millón", GENDER_MASCULINE, 6}, {"millones", "millones", GENDER_MASCULINE, 6},
    {"mill.", "millón|millones", GENDER_MASCULINE, 6},
    {"M", "millón|millones", GENDER_MASCULINE, 6}, {"billón", "billón", GENDER_MASCULINE, 12},
    {"billones", "billones", GENDER_MASCULINE, 12}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"siglo", ""}, {"capítulo", ""}, {"tomo", ""},
    {"volumen", ""}, {"parte", ""}, {"título", ""}, {"isabel", FEMININE}, {NULL, NULL}};
static const struct pair roman_behind[] = {
    {"guerra", FEMININE}, {"congreso", MASCULINE}, {NULL, NULL}};
static const char *const rulers[] = {"felipe", "carlos", "alfonso", "fernando", "juan", "enrique",
    "luis", "pío", "benedicto", "pablo", "napoleón", "gregorio", "jorge", "eduardo", "pedro",
    "alejandro", "nicolás", "guillermo", "francisco", NULL};

static const struct noun nouns[] = {{"día", GENDER_MASCULINE, 0}, {"días", GENDER_MASCULINE, 0},
    {"emas", GENDER_MASCULINE, 0}, {"gramas", GENDER_MASCULINE, 0}, {"a", GENDER_FEMININE, 0},
    {"as", GENDER_FEMININE, 0}, {"ción", GENDER_FEMININE, 0}, {"ciones", GENDER_FEMININE, 0},
    {"dad", GENDER_FEMININE, 0}, {"dades", GENDER_FEMININE, 0}, {"veces", GENDER_FEMININE, 0},
    {"vez", GENDER_FEMININE, 0}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_es = {
    .code = "es",
    .locale = "es",
    .decimal = ',',
    .groups = " .",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", NULL},
    .ordinal = {MASCULINE, MASCULINE, FEMININE, NULL},
    .decimals_grouped = true,
    .attribute = "%spellout-cardinal-masculine",
    .nouns = nouns,
    .sign = {[SIGN_AND] = "y",
        [SIGN_PLUS] = "más",
        [SIGN_MINUS] = "menos",
        [SIGN_EQUALS] = "igual a",
        [SIGN_TIMES] = "por",
        [SIGN_DIVIDED] = "dividido por",
        [SIGN_LESS] = "menor que",
        [SIGN_GREATER] = "mayor que",
        [SIGN_ABOUT] = "aproximadamente",
        [SIGN_AT] = "arroba",
        [SIGN_DOT] = "punto",
        [SIGN_SLASH] = "barra",
        [SIGN_DASH] = "guion",
        [SIGN_UNDERSCORE] = "guion bajo",
        [SIGN_COLON] = "dos puntos",
        [SIGN_QUESTION] = "signo de interrogación",
        [SIGN_HASH] = "almohadilla",
        [SIGN_NUMBER] = "número",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "sección",
        [SIGN_PERCENT] = "por ciento",
        [SIGN_POINT] = "coma",
        [SIGN_TO] = "a",
        [SIGN_OVER] = "%n sobre %u",
        [SIGN_RATIO] = "a"},
    .suffixes = suffixes,
    .date = "%d de %m de %y",
    .day_month = "%d de %m",
    .month_year = "%m de %y",
    .first_day = MASCULINE,
    .day_of = day_of,
    .time = "%h y %m",
    .time_hour = "%h",
    .time_seconds = "y %s segundos",
    .hour = "%spellout-cardinal-feminine",
    .time_behind = time_behind,
    .fractions = fractions,
    .fraction_gender = GENDER_MASCULINE,
    .fraction_and = "y",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n con %c",
    .magnitudes = magnitudes,
    .magnitude_of = "de",
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = MASCULINE,
    .king_many = "%spellout-numbering",
    .king_few = 10,
};
