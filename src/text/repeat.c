/* SPDX-License-Identifier: Apache-2.0 */
#include "text/repeat.h"

enum { PERIOD_MAX = 16, REPEATS = 3, AFTER_MAX = 2 };

/* Tokens at the end that come again with this period, all rounds together. */
static int run_length(const int32_t *token, int count, int period)
{
    int same = 0;
    while (same + period < count && token[count - 1 - same] == token[count - 1 - same - period])
        same++;
    return same ? same + period : 0;
}

/* Of the periods that fit, the shortest: it has the loop's own length, not a multiple. */
static int cut_exactly(const int32_t *token, int count)
{
    for (int period = 1; period <= PERIOD_MAX; period++) {
        int run = run_length(token, count, period);
        if (run >= REPEATS * period && run >= REPEAT_TOKENS)
            return count - run + period;
    }
    return count;
}

int repeat_cut(const int32_t *token, int count)
{
    for (int after = 0; after <= AFTER_MAX && after < count; after++) {
        int keep = cut_exactly(token, count - after);
        if (keep < count - after)
            return keep;
    }
    return count;
}
