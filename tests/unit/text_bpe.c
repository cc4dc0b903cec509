/* SPDX-License-Identifier: Apache-2.0 */
/* Against tests/data/tokenizer.json, which scripts/make_fixture_tokenizer.py made with tiktoken and
 * tokenizers. */
#include "text/bpe.h"

#include "base/mapfile.h"
#include "support/support.h"
#include "text/pretokenize.h"
#include "text/words.h"
#include "weights/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS = 4096, RANKS = 50257, RANK_BYTES = 1 << 20 };

static struct config *expected;

static int open_expected(void **state)
{
    (void)state;
    struct ih_error e;
    return config_open(&expected, data_path("tokenizer.json"), &e);
}

static int close_expected(void **state)
{
    (void)state;
    config_close(&expected);
    return 0;
}

static void each_case(const char *part,
    void (*fn)(void *arg, const char *key, const struct config_value *value), void *arg)
{
    const struct config_value *cases = config_find(config_root(expected), part);
    assert_true(config_length(cases) > 50);
    config_each(cases, fn, arg);
}

static struct bpe *open_file(const char *path)
{
    struct bpe *b;
    struct ih_error e;
    if (bpe_open(&b, path, &e))
        fail_msg("%s", e.text);
    return b;
}

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = strchr(digits, c);
    return c && at ? (int)(at - digits) : -1;
}

/* One base64 word; returns where it ends. */
static const char *read_base64(const char *s, unsigned char *out, int32_t *length)
{
    unsigned bits = 0;
    int have = 0;
    *length = 0;
    for (; digit_of(*s) >= 0; s++) {
        bits = bits << 6 | (unsigned)digit_of(*s);
        have += 6;
        if (have >= 8)
            out[(*length)++] = (unsigned char)(bits >> (have -= 8));
    }
    return s;
}

/* Whisper's real ranks, as lines of base64 and rank in order. */
static struct bpe *open_multilingual(void)
{
    struct mapfile m;
    struct ih_error e;
    static unsigned char bytes[RANK_BYTES];
    static const unsigned char *token[RANKS];
    static int32_t length[RANKS];
    assert_int_equal(mapfile_open(&m, shared_path("whisper/multilingual.tiktoken"), &e), IH_OK);
    const char *s = (const char *)m.data, *end = s + m.size;
    unsigned char *to = bytes;
    int32_t count = 0;
    while (s < end && count < RANKS && to + 1024 < bytes + RANK_BYTES) {
        token[count] = to;
        read_base64(s, to, &length[count]);
        to += length[count++];
        const char *line = memchr(s, '\n', (size_t)(end - s));
        s = line ? line + 1 : end;
    }
    mapfile_close(&m);
    assert_int_equal(count, RANKS);
    struct bpe *b;
    assert_int_equal(bpe_from_tokens(&b, token, length, count, BPE_SPLIT_GPT2, &e), IH_OK);
    return b;
}

struct check {
    const struct bpe *b;
    const char *key;
    enum bpe_split split;
    int done;
};

static void check_ids(void *arg, const char *key, const struct config_value *value)
{
    struct check *c = arg;
    const struct config_value *want = config_find(value, c->key);
    if (!want)
        return;
    const char *text = config_string_or(config_find(value, "text"), NULL);
    int32_t id[IDS];
    size_t n = bpe_encode(c->b, text, strlen(text), id, IDS);
    bool same = n == (size_t)config_length(want);
    for (size_t i = 0; i < n && same; i++)
        same = id[i] == config_int_or(config_item(want, (int64_t)i), -1);
    if (!same)
        fail_msg("%s case %s: wrong ids for \"%s\"", c->key, key, text);
    char back[IDS];
    assert_int_equal(bpe_decode(c->b, id, n, back, sizeof back), strlen(text));
    assert_string_equal(back, text);
    c->done++;
}

static void encodes_with_real_ranks(void **state)
{
    (void)state;
    if (!have_shared("whisper/multilingual.tiktoken"))
        skip();
    struct bpe *b = open_multilingual();
    struct check c = {.b = b, .key = "multilingual"};
    each_case("encode", check_ids, &c);
    assert_true(c.done > 80);
    bpe_close(&b);
}

