/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

static const char *const before_year[] = {"in", "im", "jahr", "jahre", "seit", "ab", "bis", "von",
    "um", "nach", "vor", "anno", "und", "sommer", "winter", "herbst", "geb", "gest", "geboren",
    NULL};

/* The ending of 3. after an article or a preposition. */
static const struct pair ordinal_after[] = {{"am", "%spellout-ordinal-n"},
    {"vom", "%spellout-ordinal-n"}, {"zum", "%spellout-ordinal-n"}, {"im", "%spellout-ordinal-n"},
    {"beim", "%spellout-ordinal-n"}, {"dem", "%spellout-ordinal-n"}, {"den", "%spellout-ordinal-n"},
    {"des", "%spellout-ordinal-n"}, {"zur", "%spellout-ordinal-n"}, {"bis", "%spellout-ordinal-n"},
    {"seit", "%spellout-ordinal-n"}, {"ab", "%spellout-ordinal-n"},
    {"seinen", "%spellout-ordinal-n"}, {"ihren", "%spellout-ordinal-n"},
    {"seinem", "%spellout-ordinal-n"}, {"ihrem", "%spellout-ordinal-n"},
    {"seiner", "%spellout-ordinal-n"}, {"ihrer", "%spellout-ordinal-n"},
    {"jeden", "%spellout-ordinal-n"}, {"ins", "%spellout-ordinal"}, {"der", "%spellout-ordinal"},
    {"die", "%spellout-ordinal"}, {"das", "%spellout-ordinal"}, {"sein", "%spellout-ordinal-r"},
    {"ihr", "%spellout-ordinal-r"}, {"ein", "%spellout-ordinal-r"}, {"eine", "%spellout-ordinal"},
    {"einen", "%spellout-ordinal-n"}, {"einem", "%spellout-ordinal-n"}, {NULL, NULL}};

static const struct suffix suffixes[] = {{"-te", "%spellout-ordinal"},
    {"-ten", "%spellout-ordinal-n"}, {"-ter", "%spellout-ordinal-r"}, {"te", "%spellout-ordinal"},
    {"ten", "%spellout-ordinal-n"}, {NULL, NULL}};

static const struct suffix decades[] = {
    {"er", ">|er"}, {"-er", ">|er"}, {"ern", ">|ern"}, {NULL, NULL}};

static const char *const time_behind[] = {"uhr", NULL};

