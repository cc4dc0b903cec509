/* SPDX-License-Identifier: Apache-2.0 */
/* Whisper held to the official implementations at tiny random configurations: every stage of the
 * network, and the tokens that greedy and beam search choose. See tests/data/README.md. */
#include "support/support.h"

#include "base/cpu.h"
#include "base/mapfile.h"
#include "models/whisper/whisper.h"
#include "weights/config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const models[] = {
    "whisper-tiny-multi80", "whisper-tiny-v3-128", "whisper-tiny-en80"};

/* One model opened with one kind of arithmetic, and its fixture. */
struct fixture {
    struct device *device;
    struct model *model;
    struct recognizer_session *session;
    struct weights *stages;
    struct mapfile recording;
    struct config *expected;
};

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

static void open_model(
    struct fixture *f, const char *name, const char *tier, enum ih_compute compute)
{
    struct ih_error e;
    struct device_options o = {.threads = 2};
    assert_int_equal(cpu_mask(tier, &o.cpu_mask), 0);
    check(device_open_cpu(&f->device, &o, &e), &e);
    struct model_open open = {f->device, data_path(name), compute};
    check(model_open(&f->model, &open, &e), &e);
    struct recognizer_setup setup = {.windows = 2, .width = 5};
    check(f->model->family->recognizer->open(&f->session, f->model, &setup, &e), &e);
    check(mapfile_open(&f->recording, data_path("recording.safetensors"), &e), &e);
}

static void open_expected(struct fixture *f, const char *folder)
{
    struct ih_error e;
    char path[256];
    snprintf(path, sizeof path, "%s/stages.safetensors", folder);
    check(weights_open(&f->stages, data_path(path), &e), &e);
    snprintf(path, sizeof path, "%s/expected.json", folder);
    check(config_open(&f->expected, data_path(path), &e), &e);
}

static void open_fixture(
    struct fixture *f, const char *name, const char *tier, enum ih_compute compute)
{
    open_model(f, name, tier, compute);
    open_expected(f, name);
}

static void close_fixture(struct fixture *f)
{
    config_close(&f->expected);
    mapfile_close(&f->recording);
    weights_close(&f->stages);
    f->model->family->recognizer->close(&f->session);
    model_close(&f->model);
    device_close(&f->device);
}

/* Input "a" or "b" as samples; returns how many. */
static int64_t input(const struct fixture *f, char which, float *pcm)
{
    char key[16];
    snprintf(key, sizeof key, "inputs.%c", which);
    const struct config_value *range = config_find(config_root(f->expected), key);
    int64_t begin = config_int_or(config_item(range, 0), 0);
    int64_t end = config_int_or(config_item(range, 1), 32000);
    /* The file's only tensor is 16-bit, which no model has: read behind the header. */
    uint64_t header;
    memcpy(&header, f->recording.data, sizeof header);
    assert_true(begin >= 0 && end > begin && 8 + header + 2 * (uint64_t)end <= f->recording.size);
    const unsigned char *bytes = f->recording.data + 8 + header + 2 * begin;
    for (int64_t i = 0; i < end - begin; i++)
        pcm[i] = (float)(int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8) / 32768.0f;
    return end - begin;
}

static void encode(struct fixture *f, const char *inputs)
{
    static float pcm[2][32000];
    const float *at[2] = {pcm[0], pcm[1]};
    int64_t samples[2];
    int count = (int)strlen(inputs);
    for (int i = 0; i < count; i++)
        samples[i] = input(f, inputs[i], pcm[i]);
    struct ih_error e;
    check(whisper_encode(f->session, at, samples, count, &e), &e);
}

/* What a stage is compared by: the largest difference relative to the reference's deviation. */
struct stage_check {
    struct fixture *f;
    double tolerance;
    const char *prefix; /* of the tensors' names, or null */
    int compared;
    double worst;
};

static float *as_f32(struct tensor x)
{
    int64_t rows = x.shape[0], cols = x.shape[1];
    float *y = test_malloc((size_t)(rows * cols) * sizeof *y);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++)
            y[r * cols + c] = x.dtype == DT_F32
                                  ? ((float *)x.data)[r * x.stride[0] + c]
                                  : bf16_to_f32(((uint16_t *)x.data)[r * x.stride[0] + c]);
    return y;
}

