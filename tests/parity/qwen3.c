/* SPDX-License-Identifier: Apache-2.0 */
/* The text decoder against transformers, layer by layer, and against what FLUX.2-klein's pipeline
 * takes from its text encoder, at tiny random configurations of Qwen3, Llama 3 and Qwen2.5 (with
 * biases and YaRN); see scripts/make_fixture_qwen3.py and make_fixture_qwen2.py. */
#include "models/qwen3/qwen3.h"

#include "base/cpu.h"
#include "support/support.h"
#include "weights/quantize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[] = {"qwen3-tiny", "llama3-tiny", "qwen2-tiny"};
enum { FOLDERS = 3 };

static void check(enum ih_status status, const struct ih_error *e)
{
    if (status)
        fail_msg("%s", e->text);
}

/* One opened model and what it should give. */
struct bench {
    struct device *device;
    struct model *model;
    const struct writer *writer;
    struct writer_info info;
    struct weights *stages;
    struct config *expected;
    double tolerance, worst; /* error of a stage, relative to its root mean square */
    bool mean;               /* the root mean square error, not the largest */
    int compared;
};

static void open_path(struct bench *b, const char *path, const char *tier, enum ih_compute compute)
{
    unsigned mask;
    struct ih_error e;
    assert_int_equal(cpu_mask(tier, &mask), 0);
    const struct device_options options = {.threads = 2, .cpu_mask = mask};
    check(device_open_cpu(&b->device, &options, &e), &e);
    const struct model_open o = {b->device, path, compute};
    check(model_open(&b->model, &o, &e), &e);
    b->writer = b->model->family->writer;
    assert_non_null(b->writer);
    b->writer->info(b->model, &b->info);
}

static void open_fixture(struct bench *b, const char *folder)
{
    struct ih_error e;
    char name[64];
    snprintf(name, sizeof name, "%s/stages.safetensors", folder);
    check(weights_open(&b->stages, data_path(name), &e), &e);
    snprintf(name, sizeof name, "%s/expected.json", folder);
    check(config_open(&b->expected, data_path(name), &e), &e);
}

static void bench_open(struct bench *b, const char *folder, const char *tier,
    enum ih_compute compute, double tolerance)
{
    *b = (struct bench){.tolerance = tolerance};
    open_path(b, data_path(folder), tier, compute);
    open_fixture(b, folder);
}

static void bench_close(struct bench *b)
{
    weights_close(&b->stages);
    config_close(&b->expected);
    model_close(&b->model);
    device_close(&b->device);
}

static const struct tensor *find(const struct bench *b, const char *name)
{
    const struct tensor *x = weights_find(b->stages, name);
    if (!x)
        fail_msg("no tensor %s", name);
    return x;
}

static void compare(
    struct bench *b, const char *stage, const float *got, const float *want, int64_t n)
{
    double squares = 0, errors = 0, worst = 0;
    for (int64_t i = 0; i < n; i++) {
        double error = fabs((double)got[i] - want[i]);
        squares += (double)want[i] * want[i];
        errors += error * error;
        worst = fmax(worst, error);
        assert_true(isfinite(got[i]));
    }
    worst = (b->mean ? sqrt(errors / (double)n) : worst) / sqrt(squares / (double)n);
    b->worst = fmax(b->worst, worst);
    b->compared++;
    if (worst > b->tolerance)
        fail_msg("%s is off by %.1e of its size", stage, worst);
}

static void on_stage(void *arg, const char *stage, int layer, struct tensor x)
{
    struct bench *b = arg;
    char name[32];
    snprintf(name, sizeof name, "%s%.*d", stage, strcmp(stage, "layer") == 0, layer);
    const struct tensor *want = find(b, strcmp(stage, "layer") == 0 ? name : stage);
    assert_int_equal(tensor_count(want), tensor_count(&x));
    compare(b, name, x.data, want->data, tensor_count(&x));
}

