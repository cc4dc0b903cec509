/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_REVIEW_H
#define CLI_REVIEW_H

#include "cli/panel.h"

/* review_show.c: what a record says besides its final text: claims, what code found, what was
 * changed, the steps. */
void review_show(const struct terminal *t, const json_t *record);
/* Whether it was reviewed, in a line, where it was not. */
void review_label(const struct terminal *t, const json_t *record);

/* review_further.c: says or draws a final text with the program's own commands; an exit code. */
int review_speak(const char *text, const char *path, bool quiet);
int review_draw(const char *text, const char *path, bool quiet);
/* Whether the file's ending names a format; an exit code after saying that it does not. */
int review_check_further(const struct args *a, const char *speak, const char *draw);

/* council_show.c: the letter, and the answers side by side where there is room. */
void council_show(const struct terminal *t, const json_t *council);

#endif
