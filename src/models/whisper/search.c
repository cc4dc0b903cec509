/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing tokens: greedy, sampling and beam search as GreedyDecoder, BeamSearchDecoder and
 * MaximumLikelihoodRanker of openai/whisper decoding.py do. */
#include "models/whisper/search.h"

#include "base/rng.h"

#include <math.h>

/* With a CTC head, so many next tokens are looked at that the decoder, and that the head proposes.
 * A decoder that is unsure of a thousand syllables may not have the one that was heard in its list.
 */
enum { LISTEN = 16, LIKELY = 256 };
/* Tokens that the decoder finds less likely than its first choice by so much (natural logarithm)
 * are those it cannot tell from any other: the head's proposals among them would only cost time. */
static const float unheard_of = 10;

/* Inserts a candidate into a list of at most `room`, best first; equals keep their order. */
static int insert(struct candidate *list, int count, int room, struct candidate c)
{
    int at = count;
    while (at > 0 && list[at - 1].sum < c.sum)
        at--;
    if (at == room)
        return count;
    count += count < room;
    memmove(list + at + 1, list + at, (size_t)(count - at - 1) * sizeof *list);
    list[at] = c;
    return count;
}

/* What the CTC head thinks of a token, and the lexicon. */
static float heard(
    const struct searches *all, const struct search *s, const struct hypothesis *h, int32_t token)
{
    const struct whisper *w = all->session->model;
    int32_t spelled = token == all->rules.tokens->end ? CTC_END : token;
    double gain =
        (double)w->ctc.weight * ctc_gain(&w->ctc.speller, s->ctc, &h->ctc, spelled, all->scratch);
    struct lexicon_state word = h->word;
    if (all->lexicon)
        gain += (double)w->ctc.lexicon_weight * whisper_word_gain(w, all->lexicon, &word, token);
    return (float)gain;
}

/* The likeliest tokens and the end stay, each with what the CTC head thinks of it. */
static void listen(
    const struct searches *all, const struct search *s, const struct hypothesis *h, float *logits)
{
    struct candidate best[LISTEN + LIKELY + 1];
    int32_t likely[LIKELY];
    int count = 0;
    int32_t end = all->rules.tokens->end;
    bool may_end = logits[end] > -INFINITY;
    for (int32_t i = 0; i < all->rules.vocab; i++)
        if (logits[i] > (count == LISTEN ? best[LISTEN - 1].sum : -INFINITY))
            count = insert(best, count, LISTEN, (struct candidate){0, i, 0, logits[i]});
    if (may_end)
        best[count++] = (struct candidate){0, end, 0, logits[end]};
    int more = ctc_likely(&all->session->model->ctc.speller, s->ctc, &h->ctc, likely, LIKELY);
    for (int i = 0; i < more; i++)
        if (logits[likely[i]] > best[0].sum - unheard_of)
            best[count++] = (struct candidate){0, likely[i], 0, logits[likely[i]]};
    for (int32_t i = 0; i < all->rules.vocab; i++)
        logits[i] = -INFINITY;
    for (int i = 0; i < count; i++)
        logits[best[i].token] = best[i].sum + heard(all, s, h, best[i].token);
}

/* Forbids and favours; returns the log normaliser of what is allowed. */
static float prepare(
    const struct searches *all, const struct search *s, const struct hypothesis *h, float *logits)
{
    float lse = whisper_apply_rules(&all->rules, logits, h->token, h->count);
    if (all->session->phrases)
        phrases_boost(all->session->phrases, &h->phrase, logits, all->rules.vocab);
    if (s->ctc)
        listen(all, s, h, logits);
    return lse;
}

static void copy_hypothesis(
    const struct search *s, struct hypothesis *dst, const struct hypothesis *src)
{
    if (s->ctc)
        ctc_copy(&dst->ctc, &src->ctc, s->ctc);
    memcpy(dst->token, src->token, (size_t)src->count * sizeof *dst->token);
    memcpy(dst->logprob, src->logprob, (size_t)src->count * sizeof *dst->logprob);
    dst->count = src->count;
    dst->sum = src->sum;
    dst->gain = src->gain;
    dst->phrase = src->phrase;
    dst->word = src->word;
    dst->ended = src->ended;
}

/* logprob is that of the favoured logits; what favouring added is kept apart, so that it decides
 * between hypotheses but does not count as certainty. */
static void extend(const struct searches *all, const struct search *s, struct hypothesis *h,
    int32_t token, float logprob)
{
    const struct phrases *phrases = all->session->phrases;
    float gain = phrases ? phrases_gain(phrases, &h->phrase, token) : 0;
    if (s->ctc)
        gain += heard(all, s, h, token);
    h->sum += logprob;
    h->gain += gain;
    if (token == all->rules.tokens->end) {
        h->ended = true;
        return;
    }
    h->token[h->count] = token;
    h->logprob[h->count++] = logprob - gain;
    if (phrases)
        phrases_advance(phrases, &h->phrase, token);
    if (s->ctc)
        ctc_advance(&all->session->model->ctc.speller, s->ctc, &h->ctc, token, all->scratch);
    if (s->ctc && all->lexicon)
        whisper_word_gain(all->session->model, all->lexicon, &h->word, token);
}

/* One draw from softmax(logits / temperature). Sums run in order, so that a seed gives the same
 * text wherever the logits are the same. */
static int32_t draw(const float *logits, int vocab, float top, float temperature, uint64_t *random)
{
    double total = 0;
    for (int i = 0; i < vocab; i++)
        total += exp((double)((logits[i] - top) / temperature));
    double at = rng_unit(random) * total;
    int32_t last = 0;
    for (int i = 0; i < vocab && at >= 0; i++) {
        double p = exp((double)((logits[i] - top) / temperature));
        if (p > 0)
            last = i;
        at -= p;
    }
    return last;
}