/* Every stage of the whole prompt at once, from the decoder itself. */
static void check_stages(struct bench *b)
{
    struct qwen3 *m = (struct qwen3 *)b->model;
    const struct decoder *d = &m->decoder;
    struct ih_error e;
    struct arena a = {0};
    check(qwen3_prepare(m, &e), &e);
    const struct tensor *ids = find(b, "ids"), *want = find(b, "logits");
    int count = (int)ids->shape[0];
    int64_t vocab = d->config.vocab;
    float *logits = test_malloc((size_t)vocab * sizeof *logits);
    struct kv *kv = arena_calloc(&a, (size_t)d->depth, sizeof *kv);
    for (int l = 0; l < d->depth; l++)
        decoder_kv_init(d, &kv[l], arena_calloc(&a, 1, decoder_kv_bytes(d, count)), count);
    const struct decoder_row row = {ids->data, count, kv, logits};
    const struct decoder_watch watch = {on_stage, b};
    check(decoder_step(b->device, &a, d, &row, 1, NULL, &watch, &e), &e);
    assert_int_equal(b->compared, d->depth + 1);
    compare(b, "logits", logits, (const float *)want->data + (count - 1) * vocab, vocab);
    test_free(logits);
    arena_free(&a);
}

static void stages_agree(void **state)
{
    (void)state;
    static const char *const tiers[] = {"c", "avx2", "avx512", "all"};
    for (int f = 0; f < FOLDERS; f++)
        for (int t = 0; t < 4; t++) {
            struct bench b;
            bench_open(&b, folders[f], tiers[t], IH_COMPUTE_F32, 1e-5);
            check_stages(&b);
            print_message("%-12s f32 %-7s %.1e\n", folders[f], tiers[t], b.worst);
            bench_close(&b);
        }
}

/* bf16 keeps 8 bits, int8 rounds to 1/254 of each row's largest value, int4 to 1/15; a width of 64
 * averages little. */
static void stages_stay_close(void **state)
{
    (void)state;
    const struct {
        const char *name, *tier;
        enum ih_compute compute;
        double tolerance;
    } kinds[] = {{"bf16", "all", IH_COMPUTE_BF16, 0.02}, {"int8", "all", IH_COMPUTE_INT8, 0.08},
        {"int8", "avx2", IH_COMPUTE_INT8, 0.08}, {"int4", "all", IH_COMPUTE_INT4, 0.8}};
    for (int f = 0; f < FOLDERS; f++)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            struct bench b;
            bench_open(&b, folders[f], kinds[i].tier, kinds[i].compute, kinds[i].tolerance);
            b.mean = true;
            check_stages(&b);
            print_message(
                "%-12s %-4s %-5s %.1e\n", folders[f], kinds[i].name, kinds[i].tier, b.worst);
            bench_close(&b);
        }
}

static struct writer_session *session_open(const struct bench *b, int conversations, int context)
{
    struct ih_error e;
    struct writer_session *s;
    const struct writer_setup setup = {conversations, context};
    check(b->writer->open(&s, b->model, &setup, &e), &e);
    return s;
}

/* The prompt in one piece, then token by token: all logits are those of the reference. */
static void logits_agree_token_by_token(void **state)
{
    (void)state;
    for (int f = 0; f < FOLDERS; f++) {
        struct bench b;
        struct ih_error e;
        bench_open(&b, folders[f], "all", IH_COMPUTE_F32, 1e-5);
        struct writer_session *s = session_open(&b, 1, 0);
        const struct tensor *ids = find(&b, "ids"), *want = find(&b, "logits");
        int vocab = b.info.vocab;
        float *logits = test_malloc((size_t)vocab * sizeof *logits);
        for (int at = 0; at < (int)ids->shape[0];) {
            int count = at ? 1 : 5;
            const struct writer_feed feed = {0, (const int32_t *)ids->data + at, count, logits};
            check(b.writer->feed(s, &feed, 1, NULL, &e), &e);
            at += count;
            compare(&b, "logits", logits, (const float *)want->data + (at - 1) * vocab, vocab);
        }
        assert_true(b.compared > 20);
        test_free(logits);
        b.writer->close(&s);
        bench_close(&b);
    }
}

