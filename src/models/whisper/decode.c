/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding a batch of windows: all live hypotheses of all windows take each step together, so that
 * the weights are read once a step however many there are. */
#include "models/whisper/search.h"

#include <math.h>

/* What a step needs, made once per call. */
struct batch {
    struct searches all;
    struct whisper_row *row;
    float *logits; /* [windows * width, V] */
    float **at;    /* [width] of one search */
    float *copies; /* [width, V]: the first step of a sampling search, where all begin alike */
    struct arena *arena;
};

static double *make_ctc_memory(struct arena *a, const struct ctc_frames *f)
{
    return arena_alloc(a, ctc_doubles(f->frames) * sizeof(double));
}

static bool make_hypotheses(
    struct arena *a, const struct search *s, struct hypothesis **out, int count)
{
    size_t tokens = (size_t)s->limit + 1;
    struct hypothesis *h = arena_calloc(a, (size_t)count, sizeof *h);
    for (int i = 0; h && i < count; i++) {
        h[i].token = arena_alloc(a, tokens * sizeof *h->token);
        h[i].logprob = arena_alloc(a, tokens * sizeof *h->logprob);
        double *memory = s->ctc ? make_ctc_memory(a, s->ctc) : NULL;
        if (!h[i].token || !h[i].logprob || (s->ctc && !memory))
            return false;
        if (s->ctc)
            ctc_begin(&h[i].ctc, memory, s->ctc);
    }
    *out = h;
    return h != NULL;
}

static bool make_search(
    struct batch *b, struct search *s, const struct decode_request *r, int index)
{
    const struct decode_options *o = b->all.options;
    const struct recognizer_session *session = b->all.session;
    int most = session->model->config.text_positions / 2;
    s->request = r;
    s->beam = r->temperature <= 0 && o->beam > 1;
    s->width = s->beam ? o->beam : r->temperature > 0 && o->best_of > 1 ? o->best_of : 1;
    if (s->width > session->width)
        s->width = session->width;
    s->limit = o->max_tokens > 0 && o->max_tokens < most ? o->max_tokens : most;
    s->random = r->seed;
    s->base_cache = index * session->width;
    s->wanted = s->beam ? (int)lroundf((float)s->width * o->patience) : s->width;
    if (s->wanted < 1)
        s->wanted = 1;
    s->alive = 1;
    s->ctc = whisper_ctc(session, r->window, o);
    if (s->ctc && !b->all.scratch)
        b->all.scratch = arena_alloc(
            b->arena, ctc_doubles(session->model->config.positions) * sizeof *b->all.scratch);
    int ended = s->wanted > s->width ? s->wanted : s->width;
    return (!s->ctc || b->all.scratch) && make_hypotheses(b->arena, s, &s->live, s->width) &&
           make_hypotheses(b->arena, s, &s->spare, s->width) &&
           make_hypotheses(b->arena, s, &s->ended, ended);
}

static enum ih_status make_batch(struct batch *b, struct recognizer_session *s,
    const struct decode_options *o, const struct decode_request *request, int count,
    struct arena *a, struct ih_error *e)
{
    const struct whisper *w = s->model;
    size_t most = (size_t)(count * s->width), vocab = (size_t)w->config.vocab;
    *b = (struct batch){.arena = a};
    b->all = (struct searches){.session = s, .options = o, .count = count};
    b->all.rules = (struct whisper_rules){&w->tokens, device_kernels(w->base.device),
        w->config.vocab, o->timestamps, whisper_ctc(s, request[0].window, o) != NULL};
    b->all.search = arena_calloc(a, (size_t)count, sizeof *b->all.search);
    b->all.candidates = (o->beam > 1 ? o->beam : 1) + 1;
    b->all.candidate =
        arena_alloc(a, (size_t)(s->width * (s->width + 1) + 1) * sizeof *b->all.candidate);
    b->row = arena_alloc(a, most * sizeof *b->row);
    b->at = arena_alloc(a, (size_t)s->width * sizeof *b->at);
    b->logits = arena_alloc(a, most * vocab * sizeof *b->logits);
    b->copies = arena_alloc(a, (size_t)s->width * vocab * sizeof *b->copies);
    if (!b->all.search || !b->all.candidate || !b->row || !b->at || !b->logits || !b->copies)
        return err_memory(e, "decoding");
    for (int i = 0; i < count; i++)
        if (!make_search(b, &b->all.search[i], &request[i], i))
            return err_memory(e, "decoding");
    return b->all.rules.heard ? whisper_lexicon(s->model, o->language, &b->all.lexicon, e) : IH_OK;
}

static float probability(const struct kernels *k, const float *logits, int vocab, int32_t id)
{
    float lse;
    k->argmax(logits, vocab, &lse);
    return id < 0 ? 0 : expf(logits[id] - lse);
}

/* After the prompt every hypothesis of a sampling search starts from the same cache. */
static void fork_samples(struct recognizer_session *session, struct search *s)
{
    int copies = s->beam ? 1 : s->width;
    for (int i = 0; i < copies; i++) {
        s->live[i].cache = s->base_cache + i;
        if (i > 0)
            whisper_cache_copy(session, s->live[i].cache, s->live[0].cache);
    }
    s->alive = copies;
}

