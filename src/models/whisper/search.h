/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODELS_WHISPER_SEARCH_H
#define MODELS_WHISPER_SEARCH_H

#include "models/whisper/whisper.h"

#include "text/phrases.h"

enum { SEARCH_WIDTH_MAX = 32 };

/* One hypothesis being grown: what was sampled after the prompt. */
struct hypothesis {
    int32_t *token; /* [limit + 1] */
    float *logprob; /* [limit + 1] */
    int count;
    float sum;  /* of the log probabilities, what phrases and the CTC head brought included */
    float gain; /* what they brought */
    bool ended; /* by the end token, which is not stored; sum counts it */
    int cache;
    struct phrase_state phrase;
    struct ctc_state ctc;
    struct lexicon_state word;
};

/* The search over one window. Greedy: one hypothesis. Sampling: `width` of them side by side. Beam:
 * `width` that compete, and those that ended set aside. */
struct search {
    const struct decode_request *request;
    struct hypothesis *live; /* [width] */
    int alive;
    struct hypothesis *ended; /* [room] */
    int ended_count, ended_room;
    struct hypothesis *spare; /* [width]: the next generation, in turn with live */
    int width, limit;
    bool beam, done;
    const struct ctc_frames *ctc; /* or null */
    int base_cache; /* caches base_cache .. base_cache + width - 1 are this search's */
    int wanted;     /* beam: stop after so many have ended */
    uint64_t random;
    float no_speech;
};

/* All searches of one call. */
struct searches {
    struct recognizer_session *session;
    const struct decode_options *options;
    struct whisper_rules rules;
    struct search *search;
    int count;
    int candidates;                /* a beam looks at so many next tokens of each hypothesis */
    struct candidate *candidate;   /* [width * (width + 1)] */
    const struct lexicon *lexicon; /* or null */
    double *scratch;               /* for one CTC state; null without a head */
};

struct candidate {
    int from;
    int32_t token;
    float logprob, sum;
};

/* Takes the logits [V] of each live hypothesis (changed by the rules) one step further. Memory was
 * set aside before; caches are copied where hypotheses fork. */
void search_advance(struct searches *all, struct search *s, float *const *logits);

/* The best hypothesis by the reference's ranking. */
const struct hypothesis *search_best(const struct searches *all, struct search *s);

#endif
