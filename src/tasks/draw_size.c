/* SPDX-License-Identifier: Apache-2.0 */
/* The size of a picture: what is asked for, brought to what the model draws. */
#include "tasks/draw.h"

#include "base/err.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The nearest multiple that is within the model's sides. */
static int to_multiple(const struct ih_draw_limits *l, double side)
{
    int m = l->multiple;
    int low = (l->side_least + m - 1) / m * m, high = l->side_most / m * m;
    double near = floor(side / m + 0.5) * m;
    return near < low ? low : near > high ? high : (int)near;
}

/* A size of these proportions and about so many pixels. Where a side would be too long or too short
 * for the model, the proportions give way. */
static void shape(
    const struct ih_draw_limits *l, double width, double height, double pixels, int *w, int *h)
{
    double scale = sqrt(pixels / (width * height));
    *w = to_multiple(l, width * scale);
    *h = to_multiple(l, height * scale);
    while ((int64_t)*w * *h > l->pixels_most) {
        int *longer = *w > *h ? w : h;
        if (*longer - l->multiple < l->side_least)
            break;
        *longer -= l->multiple;
    }
}

static enum ih_status check_side(
    const struct drawing *d, const char *what, int side, struct ih_error *e)
{
    const struct ih_draw_limits *l = &d->limits;
    if (side >= l->side_least && side <= l->side_most)
        return IH_OK;
    return err_set(e, IH_INVALID,
        "%s draws pictures of %d to %d pixels a side; a %s of %d is too %s", d->model->name,
        l->side_least, l->side_most, what, side, side < l->side_least ? "small" : "large");
}

/* The proportions of the first picture to go by, else the model's own. */
static void proportions(const struct drawing *d, double *w, double *h)
{
    const struct ih_picture *first = d->options->images > 0 ? d->options->image : NULL;
    bool usable = first && first->width > 0 && first->height > 0;
    *w = usable ? first->width : d->limits.width;
    *h = usable ? first->height : d->limits.height;
}

enum ih_status draw_choose_size(struct drawing *d, struct ih_error *e)
{
    const struct ih_draw_limits *l = &d->limits;
    int w = d->options->width, h = d->options->height;
    double across, down;
    proportions(d, &across, &down);
    if (w == 0 && h == 0) {
        double own = (double)l->width * l->height, pixels = across * down;
        /* A small reference is not drawn smaller than the model draws by itself. */
        pixels = pixels < own                      ? own
                 : pixels > (double)l->pixels_most ? (double)l->pixels_most
                                                   : pixels;
        shape(l, across, down, pixels, &d->request.width, &d->request.height);
        return IH_OK;
    }
    if (w == 0 && h > 0)
        w = to_multiple(l, h * across / down);
    if (h == 0 && w > 0)
        h = to_multiple(l, w * down / across);
    enum ih_status status = check_side(d, "width", w, e);
    if (!status)
        status = check_side(d, "height", h, e);
    if (status)
        return status;
    d->request.width = to_multiple(l, w);
    d->request.height = to_multiple(l, h);
    int64_t pixels = (int64_t)d->request.width * d->request.height;
    if (pixels > l->pixels_most)
        return err_set(e, IH_INVALID, "%dx%d is %.2f million pixels; %s draws at most %.2f million",
            w, h, (double)w * h / 1e6, d->model->name, (double)l->pixels_most / 1e6);
    if (d->request.width != w || d->request.height != h)
        draw_warn(d, "%s draws in steps of %d pixels: %dx%d became %dx%d", d->model->name,
            l->multiple, w, h, d->request.width, d->request.height);
    return IH_OK;
}

/* "16:9" */
static bool read_ratio(const char *text, double *w, double *h)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    *w = (double)strtol(text, &end, 10);
    if (*end != ':' || !isdigit((unsigned char)end[1]))
        return false;
    *h = (double)strtol(end + 1, &end, 10);
    return !*end && *w >= 1 && *h >= 1 && *w <= 100 && *h <= 100;
}

/* "640x480"; a side too long for an int becomes one that no model draws. */
static bool read_sides(const char *text, int *w, int *h)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    long a = strtol(text, &end, 10), b = a;
    if (*end == 'x' || *end == 'X' || *end == '*') {
        if (!isdigit((unsigned char)end[1]))
            return false;
        b = strtol(end + 1, &end, 10);
    }
    *w = a > 1000000 ? 1000000 : (int)a;
    *h = b > 1000000 ? 1000000 : (int)b;
    return !*end;
}

enum ih_status ih_draw_size(
    int *width, int *height, const char *text, const struct ih_draw_limits *l, struct ih_error *e)
{
    static const struct {
        const char *name;
        double width, height;
    } words[] = {{"square", 1, 1}, {"portrait", 2, 3}, {"landscape", 3, 2}, {"wide", 16, 9},
        {"tall", 9, 16}};
    double own = (double)l->width * l->height, w = 0, h = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i].name) == 0) {
            w = words[i].width;
            h = words[i].height;
        }
    if (w > 0 || read_ratio(text, &w, &h)) {
        shape(l, w, h, own, width, height);
        return IH_OK;
    }
    if (!read_sides(text, width, height))
        return err_set(e, IH_INVALID,
            "size must be like 640x480, 3:2, square, portrait, landscape, wide or tall, not "
            "'%.40s'",
            text);
    if (*width == 0 || *height == 0)
        return err_set(e, IH_INVALID, "a picture cannot be %dx%d pixels", *width, *height);
    return IH_OK;
}
