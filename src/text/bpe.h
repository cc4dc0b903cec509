/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_BPE_H
#define TEXT_BPE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Byte-level byte pair encoding as in GPT-2, Whisper and Qwen, from a tokenizer.json or a plain
 * list of byte strings. Immutable after open; shared between threads. */
struct bpe;

/* Which pre-tokenizer cuts text into words before merging. */
enum bpe_split { BPE_SPLIT_GPT2, BPE_SPLIT_QWEN2, BPE_SPLIT_LLAMA3 };

/* Reads model.vocab, model.merges (as "a b" or ["a", "b"]) and added_tokens. A file whose
 * pre_tokenizer is not one of those above fails with IH_UNSUPPORTED, as does one with another
 * normalizer than NFC; one without a pre_tokenizer is split as in GPT-2. */
enum ih_status bpe_open(struct bpe **out, const char *tokenizer_json, struct ih_error *e);
enum ih_status bpe_parse(
    struct bpe **out, const char *json, size_t size, const char *name, struct ih_error *e);

/* The tokenizer of a GGUF file (tokenizer.ggml.*), of a kind that llama.cpp calls gpt2 with the
 * splits gpt-2, qwen2 and llama-bpe. */
struct gguf_file;
enum ih_status bpe_from_gguf(struct bpe **out, const struct gguf_file *f, struct ih_error *e);

/* Ranks are the order of the list (tiktoken); special tokens follow from bpe_add_special(). The
 * bytes are copied. */
enum ih_status bpe_from_tokens(struct bpe **out, const unsigned char *const *token,
    const int32_t *length, int32_t count, enum bpe_split split, struct ih_error *e);
enum ih_status bpe_add_special(struct bpe *b, const char *text, int32_t id, struct ih_error *e);
void bpe_close(struct bpe **b);

int32_t bpe_count(const struct bpe *b); /* largest id + 1 */

/* Id of a token given as its exact text (specials such as "<|en|>" too), or -1. */
int32_t bpe_id(const struct bpe *b, const char *text);

/* Special are added tokens that say so and those spelled <|...|>, which time tokens are. */
bool bpe_is_special(const struct bpe *b, int32_t id);

/* The raw bytes of a token (may be part of a UTF-8 character); specials give their text. Never
 * null; length is 0 for an id that stands for nothing. */
const unsigned char *bpe_bytes(const struct bpe *b, int32_t id, size_t *length);

/* Encodes text (added tokens in it are not recognised: text from users never turns into control
 * tokens). Writes at most `capacity` ids and returns how many there are in all. Bytes that are not
 * UTF-8 are encoded too, so that decoding to bytes gives the text back (in NFC where the tokenizer
 * asks for it). A word of more than 64 KB is cut; a text whose NFC finds no memory is encoded as it
 * stands. */
size_t bpe_encode(
    const struct bpe *b, const char *text, size_t length, int32_t *id, size_t capacity);

/* The same, but the text of an added token, special or not, becomes that token: only for text that
 * no user wrote. Where several begin, the longest counts. */
size_t bpe_encode_added(
    const struct bpe *b, const char *text, size_t length, int32_t *id, size_t capacity);

/* Decodes ids, leaving specials out; invalid UTF-8 comes out as U+FFFD. Returns the length needed
 * without the terminator, like snprintf; what does not fit is cut between characters. */
size_t bpe_decode(
    const struct bpe *b, const int32_t *id, size_t count, char *text, size_t capacity);

/* How many of the ids can be decoded so far without cutting a character in two; the few behind them
 * wait for more. For live text:
 *     size_t n = bpe_complete(b, id + done, count - done);
 *     bpe_decode(b, id + done, n, text, sizeof text);
 *     done += n;
 */
size_t bpe_complete(const struct bpe *b, const int32_t *id, size_t count);

#endif
