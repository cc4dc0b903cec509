/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/wordbook.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MASCULINE "%spellout-ordinal-masculine"
#define GENITIVE  "%spellout-ordinal-masculine-genitive"
#define LOCATIVE  "%spellout-ordinal-masculine-locative"
#define FEMININE  "%spellout-ordinal-feminine"
#define NEUTER    "%spellout-ordinal-neuter"
#define PLURAL    "%spellout-ordinal-plural"

/* "5-е" is neuter, "80-е" are years. */
static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    bool decade = value >= 10 && value % 10 == 0;
    wordbook_spell(w, strcmp(rules, "-е") == 0 && decade ? PLURAL : NEUTER, value, out);
}

/* "две целых пять десятых"; beyond thousandths digit by digit. */
static void spell_decimals(struct wordbook *w, int64_t whole, const char *decimals, struct str *out)
{
    static const char *const parts[3] = {"десятая|десятых|десятых|десятых",
        "сотая|сотых|сотых|сотых", "тысячная|тысячных|тысячных|тысячных"};
    size_t n = strlen(decimals);
    if (n > 3) {
        wordbook_spell(w, NULL, whole, out);
        str_add_text(out, " запятая");
        for (; *decimals; decimals++) {
            str_add_byte(out, ' ');
            wordbook_spell(w, NULL, *decimals - '0', out);
        }
        return;
    }
    wordbook_spell(w, "%spellout-cardinal-feminine", whole, out);
    str_add_byte(out, ' ');
    wordbook_form(w, "целая|целых|целых|целых", (double)whole, out);
    str_add_byte(out, ' ');
    wordbook_spell(w, "%spellout-cardinal-feminine", atoi(decimals), out);
    str_add_byte(out, ' ');
    wordbook_form(w, parts[n - 1], atoi(decimals), out);
}

static const struct pair fixes[] = {{"^одна тысяча", "тысяча"}, {"^одну тысячу", "тысячу"},
    {"восемьдесяты", "восьмидесяты"}, {"трех", "трёх"}, {"трем", "трём"}, {"четырех", "четырёх"},
    {"четырем", "четырём"}, {"четверт", "четвёрт"}, {NULL, NULL}};

static const struct pair after_year[] = {
    {"год", MASCULINE}, {"года", GENITIVE}, {"году", LOCATIVE}, {"г.", GENITIVE}, {NULL, NULL}};

static const struct suffix suffixes[] = {{"-й", MASCULINE}, {"-ый", MASCULINE}, {"-ий", MASCULINE},
    {"-ой", MASCULINE}, {"-я", FEMININE}, {"-ая", FEMININE}, {"-е", "-е"}, {"-ое", NEUTER},
    {"-ые", PLURAL}, {"-го", GENITIVE}, {"-ого", GENITIVE},
    {"-му", "%spellout-ordinal-masculine-dative"}, {"-м", LOCATIVE},
    {"-х", "%spellout-ordinal-plural-genitive"}, {"-ю", "%spellout-ordinal-feminine-accusative"},
    {NULL, NULL}};

static const struct pair fractions[] = {{"1/2", "одна вторая"}, {"+1/2", "с половиной"},
    {"/3", "третья|третьих|третьих|третьих"}, {"/4", "четвёртая|четвёртых|четвёртых|четвёртых"},
    {"/5", "пятая|пятых|пятых|пятых"}, {"/8", "восьмая|восьмых|восьмых|восьмых"},
    {"/10", "десятая|десятых|десятых|десятых"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"т. е.", "то есть", INSIDE},
    {"т. д.", "так далее", ENDING}, {"т. п.", "тому подобное", ENDING}, {"др.", "другие", ENDING},
    {"напр.", "например", INSIDE}, {"см.", "смотри", INSIDE}, {"г.", "года", AFTER},
    {"г.", "город", NAME}, {"гг.", "годы", ENDING}, {"в.", "век", AFTER}, {"вв.", "века", ENDING},
    {"ул.", "улица", INSIDE}, {"д.", "дом", COUNT}, {"кв.", "квартира", COUNT},
    {"стр.", "страница", COUNT}, {"с.", "страница", COUNT}, {"рис.", "рисунок", COUNT},
    {"гл.", "глава", COUNT}, {"им.", "имени", INSIDE}, {"проф.", "профессор", INSIDE},
    {"акад.", "академик", INSIDE}, {"д-р", "доктор", INSIDE}, {"до н. э.", "до нашей эры", ENDING},
    {"н. э.", "нашей эры", ENDING}, {"тел.", "телефон", INSIDE}, {"просп.", "проспект", INSIDE},
    {"обл.", "область", INSIDE}, {"ст.", "статья", COUNT}, {"п.", "пункт", COUNT},
    {"чел.", "человек", ENDING}, {"и.о.", "исполняющий обязанности", INSIDE},
    {"т. к.", "так как", INSIDE}, {"т. н.", "так называемый", INSIDE}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"а", "и", "в", "к", "о", "с", "у", "я", "э", NULL};
