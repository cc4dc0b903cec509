/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/wordbook.h"

#include "base/arena.h"
#include "text/unicode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MONTHS = 12, ROOM = 512, UNITS = 64, UNIT_NAME = 48, LOCALE = 24 };

/* Kinds of month names, in the order they are looked up. */
enum { IN_DATE, ALONE, SHORT_IN_DATE, SHORT_ALONE, MONTH_KINDS };

struct unit_format {
    char name[UNIT_NAME];
    UNumberFormatter *format;
    enum gender gender;
};

struct wordbook {
    const struct tongue *tongue;
    char locale[LOCALE];
    UNumberFormat *spell;
    UPluralRules *plural;
    UFormattedNumber *result;
    UBreakIterator *words, *sentences;
    struct unit_format unit[UNITS];
    int units;
    struct arena arena;
    const char *month[MONTH_KINDS][MONTHS];  /* as said */
    const char *folded[MONTH_KINDS][MONTHS]; /* small letters, no period */
};

/* Soft hyphens and zero-width signs show where a word may be cut; nobody says them. */
static bool is_invisible(uint32_t c)
{
    return c == 0xad || (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xfeff;
}

/* Adds ICU's UTF-16 as UTF-8. */
static void add_utf16(struct str *out, const UChar *text, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        uint32_t c = text[i];
        if (c >= 0xd800 && c < 0xdc00 && i + 1 < n)
            c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)text[++i] - 0xdc00);
        if (is_invisible(c) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
            continue;
        if (c == 0xa0 || c == 0x202f)
            c = ' ';
        char utf8[UTF8_MAX];
        str_add(out, utf8, utf8_write(utf8, c));
    }
}

static int32_t to_utf16(const char *ascii, UChar *out)
{
    int32_t n = 0;
    for (; ascii[n] && n < ROOM - 1; n++)
        out[n] = (unsigned char)ascii[n];
    out[n] = 0;
    return n;
}

static bool is_word_end(const char *text)
{
    uint32_t c;
    return !*text || (utf8_read(text, strlen(text), &c) && unicode_class(c) != UNICODE_LETTER);
}

/* Replaces in out, from `from` on, what the tongue has to mend. "^" holds a fix to the beginning of
 * what was spelled, "$" to the end of a word. */
static void mend_one(const struct pair *fix, struct str *out, size_t from)
{
    const char *what = fix->written;
    bool first = *what == '^', last = what[strlen(what) - 1] == '$';
    what += first;
    size_t length = strlen(what) - last;
    struct str mended;
    str_init(&mended, out->limit);
    for (size_t at = from; at < out->size;) {
        if ((!first || at == from) && strncmp(out->data + at, what, length) == 0 &&
            (!last || is_word_end(out->data + at + length))) {
            str_add_text(&mended, fix->spoken);
            at += length;
        } else {
            str_add_byte(&mended, out->data[at++]);
        }
    }
    out->size = from;
    str_add(out, str_text(&mended), mended.size);
    str_free(&mended);
}

static void mend(const struct tongue *t, struct str *out, size_t from)
{
    for (const struct pair *fix = t->fixes; fix && fix->written && !out->failed; fix++)
        mend_one(fix, out, from);
}

static void spell_by_icu(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    UChar name[ROOM], text[ROOM];
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = to_utf16(rules, name);
    unum_setTextAttribute(w->spell, UNUM_DEFAULT_RULESET, name, n, &status);
    n = unum_formatInt64(w->spell, value, text, ROOM, NULL, &status);
    if (U_FAILURE(status) || n > ROOM)
        return;
    size_t from = out->size;
    add_utf16(out, text, n);
    mend(w->tongue, out, from);
}

void wordbook_spell(struct wordbook *w, const char *rules, int64_t value, struct str *out)
{
    const struct tongue *t = w->tongue;
    const char *cardinal = t->cardinal[GENDER_NONE];
    size_t from = out->size;
    if (!rules)
        rules = cardinal;
    if (*rules != '%') {
        t->spell(w, rules, value, out);
        return;
    }
    spell_by_icu(w, rules, value, out);
    /* what a rule set does not reach comes in digits: Russian ordinals of a million */
    if (out->size > from && strpbrk(out->data + from, "0123456789")) {
        out->size = from;
        spell_by_icu(w, cardinal, value, out);
    }
}

enum plural wordbook_plural(struct wordbook *w, double value)
{
    static const char *const name[] = {"zero", "one", "two", "few", "many", "other"};
    UChar keyword[16];
    char ascii[16] = "";
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = uplrules_select(w->plural, value, keyword, 15, &status);
    for (int32_t i = 0; U_SUCCESS(status) && i < n && i < 15; i++)
        ascii[i] = (char)keyword[i];
    for (int i = 0; i < PLURAL_OTHER; i++)
        if (strcmp(ascii, name[i]) == 0)
            return (enum plural)i;
    return PLURAL_OTHER;
}

