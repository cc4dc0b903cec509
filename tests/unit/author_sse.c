/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of events: the same whatever pieces they come in. */
#include "author/sse.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static char got[512];

static enum ih_status take(void *arg, const char *data, size_t n)
{
    (void)arg;
    assert_int_equal(strlen(data), n);
    if (strcmp(data, "stop") == 0)
        return IH_CANCELLED;
    assert_true(strlen(got) + n + 2 < sizeof got);
    strcat(got, data);
    strcat(got, "|");
    return IH_OK;
}

static enum ih_status feed(const char *text, size_t step, size_t most)
{
    struct sse s;
    enum ih_status status = IH_OK;
    size_t n = strlen(text);
    sse_init(&s, most);
    *got = 0;
    for (size_t i = 0; !status && i < n; i += step) {
        /* At a place of its own, so that a sanitizer sees a step too far. */
        char *piece = strndup(text + i, n - i < step ? n - i : step);
        status = sse_read(&s, piece, strlen(piece), take, NULL);
        free(piece);
    }
    sse_free(&s);
    return status;
}

static void test_events(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"data: one\n\ndata: two\n\n", "one|two|"},
        {"data: one\r\n\r\ndata: two\r\n\r\n", "one|two|"},
        {"data: one\r\rdata: two\r\r", "one|two|"},
        {"data: a\ndata: b\n\n", "a\nb|"},
        {"data:tight\n\ndata:  two blanks\n\n", "tight| two blanks|"},
        {": comment\n\nid: 3\nretry: 9\nevent: x\ndata: y\n\n", "y|"},
        {"event: ping\n\n\n\ndata: x\n\n", "x|"},
        {"\xef\xbb\xbf"
         "data: behind a mark\n\n",
            "behind a mark|"},
        {"data\n\ndata:\n\n", "||"},
        {"database: no\ndat: no\n\ndata: yes\n\n", "yes|"},
        {"data: z\xc3\xbcrich \xf0\x9f\x98\x80\n\n", "z\xc3\xbcrich \xf0\x9f\x98\x80|"},
        {"data: broken off", ""},
        {"data: broken off\n", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t step = 1; step < 50; step++) {
            assert_int_equal(feed(cases[i].text, step, 1000), IH_OK);
            assert_string_equal(got, cases[i].wanted);
        }
}

static void test_ends(void **state)
{
    (void)state;
    for (size_t step = 1; step < 40; step++) {
        assert_int_equal(feed("data: a\n\ndata: stop\n\ndata: b\n\n", step, 1000), IH_CANCELLED);
        assert_string_equal(got, "a|");
        assert_int_equal(feed("data: 0123456789\n\n", step, 15), IH_BAD_DATA);
        assert_int_equal(feed("data: 0123456789\n\n", step, 16), IH_OK);
        assert_int_equal(feed("data: 01234\ndata: 01234\n\n", step, 11), IH_OK);
        assert_int_equal(feed("data: 01234\ndata: 012345\n\n", step, 11), IH_BAD_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_events), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
