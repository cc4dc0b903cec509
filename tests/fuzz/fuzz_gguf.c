/* SPDX-License-Identifier: Apache-2.0 */
/* llama.cpp's files: opens, reads every field and every byte, turns every tensor into numbers, and
 * encodes a text with the tokenizer. */
#include "fuzz/memory_file.h"
#include "fuzz/touch.h"
#include "kernels/blocks.h"
#include "nn/decoder.h"
#include "text/bpe.h"
#include "weights/gguf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t touch_fields(const struct gguf_file *f)
{
    static const char *const keys[] = {"general.architecture", "a.u8", "a.i8", "a.u16", "a.i16",
        "a.u32", "a.i32", "a.f32", "a.bool", "a.string", "a.strings", "a.ints", "a.u64", "a.i64",
        "a.f64"};
    int64_t sum = 0, value;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        sum ^= gguf_int(f, keys[i], 0) ^ (gguf_number(f, keys[i], 0) > 0);
        struct gguf_text text = gguf_string(f, keys[i]);
        for (size_t k = 0; k < text.n; k++)
            sum ^= text.s[k];
        struct gguf_list l = gguf_list(f, keys[i]);
        while (gguf_next_string(&l, &text))
            sum ^= text.n ? text.s[text.n - 1] : 0;
        while (gguf_next_int(&l, &value))
            sum ^= value;
    }
    return sum;
}

static void use_tokenizer(const struct gguf_file *f)
{
    static const char text[] = "It's 2 a.m.<|e|>\n e\xcc\x81 \xe4\xb8\xad\xff";
    struct bpe *b;
    struct ih_error e;
    int32_t id[64];
    if (bpe_from_gguf(&b, f, &e))
        return;
    size_t n = bpe_encode_added(b, text, sizeof text - 1, id, 64);
    for (size_t i = 0; i < n && i < 64; i++)
        if (id[i] < 0 || id[i] >= bpe_count(b))
            __builtin_trap();
    bpe_close(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file = memory_file_open(data, size);
    struct gguf_file *f;
    struct ih_error e;
    gguf_probe(file.path);
    if (!gguf_open(&f, file.path, &e)) {
        struct decoder_config c;
        touch_fields(f);
        use_tokenizer(f);
        decoder_gguf_config(&c, f, &e);
        touch_tensors(f->weights);
        for (int i = 0; i < weights_count(f->weights); i++) {
            const struct tensor *t = weights_at(f->weights, i);
            if (!blocks_known(t->dtype))
                continue;
            float *out = malloc((size_t)tensor_count(t) * sizeof *out);
            if (out)
                blocks_to_f32(t->dtype, out, t->data, tensor_count(t));
            free(out);
        }
        gguf_close(&f);
    }
    memory_file_close(&file);
    return 0;
}
