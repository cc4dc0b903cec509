/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a GGUF file: the network, the tokenizer and the template in one. */
#include "models/qwen3/qwen3.h"

#include <stdlib.h>
#include <string.h>

static bool is(struct gguf_text t, const char *s)
{
    return t.n == strlen(s) && memcmp(t.s, s, t.n) == 0;
}

bool qwen3_gguf_probe(const char *path, const char *architecture)
{
    struct gguf_file *f = NULL;
    if (!gguf_probe(path) || gguf_open(&f, path, NULL))
        return false;
    bool yes = is(gguf_string(f, "general.architecture"), architecture);
    gguf_close(&f);
    return yes;
}

static void read_template(struct qwen3 *m)
{
    struct gguf_text t = gguf_string(m->gguf, "tokenizer.chat_template");
    char *text = t.s ? malloc(t.n + 1) : NULL;
    if (!text)
        return;
    memcpy(text, t.s, t.n);
    text[t.n] = 0;
    m->chat = chat_kind_of(text);
    free(text);
}

enum ih_status qwen3_open_gguf(struct qwen3 *m, const char *path, struct ih_error *e)
{
    enum ih_status status = gguf_open(&m->gguf, path, e);
    if (status)
        return status;
    m->weights = m->gguf->weights;
    status = decoder_gguf_config(&m->decoder.config, m->gguf, e);
    if (!status)
        status = qwen3_look(m, e);
    if (!status)
        status = bpe_from_gguf(&m->bpe, m->gguf, e);
    if (status)
        return status;
    qwen3_add_stop(m, gguf_int(m->gguf, "tokenizer.ggml.eos_token_id", -1));
    qwen3_add_stop(m, gguf_int(m->gguf, "tokenizer.ggml.eot_token_id", -1));
    qwen3_add_stop(m, gguf_int(m->gguf, "tokenizer.ggml.eom_token_id", -1));
    qwen3_add_usual_stops(m);
    read_template(m);
    return IH_OK;
}
