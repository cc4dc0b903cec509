/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_AUDIO_FORMAT_H
#define MEDIA_AUDIO_FORMAT_H

#include "inhouse/audio.h"

/* How FFmpeg is asked for a format. */
struct audio_coding {
    struct ih_audio_format open;
    const char *muxer; /* null: bare samples, which need no FFmpeg */
    const char *encoder;
    /* Options of the muxer as key=value with commas between them, where bytes cannot be taken back
     * and where they can; null: none. */
    const char *on_pipe, *on_file;
    int effort; /* FFmpeg's compression_level; 0: the encoder's own */
};

/* Fails with a sentence; FFmpeg need not be loaded. */
const struct audio_coding *audio_coding_find(const char *name, struct ih_error *e);

/* The names of the formats whose encoder FFmpeg has, with commas; FFmpeg must be loaded. */
void audio_coding_names(char *buf, size_t size);

#endif
