/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/wordbook.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const struct str *s, const char *end)
{
    size_t n = strlen(end);
    return s->size >= n && memcmp(s->data + s->size - n, end, n) == 0;
}

/* The day of a month is possessed by it: "huszonötödike", on it: "huszonötödikén". */
static void spell_day(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    bool on = strcmp(rules, "day-on") == 0;
    if (value == 1) {
        str_add_text(out, on ? "elsején" : "elseje");
        return;
    }
    wordbook_spell(w, "%spellout-ordinal", value, out);
    /* the vowel in front of -dik tells: harmadika, negyedike */
    bool back = ends_with(out, "adik") || ends_with(out, "odik");
    str_add_text(out, back ? (on ? "án" : "a") : (on ? "én" : "e"));
}

static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    if (strncmp(rules, "day", 3) == 0) {
        spell_day(w, rules, value, out);
        return;
    }
    /* two in front of a noun */
    wordbook_spell(w, NULL, value, out);
    if (ends_with(out, "kettő")) {
        out->size -= strlen("kettő");
        str_add_text(out, "két");
    }
}

/* "három egész tizennégy század" */
static void spell_decimals(struct wordbook *w, int64_t whole, const char *decimals, struct str *out)
{
    static const char *const parts[3] = {" tized", " század", " ezred"};
    size_t n = strlen(decimals);
    wordbook_spell(w, NULL, whole, out);
    str_add_text(out, " egész");
    if (n <= 3) {
        str_add_byte(out, ' ');
        wordbook_spell(w, "attribute", atoi(decimals), out);
        str_add_text(out, parts[n - 1]);
        return;
    }
    for (; *decimals; decimals++) {
        str_add_byte(out, ' ');
        wordbook_spell(w, NULL, *decimals - '0', out);
    }
}

static const struct suffix suffixes[] = {{"-én", "day-on"}, {"-án", "day-on"}, {"-e", "day"},
    {"-a", "day"}, {"-je", "day"}, {"-jén", "day-on"}, {"-kal", "+"}, {"-kel", "+"}, {"-ig", "+"},
    {"-ös", "+"}, {"-os", "+"}, {"-es", "+"}, {"-as", "+"}, {"-öt", "+"}, {"-ot", "+"},
    {"-et", "+"}, {"-at", "+"}, {"-nek", "+"}, {"-nak", "+"}, {"-nél", "+"}, {"-nál", "+"},
    {"-től", "+"}, {"-tól", "+"}, {"-ről", "+"}, {"-ról", "+"}, {"-ből", "+"}, {"-ból", "+"},
    {"-ben", "+"}, {"-ban", "+"}, {"-be", "+"}, {"-ba", "+"}, {"-re", "+"}, {"-ra", "+"},
    {"-hez", "+"}, {"-hoz", "+"}, {"-höz", "+"}, {"-kor", "+"}, {"-szor", "+"}, {"-szer", "+"},
    {"-ször", "+"}, {"-en", "+"}, {"-on", "+"}, {"-ön", "+"}, {"-an", "+"}, {NULL, NULL}};

static const char *const time_behind[] = {"óra", NULL};

