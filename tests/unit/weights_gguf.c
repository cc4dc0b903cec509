/* SPDX-License-Identifier: Apache-2.0 */
/* GGUF against llama.cpp's own Python package; see scripts/make_fixture_gguf.py. */
#include "weights/gguf.h"

#include "base/mapfile.h"
#include "kernels/blocks.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static struct gguf_file *open_types(void)
{
    struct gguf_file *f;
    struct ih_error e;
    if (gguf_open(&f, data_path("gguf/types.gguf"), &e))
        fail_msg("%s", e.text);
    return f;
}

/* Products and differences of the same f32 numbers, to the last bit but for the order in which a
 * scale is multiplied. */
static void values_are_equal(void **state)
{
    (void)state;
    static const char *const names[] = {
        "f32", "f16", "bf16", "Q8_0", "Q5_0", "Q4_0", "Q4_K", "Q6_K"};
    struct gguf_file *f = open_types();
    struct weights *expected;
    struct ih_error e;
    assert_int_equal(weights_open(&expected, data_path("gguf/expected.safetensors"), &e), IH_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct tensor *got = weights_find(f->weights, names[i]);
        const struct tensor *want = weights_find(expected, names[i]);
        assert_non_null(got);
        assert_int_equal(got->rank, 2);
        assert_int_equal(got->shape[0], want->shape[0]);
        assert_int_equal(got->shape[1], want->shape[1]);
        size_t n = (size_t)tensor_count(got);
        float *out = test_malloc(n * sizeof *out);
        blocks_to_f32(got->dtype, out, got->data, (int64_t)n);
        assert_close(names[i], out, want->data, n, 1e-6f, 1e-6f);
        test_free(out);
    }
    weights_close(&expected);
    gguf_close(&f);
}

static void fields_are_read(void **state)
{
    (void)state;
    struct gguf_file *f = open_types();
    assert_true(gguf_int(f, "a.u8", 0) == 200 && gguf_int(f, "a.i8", 0) == -100);
    assert_true(gguf_int(f, "a.u16", 0) == 60000 && gguf_int(f, "a.i16", 0) == -30000);
    assert_true(gguf_int(f, "a.u32", 0) == 4000000000 && gguf_int(f, "a.i32", 0) == -2000000000);
    assert_true(gguf_int(f, "a.u64", 0) == 1LL << 40 && gguf_int(f, "a.i64", 0) == -(1LL << 40));
    assert_true(gguf_int(f, "a.bool", 0) == 1);
    assert_true(gguf_number(f, "a.f32", 0) == 0.25 && gguf_number(f, "a.f64", 0) == 1e300);
    assert_true(gguf_number(f, "a.i8", 0) == -100);
    assert_true(gguf_int(f, "a.f32", 7) == 7 && gguf_int(f, "a.string", 7) == 7);
    assert_true(gguf_int(f, "none", 7) == 7 && gguf_number(f, "none", 7) == 7);
    struct gguf_text text = gguf_string(f, "a.string");
    assert_int_equal(text.n, 7);
    assert_memory_equal(text.s,
        "gr\xc3\xbc\xc3\x9f"
        "e",
        7);
    assert_null(gguf_string(f, "a.u8").s);
    assert_memory_equal(gguf_string(f, "general.architecture").s, "test", 4);
    gguf_close(&f);
}

static void lists_are_read(void **state)
{
    (void)state;
    struct gguf_file *f = open_types();
    static const char *const words[] = {"one", "", "drei"};
    static const int64_t numbers[] = {3, -4, 5};
    struct gguf_list l = gguf_list(f, "a.strings");
    struct gguf_text text;
    int64_t value;
    assert_int_equal(l.left, 3);
    for (int i = 0; i < 3; i++) {
        assert_true(gguf_next_string(&l, &text));
        assert_int_equal(text.n, strlen(words[i]));
        assert_memory_equal(text.s, words[i], text.n);
    }
    assert_false(gguf_next_string(&l, &text));
    l = gguf_list(f, "a.ints");
    assert_false(gguf_next_string(&l, &text));
    for (int i = 0; i < 3; i++) {
        assert_true(gguf_next_int(&l, &value));
        assert_true(value == numbers[i]);
    }
    assert_false(gguf_next_int(&l, &value));
    assert_int_equal(gguf_list(f, "a.u8").left, 0);
    gguf_close(&f);
}

static void unread_types_are_refused_when_asked_for(void **state)
{
    (void)state;
    struct gguf_file *f = open_types();
    struct tensor t;
    struct ih_error e;
    const int64_t shape[] = {-1, -1};
    assert_null(weights_find(f->weights, "unread"));
    assert_int_not_equal(weights_get(&t, f->weights, "unread", 2, shape, &e), IH_OK);
    assert_non_null(strstr(e.text, "ggml type 10"));
    gguf_close(&f);
}

/* Cut anywhere, the file fails with a sentence; only the padding behind the last tensor may go. */
static void cut_files_are_refused(void **state)
{
    (void)state;
    struct mapfile m;
    struct ih_error e;
    struct gguf_file *f;
    assert_int_equal(mapfile_open(&m, data_path("gguf/types.gguf"), &e), IH_OK);
    assert_true(gguf_probe(data_path("gguf/types.gguf")));
    for (size_t n = 0; n + 200 < m.size; n += n < 1200 ? 1 : 97) {
        const char *path = temp_file("cut.gguf", m.data, n);
        assert_int_equal(gguf_open(&f, path, &e), IH_BAD_DATA);
        assert_null(f);
        assert_non_null(strstr(e.text, "cut.gguf: "));
    }
    unsigned char *bytes = test_malloc(m.size);
    memcpy(bytes, m.data, m.size);
    bytes[4] = 9;
    assert_int_equal(gguf_open(&f, temp_file("new.gguf", bytes, m.size), &e), IH_UNSUPPORTED);
    bytes[0] = 'X';
    assert_int_equal(gguf_open(&f, temp_file("x.gguf", bytes, m.size), &e), IH_BAD_DATA);
    assert_false(gguf_probe(temp_file("x.gguf", bytes, m.size)));
    test_free(bytes);
    mapfile_close(&m);
    assert_int_equal(gguf_open(&f, data_path("none.gguf"), &e), IH_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_equal),
        cmocka_unit_test(fields_are_read),
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(unread_types_are_refused_when_asked_for),
        cmocka_unit_test(cut_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
