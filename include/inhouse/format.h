/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_FORMAT_H
#define INHOUSE_FORMAT_H

#include "inhouse/transcribe.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Transcripts as files and answers. Times are rounded to the format's unit as one number, so that
 * 59.9996 s is 1:00.000; what is not a time (negative, not a number) counts as 0. */

struct ih_format {
    const char *name;   /* as in --format and response_format */
    const char *suffix; /* of a file: "srt" */
    const char *mime;
    bool streams; /* segments can be written one by one, as they become known */
};

/* clang-format off */
/*  text          sentences; a new line begins after a pause of two seconds
 *  srt, vtt      subtitles; with words each word underlined in turn (srt) or timed inside its cue (vtt)
 *  json          {"text": ...}
 *  verbose_json  OpenAI's task, language, duration, text, segments and, with words, words; and ours:
 *                language_code, language_probability, speech, damaged, a segment's warnings
 *  tsv           begin and end in milliseconds, and text; a row for each segment, with words for each word
 *  lrc           lyrics in hundredths of a second; with words in the enhanced form */
/* clang-format on */
const struct ih_format *ih_formats(int *count);

/* Null for a name that is not one; error, when not null, then says which there are. */
const struct ih_format *ih_format_find(const char *name, struct ih_error *e);

enum ih_format_flag {
    IH_FORMAT_WORDS = 1 << 0,      /* times for each word, where the transcript has them */
    IH_FORMAT_TRANSLATED = 1 << 1, /* verbose_json: "task" is "translate" */
};

/* Takes n bytes; returns 0, or anything else to stop. */
typedef int (*ih_write_fn)(void *arg, const void *data, size_t n);

/* Writes a whole transcript. Fails with IH_INVALID for an unknown format and with IH_IO when
 * write() does. write() gets blocks of some kilobytes. */
enum ih_status ih_transcript_write(const struct ih_transcript *t, const char *format,
    unsigned flags, ih_write_fn write, void *arg, struct ih_error *e);

/* The same piece by piece. Every call hands over all it has to write() before it returns. A format
 * that does not stream ignores the segments and writes everything at the end. `t` must hold the
 * segments that were given before; null when there is no transcript (nothing more is written). */
struct ih_writer;
enum ih_status ih_writer_open(struct ih_writer **out, const char *format, unsigned flags,
    ih_write_fn write, void *arg, struct ih_error *e);
enum ih_status ih_writer_segment(
    struct ih_writer *w, const struct ih_segment *segment, struct ih_error *e);
enum ih_status ih_writer_finish(
    struct ih_writer *w, const struct ih_transcript *t, struct ih_error *e);
void ih_writer_close(struct ih_writer **w);

/* "loop", "silence" ... for one bit of enum ih_warning, and the sentence for people, or null. */
const char *ih_warning_name(unsigned warning);
const char *ih_warning_text(unsigned warning);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
