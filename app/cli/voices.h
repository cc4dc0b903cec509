/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_VOICES_H
#define CLI_VOICES_H

#include "cli/cli.h"
#include "cli/paths.h"
#include "inhouse/voices.h"

/* A model that speaks, opened for a command on voices. */
struct voice_model {
    struct ih_engine *engine;
    struct ih_model *model, *reader;
    struct model_entry entry, reader_entry;
};

/* The one that --model names, else the program's choice. Without one *code is an exit code, or with
 * `quiet` nothing is said and false alone is the answer. */
bool voice_model_open(struct voice_model *m, const struct args *a, bool quiet, int *code);
void voice_model_close(struct voice_model *m);

/* voices_create.c: exit codes. */
int create_voice(const struct args *a, const char *folder, const char *name);
int blend_voice(const struct args *a, const char *folder, const char *name, const char *voices);

#endif
