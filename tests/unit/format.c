/* SPDX-License-Identifier: Apache-2.0 */
/* Transcripts made by hand against the exact text of each format. */
#include "support/support.h"

#include "inhouse/format.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct text {
    char data[8192];
    size_t used;
    int calls, fail_at;
};

static int take(void *arg, const void *data, size_t n)
{
    struct text *t = arg;
    if (++t->calls == t->fail_at)
        return -1;
    assert_true(t->used + n < sizeof t->data);
    memcpy(t->data + t->used, data, n);
    t->used += n;
    t->data[t->used] = 0;
    return 0;
}

static const struct ih_word words[] = {
    {" Ask", 0.5, 0.9, 0.99f},
    {" not,", 1.0, 1.4996, 0.5f},
    {" R&D", 59.0, 59.9996, 0.25f},
};
static const int32_t tokens[] = {50364, 1029, 50414};
static const struct ih_segment segments[] = {
    {.id = 0,
        .begin = 0.5,
        .end = 1.4996,
        .text = " Ask not,",
        .tokens = tokens,
        .token_count = 3,
        .temperature = 0.2f,
        .avg_logprob = -0.25f,
        .compression_ratio = 1.5f,
        .no_speech_prob = 0.0625f,
        .words = words,
        .word_count = 2},
    {.id = 1,
        .begin = 59.0,
        .end = 59.9996,
        .text = " R&D",
        .warnings = IH_WARN_LOOP | IH_WARN_UNSURE,
        .words = words + 2,
        .word_count = 1},
};
static const struct ih_transcript transcript = {
    .text = " Ask not, R&D",
    .language = "en",
    .language_probability = 0.75f,
    .duration = 61.25,
    .speech = 2,
    .segments = segments,
    .segment_count = 2,
};

static void expect(
    const struct ih_transcript *t, const char *format, unsigned flags, const char *want)
{
    struct text got = {.used = 0};
    struct ih_error e = {0};
    assert_int_equal(ih_transcript_write(t, format, flags, take, &got, &e), IH_OK);
    assert_string_equal(got.data, want);
}

static void test_text(void **state)
{
    (void)state;
    expect(&transcript, "text", 0, "Ask not,\nR&D\n");

    static const struct ih_segment close[] = {
        {.begin = 0, .end = 1, .text = " One"},
        {.begin = 2.9, .end = 3, .text = " two"},
        {.begin = 3, .end = 4, .text = "三"},
        {.begin = 4, .end = 5, .text = "  "},
        {.begin = 5.99, .end = 6, .text = " -->\tfour"},
    };
    struct ih_transcript t = {.text = "", .segments = close, .segment_count = 5};
    expect(&t, "text", 0, "One two三 --> four\n");

    t.segment_count = 0;
    expect(&t, "text", 0, "");
    t.text = " no segments ";
    expect(&t, "text", 0, "no segments\n");
}

static void test_srt(void **state)
{
    (void)state;
    expect(&transcript, "srt", 0,
        "1\n00:00:00,500 --> 00:00:01,500\nAsk not,\n\n"
        "2\n00:00:59,000 --> 00:01:00,000\nR&D\n\n");
    expect(&transcript, "srt", IH_FORMAT_WORDS,
        "1\n00:00:00,500 --> 00:00:00,900\n<u>Ask</u> not,\n\n"
        "2\n00:00:00,900 --> 00:00:01,000\nAsk not,\n\n"
        "3\n00:00:01,000 --> 00:00:01,500\nAsk <u>not,</u>\n\n"
        "4\n00:00:59,000 --> 00:01:00,000\n<u>R&D</u>\n\n");
}

static void test_cues_are_visible(void **state)
{
    (void)state;
    struct ih_segment late = {.begin = 3, .end = 3, .text = " Thanks."};
    struct ih_transcript t = {.text = " Thanks.", .segments = &late, .segment_count = 1};
    expect(&t, "srt", 0, "1\n00:00:03,000 --> 00:00:03,100\nThanks.\n\n");
    expect(&t, "vtt", 0, "WEBVTT\n\n00:00:03.000 --> 00:00:03.100\nThanks.\n\n");
}

