/* SPDX-License-Identifier: Apache-2.0 */
/* Sound to the bytes of a file. Samples are brought to the codec's rate and type, cut into its
 * frames, encoded, and put into the container, whose bytes leave before a call returns. */
#include "inhouse/audio.h"

#include "base/err.h"
#include "media/audio_format.h"
#include "media/audio_resample.h"
#include "media/ffmpeg.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    IO_BYTES = 1 << 15,
    BLOCK = 4096,
    PCM_FRAME = 1024, /* where the codec takes any number */
    OPTIONS_BYTES = 128,
    RATE_LOW = 8000,
    RATE_HIGH = 192000,
    BIT_RATE_LOW = 6000,
    BIT_RATE_HIGH = 512000,
};

struct ih_audio_writer {
    struct ih_audio_sink sink;
    const struct audio_coding *coding;
    struct resampler resampler;
    AVFormatContext *format; /* null: bare samples */
    AVIOContext *io;
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    AVStream *stream;
    int held;        /* samples in the frame */
    int64_t pts;     /* of the frame, in samples of the codec */
    int64_t pos;     /* in the sink */
    int64_t size;    /* bytes the sink holds */
    int64_t samples; /* taken so far */
    bool headed, finished, failed;
};

static int io_write(void *arg, uint8_t *data, int n)
{
    struct ih_audio_writer *w = arg;
    if (w->failed || w->sink.write(w->sink.arg, data, (size_t)n) != 0) {
        w->failed = true;
        return AVERROR(EIO);
    }
    w->pos += n;
    w->size = w->pos > w->size ? w->pos : w->size;
    return n;
}

static int64_t io_seek(void *arg, int64_t offset, int whence)
{
    struct ih_audio_writer *w = arg;
    if (whence & AVSEEK_SIZE)
        return w->size;
    if ((whence & ~AVSEEK_FORCE) != SEEK_SET || w->failed || w->sink.seek(w->sink.arg, offset) != 0)
        return AVERROR(EIO);
    return w->pos = offset;
}

static enum ih_status failed(struct ih_audio_writer *w, struct ih_error *e)
{
    if (w->failed)
        return err_set(e, IH_IO, "the sound could not be written");
    w->failed = true;
    return err_set(e, IH_INTERNAL, "the sound could not be encoded as %s", w->coding->open.name);
}

static enum ih_status check_options(const struct ih_audio_writer_options *o, struct ih_error *e)
{
    const int rate[] = {o->rate, o->file_rate ? o->file_rate : o->rate};
    for (int i = 0; i < 2; i++)
        if (rate[i] < RATE_LOW || rate[i] > RATE_HIGH)
            return err_set(e, IH_INVALID, "sound of %d samples a second; %d to %d can be written",
                rate[i], (int)RATE_LOW, (int)RATE_HIGH);
    if (o->bit_rate && (o->bit_rate < BIT_RATE_LOW || o->bit_rate > BIT_RATE_HIGH))
        return err_set(e, IH_INVALID, "bit_rate must be %d to %d, not %d", (int)BIT_RATE_LOW,
            (int)BIT_RATE_HIGH, o->bit_rate);
    return IH_OK;
}

/* The wanted rate where the codec has it, else the next higher one, else its highest. */
static int choose_rate(const AVCodec *codec, int wanted)
{
    int above = 0, highest = 0;
    for (const int *r = codec->supported_samplerates; r && *r; r++) {
        if (*r == wanted)
            return wanted;
        if (*r > wanted && (!above || *r < above))
            above = *r;
        highest = *r > highest ? *r : highest;
    }
    return above ? above : highest ? highest : wanted;
}

