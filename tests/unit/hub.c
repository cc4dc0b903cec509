/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include "hub/catalog.h"
#include "hub/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect_hash(bool (*init)(struct sha *), const char *text, int times, const char *want)
{
    struct sha s;
    char hex[SHA256_HEX + 1];
    assert_true(init(&s));
    for (int i = 0; i < times; i++)
        sha_update(&s, text, strlen(text));
    sha_hex(&s, hex);
    sha_free(&s);
    assert_string_equal(hex, want);
}

/* The examples of FIPS 180 and its companion test vectors. */
static void test_sha(void **state)
{
    (void)state;
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    expect_hash(
        sha256_init, "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash(
        sha256_init, "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash(sha256_init, two_blocks, 1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_hash(sha256_init, "aaaaaaaaaa", 100000,
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    expect_hash(sha1_init, "", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    expect_hash(sha1_init, "abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    expect_hash(sha1_init, two_blocks, 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    expect_hash(sha1_init, "aaaaaaaaaa", 100000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

static void choose(const char *const *names, const char *const *wanted, const char *const *expected)
{
    struct hub_file file[16];
    struct hub_listing l = {.file = file};
    struct ih_error e;
    int n = 0, asked = 0;
    for (; names[l.count]; l.count++) {
        file[l.count] = (struct hub_file){.size = -1};
        strcpy(file[l.count].name, names[l.count]);
    }
    while (wanted[asked])
        asked++;
    assert_int_equal(hub_choose(&l, wanted, asked, &e), IH_OK);
    for (; expected[n]; n++) {
        assert_true(n < l.count);
        assert_string_equal(l.file[n].name, expected[n]);
    }
    assert_int_equal(l.count, n);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_which_files_a_model_needs(void **state)
{
    (void)state;
    static const char *const none[] = {NULL};
    choose(NAMES(".gitattributes", "config.json", "flax_model.msgpack", "model.safetensors",
               "model-00001-of-00002.safetensors", "model.safetensors.index.json", "vocab.json"),
        none, NAMES("config.json", "model.safetensors", "vocab.json"));
    choose(NAMES("config.json", "model-00001-of-00002.safetensors", "model.fp32-1.safetensors",
               "model.safetensors.index.json"),
        none,
        NAMES("config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json"));
    choose(NAMES("ggml-tiny.bin", "ggml-base.bin"), NAMES("ggml-base.bin"), NAMES("ggml-base.bin"));

    /* A pipeline's folders each bring their own set; its root's weights are the same once more. */
    choose(
        NAMES("model_index.json", "flux.safetensors", "vae/diffusion_pytorch_model.safetensors",
            "vae/diffusion_pytorch_model.fp16.safetensors", "vae/config.json", "media/a.json",
            "text_encoder/model-00001-of-00002.safetensors", "text_encoder/model.fp16.safetensors",
            "text_encoder/model.safetensors.index.json", "tokenizer/merges.txt",
            "tokenizer/notes.txt", "scheduler/scheduler_config.json", "voices/a.pt"),
        none,
        NAMES("model_index.json", "scheduler/scheduler_config.json",
            "text_encoder/model-00001-of-00002.safetensors",
            "text_encoder/model.safetensors.index.json", "tokenizer/merges.txt", "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors"));
    choose(NAMES("README.md", "config.json", "kokoro-v1_0.pth", "voices/bf_emma.pt",
               "voices/af_heart.pt", "voices/notes.txt", "samples/a.wav", "VOICES.md"),
        none,
        NAMES("config.json", "kokoro-v1_0.pth", "README.md", "voices/af_heart.pt",
            "voices/bf_emma.pt"));
    choose(NAMES("a.pth", "b.pth", "voices/x.pt"), NAMES("b.pth"), NAMES("b.pth", "voices/x.pt"));
    choose(NAMES("model.safetensors", "a.pth", "voices/x.pt", "vae/model.safetensors"), none,
        NAMES("model.safetensors"));

    struct hub_file file[1] = {{.name = "pytorch_model.bin"}};
    struct hub_listing l = {.file = file, .count = 1};
    struct ih_error e;
    assert_int_equal(hub_choose(&l, none, 0, &e), IH_NOT_FOUND);
    l.count = 1;
    assert_int_equal(hub_choose(&l, NAMES("other.bin"), 1, &e), IH_NOT_FOUND);
    assert_string_equal(e.text, "the repository has no file other.bin");
}

static void choose_here(const char *const *names, const char *const *expected)
{
    struct hub_file file[16];
    struct hub_listing l = {.file = file};
    struct ih_error e;
    int n = 0;
    for (; names[l.count]; l.count++) {
        file[l.count] = (struct hub_file){.size = -1};
        strcpy(file[l.count].name, names[l.count]);
    }
    assert_int_equal(hub_choose_here(&l, &e), IH_OK);
    for (; expected[n]; n++) {
        assert_true(n < l.count);
        assert_string_equal(l.file[n].name, expected[n]);
    }
    assert_int_equal(l.count, n);
}

static void test_which_files_are_imported(void **state)
{
    (void)state;
    choose_here(
        NAMES("config.json", "pytorch_model.bin", "model.safetensors", "model.fp32.safetensors",
            "lexicon/en.txt", "ctc.json", "onnx/model.onnx", "card.md"),
        NAMES("card.md", "config.json", "ctc.json", "lexicon/en.txt", "model.safetensors"));
    choose_here(
        NAMES("model_index.json", "flux.safetensors", "vae/diffusion_pytorch_model.safetensors",
            "taef2/taef2_decoder.pth", "vae/diffusion_pytorch_model.bin"),
        NAMES("model_index.json", "taef2/taef2_decoder.pth",
            "vae/diffusion_pytorch_model.safetensors"));
    choose_here(NAMES("config.json", "kokoro.pth", "voices/a.pt", "stages.safetensors"),
        NAMES("config.json", "kokoro.pth", "stages.safetensors", "voices/a.pt"));
    choose_here(NAMES("a.gguf", "b.bin"), NAMES("a.gguf", "b.bin"));
}

static void refuse(const char *const *names, const char *sentence)
{
    struct hub_file file[8];
    struct hub_listing l = {.file = file};
    struct ih_error e;
    for (; names[l.count]; l.count++) {
        file[l.count] = (struct hub_file){.size = -1};
        strcpy(file[l.count].name, names[l.count]);
    }
    assert_int_equal(hub_choose(&l, names, l.count, &e), IH_BAD_DATA);
    assert_non_null(strstr(e.text, sentence));
}

static void test_names_that_cannot_lie_side_by_side(void **state)
{
    (void)state;
    refuse(NAMES("model.safetensors", "voices/a.pt", "voices/A.pt"), "voices/a.pt and voices/A.pt");
    refuse(NAMES("VOICES/a.pt", "voices.txt", "voices/b.pt"), "VOICES/a.pt and voices/b.pt");
    refuse(NAMES("voices/a.pt", "voices-2", "voices"), "voices and voices/a.pt");
    refuse(NAMES("Voices", "voices/a.pt", "z"), "Voices and voices/a.pt");
    refuse(NAMES("config.json", "b", "config.json"), "config.json and config.json");
    choose(NAMES("a", "a.b/c", "ab/a", "ab/b", "abc"), NAMES("a", "a.b/c", "ab/a", "ab/b", "abc"),
        NAMES("a", "a.b/c", "ab/a", "ab/b", "abc"));
}

static void test_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".", "..", "../a", "a/..", "a/../b", "/a", "/etc/passwd",
        "a/", "a//b", "a/b/c", "a\\b", "..\\a", "c:a", ".ssh", "a/.ssh", "a b", "a\nb", "a\x7f",
        "a?b", "a#b", "a%2fb", "a.part", "v/a.tag", "inhouse.json", "a.", "a./b", NULL};
    char longest[160];
    for (int i = 0; bad[i]; i++)
        if (hub_is_name(bad[i]))
            fail_msg("'%s' is taken for a name", bad[i]);
    assert_false(hub_is_name(NULL));
    memset(longest, 'a', sizeof longest);
    longest[127] = 0;
    assert_true(hub_is_name(longest));
    longest[127] = 'a', longest[128] = 0;
    assert_false(hub_is_name(longest));
    assert_true(hub_is_name("model.safetensors.index.json"));
    assert_true(hub_is_name("voices/af_heart.pt"));
    assert_true(hub_is_name("vae/model-00001-of-00002.safetensors"));
}

static void test_catalog(void **state)
{
    (void)state;
    struct catalog *c;
    struct ih_error e;
    int n;
    assert_int_equal(catalog_open(&c, NULL, &e), IH_OK);
    const struct catalog_model *all = catalog_models(c, &n);
    for (int i = 0; i < n; i++) {
        assert_ptr_equal(catalog_find(c, all[i].name), &all[i]);
        assert_ptr_equal(catalog_find(c, all[i].alias), &all[i]);
        assert_true(!all[i].repo || catalog_find(c, all[i].repo) == &all[i]);
        assert_int_equal(catalog_rank(c, all[i].name) >= 0, !strncmp(all[i].name, "whisper", 7));
        assert_true(all[i].megabytes > 0 && all[i].licence[0] && all[i].task[0] && all[i].card[0]);
    }
    assert_string_equal(catalog_find(c, "turbo")->repo, "openai/whisper-large-v3-turbo");
    assert_string_equal(catalog_find(c, "kokoro")->repo, "hexgrad/Kokoro-82M");
    assert_string_equal(catalog_find(c, "flux.2-klein")->repo, "black-forest-labs/FLUX.2-klein-4B");
    assert_int_equal(catalog_find(c, "tiny")->language_count, 99);
    assert_int_equal(catalog_find(c, "large-v3")->language_count, 100);
    assert_null(catalog_find(c, "transcribe-1")->repo);
    assert_null(catalog_find(c, "huge"));
    assert_null(catalog_find(NULL, "tiny"));
    assert_true(catalog_rank(c, "whisper-small") > catalog_rank(c, "whisper-tiny"));
    assert_int_equal(catalog_rank(c, "transcribe-1"), -1);
    catalog_close(&c);
}

static void expect_matches(const struct catalog_model *m, const char *words, bool want)
{
    char copy[80], *rest = NULL;
    const char *list[8];
    int n = 0;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        list[n++] = word;
    if (catalog_matches(m, list, n) != want)
        fail_msg("'%s' is %sfound in %s", words, want ? "not " : "", m->name);
}

static void test_search(void **state)
{
    (void)state;
    struct catalog *c;
    struct ih_error e;
    assert_int_equal(catalog_open(&c, NULL, &e), IH_OK);
    const struct catalog_model *tiny = catalog_find(c, "tiny"),
                               *tiny_en = catalog_find(c, "tiny.en");
    expect_matches(tiny, "", true);
    expect_matches(tiny, "WHISPER transcribe de", true);
    expect_matches(tiny, "apache openai", true);
    expect_matches(tiny, "whisper speak", false);
    expect_matches(tiny_en, "transcribe en", true);
    expect_matches(tiny_en, "transcribe sw", false); /* "answer" has these letters, no code */
    expect_matches(catalog_find(c, "kokoro"), "speak hi", true);
    expect_matches(catalog_find(c, "vad-1"), "built in", true);
    expect_matches(tiny, "built in", false);
    catalog_close(&c);
}

/* A catalog of the user's own, written to a file of the test. */
static enum ih_status open_own(struct catalog **c, const char *text, struct ih_error *e)
{
    char path[] = "/tmp/inhouse-catalog-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    enum ih_status status = catalog_open(c, path, e);
    unlink(path);
    return status;
}

#define DIGEST     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OWN(model) "{\"format\": 1, \"models\": [" model "]}"

static void test_catalog_of_ones_own(void **state)
{
    (void)state;
    struct catalog *c;
    struct ih_error e;
    int own, all;
    assert_int_equal(catalog_open(&c, NULL, &e), IH_OK);
    catalog_models(c, &all);
    catalog_close(&c);
    assert_int_equal(
        open_own(&c,
            OWN("{\"name\": \"calls\", \"short\": [\"c\"], \"repo\": \"us/calls\", \"revision\": "
                "\"v2\","
                "\"files\": [{\"name\": \"model.safetensors\", \"sha256\": \"" DIGEST
                "\", \"size\": 7}]},"
                "{\"name\": \"whisper-tiny\", \"short\": [\"tiny\"], \"repo\": \"us/tiny\"}"),
            &e),
        IH_OK);
    const struct catalog_model *calls = catalog_find(c, "c");
    assert_string_equal(calls->revision, "v2");
    assert_int_equal(calls->file_count, 1);
    assert_string_equal(calls->files[0].sha256, DIGEST);
    assert_int_equal(calls->files[0].size, 7);
    assert_string_equal(catalog_find(c, "tiny")->repo, "us/tiny");
    catalog_models(c, &own);
    assert_int_equal(own, all + 1);
    catalog_close(&c);

    static const struct {
        const char *text, *sentence;
    } bad[] = {
        {"{", "line 1"},
        {"[]", "\"format\": 1"},
        {"{\"format\": 2, \"models\": []}", "\"format\": 1"},
        {OWN("7"), "list of objects"},
        {OWN("{\"name\": \"../x\", \"repo\": \"a/b\"}"), "must name the model's folder"},
        {OWN("{\"name\": \"x.partial\", \"repo\": \"a/b\"}"), "must name the model's folder"},
        {OWN("{\"name\": \"x\"}"), "must be OWNER/NAME"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/../b\"}"), "must be OWNER/NAME"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/b\", \"revision\": \"a?b\"}"),
            "branch, tag or commit"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/b\", \"license\": \"MIT\"}"),
            "did you mean 'licence'"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/b\", \"megabytes\": -1}"), "whole number"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/b\", \"languages\": [1]}"), "list of texts"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/b\", \"files\": [{\"name\": \"../f\"}]}"),
            "name of a file"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/b\", \"files\": [{\"name\": \"f\", \"sha256\": "
             "\"00\"}]}"),
            "64 lower-case"},
        {OWN("{\"name\": \"x\", \"repo\": \"a/b\"}, {\"name\": \"x\", \"repo\": \"a/b\"}"),
            "twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(open_own(&c, bad[i].text, &e), IH_BAD_DATA);
        assert_null(c);
        if (!strstr(e.text, bad[i].sentence))
            fail_msg("'%s' is not in '%s'", bad[i].sentence, e.text);
    }
    assert_int_equal(catalog_open(&c, "/nowhere/catalog.json", &e), IH_BAD_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha),
        cmocka_unit_test(test_which_files_a_model_needs),
        cmocka_unit_test(test_which_files_are_imported),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_that_cannot_lie_side_by_side),
        cmocka_unit_test(test_catalog),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_catalog_of_ones_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
