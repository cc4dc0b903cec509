/* SPDX-License-Identifier: Apache-2.0 */
/* Other sizes and orientations. Resizing works on sRGB values as they are, not on light: that is
 * how the pictures were prepared that models learned from. */
#include "media/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a pixel of the result comes from along one axis. */
struct taps {
    int first, count;
    float *weight; /* [count], sum 1 */
};

struct axis {
    int from, to;
    struct taps *taps; /* [to] */
    float *weights;
};

/* Catmull-Rom: the cubic with a = -1/2 (Keys 1981). */
static double catmull_rom(double x)
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/* How much of pixel i lies between begin and end. */
static double overlap(int i, double begin, double end)
{
    double a = begin > i ? begin : i, b = end < i + 1 ? end : i + 1;
    return b > a ? b - a : 0;
}

static void set_taps(struct taps *t, int i, int from, int to)
{
    double scale = (double)from / to, sum = 0;
    double begin = i * scale, end = (i + 1) * scale, centre = (i + 0.5) * scale - 0.5;
    int first = (int)floor(to < from ? begin : centre - 1);
    int last = (int)(to < from ? ceil(end) - 1 : floor(centre) + 2);
    t->first = first < 0 ? 0 : first;
    last = last > from - 1 ? from - 1 : last;
    t->count = last - t->first + 1;
    for (int k = 0; k < t->count; k++) {
        double w =
            to < from ? overlap(t->first + k, begin, end) : catmull_rom(t->first + k - centre);
        t->weight[k] = (float)w;
        sum += w;
    }
    for (int k = 0; k < t->count; k++)
        t->weight[k] = (float)(t->weight[k] / sum);
}

static enum ih_status axis_init(struct axis *a, int from, int to, struct ih_error *e)
{
    size_t most = to < from ? (size_t)(from / to) + 3 : 5;
    *a = (struct axis){.from = from, .to = to};
    a->taps = calloc((size_t)to, sizeof *a->taps);
    a->weights = calloc((size_t)to * most, sizeof *a->weights);
    if (!a->taps || !a->weights)
        return err_memory(e, "resizing a picture");
    for (int i = 0; i < to; i++) {
        a->taps[i].weight = a->weights + (size_t)i * most;
        set_taps(&a->taps[i], i, from, to);
    }
    return IH_OK;
}

static void axis_free(struct axis *a)
{
    free(a->taps);
    free(a->weights);
}

static void resize_row(float *to, const uint8_t *from, const struct axis *x)
{
    for (int i = 0; i < x->to; i++) {
        const struct taps *t = &x->taps[i];
        float sum[3] = {0};
        for (int k = 0; k < t->count; k++)
            for (int c = 0; c < 3; c++)
                sum[c] += t->weight[k] * from[3 * (size_t)(t->first + k) + (size_t)c];
        for (int c = 0; c < 3; c++)
            to[3 * (size_t)i + (size_t)c] = sum[c];
    }
}

static uint8_t to_byte(float v)
{
    return (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : (int)(v + 0.5f));
}

enum { KEPT = 4 }; /* rows resized across, as many as Catmull-Rom looks at */

/* Rows are resized across when they are first needed and kept as long as they can be needed again.
 */
static void resize_rows(struct ih_picture *to, const struct ih_picture *from, const struct axis *x,
    const struct axis *y, float *memory)
{
    size_t n = (size_t)to->width * 3;
    float *sum = memory + KEPT * n;
    int held[KEPT] = {-1, -1, -1, -1};
    for (int i = 0; i < to->height; i++) {
        const struct taps *t = &y->taps[i];
        memset(sum, 0, n * sizeof *sum);
        for (int k = 0; k < t->count; k++) {
            int row = t->first + k;
            float *line = memory + (size_t)(row % KEPT) * n;
            if (held[row % KEPT] != row)
                resize_row(line, from->rgb + (size_t)row * (size_t)from->width * 3, x);
            held[row % KEPT] = row;
            for (size_t c = 0; c < n; c++)
                sum[c] += t->weight[k] * line[c];
        }
        for (size_t c = 0; c < n; c++)
            to->rgb[(size_t)i * n + c] = to_byte(sum[c]);
    }
}

enum ih_status ih_picture_resize(
    struct ih_picture *to, int width, int height, const struct ih_picture *from, struct ih_error *e)
{
    struct axis x = {0}, y = {0};
    float *memory = NULL;
    *to = (struct ih_picture){0};
    if (!from || !from->rgb || from->width < 1 || from->height < 1)
        return err_set(e, IH_INVALID, "there is no picture to resize");
    if (width < 1 || height < 1)
        return err_set(e, IH_INVALID, "a picture cannot be %dx%d", width, height);
    enum ih_status status = picture_alloc(to, width, height, e);
    if (!status)
        status = axis_init(&x, from->width, width, e);
    if (!status)
        status = axis_init(&y, from->height, height, e);
    if (!status && !(memory = malloc((KEPT + 1) * (size_t)width * 3 * sizeof *memory)))
        status = err_memory(e, "resizing a picture");
    if (!status)
        resize_rows(to, from, &x, &y, memory);
    else
        ih_picture_free(to);
    axis_free(&x);
    axis_free(&y);
    free(memory);
    return status;
}

enum ih_status picture_orient(struct ih_picture *p, int orientation, struct ih_error *e)
{
    if (orientation < 2 || orientation > 8)
        return IH_OK;
    bool swap = orientation > 4;
    int w = p->width, h = p->height;
    struct ih_picture turned;
    enum ih_status status = picture_alloc(&turned, swap ? h : w, swap ? w : h, e);
    if (status)
        return status;
    bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    for (int y = 0; y < turned.height; y++)
        for (int x = 0; x < turned.width; x++) {
            int sx = swap ? y : x, sy = swap ? x : y;
            sx = mirror_x ? w - 1 - sx : sx;
            sy = mirror_y ? h - 1 - sy : sy;
            memcpy(turned.rgb + ((size_t)y * (size_t)turned.width + (size_t)x) * 3,
                p->rgb + ((size_t)sy * (size_t)w + (size_t)sx) * 3, 3);
        }
    ih_picture_free(p);
    *p = turned;
    return IH_OK;
}
