/* SPDX-License-Identifier: Apache-2.0 */
/* Uploaded pictures to go by, and the mask: /v1/images/edits. */
#include "server/draw.h"
#include "server/form.h"
#include "server/text.h"

#include <string.h>

enum {
    PIXELS_MOST = 32 << 20, /* of one picture */
    BLACK_MOST = 48,        /* JPEG leaves neither black nor white as they were */
    WHITE_LEAST = 255 - BLACK_MOST,
};

static bool read_picture(
    struct ih_picture *out, const struct upload *u, const char *name, struct problem *p)
{
    const void *data;
    size_t bytes;
    struct ih_error e;
    if (spool_map(u->data, &data, &bytes, &e) != IH_OK)
        return problem_from(p, &e);
    if (bytes == 0 || ih_picture_read(out, data, bytes, &e) != IH_OK)
        return problem_set(
            p, 400, "invalid_file", name, "%s", bytes ? e.text : "the file is empty");
    if ((int64_t)out->width * out->height <= PIXELS_MOST)
        return true;
    return problem_set(p, 400, "invalid_file", name,
        "a picture has at most %d million pixels here, this one is %dx%d", PIXELS_MOST >> 20,
        out->width, out->height);
}

/* Other services look at transparency only and leave a photograph in what stays; taken as
 * brightness that would change the picture in places that nobody named. */
static bool check_mask(const struct ih_picture *mask, struct problem *p)
{
    size_t n = (size_t)mask->width * (size_t)mask->height * 3;
    for (size_t i = 0; i < n; i++)
        if (mask->rgb[i] > BLACK_MOST && mask->rgb[i] < WHITE_LEAST)
            return problem_set(p, 400, "invalid_file", "mask",
                "a mask is white or transparent where the picture is drawn anew, and black "
                "elsewhere");
    return true;
}

bool draw_read_pictures(struct draw_work *w, const struct form *f, int most, struct problem *p)
{
    struct ih_draw_options *o = &w->request.draw;
    const struct upload *mask = form_upload(f, "mask");
    for (int i = 0; i < f->uploads; i++) {
        if (strcmp(f->upload[i].name, "image") != 0)
            continue;
        if (o->images == most || o->images == DRAW_PICTURES_MOST)
            return problem_set(p, 400, "invalid_value", "image",
                "the model takes at most %d picture%s to go by", most, most == 1 ? "" : "s");
        if (!read_picture(&w->picture[o->images], &f->upload[i], "image", p))
            return false;
        o->images++;
    }
    o->image = w->picture;
    if (!mask)
        return true;
    o->mask = &w->mask;
    return read_picture(&w->mask, mask, "mask", p) && check_mask(&w->mask, p);
}

/* Those after a picture that could not be read are empty. */
void draw_free_pictures(struct draw_work *w)
{
    for (int i = 0; i < DRAW_PICTURES_MOST; i++)
        ih_picture_free(&w->picture[i]);
    ih_picture_free(&w->mask);
}
