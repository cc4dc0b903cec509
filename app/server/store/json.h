/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_JSON_H
#define STORE_JSON_H

#include "server/store/batches.h"
#include "server/store/deployments.h"
#include "server/store/files.h"
#include "server/store/jobs.h"
#include "server/store/keys.h"

#include <jansson.h>

/* Rows as the command line and the server show them. New references, null without memory. */

json_t *key_json(const struct store *s, const struct key *k);
json_t *deployment_json(const struct deployment *d);
json_t *usage_json(const struct usage_row *row);
/* As OpenAI's API shows them. */
json_t *file_json(const struct file_row *f);
json_t *job_json(const struct job_row *r);
json_t *batch_json(const struct batch_row *r);

/* "key,day"; false for what is neither key, model nor day. */
bool usage_read_by(const char *text, unsigned *by);

#endif
