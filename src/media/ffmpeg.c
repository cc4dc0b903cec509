/* SPDX-License-Identifier: Apache-2.0 */
#include "media/ffmpeg.h"

#include "base/library.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/opt.h>
#include <libavutil/sha.h>
#include <libswresample/swresample.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What is linked is a property of the process, so this is the one state that hangs from no handle.
 * It is written once, before anyone reads it. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct library library = {
    .name = "FFmpeg", .wants = "reading and writing sound needs FFmpeg"};

/* X(result, name, parameters, arguments), in the order of the libraries. The definitions below are
 * checked against FFmpeg's own declarations. */
#define UTIL(X, V)                                                                                 \
    V(av_dict_free, (AVDictionary * *m), (m))                                                      \
    X(AVDictionaryEntry *, av_dict_get,                                                            \
        (const AVDictionary *m, const char *key, const AVDictionaryEntry *before, int flags),      \
        (m, key, before, flags))                                                                   \
    X(int, av_dict_set, (AVDictionary * *m, const char *key, const char *value, int flags),        \
        (m, key, value, flags))                                                                    \
    X(AVFrame *, av_frame_alloc, (void), ())                                                       \
    V(av_frame_free, (AVFrame * *f), (f))                                                          \
    X(int, av_frame_get_buffer, (AVFrame * f, int align), (f, align))                              \
    X(int, av_frame_make_writable, (AVFrame * f), (f))                                             \
    V(av_free, (void *p), (p))                                                                     \
    V(av_freep, (void *p), (p))                                                                    \
    X(enum AVSampleFormat, av_get_packed_sample_fmt, (enum AVSampleFormat f), (f))                 \
    V(av_log_set_level, (int level), (level))                                                      \
    X(void *, av_malloc, (size_t n), (n))                                                          \
    X(int, av_match_list, (const char *name, const char *list, char separator),                    \
        (name, list, separator))                                                                   \
    X(int, av_sample_fmt_is_planar, (enum AVSampleFormat f), (f))                                  \
    X(struct AVSHA *, av_sha_alloc, (void), ())                                                    \
    V(av_sha_final, (struct AVSHA * s, uint8_t * digest), (s, digest))                             \
    X(int, av_sha_init, (struct AVSHA * s, int bits), (s, bits))                                   \
    V(av_sha_update, (struct AVSHA * s, const uint8_t *data, size_t n), (s, data, n))
#define CODEC(X, V)                                                                                \
    X(AVPacket *, av_packet_alloc, (void), ())                                                     \
    V(av_packet_free, (AVPacket * *p), (p))                                                        \
    V(av_packet_rescale_ts, (AVPacket * p, AVRational from, AVRational to), (p, from, to))         \
    V(av_packet_unref, (AVPacket * p), (p))                                                        \
    X(AVCodecContext *, avcodec_alloc_context3, (const AVCodec *codec), (codec))                   \
    X(const AVCodec *, avcodec_find_decoder, (enum AVCodecID id), (id))                            \
    X(const AVCodec *, avcodec_find_encoder_by_name, (const char *name), (name))                   \
    V(avcodec_free_context, (AVCodecContext * *c), (c))                                            \
    X(const char *, avcodec_get_name, (enum AVCodecID id), (id))                                   \
    X(int, avcodec_open2, (AVCodecContext * c, const AVCodec *codec, AVDictionary **o),            \
        (c, codec, o))                                                                             \
    X(int, avcodec_parameters_from_context, (AVCodecParameters * p, const AVCodecContext *c),      \
        (p, c))                                                                                    \
    X(int, avcodec_parameters_to_context, (AVCodecContext * c, const AVCodecParameters *p),        \
        (c, p))                                                                                    \
    X(int, avcodec_receive_frame, (AVCodecContext * c, AVFrame * f), (c, f))                       \
    X(int, avcodec_receive_packet, (AVCodecContext * c, AVPacket * p), (c, p))                     \
    X(int, avcodec_send_frame, (AVCodecContext * c, const AVFrame *f), (c, f))                     \
    X(int, avcodec_send_packet, (AVCodecContext * c, const AVPacket *p), (c, p))
