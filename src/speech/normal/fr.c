/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define FIRST   "%spellout-ordinal-masculine"
#define FIRST_F "%spellout-ordinal-feminine"

static const struct suffix suffixes[] = {{"er", FIRST}, {"re", FIRST_F}, {"ère", FIRST_F},
    {"e", FIRST}, {"ème", FIRST}, {"ième", FIRST}, {"nd", FIRST}, {"nde", FIRST_F}, {NULL, NULL}};

static const struct pair fractions[] = {{"1/2", "un demi"}, {"+1/2", "et demi"}, {"/3", "tiers"},
    {"/4", "quart|quarts"}, {"/5", "cinquième|cinquièmes"}, {"/6", "sixième|sixièmes"},
    {"/8", "huitième|huitièmes"}, {"/10", "dixième|dixièmes"}, {"/100", "centième|centièmes"},
    {NULL, NULL}};

static const char *const time_behind[] = {"h", NULL};

static const struct abbreviation abbreviations[] = {{"M.", "monsieur", NAME},
    {"MM.", "messieurs", NAME}, {"Mme", "madame", INSIDE}, {"Mmes", "mesdames", INSIDE},
    {"Mlle", "mademoiselle", INSIDE}, {"Dr", "docteur", NAME}, {"Dr.", "docteur", NAME},
    {"Pr", "professeur", NAME}, {"Pr.", "professeur", NAME}, {"Me", "maître", NAME},
    {"St", "saint", NAME}, {"Ste", "sainte", NAME}, {"etc.", "et cetera", ENDING},
    {"p. ex.", "par exemple", INSIDE}, {"c.-à-d.", "c'est-à-dire", INSIDE},
    {"cf.", "confer", INSIDE}, {"av. J.-C.", "avant Jésus-Christ", ENDING},
    {"apr. J.-C.", "après Jésus-Christ", ENDING}, {"env.", "environ", INSIDE},
    {"n°", "numéro", COUNT}, {"nº", "numéro", COUNT}, {"n°s", "numéros", COUNT},
    {"p.", "page", COUNT}, {"pp.", "pages", COUNT}, {"vol.", "volume", COUNT},
    {"chap.", "chapitre", COUNT}, {"art.", "article", COUNT}, {"fig.", "figure", COUNT},
    {"éd.", "édition", ENDING}, {"tél.", "téléphone", INSIDE}, {"bd", "boulevard", NAME},
    {"av.", "avenue", NAME}, {"vs", "versus", INSIDE}, {"max.", "maximum", ENDING},
    {"min.", "minimum", ENDING}, {"lun.", "lundi", COUNT}, {"mar.", "mardi", COUNT},
    {"mer.", "mercredi", COUNT}, {"jeu.", "jeudi", COUNT}, {"ven.", "vendredi", COUNT},
    {"sam.", "samedi", COUNT}, {"dim.", "dimanche", COUNT}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "à", "y", "ô", "ç", NULL};
static const char *const said[] = {"otan", "onu", "sida", "insee", "smic", "ratp", "cedex", "ena",
    "iban", "ovni", "le", "la", "les", "et", "ok", NULL};
static const char *const spelled[] = {"ratp", "usa", "urss", NULL};

static const struct unit units[] = {{"mn", "minute"}, {"sec", "second"}, {"Ko", "kilobyte"},
    {"ko", "kilobyte"}, {"Mo", "megabyte"}, {"Go", "gigabyte"}, {"To", "terabyte"},
    {"km/h", "%n kilomètre à l'heure|%n kilomètres à l'heure"}, {NULL, NULL}};

static const struct money money[] = {
    {"EUR", "euro|euros", GENDER_MASCULINE, "centime|centimes", GENDER_MASCULINE},
    {"USD", "dollar|dollars", GENDER_MASCULINE, "cent|cents", GENDER_MASCULINE},
    {"GBP", "livre|livres", GENDER_FEMININE, "penny|pence", GENDER_MASCULINE},
    {"CHF", "franc suisse|francs suisses", GENDER_MASCULINE, "centime|centimes", GENDER_MASCULINE},
    {"JPY", "yen|yens", GENDER_MASCULINE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"million", "million", GENDER_MASCULINE, 6},
    {"millions", "millions", GENDER_MASCULINE, 6}, {"milliard", "milliard", GENDER_MASCULINE, 9},
    {"milliards", "milliards", GENDER_MASCULINE, 9}, {"M", "million|millions", GENDER_MASCULINE, 6},
    {"Md", "milliard|milliards", GENDER_MASCULINE, 9}, {"Mds", "milliards", GENDER_MASCULINE, 9},
    {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"chapitre", ""}, {"tome", ""}, {"partie", ""},
    {"volume", ""}, {"acte", ""}, {"article", ""}, {"titre", ""}, {NULL, NULL}};
