/* SPDX-License-Identifier: Apache-2.0 */
/* SSML to a script: what is said how, where it comes from, and what is refused. */
#include "speech/ssml.h"
#include "speech/ssml_values.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct script s;
    struct warnings w;
    struct ih_error e;
    enum ih_status status;
    const char *input;
};

static struct fixture f;

static void read_bytes(const char *text, size_t n)
{
    script_free(&f.s);
    memset(&f, 0, sizeof f);
    script_init(&f.s);
    f.input = text;
    f.status = ssml_read(&f.s, text, n, &f.w, &f.e);
}

static void read_text(const char *text)
{
    read_bytes(text, strlen(text));
    if (f.status)
        fail_msg("%s", f.e.text);
}

static int teardown(void **state)
{
    (void)state;
    script_free(&f.s);
    return 0;
}

/* The run in which a stretch of the text lies. */
static const struct run *run_of(const char *text)
{
    const char *at = strstr(str_text(&f.s.text), text);
    assert_non_null(at);
    int count;
    const struct run *run = script_runs(&f.s, &count);
    size_t place = (size_t)(at - str_text(&f.s.text));
    for (int i = 0; i < count; i++)
        if (place >= run[i].begin && place < run[i].end)
            return &run[i];
    fail_msg("%s is in no run", text);
    return NULL;
}

static const struct manner *manner_of(const char *text)
{
    return script_manners(&f.s) + run_of(text)->manner;
}

static void expect_close(float got, float want)
{
    if (fabsf(got - want) > 1e-3f)
        fail_msg("%g is not %g", (double)got, (double)want);
}

static void reads_plain_elements(void **state)
{
    (void)state;
    read_text("<speak version='1.1' xml:lang='en-GB'><p><s>One.</s><s>Two</s></p>three</speak>");
    assert_string_equal(str_text(&f.s.text), "One.Twothree");
    assert_string_equal(manner_of("three")->language, "en-gb");
    int count;
    const struct event *event = script_events(&f.s, &count);
    static const struct {
        enum event_kind kind;
        size_t at;
    } want[] = {{EVENT_PARAGRAPH, 0}, {EVENT_SENTENCE, 0}, {EVENT_SENTENCE, 4}, {EVENT_SENTENCE, 4},
        {EVENT_SENTENCE, 7}, {EVENT_PARAGRAPH, 7}};
    assert_int_equal(count, 6);
    for (int i = 0; i < count; i++) {
        assert_int_equal(event[i].kind, want[i].kind);
        assert_int_equal(event[i].at, want[i].at);
    }
    assert_null(warnings_next(&f.w));
}

/* A voice of one's own, as Azure's texts name it. */
static void reads_embeddings(void **state)
{
    (void)state;
    read_text(
        "<speak xmlns:mstts='x'><voice name='DragonLatestNeural'>outside "
        "<mstts:ttsembedding speakerProfileId='berg'>inside</mstts:ttsembedding></voice></speak>");
    assert_string_equal(manner_of("outside")->voice, "DragonLatestNeural");
    assert_string_equal(manner_of("inside")->voice, "berg");
    assert_null(warnings_next(&f.w));
}

static void reads_manners(void **state)
{
    (void)state;
    read_text("<speak>plain <voice name='anna'>anna <mstts:express-as style='calm' "
              "styledegree='1.5'>calm</mstts:express-as></voice> <prosody rate='+20%' "
              "pitch='-2st' volume='-6dB'>outer <prosody rate='50%'>inner</prosody></prosody> "
              "<lang xml:lang='fr'>bonjour</lang> <say-as interpret-as='date' "
              "format='dmy'>1.2.2026</say-as></speak>");
    assert_null(manner_of("plain")->voice);
    expect_close(manner_of("plain")->rate, 1);
    assert_string_equal(manner_of("anna")->voice, "anna");
    assert_null(manner_of("anna")->style);
    assert_string_equal(manner_of("calm")->voice, "anna");
    assert_string_equal(manner_of("calm")->style, "calm");
    expect_close(manner_of("calm")->degree, 1.5f);
    expect_close(manner_of("outer")->rate, 1.2f);
    expect_close(manner_of("outer")->pitch, -2);
    expect_close(manner_of("outer")->volume, 0.5012f); /* 10^(-6/20) */
    expect_close(manner_of("inner")->rate, 0.6f);
    expect_close(manner_of("inner")->pitch, -2);
    assert_string_equal(manner_of("bonjour")->language, "fr");
    assert_string_equal(manner_of("1.2")->say_as, "date");
    assert_string_equal(manner_of("1.2")->format, "dmy");
    assert_null(warnings_next(&f.w));
}

