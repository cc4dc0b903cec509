/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Signs of money and ISO codes; a sign that several countries use takes its code from the tongue.
 */
static const struct pair signs[] = {{"US$", "USD"}, {"R$", "BRL"}, {"A$", "AUD"}, {"C$", "CAD"},
    {"HK$", "HKD"}, {"$", "$"}, {"\u20ac", "EUR"}, {"\u00a3", "GBP"}, {"\u00a5", "\u00a5"},
    {"\u20b9", "INR"}, {"\u20bd", "RUB"}, {"\u20a9", "KRW"}, {"\u20ba", "TRY"}, {"\u0e3f", "THB"},
    {"\u20ab", "VND"}, {"\u20aa", "ILS"}, {"\u20b4", "UAH"}, {"z\u0142", "PLN"}, {"K\u010d", "CZK"},
    {"kr.", "kr"}, {"kr", "kr"}, {"Ft", "HUF"}, {"lei", "RON"}, {"leu", "RON"}, {"\u0111", "VND"},
    {"Rp", "IDR"}, {"TL", "TRY"}, {"Fr.", "CHF"}, {"руб.", "RUB"}, {"р.", "RUB"}, {NULL, NULL}};

static const char *const codes[] = {"USD", "EUR", "GBP", "JPY", "CNY", "INR", "RUB", "KRW", "TRY",
    "THB", "PLN", "CZK", "SEK", "DKK", "NOK", "HUF", "BRL", "CHF", "RON", "VND", "IDR", "AUD",
    "CAD", "MXN", "SAR", "AED", "EGP", "UAH", "ILS", "HKD", "SGD", "NZD", "ZAR", NULL};

/* The currency whose sign or code stands at i; "" for none. */
static const char *currency_at(const struct reading *r, int i, int *end)
{
    const struct tongue *t = r->tongue;
    const char *code = "";
    *end = i;
    if (is_letter(look(r, i)) && is_glued(r, i))
        return code;
    for (const struct pair *p = signs; p->written; p++) {
        int n = match(r, i, p->written, false);
        bool letter = n > 0 && is_letter(look(r, i + n - 1));
        if (n > *end - i && (!letter || is_boundary(r, i + n) || is_digit(look(r, i + n)))) {
            code = p->spoken;
            *end = i + n;
        }
    }
    for (const char *const *p = codes; *p && *end == i; p++) {
        int n = match(r, i, *p, false);
        if (n > 0 && !is_letter(look(r, i + n))) {
            code = *p;
            *end = i + n;
        }
    }
    if (strcmp(code, "$") == 0)
        return t->dollar ? t->dollar : "USD";
    if (strcmp(code, "kr") == 0)
        return t->krone ? t->krone : "SEK";
    if (strcmp(code, "\u00a5") == 0)
        return t->yen ? t->yen : "JPY";
    return code;
}

/* "million", "Mio.", "bn", "k" behind a number. */
const struct magnitude *magnitude_at(const struct reading *r, int i, int *end)
{
    const struct magnitude *best = NULL;
    int space = skip_space(r, i), first = i;
    while (is_digit(look(r, first - 1)) && i - first < AMOUNT_DIGITS)
        first--;
    bool in_word = is_letter(look(r, first - 1)) && !is_native(look(r, first - 1)); /* B2B */
    *end = i;
    for (const struct magnitude *m = r->tongue->magnitudes; m && m->written; m++) {
        bool letter = strlen(m->written) == 1; /* 10k, 3M, 5 M€ */
        uint32_t money = look(r, space + 1);
        bool before_money = money == 0x20ac || money == '$' || money == 0xa3;
        int at = letter && !before_money ? i : space, n = match(r, at, m->written, !letter);
        if (n > 0 && at + n > *end && !(letter && in_word) &&
            (is_end(r, at + n) || m->written[strlen(m->written) - 1] == '.')) {
            best = m;
            *end = at + n;
        }
    }
    return best;
}

static const struct money *find_money(const struct tongue *t, const char *code)
{
    for (const struct money *m = t->money; m && m->code; m++)
        if (strcmp(m->code, code) == 0)
            return m;
    return NULL;
}

static const char *name_from_icu(struct reading *r, const char *code, const struct amount *a)
{
    char unit[16], decimal[AMOUNT_DIGITS + 4];
    struct str phrase;
    enum gender gender;
    snprintf(unit, sizeof unit, "currency/%s", code);
    snprintf(
        decimal, sizeof decimal, "%.*s%s", AMOUNT_DIGITS, a->whole, a->decimals[0] ? ".5" : "");
    str_init(&phrase, LONGEST_PHRASE);
    const char *name = "";
    if (wordbook_unit(r->book, unit, decimal, &phrase, &gender)) {
        char *copy = arena_strdup(r->arena, str_text(&phrase));
        r->failed |= !copy;
        name = copy ? copy : "";
    }
    str_free(&phrase);
    return name;
}

static const char *form_of(struct reading *r, const char *forms, double value)
{
    struct str text;
    str_init(&text, LONGEST_PHRASE);
    wordbook_form(r->book, forms, value, &text);
    char *copy = arena_strdup(r->arena, str_text(&text));
    str_free(&text);
    r->failed |= !copy;
    return copy ? copy : "";
}

/* "three dollars", or with a form that has its own place for the number, "%n". */
static void put_named(
    struct reading *r, const struct amount *a, const char *forms, enum gender gender)
{
    const char *form = form_of(r, forms, amount_number(a));
    if (strstr(form, "%n")) {
        put_counted(r, a, form, gender);
        return;
    }
    /* Arabic's "two dollars" is one word, which a form shows with a mark in front. */
    if (*form != '=')
        put_amount(r, a, gender_rules(r->tongue, gender));
    put(r, form + (*form == '='));
}

