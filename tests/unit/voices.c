/* SPDX-License-Identifier: Apache-2.0 */
/* Voice profiles: made, written, read, refused, expired and revoked. */
#include "support/sine.h"
#include "support/support.h"

#include "base/base64.h"
#include "inhouse/audio.h"
#include "inhouse/speak.h"
#include "inhouse/voices.h"
#include "media/digest.h"
#include "tasks/consent.h"
#include "tasks/profile.h"
#include "tasks/timestamp.h"
#include "tasks/voice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char sentence[] =
    "I am Anna Berg, and I allow Example Ltd to make a synthetic version of my voice.";

/* RFC 4648, section 10. */
static void test_base64(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    static const char *const bad[] = {
        "Z", "Zg", "Zg=", "Zg==Zg==", "Z===", "====", "Zm9v\n", "Zm-v"};
    char text[32], back[32];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t n = strlen(pairs[i][0]), m = strlen(pairs[i][1]);
        base64_encode(text, pairs[i][0], n);
        assert_string_equal(text, pairs[i][1]);
        assert_int_equal(base64_length(n), m);
        assert_int_equal(base64_decode(back, sizeof back, text, m), n);
        assert_memory_equal(back, pairs[i][0], n);
        if (n)
            assert_int_equal(base64_decode(back, n - 1, text, m), -1);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(base64_decode(back, sizeof back, bad[i], strlen(bad[i])), -1);
}

/* Seconds as date(1) gives them. */
static void test_timestamps(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } known[] = {{0, "1970-01-01T00:00:00Z"}, {951782400, "2000-02-29T00:00:00Z"},
        {1795595400, "2026-11-25T08:30:00Z"}, {4107542399, "2100-02-28T23:59:59Z"},
        {4107542400, "2100-03-01T00:00:00Z"}, {253402300799, "9999-12-31T23:59:59Z"}};
    static const char *const bad[] = {"", "2026", "2026-11", "2026-13-01", "2026-02-29",
        "2100-02-29", "2026-11-31", "2026-11-25T", "2026-11-25T24:00", "2026-11-25T08:30:00+01",
        "26-11-25", "2026-11-25x", "1969-12-31", "tomorrow"};
    char text[TIMESTAMP_SIZE];
    int64_t seconds;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        timestamp_write(text, known[i].seconds);
        assert_string_equal(text, known[i].text);
        assert_true(timestamp_read(text, &seconds));
        assert_true(seconds == known[i].seconds);
    }
    assert_true(timestamp_read("2026-11-25", &seconds) && seconds == 1795564800);
    assert_true(timestamp_read("2026-11-25 08:30", &seconds) && seconds == 1795595400);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (timestamp_read(bad[i], &seconds))
            fail_msg("'%s' was taken for a time", bad[i]);
}

/* FIPS 180-4's examples. */
static void test_digest(void **state)
{
    (void)state;
    char hex[DIGEST_HEX];
    struct ih_error e;
    assert_int_equal(digest_bytes(hex, "abc", 3, &e), IH_OK);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(digest_file(hex, temp_file("empty", "", 0), &e), IH_OK);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(digest_file(hex, "nowhere", &e), IH_NOT_FOUND);
}

static void test_consent(void **state)
{
    (void)state;
    static const struct {
        const char *heard;
        bool given;
    } cases[] = {
        {sentence, true},
        {"i am anna berg and i allow example limited to make a synthetic version of my voice",
            true},
        {"I'm Hannah Burke, and I allow Example LTD to make a synthetic version of my voice", true},
        {"I am Anna Berg, and I do not allow Example Ltd to make a synthetic version of my voice.",
            false},
        {"I am Anna Berg, and I never allow Example Ltd to make a synthetic version of my voice.",
            false},
        {"I am Anna Berg, and I can't allow Example Ltd to make a synthetic version of my voice.",
            false},
        {"I am Anna Berg, and I have Example Ltd to make a synthetic version of my voice.", false},
        {"Good morning, how are you today?", false},
        {"I allow", false},
        {"", false},
    };
    char text[256];
    bool given;
    struct ih_error e;
    ih_consent_sentence("en", "Anna Berg", "Example Ltd", text, sizeof text);
    assert_string_equal(text, sentence);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(consent_given(&given, "en", sentence, cases[i].heard, &e), IH_OK);
        if (given != cases[i].given)
            fail_msg("'%s' counts as %s", cases[i].heard, given ? "given" : "not given");
    }
    ih_consent_sentence("de-AT", "Anna", NULL, text, sizeof text);
    assert_string_equal(text, "Ich bin Anna und erlaube dem Besitzer dieses Geräts, eine "
                              "künstliche Version meiner Stimme "
                              "herzustellen.");
    assert_int_equal(
        consent_given(&given, "de", text,
            "ich bin Anna und erlaube dem Besitzer dieses Geräts nicht eine künstliche "
            "Version meiner Stimme herzustellen",
            &e),
        IH_OK);
    assert_false(given);
    ih_consent_sentence(
        "fi", "Dr. No", NULL, text, sizeof text); /* English; a name is no refusal */
    assert_int_equal(consent_given(&given, "fi", text, text, &e), IH_OK);
    assert_true(given);
}

