/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/wordbook.h"

#include <stddef.h>

#define NATIVE "%spellout-cardinal-native-attributive"

/* Months: the sixth and the tenth lose their last sound. */
static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    (void)rules;
    if (value == 6 || value == 10)
        str_add_text(out, value == 6 ? "유" : "시");
    else
        wordbook_spell(w, NULL, value, out);
    str_add_text(out, "월");
}

/* Counted in Korean numbers; everything else in Chinese ones. */
static const char *const counters[] = {"시간", "시", "명", "개월", "개", "살", "마리", "잔", "권",
    "대", "사람", "달", "병", "장", "가지", "군데", "그루", "송이", "켤레", NULL};

static const struct suffix suffixes[] = {
    {"월", "month"}, {"번째", "%spellout-ordinal-native-count"}, {NULL, NULL}};

static const char *const months[] = {"일월", "이월", "삼월", "사월", "오월", "유월", "칠월", "팔월",
    "구월", "시월", "십일월", "십이월"};

static const struct pair fractions[] = {{"1/2", "이분의 일"}, {NULL, NULL}};

static const char *const letters[] = {"에이", "비", "씨", "디", "이", "에프", "지", "에이치",
    "아이", "제이", "케이", "엘", "엠", "엔", "오", "피", "큐", "알", "에스", "티", "유", "브이",
    "더블유", "엑스", "와이", "제트"};

static const struct unit units[] = {
    {"%", "%n 퍼센트"}, {"‰", "%n 퍼밀"}, {"px", "%n 픽셀"}, {NULL, NULL}};

static const struct money money[] = {{"KRW", "원", GENDER_NONE, NULL, GENDER_NONE},
    {"USD", "달러", GENDER_NONE, "센트", GENDER_NONE},
    {"EUR", "유로", GENDER_NONE, "센트", GENDER_NONE},
    {"GBP", "파운드", GENDER_NONE, "펜스", GENDER_NONE},
    {"JPY", "엔", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"천", "천", GENDER_NONE, 3},
    {"만", "만", GENDER_NONE, 4}, {"백만", "백만", GENDER_NONE, 6}, {"억", "억", GENDER_NONE, 8},
    {"조", "조", GENDER_NONE, 12}, {NULL, NULL, GENDER_NONE, 0}};

const struct tongue tongue_ko = {
    .code = "ko",
    .locale = "ko",
    .decimal = '.',
    .groups = ",",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal-sinokorean"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal-native-count"},
    .attribute = NATIVE,
    .counters = counters,
    .spell = spell,
    .sign = {[SIGN_AND] = "앤드",
        [SIGN_PLUS] = "플러스",
        [SIGN_MINUS] = "마이너스",
        [SIGN_EQUALS] = "이퀄",
        [SIGN_TIMES] = "곱하기",
        [SIGN_DIVIDED] = "나누기",
        [SIGN_LESS] = "보다 작다",
        [SIGN_GREATER] = "보다 크다",
        [SIGN_ABOUT] = "약",
        [SIGN_AT] = "골뱅이",
        [SIGN_DOT] = "닷",
        [SIGN_SLASH] = "슬래시",
        [SIGN_DASH] = "하이픈",
        [SIGN_UNDERSCORE] = "언더바",
        [SIGN_COLON] = "콜론",
        [SIGN_QUESTION] = "물음표",
        [SIGN_HASH] = "샵",
        [SIGN_NUMBER] = "번호",
        [SIGN_HASHTAG] = "해시태그",
        [SIGN_SECTION] = "조",
        [SIGN_PERCENT] = "퍼센트",
        [SIGN_POINT] = "점",
        [SIGN_TO] = "에서",
        [SIGN_OVER] = "%u분의 %n",
        [SIGN_RATIO] = "대"},
    .suffixes = suffixes,
    .months = months,
    .date = "%y년 %m %d일",
    .day_month = "%m %d일",
    .month_year = "%y년 %m",
    .time = "%h시 %m분",
    .time_hour = "%h시",
    .time_seconds = "%s초",
    .hour = NATIVE,
    .fractions = fractions,
    .letters = letters,
    .units = units,
    .money = money,
    .money_phrase = "%n %u",
    .magnitudes = magnitudes,
};
