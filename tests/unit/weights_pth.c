/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of .pth files on what PyTorch wrote (scripts/make_fixture_pth.py) and on archives made
 * by hand to break it. */
#include "support/support.h"
#include "weights/pth.h"

#include <stdio.h>
#include <string.h>

static struct weights *open_data(const char *name)
{
    char path[64];
    struct weights *w;
    struct ih_error e;
    snprintf(path, sizeof path, "pth/%s", name);
    if (pth_open(&w, data_path(path), &e))
        fail_msg("%s", e.text);
    return w;
}

static const struct tensor *tensor(
    const struct weights *w, const char *name, enum dtype t, int rank, const int64_t *shape)
{
    const struct tensor *x = weights_find(w, name);
    if (!x)
        fail_msg("%s is not there", name);
    assert_int_equal(x->dtype, t);
    assert_int_equal(x->rank, rank);
    for (int i = 0; i < rank; i++)
        assert_int_equal(x->shape[i], shape[i]);
    return x;
}

static void test_dict(void **state)
{
    (void)state;
    struct weights *w = open_data("dict.pth");
    const float *f = tensor(w, "net.module.weight", DT_F32, 3, (int64_t[]){2, 3, 4})->data;
    for (int i = 0; i < 24; i++)
        assert_true(f[i] == (float)i);
    const uint16_t *h = tensor(w, "net.module.bias", DT_F16, 1, (int64_t[]){2})->data;
    assert_true(f16_to_f32(h[0]) == 0.5f && f16_to_f32(h[1]) == -1.5f);
    f = tensor(w, "norm.weight", DT_F32, 1, (int64_t[]){3})->data;
    assert_true(f[0] == 1 && f[1] == 2 && f[2] == 3);
    const int64_t *n = tensor(w, "norm.num_batches_tracked", DT_I64, 1, (int64_t[]){1})->data;
    assert_int_equal(n[0], 0);
    f = tensor(w, "parameter", DT_F32, 2, (int64_t[]){1, 2})->data;
    assert_true(f[0] == 1 && f[1] == 2);
    h = tensor(w, "small.bf16", DT_BF16, 1, (int64_t[]){2})->data;
    assert_true(bf16_to_f32(h[0]) == 1 && bf16_to_f32(h[1]) == -3);
    const int32_t *i = tensor(w, "small.7", DT_I32, 1, (int64_t[]){2})->data;
    assert_true(i[0] == 9 && i[1] == 8);
    f = tensor(w, "second_row", DT_F32, 2, (int64_t[]){1, 6})->data;
    assert_true(f[0] == 6 && f[5] == 11);
    assert_int_equal(weights_count(w), 11);
    weights_close(&w);
}

/* What cannot be computed with is refused when it is asked for, with the reason. */
static void test_refused_tensors(void **state)
{
    (void)state;
    static const struct {
        const char *name, *reason;
        int rank;
    } refused[] = {
        {"double", "DoubleStorage", 1}, {"turned", "contiguous", 2}, {"deep", "5 dimensions", 4}};
    struct weights *w = open_data("dict.pth");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct tensor t;
        struct ih_error e;
        assert_null(weights_find(w, refused[i].name));
        assert_int_equal(
            weights_get(&t, w, refused[i].name, refused[i].rank, (int64_t[]){-1, -1, -1, -1}, &e),
            IH_UNSUPPORTED);
        assert_non_null(strstr(e.text, refused[i].reason));
    }
    weights_close(&w);
}

static void test_bare_tensor(void **state)
{
    (void)state;
    struct weights *w = open_data("voice.pt");
    const float *f = tensor(w, "tensor", DT_F32, 3, (int64_t[]){3, 1, 4})->data;
    assert_true(f[0] == 0 && f[11] == 11);
    assert_int_equal(weights_count(w), 1);
    weights_close(&w);
}

static void refused_path(const char *path, enum ih_status code, const char *says)
{
    struct weights *w;
    struct ih_error e;
    assert_int_equal(pth_open(&w, path, &e), code);
    assert_null(w);
    if (!strstr(e.text, says))
        fail_msg("\"%s\" does not say \"%s\"", e.text, says);
}

/* A pickled module names its class; a list is not a state dict; old files are no archives. */
static void test_other_files(void **state)
{
    (void)state;
    refused_path(data_path("pth/module.pth"), IH_UNSUPPORTED, "torch.nn.modules.linear.Linear");
    refused_path(data_path("pth/list.pth"), IH_UNSUPPORTED, "instruction 0x5d");
    refused_path(data_path("pth/legacy.pth"), IH_BAD_DATA, "not a zip archive");
    refused_path(temp_file("empty.pth", "", 0), IH_BAD_DATA, "not a zip archive");
}

/* Archives by hand: entries one after the other, then the directory. */
struct archive {
    unsigned char data[1 << 16], directory[1 << 12];
    size_t size, directory_size;
    int entries;
};

