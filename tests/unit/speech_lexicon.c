/* SPDX-License-Identifier: Apache-2.0 */
/* Pronunciation lexicons: what is found where, and what is refused. */
#include "speech/lexicon.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static const char lexicon[] = "# names\n"
                              "SQL\tsequel\n"
                              "nguyen\t/w\xc9\xaan/\r\n"
                              "\n"
                              "San Jose\t san  hozay \n"
                              "San\tsun\n"
                              "Polish\tfrom Poland\n"
                              "live\tlyve\ten\n"
                              "live\tliv\n"
                              "[de]\n"
                              "live\tlaif\n"
                              "Straße\tWeg\n"
                              "[*]\n"
                              "東京\tとうきょう\n"
                              "twice\tfirst\n"
                              "twice\tsecond\n"
                              "C++\tsee plus plus\n";

static struct speech_lexicon *open_lexicon(const char *text)
{
    struct speech_lexicon *l;
    struct ih_error e;
    if (speech_lexicon_read(&l, text, &e))
        fail_msg("%s", e.text);
    return l;
}

/* Every match in the text as "[what]said" behind the text before it. */
static void expect(
    const struct speech_lexicon *l, const char *language, const char *text, const char *want)
{
    char got[512] = "";
    struct lexicon_match m;
    size_t at = 0, n = strlen(text);
    while (speech_lexicon_find(l, text, n, at, language, &m)) {
        assert_true(m.begin >= at && m.end > m.begin && m.end <= n);
        strncat(got, text + at, m.begin - at);
        strcat(got, "[");
        strncat(got, text + m.begin, m.end - m.begin);
        strcat(got, m.phonemes ? "]/" : "]");
        strcat(got, m.said);
        at = m.end;
    }
    strcat(got, text + at);
    assert_string_equal(got, want);
}

static void finds_words(void **state)
{
    (void)state;
    struct speech_lexicon *l = open_lexicon(lexicon);
    expect(l, "en", "an SQL query", "an [SQL]sequel query");
    expect(l, "en", "Mr. Nguyen, NGUYEN", "Mr. [Nguyen]/wɪn, [NGUYEN]/wɪn");
    expect(l, "en", "SQLite, PostgreSQL, sql", "SQLite, PostgreSQL, sql");
    expect(l, "en", "Polish, polish", "[Polish]from Poland, polish");
    expect(l, "en", "(SQL)", "([SQL]sequel)");
    expect(l, "en", "in C++.", "in [C++]see plus plus.");
    expect(l, "en", "", "");
    speech_lexicon_close(&l);
    assert_null(l);
}

static void prefers_the_longest_and_the_closest(void **state)
{
    (void)state;
    struct speech_lexicon *l = open_lexicon(lexicon);
    expect(l, "en", "San \n Jose, San Joses", "[San \n Jose]san hozay, [San]sun Joses");
    expect(l, "en-gb", "live", "[live]lyve");
    expect(l, "de", "LIVE Straße", "[LIVE]laif [Straße]Weg");
    expect(l, "fr", "live Straße", "[live]liv Straße");
    expect(l, "ja", "東京都は東京", "[東京]とうきょう都は[東京]とうきょう");
    expect(l, "en", "twice", "[twice]second");
    speech_lexicon_close(&l);
}

static void refuses(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a\tb\nword", "lexicon, line 2: not a word, a tab and a pronunciation"},
        {"word\t", "lexicon, line 1: there is no pronunciation"},
        {"word\t//", "lexicon, line 1: there is no pronunciation"},
        {"\tb", "lexicon, line 1: there is no word"},
        {"# c\n\nword\t/Q/", "lexicon, line 3: 'Q' (U+0051) is not a sign of IPA"},
        {"word\tb\tklingonish", "lexicon, line 1: 'klingonish' is no language"},
        {"[xx]\n", "lexicon, line 1: 'xx' is no language"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct speech_lexicon *l;
        struct ih_error e;
        assert_int_equal(speech_lexicon_read(&l, cases[i][0], &e), IH_INVALID);
        assert_null(l);
        assert_string_equal(e.text, cases[i][1]);
    }
}

static void limits_lengths(void **state)
{
    (void)state;
    static char text[LEXICON_SAID + LEXICON_WORD + 100];
    struct speech_lexicon *l;
    struct ih_error e;
    memset(text, 'a', LEXICON_WORD + 1);
    strcpy(text + LEXICON_WORD + 1, "\tb");
    assert_int_equal(speech_lexicon_read(&l, text, &e), IH_INVALID);
    assert_string_equal(e.text, "lexicon, line 1: the word is too long");
    memset(text, 'a', sizeof text - 1);
    text[1] = '\t';
    text[2 + LEXICON_SAID + 1] = 0;
    assert_int_equal(speech_lexicon_read(&l, text, &e), IH_INVALID);
    assert_string_equal(e.text, "lexicon, line 1: the pronunciation is too long");
}

static void takes_an_empty_one(void **state)
{
    (void)state;
    struct speech_lexicon *l = open_lexicon("\xef\xbb\xbf# nothing\n");
    expect(l, "en", "nothing", "nothing");
    speech_lexicon_close(&l);
    l = open_lexicon("");
    expect(l, "en", "nothing", "nothing");
    speech_lexicon_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_words),
        cmocka_unit_test(prefers_the_longest_and_the_closest),
        cmocka_unit_test(refuses),
        cmocka_unit_test(limits_lengths),
        cmocka_unit_test(takes_an_empty_one),
    };
    return cmocka_run_group_tests_name("speech_lexicon", tests, NULL, NULL);
}
