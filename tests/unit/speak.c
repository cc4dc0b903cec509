/* SPDX-License-Identifier: Apache-2.0 */
/* Speaking through the public API, with a model of tones: times, levels, voices, retries and
 * checks can be computed by hand. */
#include "support/sine.h"
#include "support/support.h"

#include "base/utf8.h"
#include "inhouse/speak.h"
#include "tasks/speak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 40 * SINE_RATE, SENTENCES = 16, WORDS = 64 };

/* Everything that a job gave. */
struct record {
    float *pcm;
    int64_t samples;
    int calls, refuse_at;    /* of audio(); the one that returns an error, counted from 1 */
    int calls_before_second; /* of the model, when the first sentence had left */
    struct sine *sine;
    struct ih_spoken sentence[SENTENCES];
    struct ih_spoken_word word[WORDS];
    char word_text[WORDS][32], heard[SENTENCES][64], voice[SENTENCES][64], phonemes[SENTENCES][128];
    int sentences, words;
    char warning[1024], mark[64];
    double mark_time, progress, total;
    int backwards; /* progress that went back */
    volatile int *cancel_after_first;
};

static int on_audio(void *arg, const float *pcm, int64_t n)
{
    struct record *r = arg;
    if (r->calls++ == 0 && r->sine)
        r->calls_before_second = r->sine->calls;
    if (r->calls == r->refuse_at)
        return -1;
    if (r->samples + n <= MOST)
        memcpy(r->pcm + r->samples, pcm, (size_t)n * sizeof *pcm);
    r->samples += n;
    return 0;
}

static void on_sentence(void *arg, const struct ih_spoken *x)
{
    struct record *r = arg;
    if (r->sentences < SENTENCES) {
        int i = r->sentences;
        r->sentence[i] = *x;
        snprintf(r->heard[i], sizeof r->heard[i], "%s", x->heard ? x->heard : "(null)");
        snprintf(r->voice[i], sizeof r->voice[i], "%s", x->voice);
        snprintf(r->phonemes[i], sizeof r->phonemes[i], "%s", x->phonemes);
    }
    for (int i = 0; i < x->word_count && r->words < WORDS; i++) {
        r->word[r->words] = x->words[i];
        snprintf(r->word_text[r->words++], 32, "%s", x->words[i].text);
    }
    r->sentences++;
    if (r->cancel_after_first)
        *r->cancel_after_first = 1;
}

static void on_mark(void *arg, const char *name, double seconds)
{
    struct record *r = arg;
    snprintf(r->mark, sizeof r->mark, "%s", name);
    r->mark_time = seconds;
}

static void on_warning(void *arg, const char *text)
{
    struct record *r = arg;
    size_t n = strlen(r->warning);
    snprintf(r->warning + n, sizeof r->warning - n, "%s\n", text);
}

static void on_progress(void *arg, double done, double total)
{
    struct record *r = arg;
    r->backwards += done < r->progress;
    r->progress = done;
    r->total = total;
}

static struct ih_speak_job job_for(struct record *r)
{
    if (!r->pcm)
        r->pcm = calloc(MOST, sizeof *r->pcm);
    assert_non_null(r->pcm);
    return (struct ih_speak_job){.job = {.arg = r, .progress = on_progress},
        .audio = on_audio,
        .sentence = on_sentence,
        .mark = on_mark,
        .warning = on_warning};
}

static struct ih_speak_options english(void)
{
    struct ih_speak_options o;
    ih_speak_defaults(&o);
    o.language = "en";
    o.words = true;
    return o;
}

static enum ih_status run(struct sine *s, const char *text, const struct ih_speak_options *o,
    struct record *r, double *seconds, struct ih_error *e)
{
    struct ih_speak_job job = job_for(r);
    return ih_speak((struct ih_model *)s, text, strlen(text), o, &job, seconds, e);
}

static double say(
    struct sine *s, const char *text, const struct ih_speak_options *o, struct record *r)
{
    struct ih_error e;
    double seconds;
    if (run(s, text, o, r, &seconds, &e))
        fail_msg("%s", e.text);
    return seconds;
}

