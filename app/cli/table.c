/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>

struct table {
    int columns, rows, room;
    char **cell; /* [rows, columns]; row 0 holds the headings */
};

struct table *table_new(int columns, const char *const *headings)
{
    struct table *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->columns = columns;
    table_row(t, headings);
    return t;
}

void table_row(struct table *t, const char *const *cells)
{
    if (!t)
        return;
    if (t->rows == t->room) {
        int room = t->room ? t->room * 2 : 16;
        char **grown = realloc(t->cell, sizeof *grown * (size_t)(room * t->columns));
        if (!grown)
            return;
        t->cell = grown;
        t->room = room;
    }
    for (int i = 0; i < t->columns; i++)
        t->cell[t->rows * t->columns + i] = strdup(cells[i] ? cells[i] : "");
    t->rows++;
}

static const char *cell(const struct table *t, int row, int column)
{
    const char *text = t->cell[row * t->columns + column];
    return text ? text + (row == 0 && *text == '>') : "";
}

static void print_row(
    const struct table *t, const struct terminal *terminal, int row, const int *width)
{
    FILE *f = terminal->file;
    fputs(row == 0 ? style(terminal, STYLE_BOLD) : "", f);
    for (int i = 0; i < t->columns; i++) {
        const char *text = cell(t, row, i), *heading = t->cell[i];
        int pad = width[i] - text_columns(text);
        bool right = heading && *heading == '>', last = i == t->columns - 1;
        fprintf(f, "%*s%s", right ? pad : 0, "", text);
        fprintf(f, "%*s", last ? 0 : (right ? 0 : pad) + 2, "");
    }
    fputs(row == 0 ? style_end(terminal) : "", f);
    fputc('\n', f);
}

void table_print(struct table *t, const struct terminal *terminal)
{
    int *width = t ? calloc((size_t)t->columns, sizeof *width) : NULL;
    for (int r = 0; width && r < t->rows; r++)
        for (int c = 0; c < t->columns; c++) {
            int n = text_columns(cell(t, r, c));
            width[c] = n > width[c] ? n : width[c];
        }
    for (int r = 0; width && r < t->rows; r++)
        print_row(t, terminal, r, width);
    for (int i = 0; t && i < t->rows * t->columns; i++)
        free(t->cell[i]);
    free(width);
    if (t)
        free(t->cell);
    free(t);
}
