/* SPDX-License-Identifier: Apache-2.0 */
/* From text to utterances, with a phonemizer made for the test: it says the letters of English and
 * German words and of pinyin, "of the" and "in the" in one breath as espeak-ng does, and nothing of
 * what begins with x. */
#include "speech/speech.h"
#include "speech/align.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool letters_knows(void *self, const char *language)
{
    (void)self;
    return !strcmp(language, "en") || !strcmp(language, "de") || !strcmp(language, "zh");
}

static enum ih_status letters_say(void *self, const char *text, const char *language,
    struct arena *a, const char **ipa, struct ih_error *e)
{
    (void)self;
    (void)language;
    char *out = arena_alloc(a, strlen(text) + 1), *to = out, last = 0;
    if (!out)
        return err_memory(e, "a test");
    for (const char *c = text; *c; c++) {
        bool first = c == text || c[-1] == ' ';
        if (first && (*c == 'x' || *c == 'X'))
            while (c[1] && c[1] != ' ')
                c++;
        else if (*c >= 'A' && *c <= 'Z')
            *to++ = (char)(*c + 'a' - 'A');
        else if (*c >= 'a' && *c <= 'z')
            *to++ = *c;
        else if (*c == ' ' && to > out && to[-1] != ' ' &&
                 !((last == 'f' || last == 'n') && !strncmp(c, " the", 4)))
            *to++ = ' ';
        last = *c;
    }
    while (to > out && to[-1] == ' ')
        to--;
    *to = 0;
    *ipa = out;
    return IH_OK;
}

static const struct phonemizer letters = {NULL, "letters", letters_knows, letters_say};
static const struct phonemizer *const phonemizers[] = {&letters};
static const char *const languages[] = {"en", "de", "ru"};

/* A job of the test, one at a time. */
static struct {
    struct speech *s;
    struct arena a;
    struct utterance u;
    const char *input;
} job;

static void open_with(const char *text, struct speech_options o)
{
    struct ih_error e;
    speech_close(&job.s);
    arena_free(&job.a);
    o.languages = languages;
    o.language_count = 3;
    o.phonemizer = o.phonemizer ? o.phonemizer : phonemizers;
    o.phonemizers = 1;
    o.longest = o.longest ? o.longest : 400;
    job.input = text;
    enum ih_status status = speech_open(&job.s, text, strlen(text), &o, &e);
    if (status == IH_UNSUPPORTED) {
        print_message("%s\n", e.text);
        skip();
    }
    if (status)
        fail_msg("%s", e.text);
}

static void open_text(const char *text)
{
    open_with(text, (struct speech_options){0});
}

/* The next utterance; its numbers must be right in themselves. */
static bool next(void)
{
    struct ih_error e;
    bool more;
    if (speech_next(job.s, &job.a, &job.u, &more, &e))
        fail_msg("%s", e.text);
    const struct utterance *u = &job.u;
    for (int i = 0; more && i < u->word_count; i++) {
        const struct spoken_word *w = &u->words[i];
        assert_true(w->first >= 0 && w->count > 0 && w->first + w->count <= u->phoneme_count);
        assert_true(w->source_bytes > 0 && w->source + w->source_bytes <= strlen(job.input));
        assert_true(i == 0 || w->first >= w[-1].first + w[-1].count);
    }
    return more;
}

static void expect(const char *phonemes)
{
    assert_true(next());
    assert_string_equal(job.u.phonemes, phonemes);
}

static void expect_end(void)
{
    if (next())
        fail_msg("\"%s\" is one too many", job.u.phonemes);
}

/* The word that came from the text; its phonemes must be these. */
static void expect_word(const char *text, const char *phonemes)
{
    for (int i = 0; i < job.u.word_count; i++) {
        const struct spoken_word *w = &job.u.words[i];
        if (w->source_bytes == strlen(text) &&
            !memcmp(job.input + w->source, text, w->source_bytes)) {
            assert_int_equal(w->count, strlen(phonemes));
            assert_memory_equal(job.u.phonemes + w->first, phonemes, strlen(phonemes));
            return;
        }
    }
    fail_msg("no word comes from \"%s\"", text);
}

static void expect_near(float got, float want)
{
    if (fabsf(got - want) > 1e-4f)
        fail_msg("%g is not %g", (double)got, (double)want);
}

static int teardown(void **state)
{
    (void)state;
    speech_close(&job.s);
    arena_free(&job.a);
    return 0;
}

