/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_PROFILE_H
#define TASKS_PROFILE_H

#include "base/arena.h"
#include "inhouse/voices.h"
#include "models/synthesizer.h"

/* A voice profile in memory; its strings and numbers lie in the arena. See inhouse/voices.h. */
struct ih_profile {
    struct ih_profile_info info;
    struct voice_style style; /* no rows: revoked */
    struct arena arena;
};

enum {
    PROFILE_NAME = 40,   /* bytes of a name */
    PROFILE_TEXT = 4096, /* of other strings */
    PROFILE_LEXICON = 1 << 20,
    PROFILE_NUMBERS = 1 << 20, /* rows times width of a style */
};

enum ih_status profile_new(struct ih_profile **out, struct ih_error *e);

/* Everything that a profile has to fulfil, wherever it comes from; the sentence begins with `name`.
 */
enum ih_status profile_check(const struct ih_profile *p, const char *name, struct ih_error *e);

/* profile_file.c: as JSON. The text is for free(); with `digest` it carries its own. */
char *profile_text(const struct ih_profile *p, bool digest, struct ih_error *e);
enum ih_status profile_parse(
    struct ih_profile **out, const char *text, size_t size, const char *name, struct ih_error *e);

#endif
