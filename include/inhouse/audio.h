/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_AUDIO_H
#define INHOUSE_AUDIO_H

#include "inhouse/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Sound as files: mono samples in, the bytes of a file out, while they come. */

struct ih_audio_format {
    const char *name;   /* as in --format */
    const char *suffix; /* of a file: "mp3" */
    const char *mime;
    int bit_rate; /* bits a second unless the caller says another; 0: the samples decide */
};

/* wav (16 bits), flac, mp3, opus (in Ogg), aac (ADTS, a bare stream), m4a (AAC in MP4) and pcm
 * (bare 16-bit little-endian samples). */
const struct ih_audio_format *ih_audio_format(int i); /* null behind the last */

/* By name or suffix; "ogg" is opus. Null for what is none; `e`, when not null, says which there
 * are. */
const struct ih_audio_format *ih_audio_format_find(const char *name, struct ih_error *e);

/* Where the bytes go. write() returns 0, or anything else to stop. seek() takes an absolute offset
 * and returns 0; null for a pipe, whose headers then say that the length is unknown (0xFFFFFFFF in
 * WAV, fragments in MP4). */
struct ih_audio_sink {
    void *arg;
    int (*write)(void *arg, const void *data, size_t n);
    int (*seek)(void *arg, int64_t offset);
};

struct ih_audio_writer_options {
    const char *format; /* null: wav */
    int rate;           /* of the samples; 8000 to 192000 */
    int file_rate;      /* of the file, in the same range; 0: that of the samples */
    int bit_rate;       /* 0: the format's own; else 6000 to 512000 */
    /* What players show and what says where the sound is from; each may be null. Bare formats (pcm)
     * cannot hold them. */
    const char *title, *artist, *comment;
};

/* Nothing of the options is kept. Fails with IH_UNSUPPORTED where FFmpeg lacks the encoder; the
 * sentence names the formats that are there. A rate that the format cannot hold is resampled. The
 * same calls give the same bytes. */
struct ih_audio_writer;
enum ih_status ih_audio_writer_open(struct ih_audio_writer **out, const struct ih_audio_sink *sink,
    const struct ih_audio_writer_options *options, struct ih_error *e);

/* Samples outside of [-1, 1] are clipped, what is not a number is 0. After a failed write
 * everything fails with IH_IO. */
enum ih_status ih_audio_writer_write(
    struct ih_audio_writer *w, const float *pcm, int64_t samples, struct ih_error *e);

/* Ends the file; nothing can be written after it. */
enum ih_status ih_audio_writer_finish(struct ih_audio_writer *w, struct ih_error *e);

/* Seconds written so far. */
double ih_audio_writer_seconds(const struct ih_audio_writer *w);

/* Frees it. A file that was not finished is ended here, so that what was written can be played. */
void ih_audio_writer_close(struct ih_audio_writer **w);

/* What a sound file says of itself; null where it says nothing. Any container that can be
 * transcribed is read. */
struct ih_audio_tags {
    char *title, *artist, *comment;
    double seconds; /* negative when the file does not say */
};
enum ih_status ih_audio_tags(
    struct ih_audio_tags *out, const void *data, size_t bytes, struct ih_error *e);
void ih_audio_tags_free(struct ih_audio_tags *t);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
