/* SPDX-License-Identifier: Apache-2.0 */
/* espeak-ng's IPA in the letters that Kokoro was trained on: diphthongs and affricates are one
 * letter each, and English is spelled as misaki's dictionaries spell it. The rules are those of
 * misaki's espeak.py (what its fallback does to espeak-ng's phonemes), of its zh.py for tones and
 * its ja.py for consonants; there the parts of a diphthong are tied, here they only stand together.
 */
#include "models/kokoro/kokoro.h"

#include "base/utf8.h"

#include <string.h>

enum {
    US = 1,
    GB = 2,
    JA = 4,
    ZH = 8,
    OTHER = 16,
    ENGLISH = US | GB,
    ALL = US | GB | JA | ZH | OTHER,
    BEFORE_NO_VOWEL = 32, /* only where no vowel, stressed or not, follows */
};

enum { RULE_LETTERS = 4 };

/* Longer ones first: the first that fits is taken. */
static const struct rule {
    uint16_t from[RULE_LETTERS];
    uint16_t to[2];
    int where;
} rules[] = {
    {{0x294, 0x2cc, 'n', 0x329}, {'t', 'n'}, ENGLISH}, /* a glottal stop and a syllable's n */
    {{'t', 's', '.'}, {0xab67}, ZH},                   /* retroflex, as espeak-ng has it and as */
    {{0x288, 0x282}, {0xab67}, ZH},                    /* speech/phonemizer.h does */
    {{0x294, 'n', 0x329}, {'t', 'n'}, ENGLISH},
    {{0x25c, 0x2d0, 0x279}, {0x25c, 0x279}, US}, /* bird */
    {{0x2e7, 0x2e9, 0x2e7}, {0x2193}, ZH},       /* the third tone */
    {{0x25c, 0x2d0}, {0x25c, 0x279}, US},
    {{0x2e7, 0x2e5}, {0x2197}, ZH}, /* second */
    {{0x2e5, 0x2e9}, {0x2198}, ZH}, /* fourth */
    {{'n', 0x329}, {0x1d4a, 'n'}, ENGLISH},
    {{'l', 0x329}, {0x1d4a, 'l'}, ENGLISH},
    {{'m', 0x329}, {0x1d4a, 'm'}, ENGLISH},
    {{0x279, 0x329}, {0x1d4a, 0x279}, ENGLISH},
    {{'a', 0x26a}, {'I'}, ALL & ~ZH & ~JA},
    {{'a', 0x28a}, {'W'}, ALL & ~ZH & ~JA},
    {{'e', 0x26a}, {'A'}, ALL & ~ZH & ~JA},
    {{0x254, 0x26a}, {'Y'}, ALL & ~ZH & ~JA},
    {{'o', 0x28a}, {'O'}, US | GB | OTHER},
    {{0x259, 0x28a}, {'Q'}, GB | OTHER},
    {{'e', 0x259}, {0x25b, 0x2d0}, GB}, /* there */
    {{'i', 0x259}, {0x26a, 0x259}, GB}, /* near */
    {{0x26a, 0x259}, {'i', 0x259}, US},
    {{0x259, 'l'}, {0x1d4a, 'l'}, ENGLISH | BEFORE_NO_VOWEL}, /* little */
    {{0x2b2, 'o'}, {'j', 'o'}, ENGLISH},
    {{0x2b2, 0x259}, {'j', 0x259}, ENGLISH},
    {{'d', 0x292}, {0x2a4}, ENGLISH | OTHER},
    {{'t', 0x283}, {0x2a7}, ENGLISH | OTHER},
    {{'d', 'z'}, {0x2a3}, OTHER},
    {{'t', 's'}, {0x2a6}, OTHER | JA | ZH},
    {{'t', 0x255}, {0x2a8}, JA | ZH},
    {{'d', 0x291}, {0x2a5}, JA},
    {{'d', 0x292}, {0x2a5}, JA},
    {{'s', '.'}, {0x282}, ZH},
    {{'i', '.'}, {0x268}, ZH},
    {{'e'}, {'A'}, ENGLISH},
    {{'o'}, {0x254}, ENGLISH},
    {{0x25a}, {0x259, 0x279}, ENGLISH}, /* a vowel with r in it */
    {{0x2d0}, {0}, US},
    {{0x2b2}, {0}, ENGLISH},
    {{'r'}, {0x279}, ENGLISH},
    {{'x'}, {'k'}, ENGLISH},
    {{0xe7}, {'k'}, ENGLISH},
    {{0x250}, {0x259}, ENGLISH},
    {{0x26c}, {'l'}, ENGLISH},
    {{0x303}, {0}, ENGLISH},
    {{0x27e}, {'T'}, ENGLISH},
    {{0x294}, {'t'}, ENGLISH},
    {{0x26f}, {'u'}, JA},
    {{0x27e}, {'r'}, JA},
    {{0x27d}, {'r'}, JA},
    {{0x2e5}, {0x2192}, ZH}, /* the first tone */
    {{'1'}, {0x2192}, ZH},
    {{'2'}, {0x2197}, ZH},
    {{'3'}, {0x2193}, ZH},
    {{'4'}, {0x2198}, ZH},
    {{'5'}, {0}, ZH},
    {{0xe4}, {'a'}, ALL}, /* letters that have their mark in them */
    {{0xe3}, {'a', 0x303}, ALL},
    {{0xf5}, {'o', 0x303}, ALL},
    {{0x1ebd}, {'e', 0x303}, ALL},
    {{0x129}, {'i', 0x303}, ALL},
    {{0x169}, {'u', 0x303}, ALL},
    {{'g'}, {0x261}, ALL},
    {{'-'}, {0}, ALL},
    {{0x329}, {0}, ALL}, /* marks under a syllable's consonant, and ties */
    {{0x361}, {0}, ALL},
};

