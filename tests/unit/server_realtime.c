/* SPDX-License-Identifier: Apache-2.0 */
/* What clients of a live transcription say: which events are understood, what they change, and how
 * the others are refused. */
#include "server/text.h"
#include "support/session.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

/* Those of RFC 4648, section 10. */
static void test_base64(void **state)
{
    static const char *const pairs[][2] = {{"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"}, {"Zm9vYmFy", "foobar"}};
    static const char *const bad[] = {"Z", "Zg",
        "Zg=", "====", "Z===", "=Zg=", "Zg==Zg==", "Zm9v\n", "Zm9-", "Zm_v",
        "Zh==", "Zm9=", "Zm9v=", "Z\xc3\xa9g="};
    unsigned char out[16];
    size_t bytes;
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_true(text_base64_read(out, &bytes, pairs[i][0], strlen(pairs[i][0])));
        assert_int_equal(bytes, strlen(pairs[i][1]));
        assert_memory_equal(out, pairs[i][1], bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (text_base64_read(out, &bytes, bad[i], strlen(bad[i])))
            fail_msg("'%s' was read", bad[i]);
    assert_true(text_base64_read(out, &bytes, "+/+/", 4));
    assert_memory_equal(out, "\xfb\xff\xbf", 3);
}

static void say(struct realtime *r, const char *event)
{
    realtime_read(r, event, strlen(event));
}

/* The next event for the client, which must be there; to be released. */
static json_t *heard(struct realtime *r)
{
    json_error_t why;
    char *text = realtime_next(r);
    assert_non_null(text);
    json_t *event = json_loads(text, 0, &why);
    free(text);
    assert_non_null(event);
    assert_non_null(json_string_value(json_object_get(event, "event_id")));
    return event;
}

static void expect_type(struct realtime *r, const char *type)
{
    json_t *event = heard(r);
    assert_string_equal(json_string_value(json_object_get(event, "type")), type);
    json_decref(event);
}

/* An error with this code, about this parameter unless that is null. */
static void expect_error(struct realtime *r, const char *code, const char *param)
{
    json_t *event = heard(r), *error = json_object_get(event, "error");
    assert_string_equal(json_string_value(json_object_get(event, "type")), "error");
    assert_string_equal(json_string_value(json_object_get(error, "code")), code);
    if (param)
        assert_string_equal(json_string_value(json_object_get(error, "param")), param);
    assert_true(strlen(json_string_value(json_object_get(error, "message"))) > 0);
    json_decref(event);
}

static void test_update(void **state)
{
    struct realtime r;
    const char *type, *model, *language;
    int rate;
    json_t *turns;
    (void)state;
    session_init(&r);
    say(&r,
        "{\"type\":\"session.update\",\"session\":{\"type\":\"transcription\",\"audio\":{\"input\":"
        "{"
        "\"format\":{\"type\":\"audio/pcm\",\"rate\":16000},\"turn_detection\":null,"
        "\"transcription\":{\"model\":\"m\",\"language\":\"de\",\"prompt\":\"Gru\\u00df\"}}}}}");
    assert_int_equal(r.config.rate, 16000);
    assert_false(r.config.detect || r.config.beta);
    assert_string_equal(r.config.prompt, "Gru\xc3\x9f");
    json_t *event = heard(&r);
    assert_int_equal(json_unpack(event, "{ss s{s{s{s{si} s{ssss} so}}}}", "type", &type, "session",
                         "audio", "input", "format", "rate", &rate, "transcription", "model",
                         &model, "language", &language, "turn_detection", &turns),
        0);
    assert_string_equal(type, "session.updated");
    assert_int_equal(rate, 16000);
    assert_string_equal(model, "m");
    assert_string_equal(language, "de");
    assert_true(json_is_null(turns));
    json_decref(event);
    /* What an update does not name stays. */
    say(&r, "{\"type\":\"session.update\",\"session\":{\"audio\":{\"input\":{\"turn_detection\":{"
            "\"type\":\"server_vad\"}}}}}");
    expect_type(&r, "session.updated");
    assert_true(r.config.detect);
    assert_int_equal(r.config.rate, 16000);
    assert_string_equal(r.config.language, "de");
    session_free(&r);
}

static void test_beta_update(void **state)
{
    struct realtime r;
    (void)state;
    session_init(&r);
    say(&r,
        "{\"type\":\"transcription_session.update\",\"session\":{\"input_audio_format\":\"pcm16\","
        "\"input_audio_transcription\":{\"model\":\"whisper-1\",\"language\":\"fr\"},"
        "\"turn_detection\":null}}");
    expect_type(&r, "transcription_session.updated");
    assert_true(r.config.beta);
    assert_false(r.config.detect);
    assert_int_equal(r.config.rate, 24000);
    assert_string_equal(r.config.language, "fr");
    session_free(&r);
}

#define UPDATE(input)                                                                              \
    "{\"type\":\"session.update\",\"session\":{\"audio\":{\"input\":{\"format\":{\"type\":"        \
    "\"audio/pcm\","                                                                               \
    "\"rate\":16000}," input "}}}}"

static void test_refused(void **state)
{
    static const struct {
        const char *event, *code, *param;
    } cases[] = {
        {"", "invalid_event", NULL},
        {"{", "invalid_event", NULL},
        {"\"session.update\"", "invalid_event", NULL},
        {"[]", "invalid_event", "type"},
        {"{\"type\":7}", "invalid_event", "type"},
        {"{\"type\":\"response.create\"}", "invalid_event", "type"},
        {"{\"type\":\"a\",\"type\":\"b\"}", "invalid_event", NULL},
        {"{\"type\":\"\xff\"}", "invalid_event", NULL},
        {"{\"type\":\"session.update\"}", "invalid_type", "session"},
        {"{\"type\":\"session.update\",\"session\":{\"tools\":[]}}", "unknown_parameter", "tools"},
        {"{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\"}}",
            "unsupported_parameter", "session.type"},
        {"{\"type\":\"session.update\",\"session\":{\"audio\":{}}}", "invalid_type", "audio.input"},
        {UPDATE("\"turn_detection\":{\"type\":\"semantic_vad\"}"), "unsupported_parameter",
            "turn_detection"},
        {UPDATE("\"turn_detection\":\"server_vad\""), "unsupported_parameter", "turn_detection"},
        {UPDATE("\"noise_reduction\":{\"type\":\"near_field\"}"), "unsupported_parameter",
            "noise_reduction"},
        {UPDATE("\"transcription\":{\"language\":5}"), "invalid_type", "language"},
        {UPDATE("\"transcription\":{\"temperature\":0}"), "unknown_parameter", "temperature"},
        {"{\"type\":\"transcription_session.update\",\"session\":{\"input_audio_format\":\"g711_"
         "ulaw\"}}",
            "unsupported_parameter", "format"},
        {"{\"type\":\"input_audio_buffer.append\"}", "invalid_type", "audio"},
        {"{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAA\"}", "invalid_value", "audio"},
        {"{\"type\":\"input_audio_buffer.append\",\"audio\":\"AA==\"}", "invalid_value", "audio"},
        {"{\"type\":\"input_audio_buffer.commit\"}", "input_audio_buffer_commit_empty", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct realtime r;
        session_init(&r);
        struct realtime_config before = r.config;
        say(&r, cases[i].event);
        expect_error(&r, cases[i].code, cases[i].param);
        assert_null(realtime_next(&r));
        assert_null(r.first);
        assert_memory_equal(&r.config, &before, sizeof before); /* all of an update or nothing */
        session_free(&r);
    }
}

/* A session tells by the client's own name for an event which one it did not understand. */
static void test_names_of_events(void **state)
{
    struct realtime r;
    char event[800], long_name[601];
    (void)state;
    session_init(&r);
    memset(long_name, 'x', 600);
    long_name[600] = 0;
    say(&r, "{\"type\":\"no\",\"event_id\":\"mine\"}");
    json_t *told = heard(&r);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(told, "error"), "event_id")), "mine");
    json_decref(told);
    snprintf(event, sizeof event, "{\"type\":\"no\",\"event_id\":\"%s\"}", long_name);
    say(&r, event);
    told = heard(&r);
    assert_null(json_object_get(json_object_get(told, "error"), "event_id"));
    json_decref(told);
    session_free(&r);
}