static void compare(struct stage_check *s, const char *name, const float *got, int64_t rows,
    int64_t cols, bool transposed)
{
    char full[64];
    snprintf(full, sizeof full, "%s%s%s", s->prefix ? s->prefix : "", s->prefix ? "." : "", name);
    const struct tensor *want = weights_find(s->f->stages, full);
    if (!want)
        return;
    assert_int_equal(tensor_count(want), rows * cols);
    const float *w = want->data;
    double square = 0, worst = 0;
    for (int64_t i = 0; i < rows * cols; i++)
        square += (double)w[i] * w[i];
    double scale = sqrt(square / (double)(rows * cols));
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < cols; c++) {
            double d =
                fabs((double)got[r * cols + c] - w[transposed ? c * rows + r : r * cols + c]) /
                scale;
            worst = d > worst || isnan(d) ? d : worst;
        }
    if (!(worst <= s->tolerance))
        fail_msg("%s: worst difference %.3g of the reference's magnitude", name, worst);
    s->worst = fmax(s->worst, worst);
    s->compared++;
}

static void on_stage(void *arg, const char *stage, int layer, struct tensor x)
{
    struct stage_check *s = arg;
    char name[32];
    bool transposed = false;
    if (strcmp(stage, "mel") == 0 || strcmp(stage, "conv1") == 0) {
        transposed = true;
        snprintf(name, sizeof name, "%s", stage[0] == 'm' ? "mel.a" : "enc.conv1");
    } else if (strcmp(stage, "embedded") == 0) {
        snprintf(name, sizeof name, "enc.pos");
    } else if (strcmp(stage, "encoded") == 0) {
        snprintf(name, sizeof name, "enc.out");
    } else {
        snprintf(name, sizeof name, "%.3s.block%d", stage, layer);
    }
    float *got = as_f32(x);
    compare(s, name, got, x.shape[0], x.shape[1], transposed);
    test_free(got);
}

/* Feeds the fixture's prompt; compares the logits of its last token with row `at` of a tensor (-1:
 * the last). */
static double check_logits(struct fixture *f, const char *tensor, int64_t at, double tolerance)
{
    const struct config_value *prompt = config_find(config_root(f->expected), "stage_prompt");
    int n = (int)config_length(prompt), vocab = ((struct whisper *)f->model)->config.vocab;
    int32_t token[96];
    for (int i = 0; i < n; i++)
        token[i] = (int32_t)config_int_or(config_item(prompt, i), -1);
    float *logits = test_malloc((size_t)vocab * sizeof *logits);
    struct whisper_row row = {0, 0, token, n};
    whisper_cache_reset(f->session, 0);
    whisper_step(f->session, &row, 1, logits, NULL, NULL, NULL);
    const struct tensor *want = weights_find(f->stages, tensor);
    assert_non_null(want);
    int64_t row_at = at < 0 ? n - 1 : at;
    double square = 0, worst = 0;
    for (int i = 0; i < vocab; i++) {
        double w = (double)((float *)want->data)[row_at * vocab + i];
        square += w * w;
        worst = fmax(worst, fabs((double)logits[i] - w));
    }
    worst /= sqrt(square / vocab);
    assert_true(worst <= tolerance);
    test_free(logits);
    return worst;
}

/* Encodes input a and feeds the fixture's prompt; compares every stage and the logits. */
static int check_stages(
    const char *name, const char *tier, enum ih_compute compute, double tolerance)
{
    struct fixture f = {0};
    open_fixture(&f, name, tier, compute);
    struct stage_check s = {.f = &f, .tolerance = tolerance};
    f.session->watch = on_stage;
    f.session->watch_arg = &s;
    encode(&f, "a");
    double worst = check_logits(&f, "dec.logits", -1, tolerance);
    print_message("%-22s %-12s worst stage %.2e, logits %.2e of their magnitude\n", name, tier,
        s.worst, worst);
    close_fixture(&f);
    return s.compared;
}

/* f32: rounding in another order than the reference's. */
static void test_stages_f32(void **state)
{
    (void)state;
    static const char *const tiers[] = {"c", "all"};
    for (int t = 0; t < 2; t++) {
        assert_true(check_stages(models[0], tiers[t], IH_COMPUTE_F32, 2e-4) >= 8);
        assert_true(check_stages(models[1], tiers[t], IH_COMPUTE_F32, 2e-4) >= 4);
        assert_true(check_stages(models[2], tiers[t], IH_COMPUTE_F32, 2e-4) >= 4);
    }
}

/* bf16 keeps 8 bits: 2^-9 a rounding, worst of thousands of values after four layers. int8 rounds
 * to 1/254 of each row's largest value. Both are stated in docs/accuracy.md. */
static void test_stages_reduced(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        check_stages(models[i], "all", IH_COMPUTE_BF16, 0.12);
        check_stages(models[i], "all", IH_COMPUTE_INT8, 0.35);
        check_stages(models[i], "avx2", IH_COMPUTE_INT8, 0.35);
    }
}

