/* SPDX-License-Identifier: Apache-2.0 */
#include "kernels/blocks.h"
#include "support/support.h"
#include "weights/ggml.h"

#include <stdio.h>
#include <string.h>

struct bytes {
    unsigned char data[4096];
    size_t size;
};

static void put(struct bytes *b, const void *data, size_t n)
{
    assert_true(b->size + n <= sizeof b->data);
    memcpy(b->data + b->size, data, n);
    b->size += n;
}

static void put_i32(struct bytes *b, int32_t v)
{
    put(b, &v, sizeof v);
}

static void put_tensor(struct bytes *b, const char *name, int32_t type, int rank,
    const int32_t *inner_first, const void *data, size_t n)
{
    put_i32(b, rank);
    put_i32(b, (int32_t)strlen(name));
    put_i32(b, type);
    for (int i = 0; i < rank; i++)
        put_i32(b, inner_first[i]);
    put(b, name, strlen(name));
    put(b, data, n);
}

/* The blocks of ggml's q8_0 and q5_0 made by hand, scales 0.5 and -2. */
static void put_q8_0(struct bytes *b)
{
    unsigned char block[34] = {0x00, 0x38};
    for (int i = 0; i < 32; i++)
        block[2 + i] = (unsigned char)(i * 8 - 128);
    put_tensor(b, "q8", 8, 2, (int32_t[]){32, 1}, block, sizeof block);
}

static void put_q5_0(struct bytes *b)
{
    /* Element 0: low 1, high 0; element 15: low 15, high 1; element 16: low 2, high 1; element 31:
     * low 0, high 0; the rest 0. */
    unsigned char block[22] = {0x00, 0xc0, 0x00, 0x80, 0x01, 0x00};
    block[6] = 0x21;
    block[6 + 15] = 0x0f;
    put_tensor(b, "q5", 6, 2, (int32_t[]){32, 1}, block, sizeof block);
}

/* Everything up to the tensors. */
static struct bytes header(int32_t ftype)
{
    struct bytes b = {.size = 0};
    put(&b, "lmgg", 4);
    const int32_t numbers[] = {6, 8, 32, 2, 1, 9, 32, 4, 3, 2};
    put(&b, numbers, sizeof numbers);
    put_i32(&b, ftype);
    put_i32(&b, 2);
    put_i32(&b, 3);
    put(&b, (float[]){0, 1, 2, 3, 4, 5.5f}, 24);
    put_i32(&b, 3);
    put_i32(&b, 1);
    put(&b, "a", 1);
    put_i32(&b, 0);
    put_i32(&b, 2);
    put(&b, "\xe4\xbd", 2);
    return b;
}

static struct bytes good(void)
{
    struct bytes b = header(2007);
    put_tensor(&b, "encoder.conv1.weight", 1, 3, (int32_t[]){3, 1, 2},
        (uint16_t[]){0x3c00, 0x4000, 0xbc00, 0x3800, 0, 0x7bff}, 12);
    put_tensor(&b, "bias", 0, 2, (int32_t[]){1, 2}, (float[]){1.5f, -2}, 8);
    put_tensor(&b, "scalar", 0, 0, NULL, (float[]){3}, 4);
    put_q8_0(&b);
    put_q5_0(&b);
    return b;
}

static struct ggml_file *open_file(const struct bytes *b)
{
    struct ggml_file *f;
    struct ih_error e;
    if (ggml_open(&f, temp_file("g.bin", b->data, b->size), &e))
        fail_msg("%s", e.text);
    return f;
}

static void assert_refused(const struct bytes *b, enum ih_status code, const char *fragment)
{
    struct ggml_file *f;
    struct ih_error e = {0};
    const char *path = temp_file("bad.bin", b->data, b->size);
    assert_int_equal(ggml_open(&f, path, &e), code);
    assert_null(f);
    if (!strstr(e.text, path) || !strstr(e.text, fragment))
        fail_msg("\"%s\" lacks \"%s\" or the path", e.text, fragment);
}

