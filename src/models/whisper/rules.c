/* SPDX-License-Identifier: Apache-2.0 */
/* The reference's logit filters: SuppressBlank, SuppressTokens and ApplyTimestampRules of
 * openai/whisper decoding.py, in that order. */
#include "models/whisper/whisper.h"

#include <math.h>

static void forbid(float *logits, int32_t begin, int32_t end)
{
    for (int32_t i = begin; i < end; i++)
        logits[i] = -INFINITY;
}

static void forbid_one(float *logits, int32_t id)
{
    if (id >= 0)
        logits[id] = -INFINITY;
}

static void time_rules(
    const struct whisper_rules *r, float *logits, const int32_t *sampled, int count)
{
    const struct whisper_tokens *t = r->tokens;
    int32_t end = t->time0 + t->times;
    bool last = count >= 1 && sampled[count - 1] >= t->time0;
    bool before = count < 2 || sampled[count - 2] >= t->time0;
    if (last && before)
        forbid(logits, t->time0, r->vocab); /* a pair is complete: text must follow */
    else if (last)
        forbid(logits, 0, t->end); /* half a pair: its other half or the end */
    for (int i = count - 1; i >= 0; i--) {
        if (sampled[i] < t->time0)
            continue;
        /* Times never go back, and a stretch of text has a length. */
        int32_t lowest = last && !before ? sampled[i] : sampled[i] + 1;
        forbid(logits, t->time0, lowest < r->vocab ? lowest : r->vocab);
        break;
    }
    if (count == 0) {
        forbid(logits, 0, t->time0);
        int32_t latest = t->time0 + t->max_initial_time + 1;
        if (latest < end)
            forbid(logits, latest, r->vocab);
    }
}

float whisper_apply_rules(
    const struct whisper_rules *r, float *logits, const int32_t *sampled, int count)
{
    const struct whisper_tokens *t = r->tokens;
    if (count == 0) {
        forbid_one(logits, t->blank);
        forbid_one(logits, t->end);
    }
    for (int i = 0; i < t->suppress_count; i++)
        logits[t->suppress[i]] = -INFINITY;
    float text, times;
    if (!r->timestamps || t->times == 0) {
        r->kernels->argmax(logits, r->vocab, &text);
        return text;
    }
    forbid_one(logits, t->no_timestamps);
    time_rules(r, logits, sampled, count);
    float best = logits[r->kernels->argmax(logits, t->time0, &text)];
    r->kernels->argmax(logits + t->time0, r->vocab - t->time0, &times);
    /* When all times together are likelier than any one piece of text, it is time for a time. */
    if (times > best && !r->heard) {
        forbid(logits, 0, t->time0);
        return times;
    }
    float high = text > times ? text : times, low = text > times ? times : text;
    return isinf(low) ? high : high + log1pf(expf(low - high));
}
