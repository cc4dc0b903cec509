/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include "inhouse/audio.h"
#include "inhouse/format.h"
#include "inhouse/options.h"
#include "tasks/style.h"

#include <stdio.h>
#include <string.h>

static const unsigned cli = IH_ON_COMMAND_LINE;

static void set(struct ih_request *r, const char *name, const char *value)
{
    struct ih_error e = {0};
    if (ih_option_set(r, name, value, cli, &e) != IH_OK)
        fail_msg("%s=%s: %s", name, value ? value : "", e.text);
}

static void refuse(const char *name, const char *value, const char *sentence)
{
    struct ih_request r, before;
    struct ih_error e = {0};
    memset(&r, 0, sizeof r);
    ih_request_defaults(&r, IH_TRANSCRIBE);
    memcpy(&before, &r, sizeof r);
    assert_int_equal(ih_option_set(&r, name, value, cli, &e), IH_INVALID);
    assert_string_equal(e.text, sentence);
    assert_memory_equal(&r, &before, sizeof r);
}

static void test_values_reach_their_fields(void **state)
{
    (void)state;
    struct ih_request r;
    ih_request_defaults(&r, IH_TRANSCRIBE);
    set(&r, "beam", "5");
    set(&r, "best-of", "3");
    set(&r, "no_speech_limit", "0.25");
    set(&r, "logprob-limit", "-1.5");
    set(&r, "seed", "9007199254740992");
    set(&r, "task", "translate");
    set(&r, "compute", "int8");
    set(&r, "tier", "avx2");
    set(&r, "format", "srt,verbose_json");
    set(&r, "words", NULL);
    set(&r, "condition", "off");
    set(&r, "vad", NULL);
    set(&r, "prompt", "");
    assert_int_equal(r.transcribe.beam, 5);
    assert_int_equal(r.transcribe.best_of, 3);
    assert_true(r.transcribe.no_speech_limit == 0.25f);
    assert_true(r.transcribe.logprob_limit == -1.5f);
    assert_true(r.transcribe.seed == 9007199254740992u);
    assert_true(r.transcribe.translate);
    assert_int_equal(r.compute, IH_COMPUTE_INT8);
    assert_string_equal(r.tier, "avx2");
    assert_string_equal(r.format, "srt,verbose_json");
    assert_true(r.transcribe.words);
    assert_false(r.transcribe.condition);
    assert_string_equal(r.transcribe.vad, "auto");
    assert_string_equal(r.transcribe.prompt, "");
}

static void test_bad_values_are_refused(void **state)
{
    (void)state;
    refuse("beam", "-1", "beam must be a whole number from 0 to 32, not '-1'");
    refuse("beam", "33", "beam must be a whole number from 0 to 32, not '33'");
    refuse("beam", "5x", "beam must be a whole number from 0 to 32, not '5x'");
    refuse("beam", "", "beam must be a whole number from 0 to 32, not ''");
    refuse("beam", "99999999999999999999",
        "beam must be a whole number from 0 to 32, not '99999999999999999999'");
    refuse("temperature", "1.01", "temperature must be a number from 0 to 1, not '1.01'");
    refuse("temperature", "nan", "temperature must be a number from 0 to 1, not 'nan'");
    refuse("temperature", "0,5", "temperature must be a number from 0 to 1, not '0,5'");
    refuse("temperature", "1e-1", "temperature must be a number from 0 to 1, not '1e-1'");
    refuse("temperature", ".", "temperature must be a number from 0 to 1, not '.'");
    refuse("words", "maybe", "words must be true or false, not 'maybe'");
    refuse("beam", NULL, "beam needs a value (N)");
    refuse("task", "translat",
        "task must be one of transcribe, translate, not 'translat'; did you mean 'translate'?");
    refuse("compute", "fp8", "compute must be one of auto, f32, bf16, int8, int4, not 'fp8'");
    refuse("format", "srt,,vtt",
        "format must be one of text, srt, vtt, json, verbose_json, tsv, lrc, not ''");
    refuse("format", "srt,docx",
        "format must be one of text, srt, vtt, json, verbose_json, tsv, lrc, not 'docx'");
}

static void test_unknown_names_get_a_suggestion(void **state)
{
    (void)state;
    refuse("langauge", "en", "there is no option 'langauge'; did you mean 'language'?");
    refuse("temprature", "0", "there is no option 'temprature'; did you mean 'temperature'?");
    refuse("best-fo", "2", "there is no option 'best-fo'; did you mean 'best_of'?");
    refuse("zzz", "2", "there is no option 'zzz'");
    refuse("", "2", "there is no option ''");
}

