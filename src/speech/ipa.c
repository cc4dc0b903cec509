/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/ipa.h"

#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

struct range {
    uint16_t first, last;
};

/* Letters of IPA and its extensions, modifiers, combining marks, tone letters and arrows. */
static const struct range signs[] = {{'1', '6'}, {'a', 'z'}, {0xe6, 0xe7}, {0xf0, 0xf0},
    {0xf8, 0xf8}, {0x127, 0x127}, {0x14b, 0x14b}, {0x153, 0x153}, {0x1c0, 0x1c3}, {0x250, 0x2af},
    {0x2b0, 0x2b2}, {0x2b7, 0x2b7}, {0x2bc, 0x2bc}, {0x2c8, 0x2c8}, {0x2cc, 0x2cc}, {0x2d0, 0x2d1},
    {0x2de, 0x2de}, {0x2e0, 0x2e1}, {0x2e4, 0x2e9}, {0x300, 0x35b}, {0x3b2, 0x3b2}, {0x3b8, 0x3b8},
    {0x3c7, 0x3c7}, {0x1d4a, 0x1d4a}, {0x1d5d, 0x1d5d}, {0x1d7b, 0x1d7b}, {0x1d7f, 0x1d7f},
    {0x207f, 0x207f}, {0x2191, 0x2193}, {0x2197, 0x2198}};

bool ipa_sign(uint32_t c)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (c >= signs[i].first && c <= signs[i].last)
            return true;
    return false;
}

int ipa_count(const char *text)
{
    return (int)utf8_count(text, strlen(text));
}

struct spelling {
    const char *language; /* null: all */
    const char *from, *to;
};

/* What espeak-ng writes for something in the alphabet; the longest first. */
static const struct spelling private_spellings[] = {
    {"zh", "ts.", "ʈʂ"}, {"zh", "s.", "ʂ"}, {"hi", "r.", "ɽ"},
    {"vi", "ɜ", "3"},                     /* a tone: it reads the digit as a vowel's name */
    {"th", "ɜ", "3"}, {NULL, "??", "ʊɾ"}, /* broken characters, as in German "durch" */
};

/* What people write by hand. */
static const struct spelling habits[] = {
    {NULL, "'", "ˈ"},
    {NULL, ":", "ː"},
};

static const struct spelling spellings[] = {
    {NULL, "g", "ɡ"},
    {NULL, "ε", "ɛ"}, /* Greek; espeak-ng has it in Danish */
    {NULL, "\u00e3", "a\u0303"},
    {NULL, "\u00e4", "a\u0308"}, /* in Japanese */
    {NULL, "\u1ebd", "e\u0303"},
    {NULL, "\u0129", "i\u0303"},
    {NULL, "\u00f5", "o\u0303"},
    {NULL, "\u0169", "u\u0303"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct spelling *find_spelling(
    const struct spelling *table, size_t count, const char *text, size_t n, const char *language)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(table[i].from);
        if (length <= n && !memcmp(table[i].from, text, length) &&
            (!table[i].language || !strcmp(table[i].language, language)))
            return &table[i];
    }
    return NULL;
}

/* Bytes of a language switch "(en-us)" at the text, or 0. */
static size_t switch_bytes(const char *text)
{
    size_t n = 1;
    if (*text != '(')
        return 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '-' || text[n] == '_')
        n++;
    return text[n] == ')' ? n + 1 : 0;
}

static void add_space(struct str *out, size_t begin)
{
    if (out->size > begin && out->data[out->size - 1] != ' ')
        str_add_byte(out, ' ');
}

static void trim_space(struct str *out, size_t begin)
{
    if (!out->failed && out->size > begin && out->data[out->size - 1] == ' ')
        out->data[--out->size] = 0;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

enum ih_status ipa_clean(struct str *out, const char *text, const char *language)
{
    size_t n = strlen(text), begin = out->size;
    for (size_t i = 0; i < n && !out->failed;) {
        const struct spelling *s =
            find_spelling(private_spellings, COUNT(private_spellings), text + i, n - i, language);
        if (!s)
            s = find_spelling(spellings, COUNT(spellings), text + i, n - i, language);
        size_t skip = switch_bytes(text + i);
        if (s) {
            str_add_text(out, s->to);
            i += strlen(s->from);
            continue;
        }
        uint32_t c = 0;
        int used = utf8_decode(text + i, n - i, &c);
        if (!skip && used > 0 && is_space(c))
            add_space(out, begin);
        else if (!skip && used > 0 && ipa_sign(c))
            str_add(out, text + i, (size_t)used);
        i += skip ? skip : used > 0 ? (size_t)used : 1;
    }
    trim_space(out, begin);
    return out->failed ? IH_NO_MEMORY : IH_OK;
}

static bool is_digit(char c)
{
    return c >= '1' && c <= '5';
}

/* Bytes of a tone of Chinese: a digit, or the vowel that espeak-ng writes for the digit 3. */
static size_t tone_bytes(const char *text)
{
    static const char three[] = "ɜ";
    return is_digit(*text) ? 1 : !strncmp(text, three, sizeof three - 1) ? sizeof three - 1 : 0;
}

void ipa_tones(struct str *ipa, size_t begin, const char *pinyin)
{
    int tones = 0, syllables = 0;
    for (const char *c = str_text(ipa) + begin; *c; c++)
        tones += tone_bytes(c) > 0;
    for (const char *c = pinyin; *c; c++)
        syllables += is_digit(*c);
    if (tones != syllables || ipa->failed)
        return;
    size_t to = begin;
    for (size_t i = begin; i < ipa->size;) {
        size_t used = tone_bytes(ipa->data + i);
        if (used) {
            pinyin += strcspn(pinyin, "12345");
            ipa->data[to++] = *pinyin++;
        } else {
            ipa->data[to++] = ipa->data[i];
        }
        i += used + !used;
    }
    if (ipa->data)
        ipa->data[ipa->size = to] = 0;
}

/* Signs that shape how IPA is read by people and that the alphabet does without: the syllable dot,
 * ties, the linking mark, what has no width. */
static bool is_silent(uint32_t c)
{
    return c == '.' || c == 0x361 || c == 0x35c || c == 0x203f || (c >= 0x200b && c <= 0x200d) ||
           c == 0x2060 || c == 0xfeff;
}

enum ih_status ipa_read(struct str *out, const char *text, size_t bytes, struct ih_error *e)
{
    size_t begin = out->size;
    for (size_t i = 0; i < bytes && !out->failed;) {
        const struct spelling *s = find_spelling(habits, COUNT(habits), text + i, bytes - i, "");
        if (!s)
            s = find_spelling(spellings, COUNT(spellings), text + i, bytes - i, "");
        if (s) {
            str_add_text(out, s->to);
            i += strlen(s->from);
            continue;
        }
        uint32_t c = 0;
        int used = utf8_decode(text + i, bytes - i, &c);
        if (used <= 0)
            return err_set(e, IH_INVALID, "phonemes that are not UTF-8");
        if (is_space(c))
            add_space(out, begin);
        else if (ipa_sign(c))
            str_add(out, text + i, (size_t)used);
        else if (!is_silent(c))
            return err_set(
                e, IH_INVALID, "'%.*s' (U+%04X) is not a sign of IPA", used, text + i, (unsigned)c);
        i += (size_t)used;
    }
    trim_space(out, begin);
    return out->failed ? err_memory(e, "phonemes") : IH_OK;
}
