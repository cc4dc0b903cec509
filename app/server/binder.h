/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_BINDER_H
#define SERVER_BINDER_H

#include "server/kept.h"
#include "server/store/batches.h"

/* A thread that takes batches apart and puts them together: a file becomes lines, which the kept
 * queue works off, and what came of them becomes files. All that it knows is in the store, so that
 * the next process goes on where this one ended. */
struct binder;
struct binder_options {
    struct store *store;
    const struct settings *settings;
    struct kept *kept;
    /* Called from its thread when a batch may have ended. */
    void (*ended)(void *arg);
    void *arg;
};
enum ih_status binder_open(
    struct binder **out, const struct binder_options *options, struct ih_error *e);
/* From any thread: there is a batch, or a line has ended. Null is allowed. */
void binder_wake(struct binder *b);
void binder_close(struct binder **b);

/* The steps that it takes, in the order of a batch's life; each does nothing where it is not the
 * batch's turn. What fails is tried again later.
 * batch_read.c: from validating to its lines, or to failed. */
enum ih_status batch_read(struct store *s, const struct batch_row *row, struct ih_error *e);
/* batch_bind.c: from finalizing or cancelling to its end, where no line runs any more. */
enum ih_status batch_bind(
    struct store *s, const struct settings *settings, struct batch_row *row, struct ih_error *e);

#endif
