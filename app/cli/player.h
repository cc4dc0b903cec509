/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_PLAYER_H
#define CLI_PLAYER_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Sound to the speakers, through a program that takes samples from a pipe. */
struct player {
    const char *name; /* of the program */
    pid_t pid;        /* 0: none */
    int fd;
    const volatile int *stop; /* set: nothing more is written, which is no failure */
};

/* Starts the first of paplay, pw-cat, aplay and ffplay that is installed. SIGPIPE must be ignored.
 */
enum ih_status player_open(
    struct player *p, int rate, const volatile int *stop, struct ih_error *e);

/* Waits while the program's buffer is full, so that sound is made at the pace of listening. */
enum ih_status player_write(
    struct player *p, const float *pcm, int64_t samples, struct ih_error *e);

/* Waits until all is heard, or stops at once. A program that failed is a sentence. */
enum ih_status player_close(struct player *p, bool stop, struct ih_error *e);

#endif
