/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define MASCULINE "%spellout-ordinal-masculine"
#define FEMININE  "%spellout-ordinal-feminine"

static const struct suffix suffixes[] = {{"º", MASCULINE}, {"ª", FEMININE}, {".º", MASCULINE},
    {".ª", FEMININE}, {"°", MASCULINE}, {NULL, NULL}};

static const char *const day_of[] = {"de", NULL};
static const char *const time_behind[] = {"h", NULL};

static const struct pair fractions[] = {{"1/2", "um meio"}, {"+1/2", "e meio"},
    {"/3", "terço|terços"}, {"/4", "quarto|quartos"}, {"/5", "quinto|quintos"},
    {"/6", "sexto|sextos"}, {"/8", "oitavo|oitavos"}, {"/10", "décimo|décimos"},
    {"/100", "centésimo|centésimos"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"Sr.", "senhor", INSIDE},
    {"Sra.", "senhora", INSIDE}, {"Srta.", "senhorita", INSIDE}, {"Srs.", "senhores", INSIDE},
    {"Dr.", "doutor", INSIDE}, {"Dra.", "doutora", INSIDE}, {"Prof.", "professor", INSIDE},
    {"Profa.", "professora", INSIDE}, {"D.", "dom", NAME}, {"Eng.", "engenheiro", INSIDE},
    {"etc.", "et cetera", ENDING}, {"p. ex.", "por exemplo", INSIDE}, {"ex.", "exemplo", INSIDE},
    {"a.C.", "antes de Cristo", ENDING}, {"d.C.", "depois de Cristo", ENDING},
    {"nº", "número", COUNT}, {"n.º", "número", COUNT}, {"n°", "número", COUNT},
    {"pág.", "página", COUNT}, {"págs.", "páginas", COUNT}, {"p.", "página", COUNT},
    {"vol.", "volume", COUNT}, {"cap.", "capítulo", COUNT}, {"art.", "artigo", COUNT},
    {"fig.", "figura", COUNT}, {"tel.", "telefone", INSIDE}, {"av.", "avenida", NAME},
    {"R.", "rua", NAME}, {"Ltda.", "limitada", ENDING}, {"S.A.", "sociedade anônima", ENDING},
    {"Cia.", "companhia", ENDING}, {"aprox.", "aproximadamente", INSIDE},
    {"máx.", "máximo", ENDING}, {"mín.", "mínimo", ENDING}, {"obs.", "observação", INSIDE},
    {"séc.", "século", INSIDE}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "e", "o", "é", "à", "ó", NULL};
static const char *const said[] = {"onu", "otan", "aids", "iva", "cep", "pib", "sus", "usp", "pix",
    "funai", "ovni", "sida", "não", "de", "em", "os", "as", NULL};
static const char *const spelled[] = {"eua", "usa", NULL};

static const struct unit units[] = {{"seg", "second"}, {"hs", "hour"}, {NULL, NULL}};

static const struct money money[] = {
    {"BRL", "real|reais", GENDER_MASCULINE, "centavo|centavos", GENDER_MASCULINE},
    {"EUR", "euro|euros", GENDER_MASCULINE, "cêntimo|cêntimos", GENDER_MASCULINE},
    {"USD", "dólar|dólares", GENDER_MASCULINE, "centavo|centavos", GENDER_MASCULINE},
    {"GBP", "libra|libras", GENDER_FEMININE, "penny|pence", GENDER_MASCULINE},
    {"JPY", "iene|ienes", GENDER_MASCULINE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"mil", "mil", GENDER_MASCULINE, 3},
    {"milhão", "milhão", GENDER_MASCULINE, 6}, {"milhões", "milhões", GENDER_MASCULINE, 6},
    {"mi", "milhão|milhões", GENDER_MASCULINE, 6}, {"bilhão", "bilhão", GENDER_MASCULINE, 9},
    {"bilhões", "bilhões", GENDER_MASCULINE, 9}, {"bi", "bilhão|bilhões", GENDER_MASCULINE, 9},
    {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"século", ""}, {"séc", ""}, {"capítulo", ""},
    {"tomo", ""}, {"volume", ""}, {"parte", ""}, {"título", ""}, {"artigo", ""},
    {"isabel", FEMININE}, {"maria", FEMININE}, {NULL, NULL}};
