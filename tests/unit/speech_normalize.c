/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "speech/normalize.h"
#include "support/support.h"
#include "text/unicode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 4096 };

static struct normalizer *open_normalizer(void)
{
    struct normalizer *n;
    struct ih_error e;
    if (normalizer_open(&n, &e))
        fail_msg("%s", e.text);
    return n;
}

struct result {
    struct arena arena;
    struct normal_word *word;
    int count;
};

static struct result run(struct normalizer *n, const char *text, size_t bytes, const char *language,
    const char *say_as, const char *format)
{
    struct result r = {{0}, NULL, 0};
    struct ih_error e;
    if (normalize(n, text, bytes, language, say_as, format, &r.arena, &r.word, &r.count, &e))
        fail_msg("%s: %s", text, e.text);
    return r;
}

/* Words with a space between them and their marks behind them. */
static char *join(const struct result *r)
{
    struct str s;
    str_init(&s, 1 << 24);
    for (int i = 0; i < r->count; i++) {
        char mark[UTF8_MAX];
        if (i > 0)
            str_add_byte(&s, ' ');
        str_add_text(&s, r->word[i].text);
        if (r->word[i].mark)
            str_add(&s, mark, utf8_write(mark, r->word[i].mark));
    }
    str_add_text(&s, "");
    char *text = str_take(&s);
    return text ? text : strdup("");
}

/* What holds for every result: valid text, sources in order and inside of the text. */
static void check(const struct result *r, const char *text, size_t bytes)
{
    size_t end = 0;
    for (int i = 0; i < r->count; i++) {
        const struct normal_word *w = &r->word[i];
        assert_true(w->text[0] && w->source_bytes > 0);
        assert_true(utf8_valid(w->text, strlen(w->text)));
        assert_true(w->source >= end);
        end = w->source + w->source_bytes;
        if (end > bytes)
            fail_msg("\"%s\": \"%s\" ends at %zu of %zu", text, w->text, end, bytes);
        if (w->text[0] == ' ' || strstr(w->text, "  ") || w->text[strlen(w->text) - 1] == ' ')
            fail_msg("\"%s\": blanks in \"%s\"", text, w->text);
        if (strpbrk(w->text, ".,;:?!\"()%0123456789"))
            fail_msg("\"%s\": \"%s\" is not spoken", text, w->text);
    }
}

/* One row: written, said, and perhaps "say-as:format". */
static int try_row(struct normalizer *n, const char *language, char *row)
{
    char *said = strchr(row, '\t'), *as = NULL, *format = NULL;
    if (row[0] == 0 || (row[0] == '#' && strstr(row, "written")))
        return 0;
    if (!said)
        fail_msg("%s: no tab in \"%s\"", language, row);
    *said++ = 0;
    if ((as = strchr(said, '\t')))
        *as++ = 0;
    if (as && (format = strchr(as, ':')))
        *format++ = 0;
    struct result r = run(n, row, strlen(row), language, as, format);
    char *got = join(&r);
    bool wrong = strcmp(got, said) != 0;
    if (wrong)
        print_error("%s: \"%.200s\"\n  is  \"%s\"\n  not \"%s\"\n", language, row, got, said);
    check(&r, row, strlen(row));
    free(got);
    arena_free(&r.arena);
    return wrong;
}

static void reads_tables(void **state)
{
    (void)state;
    static const char *const languages[] = {"ar", "zh", "cs", "da", "nl", "en", "fi", "fr", "de",
        "hi", "hu", "id", "it", "ja", "ko", "no", "pl", "pt", "ro", "ru", "es", "sv", "th", "tr",
        "vi"};
    struct normalizer *n = open_normalizer();
    int wrong = 0;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
        char name[64], row[LINE];
        snprintf(name, sizeof name, "normalize/%s.tsv", languages[i]);
        FILE *f = fopen(data_path(name), "r");
        if (!f)
            fail_msg("%s is missing", name);
        while (fgets(row, sizeof row, f)) {
            row[strcspn(row, "\n")] = 0;
            wrong += try_row(n, languages[i], row);
        }
        fclose(f);
    }
    normalizer_close(&n);
    assert_null(n);
    assert_int_equal(wrong, 0);
}

