/* SPDX-License-Identifier: Apache-2.0 */
/* The CTC head of transcribe-1 in the search: what it hears, that a search weighs it as it should,
 * and that a broken ctc.json is refused. */
#include "support/support.h"

#include "base/cpu.h"
#include "base/mapfile.h"
#include "models/whisper/whisper.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODEL TEST_MODELS "/transcribe-1"

struct fixture {
    struct device *device;
    struct model *model;
    struct recognizer_session *session;
    struct arena arena;
    float *pcm;
    int64_t samples;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

/* 16-bit mono at 16 kHz behind a header of 44 bytes. */
static void read_sample(struct fixture *f)
{
    struct ih_error e;
    struct mapfile wav;
    check(mapfile_open(&wav, MODEL "/sample.wav", &e), &e);
    f->samples = (int64_t)(wav.size - 44) / 2;
    f->pcm = malloc((size_t)f->samples * sizeof *f->pcm);
    assert_non_null(f->pcm);
    const unsigned char *bytes = wav.data + 44;
    for (int64_t i = 0; i < f->samples; i++)
        f->pcm[i] = (float)(int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8) / 32768.0f;
    mapfile_close(&wav);
}

static int open_fixture(void **state)
{
    static struct fixture f;
    struct ih_error e;
    struct device_options o = {.threads = 2};
    assert_int_equal(cpu_mask("all", &o.cpu_mask), 0);
    check(device_open_cpu(&f.device, &o, &e), &e);
    struct model_open open = {f.device, MODEL, IH_COMPUTE_F32};
    check(model_open(&f.model, &open, &e), &e);
    struct recognizer_setup setup = {.windows = 1, .width = 5};
    check(f.model->family->recognizer->open(&f.session, f.model, &setup, &e), &e);
    read_sample(&f);
    const float *pcm = f.pcm;
    check(whisper_encode(f.session, &pcm, &f.samples, 1, &e), &e);
    *state = &f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    f->model->family->recognizer->close(&f->session);
    model_close(&f->model);
    device_close(&f->device);
    arena_free(&f->arena);
    free(f->pcm);
    return 0;
}

static const struct decode_options english = {
    .language = "en", .beam = 5, .best_of = 1, .patience = 1, .length_penalty = -1};

static void frames_are_probabilities(void **state)
{
    struct fixture *f = *state;
    const struct whisper_ctc *head = &((struct whisper *)f->model)->ctc;
    const struct ctc_frames *frames = whisper_ctc(f->session, 0, &english);
    assert_non_null(frames);
    assert_int_equal(frames->frames, f->session->window[0].positions);
    for (int64_t t = 0; t < frames->frames; t++) {
        double sum = 0;
        for (int c = 0; c < head->classes; c++) {
            float p = frames->p[c * frames->frames + t];
            assert_true(p > 0 && p <= 1.0f + 1e-5f);
            sum += (double)p;
        }
        assert_true(fabs(sum - 1) < 1e-3);
    }
}

static void has_a_say_where_it_spells(void **state)
{
    struct fixture *f = *state;
    const struct whisper_ctc *head = &((struct whisper *)f->model)->ctc;
    struct decode_options o = english;
    o.translate = true;
    assert_null(whisper_ctc(f->session, 0, &o));
    o = english;
    o.language = "xx";
    assert_null(whisper_ctc(f->session, 0, &o));
    o.language = "ru";
    assert_true(whisper_ctc(f->session, 0, &o)->spaced);
    o.language = "th"; /* spaces between words are heard and not written */
    const struct ctc_frames *unspaced = whisper_ctc(f->session, 0, &o);
    assert_false(unspaced->spaced);
    const float *p = unspaced->p, *rest = p + unspaced->blank * unspaced->frames;
    for (int64_t t = 0; t < unspaced->frames; t++)
        assert_true(rest[t] >= p[head->blank * unspaced->frames + t] - 1e-6f);
}

static struct decoded decode(struct fixture *f, float weight, float words, float temperature)
{
    struct ih_error e;
    struct decoded out;
    struct decode_request request = {.temperature = temperature, .seed = 5};
    ((struct whisper *)f->model)->ctc.weight = weight;
    ((struct whisper *)f->model)->ctc.lexicon_weight = words;
    check(whisper_decode(f->session, &english, &request, 1, NULL, &f->arena, &out, &e), &e);
    return out;
}

/* The head's logarithm for the whole text of a result, token by token. */
static double heard(struct fixture *f, const struct decoded *d)
{
    const struct ctc_speller *speller = &((struct whisper *)f->model)->ctc.speller;
    const struct ctc_frames *frames = &f->session->window[0].ctc;
    double *memory = malloc(2 * ctc_doubles(frames->frames) * sizeof *memory);
    double *scratch = memory + ctc_doubles(frames->frames), sum = 0;
    assert_non_null(memory);
    struct ctc_state s;
    ctc_begin(&s, memory, frames);
    for (int i = 0; i < d->count; i++) {
        sum += ctc_gain(speller, frames, &s, d->token[i], scratch);
        ctc_advance(speller, frames, &s, d->token[i], scratch);
    }
    sum += ctc_gain(speller, frames, &s, CTC_END, scratch);
    free(memory);
    return sum;
}

static double said(const struct decoded *d)
{
    return (double)d->avg_logprob * (d->count + 1);
}

/* The more the head weighs, the better it likes the result; and what it adds is not counted as the
 * decoder's certainty. */
static void the_search_weighs_both(void **state)
{
    struct fixture *f = *state;
    struct decoded alone = decode(f, 0, 0, 0), both = decode(f, 0.5f, 0, 0);
    struct decoded head = decode(f, 5, 0, 0);
    assert_false(both.truncated);
    assert_true(heard(f, &both) >= heard(f, &alone) - 1e-2);
    assert_true(heard(f, &head) >= heard(f, &both) - 1e-2);
    assert_true(said(&head) <= said(&both) + 1e-2);
    double sum = 0;
    for (int i = 0; i < both.count; i++)
        sum += (double)both.logprob[i];
    assert_true(sum <= 1e-3 && said(&both) <= sum + 1e-3);
}

/* What the lexicon thinks of the whole text of a result. */
static double known(struct fixture *f, const struct decoded *d)
{
    struct whisper *w = (struct whisper *)f->model;
    const struct lexicon *l;
    struct lexicon_state s = {0};
    struct ih_error e;
    double sum = 0;
    check(whisper_lexicon(w, "en", &l, &e), &e);
    assert_non_null(l);
    for (int i = 0; i < d->count; i++)
        sum += whisper_word_gain(w, l, &s, d->token[i]);
    return sum + whisper_word_gain(w, l, &s, w->tokens.end);
}

static void the_search_knows_words(void **state)
{
    struct fixture *f = *state;
    struct decoded none = decode(f, 0.5f, 0, 0), some = decode(f, 0.5f, 0.5f, 0);
    struct decoded many = decode(f, 0.5f, 3, 0);
    assert_true(known(f, &some) >= known(f, &none) - 1e-2);
    assert_true(known(f, &many) >= known(f, &some) - 1e-2);
    assert_true(heard(f, &many) <= heard(f, &none) + 1e-2);
}

static void other_languages_have_other_words(void **state)
{
    struct fixture *f = *state;
    struct whisper *w = (struct whisper *)f->model;
    const struct lexicon *first, *again, *other, *none;
    struct ih_error e;
    check(whisper_lexicon(w, "en", &first, &e), &e);
    check(whisper_lexicon(w, "en", &again, &e), &e);
    check(whisper_lexicon(w, "de", &other, &e), &e);
    assert_true(first && first == again && other && other != first);
    check(whisper_lexicon(w, "zh", &none, &e), &e);
    assert_null(none);
    check(whisper_lexicon(w, "xx", &none, &e), &e);
    assert_null(none);
}

/* At a high temperature the decoder alone babbles for as long as it may; the head ends it. */
static void the_head_ends_babble(void **state)
{
    struct fixture *f = *state;
    struct decoded both = decode(f, 2, 0, 1.5f);
    assert_false(both.truncated);
    assert_true(both.count < 25 * f->samples / MEL_RATE);
}

/* A copy of the model whose last file each test writes anew. */
static char folder[256];
static const char *const files[] = {
    "config.json", "generation_config.json", "tokenizer.json", "model.safetensors", "ctc.json"};
enum { FILES = sizeof files / sizeof *files };

static const char *in_folder(int file)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, files[file]);
    return path;
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "%s/broken", temp_dir());
    assert_int_equal(mkdir(folder, 0700), 0);
    for (int i = 0; i < FILES - 1; i++) {
        char source[512];
        snprintf(source, sizeof source, MODEL "/%s", files[i]);
        assert_int_equal(symlink(source, in_folder(i)), 0);
    }
}

