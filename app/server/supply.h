/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SUPPLY_H
#define SERVER_SUPPLY_H

#include "inhouse/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* Where models come from. Whoever starts the server fills it in: the server itself knows no hub.
 * All functions may be called from any thread. */

/* How a pull is watched; progress may be called from several threads, never from two at once. */
struct supply_watch {
    const volatile int *cancel;
    void (*progress)(void *arg, int64_t done, int64_t total, int files_done, int files);
    void *arg;
};

struct supply {
    /* What the catalog knows: an array of objects with "name", "short", "task", "licence", "about",
     * "card", "languages", "megabytes", "memory_megabytes", "repo" (null for what cannot be
     * fetched) and "here". A new reference; null when it cannot be read. Quick. */
    json_t *(*list)(void *arg);
    /* Whether anything may be fetched at all; false fills in the error with why not. */
    bool (*allowed)(void *arg, struct ih_error *e);
    /* Whether there could be something to fetch under a name that is none of the list's
     * ("hf:OWNER/NAME"), and whether it is here. IH_NOT_FOUND and IH_INVALID with a sentence. */
    enum ih_status (*knows)(void *arg, const char *name, bool *here, struct ih_error *e);
    /* Fetches one by its "name", or by one that is known as above, which may take hours. What a
     * pull that failed has brought is continued by the next. */
    enum ih_status (*pull)(
        void *arg, const char *name, const struct supply_watch *watch, struct ih_error *e);
    void *arg;
};

#endif
