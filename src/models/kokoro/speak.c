/* SPDX-License-Identifier: Apache-2.0 */
/* One utterance: what a request asks for is applied to durations, pitch and gain on the way. */
#include "models/kokoro/kokoro.h"

#include "base/rng.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Far beyond what PHONEMES_MAX letters take at any pace that can be followed. */
enum { SECONDS_MAX = 120 };

static double frames_per_second(const struct kokoro *k)
{
    return KOKORO_RATE / (2.0 * k->config.frame_samples);
}

struct saying {
    const struct synthesis_request *r;
    int32_t *token; /* [n], with silence (0) at either end */
    int *first;     /* [n] code points; of the silences the first and the count */
    int64_t n, frames;
    int count;      /* code points */
    int row;        /* of the style */
    int *length;    /* [n] frames */
    int32_t *index; /* [frames] */
};

static const struct prosody *prosody_at(const struct synthesis_request *r, int at)
{
    for (int i = 0; i < r->prosody_count; i++)
        if (at >= r->prosody[i].first && at < r->prosody[i].first + r->prosody[i].count)
            return &r->prosody[i];
    return NULL;
}

static enum ih_status spell(
    struct synthesizer_session *s, struct saying *y, struct arena *a, struct ih_error *e)
{
    const struct kokoro *k = s->model;
    const char *phonemes = y->r->phonemes;
    int most = PHONEMES_MAX, room = k->config.bert_positions - 2, letters;
    most = room < most ? room : most;
    y->count = (int)utf8_count(phonemes, strlen(phonemes));
    size_t n = (size_t)most + 3;
    y->token = arena_calloc(a, n, sizeof *y->token);
    y->first = arena_calloc(a, n, sizeof *y->first);
    y->length = arena_calloc(a, n, sizeof *y->length);
    if (!y->token || !y->first || !y->length)
        return err_memory(e, "an utterance");
    int count =
        kokoro_tokens(k, phonemes, y->r->language, y->token + 1, y->first + 1, most + 1, &letters);
    if (count > most)
        return err_set(
            e, IH_INVALID, "more than %d phonemes at once; say it in shorter pieces", most);
    y->token[count + 1] = 0;
    y->first[count + 1] = y->count;
    y->n = count + 2;
    int64_t rows = y->r->voice.rows;
    y->row = letters < 1 ? 0 : (int)(letters - 1 < rows ? letters - 1 : rows - 1);
    return IH_OK;
}

/* Both style maps of the row for this length. */
static void apply_style(struct synthesizer_session *s, const float *style)
{
    const struct kokoro *k = s->model;
    for (int i = 0; i < 2; i++) {
        const struct linear *fc = &k->style[i].fc;
        s->style[i] = arena_alloc(&s->arena, (size_t)fc->out * sizeof(float));
        struct tensor x =
            tensor_2d((void *)(uintptr_t)(style + i * k->config.style), DT_F32, 1, k->config.style);
        op_linear(s->device, tensor_2d(s->style[i], DT_F32, 1, fc->out), x, fc, ACT_NONE,
            (struct tensor){0});
    }
}

/* round(duration / pace), at least one frame each, halves to even. */
static enum ih_status set_lengths(
    const struct kokoro *k, struct saying *y, const float *duration, struct ih_error *e)
{
    double total = 0, most = SECONDS_MAX * frames_per_second(k);
    for (int64_t i = 0; i < y->n; i++) {
        const struct prosody *p = prosody_at(y->r, y->first[i]);
        float frames = rintf(duration[i] / (y->r->speed * (p ? p->rate : 1.0f)));
        total += frames;
        if (!(total <= most))
            return err_set(e, IH_INVALID,
                "an utterance of more than %d seconds; say it faster or in shorter pieces",
                SECONDS_MAX);
        y->length[i] = frames < 1 ? 1 : (int)frames;
        y->frames += y->length[i];
    }
    return IH_OK;
}

static enum ih_status set_index(struct saying *y, struct arena *a, struct ih_error *e)
{
    y->index = arena_alloc(a, (size_t)y->frames * sizeof *y->index);
    if (!y->index)
        return err_memory(e, "an utterance");
    int64_t at = 0;
    for (int64_t i = 0; i < y->n; i++)
        for (int j = 0; j < y->length[i]; j++)
            y->index[at++] = (int32_t)i;
    return IH_OK;
}

