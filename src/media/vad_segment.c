/* SPDX-License-Identifier: Apache-2.0 */
#include "media/vad.h"

const struct vad_options vad_defaults = {
    .threshold = 0.5f,
    .min_speech_ms = 250,
    .min_silence_ms = 100,
    .pad_ms = 30,
};

enum { PER_MS = VAD_RATE / 1000 };

void vad_segmenter_init(struct vad_segmenter *s, const struct vad_options *o)
{
    *s = (struct vad_segmenter){
        .options = o ? *o : vad_defaults, .begin = -1, .silence = -1, .best_cut = -1};
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Samples that a stretch may have when a new frame comes; INT64_MAX without a limit. */
static int64_t length_limit(const struct vad_options *o)
{
    if (!(o->max_speech_s > 0))
        return INT64_MAX;
    double seconds = o->max_speech_s < 0.2 ? 0.2 : o->max_speech_s > 1e9 ? 1e9 : o->max_speech_s;
    int64_t samples = (int64_t)(seconds * VAD_RATE) - VAD_FRAME - 2 * (int64_t)o->pad_ms * PER_MS;
    return most(samples, VAD_FRAME);
}

/* Gives the open stretch out as [begin, end), if it is longer than `shortest`, with `pad` samples
 * after it as far as they have been heard. */
static bool emit(struct vad_segmenter *s, int64_t end, int64_t shortest, int64_t pad, int64_t heard,
    struct vad_span *out)
{
    if (end - s->begin <= shortest)
        return false;
    out->begin = most(s->begin - (int64_t)s->options.pad_ms * PER_MS, s->last_end);
    out->end = least(end + pad, heard);
    s->last_end = out->end;
    return true;
}

/* What a cut has left is speech however short it is. */
static int64_t shortest_speech(const struct vad_segmenter *s)
{
    return s->rest ? 0 : (int64_t)s->options.min_speech_ms * PER_MS;
}

static void close_stretch(struct vad_segmenter *s)
{
    s->begin = s->silence = s->best_cut = -1;
    s->rest = false;
}

/* Remembers the middle of the frame at `now` when no other in the stretch's second half is less
 * like speech. A cut there leaves a rest that has not reached its own second half, so nothing of
 * the past is needed to cut again. */
static void note_cut(struct vad_segmenter *s, int64_t now, float probability, int64_t limit)
{
    if (now - s->begin < limit / 2 || (s->best_cut >= 0 && probability > s->best_cut_prob))
        return;
    s->best_cut = now + VAD_FRAME / 2;
    s->best_cut_prob = probability;
}

static bool cut(struct vad_segmenter *s, int64_t now, struct vad_span *out)
{
    int64_t at = s->best_cut >= 0 ? s->best_cut : now;
    bool given = emit(s, at, 0, 0, now, out);
    s->begin = at;
    s->best_cut = -1;
    s->rest = true;
    if (s->silence >= 0)
        s->silence = most(s->silence, at);
    return given;
}

bool vad_push(struct vad_segmenter *s, float probability, struct vad_span *out)
{
    const struct vad_options *o = &s->options;
    int64_t now = s->frame++ * VAD_FRAME, limit = length_limit(o);
    float low = o->threshold - 0.15f > 0.01f ? o->threshold - 0.15f : 0.01f;
    if (s->begin < 0) {
        if (probability >= o->threshold)
            s->begin = now;
        return false;
    }
    bool given = now - s->begin > limit && cut(s, now, out);
    note_cut(s, now, probability, limit);
    if (probability >= o->threshold)
        s->silence = -1;
    else if (probability < low && s->silence < 0)
        s->silence = now;
    /* Only one span can be given at a time; after a cut the end of the rest waits a frame. */
    if (probability < low && !given && now - s->silence >= (int64_t)o->min_silence_ms * PER_MS) {
        given = emit(
            s, s->silence, shortest_speech(s), (int64_t)o->pad_ms * PER_MS, now + VAD_FRAME, out);
        close_stretch(s);
    }
    return given;
}

bool vad_finish(struct vad_segmenter *s, int64_t samples, struct vad_span *out)
{
    bool given = s->begin >= 0 && emit(s, samples, shortest_speech(s), 0, samples, out);
    close_stretch(s);
    return given;
}
