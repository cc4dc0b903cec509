/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of endpoints: catalog entries, and conversations in three dialects. */
#include "author/ask.h"
#include "support/support.h"

#include <string.h>

static struct remote_entry entry_with(const char *json)
{
    struct remote_entry r;
    struct ih_error e = {.text = ""};
    json_error_t where;
    json_t *value = json_loads(json, 0, &where);
    assert_non_null(value);
    enum ih_status status = entry_read(&r, "far", value, &e);
    json_decref(value);
    if (status)
        print_error("%s\n", e.text);
    assert_int_equal(status, IH_OK);
    return r;
}

#define OPENAI    "\"api\": \"openai\", \"url\": \"https://api.example.com/v1/\", \"model\": \"m\""
#define AZURE     "\"api\": \"azure\", \"url\": \"https://x.example.com\", \"model\": \"a b\""
#define ANTHROPIC "\"api\": \"anthropic\", \"url\": \"https://api.example.com\", \"model\": \"m\""

static void test_addresses(void **state)
{
    static const char *const cases[][3] = {
        {"{" OPENAI "}", "https://api.example.com/v1/chat/completions", "api.example.com"},
        {"{" AZURE "}",
            "https://x.example.com/openai/deployments/a%20b/chat/"
            "completions?api-version=2024-10-21",
            "x.example.com"},
        {"{" ANTHROPIC "}", "https://api.example.com/v1/messages", "api.example.com"},
        {"{\"api\": \"anthropic\", \"url\": \"https://h:8443/p/v1\", \"model\": \"m\"}",
            "https://h:8443/p/v1/messages", "h:8443"},
        {"{\"api\": \"azure\", \"url\": \"https://h/openai/\", \"model\": \"m\", "
         "\"api_version\": \"2025-01-01-preview\"}",
            "https://h/openai/deployments/m/chat/completions?api-version=2025-01-01-preview", "h"},
        {"{\"api\": \"openai\", \"url\": \"http://127.0.0.1:80\", \"model\": \"m\"}",
            "http://127.0.0.1:80/chat/completions", "127.0.0.1:80"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct remote_entry r = entry_with(cases[i][0]);
        assert_string_equal(r.address, cases[i][1]);
        assert_string_equal(r.host, cases[i][2]);
        entry_free(&r);
    }
}

static void refuses(const char *json, const char *words)
{
    struct remote_entry r;
    struct ih_error e = {.text = ""};
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    assert_int_equal(entry_read(&r, "far", value, &e), IH_BAD_DATA);
    json_decref(value);
    if (!strstr(e.text, words))
        fail_msg("'%s' is not in '%s'", words, e.text);
    assert_non_null(strstr(e.text, "far"));
}

static void url(const char *address, const char *words)
{
    char json[300];
    snprintf(
        json, sizeof json, "{\"api\": \"openai\", \"model\": \"m\", \"url\": \"%s\"}", address);
    if (words) {
        refuses(json, words);
    } else {
        struct remote_entry r = entry_with(json);
        entry_free(&r);
    }
}

static void test_entries(void **state)
{
    (void)state;
    refuses("[]", "object");
    refuses("{\"api\": \"gopher\", \"url\": \"https://h\", \"model\": \"m\"}", "one of openai");
    refuses("{\"url\": \"https://h\", \"model\": \"m\"}", "api is missing");
    refuses("{\"api\": \"openai\", \"url\": \"https://h\"}", "model is missing");
    refuses("{\"api\": \"openai\", \"model\": \"m\"}", "url is missing");
    refuses("{" OPENAI ", \"modell\": 1}", "did you mean 'model'");
    refuses("{" OPENAI ", \"key_env\": \"A\", \"key_file\": \"/b\"}", "exclude");
    refuses("{" OPENAI ", \"key_file\": \"b\"}", "begin with /");
    refuses("{" OPENAI ", \"key_env\": 3}", "text");
    refuses("{" OPENAI ", \"tries\": 0}", "from 1 to 20");
    refuses("{" OPENAI ", \"tries\": 1.5}", "whole number");
    refuses("{" OPENAI ", \"read_price\": -1}", "from 0");
    refuses("{" OPENAI ", \"budget\": {\"day_dollars\": 1}}", "read_price");
    refuses("{" OPENAI ", \"budget\": {\"week\": 1}}", "no key 'week'");
    refuses("{" OPENAI ", \"budget\": 3}", "object");
    refuses("{" OPENAI ", \"timeouts\": {\"idle\": 0}}", "idle");
    refuses("{" OPENAI ", \"breaker\": {\"failures\": -1}}", "failures");
    refuses("{" OPENAI ", \"without\": [\"sense\"]}", "without");
    refuses("{" OPENAI ", \"schema\": \"tool\"}", "tool");
    refuses("{" ANTHROPIC ", \"schema\": \"object\"}", "object");
    refuses("{" OPENAI ", \"effort\": \"huge\"}", "effort");
    /* What is sent must not be read on the way, nor go where it is not seen. */
    url("http://api.example.com/v1", "https");
    url("http://127.0.0.1.example.com/v1", "https");
    url("http://localhost.example.com", "https");
    url("http://128.0.0.1", "https");
    url("ftp://h", "url");
    url("file:///etc/passwd", "url");
    url("https://user:secret@h", "without user");
    url("https://h/?x=1", "without user");
    url("https://h/#x", "without user");
    url("https://", "url");
    url("h", "url");
    url("http://127.0.0.1:9", NULL);
    url("http://127.8.9.1", NULL);
    url("http://localhost:9", NULL);
    url("http://[::1]:9", NULL);
    struct remote_entry r = entry_with(
        "{\"api\": \"openai\", \"model\": \"m\", \"url\": \"http://h\", \"plain_http\": true}");
    assert_false(r.loopback);
    entry_free(&r);
}

static const struct ih_chat_call calls[] = {{"clock", "{\"zone\":\"CET\"}"}, {"date", ""}};
static const struct ih_chat_message talk[] = {
    {.role = "system", .text = "Be kind."},
    {.role = "user", .text = "What time is it?"},
    {.role = "assistant", .text = "<think>look</think>\n\nI look.", .call = calls, .calls = 2},
    {.role = "tool", .text = "12:00"},
    {.role = "tool", .text = "Monday"},
    {.role = "assistant", .text = "Noon.", .reasoning = "easy"},
    {.role = "user", .text = "Th\xc3\xa4nks"},
};

static struct ih_chat_options options(int messages)
{
    struct ih_chat_options o;
    ih_chat_defaults(&o);
    o.message = talk;
    o.messages = messages;
    return o;
}

/* What is asked is this, whatever the order of its keys. */
static void asks(const char *entry, const struct ih_chat_options *o, bool stream, const char *want)
{
    struct remote_entry r = entry_with(entry);
    struct ih_error e = {.text = ""};
    struct ask a = {.r = &r, .o = o, .e = &e, .stream = stream};
    char *text = ask_write(&a);
    if (!text)
        print_error("%s\n", e.text);
    assert_non_null(text);
    json_t *got = json_loads(text, 0, NULL), *wanted = json_loads(want, 0, NULL);
    assert_non_null(wanted);
    if (!json_equal(got, wanted))
        print_error("%s\n%s\n", text, want);
    assert_true(json_equal(got, wanted));
    json_decref(got);
    json_decref(wanted);
    free(text);
    entry_free(&r);
}

static void asks_not(
    const char *entry, const struct ih_chat_options *o, enum ih_status status, const char *words)
{
    struct remote_entry r = entry_with(entry);
    struct ih_error e = {.text = ""};
    struct ask a = {.r = &r, .o = o, .e = &e};
    assert_null(ask_write(&a));
    assert_int_equal(e.code, status);
    assert_non_null(strstr(e.text, words));
    entry_free(&r);
}

static void test_openai(void **state)
{
    static const char *const tools[] = {
        "{\"type\":\"function\",\"function\":{\"name\":\"clock\",\"parameters\":{}}}",
        "{\"name\":\"date\"}"};
    static const char *const stops[] = {"END"};
    struct ih_chat_options o = options(2);
    (void)state;
    asks("{" OPENAI "}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"messages\":[{\"role\":\"system\",\"content\":"
        "\"Be kind.\"},{\"role\":\"user\",\"content\":\"What time is it?\"}]}");
    o.temperature = 0.3f;
    o.top_p = 0.5f;
    o.seed = 7;
    o.tokens = 12;
    o.presence = 1;
    o.frequency = -1;
    o.stop = stops;
    o.stops = 1;
    asks("{" OPENAI ", \"max_tokens_field\": \"most\"}", &o, true,
        "{\"model\":\"m\",\"most\":12,\"stream\":true,\"stream_options\":{\"include_usage\":true},"
        "\"temperature\":0.3,\"top_p\":0.5,\"seed\":7,\"presence_penalty\":1.0,"
        "\"frequency_penalty\":-1.0,\"stop\":[\"END\"],\"messages\":[{\"role\":\"system\","
        "\"content\":\"Be kind.\"},{\"role\":\"user\",\"content\":\"What time is it?\"}]}");
    o = options(7);
    o.tool = tools;
    o.tools = 2;
    o.thinking = true;
    o.seed = 5;
    asks("{" AZURE ", \"effort\": \"low\", \"without\": [\"seed\", \"usage\"], \"tokens\": 50}", &o,
        true,
        "{\"max_completion_tokens\":50,\"stream\":true,\"reasoning_effort\":\"low\",\"tools\":["
        "{\"type\":\"function\",\"function\":{\"name\":\"clock\",\"parameters\":{}}},"
        "{\"type\":\"function\",\"function\":{\"name\":\"date\"}}],\"messages\":["
        "{\"role\":\"system\",\"content\":\"Be kind.\"},"
        "{\"role\":\"user\",\"content\":\"What time is it?\"},"
        "{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":["
        "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"clock\",\"arguments\":"
        "\"{\\\"zone\\\":\\\"CET\\\"}\"}},"
        "{\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"date\",\"arguments\":"
        "\"\"}}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"12:00\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"call_2\",\"content\":\"Monday\"},"
        "{\"role\":\"assistant\",\"content\":\"Noon.\"},"
        "{\"role\":\"user\",\"content\":\"Th\xc3\xa4nks\"}]}");
}

#define LOOSE "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}"
#define STRICT                                                                                     \
    "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"],"      \
    "\"additionalProperties\":false}"
#define WORDS                                                                                      \
    "Answer with JSON alone, with nothing in front of it or behind it. It must fit this JSON "     \
    "Schema:\\n{\\\"type\\\":\\\"string\\\"}"

static void test_schemas(void **state)
{
    struct ih_chat_options o = options(1);
    (void)state;
    o.message = &talk[1];
    o.schema = LOOSE;
    asks("{" OPENAI "}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"messages\":[{\"role\":\"user\",\"content\":"
        "\"What time is it?\"}],\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
        "{\"name\":\"answer\",\"strict\":false,\"schema\":" LOOSE "}}}");
    o.schema = STRICT;
    asks("{" OPENAI "}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"messages\":[{\"role\":\"user\",\"content\":"
        "\"What time is it?\"}],\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
        "{\"name\":\"answer\",\"strict\":true,\"schema\":" STRICT "}}}");
    asks("{" ANTHROPIC "}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"messages\":[{\"role\":\"user\",\"content\":[{"
        "\"type\":\"text\",\"text\":\"What time is it?\"}]}],\"tools\":[{\"name\":\"answer\","
        "\"description\":\"Takes the answer.\",\"input_schema\":" STRICT
        "}],\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer\"}}");
    asks("{" ANTHROPIC ", \"schema\": \"native\"}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"messages\":[{\"role\":\"user\",\"content\":[{"
        "\"type\":\"text\",\"text\":\"What time is it?\"}]}],\"output_config\":{\"format\":{"
        "\"type\":\"json_schema\",\"schema\":" STRICT "}}}");
    /* A function is called with an object, so another schema goes into the instructions. */
    o.schema = "{\"type\":\"string\"}";
    asks("{" ANTHROPIC "}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"system\":\"" WORDS
        "\",\"messages\":[{\"role\":\"user\",\"content\":[{"
        "\"type\":\"text\",\"text\":\"What time is it?\"}]}]}");
    asks("{" OPENAI ", \"schema\": \"object\"}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"response_format\":{\"type\":\"json_object\"},"
        "\"messages\":[{\"role\":\"system\",\"content\":\"" WORDS
        "\"},{\"role\":\"user\",\"content\":\"What time is it?\"}]}");
    o.message = talk;
    o.messages = 2;
    asks("{" OPENAI ", \"schema\": \"text\"}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":8192,\"messages\":[{\"role\":\"system\",\"content\":"
        "\"Be kind.\\n\\n" WORDS "\"},{\"role\":\"user\",\"content\":\"What time is it?\"}]}");
    o.schema = "[1]";
    asks_not("{" OPENAI "}", &o, IH_INVALID, "schema");
}

static void test_anthropic(void **state)
{
    static const char *const tools[] = {
        "{\"type\":\"function\",\"function\":{\"name\":\"clock\",\"description\":\"d\","
        "\"parameters\":{\"type\":\"object\"}}}"};
    static const char *const stops[] = {"END"};
    struct ih_chat_options o = options(7);
    (void)state;
    o.tool = tools;
    o.tools = 1;
    o.stop = stops;
    o.stops = 1;
    o.seed = 9; /* which it does not know */
    o.temperature = 0.5f;
    asks("{" ANTHROPIC "}", &o, true,
        "{\"model\":\"m\",\"max_tokens\":8192,\"stream\":true,\"temperature\":0.5,\"system\":"
        "\"Be kind.\",\"stop_sequences\":[\"END\"],\"tools\":[{\"name\":\"clock\","
        "\"description\":\"d\",\"input_schema\":{\"type\":\"object\"}}],\"messages\":["
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What time is it?\"}]},"
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"I look.\"},"
        "{\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"clock\",\"input\":{\"zone\":\"CET\"}},"
        "{\"type\":\"tool_use\",\"id\":\"call_2\",\"name\":\"date\",\"input\":{}}]},"
        "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"call_1\","
        "\"content\":\"12:00\"},{\"type\":\"tool_result\",\"tool_use_id\":\"call_2\","
        "\"content\":\"Monday\"}]},"
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Noon.\"}]},"
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Th\xc3\xa4nks\"}]}]}");
    o = options(2);
    o.thinking = true;
    o.tokens = 5000;
    o.temperature = 0.5f;
    asks("{" ANTHROPIC ", \"effort\": \"high\"}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":5000,\"thinking\":{\"type\":\"enabled\","
        "\"budget_tokens\":2500},\"system\":\"Be kind.\",\"messages\":["
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What time is it?\"}]}]}");
    o.tokens = 100; /* no room for thoughts */
    asks("{" ANTHROPIC ", \"effort\": \"high\", \"without\": [\"temperature\"]}", &o, false,
        "{\"model\":\"m\",\"max_tokens\":100,\"system\":\"Be kind.\",\"messages\":["
        "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"What time is it?\"}]}]}");
}

static void test_refusals(void **state)
{
    static const struct ih_chat_message odd[] = {
        {.role = "user", .text = "x"}, {.role = "tool", .text = "y"}, {.role = "poet", .text = ""}};
    static const char *const bad_tool[] = {"{\"type\":\"function\"}"};
    struct ih_chat_options o = options(2);
    (void)state;
    o.top_k = 5;
    asks_not("{" OPENAI "}", &o, IH_UNSUPPORTED, "top_k");
    o = options(2);
    o.min_p = 0.2f;
    asks_not("{" ANTHROPIC "}", &o, IH_UNSUPPORTED, "min_p");
    o = options(2);
    o.presence = 1;
    asks_not("{" ANTHROPIC "}", &o, IH_UNSUPPORTED, "presence");
    o = options(2);
    o.temperature = 1.5f;
    asks_not("{" ANTHROPIC "}", &o, IH_UNSUPPORTED, "temperature");
    o = options(2);
    o.tool = bad_tool;
    o.tools = 1;
    asks_not("{" OPENAI "}", &o, IH_INVALID, "function");
    asks_not("{" OPENAI ", \"without\": [\"tools\"]}", &o, IH_UNSUPPORTED, "tools");
    o = options(0);
    asks_not("{" OPENAI "}", &o, IH_INVALID, "no message");
    o.message = odd;
    o.messages = 2;
    asks_not("{" OPENAI "}", &o, IH_INVALID, "not called");
    o.message = &odd[2];
    o.messages = 1;
    asks_not("{" OPENAI "}", &o, IH_INVALID, "poet");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_entries), cmocka_unit_test(test_openai),
        cmocka_unit_test(test_schemas), cmocka_unit_test(test_anthropic),
        cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