static void remove_folder(void)
{
    for (int i = 0; i < FILES; i++)
        unlink(in_folder(i));
    rmdir(folder);
}

static void refuse(struct fixture *f, const char *ctc, const char *wanted)
{
    struct ih_error e;
    struct model *m = NULL;
    struct model_open open = {f->device, folder, IH_COMPUTE_F32};
    FILE *file = fopen(in_folder(FILES - 1), "w");
    assert_non_null(file);
    fputs(ctc, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(model_open(&m, &open, &e), IH_BAD_DATA);
    if (!strstr(e.text, wanted))
        fail_msg("\"%s\" does not say \"%s\"", e.text, wanted);
}

static void broken_descriptions_are_refused(void **state)
{
    struct fixture *f = *state;
    make_folder();
    refuse(f, "{", "ctc.json");
    refuse(f, "{\"blank\":1,\"space\":0}", "classes");
    refuse(f, "{\"classes\":5,\"blank\":5,\"space\":0}", "blank");
    refuse(f, "{\"classes\":5,\"blank\":4,\"space\":-1}", "space");
    refuse(f, "{\"classes\":5,\"blank\":4,\"space\":0,\"weight\":-1}", "weight");
    refuse(f, "{\"classes\":5,\"blank\":4,\"space\":0}", "spelling");
    refuse(f, "{\"classes\":5,\"blank\":4,\"space\":0,\"spelling\":[[[4]]]}", "not among");
    refuse(f, "{\"classes\":5,\"blank\":4,\"space\":0,\"spelling\":[[[\"a\"]]]}", "not among");
    refuse(f, "{\"classes\":5,\"blank\":4,\"space\":0,\"spelling\":[[1]]}", "1 to 16 letters");
    refuse(f,
        "{\"classes\":5,\"blank\":4,\"space\":0,\"spelling\":[[[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]]"
        "]"
        "}",
        "1 to 16 letters");
    refuse(f, "{\"classes\":5,\"blank\":4,\"space\":0,\"spelling\":[[[1]]]}", "ctc.weight");
    remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_probabilities),
        cmocka_unit_test(has_a_say_where_it_spells),
        cmocka_unit_test(the_search_weighs_both),
        cmocka_unit_test(the_search_knows_words),
        cmocka_unit_test(other_languages_have_other_words),
        cmocka_unit_test(the_head_ends_babble),
        cmocka_unit_test(broken_descriptions_are_refused),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