static void put(unsigned char *to, size_t *at, const void *bytes, size_t n)
{
    memcpy(to + *at, bytes, n);
    *at += n;
}

static void put_number(unsigned char *to, size_t *at, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[(*at)++] = (unsigned char)(v >> 8 * i);
}

static void add_entry(struct archive *a, const char *name, const void *bytes, size_t n, int method)
{
    size_t length = strlen(name), offset = a->size;
    put(a->data, &a->size, "PK\3\4", 4);
    put_number(a->data, &a->size, 0, 22);
    put_number(a->data, &a->size, length, 2);
    put_number(a->data, &a->size, 0, 2);
    put(a->data, &a->size, name, length);
    put(a->data, &a->size, bytes, n);
    unsigned char *d = a->directory;
    size_t *at = &a->directory_size;
    put(d, at, "PK\1\2", 4);
    put_number(d, at, 0, 6);
    put_number(d, at, (uint64_t)method, 2);
    put_number(d, at, 0, 8);
    put_number(d, at, n, 4);
    put_number(d, at, n, 4);
    put_number(d, at, length, 2);
    put_number(d, at, 0, 12);
    put_number(d, at, offset, 4);
    put(d, at, name, length);
    a->entries++;
}

static const char *finish(struct archive *a)
{
    size_t begin = a->size;
    put(a->data, &a->size, a->directory, a->directory_size);
    put(a->data, &a->size, "PK\5\6", 4);
    put_number(a->data, &a->size, 0, 4);
    put_number(a->data, &a->size, (uint64_t)a->entries, 2);
    put_number(a->data, &a->size, (uint64_t)a->entries, 2);
    put_number(a->data, &a->size, a->directory_size, 4);
    put_number(a->data, &a->size, begin, 4);
    put_number(a->data, &a->size, 0, 2);
    return temp_file("hand.pth", a->data, a->size);
}

#define WORDS(s) s, sizeof s - 1

/* A pickle with four floats as its storage "0". */
static const char *with_pickle(const char *pickle, size_t n)
{
    static struct archive a;
    a = (struct archive){.size = 0};
    add_entry(&a, "x/data.pkl", pickle, n, 0);
    /* In front of the data: 30 + 11 + ... bytes, whatever; floats may be read at any address. */
    add_entry(&a, "x/data/0", (float[]){1, 2, 3, 4}, 16, 0);
    return finish(&a);
}

/* A tensor of `storage` elements in the storage, and offset, shape and strides in pickle's words.
 */
#define TENSOR(storage, numbers)                                                                   \
    "\x80\x02"                                                                                     \
    "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"                  \
    "X\1\0\0\0"                                                                                    \
    "0X\3\0\0\0cpuK" storage "tQ" numbers "\x89}tR."

