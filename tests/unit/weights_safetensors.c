/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "weights/weights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes a file of a header and `bytes` of data that count 0, 1, 2 ... */
static const char *write_file(const char *name, const char *header, size_t bytes)
{
    size_t n = strlen(header);
    unsigned char *file = calloc(1, 8 + n + bytes);
    assert_non_null(file);
    for (int i = 0; i < 8; i++)
        file[i] = (unsigned char)((uint64_t)n >> 8 * i);
    memcpy(file + 8, header, n);
    for (size_t i = 0; i < bytes; i++)
        file[8 + n + i] = (unsigned char)i;
    const char *path = temp_file(name, file, 8 + n + bytes);
    free(file);
    return path;
}

static struct weights *open_set(const char *path)
{
    struct weights *w;
    struct ih_error e;
    if (weights_open(&w, path, &e))
        fail_msg("%s", e.text);
    return w;
}

/* The sentence names the file and holds the fragment. */
static void assert_refused(const char *path, enum ih_status code, const char *fragment)
{
    struct weights *w;
    struct ih_error e = {0};
    assert_int_equal(weights_open(&w, path, &e), code);
    assert_null(w);
    assert_int_equal(e.code, code);
    if (!strstr(e.text, path) || !strstr(e.text, fragment))
        fail_msg("\"%s\" lacks \"%s\" or the path", e.text, fragment);
}

static void reads_tensors(void **state)
{
    (void)state;
    struct weights *w = open_set(write_file("good.safetensors",
        "{\"__metadata__\":{\"format\":\"pt\"},"
        "\"a.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},"
        "\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
        "\"h\":{\"dtype\":\"BF16\",\"shape\":[1,2,1,2],\"data_offsets\":[32,40]},"
        "\"none\":{\"dtype\":\"F16\",\"shape\":[3,0],\"data_offsets\":[40,40]}} ",
        40));
    assert_int_equal(weights_count(w), 4);
    assert_string_equal(weights_name(w, 0), "a.weight");
    assert_ptr_equal(weights_at(w, 0), weights_find(w, "a.weight"));
    const struct tensor *a = weights_find(w, "a.weight"), *n = weights_find(w, "n");
    assert_int_equal(a->dtype, DT_F32);
    assert_int_equal(a->rank, 2);
    assert_int_equal(a->shape[0], 2);
    assert_int_equal(a->shape[1], 3);
    assert_int_equal(a->stride[0], 3);
    assert_int_equal(a->stride[1], 1);
    assert_int_equal(*(const unsigned char *)a->data, 8);
    assert_int_equal(n->dtype, DT_I64);
    assert_int_equal(n->rank, 1);
    assert_int_equal(n->shape[0], 1);
    int64_t value;
    memcpy(&value, n->data, sizeof value);
    assert_true(value == 0x0706050403020100);
    const struct tensor *h = weights_find(w, "h");
    assert_int_equal(h->dtype, DT_BF16);
    assert_int_equal(h->rank, 4);
    assert_int_equal(h->stride[0], 4);
    assert_int_equal(h->stride[1], 2);
    assert_int_equal(tensor_count(weights_find(w, "none")), 0);
    assert_null(weights_find(w, "a.weigh"));
    assert_null(weights_find(w, "__metadata__"));
    weights_close(&w);
    assert_null(w);
}

static void get_checks_shapes(void **state)
{
    (void)state;
    const char *path = write_file("shapes.safetensors",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24);
    struct weights *w = open_set(path);
    struct tensor t;
    struct ih_error e;
    assert_int_equal(weights_get(&t, w, "a", 2, (int64_t[]){2, 3}, &e), IH_OK);
    assert_int_equal(weights_get(&t, w, "a", 2, (int64_t[]){-1, 3}, &e), IH_OK);
    assert_int_equal(t.shape[0], 2);
    assert_int_equal(weights_get(&t, w, "a", 2, (int64_t[]){3, 2}, &e), IH_BAD_DATA);
    assert_non_null(strstr(e.text, path));
    assert_non_null(strstr(e.text, "tensor a has shape [2, 3], expected [3, 2]"));
    assert_int_equal(weights_get(&t, w, "a", 1, (int64_t[]){6}, &e), IH_BAD_DATA);
    assert_non_null(strstr(e.text, "has shape [2, 3], expected [6]"));
    assert_int_equal(weights_get(&t, w, "b", 3, (int64_t[]){1, -1, 2}, &e), IH_NOT_FOUND);
    assert_non_null(strstr(e.text, path));
    assert_non_null(strstr(e.text, "tensor b is missing; expected one of shape [1, any, 2]"));
    weights_close(&w);
}