static void says_sentences(void **state)
{
    (void)state;
    open_text("Hello, big world.  It is \xe2\x80\x9cgood\xe2\x80\x9d!\n\nIs it?");
    expect("hello, big world.");
    assert_string_equal(job.u.text, "Hello, big world.");
    assert_string_equal(job.u.spoken, "Hello big world");
    assert_string_equal(job.u.language, "en");
    assert_null(job.u.voice);
    expect_near(job.u.style_degree, 1);
    assert_int_equal(job.u.word_count, 3);
    expect_word("big", "big");
    expect_word("world", "world");
    float pause = job.u.pause;
    assert_true(pause > 0);
    expect("it is good!");
    assert_true(job.u.pause > pause);
    expect("is it?");
    expect_end();
    expect_end();
    assert_null(speech_warning(job.s));
}

static void gives_each_word_its_share(void **state)
{
    (void)state;
    open_text("The end of the road in the west");
    expect("the end ofthe road inthe west");
    assert_int_equal(job.u.word_count, 8);
    expect_word("end", "end");
    expect_word("of", "of");
    expect_word("road", "road");
    expect_word("in", "in");
    expect_word("west", "west");
    assert_int_equal(job.u.words[4].first, 14);
    assert_int_equal(job.u.words[3].first + job.u.words[3].count, 13);
}

static void counts_numbers_as_one_word(void **state)
{
    (void)state;
    open_text("It is 21 now.");
    expect("it is twentyone now.");
    assert_string_equal(job.u.spoken, "It is twenty-one now");
    expect_word("21", "twentyone");
}

static void says_given_phonemes(void **state)
{
    (void)state;
    open_text("Say [[t\xc9\x99me\xc9\xaato]], not [[this one!]] [[");
    assert_true(next());
    assert_non_null(strstr(job.u.phonemes, "say t\xc9\x99me\xc9\xaato, not this one"));
    assert_int_equal(job.u.words[1].source, 4);
    assert_int_equal(job.u.words[1].source_bytes, strlen("[[t\xc9\x99me\xc9\xaato]]"));
    assert_int_equal(job.u.words[1].count, 7);
}

static void follows_a_lexicon(void **state)
{
    (void)state;
    open_with("An SQL query, Tom.",
        (struct speech_options){.lexicon = "SQL\tsee quel\ntom\t/t\xc9\x99m/\n"});
    expect("an see quel query, t\xc9\x99m.");
    assert_string_equal(job.u.text, "An SQL query, Tom.");
    assert_string_equal(job.u.spoken, "An see quel query Tom");
    expect_word("SQL", "see quel");
    expect_word("query", "query");
    struct speech *s;
    struct ih_error e;
    struct speech_options o = {.lexicon = "a\n", .longest = 400};
    assert_int_equal(speech_open(&s, "x", 1, &o, &e), IH_INVALID);
    assert_null(s);
    assert_non_null(strstr(e.text, "lexicon, line 1"));
}

static void follows_ssml(void **state)
{
    (void)state;
    open_text("<speak><mark name='a'/>One <emphasis level='strong'>big fat</emphasis> dog"
              "<break time='2s'/>and <mark name='b'/>a <sub alias='cat'>K</sub>. "
              "<voice name='ben'>Hello <prosody rate='50%'>you</prosody></voice>"
              "<mark name='c'/></speak>");
    expect("one big fat dog");
    expect_near(job.u.pause, 2);
    assert_int_equal(job.u.mark_count, 1);
    assert_string_equal(job.u.marks[0].name, "a");
    assert_int_equal(job.u.marks[0].at, 0);
    assert_int_equal(job.u.stress_count, 1);
    assert_int_equal(job.u.stress[0].first, 4);
    assert_int_equal(job.u.stress[0].count, 7);
    assert_true(job.u.stress[0].rate < 1 && job.u.stress[0].volume > 1);
    expect("and a cat.");
    assert_string_equal(job.u.text, "and a K.");
    assert_int_equal(job.u.marks[0].at, 4);
    expect_word("K", "cat");
    expect("hello you");
    assert_string_equal(job.u.voice, "ben");
    expect_near(job.u.stress[0].rate, 0.5f);
    assert_int_equal(job.u.stress[0].first, 6);
    expect("");
    assert_string_equal(job.u.marks[0].name, "c");
    expect_end();
}

static void pauses_before_the_first_word(void **state)
{
    (void)state;
    open_text("<speak><break time='1s'/> <break time='500ms'/>Hi<break time='3s'/></speak>");
    expect("");
    expect_near(job.u.pause, 1.5f);
    expect("hi");
    expect_near(job.u.pause, 3);
    expect_end();
    open_text("<speak> <break time='1s'/> </speak>");
    expect("");
    expect_near(job.u.pause, 1);
    expect_end();
}

static void cuts_what_is_too_long(void **state)
{
    (void)state;
    open_with("one two three four, five six seven eight nine ten",
        (struct speech_options){.longest = 24});
    expect("one two three four,");
    assert_string_equal(job.u.text, "one two three four,");
    expect("five six seven eight");
    expect("nine ten");
    expect_end();
    open_with("abcdefghijklmnopqrstuvwyzabcdefg hi", (struct speech_options){.longest = 16});
    expect("abcdefghijklmno");
    assert_int_equal(job.u.word_count, 1);
    assert_int_equal(job.u.words[0].source_bytes, 32);
    expect("pqrstuvwyzabcde");
    expect("fg hi");
    expect_end();
}

