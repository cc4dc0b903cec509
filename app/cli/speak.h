/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_SPEAK_H
#define CLI_SPEAK_H

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/player.h"
#include "cli/terminal.h"
#include "cli/waveform.h"
#include "inhouse/audio.h"
#include "inhouse/format.h"
#include "inhouse/options.h"

#include <jansson.h>

/* The times of words as a file while they come: captions in a transcript's format, or JSON. */
struct captions {
    struct output out;
    struct ih_writer *writer; /* null: JSON */
    bool open;
    int sentences;
};

/* One run of `inhouse speak`. */
struct speech_work {
    const struct args *args;
    struct ih_request request;
    struct terminal out, err;
    struct model_entry entry, checker_entry;
    struct ih_engine *engine;
    struct ih_model *model, *speller, *checker;
    char *text, *lexicon;
    size_t bytes;
    char profiles[PATH_MAX];
    struct ih_speak_job job;

    /* Where the sound goes. */
    char path[PATH_MAX]; /* of the file; "" for standard output */
    bool to_file, to_stdout;
    const struct ih_audio_format *format;
    struct output sound;
    struct ih_audio_writer *writer; /* opened with the first sentence, which knows the voice */
    float *waiting;                 /* sound from before that */
    int64_t waiting_samples;
    struct player player;
    struct captions captions;
    struct ih_error failure; /* of what the callbacks did */

    /* What is told at the end. */
    struct progress progress;
    struct waveform waveform;
    double began;
    char voice[96], language[32];
    int sentences, bad, voices, languages;
};

/* speak_setup.c: everything that can be wrong before the first sentence; 0 or an exit code. */
int speak_open(struct speech_work *w, const struct args *args);
void speak_close(struct speech_work *w);

/* speak_sound.c: the callbacks of the job, and the end of what they began; 0 or an exit code. */
int speak_audio(void *arg, const float *pcm, int64_t samples);
void speak_sentence(void *arg, const struct ih_spoken *sentence);
/* `keep` is false where what was said is of no use. */
int speak_finish(struct speech_work *w, bool keep, bool stopped);

/* speak_captions.c */
enum ih_status captions_open(struct captions *c, const char *path, struct ih_error *e);
void captions_add(struct captions *c, const char *text, const struct ih_spoken *sentence);
enum ih_status captions_finish(struct captions *c, bool keep, struct ih_error *e);

/* speak_report.c */
void speak_footer(struct speech_work *w, double seconds, bool stopped);
/* One JSON object on a line; e is null when all went well. */
void speak_json(struct speech_work *w, double seconds, bool stopped, const struct ih_error *e);

#endif
