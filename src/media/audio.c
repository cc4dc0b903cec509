/* SPDX-License-Identifier: Apache-2.0 */
#include "media/audio.h"

#include "media/audio_decode.h"
#include "media/audio_mix.h"
#include "media/audio_resample.h"

#include <stdlib.h>
#include <string.h>

enum { READY = 8192, RAW_BYTES = 1 << 14, RAW_CHANNELS = 64 };

/* Headerless samples; a read may end inside one, whose bytes wait here for the rest. */
struct raw {
    enum sample_type type;
    int rate, channels;
    unsigned char bytes[RAW_BYTES];
    size_t held;
    float mono[RAW_BYTES / 2];
    bool broken; /* ended inside a sample */
};

struct audio {
    struct input in;
    union {
        struct file_source file;
        struct memory_source memory;
    } own;
    char *name;
    bool from_file;
    struct decoder *decoder; /* or else raw */
    struct raw *raw;
    int rate;
    bool ended;              /* nothing more comes in */
    struct ih_error failure; /* told after the samples from before it */
    const float *mono;
    size_t mono_count; /* decoded, not yet resampled */
    struct resampler resampler;
    float ready[READY];
    size_t ready_at, ready_count;
};

static enum ih_status next_raw(struct audio *a, struct ih_error *e)
{
    struct raw *r = a->raw;
    size_t width = (size_t)(sample_bytes(r->type) * r->channels), n = 0;
    while (n == 0) {
        int64_t got = input_read(&a->in, r->bytes + r->held, RAW_BYTES - r->held);
        if (got < 0)
            return err_set(e, IH_IO, "reading %s failed", a->name);
        if (got == 0) {
            r->broken = r->held > 0;
            a->ended = true;
            return IH_OK;
        }
        r->held += (size_t)got;
        n = r->held / width;
    }
    const uint8_t *planes[] = {r->bytes};
    mix_mono(&(struct mix){planes, r->type, false, r->channels}, r->mono, (int64_t)n);
    r->held -= n * width;
    memmove(r->bytes, r->bytes + n * width, r->held);
    a->mono = r->mono;
    a->mono_count = n;
    return IH_OK;
}

static enum ih_status next_decoded(struct audio *a, struct ih_error *e)
{
    int rate = a->resampler.from;
    enum ih_status status = decoder_next(a->decoder, &a->mono, &a->mono_count, &rate, e);
    if (status)
        return status;
    a->ended = a->mono_count == 0;
    /* A rate that changes half-way costs the millisecond that the resampler still holds. */
    return rate == a->resampler.from ? IH_OK : resampler_set(&a->resampler, rate, a->rate, e);
}

/* Makes some samples ready; none are only at the end. */
static enum ih_status fill(struct audio *a, struct ih_error *e)
{
    enum ih_status status = IH_OK;
    a->ready_at = a->ready_count = 0;
    while (!status && a->ready_count == 0) {
        if (a->mono_count == 0 && !a->ended) {
            status = a->raw ? next_raw(a, e) : next_decoded(a, e);
            continue;
        }
        bool last = a->mono_count == 0;
        size_t used;
        status = resampler_run(&a->resampler, last ? NULL : a->mono, a->mono_count, &used, a->ready,
            READY, &a->ready_count, e);
        if (status || (last && a->ready_count == 0))
            break;
        a->mono += used;
        a->mono_count -= used;
    }
    for (size_t i = 0; i < a->ready_count; i++)
        a->ready[i] = mix_limit(a->ready[i]);
    return status;
}

static enum ih_status new_audio(struct audio **out, const char *name, int rate, struct ih_error *e)
{
    *out = NULL;
    if (rate < RATE_MIN || rate > RATE_MAX)
        return err_set(e, IH_INVALID, "a rate of %d Hz was asked for, expected %d to %d", rate,
            RATE_MIN, RATE_MAX);
    struct audio *a = *out = calloc(1, sizeof *a);
    if (a)
        a->name = strdup(name ? name : "audio");
    if (!a || !a->name) {
        audio_close(out);
        return err_memory(e, "a recording");
    }
    a->rate = rate;
    return IH_OK;
}

/* The first samples are decoded at once, so that a file without any fails here. */
static enum ih_status start(struct audio **out, struct ih_error *e)
{
    struct audio *a = *out;
    enum ih_status status = fill(a, e);
    if (!status && a->ready_count == 0)
        status = err_set(e, IH_BAD_DATA,
            audio_damaged(a) ? "%s: no sound could be decoded, the data is corrupt or cut off"
                             : "%s holds no samples",
            a->name);
    if (status)
        audio_close(out);
    return status;
}

