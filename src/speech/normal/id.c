/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/tongue.h"
#include "speech/normal/wordbook.h"

#include <stddef.h>
#include <string.h>

/* ICU's "kesatu" is "pertama" to people. */
static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    if (strcmp(rules, "ordinal") == 0 && value == 1) {
        str_add_text(out, "pertama");
        return;
    }
    str_add_text(out, "ke");
    wordbook_spell(w, NULL, value, out);
}

static const struct pair fixes[] = {{"^kosong$", "nol"}, {NULL, NULL}};

static const char *const time_before[] = {"pukul", "jam", NULL};

static const struct pair fractions[] = {{"1/2", "setengah"}, {"+1/2", "setengah"},
    {"1/3", "sepertiga"}, {"/3", "pertiga"}, {"1/4", "seperempat"}, {"/4", "perempat"},
    {"1/5", "seperlima"}, {"/5", "perlima"}, {"1/10", "sepersepuluh"}, {"/10", "persepuluh"},
    {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"dll.", "dan lain-lain", ENDING},
    {"dll", "dan lain-lain", ENDING}, {"dsb.", "dan sebagainya", ENDING},
    {"dst.", "dan seterusnya", ENDING}, {"yg", "yang", INSIDE}, {"dgn", "dengan", INSIDE},
    {"tgl.", "tanggal", COUNT}, {"tgl", "tanggal", COUNT}, {"hlm.", "halaman", COUNT},
    {"hal.", "halaman", COUNT}, {"no.", "nomor", COUNT}, {"Jl.", "Jalan", NAME},
    {"Jln.", "Jalan", NAME}, {"Bpk.", "Bapak", INSIDE}, {"dr.", "dokter", NAME},
    {"Dr.", "doktor", NAME}, {"Prof.", "profesor", INSIDE}, {"Tn.", "tuan", INSIDE},
    {"Ny.", "nyonya", INSIDE}, {"a.n.", "atas nama", INSIDE}, {"telp.", "telepon", INSIDE},
    {"tel.", "telepon", INSIDE}, {"SM", "sebelum Masehi", AFTER}, {"Kab.", "kabupaten", NAME},
    {"Kec.", "kecamatan", NAME}, {NULL, NULL, INSIDE}};

static const char *const single[] = {NULL};
static const char *const said[] = {
    "pln", "bumn", "polri", "tni", "aids", "dan", "di", "ke", "pam", NULL};
static const char *const spelled[] = {"pln", "bumn", "tni", "usa", "ktp", NULL};

static const struct unit units[] = {
    {"km/jam", "kilometer-per-hour"}, {"dtk", "second"}, {"mnt", "minute"}, {NULL, NULL}};

static const struct money money[] = {{"IDR", "rupiah", GENDER_NONE, NULL, GENDER_NONE},
    {"USD", "dolar", GENDER_NONE, "sen", GENDER_NONE},
    {"EUR", "euro", GENDER_NONE, "sen", GENDER_NONE},
    {"GBP", "pound", GENDER_NONE, "penny", GENDER_NONE},
    {"JPY", "yen", GENDER_NONE, NULL, GENDER_NONE}, {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"ribu", "ribu", GENDER_NONE, 3},
    {"rb", "ribu", GENDER_NONE, 3}, {"juta", "juta", GENDER_NONE, 6},
    {"jt", "juta", GENDER_NONE, 6}, {"miliar", "miliar", GENDER_NONE, 9},
    {"triliun", "triliun", GENDER_NONE, 12}, {NULL, NULL, GENDER_NONE, 0}};

static const struct pair roman_before[] = {
    {"abad", ""}, {"bab", ""}, {"bagian", ""}, {"dunia", ""}, {NULL, NULL}};

const struct tongue tongue_id = {
    .code = "id",
    .locale = "id",
    .decimal = ',',
    .groups = ".",
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {[GENDER_NONE] = "ordinal"},
    .spell = spell,
    .fixes = fixes,
    .sign = {[SIGN_AND] = "dan",
        [SIGN_PLUS] = "plus",
        [SIGN_MINUS] = "minus",
        [SIGN_EQUALS] = "sama dengan",
        [SIGN_TIMES] = "kali",
        [SIGN_DIVIDED] = "dibagi",
        [SIGN_LESS] = "kurang dari",
        [SIGN_GREATER] = "lebih dari",
        [SIGN_ABOUT] = "sekitar",
        [SIGN_AT] = "et",
        [SIGN_DOT] = "titik",
        [SIGN_SLASH] = "garis miring",
        [SIGN_DASH] = "strip",
        [SIGN_UNDERSCORE] = "garis bawah",
        [SIGN_COLON] = "titik dua",
        [SIGN_QUESTION] = "tanda tanya",
        [SIGN_HASH] = "pagar",
        [SIGN_NUMBER] = "nomor",
        [SIGN_HASHTAG] = "tagar",
        [SIGN_SECTION] = "pasal",
        [SIGN_PERCENT] = "persen",
        [SIGN_POINT] = "koma",
        [SIGN_TO] = "sampai",
        [SIGN_OVER] = "%n per %u"},
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .time = "%h %m",
    .time_hour = "%h",
    .time_seconds = "%s detik",
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
};
