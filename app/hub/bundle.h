/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_BUNDLE_H
#define HUB_BUNDLE_H

#include "hub/hub.h"
#include "hub/record.h"

/* Models for machines without a network, in one tar archive that any tar can list:
 *
 *   inhouse-bundle.json    the manifest: names of the models, length and SHA-256 of every file
 *   inhouse-bundle.sig     64 bytes: Ed25519 over the manifest as it stands; missing without a key
 *   MODEL/FILE ...         the files, in the manifest's order
 *
 * The manifest alone says what is read and where it goes: an entry that is not the next one that it
 * names, with the length that it gives, ends the reading. */
enum { BUNDLE_MODELS = 100 };

struct bundle_model {
    char name[128], licence[64];
    char folder[4096]; /* where its files lie, or are put while they are read */
    struct hub_record record;
};

struct bundle {
    struct bundle_model *model;
    int count;
};

void bundle_free(struct bundle *b);

/* Writes the models to `path` by way of PATH.partial; key_file may be null. Their files are hashed
 * first, against what is known of them, and the rest of the record is filled in. */
enum ih_status bundle_write(const struct hub *hub, struct bundle *b, const char *path,
    const char *key_file, struct ih_error *e);

struct bundle_reader;

/* Reads the manifest and who signed it. */
enum ih_status bundle_open(
    struct bundle_reader **out, struct bundle *b, const char *path, struct ih_error *e);
void bundle_close(struct bundle_reader **r);
bool bundle_is_signed(const struct bundle_reader *r);
enum ih_status bundle_check_seal(
    const struct bundle_reader *r, const char *public_key_file, struct ih_error *e);

/* Reads the files of model i, which come in this order, into b->model[i].folder, which is made and
 * holds the folders inside it, and writes the record there. */
enum ih_status bundle_unpack(struct bundle_reader *r, const struct hub *hub, const struct bundle *b,
    int i, struct hub_progress *progress, struct ih_error *e);
/* Says whether nothing follows. */
enum ih_status bundle_end(struct bundle_reader *r, struct ih_error *e);

#endif
