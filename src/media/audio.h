/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_AUDIO_H
#define MEDIA_AUDIO_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Any audio container people upload, decoded to mono f32 at a wanted rate (1000 to 768000 Hz),
 * block by block: a 10-hour file needs no more memory than a short one. The first sound track is
 * read, its channels are averaged, and nothing in a file makes another file or address be opened.
 * Opening decodes the first samples: a source without any fails there, with a sentence. Not
 * thread-safe. FFmpeg's log is silenced for the whole process. */
struct audio;

/* Where bytes come from. read() returns how many it gave, 0 at the end, -1 on an error. seek() may
 * be null (a pipe); else it takes an absolute offset and returns 0, and size is the length in bytes
 * or -1. */
struct audio_source {
    void *arg;
    int64_t (*read)(void *arg, void *buf, size_t n);
    int (*seek)(void *arg, int64_t offset);
    int64_t size;
    const char *name; /* for sentences */
};

enum ih_status audio_open(
    struct audio **out, const struct audio_source *source, int rate, struct ih_error *e);
/* "-" is standard input; a directory or a missing file is a clear sentence. A read that a signal
 * interrupts is taken up again; who wants to stop a silent pipe gives a source of his own. */
enum ih_status audio_open_file(struct audio **out, const char *path, int rate, struct ih_error *e);
/* The bytes must stay until audio_close(). */
enum ih_status audio_open_memory(
    struct audio **out, const void *data, size_t size, int rate, struct ih_error *e);
/* Headerless samples: format is DT_F32 little-endian or 16-bit ("s16"). */
enum ih_status audio_open_raw(struct audio **out, const struct audio_source *source, bool is_f32,
    int source_rate, int channels, int rate, struct ih_error *e);
void audio_close(struct audio **a);

/* Seconds, or -1 when the container does not say. */
double audio_duration(const struct audio *a);
/* "flac", "mp3" ...; borrowed. */
const char *audio_codec(const struct audio *a);
/* "title", "artist", "comment" as the file says; null when it does not. Borrowed. */
const char *audio_tag(const struct audio *a, const char *key);

/* Up to n samples; *got is 0 only at the end. A source that cannot seek is not waited for: what it
 * has given is passed on at once. Not-a-number samples become 0 and the rest is limited
 * to [-4, 4]. A file that breaks off in the middle gives what was decoded, then ends; then
 * audio_damaged() is true. */
enum ih_status audio_read(struct audio *a, float *out, size_t n, size_t *got, struct ih_error *e);
bool audio_damaged(const struct audio *a);

#endif
