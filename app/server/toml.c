/* SPDX-License-Identifier: Apache-2.0 */
#include "server/toml.h"

#include "server/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 128, STRINGS_MOST = 1024, FILE_MOST = 1 << 20 };

struct reader {
    const char *at, *end;
    int line;
    char table[NAME_MOST]; /* "" before the first */
    char **seen;           /* names of keys and, in brackets, of tables */
    int seen_count, seen_room;
    char *text;           /* the strings of one value, each ended by a NUL; room for the file */
    size_t text_bytes;    /* used of it */
    const char **strings; /* STRINGS_MOST */
    struct ih_error *e;
};

static enum ih_status complain(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum ih_status complain(struct reader *r, const char *format, ...)
{
    char sentence[400];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return explain(r->e, IH_INVALID, "line %d: %s", r->line, sentence);
}

static int peek(const struct reader *r)
{
    return r->at < r->end ? (unsigned char)*r->at : -1;
}

static void skip_blanks(struct reader *r)
{
    while (peek(r) == ' ' || peek(r) == '\t')
        r->at++;
}

static bool at_line_end(const struct reader *r)
{
    return r->at == r->end || *r->at == '\n' ||
           (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n');
}

static void skip_comment(struct reader *r)
{
    if (peek(r) == '#')
        while (!at_line_end(r))
            r->at++;
}

static void next_line(struct reader *r)
{
    if (r->at == r->end)
        return;
    r->at += *r->at == '\r' ? 2 : 1;
    r->line++;
}

static bool is_bare(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* A bare key behind what is in `name`, which ends with a dot unless it is empty. */
static enum ih_status read_key(struct reader *r, char name[NAME_MOST])
{
    size_t n = strlen(name), begin = n;
    while (is_bare(peek(r)) && n < NAME_MOST - 1)
        name[n++] = *r->at++;
    name[n] = 0;
    if (is_bare(peek(r)))
        return complain(r, "the name is too long: %.60s...", name);
    if (n == begin)
        return complain(r, peek(r) == '"' || peek(r) == '\''
                               ? "names are written without quotes here"
                               : "a name of letters, digits, _ and - was expected");
    return IH_OK;
}

/* Remembers a name; IH_INVALID when it was there. */
static enum ih_status remember(struct reader *r, const char *name)
{
    for (int i = 0; i < r->seen_count; i++)
        if (strcmp(r->seen[i], name) == 0)
            return complain(r, "%s is there twice", name);
    if (r->seen_count == r->seen_room) {
        int room = r->seen_room ? 2 * r->seen_room : 32;
        char **grown = realloc(r->seen, (size_t)room * sizeof *grown);
        if (!grown)
            return explain(r->e, IH_NO_MEMORY, "not enough memory");
        r->seen = grown;
        r->seen_room = room;
    }
    r->seen[r->seen_count] = text_copy(name, strlen(name));
    if (!r->seen[r->seen_count])
        return explain(r->e, IH_NO_MEMORY, "not enough memory");
    r->seen_count++;
    return IH_OK;
}

static enum ih_status read_table(struct reader *r)
{
    char name[NAME_MOST] = "", in_brackets[NAME_MOST + 2];
    r->at++;
    if (peek(r) == '[')
        return complain(r, "lists of tables ([[...]]) are not understood here");
    for (;;) {
        skip_blanks(r);
        enum ih_status status = read_key(r, name);
        if (status)
            return status;
        skip_blanks(r);
        if (peek(r) != '.' || strlen(name) + 2 >= NAME_MOST)
            break;
        r->at++;
        strcat(name, ".");
    }
    if (peek(r) != ']')
        return complain(r, "a ] was expected behind [%s", name);
    r->at++;
    memcpy(r->table, name, sizeof r->table);
    snprintf(in_brackets, sizeof in_brackets, "[%s]", name);
    return remember(r, in_brackets);
}

/* Behind the backslash. */
static enum ih_status read_escape(struct reader *r)
{
    static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
    int c = peek(r);
    const char *known = c > 0 ? strchr(from, c) : NULL;
    r->at++;
    if (known) {
        r->text[r->text_bytes++] = to[known - from];
        return IH_OK;
    }
    int digits = c == 'u' ? 4 : c == 'U' ? 8 : 0;
    uint32_t code = 0;
    if (!digits)
        return complain(r, "in a string \\ stands before b t n f r \" \\ u or U");
    for (int i = 0; i < digits; i++) {
        int d = peek(r);
        int value = d >= '0' && d <= '9'   ? d - '0'
                    : d >= 'a' && d <= 'f' ? d - 'a' + 10
                    : d >= 'A' && d <= 'F' ? d - 'A' + 10
                                           : -1;
        if (value < 0)
            return complain(r, "\\%c needs %d hexadecimal digits", c, digits);
        code = code << 4 | (uint32_t)value;
        r->at++;
    }
    int n = code ? text_encode(code, r->text + r->text_bytes) : 0;
    r->text_bytes += (size_t)n;
    return n ? IH_OK : complain(r, "\\%c names no character", c);
}

/* A string becomes never longer than it is written, so r->text has room. */
static enum ih_status read_string(struct reader *r, const char **out)
{
    char quote = *r->at++;
    *out = r->text + r->text_bytes;
    if (peek(r) == quote && r->at + 1 < r->end && r->at[1] == quote)
        return complain(r, "strings over several lines are not understood here");
    while (peek(r) != quote) {
        int c = peek(r);
        if (c < 0 || at_line_end(r))
            return complain(r, "the string does not end on its line");
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return complain(r, "there is a control character in a string");
        r->at++;
        if (c == '\\' && quote == '"') {
            enum ih_status status = read_escape(r);
            if (status)
                return status;
        } else {
            r->text[r->text_bytes++] = (char)c;
        }
    }
    r->at++;
    r->text[r->text_bytes++] = 0;
    return IH_OK;
}

/* Blanks, comments and line ends inside an array. */
static void skip_space(struct reader *r)
{
    for (;;) {
        skip_blanks(r);
        skip_comment(r);
        if (r->at == r->end || !at_line_end(r))
            return;
        next_line(r);
    }
}

static enum ih_status read_strings(struct reader *r, struct toml_value *v)
{
    r->at++;
    *v = (struct toml_value){.type = TOML_STRINGS, .strings = r->strings};
    for (;;) {
        skip_space(r);
        if (peek(r) == ']')
            break;
        if (peek(r) != '"' && peek(r) != '\'')
            return complain(r, "a list holds strings only");
        if (v->count == STRINGS_MOST)
            return complain(r, "a list holds at most %d strings", STRINGS_MOST);
        enum ih_status status = read_string(r, &r->strings[v->count++]);
        if (status)
            return status;
        skip_space(r);
        if (peek(r) != ',' && peek(r) != ']')
            return complain(r, "a , or a ] was expected in the list");
        if (peek(r) == ',')
            r->at++;
    }
    r->at++;
    return IH_OK;
}

/* Digits with single '_' between them; how many digits, or -1. */
static int digits(const char **text, char **to)
{
    int n = 0;
    const char *p = *text;
    for (; (*p >= '0' && *p <= '9') || *p == '_'; p++) {
        if (*p == '_' && (n == 0 || p[-1] == '_' || !(p[1] >= '0' && p[1] <= '9')))
            return -1;
        if (*p == '_')
            continue;
        *(*to)++ = *p;
        n++;
    }
    *text = p;
    return n;
}

/* Copies a number without '_'; false when TOML would not call it one. */
static bool plain_number(const char *text, char *to, bool *is_float)
{
    *is_float = false;
    if (*text == '+' || *text == '-')
        *to++ = *text++;
    const char *whole = text;
    int n = digits(&text, &to);
    if (n <= 0 || (*whole == '0' && n > 1))
        return false;
    if (*text == '.') {
        *is_float = true;
        *to++ = *text++;
        if (digits(&text, &to) <= 0)
            return false;
    }
    if (*text == 'e' || *text == 'E') {
        *is_float = true;
        *to++ = *text++;
        if (*text == '+' || *text == '-')
            *to++ = *text++;
        if (digits(&text, &to) <= 0)
            return false;
    }
    *to = 0;
    return *text == 0;
}

static enum ih_status read_word(struct reader *r, struct toml_value *v)
{
    char word[80], plain[80];
    size_t n = 0;
    bool is_float;
    while (r->at < r->end && !at_line_end(r) && !strchr(" \t#,", *r->at) && n < sizeof word - 1)
        word[n++] = *r->at++;
    word[n] = 0;
    *v = (struct toml_value){.type = TOML_BOOLEAN};
    v->text = r->text;
    v->boolean = strcmp(word, "true") == 0;
    if (!v->boolean && strcmp(word, "false") != 0) {
        if (!plain_number(word, plain, &is_float))
            return complain(
                r, "'%.60s' is no string, number, true, false or list of strings", word);
        const char *signless = plain + (*plain == '+');
        v->type = is_float ? TOML_FLOAT : TOML_INTEGER;
        if (!text_number(signless, &v->number) ||
            (!is_float && !text_integer(signless, &v->integer)))
            return complain(r, "the number %.60s is too large", word);
        memmove(word, signless, strlen(signless) + 1);
    }
    memcpy(r->text, word, strlen(word) + 1);
    return IH_OK;
}

static enum ih_status read_value(struct reader *r, struct toml_value *v)
{
    r->text_bytes = 0;
    switch (peek(r)) {
    case '"':
    case '\'':
        *v = (struct toml_value){.type = TOML_STRING};
        return read_string(r, &v->text);
    case '[':
        return read_strings(r, v);
    case '{':
        return complain(r, "tables in one line ({...}) are not understood here");
    case -1:
    case '\r':
    case '\n':
    case '#':
        return complain(r, "a value is missing behind =");
    default:
        return read_word(r, v);
    }
}

static enum ih_status read_pair(struct reader *r, toml_fn take, void *arg)
{
    char name[NAME_MOST] = "";
    struct toml_value value;
    struct ih_error why = {0};
    if (*r->table && snprintf(name, sizeof name, "%s.", r->table) >= NAME_MOST - 1)
        return complain(r, "the name of the table is too long");
    enum ih_status status = read_key(r, name);
    if (status)
        return status;
    skip_blanks(r);
    if (peek(r) == '.')
        return complain(r, "names with dots are not understood here; write [%s]", name);
    if (peek(r) != '=')
        return complain(r, "a = was expected behind %s", name);
    r->at++;
    skip_blanks(r);
    int line = r->line;
    status = read_value(r, &value);
    if (!status)
        status = remember(r, name);
    if (status)
        return status;
    status = take(arg, name, &value, &why);
    return status ? explain(r->e, status, "line %d: %s", line, why.text) : IH_OK;
}

static enum ih_status read_lines(struct reader *r, toml_fn take, void *arg)
{
    while (r->at < r->end) {
        enum ih_status status = IH_OK;
        skip_blanks(r);
        if (peek(r) == '[')
            status = read_table(r);
        else if (peek(r) != '#' && !at_line_end(r))
            status = read_pair(r, take, arg);
        if (status)
            return status;
        skip_blanks(r);
        skip_comment(r);
        if (!at_line_end(r))
            return complain(r, "something follows that does not belong here: %.*s",
                (int)(r->end - r->at < 20 ? r->end - r->at : 20), r->at);
        next_line(r);
    }
    return IH_OK;
}

enum ih_status toml_read(
    const char *text, size_t bytes, toml_fn take, void *arg, struct ih_error *e)
{
    struct reader r = {.at = text, .end = text + bytes, .line = 1, .e = e};
    if (bytes > FILE_MOST)
        return explain(e, IH_INVALID, "a configuration has at most %d bytes", FILE_MOST);
    if (!text_is_utf8(text, bytes) || memchr(text, 0, bytes))
        return explain(e, IH_INVALID, "the configuration is not text in UTF-8");
    r.text = malloc(bytes + 2);
    r.strings = malloc(STRINGS_MOST * sizeof *r.strings);
    enum ih_status status = r.text && r.strings ? read_lines(&r, take, arg)
                                                : explain(e, IH_NO_MEMORY, "not enough memory");
    for (int i = 0; i < r.seen_count; i++)
        free(r.seen[i]);
    free(r.seen);
    free(r.text);
    free(r.strings);
    return status;
}
