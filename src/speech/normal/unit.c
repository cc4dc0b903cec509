/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <string.h>

/* Signs of units that are the same everywhere, and CLDR's ids. */
static const struct unit common[] = {{"km", "kilometer"}, {"m", "meter"}, {"cm", "centimeter"},
    {"mm", "millimeter"}, {"dm", "decimeter"}, {"\u00b5m", "micrometer"}, {"nm", "nanometer"},
    {"mi", "mile"}, {"ft", "foot"}, {"yd", "yard"}, {"\u2032", "foot"}, {"\u2033", "inch"},
    {"m\u00b2", "square-meter"}, {"m2", "square-meter"}, {"km\u00b2", "square-kilometer"},
    {"km2", "square-kilometer"}, {"cm\u00b2", "square-centimeter"}, {"m\u00b3", "cubic-meter"},
    {"m3", "cubic-meter"}, {"cm\u00b3", "cubic-centimeter"}, {"km\u00b3", "cubic-kilometer"},
    {"ha", "hectare"}, {"kg", "kilogram"}, {"g", "gram"}, {"mg", "milligram"},
    {"\u00b5g", "microgram"}, {"t", "tonne"}, {"lb", "pound"}, {"lbs", "pound"}, {"oz", "ounce"},
    {"l", "liter"}, {"L", "liter"}, {"ml", "milliliter"}, {"mL", "milliliter"},
    {"cl", "centiliter"}, {"dl", "deciliter"}, {"\u00b0C", "celsius"}, {"\u2103", "celsius"},
    {"\u00b0F", "fahrenheit"}, {"\u2109", "fahrenheit"}, {"\u00b0", "degree"}, {"K", "kelvin"},
    {"km/h", "kilometer-per-hour"}, {"km/s", "kilometer-per-second"}, {"m/s", "meter-per-second"},
    {"mph", "mile-per-hour"}, {"kn", "knot"}, {"m/s\u00b2", "meter-per-square-second"},
    {"h", "hour"}, {"min", "minute"}, {"s", "second"}, {"ms", "millisecond"},
    {"\u00b5s", "microsecond"}, {"ns", "nanosecond"}, {"Hz", "hertz"}, {"kHz", "kilohertz"},
    {"MHz", "megahertz"}, {"GHz", "gigahertz"}, {"B", "byte"}, {"kB", "kilobyte"},
    {"KB", "kilobyte"}, {"MB", "megabyte"}, {"GB", "gigabyte"}, {"TB", "terabyte"},
    {"PB", "petabyte"}, {"kbit", "kilobit"}, {"Mbit", "megabit"}, {"Gbit", "gigabit"},
    {"kbit/s", "kilobit-per-second"}, {"kbps", "kilobit-per-second"},
    {"Mbit/s", "megabit-per-second"}, {"Mbps", "megabit-per-second"},
    {"Gbit/s", "gigabit-per-second"}, {"Gbps", "gigabit-per-second"},
    {"MB/s", "megabyte-per-second"}, {"GB/s", "gigabyte-per-second"}, {"V", "volt"},
    {"kV", "kilovolt"}, {"A", "ampere"}, {"mA", "milliampere"}, {"\u03a9", "ohm"},
    {"\u2126", "ohm"}, {"W", "watt"}, {"kW", "kilowatt"}, {"MW", "megawatt"}, {"GW", "gigawatt"},
    {"kWh", "kilowatt-hour"}, {"J", "joule"}, {"kJ", "kilojoule"}, {"kcal", "kilocalorie"},
    {"cal", "calorie"}, {"Pa", "pascal"}, {"hPa", "hectopascal"}, {"kPa", "kilopascal"},
    {"bar", "bar"}, {"mbar", "millibar"}, {"px", "pixel"}, {"MP", "megapixel"}, {"%", "percent"},
    {"\u2030", "permille"}, {"ppm", "part-per-million"}, {"Nm", "newton-meter"}, {"N", "newton"},
    {"lm", "lumen"}, {"lx", "lux"}, {NULL, NULL}};

static void longest_in(
    const struct reading *r, int i, const struct unit *list, const char **unit, int *end)
{
    for (; list && list->written; list++) {
        int n = match(r, i, list->written, false);
        bool sign = n > 0 && !is_letter(look(r, i + n - 1)) && !is_digit(look(r, i + n - 1));
        bool bare =
            n == 1 && is_digit(look(r, i - 1)) && is_among(look(r, i), "ABJKN"); /* 4K, 221B */
        if (n > 0 && !bare && i + n > *end && (sign || is_boundary(r, i + n))) {
            *unit = list->unit;
            *end = i + n;
        }
    }
}

