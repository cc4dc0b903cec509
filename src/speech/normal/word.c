/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/language.h"
#include "speech/normal/reading.h"
#include "text/unicode.h"

#include <string.h>

enum { NATIVE_RUN = 512 };

static bool is_vowel(uint32_t c)
{
    static const uint32_t vowels[] = {'a', 'e', 'i', 'o', 'u', 'y', 0xe4, 0xf6, 0xfc, 0xe5, 0xe6,
        0xf8, 0xe1, 0xe9, 0xed, 0xf3, 0xfa, 0x131, 0x430, 0x435, 0x438, 0x43e, 0x443, 0x44b, 0x44d,
        0x44e, 0x44f, 0x451};
    c = unicode_lower(c);
    for (size_t i = 0; i < sizeof vowels / sizeof *vowels; i++)
        if (vowels[i] == c)
            return true;
    return false;
}

static void put_letter(struct reading *r, uint32_t c)
{
    char utf8[UTF8_MAX + 1];
    uint32_t lower = unicode_lower(c);
    if (r->tongue->letters && lower >= 'a' && lower <= 'z') {
        put(r, r->tongue->letters[lower - 'a']);
        return;
    }
    utf8[utf8_write(utf8, unicode_upper(c))] = 0;
    put(r, utf8);
}

void put_letters(struct reading *r, int i, int end)
{
    for (; i < end; i++) {
        enum unicode_class class = unicode_class(look(r, i));
        if (class == UNICODE_LETTER)
            put_letter(r, look(r, i));
        else if (is_digit(look(r, i)))
            put_number(r, look(r, i) - '0', NULL);
    }
    r->spelled = true;
}

/* Letters as they are, composed as Unicode's NFC, in small letters when they were shouted. */
static void put_plain(struct reading *r, int i, int end, bool lower)
{
    UChar text[LONGEST_WORD], composed[2 * LONGEST_WORD];
    int32_t n = 0;
    bool marks = false;
    if (r->phrase.size > 0)
        str_add_byte(&r->phrase, ' ');
    size_t from = r->phrase.size;
    for (int k = i; k < end; k++) {
        char utf8[UTF8_MAX];
        uint32_t c = look(r, k);
        c = lower && k > i ? unicode_lower(c) : c;
        str_add(&r->phrase, utf8, utf8_write(utf8, c));
        marks |= c >= 0x300 && c < 0x370;
        if (c < 0x10000 && n < LONGEST_WORD)
            text[n++] = (UChar)c;
    }
    if (!marks || end - i > n || r->phrase.failed)
        return;
    UErrorCode status = U_ZERO_ERROR;
    int32_t size = unorm2_normalize(
        unorm2_getNFCInstance(&status), text, n, composed, 2 * LONGEST_WORD, &status);
    if (U_FAILURE(status))
        return;
    r->phrase.size = from;
    for (int32_t k = 0; k < size; k++) {
        char utf8[UTF8_MAX];
        str_add(&r->phrase, utf8, utf8_write(utf8, composed[k]));
    }
}

/* A word in capitals among others in capitals is loud, not an acronym. */
bool is_loud(const struct reading *r)
{
    char word[LONGEST_WORD];
    int loud = 0, words = 0, longest = 0;
    for (int i = 0; i < r->letters;) {
        int end = end_of_word(r, i), capitals = 0;
        for (int k = i; k < end; k++)
            capitals += is_upper(look(r, k));
        if (end - i >= 2) {
            words++;
            loud += capitals == end - i;
            small(r, i, end, word);
            if (capitals == end - i && end - i > longest && !is_listed(r->tongue->said, word))
                longest = end - i;
        }
        i = end > i ? end : i + 1;
    }
    return loud >= 2 && 10 * loud >= 6 * words && longest >= 6;
}

static const char *const said_everywhere[] = {"nasa", "nato", "opec", "unesco", "unicef", "fifa",
    "uefa", "covid", "ikea", "lego", "asean", "laser", "radar", NULL};