static const char *const said[] = {"нато", "оон", "мид", "юнеско", "вуз", "спид", "загс", "гост",
    "и", "не", "на", "это", "что", "все", "для", NULL};
static const char *const spelled[] = {"сша", "фсб", NULL};
static const char *const letters[] = {"эй", "би", "си", "ди", "и", "эф", "джи", "эйч", "ай", "джей",
    "кей", "эл", "эм", "эн", "оу", "пи", "кью", "ар", "эс", "ти", "ю", "ви", "дабл ю", "икс", "уай",
    "зед"};

static const struct unit units[] = {{"км", "kilometer"}, {"м", "meter"}, {"см", "centimeter"},
    {"мм", "millimeter"}, {"кг", "@m%n килограмм|%n килограмма|%n килограммов|%n килограмма"},
    {"г", "@m%n грамм|%n грамма|%n граммов|%n грамма"}, {"мг", "milligram"}, {"т", "tonne"},
    {"л", "liter"}, {"мл", "milliliter"}, {"ч", "hour"}, {"мин", "minute"}, {"мин.", "minute"},
    {"сек", "second"}, {"сек.", "second"}, {"км/ч", "kilometer-per-hour"},
    {"м/с", "meter-per-second"}, {"м²", "square-meter"}, {"кв. м", "square-meter"},
    {"км²", "square-kilometer"}, {"га", "hectare"}, {"КБ", "kilobyte"}, {"Кб", "kilobyte"},
    {"МБ", "megabyte"}, {"Мб", "megabyte"}, {"ГБ", "gigabyte"}, {"Гб", "gigabyte"},
    {"ТБ", "terabyte"}, {"кВт", "kilowatt"}, {"Вт", "watt"}, {"Гц", "hertz"}, {"ГГц", "gigahertz"},
    {"МГц", "megahertz"}, {"шт.", "@f%n штука|%n штуки|%n штук|%n штуки"}, {NULL, NULL}};

