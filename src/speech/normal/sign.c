/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"

#include <string.h>

enum { LONGEST_TAG = 300, SHORT_LINE = 40 };

static bool is_spaced(const struct reading *r, int i)
{
    uint32_t before = look(r, i - 1), behind = look(r, i + 1);
    return (!before || is_space(before) || before == '\n') &&
           (!behind || is_space(behind) || behind == '\n');
}

static int say_sign(struct reading *r, int i, enum sign sign)
{
    if (r->tongue->sign[sign]) {
        put(r, r->tongue->sign[sign]);
        say(r, i, i + 1);
    }
    return i + 1;
}

/* A period between letters is none of a sentence, nor one behind a short word that small letters
 * follow: an abbreviation that nobody listed. */
static int read_period(struct reading *r, int i)
{
    int end = i;
    while (look(r, end) == '.')
        end++;
    if (r->letter[i].size > 1) { /* of other scripts: it is never inside of a word */
        set_mark(r, '.');
        return end;
    }
    uint32_t behind = look(r, end), next = look(r, skip_space(r, end));
    bool small_follows = is_letter(next) && !is_upper(next) && !is_native(next);
    if (end - i > 1) { /* an ellipsis */
        set_mark(r, small_follows ? ',' : '.');
        return end;
    }
    char word[LONGEST_WORD];
    size_t before = strlen(word_before(r, i, word));
    bool inside =
        (is_letter(behind) && !is_upper(behind) && !is_native(behind)) || is_digit(behind);
    bool shortened = small_follows && behind != next && before > 0 && before <= 4 &&
                     is_letter(look(r, i - 1)) && look(r, i - 1) < 0x250 && word[0] & 0x60;
    bool numbered = small_follows && is_digit(look(r, i - 1)) && r->tongue->ordinal_dot;
    if (!inside && !shortened && !numbered)
        set_mark(r, '.');
    return end;
}

static int read_dash(struct reading *r, int i)
{
    uint32_t c = look(r, i);
    int end = i;
    while (look(r, end) == c)
        end++;
    bool spaced = (!look(r, i - 1) || is_space(look(r, i - 1)) || look(r, i - 1) == '\n') &&
                  (!look(r, end) || is_space(look(r, end)) || look(r, end) == '\n');
    if (c == EM_DASH || end - i > 1 || spaced)
        set_mark(r, EM_DASH);
    else if (c == MINUS && is_digit(look(r, end)))
        return say_sign(r, i, SIGN_MINUS);
    return end;
}

static int read_operator(struct reading *r, int i)
{
    uint32_t c = look(r, i);
    bool number = is_digit(look(r, skip_space(r, i + 1)));
    bool amid = is_digit(look(r, i - 1)) || is_digit(look(r, i - 2));
    switch (c) {
    case '+':
        return say_sign(r, i, SIGN_PLUS);
    case '=':
        return look(r, i + 1) == '=' || look(r, i - 1) == '=' ? i + 1 : say_sign(r, i, SIGN_EQUALS);
    case '&':
        return say_sign(r, i, SIGN_AND);
    case '%':
        return say_sign(r, i, SIGN_PERCENT);
    case '@':
        return is_spaced(r, i) || is_letter(look(r, i + 1)) ? say_sign(r, i, SIGN_AT) : i + 1;
    case '~':
    case 0x2248:
        return number ? say_sign(r, i, SIGN_ABOUT) : i + 1;
    case 0x2116:
        return say_sign(r, i, SIGN_NUMBER);
    case '#':
        return number && is_digit(look(r, i + 1)) ? say_sign(r, i, SIGN_NUMBER) : i + 1;
    case 0xa7: /* twice for many */
        return look(r, i - 1) == c ? i + 1 : say_sign(r, i, SIGN_SECTION);
    case '*':
        return number && amid ? say_sign(r, i, SIGN_TIMES) : i + 1;
    case 0xd7:
        return say_sign(r, i, SIGN_TIMES);
    case 0xf7:
        return say_sign(r, i, SIGN_DIVIDED);
    case '<':
        return number ? say_sign(r, i, SIGN_LESS) : i + 1;
    case '>':
        return number ? say_sign(r, i, SIGN_GREATER) : i + 1;
    default:
        return i + 1;
    }
}

/* A whole line of text is short when it is a heading, an item or a verse. */
static bool is_short_line(const struct reading *r, int i)
{
    int n = 0;
    while (n <= SHORT_LINE && look(r, i - 1 - n) && look(r, i - 1 - n) != '\n')
        n++;
    return n <= SHORT_LINE;
}

static int read_lines(struct reading *r, int i)
{
    int end = i, lines = 0;
    for (; look(r, end) == '\n' || is_space(look(r, end)); end++)
        lines += look(r, end) == '\n';
    uint32_t c = look(r, end);
    bool item = is_among(c, "-*+#>") && is_space(look(r, end + 1));
    bool new_one = lines > 1 || item || c == 0x2022 || (is_digit(c) && is_short_line(r, i)) ||
                   (is_upper(c) && is_short_line(r, i));
    if (new_one && c && r->words > 0 && (r->word[r->words - 1].mark == 0))
        set_mark(r, '.');
    return end;
}