static bool is_capitals_word(const struct reading *r, int i, int end)
{
    for (int k = i; k < end; k++)
        if (!is_upper(look(r, k)))
            return false;
    return end - i >= 2;
}

/* Small words that are written in capitals to be loud: NO, WAY, STOP. Known by the language's
 * lists; what is an acronym too is not among them. */
static bool is_known(const struct reading *r, int i, int end)
{
    char word[LONGEST_WORD];
    small(r, i, end, word);
    return !is_listed(r->tongue->spelled, word) &&
           (is_listed(r->tongue->said, word) || language_has_word(r->tongue->code, word));
}

/* "TELL US", "IT IS": beside a known word in capitals. */
static bool beside_loud_word(const struct reading *r, int i, int end)
{
    int next = skip_space(r, end), after = end_of_word(r, next), before = i - 1, first;
    if (next > end && is_capitals_word(r, next, after) && is_known(r, next, after))
        return true;
    if (!is_space(look(r, before)))
        return false;
    for (first = before; first > 0 && before - first < LONGEST_WORD / 8; first--)
        if (!is_letter(look(r, first - 1)))
            break;
    return is_capitals_word(r, first, before) && is_known(r, first, before);
}

/* Two letters that words of many languages begin or end with. */
static bool is_cluster(const char *list, uint32_t a, uint32_t b)
{
    a = unicode_lower(a), b = unicode_lower(b);
    for (; *list; list += 3)
        if ((uint32_t)list[0] == a && (uint32_t)list[1] == b)
            return true;
    return false;
}

/* Two consonants that no word begins with: FBI, NBA. */
static bool has_odd_head(const struct reading *r, int i)
{
    static const char heads[] = "bl br ch cl cr dr fl fr gl gr pl pr sc sh sk sl sm sn sp st sw th "
                                "tr tw wh wr kl kn zw ";
    uint32_t a = look(r, i), b = look(r, i + 1);
    return a < 0x80 && b < 0x80 && !is_vowel(a) && !is_vowel(b) && !is_cluster(heads, a, b);
}

/* NASA and UEFA sound like words, ISBN and HTML do not; nor, to be careful, does ECTS. */
static bool sounds(const struct reading *r, int i, int end)
{
    static const char tails[] = "ll lp nt st nd rk rn ck sh ch th ss ft rd lt ld lk mp ng nk ct rt "
                                "rm lf rf rg rz ";
    int consonants = 0, vowels = 0, all = 0;
    for (int k = i; k < end; k++) {
        bool vowel = is_vowel(look(r, k));
        consonants = vowel ? 0 : consonants + 1;
        vowels = vowel ? vowels + 1 : 0;
        all += vowel;
        if (consonants > 2 || vowels > 2 || (k == i + 1 && consonants == 2 && has_odd_head(r, i)))
            return false;
    }
    return all > 0 && (consonants < 2 || is_cluster(tails, look(r, end - 2), look(r, end - 1)));
}

/* A Latin letter with a mark: nobody puts one into an acronym. */
static bool is_marked(uint32_t c)
{
    return (c >= 0xc0 && c < 0x250) || (c >= 0x1e00 && c < 0x1f00);
}

static bool is_acronym(const struct reading *r, int i, int end)
{
    char word[LONGEST_WORD];
    int capitals = 0, vowels = 0, n = end - i;
    for (int k = i; k < end; k++) {
        if (is_marked(look(r, k)))
            return false;
        capitals += is_upper(look(r, k));
        vowels += is_vowel(look(r, k));
    }
    if (n < 2 || capitals < n)
        return false;
    small(r, i, end, word);
    bool joined = n <= 3 && (look(r, i - 1) == '&' || look(r, end) == '&'); /* AT&T */
    if (joined || is_listed(r->tongue->spelled, word))
        return true;
    if (is_listed(said_everywhere, word) || is_listed(r->tongue->said, word))
        return false;
    if (r->loud)
        return n <= 4 && (vowels == 0 || has_odd_head(r, i));
    bool beside = beside_loud_word(r, i, end);
    bool small_word = n == 2 && !is_vowel(look(r, i)) && vowels == 1;
    if (is_known(r, i, end) ? n > 2 || beside : beside && small_word)
        return false;
    return n <= 2 || vowels == 0 || (n == 3 && !beside) || (n <= 5 && !sounds(r, i, end));
}

