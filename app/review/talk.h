/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REVIEW_TALK_H
#define REVIEW_TALK_H

#include "inhouse/chat.h"

/* A short conversation that owns its texts. */
enum { TALK_MOST = 5 };
struct talk {
    struct ih_chat_message message[TALK_MOST];
    char *text[TALK_MOST];
    int messages;
};

/* Takes the text over; false when it is null. */
bool talk_say(struct talk *t, const char *role, char *text);
bool talk_copy(struct talk *t, const char *role, const char *text);
/* Goes on with an answer that cannot be used, at least not all of it, and why. */
bool talk_repair(struct talk *t, const char *answer, const char *wrong);
void talk_free(struct talk *t);

#endif
