/* SPDX-License-Identifier: Apache-2.0 */
#include "tasks/transcribe.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

enum ih_status transcribe_sequential(struct transcription *t, struct ih_error *e)
{
    float *pcm = malloc((size_t)t->window_samples * sizeof *pcm);
    if (!pcm)
        return err_memory(e, "audio");
    enum ih_status status = IH_OK;
    int64_t have = 0, begin = 0;
    while (!status) {
        status = transcribe_fill(t, pcm, t->window_samples, &have, e);
        if (status || have == 0)
            break;
        struct window w = {pcm, begin, have};
        int64_t consumed = have;
        status = transcribe_windows(t, &w, 1, &consumed, e);
        if (status)
            break;
        /* Without the text before it as context, the caller's prompt belongs to the first window.
         */
        if (!t->options->condition)
            t->history_count = 0;
        /* The end of the audio is not read twice for the sake of its last, unpaired time. */
        if (t->ended && have - consumed < SAMPLE_RATE / 10)
            consumed = have;
        memmove(pcm, pcm + consumed, (size_t)(have - consumed) * sizeof *pcm);
        begin += consumed;
        have -= consumed;
        transcribe_progress(t, begin);
    }
    free(pcm);
    return status;
}
