/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What can be done on a stream: colours only on a terminal that has them and without NO_COLOR,
 * line-drawing only in UTF-8. */
struct terminal {
    FILE *file;
    bool is_tty, colours, utf8;
    int width; /* columns; 80 when nobody knows */
};

void terminal_init(struct terminal *t, FILE *file);

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW, STYLE_CYAN };
/* Escape codes, empty without colours. */
const char *style(const struct terminal *t, enum style s);
const char *style_end(const struct terminal *t);

/* Columns a text takes, and how many of its bytes fit into a number of columns. */
int text_columns(const char *text);
size_t text_fit(const char *text, int columns);

/* "1:02", "1:02:03" */
const char *clock_text(double seconds, char *buf, size_t size);
/* "967 MB", powers of ten. */
const char *bytes_text(double bytes, char *buf, size_t size);

double now_seconds(void);

/* A table with aligned columns. Cells are copied; numbers are aligned to the right where the
 * heading begins with '>'. */
struct table;
struct table *table_new(int columns, const char *const *headings);
void table_row(struct table *t, const char *const *cells);
/* Prints and frees. */
void table_print(struct table *t, const struct terminal *terminal);

/* A line on a terminal that is drawn again and again; nothing elsewhere. */
struct progress {
    struct terminal terminal;
    const char *label;
    double began, drawn;
    bool visible;
};

/* shown: false keeps it silent. The label is borrowed. */
void progress_begin(struct progress *p, const char *label, bool shown);
/* `note` follows the percentage ("12.3x", "4.1 MB/s"); total <= 0 means that it is unknown. */
void progress_draw(struct progress *p, double done, double total, const char *note);
/* Takes the line away, so that other text can be printed. */
void progress_clear(struct progress *p);

#endif