static void expect(struct normalizer *n, const char *language, const char *text, const char *said)
{
    struct result r = run(n, text, strlen(text), language, NULL, NULL);
    char *got = join(&r);
    check(&r, text, strlen(text));
    if (strcmp(got, said) != 0)
        fail_msg("%s: \"%s\" is \"%s\", not \"%s\"", language, text, got, said);
    free(got);
    arena_free(&r.arena);
}

static void knows_regions(void **state)
{
    (void)state;
    struct normalizer *n = open_normalizer();
    expect(n, "en-GB", "4/3/2026, 101", "March fourth twenty twenty-six, one hundred and one");
    expect(n, "en_us", "4/3/2026, 101", "April third twenty twenty-six, one hundred one");
    expect(n, "nb", "25", "tjuefem");
    expect(n, "German", "25", "fünfundzwanzig");
    expect(n, "xx", "25", "twenty-five");
    assert_true(normalizer_knows("pt-br") && normalizer_knows("no") && !normalizer_knows("xx") &&
                !normalizer_knows(NULL));
    normalizer_close(&n);
}

static void keeps_places(void **state)
{
    (void)state;
    static const char text[] = "Öl: $5, e.g. at www.a.org!";
    struct normalizer *n = open_normalizer();
    struct result r = run(n, text, strlen(text), "en", NULL, NULL);
    static const struct {
        const char *written, *said;
        uint32_t mark;
        bool spelled;
    } want[] = {{"Öl", "Öl", ':', false}, {"$5", "five dollars", ',', false},
        {"e.g.", "for example", 0, false}, {"at", "at", 0, false}, {"www", "W W W", 0, true},
        {".", "dot", 0, false}, {"a", "A", 0, true}, {".", "dot", 0, false},
        {"org", "org", '!', false}};
    assert_int_equal(r.count, sizeof want / sizeof *want);
    for (int i = 0; i < r.count; i++) {
        const struct normal_word *w = &r.word[i];
        assert_string_equal(w->text, want[i].said);
        assert_int_equal(w->source_bytes, strlen(want[i].written));
        assert_memory_equal(text + w->source, want[i].written, w->source_bytes);
        assert_int_equal(w->mark, want[i].mark);
        assert_int_equal(w->spelled, want[i].spelled);
    }
    arena_free(&r.arena);
    normalizer_close(&n);
}

static void survives_broken_text(void **state)
{
    (void)state;
    struct normalizer *n = open_normalizer();
    expect(n, "en", "a\xff\xc3 b\xe2\x82", "a B");
    expect(n, "en", "", "");
    expect(n, "en", " \n\n ", "");
    expect(n, "en", "\xf0\x9f\x98\x80\xf0\x9f\x91\x8d", "");
    expect(n, "de",
        "co\xc2\xad"
        "op u\xcc\x88"
        "ber",
        "coop über");
    struct arena a = {0};
    struct normal_word *word;
    struct ih_error e;
    int count;
    assert_int_equal(
        normalize(n, "x", (size_t)NORMAL_LONGEST + 1, "en", NULL, NULL, &a, &word, &count, &e),
        IH_INVALID);
    assert_int_equal(count, 0);
    normalizer_close(&n);
}

/* Ten thousand words, and the same letter a hundred thousand times. */
static void reads_long_text(void **state)
{
    (void)state;
    struct normalizer *n = open_normalizer();
    struct str s;
    str_init(&s, 1 << 20);
    for (int i = 0; i < 5000; i++)
        str_add_text(&s, "word 25, ");
    struct result r = run(n, s.data, s.size, "en", NULL, NULL);
    assert_int_equal(r.count, 10000);
    assert_string_equal(r.word[9999].text, "twenty-five");
    assert_int_equal(r.word[9999].source, s.size - 4);
    arena_free(&r.arena);
    static const char *const piece[] = {"1", "a", "1.", "1,", "A.", "a@", "((", "-", "1/", "X",
        "\n", "\xe4\xb8\x80", "\xe0\xb8\x81", "1:"};
    for (size_t k = 0; k < sizeof piece / sizeof *piece; k++) {
        str_clear(&s);
        for (int i = 0; i < 100000; i++)
            str_add_text(&s, piece[k]);
        r = run(n, s.data, s.size, "en", NULL, NULL);
        check(&r, piece[k], s.size);
        arena_free(&r.arena);
    }
    str_free(&s);
    normalizer_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_tables),
        cmocka_unit_test(knows_regions),
        cmocka_unit_test(keeps_places),
        cmocka_unit_test(survives_broken_text),
        cmocka_unit_test(reads_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