static int32_t best(const struct bench *b, const float *logits)
{
    return (int32_t)device_kernels(b->device)->argmax(logits, b->info.vocab, NULL);
}

/* 24 greedy tokens, while another conversation is read beside it in pieces. */
static void greedy_tokens_are_equal(void **state)
{
    (void)state;
    static const char *const tiers[] = {"c", "all"};
    for (int f = 0; f < 2 * FOLDERS; f++) {
        struct bench b;
        struct ih_error e;
        bench_open(&b, folders[f % FOLDERS], tiers[f / FOLDERS], IH_COMPUTE_F32, 0);
        struct writer_session *s = session_open(&b, 2, 128);
        const struct tensor *ids = find(&b, "ids");
        const struct config_value *want = config_find(config_root(b.expected), "greedy.ids");
        float *logits = test_malloc((size_t)b.info.vocab * sizeof *logits);
        struct writer_feed feed[2] = {
            {0, ids->data, (int)ids->shape[0], logits}, {1, ids->data, 3, NULL}};
        assert_int_equal(config_length(want), 24);
        for (int i = 0; i < 24; i++) {
            int32_t token;
            check(b.writer->feed(s, feed, 2, NULL, &e), &e);
            token = best(&b, logits);
            assert_int_equal(token, config_int_or(config_item(want, i), -1));
            feed[0] = (struct writer_feed){0, &token, 1, logits};
            if (i == 23)
                break;
            check(b.writer->feed(s, feed, 1, NULL, &e), &e);
            /* The same step again after going back gives the same: the token is read twice. */
            const int32_t *held;
            int length = b.writer->held(s, 0, &held);
            assert_int_equal(held[length - 1], token);
            b.writer->truncate(s, 0, length - 1);
        }
        test_free(logits);
        b.writer->close(&s);
        bench_close(&b);
    }
}

/* A conversation that goes on from another's prefix gives what one gives that read it all. */
static void prefixes_are_shared(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    bench_open(&b, folders[0], "all", IH_COMPUTE_BF16, 0);
    struct writer_session *s = session_open(&b, 3, 100);
    const struct tensor *ids = find(&b, "ids");
    const int32_t *id = ids->data, *held;
    int vocab = b.info.vocab, count = (int)ids->shape[0], prefix = count - 3;
    float *logits = test_malloc(2 * (size_t)vocab * sizeof *logits);
    struct writer_feed feed = {0, id, count, NULL};
    check(b.writer->feed(s, &feed, 1, NULL, &e), &e);
    b.writer->fork(s, 1, 0, prefix);
    assert_int_equal(b.writer->held(s, 1, &held), prefix);
    assert_memory_equal(held, id, (size_t)prefix * sizeof *id);
    feed = (struct writer_feed){2, id, prefix, NULL};
    check(b.writer->feed(s, &feed, 1, NULL, &e), &e);
    const struct writer_feed both[] = {{1, id, 3, logits}, {2, id, 3, logits + vocab}};
    check(b.writer->feed(s, both, 2, NULL, &e), &e);
    assert_memory_equal(logits, logits + vocab, (size_t)vocab * sizeof *logits);
    test_free(logits);
    b.writer->close(&s);
    bench_close(&b);
}

/* A prompt longer than a step, in one piece and in two conversations at once. */
static void long_prompts_are_read_in_blocks(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    enum { LONG = 250 };
    bench_open(&b, folders[0], "all", IH_COMPUTE_F32, 1e-4);
    struct writer_session *s = session_open(&b, 4, LONG);
    int32_t id[LONG];
    int vocab = b.info.vocab;
    float *logits = test_malloc(5 * (size_t)vocab * sizeof *logits);
    for (int i = 0; i < LONG; i++)
        id[i] = (i * 37 + i / 7) % vocab;
    struct writer_feed feed[4];
    for (int i = 0; i < 4; i++)
        feed[i] = (struct writer_feed){i, id, LONG - i % 2, logits + (i + 1) * vocab};
    check(b.writer->feed(s, feed, 4, NULL, &e), &e);
    b.writer->truncate(s, 0, 0);
    for (int i = 0; i < LONG; i++) {
        const struct writer_feed one = {0, id + i, 1, logits};
        check(b.writer->feed(s, &one, 1, NULL, &e), &e);
        for (int k = 0; k < 4; k++)
            if (feed[k].count == i + 1)
                compare(&b, "blocks", logits + (k + 1) * vocab, logits, vocab);
    }
    assert_int_equal(b.compared, 4);
    test_free(logits);
    b.writer->close(&s);
    bench_close(&b);
}

