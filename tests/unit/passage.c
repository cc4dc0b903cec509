/* SPDX-License-Identifier: Apache-2.0 */
/* What a model writes parted into thoughts, answer and calls, however it comes in pieces. */
#include "tasks/passage.h"

#include "support/support.h"

#include <string.h>

struct heard {
    char text[512], reasoning[512];
};

static void hear(void *arg, const char *text, size_t bytes, bool reasoning)
{
    struct heard *h = arg;
    char *to = reasoning ? h->reasoning : h->text;
    strncat(to, text, bytes);
}

struct sample {
    const char *written, *text, *reasoning;
    int calls;
    bool stopped;
};

static const char *const stops[] = {"END", "\nUser:", NULL};

static const struct sample samples[] = {
    {"Hello.", "Hello.", "", 0, false},
    {"<think>\nWell.\n\n</think>\n\nHello.\n", "Hello.\n", "Well.", 0, false},
    {"<think>\n\n</think>\n\nHello.", "Hello.", "", 0, false},
    {"\n<think>never ends", "", "never ends", 0, false},
    {"a < b <thin", "a < b <thin", "", 0, false},
    {"One <think> is text here", "One <think> is text here", "", 0, false},
    {"This is the END of it", "This is the ", "", 0, true},
    {"EN END", "EN ", "", 0, true},
    {"Hi\nUser: what", "Hi", "", 0, true},
    {"<think>END</think>Yes", "Yes", "END", 0, false},
    {"Look:\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": [1, \"}\"]}}\n</tool_call>",
        "Look:\n", "", 1, false},
    {"<tool_call>{\"arguments\": {}, \"name\": \"g\"}</tool_call>\n<tool_call>{\"name\": \"f\", "
     "\"arguments\": {\"x\": 1}}</tool_call>",
        "", "", 2, false},
    {"<tool_call>{\"name\": 5}</tool_call>.", "<tool_call>{\"name\": 5}</tool_call>.", "", 0,
        false},
    {"<tool_call>{\"name\"", "<tool_call>{\"name\"", "", 0, false},
};

static void part(struct passage *p, struct heard *h, const struct sample *s, size_t piece)
{
    size_t n = strlen(s->written);
    *h = (struct heard){0};
    *p = (struct passage){
        .stop = stops, .stops = 2, .thoughts = true, .calls = true, .tell = hear, .arg = h};
    passage_begin(p);
    for (size_t i = 0; i < n; i += piece)
        passage_add(p, s->written + i, n - i < piece ? n - i : piece);
    passage_end(p);
    assert_false(passage_failed(p));
}

/* Where the prompt itself ends with <think>. */
static void an_answer_may_begin_inside_thoughts(void **state)
{
    (void)state;
    static const char written[] = "\nWell.\n</think>\n\nHello.";
    for (size_t piece = 1; piece < 12; piece++) {
        struct heard h = {0};
        struct passage p = {.thoughts = true, .opened = true, .tell = hear, .arg = &h};
        passage_begin(&p);
        for (size_t i = 0; i < sizeof written - 1; i += piece)
            passage_add(
                &p, written + i, sizeof written - 1 - i < piece ? sizeof written - 1 - i : piece);
        passage_end(&p);
        assert_string_equal(str_text(&p.reasoning), "Well.");
        assert_string_equal(str_text(&p.text), "Hello.");
        assert_string_equal(h.text, "Hello.");
        passage_free(&p);
    }
}

static void pieces_make_no_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        for (size_t piece = 1; piece < 12; piece++) {
            const struct sample *s = &samples[i];
            struct passage p;
            struct heard h;
            part(&p, &h, s, piece);
            assert_string_equal(str_text(&p.reasoning), s->reasoning);
            assert_string_equal(h.reasoning, s->reasoning);
            assert_string_equal(str_text(&p.text), s->text);
            assert_string_equal(h.text, str_text(&p.text));
            assert_int_equal(p.count, s->calls);
            assert_int_equal(p.stopped, s->stopped);
            passage_free(&p);
        }
}

static void calls_are_read(void **state)
{
    (void)state;
    struct passage p;
    struct heard h;
    part(&p, &h, &samples[10], 3);
    assert_string_equal(p.call[0].name, "f");
    assert_string_equal(p.call[0].arguments, "{\"x\": [1, \"}\"]}");
    passage_free(&p);
    part(&p, &h, &samples[11], 100);
    assert_string_equal(p.call[0].name, "g");
    assert_string_equal(p.call[0].arguments, "{}");
    assert_string_equal(p.call[1].arguments, "{\"x\": 1}");
    passage_free(&p);
}

/* Without tools and thoughts all of it is text. */
static void marks_can_be_text(void **state)
{
    (void)state;
    static const char text[] = "<think>a</think><tool_call>b</tool_call>";
    struct passage p = {0};
    passage_begin(&p);
    passage_add(&p, text, sizeof text - 1);
    passage_end(&p);
    assert_string_equal(str_text(&p.text), text);
    passage_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_may_begin_inside_thoughts),
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(calls_are_read),
        cmocka_unit_test(marks_can_be_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
