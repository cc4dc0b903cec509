/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "text/language.h"

#include <string.h>

/* The order of the language tokens: LANGUAGES in openai/whisper tokenizer.py. */
static const char order[] =
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th "
    "ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr "
    "pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt "
    "haw ln ha ba jw su yue ";

static void keeps_the_order_of_whisper(void **state)
{
    (void)state;
    char all[sizeof order] = "";
    assert_int_equal(language_count(), 100);
    for (int i = 0; i < language_count(); i++) {
        strncat(all, language_code(i), sizeof all - strlen(all) - 1);
        strncat(all, " ", sizeof all - strlen(all) - 1);
    }
    assert_string_equal(all, order);
}

static void finds_itself(void **state)
{
    (void)state;
    for (int i = 0; i < language_count(); i++) {
        assert_int_equal(language_find(language_code(i)), i);
        assert_int_equal(language_find(language_name(i)), i);
    }
}

static void finds_other_names(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code;
    } cases[] = {
        {"English", "en"},
        {"EN", "en"},
        {"gErMaN", "de"},
        {"zh-CN", "zh"},
        {"zh_TW.UTF-8", "zh"},
        {"zh-yue", "yue"},
        {"yue-HK", "yue"},
        {"nb", "no"},
        {"nb-NO", "no"},
        {"nn", "nn"},
        {"pt-BR", "pt"},
        {"es-419", "es"},
        {"sr-Latn-RS", "sr"},
        {"de@euro", "de"},
        {"iw", "he"},
        {"cmn-Hans", "zh"},
        {"Mandarin", "zh"},
        {"Flemish", "nl"},
        {"Castilian", "es"},
        {"deu", "de"},
        {"FRA", "fr"},
        {"haw", "haw"},
        {"haitian creole", "ht"},
        {"fil-PH", "tl"},
        {"Norwegian Nynorsk", "nn"},
        {"jv", "jw"},
        {"in", "id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int found = language_find(cases[i].text);
        if (found < 0 || strcmp(language_code(found), cases[i].code) != 0)
            fail_msg("%s should be %s", cases[i].text, cases[i].code);
    }
    assert_string_equal(language_name(language_find("my")), "myanmar");
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = {"", " ", "xx", "e", "-", "-en", "engl", "auto", "klingon",
        "en\n", "the language that has a very long name indeed"};
    assert_int_equal(language_find(NULL), -1);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(language_find(none[i]), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_of_whisper),
        cmocka_unit_test(finds_itself),
        cmocka_unit_test(finds_other_names),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