/* What klein's pipeline makes of a prompt: template, tokens, padding, states after three layers;
 * the layer above is never packed. */
static void features_of(struct bench *b, const char *name, enum dtype storage)
{
    enum { PADDED = 64 };
    static const int after[] = {1, 2, 3};
    struct qwen3 *m = (struct qwen3 *)b->model;
    struct ih_error e;
    struct arena a = {0};
    struct decoder d = {.config = m->decoder.config};
    for (int pack = 0; pack < 2; pack++) {
        struct loader l = {m->weights, b->device, &a, pack, storage, &e, IH_OK, "", 0, false};
        decoder_load(&d, &l, 3, false);
        check(l.status, &e);
    }
    char key[64];
    snprintf(key, sizeof key, "prompts.%s", name);
    const struct chat_message message = {
        .role = "user", .text = config_string_or(config_find(config_root(b->expected), key), NULL)};
    const struct chat_options o = {.answer = true};
    int32_t *id, token[PADDED];
    size_t count;
    check(chat_render(b->info.bpe, CHAT_QWEN3, &message, 1, &o, &a, &id, &count, &e), &e);
    for (size_t i = 0; i < PADDED; i++)
        token[i] = i < count ? id[i] : bpe_id(b->info.bpe, "<|endoftext|>");
    const struct decoder_features f = {
        token, count < PADDED ? (int)count : PADDED, PADDED, after, 3};
    int64_t width = 3 * d.config.dim;
    struct tensor out =
        tensor_2d(arena_alloc(&a, (size_t)(PADDED * width) * sizeof(float)), DT_F32, PADDED, width);
    check(decoder_read(b->device, &a, &d, &f, out, NULL, &e), &e);
    snprintf(key, sizeof key, "features.%s", name);
    const struct tensor *want = find(b, key);
    assert_int_equal(tensor_count(want), PADDED * width);
    compare(b, key, out.data, want->data, PADDED * width);
    int cancel = 1;
    assert_int_equal(decoder_read(b->device, &a, &d, &f, out, &cancel, &e), IH_CANCELLED);
    token[3] = d.config.vocab;
    assert_int_equal(decoder_read(b->device, &a, &d, &f, out, NULL, &e), IH_INVALID);
    decoder_free(&d);
    arena_free(&a);
}

static void features_agree(void **state)
{
    (void)state;
    static const char *const prompts[] = {"short", "empty", "cut"}, *const tiers[] = {"c", "all"};
    for (int t = 0; t < 2; t++) {
        struct bench b;
        bench_open(&b, folders[0], tiers[t], IH_COMPUTE_F32, 1e-5);
        for (int i = 0; i < 3; i++)
            features_of(&b, prompts[i], DT_F32);
        print_message("features f32 %-4s %.1e\n", tiers[t], b.worst);
        b.tolerance = 0.02;
        b.worst = 0;
        b.mean = true;
        features_of(&b, prompts[0], DT_BF16);
        print_message("features bf16 %-4s %.1e\n", tiers[t], b.worst);
        bench_close(&b);
    }
}

