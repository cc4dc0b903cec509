/* SPDX-License-Identifier: Apache-2.0 */
/* Kokoro's alphabet, voices, and what a request asks for, on the tiny random model. */
#include "support/support.h"

#include "base/cpu.h"
#include "models/kokoro/kokoro.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct device *device;
static struct model *model;
static struct synthesizer_session *session;

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static int open_all(void **state)
{
    (void)state;
    struct ih_error e;
    struct device_options o = {.threads = 2, .cpu_mask = CPU_ALL};
    check(device_open_cpu(&device, &o, &e), &e);
    struct model_open open = {device, data_path("kokoro-tiny"), IH_COMPUTE_F32};
    check(model_open(&model, &open, &e), &e);
    check(model->family->synthesizer->open(&session, model, &e), &e);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    model->family->synthesizer->close(&session);
    model_close(&model);
    device_close(&device);
    return 0;
}

/* What misaki 0.9.4 makes of espeak-ng's phonemes: of English by its dictionary's spelling. */
static void test_alphabet(void **state)
{
    (void)state;
    static const struct {
        const char *language, *from, *to;
    } cases[] = {
        {"en", "həlˈoʊ wˈɜːld", "həlˈO wˈɜɹld"},
        {"en", "ðə kwˈɪk bɹˈaʊn fˈɑːks", "ðə kwˈɪk bɹˈWn fˈɑks"},
        {"en", "tʃˈɛɹz ænd dʒˈʌdʒᵻz", "ʧˈɛɹz ænd ʤˈʌʤᵻz"},
        {"en", "bˈʌʔn̩ lˈɪɾəl nˈeɪtʃɚ", "bˈʌtn lˈɪTᵊl nˈAʧəɹ"},
        {"en", "məlˈɛɹiə", "məlˈɛɹiə"},
        {"en", "ˈɔɪl, jˈɪɹ.", "ˈYl, jˈɪɹ."},
        {"en-gb", "ðeə nˌiə ɡˌəʊ bˈɜːd", "ðɛː nˌɪə ɡˌQ bˈɜːd"},
        {"es", "ˈola tʃˈiko", "ˈola ʧˈiko"},
        {"it", "pˈitsːa dzˈɛro dʒˈorno", "pˈiʦːa ʣˈɛro ʤˈorno"},
        {"fr", "bˈɔ̃ vˈɛ̃", "bˈɔ̃ vˈɛ̃"},
        {"ja", "kˌo̞nnitɕˈihä", "kˌonniʨˈiha"},
        {"zh", "ni2 xˈɑu3", "ni↗ xˈɑu↓"},
        {"zh", "ma˥ ma˧˥ ma˥˩", "ma→ ma↗ ma↘"},
    };
    const struct kokoro *k = (const struct kokoro *)model;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t got[64], want[64];
        int first[64], letters;
        int n = kokoro_tokens(k, cases[i].from, cases[i].language, got, first, 64, &letters);
        /* Kokoro's own letters pass through a language without rules for them. */
        int m = kokoro_tokens(k, cases[i].to, "none", want, first, 64, &letters);
        if (n != m || memcmp(got, want, (size_t)n * sizeof *got) != 0)
            fail_msg("%s does not become %s", cases[i].from, cases[i].to);
    }
}

static void test_first(void **state)
{
    (void)state;
    const struct kokoro *k = (const struct kokoro *)model;
    int32_t token[16];
    int first[16], letters;
    /* \xff is no letter at all but keeps its place; of ɚ both tokens begin where it stands. */
    int n = kokoro_tokens(k,
        "aɪ\xff"
        "ɚs",
        "en", token, first, 16, &letters);
    assert_int_equal(n, 4);
    assert_int_equal(letters, 5);
    static const int want[] = {0, 3, 3, 4};
    assert_memory_equal(first, want, sizeof want);
    assert_int_equal(kokoro_tokens(k, "sssss", "en", token, first, 3, &letters), 3);
    assert_int_equal(letters, 5);
}

