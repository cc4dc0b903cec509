/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "weights/quantize.h"
#include "weights/write.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const char *in_temp(const char *name)
{
    static char path[4][256];
    static int next;
    char *p = path[next++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", temp_dir(), name);
    return p;
}

static struct weights *open_set(const char *path)
{
    struct weights *w;
    struct ih_error e;
    if (weights_open(&w, path, &e))
        fail_msg("%s", e.text);
    return w;
}

static struct weights *quantized(const struct weights *w, const char *name, enum dtype target)
{
    struct ih_error e;
    if (weights_quantize(w, in_temp(name), target, NULL, NULL, &e))
        fail_msg("%s", e.text);
    return open_set(in_temp(name));
}

/* Writes one f32 matrix called w. */
static struct weights *matrix_set(const char *name, const float *x, int64_t rows, int64_t cols)
{
    struct writer *out;
    struct ih_error e;
    int number;
    size_t bytes = (size_t)(rows * cols) * sizeof *x;
    assert_int_equal(writer_open(&out, in_temp(name), &e), IH_OK);
    assert_int_equal(writer_add(out, "w", DT_F32, 2, (int64_t[]){rows, cols}, &number, &e), IH_OK);
    assert_int_equal(writer_start(out, &e), IH_OK);
    assert_int_equal(writer_put(out, number, 0, x, bytes, &e), IH_OK);
    assert_int_equal(writer_finish(out, &e), IH_OK);
    writer_close(&out);
    return open_set(in_temp(name));
}

static int files_in_temp(void)
{
    int n = 0;
    DIR *d = opendir(temp_dir());
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d));)
        n += entry->d_name[0] != '.';
    closedir(d);
    return n;
}

static float q4_value(const struct weights *w, int64_t row, int64_t col)
{
    const struct tensor *t = weights_find(w, "w"), *s = weights_find(w, "w.scale");
    int64_t group = col / 32, i = col % 32;
    unsigned char byte = ((const unsigned char *)t->data)[row * t->shape[1] + group * 16 + i % 16];
    int code = i < 16 ? byte & 15 : byte >> 4;
    return (float)(code - 8) * ((const float *)s->data)[row * s->shape[1] + group];
}

static void i8_rows_have_their_own_scale(void **state)
{
    (void)state;
    float x[2][64] = {{0}};
    for (int i = 0; i < 64; i++) {
        x[0][i] = (float)(i - 31) / 32;
        x[1][i] = (float)(i * 100);
    }
    struct weights *w = matrix_set("m.safetensors", x[0], 2, 64);
    struct weights *q = quantized(w, "i8.safetensors", DT_I8);
    struct tensor t, s;
    assert_int_equal(weights_get(&t, q, "w", 2, (int64_t[]){2, 64}, NULL), IH_OK);
    assert_int_equal(weights_get(&s, q, "w.scale", 1, (int64_t[]){2}, NULL), IH_OK);
    assert_int_equal(t.dtype, DT_I8);
    assert_int_equal(s.dtype, DT_F32);
    const float *scale = s.data;
    assert_float_equal(scale[0], 1.0 / 127, 1e-9);
    assert_float_equal(scale[1], 6300.0 / 127, 1e-5);
    const int8_t *v = t.data;
    assert_int_equal(v[63], 127);
    assert_int_equal(v[31], 0);
    assert_int_equal(v[0], -123);   /* -31 / 32 * 127 = -123.03 */
    assert_int_equal(v[64 + 1], 2); /* 100 / 6300 * 127 = 2.02 */
    weights_close(&w);
    weights_close(&q);
}

/* Whatever 4 bits can hold exactly comes back exactly, in the layout of quantize.h. */
static void q4_keeps_what_it_can_hold(void **state)
{
    (void)state;
    float x[2][64];
    for (int r = 0; r < 2; r++)
        for (int i = 0; i < 64; i++)
            x[r][i] = (float)((i * 5 + r) % 16 - 8) * (i < 32 ? 0.25f : -3.0f);
    struct weights *w = matrix_set("m.safetensors", x[0], 2, 64);
    struct weights *q = quantized(w, "q4.safetensors", DT_Q4);
    struct tensor t;
    assert_int_equal(weights_get(&t, q, "w", 2, (int64_t[]){2, 32}, NULL), IH_OK);
    assert_int_equal(t.dtype, DT_U8);
    assert_int_equal(weights_get(&t, q, "w.scale", 2, (int64_t[]){2, 2}, NULL), IH_OK);
    for (int r = 0; r < 2; r++)
        for (int i = 0; i < 64; i++)
            assert_float_equal(q4_value(q, r, i), x[r][i], 0);
    weights_close(&w);
    weights_close(&q);
}

/* Twelve uniform values added up are close to normal. The bound is what rounding to max / -8 per
 * group gives for normal values (0.0860 of the standard deviation, computed with numpy); the search
 * must beat it. */