static const struct pair fractions[] = {{"1/2", "fél"}, {"+1/2", "és fél"}, {"/3", "harmad"},
    {"/4", "negyed"}, {"/5", "ötöd"}, {"/8", "nyolcad"}, {"/10", "tized"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"pl.", "például", INSIDE},
    {"kb.", "körülbelül", INSIDE}, {"stb.", "és a többi", ENDING}, {"ill.", "illetve", INSIDE},
    {"ún.", "úgynevezett", INSIDE}, {"dr.", "doktor", INSIDE}, {"Dr.", "doktor", INSIDE},
    {"prof.", "professzor", INSIDE}, {"id.", "idősebb", NAME}, {"ifj.", "ifjabb", NAME},
    {"u.", "utca", AFTER}, {"i. e.", "időszámításunk előtt", INSIDE},
    {"i. sz.", "időszámításunk szerint", INSIDE}, {"Kr. e.", "Krisztus előtt", INSIDE},
    {"Kr. u.", "Krisztus után", INSIDE}, {"old.", "oldal", ENDING}, {"vö.", "vesd össze", INSIDE},
    {"tel.", "telefon", INSIDE}, {"db", "darab", ENDING}, {"ld.", "lásd", INSIDE},
    {"max.", "maximum", INSIDE}, {"min.", "minimum", INSIDE}, {"özv.", "özvegy", INSIDE},
    {"sz.", "szám", AFTER}, {"Szt.", "Szent", NAME}, {"kft.", "K F T", ENDING},
    {"zrt.", "Z R T", ENDING}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", "e", "ő", "s", "ó", NULL};
static const char *const said[] = {
    "aids", "ensz", "máv", "áfa", "nav", "és", "az", "nem", "is", NULL};
static const char *const spelled[] = {"usa", NULL};

static const struct unit units[] = {{"ó", "hour"}, {"mp", "second"}, {"perc", "%n perc"},
    {"km/h", "%n kilométer per óra"}, {"°C", "%n Celsius fok"}, {NULL, NULL}};

static const struct money money[] = {{"HUF", "forint", GENDER_NONE, "fillér", GENDER_NONE},
    {"EUR", "euró", GENDER_NONE, "cent", GENDER_NONE},
    {"USD", "dollár", GENDER_NONE, "cent", GENDER_NONE},
    {"GBP", "font", GENDER_NONE, "penny", GENDER_NONE},
    {"JPY", "jen", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"ezer", "ezer", GENDER_NONE, 3},
    {"millió", "millió", GENDER_NONE, 6}, {"M", "millió", GENDER_NONE, 6},
    {"milliárd", "milliárd", GENDER_NONE, 9}, {"Mrd", "milliárd", GENDER_NONE, 9},
    {"mrd", "milliárd", GENDER_NONE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"fejezet", ""}, {"kötet", ""}, {NULL, NULL}};

const struct tongue tongue_hu = {
    .code = "hu",
    .locale = "hu",
    .decimal = ',',
    .groups = " .",
    .cardinal = {[GENDER_NONE] = "%spellout-numbering"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal"},
    .attribute = "attribute",
    .before_unit = "attribute",
    .spell = spell,
    .spell_decimals = spell_decimals,
    .sign = {[SIGN_AND] = "és",
        [SIGN_PLUS] = "plusz",
        [SIGN_MINUS] = "mínusz",
        [SIGN_EQUALS] = "egyenlő",
        [SIGN_TIMES] = "szorozva",
        [SIGN_DIVIDED] = "osztva",
        [SIGN_LESS] = "kisebb mint",
        [SIGN_GREATER] = "nagyobb mint",
        [SIGN_ABOUT] = "körülbelül",
        [SIGN_AT] = "kukac",
        [SIGN_DOT] = "pont",
        [SIGN_SLASH] = "per",
        [SIGN_DASH] = "kötőjel",
        [SIGN_UNDERSCORE] = "aláhúzás",
        [SIGN_COLON] = "kettőspont",
        [SIGN_QUESTION] = "kérdőjel",
        [SIGN_HASH] = "kettőskereszt",
        [SIGN_NUMBER] = "szám",
        [SIGN_HASHTAG] = "hesteg",
        [SIGN_SECTION] = "paragrafus",
        [SIGN_PERCENT] = "százalék",
        [SIGN_POINT] = "egész",
        [SIGN_OVER] = "%n per %u"},
    .ordinal_dot = true,
    .suffixes = suffixes,
    .date = "%y %m %d",
    .day_month = "%m %d",
    .month_year = "%y %m",
    .day_behind_month = true,
    .day = "day",
    .time = "%h óra %m perc",
    .time_hour = "%h óra",
    .time_seconds = "%s másodperc",
    .hour = "attribute",
    .minute = "attribute",
    .time_behind = time_behind,
    .fractions = fractions,
    .fraction_and = "és",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n %u",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .roman_dot = "%spellout-ordinal",
};