/* A file that our own quantizer wrote is read too. */
static void quantized_files_are_read(void **state)
{
    (void)state;
    static const enum dtype types[] = {DT_I8, DT_Q4, DT_F16};
    static const char *const names[] = {
        "config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"};
    struct bench b;
    struct ih_error e;
    for (int i = 0; i < 3; i++) {
        char path[1024], name[64];
        bench_open(&b, folders[0], "all", IH_COMPUTE_INT8, 0);
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            static char text[1 << 20];
            snprintf(name, sizeof name, "%s/%s", folders[0], names[k]);
            FILE *f = fopen(data_path(name), "rb");
            size_t n = fread(text, 1, sizeof text, f);
            fclose(f);
            temp_file(names[k], text, n);
        }
        snprintf(path, sizeof path, "%s/model.safetensors", temp_dir());
        check(weights_quantize(((struct qwen3 *)b.model)->weights, path, types[i], NULL, NULL, &e),
            &e);
        bench_close(&b);
        b = (struct bench){.tolerance = types[i] == DT_Q4 ? 0.5 : 0.06, .mean = true};
        open_path(&b, temp_dir(), "all", IH_COMPUTE_INT8);
        open_fixture(&b, folders[0]);
        check_stages(&b);
        print_message("%s file, int8: %.1e\n", dtype_info(types[i])->name, b.worst);
        bench_close(&b);
    }
}

/* llama.cpp's files: the same networks and tokenizers. */
static void gguf_files_are_read(void **state)
{
    (void)state;
    static const char *const files[] = {"gguf/qwen3.gguf", "gguf/llama3.gguf", "gguf/qwen2.gguf"};
    for (int f = 0; f < FOLDERS; f++) {
        struct bench b = {.tolerance = 1e-5}, hub;
        open_path(&b, data_path(files[f]), "all", IH_COMPUTE_F32);
        open_fixture(&b, folders[f]);
        check_stages(&b);
        print_message("%s %.1e\n", files[f], b.worst);
        bench_open(&hub, folders[f], "all", IH_COMPUTE_F32, 0);
        assert_string_equal(b.model->family->name, hub.model->family->name);
        assert_int_equal(b.info.context, hub.info.context);
        assert_int_equal(b.info.chat, hub.info.chat);
        assert_int_equal(b.info.stop[0], hub.info.stop[0]);
        static const char text[] = "<think> Stra\xc3\x9f"
                                   "e e\xcc\x81 12345 \xe4\xb8\xad<|im_end|><|eot_id|>";
        int32_t id[2][64];
        for (int added = 0; added < 2; added++) {
            size_t (*encode)(const struct bpe *, const char *, size_t, int32_t *, size_t) =
                added ? bpe_encode_added : bpe_encode;
            size_t n = encode(b.info.bpe, text, sizeof text - 1, id[0], 64);
            assert_int_equal(n, encode(hub.info.bpe, text, sizeof text - 1, id[1], 64));
            assert_memory_equal(id[0], id[1], n * sizeof **id);
        }
        bench_close(&hub);
        bench_close(&b);
    }
}

/* Logits of the fixture's prompt from a file of q4_0, in the storage that is asked for. */
static void logits_of_q4_0(
    float *out, const struct tensor *ids, enum ih_compute compute, enum dtype t)
{
    struct bench q = {0};
    struct ih_error e;
    open_path(&q, data_path("gguf/qwen3-q4_0.gguf"), "all", compute);
    struct writer_session *s = session_open(&q, 1, 0);
    const struct decoder *d = &((struct qwen3 *)q.model)->decoder;
    assert_int_equal(d->layer[0].qkv.dtype, t);
    assert_int_equal(d->layer[3].down.dtype, t);
    assert_int_equal(d->logits.dtype, t);
    const struct writer_feed feed = {0, ids->data, (int)ids->shape[0], out};
    check(q.writer->feed(s, &feed, 1, NULL, &e), &e);
    q.writer->close(&s);
    bench_close(&q);
}

/* What a file has in 4 bits is multiplied in 4 bits, the output matrix too, and says what it says
 * in f32 but for the 8 bits of what it is multiplied by, which weigh about as much as those of
 * weights in 8 bits. Its blocks are random: some have no -8. */