static float peak(const float *x, int64_t n)
{
    float most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmaxf(most, fabsf(x[i]));
    return most;
}

static void test_sentences(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {.sine = &s};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    double seconds = say(&s, "The first one. And then the second.", &o, &r);
    assert_int_equal(r.sentences, 2);
    assert_true(fabs(seconds - (double)r.samples / SINE_RATE) < 1e-9);
    /* The first sentence left before the model was asked for the second. */
    assert_int_equal(r.calls_before_second, 1);
    assert_int_equal(s.calls, 2);
    for (int i = 0; i < 2; i++) {
        const struct ih_spoken *x = &r.sentence[i];
        size_t points = utf8_count(r.phonemes[i], strlen(r.phonemes[i]));
        assert_int_equal(x->id, i);
        assert_true(fabs(x->end - x->begin - (double)points * sine_seconds) < 1e-3);
        assert_string_equal(r.voice[i], "anna");
        assert_string_equal(r.heard[i], "(null)");
        assert_int_equal(x->attempts, 1);
        int64_t from = (int64_t)(x->begin * SINE_RATE), to = (int64_t)(x->end * SINE_RATE);
        assert_true(peak(r.pcm + from, to - from) > 0.29f);
        assert_true(peak(r.pcm + from, to - from) < 0.31f);
    }
    /* Between them and behind them is silence. */
    int64_t from = (int64_t)(r.sentence[0].end * SINE_RATE) + 1;
    int64_t to = (int64_t)(r.sentence[1].begin * SINE_RATE) - 1;
    assert_true(to > from);
    assert_true(peak(r.pcm + from, to - from) == 0);
    assert_true(r.total == 35 && r.progress == r.total && r.backwards == 0);
    free(r.pcm);
}

static void test_words(void **state)
{
    (void)state;
    static const char text[] = "The first one. And then the second.";
    static const char *const want[] = {"The", "first", "one", "And", "then", "the", "second"};
    struct sine s;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    say(&s, text, &o, &r);
    assert_int_equal(r.words, 7);
    double last = 0;
    for (int i = 0; i < 7; i++) {
        const struct ih_spoken_word *w = &r.word[i];
        assert_string_equal(r.word_text[i], want[i]);
        assert_memory_equal(text + w->source, want[i], w->source_bytes);
        assert_true(w->begin >= last && w->end >= w->begin);
        last = w->begin;
    }
    /* A word's time is that of its phonemes: the first begins with the sound. */
    assert_true(r.word[0].begin == r.sentence[0].begin);
    assert_true(r.word[2].end <= r.sentence[0].end + 1e-6);
    assert_true(r.word[3].begin >= r.sentence[1].begin);
    r.words = 0;
    o.words = false;
    say(&s, text, &o, &r);
    assert_int_equal(r.words, 0);
    free(r.pcm);
}

static void test_request_reaches_the_model(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    double plain = say(&s, "One two three.", &o, &r);
    o.speed = 2;
    o.pitch = 12;
    o.volume = 0.5f;
    r.samples = 0;
    double fast = say(&s, "One two three.", &o, &r);
    double pause = plain - (r.sentence[0].end - r.sentence[0].begin);
    assert_true(fabs((fast - pause) * 2 - (plain - pause)) < 0.01);
    assert_true(s.last.pitch == 12 && s.last.speed == 2);
    assert_true(fabsf(peak(r.pcm, r.samples) - 0.15f) < 0.005f);
    o = english();
    o.style = "Whispering";
    say(&s, "One two three.", &o, &r);
    assert_true(s.last.breathiness == 1);
    o.style = "excited";
    o.style_degree = 0;
    say(&s, "One two three.", &o, &r);
    assert_true(s.last.pitch == 0 && s.last.speed == 1 && s.last.range == 1);
    o.style_degree = 2;
    say(&s, "One two three.", &o, &r);
    assert_true(fabsf(s.last.pitch - 5) < 1e-6f && s.last.speed > 1.25f);
    free(r.pcm);
}

