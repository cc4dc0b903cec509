/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/wordbook.h"

#include <stddef.h>
#include <string.h>

/* Numbers beside feminine nouns, which ICU has only for one and two. */
static void spell_feminine(struct wordbook *w, int64_t value, struct str *out)
{
    static const char *const small[] = {"صفر", "واحدة", "اثنتان", "ثلاث", "أربع", "خمس", "ست",
        "سبع", "ثماني", "تسع", "عشر", "إحدى عشرة", "اثنتا عشرة", "ثلاث عشرة", "أربع عشرة",
        "خمس عشرة", "ست عشرة", "سبع عشرة", "ثماني عشرة", "تسع عشرة"};
    int64_t ones = value % 10, tens = value - ones;
    if (value < 20) {
        str_add_text(out, small[value]);
    } else if (value < 100 && ones > 2) {
        str_add_text(out, small[ones]);
        str_add_text(out, " و");
        wordbook_spell(w, NULL, tens, out);
    } else {
        wordbook_spell(w, "%spellout-cardinal-feminine", value, out);
    }
}

static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    if (strcmp(rules, "hour") == 0 && value == 1)
        str_add_text(out, "الواحدة");
    else if (strcmp(rules, "hour") == 0 && value > 0)
        wordbook_spell(w, "%spellout-ordinal-feminine", value, out);
    else
        spell_feminine(w, value, out);
}

static const struct pair fixes[] = {{"إثن", "اثن"}, {"إحدى عشر$", "أحد عشر"},
    {"ثلاثة مائة", "ثلاثمائة"}, {"أربعة مائة", "أربعمائة"}, {"خمسة مائة", "خمسمائة"},
    {"ستة مائة", "ستمائة"}, {"سبعة مائة", "سبعمائة"}, {"ثمانية مائة", "ثمانمائة"},
    {"تسعة مائة", "تسعمائة"}, {NULL, NULL}};

static const struct pair fractions[] = {{"1/2", "نصف"}, {"+1/2", "ونصف"}, {"1/3", "ثلث"},
    {"2/3", "ثلثان"}, {"1/4", "ربع"}, {"+1/4", "وربع"}, {"3/4", "ثلاثة أرباع"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"د.", "دكتور", NAME}, {"أ.", "أستاذ", NAME},
    {"م.", "مهندس", NAME}, {"ص.", "صفحة", COUNT}, {"ه", "هجري", AFTER},
    {"ق.م", "قبل الميلاد", ENDING}, {"إلخ", "إلى آخره", ENDING}, {"الخ", "إلى آخره", ENDING},
    {NULL, NULL, INSIDE}};

static const char *const single[] = {NULL};
static const char *const letters[] = {"إيه", "بي", "سي", "دي", "إي", "إف", "جي", "إتش", "آي", "جيه",
    "كيه", "إل", "إم", "إن", "أو", "بي", "كيو", "آر", "إس", "تي", "يو", "في", "دبليو", "إكس", "واي",
    "زد"};

static const struct unit units[] = {{"%", "%n بالمئة"}, {"كم", "kilometer"}, {"كغ", "kilogram"},
    {"كجم", "kilogram"}, {"سم", "centimeter"}, {"كم/س", "kilometer-per-hour"},
    {"kWh", "%n كيلوواط ساعة"}, {NULL, NULL}};

/* A form with "=" says the number itself. */
static const struct money money[] = {
    {"USD", "=دولار واحد|=دولاران|دولارات|دولارًا|دولار", GENDER_MASCULINE,
        "=سنت واحد|=سنتان|سنتات|سنتًا|سنت", GENDER_MASCULINE},
    {"EUR", "=يورو واحد|يورو|يورو|يورو|يورو", GENDER_MASCULINE, "=سنت واحد|=سنتان|سنتات|سنتًا|سنت",
        GENDER_MASCULINE},
    {"SAR", "=ريال واحد|=ريالان|ريالات|ريالًا|ريال", GENDER_MASCULINE, NULL, GENDER_NONE},
    {"EGP", "=جنيه واحد|=جنيهان|جنيهات|جنيهًا|جنيه", GENDER_MASCULINE, NULL, GENDER_NONE},
    {"AED", "=درهم واحد|=درهمان|دراهم|درهمًا|درهم", GENDER_MASCULINE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

#define THOUSAND "=ألف|=ألفا|آلاف|ألف|ألف"
#define MILLION  "=مليون|=مليونا|ملايين|مليون|مليون"
#define BILLION  "=مليار|=مليارا|مليارات|مليار|مليار"
static const struct magnitude magnitudes[] = {{"ألف", THOUSAND, GENDER_MASCULINE, 3},
    {"آلاف", THOUSAND, GENDER_MASCULINE, 3}, {"مليون", MILLION, GENDER_MASCULINE, 6},
    {"ملايين", MILLION, GENDER_MASCULINE, 6}, {"مليار", BILLION, GENDER_MASCULINE, 9},
    {"مليارات", BILLION, GENDER_MASCULINE, 9}, {NULL, NULL, GENDER_NONE, 0}};

const struct tongue tongue_ar = {
    .code = "ar",
    .locale = "ar",
    .decimal = '.',
    .groups = ",",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine", "feminine",
        "%spellout-cardinal-masculine"},
    .ordinal = {"%spellout-ordinal-masculine", "%spellout-ordinal-masculine",
        "%spellout-ordinal-feminine", NULL},
    .spell = spell,
    .decimals_grouped = true,
    .fixes = fixes,
    .sign = {[SIGN_AND] = "و",
        [SIGN_PLUS] = "زائد",
        [SIGN_MINUS] = "ناقص",
        [SIGN_EQUALS] = "يساوي",
        [SIGN_TIMES] = "ضرب",
        [SIGN_DIVIDED] = "على",
        [SIGN_LESS] = "أقل من",
        [SIGN_GREATER] = "أكبر من",
        [SIGN_ABOUT] = "حوالي",
        [SIGN_AT] = "آت",
        [SIGN_DOT] = "نقطة",
        [SIGN_SLASH] = "شرطة مائلة",
        [SIGN_DASH] = "شرطة",
        [SIGN_UNDERSCORE] = "شرطة سفلية",
        [SIGN_COLON] = "نقطتان",
        [SIGN_QUESTION] = "علامة استفهام",
        [SIGN_HASH] = "هاش",
        [SIGN_NUMBER] = "رقم",
        [SIGN_HASHTAG] = "هاشتاغ",
        [SIGN_SECTION] = "المادة",
        [SIGN_PERCENT] = "بالمئة",
        [SIGN_POINT] = "فاصلة",
        [SIGN_TO] = "إلى",
        [SIGN_OVER] = "%n على %u"},
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .time = "%h و%m %j",
    .time_hour = "%h",
    .time_seconds = "و%s ثانية",
    .hour = "hour",
    .minute = "feminine",
    .minute_name = "دقيقة|دقيقة|دقائق|دقيقة|دقيقة",
    .fractions = fractions,
    .fraction_and = "و",
    .abbreviations = abbreviations,
    .single = single,
    .letters = letters,
    .units = units,
    .money = money,
    .money_phrase = "%n و%u",
    .magnitudes = magnitudes,
};
