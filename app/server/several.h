/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SERVER_SEVERAL_H
#define SERVER_SEVERAL_H

#include "server/chat.h"
#include "server/store/keys.h"

/* Names of models that stand for several at work on one answer: "critique:A+B", where A drafts and
 * B reviews, and "council:A+B@J" of up to eight members and a judge. Each is a name that a request
 * could give by itself: of a model or of a deployment. */

enum several_kind { SEVERAL_NONE, SEVERAL_CRITIQUE, SEVERAL_COUNCIL };
enum { SEVERAL_MOST = 9 };

struct several {
    enum several_kind kind;
    int count; /* of a council, the last one is the judge */
    char name[SEVERAL_MOST][128];
};

/* SEVERAL_NONE for the name of a single model, and for null. False fills in the problem. */
bool several_read(struct several *s, const char *model, struct problem *p);
/* How many times a model is asked at least for such an answer; 1 for a single model. */
int several_steps(const char *model);

/* What a request says to several: "sources" and "rounds" into the work; for a single model it must
 * say neither, and to several nothing that they cannot follow. Behind everything else of the
 * request. False fills in the problem. */
bool several_take(struct chat_work *w, const struct form *f, struct problem *p);

/* Works on the answer, on a worker's thread, and ends with the shape's end(). False fills in the
 * problem. */
bool several_write(
    struct chat_work *w, const struct several *s, const struct host *host, struct problem *p);

#endif
