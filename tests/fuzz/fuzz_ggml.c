/* SPDX-License-Identifier: Apache-2.0 */
/* whisper.cpp's files: opens, reads every byte, turns every tensor into numbers. */
#include "fuzz/memory_file.h"
#include "fuzz/touch.h"
#include "kernels/blocks.h"
#include "weights/ggml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned touch_file(const struct ggml_file *f)
{
    unsigned sum = touch_tensors(f->weights);
    const unsigned char *mel = (const unsigned char *)f->mel_filters;
    for (size_t i = 0; i < (size_t)f->mel_rows * (size_t)f->mel_cols * sizeof(float); i++)
        sum += mel[i];
    for (int32_t i = 0; i < f->tokens; i++)
        for (int32_t k = 0; k < f->token_length[i]; k++)
            sum += f->token[i][k];
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file = memory_file_open(data, size);
    struct ggml_file *f;
    struct ih_error e;
    ggml_probe(file.path);
    if (!ggml_open(&f, file.path, &e)) {
        touch_file(f);
        for (int i = 0; i < weights_count(f->weights); i++) {
            const struct tensor *t = weights_at(f->weights, i);
            float *out = malloc((size_t)tensor_count(t) * sizeof *out);
            if (out)
                blocks_to_f32(t->dtype, out, t->data, tensor_count(t));
            free(out);
        }
        ggml_close(&f);
    }
    memory_file_close(&file);
    return 0;
}
