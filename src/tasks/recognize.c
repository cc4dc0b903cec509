/* SPDX-License-Identifier: Apache-2.0 */
/* From windows to segments: decoding with retries at higher temperatures, and the judgement of what
 * came out, as transcribe.py of openai/whisper does it and a little stricter. */
#include "tasks/transcribe.h"

#include "base/err.h"
#include "text/compress.h"
#include "text/language.h"
#include "text/repeat.h"

#include <math.h>
#include <string.h>

/* Audio below this peak (-66 dBFS) holds no speech, whatever a model says. */
static const float silent_peak = 0.0005f;
/* Above this temperature text is no context for what follows. */
static const float forget_temperature = 0.5f;

/* One window on its way through the retries. */
struct attempt {
    const struct window *window;
    struct decoded result;
    char *text;
    float temperature, compression;
    float tried; /* highest temperature so far; that of the kept result may be lower */
    bool silent, settled;
};

struct batch {
    struct transcription *t;
    struct attempt *attempt;
    int count;
};

static float peak(const float *pcm, int64_t n)
{
    float top = 0;
    for (int64_t i = 0; i < n; i++)
        top = fmaxf(top, fabsf(pcm[i]));
    return top;
}

static char *text_of(struct transcription *t, const int32_t *token, int count)
{
    size_t n = t->recognizer->text(t->model, token, (size_t)count, NULL, 0);
    char *text = arena_alloc(&t->arena, n + 1);
    if (text)
        t->recognizer->text(t->model, token, (size_t)count, text, n + 1);
    return text;
}

static bool is_silence(const struct transcription *t, const struct attempt *a)
{
    return a->result.no_speech > t->options->no_speech_limit &&
           a->result.avg_logprob < t->options->logprob_limit;
}

/* Whether a higher temperature should have a try. */
static bool is_bad(const struct transcription *t, const struct attempt *a)
{
    const struct ih_transcribe_options *o = t->options;
    if (is_silence(t, a))
        return false;
    return a->compression > o->compression_limit || a->result.avg_logprob < o->logprob_limit;
}

/* When every temperature gave a bad result, the most certain one stays, but rather one that does
 * not repeat itself (the reference keeps the last, which is the most random). */
static bool is_better(
    const struct transcription *t, const struct attempt *a, const struct attempt *than)
{
    float limit = t->options->compression_limit;
    if (!than->text || a->settled)
        return true;
    if ((a->compression > limit) != (than->compression > limit))
        return than->compression > limit;
    return a->result.avg_logprob > than->result.avg_logprob;
}

static enum ih_status decode_unsettled(struct batch *b, float temperature, struct ih_error *e)
{
    struct transcription *t = b->t;
    struct arena *arena = &t->arena;
    struct decode_request *request = arena_alloc(arena, (size_t)b->count * sizeof *request);
    struct decoded *result = arena_alloc(arena, (size_t)b->count * sizeof *result);
    int *at = arena_alloc(arena, (size_t)b->count * sizeof *at);
    if (!request || !result || !at)
        return err_memory(e, "decoding");
    int count = 0;
    for (int i = 0; i < b->count; i++) {
        if (b->attempt[i].settled)
            continue;
        at[count] = i;
        request[count++] = (struct decode_request){i, temperature,
            t->options->seed + (uint64_t)b->attempt[i].window->begin, t->history, t->history_count};
    }
    if (count == 0)
        return IH_OK;
    enum ih_status status = t->recognizer->decode(
        t->session, &t->decode, request, count, &t->job->job.cancel, arena, result, e);
    for (int i = 0; i < count && !status; i++) {
        struct attempt *kept = &b->attempt[at[i]], a = *kept;
        a.result = result[i];
        a.temperature = temperature;
        a.text = text_of(t, result[i].token, result[i].count);
        if (!a.text)
            return err_memory(e, "decoding");
        a.compression = compression_ratio(a.text, strlen(a.text));
        a.settled = !is_bad(t, &a);
        if (is_better(t, &a, kept))
            *kept = a;
        kept->tried = temperature;
    }
    return status;
}

