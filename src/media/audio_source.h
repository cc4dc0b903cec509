/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_AUDIO_SOURCE_H
#define MEDIA_AUDIO_SOURCE_H

#include "media/audio.h"

/* Sources over a file descriptor and over memory, and the reader that remembers how a source
 * begins, so that its kind can be told even on a pipe. */

struct file_source {
    int fd;
    bool owned;
    int64_t base, pos;
};

/* Opens `path` ("-" is standard input) and fills in `s`, which points into `f` and at `path`. */
enum ih_status file_source_open(
    struct file_source *f, struct audio_source *s, const char *path, struct ih_error *e);
void file_source_close(struct file_source *f);

struct memory_source {
    const unsigned char *data;
    size_t size, pos;
};

void memory_source_init(
    struct memory_source *m, struct audio_source *s, const void *data, size_t size);

enum { HEAD_SIZE = 4096 };

struct input {
    struct audio_source source;
    unsigned char head[HEAD_SIZE];
    size_t head_size;
    int64_t pos; /* of the next byte given out */
    bool failed; /* the source reported an error */
};

/* Reads the head; an empty source is an error. */
enum ih_status input_init(struct input *in, const struct audio_source *s, struct ih_error *e);
/* Both as the source's own functions; input_seek is for sources that can. */
int64_t input_read(struct input *in, void *buf, size_t n);
int input_seek(struct input *in, int64_t offset);

/* What the first bytes say the input is, for sentences, or null. */
const char *input_kind(const struct input *in);
/* Bytes that a RIFF, AIFF or MP3 header promises for the whole file, or -1. */
int64_t input_promised(const struct input *in);
/* An MP4 whose samples come before the index that is needed to read them. */
bool input_is_late_mp4(const struct input *in);

#endif