static void four_bits_stay_four_bits(void **state)
{
    (void)state;
    struct bench b;
    double error[2];
    bench_open(&b, folders[0], "all", IH_COMPUTE_F32, 0.1);
    b.mean = true;
    int vocab = b.info.vocab;
    float *logits = test_malloc(2 * (size_t)vocab * sizeof *logits), *got = logits + vocab;
    const struct tensor *ids = find(&b, "ids");
    logits_of_q4_0(logits, ids, IH_COMPUTE_F32, DT_F32);
    for (int i = 0; i < 2; i++) {
        logits_of_q4_0(got, ids, i ? IH_COMPUTE_INT8 : IH_COMPUTE_AUTO, i ? DT_I8 : DT_Q4);
        b.worst = 0;
        compare(&b, "logits", got, logits, vocab);
        error[i] = b.worst;
    }
    print_message("q4_0 in 4 bits %.1e, in 8 bits %.1e\n", error[0], error[1]);
    test_free(logits);
    bench_close(&b);
}

static void info_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, folders[0], "all", IH_COMPUTE_F32, 0);
    assert_string_equal(b.model->family->name, "qwen3");
    assert_int_equal(b.info.vocab, 640);
    assert_int_equal(b.info.context, 256);
    assert_int_equal(b.info.chat, CHAT_QWEN3);
    assert_int_equal(b.info.stops, 2);
    assert_int_equal(b.info.stop[0], bpe_id(b.info.bpe, "<|im_end|>"));
    assert_int_equal(b.info.stop[1], bpe_id(b.info.bpe, "<|endoftext|>"));
    bench_close(&b);
    bench_open(&b, folders[1], "all", IH_COMPUTE_F32, 0);
    assert_string_equal(b.model->family->name, "llama3");
    assert_int_equal(b.info.chat, CHAT_LLAMA31);
    assert_int_equal(b.info.stop[0], bpe_id(b.info.bpe, "<|eot_id|>"));
    bench_close(&b);
    bench_open(&b, folders[2], "all", IH_COMPUTE_F32, 0);
    assert_string_equal(b.model->family->name, "qwen2");
    assert_int_equal(b.info.chat, CHAT_QWEN2);
    assert_int_equal(b.info.context, 128); /* 32 stretched by 4, though the file says 64 */
    bench_close(&b);
}

static void bad_requests_are_sentences(void **state)
{
    (void)state;
    struct bench b;
    struct ih_error e;
    bench_open(&b, folders[0], "all", IH_COMPUTE_F32, 0);
    struct writer_session *s;
    assert_int_equal(b.writer->open(&s, b.model, &(struct writer_setup){0, 10}, &e), IH_INVALID);
    assert_int_equal(b.writer->open(&s, b.model, &(struct writer_setup){1, 257}, &e), IH_INVALID);
    s = session_open(&b, 1, 64);
    int32_t id[100] = {0};
    const int32_t *held;
    struct writer_feed feed = {0, id, 65, NULL};
    assert_int_equal(b.writer->feed(s, &feed, 1, NULL, &e), IH_INVALID);
    assert_string_equal(e.text, "a conversation of 0 tokens with 65 more; it can hold 64");
    feed.count = 64;
    id[63] = 640;
    assert_int_equal(b.writer->feed(s, &feed, 1, NULL, &e), IH_INVALID);
    assert_string_equal(e.text, "token 640 is none of the model's 640");
    id[63] = 1;
    int cancel = 1;
    assert_int_equal(b.writer->feed(s, &feed, 1, &cancel, &e), IH_CANCELLED);
    assert_int_equal(b.writer->held(s, 0, &held), 0);
    check(b.writer->feed(s, &feed, 1, NULL, &e), &e);
    assert_int_equal(b.writer->held(s, 0, &held), 64);
    b.writer->close(&s);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_agree),
        cmocka_unit_test(stages_stay_close),
        cmocka_unit_test(logits_agree_token_by_token),
        cmocka_unit_test(greedy_tokens_are_equal),
        cmocka_unit_test(prefixes_are_shared),
        cmocka_unit_test(long_prompts_are_read_in_blocks),
        cmocka_unit_test(features_agree),
        cmocka_unit_test(quantized_files_are_read),
        cmocka_unit_test(gguf_files_are_read),
        cmocka_unit_test(four_bits_stay_four_bits),
        cmocka_unit_test(info_is_told),
        cmocka_unit_test(bad_requests_are_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
