/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

static const struct pair fixes[] = {{"thứ nhì", "thứ hai"}, {NULL, NULL}};

static const char *const months[] = {"tháng một", "tháng hai", "tháng ba", "tháng tư", "tháng năm",
    "tháng sáu", "tháng bảy", "tháng tám", "tháng chín", "tháng mười", "tháng mười một",
    "tháng mười hai"};

static const char *const time_behind[] = {"giờ", NULL};

static const struct pair fractions[] = {{"1/2", "một phần hai"}, {"+1/2", "rưỡi"},
    {"1/4", "một phần tư"}, {"3/4", "ba phần tư"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"TP.HCM", "Thành phố Hồ Chí Minh", INSIDE},
    {"TP. HCM", "Thành phố Hồ Chí Minh", INSIDE}, {"TPHCM", "Thành phố Hồ Chí Minh", INSIDE},
    {"TP.", "thành phố", NAME}, {"TS.", "tiến sĩ", INSIDE}, {"GS.", "giáo sư", INSIDE},
    {"PGS.", "phó giáo sư", INSIDE}, {"ThS.", "thạc sĩ", INSIDE}, {"BS.", "bác sĩ", INSIDE},
    {"v.v.", "vân vân", ENDING}, {"v.v", "vân vân", ENDING}, {"Q.", "quận", COUNT},
    {"P.", "phường", COUNT}, {"tr.", "trang", COUNT}, {"SĐT", "số điện thoại", INSIDE},
    {"ĐT", "điện thoại", INSIDE}, {"UBND", "ủy ban nhân dân", INSIDE}, {"VN", "Việt Nam", INSIDE},
    {"Mr.", "mít tơ", NAME}, {NULL, NULL, INSIDE}};

static const char *const single[] = {
    "a", "à", "á", "e", "ê", "o", "ô", "u", "ư", "y", "ý", "ở", "ủ", "ừ", NULL};
static const char *const said[] = {"và", "là", "của", "không", "có", NULL};
static const char *const spelled[] = {"usa", NULL};

static const struct unit units[] = {{"%", "%n phần trăm"}, {"‰", "%n phần nghìn"},
    {"km", "%n ki lô mét"}, {"m", "%n mét"}, {"cm", "%n xăng ti mét"}, {"mm", "%n mi li mét"},
    {"kg", "%n ki lô gam"}, {"g", "%n gam"}, {"km/h", "%n ki lô mét trên giờ"},
    {"km/giờ", "%n ki lô mét trên giờ"}, {"m²", "%n mét vuông"}, {"m2", "%n mét vuông"},
    {"l", "%n lít"}, {"ml", "%n mi li lít"}, {"°C", "%n độ C"}, {NULL, NULL}};

static const struct money money[] = {{"VND", "đồng", GENDER_NONE, NULL, GENDER_NONE},
    {"USD", "đô la", GENDER_NONE, "xu", GENDER_NONE},
    {"EUR", "ơ rô", GENDER_NONE, "xu", GENDER_NONE},
    {"GBP", "bảng Anh", GENDER_NONE, "xu", GENDER_NONE},
    {"JPY", "yên", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"nghìn", "nghìn", GENDER_NONE, 3},
    {"ngàn", "nghìn", GENDER_NONE, 3}, {"triệu", "triệu", GENDER_NONE, 6},
    {"tỷ", "tỷ", GENDER_NONE, 9}, {"tỉ", "tỷ", GENDER_NONE, 9}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {
    {"kỷ", ""}, {"chương", ""}, {"phần", ""}, {"tập", ""}, {"thứ", ""}, {"giới", ""}, {NULL, NULL}};

const struct tongue tongue_vi = {
    .code = "vi",
    .locale = "vi",
    .decimal = ',',
    .groups = ".",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal"},
    .fixes = fixes,
    .sign = {[SIGN_AND] = "và",
        [SIGN_PLUS] = "cộng",
        [SIGN_MINUS] = "âm",
        [SIGN_EQUALS] = "bằng",
        [SIGN_TIMES] = "nhân",
        [SIGN_DIVIDED] = "chia",
        [SIGN_LESS] = "nhỏ hơn",
        [SIGN_GREATER] = "lớn hơn",
        [SIGN_ABOUT] = "khoảng",
        [SIGN_AT] = "a còng",
        [SIGN_DOT] = "chấm",
        [SIGN_SLASH] = "gạch chéo",
        [SIGN_DASH] = "gạch ngang",
        [SIGN_UNDERSCORE] = "gạch dưới",
        [SIGN_COLON] = "hai chấm",
        [SIGN_QUESTION] = "dấu hỏi",
        [SIGN_HASH] = "dấu thăng",
        [SIGN_NUMBER] = "số",
        [SIGN_HASHTAG] = "thẻ",
        [SIGN_SECTION] = "mục",
        [SIGN_PERCENT] = "phần trăm",
        [SIGN_POINT] = "phẩy",
        [SIGN_TO] = "đến",
        [SIGN_OVER] = "%n phần %u"},
    .months = months,
    .date = "%d %m năm %y",
    .day_month = "%d %m",
    .month_year = "%m năm %y",
    .time = "%h giờ %m",
    .time_hour = "%h giờ",
    .time_seconds = "%s giây",
    .time_behind = time_behind,
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
};
