/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"

#include <stddef.h>

static const char *const time_behind[] = {"น.", "นาฬิกา", NULL};

static const struct pair fractions[] = {{"1/2", "ครึ่ง"}, {"+1/2", "ครึ่ง"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"พ.ศ.", "พุทธศักราช", INSIDE},
    {"ค.ศ.", "คริสต์ศักราช", INSIDE}, {"ดร.", "ดอกเตอร์", INSIDE}, {"กม.", "กิโลเมตร", AFTER},
    {"กก.", "กิโลกรัม", AFTER}, {"จ.", "จังหวัด", NAME}, {"อ.", "อำเภอ", NAME}, {"ต.", "ตำบล", NAME},
    {"ถ.", "ถนน", NAME}, {"โทร.", "โทรศัพท์", INSIDE}, {"กทม.", "กรุงเทพมหานคร", INSIDE},
    {"รร.", "โรงเรียน", INSIDE}, {"ม.ค.", "มกราคม", INSIDE}, {"ก.พ.", "กุมภาพันธ์", INSIDE},
    {"มี.ค.", "มีนาคม", INSIDE}, {"เม.ย.", "เมษายน", INSIDE}, {"พ.ค.", "พฤษภาคม", INSIDE},
    {"มิ.ย.", "มิถุนายน", INSIDE}, {"ก.ค.", "กรกฎาคม", INSIDE}, {"ส.ค.", "สิงหาคม", INSIDE},
    {"ก.ย.", "กันยายน", INSIDE}, {"ต.ค.", "ตุลาคม", INSIDE}, {"พ.ย.", "พฤศจิกายน", INSIDE},
    {"ธ.ค.", "ธันวาคม", INSIDE}, {NULL, NULL, INSIDE}};

static const char *const letters[] = {"เอ", "บี", "ซี", "ดี", "อี", "เอฟ", "จี", "เอช", "ไอ", "เจ", "เค",
    "แอล", "เอ็ม", "เอ็น", "โอ", "พี", "คิว", "อาร์", "เอส", "ที", "ยู", "วี", "ดับเบิลยู", "เอ็กซ์", "วาย",
    "แซด"};

static const struct unit units[] = {{"กม.", "kilometer"}, {"กก.", "kilogram"}, {"ม.", "meter"},
    {"ซม.", "centimeter"}, {"กม./ชม.", "kilometer-per-hour"}, {"ชม.", "hour"}, {NULL, NULL}};

static const struct money money[] = {{"THB", "บาท", GENDER_NONE, "สตางค์", GENDER_NONE},
    {"USD", "ดอลลาร์", GENDER_NONE, "เซนต์", GENDER_NONE},
    {"EUR", "ยูโร", GENDER_NONE, "เซนต์", GENDER_NONE},
    {"GBP", "ปอนด์", GENDER_NONE, "เพนนี", GENDER_NONE},
    {"JPY", "เยน", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"พัน", "พัน", GENDER_NONE, 3},
    {"หมื่น", "หมื่น", GENDER_NONE, 4}, {"แสน", "แสน", GENDER_NONE, 5}, {"ล้าน", "ล้าน", GENDER_NONE, 6},
    {NULL, NULL, GENDER_NONE, 0}};

const struct tongue tongue_th = {
    .code = "th",
    .locale = "th",
    .decimal = '.',
    .groups = ",",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = "%spellout-ordinal"},
    .unspaced = true,
    .sign = {[SIGN_AND] = "และ",
        [SIGN_PLUS] = "บวก",
        [SIGN_MINUS] = "ลบ",
        [SIGN_EQUALS] = "เท่ากับ",
        [SIGN_TIMES] = "คูณ",
        [SIGN_DIVIDED] = "หาร",
        [SIGN_LESS] = "น้อยกว่า",
        [SIGN_GREATER] = "มากกว่า",
        [SIGN_ABOUT] = "ประมาณ",
        [SIGN_AT] = "แอท",
        [SIGN_DOT] = "จุด",
        [SIGN_SLASH] = "ทับ",
        [SIGN_DASH] = "ขีด",
        [SIGN_UNDERSCORE] = "ขีดล่าง",
        [SIGN_COLON] = "โคลอน",
        [SIGN_QUESTION] = "เครื่องหมายคำถาม",
        [SIGN_HASH] = "ชาร์ป",
        [SIGN_NUMBER] = "หมายเลข",
        [SIGN_HASHTAG] = "แฮชแท็ก",
        [SIGN_SECTION] = "มาตรา",
        [SIGN_PERCENT] = "เปอร์เซ็นต์",
        [SIGN_POINT] = "จุด",
        [SIGN_TO] = "ถึง",
        [SIGN_OVER] = "เศษ%nส่วน%u"},
    .date = "%d%m%y",
    .day_month = "%d%m",
    .month_year = "%m%y",
    .time = "%hนาฬิกา%mนาที",
    .time_hour = "%hนาฬิกา",
    .time_seconds = "%sวินาที",
    .time_behind = time_behind,
    .fractions = fractions,
    .abbreviations = abbreviations,
    .letters = letters,
    .units = units,
    .money = money,
    .money_phrase = "%n%u",
    .magnitudes = magnitudes,
};
