/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of endpoints, whole and in events. */
#include "author/reply.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char shown[1000]; /* what a reader sees, thoughts in brackets */

static void show(void *arg, const char *text, size_t bytes, bool reasoning)
{
    size_t n = strlen(shown);
    (void)arg;
    snprintf(shown + n, sizeof shown - n, reasoning ? "[%.*s]" : "%.*s", (int)bytes, text);
}

/* What is known of an answer, as one line. */
static char line[1000];

static void write_line(struct reply *y)
{
    static const char *const ends[] = {"stop", "length", "calls"};
    struct ih_chat_answer a;
    struct ih_error e = {.text = ""};
    if (reply_check(y, &e)) {
        snprintf(line, sizeof line, "%s: %s",
            e.code == IH_NETWORK       ? "network"
            : e.code == IH_UNSUPPORTED ? "unsupported"
                                       : "bad",
            e.text);
        return;
    }
    assert_int_equal(reply_take(y, &a, 400, &e), IH_OK);
    int n =
        snprintf(line, sizeof line, "%s|%s|%s|%d/%d/%d%s", a.text, a.reasoning ? a.reasoning : "-",
            ends[a.end], a.prompt_tokens, a.kept_tokens, a.tokens, a.estimated ? "?" : "");
    for (int i = 0; i < a.calls; i++)
        n += snprintf(
            line + n, sizeof line - (size_t)n, "|%s(%s)", a.call[i].name, a.call[i].arguments);
    ih_chat_answer_free(&a);
}

struct setting {
    enum remote_api api;
    const char *schema;
    enum schema_way way;
};

static struct reply *begin(const struct setting *s, size_t most)
{
    struct remote_entry r = {.api = s->api};
    struct ih_chat_options o = {.schema = s->schema};
    struct ask a = {.r = &r, .o = &o, .way = s->way};
    struct reply *y = calloc(1, sizeof *y);
    assert_non_null(y);
    reply_init(y, &a, most);
    y->text_out = show;
    *shown = *line = '\0';
    return y;
}

static void end(struct reply *y)
{
    reply_free(y);
    free(y);
}

/* Reads events, of which the last is followed by null. */
static void events(const struct setting *s, const char *const *event, const char *want)
{
    struct ih_error e = {.text = ""};
    struct reply *y = begin(s, 1 << 16);
    enum ih_status status = IH_OK;
    for (int i = 0; !status && event[i]; i++)
        status = reply_event(y, event[i], strlen(event[i]), &e);
    if (status)
        snprintf(line, sizeof line, "%s: %s", status == IH_NETWORK ? "network" : "bad", e.text);
    else
        write_line(y);
    assert_string_equal(line, want);
    end(y);
}

static void whole(const struct setting *s, const char *json, const char *want)
{
    struct ih_error e = {.text = ""};
    struct reply *y = begin(s, 1 << 16);
    enum ih_status status = reply_whole(y, json, strlen(json), &e);
    if (status)
        snprintf(line, sizeof line, "%s: %s", status == IH_NETWORK ? "network" : "bad", e.text);
    else
        write_line(y);
    assert_string_equal(line, want);
    end(y);
}

static const struct setting openai = {.api = API_OPENAI}, anthropic = {.api = API_ANTHROPIC};

#define DELTA(inside) "{\"choices\":[{\"index\":0,\"delta\":{" inside "},\"finish_reason\":null}]}"
#define END(reason)   "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}"
#define USAGE                                                                                      \
    "{\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3,"                      \
    "\"prompt_tokens_details\":{\"cached_tokens\":4}}}"

static void test_openai_events(void **state)
{
    (void)state;
    events(&openai,
        (const char *[]){DELTA("\"role\":\"assistant\",\"content\":\"\""),
            DELTA("\"reasoning_content\":\"hm\""), DELTA("\"content\":\"Gr\xc3\xbc\""),
            DELTA("\"content\":\"\xc3\x9f Gott\""), END("stop"), USAGE, "[DONE]", NULL},
        "Gr\xc3\xbc\xc3\x9f Gott|hm|stop|9/4/3");
    assert_string_equal(shown, "[hm]Gr\xc3\xbc\xc3\x9f Gott");
    /* A usage that is not said is estimated: the prompt of 400 bytes, and 8. */
    events(&openai, (const char *[]){DELTA("\"content\":\"12345678\""), END("length"), NULL},
        "12345678|-|length|100/0/2?");
    events(&openai,
        (const char *[]){DELTA("\"content\":\"x\""), END("stop"), "[DONE]", "[DONE]", NULL},
        "x|-|stop|100/0/1?");
    events(&openai,
        (const char *[]){
            DELTA("\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\","
                  "\"arguments\":\"\"}}]"),
            DELTA("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"x\\\":\"}}]"),
            DELTA("\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\"}}]"),
            DELTA("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]"),
            END("tool_calls"), USAGE, "[DONE]", NULL},
        "|-|calls|9/4/3|f({\"x\":1})|g({})");
    events(&openai, (const char *[]){DELTA("\"refusal\":\"I will not.\""), END("stop"), NULL},
        "I will not.|-|stop|100/0/3?");
    events(&openai, (const char *[]){END("content_filter"), "[DONE]", NULL},
        "unsupported: it will not answer this: its own filter withheld the answer");
    events(&openai, (const char *[]){END("stop"), "[DONE]", NULL}, "|-|stop|100/0/0?");
}