/* Mono, so planar and packed are the same bytes; floats where the codec takes them. */
static enum AVSampleFormat choose_type(const AVCodec *codec)
{
    enum AVSampleFormat best = AV_SAMPLE_FMT_NONE;
    for (const enum AVSampleFormat *f = codec->sample_fmts; f && *f != AV_SAMPLE_FMT_NONE; f++) {
        enum AVSampleFormat packed = av_get_packed_sample_fmt(*f);
        if (packed == AV_SAMPLE_FMT_FLT)
            return *f;
        if (packed == AV_SAMPLE_FMT_S16 && best == AV_SAMPLE_FMT_NONE)
            best = *f;
    }
    return best;
}

static enum ih_status open_codec(
    struct ih_audio_writer *w, const struct ih_audio_writer_options *o, struct ih_error *e)
{
    const struct audio_coding *coding = w->coding;
    const AVCodec *codec = avcodec_find_encoder_by_name(coding->encoder);
    if (!codec) {
        char there[96];
        audio_coding_names(there, sizeof there);
        return err_set(e, IH_UNSUPPORTED,
            "the FFmpeg installed has no encoder %s for %s; it can write %s", coding->encoder,
            coding->open.name, there);
    }
    w->codec = avcodec_alloc_context3(codec);
    if (!w->codec)
        return err_memory(e, "an encoder");
    w->codec->sample_rate = choose_rate(codec, o->file_rate ? o->file_rate : o->rate);
    w->codec->sample_fmt = choose_type(codec);
    w->codec->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
    w->codec->time_base = (AVRational){1, w->codec->sample_rate};
    w->codec->bit_rate = o->bit_rate ? o->bit_rate : coding->open.bit_rate;
    w->codec->thread_count = 1;
    if (coding->effort)
        w->codec->compression_level = coding->effort;
    w->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    if (w->format->oformat->flags & AVFMT_GLOBALHEADER)
        w->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (avcodec_open2(w->codec, codec, NULL) < 0)
        return err_set(e, IH_UNSUPPORTED, "%s cannot hold sound of %d Hz at %lld bits a second",
            coding->open.name, w->codec->sample_rate, (long long)w->codec->bit_rate);
    return resampler_set(&w->resampler, o->rate, w->codec->sample_rate, e);
}

static enum ih_status open_frame(struct ih_audio_writer *w, struct ih_error *e)
{
    w->frame = av_frame_alloc();
    w->packet = av_packet_alloc();
    if (!w->frame || !w->packet)
        return err_memory(e, "an encoder");
    w->frame->format = w->codec->sample_fmt;
    w->frame->ch_layout = w->codec->ch_layout;
    w->frame->sample_rate = w->codec->sample_rate;
    w->frame->nb_samples = w->codec->frame_size ? w->codec->frame_size : PCM_FRAME;
    return av_frame_get_buffer(w->frame, 0) < 0 ? err_memory(e, "an encoder") : IH_OK;
}

static enum ih_status open_container(struct ih_audio_writer *w, struct ih_error *e)
{
    if (avformat_alloc_output_context2(&w->format, NULL, w->coding->muxer, NULL) < 0 || !w->format)
        return err_set(
            e, IH_UNSUPPORTED, "the FFmpeg installed cannot write %s files", w->coding->open.name);
    unsigned char *buffer = av_malloc(IO_BYTES);
    if (buffer)
        w->io = avio_alloc_context(
            buffer, IO_BYTES, 1, w, NULL, io_write, w->sink.seek ? io_seek : NULL);
    if (!w->io) {
        av_free(buffer);
        return err_memory(e, "a file of sound");
    }
    w->format->pb = w->io;
    w->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    return IH_OK;
}

static void set_options(AVDictionary **d, const char *list)
{
    char copy[OPTIONS_BYTES], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", list ? list : "");
    for (char *pair = strtok_r(copy, ",", &rest); pair; pair = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(pair, '=');
        if (!equals)
            continue;
        *equals = 0;
        av_dict_set(d, pair, equals + 1, 0);
    }
}