static bool is_latin_or_cyrillic(uint32_t c)
{
    return c < 0x530;
}

/* A letter alone: a word of the language, or its name. */
static bool is_lone_letter(const struct reading *r, int i, int end)
{
    char word[LONGEST_WORD];
    return end - i == 1 && is_latin_or_cyrillic(look(r, i)) &&
           (!is_listed(r->tongue->single, small(r, i, end, word)) ||
               (look(r, end) == '-' && is_letter(look(r, end + 1)) && is_upper(look(r, i))) ||
               is_digit(look(r, end)));
}

/* "well-known", "s-a", "y-a-t-il": small letters behind a hyphen are of one word with those before
 * it, and sound so. Where the hyphen binds something else, `end`. */
static int end_of_hyphenated(const struct reading *r, int i, int end)
{
    enum { PARTS = 6, LETTERS = 60 };
    char word[LONGEST_WORD];
    int all = end;
    if (end - i == 1 && !r->tongue->clitics)
        return end;
    for (int k = i + 1; k < end; k++)
        if (is_upper(look(r, k)) && !r->loud)
            return end;
    for (int parts = 0; look(r, all) == '-' && is_letter(look(r, all + 1)); parts++) {
        int next = all + 1, behind = end_of_word(r, next);
        bool letter = behind - next == 1 && look(r, next) < 0x80 && !r->tongue->clitics &&
                      !is_listed(r->tongue->single, small(r, next, behind, word));
        if (letter || behind == next || parts == PARTS || behind - i > LETTERS)
            return end;
        for (int k = next; k < behind; k++)
            if (is_upper(look(r, k)) != r->loud)
                return end;
        all = behind;
    }
    return is_digit(look(r, all)) || (look(r, all) == '-' && is_digit(look(r, all + 1))) ? end
                                                                                         : all;
}

/* "Hauptstr." */
static bool say_compound(struct reading *r, int i, int end)
{
    for (const struct pair *p = r->tongue->compounds; p && p->written; p++)
        for (int k = end - 4 > i ? end - 4 : i + 1; k < end; k++) {
            int n = match(r, k, p->written, true);
            if (n > 0 && k + n == end + 1) {
                put_plain(r, i, k, false);
                str_add_text(&r->phrase, p->spoken);
                say(r, i, end + 1);
                if (is_sentence_end(r, end + 1))
                    set_mark(r, '.');
                return true;
            }
        }
    return false;
}

/* Without the ending of "URLs" and "NASA's" where the rest is letters. */
static int end_of_acronym(const struct reading *r, int i, int end)
{
    int stem = end - 1 - (look(r, end - 2) == '\'');
    return look(r, end - 1) == 's' && stem - i >= 2 && is_acronym(r, i, stem) ? stem : end;
}

void say_word(struct reading *r, int i, int end)
{
    int plural = end_of_acronym(r, i, end);
    if (is_acronym(r, i, plural) || is_lone_letter(r, i, end)) {
        put_letters(r, i, plural);
        if (plural < end)
            str_add_text(&r->phrase, "'s");
        say(r, i, end);
        return;
    }
    /* NASA and NASA's are written as other words are, for those who spell what is in capitals */
    int stem = i;
    while (stem < end && is_upper(look(r, stem)))
        stem++;
    put_plain(r, i, end, stem - i > 1 && (stem == end || look(r, stem) == '\''));
    say(r, i, end);
}