static void test_vtt(void **state)
{
    (void)state;
    expect(&transcript, "vtt", 0,
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nAsk not,\n\n"
        "00:00:59.000 --> 00:01:00.000\nR&amp;D\n\n");
    expect(&transcript, "vtt", IH_FORMAT_WORDS,
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\n"
        "<c>Ask</c> <00:00:01.000><c>not,</c>\n\n"
        "00:00:59.000 --> 00:01:00.000\n<c>R&amp;D</c>\n\n");
    struct ih_transcript empty = {.text = ""};
    expect(&empty, "vtt", 0, "WEBVTT\n\n");
}

static void test_tsv_and_lrc(void **state)
{
    (void)state;
    expect(&transcript, "tsv", 0, "start\tend\ttext\n500\t1500\tAsk not,\n59000\t60000\tR&D\n");
    expect(&transcript, "tsv", IH_FORMAT_WORDS,
        "start\tend\ttext\n500\t900\tAsk\n1000\t1500\tnot,\n59000\t60000\tR&D\n");
    expect(&transcript, "lrc", 0, "[00:00.50]Ask not,\n[00:59.00]R&D\n");
    expect(&transcript, "lrc", IH_FORMAT_WORDS,
        "[00:00.50]<00:00.50>Ask <00:01.00>not,\n[00:59.00]<00:59.00>R&D\n");
}

static void test_json(void **state)
{
    (void)state;
    expect(&transcript, "json", 0, "{\"text\":\"Ask not, R&D\"}\n");
    struct ih_transcript t = {
        .text = " \"a\\b\"\n\x01 \xc3\xa4 \xf0\x9f\x8e\xb5 \xff \xed\xa0\x80 \xc3"};
    expect(&t, "json", 0,
        "{\"text\":\"\\\"a\\\\b\\\"\\n\\u0001 \xc3\xa4 \xf0\x9f\x8e\xb5 \xef\xbf\xbd "
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\"}\n");
    t.text = NULL;
    expect(&t, "json", 0, "{\"text\":\"\"}\n");
}

static void test_verbose_json(void **state)
{
    (void)state;
    static const char head[] =
        "{\"task\":\"transcribe\",\"language\":\"english\",\"language_code\":\"en\","
        "\"language_probability\":0.75,\"duration\":61.25,\"speech\":2.0,\"damaged\":false,"
        "\"text\":\"Ask not, R&D\",\"segments\":["
        "{\"id\":0,\"seek\":50,\"start\":0.5,\"end\":1.5,\"text\":\" Ask not,\","
        "\"tokens\":[50364,1029,50414],\"temperature\":0.2,\"avg_logprob\":-0.25,"
        "\"compression_ratio\":1.5,\"no_speech_prob\":0.0625,\"warnings\":[]},"
        "{\"id\":1,\"seek\":5900,\"start\":59.0,\"end\":60.0,\"text\":\" R&D\",\"tokens\":[],"
        "\"temperature\":0,\"avg_logprob\":0,\"compression_ratio\":0,\"no_speech_prob\":0,"
        "\"warnings\":[\"loop\",\"unsure\"]}]";
    static const char tail[] =
        ",\"words\":[{\"word\":\"Ask\",\"start\":0.5,\"end\":0.9,\"probability\":0.99},"
        "{\"word\":\"not,\",\"start\":1.0,\"end\":1.5,\"probability\":0.5},"
        "{\"word\":\"R&D\",\"start\":59.0,\"end\":60.0,\"probability\":0.25}]";
    char want[4096];
    snprintf(want, sizeof want, "%s}\n", head);
    expect(&transcript, "verbose_json", 0, want);
    snprintf(want, sizeof want, "%s%s}\n", head, tail);
    expect(&transcript, "verbose_json", IH_FORMAT_WORDS, want);

    struct ih_transcript t = {.duration = 0.0004, .language_probability = NAN, .damaged = true};
    expect(&t, "verbose_json", IH_FORMAT_TRANSLATED,
        "{\"task\":\"translate\",\"language\":null,\"language_code\":null,"
        "\"language_probability\":null,\"duration\":0.0,\"speech\":0.0,\"damaged\":true,"
        "\"text\":\"\",\"segments\":[]}\n");
}

