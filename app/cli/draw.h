/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_DRAW_H
#define CLI_DRAW_H

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/screen.h"
#include "cli/sheet.h"
#include "cli/terminal.h"
#include "hub/sha.h"
#include "inhouse/draw.h"
#include "inhouse/options.h"

#include <jansson.h>

enum { REFERENCES_MOST = 16 };

/* A picture file that goes into a drawing. */
struct reference {
    const char *path; /* borrowed, or w->found */
    char sha256[SHA256_HEX + 1];
    struct ih_picture picture;
};

/* One run of `inhouse draw`. */
struct draw_work {
    const struct args *args;
    struct ih_request request;
    struct terminal out, err;
    struct model_entry entry;
    struct ih_engine *engine;
    struct ih_model *model;
    struct ih_draw_limits limits;
    char model_version[32], model_sha256[SHA256_HEX + 1]; /* "" where unknown */

    /* What is drawn. */
    json_t *again; /* the note of the picture that is drawn again, or null */
    char *text;    /* the prompts, each ended by a NUL */
    const char **prompt;
    int prompts;
    struct reference image[REFERENCES_MOST], mask;
    struct ih_picture picture[REFERENCES_MOST]; /* of the images, borrowed from them */
    int images;
    char *found[REFERENCES_MOST + 1]; /* paths of references of a picture that is drawn again */
    uint64_t seed;                    /* of the first picture of each prompt */

    /* Where it goes. */
    const struct ih_picture_format *format;
    char stem[PATH_MAX], suffix[64]; /* STEM.png, or STEM-001.png of several */
    bool to_stdout, to_files;
    struct sheet sheet;

    /* The picture in work. */
    struct ih_draw_job job;
    struct progress progress;
    struct screen screen;
    double began, step_began;
    int done, failed, skipped;
    bool preview_failed;
};

/* draw_setup.c: everything that can be wrong before the first step; 0 or an exit code. */
int draw_open(struct draw_work *w, const struct args *args);
void draw_close(struct draw_work *w);

/* draw_inputs.c: prompts, references, the mask. */
int draw_read_prompts(struct draw_work *w);
int draw_read_references(struct draw_work *w);

/* draw_output.c: the name of picture i of all, and its file. */
int draw_choose_output(struct draw_work *w);
bool draw_path(const struct draw_work *w, int i, char path[PATH_MAX]);
/* A file appears under its name when it is complete. An exit code. */
int draw_write(struct draw_work *w, const char *path, const struct ih_picture *p, const char *note,
    struct ih_error *e);
int picture_write(const char *path, const struct ih_picture_format *format,
    const struct ih_picture *p, int quality, const char *note, struct ih_error *e);

/* draw_note.c: how a picture was made, as JSON text to be freed with free(); null without memory.
 */
char *draw_note(
    const struct draw_work *w, const struct ih_picture *p, const char *prompt, uint64_t seed);
void draw_model_digest(struct draw_work *w);
/* Sets what the note of w->request.again says; flags come after it. */
int draw_read_again(struct draw_work *w);
/* The note of a picture as text and, where it is ours, as JSON; both may be null. */
int note_read(const char *path, const char *data, size_t bytes, char **text, json_t **json);

/* draw_report.c */
void draw_footer(struct draw_work *w, const char *path, const struct ih_picture *p, uint64_t seed);
/* One JSON object on a line; e is null when all went well. */
void draw_json(struct draw_work *w, const char *path, const struct ih_picture *p,
    const char *prompt, uint64_t seed, const struct ih_error *e);

#endif
