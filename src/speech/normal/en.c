/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

static const char *const before_year[] = {"in", "since", "from", "by", "until", "till", "before",
    "after", "around", "circa", "year", "of", "during", "and", "to", "early", "late", "mid",
    "summer", "winter", "spring", "autumn", "fall", NULL};

static const struct suffix suffixes[] = {{"st", "%spellout-ordinal"}, {"nd", "%spellout-ordinal"},
    {"rd", "%spellout-ordinal"}, {"th", "%spellout-ordinal"}, {NULL, NULL}};

/* A final y becomes ies; anything else takes s. */
static const struct suffix decades[] = {{"s", "y>ies|s"}, {"'s", "y>ies|s"}, {NULL, NULL}};

static const char *const day_of[] = {"of", NULL};
static const char *const halves[] = {"a.m.", "p.m.", "am", "pm", "a. m.", "p. m.", NULL};
static const char *const time_behind[] = {"o'clock", NULL};

static const struct pair fractions[] = {{"1/2", "one half"}, {"+1/2", "and a half"},
    {"+1/4", "and a quarter"}, {"1/4", "one quarter"}, {"3/4", "three quarters"},
    {"/3", "third|thirds"}, {"/5", "fifth|fifths"}, {"/6", "sixth|sixths"},
    {"/7", "seventh|sevenths"}, {"/8", "eighth|eighths"}, {"/9", "ninth|ninths"},
    {"/10", "tenth|tenths"}, {"/16", "sixteenth|sixteenths"}, {"/100", "hundredth|hundredths"},
    {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"Mr.", "mister", INSIDE},
    {"Mr", "mister", NAME}, {"Mrs.", "missus", INSIDE}, {"Mrs", "missus", NAME},
    {"Ms.", "miz", INSIDE}, {"Ms", "miz", NAME}, {"Dr.", "doctor", NAME}, {"Dr", "doctor", NAME},
    {"Dr.", "drive", AFTER}, {"Prof.", "professor", INSIDE}, {"Rev.", "reverend", NAME},
    {"Hon.", "honorable", NAME}, {"Gen.", "general", NAME}, {"Col.", "colonel", NAME},
    {"Capt.", "captain", NAME}, {"Lt.", "lieutenant", NAME}, {"Sgt.", "sergeant", NAME},
    {"Sen.", "senator", NAME}, {"Rep.", "representative", NAME}, {"Gov.", "governor", NAME},
    {"Pres.", "president", NAME}, {"Jr.", "junior", ENDING}, {"Sr.", "senior", ENDING},
    {"Jr", "junior", AFTER}, {"St.", "street", AFTER}, {"St.", "saint", NAME},
    {"Ave.", "avenue", AFTER}, {"Blvd.", "boulevard", AFTER}, {"Rd.", "road", AFTER},
    {"Ln.", "lane", AFTER}, {"Mt.", "mount", NAME}, {"Ft.", "fort", NAME},
    {"Apt.", "apartment", COUNT}, {"e.g.", "for example", INSIDE}, {"i.e.", "that is", INSIDE},
    {"etc.", "et cetera", ENDING}, {"vs.", "versus", INSIDE}, {"v.", "versus", NAME},
    {"tsp.", "teaspoon", INSIDE}, {"tbsp.", "tablespoon", INSIDE}, {"vs", "versus", INSIDE},
    {"cf.", "compare", INSIDE}, {"approx.", "approximately", INSIDE}, {"ca.", "circa", COUNT},
    {"c.", "circa", COUNT}, {"al.", "al", ENDING}, {"No.", "number", COUNT},
    {"no.", "number", COUNT}, {"Nos.", "numbers", COUNT}, {"nr.", "number", COUNT},
    {"p.", "page", COUNT}, {"pp.", "pages", COUNT}, {"vol.", "volume", COUNT},
    {"ch.", "chapter", COUNT}, {"chap.", "chapter", COUNT}, {"fig.", "figure", COUNT},
    {"figs.", "figures", COUNT}, {"eq.", "equation", COUNT}, {"sec.", "section", COUNT},
    {"ed.", "edition", ENDING}, {"ext.", "extension", COUNT}, {"tel.", "telephone", INSIDE},
    {"dept.", "department", ENDING}, {"est.", "established", COUNT},
    {"Inc.", "incorporated", ENDING}, {"Inc", "incorporated", AFTER}, {"Ltd.", "limited", ENDING},
    {"Ltd", "limited", AFTER}, {"Corp.", "corporation", ENDING}, {"Co.", "company", ENDING},
    {"Bros.", "brothers", ENDING}, {"LLC", "L L C", ENDING}, {"a.m.", "A M", ENDING},
    {"p.m.", "P M", ENDING}, {"am", "A M", AFTER}, {"pm", "P M", AFTER}, {"AM", "A M", AFTER},
    {"PM", "P M", AFTER}, {"U.S.", "U S", INSIDE}, {"U.K.", "U K", INSIDE},
    {"U.S.A.", "U S A", ENDING}, {"Ph.D.", "P H D", ENDING}, {"PhD", "P H D", ENDING},
    {"MSc", "M S C", ENDING}, {"BSc", "B S C", ENDING}, {"A.D.", "A D", ENDING},
    {"B.C.", "B C", ENDING}, {"w/o", "without", INSIDE}, {"w/", "with", INSIDE},
    {"Mon.", "Monday", ENDING}, {"Tue.", "Tuesday", ENDING}, {"Tues.", "Tuesday", ENDING},
    {"Wed.", "Wednesday", ENDING}, {"Thu.", "Thursday", ENDING}, {"Thurs.", "Thursday", ENDING},
    {"Fri.", "Friday", ENDING}, {"Sat.", "Saturday", NAME}, {"Sept.", "September", ENDING},
    {"hrs.", "hours", ENDING}, {"hrs", "hours", ENDING}, {"mins", "minutes", ENDING},
    {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "i", "o", NULL};
static const char *const said[] = {"uefa", "aids", "nafta", "laser", "radar", "scuba", "pin", "sim",
    "ram", "rom", "gif", "jpeg", "zip", "ok", "covid", "sars", "swat", "ikea", "lego", "seal",
    "aim", "tell", "help", "call", "buy", "the", "and", "not", "for", "you", "are", "all", "new",
    "now", "yes", "no", "my", "we", "he", "me", "so", "do", "go", "if", "in", "is", "on", "of",
    "to", "be", "by", "at", "as", "an", "or", "up", "stop", "free", "sale", "this", "that", "will",
    "must", "only", "never", "always", "open", "dos", "am", "was", "bios", "vat", "sql", NULL};
static const char *const spelled[] = {
    "asap", "icao", "adac", "faq", "eta", "diy", "usa", "cia", "ufo", "who", NULL};

static const struct unit units[] = {{"in", "inch"}, {"ft.", "foot"}, {"lbs.", "pound"},
    {"lb.", "pound"}, {"oz.", "ounce"}, {"sq ft", "square-foot"}, {"sq mi", "square-mile"},
    {"hr", "hour"}, {"sec", "second"}, {"yrs", "year"}, {"gal", "gallon"},
    {"psi", "pound-force-per-square-inch"}, {NULL, NULL}};

static const struct money money[] = {
    {"USD", "dollar|dollars", GENDER_NONE, "cent|cents", GENDER_NONE},
    {"EUR", "euro|euros", GENDER_NONE, "cent|cents", GENDER_NONE},
    {"GBP", "pound|pounds", GENDER_NONE, "penny|pence", GENDER_NONE},
    {"INR", "rupee|rupees", GENDER_NONE, "paisa|paise", GENDER_NONE},
    {"JPY", "yen", GENDER_NONE, NULL, GENDER_NONE}, {"CNY", "yuan", GENDER_NONE, NULL, GENDER_NONE},
    {"KRW", "won", GENDER_NONE, NULL, GENDER_NONE},
    {"CHF", "Swiss franc|Swiss francs", GENDER_NONE, "centime|centimes", GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"thousand", "thousand", GENDER_NONE, 3},
    {"million", "million", GENDER_NONE, 6}, {"billion", "billion", GENDER_NONE, 9},
    {"trillion", "trillion", GENDER_NONE, 12}, {"mn", "million", GENDER_NONE, 6},
    {"mio", "million", GENDER_NONE, 6}, {"bn", "billion", GENDER_NONE, 9},
    {"tn", "trillion", GENDER_NONE, 12}, {"K", "thousand", GENDER_NONE, 3},
    {"k", "thousand", GENDER_NONE, 3}, {"M", "million", GENDER_NONE, 6},
    {"B", "billion", GENDER_NONE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"chapter", ""}, {"part", ""}, {"volume", ""},
    {"section", ""}, {"act", ""}, {"scene", ""}, {"book", ""}, {"war", ""}, {"type", ""},
    {"phase", ""}, {"stage", ""}, {"article", ""}, {"title", ""}, {"appendix", ""}, {"class", ""},
    {"super", ""}, {"bowl", ""}, {"figure", ""}, {"table", ""}, {NULL, NULL}};
static const struct pair roman_behind[] = {
    {"century", "%spellout-ordinal"}, {"dynasty", "%spellout-ordinal"}, {NULL, NULL}};
static const char *const rulers[] = {"henry", "louis", "elizabeth", "george", "charles", "james",
    "william", "edward", "richard", "philip", "francis", "frederick", "catherine", "nicholas",
    "alexander", "peter", "ivan", "napoleon", "pius", "paul", "john", "benedict", "gregory", "leo",
    "innocent", "clement", "urban", "mary", "ramses", "ptolemy", "gustav", "christian", "harald",
    "leopold", "ferdinand", "alfonso", "otto", "wilhelm", "pope", NULL};

const struct tongue tongue_en = {
    .code = "en",
    .locale = "en",
    .decimal = '.',
    .groups = ",",
    .groups_of_two = true,
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal"},
    .year = "%spellout-numbering-year",
    .year_2000 = "%spellout-numbering-year",
    .before_year = before_year,
    .sign = {[SIGN_AND] = "and",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "equals",
        [SIGN_TIMES] = "times",
        [SIGN_DIVIDED] = "divided by",
        [SIGN_LESS] = "less than",
        [SIGN_GREATER] = "greater than",
        [SIGN_ABOUT] = "about",
        [SIGN_AT] = "at",
        [SIGN_DOT] = "dot",
        [SIGN_SLASH] = "slash",
        [SIGN_DASH] = "dash",
        [SIGN_UNDERSCORE] = "underscore",
        [SIGN_COLON] = "colon",
        [SIGN_QUESTION] = "question mark",
        [SIGN_HASH] = "hash",
        [SIGN_NUMBER] = "number",
        [SIGN_HASHTAG] = "hashtag",
        [SIGN_SECTION] = "section",
        [SIGN_PERCENT] = "percent",
        [SIGN_POINT] = "point",
        [SIGN_TO] = "to",
        [SIGN_OVER] = "%n over %u",
        [SIGN_RATIO] = "to"},
    .suffixes = suffixes,
    .decades = decades,
    .date = "%m %d %y",
    .day_month = "%m %d",
    .month_year = "%m %y",
    .month_first = true,
    .day_behind_month = true,
    .day = "%spellout-ordinal",
    .day_of = day_of,
    .day_of_said = "of",
    .time_halves = halves,
    .time = "%h %m",
    .time_hour = "%h o'clock",
    .time_few = "%h oh %m",
    .time_seconds = "and %s seconds",
    .time_behind = time_behind,
    .fractions = fractions,
    .fraction_and = "and",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n and %u",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = "%spellout-ordinal",
    .king_the = "the",
};
