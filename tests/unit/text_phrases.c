/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"
#include "text/phrases.h"

#include <math.h>
#include <string.h>

enum { BYTES = 256 };
static const float bonus = PHRASE_BONUS;

/* A vocabulary of the 256 bytes, so that an id is a character. */
static struct bpe *open_bytes(void)
{
    static unsigned char byte[BYTES];
    static const unsigned char *token[BYTES];
    static int32_t length[BYTES];
    for (int i = 0; i < BYTES; i++) {
        byte[i] = (unsigned char)i;
        token[i] = &byte[i];
        length[i] = 1;
    }
    struct bpe *b;
    struct ih_error e;
    assert_int_equal(bpe_from_tokens(&b, token, length, BYTES, BPE_SPLIT_GPT2, &e), IH_OK);
    return b;
}

static struct phrases *open_phrases(const char *lines)
{
    struct bpe *b = open_bytes();
    struct phrases *p;
    struct ih_error e;
    if (phrases_open(&p, b, lines, &e))
        fail_msg("%s", e.text);
    bpe_close(&b);
    return p;
}

/* What saying a text brings, in units of the bonus. */
static float total(const struct phrases *p, const char *text)
{
    struct phrase_state s = {0};
    float sum = 0;
    for (; *text; text++) {
        sum += phrases_gain(p, &s, (unsigned char)*text);
        phrases_advance(p, &s, (unsigned char)*text);
    }
    return sum / bonus;
}

static void expect(const struct phrases *p, const char *text, float want)
{
    float got = total(p, text);
    if (fabsf(got - want) > 1e-4f)
        fail_msg("\"%s\" brings %g, not %g", text, (double)got, (double)want);
}

static void favours_each_token(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("cat\n\n  dog \r\n");
    expect(p, "c", 1);
    expect(p, "ca", 2);
    expect(p, "cat", 3);
    expect(p, "dog", 3);
    expect(p, " dog", 4);
    expect(p, "Cat", 3);
    expect(p, " Cat", 4);
    expect(p, "CAT", 0);
    expect(p, "x", 0);
    expect(p, "xyz cat cat", 8);
    phrases_close(&p);
    assert_null(p);
}

static void takes_back_what_broke_off(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("cat");
    expect(p, "cx", 0);
    expect(p, "cax", 0);
    expect(p, "catx", 3);
    expect(p, "catcx", 3);
    expect(p, "cac", 1);
    expect(p, "cacat", 3);
    expect(p, "ca", 2);
    phrases_close(&p);
}

static void keeps_the_shorter_phrase(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("new\nnewcastle");
    expect(p, "newcas", 6);
    expect(p, "newcasx", 3);
    expect(p, "newcastle", 9);
    phrases_close(&p);
    /* "b" is whole inside of what breaks off */
    p = open_phrases("xbyy\nb");
    expect(p, "xb", 2);
    expect(p, "xbq", 1);
    expect(p, "xbyq", 1);
    expect(p, "xbyy", 4);
    phrases_close(&p);
}

/* "abcd" breaks off after "abc", whose end begins "bcx". */
static void goes_on_with_an_end(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("abcd\nbcx\ncy");
    expect(p, "abc", 3);
    expect(p, "abcx", 3);
    expect(p, "abcy", 2);
    expect(p, "abcq", 0);
    expect(p, "abcd", 4);
    expect(p, "aabcx", 3);
    phrases_close(&p);
}

/* Three bytes, two letters: what a bonus is paid for. */
static void counts_letters(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("\xc3\xa9t");
    expect(p, "\xc3", 1);
    expect(p, "\xc3\xa9", 1);
    expect(p, "\xc3\xa9t", 2);
    expect(p, "\xc3\xa9x", 0);
    phrases_close(&p);
}