#define FORMAT(X, V)                                                                               \
    X(int, av_read_frame, (AVFormatContext * c, AVPacket * p), (c, p))                             \
    X(int, av_write_frame, (AVFormatContext * c, AVPacket * p), (c, p))                            \
    X(int, av_write_trailer, (AVFormatContext * c), (c))                                           \
    X(AVFormatContext *, avformat_alloc_context, (void), ())                                       \
    X(int, avformat_alloc_output_context2,                                                         \
        (AVFormatContext * *c, const AVOutputFormat *f, const char *name, const char *file),       \
        (c, f, name, file))                                                                        \
    V(avformat_close_input, (AVFormatContext * *c), (c))                                           \
    V(avformat_free_context, (AVFormatContext * c), (c))                                           \
    X(AVStream *, avformat_new_stream, (AVFormatContext * c, const AVCodec *codec), (c, codec))    \
    X(int, avformat_write_header, (AVFormatContext * c, AVDictionary * *o), (c, o))                \
    X(int, avformat_find_stream_info, (AVFormatContext * c, AVDictionary * *o), (c, o))            \
    X(int, avformat_open_input,                                                                    \
        (AVFormatContext * *c, const char *url, const AVInputFormat *f, AVDictionary **o),         \
        (c, url, f, o))                                                                            \
    X(AVIOContext *, avio_alloc_context,                                                           \
        (unsigned char *buffer, int size, int writable, void *arg,                                 \
            int (*read)(void *, uint8_t *, int), int (*write)(void *, uint8_t *, int),             \
            int64_t (*seek)(void *, int64_t, int)),                                                \
        (buffer, size, writable, arg, read, write, seek))                                          \
    V(avio_context_free, (AVIOContext * *c), (c))                                                  \
    V(avio_flush, (AVIOContext * c), (c))
#define RESAMPLE(X, V)                                                                             \
    X(int, swr_alloc_set_opts2,                                                                    \
        (struct SwrContext * *s, AVChannelLayout * to, enum AVSampleFormat to_format, int to_rate, \
            AVChannelLayout *from, enum AVSampleFormat from_format, int from_rate, int offset,     \
            void *log),                                                                            \
        (s, to, to_format, to_rate, from, from_format, from_rate, offset, log))                    \
    X(int, swr_convert,                                                                            \
        (struct SwrContext * s, uint8_t * *out, int room, const uint8_t **in, int n),              \
        (s, out, room, in, n))                                                                     \
    V(swr_free, (struct SwrContext * *s), (s))                                                     \
    X(int, swr_init, (struct SwrContext * s), (s))

#define POINTER_X(result, name, parameters, arguments) result(*name) parameters;
#define POINTER_V(name, parameters, arguments)         void(*name) parameters;
static struct {
    UTIL(POINTER_X, POINTER_V)
    CODEC(POINTER_X, POINTER_V)
    FORMAT(POINTER_X, POINTER_V)
    RESAMPLE(POINTER_X, POINTER_V)
} real;

static void open_library(const char *name, int version)
{
    char file[64];
    snprintf(file, sizeof file, "%s.so.%d", name, version);
    library_open(&library, file);
}

#define FIND_X(result, name, parameters, arguments) library_find(&library, #name, &real.name);
#define FIND_V(name, parameters, arguments)         library_find(&library, #name, &real.name);
static void load(void)
{
    open_library("libavutil", LIBAVUTIL_VERSION_MAJOR);
    UTIL(FIND_X, FIND_V)
    open_library("libavcodec", LIBAVCODEC_VERSION_MAJOR);
    CODEC(FIND_X, FIND_V)
    open_library("libavformat", LIBAVFORMAT_VERSION_MAJOR);
    FORMAT(FIND_X, FIND_V)
    open_library("libswresample", LIBSWRESAMPLE_VERSION_MAJOR);
    RESAMPLE(FIND_X, FIND_V)
}

enum ih_status ffmpeg_load(struct ih_error *e)
{
    pthread_once(&once, load);
    return library.failure[0] ? err_set(e, IH_UNSUPPORTED, "%s", library.failure) : IH_OK;
}

/* Only what frees is called when loading failed, with nothing to free. */
#define CALL_X(result, name, parameters, arguments)                                                \
    result name parameters                                                                         \
    {                                                                                              \
        return real.name arguments;                                                                \
    }
#define CALL_V(name, parameters, arguments)                                                        \
    void name parameters                                                                           \
    {                                                                                              \
        if (real.name)                                                                             \
            real.name arguments;                                                                   \
    }
UTIL(CALL_X, CALL_V)
CODEC(CALL_X, CALL_V)
FORMAT(CALL_X, CALL_V)
RESAMPLE(CALL_X, CALL_V)