/* A number, or a word with a capital letter. */
static bool behind_name(const struct reading *r, int i, int next)
{
    int at = i - 1 - (is_space(look(r, i - 1)) ? 1 : 0);
    if (is_digit(look(r, at)))
        return true;
    while (at > 0 && i - at < 64 && is_letter(look(r, at - 1)))
        at--;
    bool name = is_upper(look(r, at)) && i - at > 2;
    /* "5 Main St. Then": a house number tells it from "Visit St. Mary" */
    return name && (!is_upper(look(r, next)) || is_digit(look(r, at - 2)));
}

static bool fits(const struct reading *r, int i, int end, enum abbreviation_kind kind)
{
    int next = skip_space(r, end);
    uint32_t c = look(r, next);
    switch (kind) {
    case INSIDE:
    case ENDING:
        return true;
    case COUNT:
        return is_digit(c) || is_among(c, "VXLC") ||
               (c == 'I' && is_among(look(r, next + 1), "IVX"));
    case NAME:
        return is_letter(c) && (is_upper(c) || unicode_lower(c) == unicode_upper(c));
    case AFTER:
        return behind_name(r, i, next);
    }
    return false;
}

const struct abbreviation *abbreviation_at(const struct reading *r, int i, int *end)
{
    const struct abbreviation *best = NULL;
    *end = i;
    for (const struct abbreviation *a = r->tongue->abbreviations; a && a->written; a++) {
        int n = match(r, i, a->written, true);
        bool period = n > 0 && look(r, i + n - 1) == '.';
        if (n > *end - i && (period || is_boundary(r, i + n)) &&
            (period || look(r, i + n) != '\'') && fits(r, i, i + n, a->kind)) {
            best = a;
            *end = i + n;
        }
    }
    return best;
}

static bool is_capitals(const char *text)
{
    return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ")] == 0;
}

/* U.S.A., a.m., J. R. R.: letters with a period each; the letter behind the last period. */
static int dotted_end(const struct reading *r, int i)
{
    int end = i, letters = 0;
    while (letters < 32 && is_letter(look(r, end)) && look(r, end + 1) == '.' &&
           !is_native(look(r, end))) {
        letters++;
        end += 2;
    }
    return letters >= 2 && !is_letter(look(r, end)) ? end : 0;
}

/* The J. of a name: one capital letter with a period behind it, before a name. */
static bool is_initial(const struct reading *r, int i)
{
    int next = skip_space(r, i + 2);
    uint32_t before = look(r, i - 1);
    if (!is_upper(look(r, i)) || look(r, i + 1) != '.' || !is_upper(look(r, next)))
        return false;
    if (look(r, next + 1) == '.')
        return true;
    if (!is_space(before))
        return !is_letter(before) && !is_digit(before);
    int at = i - 2;
    if (look(r, at) == '.' || look(r, at) == ',')
        return true;
    while (at > 0 && i - at < 64 && is_letter(look(r, at - 1)))
        at--;
    return is_upper(look(r, at));
}

int read_abbreviation(struct reading *r, int i)
{
    int end, dotted = dotted_end(r, i);
    const struct abbreviation *a = abbreviation_at(r, i, &end);
    if (a && end >= dotted) {
        put(r, a->spoken);
        r->spelled = is_capitals(a->spoken);
        if (r->spelled && r->tongue->letters) {
            str_clear(&r->phrase);
            put_letters(r, i, end);
        }
        say(r, i, end);
        bool ends = a->kind == ENDING || a->kind == AFTER ? is_sentence_end(r, end)
                                                          : !look(r, skip_space(r, end));
        if (ends && look(r, end - 1) == '.')
            set_mark(r, '.');
        return end;
    }
    if (dotted) {
        put_letters(r, i, dotted);
        say(r, i, dotted);
        if (!look(r, skip_space(r, dotted)))
            set_mark(r, '.');
        return dotted;
    }
    if (!is_initial(r, i))
        return 0;
    put_letters(r, i, i + 1);
    say(r, i, i + 2);
    return i + 2;
}

