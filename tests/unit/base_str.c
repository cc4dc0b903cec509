/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

static void test_append(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 100000);
    assert_string_equal(str_text(&s), "");
    assert_int_equal(str_add_text(&s, "one"), IH_OK);
    assert_int_equal(str_add_byte(&s, ' '), IH_OK);
    assert_int_equal(str_format(&s, "%d %s", 2, "three"), IH_OK);
    assert_int_equal(str_add(&s, NULL, 0), IH_OK);
    assert_string_equal(str_text(&s), "one 2 three");
    assert_int_equal(s.size, 11);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(str_format(&s, "%04d,", i), IH_OK);
    assert_int_equal(s.size, 11 + 25000);
    assert_memory_equal(s.data + 11 + 5 * 4321, "4321,", 5);
    assert_int_equal(s.data[s.size], 0);
    str_clear(&s);
    assert_string_equal(str_text(&s), "");
    assert_int_equal(str_add(&s, "a\0b", 3), IH_OK);
    assert_int_equal(s.size, 3);
    assert_memory_equal(s.data, "a\0b", 4);
    str_free(&s);
    assert_null(s.data);
}

static void test_limit(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 5);
    assert_int_equal(str_add_text(&s, "12345"), IH_OK);
    assert_string_equal(str_text(&s), "12345");
    assert_int_equal(str_add(&s, "", 0), IH_OK);
    assert_int_equal(str_add_byte(&s, '6'), IH_NO_MEMORY);
    assert_true(s.failed);
    assert_string_equal(str_text(&s), "");
    assert_int_equal(str_add_byte(&s, '1'), IH_NO_MEMORY); /* stays failed */
    assert_null(str_take(&s));
    str_clear(&s);
    assert_int_equal(str_format(&s, "%s", "12345"), IH_OK);
    assert_int_equal(str_format(&s, "%s", "6"), IH_NO_MEMORY);
    str_clear(&s);
    assert_int_equal(str_format(&s, "%d", 123456), IH_NO_MEMORY);
    str_free(&s);

    str_init(&s, 0);
    assert_int_equal(str_add(&s, "", 0), IH_OK);
    assert_int_equal(str_add_byte(&s, 'x'), IH_NO_MEMORY);
    str_free(&s);

    str_init(&s, SIZE_MAX);
    assert_int_equal(str_add(&s, "x", SIZE_MAX), IH_NO_MEMORY); /* its size would wrap round */
    str_clear(&s);
    assert_int_equal(str_add_text(&s, "x"), IH_OK);
    str_free(&s);
}

static void test_take(void **state)
{
    (void)state;
    struct str s;
    str_init(&s, 10);
    char *nothing = str_take(&s);
    assert_string_equal(nothing, "");
    free(nothing);
    assert_int_equal(str_add_text(&s, "mine"), IH_OK);
    char *text = str_take(&s);
    assert_string_equal(text, "mine");
    assert_string_equal(str_text(&s), "");
    assert_int_equal(str_add_text(&s, "next"), IH_OK);
    assert_string_equal(text, "mine");
    free(text);
    str_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
