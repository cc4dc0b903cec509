/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_BREAKER_H
#define AUTHOR_BREAKER_H

#include <pthread.h>
#include <stdbool.h>

/* Keeps off an endpoint that failed again and again: after `most` failures in a row nobody asks it
 * for `rest` seconds; then one request may try, and what becomes of it decides for the others.
 * Times are seconds of CLOCK_MONOTONIC. All functions may be called from any thread. */
struct breaker {
    pthread_mutex_t lock;
    int most; /* 0: it never opens */
    double rest;
    int failures; /* in a row */
    double until; /* nobody asks before; 0: it is closed */
    bool probing; /* one tries */
};

void breaker_init(struct breaker *b, int most, double rest);
void breaker_free(struct breaker *b);

/* Whether a request may be sent; then exactly one of the three below must follow. False fills in
 * the failures in a row and the seconds until it may be tried, 0 while another one tries. */
bool breaker_ask(struct breaker *b, double now, int *failures, double *wait);
void breaker_good(struct breaker *b);
void breaker_bad(struct breaker *b, double now);
/* It says nothing about the endpoint: it was cancelled, or refused for its content. */
void breaker_neither(struct breaker *b);

#endif
