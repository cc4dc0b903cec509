/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

/* Numbers become kanji; their readings, which depend on what is counted, are not ours. */

static const struct pair fixes[] = {{"^〇", "ゼロ"}, {NULL, NULL}};

static const char *const months[] = {"一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月",
    "九月", "十月", "十一月", "十二月"};

static const char *const time_behind[] = {"時", NULL};

static const char *const letters[] = {"エー", "ビー", "シー", "ディー", "イー", "エフ", "ジー",
    "エイチ", "アイ", "ジェー", "ケー", "エル", "エム", "エヌ", "オー", "ピー", "キュー", "アール",
    "エス", "ティー", "ユー", "ブイ", "ダブリュー", "エックス", "ワイ", "ゼット"};

static const struct unit units[] = {
    {"km/h", "時速%nキロメートル"}, {"℃", "%n度"}, {"°C", "%n度"}, {NULL, NULL}};

static const struct money money[] = {{"JPY", "円", GENDER_NONE, NULL, GENDER_NONE},
    {"USD", "ドル", GENDER_NONE, "セント", GENDER_NONE},
    {"EUR", "ユーロ", GENDER_NONE, "セント", GENDER_NONE},
    {"GBP", "ポンド", GENDER_NONE, "ペンス", GENDER_NONE},
    {"CNY", "元", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"千", "千", GENDER_NONE, 3},
    {"万", "万", GENDER_NONE, 4}, {"億", "億", GENDER_NONE, 8}, {"兆", "兆", GENDER_NONE, 12},
    {NULL, NULL, GENDER_NONE, 0}};

const struct tongue tongue_ja = {
    .code = "ja",
    .locale = "ja",
    .decimal = '.',
    .groups = ",",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal"},
    .unspaced = true,
    .fixes = fixes,
    .sign = {[SIGN_AND] = "アンド",
        [SIGN_PLUS] = "プラス",
        [SIGN_MINUS] = "マイナス",
        [SIGN_EQUALS] = "イコール",
        [SIGN_TIMES] = "掛ける",
        [SIGN_DIVIDED] = "割る",
        [SIGN_LESS] = "小なり",
        [SIGN_GREATER] = "大なり",
        [SIGN_ABOUT] = "約",
        [SIGN_AT] = "アットマーク",
        [SIGN_DOT] = "ドット",
        [SIGN_SLASH] = "スラッシュ",
        [SIGN_DASH] = "ハイフン",
        [SIGN_UNDERSCORE] = "アンダースコア",
        [SIGN_COLON] = "コロン",
        [SIGN_QUESTION] = "クエスチョンマーク",
        [SIGN_HASH] = "シャープ",
        [SIGN_NUMBER] = "ナンバー",
        [SIGN_HASHTAG] = "ハッシュタグ",
        [SIGN_SECTION] = "セクション",
        [SIGN_PERCENT] = "パーセント",
        [SIGN_POINT] = "点",
        [SIGN_TO] = "から",
        [SIGN_OVER] = "%u分の%n",
        [SIGN_RATIO] = "対"},
    .months = months,
    .date = "%y年%m%d日",
    .day_month = "%m%d日",
    .month_year = "%y年%m",
    .time = "%h時%m分",
    .time_hour = "%h時",
    .time_seconds = "%s秒",
    .time_behind = time_behind,
    .fraction_and = "と",
    .letters = letters,
    .units = units,
    .money = money,
    .money_phrase = "%n%u",
    .magnitudes = magnitudes,
};
