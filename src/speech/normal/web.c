/* SPDX-License-Identifier: Apache-2.0 */
#include "speech/normal/reading.h"
#include "text/unicode.h"

#include <string.h>

enum { LONGEST_ADDRESS = 1024 };

/* Ends of names that make a word an address or a file without anything else: those that are no
 * words themselves. */
static const char *const endings[] = {"com", "org", "net", "info", "biz", "edu", "gov", "io", "de",
    "uk", "fr", "es", "nl", "pl", "cz", "se", "dk", "fi", "hu", "ro", "ru", "pt", "br", "jp", "cn",
    "kr", "tr", "th", "vn", "eu", "ch", "au", "ca", "app", "dev", "ai", "tv", "html", "htm", "pdf",
    "txt", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "jpg", "jpeg", "png", "gif", "svg", "mp3",
    "mp4", "wav", "zip", "exe", "js", "py", "cpp", "json", "xml", "csv", "md", NULL};
static const char *const words[] = {"com", "net", "info", "biz", "app", "dev", "doc", "zip", "org",
    "gov", "shop", "blog", "online", NULL};

static bool is_address_letter(uint32_t c)
{
    return c > ' ' && c < 0x3000 && !is_space(c) && c != '\n' && c != '"' && c != '<' && c != '>' &&
           c != '|' && c != '`' && c != '{' && c != '}' && c != '\\' && c != '^' && c != 0x2013 &&
           c != EM_DASH && c != 0x201c && c != 0x201d && c != 0xab && c != 0xbb && c != 0x2026;
}

/* The end of what may be an address, without the punctuation of the sentence around it. */
static int address_end(const struct reading *r, int i)
{
    int end = i, open = 0;
    for (; end - i < LONGEST_ADDRESS && is_address_letter(look(r, end)); end++) {
        open += look(r, end) == '(';
        if (look(r, end) == ')' && --open < 0)
            break;
    }
    while (end > i && is_among(look(r, end - 1), ".,;:!?'*_~)]"))
        end--;
    return end;
}

static bool is_name_letter(uint32_t c)
{
    return is_digit(c) || c == '-' || (is_letter(c) && !is_native(c));
}

/* "example.com" from i to what follows the name; 0 when it is no name of a host or file. */
static int host_end(const struct reading *r, int i, int end, bool any)
{
    int labels = 0, last = i, at = i;
    for (;;) {
        int from = at;
        while (at < end && is_name_letter(look(r, at)))
            at++;
        if (at == from)
            return 0;
        labels++;
        last = from;
        if (look(r, at) != '.' || at + 1 >= end)
            break;
        at++;
    }
    char ending[LONGEST_WORD];
    if (labels < 2)
        return 0;
    small(r, last, at, ending);
    bool capital = is_upper(look(r, last));
    return any || (!capital && is_listed(endings, ending)) ? at : 0;
}

/* The scheme is not said: the letter behind "https://" and "mailto:". */
static int skip_scheme(const struct reading *r, int i)
{
    static const char *const scheme[] = {"https://", "http://", "ftp://", "mailto:"};
    for (size_t k = 0; k < sizeof scheme / sizeof *scheme; k++) {
        int n = match(r, i, scheme[k], true);
        if (n > 0)
            return i + n;
    }
    return i;
}

static bool is_mail(const struct reading *r, int i, int end)
{
    int at = i;
    while (at < end && look(r, at) != '@') {
        uint32_t c = look(r, at);
        if (!is_name_letter(c) && c != '.' && c != '_' && c != '+')
            return false;
        at++;
    }
    return at > i && at < end && host_end(r, at + 1, end, true) == end;
}

static void say_sign(struct reading *r, int i)
{
    static const struct {
        uint32_t c;
        enum sign sign;
    } list[] = {{'.', SIGN_DOT}, {'@', SIGN_AT}, {'/', SIGN_SLASH}, {'-', SIGN_DASH},
        {'_', SIGN_UNDERSCORE}, {':', SIGN_COLON}, {'?', SIGN_QUESTION}, {'=', SIGN_EQUALS},
        {'&', SIGN_AND}, {'#', SIGN_HASH}, {'+', SIGN_PLUS}, {'%', SIGN_PERCENT}};
    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        if (list[k].c == look(r, i)) {
            put(r, r->tongue->sign[list[k].sign]);
            say(r, i, i + 1);
        }
}

/* A part of an address: a word if it looks like one, else letter by letter. */
static void say_part(struct reading *r, int i, int end)
{
    static const char vowels[] = "aeiouy";
    char part[LONGEST_WORD];
    small(r, i, end, part);
    bool spoken = strpbrk(part, vowels) != NULL && end - i > 2;
    for (const char *p = part; *p; p++)
        spoken |= (*p & 0x80) != 0;
    bool file = is_listed(endings, part) && look(r, i - 1) == '.';
    if (is_listed(words, part) || (spoken && !file)) {
        say_word(r, i, end);
        return;
    }
    put_letters(r, i, end);
    say(r, i, end);
}

static void say_digits(struct reading *r, int i, int end)
{
    struct amount a = {.end = end};
    if (end - i > 4 || look(r, i) == '0') {
        put_letters(r, i, end);
        r->spelled = false;
    } else {
        for (int k = i; k < end; k++)
            a.whole[k - i] = (char)look(r, k);
        put_amount(r, &a, NULL);
    }
    say(r, i, end);
}

static void say_address(struct reading *r, int i, int end)
{
    while (i < end) {
        int at = i;
        if (is_digit(look(r, i))) {
            at = i + count_digits(r, i);
            at = at < end ? at : end;
            say_digits(r, i, at);
        } else if (is_letter(look(r, i))) {
            /* camelCase is two words */
            while (at < end && is_letter(look(r, at)) &&
                   (at == i || !is_upper(look(r, at)) || is_upper(look(r, at - 1))))
                at++;
            say_part(r, i, at);
        } else {
            say_sign(r, i);
            at = i + 1;
        }
        i = at;
    }
}

/* Addresses of the web and of mail, names of files, @names and #hashtags. */
int read_web(struct reading *r, int i)
{
    uint32_t before = look(r, i - 1), c = look(r, i);
    if (is_address_letter(before) && !is_native(before) && !is_among(before, "([*_'"))
        return 0;
    int end;
    if ((c == '#' || c == '@') && is_letter(look(r, i + 1)) && !is_native(look(r, i + 1))) {
        for (end = i + 1; is_name_letter(look(r, end)) || look(r, end) == '_';)
            end++;
        put(r, r->tongue->sign[c == '#' ? SIGN_HASHTAG : SIGN_AT]);
        say(r, i, i + 1);
        say_address(r, i + 1, end);
        return end;
    }
    if (!is_digit(c) && !is_letter(c))
        return 0;
    end = address_end(r, i);
    int from = skip_scheme(r, i), host;
    bool sure = from > i || match(r, i, "www.", true) > 0;
    if (end <= from)
        return 0;
    if (!sure && is_mail(r, i, end)) {
        say_address(r, i, end);
        return end;
    }
    if (is_digit(c) && !sure)
        return 0;
    host = host_end(r, from, end, sure);
    if (!sure && (!host || (host < end && look(r, host) != '/' && look(r, host) != ':' &&
                               look(r, host) != '?' && look(r, host) != '#'))) {
        if (!host || host >= end)
            return 0;
        end = host;
    }
    int last = end;
    while (last > from && look(r, last - 1) == '/')
        last--;
    say_address(r, from, last);
    return end;
}