/* The first file writes a merge as "a b", the second as ["a", "b"]. */
static void encodes_with_tokenizer_json(void **state)
{
    (void)state;
    static const char *const names[] = {"whisper-tiny-multi80", "whisper-tiny-v3-128"};
    for (int i = 0; i < 2; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/tokenizer.json", names[i]);
        struct bpe *b = open_file(data_path(path));
        struct check c = {.b = b, .key = names[i]};
        each_case("encode", check_ids, &c);
        assert_true(c.done > 75);
        bpe_close(&b);
    }
}

static void check_words(void *arg, const char *key, const struct config_value *value)
{
    struct check *c = arg;
    const char *text = config_string_or(config_find(value, "text"), NULL);
    const struct config_value *want = config_find(value, c->key);
    size_t at = 0, length = strlen(text);
    for (int64_t i = 0; i < config_length(want); i++) {
        assert_true(at < length);
        size_t end = pretokenize(c->split, text, length, at);
        if ((int64_t)(end - at) != config_int_or(config_item(want, i), -1))
            fail_msg("%s case %s: wrong word %lld of \"%s\"", c->key, key, (long long)i, text);
        at = end;
    }
    assert_int_equal(at, length);
    c->done++;
}

static void splits_like_the_patterns(void **state)
{
    (void)state;
    struct check gpt2 = {.key = "gpt2", .split = BPE_SPLIT_GPT2};
    struct check qwen2 = {.key = "qwen2", .split = BPE_SPLIT_QWEN2};
    each_case("encode", check_words, &gpt2);
    each_case("encode", check_words, &qwen2);
}

static void check_groups(void *arg, const char *key, const struct config_value *value)
{
    struct check *c = arg;
    if (strcmp(config_string_or(config_find(value, "vocabulary"), ""), c->key) != 0)
        return;
    const struct config_value *ids = config_find(value, "ids"),
                              *want = config_find(value, "lengths");
    int32_t id[64];
    int got[64], n = (int)config_length(ids);
    assert_in_range(n, 1, 64);
    for (int i = 0; i < n; i++)
        id[i] = (int32_t)config_int_or(config_item(ids, i), -1);
    int words =
        words_group(c->b, config_string_or(config_find(value, "language"), NULL), id, n, got);
    bool same = words == config_length(want);
    for (int i = 0; i < words && same; i++)
        same = got[i] == config_int_or(config_item(want, i), -1);
    if (!same)
        fail_msg("%s case %s: wrong words", c->key, key);
    c->done++;
}

/* split_to_word_tokens and merge_punctuations of openai/whisper. */
static void groups_words_like_openai(void **state)
{
    (void)state;
    static const char *const names[] = {
        "whisper-tiny-multi80", "whisper-tiny-v3-128", "whisper-tiny-en80", "multilingual"};
    for (int i = 0; i < 4; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/tokenizer.json", names[i]);
        bool real = strcmp(names[i], "multilingual") == 0;
        if (real && !have_shared("whisper/multilingual.tiktoken"))
            continue;
        struct bpe *b = real ? open_multilingual() : open_file(data_path(path));
        struct check c = {.b = b, .key = names[i]};
        config_each(config_find(config_root(expected), "group"), check_groups, &c);
        assert_true(c.done >= 8);
        bpe_close(&b);
    }
}

/* A vocabulary of the 256 bytes, so that an id is a byte. */
static struct bpe *open_bytes(void)
{
    static unsigned char byte[256];
    static const unsigned char *token[256];
    static int32_t length[256];
    for (int i = 0; i < 256; i++) {
        byte[i] = (unsigned char)i;
        token[i] = &byte[i];
        length[i] = 1;
    }
    struct bpe *b;
    struct ih_error e;
    assert_int_equal(bpe_from_tokens(&b, token, length, 256, BPE_SPLIT_GPT2, &e), IH_OK);
    return b;
}

/* Also in pieces, at every place, as live text is decoded. */
static void check_broken(void *arg, const char *key, const struct config_value *value)
{
    const struct bpe *b = ((struct check *)arg)->b;
    const char *want = config_string_or(config_find(value, "text"), NULL);
    const struct config_value *bytes = config_find(value, "bytes");
    int32_t id[64];
    size_t n = (size_t)config_length(bytes);
    assert_true(n <= 64);
    for (size_t i = 0; i < n; i++)
        id[i] = (int32_t)config_int_or(config_item(bytes, (int64_t)i), -1);
    char text[512], pieces[512] = "";
    assert_int_equal(bpe_decode(b, id, n, text, sizeof text), strlen(want));
    if (strcmp(text, want) != 0)
        fail_msg("case %s: \"%s\" instead of \"%s\"", key, text, want);
    size_t done = 0, length = 0;
    for (size_t i = 1; i <= n; i++) {
        size_t complete = bpe_complete(b, id + done, i - done);
        length += bpe_decode(b, id + done, complete, pieces + length, sizeof pieces - length);
        done += complete;
    }
    bpe_decode(b, id + done, n - done, pieces + length, sizeof pieces - length);
    assert_string_equal(pieces, want);
}

