/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_PRETOKENIZE_H
#define TEXT_PRETOKENIZE_H

#include "text/bpe.h"

/* Where the word that begins at `at` (< length) ends, by the patterns
 *   GPT-2:   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *   Qwen2:   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*
 *            |\s*[\r\n]+|\s+(?!\S)|\s+
 *   Llama-3, as GPT-4: Qwen2's with \p{N}{1,3} for \p{N}
 * Bytes that are not UTF-8 count as neither space, letter nor number. */
size_t pretokenize(enum bpe_split split, const char *text, size_t length, size_t at);

#endif