static void goes_on_without_what_it_cannot_say(void **state)
{
    (void)state;
    open_text("Hello xyz, world. \xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82. Bye.");
    expect("hello, world.");
    assert_int_equal(job.u.word_count, 2);
    expect("bye.");
    expect_end();
    const char *warning = speech_warning(job.s);
    assert_non_null(warning);
    assert_non_null(strstr(warning, "language ru"));
    assert_null(speech_warning(job.s));
}

/* "Zhongguo" and "yinhang ren", by readings made for the test. */
static void reads_chinese(void **state)
{
    (void)state;
    static const char file[] = "\u4e2d\u56fd\tzhong1 guo2\t9\n\u94f6\u884c\tyin2 hang2\t9\n"
                               "\u4eba\tren2\t9\n";
    static const char text[] = "\u4e2d\u56fd\uff0c\u94f6\u884c\u4eba\u3002";
    struct readings *r;
    struct ih_error e;
    assert_int_equal(
        readings_open(&r, temp_file("zh.txt", file, sizeof file - 1), "zh", &e), IH_OK);
    open_with(text, (struct speech_options){.language = "zh", .chinese = r});
    expect("zhong guo, yin hang ren.");
    assert_string_equal(job.u.spoken, "\u4e2d\u56fd\u94f6\u884c\u4eba");
    expect_word("\u4e2d\u56fd", "zhong guo");
    expect_word("\u94f6\u884c", "yin hang");
    expect_word("\u4eba", "ren");
    expect_end();
    readings_close(&r);
    open_with(text, (struct speech_options){.language = "zh"});
    bool more;
    assert_int_equal(speech_next(job.s, &job.a, &job.u, &more, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "Han characters"));
}

static void says_what_is_missing(void **state)
{
    (void)state;
    open_text("\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82.");
    struct ih_error e;
    bool more = true;
    assert_int_equal(speech_next(job.s, &job.a, &job.u, &more, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "espeak-ng"));
}

static void takes_any_text(void **state)
{
    (void)state;
    static const char *const silent[] = {
        "", " \n ", "\xf0\x9f\x98\x80 \xf0\x9f\x98\x80", "...", "\xff\xfe"};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        open_text(silent[i]);
        expect_end();
    }
    open_text("a");
    expect("a");
    expect_end();
    enum { WORDS = 10000 };
    static char text[WORDS * 5 + 1];
    for (int i = 0; i < WORDS; i++)
        memcpy(text + 5 * i, i % 20 == 19 ? "end. " : i % 20 ? "word " : "Word ", 6);
    open_text(text);
    int words = 0, utterances = 0;
    size_t done, total;
    for (; next(); utterances++) {
        words += job.u.word_count;
        assert_true(job.u.phoneme_count <= 400);
        speech_progress(job.s, &done, &total);
        assert_true(done <= total);
        arena_rewind(&job.a, (struct arena_mark){0});
    }
    assert_int_equal(words, WORDS);
    assert_int_equal(utterances, WORDS / 20);
    assert_int_equal(done, total);
}

static void tells_languages_apart(void **state)
{
    (void)state;
    open_text("This is the house. Das ist das Haus und der Garten.");
    expect("this is the house.");
    assert_string_equal(job.u.language, "en");
    expect("das ist das haus und der garten.");
    assert_string_equal(job.u.language, "de");
    expect_end();
    /* Too long for one sentence; what is left has no word that only one of them has. */
    static char text[1000] = "Das ist der Wald und das Haus";
    for (int i = 0; i < 60; i++)
        strcat(text, ", das Haus");
    strcat(text, ", in London is in London, in");
    open_text(text);
    while (next())
        assert_string_equal(job.u.language, "de");
    open_with("This is the house.", (struct speech_options){.language = "German"});
    assert_true(next());
    assert_string_equal(job.u.language, "de");
    open_with("This is the house.", (struct speech_options){.language = "en-GB"});
    expect("this is the house.");
    assert_string_equal(job.u.language, "en");
    struct speech *s;
    struct speech_options o = {.language = "gibberish", .longest = 400};
    assert_int_equal(speech_open(&s, "x", 1, &o, NULL), IH_NOT_FOUND);
}

