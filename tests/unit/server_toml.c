/* SPDX-License-Identifier: Apache-2.0 */
#include "server/toml.h"
#include "support/support.h"

#include <stdio.h>
#include <string.h>

/* What was read, one value a line. */
struct log {
    char text[4096];
    size_t n;
};

static enum ih_status take(
    void *arg, const char *name, const struct toml_value *v, struct ih_error *e)
{
    static const char *const types[] = {"string", "integer", "float", "boolean", "strings"};
    struct log *log = arg;
    (void)e;
    log->n += (size_t)snprintf(
        log->text + log->n, sizeof log->text - log->n, "%s %s", name, types[v->type]);
    if (v->type == TOML_STRINGS)
        for (int i = 0; i < v->count; i++)
            log->n += (size_t)snprintf(
                log->text + log->n, sizeof log->text - log->n, " <%s>", v->strings[i]);
    else
        log->n += (size_t)snprintf(log->text + log->n, sizeof log->text - log->n, " <%s>", v->text);
    if (v->type == TOML_INTEGER || v->type == TOML_FLOAT)
        log->n += (size_t)snprintf(log->text + log->n, sizeof log->text - log->n, " %g", v->number);
    log->n += (size_t)snprintf(log->text + log->n, sizeof log->text - log->n, "\n");
    return IH_OK;
}

static void reads(const char *toml, const char *want)
{
    struct log log = {.n = 0};
    struct ih_error e = {.text = ""};
    if (toml_read(toml, strlen(toml), take, &log, &e) != IH_OK)
        fail_msg("%s: %s", toml, e.text);
    assert_string_equal(log.text, want);
}

static void refuses(const char *toml, const char *words)
{
    struct log log = {.n = 0};
    struct ih_error e = {.text = ""};
    assert_int_equal(toml_read(toml, strlen(toml), take, &log, &e), IH_INVALID);
    if (!strstr(e.text, words))
        fail_msg("'%s' is not in: %s", words, e.text);
}

static void test_values(void **state)
{
    (void)state;
    reads("", "");
    reads("# nothing\n\n   \t# more\r\n", "");
    reads("a = 1", "a integer <1> 1\n");
    reads("a-b_9=-17 # why\nc = +1_000\n", "a-b_9 integer <-17> -17\nc integer <1000> 1000\n");
    reads("x = 0.5\ny = 1e3\nz = -2.5E-1\n", "x float <0.5> 0.5\ny float <1e3> 1000\n"
                                             "z float <-2.5E-1> -0.25\n");
    reads("t = true\r\nf=false\r\n", "t boolean <true>\nf boolean <false>\n");
    reads("big = 9223372036854775807", "big integer <9223372036854775807> 9.22337e+18\n");
}

static void test_strings(void **state)
{
    (void)state;
    reads("a = \"\"\nb = ''\n", "a string <>\nb string <>\n");
    reads("a = \"x # y\" # z\n", "a string <x # y>\n");
    reads("a = 'C:\\n\\t'", "a string <C:\\n\\t>\n");
    reads("a = \"t\\tq\\\"b\\\\\"", "a string <t\tq\"b\\>\n");
    reads("a = \"\\u00e9\\U0001F600\"", "a string <\xc3\xa9\xf0\x9f\x98\x80>\n");
    reads("a = \"\xc3\xa9\"", "a string <\xc3\xa9>\n");
}

static void test_tables_and_lists(void **state)
{
    (void)state;
    reads("p = 1\n[server]\np = 2\n[ a . b ]\np = 3\n",
        "p integer <1> 1\nserver.p integer <2> 2\na.b.p integer <3> 3\n");
    reads("l = []\nm = [ \"a\", 'b' ]\n", "l strings\nm strings <a> <b>\n");
    reads("l = [ # first\n  \"a\",\n\n  \"b\", # last\n]\nk = 1\n",
        "l strings <a> <b>\nk integer <1> 1\n");
}

static void test_mistakes(void **state)
{
    (void)state;
    refuses("a = 1\nb = 2\na = 3\n", "line 3: a is there twice");
    refuses("[s]\na = 1\n[s]\n", "line 3: [s] is there twice");
    refuses("a", "line 1: a = was expected behind a");
    refuses("a =\n", "a value is missing");
    refuses("a = # b\n", "a value is missing");
    refuses("= 1\n", "a name of letters");
    refuses("\"a\" = 1\n", "without quotes");
    refuses("a.b = 1\n", "write [a]");
    refuses("a = 1 2\n", "does not belong here");
    refuses("a = 1, b = 2\n", "does not belong here");
    refuses("a = \"x\n", "does not end on its line");
    refuses("a = \"x\ry\"\n", "control character");
    refuses("a = \"\\q\"\n", "in a string \\ stands before");
    refuses("a = \"\\u12\"\n", "4 hexadecimal digits");
    refuses("a = \"\\ud800\"\n", "names no character");
    refuses("a = \"\\u0000\"\n", "names no character");
    refuses("a = \"\"\"x\"\"\"\n", "several lines");
    refuses("a = [1, 2]\n", "strings only");
    refuses("a = [\"x\" \"y\"]\n", "a , or a ]");
    refuses("a = [\"x\"", "a , or a ]");
    refuses("a = {b = 1}\n", "in one line");
    refuses("[[a]]\n", "lists of tables");
    refuses("[a\n", "a ] was expected");
    refuses("[a] b = 1\n", "does not belong here");
    refuses("a = TRUE\n", "no string, number");
    refuses("a = 007\n", "no string, number");
    refuses("a = 0x10\n", "no string, number");
    refuses("a = 1__0\n", "no string, number");
    refuses("a = 1_\n", "no string, number");
    refuses("a = 1.\n", "no string, number");
    refuses("a = .5\n", "no string, number");
    refuses("a = 1e\n", "no string, number");
    refuses("a = inf\n", "no string, number");
    refuses("a = 2026-11-25\n", "no string, number");
    refuses("a = 9223372036854775808\n", "too large");
    refuses("a = 1e999\n", "too large");
    refuses("a = \"\xff\"\n", "not text in UTF-8");
}

static enum ih_status object(
    void *arg, const char *name, const struct toml_value *v, struct ih_error *e)
{
    (void)arg, (void)v;
    e->code = IH_NOT_FOUND;
    snprintf(e->text, sizeof e->text, "no %s", name);
    return IH_NOT_FOUND;
}

/* The one that takes the values has the last word, with the line in front of it. */
static void test_the_taker_may_refuse(void **state)
{
    struct ih_error e;
    (void)state;
    assert_int_equal(toml_read("\n[s]\na = 1\n", 11, object, NULL, &e), IH_NOT_FOUND);
    assert_string_equal(e.text, "line 3: no s.a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_tables_and_lists),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_the_taker_may_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