static const struct pair roman_behind[] = {{"siècle", FIRST}, {NULL, NULL}};
static const char *const rulers[] = {"louis", "françois", "charles", "henri", "philippe",
    "napoléon", "pie", "benoît", "élisabeth", "paul", "grégoire", "léon", "guillaume", "george",
    "albert", "édouard", "nicolas", "catherine", "alexandre", "ramsès", NULL};

static const struct noun nouns[] = {{"tion", GENDER_FEMININE, 0}, {"tions", GENDER_FEMININE, 0},
    {"heure", GENDER_FEMININE, 0}, {"heures", GENDER_FEMININE, 0}, {"fois", GENDER_FEMININE, 0},
    {"minute", GENDER_FEMININE, 0}, {"minutes", GENDER_FEMININE, 0},
    {"seconde", GENDER_FEMININE, 0}, {"secondes", GENDER_FEMININE, 0}, {"page", GENDER_FEMININE, 0},
    {"pages", GENDER_FEMININE, 0}, {"image", GENDER_FEMININE, 0}, {"images", GENDER_FEMININE, 0},
    {"année", GENDER_FEMININE, 0}, {"années", GENDER_FEMININE, 0}, {"ée", GENDER_FEMININE, 0},
    {"ées", GENDER_FEMININE, 0}, {"ette", GENDER_FEMININE, 0}, {"ettes", GENDER_FEMININE, 0},
    {"ence", GENDER_FEMININE, 0}, {"ences", GENDER_FEMININE, 0}, {"ance", GENDER_FEMININE, 0},
    {"ances", GENDER_FEMININE, 0}, {"onne", GENDER_FEMININE, 0}, {"onnes", GENDER_FEMININE, 0},
    {"ille", GENDER_FEMININE, 0}, {"illes", GENDER_FEMININE, 0}, {"ine", GENDER_FEMININE, 0},
    {"ines", GENDER_FEMININE, 0}, {"femme", GENDER_FEMININE, 0}, {"femmes", GENDER_FEMININE, 0},
    {"pomme", GENDER_FEMININE, 0}, {"pommes", GENDER_FEMININE, 0}, {"ture", GENDER_FEMININE, 0},
    {"tures", GENDER_FEMININE, 0}, {"livres", GENDER_MASCULINE, 0}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_fr = {
    .code = "fr",
    .locale = "fr",
    .decimal = ',',
    .groups = " .",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", NULL},
    .ordinal = {FIRST, FIRST, FIRST_F, NULL},
    .decimals_grouped = true,
    .attribute = "%spellout-cardinal-masculine",
    .nouns = nouns,
    .sign = {[SIGN_AND] = "et",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "moins",
        [SIGN_EQUALS] = "égale",
        [SIGN_TIMES] = "fois",
        [SIGN_DIVIDED] = "divisé par",
        [SIGN_LESS] = "inférieur à",
        [SIGN_GREATER] = "supérieur à",
        [SIGN_ABOUT] = "environ",
        [SIGN_AT] = "arobase",
        [SIGN_DOT] = "point",
        [SIGN_SLASH] = "slash",
        [SIGN_DASH] = "tiret",
        [SIGN_UNDERSCORE] = "tiret bas",
        [SIGN_COLON] = "deux points",
        [SIGN_QUESTION] = "point d'interrogation",
        [SIGN_HASH] = "dièse",
        [SIGN_NUMBER] = "numéro",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "paragraphe",
        [SIGN_PERCENT] = "pour cent",
        [SIGN_POINT] = "virgule",
        [SIGN_TO] = "à",
        [SIGN_OVER] = "%n sur %u",
        [SIGN_RATIO] = "à"},
    .suffixes = suffixes,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .first_day = FIRST,
    .time = "%h %i %m",
    .time_hour = "%h %i",
    .time_seconds = "et %s secondes",
    .hour = "%spellout-cardinal-feminine",
    .hour_name = "heure|heures",
    .time_behind = time_behind,
    .fractions = fractions,
    .fraction_gender = GENDER_MASCULINE,
    .fraction_and = "et",
    .abbreviations = abbreviations,
    .single = single,
    .clitics = true,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n %c",
    .magnitudes = magnitudes,
    .magnitude_of = "de",
    .magnitude_of_vowel = "d'",
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = "%spellout-cardinal-masculine",
};
