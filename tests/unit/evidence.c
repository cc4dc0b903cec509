/* SPDX-License-Identifier: Apache-2.0 */
/* What is looked up in sources, case by case. */
#include "inhouse/evidence.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 512 };

/* The findings as text, "number found 12 km; ..." */
static void expect_of(const char *text, const char *const *source, int sources, const char *want)
{
    struct ih_source s[4];
    struct ih_evidence v;
    struct ih_error e;
    char got[MOST] = "";
    size_t n = 0;
    for (int i = 0; i < sources; i++)
        s[i] = (struct ih_source){"", source[i], strlen(source[i])};
    assert_int_equal(ih_evidence_check(&v, text, strlen(text), s, sources, &e), IH_OK);
    for (int i = 0; i < v.findings && n < sizeof got; i++) {
        const struct ih_finding *f = &v.finding[i];
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%s %s %.*s", i ? "; " : "",
            ih_finding_kind_name(f->kind), ih_finding_verdict_name(f->verdict), (int)f->bytes,
            text + f->start);
    }
    ih_evidence_free(&v);
    assert_string_equal(got, want);
}

static void expect(const char *text, const char *source, const char *want)
{
    expect_of(text, &source, 1, want);
}

static void numbers_in_all_notations(void **state)
{
    (void)state;
    expect("It sold 3.2 million.", "It sold 3,204,500 of them.", "number found 3.2 million");
    expect("It sold 3.4 million.", "It sold 3,204,500 of them.", "number not said 3.4 million");
    expect("It cost $1.5bn.", "The cost was 1,500 million dollars.", "number found $1.5bn");
    expect("It cost $1.5bn.", "The cost was 1.5 billion euros.", "number not said $1.5bn");
    expect("A walk of 12 km.", "The walk is 12,000 m long.", "number found 12 km");
    expect("It weighs twenty-five kilograms.", "It weighs 25 kg.",
        "number found twenty-five kilograms");
    expect("Up by 2 percentage points.", "It was 2% more.", "number not said 2 percentage points");
    expect("Es sind 1.234,5 km.", "The distance from here to the coast is 1,234.5 km.",
        "number found 1.234,5 km");
    expect("Zwei Drittel waren da.", "It was 66.7 percent of them.", "number found Zwei Drittel");
    expect("費用は1億2000万円。", "It cost 120 million yen.", "number found 1億2000万円");
}

static void rounded_numbers(void **state)
{
    (void)state;
    expect("More than 3 million.", "There were 2.98 million of them.", "number not said 3 million");
    expect("More than 3 million.", "There were 3.02 million of them.", "number found 3 million");
    expect("Nearly 3 million.", "There were 2.98 million of them.", "number found 3 million");
    expect("About 3,000.", "There were 2,980 of them.", "number found 3,000");
    expect("It was 3,000.", "There were 2,980 of them.", "number not said 3,000");
}

static void dates_and_times(void **state)
{
    (void)state;
    expect("On 2019-03-12.", "It was on 12 March 2019.", "number found 2019-03-12");
    expect("On 13/03/2019.", "It was on March 12, 2019.", "number not said 13/03/2019");
    expect("In March 2019.", "It was on 12 March 2019.", "number found March 2019");
    expect("At 21:30 it began.", "It began at 9:30 pm.", "number found 21:30");
    expect("At 9:30 am it began.", "It began at 9:30 pm.", "number not said 9:30 am");
    expect("Um 21.30 Uhr ist es dunkel.", "It began at 9:30 p.m.", "number found 21.30 Uhr");
}

static void quotations_with_gaps(void **state)
{
    (void)state;
    static const char source[] = "\u201cWe do not sell hats,\u201d she said, \u201cbecause nobody "
                                 "here wears one any more.\u201d";
    expect("\"we do not sell hats\"", source, "quotation found \"we do not sell hats\"");
    expect("\"We do sell hats\"", source, "quotation not said \"We do sell hats\"");
    expect("\"[B]ecause nobody \u2026 wears one\"", source,
        "quotation found \"[B]ecause nobody \u2026 wears one\"");
    expect("\"nobody \u2026 sell hats\"", source, "quotation not said \"nobody \u2026 sell hats\"");
    expect("> nobody here wears [a hat] any more", source,
        "quotation found > nobody here wears [a hat] any more");
    expect("A so-called \"shop of hats\" and \"The Hats of Home\".", source, "");
}

static void citations_hold_for_sentences(void **state)
{
    (void)state;
    static const char *const source[] = {"There are 12 boats.", "There are 34 cars."};
    expect_of("It has 34 cars [1]. It has 12 boats.", source, 2,
        "number elsewhere 34; citation found 1; number found 12");
    expect_of("It has 34 cars. [1,2] And more [1-3].", source, 2,
        "number found 34; citation found 1; citation found 2; citation no source 1-3");
}

static void what_is_no_claim(void **state)
{
    (void)state;
    expect("# 2. Boats\n\n1. One of the boats.\n2. Second, see step 3 and "
           "https://example.org/2024/17.",
        "Boats.", "");
    expect("The A320 is one of two types.", "An A320 landed.", "number found A320");
    expect("It fell by 30 to 70.", "It fell from 100 to 70.", "number found 30; number found 70");
}

static void what_is_refused(void **state)
{
    (void)state;
    struct ih_evidence v;
    struct ih_error e;
    struct ih_source s = {"notes", "\xff", 1};
    assert_int_equal(ih_evidence_check(&v, "a\xc3", 2, NULL, 0, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "text is not UTF-8"));
    assert_int_equal(ih_evidence_check(&v, "a", 1, &s, 1, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "source 1 (notes)"));
    assert_int_equal(ih_evidence_check(&v, NULL, 0, NULL, 0, &e), IH_OK);
    assert_int_equal(v.findings, 0);
    ih_evidence_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_all_notations),
        cmocka_unit_test(rounded_numbers),
        cmocka_unit_test(dates_and_times),
        cmocka_unit_test(quotations_with_gaps),
        cmocka_unit_test(citations_hold_for_sentences),
        cmocka_unit_test(what_is_no_claim),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
