/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

/* The first Ctrl-C (or SIGTERM, SIGHUP) asks the work to stop and sets *flag; the second one ends
 * the program. Null forgets the flag. Writing to a pipe nobody reads gives an error instead of a
 * signal. */
void signals_watch(volatile int *flag);

/* As if no signal had come; the next one is the first again. */
void signals_forget(void);

/* The signal that came, or 0. */
int signals_caught(void);

#endif