/* Runs all prompts, then takes the first step of each search. */
static enum ih_status start(struct batch *b, struct ih_error *e)
{
    struct searches *all = &b->all;
    struct recognizer_session *s = all->session;
    const struct whisper *w = s->model;
    int vocab = w->config.vocab;
    int *first_index = arena_alloc(b->arena, (size_t)all->count * sizeof *first_index);
    float *first = arena_alloc(b->arena, (size_t)all->count * (size_t)vocab * sizeof *first);
    if (!first_index || !first)
        return err_memory(e, "decoding");
    for (int i = 0; i < all->count; i++) {
        const struct decode_request *r = all->search[i].request;
        int32_t *token;
        int n;
        enum ih_status status = whisper_prompt(w, all->options, r->context, r->context_count,
            b->arena, &token, &n, &first_index[i], e);
        if (status)
            return status;
        /* The token sampled last is never fed back, so one may stand beyond the positions. */
        int room = w->config.text_positions + 1 - n;
        if (all->search[i].limit > room)
            all->search[i].limit = room;
        b->row[i] = (struct whisper_row){r->window, all->search[i].base_cache, token, n};
        whisper_cache_reset(s, all->search[i].base_cache);
    }
    whisper_step(s, b->row, all->count, b->logits, first, first_index, NULL);
    for (int i = 0; i < all->count; i++) {
        struct search *search = &all->search[i];
        float *logits = b->logits + (size_t)i * (size_t)vocab;
        search->no_speech = probability(
            all->rules.kernels, first + (size_t)i * (size_t)vocab, vocab, w->tokens.no_speech);
        fork_samples(s, search);
        for (int j = 0; j < search->alive; j++) {
            b->at[j] = b->copies + (size_t)j * (size_t)vocab;
            memcpy(b->at[j], logits, (size_t)vocab * sizeof *logits);
        }
        search_advance(all, search, b->at);
    }
    return IH_OK;
}

/* One step of every search that is not done; false when all are. */
static bool step(struct batch *b)
{
    struct searches *all = &b->all;
    size_t vocab = (size_t)all->rules.vocab;
    int rows = 0;
    for (int i = 0; i < all->count; i++) {
        struct search *s = &all->search[i];
        for (int j = 0; j < s->alive && !s->done; j++) {
            struct hypothesis *h = &s->live[j];
            b->row[rows++] =
                (struct whisper_row){s->request->window, h->cache, &h->token[h->count - 1], 1};
        }
    }
    if (rows == 0)
        return false;
    whisper_step(all->session, b->row, rows, b->logits, NULL, NULL, NULL);
    rows = 0;
    for (int i = 0; i < all->count; i++) {
        struct search *s = &all->search[i];
        if (s->done)
            continue;
        for (int j = 0; j < s->alive; j++)
            b->at[j] = b->logits + (size_t)rows++ * vocab;
        search_advance(all, s, b->at);
    }
    return true;
}

static enum ih_status collect(
    struct batch *b, struct search *s, struct decoded *out, struct ih_error *e)
{
    const struct whisper *w = b->all.session->model;
    const struct hypothesis *h = search_best(&b->all, s);
    *out = (struct decoded){
        .token = h->token,
        .logprob = h->logprob,
        .count = h->count,
        .avg_logprob = (h->sum - h->gain) / (float)(h->count + 1),
        .no_speech = s->no_speech,
        .truncated = !h->ended,
    };
    double seconds = b->all.session->window[s->request->window].seconds;
    enum ih_status status = whisper_cut(w, out, seconds, b->arena, e);
    if (!status && b->all.options->words)
        status =
            whisper_align(b->all.session, s->request->window, b->all.options, out, b->arena, e);
    return status;
}

enum ih_status whisper_decode(struct recognizer_session *s, const struct decode_options *o,
    const struct decode_request *request, int count, const volatile int *cancel, struct arena *a,
    struct decoded *out, struct ih_error *e)
{
    struct batch b;
    enum ih_status status = make_batch(&b, s, o, request, count, a, e);
    if (!status)
        status = start(&b, e);
    while (!status && step(&b))
        if (cancel && *cancel)
            status = err_set(e, IH_CANCELLED, "stopped");
    if (!status && device_exhausted(s->device))
        status = err_memory(e, "decoding");
    for (int i = 0; i < count && !status; i++)
        status = collect(&b, &b.all.search[i], &out[i], e);
    return status;
}

enum ih_status whisper_detect(struct recognizer_session *s, int window, int *language,
    float *probability_out, struct ih_error *e)
{
    const struct whisper *w = s->model;
    const struct whisper_tokens *t = &w->tokens;
    *language = 0;
    *probability_out = 1;
    if (!t->languages)
        return IH_OK;
    struct arena_mark mark = arena_mark(&s->arena);
    float *logits = arena_alloc(&s->arena, (size_t)w->config.vocab * sizeof *logits);
    if (!logits)
        return err_memory(e, "detecting the language");
    struct whisper_row row = {window, window * s->width, &t->start, 1};
    whisper_cache_reset(s, row.cache);
    whisper_step(s, &row, 1, logits, NULL, NULL, NULL);
    double total = 0;
    for (int i = 0; i < t->languages; i++)
        if (logits[t->language[i]] > logits[t->language[*language]])
            *language = i;
    float top = logits[t->language[*language]];
    for (int i = 0; i < t->languages; i++)
        total += exp((double)(logits[t->language[i]] - top));
    *probability_out = (float)(1 / total);
    arena_rewind(&s->arena, mark);
    if (device_exhausted(s->device))
        return err_memory(e, "detecting the language");
    return IH_OK;
}
