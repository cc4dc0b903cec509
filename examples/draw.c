/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a picture into a PNG file, saying each step.
 *     cc draw.c -o draw $(pkg-config --cflags --libs inhouse)
 *     ./draw MODEL_FOLDER PROMPT PICTURE_FILE */
#include <inhouse/draw.h>
#include <stdio.h>

static void on_step(void *arg, int done, int total, const struct ih_picture *preview)
{
    (void)arg, (void)preview;
    fprintf(stderr, "step %d of %d\n", done, total);
}

static enum ih_status draw(
    struct ih_model *model, const char *prompt, FILE *file, struct ih_error *e)
{
    struct ih_picture picture = {0};
    struct ih_draw_job job = {.step = on_step};
    struct ih_draw_options options;
    uint8_t *png = NULL;
    size_t bytes = 0;
    ih_draw_defaults(&options);
    options.prompt = prompt;
    options.seed = 1;
    enum ih_status status = ih_draw(&picture, model, &options, &job, e);
    if (!status)
        status = ih_picture_write(&png, &bytes, &picture, NULL, e);
    if (!status && fwrite(png, 1, bytes, file) != bytes) {
        snprintf(e->text, sizeof e->text, "the picture could not be written");
        status = IH_IO;
    }
    ih_picture_bytes_free(&png);
    ih_picture_free(&picture);
    return status;
}

int main(int argc, char **argv)
{
    struct ih_engine *engine = NULL;
    struct ih_model *model = NULL;
    struct ih_error e = {IH_INVALID, "usage: draw MODEL_FOLDER PROMPT PICTURE_FILE"};
    FILE *file = NULL;

    enum ih_status status = argc == 4 ? ih_engine_open(&engine, NULL, &e) : IH_INVALID;
    if (!status)
        status = ih_model_open(&model, engine, argv[1], NULL, &e);
    if (!status && !(file = fopen(argv[3], "wb"))) {
        snprintf(e.text, sizeof e.text, "%.400s cannot be written", argv[3]);
        status = IH_IO;
    }
    if (!status)
        status = draw(model, argv[2], file, &e);
    if (status)
        fprintf(stderr, "%s\n", e.text);
    if (file && fclose(file) != 0)
        status = IH_IO;
    ih_model_close(&model);
    ih_engine_close(&engine);
    return status ? 1 : 0;
}
