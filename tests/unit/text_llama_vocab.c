/* SPDX-License-Identifier: Apache-2.0 */
/* Tokenizers against llama.cpp's own vocabulary tests: files ggml-vocab-NAME.gguf with texts in
 * NAME.gguf.inp and their tokens in NAME.gguf.out, which come with its sources (models/). They are
 * no part of this project: INHOUSE_LLAMA_VOCAB names the folder, without it the tests are skipped.
 */
#include "base/mapfile.h"
#include "text/bpe.h"
#include "weights/gguf.h"

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS_MOST = 4096 };
static const char mark[] = "\n__ggml_vocab_test__\n";

static struct mapfile map(const char *folder, const char *name, const char *ending)
{
    char path[4096];
    struct mapfile file;
    struct ih_error e;
    snprintf(path, sizeof path, "%s/ggml-vocab-%s.gguf%s", folder, name, ending);
    if (mapfile_open(&file, path, &e))
        fail_msg("%s", e.text);
    return file;
}

static struct bpe *read_tokenizer(const char *folder, const char *name)
{
    char path[4096];
    struct gguf_file *f;
    struct bpe *b = NULL;
    struct ih_error e;
    snprintf(path, sizeof path, "%s/ggml-vocab-%s.gguf", folder, name);
    if (gguf_open(&f, path, &e) || bpe_from_gguf(&b, f, &e))
        fail_msg("%s", e.text);
    gguf_close(&f);
    return b;
}

/* One text against one line of numbers. */
static void compare(const struct bpe *b, const char *text, size_t bytes, const char *line)
{
    int32_t id[TOKENS_MOST];
    size_t count = bpe_encode(b, text, bytes, id, TOKENS_MOST);
    assert_true(count <= TOKENS_MOST);
    for (size_t i = 0; i < count; i++) {
        char *end;
        long wanted = strtol(line, &end, 10);
        if (end == line || wanted != id[i])
            fail_msg("token %zu of '%.*s' is %d, not %ld", i, (int)bytes, text, id[i], wanted);
        line = end;
    }
    if (line[strspn(line, " ")] != '\n')
        fail_msg("'%.*s' has %zu tokens, and should have more", (int)bytes, text, count);
}

static void check(const char *name)
{
    const char *folder = getenv("INHOUSE_LLAMA_VOCAB");
    if (!folder)
        skip();
    struct bpe *b = read_tokenizer(folder, name);
    struct mapfile texts = map(folder, name, ".inp"), numbers = map(folder, name, ".out");
    const char *at = (const char *)texts.data, *end = at + texts.size;
    const char *line = (const char *)numbers.data, *last = line + numbers.size;
    int cases = 0;
    while (line < last) {
        const char *next = memmem(at, (size_t)(end - at), mark, sizeof mark - 1);
        const char *behind = next ? next : end;
        const char *newline = memchr(line, '\n', (size_t)(last - line));
        assert_non_null(newline);
        compare(b, at, (size_t)(behind - at), line);
        at = next ? next + sizeof mark - 1 : end;
        line = newline + 1;
        cases++;
    }
    assert_true(cases >= 40);
    print_message("%s: %d texts\n", name, cases);
    mapfile_close(&texts);
    mapfile_close(&numbers);
    bpe_close(&b);
}

static void test_qwen2(void **state)
{
    (void)state;
    check("qwen2");
}

static void test_llama_bpe(void **state)
{
    (void)state;
    check("llama-bpe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qwen2),
        cmocka_unit_test(test_llama_bpe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