static void aligns_phrases(void **state)
{
    (void)state;
    static const char *const word[] = {"all", "of the", "xylem", "in", "the", "end"};
    struct arena a = {0};
    const char *ipa;
    struct share share[6];
    bool glued[6] = {false};
    assert_int_equal(align_phrase(&letters, word, glued, 6, "en", &a, &ipa, share, NULL), IH_OK);
    assert_string_equal(ipa, "all ofthe inthe end");
    static const char *const want[] = {"all", "ofthe", "", "in", "the", "end"};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(share[i].length, strlen(want[i]));
        assert_memory_equal(ipa + share[i].begin, want[i], share[i].length);
    }
    glued[4] = glued[5] = true;
    assert_int_equal(align_phrase(&letters, word, glued, 6, "en", &a, &ipa, share, NULL), IH_OK);
    assert_string_equal(ipa, "all ofthe intheend");
    assert_int_equal(share[4].begin, 12);
    assert_int_equal(share[4].length, 3);
    assert_int_equal(share[5].begin, 15);
    arena_free(&a);
}

/* Says "a" for each word of any language. */
static bool a_knows(void *self, const char *language)
{
    (void)self, (void)language;
    return true;
}

static enum ih_status a_say(void *self, const char *text, const char *language, struct arena *a,
    const char **ipa, struct ih_error *e)
{
    (void)self, (void)language;
    char *out = arena_strdup(a, "a"), *more;
    for (; out && (text = strchr(text, ' ')); text++) {
        more = arena_alloc(a, strlen(out) + 3);
        if (more)
            sprintf(more, "%s a", out);
        out = more;
    }
    *ipa = out;
    return out ? IH_OK : err_memory(e, "a test");
}

static const struct phonemizer every_word = {NULL, "a", a_knows, a_say};
static const struct phonemizer *const every_phonemizer[] = {&every_word};

/* Where each language has a voice of its own, stretches of another language are utterances. */
static void expect_in(const char *language, const char *text)
{
    if (!next())
        fail_msg("\"%s\" is missing", text);
    assert_string_equal(job.u.text, text);
    assert_string_equal(job.u.language, language);
}

static void says_languages_by_their_voices(void **state)
{
    (void)state;
    struct speech_options o = {.language = "en", .voices_differ = true};
    open_with("<speak>The word <lang xml:lang='de'>Zeitgeist</lang>, they say, is German. "
              "<lang xml:lang='de'>Das ist so</lang>. Yes.</speak>",
        o);
    expect_in("en", "The word");
    expect_near(job.u.pause, 0.1f);
    expect_in("de", "Zeitgeist,");
    assert_string_equal(job.u.phonemes, "zeitgeist,");
    expect_near(job.u.pause, 0.1f);
    expect_in("en", "they say, is German.");
    expect_near(job.u.pause, 0.25f);
    expect_in("de", "Das ist so.");
    assert_string_equal(job.u.phonemes, "das ist so.");
    expect_near(job.u.pause, 0.25f);
    expect_in("en", "Yes.");
    expect_end();
    /* The same in one voice stays together, and so does what a voice was named for. */
    open_text("<speak xml:lang='en'>The word <lang xml:lang='de'>Zeitgeist</lang> is.</speak>");
    expect("the word zeitgeist is.");
    expect_end();
    open_with("<speak><voice name='a'>The <lang xml:lang='de'>Zeit</lang> is.</voice></speak>", o);
    expect("the zeit is.");
    expect_end();

    o.phonemizer = every_phonemizer;
    o.language = "ru";
    open_with("Он сказал: «How are you today?» и ушёл. Это Google, да.", o);
    expect_in("ru", "Он сказал: «");
    expect_in("en", "How are you today?»");
    assert_string_equal(job.u.phonemes, "a a a a?");
    expect_in("ru", "и ушёл.");
    expect_in("ru", "Это Google, да.");
    expect_end();
    o.language = "en"; /* nobody here has a voice for Greek */
    open_with("He said καλημέρα σε όλους σας, my friend.", o);
    expect_in("en", "He said καλημέρα σε όλους σας, my friend.");
    expect_end();
    o.language = NULL;
    open_with("One two three четыре пять шесть семь, eight nine.", o);
    expect_in("en", "One two three");
    expect_in("ru", "четыре пять шесть семь,");
    expect_near(job.u.pause, 0.1f);
    expect_in("en", "eight nine.");
    expect_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_sentences),
        cmocka_unit_test(gives_each_word_its_share),
        cmocka_unit_test(counts_numbers_as_one_word),
        cmocka_unit_test(says_given_phonemes),
        cmocka_unit_test(follows_a_lexicon),
        cmocka_unit_test(follows_ssml),
        cmocka_unit_test(pauses_before_the_first_word),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(goes_on_without_what_it_cannot_say),
        cmocka_unit_test(reads_chinese),
        cmocka_unit_test(says_what_is_missing),
        cmocka_unit_test(takes_any_text),
        cmocka_unit_test(tells_languages_apart),
        cmocka_unit_test(aligns_phrases),
        cmocka_unit_test(says_languages_by_their_voices),
    };
    return cmocka_run_group_tests_name("speech", tests, NULL, teardown);
}