static void q4_error_is_small(void **state)
{
    (void)state;
    enum { ROWS = 64, COLS = 1024 };
    static float x[ROWS][COLS];
    uint32_t seed = 5;
    double squares = 0, errors = 0;
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < COLS; i++)
            for (int k = 0; k < 12; k++)
                x[r][i] += random_unit(&seed);
    struct weights *w = matrix_set("m.safetensors", x[0], ROWS, COLS);
    struct weights *q = quantized(w, "q4.safetensors", DT_Q4);
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < COLS; i++) {
            double d = q4_value(q, r, i) - x[r][i];
            squares += (double)x[r][i] * x[r][i];
            errors += d * d;
        }
    assert_true(sqrt(errors / squares) < 0.084);
    weights_close(&w);
    weights_close(&q);
}

static void assert_same_sets(const struct weights *a, const struct weights *b)
{
    assert_int_equal(weights_count(a), weights_count(b));
    for (int i = 0; i < weights_count(a); i++) {
        const struct tensor *x = weights_at(a, i), *y = weights_find(b, weights_name(a, i));
        assert_non_null(y);
        assert_int_equal(x->dtype, y->dtype);
        assert_int_equal(tensor_count(x), tensor_count(y));
        assert_memory_equal(x->data, y->data, dtype_bytes(x->dtype, tensor_count(x)));
    }
}

/* Quantized, read as the numbers it stands for, and quantized again: nothing is lost twice. */
static void quantizing_again_changes_nothing(void **state)
{
    (void)state;
    struct weights *w = open_set(data_path("whisper-tiny-multi80"));
    for (int k = 0; k < 2; k++) {
        enum dtype target = k ? DT_Q4 : DT_I8;
        struct weights *once = quantized(w, "once.safetensors", target);
        struct weights *wide = quantized(once, "wide.safetensors", DT_F32);
        struct weights *twice = quantized(wide, "twice.safetensors", target);
        assert_same_sets(once, twice);
        assert_int_equal(weights_count(wide), weights_count(w));
        weights_close(&once);
        weights_close(&wide);
        weights_close(&twice);
    }
    weights_close(&w);
}

static enum dtype type_of(const struct weights *w, const char *name)
{
    const struct tensor *t = weights_find(w, name);
    assert_non_null(t);
    return t->dtype;
}

