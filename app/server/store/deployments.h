/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_DEPLOYMENTS_H
#define STORE_DEPLOYMENTS_H

#include "server/store/store.h"

/* Names that an admin gives to models, each with limits of its own. */

enum deployment_limit {
    LIMIT_CONCURRENT, /* requests under way at once */
    /* Of one request: */
    LIMIT_AUDIO_SECONDS,
    LIMIT_CHARACTERS,
    LIMIT_MEGAPIXEL_STEPS,
    LIMIT_TOKENS, /* of prompt and answer together */
    LIMITS,
};

struct deployment {
    char name[STORE_NAME]; /* letters, digits and .-_: */
    char model[128];       /* as the server's list has it */
    double limit[LIMITS];  /* 0: none */
    int64_t created, changed;
};

/* "concurrent", "audio_seconds", "characters", "megapixel_steps", "tokens" */
const char *limit_name(enum deployment_limit l);
/* Sets one limit from its name and a number above 0, of requests, characters and tokens a whole
 * one. IH_INVALID with a sentence for anything else, IH_NOT_FOUND for what is no limit's name. */
enum ih_status deployment_read_limit(
    struct deployment *d, const char *name, const char *text, struct ih_error *e);

/* Makes it or puts it in the place of the one of that name; fills in the times. IH_INVALID for a
 * name that is none, or without a model. */
enum ih_status deployment_put(struct store *s, struct deployment *d, struct ih_error *e);
/* For whoever may not wait long. IH_NOT_FOUND where there is none. */
enum ih_status deployment_find(
    struct store *s, const char *name, struct deployment *out, struct ih_error *e);
enum ih_status deployment_remove(struct store *s, const char *name, struct ih_error *e);
/* By name. Anything but 0 from take() ends it. */
enum ih_status deployment_list(struct store *s, int (*take)(void *arg, const struct deployment *d),
    void *arg, struct ih_error *e);

#endif
