/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_VAD_H
#define MEDIA_VAD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Voice activity in Silero's 16 kHz architecture (learned STFT, four convolutions, an LSTM cell and
 * one output) and under its tensor names, in any width: sizes come from the tensors. Source:
 * snakers4/silero-vad, tinygrad_model.py. */
struct vad;
struct weights;
struct kernels;

enum { VAD_RATE = 16000, VAD_FRAME = 512, VAD_CONTEXT = 64, VAD_HIDDEN = 256 };

/* Copies what it needs of both. No width may be above 512, the LSTM's not above VAD_HIDDEN. */
enum ih_status vad_open(
    struct vad **out, const struct weights *w, const struct kernels *k, struct ih_error *e);
void vad_close(struct vad **v);

/* One stream's memory: the LSTM's state and the last 64 samples. Zero it to start. */
struct vad_state {
    float h[VAD_HIDDEN], c[VAD_HIDDEN];
    float context[VAD_CONTEXT];
};

/* Probability of speech in the next 512 samples. A vad may serve several streams at once. */
float vad_frame(const struct vad *v, struct vad_state *s, const float *pcm);

/* Speech stretches in samples. */
struct vad_span {
    int64_t begin, end;
};

struct vad_options {
    float threshold;     /* speech begins at this probability (0.5); it ends 0.15 below */
    int min_speech_ms;   /* stretches that are not longer are dropped (250) */
    int min_silence_ms;  /* shorter gaps are bridged (100) */
    int pad_ms;          /* added at both ends (30) */
    double max_speech_s; /* no span is longer, padding included; a longer one is cut at the deepest
                            silence of its second half; 0: never. Below 0.2 s it counts as 0.2 */
};

extern const struct vad_options vad_defaults;

/* Probabilities in, spans out, one frame at a time, so that a stream needs no more memory than its
 * open stretch. Push returns true when a finished span was written to *out; call vad_finish() at
 * the end, with the recording's length, until it returns false. Frame indices count from 0 and a
 * span never overlaps the one before. Without a cut the spans are those of Silero's
 * get_speech_timestamps(), as long as min_silence_ms is at least twice pad_ms. */
struct vad_segmenter {
    struct vad_options options;
    int64_t frame;    /* frames seen */
    int64_t begin;    /* first sample of the open stretch, before padding; -1 when there is none */
    int64_t silence;  /* where the present silence began, -1 */
    int64_t last_end; /* end of the last span given out */
    int64_t best_cut; /* deepest place to cut the open stretch, -1 */
    float best_cut_prob;
    bool rest; /* the open stretch is what a cut has left */
};

void vad_segmenter_init(struct vad_segmenter *s, const struct vad_options *o);
bool vad_push(struct vad_segmenter *s, float probability, struct vad_span *out);
bool vad_finish(struct vad_segmenter *s, int64_t samples, struct vad_span *out);

#endif