/* ' and " behind a number are feet and inches only as in 5'10". */
static int read_feet(struct reading *r, int i, const struct amount *a)
{
    struct amount inches;
    struct str phrase;
    enum gender gender;
    int end = a->end;
    if (look(r, end) != '\'' || a->decimals[0] || !parse_amount(r, end + 1, &inches) ||
        (look(r, inches.end) != '"' && look(r, inches.end) != 0x201d &&
            look(r, inches.end) != '\''))
        return 0;
    end = inches.end + 1;
    str_init(&phrase, LONGEST_PHRASE);
    if (wordbook_unit(r->book, "foot", a->whole, &phrase, &gender))
        put_counted(r, a, str_text(&phrase), gender);
    str_clear(&phrase);
    if (wordbook_unit(r->book, "inch", inches.whole, &phrase, &gender))
        put_counted(r, &inches, str_text(&phrase), gender);
    str_free(&phrase);
    say_short(r, i, end);
    return end;
}

void put_counted(struct reading *r, const struct amount *a, const char *phrase, enum gender gender)
{
    const char *slot[26] = {NULL};
    size_t from = r->phrase.size;
    put_amount(r, a, gender_rules(r->tongue, gender));
    slot['n' - 'a'] = take_part(r, from);
    put_phrase(r, phrase, slot);
}

/* What CLDR needs to choose the plural: digits with a point, no zeros in front. */
static void to_decimal(const struct amount *a, char out[2 * AMOUNT_DIGITS + 2])
{
    size_t n = 0;
    for (const char *p = a->whole + strspn(a->whole, "0"); *p; p++)
        out[n++] = *p;
    if (n == 0)
        out[n++] = '0';
    if (a->decimals[0])
        out[n++] = '.';
    for (const char *p = a->decimals; *p; p++)
        out[n++] = *p;
    out[n] = 0;
}

/* "%n %": forms of the tongue's own, with a bar between them. */
static void put_own_unit(struct reading *r, const struct amount *a, const char *unit)
{
    struct str phrase;
    str_init(&phrase, LONGEST_PHRASE);
    enum gender gender = GENDER_NONE;
    if (unit[0] == '@') { /* @f: feminine */
        gender = unit[1] == 'f'   ? GENDER_FEMININE
                 : unit[1] == 'n' ? GENDER_NEUTER
                                  : GENDER_MASCULINE;
        unit += 2;
    }
    wordbook_form(r->book, unit, amount_number(a), &phrase);
    put_counted(r, a, str_text(&phrase), gender);
    str_free(&phrase);
}

/* %50, as Turkish writes it. */
int read_percent(struct reading *r, int i)
{
    struct amount a;
    struct str phrase;
    char decimal[2 * AMOUNT_DIGITS + 2];
    enum gender gender;
    if (is_digit(look(r, i - 1)) || !parse_amount(r, i + 1, &a))
        return 0;
    to_decimal(&a, decimal);
    str_init(&phrase, LONGEST_PHRASE);
    if (wordbook_unit(r->book, "percent", decimal, &phrase, &gender))
        put_counted(r, &a, str_text(&phrase), gender);
    str_free(&phrase);
    say(r, i, a.end);
    return a.end;
}

int read_unit(struct reading *r, int i, const struct amount *a)
{
    int at = skip_space(r, a->end), end = at, feet = read_feet(r, i, a);
    const char *unit = NULL;
    if (feet > 0)
        return feet;
    if (look(r, at) == '\n')
        return 0;
    longest_in(r, at, common, &unit, &end);
    if (unit) /* the tongue's own names win over equally long ones */
        end--;
    int common_end = end + (unit != NULL);
    const char *own = NULL;
    int own_end = end;
    longest_in(r, at, r->tongue->units, &own, &own_end);
    if (own)
        unit = own;
    end = own ? own_end : common_end;
    int longer;
    if (!unit || (abbreviation_at(r, at, &longer) && longer > end)) /* "5 ม.ค." is in January */
        return 0;
    if (strchr(unit, '%')) {
        put_own_unit(r, a, unit);
        put_ending(r, &end);
        say_short(r, i, end);
        return end;
    }
    struct str phrase;
    char decimal[2 * AMOUNT_DIGITS + 2];
    enum gender gender;
    to_decimal(a, decimal);
    str_init(&phrase, LONGEST_PHRASE);
    bool known = wordbook_unit(r->book, unit, decimal, &phrase, &gender);
    if (known) {
        put_counted(r, a, str_text(&phrase), gender);
        put_ending(r, &end);
        say_short(r, i, end);
    }
    str_free(&phrase);
    return known ? end : 0;
}