/* Types and ranks that nothing computes with do not stop a file from opening. */
static void unusable_tensors_are_refused_when_asked_for(void **state)
{
    (void)state;
    struct weights *w = open_set(write_file("unusable.safetensors",
        "{\"d\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]},"
        "\"five\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,2],\"data_offsets\":[8,16]},"
        "\"new\":{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[16,19]},"
        "\"u\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[19,20]}}",
        20));
    struct tensor t;
    struct ih_error e;
    assert_int_equal(weights_count(w), 1);
    assert_string_equal(weights_name(w, 0), "u");
    assert_null(weights_find(w, "d"));
    assert_int_equal(weights_get(&t, w, "d", 1, (int64_t[]){1}, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "tensor d has type F64; the types that can be used are F32,"));
    assert_int_equal(weights_get(&t, w, "five", 1, (int64_t[]){1}, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "tensor five has more than 4 dimensions"));
    assert_int_equal(weights_get(&t, w, "new", 1, (int64_t[]){4}, &e), IH_UNSUPPORTED);
    assert_non_null(strstr(e.text, "tensor new has type F6_E2M3"));
    weights_close(&w);
}

/* A header of odd length puts the data at an odd address. */
static void unaligned_data_is_copied(void **state)
{
    (void)state;
    const char *header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} ";
    assert_int_equal(strlen(header) % 2, 1);
    struct weights *w = open_set(write_file("odd.safetensors", header, 8));
    const struct tensor *a = weights_find(w, "a");
    assert_int_equal((uintptr_t)a->data % 4, 0);
    assert_memory_equal(a->data, "\0\1\2\3\4\5\6\7", 8);
    weights_close(&w);
}