static void test_openai_faults(void **state)
{
    (void)state;
    events(&openai, (const char *[]){DELTA("\"content\":\"x\""), NULL},
        "network: the answer broke off");
    events(&openai, (const char *[]){"[DONE]", NULL}, "bad: it sent no answer");
    events(&openai, (const char *[]){"{\"choices\":", NULL}, "bad: what came is no object of JSON");
    events(&openai, (const char *[]){"[1]", NULL}, "bad: what came is no object of JSON");
    events(&openai, (const char *[]){DELTA("\"content\":\"a\\u0000b\""), NULL},
        "bad: what came is no object of JSON");
    events(&openai, (const char *[]){DELTA("\"content\":\"\xff\""), NULL},
        "bad: what came is no object of JSON");
    events(&openai,
        (const char *[]){
            "{\"error\":{\"message\":\"over\\nload\",\"type\":\"server_error\"}}", NULL},
        "network: the endpoint says: over load");
    events(&openai,
        (const char *[]){DELTA("\"tool_calls\":[{\"index\":128,\"function\":{}}]"), NULL},
        "bad: the answer asks for more calls than are taken");
    events(&openai, (const char *[]){DELTA("\"tool_calls\":[{\"index\":-1}]"), NULL},
        "bad: the answer asks for more calls than are taken");
    /* Things of the wrong kind are as good as none. */
    events(&openai,
        (const char *[]){"{\"choices\":3}", "{\"choices\":[7]}", DELTA("\"content\":[1]"),
            "{\"choices\":[],\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":1e300}}",
            DELTA("\"content\":\"x\""), END("stop"), NULL},
        "x|-|stop|100/0/536870911?");
}

