/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HUB_RECORD_H
#define HUB_RECORD_H

#include "hub/hub.h"

#include <jansson.h>

/* inhouse.json in a model's folder: where it came from, and length and SHA-256 of each file. A
 * model that came from no hub has an empty repo and revision. */
struct hub_record {
    char repo[200], revision[100];
    struct hub_listing files; /* with the commit */
};

enum ih_status hub_record_write(const char *folder, const struct hub_record *r, struct ih_error *e);

/* IH_NOT_FOUND when there is none, IH_BAD_DATA when it is damaged. */
enum ih_status hub_record_read(struct hub_record *out, const char *folder, struct ih_error *e);
void hub_record_free(struct hub_record *r);

/* The same as a JSON object, for bundles too. `where` is named in the sentence. */
json_t *hub_record_to_json(const struct hub_record *r);
enum ih_status hub_record_from_json(
    struct hub_record *out, const json_t *json, const char *where, struct ih_error *e);

/* Compares the files with the record. IH_NOT_FOUND when there is no record; IH_BAD_DATA names the
 * first file that is wrong. hub may be null. */
enum ih_status hub_record_check(const struct hub *hub, const char *folder, struct ih_error *e);

#endif