static void reads_numbers_and_tokens(void **state)
{
    (void)state;
    struct bytes b = good();
    struct ggml_file *f = open_file(&b);
    assert_int_equal(f->n_vocab, 6);
    assert_int_equal(f->n_audio_ctx, 8);
    assert_int_equal(f->n_audio_state, 32);
    assert_int_equal(f->n_audio_head, 2);
    assert_int_equal(f->n_audio_layer, 1);
    assert_int_equal(f->n_text_ctx, 9);
    assert_int_equal(f->n_text_state, 32);
    assert_int_equal(f->n_text_head, 4);
    assert_int_equal(f->n_text_layer, 3);
    assert_int_equal(f->n_mels, 2);
    assert_int_equal(f->ftype, 7);
    assert_int_equal(f->mel_rows, 2);
    assert_int_equal(f->mel_cols, 3);
    float mel[6];
    memcpy(mel, f->mel_filters, sizeof mel);
    assert_float_equal(mel[5], 5.5, 0);
    assert_int_equal(f->tokens, 3);
    assert_int_equal(f->token_length[0], 1);
    assert_memory_equal(f->token[0], "a", 1);
    assert_int_equal(f->token_length[1], 0);
    assert_int_equal(f->token_length[2], 2);
    assert_memory_equal(f->token[2], "\xe4\xbd", 2);
    ggml_close(&f);
    assert_null(f);
}

static const struct tensor *values(const struct ggml_file *f, const char *name, float *out)
{
    const struct tensor *t = weights_find(f->weights, name);
    assert_non_null(t);
    blocks_to_f32(t->dtype, out, t->data, tensor_count(t));
    return t;
}

static void reads_tensors(void **state)
{
    (void)state;
    struct bytes b = good();
    struct ggml_file *f = open_file(&b);
    float x[32];
    assert_int_equal(weights_count(f->weights), 5);
    const struct tensor *t = values(f, "encoder.conv1.weight", x);
    assert_int_equal(t->dtype, DT_F16);
    assert_int_equal(t->rank, 3);
    assert_int_equal(t->shape[0], 2);
    assert_int_equal(t->shape[1], 1);
    assert_int_equal(t->shape[2], 3);
    assert_memory_equal(x, ((float[]){1, 2, -1, 0.5f, 0, 65504}), 24);
    t = values(f, "bias", x);
    assert_int_equal(t->shape[0], 2);
    assert_int_equal(t->shape[1], 1);
    assert_memory_equal(x, ((float[]){1.5f, -2}), 8);
    t = values(f, "scalar", x);
    assert_int_equal(t->rank, 1);
    assert_int_equal(t->shape[0], 1);
    ggml_close(&f);
}

static void reads_blocks(void **state)
{
    (void)state;
    struct bytes b = good();
    struct ggml_file *f = open_file(&b);
    float x[32];
    assert_int_equal(values(f, "q8", x)->dtype, DT_Q8_0);
    for (int i = 0; i < 32; i++)
        assert_float_equal(x[i], 0.5 * (i * 8 - 128), 0);
    assert_int_equal(values(f, "q5", x)->dtype, DT_Q5_0);
    for (int i = 0; i < 32; i++) {
        int code = i == 0 ? 1 : i == 15 ? 31 : i == 16 ? 18 : 0;
        assert_float_equal(x[i], -2.0 * (code - 16), 0);
    }
    ggml_close(&f);
}

/* whisper.cpp aligns nothing. */
static void floats_are_read_at_any_address(void **state)
{
    (void)state;
    unsigned char at[16];
    float x[2];
    memcpy(at + 1, (uint16_t[]){0x3c00, 0xc000}, 4);
    blocks_to_f32(DT_F16, x, at + 1, 2);
    assert_memory_equal(x, ((float[]){1, -2}), 8);
    memcpy(at + 1, (uint16_t[]){0x3f80, 0xc000}, 4);
    blocks_to_f32(DT_BF16, x, at + 1, 2);
    assert_memory_equal(x, ((float[]){1, -2}), 8);
    memcpy(at + 1, (float[]){3, 4}, 8);
    blocks_to_f32(DT_F32, x, at + 1, 2);
    assert_memory_equal(x, ((float[]){3, 4}), 8);
}

