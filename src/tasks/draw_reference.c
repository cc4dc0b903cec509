/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures to go by. References keep their proportions and become no larger than what the model
 * draws by itself; the one that a drawing starts from gets the drawing's size, cut where the
 * proportions differ, and its mask goes with it. */
#include "tasks/draw.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATIO_MOST = 8 };

static bool is_start(const struct drawing *d)
{
    return d->options->strength < 1 || d->options->mask;
}

static enum ih_status check_picture(
    const char *what, const struct ih_picture *p, struct ih_error *e)
{
    if (!p->rgb || p->width < 1 || p->height < 1)
        return err_set(e, IH_INVALID, "%s is empty", what);
    if ((int64_t)p->width * p->height > IH_PICTURE_PIXELS)
        return err_set(e, IH_INVALID, "%s is too large: %dx%d", what, p->width, p->height);
    return IH_OK;
}

static enum ih_status check(const struct drawing *d, struct ih_error *e)
{
    const struct ih_draw_options *o = d->options;
    if (o->images < 0 || (o->images > 0 && !o->image))
        return err_set(e, IH_INVALID, "%d pictures to go by", o->images);
    if (o->images == 0 && o->mask)
        return err_set(e, IH_INVALID, "a mask needs a picture that it belongs to");
    if (o->images == 0 && o->strength < 1)
        return err_set(e, IH_INVALID, "strength needs a picture to start from");
    if (o->images > 0 && d->limits.references == 0)
        return err_set(
            e, IH_UNSUPPORTED, "%s draws from words alone and takes no pictures", d->model->name);
    if (o->images > d->limits.references)
        return err_set(e, IH_INVALID, "%s goes by at most %d picture%s, not %d", d->model->name,
            d->limits.references, d->limits.references == 1 ? "" : "s", o->images);
    enum ih_status status = IH_OK;
    for (int i = 0; i < o->images && !status; i++)
        status = check_picture("a picture to go by", &o->image[i], e);
    if (!status && o->mask)
        status = check_picture("the mask", o->mask, e);
    if (status || !o->mask)
        return status;
    /* The same shape within a pixel. */
    const struct ih_picture *m = o->mask, *p = &o->image[0];
    double expected = (double)m->width * p->height / p->width;
    if (fabs(expected - m->height) > 1 + 0.005 * m->height)
        return err_set(e, IH_INVALID,
            "the mask is %dx%d and the picture %dx%d: a mask has the proportions of its picture",
            m->width, m->height, p->width, p->height);
    return IH_OK;
}

/* The middle part of a picture, which is as large at least. */
static enum ih_status middle(
    struct ih_picture *out, const struct ih_picture *p, int width, int height, struct ih_error *e)
{
    size_t x = (size_t)(p->width - width) / 2, y = (size_t)(p->height - height) / 2;
    *out = (struct ih_picture){width, height, malloc((size_t)width * (size_t)height * 3)};
    if (!out->rgb)
        return err_memory(e, "a picture");
    for (size_t i = 0; i < (size_t)height; i++)
        memcpy(out->rgb + i * (size_t)width * 3, p->rgb + ((y + i) * (size_t)p->width + x) * 3,
            (size_t)width * 3);
    return IH_OK;
}

/* The same of the proportions of w to h, as large as it can be. */
static enum ih_status crop(
    struct ih_picture *out, const struct ih_picture *p, int w, int h, struct ih_error *e)
{
    int width = p->width, height = p->height;
    if ((int64_t)width * h > (int64_t)height * w)
        width = (int)((int64_t)height * w / h);
    else
        height = (int)((int64_t)width * h / w);
    return middle(out, p, width < 1 ? 1 : width, height < 1 ? 1 : height, e);
}

static enum ih_status cover(
    struct ih_picture *out, const struct ih_picture *p, int w, int h, struct ih_error *e)
{
    struct ih_picture part;
    enum ih_status status = crop(&part, p, w, h, e);
    if (!status)
        status = ih_picture_resize(out, w, h, &part, e);
    ih_picture_free(&part);
    return status;
}

/* What diffusers' Flux2ImageProcessor refuses. */
static enum ih_status check_reference(
    const struct ih_picture *p, const struct ih_draw_limits *l, struct ih_error *e)
{
    int shorter = p->width < p->height ? p->width : p->height;
    int longer = p->width < p->height ? p->height : p->width;
    if (shorter < l->side_least)
        return err_set(e, IH_INVALID,
            "a picture to go by is %dx%d; its sides must have at least %d pixels", p->width,
            p->height, l->side_least);
    if ((int64_t)shorter * RATIO_MOST < longer)
        return err_set(e, IH_INVALID,
            "a picture to go by is %dx%d; it may be at most %d times as long as it is wide",
            p->width, p->height, (int)RATIO_MOST);
    return IH_OK;
}

void draw_fit(int *width, int *height, const struct ih_draw_limits *l)
{
    double pixels = (double)*width * *height, most = (double)l->width * l->height;
    if (pixels > most) {
        double scale = sqrt(most / pixels);
        *width = (int)(*width * scale);
        *height = (int)(*height * scale);
    }
}

/* The middle of what draw_fit() allows, whose sides are multiples. */
static enum ih_status fit(struct ih_picture *out, const struct ih_picture *p,
    const struct ih_draw_limits *l, struct ih_error *e)
{
    struct ih_picture smaller = *p;
    int w = p->width, h = p->height;
    enum ih_status status = check_reference(p, l, e);
    if (status)
        return status;
    draw_fit(&w, &h, l);
    if (w != p->width || h != p->height)
        status = ih_picture_resize(&smaller, w, h, p, e);
    if (!status)
        status =
            middle(out, &smaller, w / l->multiple * l->multiple, h / l->multiple * l->multiple, e);
    if (smaller.rgb != p->rgb)
        ih_picture_free(&smaller);
    return status;
}

enum ih_status draw_prepare_references(struct drawing *d, struct ih_error *e)
{
    const struct ih_draw_options *o = d->options;
    int w = d->request.width, h = d->request.height;
    enum ih_status status = check(d, e);
    if (status || o->images == 0)
        return status;
    d->image = calloc((size_t)o->images, sizeof *d->image);
    if (!d->image)
        return err_memory(e, "pictures to go by");
    d->request.image = d->image;
    d->request.images = o->images;
    for (int i = 0; i < o->images && !status; i++)
        status = i == 0 && is_start(d) ? cover(&d->image[i], &o->image[i], w, h, e)
                                       : fit(&d->image[i], &o->image[i], &d->limits, e);
    if (!status && o->mask)
        status = cover(&d->mask, o->mask, w, h, e);
    d->request.mask = d->mask.rgb ? &d->mask : NULL;
    double ratio = (double)o->image[0].width * h / ((double)o->image[0].height * w);
    if (!status && is_start(d) && (ratio > 1.03 || ratio < 1 / 1.03))
        draw_warn(d, "the picture is %dx%d and the drawing %dx%d: what sticks out is cut off",
            o->image[0].width, o->image[0].height, w, h);
    return status;
}