/* What a sentence quotes of a client's words is cut, and still text. */
static void test_cut_words(void **state)
{
    struct realtime r;
    char event[600], name[400] = "x";
    (void)state;
    session_init(&r);
    for (int i = 0; i < 150; i++)
        strcat(name, "\xc3\xa9");
    snprintf(event, sizeof event, "{\"type\":\"%s\"}", name);
    say(&r, event);
    expect_error(&r, "invalid_event", "type");
    snprintf(event, sizeof event, "{\"type\":\"session.update\",\"session\":{\"%s\":1}}", name);
    say(&r, event);
    expect_error(&r, "unknown_parameter", NULL);
    session_free(&r);
}

static void expect_piece(struct realtime *r, enum piece_kind kind, const char *data, size_t bytes)
{
    struct piece *p = session_take(r);
    assert_non_null(p);
    assert_int_equal(p->kind, kind);
    assert_int_equal(p->bytes, bytes);
    assert_memory_equal(p->data, data, bytes);
    free(p);
}

static void test_sound(void **state)
{
    struct realtime r;
    (void)state;
    session_init(&r);
    say(&r, "{\"type\":\"input_audio_buffer.append\",\"audio\":\"\"}");
    assert_false(r.begun);
    say(&r, "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAH/fw==\"}");
    say(&r, "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AIA=\"}");
    say(&r, "{\"type\":\"input_audio_buffer.commit\"}");
    say(&r, "{\"type\":\"input_audio_buffer.append\",\"audio\":\"AAA=\"}");
    say(&r, "{\"type\":\"input_audio_buffer.clear\"}");
    expect_type(&r, "input_audio_buffer.cleared");
    assert_true(r.begun);
    assert_int_equal(r.uncounted, 8);
    expect_piece(&r, PIECE_SOUND, "\x00\x01\xff\x7f", 4);
    expect_piece(&r, PIECE_SOUND, "\x00\x80", 2);
    expect_piece(&r, PIECE_COMMIT, "", 0);
    expect_piece(&r, PIECE_SOUND, "\x00\x00", 2);
    expect_piece(&r, PIECE_CLEAR, "", 0);
    /* Nothing has come since. */
    say(&r, "{\"type\":\"input_audio_buffer.commit\"}");
    expect_error(&r, "input_audio_buffer_commit_empty", NULL);
    say(&r, "{\"type\":\"input_audio_buffer.clear\"}");
    expect_type(&r, "input_audio_buffer.cleared");
    assert_null(r.first);
    /* The thread may be reading what an update would change. */
    say(&r, UPDATE("\"turn_detection\":null"));
    expect_error(&r, "session_begun", "session");
    assert_true(r.config.detect);
    session_free(&r);
}

