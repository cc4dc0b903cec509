/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_TRANSCRIBE_H
#define CLI_TRANSCRIBE_H

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/paths.h"
#include "cli/terminal.h"
#include "inhouse/format.h"
#include "inhouse/options.h"

enum { FORMATS_MAX = 8 };

/* One run of `inhouse transcribe`. */
struct work {
    const struct args *args;
    struct ih_request request;
    struct terminal out, err;
    struct model_entry entry;
    struct ih_engine *engine;
    struct ih_model *model;
    char *format_list, *phrases;
    const struct ih_format *format[FORMATS_MAX];
    int formats;
    char vad[PATH_MAX];
    struct ih_transcribe_job job;
    bool noted; /* that the model is not made for recordings of people */
    int failed; /* inputs */
};

/* One input on its way through. */
struct recording {
    struct work *work;
    const char *name; /* as given */
    struct progress progress;
    struct output out;
    struct ih_writer *writer; /* segments go to standard output as they come; or null */
    int delivered;            /* segments */
    double began;
    bool partial_shown;
};

/* transcribe_setup.c: everything that can be wrong before the first input; 0 or an exit code. */
int work_open(struct work *w, const struct args *args);
void work_close(struct work *w);

/* transcribe_report.c */
void report_footer(
    const struct recording *r, const struct ih_transcript *t, double seconds, bool stopped);
/* One JSON object on a line: the transcript, or the error when t is null. */
int report_json(struct recording *r, const struct ih_transcript *t, const struct ih_error *e,
    double seconds, bool stopped);

/* transcribe_live.c: callbacks for live input. */
void live_segment(void *arg, const struct ih_segment *segment);
void live_partial(void *arg, const char *text, double begin, double end);

#endif