static void test_voices(void **state)
{
    (void)state;
    const struct synthesizer *s = model->family->synthesizer;
    const struct voice_info *v;
    struct voice_style style;
    struct ih_error e;
    assert_int_equal(s->voices(model, &v), 2);
    assert_string_equal(v[0].name, "af_tiny");
    assert_string_equal(v[0].language, "en");
    assert_string_equal(v[0].gender, "female");
    assert_string_equal(v[1].name, "zm_tiny");
    assert_string_equal(v[1].language, "zh");
    assert_string_equal(v[1].gender, "male");
    check(s->voice(model, 1, &style, &e), &e);
    assert_int_equal(style.rows, 6);
    assert_int_equal(style.width, 256);
    assert_int_equal(s->voice(model, 2, &style, &e), IH_NOT_FOUND);
    assert_int_equal(s->rate(model), 24000);
}

static struct synthesis_request plain(const char *phonemes)
{
    struct ih_error e;
    struct synthesis_request r = {
        .phonemes = phonemes, .language = "en", .speed = 1, .range = 1, .energy = 1, .seed = 3};
    check(model->family->synthesizer->voice(model, 0, &r.voice, &e), &e);
    return r;
}

struct curves {
    float pitch[4096], bent[4096];
    int64_t frames;
};

static void keep_pitch(void *arg, const char *stage, int index, struct tensor x)
{
    struct curves *c = arg;
    (void)index;
    float *to = strcmp(stage, "pitch") == 0  ? c->pitch
                : strcmp(stage, "bent") == 0 ? c->bent
                                             : NULL;
    if (!to)
        return;
    assert_true(x.shape[0] <= 4096);
    c->frames = x.shape[0];
    memcpy(to, x.data, (size_t)x.shape[0] * sizeof(float));
}

static struct synthesized say(const struct synthesis_request *r, struct arena *a)
{
    struct ih_error e;
    struct synthesized out;
    check(kokoro_speak(session, r, NULL, a, &out, &e), &e);
    for (int64_t i = 0; i < out.samples; i++)
        assert_true(out.pcm[i] >= -1 && out.pcm[i] <= 1);
    return out;
}

/* Times begin at 0, never go back, and end where the sound does; half the speed is about twice as
 * long, and a stretch at half the rate moves only what follows it. */
static void test_times(void **state)
{
    (void)state;
    struct arena a = {0};
    struct synthesis_request r = plain("hˈoʊ wˈɜː.");
    struct synthesized one = say(&r, &a);
    assert_int_equal(one.count, 10);
    assert_true(one.begin[0] > 0); /* behind the silence in front */
    for (int i = 0; i < one.count; i++)
        assert_true(one.begin[i + 1] >= one.begin[i]);
    assert_true(fabs(one.begin[10] - (double)one.samples / 24000) < 1e-6);
    r.speed = 0.5f;
    struct synthesized slow = say(&r, &a);
    assert_true(
        slow.samples > 1.6 * (double)one.samples && slow.samples < 2.4 * (double)one.samples);
    r.speed = 1;
    struct prosody p = {.first = 5, .count = 4, .rate = 0.25f, .pitch = 0, .volume = 1};
    r.prosody = &p;
    r.prosody_count = 1;
    struct synthesized part = say(&r, &a);
    for (int i = 0; i <= 5; i++)
        assert_true(part.begin[i] == one.begin[i]);
    assert_true(part.begin[9] - part.begin[5] > 2 * (one.begin[9] - one.begin[5]));
    arena_free(&a);
}

/* The seed decides the noise and nothing else does; energy is a gain; silence is silent. */
static void test_seed_and_gain(void **state)
{
    (void)state;
    struct arena a = {0};
    struct synthesis_request r = plain("hˈoʊ");
    struct synthesized one = say(&r, &a), same = say(&r, &a);
    assert_memory_equal(one.pcm, same.pcm, (size_t)one.samples * sizeof(float));
    r.seed++;
    struct synthesized other = say(&r, &a);
    assert_int_equal(other.samples, one.samples);
    assert_memory_not_equal(one.pcm, other.pcm, (size_t)one.samples * sizeof(float));
    r.seed--;
    r.energy = 0.25f;
    struct synthesized quiet = say(&r, &a);
    for (int64_t i = 0; i < one.samples; i++)
        if (fabsf(one.pcm[i]) < 1)
            assert_true(fabsf(quiet.pcm[i] - 0.25f * one.pcm[i]) < 1e-6f);
    struct prosody p = {.first = 0, .count = 99, .rate = 1, .pitch = 0, .volume = 0};
    r.prosody = &p;
    r.prosody_count = 1;
    struct synthesized silent = say(&r, &a);
    for (int64_t i = 0; i < silent.samples; i++)
        assert_true(silent.pcm[i] == 0);
    arena_free(&a);
}

