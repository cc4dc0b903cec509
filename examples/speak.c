/* SPDX-License-Identifier: Apache-2.0 */
/* Says a text into a WAV file, sentence by sentence.
 *     cc speak.c -o speak $(pkg-config --cflags --libs inhouse)
 *     ./speak MODEL_FOLDER TEXT SOUND_FILE */
#include <inhouse/audio.h>
#include <inhouse/speak.h>
#include <stdio.h>
#include <string.h>

static int to_file(void *arg, const void *data, size_t n)
{
    return fwrite(data, 1, n, arg) == n ? 0 : -1;
}

static int seek_file(void *arg, int64_t offset)
{
    return fseek(arg, (long)offset, SEEK_SET);
}

static int add_sound(void *arg, const float *pcm, int64_t samples)
{
    return ih_audio_writer_write(arg, pcm, samples, NULL) ? -1 : 0;
}

static enum ih_status speak(
    struct ih_model *model, const char *text, FILE *file, struct ih_error *e)
{
    struct ih_audio_writer *writer = NULL;
    struct ih_audio_sink sink = {file, to_file, seek_file};
    struct ih_audio_writer_options options = {.format = "wav", .rate = ih_speak_rate(model)};
    enum ih_status status = ih_audio_writer_open(&writer, &sink, &options, e);
    struct ih_speak_job job = {.job = {.arg = writer}, .audio = add_sound};
    if (!status)
        status = ih_speak(model, text, strlen(text), NULL, &job, NULL, e);
    if (!status)
        status = ih_audio_writer_finish(writer, e);
    ih_audio_writer_close(&writer);
    return status;
}

int main(int argc, char **argv)
{
    struct ih_engine *engine = NULL;
    struct ih_model *model = NULL;
    struct ih_error e = {IH_INVALID, "usage: speak MODEL_FOLDER TEXT SOUND_FILE"};
    FILE *file = NULL;

    enum ih_status status = argc == 4 ? ih_engine_open(&engine, NULL, &e) : IH_INVALID;
    if (!status)
        status = ih_model_open(&model, engine, argv[1], NULL, &e);
    if (!status && !(file = fopen(argv[3], "wb"))) {
        perror(argv[3]);
        status = IH_IO;
    } else if (!status) {
        status = speak(model, argv[2], file, &e);
    }
    if (status && !(status == IH_IO && !file))
        fprintf(stderr, "%s\n", e.text);
    if (file && fclose(file) != 0)
        status = IH_IO;
    ih_model_close(&model);
    ih_engine_close(&engine);
    return status ? 1 : 0;
}