static void reads_what_is_said_instead(void **state)
{
    (void)state;
    read_text("<speak><sub alias='World Wide Web'>WWW</sub> <phoneme alphabet='ipa' "
              "ph='t&#x259;&#x2c8;me&#x26a;to&#x28a;'>tomato</phoneme> <phoneme ph='a'/></speak>");
    assert_int_equal(run_of("WWW")->kind, RUN_ALIAS);
    assert_string_equal(run_of("WWW")->said, "World Wide Web");
    assert_int_equal(run_of("tomato")->kind, RUN_PHONEMES);
    assert_string_equal(run_of("tomato")->said, "təˈmeɪtoʊ");
    assert_string_equal(run_of(SCRIPT_OBJECT)->said, "a");
    size_t begin = run_of(SCRIPT_OBJECT)->begin, end = run_of(SCRIPT_OBJECT)->end;
    assert_int_equal(script_source(&f.s, begin), strstr(f.input, "<phoneme ph='a'/>") - f.input);
    assert_int_equal(script_source_end(&f.s, end), strstr(f.input, "</speak>") - f.input);
}

static void knows_where_text_comes_from(void **state)
{
    (void)state;
    read_text(
        "<speak>a &amp; b\r\n  <mark name='m'/><![CDATA[<c>]]> d\xc3\xa9\xf0\x9f\x98\x80</speak>");
    const char *text = str_text(&f.s.text);
    assert_string_equal(text, "a & b   <c> d\xc3\xa9\xf0\x9f\x98\x80");
    static const struct {
        const char *text, *input;
    } cases[] = {{"a &", "a &"}, {"& b", "&amp;"}, {"b ", "b\r"}, {"<c>", "<c>"}, {"d", "d\xc3"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = (size_t)(strstr(text, cases[i].text) - text);
        assert_int_equal(script_source(&f.s, at), strstr(f.input, cases[i].input) - f.input);
    }
    assert_int_equal(script_source(&f.s, f.s.text.size), strlen(f.input));
    int count;
    const struct event *event = script_events(&f.s, &count);
    assert_int_equal(count, 1);
    assert_string_equal(event->name, "m");
    assert_int_equal(event->at, strstr(text, "<c>") - text);
}

static void repairs_text(void **state)
{
    (void)state;
    static const char text[] = "<speak>a\xff z</speak>";
    read_bytes(text, sizeof text - 1);
    assert_int_equal(f.status, IH_OK);
    assert_string_equal(str_text(&f.s.text), "a\xef\xbf\xbd z");
    size_t at = f.s.text.size - 1;
    assert_int_equal(script_source(&f.s, at), 10);
}

static void warns_of_the_unknown(void **state)
{
    (void)state;
    read_text("<speak><mstts:backgroundaudio src='x'/><wobble>text</wobble><metadata>not "
              "this</metadata><prosody contour='(0%,+20Hz)'>z</prosody></speak>");
    assert_string_equal(str_text(&f.s.text), "textz");
    assert_non_null(strstr(warnings_next(&f.w), "<mstts:backgroundaudio>"));
    assert_non_null(strstr(warnings_next(&f.w), "<wobble>"));
    assert_non_null(strstr(warnings_next(&f.w), "contour of <prosody>"));
    assert_null(warnings_next(&f.w));
}

static void refuses(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"<speak>\n<break time='2 weeks'/></speak>", "line 2: time=\"2 weeks\" of <break>"},
        {"<speak><break time='61s'/></speak>", "at most 60s"},
        {"<speak><break strength='huge'/></speak>", "strength=\"huge\""},
        {"<speak><prosody rate='warp'>x</prosody></speak>", "rate=\"warp\""},
        {"<speak><prosody pitch='200Hz'>x</prosody></speak>", "pitch=\"200Hz\""},
        {"<speak><prosody volume='11'>x</prosody><prosody volume='-x'>y</prosody></speak>",
            "volume=\"-x\""},
        {"<speak><emphasis level='wow'>x</emphasis></speak>", "level=\"wow\""},
        {"<speak><say-as>x</say-as></speak>", "<say-as> needs the attribute interpret-as"},
        {"<speak><sub>x</sub></speak>", "<sub> needs the attribute alias"},
        {"<speak><mark/></speak>", "<mark> needs the attribute name"},
        {"<speak><bookmark/></speak>", "<bookmark> needs the attribute mark"},
        {"<speak><phoneme ph='QQ'>x</phoneme></speak>", "'Q' (U+0051) is not a sign of IPA"},
        {"<speak><phoneme ph=' '>x</phoneme></speak>", "is empty"},
        {"<speak><phoneme alphabet='x-sampa' ph='a'>x</phoneme></speak>", "only ipa is known"},
        {"<speak><lang xml:lang='x!'>x</lang></speak>", "xml:lang=\"x!\" is no language"},
        {"<speak><lang>x</lang></speak>", "<lang> needs the attribute lang"},
        {"<speak><mstts:ttsembedding>x</mstts:ttsembedding></speak>",
            "<ttsembedding> needs the attribute speakerProfileId"},
        {"<speak><mstts:express-as style='a' styledegree='9'>x</mstts:express-as></speak>",
            "styledegree=\"9\""},
        {"<speak><audio src='x.wav'/></speak>", "<audio> is not supported"},
        {"<speak><p><p>x</p></p></speak>", "<p> may not stand inside of a paragraph"},
        {"<speak><s><s>x</s></s></speak>", "<s> may not stand inside of a sentence"},
        {"<speak><s><p>x</p></s></speak>", "<p> may not stand inside"},
        {"<speak><sub alias='a'><break/></sub></speak>", "<break> may not stand inside of <sub>"},
        {"<speak><break>x</break></speak>", "<break> may not have anything in it"},
        {"<speak><speak>x</speak></speak>", "<speak> may not stand inside"},
        {"<p>x</p>", "SSML begins with <speak>, not with <p>"},
        {"<speak>\n\nx", "line 3: no element found"},
        {"<speak><p>x</s></speak>", "line 1: mismatched tag"},
        {"<speak>x & y</speak>", "not well-formed"},
        {"<speak>&nbsp;</speak>", "undefined entity"},
        {"", "no element found"},
        {"<!DOCTYPE speak [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><speak>&b;</speak>",
            "a document type (<!DOCTYPE) is not allowed"},
        {"<!DOCTYPE speak SYSTEM 'file:///etc/passwd'><speak>x</speak>", "<!DOCTYPE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        read_bytes(cases[i][0], strlen(cases[i][0]));
        if (f.status != IH_INVALID)
            fail_msg("%s is taken", cases[i][0]);
        if (strncmp(f.e.text, "SSML, line ", 11) != 0 || !strstr(f.e.text, cases[i][1]))
            fail_msg("%s: \"%s\" does not say \"%s\"", cases[i][0], f.e.text, cases[i][1]);
    }
}