static void test_surfaces_are_kept_apart(void **state)
{
    (void)state;
    struct ih_request r;
    struct ih_error e = {0};
    ih_request_defaults(&r, IH_TRANSCRIBE);
    assert_int_equal(ih_option_set(&r, "output", "/etc", IH_ON_HTTP, &e), IH_INVALID);
    assert_int_equal(ih_option_set(&r, "threads", "4", IH_ON_HTTP, &e), IH_INVALID);
    assert_int_equal(ih_option_set(&r, "threads", "4", IH_ON_CONFIG, &e), IH_OK);
    assert_int_equal(ih_option_set(&r, "beam", "4", IH_ON_HTTP, &e), IH_OK);
}

/* What a field says as text must be taken back and change nothing. */
static void test_defaults_round_trip(void **state)
{
    (void)state;
    int count;
    const struct ih_option *o = ih_options(&count);
    struct ih_request r, again;
    memset(&r, 0, sizeof r);
    memset(&again, 0, sizeof again);
    for (int i = 0; i < count; i++) {
        enum ih_task task = o[i].tasks & IH_SPEAK  ? IH_SPEAK
                            : o[i].tasks & IH_DRAW ? IH_DRAW
                            : o[i].tasks & IH_CHAT ? IH_CHAT
                                                   : IH_TRANSCRIBE;
        ih_request_defaults(&r, task);
        ih_request_defaults(&again, task);
        char text[64];
        int n = ih_option_text(&o[i], &r, text, sizeof text);
        assert_true(n >= 0 && (size_t)n < sizeof text);
        if (n > 0)
            set(&again, o[i].name, text);
        assert_memory_equal(&r, &again, sizeof r);
    }
}

/* Names, letters and help stay usable as flags and as JSON fields. */
static void test_table_is_sound(void **state)
{
    (void)state;
    int count;
    const struct ih_option *o = ih_options(&count);
    for (int i = 0; i < count; i++) {
        for (unsigned task = IH_TRANSCRIBE; task <= IH_CHAT; task <<= 1)
            if (o[i].tasks & task)
                assert_ptr_equal(ih_option_find(o[i].name, task), &o[i]);
        assert_true(o[i].tasks != 0);
        assert_int_equal(strspn(o[i].name, "abcdefghijklmnopqrstuvwxyz_"), strlen(o[i].name));
        assert_true(o[i].offset + o[i].size <= sizeof(struct ih_request));
        assert_true(strlen(o[i].help) <= 90);
        assert_true((o[i].type == IH_OPTION_BOOL) == (o[i].value == NULL));
        for (int j = 0; j < i; j++) {
            if (!(o[i].tasks & o[j].tasks))
                continue;
            assert_true(!o[i].letter || o[i].letter != o[j].letter);
            assert_true(o[i].offset != o[j].offset);
        }
    }
}

static void test_formats_agree_with_the_writers(void **state)
{
    (void)state;
    int count;
    const struct ih_format *formats = ih_formats(&count);
    const struct ih_option *o = ih_option_find("format", IH_TRANSCRIBE);
    for (int i = 0; i < count; i++)
        assert_string_equal(o->choices[i], formats[i].name);
    assert_null(o->choices[count]);
    o = ih_option_find("format", IH_SPEAK);
    for (count = 0; ih_audio_format(count); count++)
        assert_string_equal(o->choices[count], ih_audio_format(count)->name);
    assert_null(o->choices[count]);
    o = ih_option_find("format", IH_DRAW);
    for (count = 0; ih_picture_format(count); count++)
        assert_string_equal(o->choices[count], ih_picture_format(count)->name);
    assert_null(o->choices[count]);
}