static enum ih_status start_decoder(
    struct audio **out, struct audio_source source, struct ih_error *e)
{
    struct audio *a = *out;
    source.name = a->name;
    enum ih_status status = input_init(&a->in, &source, e);
    if (!status)
        status = decoder_open(&a->decoder, &a->in, e);
    if (status) {
        audio_close(out);
        return status;
    }
    return start(out, e);
}

enum ih_status audio_open(
    struct audio **out, const struct audio_source *source, int rate, struct ih_error *e)
{
    enum ih_status status = new_audio(out, source->name, rate, e);
    return status ? status : start_decoder(out, *source, e);
}

enum ih_status audio_open_file(struct audio **out, const char *path, int rate, struct ih_error *e)
{
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    enum ih_status status = new_audio(out, name, rate, e);
    if (status)
        return status;
    struct audio_source source;
    status = file_source_open(&(*out)->own.file, &source, path, e);
    if (status) {
        audio_close(out);
        return status;
    }
    (*out)->from_file = true;
    return start_decoder(out, source, e);
}

enum ih_status audio_open_memory(
    struct audio **out, const void *data, size_t size, int rate, struct ih_error *e)
{
    enum ih_status status = new_audio(out, "audio in memory", rate, e);
    if (status)
        return status;
    struct audio_source source;
    memory_source_init(&(*out)->own.memory, &source, data, size);
    return start_decoder(out, source, e);
}

enum ih_status audio_open_raw(struct audio **out, const struct audio_source *source, bool is_f32,
    int source_rate, int channels, int rate, struct ih_error *e)
{
    enum ih_status status = new_audio(out, source->name, rate, e);
    if (status)
        return status;
    struct audio *a = *out;
    a->in.source = *source;
    a->in.source.name = a->name;
    a->raw = calloc(1, sizeof *a->raw);
    if (!a->raw)
        status = err_memory(e, a->name);
    else if (channels < 1 || channels > RAW_CHANNELS || source_rate < RATE_MIN ||
             source_rate > RATE_MAX)
        status = err_set(e, IH_INVALID,
            "%s: raw samples in %d channels at %d Hz, expected 1 to %d channels at %d to %d Hz",
            a->name, channels, source_rate, RAW_CHANNELS, RATE_MIN, RATE_MAX);
    else
        status = resampler_set(&a->resampler, source_rate, rate, e);
    if (status) {
        audio_close(out);
        return status;
    }
    a->raw->type = is_f32 ? SAMPLE_F32 : SAMPLE_S16;
    a->raw->rate = source_rate;
    a->raw->channels = channels;
    return start(out, e);
}

void audio_close(struct audio **out)
{
    struct audio *a = *out;
    if (!a)
        return;
    decoder_close(&a->decoder);
    resampler_free(&a->resampler);
    if (a->from_file)
        file_source_close(&a->own.file);
    free(a->raw);
    free(a->name);
    free(a);
    *out = NULL;
}

double audio_duration(const struct audio *a)
{
    if (!a->raw)
        return decoder_duration(a->decoder);
    double width = sample_bytes(a->raw->type) * a->raw->channels;
    return a->in.source.size < 0 ? -1 : (double)a->in.source.size / width / a->raw->rate;
}

const char *audio_codec(const struct audio *a)
{
    if (!a->raw)
        return decoder_codec(a->decoder);
    return a->raw->type == SAMPLE_F32 ? "raw f32" : "raw s16";
}

const char *audio_tag(const struct audio *a, const char *key)
{
    return a->raw ? NULL : decoder_tag(a->decoder, key);
}

enum ih_status audio_read(struct audio *a, float *out, size_t n, size_t *got, struct ih_error *e)
{
    *got = 0;
    while (*got < n && !a->failure.code) {
        if (a->ready_count == a->ready_at) {
            /* What a pipe has given is passed on at once: someone may be speaking into it. */
            if (*got > 0 && !a->in.source.seek)
                break;
            if (fill(a, &a->failure) || a->ready_count == 0)
                break;
        }
        size_t left = a->ready_count - a->ready_at;
        left = left < n - *got ? left : n - *got;
        memcpy(out + *got, a->ready + a->ready_at, sizeof *out * left);
        a->ready_at += left;
        *got += left;
    }
    return *got > 0 || !a->failure.code ? IH_OK
                                        : err_set(e, a->failure.code, "%s", a->failure.text);
}

bool audio_damaged(const struct audio *a)
{
    return a->raw ? a->raw->broken : decoder_damaged(a->decoder);
}
