/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_FLOW_H
#define CLI_FLOW_H

#include "cli/terminal.h"

/* Text that is broken into lines between its words, as wide as the terminal. */
struct flow {
    const struct terminal *terminal;
    int indent, column;
    bool blank; /* one is due before the next word */
};

/* The cursor stands at `column`; further lines begin at `indent`. */
void flow_begin(struct flow *f, const struct terminal *t, int column, int indent);
/* Line feeds of the text stay, other runs of blanks become one. */
void flow_text(struct flow *f, const char *text, size_t bytes, enum style s);
void flow_end(struct flow *f);

/* What it is and a text behind it in one go: "label text\n". */
void flow_line(
    const struct terminal *t, int indent, const char *label, const char *text, enum style s);

#endif
