/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to prompts, a place for the pictures and an open model. */
#include "cli/draw.h"

#include "cli/used.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static int read_flags(struct draw_work *w)
{
    const struct args *a = w->args;
    struct ih_error e;
    ih_request_defaults(&w->request, IH_DRAW);
    w->request.again = args_value(a, "again", NULL);
    int code = w->request.again ? draw_read_again(w) : EXIT_DONE;
    for (int i = 0; i < a->given && !code; i++)
        if (ih_option_set(&w->request, a->flag[i].name, a->flag[i].value, IH_ON_COMMAND_LINE, &e))
            code = usage_error(a->command, "%s", e.text);
    return code;
}

/* A seed that nobody chose is short enough to be typed again. */
static int choose_seed(struct draw_work *w)
{
    uint32_t random;
    w->seed = w->request.draw.seed;
    if (w->seed != IH_SEED_NEW)
        return EXIT_DONE;
    if (getrandom(&random, sizeof random, 0) != sizeof random) {
        complain("the system gives no random number; choose one with --seed");
        return EXIT_INTERNAL;
    }
    w->seed = random;
    return EXIT_DONE;
}

static int choose_sheet(struct draw_work *w)
{
    int total = w->prompts * w->request.count;
    if (w->request.sheet && total > SHEET_MOST)
        return usage_error(
            w->args->command, "%d pictures on a sheet; at most %d", total, (int)SHEET_MOST);
    sheet_init(&w->sheet, total);
    return EXIT_DONE;
}

static int open_model(struct draw_work *w)
{
    struct ih_error e = {0};
    const char *name = w->request.model;
    struct ih_engine_options engine = {.threads = w->request.threads, .tier = w->request.tier};
    struct ih_model_options model = {.compute = (enum ih_compute)w->request.compute};
    enum ih_status status = ih_engine_open(&w->engine, &engine, &e);
    if (!status)
        status = name && *name ? model_locate(&w->entry, name, &e)
                               : model_default_painter(&w->entry, &e);
    if (!status)
        status = ih_model_open(&w->model, w->engine, w->entry.path, &model, &e);
    if (!status)
        status = ih_draw_limits(w->model, &w->limits, &e);
    if (status)
        complain("%s", e.text);
    else
        model_used(&w->entry);
    return exit_for_model(status);
}

static int choose_size(struct draw_work *w)
{
    struct ih_error e;
    struct ih_draw_options *o = &w->request.draw;
    if (w->request.size && ih_draw_size(&o->width, &o->height, w->request.size, &w->limits, &e))
        return usage_error(w->args->command, "%s", e.text);
    return EXIT_DONE;
}

/* The model that is here may not be the one that drew the picture. */
static void compare_digest(const struct draw_work *w)
{
    const char *then = json_string_value(json_object_get(w->again, "model_sha256"));
    if (then && *then && w->model_sha256[0] && strcmp(then, w->model_sha256) != 0 &&
        !w->request.quiet)
        fprintf(stderr,
            "%s%s has other weights than those that drew %s: the picture will differ%s\n",
            style(&w->err, STYLE_YELLOW), w->entry.name, w->request.again, style_end(&w->err));
}

int draw_open(struct draw_work *w, const struct args *args)
{
    w->args = args;
    terminal_init(&w->out, stdout);
    terminal_init(&w->err, stderr);
    int code = read_flags(w);
    if (!code)
        code = draw_read_prompts(w);
    if (!code)
        code = choose_seed(w);
    if (!code)
        code = draw_choose_output(w);
    if (!code)
        code = choose_sheet(w);
    if (!code)
        code = draw_read_references(w);
    if (!code)
        code = open_model(w);
    if (!code)
        code = choose_size(w);
    if (code)
        return code;
    draw_model_digest(w);
    compare_digest(w);
    bool shown = !w->request.quiet && !w->request.json;
    screen_init(&w->screen, &w->err, shown ? w->request.preview : "off");
    w->request.draw.preview = w->screen.way != SCREEN_OFF || w->request.preview_file;
    return EXIT_DONE;
}

void draw_close(struct draw_work *w)
{
    for (int i = 0; i < REFERENCES_MOST; i++)
        ih_picture_free(&w->image[i].picture);
    for (int i = 0; i < REFERENCES_MOST + 1; i++)
        free(w->found[i]);
    ih_picture_free(&w->mask.picture);
    sheet_free(&w->sheet);
    ih_model_close(&w->model);
    ih_engine_close(&w->engine);
    json_decref(w->again);
    free(w->prompt);
    free(w->text);
}
