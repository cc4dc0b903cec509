/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flow.h"

#include <string.h>

enum { NARROWEST = 20, LONGEST = 512 };

void flow_begin(struct flow *f, const struct terminal *t, int column, int indent)
{
    *f = (struct flow){.terminal = t, .indent = indent, .column = column};
}

static void new_line(struct flow *f)
{
    fprintf(f->terminal->file, "\n%*s", f->indent, "");
    f->column = f->indent;
    f->blank = false;
}

/* Control characters of a model's text do nothing to a terminal. */
static void put(struct flow *f, const char *word, size_t bytes, enum style s)
{
    FILE *to = f->terminal->file;
    fputs(s ? style(f->terminal, s) : "", to);
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)word[i];
        fputc(c < 0x20 || c == 0x7F ? '?' : c, to);
    }
    fputs(s ? style_end(f->terminal) : "", to);
}

static void put_word(struct flow *f, const char *word, size_t bytes, enum style s)
{
    char text[LONGEST];
    int width =
        f->terminal->width < f->indent + NARROWEST ? f->indent + NARROWEST : f->terminal->width;
    snprintf(text, sizeof text, "%.*s", (int)(bytes < LONGEST ? bytes : LONGEST - 1), word);
    int columns = text_columns(text);
    if (f->column > f->indent && f->column + f->blank + columns > width)
        new_line(f);
    if (f->blank)
        fputc(' ', f->terminal->file);
    f->column += f->blank;
    f->blank = false;
    /* What is wider than a line: an address, or a language without blanks. */
    while (f->column + columns > width) {
        size_t n = text_fit(text, width - f->column);
        if (n == 0 || n >= bytes)
            break;
        put(f, word, n, s);
        word += n;
        bytes -= n;
        snprintf(text, sizeof text, "%.*s", (int)(bytes < LONGEST ? bytes : LONGEST - 1), word);
        columns = text_columns(text);
        new_line(f);
    }
    put(f, word, bytes, s);
    f->column += columns;
}

void flow_text(struct flow *f, const char *text, size_t bytes, enum style s)
{
    size_t n;
    for (size_t i = 0; i < bytes; i += n) {
        for (n = 0; i + n < bytes && !strchr(" \t\r\n", text[i + n]); n++)
            ;
        if (n) {
            put_word(f, text + i, n, s);
            continue;
        }
        n = 1;
        if (text[i] == '\n')
            new_line(f);
        else
            f->blank = f->column > f->indent;
    }
}

void flow_end(struct flow *f)
{
    fputc('\n', f->terminal->file);
    f->column = 0;
    f->blank = false;
}

void flow_line(
    const struct terminal *t, int indent, const char *label, const char *text, enum style s)
{
    struct flow f;
    flow_begin(&f, t, indent, indent);
    fprintf(t->file, "%*s", indent, "");
    flow_text(&f, label, strlen(label), s);
    f.blank = *label != 0;
    flow_text(&f, text, strlen(text), STYLE_PLAIN);
    flow_end(&f);
}
