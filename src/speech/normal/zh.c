/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

static const struct pair fixes[] = {{"〇", "零"}, {NULL, NULL}};

/* Two of these is 两. */
static const char *const counters[] = {"个", "位", "人", "天", "次", "本", "件", "种", "岁", "只",
    "条", "张", "块", "元", "点", "小时", "分钟", "倍", "年前", "年后", "周", "家", "名", "辆",
    "杯", "公斤", "公里", "千", "万", "亿", "百", NULL};

/* The signs of a year one by one. */
static const struct pair after_year[] = {{"年", "%spellout-numbering-year"}, {NULL, NULL}};

static const struct pair fractions[] = {{"+1/2", "又二分之一"}, {NULL, NULL}};

static const struct unit units[] = {{"%", "百分之%n"}, {"‰", "千分之%n"}, {"km", "%n公里"},
    {"km/h", "每小时%n公里"}, {"kg", "%n公斤"}, {"m", "%n米"}, {"cm", "%n厘米"}, {NULL, NULL}};

static const struct money money[] = {{"CNY", "元", GENDER_NONE, NULL, GENDER_NONE},
    {"USD", "美元", GENDER_NONE, NULL, GENDER_NONE},
    {"EUR", "欧元", GENDER_NONE, NULL, GENDER_NONE},
    {"GBP", "英镑", GENDER_NONE, NULL, GENDER_NONE},
    {"JPY", "日元", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"千", "千", GENDER_NONE, 3},
    {"万", "万", GENDER_NONE, 4}, {"百万", "百万", GENDER_NONE, 6}, {"亿", "亿", GENDER_NONE, 8},
    {NULL, NULL, GENDER_NONE, 0}};

const struct tongue tongue_zh = {
    .code = "zh",
    .locale = "zh",
    .decimal = '.',
    .groups = ",",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal"},
    .attribute = "%spellout-cardinal-alternate2",
    .before_unit = "%spellout-cardinal-alternate2",
    .counters = counters,
    .unspaced = true,
    .after_year = after_year,
    .fixes = fixes,
    .sign = {[SIGN_AND] = "和",
        [SIGN_PLUS] = "加",
        [SIGN_MINUS] = "负",
        [SIGN_EQUALS] = "等于",
        [SIGN_TIMES] = "乘以",
        [SIGN_DIVIDED] = "除以",
        [SIGN_LESS] = "小于",
        [SIGN_GREATER] = "大于",
        [SIGN_ABOUT] = "大约",
        [SIGN_AT] = "艾特",
        [SIGN_DOT] = "点",
        [SIGN_SLASH] = "斜杠",
        [SIGN_DASH] = "横杠",
        [SIGN_UNDERSCORE] = "下划线",
        [SIGN_COLON] = "冒号",
        [SIGN_QUESTION] = "问号",
        [SIGN_HASH] = "井号",
        [SIGN_NUMBER] = "编号",
        [SIGN_HASHTAG] = "话题",
        [SIGN_SECTION] = "第",
        [SIGN_PERCENT] = "百分号",
        [SIGN_POINT] = "点",
        [SIGN_TO] = "到",
        [SIGN_OVER] = "%u分之%n",
        [SIGN_RATIO] = "比"},
    .date = "%y年%m%d日",
    .day_month = "%m%d日",
    .month_year = "%y年%m",
    .date_year = "%spellout-numbering-year",
    .time = "%h点%m分",
    .time_hour = "%h点",
    .time_seconds = "%s秒",
    .hour = "%spellout-cardinal-alternate2",
    .fractions = fractions,
    .fraction_and = "又",
    .units = units,
    .money = money,
    .yen = "CNY",
    .magnitudes = magnitudes,
};