static void test_language(void **state)
{
    (void)state;
    for (int m = 0; m < 2; m++) {
        struct fixture f = {0};
        open_fixture(&f, models[m], "all", IH_COMPUTE_F32);
        encode(&f, "ab");
        for (int i = 0; i < 2; i++) {
            struct ih_error e;
            int language;
            float probability;
            char key[64];
            check(whisper_detect(f.session, i, &language, &probability, &e), &e);
            snprintf(key, sizeof key, "languages.%c.%s", "ab"[i],
                ((struct whisper *)f.model) -> tokens.code[language]);
            double want = config_number_or(config_find(config_root(f.expected), key), -1);
            assert_true(fabs(want - (double)probability) < 1e-4);
        }
        close_fixture(&f);
    }
}

/* One decoding case of expected.json. */
struct decode_case {
    struct fixture *f;
    int run, skipped;
};

static int encode_prompt(const struct fixture *f, const char *prompt, int32_t *id)
{
    char spaced[512];
    snprintf(spaced, sizeof spaced, " %s", prompt);
    return (int)f->model->family->recognizer->tokens(f->model, spaced, id, 256);
}

static void check_decoded(const char *key, const struct config_value *want,
    const struct config_value *tokens, const struct decoded *got)
{
    for (int i = 0; i < got->count && i < (int)config_length(tokens); i++)
        if (got->token[i] != config_int_or(config_item(tokens, i), -1))
            fail_msg("%s: token %d is %d, not %d", key, i, (int)got->token[i],
                (int)config_int_or(config_item(tokens, i), -1));
    if (got->count != config_length(tokens))
        fail_msg("%s: %d tokens, not %d", key, got->count, (int)config_length(tokens));
    double avg = config_number_or(config_find(want, "avg_logprob"), 0);
    double silence = config_number_or(config_find(want, "no_speech_prob"), 0);
    if (fabs(avg - (double)got->avg_logprob) > 2e-3)
        fail_msg("%s: avg_logprob %g, not %g", key, (double)got->avg_logprob, avg);
    if (!isnan(silence) && fabs(silence - (double)got->no_speech) > 1e-4)
        fail_msg("%s: no_speech %g, not %g", key, (double)got->no_speech, silence);
}

static void on_case(void *arg, const char *key, const struct config_value *want)
{
    struct decode_case *c = arg;
    const struct config_value *o = config_find(want, "options");
    /* Cases of options that this program does not offer. */
    static const char *const other[] = {"prefix.", "no_suppress.", "ts_any_start.", "ts_start_"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        if (strncmp(key, other[i], strlen(other[i])) == 0) {
            c->skipped++;
            return;
        }
    }
    const char *dot = strrchr(key, '.');
    int32_t prompt[256];
    struct arena arena = {0};
    struct decode_request r = {.window = dot[1] - 'a', .context = prompt};
    r.context_count = encode_prompt(c->f, config_string_or(config_find(o, "prompt"), ""), prompt);
    if (!config_find(o, "prompt"))
        r.context_count = 0;
    const char *language = config_string_or(config_find(want, "language"), "en");
    struct decode_options options = {
        .language = language,
        .translate = strcmp(config_string_or(config_find(o, "task"), ""), "translate") == 0,
        .timestamps = !config_bool_or(config_find(o, "without_timestamps"), false),
        .beam = (int)config_int_or(config_find(o, "beam_size"), 1),
        .best_of = 1,
        .patience = (float)config_number_or(config_find(o, "patience"), 1),
        .length_penalty = (float)config_number_or(config_find(o, "length_penalty"), -1),
        .max_tokens = (int)config_int_or(config_find(o, "sample_len"), 0),
    };
    struct decoded got;
    struct ih_error e;
    check(whisper_decode(c->f->session, &options, &r, 1, NULL, &arena, &got, &e), &e);
    check_decoded(key, want, config_find(want, "tokens"), &got);
    arena_free(&arena);
    c->run++;
}

static void test_tokens(void **state)
{
    (void)state;
    static const char *const tiers[] = {"c", "all"};
    for (int m = 0; m < 3; m++)
        for (int t = 0; t < 2; t++) {
            struct fixture f = {0};
            open_fixture(&f, models[m], tiers[t], IH_COMPUTE_F32);
            encode(&f, "ab");
            struct decode_case c = {.f = &f};
            config_each(config_find(config_root(f.expected), "openai"), on_case, &c);
            print_message("%-22s %-12s %d decoding cases equal\n", models[m], tiers[t], c.run);
            assert_true(c.run >= 8);
            close_fixture(&f);
        }
}

