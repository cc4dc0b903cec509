/* SPDX-License-Identifier: Apache-2.0 */
#include "server/spool.h"
#include "server/text.h"
#include "support/support.h"

#include <string.h>

static struct spool *open_spool(size_t memory, int64_t limit)
{
    struct spool *s;
    struct ih_error e;
    assert_int_equal(spool_open(&s, temp_dir(), memory, limit, &e), IH_OK);
    return s;
}

/* The same whether it stays in memory or goes to a file after 0, 4 or 10 bytes. */
static void test_bytes_come_back(void **state)
{
    static const size_t memories[] = {0, 4, 10, 1000};
    char buf[32];
    const void *map;
    size_t n;
    struct ih_error e;
    (void)state;
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++) {
        struct spool *s = open_spool(memories[i], 100);
        assert_int_equal(spool_read(s, 0, buf, sizeof buf), 0);
        assert_int_equal(spool_write(s, "hello ", 6, &e), IH_OK);
        assert_int_equal(spool_read(s, 1, buf, 3), 3);
        assert_memory_equal(buf, "ell", 3);
        assert_int_equal(spool_write(s, "world", 5, &e), IH_OK);
        assert_int_equal(spool_size(s), 11);
        assert_int_equal(spool_read(s, 4, buf, sizeof buf), 7);
        assert_memory_equal(buf, "o world", 7);
        assert_int_equal(spool_read(s, 11, buf, 1), 0);
        assert_int_equal(spool_read(s, 99, buf, 1), 0);
        /* A header that is written again when the length is known. */
        assert_int_equal(spool_seek(s, 0), 0);
        assert_int_equal(spool_write(s, "J", 1, &e), IH_OK);
        assert_int_equal(spool_seek(s, 12), -1);
        assert_int_equal(spool_seek(s, 11), 0);
        assert_int_equal(spool_write(s, "!", 1, &e), IH_OK);
        assert_int_equal(spool_map(s, &map, &n, &e), IH_OK);
        assert_int_equal(n, 12);
        assert_memory_equal(map, "Jello world!", 12);
        spool_close(&s);
        assert_null(s);
    }
}

static void test_limits(void **state)
{
    struct ih_error e;
    (void)state;
    for (size_t memory = 0; memory <= 20; memory += 10) {
        struct spool *s = open_spool(memory, 10);
        assert_int_equal(spool_write(s, "0123456789", 10, &e), IH_OK);
        assert_int_equal(spool_write(s, "x", 1, &e), IH_NO_MEMORY);
        assert_int_equal(spool_size(s), 10);
        spool_close(&s);
    }
}

static void test_a_folder_that_is_not_there(void **state)
{
    struct spool *s;
    struct ih_error e;
    (void)state;
    assert_int_equal(spool_open(&s, "/nowhere/at/all", 4, 100, &e), IH_OK);
    assert_int_equal(spool_write(s, "1234", 4, &e), IH_OK);
    assert_int_equal(spool_write(s, "5", 1, &e), IH_IO);
    spool_close(&s);
}

static void test_base64(void **state)
{
    /* RFC 4648, section 10. */
    static const char *const pairs[][2] = {{"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    char out[16];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        text_base64(out, pairs[i][0], strlen(pairs[i][0]));
        assert_memory_equal(out, pairs[i][1], strlen(pairs[i][1]));
    }
}

static void test_utf8(void **state)
{
    static const char *const good[] = {"", "a", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
        "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82",
        "a\xff"};
    char buf[4];
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(text_is_utf8(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(text_is_utf8(bad[i], strlen(bad[i])));
    assert_int_equal(text_encode(0x20AC, buf), 3);
    assert_memory_equal(buf, "\xe2\x82\xac", 3);
    assert_int_equal(text_encode(0xDFFF, buf), 0);
    assert_int_equal(text_encode(0x110000, buf), 0);
}

static void test_secrets(void **state)
{
    (void)state;
    assert_true(text_same_secret("0123456789", "0123456789"));
    assert_false(text_same_secret("0123456788", "0123456789"));
    assert_false(text_same_secret("012345678", "0123456789"));
    assert_false(text_same_secret("01234567890", "0123456789"));
    assert_false(text_same_secret("01230123", "0123"));
    assert_false(text_same_secret("", "0123456789"));
    assert_false(text_same_secret("x", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_come_back),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_a_folder_that_is_not_there),
        cmocka_unit_test(test_base64),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
