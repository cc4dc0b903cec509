/* SPDX-License-Identifier: Apache-2.0 */
/* Word times: dynamic time warping over the cross-attention weights of the heads that follow the
 * audio, as timing.py of openai/whisper does. n: audio positions of 20 ms, rows: tokens fed. */
#include "models/whisper/whisper.h"

#include "text/words.h"

#include <math.h>
#include <stdlib.h>

enum { MEDIAN = 7 };
static const double tick = 0.02;

struct aligner {
    struct recognizer_session *session;
    const struct kv *cross; /* [text_layers] of the window */
    int rows, n;
    float *head; /* [rows, n]: one head's weights */
    float *sum;  /* [rows, n]: over heads */
    float *line; /* [n + MEDIAN] */
};

/* Each frame's weights to mean 0 and deviation 1 over the tokens. */
static void normalize_columns(float *x, int rows, int n)
{
    for (int j = 0; j < n; j++) {
        double mean = 0, square = 0;
        for (int i = 0; i < rows; i++)
            mean += (double)x[i * n + j];
        mean /= rows;
        for (int i = 0; i < rows; i++) {
            double d = (double)x[i * n + j] - mean;
            square += d * d;
        }
        double deviation = sqrt(square / rows);
        for (int i = 0; i < rows; i++)
            x[i * n + j] = deviation > 0 ? (float)(((double)x[i * n + j] - mean) / deviation) : 0;
    }
}

static float median(const float *x)
{
    float v[MEDIAN];
    for (int i = 0; i < MEDIAN; i++) {
        int at = i;
        for (; at > 0 && v[at - 1] > x[i]; at--)
            v[at] = v[at - 1];
        v[at] = x[i];
    }
    return v[MEDIAN / 2];
}

/* Running median along the frames with reflected ends; adds the result to the sum over heads. */
static void add_filtered(struct aligner *a)
{
    int half = MEDIAN / 2, n = a->n;
    for (int i = 0; i < a->rows; i++) {
        const float *x = a->head + (size_t)i * (size_t)n;
        float *sum = a->sum + (size_t)i * (size_t)n;
        for (int j = -half; j < n + half; j++) {
            int at = j < 0 ? -j : j >= n ? 2 * (n - 1) - j : j;
            a->line[j + half] = x[at < 0 ? 0 : at >= n ? n - 1 : at];
        }
        for (int j = 0; j < n; j++)
            sum[j] += n > half ? median(a->line + j) : x[j];
    }
}

static void take_layer(void *arg, int layer, struct tensor q)
{
    struct aligner *a = arg;
    const struct whisper *w = a->session->model;
    const struct block_shape *s = &w->decoder_shape;
    float scale = 1.0f / sqrtf((float)s->dim / (float)s->heads);
    struct kv audio = a->cross[layer];
    audio.length = a->n;
    for (int i = 0; i < w->alignment_count; i++) {
        if (w->alignment[i].layer != layer)
            continue;
        struct tensor weights = tensor_2d(a->head, DT_F32, a->rows, a->n);
        op_attention_weights(a->session->device, weights, q, &audio, w->alignment[i].head, scale);
        normalize_columns(a->head, a->rows, a->n);
        add_filtered(a);
    }
}

/* The cheapest monotonic path through cost = -x [rows, n]; time[i] is the first frame of row i. */
static bool warp(const float *x, int rows, int n, int *time)
{
    enum { DIAGONAL, DOWN, RIGHT };
    size_t width = (size_t)n + 1;
    float *cost = malloc(2 * width * sizeof *cost);
    unsigned char *trace = calloc((size_t)(rows + 1) * width, 1);
    if (!cost || !trace) {
        free(cost);
        free(trace);
        return false;
    }
    float *above = cost, *row = cost + width;
    for (size_t j = 0; j < width; j++)
        above[j] = INFINITY;
    above[0] = 0;
    for (int i = 1; i <= rows; i++) {
        row[0] = INFINITY;
        for (size_t j = 1; j < width; j++) {
            float d = above[j - 1], u = above[j], l = row[j - 1];
            int from = d < u && d < l ? DIAGONAL : u < d && u < l ? DOWN : RIGHT;
            float best = from == DIAGONAL ? d : from == DOWN ? u : l;
            row[j] = best - x[(size_t)(i - 1) * (size_t)n + j - 1];
            trace[(size_t)i * width + j] = (unsigned char)from;
        }
        float *swap = above;
        above = row;
        row = swap;
    }
    for (int i = rows, j = n; i > 0;) {
        time[i - 1] = j > 0 ? j - 1 : 0;
        int from = j > 0 ? trace[(size_t)i * width + (size_t)j] : DOWN;
        i -= from != RIGHT;
        j -= from != DOWN;
    }
    free(cost);
    free(trace);
    return true;
}

