/* SPDX-License-Identifier: Apache-2.0 */
/* Phonemes by espeak-ng, against what its own program prints with --ipa (version 1.51). */
#include "speech/espeak.h"
#include "speech/ipa.h"
#include "speech/speech.h"
#include "support/support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Skips the test where espeak-ng is not installed. */
static const struct phonemizer *require(void)
{
    struct ih_error e;
    const struct phonemizer *p = espeak_find(&e);
    if (!p) {
        print_message("%s\n", e.text);
        skip();
    }
    return p;
}

static void expect(const char *language, const char *text, const char *want)
{
    const struct phonemizer *p = require();
    struct arena a = {0};
    struct ih_error e;
    const char *ipa;
    if (p->phonemes(p->self, text, language, &a, &ipa, &e))
        fail_msg("%s", e.text);
    assert_string_equal(ipa, want);
    arena_free(&a);
}

static void says_words(void **state)
{
    (void)state;
    expect("en", "hello world", "həlˈoʊ wˈɜːld");
    expect("en-gb", "tomato", "təmˈɑːtəʊ");
    expect("en", "tomato", "təmˈeɪɾoʊ");
    expect("de", "guten Morgen", "ɡˈuːtən mˈɔɾɡən");
    expect("pt", "bom dia o mundo", "bˈoŋ dʒˈiæ ʊ mˈu\u0303ŋdʊ");
    expect("no", "god morgen verden", "ɡˈuːd mˈɔrɡən vˈardən");
    expect("ja", "こんにちは せかい", "kˌo\u031ennitɕˈiha\u0308 se\u031ekˈa\u0308i");
    expect("en", "", "");
    expect("en", " \n", "");
}

static void drops_what_is_not_said(void **state)
{
    (void)state;
    /* (en)ˈɒfɪs(de) */
    expect("de", "im Office", "ɪm ˈɒfɪs");
    /* d??ç */
    expect("de", "durch", "dˈʊɾç");
    /* la- */
    expect("fr", "la dame", "la dˈam");
    expect("en", "hello ☃ <world>", "həlˈoʊ wˈɜːld");
    expect("en", "hello. World", "həlˈoʊ wˈɜːld");
}

/* Its IPA has one sign for the first and the fourth tone of Chinese. */
static void keeps_tones_apart(void **state)
{
    (void)state;
    expect("zh", "ma1 ma2 ma3 ma4 ma5", "mˈɑ1 mˈɑ2 mˈɑ3 mˈɑ4 mˈɑ5");
    expect("zh", "zhong1 guo2", "ʈʂˈonɡ1 kˈuo2");
    expect("zh", "shi4 jie4", "ʂˈi4 tɕˈiɛ4");
    expect("vi", "má", "mˈaː3");
}

/* What a model says that learned from espeak-ng's IPA alone. */
static void puts_tones_in(void **state)
{
    (void)state;
    struct str out;
    str_init(&out, 1000);
    ipa_clean(&out, "nˈi2 s.ˈi.5 mˈɑ5 kˈuoɜ", "zh");
    ipa_tones(&out, 0, "ni3 shi4 ma1 guo2");
    assert_string_equal(str_text(&out), "nˈi3 ʂˈi4 mˈɑ1 kˈuo2");
    ipa_tones(&out, 0, "ni3 shi4 ma1 guo2");
    assert_string_equal(str_text(&out), "nˈi3 ʂˈi4 mˈɑ1 kˈuo2");
    ipa_tones(&out, 0, "ni3");
    assert_string_equal(str_text(&out), "nˈi3 ʂˈi4 mˈɑ1 kˈuo2");
    str_free(&out);
}

static void knows_languages(void **state)
{
    (void)state;
    const struct phonemizer *p = require();
    static const char *const codes[] = {"ar", "zh", "cs", "da", "nl", "en", "fi", "fr", "de", "hi",
        "hu", "id", "it", "ja", "ko", "no", "pl", "pt", "ro", "ru", "es", "sv", "th", "tr", "vi",
        "en-gb"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (!p->knows(p->self, codes[i]))
            fail_msg("no voice for %s", codes[i]);
    static const char *const wrong[] = {"qq", "", "x", "../../../etc/passwd", "Afrikaans", "e n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(p->knows(p->self, wrong[i]));
    struct arena a = {0};
    struct ih_error e;
    const char *ipa;
    assert_int_equal(p->phonemes(p->self, "a", "qq", &a, &ipa, &e), IH_UNSUPPORTED);
    assert_int_equal(p->phonemes(p->self, "a", "../qq", &a, &ipa, &e), IH_INVALID);
    arena_free(&a);
}

static void takes_any_length(void **state)
{
    (void)state;
    const struct phonemizer *p = require();
    enum { LONG = 20000 };
    static char text[LONG + 1];
    struct arena a = {0};
    struct ih_error e;
    const char *ipa;
    memset(text, 'a', LONG);
    assert_int_equal(p->phonemes(p->self, text, "en", &a, &ipa, &e), IH_OK);
    assert_true(strlen(ipa) > LONG / 64);
    for (int i = 0; i < LONG; i++)
        text[i] = "no "[i % 3];
    assert_int_equal(p->phonemes(p->self, text, "en", &a, &ipa, &e), IH_OK);
    int words = 1;
    for (const char *c = ipa; *c; c++)
        words += *c == ' ';
    assert_in_range(words, LONG / 3 - LONG / 100, LONG / 3 + 1);
    arena_free(&a);
}

static void *speak_often(void *arg)
{
    const struct phonemizer *p = arg;
    struct arena a = {0};
    for (int i = 0; i < 100; i++) {
        static const char *const text[][3] = {
            {"en", "hello world", "həlˈoʊ wˈɜːld"}, {"de", "guten Morgen", "ɡˈuːtən mˈɔɾɡən"}};
        const char *const *t = text[i % 2], *ipa;
        if (p->phonemes(p->self, t[1], t[0], &a, &ipa, NULL) || strcmp(ipa, t[2]))
            arg = NULL;
    }
    arena_free(&a);
    return arg;
}

static void works_from_threads(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    void *p = (void *)(uintptr_t)require(), *good;
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, speak_often, p), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(thread[i], &good), 0);
        assert_non_null(good);
    }
}