static void boosts_what_it_gains(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("abab\nbaa\nab\nba b\nb\naaaab\n\xc3\xa9t\xc3\xa9");
    struct phrase_state s = {0};
    uint32_t random = 3;
    for (int step = 0; step < 2000; step++) {
        float logits[BYTES];
        for (int i = 0; i < BYTES; i++)
            logits[i] = i == 'c' ? -INFINITY : 0;
        phrases_boost(p, &s, logits, BYTES);
        for (int i = 0; i < BYTES; i++)
            if (i != 'c')
                assert_true(fabsf(logits[i] - phrases_gain(p, &s, i)) < 1e-4f);
        assert_true(isinf(logits['c']));
        phrases_advance(p, &s, "aabb \xc3\xa9q"[(int)(4 * (random_unit(&random) + 1))] & 0xff);
    }
    phrases_close(&p);
}

/* A model may know fewer tokens than its tokenizer. */
static void stays_inside_the_logits(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("az");
    struct phrase_state s = {0};
    float logits[BYTES] = {0};
    phrases_advance(p, &s, 'a');
    phrases_boost(p, &s, logits, 'b');
    assert_true(logits['a'] == 0); /* one taken back, one for beginning again */
    assert_true(logits['\''] == -bonus);
    for (int i = 'b'; i < BYTES; i++)
        assert_true(logits[i] == 0);
    phrases_close(&p);
}

static void makes_first_letters_large(void **state)
{
    (void)state;
    struct phrases *p = open_phrases("\u00e9t\u00e9\n\u03bbx");
    expect(p, "\u00c9t\u00e9", 3);
    expect(p, "\u00c9T", 0);
    expect(p, " \u039bx", 3);
    phrases_close(&p);
}

static void takes_nothing(void **state)
{
    (void)state;
    static const char *const empty[] = {"", "\n", " \r\n\t\n"};
    for (int i = 0; i < 3; i++) {
        struct phrases *p = open_phrases(empty[i]);
        float logits[BYTES] = {0};
        struct phrase_state s = {0};
        phrases_boost(p, &s, logits, BYTES);
        for (int j = 0; j < BYTES; j++)
            assert_true(logits[j] == 0);
        expect(p, "abc", 0);
        phrases_close(&p);
    }
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    struct bpe *b = open_bytes();
    struct phrases *p;
    struct ih_error e;
    char text[4096] = "good\n\n";
    memset(text + 6, 'a', 300);
    assert_int_equal(phrases_open(&p, b, text, &e), IH_INVALID);
    assert_null(p);
    assert_string_equal(e.text, "phrase in line 3: 301 tokens long; at most 256 are allowed");
    memset(text + 6, 'a', 2000);
    assert_int_equal(phrases_open(&p, b, text, &e), IH_INVALID);
    assert_string_equal(e.text, "phrase in line 3: 2000 bytes long; at most 1024 are allowed");
    bpe_close(&b);
}

static void works_with_merged_tokens(void **state)
{
    (void)state;
    struct bpe *b;
    struct phrases *p;
    struct ih_error e;
    const char *path = data_path("whisper-tiny-multi80/tokenizer.json");
    assert_int_equal(bpe_open(&b, path, &e), IH_OK);
    assert_int_equal(phrases_open(&p, b, "the thing", &e), IH_OK);
    static const char *const forms[] = {"the thing", " the thing", "The thing", " The thing"};
    for (int i = 0; i < 4; i++) {
        int32_t id[16];
        size_t n = bpe_encode(b, forms[i], strlen(forms[i]), id, 16);
        struct phrase_state s = {0};
        float sum = 0;
        for (size_t j = 0; j < n; j++) {
            sum += phrases_gain(p, &s, id[j]);
            phrases_advance(p, &s, id[j]);
        }
        assert_true(fabsf(sum - bonus * (float)strlen(forms[i])) < 1e-4f);
    }
    phrases_close(&p);
    bpe_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(favours_each_token),
        cmocka_unit_test(takes_back_what_broke_off),
        cmocka_unit_test(keeps_the_shorter_phrase),
        cmocka_unit_test(goes_on_with_an_end),
        cmocka_unit_test(counts_letters),
        cmocka_unit_test(boosts_what_it_gains),
        cmocka_unit_test(stays_inside_the_logits),
        cmocka_unit_test(makes_first_letters_large),
        cmocka_unit_test(takes_nothing),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(works_with_merged_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
