/* SPDX-License-Identifier: Apache-2.0 */
/* A spelling model whose files are broken is refused with a sentence that says where. */
#include "support/support.h"

#include "base/cpu.h"
#include "base/mapfile.h"
#include "models/spell1/spell1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GOOD TEST_DATA "/spell1"

/* The text of a file of the good model; the caller frees it. */
static char *read_good(const char *name)
{
    struct ih_error e;
    struct mapfile m;
    char path[512];
    snprintf(path, sizeof path, GOOD "/%s", name);
    if (mapfile_open(&m, path, &e))
        fail_msg("%s", e.text);
    char *text = calloc(1, m.size + 1);
    assert_non_null(text);
    memcpy(text, m.data, m.size);
    mapfile_close(&m);
    return text;
}

static void put(const char *name, const char *text)
{
    temp_file(name, text, strlen(text));
}

/* Opens a folder of these files and the good weights, and keeps the sentence. */
static enum ih_status open_with(const char *config, const char *exceptions, struct ih_error *e)
{
    char path[512];
    snprintf(path, sizeof path, "%s/model.safetensors", temp_dir());
    if (access(path, R_OK) != 0)
        assert_int_equal(symlink(GOOD "/model.safetensors", path), 0);
    put("config.json", config);
    put("exceptions.txt", exceptions);
    struct device *d;
    struct device_options o = {.threads = 1};
    assert_int_equal(cpu_mask("all", &o.cpu_mask), 0);
    assert_int_equal(device_open_cpu(&d, &o, e), IH_OK);
    struct model_open open = {d, temp_dir(), IH_COMPUTE_F32};
    struct model *m = NULL;
    enum ih_status status = model_open(&m, &open, e);
    model_close(&m);
    device_close(&d);
    return status;
}

static void refused(const char *config, const char *exceptions, const char *sentence)
{
    struct ih_error e = {0};
    enum ih_status status = open_with(config, exceptions, &e);
    if (!status)
        fail_msg("opened, instead of: %s", sentence);
    if (!strstr(e.text, sentence))
        fail_msg("\"%s\" instead of \"%s\"", e.text, sentence);
}

/* The good configuration with one piece of text replaced; the caller frees it. */
static char *changed(const char *from, const char *to)
{
    char *good = read_good("config.json"), *at = strstr(good, from);
    assert_non_null(at);
    char *out = calloc(1, strlen(good) + strlen(to) + 1);
    assert_non_null(out);
    memcpy(out, good, (size_t)(at - good));
    strcat(out, to);
    strcat(out, at + strlen(from));
    free(good);
    return out;
}

static void good_files_open(void **state)
{
    (void)state;
    struct ih_error e;
    char *config = read_good("config.json");
    assert_int_equal(open_with(config, "de\tund\tunt\nja\tクツ\tkutsu\n", &e), IH_OK);
    assert_int_equal(open_with(config, "de\tund\tunt", &e), IH_OK); /* no last line end */
    assert_int_equal(open_with(config, "", &e), IH_OK);
    free(config);
}

static void broken_configurations_are_refused(void **state)
{
    (void)state;
    const struct {
        const char *from, *to, *sentence;
    } cases[] = {
        {"\"hidden_size\": 32", "\"hidden_size\": 0", "hidden_size"},
        {"\"hidden_size\": 32", "\"hidden_size\": 36", "embed_letters.weight"},
        {"\"num_attention_heads\": 2", "\"num_attention_heads\": 3", "cannot be split into 3"},
        {"\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "layers.2"},
        {"\"num_hidden_layers\": 2", "\"num_hidden_layers\": \"2\"", "num_hidden_layers"},
        {"\"max_position_embeddings\": 10", "\"max_position_embeddings\": 1", "max_position"},
        {"\"slots\": 3", "\"slots\": 4", "head.weight"},
        {"\"letters\": \"'a", "\"letters\": \"a'", "order of their code points"},
        {"\"letters\": \"'a", "\"letters\": \"'", "embed_letters.weight"},
        {"\"letters\"", "\"signs\"", "\"letters\" must be"},
        {"\"phones\"", "\"sounds\"", "\"phones\" must be"},
        {"\"de\", ", "\"\", ", "\"languages\" must be"},
        {"\"de\", ", "7, ", "\"languages\" must be"},
        {"\"de\", ", "", "embed_languages.weight"},
        {"\"composed\": [", "\"composed\": [\"ab\", ", "three letters"},
        {"\"composed\": [", "\"composed\": [\"zab\", \"yab\", ", "order of code points"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *config = changed(cases[i].from, cases[i].to);
        refused(config, "", cases[i].sentence);
        free(config);
    }
}

static void broken_exceptions_are_refused(void **state)
{
    (void)state;
    char *config = read_good("config.json");
    const char *shape = "not a language, a word and its phonemes";
    static char wide[2000];
    memset(wide, 'a', sizeof wide - 1);
    memcpy(wide, "de\t", 3);
    refused(config, "de und unt\n", shape);
    refused(config, "de\tund\n", shape);
    refused(config, "de\t\tunt\n", shape);
    refused(config, "\n", shape);
    refused(config, wide, shape);
    refused(config, "de\tund\t\n", "line 1: phonemes that the model does not have");
    refused(config, "de\tund\tunQ\n", "phonemes that the model does not have");
    refused(config, "de\tund\tun\xff\n", "phonemes that the model does not have");
    refused(config, "de\tund\tunt\n\xff\tund\tunt\n", "line 2: a language");
    refused(config, "fr\tund\tunt\n", "line 1: a language that the model does not have");
    refused(config, "de\tund\tunt\nde\tund\tun\n", "line 2: not behind the line before");
    refused(config, "de\tund\tunt\nde\tab\tab\n", "line 2: not behind the line before");
    free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_files_open),
        cmocka_unit_test(broken_configurations_are_refused),
        cmocka_unit_test(broken_exceptions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