static const struct pair roman_behind[] = {{"guerra", FEMININE}, {NULL, NULL}};
static const char *const rulers[] = {"pedro", "joão", "luís", "filipe", "carlos", "henrique",
    "afonso", "manuel", "josé", "pio", "bento", "paulo", "napoleão", "gregório", "jorge", "eduardo",
    "leão", "fernando", NULL};

static const struct noun nouns[] = {{"dia", GENDER_MASCULINE, 0}, {"dias", GENDER_MASCULINE, 0},
    {"emas", GENDER_MASCULINE, 0}, {"gramas", GENDER_MASCULINE, 0}, {"a", GENDER_FEMININE, 0},
    {"as", GENDER_FEMININE, 0}, {"ção", GENDER_FEMININE, 0}, {"ções", GENDER_FEMININE, 0},
    {"dade", GENDER_FEMININE, 0}, {"dades", GENDER_FEMININE, 0}, {"gem", GENDER_FEMININE, 0},
    {"gens", GENDER_FEMININE, 0}, {"vezes", GENDER_FEMININE, 0}, {"vez", GENDER_FEMININE, 0},
    {NULL, GENDER_NONE, 0}};

const struct tongue tongue_pt = {
    .code = "pt",
    .locale = "pt",
    .decimal = ',',
    .groups = " .",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", NULL},
    .ordinal = {MASCULINE, MASCULINE, FEMININE, NULL},
    .decimals_grouped = true,
    .attribute = "%spellout-cardinal-masculine",
    .nouns = nouns,
    .sign = {[SIGN_AND] = "e",
        [SIGN_PLUS] = "mais",
        [SIGN_MINUS] = "menos",
        [SIGN_EQUALS] = "igual a",
        [SIGN_TIMES] = "vezes",
        [SIGN_DIVIDED] = "dividido por",
        [SIGN_LESS] = "menor que",
        [SIGN_GREATER] = "maior que",
        [SIGN_ABOUT] = "cerca de",
        [SIGN_AT] = "arroba",
        [SIGN_DOT] = "ponto",
        [SIGN_SLASH] = "barra",
        [SIGN_DASH] = "hífen",
        [SIGN_UNDERSCORE] = "sublinhado",
        [SIGN_COLON] = "dois pontos",
        [SIGN_QUESTION] = "ponto de interrogação",
        [SIGN_HASH] = "cerquilha",
        [SIGN_NUMBER] = "número",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "parágrafo",
        [SIGN_PERCENT] = "por cento",
        [SIGN_POINT] = "vírgula",
        [SIGN_TO] = "a",
        [SIGN_OVER] = "%n sobre %u",
        [SIGN_RATIO] = "a"},
    .suffixes = suffixes,
    .date = "%d de %m de %y",
    .day_month = "%d de %m",
    .month_year = "%m de %y",
    .first_day = MASCULINE,
    .day_of = day_of,
    .time = "%h e %m",
    .time_hour = "%h %i",
    .time_seconds = "e %s segundos",
    .hour = "%spellout-cardinal-feminine",
    .hour_name = "hora|horas",
    .time_behind = time_behind,
    .fractions = fractions,
    .fraction_gender = GENDER_MASCULINE,
    .fraction_and = "e",
    .abbreviations = abbreviations,
    .single = single,
    .clitics = true,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n e %u",
    .magnitudes = magnitudes,
    .magnitude_of = "de",
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = MASCULINE,
    .king_many = "%spellout-numbering",
    .king_few = 10,
};
