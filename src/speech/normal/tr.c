/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

#define ORDINAL "%spellout-ordinal"

/* Ordinals, and case endings that are said as they are written. */
static const struct suffix suffixes[] = {{"'inci", ORDINAL}, {"'ıncı", ORDINAL}, {"'üncü", ORDINAL},
    {"'uncu", ORDINAL}, {"'nci", ORDINAL}, {"'ncı", ORDINAL}, {"inci", ORDINAL}, {"ıncı", ORDINAL},
    {"üncü", ORDINAL}, {"uncu", ORDINAL}, {"nci", ORDINAL}, {"ncı", ORDINAL}, {"'te", "+"},
    {"'ta", "+"}, {"'de", "+"}, {"'da", "+"}, {"'den", "+"}, {"'dan", "+"}, {"'ten", "+"},
    {"'tan", "+"}, {"'e", "+"}, {"'a", "+"}, {"'ye", "+"}, {"'ya", "+"}, {"'in", "+"}, {"'ın", "+"},
    {"'un", "+"}, {"'ün", "+"}, {"'nin", "+"}, {"'nın", "+"}, {"'i", "+"}, {"'ı", "+"}, {"'u", "+"},
    {"'ü", "+"}, {"'si", "+"}, {"'sı", "+"}, {"'yi", "+"}, {"'yı", "+"}, {"'lik", "+"},
    {"'lık", "+"}, {"'luk", "+"}, {"'lük", "+"}, {"'li", "+"}, {"'lı", "+"}, {"'lu", "+"},
    {"'lü", "+"}, {NULL, NULL}};

static const char *const time_before[] = {"saat", NULL};

static const struct pair fractions[] = {{"1/2", "bir bölü iki"}, {"+1/2", "buçuk"},
    {"1/3", "üçte bir"}, {"2/3", "üçte iki"}, {"1/4", "dörtte bir"}, {"3/4", "dörtte üç"},
    {"1/5", "beşte bir"}, {"2/5", "beşte iki"}, {"3/5", "beşte üç"}, {"4/5", "beşte dört"},
    {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"Dr.", "doktor", INSIDE},
    {"Prof.", "profesör", INSIDE}, {"Doç.", "doçent", INSIDE}, {"Av.", "avukat", NAME},
    {"Öğr.", "öğretim", INSIDE}, {"vb.", "ve benzeri", ENDING}, {"vs.", "vesaire", ENDING},
    {"örn.", "örneğin", INSIDE}, {"bkz.", "bakınız", INSIDE}, {"Sn.", "sayın", INSIDE},
    {"Cad.", "caddesi", ENDING}, {"Sok.", "sokak", ENDING}, {"Mah.", "mahallesi", ENDING},
    {"Apt.", "apartmanı", ENDING}, {"No.", "numara", COUNT}, {"no:", "numara", COUNT},
    {"s.", "sayfa", COUNT}, {"T.C.", "Türkiye Cumhuriyeti", INSIDE},
    {"M.Ö.", "milattan önce", INSIDE}, {"M.S.", "milattan sonra", INSIDE},
    {"yy.", "yüzyıl", ENDING}, {"tel.", "telefon", INSIDE}, {"A.Ş.", "anonim şirketi", ENDING},
    {"Ltd. Şti.", "limited şirketi", ENDING}, {"yak.", "yaklaşık", INSIDE},
    {"çev.", "çeviren", INSIDE}, {"St.", "Sen", NAME}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"o", NULL};
static const char *const said[] = {"aids", "tübitak", "tobb", "ve", "bir", "bu", NULL};
static const char *const spelled[] = {"abd", "tbmm", "usa", NULL};

static const struct unit units[] = {{"km/h", "saatte %n kilometre"},
    {"km/sa", "saatte %n kilometre"}, {"sa", "hour"}, {"dk", "minute"}, {"dk.", "minute"},
    {"sn", "second"}, {"gr", "gram"}, {"°C", "%n derece"}, {NULL, NULL}};

static const struct money money[] = {{"TRY", "lira", GENDER_NONE, "kuruş", GENDER_NONE},
    {"EUR", "avro", GENDER_NONE, "sent", GENDER_NONE},
    {"USD", "dolar", GENDER_NONE, "sent", GENDER_NONE},
    {"GBP", "sterlin", GENDER_NONE, "peni", GENDER_NONE},
    {"JPY", "yen", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"bin", "bin", GENDER_NONE, 3},
    {"milyon", "milyon", GENDER_NONE, 6}, {"mn", "milyon", GENDER_NONE, 6},
    {"milyar", "milyar", GENDER_NONE, 9}, {"mlr", "milyar", GENDER_NONE, 9},
    {"trilyon", "trilyon", GENDER_NONE, 12}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"bölüm", ""}, {"cilt", ""}, {NULL, NULL}};

const struct tongue tongue_tr = {
    .code = "tr",
    .locale = "tr",
    .decimal = ',',
    .groups = ".",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = ORDINAL},
    .decimals_grouped = true,
    .sign = {[SIGN_AND] = "ve",
        [SIGN_PLUS] = "artı",
        [SIGN_MINUS] = "eksi",
        [SIGN_EQUALS] = "eşittir",
        [SIGN_TIMES] = "çarpı",
        [SIGN_DIVIDED] = "bölü",
        [SIGN_LESS] = "küçüktür",
        [SIGN_GREATER] = "büyüktür",
        [SIGN_ABOUT] = "yaklaşık",
        [SIGN_AT] = "et",
        [SIGN_DOT] = "nokta",
        [SIGN_SLASH] = "eğik çizgi",
        [SIGN_DASH] = "tire",
        [SIGN_UNDERSCORE] = "alt çizgi",
        [SIGN_COLON] = "iki nokta",
        [SIGN_QUESTION] = "soru işareti",
        [SIGN_HASH] = "kare",
        [SIGN_NUMBER] = "numara",
        [SIGN_HASHTAG] = "etiket",
        [SIGN_SECTION] = "madde",
        [SIGN_PERCENT] = "yüzde",
        [SIGN_POINT] = "virgül",
        [SIGN_OVER] = "%n bölü %u"},
    .ordinal_dot = true,
    .suffixes = suffixes,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .time = "%h %m",
    .time_hour = "%h",
    .time_seconds = "%s saniye",
    .time_before = time_before,
    .fractions = fractions,
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .units = units,
    .money = money,
    .money_phrase = "%n %u",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .roman_dot = ORDINAL,
};