static void test_refused(void **state)
{
    (void)state;
    struct ih_error e;
    struct arena a = {0};
    struct synthesized out;
    char much[256];
    memset(much, 's', sizeof much - 1);
    much[sizeof much - 1] = 0;
    struct synthesis_request r = plain(much);
    assert_int_equal(kokoro_speak(session, &r, NULL, &a, &out, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "62 phonemes"));
    r = plain("s");
    r.speed = 0;
    assert_int_equal(kokoro_speak(session, &r, NULL, &a, &out, &e), IH_INVALID);
    r.speed = 1e-4f;
    assert_int_equal(kokoro_speak(session, &r, NULL, &a, &out, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "120 seconds"));
    r.speed = NAN;
    assert_int_equal(kokoro_speak(session, &r, NULL, &a, &out, &e), IH_INVALID);
    r = plain("s");
    r.voice.width = 255;
    assert_int_equal(kokoro_speak(session, &r, NULL, &a, &out, &e), IH_INVALID);
    volatile int cancel = 1;
    r = plain("s");
    assert_int_equal(kokoro_speak(session, &r, &cancel, &a, &out, &e), IH_CANCELLED);
    /* Nothing to say is the two silences. */
    r = plain("");
    assert_int_equal(kokoro_speak(session, &r, NULL, &a, &out, &e), IH_OK);
    assert_int_equal(out.count, 0);
    assert_true(out.samples > 0);
    arena_free(&a);
}

/* A model with a damaged configuration or none of its files is refused with a sentence. */
static void test_bad_models(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } changes[] = {
        {"\"hidden_dim\": 12", "\"hidden_dim\": 16", "has shape"},
        {"\"hidden_dim\": 12", "\"hidden_dim\": 13", "multiple of 4"},
        {"[8, 12]", "[9, 12]", "even number"},
        {"[[1, 3, 5], ", "[[1, 3, 99], ", "dilations"},
        {"\"gen_istft_n_fft\": 20", "\"gen_istft_n_fft\": 22", "has shape"},
        {"\"num_attention_heads\": 2", "\"num_attention_heads\": 3", "heads"},
        {"\"n_token\": 178", "\"n_token\": 100", "below n_token"},
    };
    static char text[8192], changed[8192];
    FILE *f = fopen(data_path("kokoro-tiny/config.json"), "rb");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = 0;
    fclose(f);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *at = strstr(text, changes[i].from);
        assert_non_null(at);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, changes[i].to,
            at + strlen(changes[i].from));
        struct kokoro *k = test_calloc(1, sizeof *k);
        struct ih_error e;
        k->base.device = device;
        temp_file("config.json", changed, strlen(changed));
        enum ih_status status = kokoro_read_config(k, temp_dir(), &e);
        k->weights = ((struct kokoro *)model)->weights;
        if (!status)
            status = kokoro_bind(k, &e);
        assert_int_not_equal(status, IH_OK);
        if (!strstr(e.text, changes[i].says))
            fail_msg("\"%s\" does not say \"%s\"", e.text, changes[i].says);
        arena_free(&k->arena);
        test_free(k);
    }
}

/* Twelve semitones up is twice the pitch; no range is the mean of log pitch over what is voiced. */
static void test_pitch(void **state)
{
    (void)state;
    static struct curves c;
    struct arena a = {0};
    struct synthesis_request r = plain("hˈoʊ wˈɜː.");
    session->watch = keep_pitch;
    session->watch_arg = &c;
    r.pitch = 12;
    say(&r, &a);
    assert_true(c.frames > 10);
    double sum = 0;
    int voiced = 0;
    for (int64_t i = 0; i < c.frames; i++) {
        assert_true(fabsf(c.bent[i] - 2 * c.pitch[i]) <= 1e-4f * fabsf(c.pitch[i]));
        if (c.pitch[i] > 10) {
            sum += log((double)c.pitch[i]);
            voiced++;
        }
    }
    assert_true(voiced > 0 && voiced < c.frames);
    r.pitch = 0;
    r.range = 0;
    say(&r, &a);
    for (int64_t i = 0; i < c.frames; i++)
        if (c.pitch[i] > 10)
            assert_true(fabs((double)c.bent[i] - exp(sum / voiced)) < 1e-2);
    session->watch = NULL;
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alphabet),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_voices),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_seed_and_gain),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bad_models),
        cmocka_unit_test(test_pitch),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
