/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "server/store/usage.h"

/* Keys are shown once, when they are made: "ih-" and 32 random bytes in base64url. What is kept is
 * their SHA-256, which is enough because nobody can guess 256 bits. A key is never deleted, so that
 * usage keeps its name. */

enum { KEY_TEXT = 48, KEY_LIST = 1024 };

struct key {
    int64_t id;
    char name[STORE_NAME];
    char hint[12]; /* how it begins */
    bool admin;    /* may see and change what belongs to others */
    /* What requests may name, a line end behind each; "" is everything. */
    char models[KEY_LIST], voices[KEY_LIST];
    int64_t created, expires, revoked, used; /* 0: never */
    double quota[UNITS][SPANS];              /* 0: none */
};

/* Makes a key with what stands in *k and fills in the rest of it. IH_INVALID for a name that is no
 * name (1 to 63 bytes, no blanks or control characters) or that is taken. */
enum ih_status key_create(struct store *s, struct key *k, char text[KEY_TEXT], struct ih_error *e);

/* What a client has shown. IH_NOT_FOUND where it is none; one that is revoked or has expired is
 * found, and key_is_valid() says so. */
enum ih_status key_find(struct store *s, const char *text, struct key *out, struct ih_error *e);
enum ih_status key_by_name(struct store *s, const char *name, struct key *out, struct ih_error *e);
enum ih_status key_by_id(struct store *s, int64_t id, struct key *out, struct ih_error *e);
bool key_is_valid(const struct store *s, const struct key *k);

/* Whether any was ever made. */
bool keys_exist(struct store *s);

/* In the order in which they were made. Anything but 0 from take() ends it. */
enum ih_status key_list(
    struct store *s, int (*take)(void *arg, const struct key *k), void *arg, struct ih_error *e);

/* For good. IH_NOT_FOUND where there is none of that name; no change where it is revoked already.
 */
enum ih_status key_revoke(struct store *s, const char *name, struct ih_error *e);

/* Whether a list allows a name of n bytes. */
bool key_allows(const char *list, const char *name, size_t n);
/* Adds "a,b" to a list; false when it does not fit or a name is empty. */
bool key_add_names(char list[KEY_LIST], const char *names);
/* "characters=10000/day"; the sentence says what is allowed. */
enum ih_status key_read_quota(struct key *k, const char *text, struct ih_error *e);
/* "active", "revoked", "expired" */
const char *key_state(const struct store *s, const struct key *k);

#endif
