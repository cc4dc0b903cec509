/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/sentences.h"
#include "support/support.h"
#include "text/unicode.h"

#include <stdio.h>
#include <string.h>

static struct normalizer *open_normalizer(void)
{
    struct normalizer *n;
    struct ih_error e;
    if (normalizer_open(&n, &e))
        fail_msg("%s", e.text);
    return n;
}

/* The sentences with a bar behind each must be `want`. */
static void expect(struct normalizer *n, const char *language, size_t longest, const char *want)
{
    char text[1024], got[2048];
    size_t size = 0, out = 0;
    for (const char *p = want; *p; p++)
        if (*p != '|')
            text[size++] = *p;
    for (size_t at = 0, m; (m = sentence_next(n, text + at, size - at, language, longest));
         at += m) {
        memcpy(got + out, text + at, m);
        out += m;
        got[out++] = '|';
    }
    got[out] = 0;
    if (strcmp(got, want) != 0)
        fail_msg("%s:\n  is  \"%s\"\n  not \"%s\"", language, got, want);
}

static void finds_sentences(void **state)
{
    (void)state;
    struct normalizer *n = open_normalizer();
    expect(n, "en", 300, "Hello there. |How are you? |Fine!|");
    expect(n, "en", 300, "Dr. Smith saw J. R. Miller, e.g. twice. |He left at 5 p.m. |Then rain.|");
    expect(n, "en", 300, "It costs 3.50 dollars. |\"Really?\" |Yes.|");
    expect(
        n, "de", 300, "Am 3. Mai kam Prof. Klein, z. B. nach Bonn. |Es waren 3. |Dann ging er.|");
    expect(n, "fr", 300, "M. Dupont est là. |Il part. |C'est fini, etc. |Oui.|");
    expect(n, "es", 300, "El Sr. López vino con la Dra. Ruiz. |¿Bien? |¡Sí!|");
    expect(n, "ru", 300, "Он жил на ул. Мира. |Потом уехал.|");
    expect(n, "hu", 300, "A 3. emeleten lakik. |Jó.|");
    expect(n, "pl", 300, "Mieszka przy ul. Długiej, np. od maja. |Dobrze.|");
    expect(n, "zh", 300, "你好。|你好吗？|很好！|");
    expect(n, "ja", 300, "こんにちは。|元気ですか？|");
    expect(n, "hi", 300, "नमस्ते। |आप कैसे हैं?|");
    expect(n, "ar", 300, "مرحبا. |كيف حالك؟ |بخير.|");
    normalizer_close(&n);
}

static void knows_paragraphs(void **state)
{
    (void)state;
    struct normalizer *n = open_normalizer();
    expect(n, "en", 300, "A heading\n\n|The text is here\n\n|and ends.|");
    expect(n, "en", 300, "- one\n|- two\n|- three|");
    expect(n, "en", 300, "Roses are red\n|Violets are blue|");
    expect(n, "en", 300,
        "This line was broken by hand at its right margin, before\nLondon and goes on here.|");
    normalizer_close(&n);
}

static void cuts_what_is_long(void **state)
{
    (void)state;
    struct normalizer *n = open_normalizer();
    expect(n, "en", 20, "one two three, |four five six seven |eight nine ten|");
    expect(n, "en", 20, "one two three four; |five six|");
    expect(n, "en", 8, "abcdefgh|ijklmnop|qr|");
    /* the accent (U+0301) stays with its letter */
    expect(n, "en", 8, "abcdefg|h\xcc\x81ijk|");
    expect(n, "th", 12, "ภาษาไทยง่าย|นิดเดียว|");
    normalizer_close(&n);
}

static void covers_everything(void **state)
{
    (void)state;
    struct normalizer *n = open_normalizer();
    static const char *const piece[] = {"a", "a. ", "\n", ".", "1. ", "\xff", "\xe2\x82",
        "\xf0\x9f\x87\xa9", "\xe4\xb8\x80", "\xe0\xb8\x81", " "};
    char text[3000];
    for (size_t k = 0; k < sizeof piece / sizeof *piece; k++) {
        size_t size = 0, n_piece = strlen(piece[k]);
        for (; size + n_piece <= sizeof text; size += n_piece)
            memcpy(text + size, piece[k], n_piece);
        for (size_t at = 0; at < size;) {
            size_t m = sentence_next(n, text + at, size - at, "en", 50);
            assert_in_range(m, 1, size - at);
            at += m;
        }
    }
    assert_int_equal(sentence_next(n, "", 0, "en", 50), 0);
    normalizer_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_sentences),
        cmocka_unit_test(knows_paragraphs),
        cmocka_unit_test(cuts_what_is_long),
        cmocka_unit_test(covers_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
