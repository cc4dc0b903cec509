/* SPDX-License-Identifier: Apache-2.0 */
#include "media/audio_decode.h"

#include "media/audio_mix.h"
#include "media/audio_resample.h"
#include "media/ffmpeg.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/opt.h>
#include <stdlib.h>
#include <string.h>

/* What people upload, and nothing that opens other files (playlists, concat, image sequences). */
static const char demuxers[] =
    "wav,w64,mp3,flac,ogg,mov,matroska,webm,aac,amr,amrnb,amrwb,aiff,caf,au";
static const char decoders[] =
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_s64le,pcm_s64be,"
    "pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,adpcm_ima_wav,adpcm_ima_qt,"
    "adpcm_ms,mp3float,mp3,mp2float,mp2,flac,alac,vorbis,opus,aac,amrnb,amrwb,ac3,eac3";

enum {
    IO_BYTES = 1 << 16,
    MAX_STREAMS = 128,
    MAX_ERRORS = 200, /* damaged packets in a row */
    MAX_FRAME = 1 << 22,
};

struct decoder {
    struct input *in;
    AVFormatContext *format;
    AVIOContext *io;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;
    int stream;
    float *mono;
    size_t mono_room;
    double promised; /* seconds that the header says, or -1 */
    double decoded;  /* seconds given so far */
    int errors;      /* in a row */
    bool drained;    /* no more packets */
    bool damaged;
};

static int io_read(void *arg, uint8_t *buf, int n)
{
    int64_t got = input_read(arg, buf, (size_t)n);
    return got > 0 ? (int)got : got == 0 ? AVERROR_EOF : AVERROR(EIO);
}

static int64_t io_seek(void *arg, int64_t offset, int whence)
{
    struct input *in = arg;
    if (whence & AVSEEK_SIZE)
        return in->source.size >= 0 ? in->source.size : AVERROR(ENOSYS);
    if ((whence & ~AVSEEK_FORCE) != SEEK_SET || input_seek(in, offset) != 0)
        return AVERROR(EIO);
    return offset;
}