#define ONE(shape, offsets)                                                                        \
    "{\"a\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void damaged_headers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        size_t bytes;
        const char *fragment;
    } cases[] = {
        {"", 0, "the header does not begin with {"},
        {"[1]", 0, "the header does not begin with {"},
        {"{\"a\":", 0, "not valid JSON"},
        {"{\"a\":1}", 0, "tensor a has no dtype"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 0, "tensor a has bad data_offsets"},
        {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, "tensor a has no shape"},
        {ONE("[1]", "[0]"), 4, "tensor a has bad data_offsets"},
        {ONE("[1]", "[4,0]"), 4, "expected [begin, end] with begin <= end"},
        {ONE("[1]", "[-4,0]"), 4, "tensor a has bad data_offsets"},
        {ONE("[1]", "[0,4.0]"), 4, "tensor a has bad data_offsets"},
        {ONE("[1]", "[0,9223372036854775807]"), 4, "tensor a ends at byte 9223372036854775807"},
        {ONE("[1]", "[0,18446744073709551616]"), 4, "too big integer"},
        {ONE("[2]", "[0,8]"), 4, "the file holds 4 (is it complete?)"},
        {ONE("[3]", "[0,8]"), 8, "takes 8 bytes, but its shape holds 3 elements of F32"},
        {ONE("[-1]", "[0,4]"), 4, "tensor a has a bad shape; expected lengths of 0 and more"},
        {ONE("[1.5]", "[0,4]"), 4, "tensor a has a bad shape"},
        {ONE("{}", "[0,4]"), 4, "tensor a has no shape"},
        {ONE("[4294967296,4294967296]", "[0,0]"), 0, "a shape of more than 2^63 elements"},
        {ONE("[4611686018427387904]", "[0,0]"), 0, "takes 0 bytes"},
        {ONE("[1]", "[0,4]"), 5, "1 bytes follow the last tensor"},
        {ONE("[1]", "[4,8]"), 8, "a gap of 4 bytes before tensor a"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
         "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[3,7]}}",
            7, "the data of tensor b overlaps tensor a"},
        {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
         "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
            2, "duplicate"},
        {"{\"\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
            "a name that is empty, longer than 255 bytes or holds control characters"},
        {"{\"a\\nb\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
            "holds control characters"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(write_file("bad.safetensors", cases[i].header, cases[i].bytes), IH_BAD_DATA,
            cases[i].fragment);
}

static void damaged_lengths_are_refused(void **state)
{
    (void)state;
    assert_refused(temp_file("l.safetensors", "", 0), IH_BAD_DATA, "0 bytes are too few");
    assert_refused(temp_file("l.safetensors", "\2\0\0\0\0\0\0", 7), IH_BAD_DATA, "7 bytes");
    assert_refused(temp_file("l.safetensors", "\3\0\0\0\0\0\0\0{}", 10), IH_BAD_DATA,
        "the header takes 3 bytes, but the file holds 2 (is it complete?)");
    assert_refused(temp_file("l.safetensors", "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10),
        IH_BAD_DATA, "a header of 18446744073709551615 bytes");
    assert_refused(TEST_DATA, IH_NOT_FOUND, "holds neither model.safetensors nor");
    assert_refused("/no such file", IH_NOT_FOUND, "No such file");
}

/* Cut anywhere, a real file is refused. */
static void truncation_is_found(void **state)
{
    (void)state;
    const char *path = data_path("whisper-tiny-en80/model.safetensors");
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    static char bytes[1 << 20];
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_true(n > 100000 && n < sizeof bytes);
    for (size_t cut = 0; cut < n; cut += 997) {
        struct weights *w;
        assert_int_equal(
            weights_open(&w, temp_file("cut.safetensors", bytes, cut), NULL), IH_BAD_DATA);
    }
    struct weights *w = open_set(temp_file("cut.safetensors", bytes, n));
    weights_close(&w);
}

/* Names and shapes as torch printed them. */
static void hub_files_open(void **state)
{
    (void)state;
    struct weights *w = open_set(data_path("whisper-tiny-multi80"));
    struct tensor t;
    struct ih_error e;
    assert_int_equal(weights_count(w), 89);
    assert_int_equal(
        weights_get(&t, w, "model.encoder.conv1.weight", 3, (int64_t[]){64, 80, 3}, &e), IH_OK);
    assert_int_equal(t.dtype, DT_F32);
    assert_int_equal(weights_bytes(w), 1237600);
    weights_close(&w);
    w = open_set(data_path("whisper-tiny-en80/"));
    assert_int_equal(weights_find(w, "model.decoder.layer_norm.bias")->dtype, DT_BF16);
    weights_close(&w);
}

/* A sparse file of 1 TB opens, which it could not if opening read the data. */
static void data_is_not_touched(void **state)
{
    (void)state;
    const char *path = write_file("sparse.safetensors",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[274877906944],\"data_offsets\":[0,1099511627776]}}  "
        " ",
        0);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size + 1099511627776), 0);
    struct weights *w = open_set(path);
    assert_true(tensor_count(weights_find(w, "a")) == 274877906944);
    weights_close(&w);
}

static void many_names_are_found(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    char *header = malloc(COUNT * 96), *p = header;
    assert_non_null(header);
    for (int i = 0; i < COUNT; i++)
        p += sprintf(p,
            "%c\"layers.%d.w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]}",
            i ? ',' : '{', i, i, i + 1);
    sprintf(p, "}");
    struct weights *w = open_set(write_file("many.safetensors", header, COUNT));
    assert_int_equal(weights_count(w), COUNT);
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        sprintf(name, "layers.%d.w", i);
        const struct tensor *t = weights_find(w, name);
        assert_non_null(t);
        assert_int_equal(*(unsigned char *)t->data, i % 256);
    }
    assert_null(weights_find(w, "layers.20000.w"));
    weights_close(&w);
    free(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_tensors),
        cmocka_unit_test(get_checks_shapes),
        cmocka_unit_test(unusable_tensors_are_refused_when_asked_for),
        cmocka_unit_test(unaligned_data_is_copied),
        cmocka_unit_test(damaged_headers_are_refused),
        cmocka_unit_test(damaged_lengths_are_refused),
        cmocka_unit_test(truncation_is_found),
        cmocka_unit_test(hub_files_open),
        cmocka_unit_test(data_is_not_touched),
        cmocka_unit_test(many_names_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
