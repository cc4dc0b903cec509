/* SPDX-License-Identifier: Apache-2.0 */
/* What a GGUF file asks for that the decoder would compute wrongly is refused with a sentence. */
#include "nn/decoder.h"

#include "support/support.h"

#include <string.h>

struct bytes {
    unsigned char data[2048];
    size_t n;
};

static void put(struct bytes *b, const void *data, size_t n)
{
    assert_true(b->n + n <= sizeof b->data);
    memcpy(b->data + b->n, data, n);
    b->n += n;
}

static void put_u32(struct bytes *b, uint32_t v)
{
    put(b, &v, sizeof v);
}

static void put_u64(struct bytes *b, uint64_t v)
{
    put(b, &v, sizeof v);
}

static void put_string(struct bytes *b, const char *s)
{
    put_u64(b, strlen(s));
    put(b, s, strlen(s));
}

enum { GGUF_U32 = 4, GGUF_STRING = 8 };

static void put_int(struct bytes *b, const char *key, uint32_t value)
{
    put_string(b, key);
    put_u32(b, GGUF_U32);
    put_u32(b, value);
}

static void put_text(struct bytes *b, const char *key, const char *value)
{
    put_string(b, key);
    put_u32(b, GGUF_STRING);
    put_string(b, value);
}

/* One more field than a decoder needs: a number, or a text when there is one; and a second tensor
 * when it has a name. */
struct extra {
    const char *key;
    uint32_t value;
    const char *text;
    const char *tensor;
};

static enum ih_status read_with(struct extra x, struct ih_error *e)
{
    struct bytes b = {.n = 0};
    int tensors = x.tensor ? 2 : 1;
    put(&b, "GGUF", 4);
    put_u32(&b, 3);
    put_u64(&b, (uint64_t)tensors);
    put_u64(&b, x.key ? 7 : 6);
    put_text(&b, "general.architecture", "llama");
    put_int(&b, "llama.embedding_length", 8);
    put_int(&b, "llama.block_count", 1);
    put_int(&b, "llama.attention.head_count", 2);
    put_int(&b, "llama.feed_forward_length", 8);
    put_int(&b, "llama.context_length", 16);
    if (x.key && x.text)
        put_text(&b, x.key, x.text);
    else if (x.key)
        put_int(&b, x.key, x.value);
    for (int i = 0; i < tensors; i++) {
        put_string(&b, i ? x.tensor : "token_embd.weight");
        put_u32(&b, 2);
        put_u64(&b, 8);
        put_u64(&b, 2);
        put_u32(&b, 0);
        put_u64(&b, (uint64_t)i * 64);
    }
    b.n = (b.n + 31) / 32 * 32 + (size_t)tensors * 64;
    struct gguf_file *f;
    if (gguf_open(&f, temp_file("decoder.gguf", b.data, b.n), e))
        fail_msg("%s", e->text);
    struct decoder_config c;
    enum ih_status status = decoder_gguf_config(&c, f, e);
    if (!status)
        assert_true(c.head_dim == 4 && c.heads == 2 && c.kv_heads == 2 && c.vocab == 2);
    gguf_close(&f);
    return status;
}

static void what_it_computes_is_read(void **state)
{
    (void)state;
    struct ih_error e;
    assert_int_equal(read_with((struct extra){0}, &e), IH_OK);
    assert_int_equal(read_with((struct extra){"llama.rope.dimension_count", 4, 0, 0}, &e), IH_OK);
    assert_int_equal(read_with((struct extra){"llama.rope.scaling.type", 0, "none", 0}, &e), IH_OK);
}

static void what_it_does_not_compute_is_refused(void **state)
{
    (void)state;
    static const struct extra refused[] = {
        {"llama.rope.dimension_count", 2, NULL, NULL},
        {"llama.attention.value_length", 8, NULL, NULL},
        {"llama.rope.scaling.type", 0, "longrope", NULL},
        {"llama.expert_count", 8, NULL, NULL},
        {NULL, 0, NULL, "blk.0.ffn_up.bias"},
        {"split.count", 3, NULL, NULL},
    };
    static const char *const named[] = {"rope.dimension_count is 2", "value_length is 8",
        "\"longrope\"", "experts", "ffn_up.bias", "3 files"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct ih_error e;
        assert_int_equal(read_with(refused[i], &e), IH_UNSUPPORTED);
        assert_non_null(strstr(e.text, "decoder.gguf: "));
        assert_non_null(strstr(e.text, named[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_computes_is_read),
        cmocka_unit_test(what_it_does_not_compute_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