static void test_voices(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    o.voice = "BEN";
    say(&s, "Hi.", &o, &r);
    assert_true(s.last.voice.rows == 1 && s.last.voice.width == 4);
    o.voice = "anna:3+ben:1";
    say(&s, "Hi.", &o, &r);
    assert_string_equal(r.voice[1], "anna:3+ben:1");
    struct voices v;
    const struct voice *one, *again;
    struct ih_error e;
    voices_init(&v, &s.base, NULL, true);
    assert_int_equal(voices_find(&v, "anna:3+ben:1", &one, &e), IH_OK);
    assert_true(fabsf(one->style.data[0] - 180) < 1e-3f); /* 3/4 of 200 and 1/4 of 120 */
    assert_true(one->synthetic);
    assert_int_equal(voices_find(&v, "anna:3+ben:1", &again, &e), IH_OK);
    assert_ptr_equal(one, again);
    assert_int_equal(voices_find(&v, "anna+ben+carla", &one, &e), IH_OK);
    assert_true(fabsf(one->style.data[0] - (200 + 120 + 240) / 3.0f) < 1e-3f);
    assert_string_equal(voices_default(&s.base, "de"), "carla");
    assert_string_equal(voices_default(&s.base, "de-at"), "carla");
    assert_string_equal(voices_default(&s.base, "fi"), "anna");
    static const struct {
        const char *name, *sentence;
    } bad[] = {
        {"anan", "tones has no voice 'anan' and there is no profile of that name; did you mean "
                 "'anna'?"},
        {"anna+wide", "'wide' cannot be blended with the others: another shape"},
        {"anna:0+ben", "'anna' has no weight that can be used: write anna:0.7+ben:0.3"},
        {"anna:x+ben", "'anna' has no weight that can be used: write anna:0.7+ben:0.3"},
        {"anna:nan+ben", "'anna' has no weight that can be used: write anna:0.7+ben:0.3"},
        {"anna+anna+anna+anna+anna+anna+anna+anna+anna", "at most 8 voices can be blended"},
        {"+", "the name of the voice is empty"},
        {"./nowhere.voice.json", "cannot read ./nowhere.voice.json: No such file or directory"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(voices_find(&v, bad[i].name, &one, &e), IH_OK);
        assert_string_equal(e.text, bad[i].sentence);
    }
    v.files = false;
    assert_int_equal(voices_find(&v, "../a", &one, &e), IH_INVALID);
    assert_string_equal(e.text, "a voice cannot be named by a file here");
    voices_free(&v);
    free(r.pcm);
}

static void test_bad_sound_is_said_again(void **state)
{
    (void)state;
    static const enum sine_fault faults[] = {SINE_SILENT, SINE_RUNAWAY, SINE_NAN};
    static const char *const told[] = {"nothing can be heard of \"Hi there.\"\n",
        "the model does not come to an end in \"Hi there.\"\n",
        "the sound is broken in \"Hi there.\"\n"};
    for (int i = 0; i < 3; i++)
        for (int calls = 1; calls <= 3; calls += 2) {
            struct sine s;
            struct record r = {0};
            struct ih_speak_options o = english();
            sine_init(&s, "tones");
            s.fault = faults[i];
            s.faulty = calls;
            double seconds = say(&s, "Hi there.", &o, &r);
            assert_int_equal(r.sentence[0].attempts, calls == 1 ? 2 : 3);
            assert_string_equal(r.warning, calls == 1 ? "" : told[i]);
            assert_true(seconds < 8); /* a runaway is cut */
            for (int64_t k = 0; k < r.samples; k++)
                assert_true(isfinite(r.pcm[k]));
            assert_true((peak(r.pcm, r.samples) > 0.2f) != (calls == 3 && i == 0));
            free(r.pcm);
        }
}

static void test_loud_sound_does_not_clip(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    s.fault = SINE_LOUD;
    s.faulty = 1;
    say(&s, "Hi there.", &o, &r);
    assert_int_equal(r.sentence[0].attempts, 1);
    assert_true(peak(r.pcm, r.samples) <= 0.98f && peak(r.pcm, r.samples) > 0.97f);
    /* Ends do not click. */
    assert_true(r.pcm[0] == 0);
    free(r.pcm);
}

static void test_check(void **state)
{
    (void)state;
    static const char *const hears[] = {" this is all wrong", "the FIRST, one!",
        "nothing of it again", "and something else", "and then the last", NULL};
    struct sine s, reader;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    sine_init(&reader, "reader");
    reader.hears = hears;
    o.check = (struct ih_model *)&reader;
    say(&s, "The first one. And then the second.", &o, &r);
    /* The first sentence was good the second time; the second one stays bad, and the best of three
     * attempts (one word of four wrong) is kept. */
    assert_int_equal(r.sentence[0].attempts, 2);
    assert_string_equal(r.heard[0], "the FIRST, one!");
    assert_true(r.sentence[0].error == 0);
    assert_int_equal(r.sentence[1].attempts, 3);
    assert_string_equal(r.heard[1], "and then the last");
    assert_true(r.sentence[1].error == 0.25f);
    assert_string_equal(r.warning, ""); /* 0.25 is within the limit of 0.3 */
    reader.heard = 2;
    r.sentences = 0;
    o.check_limit = 0.2f;
    say(&s, "And then the second.", &o, &r);
    assert_string_equal(r.warning, "\"And then the second.\" was heard as \"and then the last\"\n");
    free(r.pcm);
}

static void test_checker_that_cannot(void **state)
{
    (void)state;
    struct sine s, reader;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    sine_init(&reader, "reader");
    o.check = (struct ih_model *)&reader;
    o.language = "fr";
    say(&s, "Bonjour. Et voila.", &o, &r);
    assert_string_equal(
        r.warning, "not checked: reader does not know the language 'fr'\n"); /* once */
    assert_int_equal(r.sentence[0].attempts, 1);
    free(r.pcm);
}

static void test_stops(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {0};
    struct ih_error e;
    double seconds;
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    struct ih_speak_job job = job_for(&r);
    r.cancel_after_first = &job.job.cancel;
    static const char text[] = "One. Two. Three. Four.";
    assert_int_equal(ih_speak((struct ih_model *)&s, text, sizeof text - 1, &o, &job, &seconds, &e),
        IH_CANCELLED);
    assert_int_equal(r.sentences, 1);
    assert_true(seconds > 0 && fabs(seconds - (double)r.samples / SINE_RATE) < 1e-9);
    job.job.cancel = 0;
    job.job.deadline = 1; /* long ago */
    assert_int_equal(ih_speak((struct ih_model *)&s, text, sizeof text - 1, &o, &job, &seconds, &e),
        IH_CANCELLED);
    assert_string_equal(e.text, "stopped: the time allowed is over");
    r = (struct record){.pcm = r.pcm, .refuse_at = 1};
    assert_int_equal(run(&s, text, &o, &r, &seconds, &e), IH_IO);
    s.calls = 0;
    s.faulty = 1;
    s.fault = SINE_FAILS;
    assert_int_equal(run(&s, text, &o, &r, &seconds, &e), IH_NO_MEMORY);
    assert_string_equal(e.text, "not enough memory for a tone");
    free(r.pcm);
}

/* Voices, styles, marks and pauses of SSML; what is not there is told and passed over. */
static void test_ssml(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    double seconds = say(&s,
        "<speak>One <mark name=\"here\"/>two. <voice name=\"ben\">Three.</voice>"
        "<voice name=\"zed\">Four.</voice><break time=\"2s\"/></speak>",
        &o, &r);
    assert_int_equal(r.sentences, 3);
    assert_string_equal(r.voice[0], "anna");
    assert_string_equal(r.voice[1], "ben");
    assert_string_equal(r.voice[2], "anna");
    assert_string_equal(r.warning, "tones has no voice 'zed' and there is no profile of that name; "
                                   "it is said with another\n");
    assert_string_equal(r.mark, "here");
    assert_true(fabs(r.mark_time - r.word[1].begin) < 1e-6); /* before "two" */
    assert_true(seconds >= r.sentence[2].end + 2);
    r = (struct record){.pcm = r.pcm};
    say(&s,
        "<speak><mstts:express-as style=\"whispering\">One.</mstts:express-as>"
        "<mstts:express-as style=\"odd\">Two.</mstts:express-as></speak>",
        &o, &r);
    assert_string_equal(r.warning, "there is no style 'odd'; it is said without one\n");
    assert_true(s.last.breathiness == 0);
    r = (struct record){.pcm = r.pcm};
    double plain = say(&s, "<speak>One two three four.</speak>", &o, &r);
    double slow =
        say(&s, "<speak><prosody rate=\"50%\">One two three four.</prosody></speak>", &o, &r);
    assert_true(slow > 1.7 * (plain - 0.5));
    struct ih_error e;
    assert_int_not_equal(run(&s, "<speak>One <b></speak>", &o, &r, NULL, &e), IH_OK);
    free(r.pcm);
}

static void expect_voices(const struct record *r, const char *const *names)
{
    for (int i = 0; names[i]; i++) {
        assert_true(i < r->sentences);
        assert_string_equal(r->voice[i], names[i]);
    }
    assert_null(names[r->sentences]);
}

#define VOICES(...) ((const char *const[SENTENCES + 1]){__VA_ARGS__})

/* Whoever names no voice gets one of the language, stretch by stretch; whoever names one keeps it
 * and is told. */
static void test_languages_and_voices(void **state)
{
    (void)state;
    static const char german[] = "anna is a voice for the language en and may be hard to "
                                 "understand in de; carla is made for that\n";
    struct sine s;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    o.language = NULL;
    say(&s, "This is what they said. Das ist nicht die ganze Geschichte. And the rest is here.", &o,
        &r);
    expect_voices(&r, VOICES("anna", "carla", "anna"));
    assert_string_equal(r.warning, "");

    r = (struct record){.pcm = r.pcm};
    o.language = "de";
    say(&s, "Eins zwei. Drei.", &o, &r);
    expect_voices(&r, VOICES("carla", "carla"));

    r = (struct record){.pcm = r.pcm};
    o.language = "en";
    say(&s, "<speak>One <lang xml:lang=\"de\">zwei drei</lang>, four. Five.</speak>", &o, &r);
    expect_voices(&r, VOICES("anna", "carla", "anna", "anna"));
    assert_true(r.sentence[1].begin - r.sentence[0].end < 0.15);
    assert_string_equal(r.warning, "");

    r = (struct record){.pcm = r.pcm};
    say(&s, "<speak>One <lang xml:lang=\"en-GB\">two</lang> three.</speak>", &o, &r);
    expect_voices(&r, VOICES("anna"));

    r = (struct record){.pcm = r.pcm};
    o.voice = "anna";
    say(&s,
        "<speak>One <lang xml:lang=\"de\">zwei drei</lang>, four. "
        "<s xml:lang=\"de\">Zwei.</s></speak>",
        &o, &r);
    expect_voices(&r, VOICES("anna", "anna"));
    assert_string_equal(r.warning, german); /* once */

    r = (struct record){.pcm = r.pcm};
    o.voice = NULL;
    say(&s, "<speak><voice name=\"anna\">One. <s xml:lang=\"de\">Zwei.</s></voice></speak>", &o,
        &r);
    expect_voices(&r, VOICES("anna", "anna"));
    assert_string_equal(r.warning, german);

    r = (struct record){.pcm = r.pcm};
    o.voice = "anna:1+carla:1"; /* nobody knows what that speaks */
    o.language = "de";
    say(&s, "Zwei.", &o, &r);
    assert_string_equal(r.warning, "");
    free(r.pcm);
}

struct footprint {
    int sentences;
    size_t early, most; /* pages of the process at the 20th sentence, and the most since */
};

/* Arenas take their pages from the system itself, so malloc's own counts do not see them. */
static size_t pages(void)
{
    unsigned long n = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%lu", &n), 1);
    fclose(f);
    return n;
}

static void on_footprint(void *arg, const struct ih_spoken *x)
{
    struct footprint *f = arg;
    size_t n = pages();
    (void)x;
    if (++f->sentences <= 20)
        f->early = n;
    f->most = n > f->most ? n : f->most;
}

/* A text of two thousand sentences needs no more memory at its end than at its beginning. */
static void test_memory_is_flat(void **state)
{
    (void)state;
    enum { TIMES = 2000 };
    static const char one[] = "This sentence comes again and again. ";
    struct sine s;
    struct footprint f = {0};
    struct ih_speak_options o = english();
    struct ih_error e;
    char *text = malloc(TIMES * (sizeof one - 1) + 1);
    assert_non_null(text);
    for (int i = 0; i < TIMES; i++)
        strcpy(text + (size_t)i * (sizeof one - 1), one);
    sine_init(&s, "tones");
    o.speed = 4;
    struct ih_speak_job job = {.job.arg = &f, .sentence = on_footprint};
    assert_int_equal(
        ih_speak((struct ih_model *)&s, text, strlen(text), &o, &job, NULL, &e), IH_OK);
    assert_int_equal(f.sentences, TIMES);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
    assert_true(f.most <= f.early + 64);
#endif
    free(text);
}

static void test_nothing_to_say(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {0};
    struct ih_speak_options o = english();
    sine_init(&s, "tones");
    assert_true(say(&s, "", &o, &r) == 0);
    assert_true(say(&s, "  \n\n ", &o, &r) == 0);
    assert_int_equal(r.sentences, 0);
    assert_non_null(strstr(r.warning, "there is nothing to say in this text"));
    free(r.pcm);
}

static void test_bad_options(void **state)
{
    (void)state;
    struct sine s;
    struct record r = {0};
    struct ih_error e;
    struct model mute = {.family = &(const struct family){.name = "mute"}, .name = "mute"};
    sine_init(&s, "tones");
    struct {
        struct ih_speak_options o;
        const char *sentence;
    } bad[] = {
        {english(), "speed must be 0.25 to 4, not 0.2"},
        {english(), "pitch must be -12 to 12, not 13"},
        {english(), "volume must be 0 to 2, not nan"},
        {english(), "style_degree must be 0 to 2, not 3"},
        {english(), "there is no style 'cheerfull'; did you mean 'cheerful'?"},
        {english(), "tones has no voice 'zed' and there is no profile of that name"},
        {english(), "mute cannot transcribe, so it cannot check"},
    };
    bad[0].o.speed = 0.2f;
    bad[1].o.pitch = 13;
    bad[2].o.volume = NAN;
    bad[3].o.style_degree = 3;
    bad[4].o.style = "cheerfull";
    bad[5].o.voice = "zed";
    bad[6].o.check = (struct ih_model *)&mute;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_not_equal(run(&s, "Hi.", &bad[i].o, &r, NULL, &e), IH_OK);
        assert_string_equal(e.text, bad[i].sentence);
    }
    assert_int_equal(
        ih_speak((struct ih_model *)&mute, "Hi.", 3, NULL, NULL, NULL, &e), IH_UNSUPPORTED);
    assert_string_equal(e.text, "mute cannot speak");
    assert_int_equal(s.calls, 0);
    free(r.pcm);
}

