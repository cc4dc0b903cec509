/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TASKS_TRANSCRIBE_H
#define TASKS_TRANSCRIBE_H

#include "media/audio.h"
#include "media/vad.h"
#include "models/recognizer.h"
#include "tasks/transcript.h"

/* One transcription job: audio is read, cut into windows, recognised, judged and appended to a
 * transcript, window by window, in memory that does not grow with the audio's length.
 *
 *   without vad   windows of the model's length one after the other; each begins where the model
 *                 said that the one before ended, and may see its text
 *   with vad      stretches of speech, several joined into a window while they fit, `batch` windows
 *                 at once; silence is never given to the model
 *   live          stretches of speech one at a time, read again and again while they grow */
struct transcription {
    struct model *model;
    const struct recognizer *recognizer;
    struct recognizer_session *session;
    const struct ih_transcribe_options *options;
    struct ih_transcribe_job *job; /* never null */
    struct audio *audio;
    struct vad *vad; /* or null */
    struct transcript *transcript;
    struct decode_options decode;
    struct arena arena; /* of one batch of windows */
    int64_t window_samples;
    int32_t *history; /* tokens of the text so far, at most HISTORY */
    int history_count;
    int64_t samples; /* read so far */
    int64_t spoken;  /* of them given to the model */
    bool ended;      /* no audio is left */
};

enum { SAMPLE_RATE = 16000, HISTORY = 448 };

/* A window of audio that was cut out and waits to be recognised. */
struct window {
    const float *pcm;
    int64_t begin, samples; /* place in the recording */
};

enum ih_status transcribe_run(struct transcription *t, bool live, struct ih_error *e);

/* sequential.c, speech.c, live.c */
enum ih_status transcribe_sequential(struct transcription *t, struct ih_error *e);
enum ih_status transcribe_speech(struct transcription *t, struct ih_error *e);
enum ih_status transcribe_live(struct transcription *t, struct ih_error *e);

/* recognize.c: recognises windows together, with retries, and appends their segments in order.
 * `consumed` (may be null) gets the samples that the first window used up. */
enum ih_status transcribe_windows(struct transcription *t, const struct window *window, int count,
    int64_t *consumed, struct ih_error *e);

/* The same for one window whose text may still change; gives it to the job's partial callback. */
enum ih_status transcribe_partial(
    struct transcription *t, const struct window *w, struct ih_error *e);

/* Cancelled or past its deadline: the status to end with, else IH_OK. */
enum ih_status transcribe_check(struct transcription *t, struct ih_error *e);
void transcribe_progress(const struct transcription *t, int64_t samples_done);

/* Reads until `pcm` holds `wanted` samples or the audio ends; *have counts them. */
enum ih_status transcribe_fill(
    struct transcription *t, float *pcm, int64_t wanted, int64_t *have, struct ih_error *e);

#endif