static enum ih_status decode_batch(struct batch *b, struct ih_error *e)
{
    const struct ih_transcribe_options *o = b->t->options;
    float temperature = o->temperature;
    for (;;) {
        enum ih_status status = decode_unsettled(b, temperature, e);
        bool settled = true;
        for (int i = 0; i < b->count; i++)
            settled &= b->attempt[i].settled;
        if (status || settled || o->temperature_step <= 0)
            return status;
        temperature += o->temperature_step;
        if (temperature > 1.0f + 1e-4f)
            return IH_OK;
        status = transcribe_check(b->t, e);
        if (status)
            return status;
    }
}

/* Cuts a loop off the end of a piece, with the time token behind it; true when there was one. */
static bool cut_loop(const struct attempt *a, struct decoded_piece *piece)
{
    int keep = repeat_cut(a->result.token + piece->text_first, piece->text_count);
    if (keep == piece->text_count)
        return false;
    piece->text_count = keep;
    piece->count = piece->text_first + keep - piece->first;
    return true;
}

static unsigned warnings_for(
    const struct transcription *t, const struct attempt *a, const struct decoded_piece *piece)
{
    unsigned warnings = 0;
    if (a->result.avg_logprob < t->options->logprob_limit)
        warnings |= IH_WARN_UNSURE;
    if (a->result.truncated && piece == &a->result.piece[a->result.pieces - 1])
        warnings |= IH_WARN_TRUNCATED;
    int64_t begin = (int64_t)(piece->begin * SAMPLE_RATE),
            end = (int64_t)(piece->end * SAMPLE_RATE);
    if (end > a->window->samples)
        end = a->window->samples;
    /* Behind the end of the sound nobody speaks either. */
    if (begin >= end || peak(a->window->pcm + begin, end - begin) < silent_peak)
        warnings |= IH_WARN_SILENCE;
    return warnings;
}

/* A window may be longer than its audio; no word is spoken behind the end. */
static int collect_words(struct transcription *t, const struct attempt *a,
    const struct decoded_piece *piece, double offset, double limit, struct ih_word *word)
{
    int count = 0;
    for (int i = 0; i < a->result.words; i++) {
        const struct decoded_word *w = &a->result.word[i];
        if (w->first < piece->first || w->first >= piece->first + piece->count)
            continue;
        char *text = text_of(t, a->result.token + w->first, w->count);
        if (!text)
            return -1;
        word[count++] = (struct ih_word){
            text, fmin(offset + w->begin, limit), fmin(offset + w->end, limit), w->probability};
    }
    return count;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n")] == 0;
}

static void remember(struct transcription *t, const int32_t *token, int count)
{
    if (count > HISTORY) {
        token += count - HISTORY;
        count = HISTORY;
    }
    int drop = t->history_count + count - HISTORY;
    if (drop > 0) {
        memmove(
            t->history, t->history + drop, (size_t)(t->history_count - drop) * sizeof *t->history);
        t->history_count -= drop;
    }
    memcpy(t->history + t->history_count, token, (size_t)count * sizeof *token);
    t->history_count += count;
}

static enum ih_status append_piece(struct transcription *t, const struct attempt *a,
    const struct decoded_piece *original, struct ih_error *e)
{
    struct decoded_piece piece = *original;
    unsigned warnings = warnings_for(t, a, original) | (cut_loop(a, &piece) ? IH_WARN_LOOP : 0);
    double offset = (double)a->window->begin / SAMPLE_RATE;
    double limit = offset + (double)a->window->samples / SAMPLE_RATE;
    struct ih_word *word = arena_alloc(&t->arena, (size_t)(a->result.words + 1) * sizeof *word);
    char *text = text_of(t, a->result.token + piece.first, piece.count);
    int words = word ? collect_words(t, a, &piece, offset, limit, word) : -1;
    if (!text || words < 0)
        return err_memory(e, "the transcript");
    if (is_blank(text) || piece.begin == piece.end)
        return IH_OK;
    if (t->options->condition && !t->vad)
        remember(t, a->result.token + piece.first, piece.count);
    struct ih_segment s = {
        .begin = fmin(offset + piece.begin, limit),
        .end = fmin(offset + piece.end, limit),
        .text = text,
        .tokens = a->result.token + piece.first,
        .token_count = piece.count,
        .temperature = a->temperature,
        .avg_logprob = a->result.avg_logprob,
        .compression_ratio = a->compression,
        .no_speech_prob = a->result.no_speech,
        .warnings = warnings,
        .words = word,
        .word_count = words,
    };
    const struct ih_segment *kept;
    enum ih_status status = transcript_add(t->transcript, &s, &kept, e);
    if (!status && t->job->segment)
        t->job->segment(t->job->job.arg, kept);
    return status;
}

