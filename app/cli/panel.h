/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PANEL_H
#define CLI_PANEL_H

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/roster.h"
#include "cli/terminal.h"
#include "inhouse/evidence.h"
#include "review/step.h"

#include <jansson.h>

enum { PANEL_SOURCES_MOST = 64 };

/* What `inhouse review` and `inhouse council` have in common: several authors, a prompt, sources,
 * limits, and what is shown of the steps. */
struct panel {
    const struct args *args;
    struct terminal out, err;
    struct roster *roster;
    char *prompt;
    struct ih_source source[PANEL_SOURCES_MOST]; /* names are borrowed */
    char *text[PANEL_SOURCES_MOST];              /* of the sources; owned */
    int sources;
    int tokens, threads, context; /* context: of a flag; 0: what the authors have */
    uint64_t seed;
    double timeout, budget;
    bool quiet, json;
    const char *path; /* of the result; null: standard output */
    struct review_job job;
    struct progress progress;
    char label[96];
    double began;
    int pieces; /* of the step in work */
};

/* Flags, prompt and sources; 0 or an exit code. */
int panel_open(struct panel *p, const struct args *args);
void panel_close(struct panel *p);
/* An author by its name; 0 or an exit code after saying what is wrong. */
int panel_author(struct panel *p, const char *name, const struct author **out);
/* Tokens that all of these have room for. */
int panel_context(const struct panel *p, const struct author *const *author, int count);
/* After a run: takes the progress away. */
void panel_end(struct panel *p);
/* What a failed run means. */
int panel_exit(const struct panel *p, enum ih_status status, const struct ih_error *e);

/* Whether a file could be written; else says why, and an exit code. */
int panel_try(const char *path);
/* A text with a line feed behind it to the file of --output or to standard output; an exit code. */
int panel_write(const struct panel *p, const char *text);
/* JSON as a file, with its reference taken over; an exit code. */
int panel_save(const char *path, json_t *json);

/* A whole number, or any number, of a flag; false after saying what is wrong. */
bool panel_whole(
    const struct args *a, const char *name, long long low, long long high, long long *out);
bool panel_number(const struct args *a, const char *name, double low, double high, double *out);

/* panel_sources.c: files of text as they are, recordings as what is said in them; 0 or an exit
 * code. */
int panel_read_sources(struct panel *p);

/* panel_steps.c: what was done by whom, with tokens, seconds and dollars. */
void panel_steps(const struct terminal *t, const json_t *steps, const json_t *totals);
/* A heading of the report. */
void panel_heading(const struct terminal *t, const char *text);
/* "text" of a member, "" where there is none. */
const char *panel_text(const json_t *object, const char *key);

#endif