static void decodes_what_is_not_utf8(void **state)
{
    (void)state;
    struct bpe *b = open_bytes();
    struct check c = {.b = b};
    each_case("decode", check_broken, &c);
    bpe_close(&b);
}

static void holds_back_unfinished_characters(void **state)
{
    (void)state;
    struct bpe *b = open_bytes();
    const int32_t id[] = {'a', 0xf0, 0x9f, 0x98, 0x80, 0xe4, 0xb8};
    const size_t complete[] = {0, 1, 1, 1, 1, 5, 5, 5};
    for (size_t n = 0; n <= 7; n++)
        assert_int_equal(bpe_complete(b, id, n), complete[n]);
    const int32_t wrong[] = {0xe4, 'a', 0x80, 0xff};
    for (size_t n = 2; n <= 4; n++)
        assert_int_equal(bpe_complete(b, wrong, n), n);
    bpe_close(&b);
}

/* "aé😀" cut at every size: never inside a character, always the full length. */
static void decodes_into_little_room(void **state)
{
    (void)state;
    struct bpe *b = open_bytes();
    const int32_t id[] = {'a', 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80};
    const char *const want[] = {
        NULL, "", "a", "a", "a\u00e9", "a\u00e9", "a\u00e9", "a\u00e9", "a\u00e9\U0001f600"};
    char text[16];
    assert_int_equal(bpe_decode(b, id, 7, NULL, 0), 7);
    for (size_t room = 1; room <= 8; room++) {
        memset(text, '#', sizeof text);
        assert_int_equal(bpe_decode(b, id, 7, text, room), 7);
        assert_string_equal(text, want[room]);
        assert_int_equal(text[room], '#');
    }
    bpe_close(&b);
}

static void encodes_any_bytes(void **state)
{
    (void)state;
    if (!have_shared("whisper/multilingual.tiktoken"))
        skip();
    struct bpe *b = open_multilingual();
    uint32_t random = 5;
    for (int round = 0; round < 200; round++) {
        char text[64], back[64];
        size_t length = (size_t)round % sizeof text, got = 0;
        for (size_t i = 0; i < length; i++)
            text[i] = (char)(int)(random_unit(&random) * 128);
        int32_t id[64];
        size_t n = bpe_encode(b, text, length, id, 64);
        for (size_t i = 0; i < n; i++) {
            size_t size;
            const unsigned char *bytes = bpe_bytes(b, id[i], &size);
            assert_true(got + size <= length);
            memcpy(back + got, bytes, size);
            got += size;
        }
        assert_int_equal(got, length);
        assert_memory_equal(back, text, length);
    }
    bpe_close(&b);
}

/* One word of 10 MB: what is cut is cut between characters, so that every id is one of the word. */
static void survives_a_very_long_word(void **state)
{
    (void)state;
    struct bpe *b = open_file(data_path("whisper-tiny-multi80/tokenizer.json"));
    enum { CHARACTERS = 3500000 };
    char *text = malloc(3 * CHARACTERS);
    assert_non_null(text);
    for (int i = 0; i < CHARACTERS; i++)
        memcpy(
            text + 3 * i, "\u4f60", 3); /* one character of the text the merges were learned on */
    int32_t one[8];
    size_t each = bpe_encode(b, text, 3, one, 8);
    int32_t *id = malloc(each * CHARACTERS * sizeof *id);
    assert_non_null(id);
    size_t n = bpe_encode(b, text, 3 * (size_t)CHARACTERS, id, each * CHARACTERS);
    assert_true(n <= each * CHARACTERS && n >= CHARACTERS / 8);
    size_t length = bpe_decode(b, id, n, NULL, 0);
    assert_int_equal(length, 3 * (size_t)CHARACTERS);
    free(id);
    free(text);
    bpe_close(&b);
}

