/* SPDX-License-Identifier: Apache-2.0 */
/* Live input: the stretch of speech that is being spoken is read again whenever enough of it is
 * new, and once more when it ends. */
#include "tasks/transcribe.h"

#include "base/clock.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

/* At least so much new audio between two partial texts; and no more than half of the time is spent
 * on them. */
static const double partial_step = 0.6;

struct live {
    struct transcription *t;
    struct vad_state state;
    struct vad_segmenter segmenter;
    float *pcm; /* the latest `have` samples; pcm[0] is sample `begin` */
    int64_t begin, have, capacity;
    int64_t shown; /* samples of the recording when the last partial text was made */
    double cost;   /* seconds that it took */
    bool speaking; /* as the caller was told */
};

static void tell_voice(struct live *l, bool speaks, int64_t sample)
{
    if (l->speaking == speaks)
        return;
    l->speaking = speaks;
    if (l->t->job->voice)
        l->t->job->voice(l->t->job->job.arg, speaks, (double)sample / SAMPLE_RATE);
}

/* Not before the stretch is so long that it will not be dropped. */
static void tell_begin(struct live *l)
{
    const struct vad_segmenter *s = &l->segmenter;
    int64_t least = (int64_t)s->options.min_speech_ms * SAMPLE_RATE / 1000;
    if (s->begin >= 0 && s->silence < 0 && l->begin + l->have - s->begin > least)
        tell_voice(l, true, s->begin);
}

static enum ih_status finish_span(struct live *l, const struct vad_span *span, struct ih_error *e)
{
    struct window w = {l->pcm + (span->begin - l->begin), span->begin, span->end - span->begin};
    tell_voice(l, true, span->begin);
    tell_voice(l, false, span->end);
    enum ih_status status = transcribe_windows(l->t, &w, 1, NULL, e);
    if (!status && l->t->job->partial)
        l->t->job->partial(l->t->job->job.arg, NULL, 0, 0);
    l->shown = l->begin + l->have;
    return status;
}

static enum ih_status show_partial(struct live *l, struct ih_error *e)
{
    int64_t now = l->begin + l->have, from = l->segmenter.begin;
    double step = partial_step > 2 * l->cost ? partial_step : 2 * l->cost;
    if (from < 0 || now - from < SAMPLE_RATE / 2 || (double)(now - l->shown) < step * SAMPLE_RATE)
        return IH_OK;
    if (from < l->begin)
        from = l->begin;
    struct window w = {l->pcm + (from - l->begin), from, now - from};
    if (w.samples > l->t->window_samples)
        return IH_OK;
    double start = clock_seconds();
    enum ih_status status = transcribe_partial(l->t, &w, e);
    l->cost = clock_seconds() - start;
    l->shown = now;
    return status;
}

/* Keeps the open stretch and a second before it. */
static void forget_old(struct live *l)
{
    int64_t keep = l->begin + l->have - SAMPLE_RATE;
    if (l->segmenter.begin >= 0 && l->segmenter.begin - SAMPLE_RATE < keep)
        keep = l->segmenter.begin - SAMPLE_RATE;
    int64_t drop = keep - l->begin;
    if (drop <= 0 || l->have + VAD_FRAME <= l->capacity)
        return;
    memmove(l->pcm, l->pcm + drop, (size_t)(l->have - drop) * sizeof *l->pcm);
    l->begin += drop;
    l->have -= drop;
}

static enum ih_status read_frame(struct live *l, struct ih_error *e)
{
    forget_old(l);
    float *frame = l->pcm + l->have;
    int64_t have = 0;
    enum ih_status status = transcribe_fill(l->t, frame, VAD_FRAME, &have, e);
    if (status || have == 0)
        return status;
    memset(frame + have, 0, (size_t)(VAD_FRAME - have) * sizeof *frame);
    l->have += VAD_FRAME;
    struct vad_span span;
    if (vad_push(&l->segmenter, vad_frame(l->t->vad, &l->state, frame), &span))
        return finish_span(l, &span, e);
    tell_begin(l);
    return show_partial(l, e);
}

enum ih_status transcribe_live(struct transcription *t, struct ih_error *e)
{
    struct live l = {.t = t, .capacity = 2 * t->window_samples + 4 * SAMPLE_RATE};
    l.pcm = malloc((size_t)l.capacity * sizeof *l.pcm);
    if (!l.pcm)
        return err_memory(e, "audio");
    struct vad_options o = vad_defaults;
    o.min_silence_ms = 400; /* a pause in a sentence should not end it */
    o.max_speech_s = (double)t->window_samples / SAMPLE_RATE - 1;
    vad_segmenter_init(&l.segmenter, &o);
    enum ih_status status = IH_OK;
    while (!status && !t->ended) {
        status = read_frame(&l, e);
        if (!status)
            status = transcribe_check(t, e);
        transcribe_progress(t, l.begin + l.have);
    }
    struct vad_span span;
    while (!status && vad_finish(&l.segmenter, t->samples, &span))
        status = finish_span(&l, &span, e);
    free(l.pcm);
    return status;
}
