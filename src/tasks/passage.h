/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_PASSAGE_H
#define TASKS_PASSAGE_H

#include "base/str.h"
#include "inhouse/chat.h"

/* Takes what a model writes as it comes and parts it: thoughts between <think> and </think> at the
 * beginning, what is meant for the reader, and calls between <tool_call> and </tool_call>. It ends
 * where a text of `stop` begins. Nothing is told before it is certain what it belongs to. */
struct passage {
    const char *const *stop;
    int stops;
    bool thoughts, calls; /* whether it may have them; else the marks are text */
    bool opened;          /* what comes begins inside thoughts */
    void (*tell)(void *arg, const char *text, size_t bytes, bool reasoning); /* may be null */
    void *arg;

    /* What has become of it. */
    struct str text, reasoning;
    struct ih_chat_call *call; /* owned, with their strings */
    int count;
    bool stopped;

    struct str waiting; /* not certain yet; from `done` on */
    size_t done;
    int part;  /* enum, passage.c */
    bool bare; /* nothing of this part has been told */
};

/* The fields above the line are set by the caller, the others are zero. */
void passage_begin(struct passage *p);
/* Whole characters. Look at passage_failed() at the end. */
void passage_add(struct passage *p, const char *text, size_t bytes);
/* No more comes. */
void passage_end(struct passage *p);
bool passage_failed(const struct passage *p);
/* Whether what came last belongs to thoughts that go on. */
bool passage_thinks(const struct passage *p);
void passage_free(struct passage *p);

#endif
