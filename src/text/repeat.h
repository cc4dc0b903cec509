/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_REPEAT_H
#define TEXT_REPEAT_H

#include <stdint.h>

/* Where to cut tokens that end in a loop: how many to keep so that what is repeated stands once.
 * Without a loop that is all of them. A loop is a run of up to 16 tokens that comes at least three
 * times on end, the last time maybe in part, and fills at least REPEAT_TOKENS; a token or two may
 * follow, such as a full stop. People do say "no, no, no" and count to ten. */
int repeat_cut(const int32_t *token, int count);

enum { REPEAT_TOKENS = 20 };

#endif
