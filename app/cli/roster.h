/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_ROSTER_H
#define CLI_ROSTER_H

#include "author/author.h"
#include "author/entry.h"

/* Authors by name: remote models of the catalog and text models of this machine, each opened when
 * it is first asked for and kept until the roster is closed. From one thread; the authors that it
 * gives may be asked from any number. */
struct roster;

struct roster_setup {
    int threads;               /* as in ih_engine_options */
    const char *tier;          /* as there */
    int compute;               /* enum ih_compute */
    struct ih_chat_setup chat; /* of each text model of this machine */
    bool offline;              /* remote models are refused */
    const char *spent;         /* folder for what was spent today; null: the user's */
};

enum ih_status roster_open(
    struct roster **out, const struct roster_setup *setup, struct ih_error *e);
/* When nobody asks its authors any more. */
void roster_close(struct roster **r);

/* A model of this machine goes before a remote one of the same name, and null is a text model of
 * this machine: nothing is sent away that does not name where to. The author is borrowed. */
enum ih_status roster_find(
    struct roster *r, const char *name, const struct author **out, struct ih_error *e);

/* Tokens of a conversation with it; 0 where they are not known. */
int roster_context(const struct roster *r, const struct author *a);
/* Where a remote author is asked; "" for others. */
const char *roster_host(const struct roster *r, const struct author *a);

/* Whether a key is there, or none is needed. */
bool roster_has_key(const struct roster *r, const struct author *a);

/* Opens every remote model of the catalog. How many there are is in *count; the list is borrowed
 * until the next one is opened. */
enum ih_status roster_remotes(
    struct roster *r, const struct author *const **out, int *count, struct ih_error *e);

/* The entry of a remote model that a name means, to be freed with entry_free(); IH_NOT_FOUND where
 * it means none. */
enum ih_status roster_entry(struct remote_entry *out, const char *name, struct ih_error *e);

#endif
