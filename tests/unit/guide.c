/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas hold texts to what they say: whole texts that fit and that do not, and what comes out
 * when any token that may follow is taken at random. */
#include "text/guide.h"

#include "base/rng.h"
#include "base/str.h"
#include "support/support.h"
#include "weights/config.h"

#include <string.h>

static struct guide_program *compile(const char *schema)
{
    struct guide_program *p;
    struct ih_error e;
    if (guide_compile(&p, schema, strlen(schema), &e))
        fail_msg("%s: %s", schema, e.text);
    return p;
}

static bool fits(const char *schema, const char *text)
{
    struct guide_program *p = compile(schema);
    struct guide *g;
    struct ih_error e;
    assert_int_equal(guide_open(&g, p, NULL, &e), IH_OK);
    bool good = guide_take(g, text, strlen(text)) && guide_may_end(g);
    guide_close(&g);
    guide_program_free(&p);
    return good;
}

#define PERSON                                                                                     \
    "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":"       \
    "\"integer\"},"                                                                                \
    "\"tags\":{\"type\":\"array\",\"items\":{\"enum\":[\"a\",\"b\",3]},\"maxItems\":2}},"          \
    "\"required\":[\"name\",\"tags\"],\"additionalProperties\":false}"
#define TREE                                                                                       \
    "{\"type\":\"object\",\"properties\":{\"left\":{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":"        \
    "\"null\"}]}},"                                                                                \
    "\"required\":[\"left\"]}"
#define POINT                                                                                      \
    "{\"$defs\":{\"n\":{\"type\":\"number\"}},\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/"   \
    "n\"},"                                                                                        \
    "\"minItems\":2,\"maxItems\":3}"

static void texts_fit_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *text;
        bool fits;
    } cases[] = {
        {"true", "{\"a\": [1, -2.5e3, \"x\\n\\u00e9\", true, null, {}]}", true},
        {"{}", "[]", true},
        {"{}", "", false},
        {"{}", "[1,]", false},
        {"{}", "01", false},
        {"{}", "\"\\ud800\"", false},
        {"{}", "\"\x80\"", false},
        {"{}", "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80\"", true},
        {"{}", "\"a\nb\"", false},
        {"{\"type\":\"object\"}", "{\"a\":1,\n  \"b\": {}}", true},
        {"{\"type\":\"object\"}", "[]", false},
        {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"boolean\"}}", "{\"x\":true}",
            true},
        {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"boolean\"}}", "{\"x\":1}",
            false},
        {PERSON, "{\"name\":\"Ann\",\"age\":-3,\"tags\":[]}", true},
        {PERSON, "{\"name\": \"Ann\", \"tags\": [\"a\", 3]}", true},
        {PERSON, "{\"name\":\"Ann\",\"tags\":[\"a\",\"b\",3]}", false},
        {PERSON, "{\"name\":\"Ann\"}", false},
        {PERSON, "{\"tags\":[],\"name\":\"Ann\"}", false},
        {PERSON, "{\"name\":\"Ann\",\"age\":1.5,\"tags\":[]}", false},
        {PERSON, "{\"name\":\"Ann\",\"tags\":[],\"more\":1}", false},
        {TREE, "{\"left\":{\"left\":{\"left\":null}}}", true},
        {TREE, "{\"left\":{\"left\":{\"left\":null}}", false},
        {POINT, "[1,2]", true},
        {POINT, "[1]", false},
        {POINT, "[1,2,3,4]", false},
        {"{\"type\":[\"string\",\"null\"],\"minLength\":2,\"maxLength\":3}", "null", true},
        {"{\"type\":[\"string\",\"null\"],\"minLength\":2,\"maxLength\":3}", "\"a\"", false},
        {"{\"type\":\"string\",\"minLength\":2,\"maxLength\":3}", "\"\xc3\xbc\xc3\xbc\xc3\xbc\"",
            true},
        {"{\"type\":\"string\",\"maxLength\":3}", "\"abcd\"", false},
        {"{\"const\":{\"a\":[1]}}", "{\"a\":[1]}", true},
        {"{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{}}}", "{}", true},
        {"{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{}}}", "{\"b\":1}", true},
        {"{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{}}}", "{\"a\":1,}", false},
        {"{\"type\":\"object\",\"properties\":{\"a\":{},\"b\":{}}}", "{,\"b\":1}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (fits(cases[i].schema, cases[i].text) != cases[i].fits)
            fail_msg("%s: %s", cases[i].schema, cases[i].text);
}

static void schemas_that_cannot_be_kept(void **state)
{
    (void)state;
    static const struct {
        const char *schema;
        enum ih_status status;
        const char *words;
    } cases[] = {
        {"{", IH_BAD_DATA, "no JSON"},
        {"3", IH_BAD_DATA, "no object"},
        {"{\"type\":\"text\"}", IH_BAD_DATA, "type"},
        {"{\"pattern\":\"a*\"}", IH_UNSUPPORTED, "pattern"},
        {"{\"type\":\"array\",\"maxItems\":100000}", IH_UNSUPPORTED, "maxItems"},
        {"{\"type\":\"array\",\"minItems\":2,\"maxItems\":1}", IH_BAD_DATA, "minItems"},
        {"{\"$ref\":\"#/$defs/x\"}", IH_BAD_DATA, "$ref"},
        {"{\"enum\":[]}", IH_BAD_DATA, "enum"},
        {"{\"properties\":{\"a\":{\"kind\":\"c\",\"of\":99999}}}", IH_UNSUPPORTED, "kind"},
    };
    struct guide_program *p;
    struct guide *g;
    struct ih_error e;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(
            guide_compile(&p, cases[i].schema, strlen(cases[i].schema), &e), cases[i].status);
        assert_null(p);
        assert_non_null(strstr(e.text, cases[i].words));
    }
    p = compile("{\"$ref\":\"#\"}");
    assert_int_equal(guide_open(&g, p, NULL, &e), IH_BAD_DATA);
    assert_null(g);
    guide_program_free(&p);
}