static int to_file(void *arg, const void *data, size_t n)
{
    return fwrite(data, 1, n, arg) == n ? 0 : -1;
}

/* A tone as a WAV file in the tests' folder. */
static const char *tone_file(const char *name, double hertz, double seconds, float loud)
{
    char *data = NULL;
    size_t size = 0;
    struct ih_error e;
    struct ih_audio_writer *w;
    struct ih_audio_writer_options o = {.rate = SINE_RATE};
    FILE *f = open_memstream(&data, &size);
    assert_non_null(f);
    struct ih_audio_sink sink = {.arg = f, .write = to_file};
    assert_int_equal(ih_audio_writer_open(&w, &sink, &o, &e), IH_OK);
    for (int64_t i = 0; i < (int64_t)(seconds * SINE_RATE); i++) {
        float x = loud * (float)sin(2 * M_PI * hertz * (double)i / SINE_RATE);
        ih_audio_writer_write(w, &x, 1, &e);
    }
    ih_audio_writer_close(&w);
    fclose(f);
    const char *path = temp_file(name, data, size);
    free(data);
    return path;
}

static struct ih_profile_request anna(struct sine *reader)
{
    return (struct ih_profile_request){.name = "berg",
        .about = "the voice of the house",
        .clip = tone_file("clip.wav", 220, 6, 0.3f),
        .statement = tone_file("statement.wav", 220, 3, 0.3f),
        .who = "Anna Berg",
        .company = "Example Ltd",
        .reader = (struct ih_model *)reader};
}

static const char *const reads_it[] = {sentence, NULL};

static struct ih_profile *make(struct sine *s, const struct ih_profile_request *r)
{
    struct ih_profile *p;
    struct ih_error e;
    if (ih_profile_create(&p, (struct ih_model *)s, r, &e))
        fail_msg("%s", e.text);
    return p;
}

static void test_a_person(void **state)
{
    (void)state;
    struct sine s, reader;
    struct ih_error e;
    char path[512], hex[DIGEST_HEX];
    struct stat st;
    sine_init(&s, "tones");
    sine_init(&reader, "reader");
    reader.hears = reads_it;
    struct ih_profile_request r = anna(&reader);
    r.style = "calm";
    r.speed = 1.1f;
    r.lexicon = "# words\nBerg bɛɐk\n";
    struct ih_profile *p = make(&s, &r), *again;
    assert_int_equal(ih_profile_save(p, temp_dir(), false, &e), IH_OK);
    assert_int_equal(ih_profile_save(p, temp_dir(), false, &e), IH_INVALID);
    assert_int_equal(ih_profile_save(p, temp_dir(), true, &e), IH_OK);
    ih_profile_path(temp_dir(), "berg", path, sizeof path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600); /* somebody's voice is nobody else's to read */
    if (ih_profile_open(&again, path, &e))
        fail_msg("%s", e.text);
    const struct ih_profile_info *i = ih_profile_info(again);
    assert_string_equal(i->name, "berg");
    assert_string_equal(i->about, "the voice of the house");
    assert_string_equal(i->model, "tones");
    assert_string_equal(i->style, "calm");
    assert_string_equal(i->lexicon, r.lexicon);
    assert_true(i->speed == 1.1f && i->pitch == 0 && !i->synthetic);
    assert_string_equal(i->consent.who, "Anna Berg");
    assert_string_equal(i->consent.sentence, sentence);
    assert_string_equal(i->consent.transcript, sentence);
    assert_string_equal(i->consent.reader, "reader");
    assert_int_equal(i->consent.state, IH_CONSENT_CHECKED);
    digest_file(hex, r.clip, &e);
    assert_string_equal(i->consent.clip_sha256, hex);
    digest_file(hex, r.statement, &e);
    assert_string_equal(i->consent.statement_sha256, hex);
    /* The tones' encoder counts 220 Hz in the clip. */
    assert_int_equal(again->style.width, 4);
    assert_true(fabsf(again->style.data[0] - 220) < 1);
    assert_memory_equal(again->style.data, p->style.data, 4 * sizeof(float));
    ih_profile_close(&p);
    ih_profile_close(&again);
}