static void advance_alone(
    struct searches *all, struct search *s, struct hypothesis *h, float *logits)
{
    float lse = prepare(all, s, h, logits);
    int vocab = all->rules.vocab;
    int32_t token = (int32_t)all->rules.kernels->argmax(logits, vocab, NULL);
    if (s->request->temperature > 0)
        token = draw(logits, vocab, logits[token], s->request->temperature, &s->random);
    extend(all, s, h, token, logits[token] - lse);
}

/* The ended ones leave the live list, keeping their order. */
static void set_ended_aside(struct search *s)
{
    int alive = 0;
    for (int i = 0; i < s->alive; i++) {
        struct hypothesis h = s->live[i];
        if (h.ended) {
            struct hypothesis room = s->ended[s->ended_count];
            s->ended[s->ended_count++] = h;
            s->live[i] = room;
            continue;
        }
        s->live[i] = s->live[alive];
        s->live[alive++] = h;
    }
    s->alive = alive;
    s->done = alive == 0;
}

/* The best next tokens of one hypothesis. */
static int best_next(const struct searches *all, const struct search *s, int from, float *logits,
    struct candidate *best)
{
    const struct hypothesis *h = &s->live[from];
    float lse = prepare(all, s, h, logits);
    int count = 0;
    float floor = -INFINITY;
    for (int32_t i = 0; i < all->rules.vocab; i++) {
        if (!(logits[i] > floor))
            continue;
        float logprob = logits[i] - lse;
        count = insert(
            best, count, all->candidates, (struct candidate){from, i, logprob, h->sum + logprob});
        if (count == all->candidates)
            floor = best[count - 1].logprob + lse;
    }
    return count;
}

/* Gives each hypothesis of the new generation a cache that holds its past: the first child of a
 * parent takes the parent's, its siblings copy it into one that nobody continues. */
static void hand_on_caches(struct recognizer_session *session, struct search *s, int alive,
    const int *parent, struct hypothesis *next)
{
    bool taken[SEARCH_WIDTH_MAX] = {false};
    for (int i = 0; i < alive; i++) {
        next[i].cache = -1;
        if (!taken[parent[i]])
            next[i].cache = s->live[parent[i]].cache;
        taken[parent[i]] = true;
    }
    int base = s->base_cache, slot = 0;
    bool used[SEARCH_WIDTH_MAX] = {false};
    for (int i = 0; i < alive; i++)
        if (next[i].cache >= 0)
            used[next[i].cache - base] = true;
    for (int i = 0; i < alive; i++) {
        if (next[i].cache >= 0)
            continue;
        while (used[slot])
            slot++;
        used[slot] = true;
        next[i].cache = base + slot;
        whisper_cache_copy(session, next[i].cache, s->live[parent[i]].cache);
    }
}

static void end_candidate(const struct searches *all, struct search *s, const struct candidate *c)
{
    if (s->ended_count == s->wanted)
        return;
    struct hypothesis *h = &s->ended[s->ended_count++];
    copy_hypothesis(s, h, &s->live[c->from]);
    extend(all, s, h, c->token, c->logprob);
}

static void advance_beam(struct searches *all, struct search *s, float *const *logits)
{
    int room = s->alive * all->candidates, count = 0, alive = 0;
    int parent[SEARCH_WIDTH_MAX];
    struct candidate best[SEARCH_WIDTH_MAX + 1];
    for (int i = 0; i < s->alive; i++) {
        int n = best_next(all, s, i, logits[i], best);
        for (int j = 0; j < n; j++)
            count = insert(all->candidate, count, room, best[j]);
    }
    for (int i = 0; i < count && alive < s->width; i++) {
        const struct candidate *c = &all->candidate[i];
        if (c->token == all->rules.tokens->end) {
            end_candidate(all, s, c);
            continue;
        }
        copy_hypothesis(s, &s->spare[alive], &s->live[c->from]);
        extend(all, s, &s->spare[alive], c->token, c->logprob);
        parent[alive++] = c->from;
    }
    hand_on_caches(all->session, s, alive, parent, s->spare);
    struct hypothesis *old = s->live;
    s->live = s->spare;
    s->spare = old;
    s->alive = alive;
    s->done = alive == 0 || s->ended_count >= s->wanted;
}

void search_advance(struct searches *all, struct search *s, float *const *logits)
{
    if (s->beam) {
        advance_beam(all, s, logits);
    } else {
        for (int i = 0; i < s->alive; i++)
            advance_alone(all, s, &s->live[i], logits[i]);
        set_ended_aside(s);
    }
    if (!s->done && s->live[0].count >= s->limit)
        s->done = true;
}

static float rank(const struct searches *all, const struct hypothesis *h)
{
    float penalty = all->options->length_penalty, n = (float)h->count;
    return h->sum / (penalty < 0 ? n : powf((5 + n) / 6, penalty));
}

const struct hypothesis *search_best(const struct searches *all, struct search *s)
{
    /* A beam that found too few ends fills up with what it still holds, best first. */
    int ended = s->ended_count, fill = s->beam ? s->width - ended : s->alive;
    const struct hypothesis *best = NULL;
    for (int i = 0; i < ended; i++)
        if (!best || rank(all, &s->ended[i]) > rank(all, best))
            best = &s->ended[i];
    for (int i = 0; i < s->alive && i < fill; i++)
        if (!best || rank(all, &s->live[i]) > rank(all, best))
            best = &s->live[i];
    return best;
}
