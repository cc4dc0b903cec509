/* SPDX-License-Identifier: Apache-2.0 */
/* The tokenizer inside a GGUF file. */
#include "text/bpe_build.h"
#include "weights/gguf.h"

#include <stdlib.h>
#include <string.h>

/* llama.cpp's kinds of tokens. */
enum { NORMAL = 1, CONTROL = 3, USER_DEFINED = 4 };

static bool is_text(struct gguf_text t, const char *s)
{
    return t.n == strlen(s) && memcmp(t.s, s, t.n) == 0;
}

/* How text is prepared, by llama.cpp's name for it; the rest as tokenizer.json of these models. */
static enum ih_status read_split(struct bpe *b, const struct gguf_file *f, struct ih_error *e)
{
    static const struct {
        const char *name;
        enum bpe_split split;
        bool nfc, whole_words;
    } known[] = {
        {"gpt-2", BPE_SPLIT_GPT2, false, false},
        {"qwen2", BPE_SPLIT_QWEN2, true, false},
        {"deepseek-r1-qwen", BPE_SPLIT_QWEN2, true, false},
        {"llama-bpe", BPE_SPLIT_LLAMA3, false, true},
        {"llama3", BPE_SPLIT_LLAMA3, false, true},
        {"llama-v3", BPE_SPLIT_LLAMA3, false, true},
    };
    struct gguf_text model = gguf_string(f, "tokenizer.ggml.model");
    struct gguf_text pre = gguf_string(f, "tokenizer.ggml.pre");
    if (!is_text(model, "gpt2"))
        return err_set(e, IH_UNSUPPORTED, "tokenizer.ggml.model is \"%.*s\"; expected \"gpt2\"",
            model.n < 40 ? (int)model.n : 40, model.s ? model.s : "");
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_text(pre, known[i].name)) {
            b->split = known[i].split;
            b->nfc = known[i].nfc;
            b->whole_words = known[i].whole_words;
            return IH_OK;
        }
    return err_set(e, IH_UNSUPPORTED,
        "tokenizer.ggml.pre is \"%.*s\"; expected \"gpt-2\", \"qwen2\" or \"llama-bpe\"",
        pre.n < 40 ? (int)pre.n : 40, pre.s ? pre.s : "");
}

static enum ih_status add_token(struct bpe *b, const struct alphabet *alphabet,
    struct gguf_text text, int64_t kind, int32_t id, struct ih_error *e)
{
    char added[TOKEN_BYTES + 1];
    unsigned char bytes[2 * TOKEN_BYTES];
    bool is_added = kind == CONTROL || kind == USER_DEFINED;
    if (text.n > (is_added ? TOKEN_BYTES : 2 * TOKEN_BYTES))
        return err_set(e, IH_BAD_DATA, "token %d has %zu bytes; at most %d are allowed", (int)id,
            text.n, (int)TOKEN_BYTES);
    if (!is_added)
        return vocabulary_add(
            &b->vocabulary, bytes, alphabet_bytes(alphabet, text.s, text.n, bytes), id, false, e);
    memcpy(added, text.s, text.n);
    added[text.n] = 0;
    return bpe_add(b, added, id, kind == CONTROL, e);
}

static enum ih_status read_tokens(
    struct bpe *b, const struct alphabet *alphabet, const struct gguf_file *f, struct ih_error *e)
{
    struct gguf_list tokens = gguf_list(f, "tokenizer.ggml.tokens");
    struct gguf_list kinds = gguf_list(f, "tokenizer.ggml.token_type");
    if (tokens.left == 0 || tokens.left > VOCABULARY_IDS)
        return err_set(e, IH_BAD_DATA, "tokenizer.ggml.tokens has %llu tokens; expected 1 to %d",
            (unsigned long long)tokens.left, (int)VOCABULARY_IDS);
    enum ih_status status =
        vocabulary_reserve(&b->vocabulary, (int32_t)tokens.left, (size_t)tokens.left * 8, e);
    struct gguf_text text;
    for (int32_t id = 0; !status && gguf_next_string(&tokens, &text); id++) {
        int64_t kind = NORMAL;
        gguf_next_int(&kinds, &kind);
        status = add_token(b, alphabet, text, kind, id, e);
    }
    return status;
}

static enum ih_status read_merges(
    struct bpe *b, const struct alphabet *alphabet, const struct gguf_file *f, struct ih_error *e)
{
    struct gguf_list merges = gguf_list(f, "tokenizer.ggml.merges");
    if (merges.left > VOCABULARY_IDS)
        return err_set(e, IH_BAD_DATA, "tokenizer.ggml.merges has %llu entries",
            (unsigned long long)merges.left);
    enum ih_status status = merges_reserve(&b->merges, (uint32_t)merges.left, e);
    struct gguf_text text;
    int32_t guess = 0;
    for (int32_t rank = 0; !status && gguf_next_string(&merges, &text); rank++) {
        const char *space = memchr(text.s, ' ', text.n);
        const char *const side[] = {text.s, space ? space + 1 : NULL};
        size_t left = space ? (size_t)(space - text.s) : 0;
        const size_t length[] = {left, space ? text.n - left - 1 : 0};
        if (!space || length[0] > 2 * TOKEN_BYTES || length[1] > 2 * TOKEN_BYTES)
            return err_set(e, IH_BAD_DATA, "tokenizer.ggml.merges[%d] is not \"a b\"", (int)rank);
        status = bpe_add_merge(b, alphabet, side, length, rank, &guess, e);
    }
    return status;
}

enum ih_status bpe_from_gguf(struct bpe **out, const struct gguf_file *f, struct ih_error *e)
{
    struct alphabet alphabet;
    *out = NULL;
    struct bpe *b = calloc(1, sizeof *b);
    if (!b)
        return err_memory(e, "a tokenizer");
    alphabet_init(&alphabet);
    enum ih_status status = read_split(b, f, e);
    if (!status)
        status = read_tokens(b, &alphabet, f, e);
    if (!status)
        status = read_merges(b, &alphabet, f, e);
    if (status) {
        err_prefix(e, "%s", weights_path(f->weights));
        bpe_close(&b);
    }
    *out = b;
    return status;
}