static void limits_depth(void **state)
{
    (void)state;
    enum { DEEP = 100 };
    static char text[DEEP * 40];
    strcpy(text, "<speak>");
    for (int i = 0; i < DEEP; i++)
        strcat(text, "<emphasis>");
    read_bytes(text, strlen(text));
    assert_int_equal(f.status, IH_INVALID);
    assert_non_null(strstr(f.e.text, "nested more than 64 deep"));
}

static void tells_ssml(void **state)
{
    (void)state;
    static const char *const yes[] = {"<speak>", " \n<speak version='1.0'>", "\xef\xbb\xbf<speak>",
        "<?xml version='1.0'?><speak>"};
    static const char *const no[] = {"", "<", "<speaker>", "say <speak>", "<spea"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(ssml_begins(yes[i], strlen(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(ssml_begins(no[i], strlen(no[i])));
}

static void reads_values(void **state)
{
    (void)state;
    float v = 7;
    static const struct {
        bool (*read)(const char *, float *);
        const char *text;
        float want; /* 99: none */
    } cases[] = {{ssml_rate, "fast", 1.33f}, {ssml_rate, "120%", 1.2f}, {ssml_rate, "+20%", 1.2f},
        {ssml_rate, "-50%", 0.5f}, {ssml_rate, "1.5", 1.5f}, {ssml_rate, ".5", 0.5f},
        {ssml_rate, "0", 99}, {ssml_rate, "-100%", 99}, {ssml_rate, "20x", 99}, {ssml_rate, "", 99},
        {ssml_rate, "99999999999999999999", 99}, {ssml_pitch, "+2st", 2},
        {ssml_pitch, "-1.5st", -1.5f}, {ssml_pitch, "+100%", 12}, {ssml_pitch, "-50%", -12},
        {ssml_pitch, "high", 2}, {ssml_pitch, "2", 99}, {ssml_pitch, "+25st", 99},
        {ssml_pitch, "-100%", 99}, {ssml_volume, "silent", 0}, {ssml_volume, "50", 0.5f},
        {ssml_volume, "+6dB", 1.9953f}, {ssml_volume, "+10", 1.1f}, {ssml_volume, "80%", 0.8f},
        {ssml_volume, "-1.", 99}, {ssml_time, "250ms", 0.25f}, {ssml_time, "1.5s", 1.5f},
        {ssml_time, "1", 99}, {ssml_time, "-1s", 99}, {ssml_time, "1e3s", 99},
        {ssml_strength, "none", 0}, {ssml_strength, "medium", 0.75f}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        v = 99;
        bool good = cases[i].read(cases[i].text, &v);
        if (good != (cases[i].want < 99) || fabsf(v - cases[i].want) > 1e-3f)
            fail_msg("\"%s\" is %g, not %g", cases[i].text, (double)v, (double)cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_elements),
        cmocka_unit_test(reads_embeddings),
        cmocka_unit_test(reads_manners),
        cmocka_unit_test(reads_what_is_said_instead),
        cmocka_unit_test(knows_where_text_comes_from),
        cmocka_unit_test(repairs_text),
        cmocka_unit_test(warns_of_the_unknown),
        cmocka_unit_test(refuses),
        cmocka_unit_test(limits_depth),
        cmocka_unit_test(tells_ssml),
        cmocka_unit_test(reads_values),
    };
    return cmocka_run_group_tests_name("speech_ssml", tests, NULL, teardown);
}