static void test_openai_whole(void **state)
{
    (void)state;
    whole(&openai,
        "{\"choices\":[{\"message\":{\"content\":\"hi\",\"reasoning\":\"r\"},"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}",
        "hi|r|stop|1/0/2");
    whole(&openai,
        "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":[{\"function\":{\"name\":"
        "\"f\","
        "\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}",
        "|-|calls|100/0/1?|f({})");
    whole(&openai, "{\"id\":1}", "bad: what came is no answer: it has no message");
    whole(&openai, "", "bad: what came is no object of JSON");
    whole(&openai, "{\"error\":\"no\"}", "network: the endpoint says: no");
}

#define BLOCK(i, inside)                                                                           \
    "{\"type\":\"content_block_start\",\"index\":" i ",\"content_block\":{" inside "}}"
#define PART(i, inside) "{\"type\":\"content_block_delta\",\"index\":" i ",\"delta\":{" inside "}}"
#define START                                                                                      \
    "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,"                      \
    "\"cache_read_input_tokens\":4,\"cache_creation_input_tokens\":2,\"output_tokens\":1}}}"
#define STOP(reason)                                                                               \
    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" reason                             \
    "\"},\"usage\":{\"output_tokens\":7}}"
#define OVER "{\"type\":\"message_stop\"}"

static void test_anthropic_events(void **state)
{
    (void)state;
    events(&anthropic,
        (const char *[]){START, "{\"type\":\"ping\"}",
            BLOCK("0", "\"type\":\"thinking\",\"thinking\":\"\""),
            PART("0", "\"type\":\"thinking_delta\",\"thinking\":\"hm\""),
            PART("0", "\"type\":\"signature_delta\",\"signature\":\"s\""),
            BLOCK("1", "\"type\":\"text\",\"text\":\"\""),
            PART("1", "\"type\":\"text_delta\",\"text\":\"Hello\""),
            BLOCK("2", "\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}"),
            PART("2", "\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"x\\\"\""),
            PART("2", "\"type\":\"input_json_delta\",\"partial_json\":\":1}\""),
            BLOCK("3", "\"type\":\"tool_use\",\"id\":\"u\",\"name\":\"g\",\"input\":{}"),
            STOP("tool_use"), OVER, NULL},
        "Hello|hm|calls|11/4/7|f({\"x\":1})|g({})");
    assert_string_equal(shown, "[hm]Hello");
    events(&anthropic,
        (const char *[]){BLOCK("0", "\"type\":\"text\",\"text\":\"ab\""), STOP("max_tokens"), NULL},
        "ab|-|length|100/0/7?");
    events(&anthropic, (const char *[]){START, STOP("refusal"), OVER, NULL},
        "unsupported: it will not answer this: its own filter withheld the answer");
    events(&anthropic,
        (const char *[]){START, PART("0", "\"type\":\"text_delta\",\"text\":\"x\""), NULL},
        "network: the answer broke off");
    events(&anthropic,
        (const char *[]){START,
            "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
            "\"message\":\"Overloaded\"}}",
            NULL},
        "network: the endpoint says: Overloaded");
    events(&anthropic, (const char *[]){BLOCK("1024", "\"type\":\"text\""), NULL},
        "bad: the answer has more parts than are taken");
    events(&anthropic,
        (const char *[]){PART("9", "\"partial_json\":\"{}\""), STOP("end_turn"), OVER, NULL},
        "|-|stop|100/0/7?");
    whole(&anthropic,
        "{\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\"},{\"type\":\"text\",\"text\":"
        "\"a\"},"
        "{\"type\":\"tool_use\",\"name\":\"f\",\"input\":{\"x\":1}}],\"stop_reason\":\"tool_use\","
        "\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}",
        "a|t|calls|3/0/4|f({\"x\":1})");
    whole(&anthropic, "{\"content\":\"x\"}", "bad: what came is no answer: it has no content");
}

static void test_schemas(void **state)
{
    const struct setting native = {API_OPENAI, "{}", SCHEMA_NATIVE};
    const struct setting text = {API_OPENAI, "{}", SCHEMA_TEXT};
    const struct setting tool = {API_ANTHROPIC, "{}", SCHEMA_TOOL};
    (void)state;
    events(&native, (const char *[]){DELTA("\"content\":\"{\\\"a\\\":1}\""), END("stop"), NULL},
        "{\"a\":1}|-|stop|100/0/2?");
    events(&native, (const char *[]){DELTA("\"content\":\"Sure!\""), END("stop"), NULL},
        "bad: the answer should be JSON and is not");
    events(&native, (const char *[]){DELTA("\"content\":\"{\\\"a\\\":\""), END("length"), NULL},
        "{\"a\":|-|length|100/0/2?");
    /* A fence goes, and nothing is shown before that. */
    events(&text,
        (const char *[]){DELTA("\"content\":\"```json\\n[1]\""), DELTA("\"content\":\"\\n```\\n\""),
            END("stop"), NULL},
        "[1]\n|-|stop|100/0/1?");
    assert_string_equal(shown, "[1]\n");
    events(&text, (const char *[]){DELTA("\"content\":\"```\""), END("stop"), NULL},
        "bad: the answer should be JSON and is not");
    events(&tool,
        (const char *[]){START,
            BLOCK("0", "\"type\":\"tool_use\",\"name\":\"answer\",\"input\":{}"),
            PART("0", "\"partial_json\":\"{\\\"a\\\"\""), PART("0", "\"partial_json\":\":2}\""),
            STOP("tool_use"), OVER, NULL},
        "{\"a\":2}|-|stop|11/4/7");
    assert_string_equal(shown, "{\"a\":2}");
    whole(&tool,
        "{\"content\":[{\"type\":\"tool_use\",\"name\":\"answer\",\"input\":{\"a\":3}}],"
        "\"stop_reason\":\"tool_use\"}",
        "{\"a\":3}|-|stop|100/0/2?");
}

static void test_limit(void **state)
{
    struct ih_error e = {.text = ""};
    struct reply *y = begin(&openai, 10);
    static const char event[] = DELTA("\"content\":\"123456\"");
    (void)state;
    assert_int_equal(reply_event(y, event, strlen(event), &e), IH_OK);
    assert_int_equal(reply_event(y, event, strlen(event), &e), IH_BAD_DATA);
    assert_non_null(strstr(e.text, "longer"));
    end(y);
}

static void fault_is(const char *body, const char *want)
{
    char out[12];
    reply_fault(body, strlen(body), out, sizeof out);
    assert_string_equal(out, want);
}

static void test_refusals(void **state)
{
    (void)state;
    fault_is("{\"error\":{\"message\":\"no\\u001b[2J\"}}", "no [2J");
    fault_is("{\"error\":\"plain\"}", "plain");
    fault_is("<html>", "");
    fault_is("", "");
    /* Cut between characters. */
    fault_is("{\"message\":\"123456789\xc3\xbc\xc3\xbc\"}", "123456789\xc3\xbc");
    fault_is("{\"message\":\"1234567890\xc3\xbc\xc3\xbc\"}", "1234567890");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_openai_events),
        cmocka_unit_test(test_openai_faults), cmocka_unit_test(test_openai_whole),
        cmocka_unit_test(test_anthropic_events), cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_limit), cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