static void test_strange_times(void **state)
{
    (void)state;
    static const struct ih_segment odd[] = {
        {.begin = -1, .end = NAN, .text = "a"},
        {.begin = 3599.9995, .end = 2, .text = "b --> c ---> d"},
        {.begin = 359999.9994, .end = INFINITY, .text = "e\r\nf"},
    };
    struct ih_transcript t = {.segments = odd, .segment_count = 3};
    expect(&t, "srt", 0,
        "1\n00:00:00,000 --> 00:00:00,100\na\n\n"
        "2\n01:00:00,000 --> 01:00:00,100\nb -- > c --- > d\n\n"
        "3\n99:59:59,999 --> 277777:46:40,000\ne  f\n\n");
    static const struct ih_segment late[] = {
        {.begin = 59.9996, .end = 60, .text = "g"}, {.begin = 6000.004, .end = 60, .text = "h"}};
    t.segments = late;
    t.segment_count = 2;
    expect(&t, "lrc", 0, "[01:00.00]g\n[100:00.00]h\n");
}

static void test_words_asked_for_but_not_there(void **state)
{
    (void)state;
    static const struct ih_segment plain[] = {{.begin = 0, .end = 1, .text = " one"}};
    struct ih_transcript t = {.segments = plain, .segment_count = 1};
    expect(&t, "vtt", IH_FORMAT_WORDS, "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\none\n\n");
}

static void test_failures(void **state)
{
    (void)state;
    struct ih_error e = {0};
    struct text got = {.used = 0};
    assert_int_equal(ih_transcript_write(&transcript, "docx", 0, take, &got, &e), IH_INVALID);
    assert_string_equal(e.text, "'docx' is not a format: choose one of text, srt, vtt, json, "
                                "verbose_json, tsv, lrc");
    assert_int_equal(got.calls, 0);
    got.fail_at = 1;
    assert_int_equal(ih_transcript_write(&transcript, "srt", 0, take, &got, &e), IH_IO);
    assert_int_equal(got.used, 0);
    assert_int_equal(got.calls, 1);
}

static void test_piece_by_piece(void **state)
{
    (void)state;
    struct text got = {.used = 0};
    struct ih_writer *w;
    assert_int_equal(ih_writer_open(&w, "vtt", 0, take, &got, NULL), IH_OK);
    assert_int_equal(ih_writer_segment(w, &segments[0], NULL), IH_OK);
    assert_string_equal(got.data, "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nAsk not,\n\n");
    assert_int_equal(ih_writer_finish(w, NULL, NULL), IH_OK);
    ih_writer_close(&w);
    assert_null(w);

    memset(&got, 0, sizeof got);
    assert_int_equal(ih_writer_open(&w, "json", 0, take, &got, NULL), IH_OK);
    assert_int_equal(ih_writer_segment(w, &segments[0], NULL), IH_OK);
    assert_int_equal(got.used, 0);
    assert_int_equal(ih_writer_finish(w, &transcript, NULL), IH_OK);
    assert_string_equal(got.data, "{\"text\":\"Ask not, R&D\"}\n");
    ih_writer_close(&w);
}

static void test_every_format_is_described(void **state)
{
    (void)state;
    int count;
    const struct ih_format *f = ih_formats(&count);
    assert_int_equal(count, 7);
    for (int i = 0; i < count; i++) {
        assert_ptr_equal(ih_format_find(f[i].name, NULL), &f[i]);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(f[i].suffix, f[j].suffix);
    }
    for (unsigned bit = IH_WARN_LOOP; bit <= IH_WARN_TRUNCATED; bit <<= 1) {
        assert_non_null(ih_warning_name(bit));
        assert_non_null(ih_warning_text(bit));
    }
    assert_null(ih_warning_name(1u << 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_srt),
        cmocka_unit_test(test_cues_are_visible),
        cmocka_unit_test(test_vtt),
        cmocka_unit_test(test_tsv_and_lrc),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_verbose_json),
        cmocka_unit_test(test_strange_times),
        cmocka_unit_test(test_words_asked_for_but_not_there),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_piece_by_piece),
        cmocka_unit_test(test_every_format_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
