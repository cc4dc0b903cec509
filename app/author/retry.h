/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUTHOR_RETRY_H
#define AUTHOR_RETRY_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the same request may be answered when it is sent again: 408, 429, 529 and other 5xx but
 * 501 and 505, which say that it never will be. */
bool retry_status(int status);

/* Seconds to wait behind failure number `failure` (from 1): anything up to base * 2^(failure - 1),
 * but no more than `most`, by `random` (0 to 1), so that many who failed together do not come back
 * together. */
double retry_wait(int failure, double base, double most, double random);

/* What the header Retry-After asks for, in seconds from `now` (of the clock on the wall): a number
 * or a date; 0 for one in the past and -1 for what is neither. */
double retry_after(const char *value, int64_t now);

#endif