static int read_punctuation(struct reading *r, int i)
{
    uint32_t c = look(r, i);
    switch (c) {
    case '\n':
        return read_lines(r, i);
    case '.':
        return read_period(r, i);
    case 0x2026:
        set_mark(r, is_sentence_end(r, i + 1) ? '.' : ',');
        return i + 1;
    case '-':
    case 0x2013:
    case EM_DASH:
    case MINUS:
        return read_dash(r, i);
    case ',':
    case ';':
    case '!':
    case '?':
        set_mark(r, c);
        return i + 1;
    case ':':
        if (!is_digit(look(r, i + 1)) || !is_digit(look(r, i - 1)))
            set_mark(r, c);
        else if (r->tongue->sign[SIGN_RATIO])
            say_sign(r, i, SIGN_RATIO);
        return i + 1;
    case '(':
    case ')':
    case '[':
    case ']':
    case 0x3008:
    case 0x3009:
        set_mark(r, ',');
        return i + 1;
    default:
        return 0;
    }
}

/* ½, and money's signs and degrees without a number. */
static int read_alone(struct reading *r, int i)
{
    struct amount none = {.end = i};
    int end;
    if (is_vulgar(look(r, i)) && (end = read_fraction(r, i, &none)) > 0)
        return end;
    return 0;
}

int read_sign(struct reading *r, int i)
{
    int end = read_punctuation(r, i);
    if (end == 0)
        end = read_alone(r, i);
    return end > 0 ? end : read_operator(r, i);
}

static int skip_line(const struct reading *r, int i)
{
    while (look(r, i) && look(r, i) != '\n')
        i++;
    return i;
}

/* "---", "***", "===", "```c": lines without words. */
static bool is_rule(const struct reading *r, int i)
{
    uint32_t c = look(r, i);
    if (c == '`' && look(r, i + 1) == '`' && look(r, i + 2) == '`')
        return true;
    int n = 0;
    while (look(r, i) == c || is_space(look(r, i)) || look(r, i) == '|' || look(r, i) == ':')
        n += look(r, i++) == c;
    return is_among(c, "-*=_|") && n >= 3 && (!look(r, i) || look(r, i) == '\n');
}

static int read_line_start(const struct reading *r, int i)
{
    uint32_t c = look(r, i);
    if (!c || c == '\n')
        return 0;
    if (is_rule(r, i))
        return skip_line(r, i);
    int end = i;
    while (look(r, end) == '#' || look(r, end) == '>')
        end++;
    if (end == i && (c == '-' || c == '*' || c == '+' || c == 0x2022 || c == 0x2023 || c == 0x25cf))
        end++;
    return end > i && is_space(look(r, end)) ? end + 1 : 0;
}

/* The address of [text](address). */
static int skip_link(const struct reading *r, int i)
{
    if (look(r, i) != ']' || look(r, i + 1) != '(')
        return 0;
    for (int end = i + 2; end - i < 2048 && look(r, end) && look(r, end) != '\n'; end++)
        if (look(r, end) == ')')
            return end + 1;
    return 0;
}

static int skip_tag(const struct reading *r, int i)
{
    static const char *const names[] = {"br", "b", "i", "u", "p", "a", "em", "strong", "span",
        "div", "ul", "ol", "li", "h1", "h2", "h3", "h4", "code", "pre", "img", "table", "tr", "td",
        "th", "sup", "sub", "hr", "blockquote", NULL};
    if (look(r, i) != '<')
        return 0;
    int at = i + 1 + (look(r, i + 1) == '/');
    for (const char *const *name = names; *name; name++) {
        int n = match(r, at, *name, true);
        uint32_t c = look(r, at + n);
        if (n == 0 || !(c == '>' || c == '/' || is_space(c)))
            continue;
        for (int end = at + n; end - i < LONGEST_TAG && look(r, end); end++)
            if (look(r, end) == '>')
                return end + 1;
    }
    return 0;
}

/* Markdown and the commonest of HTML: what is not said. */
int read_markup(struct reading *r, int i)
{
    int at = i, end;
    while (is_space(look(r, at - 1)))
        at--;
    bool line_start = at == 0 || look(r, at - 1) == '\n';
    if (line_start && (end = read_line_start(r, i)) > 0)
        return end;
    if ((end = skip_link(r, i)) > 0 || (end = skip_tag(r, i)) > 0)
        return end;
    if (look(r, i) == '!' && look(r, i + 1) == '[')
        return i + 2;
    if (look(r, i) == '[')
        return i + 1;
    if ((end = match(r, i, "&amp;", true)) > 0) {
        put(r, r->tongue->sign[SIGN_AND]);
        say(r, i, i + end);
        return i + end;
    }
    static const char *const entity[] = {"&nbsp;", "&quot;", "&lt;", "&gt;", "&#39;"};
    for (size_t k = 0; k < sizeof entity / sizeof *entity; k++)
        if ((end = match(r, i, entity[k], true)) > 0)
            return i + end;
    return 0;
}