static void test_drawing(void **state)
{
    (void)state;
    struct ih_request r;
    struct ih_error e = {0};
    ih_request_defaults(&r, IH_DRAW);
    assert_true(r.draw.strength == 1 && r.draw.seed == IH_SEED_NEW && r.count == 1);
    set(&r, "size", "640x480");
    set(&r, "steps", "20");
    set(&r, "seed", "7");
    set(&r, "guidance", "4.5");
    set(&r, "preview-file", "now.png");
    assert_string_equal(r.size, "640x480");
    assert_int_equal(r.draw.steps, 20);
    assert_true(r.draw.seed == 7 && r.draw.guidance == 4.5f);
    assert_string_equal(r.preview_file, "now.png");
    set(&r, "seed", "-1");
    assert_true(r.draw.seed == IH_SEED_NEW);
    assert_int_equal(ih_option_set(&r, "seed", "-2", cli, &e), IH_INVALID);
    assert_int_equal(ih_option_set(&r, "format", "wav", cli, &e), IH_INVALID);
    assert_string_equal(e.text, "format must be one of png, jpeg, webp, not 'wav'");
    /* Files of the machine are nothing that a request from elsewhere may name. */
    static const char *const files[] = {"image", "mask", "output", "sheet", "again"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(ih_option_set(&r, files[i], "x", IH_ON_HTTP, &e), IH_INVALID);
}

static void test_tasks_are_kept_apart(void **state)
{
    (void)state;
    struct ih_request r;
    struct ih_error e = {0};
    ih_request_defaults(&r, IH_SPEAK);
    assert_true(r.speak.speed == 1 && r.speak.volume == 1 && r.speak.style_degree == 1);
    set(&r, "speed", "1.5");
    set(&r, "pitch", "-2");
    set(&r, "voice", "anna:0.7+ben:0.3");
    set(&r, "language", "de");
    set(&r, "format", "opus");
    set(&r, "words", "a.srt");
    set(&r, "check", NULL);
    set(&r, "style", "joy"); /* suggestions are no limits */
    assert_true(r.speak.speed == 1.5f && r.speak.pitch == -2);
    assert_string_equal(r.speak.voice, "anna:0.7+ben:0.3");
    assert_string_equal(r.speak.language, "de");
    assert_null(r.transcribe.language);
    assert_string_equal(r.format, "opus");
    assert_string_equal(r.captions, "a.srt");
    assert_string_equal(r.checker, "auto");
    assert_int_equal(ih_option_set(&r, "beam", "4", cli, &e), IH_INVALID);
    assert_string_equal(e.text, "there is no option 'beam'");
    assert_int_equal(ih_option_set(&r, "format", "srt", cli, &e), IH_INVALID);
    assert_string_equal(
        e.text, "format must be one of wav, flac, mp3, opus, aac, m4a, pcm, not 'srt'");
    assert_int_equal(ih_option_set(&r, "speed", "5", cli, &e), IH_INVALID);
    assert_string_equal(e.text, "speed must be a number from 0.25 to 4, not '5'");
    refuse("voice", "anna", "there is no option 'voice'");
}

/* Every style has its numbers, and every name that a person may give is one. */
static void test_styles(void **state)
{
    (void)state;
    static const char *const also[] = {
        "Joy", "EMPATHY", "excitement", "customerservice", "poetry-reading", "narration_relaxed"};
    struct style s, same;
    struct ih_error e = {0};
    for (int i = 0; style_names[i]; i++) {
        assert_int_equal(style_find(&s, style_names[i], 1, &e), IH_OK);
        assert_true(s.speed > 0.5f && s.speed < 2 && s.breathiness >= 0 && s.breathiness <= 1);
    }
    for (size_t i = 0; i < sizeof also / sizeof *also; i++)
        assert_int_equal(style_find(&s, also[i], 1, &e), IH_OK);
    style_find(&s, "joy", 1, &e);
    style_find(&same, "cheerful", 1, &e);
    assert_memory_equal(&s, &same, sizeof s);
    style_find(&s, NULL, 2, &e);
    assert_true(s.speed == 1 && s.pitch == 0 && s.range == 1 && s.energy == 1);
    style_find(&s, "whispering", 2, &e);
    assert_true(s.breathiness == 1);
    assert_int_equal(style_find(&s, "exited", 1, &e), IH_INVALID);
    assert_string_equal(e.text, "there is no style 'exited'; did you mean 'excited'?");
}

static void test_closest(void **state)
{
    (void)state;
    static const char *const words[] = {"transcribe", "models", "doctor", "version", NULL};
    assert_string_equal(ih_closest("trancsribe", words), "transcribe");
    assert_string_equal(ih_closest("model", words), "models");
    assert_string_equal(ih_closest("doctro", words), "doctor");
    assert_null(ih_closest("sing", words));
    assert_null(ih_closest("", words));
    assert_null(ih_closest("a-word-that-is-far-too-long-to-be-meant-seriously", words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_reach_their_fields),
        cmocka_unit_test(test_bad_values_are_refused),
        cmocka_unit_test(test_unknown_names_get_a_suggestion),
        cmocka_unit_test(test_surfaces_are_kept_apart),
        cmocka_unit_test(test_defaults_round_trip),
        cmocka_unit_test(test_table_is_sound),
        cmocka_unit_test(test_formats_agree_with_the_writers),
        cmocka_unit_test(test_tasks_are_kept_apart),
        cmocka_unit_test(test_drawing),
        cmocka_unit_test(test_styles),
        cmocka_unit_test(test_closest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
