/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_LISTING_H
#define SERVER_LISTING_H

#include "server/answer.h"

/* A list as OpenAI's API has them: at most `limit` rows, and whether there are more. */
struct listing {
    json_t *data; /* made by the first row */
    int limit;
    bool more;
};

/* Takes the row over. 0, or 1 when it is one too many: then no further one is wanted. */
int listing_add(struct listing *l, json_t *row);
/* The answer, with the ids of the first and last row; or the error of the store, where e is not
 * null. The list is gone then. */
void listing_answer(struct listing *l, struct answer *a, const struct ih_error *e);

#endif
