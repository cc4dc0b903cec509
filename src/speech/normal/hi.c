/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/wordbook.h"

#include <stddef.h>

/* Years of the last millennium count hundreds: उन्नीस सौ चौरासी. */
static void spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    (void)rules;
    wordbook_spell(w, NULL, value / 100, out);
    str_add_text(out, " सौ");
    if (value % 100 == 0)
        return;
    str_add_byte(out, ' ');
    wordbook_spell(w, NULL, value % 100, out);
}

static const struct suffix suffixes[] = {{"ला", "%spellout-ordinal-masculine"},
    {"ली", "%spellout-ordinal-feminine"}, {"रा", "%spellout-ordinal-masculine"},
    {"री", "%spellout-ordinal-feminine"}, {"था", "%spellout-ordinal-masculine"},
    {"वाँ", "%spellout-ordinal-masculine"}, {"वां", "%spellout-ordinal-masculine"},
    {"वीं", "%spellout-ordinal-feminine"}, {"ठा", "%spellout-ordinal-masculine"}, {"वें", "+"},
    {NULL, NULL}};

static const char *const time_behind[] = {"बजे", NULL};

static const struct pair fractions[] = {{"1/2", "आधा"}, {"1/4", "एक चौथाई"}, {"3/4", "तीन चौथाई"},
    {"1/3", "एक तिहाई"}, {"2/3", "दो तिहाई"}, {"+1/2", "सही एक बटा दो"}, {NULL, NULL}};

static const struct abbreviation abbreviations[] = {{"डॉ.", "डॉक्टर", INSIDE},
    {"प्रो.", "प्रोफ़ेसर", INSIDE}, {"श्री.", "श्री", INSIDE}, {"रु.", "रुपये", ENDING},
    {"कि.मी.", "किलोमीटर", ENDING}, {"कि.ग्रा.", "किलोग्राम", ENDING}, {"सं.", "संख्या", COUNT},
    {"पृ.", "पृष्ठ", COUNT}, {"ई.", "ईस्वी", AFTER}, {NULL, NULL, INSIDE}};

static const char *const single[] = {"a", NULL};
static const char *const letters[] = {"ए", "बी", "सी", "डी", "ई", "एफ़", "जी", "एच", "आई", "जे", "के",
    "एल", "एम", "एन", "ओ", "पी", "क्यू", "आर", "एस", "टी", "यू", "वी", "डब्ल्यू", "एक्स", "वाई", "ज़ेड"};

static const struct unit units[] = {{"किमी", "kilometer"}, {"किग्रा", "kilogram"}, {"मी", "meter"},
    {"किमी/घंटा", "kilometer-per-hour"}, {NULL, NULL}};

static const struct money money[] = {
    {"INR", "रुपया|रुपये", GENDER_MASCULINE, "पैसा|पैसे", GENDER_MASCULINE},
    {"USD", "डॉलर", GENDER_MASCULINE, "सेंट", GENDER_MASCULINE},
    {"EUR", "यूरो", GENDER_MASCULINE, "सेंट", GENDER_MASCULINE},
    {"GBP", "पाउंड", GENDER_MASCULINE, "पेंस", GENDER_MASCULINE},
    {"JPY", "येन", GENDER_MASCULINE, NULL, GENDER_NONE},
    {NULL, NULL, GENDER_NONE, NULL, GENDER_NONE}};

static const struct magnitude magnitudes[] = {{"हज़ार", "हज़ार", GENDER_NONE, 3},
    {"हजार", "हज़ार", GENDER_NONE, 3}, {"लाख", "लाख", GENDER_NONE, 5},
    {"करोड़", "करोड़", GENDER_NONE, 7}, {"मिलियन", "मिलियन", GENDER_NONE, 6},
    {"अरब", "अरब", GENDER_NONE, 9}, {NULL, NULL, GENDER_NONE, 0}};

const struct tongue tongue_hi = {
    .code = "hi",
    .locale = "hi",
    .decimal = '.',
    .groups = ",",
    .groups_of_two = true,
    .cardinal = {[GENDER_NONE] = "%spellout-cardinal"},
    .ordinal = {"%spellout-ordinal-masculine", "%spellout-ordinal-masculine",
        "%spellout-ordinal-feminine", NULL},
    .year = "year",
    .spell = spell,
    .sign = {[SIGN_AND] = "और",
        [SIGN_PLUS] = "जमा",
        [SIGN_MINUS] = "माइनस",
        [SIGN_EQUALS] = "बराबर",
        [SIGN_TIMES] = "गुणा",
        [SIGN_DIVIDED] = "भाग",
        [SIGN_LESS] = "से कम",
        [SIGN_GREATER] = "से ज़्यादा",
        [SIGN_ABOUT] = "लगभग",
        [SIGN_AT] = "ऐट",
        [SIGN_DOT] = "डॉट",
        [SIGN_SLASH] = "स्लैश",
        [SIGN_DASH] = "डैश",
        [SIGN_UNDERSCORE] = "अंडरस्कोर",
        [SIGN_COLON] = "कोलन",
        [SIGN_QUESTION] = "प्रश्नवाचक चिह्न",
        [SIGN_HASH] = "हैश",
        [SIGN_NUMBER] = "नंबर",
        [SIGN_HASHTAG] = "हैशटैग",
        [SIGN_SECTION] = "धारा",
        [SIGN_PERCENT] = "प्रतिशत",
        [SIGN_POINT] = "दशमलव",
        [SIGN_TO] = "से",
        [SIGN_OVER] = "%n बटा %u"},
    .suffixes = suffixes,
    .date = "%d %m %y",
    .day_month = "%d %m",
    .month_year = "%m %y",
    .time = "%h बजकर %m मिनट",
    .time_hour = "%h बजे",
    .time_seconds = "%s सेकंड",
    .time_behind = time_behind,
    .fractions = fractions,
    .abbreviations = abbreviations,
    .single = single,
    .letters = letters,
    .units = units,
    .money = money,
    .money_phrase = "%n %u",
    .magnitudes = magnitudes,
};