/* Feeds the text once more and sums the heads' filtered weights. */
static bool attend(struct aligner *a, const int32_t *token, int window)
{
    struct recognizer_session *s = a->session;
    struct whisper_row row = {window, window * s->width, token, a->rows};
    struct whisper_tap tap = {take_layer, a};
    size_t cells = (size_t)a->rows * (size_t)a->n;
    a->head = malloc(cells * sizeof *a->head);
    a->sum = calloc(cells, sizeof *a->sum);
    a->line = malloc(((size_t)a->n + MEDIAN) * sizeof *a->line);
    bool ready = a->head && a->sum && a->line;
    if (ready) {
        whisper_cache_reset(s, row.cache);
        whisper_step(s, &row, 1, NULL, NULL, NULL, &tap);
    }
    free(a->head);
    free(a->line);
    return ready;
}

static float mean_probability(const struct decoded *d, const int *at, int first, int count)
{
    double sum = 0;
    for (int i = first; i < first + count; i++)
        sum += exp((double)d->logprob[at[i]]);
    return count ? (float)(sum / count) : 0;
}

/* Groups the text tokens (at[i] is token i's place in the result) into words with their times. */
static enum ih_status make_words(const struct whisper *w, struct decoded *d, const char *language,
    const int32_t *text, const int *at, int count, const int *time, struct arena *arena,
    struct ih_error *e)
{
    int *length = arena_alloc(arena, (size_t)(count + 1) * sizeof *length);
    struct decoded_word *word = arena_alloc(arena, (size_t)(count + 1) * sizeof *word);
    if (!length || !word)
        return err_memory(e, "word times");
    int words = 0;
    for (int begin = 0, end; begin < count; begin = end) {
        /* A time token between two text tokens ends a word: pieces do not share one. */
        for (end = begin + 1; end < count && at[end] == at[end - 1] + 1;)
            end++;
        int groups = words_group(w->bpe, language, text + begin, end - begin, length);
        for (int i = 0, first = begin; i < groups; first += length[i++]) {
            int last = at[first + length[i] - 1];
            word[words++] =
                (struct decoded_word){at[first], last - at[first] + 1, time[first] * tick,
                    time[first + length[i]] * tick, mean_probability(d, at, first, length[i])};
        }
    }
    d->word = word;
    d->words = words;
    return IH_OK;
}

enum ih_status whisper_align(struct recognizer_session *s, int window,
    const struct decode_options *o, struct decoded *d, struct arena *arena, struct ih_error *e)
{
    const struct whisper *w = s->model;
    struct decode_options plain = *o;
    plain.timestamps = false;
    int32_t *prompt;
    int prompt_count, start;
    enum ih_status status =
        whisper_prompt(w, &plain, NULL, 0, arena, &prompt, &prompt_count, &start, e);
    if (status)
        return status;
    int32_t *token = arena_alloc(arena, (size_t)(prompt_count + d->count + 1) * sizeof *token);
    int *at = arena_alloc(arena, (size_t)(d->count + 1) * sizeof *at);
    int *time = arena_alloc(arena, (size_t)(d->count + 1) * sizeof *time);
    if (!token || !at || !time)
        return err_memory(e, "word times");
    int count = 0, room = w->config.text_positions - prompt_count - 1;
    memcpy(token, prompt, (size_t)prompt_count * sizeof *token);
    for (int i = 0; i < d->count && count < room; i++) {
        if (d->token[i] >= w->tokens.end)
            continue;
        at[count] = i;
        token[prompt_count + count++] = d->token[i];
    }
    d->words = 0;
    if (count == 0)
        return IH_OK;
    token[prompt_count + count] = w->tokens.end;
    struct aligner a = {
        .session = s, .cross = s->window[window].cross, .rows = prompt_count + count + 1};
    a.n = (int)(s->window[window].seconds / tick + 1e-6);
    a.n = a.n < 1 ? 1 : a.n > s->window[window].positions ? (int)s->window[window].positions : a.n;
    /* The row of a token predicts the one after it: from <|notimestamps|> to the last text token.
     */
    bool done = attend(&a, token, window) &&
                warp(a.sum + (size_t)(prompt_count - 1) * (size_t)a.n, count + 1, a.n, time);
    free(a.sum);
    if (!done || device_exhausted(s->device))
        return err_memory(e, "word times");
    return make_words(w, d, o->language, token + prompt_count, at, count, time, arena, e);
}