/* Any tokens that may follow, but it should come to an end: the ends of texts are likelier than
 * others. */
static void write_at_random(const struct guide_program *p, const struct guide_words *w,
    const struct bpe *b, uint64_t *seed, struct str *out)
{
    struct guide *g;
    struct ih_error e;
    int vocab = bpe_count(b);
    assert_int_equal(guide_open(&g, p, w, &e), IH_OK);
    for (int n = 0; !guide_must_end(g) && !(guide_may_end(g) && n > 20); n++) {
        const uint64_t *mask = guide_mask(g);
        int32_t chosen = -1;
        int found = 0, limit = n > 60 ? 1 : 1 << 30;
        size_t length = SIZE_MAX;
        assert_non_null(mask);
        for (int32_t i = 0; i < vocab; i++) {
            size_t bytes;
            const unsigned char *text = bpe_bytes(b, i, &bytes);
            if (!(mask[i / 64] >> (i % 64) & 1))
                continue;
            bool closes = bytes == 1 && strchr("\"}],:0n", text[0]);
            if (limit == 1 && closes)
                bytes = 0;
            if (limit == 1 ? bytes < length : rng_next(seed) % (uint64_t)++found == 0) {
                chosen = i;
                length = bytes;
            }
        }
        assert_true(chosen >= 0 && n < 4000);
        size_t bytes;
        const unsigned char *text = bpe_bytes(b, chosen, &bytes);
        assert_true(guide_take(g, text, bytes));
        str_add(out, text, bytes);
    }
    guide_close(&g);
}

static void what_is_chosen_fits(void **state)
{
    (void)state;
    static const char *const schemas[] = {PERSON, POINT,
        "{\"type\":\"object\",\"properties\":{\"verdict\":{\"enum\":[\"grounded\",\"wrong\"]},"
        "\"claims\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"n\":{"
        "\"type\":"
        "\"integer\"},\"why\":{\"type\":\"string\",\"maxLength\":20}},\"required\":[\"n\",\"why\"]}"
        ","
        "\"minItems\":1,\"maxItems\":3}},\"required\":[\"verdict\",\"claims\"]}"};
    struct bpe *b;
    struct guide_words *w;
    struct ih_error e;
    uint64_t seed = 5;
    assert_int_equal(bpe_open(&b, data_path("qwen3-tiny/tokenizer.json"), &e), IH_OK);
    assert_int_equal(guide_words_new(&w, b, bpe_count(b), &e), IH_OK);
    for (size_t s = 0; s < sizeof schemas / sizeof *schemas; s++) {
        struct guide_program *p = compile(schemas[s]);
        for (int i = 0; i < 20; i++) {
            struct str out;
            struct config *c;
            str_init(&out, 1 << 20);
            write_at_random(p, w, b, &seed, &out);
            if (config_parse(&c, str_text(&out), out.size, "chosen", &e))
                fail_msg("%s: %s", e.text, str_text(&out));
            assert_true(fits(schemas[s], str_text(&out)));
            if (s == 2)
                assert_in_range(config_length(config_find(config_root(c), "claims")), 1, 3);
            config_close(&c);
            str_free(&out);
        }
        guide_program_free(&p);
    }
    guide_words_free(&w);
    bpe_close(&b);
}

/* The mask says of each token what taking its bytes says. */
static void masks_are_what_bytes_say(void **state)
{
    (void)state;
    static const char *const begun[] = {
        "", "{", "{\"name\": \"A", "{\"name\":\"Ann\",\"tags\":[\"a\""};
    struct guide_program *p = compile(PERSON);
    struct bpe *b;
    struct guide_words *w;
    struct guide *g, *probe;
    struct ih_error e;
    assert_int_equal(bpe_open(&b, data_path("qwen3-tiny/tokenizer.json"), &e), IH_OK);
    assert_int_equal(guide_words_new(&w, b, bpe_count(b), &e), IH_OK);
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(guide_open(&g, p, w, &e), IH_OK);
        assert_true(guide_take(g, begun[k], strlen(begun[k])));
        const uint64_t *mask = guide_mask(g);
        int allowed = 0;
        for (int32_t i = 0; i < bpe_count(b); i++) {
            size_t n;
            const unsigned char *text = bpe_bytes(b, i, &n);
            assert_int_equal(guide_open(&probe, p, NULL, &e), IH_OK);
            guide_take(probe, begun[k], strlen(begun[k]));
            bool may = n > 0 && !bpe_is_special(b, i) && guide_take(probe, text, n);
            assert_int_equal(mask[i / 64] >> (i % 64) & 1, may);
            allowed += may;
            guide_close(&probe);
        }
        assert_true(allowed > 0);
        guide_close(&g);
    }
    guide_words_free(&w);
    bpe_close(&b);
    guide_program_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_fit_or_not),
        cmocka_unit_test(schemas_that_cannot_be_kept),
        cmocka_unit_test(what_is_chosen_fits),
        cmocka_unit_test(masks_are_what_bytes_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
