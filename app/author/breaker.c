/* SPDX-License-Identifier: Apache-2.0 */
#include "author/breaker.h"

void breaker_init(struct breaker *b, int most, double rest)
{
    *b = (struct breaker){.most = most, .rest = rest};
    pthread_mutex_init(&b->lock, NULL);
}

void breaker_free(struct breaker *b)
{
    pthread_mutex_destroy(&b->lock);
}

bool breaker_ask(struct breaker *b, double now, int *failures, double *wait)
{
    pthread_mutex_lock(&b->lock);
    bool open = b->until > 0, may = !open || (now >= b->until && !b->probing);
    *failures = b->failures;
    *wait = open && now < b->until ? b->until - now : 0;
    b->probing = b->probing || (open && may);
    pthread_mutex_unlock(&b->lock);
    return may;
}

void breaker_good(struct breaker *b)
{
    pthread_mutex_lock(&b->lock);
    b->failures = 0;
    b->until = 0;
    b->probing = false;
    pthread_mutex_unlock(&b->lock);
}

void breaker_bad(struct breaker *b, double now)
{
    pthread_mutex_lock(&b->lock);
    b->failures++;
    if (b->most && b->failures >= b->most)
        b->until = now + b->rest;
    b->probing = false;
    pthread_mutex_unlock(&b->lock);
}

void breaker_neither(struct breaker *b)
{
    pthread_mutex_lock(&b->lock);
    b->probing = false;
    pthread_mutex_unlock(&b->lock);
}
