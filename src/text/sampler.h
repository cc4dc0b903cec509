/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_SAMPLER_H
#define TEXT_SAMPLER_H

#include "base/err.h"

#include <stdint.h>

/* Chooses the next token from logits. What it chooses depends on the logits, the options and the
 * tokens seen, on nothing else: the same seed gives the same text.
 *
 * In this order: penalties; temperature; the top_k likeliest; of their probabilities, the fewest
 * that sum to top_p; of these, those at least min_p times as likely as the first; one is drawn by
 * its probability. Among equal logits the smaller token goes first. */
struct sampler_options {
    float temperature; /* 0: the likeliest token, always; at most 100 */
    int top_k;         /* 0: all */
    float top_p;       /* above 0; 1: all */
    float min_p;       /* 0: all; at most 1 */
    float repetition;  /* 1: none; logits of tokens seen are divided by it, negative ones multiplied
                          (Keskar et al. 2019) */
    float presence;    /* taken off the logit of a token that was written, -2 to 2 */
    float frequency;   /* the same for each time that it was */
    uint64_t seed;
};

/* What a model gets when its user asks for nothing: a temperature of 1 and no limits. */
extern const struct sampler_options sampler_defaults;

struct sampler;

/* IH_INVALID for an option outside its range. */
enum ih_status sampler_open(
    struct sampler **out, int vocab, const struct sampler_options *o, struct ih_error *e);
void sampler_close(struct sampler **s);

/* Tells it of a token of the prompt, which counts for `repetition`, or one written since, which
 * counts for all three penalties. Ids outside the vocabulary are passed over. */
void sampler_see(struct sampler *s, int32_t token, int written);

/* The next token, or -1 when every logit is -inf (what must not follow has that) or NaN. The logits
 * [vocab] stay as they are; the token is not seen yet. */
int32_t sampler_choose(struct sampler *s, const float *logits);

#endif