/* Range is about the mean of log pitch over the voiced frames; then semitones. */
static void bend(const struct saying *y, float *f0)
{
    const struct synthesis_request *r = y->r;
    double sum = 0;
    int64_t voiced = 0, n = 2 * y->frames;
    for (int64_t i = 0; i < n; i++)
        if (f0[i] > 10) {
            sum += log(f0[i]);
            voiced++;
        }
    double mean = voiced ? sum / (double)voiced : 0;
    for (int64_t i = 0; i < n; i++) {
        const struct prosody *p = prosody_at(r, y->first[y->index[i / 2]]);
        float semitones = r->pitch + (p ? p->pitch : 0);
        if (f0[i] > 10 && r->range != 1)
            f0[i] = (float)exp(mean + (log(f0[i]) - mean) * r->range);
        if (semitones != 0)
            f0[i] *= exp2f(semitones / 12);
    }
}

struct noise {
    float *out;
    int samples; /* of a frame */
    uint64_t seed;
    float deviation;
};

/* Box and Muller's pairs; each frame has numbers of its own, so that frames can be made in any
 * order. */
static void noise_task(void *arg, int task, int worker)
{
    (void)worker;
    const struct noise *n = arg;
    uint64_t state = n->seed + (uint64_t)task * 0xd1342543de82ef95u;
    float *out = n->out + task * (int64_t)n->samples;
    for (int i = 0; i < n->samples; i += 2) {
        float size = n->deviation * sqrtf(-2 * logf(1 - (float)(rng_unit(&state) * 0.99999994)));
        float angle = (float)(2 * M_PI * rng_unit(&state));
        out[i] = size * cosf(angle);
        if (i + 1 < n->samples)
            out[i + 1] = size * sinf(angle);
    }
}

static const float *make_noise(struct synthesizer_session *s, const struct saying *y)
{
    const struct kokoro *k = s->model;
    int64_t frames = 2 * y->frames;
    double power = 0;
    if (s->noise)
        return s->noise;
    for (int i = 0; i < HARMONICS; i++)
        power += (double)k->decoder.harmonics[i] * k->decoder.harmonics[i];
    struct noise n = {.samples = k->config.frame_samples, .seed = y->r->seed};
    n.out = arena_alloc(&s->arena, (size_t)(frames * n.samples) * sizeof(float));
    n.deviation = (float)sqrt(power);
    op_parallel(s->device, noise_task, &n, (int)frames);
    return n.out;
}

/* Gains are those of frames, joined by straight lines so that none of them clicks. */
static void apply_gain(const struct saying *y, int step, float *pcm)
{
    const struct synthesis_request *r = y->r;
    float before = 0;
    for (int64_t f = 0; f < y->frames; f++) {
        const struct prosody *p = prosody_at(r, y->first[y->index[f]]);
        float gain = r->energy * (p ? p->volume : 1.0f);
        before = f ? before : gain;
        for (int i = 0; i < step; i++) {
            float v = pcm[f * step + i] * (before + (gain - before) * (float)i / (float)step);
            pcm[f * step + i] = v < -1 ? -1 : v > 1 ? 1 : v;
        }
        before = gain;
    }
}

/* Letters that share a token share its time in equal parts. */
static enum ih_status set_times(const struct kokoro *k, const struct saying *y, struct arena *a,
    struct synthesized *out, struct ih_error *e)
{
    float *begin = arena_alloc(a, ((size_t)y->count + 1) * sizeof *begin);
    if (!begin)
        return err_memory(e, "an utterance");
    double time = 0, second = frames_per_second(k);
    int at = 0;
    for (int64_t i = 0; i < y->n; i++) {
        /* Tokens of one code point count as one. */
        int from = i ? y->first[i] : 0;
        double length = y->length[i];
        while (i > 0 && i + 2 < y->n && y->first[i + 1] == from)
            length += y->length[++i];
        int to = i + 1 < y->n ? y->first[i + 1] : y->count;
        from = i ? from : to;
        for (; at < to; at++) {
            double part = at < from ? 0 : (double)(at - from) / (to - from);
            begin[at] = (float)((time + part * length) / second);
        }
        time += length;
    }
    for (; at <= y->count; at++)
        begin[at] = (float)((double)y->frames / second);
    out->begin = begin;
    out->count = y->count;
    return IH_OK;
}

static enum ih_status reserve(struct synthesizer_session *s, size_t bytes, struct ih_error *e)
{
    return arena_reserve(&s->arena, bytes) ? err_memory(e, "an utterance") : IH_OK;
}

/* Activations in front of the decoder: n tokens, T frames. */
static size_t prosody_bytes(const struct kokoro *k, int64_t n, int64_t frames)
{
    const struct kokoro_config *c = &k->config;
    int64_t token = 6 * (int64_t)c->bert_dim + c->bert_ffn + c->bert_embedding +
                    6 * (int64_t)c->hidden + c->style + c->max_duration;
    int64_t frame = 16 * (int64_t)c->hidden + c->style + 16;
    int64_t head = c->bert_dim / c->bert_heads;
    return (size_t)(n * token + frames * frame + k->style[0].fc.out + k->style[1].fc.out) *
               sizeof(float) +
           kv_bytes(c->bert_heads, (int)head, n, DT_F32) + ((size_t)1 << 16);
}