/* A file's content never makes another file or an address be opened. */
static int refuse_open(
    AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
    (void)format, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

static enum ih_status explain_late_mp4(const struct decoder *d, struct ih_error *e)
{
    return err_set(e, IH_UNSUPPORTED,
        "%s is an MP4 whose index comes after its sound, which cannot be read from a pipe: "
        "give it as a file, or rewrite it with ffmpeg -movflags +faststart",
        d->in->source.name);
}

static enum ih_status explain_open(struct decoder *d, int error, struct ih_error *e)
{
    const char *name = d->in->source.name;
    if (error == AVERROR(ENOMEM))
        return err_memory(e, name);
    if (d->in->failed)
        return err_set(e, IH_IO, "reading %s failed", name);
    const char *kind = input_kind(d->in);
    if (kind)
        return err_set(e, IH_BAD_DATA,
            "%s begins like a %s file but is cut off or corrupt before its sound begins", name,
            kind);
    return err_set(e, IH_BAD_DATA,
        "%s is not a recording that can be read: expected wav, mp3, flac, ogg, opus, m4a, aac, "
        "mp4, webm, aiff, caf or amr",
        name);
}

static enum ih_status open_container(struct decoder *d, struct ih_error *e)
{
    const char *name = d->in->source.name;
    if (!d->in->source.seek && input_is_late_mp4(d->in))
        return explain_late_mp4(d, e);
    unsigned char *buffer = av_malloc(IO_BYTES);
    if (buffer)
        d->io = avio_alloc_context(
            buffer, IO_BYTES, 0, d->in, io_read, NULL, d->in->source.seek ? io_seek : NULL);
    if (!d->io)
        av_free(buffer);
    d->format = d->io ? avformat_alloc_context() : NULL;
    if (!d->format)
        return err_memory(e, name);
    d->format->pb = d->io;
    d->format->io_open = refuse_open;
    d->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    d->format->max_streams = MAX_STREAMS;

    AVDictionary *options = NULL;
    av_dict_set(&options, "format_whitelist", demuxers, 0);
    av_dict_set(&options, "codec_whitelist", decoders, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    int error = avformat_open_input(&d->format, NULL, NULL, &options);
    av_dict_free(&options);
    return error < 0 ? explain_open(d, error, e) : IH_OK;
}

static double seconds(int64_t t, AVRational unit)
{
    return t == AV_NOPTS_VALUE || t <= 0 ? -1 : (double)t * av_q2d(unit);
}

static enum ih_status choose_stream(struct decoder *d, struct ih_error *e)
{
    AVFormatContext *f = d->format;
    /* A length in the header is a promise to hold the file to; later ones are estimates. */
    double promised[MAX_STREAMS];
    unsigned known = f->nb_streams < MAX_STREAMS ? f->nb_streams : MAX_STREAMS;
    for (unsigned i = 0; i < known; i++)
        promised[i] = seconds(f->streams[i]->duration, f->streams[i]->time_base);
    if (known == 1 && promised[0] < 0)
        promised[0] = seconds(f->duration, AV_TIME_BASE_Q);

    int error = avformat_find_stream_info(f, NULL);
    if (error < 0 || f->nb_streams == 0)
        return explain_open(d, error, e);
    for (unsigned i = 0; i < f->nb_streams; i++) {
        bool sound = f->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
        if (sound && d->stream < 0) {
            d->stream = (int)i;
            /* FFmpeg estimates that of a joined MP3; the bytes in its first frame say more. */
            bool exact = i < known && strcmp(f->iformat->name, "mp3") != 0;
            d->promised = exact ? promised[i] : -1;
        } else {
            f->streams[i]->discard = AVDISCARD_ALL;
        }
    }
    if (d->stream < 0)
        return err_set(e, IH_BAD_DATA, "%s holds no sound", d->in->source.name);
    return IH_OK;
}

static enum ih_status open_codec(struct decoder *d, struct ih_error *e)
{
    const AVStream *stream = d->format->streams[d->stream];
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    const char *name = d->in->source.name;
    if (!codec || !av_match_list(codec->name, decoders, ','))
        return err_set(e, IH_UNSUPPORTED, "%s: its sound is coded as %s, which is not supported",
            name, avcodec_get_name(stream->codecpar->codec_id));
    d->codec = avcodec_alloc_context3(codec);
    d->packet = av_packet_alloc();
    d->frame = av_frame_alloc();
    if (!d->codec || !d->packet || !d->frame)
        return err_memory(e, name);
    d->codec->thread_count = 1;
    d->codec->pkt_timebase = stream->time_base;
    if (avcodec_parameters_to_context(d->codec, stream->codecpar) < 0 ||
        avcodec_open2(d->codec, codec, NULL) < 0)
        return err_set(e, IH_BAD_DATA, "%s: the %s stream's header is corrupt", name, codec->name);
    return IH_OK;
}

enum ih_status decoder_open(struct decoder **out, struct input *in, struct ih_error *e)
{
    *out = NULL;
    if (ffmpeg_load(e))
        return IH_UNSUPPORTED;
    /* FFmpeg's log level belongs to the process; left alone it would write to standard error about
     * every damaged packet. */
    av_log_set_level(AV_LOG_QUIET);
    struct decoder *d = *out = calloc(1, sizeof *d);
    if (!d)
        return err_memory(e, in->source.name);
    d->in = in;
    d->stream = -1;
    d->promised = -1;
    enum ih_status status = open_container(d, e);
    if (!status)
        status = choose_stream(d, e);
    if (!status)
        status = open_codec(d, e);
    if (status)
        decoder_close(out);
    return status;
}

void decoder_close(struct decoder **out)
{
    struct decoder *d = *out;
    if (!d)
        return;
    av_packet_free(&d->packet);
    av_frame_free(&d->frame);
    avcodec_free_context(&d->codec);
    avformat_close_input(&d->format);
    if (d->io)
        av_freep(&d->io->buffer);
    avio_context_free(&d->io);
    free(d->mono);
    free(d);
    *out = NULL;
}

/* Counts a damaged packet; false when it is time to give the rest up. Tags between the frames of a
 * joined MP3 come as a damaged packet too, but as a single one. */
static bool tolerate(struct decoder *d)
{
    d->errors++;
    d->damaged |= d->codec->codec_id != AV_CODEC_ID_MP3 || d->errors > 2;
    return d->errors < MAX_ERRORS;
}

/* The next packet of the stream into the decoder; after the last one, what tells it to give out
 * what it holds back. */
static void feed(struct decoder *d)
{
    int error;
    while ((error = av_read_frame(d->format, d->packet)) != AVERROR_EOF) {
        if (error < 0) {
            if (d->in->failed || !tolerate(d))
                break;
        } else if (d->packet->stream_index == d->stream) {
            error = avcodec_send_packet(d->codec, d->packet);
            av_packet_unref(d->packet);
            if (error >= 0 || !tolerate(d))
                break;
        } else {
            av_packet_unref(d->packet);
        }
    }
    if (error < 0) {
        d->drained = true;
        avcodec_send_packet(d->codec, NULL);
    }
}

static int sample_type(enum AVSampleFormat f)
{
    switch (av_get_packed_sample_fmt(f)) {
    case AV_SAMPLE_FMT_U8:
        return SAMPLE_U8;
    case AV_SAMPLE_FMT_S16:
        return SAMPLE_S16;
    case AV_SAMPLE_FMT_S32:
        return SAMPLE_S32;
    case AV_SAMPLE_FMT_S64:
        return SAMPLE_S64;
    case AV_SAMPLE_FMT_FLT:
        return SAMPLE_F32;
    case AV_SAMPLE_FMT_DBL:
        return SAMPLE_F64;
    default:
        return -1;
    }
}

/* Mixes the frame down; *n is 0 when it holds nothing that can be used. */
static enum ih_status mix_frame(struct decoder *d, size_t *n, struct ih_error *e)
{
    const AVFrame *f = d->frame;
    int type = sample_type(f->format), channels = f->ch_layout.nb_channels;
    *n = 0;
    if (type < 0 || channels < 1 || f->nb_samples < 1 || f->nb_samples > MAX_FRAME)
        return IH_OK;
    if (f->sample_rate < RATE_MIN || f->sample_rate > RATE_MAX)
        return err_set(e, IH_BAD_DATA, "%s: %d samples a second, expected %d to %d",
            d->in->source.name, f->sample_rate, RATE_MIN, RATE_MAX);
    size_t need = (size_t)f->nb_samples;
    if (need > d->mono_room) {
        float *larger = realloc(d->mono, sizeof *larger * need);
        if (!larger)
            return err_memory(e, d->in->source.name);
        d->mono = larger;
        d->mono_room = need;
    }
    struct mix m = {(const uint8_t *const *)f->extended_data, (enum sample_type)type,
        av_sample_fmt_is_planar(f->format), channels};
    mix_mono(&m, d->mono, f->nb_samples);
    *n = need;
    return IH_OK;
}

/* At the end: did the file hold what its header says? Half a second is left to encoders' delays. */
static void check_length(struct decoder *d)
{
    int64_t promised = input_promised(d->in), size = d->in->source.size;
    if (size < 0 && promised > 0) {
        unsigned char rest[512]; /* chunks after the samples */
        while (d->in->pos < promised && input_read(d->in, rest, sizeof rest) > 0)
            continue;
        size = d->in->pos;
    }
    if (promised > size || d->promised > d->decoded * 1.01 + 0.5)
        d->damaged = true;
}

enum ih_status decoder_next(
    struct decoder *d, const float **x, size_t *n, int *rate, struct ih_error *e)
{
    *n = 0;
    for (;;) {
        int error = avcodec_receive_frame(d->codec, d->frame);
        if (error == AVERROR(EAGAIN) && !d->drained) {
            feed(d);
        } else if (error >= 0) {
            d->errors = 0;
            enum ih_status status = mix_frame(d, n, e);
            if (status)
                return status;
            *x = d->mono;
            *rate = d->frame->sample_rate;
            d->decoded += (double)*n / *rate;
            if (*n > 0)
                return IH_OK;
        } else if (error == AVERROR_EOF || d->drained || !tolerate(d)) {
            break;
        }
    }
    if (d->in->failed)
        return err_set(e, IH_IO, "reading %s failed", d->in->source.name);
    if (d->decoded == 0 && !d->in->source.seek && !strncmp(d->format->iformat->name, "mov", 3))
        return explain_late_mp4(d, e);
    check_length(d);
    return IH_OK;
}

double decoder_duration(const struct decoder *d)
{
    const AVStream *stream = d->format->streams[d->stream];
    double known = d->promised;
    if (known < 0)
        known = seconds(stream->duration, stream->time_base);
    if (known < 0)
        known = seconds(d->format->duration, AV_TIME_BASE_Q);
    /* A WAV on a pipe: its header says how many bytes will come. */
    int64_t bytes = input_promised(d->in), bits = stream->codecpar->bit_rate;
    return known < 0 && bytes > 0 && bits > 0 ? 8.0 * (double)bytes / (double)bits : known;
}

const char *decoder_tag(const struct decoder *d, const char *key)
{
    const AVDictionary *const places[] = {
        d->format->metadata, d->format->streams[d->stream]->metadata};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const AVDictionaryEntry *tag = av_dict_get(places[i], key, NULL, 0);
        if (tag)
            return tag->value;
    }
    return NULL;
}

const char *decoder_codec(const struct decoder *d)
{
    return avcodec_get_name(d->codec->codec_id);
}

bool decoder_damaged(const struct decoder *d)
{
    return d->damaged;
}