static void counts_beyond_the_room(void **state)
{
    (void)state;
    struct bpe *b = open_bytes();
    int32_t id[3] = {-7, -7, -7};
    assert_int_equal(bpe_encode(b, "hello", 5, id, 2), 5);
    assert_int_equal(id[0], 'h');
    assert_int_equal(id[1], 'e');
    assert_int_equal(id[2], -7);
    assert_int_equal(bpe_encode(b, "", 0, NULL, 0), 0);
    bpe_close(&b);
}

static void knows_special_tokens(void **state)
{
    (void)state;
    struct bpe *b = open_file(data_path("whisper-tiny-multi80/tokenizer.json"));
    int32_t end = bpe_id(b, "<|endoftext|>"), german = bpe_id(b, "<|de|>");
    assert_int_equal(end, 407);
    assert_int_equal(german, 411);
    assert_true(bpe_is_special(b, end));
    assert_true(bpe_is_special(b, bpe_id(b, "<|0.02|>"))); /* the file says special: false */
    assert_int_equal(bpe_id(b, "<|xx|>"), -1);
    assert_int_equal(bpe_count(b), bpe_id(b, "<|2.00|>") + 1);
    assert_int_equal(bpe_id(b, " the"), 262);
    assert_false(bpe_is_special(b, bpe_id(b, " the")));
    assert_false(bpe_is_special(b, -1));
    assert_false(bpe_is_special(b, bpe_count(b)));
    int32_t id[32];
    size_t n = bpe_encode(b, "<|de|><|endoftext|>", 19, id, 32), size;
    for (size_t i = 0; i < n; i++)
        assert_false(bpe_is_special(b, id[i]));
    const int32_t mixed[] = {end, bpe_id(b, " the"), german, bpe_id(b, " the"), -3, 1 << 30};
    char text[32];
    assert_int_equal(bpe_decode(b, mixed, 6, text, sizeof text), 8);
    assert_string_equal(text, " the the");
    assert_memory_equal(bpe_bytes(b, german, &size), "<|de|>", 6);
    assert_int_equal(size, 6);
    assert_non_null(bpe_bytes(b, -1, &size));
    assert_int_equal(size, 0);
    bpe_close(&b);
}

static void adds_special_tokens(void **state)
{
    (void)state;
    struct bpe *b = open_bytes();
    struct ih_error e;
    for (int i = 0; i < 3000; i++) {
        char text[32];
        snprintf(text, sizeof text, "<|%d|>", i);
        assert_int_equal(bpe_add_special(b, text, 300 + i, &e), IH_OK);
    }
    assert_int_equal(bpe_id(b, "<|2999|>"), 3299);
    assert_int_equal(bpe_id(b, "a"), 'a');
    assert_int_equal(bpe_count(b), 3300);
    assert_int_equal(bpe_add_special(b, "<|x|>", 300, &e), IH_BAD_DATA);
    assert_string_equal(e.text, "token id 300 is given to two tokens");
    assert_int_equal(bpe_add_special(b, "<|x|>", -1, &e), IH_BAD_DATA);
    assert_int_equal(bpe_add_special(b, "<|x|>", INT32_MAX, &e), IH_BAD_DATA);
    bpe_close(&b);
}

/* A list where merging gets stuck below a token that is there: tiktoken takes the whole word. */
static void takes_whole_words_of_a_list(void **state)
{
    (void)state;
    const unsigned char *const token[] = {(const unsigned char *)"a", (const unsigned char *)"b",
        (const unsigned char *)"c", (const unsigned char *)"", (const unsigned char *)"bc",
        (const unsigned char *)"abcabc"};
    const int32_t length[] = {1, 1, 1, 0, 2, 6};
    struct bpe *b;
    struct ih_error e;
    assert_int_equal(bpe_from_tokens(&b, token, length, 6, BPE_SPLIT_GPT2, &e), IH_OK);
    int32_t id[8];
    assert_int_equal(bpe_encode(b, "abcabc", 6, id, 8), 1);
    assert_int_equal(id[0], 5);
    assert_int_equal(bpe_encode(b, "abc", 3, id, 8), 2);
    assert_int_equal(id[0], 0);
    assert_int_equal(id[1], 4);
    assert_int_equal(bpe_encode(b, "axb", 3, id, 8), 2); /* no token for x */
    bpe_close(&b);
}