/* The acronym behind an article: l'ONU, dell'IVA. */
static int elided(const struct reading *r, int i, int end)
{
    int at = i + 1;
    while (at < end && at - i <= 5 && look(r, at) != '\'')
        at++;
    int capitals = 0;
    for (int k = at + 1; k < end; k++)
        capitals += is_upper(look(r, k));
    bool acronym = look(r, at) == '\'' && end - at >= 3 && capitals == end - at - 1;
    return acronym && !is_upper(look(r, at - 1)) ? at + 1 : 0;
}

static void say_elided(struct reading *r, int i, int at, int end)
{
    put_plain(r, i, at, false);
    const char *article = take_part(r, 0);
    if (is_acronym(r, at, end))
        put_letters(r, at, end);
    else
        put_plain(r, at, end, true);
    r->spelled = false;
    const char *rest = take_part(r, 0);
    put(r, article);
    str_add_text(&r->phrase, rest);
    say(r, i, end);
}

/* l'80 %: the article becomes a part of the number's word. Returns the end, or 0. */
static int read_elided_number(struct reading *r, int i, int end)
{
    if (look(r, end) != '\'' || !is_digit(look(r, end + 1)) || end - i > 5)
        return 0;
    int first = r->words, next = read_piece(r, end + 1);
    if (r->words == first || r->failed)
        return 0;
    str_clear(&r->phrase);
    put_plain(r, i, end, false);
    str_add_byte(&r->phrase, '\'');
    str_add_text(&r->phrase, r->word[first].text);
    struct normal_word *word = &r->word[first];
    char *text = arena_strdup(r->arena, str_text(&r->phrase));
    r->failed |= !text;
    if (text)
        word->text = text;
    word->source_bytes += word->source - r->letter[i].at;
    word->source = r->letter[i].at;
    return next;
}

int read_word(struct reading *r, int i)
{
    int end, at;
    if (!is_glued(r, i) && ((end = read_abbreviation(r, i)) > 0 || (end = read_roman(r, i)) > 0 ||
                               (end = read_month(r, i)) > 0))
        return end;
    end = end_of_word(r, i);
    if ((at = read_elided_number(r, i, end)) > 0)
        return at;
    if ((at = elided(r, i, end)) > 0) {
        say_elided(r, i, at, end);
        return end;
    }
    if (look(r, end) == '.' && say_compound(r, i, end))
        return end + 1;
    if ((at = is_glued(r, i) ? end : end_of_hyphenated(r, i, end)) > end) {
        put_plain(r, i, at, r->loud);
        say(r, i, at);
        return at;
    }
    if (end <= i) /* an apostrophe or a joiner alone */
        return i + 1;
    say_word(r, i, end);
    return end;
}

/* A run of Chinese, Japanese or Thai, cut into words by ICU's dictionaries. */
int read_native(struct reading *r, int i)
{
    UChar text[2 * NATIVE_RUN];
    int first[2 * NATIVE_RUN], end = i;
    int32_t n = 0;
    for (; is_native(look(r, end)) && end - i < NATIVE_RUN; end++) {
        uint32_t c = look(r, end);
        first[n] = end;
        if (c >= 0x10000) {
            text[n++] = (UChar)(0xd7c0 + (c >> 10));
            first[n] = end;
            c = 0xdc00 + (c & 0x3ff);
        }
        text[n++] = (UChar)c;
    }
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *words = wordbook_words(r->book);
    if (words)
        ubrk_setText(words, text, n, &status);
    int from = i;
    while (from < end) {
        int32_t boundary = words && U_SUCCESS(status) ? ubrk_next(words) : UBRK_DONE;
        int to = boundary == UBRK_DONE || boundary >= n ? end : first[boundary];
        if (to <= from)
            continue;
        put_plain(r, from, to, false);
        say(r, from, to);
        from = to;
    }
    return end;
}