static const struct pair fractions[] = {{"1/2", "ein halb"}, {"+1/2", "~einhalb"},
    {"/3", "Drittel"}, {"/4", "Viertel"}, {"/5", "Fünftel"}, {"/6", "Sechstel"}, {"/7", "Siebtel"},
    {"/8", "Achtel"}, {"/9", "Neuntel"}, {"/10", "Zehntel"}, {"/16", "Sechzehntel"},
    {"/100", "Hundertstel"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"Dr.", "Doktor", INSIDE},
    {"Dr", "Doktor", NAME}, {"Prof.", "Professor", INSIDE}, {"Hr.", "Herr", INSIDE},
    {"Hrn.", "Herrn", INSIDE}, {"Fr.", "Frau", NAME}, {"v.", "von", NAME},
    {"Dipl.", "Diplom", INSIDE}, {"Ing.", "Ingenieur", INSIDE}, {"St.", "Sankt", NAME},
    {"Str.", "Straße", ENDING}, {"z. B.", "zum Beispiel", INSIDE}, {"z.B.", "zum Beispiel", INSIDE},
    {"d. h.", "das heißt", INSIDE}, {"u. a.", "unter anderem", ENDING},
    {"u. U.", "unter Umständen", INSIDE}, {"u. v. m.", "und vieles mehr", ENDING},
    {"u. s. w.", "und so weiter", ENDING}, {"usw.", "und so weiter", ENDING},
    {"usf.", "und so fort", ENDING}, {"etc.", "et cetera", ENDING},
    {"bzw.", "beziehungsweise", INSIDE}, {"ggf.", "gegebenenfalls", INSIDE},
    {"evtl.", "eventuell", INSIDE}, {"ca.", "circa", INSIDE}, {"sog.", "sogenannte", INSIDE},
    {"vgl.", "vergleiche", INSIDE}, {"inkl.", "inklusive", INSIDE}, {"exkl.", "exklusive", INSIDE},
    {"zzgl.", "zuzüglich", INSIDE}, {"max.", "maximal", INSIDE}, {"min.", "minimal", INSIDE},
    {"mind.", "mindestens", INSIDE}, {"o. Ä.", "oder Ähnliches", ENDING},
    {"o. g.", "oben genannt", INSIDE}, {"i. d. R.", "in der Regel", INSIDE},
    {"m. E.", "meines Erachtens", INSIDE}, {"z. T.", "zum Teil", INSIDE},
    {"z. Z.", "zur Zeit", INSIDE}, {"zz.", "zurzeit", INSIDE}, {"s. o.", "siehe oben", ENDING},
    {"s. u.", "siehe unten", ENDING}, {"v. a.", "vor allem", INSIDE},
    {"v. Chr.", "vor Christus", ENDING}, {"n. Chr.", "nach Christus", ENDING},
    {"n.Chr.", "nach Christus", ENDING}, {"Nr.", "Nummer", COUNT}, {"Nrn.", "Nummern", COUNT},
    {"S.", "Seite", COUNT}, {"Bd.", "Band", COUNT}, {"Kap.", "Kapitel", COUNT},
    {"Abb.", "Abbildung", COUNT}, {"Abs.", "Absatz", COUNT}, {"Art.", "Artikel", COUNT},
    {"Tab.", "Tabelle", COUNT}, {"Tel.", "Telefon", INSIDE}, {"geb.", "geboren", INSIDE},
    {"gest.", "gestorben", INSIDE}, {"Std.", "Stunden", ENDING}, {"Min.", "Minuten", ENDING},
    {"Sek.", "Sekunden", ENDING}, {"Jh.", "Jahrhundert", ENDING}, {"Jhd.", "Jahrhundert", ENDING},
    {"Mwst.", "Mehrwertsteuer", ENDING}, {"MwSt.", "Mehrwertsteuer", ENDING},
    {"GmbH", "G M B H", ENDING}, {"Mo.", "Montag", COUNT}, {"Di.", "Dienstag", COUNT},
    {"Mi.", "Mittwoch", COUNT}, {"Do.", "Donnerstag", COUNT}, {"Sa.", "Samstag", COUNT},
    {"So.", "Sonntag", COUNT}, {"Abt.", "Abteilung", INSIDE}, {"allg.", "allgemein", INSIDE},
    {"bspw.", "beispielsweise", INSIDE}, {"dt.", "deutsch", INSIDE}, {"engl.", "englisch", INSIDE},
    {"rd.", "rund", INSIDE}, {"tgl.", "täglich", INSIDE}, {"Mrd.", "Milliarden", INSIDE},
    {"Mio.", "Millionen", INSIDE}, {"Tsd.", "Tausend", INSIDE}, {NULL, NULL, INSIDE}};

static const struct pair compounds[] = {{"str.", "straße"}, {NULL, NULL}};

static const char *const single[] = {"o", NULL};
static const char *const said[] = {"uefa", "aids", "bafög", "uno", "tüv", "dax", "gema", "pin",
    "tan", "ram", "gau", "ok", "iban", "laser", "radar", "covid", "edeka", "haribo", "aldi", "rewe",
    "der", "die", "das", "und", "ist", "ein", "nur", "neu", "nicht", "von", "mit", "bitte", "pisa",
    "kita", NULL};
static const char *const spelled[] = {"adac", "eon", "usa", "asap", "adhs", "bahn", NULL};

static const struct unit units[] = {{"Std.", "hour"}, {"Std", "hour"}, {"Min.", "minute"},
    {"Sek.", "second"}, {"qm", "square-meter"}, {"qkm", "square-kilometer"}, {"cbm", "cubic-meter"},
    {"Uhr", "%n Uhr"}, {"PS", "%n P S"}, {"€/m²", "%n Euro pro Quadratmeter"}, {NULL, NULL}};

static const struct money money[] = {{"EUR", "Euro", GENDER_MASCULINE, "Cent", GENDER_MASCULINE},
    {"USD", "Dollar", GENDER_MASCULINE, "Cent", GENDER_MASCULINE},
    {"GBP", "Pfund", GENDER_NEUTER, "Penny|Pence", GENDER_MASCULINE},
    {"CHF", "Franken", GENDER_MASCULINE, "Rappen", GENDER_MASCULINE},
    {"JPY", "Yen", GENDER_MASCULINE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"Tausend", "Tausend", GENDER_NEUTER, 3},
    {"Tsd.", "Tausend", GENDER_NEUTER, 3}, {"Million", "Million", GENDER_FEMININE, 6},
    {"Millionen", "Millionen", GENDER_FEMININE, 6},
    {"Mio.", "Million|Millionen", GENDER_FEMININE, 6},
    {"Mio", "Million|Millionen", GENDER_FEMININE, 6},
    {"Milliarde", "Milliarde", GENDER_FEMININE, 9},
    {"Milliarden", "Milliarden", GENDER_FEMININE, 9},
    {"Mrd.", "Milliarde|Milliarden", GENDER_FEMININE, 9},
    {"Mrd", "Milliarde|Milliarden", GENDER_FEMININE, 9},
    {"Billion", "Billion", GENDER_FEMININE, 12}, {"Billionen", "Billionen", GENDER_FEMININE, 12},
    {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"kapitel", ""}, {"teil", ""}, {"band", ""}, {"akt", ""},
    {"artikel", ""}, {"abschnitt", ""}, {"weltkrieg", ""}, {"typ", ""}, {"phase", ""},
    {"hartz", ""}, {"buch", ""}, {NULL, NULL}};