static enum ih_status cancelled(const struct synthesizer_session *s, struct ih_error *e)
{
    return kokoro_cancelled(s) ? err_set(e, IH_CANCELLED, "cancelled") : IH_OK;
}

/* From lengths to samples. */
static enum ih_status render(struct synthesizer_session *s, struct saying *y, struct tensor encoded,
    float *pcm, struct ih_error *e)
{
    const struct kokoro *k = s->model;
    struct device *d = s->device;
    int64_t h = k->config.hidden, frames = y->frames;
    enum ih_status status =
        reserve(s, prosody_bytes(k, y->n, frames) + kokoro_vocode_bytes(k, frames), e);
    if (status)
        return status;
    struct vocoding v = {.breathiness = y->r->breathiness};
    v.pitch = kokoro_rows(s, 2 * frames, 1);
    v.energy = kokoro_rows(s, 2 * frames, 1);
    v.text = kokoro_rows(s, frames, h);
    struct tensor text = kokoro_rows(s, y->n, h);
    kokoro_curves(s, encoded, y->index, v.pitch, v.energy);
    bend(y, v.pitch.data);
    kokoro_watch(s, "bent", 0, v.pitch);
    kokoro_text(s, y->token, text);
    op_gather(d, v.text, text, y->index);
    v.noise = make_noise(s, y);
    status = cancelled(s, e);
    if (status)
        return status;
    kokoro_vocode(s, &v, pcm);
    return cancelled(s, e);
}

static enum ih_status say(struct synthesizer_session *s, struct saying *y, struct arena *a,
    struct synthesized *out, struct ih_error *e)
{
    const struct kokoro *k = s->model;
    const float *style = y->r->voice.data + y->row * y->r->voice.width;
    enum ih_status status = reserve(s, prosody_bytes(k, y->n, 0), e);
    if (status)
        return status;
    apply_style(s, style);
    struct tensor encoded = kokoro_rows(s, y->n, k->config.hidden + k->config.style);
    float *duration = arena_alloc(&s->arena, (size_t)y->n * sizeof *duration);
    kokoro_durations(s, y->token, y->n, style + k->config.style, encoded, duration);
    /* Lengths are only read when they are there. */
    status = device_exhausted(s->device) ? err_memory(e, "an utterance")
                                         : set_lengths(k, y, duration, e);
    if (!status)
        status = set_index(y, a, e);
    if (!status)
        status = cancelled(s, e);
    if (status)
        return status;
    kokoro_watch(s, "lengths", 0, tensor_2d(y->length, DT_I32, y->n, 1));
    int step = 2 * k->config.frame_samples;
    out->samples = y->frames * step;
    float *pcm = arena_alloc(a, (size_t)out->samples * sizeof *pcm);
    if (!pcm)
        return err_memory(e, "an utterance");
    status = render(s, y, encoded, pcm, e);
    if (!status && device_exhausted(s->device))
        status = err_memory(e, "an utterance");
    if (status)
        return status;
    apply_gain(y, step, pcm);
    out->pcm = pcm;
    return set_times(k, y, a, out, e);
}

static enum ih_status check(
    const struct kokoro *k, const struct synthesis_request *r, struct ih_error *e)
{
    if (r->voice.width != 2 * k->config.style || r->voice.rows < 1)
        return err_set(e, IH_INVALID,
            "the voice has %" PRId64 " numbers a row; this model's have %d", r->voice.width,
            2 * k->config.style);
    if (!(r->speed > 0) || !(r->energy >= 0) || !(r->range >= 0))
        return err_set(e, IH_INVALID, "speed must be above 0, energy and range at least 0");
    for (int i = 0; i < r->prosody_count; i++)
        if (!(r->prosody[i].rate > 0) || !(r->prosody[i].volume >= 0))
            return err_set(
                e, IH_INVALID, "a prosody needs a rate above 0 and a volume of at least 0");
    return IH_OK;
}

enum ih_status kokoro_speak(struct synthesizer_session *s, const struct synthesis_request *r,
    const volatile int *cancel, struct arena *a, struct synthesized *out, struct ih_error *e)
{
    struct arena_mark mark = arena_mark(&s->arena);
    struct saying y = {.r = r};
    *out = (struct synthesized){0};
    s->cancel = cancel;
    enum ih_status status = check(s->model, r, e);
    if (!status)
        status = spell(s, &y, a, e);
    if (!status)
        status = say(s, &y, a, out, e);
    arena_rewind(&s->arena, mark);
    return status;
}