static enum ih_status append_result(
    struct transcription *t, const struct attempt *a, struct ih_error *e)
{
    if (a->silent || is_silence(t, a))
        return IH_OK;
    enum ih_status status = IH_OK;
    for (int i = 0; i < a->result.pieces && !status; i++)
        status = append_piece(t, a, &a->result.piece[i], e);
    /* Text that needed a high temperature misleads the windows after it. */
    if (a->tried > forget_temperature)
        t->history_count = 0;
    return status;
}

/* The language of the first window with speech is that of the recording. */
static enum ih_status settle_language(struct transcription *t, struct ih_error *e)
{
    if (t->decode.language)
        return IH_OK;
    const char *const *codes;
    t->recognizer->languages(t->model, &codes);
    int language;
    float probability;
    enum ih_status status = t->recognizer->detect(t->session, 0, &language, &probability, e);
    if (status)
        return status;
    t->decode.language = codes[language];
    t->transcript->open.language = codes[language];
    t->transcript->open.language_probability = probability;
    return IH_OK;
}

/* Encodes what is not silent; silent windows are settled at once. */
static enum ih_status begin_batch(
    struct batch *b, const struct window *window, int count, struct ih_error *e)
{
    struct transcription *t = b->t;
    const float **pcm = arena_alloc(&t->arena, (size_t)count * sizeof *pcm);
    int64_t *samples = arena_alloc(&t->arena, (size_t)count * sizeof *samples);
    b->attempt = arena_calloc(&t->arena, (size_t)count, sizeof *b->attempt);
    if (!pcm || !samples || !b->attempt)
        return err_memory(e, "decoding");
    for (int i = 0; i < count; i++) {
        if (peak(window[i].pcm, window[i].samples) < silent_peak)
            continue;
        b->attempt[b->count].window = &window[i];
        pcm[b->count] = window[i].pcm;
        samples[b->count++] = window[i].samples;
        t->spoken += window[i].samples;
    }
    if (b->count == 0)
        return IH_OK;
    enum ih_status status = t->recognizer->encode(t->session, pcm, samples, b->count, e);
    return status ? status : settle_language(t, e);
}

enum ih_status transcribe_windows(struct transcription *t, const struct window *window, int count,
    int64_t *consumed, struct ih_error *e)
{
    struct batch b = {.t = t};
    struct arena_mark mark = arena_mark(&t->arena);
    enum ih_status status = begin_batch(&b, window, count, e);
    if (!status && b.count)
        status = decode_batch(&b, e);
    for (int i = 0; i < b.count && !status; i++)
        status = append_result(t, &b.attempt[i], e);
    if (!status && consumed && b.count && !is_silence(t, &b.attempt[0]))
        *consumed = (int64_t)(b.attempt[0].result.consumed * SAMPLE_RATE + 0.5);
    arena_rewind(&t->arena, mark);
    return status;
}

enum ih_status transcribe_partial(
    struct transcription *t, const struct window *w, struct ih_error *e)
{
    struct batch b = {.t = t};
    struct arena_mark mark = arena_mark(&t->arena);
    enum ih_status status = begin_batch(&b, w, 1, e);
    if (!status && b.count)
        status = decode_unsettled(&b, 0, e);
    if (!status && b.count && t->job->partial) {
        double begin = (double)w->begin / SAMPLE_RATE;
        t->job->partial(t->job->job.arg, is_silence(t, b.attempt) ? "" : b.attempt->text, begin,
            begin + (double)w->samples / SAMPLE_RATE);
    }
    arena_rewind(&t->arena, mark);
    return status;
}