static void refuse(struct sine *s, const struct ih_profile_request *r, const char *part)
{
    struct ih_profile *p;
    struct ih_error e = {0};
    assert_int_not_equal(ih_profile_create(&p, (struct ih_model *)s, r, &e), IH_OK);
    assert_null(p);
    if (!strstr(e.text, part))
        fail_msg("'%s' is not in '%s'", part, e.text);
}

static void test_refusals(void **state)
{
    (void)state;
    static const char *const denies[] = {
        "I am Anna Berg, and I do not allow Example Ltd to make a synthetic version of my voice.",
        NULL};
    struct sine s, reader;
    sine_init(&s, "tones");
    sine_init(&reader, "reader");
    struct ih_profile_request r = anna(NULL), good = r;
    r.statement = NULL;
    refuse(
        &s, &r, "needs that person's name and a recording of the consent: \"I am Anna Berg, and");
    r = good;
    r.who = "";
    refuse(&s, &r, "needs that person's name");
    r = good;
    r.clip = tone_file("short.wav", 220, 4.5, 0.3f);
    refuse(&s, &r, "lasts 4.5 seconds; a clip of a voice lasts 5 to 120");
    r.clip = tone_file("long.wav", 220, 121, 0.3f);
    refuse(&s, &r, "lasts more than 120.0 seconds");
    r.clip = tone_file("quiet.wav", 220, 6, 0.0003f);
    refuse(&s, &r, "next to no sound");
    r.clip = "nowhere.wav";
    refuse(&s, &r, "nowhere.wav");
    r = good;
    r.name = "../berg";
    refuse(&s, &r, "is no name for a voice");
    r.name = "Anna";
    refuse(&s, &r, "tones has a voice of its own called Anna");
    r = good;
    r.expires = "soon";
    refuse(&s, &r, "'soon' is not a day");
    r.expires = "2020-01-01";
    refuse(&s, &r, "would have expired on 2020-01-01");
    r = good;
    r.about = "a\033[31mred";
    refuse(&s, &r, "control characters");
    r = good;
    reader.hears = denies;
    r.reader = (struct ih_model *)&reader;
    refuse(&s, &r, "do not allow Example Ltd");
    r.blend = "anna+ben";
    refuse(&s, &r, "a clip or voices to blend");
}

/* No model, one that does not know the language, one that is known to be weak: all unchecked, with
 * the reason. */
static void test_unchecked(void **state)
{
    (void)state;
    static const char *const nonsense[] = {"the quick brown fox", NULL};
    struct sine s, reader;
    sine_init(&s, "tones");
    sine_init(&reader, "reader");
    reader.hears = nonsense;
    struct ih_profile_request r = anna(NULL);
    struct ih_profile *p = make(&s, &r);
    assert_int_equal(p->info.consent.state, IH_CONSENT_UNCHECKED);
    assert_string_equal(p->info.consent.reason, "no model was there to read the statement");
    ih_profile_close(&p);
    r.reader = (struct ih_model *)&reader;
    r.language = "fi";
    p = make(&s, &r);
    assert_int_equal(p->info.consent.state, IH_CONSENT_UNCHECKED);
    assert_string_equal(p->info.consent.reason, "reader does not know the language 'fi'");
    ih_profile_close(&p);
    r.language = NULL;
    r.reader_is_weak = true;
    p = make(&s, &r);
    assert_int_equal(p->info.consent.state, IH_CONSENT_UNCHECKED);
    assert_string_equal(p->info.consent.transcript, "the quick brown fox");
    ih_profile_close(&p);
}

static const char *spoken_with;

static void on_warning(void *arg, const char *text)
{
    snprintf(arg, 256, "%s", text);
}