static const struct pair roman_behind[] = {{"jahrhundert", "%spellout-ordinal"}, {NULL, NULL}};
static const char *const rulers[] = {"heinrich", "ludwig", "elisabeth", "georg", "karl",
    "friedrich", "wilhelm", "franz", "otto", "konrad", "philipp", "katharina", "nikolaus",
    "alexander", "peter", "iwan", "napoleon", "pius", "paul", "johannes", "benedikt", "gregor",
    "leo", "innozenz", "clemens", "urban", "maria", "ramses", "joseph", "leopold", "ferdinand",
    "gustav", "christian", "maximilian", "charles", "eduard", "rudolf", NULL};

static const struct noun nouns[] = {{"name", GENDER_MASCULINE, 0}, {"junge", GENDER_MASCULINE, 0},
    {"ende", GENDER_NEUTER, 0}, {"auge", GENDER_NEUTER, 0}, {"käse", GENDER_MASCULINE, 0},
    {"gramm", GENDER_NEUTER, 0}, {"e", GENDER_FEMININE, 0}, {"ung", GENDER_FEMININE, 0},
    {"heit", GENDER_FEMININE, 0}, {"keit", GENDER_FEMININE, 0}, {"schaft", GENDER_FEMININE, 0},
    {"ion", GENDER_FEMININE, 0}, {"tät", GENDER_FEMININE, 0}, {"uhr", GENDER_MASCULINE, 0},
    {"frau", GENDER_FEMININE, 0}, {"stadt", GENDER_FEMININE, 0}, {"nacht", GENDER_FEMININE, 0},
    {"bank", GENDER_FEMININE, 0}, {"zahl", GENDER_FEMININE, 0}, {"person", GENDER_FEMININE, 0},
    {"woche", GENDER_FEMININE, 0}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_de = {
    .code = "de",
    .locale = "de",
    .decimal = ',',
    .groups = ".",
    .cardinal = {[GENDER_NONE] = "%spellout-numbering",
        [GENDER_MASCULINE] = "%spellout-cardinal-masculine",
        [GENDER_FEMININE] = "%spellout-cardinal-feminine",
        [GENDER_NEUTER] = "%spellout-cardinal-neuter"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal"},
    .attribute = "%spellout-cardinal-masculine",
    .before_unit = "%spellout-cardinal-masculine",
    .nouns_capital = true,
    .year = "%spellout-numbering-year",
    .before_year = before_year,
    .nouns = nouns,
    .sign = {[SIGN_AND] = "und",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "gleich",
        [SIGN_TIMES] = "mal",
        [SIGN_DIVIDED] = "geteilt durch",
        [SIGN_LESS] = "kleiner als",
        [SIGN_GREATER] = "größer als",
        [SIGN_ABOUT] = "etwa",
        [SIGN_AT] = "ät",
        [SIGN_DOT] = "Punkt",
        [SIGN_SLASH] = "Schrägstrich",
        [SIGN_DASH] = "Minus",
        [SIGN_UNDERSCORE] = "Unterstrich",
        [SIGN_COLON] = "Doppelpunkt",
        [SIGN_QUESTION] = "Fragezeichen",
        [SIGN_HASH] = "Raute",
        [SIGN_NUMBER] = "Nummer",
        [SIGN_HASHTAG] = "Hashtag",
        [SIGN_SECTION] = "Paragraf",
        [SIGN_PERCENT] = "Prozent",
        [SIGN_POINT] = "Komma",
        [SIGN_TO] = "bis",
        [SIGN_OVER] = "%n durch %u",
        [SIGN_RATIO] = "zu"},
    .ordinal_dot = true,
    .ordinal_after = ordinal_after,
    .suffixes = suffixes,
    .decades = decades,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .day = "%spellout-ordinal-r",
    .day_after = ordinal_after,
    .time = "%h Uhr %m",
    .time_hour = "%h Uhr",
    .time_seconds = "und %s Sekunden",
    .hour = "%spellout-cardinal-masculine",
    .time_behind = time_behind,

    .fractions = fractions,
    .fraction_gender = GENDER_NEUTER,
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
    .king = "%spellout-ordinal",
    .king_the = "der",
};