static void put_magnitude(struct reading *r, const struct amount *a, const struct magnitude *m)
{
    put_named(r, a, m->forms, m->gender);
}

static bool has_hundredths(const struct amount *a)
{
    return strlen(a->decimals) == 2;
}

static void put_hundredths(struct reading *r, const struct amount *a, const struct money *m)
{
    const char *slot[26] = {NULL};
    struct amount whole = *a, part = {.end = a->end};
    whole.decimals[0] = 0;
    snprintf(part.whole, sizeof part.whole, "%s", a->decimals + (a->decimals[0] == '0'));
    bool no_whole = strspn(a->whole, "0") == strlen(a->whole);
    bool no_part = strcmp(part.whole, "0") == 0;
    if (no_part || !no_whole) {
        size_t from = r->phrase.size;
        put_named(r, &whole, m->forms, m->gender);
        if (no_part)
            return;
        slot['n' - 'a'] = take_part(r, from);
    }
    size_t from = r->phrase.size;
    put_number(r, amount_value(&part), gender_rules(r->tongue, m->minor_gender));
    slot['c' - 'a'] = take_part(r, from);
    if (no_whole && a->negative)
        put(r, r->tongue->sign[SIGN_MINUS]);
    put_named(r, &part, m->minor, m->minor_gender);
    if (no_whole)
        return;
    slot['u' - 'a'] = take_part(r, from);
    put_phrase(r, r->tongue->money_phrase, slot);
}

/* "of" and what is counted: millions de dollars, millions d'euros. */
static void put_of(struct reading *r, const struct magnitude *m, const char *name)
{
    const char *of = m->zeros >= 6 ? r->tongue->magnitude_of : NULL;
    name += *name == '=';
    if (of && r->tongue->magnitude_of_vowel && is_among((unsigned char)*name, "aeiouAEIOU")) {
        put(r, r->tongue->magnitude_of_vowel);
        str_add_text(&r->phrase, name);
        return;
    }
    if (of)
        put(r, of);
    put(r, name);
}

static void put_money(
    struct reading *r, const struct amount *a, const char *code, const struct magnitude *magnitude)
{
    const struct money *m = find_money(r->tongue, code);
    if (magnitude) {
        put_magnitude(r, a, magnitude);
        double value = amount_number(a) * pow(10, magnitude->zeros);
        struct amount many = {.whole = "1000000"};
        const char *form = m ? form_of(r, m->forms, value) : name_from_icu(r, code, &many);
        const char *name = strncmp(form, "%n ", 3) == 0 ? form + 3 : form;
        if (strncmp(name, "de ", 3) == 0 && r->tongue->magnitude_of)
            name += 3;
        put_of(r, magnitude, name);
    } else if (m && m->minor && has_hundredths(a) && r->tongue->money_phrase) {
        put_hundredths(r, a, m);
    } else if (m) {
        put_named(r, a, m->forms, m->gender);
    } else {
        put_counted(r, a, name_from_icu(r, code, a), GENDER_NONE);
    }
}

/* The end of "5,-" or "5.–" whose hundredths are a dash. */
static int skip_dash(const struct reading *r, int i)
{
    uint32_t dash = look(r, i + 1);
    bool point = look(r, i) == ',' || look(r, i) == '.';
    return point && (dash == '-' || dash == 0x2013 || dash == EM_DASH) ? i + 2 : i;
}

/* $5, US$3.50, EUR 5, -£3, €1.5 million. */
int read_money(struct reading *r, int i)
{
    int at = i, end;
    bool negative =
        (look(r, i) == '-' || look(r, i) == MINUS) && !is_glued(r, i) && !is_digit(look(r, i - 1));
    at += negative;
    struct amount a;
    const char *code = currency_at(r, at, &end);
    if (!*code)
        return 0;
    at = skip_space(r, end);
    if (look(r, at) == '-' || look(r, at) == MINUS) {
        negative = true;
        at++;
    }
    if (!parse_amount(r, at, &a))
        return 0;
    a.negative = negative;
    end = skip_dash(r, a.end);
    const struct magnitude *m = NULL;
    if (end == a.end)
        m = magnitude_at(r, a.end, &end);
    put_money(r, &a, code, m);
    int until;
    uint32_t dash = look(r, end);
    if ((dash == '-' || dash == 0x2013) && r->tongue->sign[SIGN_TO] &&
        *currency_at(r, end + 1, &until) && is_digit(look(r, skip_space(r, until)))) {
        put(r, r->tongue->sign[SIGN_TO]); /* €20–€30 */
        end++;
    }
    say_short(r, i, end);
    return end;
}

/* 5 €, 5,50 EUR, 1,5 Mio. €, and a magnitude alone: 1 Million. */
int read_money_behind(struct reading *r, int i, const struct amount *a)
{
    int amount_end = skip_dash(r, a->end), end;
    const struct magnitude *m = NULL;
    if (amount_end == a->end)
        m = magnitude_at(r, a->end, &amount_end);
    int at = skip_space(r, amount_end);
    const char *code = currency_at(r, at, &end);
    if (*code && !is_digit(look(r, end))) {
        put_money(r, a, code, m);
        say_short(r, i, end);
        return end;
    }
    if (!m || strlen(m->written) == 1) /* 4K, 5G */
        return 0;
    put_magnitude(r, a, m);
    say_short(r, i, amount_end);
    return amount_end;
}
