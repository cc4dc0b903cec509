/* SPDX-License-Identifier: Apache-2.0 */
/* How far a pull, an import or a bundle has come, on one line of the terminal. */
#include "cli/models.h"
#include "cli/signals.h"

#include <stdio.h>

static void on_progress(void *arg, const struct hub_progress *now)
{
    struct transfer *t = arg;
    char rate[24], size[24], files[32] = "", note[96];
    double time = now_seconds();
    if (!t->begun) {
        t->begun = true;
        t->first_time = time;
        t->first_bytes = now->done;
    }
    double seconds = time - t->first_time;
    double speed = seconds > 0.2 ? (double)(now->done - t->first_bytes) / seconds : 0;
    if (now->files > 1)
        snprintf(files, sizeof files, "%d of %d files  ", now->files_done, now->files);
    snprintf(note, sizeof note, "%s%s%s%s%s", files,
        bytes_text((double)now->done, size, sizeof size), speed > 0 ? "  " : "",
        speed > 0 ? bytes_text(speed, rate, sizeof rate) : "", speed > 0 ? "/s" : "");
    progress_draw(&t->progress, (double)now->done, (double)now->total, note);
}

static void on_note(void *arg, const char *sentence)
{
    struct transfer *t = arg;
    progress_clear(&t->progress);
    if (!t->quiet)
        fprintf(stderr, "%s; trying again\n", sentence);
}

void transfer_begin(struct transfer *t, struct hub *hub, const char *label, bool quiet)
{
    *t = (struct transfer){.quiet = quiet};
    progress_begin(&t->progress, label, !quiet);
    hub->cancel = &t->stop;
    hub->arg = t;
    hub->progress = on_progress;
    hub->note = on_note;
    signals_watch(&t->stop);
}

void transfer_end(struct transfer *t)
{
    signals_watch(NULL);
    progress_clear(&t->progress);
}