static void test_what_a_model_says_of_itself(void **state)
{
    (void)state;
    struct sine s;
    char text[200];
    const struct ih_voice *voice;
    sine_init(&s, "tones");
    const struct ih_model *m = (const struct ih_model *)&s;
    assert_int_equal(ih_speak_rate(m), 24000);
    assert_int_equal(ih_model_voices(m, &voice), 4);
    assert_string_equal(voice[2].name, "carla");
    assert_string_equal(voice[2].language, "de");
    ih_speak_provenance(m, "anna", 1795595400, text, sizeof text);
    assert_non_null(strstr(text, "Synthetic speech: inhouse "));
    assert_non_null(strstr(text, ", model tones (sine), voice anna, 2026-11-25T08:30:00Z"));
    assert_int_equal(ih_speak_provenance(m, NULL, 0, NULL, 0),
        strlen("Synthetic speech: inhouse , model tones (sine), 1970-01-01T00:00:00Z") +
            strlen(ih_version()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_request_reaches_the_model),
        cmocka_unit_test(test_voices),
        cmocka_unit_test(test_bad_sound_is_said_again),
        cmocka_unit_test(test_loud_sound_does_not_clip),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_checker_that_cannot),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_ssml),
        cmocka_unit_test(test_languages_and_voices),
        cmocka_unit_test(test_memory_is_flat),
        cmocka_unit_test(test_nothing_to_say),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_what_a_model_says_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
