/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies in pieces: read whole and byte by byte, and refused where two readers could differ. */
#include "server/chunks.h"
#include "support/support.h"

#include <string.h>

static char got[256];
static size_t bytes;

static enum ih_status take(void *arg, const void *data, size_t n, struct ih_error *e)
{
    (void)arg, (void)e;
    assert_true(bytes + n < sizeof got);
    memcpy(got + bytes, data, n);
    bytes += n;
    got[bytes] = 0;
    return IH_OK;
}

/* In steps of so many bytes; 1 when it ended, 0 when more is to come, -1 when it is refused. */
static int feed(const char *text, size_t length, size_t step)
{
    struct chunks c = {0};
    struct ih_error e;
    bytes = 0;
    *got = 0;
    for (size_t i = 0; i < length; i += step)
        if (chunks_feed(&c, text + i, length - i < step ? length - i : step, take, NULL, &e)) {
            assert_int_equal(e.code, IH_BAD_DATA);
            assert_true(chunks_broken(&c));
            return -1;
        }
    assert_false(chunks_broken(&c));
    return chunks_ended(&c);
}

static void test_pieces(void **state)
{
    static const struct {
        const char *text, *wanted;
        int ended;
    } cases[] = {
        {"5\r\nhello\r\n0\r\n\r\n", "hello", 1},
        {"5\r\nhello\r\n00000006\r\n world\r\n000\r\n\r\n", "hello world", 1},
        {"a\r\n0123456789\r\nA\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij", 1},
        {"2;name=\"x\"\r\nhi\r\n0;last\r\n\r\n", "hi", 1},
        {"2 \r\nhi\r\n0\r\nDigest: x\r\nOther: y\r\n\r\n", "hi", 1},
        {"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", 1},
        {"0\r\n\r\nGET / HTTP/1.1\r\n\r\n", "", 1},
        {"5\r\nhel", "hel", 0},
        {"5\r\nhello\r\n0\r\n", "hello", 0},
        {"", "", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t step = 1; step < 40; step++) {
            assert_int_equal(feed(cases[i].text, strlen(cases[i].text), step), cases[i].ended);
            assert_string_equal(got, cases[i].wanted);
        }
}

static void test_what_is_refused(void **state)
{
    static const char *const cases[] = {"\r\n", "x\r\n", "-5\r\nhello", "+5\r\nhello",
        " 5\r\nhello", "0x5\r\nhello", "5\nhello\n0\n\n", "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "123456789\r\n", "ffffffffffffffff\r\n",
        "5;\nhello\r\n0\r\n\r\n", "5,5\r\nhello", "5\r\nhello\r\n0\r\nX: y\n\r\n",
        "5\r\nhello\r\n0\r\n\rX"};
    char long_line[8000];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t step = 1; step < 20; step += 3)
            if (feed(cases[i], strlen(cases[i]), step) != -1)
                fail_msg("'%s' was taken", cases[i]);
    assert_int_equal(feed("1;\0\r\nx", 7, 1), -1);
    memset(long_line, 'a', sizeof long_line);
    memcpy(long_line, "1;", 2);
    assert_int_equal(feed(long_line, sizeof long_line, 100), -1);
}

static enum ih_status refuse(void *arg, const void *data, size_t n, struct ih_error *e)
{
    (void)arg, (void)data, (void)n;
    e->code = IH_NO_MEMORY;
    return IH_NO_MEMORY;
}

/* Whoever does not want the data says so, which is no mistake in the pieces. */
static void test_who_takes_it(void **state)
{
    struct chunks c = {0};
    struct ih_error e;
    (void)state;
    assert_int_equal(chunks_feed(&c, "5\r\nhello", 8, refuse, NULL, &e), IH_NO_MEMORY);
    assert_false(chunks_broken(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_who_takes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