static void on_sentence(void *arg, const struct ih_spoken *x)
{
    (void)arg;
    spoken_with = strcmp(x->voice, "berg") == 0 ? "berg" : "another";
}

static enum ih_status speak_as(struct sine *s, const char *voice, char *warning, struct ih_error *e)
{
    struct ih_speak_options o;
    ih_speak_defaults(&o);
    o.voice = voice;
    o.profiles = temp_dir();
    o.language = "en";
    struct ih_speak_job job = {.job.arg = warning, .warning = on_warning, .sentence = on_sentence};
    *warning = 0;
    return ih_speak((struct ih_model *)s, "Hi.", 3, &o, &job, NULL, e);
}

static void test_speaking_with_it(void **state)
{
    (void)state;
    struct sine s, other;
    struct ih_error e;
    char warning[256];
    sine_init(&s, "tones");
    sine_init(&other, "other");
    struct ih_profile_request r = anna(NULL);
    r.style = "excited";
    r.speed = 1.5f;
    r.pitch = 1;
    struct ih_profile *p = make(&s, &r);
    assert_int_equal(ih_profile_save(p, temp_dir(), true, &e), IH_OK);
    if (speak_as(&s, "berg", warning, &e))
        fail_msg("%s", e.text);
    assert_string_equal(spoken_with, "berg");
    assert_string_equal(warning, "the consent for the voice berg was not checked: no model was "
                                 "there to read the statement");
    /* The profile's pace, pitch and style: excited is 1.14 times as fast and 2.5 semitones up. */
    assert_true(fabsf(s.last.speed - 1.5f * 1.14f) < 1e-5f);
    assert_true(fabsf(s.last.pitch - 3.5f) < 1e-5f);
    assert_int_equal(speak_as(&other, "berg", warning, &e), IH_INVALID);
    assert_string_equal(e.text, "the voice berg was made for tones, not for other");
    /* A blend with a person's voice speaks, but is no voice of its own. */
    assert_int_equal(speak_as(&s, "berg:1+ben:1", warning, &e), IH_OK);
    struct ih_profile_request blend = {
        .name = "mixed", .blend = "berg+ben", .profiles = temp_dir()};
    refuse(&s, &blend, "has a person's voice in it");
    /* Revoked: the record stays, the voice does not. */
    assert_int_equal(ih_profile_revoke(p, 1795595400, &e), IH_OK);
    assert_int_equal(ih_profile_save(p, temp_dir(), true, &e), IH_OK);
    ih_profile_close(&p);
    assert_int_equal(speak_as(&s, "berg", warning, &e), IH_INVALID);
    assert_string_equal(e.text, "the voice berg was revoked on 2026-11-25");
    char path[512];
    ih_profile_path(temp_dir(), "berg", path, sizeof path);
    assert_int_equal(ih_profile_open(&p, path, &e), IH_OK);
    assert_int_equal(p->style.rows, 0);
    assert_string_equal(p->info.consent.who, "Anna Berg");
    ih_profile_close(&p);
}

static void test_blends_and_expiry(void **state)
{
    (void)state;
    struct sine s;
    struct ih_error e;
    int64_t end;
    sine_init(&s, "tones");
    struct ih_profile_request r = {
        .name = "warm", .blend = "anna:3+ben:1", .expires = "2099-12-31", .profiles = temp_dir()};
    struct ih_profile *p = make(&s, &r);
    assert_true(p->info.synthetic);
    assert_true(fabsf(p->style.data[0] - 180) < 1e-3f);
    assert_string_equal(p->info.expires, "2099-12-31T00:00:00Z");
    assert_true(timestamp_read("2099-12-31", &end));
    assert_int_equal(ih_profile_usable(p, end - 1, &e), IH_OK);
    assert_int_equal(ih_profile_usable(p, end, &e), IH_INVALID);
    assert_string_equal(e.text, "the voice warm could be used until 2099-12-31 only");
    assert_int_equal(ih_profile_save(p, temp_dir(), true, &e), IH_OK);
    ih_profile_close(&p);
    /* A synthetic profile may be blended further. */
    struct ih_profile_request further = {
        .name = "warmer", .blend = "warm+carla", .profiles = temp_dir()};
    p = make(&s, &further);
    assert_true(fabsf(p->style.data[0] - (180 + 240) / 2.0f) < 1e-3f);
    ih_profile_close(&p);
}

