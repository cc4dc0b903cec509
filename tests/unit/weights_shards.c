/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "weights/weights.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char one_name[] = "model-00001-of-00002.safetensors";
static const char two_name[] = "model-00002-of-00002.safetensors";
static const char index_name[] = "model.safetensors.index.json";

/* A file with one U8 [1] for each letter of `names`, holding the letter. */
static void write_shard(const char *file, const char *names)
{
    char text[1024], *p = text + 8;
    for (size_t i = 0; i < strlen(names); i++)
        p += sprintf(p, "%c\"%c\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%zu,%zu]}",
            i ? ',' : '{', names[i], i, i + 1);
    p += sprintf(p, "}");
    uint64_t n = (uint64_t)(p - text) - 8;
    memcpy(text, &n, 8);
    memcpy(p, names, strlen(names));
    temp_file(file, text, 8 + n + strlen(names));
}

static void write_index(const char *text)
{
    temp_file(index_name, text, strlen(text));
}

/* a and b in the first file, c in the second. */
static void write_good(void)
{
    write_shard(one_name, "ab");
    write_shard(two_name, "c");
    write_index("{\"metadata\":{\"total_size\":3},\"weight_map\":{"
                "\"a\":\"model-00001-of-00002.safetensors\","
                "\"c\":\"model-00002-of-00002.safetensors\","
                "\"b\":\"model-00001-of-00002.safetensors\"}}");
}

static void assert_refused(enum ih_status code, const char *file, const char *fragment)
{
    struct weights *w;
    struct ih_error e;
    assert_int_equal(weights_open(&w, temp_dir(), &e), code);
    assert_null(w);
    if (!strstr(e.text, file) || !strstr(e.text, fragment))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", e.text, fragment, file);
}

static int set_up(void **state)
{
    (void)state;
    write_good();
    return 0;
}

static void shards_are_read(void **state)
{
    (void)state;
    struct weights *w;
    struct ih_error e;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", temp_dir(), index_name);
    const char *const paths[] = {temp_dir(), path};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(weights_open(&w, paths[i], &e), IH_OK);
        assert_string_equal(weights_path(w), path);
        assert_int_equal(weights_count(w), 3);
        for (const char *c = "abc"; *c; c++)
            assert_int_equal(*(char *)weights_find(w, (char[]){*c, 0})->data, *c);
        weights_close(&w);
    }
}

static void missing_files_are_named(void **state)
{
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", temp_dir(), two_name);
    unlink(path);
    assert_refused(IH_NOT_FOUND, two_name, "No such file");
}

static void missing_tensors_are_named(void **state)
{
    (void)state;
    write_shard(two_name, "d");
    assert_refused(IH_BAD_DATA, index_name, "tensor c is missing in model-00002-of-00002");
}

static void tensors_must_be_where_the_index_says(void **state)
{
    (void)state;
    write_shard(one_name, "abc");
    write_shard(two_name, "d");
    assert_refused(IH_BAD_DATA, index_name,
        "tensor c is said to be in model-00002-of-00002.safetensors, but it is in "
        "model-00001-of-00002.safetensors");
}

static void a_tensor_may_not_be_there_twice(void **state)
{
    (void)state;
    write_shard(two_name, "cb");
    assert_refused(IH_BAD_DATA, index_name, "tensor b is there twice");
}

static void file_names_must_be_plain(void **state)
{
    (void)state;
    static const char *const names[] = {"\"../x.safetensors\"", "\"/etc/passwd\"", "\"..\"", "\"\"",
        "\"a/b\"", "\"a\\\\b\"", "\"a\\nb\"", "7", "null", "{}"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[128];
        snprintf(text, sizeof text, "{\"weight_map\":{\"a\":%s}}", names[i]);
        write_index(text);
        assert_refused(IH_BAD_DATA, index_name, "tensor a is not given a plain file name");
    }
}

static void an_index_needs_a_map(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}", "[]", "{\"weight_map\":{}}", "{\"weight_map\":[]}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_index(texts[i]);
        assert_refused(IH_BAD_DATA, index_name, "no weight_map");
    }
    write_index("{");
    assert_refused(IH_BAD_DATA, index_name, "not valid JSON");
}

static void too_many_files_are_refused(void **state)
{
    (void)state;
    char text[16384], *p = text;
    for (int i = 0; i < 257; i++)
        p += sprintf(p, "%s\"t%d\":\"f%d\"", i ? "," : "{\"weight_map\":{", i, i);
    sprintf(p, "}}");
    write_index(text);
    assert_refused(IH_BAD_DATA, index_name, "more than 256 files are named");
}

static void damage_in_a_shard_names_the_shard(void **state)
{
    (void)state;
    temp_file(two_name, "\1\0\0\0\0\0\0\0", 8);
    assert_refused(IH_BAD_DATA, two_name, "is it complete?");
}

/* Counts from the index that transformers wrote. */
static void hub_shards_open(void **state)
{
    (void)state;
    struct weights *w;
    struct ih_error e;
    assert_int_equal(weights_open(&w, data_path("whisper-tiny-v3-128"), &e), IH_OK);
    assert_int_equal(weights_count(w), 65);
    struct tensor t;
    assert_int_equal(
        weights_get(&t, w, "model.encoder.conv1.weight", 3, (int64_t[]){64, 128, 3}, &e), IH_OK);
    assert_int_equal(t.dtype, DT_F16);
    weights_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(shards_are_read, set_up),
        cmocka_unit_test_setup(missing_files_are_named, set_up),
        cmocka_unit_test_setup(missing_tensors_are_named, set_up),
        cmocka_unit_test_setup(tensors_must_be_where_the_index_says, set_up),
        cmocka_unit_test_setup(a_tensor_may_not_be_there_twice, set_up),
        cmocka_unit_test_setup(file_names_must_be_plain, set_up),
        cmocka_unit_test_setup(an_index_needs_a_map, set_up),
        cmocka_unit_test_setup(too_many_files_are_refused, set_up),
        cmocka_unit_test_setup(damage_in_a_shard_names_the_shard, set_up),
        cmocka_unit_test(hub_shards_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
