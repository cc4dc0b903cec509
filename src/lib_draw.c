/* SPDX-License-Identifier: Apache-2.0 */
/* The public API of drawing. */
#include "base/err.h"
#include "inhouse/draw.h"
#include "tasks/draw.h"

#include <stdint.h>

void ih_draw_defaults(struct ih_draw_options *o)
{
    *o = (struct ih_draw_options){.strength = 1};
}

/* A public handle is the model itself under an opaque name. */
static struct model *inside(const struct ih_model *m)
{
    return (struct model *)(uintptr_t)m;
}

static enum ih_status find_painter(
    const struct painter **out, const struct ih_model *model, struct ih_error *e)
{
    *out = model ? inside(model)->family->painter : NULL;
    if (!model)
        return err_set(e, IH_INVALID, "drawing needs a model");
    return *out ? IH_OK : err_set(e, IH_UNSUPPORTED, "%s cannot draw", inside(model)->name);
}

enum ih_status ih_draw(struct ih_picture *out, struct ih_model *model,
    const struct ih_draw_options *options, struct ih_draw_job *job, struct ih_error *e)
{
    struct ih_draw_job unwatched = {0};
    struct drawing d = {.model = inside(model), .options = options, .job = job ? job : &unwatched};
    *out = (struct ih_picture){0};
    enum ih_status status = find_painter(&d.painter, model, e);
    if (!status && !options)
        status = err_set(e, IH_INVALID, "drawing needs a prompt");
    return status ? status : draw_run(&d, out, e);
}

enum ih_status ih_draw_limits(
    const struct ih_model *model, struct ih_draw_limits *out, struct ih_error *e)
{
    const struct painter *painter;
    *out = (struct ih_draw_limits){0};
    enum ih_status status = find_painter(&painter, model, e);
    if (!status)
        painter->limits(inside(model), out);
    return status;
}
