/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of speech: stretches found by voice activity are joined while they fit into one window
 * and the pause between them is short; full batches go to the model. */
#include "tasks/transcribe.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* A pause this long begins a new window: where a short window is cheap there is no reason to give
 * the model silence, where it is not, a joined one saves a whole window. */
enum { GAP_CHEAP = SAMPLE_RATE * 3 / 10, GAP_FIXED = 4 * SAMPLE_RATE, BATCH_MAX = 64 };

struct reader {
    struct transcription *t;
    struct vad_state state;
    struct vad_segmenter segmenter;
    float *tail; /* recent audio, from sample tail_begin on */
    int64_t tail_begin, tail_count, tail_capacity;
    struct vad_span chunk; /* the window being joined; begin < 0: none */
    struct window window[BATCH_MAX];
    float *pcm[BATCH_MAX];
    int windows, batch;
    int64_t gap;
};

static enum ih_status flush_batch(struct reader *r, struct ih_error *e)
{
    if (r->windows == 0)
        return IH_OK;
    enum ih_status status = transcribe_windows(r->t, r->window, r->windows, NULL, e);
    r->windows = 0;
    return status;
}

/* Copies the joined stretch out of the tail; it becomes a window. */
static enum ih_status flush_chunk(struct reader *r, struct ih_error *e)
{
    if (r->chunk.begin < 0)
        return IH_OK;
    int64_t n = r->chunk.end - r->chunk.begin;
    if (n > r->t->window_samples)
        n = r->t->window_samples;
    float *pcm = r->pcm[r->windows];
    memcpy(pcm, r->tail + (r->chunk.begin - r->tail_begin), (size_t)n * sizeof *pcm);
    r->window[r->windows++] = (struct window){pcm, r->chunk.begin, n};
    r->chunk.begin = -1;
    return r->windows == r->batch ? flush_batch(r, e) : IH_OK;
}

static enum ih_status take_span(struct reader *r, const struct vad_span *span, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    bool joins = r->chunk.begin >= 0 && span->end - r->chunk.begin <= r->t->window_samples &&
                 span->begin - r->chunk.end <= r->gap;
    if (!joins) {
        status = flush_chunk(r, e);
        r->chunk.begin = span->begin;
    }
    r->chunk.end = span->end;
    return status;
}

/* Drops audio that no open stretch needs any more. */
static void trim_tail(struct reader *r)
{
    int64_t keep = r->tail_begin + r->tail_count - SAMPLE_RATE;
    if (r->segmenter.begin >= 0 && r->segmenter.begin - SAMPLE_RATE < keep)
        keep = r->segmenter.begin - SAMPLE_RATE;
    if (r->chunk.begin >= 0 && r->chunk.begin < keep)
        keep = r->chunk.begin;
    int64_t drop = keep - r->tail_begin;
    if (drop < r->tail_capacity / 4)
        return;
    memmove(r->tail, r->tail + drop, (size_t)(r->tail_count - drop) * sizeof *r->tail);
    r->tail_begin += drop;
    r->tail_count -= drop;
}

/* A chunk whose next stretch cannot join any more is finished without waiting for that stretch. */
static bool chunk_is_over(const struct reader *r)
{
    int64_t now = r->tail_begin + r->tail_count;
    int64_t next = r->segmenter.begin >= 0 ? r->segmenter.begin : now - SAMPLE_RATE;
    return r->chunk.begin >= 0 &&
           (next - r->chunk.end > r->gap || next - r->chunk.begin > r->t->window_samples);
}

static bool ensure_room(struct reader *r)
{
    if (r->tail_count + VAD_FRAME <= r->tail_capacity)
        return true;
    int64_t capacity = r->tail_capacity * 2;
    float *p = realloc(r->tail, (size_t)capacity * sizeof *p);
    if (!p)
        return false;
    r->tail = p;
    r->tail_capacity = capacity;
    return true;
}

static enum ih_status read_frame(struct reader *r, struct ih_error *e)
{
    trim_tail(r);
    if (!ensure_room(r))
        return err_memory(e, "audio");
    float *frame = r->tail + r->tail_count;
    int64_t have = 0;
    enum ih_status status = transcribe_fill(r->t, frame, VAD_FRAME, &have, e);
    if (status || have == 0)
        return status;
    memset(frame + have, 0, (size_t)(VAD_FRAME - have) * sizeof *frame);
    r->tail_count += VAD_FRAME;
    struct vad_span span;
    if (vad_push(&r->segmenter, vad_frame(r->t->vad, &r->state, frame), &span))
        status = take_span(r, &span, e);
    if (!status && chunk_is_over(r))
        status = flush_chunk(r, e);
    return status;
}

static enum ih_status finish(struct reader *r, struct ih_error *e)
{
    struct vad_span span;
    enum ih_status status = IH_OK;
    while (!status && vad_finish(&r->segmenter, r->t->samples, &span))
        status = take_span(r, &span, e);
    if (!status)
        status = flush_chunk(r, e);
    return status ? status : flush_batch(r, e);
}

static enum ih_status allocate(struct reader *r, struct ih_error *e)
{
    r->tail_capacity = 2 * r->t->window_samples + 4 * SAMPLE_RATE;
    r->tail = malloc((size_t)r->tail_capacity * sizeof *r->tail);
    bool ready = r->tail != NULL;
    for (int i = 0; i < r->batch; i++) {
        r->pcm[i] = malloc((size_t)r->t->window_samples * sizeof **r->pcm);
        ready &= r->pcm[i] != NULL;
    }
    return ready ? IH_OK : err_memory(e, "audio");
}

enum ih_status transcribe_speech(struct transcription *t, struct ih_error *e)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return err_memory(e, "audio");
    r->t = t;
    r->chunk.begin = -1;
    r->gap = t->recognizer->scales(t->model) ? GAP_CHEAP : GAP_FIXED;
    r->batch = t->recognizer->windows(t->session);
    if (r->batch > BATCH_MAX)
        r->batch = BATCH_MAX;
    struct vad_options o = vad_defaults;
    o.max_speech_s = (double)t->window_samples / SAMPLE_RATE - 2 * o.pad_ms * 1e-3;
    vad_segmenter_init(&r->segmenter, &o);
    enum ih_status status = allocate(r, e);
    while (!status && !t->ended) {
        status = read_frame(r, e);
        if (!status)
            status = transcribe_check(t, e);
        transcribe_progress(t, r->windows            ? r->window[0].begin
                               : r->chunk.begin >= 0 ? r->chunk.begin
                                                     : r->tail_begin + r->tail_count);
    }
    if (!status)
        status = finish(r, e);
    if (!status)
        transcribe_progress(t, r->tail_begin + r->tail_count);
    for (int i = 0; i < r->batch; i++)
        free(r->pcm[i]);
    free(r->tail);
    free(r);
    return status;
}