static void refuse(const char *json, enum ih_status want, const char *sentence)
{
    struct bpe *b = (struct bpe *)&b;
    struct ih_error e;
    assert_int_equal(bpe_parse(&b, json, strlen(json), "file", &e), want);
    assert_null(b);
    assert_string_equal(e.text, sentence);
}

static void refuses_bad_files(void **state)
{
    (void)state;
    struct bpe *b;
    struct ih_error e;
    assert_int_equal(bpe_open(&b, data_path("no_such_tokenizer.json"), &e), IH_NOT_FOUND);
    refuse("{}", IH_BAD_DATA, "file: model.vocab is missing; expected tokens with their ids");
    refuse("{\"model\":{\"type\":\"Unigram\"}}", IH_UNSUPPORTED,
        "file: model.type is \"Unigram\"; expected \"BPE\"");
    refuse("{\"model\":{\"vocab\":{\"a\":0,\"b\":0}}}", IH_BAD_DATA,
        "file: token id 0 is given to two tokens");
    refuse("{\"model\":{\"vocab\":{\"a\":-1}}}", IH_BAD_DATA,
        "file: token id -1 is outside 0 to 4194303");
    refuse("{\"model\":{\"vocab\":{\"a\":99999999999}}}", IH_BAD_DATA,
        "file: token id 99999999999 is outside 0 to 4194303");
    refuse("{\"model\":{\"vocab\":{\"a\":0,\"b\":1},\"merges\":[\"a b\"]}}", IH_BAD_DATA,
        "file: model.merges[0] joins or makes a token that model.vocab does not have");
    refuse("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a\"]}}", IH_BAD_DATA,
        "file: model.merges[0] is neither \"a b\" nor [\"a\", \"b\"]");
    refuse("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[[\"a\",1]]}}", IH_BAD_DATA,
        "file: model.merges[0] is neither \"a b\" nor [\"a\", \"b\"]");
    refuse("{\"model\":{\"vocab\":{\"a\":0}},\"added_tokens\":[{\"id\":1}]}", IH_BAD_DATA,
        "file: added_tokens[0] has no content");
    refuse("{\"model\":{\"vocab\":{\"a\":0}},\"pre_tokenizer\":{\"type\":\"Split\","
           "\"pattern\":{\"Regex\":\"x+\"}}}",
        IH_UNSUPPORTED,
        "file: the pre_tokenizer splits by Split \"x+\"; only the patterns of GPT-2, Qwen2 and "
        "Llama-3 are known");
}

/* Qwen2's layout: a Split step with the pattern, then ByteLevel without one. */
static void reads_the_split(void **state)
{
    (void)state;
    static const char json[] =
        "{\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\","
        "\"pattern\":{\"Regex\":\"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?"
        "\\\\p{L}+|\\\\p{N}| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|"
        "\\\\s+(?!\\\\S)|\\\\s+\"}},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,"
        "\"use_regex\":false}]},\"model\":{\"type\":\"BPE\",\"vocab\":{\"1\":0,\"2\":1,\"12\":2},"
        "\"merges\":[\"1 2\"]}}";
    struct bpe *b;
    struct ih_error e;
    assert_int_equal(bpe_parse(&b, json, sizeof json - 1, "qwen", &e), IH_OK);
    int32_t id[4];
    assert_int_equal(bpe_encode(b, "12", 2, id, 4), 2); /* digits stay apart */
    bpe_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_with_real_ranks),
        cmocka_unit_test(encodes_with_tokenizer_json),
        cmocka_unit_test(splits_like_the_patterns),
        cmocka_unit_test(groups_words_like_openai),
        cmocka_unit_test(decodes_what_is_not_utf8),
        cmocka_unit_test(holds_back_unfinished_characters),
        cmocka_unit_test(decodes_into_little_room),
        cmocka_unit_test(encodes_any_bytes),
        cmocka_unit_test(survives_a_very_long_word),
        cmocka_unit_test(counts_beyond_the_room),
        cmocka_unit_test(knows_special_tokens),
        cmocka_unit_test(adds_special_tokens),
        cmocka_unit_test(takes_whole_words_of_a_list),
        cmocka_unit_test(refuses_bad_files),
        cmocka_unit_test(reads_the_split),
    };
    return cmocka_run_group_tests(tests, open_expected, close_expected);
}