static struct speech *open_speech(const char *text, struct speech_options *o)
{
    static const struct phonemizer *p;
    struct speech *s;
    struct ih_error e;
    p = require();
    o->phonemizer = &p;
    o->phonemizers = 1;
    o->longest = 500;
    if (speech_open(&s, text, strlen(text), o, &e)) {
        print_message("%s\n", e.text);
        skip();
    }
    return s;
}

/* Words that it says in one breath are told apart again. */
static void finds_each_words_share(void **state)
{
    (void)state;
    static const struct {
        const char *written, *ipa;
    } want[] = {{"out", "ˌaʊɾ"}, {"of", "əv"}, {"the", "ðə"}, {"world", "wˈɜːld"}, {"in", "ɪn"},
        {"the", "ðɪ"}, {"end", "ˈɛnd"}};
    static const char text[] = "out of the world in the end";
    struct speech_options o = {.language = "en"};
    struct speech *s = open_speech(text, &o);
    struct arena a = {0};
    struct utterance u;
    bool more;
    assert_int_equal(speech_next(s, &a, &u, &more, NULL), IH_OK);
    assert_string_equal(u.phonemes, "ˌaʊɾəv ðə wˈɜːld ɪnðɪ ˈɛnd");
    assert_int_equal(u.word_count, 7);
    for (int i = 0; i < u.word_count; i++) {
        assert_memory_equal(text + u.words[i].source, want[i].written, strlen(want[i].written));
        assert_int_equal(u.words[i].count, ipa_count(want[i].ipa));
        assert_true(i == 0 || u.words[i].first >= u.words[i - 1].first + u.words[i - 1].count);
    }
    speech_close(&s);
    arena_free(&a);
}

/* Says a file of sentences; returns words, and in *signs their phonemes. */
static int say_file(const char *text, struct speech_options *o, int *signs)
{
    struct speech *s = open_speech(text, o);
    struct arena a = {0};
    struct utterance u;
    struct ih_error e;
    bool more = true;
    int words = 0;
    while (true) {
        if (speech_next(s, &a, &u, &more, &e))
            fail_msg("%s: %s", o->language, e.text);
        if (!more)
            break;
        words += u.word_count;
        *signs += u.phoneme_count;
    }
    for (const char *warning; (warning = speech_warning(s));)
        print_message("%s: %s\n", o->language, warning);
    speech_close(&s);
    arena_free(&a);
    return words;
}

/* Real sentences: a word has 3 to 12 phonemes on average, whatever the language. */
static void says_every_language(void **state)
{
    (void)state;
    enum { BYTES = 1 << 16 };
    static const char *const codes[] = {"ar", "zh", "cs", "da", "nl", "en", "fi", "fr", "de", "hi",
        "hu", "id", "it", "no", "pl", "pt", "ro", "ru", "es", "sv", "tr", "vi"};
    static char text[BYTES];
    struct readings *chinese = NULL;
    if (!have_shared("text/de.txt"))
        skip();
    readings_open(&chinese, TEST_MODELS "/spell-1/readings/zh.txt", "zh", NULL);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char name[32];
        snprintf(name, sizeof name, "text/%s.txt", codes[i]);
        FILE *f = fopen(shared_path(name), "rb");
        if (!f || (!chinese && !strcmp(codes[i], "zh")))
            continue;
        text[fread(text, 1, BYTES - 1, f)] = 0;
        fclose(f);
        int signs = 0;
        struct speech_options o = {.language = codes[i], .chinese = chinese};
        int words = say_file(text, &o, &signs);
        if (words < 20 || signs < 3 * words || signs > 12 * words)
            fail_msg("%s: %d phonemes for %d words", codes[i], signs, words);
    }
    readings_close(&chinese);
}

static void reads_ipa_of_people(void **state)
{
    (void)state;
    struct str out;
    struct ih_error e;
    str_init(&out, 1000);
    const char *text = " he'lo.ʊ  gõː\u200d ";
    assert_int_equal(ipa_read(&out, text, strlen(text), &e), IH_OK);
    assert_string_equal(str_text(&out), "heˈloʊ ɡo\u0303ː");
    assert_int_equal(ipa_count(str_text(&out)), 11);
    text = "tɛʃT";
    assert_int_equal(ipa_read(&out, text, strlen(text), &e), IH_INVALID);
    assert_string_equal(e.text, "'T' (U+0054) is not a sign of IPA");
    str_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_words),
        cmocka_unit_test(drops_what_is_not_said),
        cmocka_unit_test(keeps_tones_apart),
        cmocka_unit_test(puts_tones_in),
        cmocka_unit_test(knows_languages),
        cmocka_unit_test(takes_any_length),
        cmocka_unit_test(works_from_threads),
        cmocka_unit_test(finds_each_words_share),
        cmocka_unit_test(says_every_language),
        cmocka_unit_test(reads_ipa_of_people),
    };
    return cmocka_run_group_tests_name("speech_espeak", tests, NULL, NULL);
}
