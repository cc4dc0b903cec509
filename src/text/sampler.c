/* SPDX-License-Identifier: Apache-2.0 */
#include "text/sampler.h"

#include "base/rng.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct candidate {
    float logit;
    int32_t id;
};

struct sampler {
    struct sampler_options o;
    int vocab;
    uint64_t random;
    int32_t *written;            /* [vocab] times */
    unsigned char *seen;         /* [vocab] */
    struct candidate *candidate; /* [vocab] a heap, then what was taken from it, from the end */
    double *weight;              /* [vocab] of those taken */
};

const struct sampler_options sampler_defaults = {.temperature = 1, .top_p = 1, .repetition = 1};

static enum ih_status check(const struct sampler_options *o, struct ih_error *e)
{
    const struct {
        const char *name;
        float value, low, high;
    } range[] = {
        {"temperature", o->temperature, 0, 100},
        {"top_k", (float)o->top_k, 0, 1e9f},
        {"top_p", o->top_p, 1e-6f, 1},
        {"min_p", o->min_p, 0, 1},
        {"repetition_penalty", o->repetition, 0.01f, 100},
        {"presence_penalty", o->presence, -2, 2},
        {"frequency_penalty", o->frequency, -2, 2},
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (!(range[i].value >= range[i].low && range[i].value <= range[i].high))
            return err_set(e, IH_INVALID, "%s is %g; expected %g to %g", range[i].name,
                (double)range[i].value, (double)range[i].low, (double)range[i].high);
    return IH_OK;
}

enum ih_status sampler_open(
    struct sampler **out, int vocab, const struct sampler_options *o, struct ih_error *e)
{
    *out = NULL;
    enum ih_status status = check(o, e);
    if (status)
        return status;
    struct sampler *s = calloc(1, sizeof *s);
    if (!s)
        return err_memory(e, "a sampler");
    *s = (struct sampler){.o = *o, .vocab = vocab, .random = o->seed};
    s->written = calloc((size_t)vocab, sizeof *s->written);
    s->seen = calloc((size_t)vocab, 1);
    s->candidate = calloc((size_t)vocab, sizeof *s->candidate);
    s->weight = calloc((size_t)vocab, sizeof *s->weight);
    if (!s->written || !s->seen || !s->candidate || !s->weight) {
        sampler_close(&s);
        return err_memory(e, "a sampler");
    }
    *out = s;
    return IH_OK;
}

void sampler_close(struct sampler **sp)
{
    struct sampler *s = *sp;
    if (!s)
        return;
    free(s->written);
    free(s->seen);
    free(s->candidate);
    free(s->weight);
    free(s);
    *sp = NULL;
}

void sampler_see(struct sampler *s, int32_t token, int written)
{
    if (token < 0 || token >= s->vocab)
        return;
    s->seen[token] = 1;
    s->written[token] += written != 0;
}

static float penalized(const struct sampler *s, int32_t id, float logit)
{
    if (!s->seen[id])
        return logit;
    logit = logit > 0 ? logit / s->o.repetition : logit * s->o.repetition;
    if (s->written[id])
        logit -= s->o.presence + s->o.frequency * (float)s->written[id];
    return logit;
}

/* Those that may follow, at their temperature; returns how many. */
static int collect(struct sampler *s, const float *logits)
{
    int n = 0;
    float scale = s->o.temperature > 0 ? s->o.temperature : 1;
    for (int32_t id = 0; id < s->vocab; id++) {
        float logit = penalized(s, id, logits[id]) / scale;
        if (logit > -INFINITY)
            s->candidate[n++] = (struct candidate){logit, id};
    }
    return n;
}

static bool before(struct candidate a, struct candidate b)
{
    return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
}

static void sift(struct candidate *heap, int n, int at)
{
    struct candidate moved = heap[at];
    for (int child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && before(heap[child + 1], heap[child]);
        if (!before(heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* Takes the first of the n left out of the heap, to its end. */
static struct candidate take(struct sampler *s, int n)
{
    struct candidate first = s->candidate[0];
    s->candidate[0] = s->candidate[n - 1];
    sift(s->candidate, n - 1, 0);
    s->candidate[n - 1] = first;
    return first;
}

/* Draws one of those taken, number i of which stands at candidate[n - 1 - i]. */
static int32_t draw(struct sampler *s, int n, int taken)
{
    double sum = 0, at;
    for (int i = 0; i < taken; i++)
        sum += s->weight[i];
    at = rng_unit(&s->random) * sum;
    int i = 0;
    for (; i < taken - 1 && at >= s->weight[i]; i++)
        at -= s->weight[i];
    return s->candidate[n - 1 - i].id;
}

/* Takes candidates in order, as long as the limits let more in. `sum` is of all weights that top_p
 * is a share of. */
static int32_t choose_limited(struct sampler *s, int n, double sum)
{
    double most = (double)s->candidate[0].logit, reached = 0;
    int limit = s->o.top_k > 0 && s->o.top_k < n ? s->o.top_k : n, taken = 0;
    bool ranked = limit < n; /* then top_p is a share of the first `limit` alone */
    if (ranked) {
        sum = 0;
        for (int i = 0; i < limit; i++) {
            s->weight[i] = exp((double)take(s, n - i).logit - most);
            sum += s->weight[i];
        }
    }
    while (taken < limit && (taken == 0 || reached < (double)s->o.top_p * sum)) {
        if (!ranked)
            s->weight[taken] = exp((double)take(s, n - taken).logit - most);
        if (s->weight[taken] < (double)s->o.min_p)
            break;
        reached += s->weight[taken++];
    }
    return draw(s, n, taken);
}

/* All that may follow, each by its probability. */
static int32_t choose_any(struct sampler *s, int n, double most, double sum)
{
    double at = rng_unit(&s->random) * sum;
    int i = 0;
    for (; i < n - 1; i++) {
        at -= exp((double)s->candidate[i].logit - most);
        if (at < 0)
            break;
    }
    return s->candidate[i].id;
}

int32_t sampler_choose(struct sampler *s, const float *logits)
{
    int n = collect(s, logits), best = 0;
    if (n == 0)
        return -1;
    for (int i = 1; i < n; i++)
        if (before(s->candidate[i], s->candidate[best]))
            best = i;
    if (s->o.temperature == 0 || isinf(s->candidate[best].logit))
        return s->candidate[best].id;
    double most = (double)s->candidate[best].logit, sum = 0;
    for (int i = 0; i < n; i++)
        sum += exp((double)s->candidate[i].logit - most);
    if (s->o.top_k == 0 && s->o.top_p >= 1 && s->o.min_p <= 0)
        return choose_any(s, n, most, sum);
    for (int i = n / 2 - 1; i >= 0; i--)
        sift(s->candidate, n, i);
    return choose_limited(s, n, sum);
}