static enum ih_status write_header(
    struct ih_audio_writer *w, const struct ih_audio_writer_options *o, struct ih_error *e)
{
    const char *const tags[][2] = {
        {"title", o->title}, {"artist", o->artist}, {"comment", o->comment}};
    w->stream = avformat_new_stream(w->format, NULL);
    if (!w->stream || avcodec_parameters_from_context(w->stream->codecpar, w->codec) < 0)
        return err_memory(e, "a file of sound");
    w->stream->time_base = w->codec->time_base;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (tags[i][1] && *tags[i][1])
            av_dict_set(&w->format->metadata, tags[i][0], tags[i][1], 0);
    AVDictionary *options = NULL;
    set_options(&options, w->sink.seek ? w->coding->on_file : w->coding->on_pipe);
    int error = avformat_write_header(w->format, &options);
    av_dict_free(&options);
    if (error < 0)
        return failed(w, e);
    w->headed = true;
    return IH_OK;
}

static enum ih_status open_file(
    struct ih_audio_writer *w, const struct ih_audio_writer_options *o, struct ih_error *e)
{
    enum ih_status status = open_container(w, e);
    if (!status)
        status = open_codec(w, o, e);
    if (!status)
        status = open_frame(w, e);
    return status ? status : write_header(w, o, e);
}

enum ih_status ih_audio_writer_open(struct ih_audio_writer **out, const struct ih_audio_sink *sink,
    const struct ih_audio_writer_options *o, struct ih_error *e)
{
    *out = NULL;
    if (!sink || !sink->write || !o)
        return err_set(e, IH_INVALID, "writing sound needs somewhere to write it to");
    const struct audio_coding *coding = audio_coding_find(o->format ? o->format : "wav", e);
    if (!coding)
        return IH_INVALID;
    enum ih_status status = check_options(o, e);
    if (!status && (coding->muxer || (o->file_rate && o->file_rate != o->rate)))
        status = ffmpeg_load(e);
    if (status)
        return status;
    struct ih_audio_writer *w = *out = calloc(1, sizeof *w);
    if (!w)
        return err_memory(e, "a file of sound");
    w->sink = *sink;
    w->coding = coding;
    if (coding->muxer)
        av_log_set_level(AV_LOG_QUIET); /* as in decoder_open() */
    status = resampler_set(&w->resampler, o->rate, o->file_rate ? o->file_rate : o->rate, e);
    if (!status && coding->muxer)
        status = open_file(w, o, e);
    if (status)
        ih_audio_writer_close(out);
    return status;
}

static int16_t to_s16(float x)
{
    float scaled = x * 32767;
    return (int16_t)lrintf(scaled > 32767 ? 32767 : scaled < -32767 ? -32767 : scaled);
}

/* Packets that the encoder has ready go into the container. */
static enum ih_status drain(struct ih_audio_writer *w, struct ih_error *e)
{
    for (;;) {
        int error = avcodec_receive_packet(w->codec, w->packet);
        if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
            return IH_OK;
        if (error < 0)
            return failed(w, e);
        w->packet->stream_index = w->stream->index;
        av_packet_rescale_ts(w->packet, w->codec->time_base, w->stream->time_base);
        error = av_write_frame(w->format, w->packet);
        av_packet_unref(w->packet);
        if (error < 0 || w->failed)
            return failed(w, e);
    }
}

static enum ih_status send_frame(struct ih_audio_writer *w, struct ih_error *e)
{
    int room = w->frame->nb_samples;
    w->frame->nb_samples = w->held;
    w->frame->pts = w->pts;
    int error = avcodec_send_frame(w->codec, w->frame);
    w->frame->nb_samples = room;
    w->pts += w->held;
    w->held = 0;
    if (error < 0)
        return failed(w, e);
    enum ih_status status = drain(w, e);
    /* The encoder may have kept the frame's bytes. */
    return status || av_frame_make_writable(w->frame) >= 0 ? status : err_memory(e, "an encoder");
}