static int speech_of(const char *language)
{
    if (strncmp(language, "en", 2) == 0)
        return strcmp(language, "en-gb") == 0 || strcmp(language, "en-GB") == 0 ? GB : US;
    if (strcmp(language, "ja") == 0)
        return JA;
    return strcmp(language, "zh") == 0 || strcmp(language, "cmn") == 0 ? ZH : OTHER;
}

static bool is_vowel(uint32_t c)
{
    static const uint16_t vowels[] = {'a', 'e', 'i', 'o', 'u', 0xe6, 0x250, 0x251, 0x252, 0x254,
        0x259, 0x25a, 0x25b, 0x25c, 0x26a, 0x28a, 0x28c, 0x1d7b, 0x2c8, 0x2cc};
    for (size_t i = 0; i < sizeof vowels / sizeof *vowels; i++)
        if (vowels[i] == c)
            return true;
    return false;
}

/* Code points of a rule that matches what begins at p; 0 when it does not. */
static int matches(const struct rule *r, int speech, const uint32_t *p, int left)
{
    int n = 0;
    if (!(r->where & speech))
        return 0;
    while (n < RULE_LETTERS && r->from[n]) {
        if (n >= left || p[n] != r->from[n])
            return 0;
        n++;
    }
    if (r->where & BEFORE_NO_VOWEL && n < left && is_vowel(p[n]))
        return 0;
    return n;
}

struct writing {
    const struct kokoro *k;
    int32_t *token;
    int *first;
    int count, capacity, letters;
};

static void write_letter(struct writing *w, uint32_t letter, int at)
{
    int32_t id = letter < TOKEN_TABLE ? w->k->token[letter] : -1;
    w->letters++;
    if (id < 0 || w->count == w->capacity)
        return;
    w->token[w->count] = id;
    w->first[w->count++] = at;
}

/* The next few code points: a window is enough for the longest rule and what follows it. */
static int look_ahead(const char *s, size_t n, uint32_t *out, int *bytes)
{
    int count = 0;
    for (size_t at = 0; at < n && count <= RULE_LETTERS; count++) {
        out[count] = 0xfffd;
        int step = utf8_decode(s + at, n - at, &out[count]);
        bytes[count] = step > 0 ? step : step < 0 ? -step : (int)(n - at);
        at += (size_t)bytes[count];
    }
    return count;
}

int kokoro_tokens(const struct kokoro *k, const char *phonemes, const char *language,
    int32_t *token, int *first, int capacity, int *letters)
{
    struct writing w = {k, token, first, 0, capacity, 0};
    int speech = speech_of(language), at = 0;
    size_t left = strlen(phonemes);
    while (left > 0) {
        uint32_t p[RULE_LETTERS + 1];
        int bytes[RULE_LETTERS + 1], n = look_ahead(phonemes, left, p, bytes), taken = 0;
        const struct rule *r = rules;
        for (size_t i = 0; i < sizeof rules / sizeof *rules && !taken; i++) {
            r = &rules[i];
            taken = matches(r, speech, p, n);
        }
        if (!taken)
            write_letter(&w, p[0], at);
        for (int i = 0; taken && i < 2 && r->to[i]; i++)
            write_letter(&w, r->to[i], at);
        taken = taken ? taken : 1;
        at += taken;
        for (int i = 0; i < taken; i++) {
            phonemes += bytes[i];
            left -= (size_t)bytes[i];
        }
    }
    *letters = w.letters;
    return w.count;
}
