/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SCRIPTED_H
#define TESTS_SCRIPTED_H

#include "author/author.h"

/* An author that says what a test wants, and remembers what it was asked. */

enum { SCRIPT_MOST = 16 };

struct script_line {
    const char *answer; /* null with a status, or with both hooks below */
    enum ih_status status;
    const char *error;
    bool cancels; /* somebody presses Ctrl-C meanwhile: the job's cancel is set */
    bool waits;   /* until the job is cancelled or its time is over */
    bool cut;     /* the answer ends because no tokens are left */
};

struct script {
    struct author author;
    struct script_line line[SCRIPT_MOST]; /* in the order of the requests */
    int lines, asked;
    char *system[SCRIPT_MOST], *last[SCRIPT_MOST]; /* of each request: the first and last message */
    char *schema[SCRIPT_MOST];                     /* or null */
    int messages[SCRIPT_MOST];
};

/* Prices are 1 and 2 dollars a million tokens; each answer says 1000 tokens read, 100 written. A
 * request without a line fails with IH_INTERNAL. */
void scripted_init(struct script *s, const char *name);
void scripted_say(struct script *s, const char *answer);
void scripted_fail(struct script *s, enum ih_status status, const char *error);
void scripted_free(struct script *s);

#endif