/* The reference's time at which the token number `at` begins or, with `ends`, the one before it
 * ends: its words before punctuation joins them, which here are parts of the words. */
static double reference_time(const struct config_value *words, int at, bool ends)
{
    int first = 0;
    for (int64_t i = 0; i < config_length(words); i++) {
        const struct config_value *w = config_item(words, i);
        int next = first + (int)config_length(config_find(w, "tokens"));
        if (ends ? next == at : first == at)
            return config_number_or(config_find(w, ends ? "end" : "start"), -1);
        first = next;
    }
    return -1;
}

/* Words as add_word_timestamps() joins them, with the times of find_alignment(). A word here lasts
 * until its closing punctuation does; the reference leaves joined punctuation out. */
static void on_alignment(void *arg, const char *key, const struct config_value *want)
{
    struct fixture *f = arg;
    const struct config_value *tokens = config_find(want, "tokens");
    const struct config_value *merged = config_find(want, "merged.words");
    int32_t token[96];
    float logprob[96] = {0};
    struct decoded d = {.token = token, .logprob = logprob, .count = (int)config_length(tokens)};
    for (int i = 0; i < d.count; i++)
        token[i] = (int32_t)config_int_or(config_item(tokens, i), -1);
    struct decode_options o = {.language = config_string_or(config_find(want, "language"), "en")};
    struct arena arena = {0};
    struct ih_error e;
    check(whisper_align(f->session, key[0] == 'b', &o, &d, &arena, &e), &e);
    assert_int_equal(d.words, config_length(merged));
    for (int i = 0; i < d.words; i++) {
        const struct config_value *w = config_item(merged, i);
        char text[128];
        f->model->family->recognizer->text(
            f->model, token + d.word[i].first, (size_t)d.word[i].count, text, sizeof text);
        assert_string_equal(text, config_string_or(config_find(w, "word"), ""));
        const struct config_value *parts = config_find(want, "words");
        double begin = reference_time(parts, d.word[i].first, false);
        double end = reference_time(parts, d.word[i].first + d.word[i].count, true);
        if (fabs(d.word[i].begin - begin) > 1e-6 || fabs(d.word[i].end - end) > 1e-6)
            fail_msg("%s: word %d is %g to %g, not %g to %g", key, i, d.word[i].begin,
                d.word[i].end, begin, end);
    }
    arena_free(&arena);
}

static void test_alignment(void **state)
{
    (void)state;
    for (int m = 0; m < 3; m++) {
        struct fixture f = {0};
        open_fixture(&f, models[m], "all", IH_COMPUTE_F32);
        encode(&f, "ab");
        config_each(config_find(config_root(f.expected), "align"), on_alignment, &f);
        close_fixture(&f);
    }
}

/* whisper.cpp's files: the same network from other names, and four storage types. */
static void test_ggml(void **state)
{
    (void)state;
    static const char *const types[] = {"f32", "f16", "q8_0", "q5_0"};
    for (int i = 0; i < 4; i++) {
        struct fixture f = {0};
        char name[64];
        snprintf(name, sizeof name, "ggml-tiny/ggml-tiny-%s.bin", types[i]);
        open_model(&f, name, "all", IH_COMPUTE_F32);
        open_expected(&f, "ggml-tiny");
        struct stage_check s = {.f = &f, .tolerance = 2e-4, .prefix = types[i]};
        f.session->watch = on_stage;
        f.session->watch_arg = &s;
        encode(&f, "a");
        snprintf(name, sizeof name, "%s.dec.logits", types[i]);
        double worst = check_logits(&f, name, 0, 2e-4);
        print_message("ggml %-5s worst stage %.2e, logits %.2e of their magnitude\n", types[i],
            s.worst, worst);
        f.session->watch = NULL;
        struct decode_request r = {0};
        struct decode_options o = {.language = "de",
            .timestamps = true,
            .beam = 1,
            .best_of = 1,
            .patience = 1,
            .length_penalty = -1,
            .max_tokens = 40};
        struct decoded got;
        struct arena arena = {0};
        struct ih_error e;
        check(whisper_decode(f.session, &o, &r, 1, NULL, &arena, &got, &e), &e);
        const struct config_value *want = config_find(config_root(f.expected), types[i]);
        check_decoded(types[i], want, config_find(want, "greedy_ts"), &got);
        arena_free(&arena);
        close_fixture(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages_f32),
        cmocka_unit_test(test_stages_reduced),
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_ggml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
