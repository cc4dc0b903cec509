/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_AUTHOR_H
#define AUTHOR_AUTHOR_H

#include "inhouse/chat.h"

/* Whoever answers a conversation: a model on this machine, or one far away. What works with
 * several models (app/review) knows no more of them than this. */
struct author {
    const char *name; /* as its user calls it */
    bool remote;
    /* Dollars a million tokens of what is read and of what is written; 0: nothing, or unknown. */
    double read_price, write_price;
    /* As ih_chat_write, from any number of threads at once; the caller frees `out` with
     * ih_chat_answer_free. A remote one fails with IH_NETWORK when it could not be reached, broke
     * off or was too slow, with IH_NO_MEMORY when a budget is spent, with IH_IO when its key cannot
     * be had, with IH_UNSUPPORTED for what it cannot be asked, and with IH_BAD_DATA when its answer
     * is none. */
    enum ih_status (*write)(void *self, const struct ih_chat_options *options,
        struct ih_chat_job *job, struct ih_chat_answer *out, struct ih_error *e);
    void *self;
};

/* Dollars that an answer cost by the author's prices. */
double author_cost(const struct author *a, const struct ih_chat_answer *answer);

#endif