static void damaged_numbers_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"n_vocab", "n_audio_ctx", "n_audio_state", "n_audio_head",
        "n_audio_layer", "n_text_ctx", "n_text_state", "n_text_head", "n_text_layer", "n_mels",
        "ftype"};
    const int32_t bad[] = {-1, INT32_MIN};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int k = 0; k < 2; k++) {
            struct bytes b = good();
            char text[64];
            memcpy(b.data + 4 + 4 * i, &bad[k], 4);
            snprintf(text, sizeof text, "%s is %d; expected ", names[i], bad[k]);
            assert_refused(&b, IH_BAD_DATA, text);
        }
    struct bytes b = good();
    b.data[0] = 'x';
    assert_refused(&b, IH_BAD_DATA, "not a ggml file");
    b = good();
    b.data[48] = 3;
    assert_refused(&b, IH_BAD_DATA, "mel filters of shape [3, 3]; expected [2, up to 65536]");
    b = good();
    b.data[80] = 7;
    assert_refused(&b, IH_BAD_DATA, "a vocabulary of 7 tokens; expected 0 to n_vocab, 6");
    b = good();
    memset(b.data + 84, 0xff, 4);
    assert_refused(&b, IH_BAD_DATA, "token 0 has length -1");
    memset(b.data + 87, 0x7f, 1);
    assert_refused(&b, IH_BAD_DATA, "the file ends inside token 0: 2147483647 bytes expected");
}

static void damaged_tensors_are_refused(void **state)
{
    (void)state;
    struct bytes b = header(1);
    put_tensor(&b, "w", 2, 1, (int32_t[]){32}, "", 0);
    assert_refused(&b, IH_UNSUPPORTED, "tensor w has ggml type 2; f32 (0), f16 (1), q5_0 (6)");
    b = header(1);
    put_tensor(&b, "w", 0, 2, (int32_t[]){4, 0}, "", 0);
    assert_refused(&b, IH_BAD_DATA, "tensor w has a bad shape [0, 4]");
    b = header(1);
    put_tensor(&b, "w", 0, 4, (int32_t[]){INT32_MAX, INT32_MAX, INT32_MAX, 2}, "", 0);
    assert_refused(&b, IH_BAD_DATA, "tensor w has a bad shape");
    b = header(1);
    put_tensor(&b, "w", 8, 2, (int32_t[]){16, 2}, "", 0);
    assert_refused(
        &b, IH_BAD_DATA, "tensor w is q8_0 with shape [2, 16]; expected rows of a multiple of 32");
    b = header(1);
    put_tensor(&b, "w", 0, 1, (int32_t[]){2}, "1234567", 7);
    assert_refused(&b, IH_BAD_DATA, "the file ends inside tensor w: 8 bytes expected, 7 left");
    b = header(1);
    put_tensor(&b, "w", 0, 5, (int32_t[]){1, 1, 1, 1, 1}, "", 0);
    assert_refused(&b, IH_BAD_DATA, "tensor 0 has 5 dimensions; expected up to 4");
    b = header(1);
    put_tensor(&b, "", 0, 1, (int32_t[]){1}, "1234", 4);
    assert_refused(&b, IH_BAD_DATA, "the name of the head of tensor 0 has 0 bytes");
    b = good();
    put_q8_0(&b);
    assert_refused(&b, IH_BAD_DATA, "tensor q8 is there twice");
}

/* A file cut between two tensors is a smaller sound one; the model misses what it needs. */
static void truncation_is_found(void **state)
{
    (void)state;
    struct bytes b = good();
    int sound = 0;
    for (size_t cut = 0; cut < b.size; cut++) {
        struct ggml_file *f;
        enum ih_status status = ggml_open(&f, temp_file("cut.bin", b.data, cut), NULL);
        assert_true(status == IH_OK || status == IH_BAD_DATA);
        sound += status == IH_OK;
        ggml_close(&f);
    }
    assert_int_equal(sound, 5);
}

static void probes_the_magic_number(void **state)
{
    (void)state;
    assert_int_equal(ggml_probe(temp_file("p.bin", "lmgg", 4)), 1);
    assert_int_equal(ggml_probe(temp_file("p.bin", "lmg", 3)), 0);
    assert_int_equal(ggml_probe(temp_file("p.bin", "GGUF", 4)), 0);
    assert_int_equal(ggml_probe(temp_dir()), 0);
    assert_int_equal(ggml_probe("/no such file"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers_and_tokens),
        cmocka_unit_test(reads_tensors),
        cmocka_unit_test(reads_blocks),
        cmocka_unit_test(floats_are_read_at_any_address),
        cmocka_unit_test(damaged_numbers_are_refused),
        cmocka_unit_test(damaged_tensors_are_refused),
        cmocka_unit_test(truncation_is_found),
        cmocka_unit_test(probes_the_magic_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
