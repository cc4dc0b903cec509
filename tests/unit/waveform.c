/* SPDX-License-Identifier: Apache-2.0 */
#include "support/support.h"

#include "cli/waveform.h"

#include <stdlib.h>
#include <string.h>

static const char *draw(const struct waveform *w, int columns)
{
    static char *text;
    size_t size;
    free(text);
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    waveform_draw(w, f, columns);
    fclose(f);
    return text;
}

/* The same shape whether it takes a second or hours: silence, half as loud as can be, full. */
static void test_shape(void **state)
{
    (void)state;
    for (int64_t third = 24000; third < 3000000; third *= 11) {
        struct waveform w;
        waveform_init(&w);
        for (int64_t i = 0; i < 3 * third; i++) {
            float x = i < third ? 0 : i < 2 * third ? 0.1f : -1;
            waveform_add(&w, &x, 1);
        }
        assert_true(w.count > WAVEFORM_PEAKS / 3);
        /* 20 dB below full scale is 25 of 45 dB: the fourth block of eight. */
        assert_string_equal(draw(&w, 3), " ▄█");
    }
}

static void test_little(void **state)
{
    (void)state;
    struct waveform w;
    static const float x[300] = {[20] = 1};
    waveform_init(&w);
    assert_string_equal(draw(&w, 40), "");
    waveform_add(&w, x, 300);
    assert_string_equal(draw(&w, 40), "█");
    assert_string_equal(draw(&w, 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