static void test_hostile_pickles(void **state)
{
    (void)state;
    static const struct {
        const char *pickle;
        size_t n;
        enum ih_status code;
        const char *says;
    } cases[] = {
        {WORDS("cposix\nsystem\n(X\4\0\0\0trueetR."), IH_UNSUPPORTED, "posix.system"},
        {WORDS("c__builtin__\neval\n."), IH_UNSUPPORTED, "nothing was run"},
        {WORDS("\x80\x02"
               "ccollections\nOrderedDict\n(K\1tR."),
            IH_BAD_DATA, "call"},
        {WORDS("\x80\x04}."), IH_UNSUPPORTED, "protocol 4"},
        {WORDS("i"), IH_UNSUPPORTED, "instruction 0x69"},
        {WORDS(""), IH_BAD_DATA, "without exactly one value"},
        {WORDS("}}."), IH_BAD_DATA, "without exactly one value"},
        {WORDS("K\1."), IH_BAD_DATA, "neither a dict nor a tensor"},
        {WORDS("R."), IH_BAD_DATA, "call without"},
        {WORDS("(u."), IH_BAD_DATA, "without a dict"},
        {WORDS("K\1(u."), IH_BAD_DATA, "not a dict"},
        {WORDS("}K\1s."), IH_BAD_DATA, "without a dict"},
        {WORDS("t."), IH_BAD_DATA, "tuple"},
        {WORDS("(\x86."), IH_BAD_DATA, "tuple"},
        {WORDS("}q\1."), IH_BAD_DATA, "out of order"},
        {WORDS("h\0."), IH_BAD_DATA, "not remembered"},
        {WORDS("X\xff\xff\xff\xff."), IH_BAD_DATA, "ends within a string"},
        {WORDS("ctorch"), IH_BAD_DATA, "ends within a name"},
        {WORDS("K\1Q."), IH_BAD_DATA, "tuple of five"},
        {WORDS("\x8a\x09"
               "123456789."),
            IH_BAD_DATA, "64 bits"},
        {WORDS(TENSOR("\4", "K\1K\4\x85K\1\x85")), IH_BAD_DATA, "reaches beyond"},
        {WORDS(TENSOR("\4", "K\0K\3\x85K\2\x85")), IH_BAD_DATA, "reaches beyond"},
        {WORDS(TENSOR("\5", "K\0K\5\x85K\1\x85")), IH_BAD_DATA, "less data"},
        {WORDS(TENSOR("\4", "J\xff\xff\xff\xffK\1\x85K\1\x85")), IH_BAD_DATA, "reaches beyond"},
        {WORDS(TENSOR("\4", "K\0J\xff\xff\xff\xff\x85K\1\x85")), IH_BAD_DATA, "0 and more"},
        {WORDS(TENSOR("\4", "K\0\x8a\x08\0\0\0\0\0\0\0\x40\x8a\x08\0\0\0\0\0\0\0\x40\x86"
                            "K\1K\1\x86")),
            IH_BAD_DATA, "reaches beyond"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused_path(with_pickle(cases[i].pickle, cases[i].n), cases[i].code, cases[i].says);
}

/* A dict that holds itself by way of the memo, and dicts that each hold the next one 21 times:
 * 21^15 values to walk. */
static void test_circles(void **state)
{
    (void)state;
    enum { LEVELS = 15 };
    char p[4096];
    size_t n = 0;
    refused_path(with_pickle(WORDS("}q\0X\1\0\0\0ah\0s.")), IH_BAD_DATA, "deep");
    for (int level = 0; level < LEVELS; level++) {
        const char open[] = {'}', 'q', (char)level, '(', 'K', 100};
        memcpy(p + n, open, sizeof open);
        n += sizeof open;
    }
    memcpy(p + n, (char[]){'}', 'q', LEVELS}, 3);
    n += 3;
    for (int level = LEVELS; level > 0; level--) {
        for (int i = 0; i < 20; i++, n += 4)
            memcpy(p + n, (char[]){'K', (char)i, 'h', (char)level}, 4);
        p[n++] = 'u';
    }
    p[n++] = '.';
    refused_path(with_pickle(p, n), IH_BAD_DATA, "more than 1048576 values");
}

static void test_good_by_hand(void **state)
{
    (void)state;
    struct weights *w;
    struct ih_error e;
    const char *path = with_pickle(WORDS(TENSOR("\4", "K\1K\3\x85K\1\x85")));
    assert_int_equal(pth_open(&w, path, &e), IH_OK);
    struct tensor t;
    enum ih_status status = weights_get(&t, w, "tensor", 1, (int64_t[]){3}, &e);
    if (status == IH_OK) {
        assert_true(((const float *)t.data)[0] == 2);
    } else {
        assert_non_null(strstr(e.text, "multiple of its type's size"));
    }
    weights_close(&w);
}

static void test_hostile_archives(void **state)
{
    (void)state;
    static struct archive a;
    a = (struct archive){.size = 0};
    add_entry(&a, "x/data.pkl", "}.", 2, 8);
    refused_path(finish(&a), IH_BAD_DATA, "compressed");
    a = (struct archive){.size = 0};
    add_entry(&a, "x/data.pkl", "}.", 2, 0);
    add_entry(&a, "x/data.pkl", "}.", 2, 0);
    refused_path(finish(&a), IH_BAD_DATA, "one name");
    a = (struct archive){.size = 0};
    add_entry(&a, "x/other", "}.", 2, 0);
    refused_path(finish(&a), IH_BAD_DATA, "no data.pkl");
    a = (struct archive){.size = 0};
    add_entry(&a, "x/data.pkl", "}.", 2, 0);
    a.directory[24] = a.directory[20] = 0xff; /* longer than the file */
    a.directory[25] = a.directory[21] = 0xff;
    refused_path(finish(&a), IH_BAD_DATA, "outside the file");
    a = (struct archive){.size = 0};
    add_entry(&a, "x/data.pkl", "}.", 2, 0);
    a.directory[43] = 0xff; /* offset of the header */
    refused_path(finish(&a), IH_BAD_DATA, "outside the file");
    a = (struct archive){.size = 0};
    add_entry(&a, "x/data.pkl", "}.", 2, 0);
    a.entries = 9;
    refused_path(finish(&a), IH_BAD_DATA, "directory");
}

/* Every beginning of a real file is refused, never read beyond. */
static void test_truncated(void **state)
{
    (void)state;
    static char bytes[8192];
    FILE *f = fopen(data_path("pth/voice.pt"), "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_true(n > 500 && n < sizeof bytes);
    for (size_t i = 0; i < n; i += 7) {
        struct weights *w;
        struct ih_error e;
        assert_int_not_equal(pth_open(&w, temp_file("cut.pth", bytes, i), &e), IH_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dict),
        cmocka_unit_test(test_refused_tensors),
        cmocka_unit_test(test_bare_tensor),
        cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_hostile_pickles),
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_good_by_hand),
        cmocka_unit_test(test_hostile_archives),
        cmocka_unit_test(test_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