void wordbook_form(struct wordbook *w, const char *forms, double value, struct str *out)
{
    /* which form of a list of so many; zero is written as many things are */
    static const signed char place[5][PLURAL_OTHER + 1] = {
        {0, 0, 0, 0, 0, 0},
        {1, 0, 1, 1, 1, 1},
        {2, 0, 1, 1, 2, 2},
        {2, 0, 1, 1, 2, 3},
        {4, 0, 1, 2, 3, 4},
    };
    int count = 1;
    for (const char *p = forms; *p; p++)
        count += *p == '|';
    int skip = count <= 5 ? place[count - 1][wordbook_plural(w, value)] : 0;
    for (; skip > 0; skip--)
        forms = strchr(forms, '|') + 1;
    str_add(out, forms, strcspn(forms, "|"));
}

/* What the unit's own resource says; currencies have none. */
static enum gender read_gender(const char *locale, const char *unit)
{
    static const char *const kind[] = {"length", "duration", "mass", "temperature", "speed",
        "digital", "concentr", "area", "volume", "energy", "power", "frequency", "electric",
        "pressure", "angle", "force", "graphics", "light", "acceleration", "consumption"};
    UErrorCode status = U_ZERO_ERROR;
    UResourceBundle *root = ures_open(U_ICUDATA_NAME "-unit", locale, &status);
    UResourceBundle *all = ures_getByKey(root, "units", NULL, &status);
    enum gender gender = GENDER_NONE;
    for (size_t i = 0; i < sizeof kind / sizeof *kind && U_SUCCESS(status) && !gender; i++) {
        UErrorCode missing = U_ZERO_ERROR;
        int32_t n = 0;
        UResourceBundle *of_kind = ures_getByKey(all, kind[i], NULL, &missing);
        UResourceBundle *entry = ures_getByKey(of_kind, unit, NULL, &missing);
        const UChar *text = ures_getStringByKey(entry, "gender", &n, &missing);
        if (U_SUCCESS(missing) && text && n > 0)
            gender = text[0] == 'f'   ? GENDER_FEMININE
                     : text[0] == 'n' ? GENDER_NEUTER
                                      : GENDER_MASCULINE; /* and common, inanimate */
        ures_close(entry);
        ures_close(of_kind);
    }
    ures_close(all);
    ures_close(root);
    return gender;
}

static struct unit_format *find_unit(struct wordbook *w, const char *unit)
{
    for (int i = 0; i < w->units; i++)
        if (strcmp(w->unit[i].name, unit) == 0)
            return &w->unit[i];
    char skeleton[UNIT_NAME + 64];
    UChar wide[ROOM];
    bool currency = strncmp(unit, "currency/", 9) == 0;
    if (strlen(unit) >= UNIT_NAME)
        return NULL;
    snprintf(skeleton, sizeof skeleton, "%s%s unit-width-full-name latin precision-unlimited",
        currency ? "" : "unit/", unit);
    UErrorCode status = U_ZERO_ERROR;
    int32_t n = to_utf16(skeleton, wide);
    UNumberFormatter *format = unumf_openForSkeletonAndLocale(wide, n, w->locale, &status);
    if (U_FAILURE(status)) {
        unumf_close(format);
        return NULL;
    }
    if (w->units == UNITS)
        while (w->units > 0)
            unumf_close(w->unit[--w->units].format);
    struct unit_format *u = &w->unit[w->units++];
    *u = (struct unit_format){.format = format};
    snprintf(u->name, sizeof u->name, "%s", unit);
    u->gender = currency ? GENDER_NONE : read_gender(w->tongue->locale, unit);
    return u;
}

/* ICU writes the number in digits; they become the %n of the phrase. Arabic says two kilometres in
 * one word, which stays alone; Danish and Romanian leave a one out, which is put back. */
static void add_phrase(const struct wordbook *w, const char *text, struct str *phrase)
{
    const char *first = strpbrk(text, "0123456789");
    if (!first) {
        str_add_text(phrase, strcmp(w->tongue->code, "ar") == 0 ? "" : "%n ");
        str_add_text(phrase, text);
        return;
    }
    const char *last = first;
    for (const char *p = first; (p = strpbrk(p, "0123456789")); p++)
        last = p;
    str_add(phrase, text, (size_t)(first - text));
    str_add_text(phrase, "%n");
    str_add_text(phrase, last + 1);
}

bool wordbook_unit(struct wordbook *w, const char *unit, const char *decimal, struct str *phrase,
    enum gender *gender)
{
    struct unit_format *u = find_unit(w, unit);
    if (!u)
        return false;
    UChar text[ROOM];
    UErrorCode status = U_ZERO_ERROR;
    unumf_formatDecimal(u->format, decimal, -1, w->result, &status);
    int32_t n = unumf_resultToString(w->result, text, ROOM, &status);
    if (U_FAILURE(status) || n > ROOM)
        return false;
    struct str utf8;
    str_init(&utf8, ROOM * 4);
    add_utf16(&utf8, text, n);
    add_phrase(w, str_text(&utf8), phrase);
    str_free(&utf8);
    *gender = u->gender;
    return true;
}