/* Where the client ends turns, one has five minutes at most: 16,000 samples a second of two bytes.
 */
static void test_longest_turn(void **state)
{
    enum { SECONDS = 15, DIGITS = SECONDS * 32000 / 3 * 4 };
    static const char head[] = "{\"type\":\"input_audio_buffer.append\",\"audio\":\"";
    struct realtime r;
    char *event = malloc(sizeof head + DIGITS + 8);
    (void)state;
    assert_non_null(event);
    memcpy(event, head, sizeof head);
    memset(event + sizeof head - 1, 'A', DIGITS);
    memcpy(event + sizeof head - 1 + DIGITS, "\"}", 3);
    session_init(&r);
    say(&r, UPDATE("\"turn_detection\":null"));
    expect_type(&r, "session.updated");
    for (int i = 0; i < 300 / SECONDS; i++)
        say(&r, event);
    assert_null(realtime_next(&r));
    say(&r, event);
    expect_error(&r, "buffer_full", "audio");
    assert_false(realtime_full(&r));
    session_free(&r);
    free(event);
}

static void test_too_many_mistakes(void **state)
{
    struct realtime r;
    (void)state;
    session_init(&r);
    for (int i = 0; i < 16; i++) {
        assert_false(realtime_ended(&r));
        say(&r, "no");
        expect_error(&r, "invalid_event", NULL);
    }
    expect_error(&r, "too_many_mistakes", NULL);
    assert_true(realtime_ended(&r));
    session_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_update),
        cmocka_unit_test(test_beta_update),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_names_of_events),
        cmocka_unit_test(test_cut_words),
        cmocka_unit_test(test_sound),
        cmocka_unit_test(test_longest_turn),
        cmocka_unit_test(test_too_many_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