#define CENT "цент|цента|центов|цента"
static const struct money money[] = {{"RUB", "рубль|рубля|рублей|рубля", GENDER_MASCULINE,
                                         "копейка|копейки|копеек|копейки", GENDER_FEMININE},
    {"USD", "доллар|доллара|долларов|доллара", GENDER_MASCULINE, CENT, GENDER_MASCULINE},
    {"EUR", "евро", GENDER_NEUTER, CENT, GENDER_MASCULINE},
    {"GBP", "фунт|фунта|фунтов|фунта", GENDER_MASCULINE, "пенс|пенса|пенсов|пенса",
        GENDER_MASCULINE},
    {"CNY", "юань|юаня|юаней|юаня", GENDER_MASCULINE, NULL, GENDER_NONE},
    {"JPY", "иена|иены|иен|иены", GENDER_FEMININE, NULL, GENDER_NONE},
    {"UAH", "гривна|гривны|гривен|гривны", GENDER_FEMININE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

#define THOUSAND "тысяча|тысячи|тысяч|тысячи"
#define MILLION  "миллион|миллиона|миллионов|миллиона"
#define BILLION  "миллиард|миллиарда|миллиардов|миллиарда"
static const struct magnitude magnitudes[] = {{"тыс.", THOUSAND, GENDER_FEMININE, 3},
    {"тысяч", THOUSAND, GENDER_FEMININE, 3}, {"тысячи", THOUSAND, GENDER_FEMININE, 3},
    {"тысяча", THOUSAND, GENDER_FEMININE, 3}, {"млн", MILLION, GENDER_MASCULINE, 6},
    {"млн.", MILLION, GENDER_MASCULINE, 6}, {"миллион", MILLION, GENDER_MASCULINE, 6},
    {"миллиона", MILLION, GENDER_MASCULINE, 6}, {"миллионов", MILLION, GENDER_MASCULINE, 6},
    {"млрд", BILLION, GENDER_MASCULINE, 9}, {"млрд.", BILLION, GENDER_MASCULINE, 9},
    {"миллиард", BILLION, GENDER_MASCULINE, 9}, {"миллиарда", BILLION, GENDER_MASCULINE, 9},
    {"миллиардов", BILLION, GENDER_MASCULINE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {{"глава", ""}, {"том", ""}, {"часть", ""},
    {"екатерина", FEMININE}, {"елизавета", FEMININE}, {NULL, NULL}};
static const struct pair roman_behind[] = {
    {"век", MASCULINE}, {"века", GENITIVE}, {"веке", LOCATIVE}, {"в", MASCULINE}, {NULL, NULL}};
static const char *const rulers[] = {"пётр", "петр", "николай", "александр", "иван", "павел",
    "людовик", "генрих", "карл", "наполеон", "филипп", "вильгельм", "фридрих", "пий", "бенедикт",
    "георг", "эдуард", NULL};

static const struct noun nouns[] = {{"ня", GENDER_MASCULINE, 1}, {"ь", GENDER_MASCULINE, 1},
    {"а", GENDER_FEMININE, 1}, {"я", GENDER_FEMININE, 1}, {"о", GENDER_NEUTER, 1},
    {"е", GENDER_NEUTER, 1}, {"ы", GENDER_FEMININE, 2}, {"ки", GENDER_FEMININE, 2},
    {"ги", GENDER_FEMININE, 2}, {"ши", GENDER_FEMININE, 2}, {NULL, GENDER_NONE, 0}};

const struct tongue tongue_ru = {
    .code = "ru",
    .locale = "ru",
    .decimal = ',',
    .groups = " ",
    .cardinal = {"%spellout-numbering", "%spellout-cardinal-masculine",
        "%spellout-cardinal-feminine", "%spellout-cardinal-neuter"},
    .ordinal = {[GENDER_NONE] = MASCULINE},
    .after_year = after_year,
    .spell = spell,
    .spell_decimals = spell_decimals,
    .fixes = fixes,
    .nouns = nouns,
    .sign = {[SIGN_AND] = "и",
        [SIGN_PLUS] = "плюс",
        [SIGN_MINUS] = "минус",
        [SIGN_EQUALS] = "равно",
        [SIGN_TIMES] = "умножить на",
        [SIGN_DIVIDED] = "разделить на",
        [SIGN_LESS] = "меньше",
        [SIGN_GREATER] = "больше",
        [SIGN_ABOUT] = "примерно",
        [SIGN_AT] = "собака",
        [SIGN_DOT] = "точка",
        [SIGN_SLASH] = "слэш",
        [SIGN_DASH] = "дефис",
        [SIGN_UNDERSCORE] = "нижнее подчёркивание",
        [SIGN_COLON] = "двоеточие",
        [SIGN_QUESTION] = "вопросительный знак",
        [SIGN_HASH] = "решётка",
        [SIGN_NUMBER] = "номер",
        [SIGN_HASHTAG] = "хэштег",
        [SIGN_SECTION] = "параграф",
        [SIGN_PERCENT] = "процентов",
        [SIGN_POINT] = "запятая",
        [SIGN_OVER] = "%n дробь %u",
        [SIGN_RATIO] = "к"},
    .suffixes = suffixes,
    .date = "%d %m %y года",
    .day_month = "%d %m",
    .month_year = "%m %y года",
    .day = "%spellout-ordinal-neuter-genitive",
    .date_year = GENITIVE,
    .time = "%h %i %m %j",
    .time_hour = "%h %i",
    .hour_name = "час|часа|часов|часа",
    .minute = "%spellout-cardinal-feminine",
    .minute_name = "минута|минуты|минут|минуты",
    .fractions = fractions,
    .fraction_gender = GENDER_FEMININE,
    .fraction_and = "и",
    .abbreviations = abbreviations,
    .single = single,
    .said = said,
    .spelled = spelled,
    .letters = letters,
    .units = units,
    .money = money,
    .money_phrase = "%n %u",
    .magnitudes = magnitudes,
    .roman_before = roman_before,
    .roman_behind = roman_behind,
    .rulers = rulers,
    .king = MASCULINE,
};