static const char *fold(struct arena *a, const char *text)
{
    size_t n = strlen(text), at = 0, size = 0;
    char *out = arena_alloc(a, 2 * n + UTF8_MAX + 1);
    while (out && at < n) {
        uint32_t c;
        at += utf8_read(text + at, n - at, &c);
        size += utf8_write(out + size, unicode_lower(c));
    }
    while (out && size > 0 && out[size - 1] == '.')
        size--;
    if (out)
        out[size] = 0;
    return out;
}

static enum ih_status read_months(struct wordbook *w, struct ih_error *e)
{
    static const UDateFormatSymbolType type[MONTH_KINDS] = {
        UDAT_MONTHS, UDAT_STANDALONE_MONTHS, UDAT_SHORT_MONTHS, UDAT_STANDALONE_SHORT_MONTHS};
    UErrorCode status = U_ZERO_ERROR;
    UDateFormat *d = udat_open(UDAT_NONE, UDAT_FULL, w->locale, NULL, 0, NULL, 0, &status);
    struct str name;
    str_init(&name, ROOM);
    for (int kind = 0; kind < MONTH_KINDS; kind++)
        for (int i = 0; i < MONTHS && U_SUCCESS(status); i++) {
            UChar text[ROOM];
            int32_t n = udat_getSymbols(d, type[kind], i, text, ROOM, &status);
            str_clear(&name);
            if (U_SUCCESS(status) && n <= ROOM)
                add_utf16(&name, text, n);
            w->month[kind][i] = arena_strdup(&w->arena, str_text(&name));
            w->folded[kind][i] = fold(&w->arena, str_text(&name));
            if (!w->month[kind][i] || !w->folded[kind][i])
                status = U_MEMORY_ALLOCATION_ERROR;
        }
    str_free(&name);
    if (d)
        udat_close(d);
    if (U_FAILURE(status))
        return err_set(e, IH_UNSUPPORTED, "ICU has no dates for \"%s\"", w->locale);
    return IH_OK;
}

enum ih_status wordbook_open(
    struct wordbook **out, const struct tongue *t, const char *locale, struct ih_error *e)
{
    *out = NULL;
    struct wordbook *w = calloc(1, sizeof *w);
    if (!w)
        return err_memory(e, "a language");
    w->tongue = t;
    snprintf(w->locale, sizeof w->locale, "%s", locale);
    UErrorCode status = U_ZERO_ERROR;
    w->spell = unum_open(UNUM_SPELLOUT, NULL, 0, w->locale, NULL, &status);
    w->plural = uplrules_open(w->locale, &status);
    w->result = unumf_openResult(&status);
    enum ih_status result = IH_OK;
    if (U_FAILURE(status))
        result = err_set(e, IH_UNSUPPORTED, "ICU has no data for \"%s\"", w->locale);
    if (!result)
        result = read_months(w, e);
    if (result)
        wordbook_close(&w);
    *out = w;
    return result;
}

void wordbook_close(struct wordbook **wp)
{
    struct wordbook *w = *wp;
    if (!w)
        return;
    while (w->units > 0)
        unumf_close(w->unit[--w->units].format);
    if (w->words)
        ubrk_close(w->words);
    if (w->sentences)
        ubrk_close(w->sentences);
    if (w->result)
        unumf_closeResult(w->result);
    if (w->plural)
        uplrules_close(w->plural);
    if (w->spell)
        unum_close(w->spell);
    arena_free(&w->arena);
    free(w);
    *wp = NULL;
}

int wordbook_month(const struct wordbook *w, const char *text, size_t bytes)
{
    while (bytes > 0 && text[bytes - 1] == '.')
        bytes--;
    if (bytes < 3) /* "V", "1": some languages number their months */
        return 0;
    for (int kind = 0; kind < MONTH_KINDS; kind++)
        for (int i = 0; i < MONTHS; i++)
            if (strlen(w->folded[kind][i]) == bytes && memcmp(w->folded[kind][i], text, bytes) == 0)
                return i + 1;
    return 0;
}

const char *wordbook_month_name(const struct wordbook *w, int month, bool alone)
{
    return month >= 1 && month <= MONTHS ? w->month[alone ? ALONE : IN_DATE][month - 1] : "";
}

UBreakIterator *wordbook_words(struct wordbook *w)
{
    UErrorCode status = U_ZERO_ERROR;
    if (!w->words)
        w->words = ubrk_open(UBRK_WORD, w->locale, NULL, 0, &status);
    return U_SUCCESS(status) ? w->words : NULL;
}

UBreakIterator *wordbook_sentences(struct wordbook *w)
{
    char locale[LOCALE + 16];
    snprintf(locale, sizeof locale, "%s@ss=standard", w->locale);
    UErrorCode status = U_ZERO_ERROR;
    if (!w->sentences)
        w->sentences = ubrk_open(UBRK_SENTENCE, locale, NULL, 0, &status);
    return U_SUCCESS(status) ? w->sentences : NULL;
}