static void count(void *arg, const char *path, const struct ih_profile *p, const struct ih_error *e)
{
    int *n = arg;
    (void)path, (void)e;
    n[p == NULL]++;
}

static void test_folder(void **state)
{
    (void)state;
    struct ih_error e;
    int n[2] = {0};
    temp_file("broken.voice.json", "{", 1);
    temp_file("other.json", "{}", 2);
    assert_int_equal(ih_profile_each(temp_dir(), count, n, &e), IH_OK);
    assert_int_equal(n[0], 2); /* berg and warm */
    assert_int_equal(n[1], 1);
    assert_int_equal(ih_profile_each("/nowhere/at/all", count, n, &e), IH_OK);
}

/* The text of a good profile with one part replaced. */
static void damaged(const char *text, const char *from, const char *to, const char *part)
{
    struct ih_profile *p;
    struct ih_error e = {0};
    const char *at = strstr(text, from);
    assert_non_null(at);
    size_t before = (size_t)(at - text), n = strlen(from), m = strlen(to);
    char *changed = malloc(strlen(text) - n + m + 1);
    assert_non_null(changed);
    memcpy(changed, text, before);
    memcpy(changed + before, to, m);
    strcpy(changed + before + m, at + n);
    assert_int_not_equal(profile_parse(&p, changed, strlen(changed), "x.voice.json", &e), IH_OK);
    assert_null(p);
    if (!strstr(e.text, part))
        fail_msg("%s -> %s: '%s' is not in '%s'", from, to, part, e.text);
    free(changed);
}

static void test_bad_files(void **state)
{
    (void)state;
    struct sine s;
    struct ih_error e;
    sine_init(&s, "tones");
    struct ih_profile_request r = anna(NULL);
    struct ih_profile *p = make(&s, &r), *again;
    char *text = profile_text(p, true, &e);
    assert_non_null(text);
    ih_profile_close(&p);
    if (profile_parse(&again, text, strlen(text), "x", &e))
        fail_msg("%s", e.text);
    ih_profile_close(&again);
    damaged(text, "Anna Berg", "Anna Burg", "does not have the SHA-256 that it names");
    damaged(text, "\"inhouse_voice\": 1", "\"inhouse_voice\": 2", "a newer kind (2)");
    damaged(text, "\"inhouse_voice\": 1", "\"other\": 1", "is not a voice profile");
    damaged(text, "\"name\": \"berg\"", "\"name\": \"a/b\"", "is no name for a voice");
    damaged(text, "\"name\": \"berg\"", "\"name\": 7", "name must be a text");
    damaged(text, "\"model\": \"tones\"", "\"model\": \"\"", "whose model's voice");
    damaged(text, "\"rows\": 1", "\"rows\": 2", "not 32 bytes in base64");
    damaged(text, "\"rows\": 1", "\"rows\": -1", "a style of -1 rows");
    damaged(text, "\"rows\": 1", "\"rows\": 1000000000000", "a style of 1000000000000 rows");
    damaged(text, "\"speed\": 1.0", "\"speed\": 99", "speed must be");
    damaged(
        text, "\"checked\": \"unchecked\"", "\"checked\": \"maybe\"", "not yes, no or unchecked");
    damaged(text, "\"checked\": \"unchecked\"", "\"checked\": \"yes\"", "SHA-256");
    damaged(text, "\"who\"", "\"woh\"", "without a record of that person's consent");
    damaged(text, "\"created\"", "\"made\"", "created is ''");
    damaged(text, "}", "", "not valid JSON");
    free(text);
}

static void test_mute_models(void **state)
{
    (void)state;
    struct sine s;
    struct synthesizer deaf = *sine_family.synthesizer;
    struct family family = sine_family;
    deaf.imitate = NULL;
    family.synthesizer = &deaf;
    sine_init(&s, "tones");
    s.base.family = &family;
    struct ih_profile_request r = anna(NULL);
    refuse(&s, &r, "tones cannot imitate a person's voice; it can blend the voices that it has");
    family.synthesizer = NULL;
    refuse(&s, &r, "tones cannot speak");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_timestamps),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_a_person),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_unchecked),
        cmocka_unit_test(test_speaking_with_it),
        cmocka_unit_test(test_blends_and_expiry),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_mute_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