/* Samples at the codec's rate into its frames. */
static enum ih_status encode(
    struct ih_audio_writer *w, const float *x, size_t n, struct ih_error *e)
{
    bool floats = av_get_packed_sample_fmt(w->codec->sample_fmt) == AV_SAMPLE_FMT_FLT;
    enum ih_status status = IH_OK;
    for (size_t i = 0; i < n && !status; i++) {
        float v = isnan(x[i]) ? 0 : x[i] > 1 ? 1 : x[i] < -1 ? -1 : x[i];
        if (floats)
            ((float *)w->frame->data[0])[w->held++] = v;
        else
            ((int16_t *)w->frame->data[0])[w->held++] = to_s16(v);
        if (w->held == w->frame->nb_samples)
            status = send_frame(w, e);
    }
    return status;
}

static enum ih_status write_bare(
    struct ih_audio_writer *w, const float *x, size_t n, struct ih_error *e)
{
    uint8_t bytes[2 * BLOCK];
    for (size_t i = 0; i < n; i++) {
        uint16_t v = (uint16_t)to_s16(isnan(x[i]) ? 0 : x[i]);
        bytes[2 * i] = (uint8_t)v;
        bytes[2 * i + 1] = (uint8_t)(v >> 8);
    }
    return n == 0 || io_write(w, bytes, (int)(2 * n)) > 0 ? IH_OK : failed(w, e);
}

/* x of null brings out what the resampler holds back. */
static enum ih_status resample(
    struct ih_audio_writer *w, const float *x, size_t n, struct ih_error *e)
{
    float ready[BLOCK];
    enum ih_status status = IH_OK;
    for (bool more = true; more && !status;) {
        size_t used = 0, got = 0;
        status = resampler_run(&w->resampler, x, n, &used, ready, BLOCK, &got, e);
        if (!status)
            status = w->format ? encode(w, ready, got, e) : write_bare(w, ready, got, e);
        if (x)
            x += used;
        n -= used;
        more = x ? n > 0 : got > 0;
    }
    return status;
}

enum ih_status ih_audio_writer_write(
    struct ih_audio_writer *w, const float *pcm, int64_t samples, struct ih_error *e)
{
    if (w->failed)
        return failed(w, e);
    if (w->finished || samples < 0)
        return err_set(e, IH_INVALID, "no sound can be written behind the end");
    enum ih_status status = IH_OK;
    for (int64_t n; samples > 0 && !status; samples -= n, pcm += n) {
        n = samples < BLOCK ? samples : BLOCK;
        status = resample(w, pcm, (size_t)n, e);
        w->samples += n;
    }
    if (!status && w->io)
        avio_flush(w->io);
    return status || !w->failed ? status : failed(w, e);
}

enum ih_status ih_audio_writer_finish(struct ih_audio_writer *w, struct ih_error *e)
{
    if (w->finished)
        return IH_OK;
    w->finished = true;
    enum ih_status status = w->failed ? failed(w, e) : IH_OK;
    if (!status && w->resampler.swr)
        status = resample(w, NULL, 0, e);
    if (!w->format)
        return status;
    if (!status && w->held)
        status = send_frame(w, e);
    if (!status && (avcodec_send_frame(w->codec, NULL) < 0 || drain(w, e)))
        status = failed(w, e);
    /* Also after a failure: it frees what the header made. */
    if (w->headed && av_write_trailer(w->format) < 0 && !status)
        status = failed(w, e);
    avio_flush(w->io);
    return status || !w->failed ? status : failed(w, e);
}

double ih_audio_writer_seconds(const struct ih_audio_writer *w)
{
    return (double)w->samples / w->resampler.from;
}

void ih_audio_writer_close(struct ih_audio_writer **out)
{
    struct ih_audio_writer *w = *out;
    if (!w)
        return;
    if (w->headed)
        ih_audio_writer_finish(w, NULL);
    av_frame_free(&w->frame);
    av_packet_free(&w->packet);
    avcodec_free_context(&w->codec);
    if (w->io)
        av_freep(&w->io->buffer);
    avio_context_free(&w->io);
    avformat_free_context(w->format);
    resampler_free(&w->resampler);
    free(w);
    *out = NULL;
}