static void each_kind_of_tensor_gets_its_type(void **state)
{
    (void)state;
    static const char conv[] = "model.encoder.conv1.weight", bias[] = "model.encoder.conv1.bias",
                      place[] = "model.decoder.embed_positions.weight",
                      fc[] = "model.encoder.layers.0.fc1.weight";
    const struct {
        enum dtype target, matrix, conv, rest;
    } cases[] = {
        {DT_F32, DT_F32, DT_F32, DT_F32},
        {DT_F16, DT_F16, DT_F16, DT_F32},
        {DT_BF16, DT_BF16, DT_BF16, DT_F32},
        {DT_I8, DT_I8, DT_BF16, DT_F32},
        {DT_Q4, DT_U8, DT_BF16, DT_F32},
    };
    struct weights *w = open_set(data_path("whisper-tiny-multi80"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct weights *q = quantized(w, "kinds.safetensors", cases[i].target);
        assert_int_equal(type_of(q, fc), cases[i].matrix);
        assert_int_equal(type_of(q, conv), cases[i].conv);
        assert_int_equal(type_of(q, bias), cases[i].rest);
        assert_int_equal(type_of(q, place), cases[i].rest);
        assert_memory_equal(weights_find(q, bias)->data, weights_find(w, bias)->data, 64 * 4);
        weights_close(&q);
    }
    struct ih_error e;
    assert_int_equal(weights_quantize(w, in_temp("x"), DT_I64, NULL, NULL, &e), IH_INVALID);
    assert_non_null(strstr(e.text, "cannot be stored as i64"));
    weights_close(&w);
}

static void values_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const struct {
        float value;
        enum dtype target;
        const char *fragment;
    } cases[] = {
        {NAN, DT_I8, "tensor w holds nan, which i8 cannot store"},
        {INFINITY, DT_Q4, "tensor w holds inf, which q4 cannot store"},
        {70000, DT_F16, "tensor w holds 70000, which f16 cannot store"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float x[2][64] = {{0}};
        x[1][7] = cases[i].value;
        struct weights *w = matrix_set("m.safetensors", x[0], 2, 64);
        int before = files_in_temp();
        struct ih_error e;
        assert_int_equal(
            weights_quantize(w, in_temp("never"), cases[i].target, NULL, NULL, &e), IH_BAD_DATA);
        assert_non_null(strstr(e.text, cases[i].fragment));
        assert_int_equal(files_in_temp(), before);
        weights_close(&w);
    }
}

/* A limit on file size stands for a full disk. */
static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    struct weights *w = open_set(data_path("whisper-tiny-multi80"));
    const char *out = temp_file("kept.safetensors", "old", 3);
    int before = files_in_temp();
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 100000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    struct ih_error e;
    enum ih_status status = weights_quantize(w, out, DT_I8, NULL, NULL, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(status, IH_IO);
    assert_non_null(strstr(e.text, out));
    assert_non_null(strstr(e.text, "File too large"));
    assert_int_equal(files_in_temp(), before);
    struct stat st;
    assert_int_equal(stat(out, &st), 0);
    assert_int_equal(st.st_size, 3);
    assert_int_equal(weights_quantize(w, in_temp("no folder/x"), DT_I8, NULL, NULL, &e), IH_IO);
    assert_non_null(strstr(e.text, "No such file or directory"));
    weights_close(&w);
}

static int note_progress(void *arg, double done)
{
    double *last = arg;
    assert_true(done > *last && done <= 1);
    *last = done;
    return 0;
}

static int stop_halfway(void *arg, double done)
{
    (void)arg;
    return done > 0.5;
}

static void stops_when_told(void **state)
{
    (void)state;
    struct weights *w = open_set(data_path("whisper-tiny-en80"));
    struct ih_error e;
    int files = files_in_temp();
    assert_int_equal(
        weights_quantize(w, in_temp("s.safetensors"), DT_I8, stop_halfway, NULL, &e), IH_CANCELLED);
    assert_int_equal(files_in_temp(), files);
    weights_close(&w);
}

static void progress_ends_at_one(void **state)
{
    (void)state;
    struct weights *w = open_set(data_path("whisper-tiny-en80"));
    double last = 0;
    struct ih_error e;
    assert_int_equal(
        weights_quantize(w, in_temp("p.safetensors"), DT_I8, note_progress, &last, &e), IH_OK);
    assert_float_equal(last, 1, 1e-12);
    weights_close(&w);
}

/* Odd sizes in front of wide types: the writer orders them so that all are aligned. */
static void written_tensors_are_aligned(void **state)
{
    (void)state;
    const enum dtype types[] = {DT_U8, DT_I8, DT_BF16, DT_F16, DT_F32, DT_I32, DT_I64};
    enum { COUNT = sizeof types / sizeof *types };
    struct writer *out;
    struct ih_error e;
    int number[COUNT];
    char name[] = "\"\\ a";
    assert_int_equal(writer_open(&out, in_temp("aligned"), &e), IH_OK);
    for (int i = 0; i < COUNT; i++, name[3]++)
        assert_int_equal(writer_add(out, name, types[i], 1, (int64_t[]){3}, &number[i], &e), IH_OK);
    assert_int_equal(writer_start(out, &e), IH_OK);
    for (int i = COUNT - 1; i >= 0; i--)
        assert_int_equal(writer_put(out, number[i], dtype_bytes(types[i], 2), "12345678",
                             dtype_bytes(types[i], 1), &e),
            IH_OK);
    assert_int_equal(writer_finish(out, &e), IH_OK);
    writer_close(&out);
    struct weights *w = open_set(in_temp("aligned"));
    name[3] = 'a';
    for (int i = 0; i < COUNT; i++, name[3]++) {
        const struct tensor *t = weights_find(w, name);
        size_t width = dtype_bytes(types[i], 1);
        assert_non_null(t);
        assert_int_equal(t->dtype, types[i]);
        assert_int_equal((uintptr_t)t->data % width, 0);
        assert_memory_equal((const char *)t->data + 2 * width, "12345678", width);
        assert_memory_equal(t->data, "\0\0\0\0\0\0\0", width);
    }
    weights_close(&w);
}

static void an_abandoned_file_leaves_nothing(void **state)
{
    (void)state;
    int before = files_in_temp(), number;
    struct writer *out;
    struct ih_error e;
    assert_int_equal(writer_open(&out, in_temp("abandoned"), &e), IH_OK);
    assert_int_equal(writer_add(out, "a", DT_F32, 1, (int64_t[]){4}, &number, &e), IH_OK);
    assert_int_equal(writer_start(out, &e), IH_OK);
    writer_close(&out);
    assert_null(out);
    assert_int_equal(files_in_temp(), before);
    assert_int_equal(writer_open(&out, in_temp("abandoned"), &e), IH_OK);
    assert_int_equal(writer_add(out, "\xff", DT_F32, 1, (int64_t[]){4}, &number, &e), IH_OK);
    assert_int_equal(writer_start(out, &e), IH_BAD_DATA);
    assert_non_null(strstr(e.text, "not UTF-8"));
    writer_close(&out);
    assert_int_equal(files_in_temp(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(i8_rows_have_their_own_scale),
        cmocka_unit_test(q4_keeps_what_it_can_hold),
        cmocka_unit_test(q4_error_is_small),
        cmocka_unit_test(quantizing_again_changes_nothing),
        cmocka_unit_test(each_kind_of_tensor_gets_its_type),
        cmocka_unit_test(values_that_do_not_fit_are_refused),
        cmocka_unit_test(a_full_disk_leaves_nothing),
        cmocka_unit_test(progress_ends_at_one),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(written_tensors_are_aligned),
        cmocka_unit_test(an_abandoned_file_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
