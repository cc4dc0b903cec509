/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what is said in a recording.
 *     cc transcribe.c -o transcribe $(pkg-config --cflags --libs inhouse)
 *     ./transcribe MODEL_FOLDER SOUND_FILE */
#include <inhouse/transcribe.h>
#include <stdio.h>

static void print_segment(void *arg, const struct ih_segment *s)
{
    (void)arg;
    printf("%8.2f %8.2f %s\n", s->begin, s->end, s->text);
}

int main(int argc, char **argv)
{
    struct ih_engine *engine = NULL;
    struct ih_model *model = NULL;
    struct ih_transcript *transcript = NULL;
    struct ih_audio_input input = {.path = argc == 3 ? argv[2] : NULL};
    struct ih_transcribe_job job = {.segment = print_segment};
    struct ih_error e = {IH_INVALID, "usage: transcribe MODEL_FOLDER SOUND_FILE"};

    enum ih_status status = argc == 3 ? ih_engine_open(&engine, NULL, &e) : IH_INVALID;
    if (!status)
        status = ih_model_open(&model, engine, argv[1], NULL, &e);
    if (!status)
        status = ih_transcribe(&transcript, model, &input, NULL, &job, &e);
    if (status)
        fprintf(stderr, "%s\n", e.text);
    ih_transcript_free(&transcript);
    ih_model_close(&model);
    ih_engine_close(&engine);
    return status ? 1 : 0;
}
