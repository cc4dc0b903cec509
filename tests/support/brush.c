/* SPDX-License-Identifier: Apache-2.0 */
#include "support/brush.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct painter_session {
    struct brush *brush;
};

static void limits(const struct model *m, struct ih_draw_limits *out)
{
    *out = (struct ih_draw_limits){
        .width = BRUSH_SIDE,
        .height = BRUSH_SIDE,
        .multiple = BRUSH_MULTIPLE,
        .side_least = 16,
        .side_most = 256,
        .pixels_most = 128 * 128,
        .steps = 4,
        .guidance = 2,
        .references = ((const struct brush *)(const void *)m)->references,
        .words = BRUSH_WORDS,
    };
}

static enum ih_status session_open(
    struct painter_session **out, struct model *m, struct ih_error *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_memory(e, "a brush");
    (*out)->brush = (struct brush *)(void *)m;
    (*out)->brush->sessions++;
    return IH_OK;
}

static void session_close(struct painter_session **s)
{
    (*s)->brush->sessions--;
    free(*s);
    *s = NULL;
}

static void draw(struct ih_picture *p, const struct painting_request *r, int blue)
{
    for (int y = 0; y < p->height; y++)
        for (int x = 0; x < p->width; x++) {
            size_t at = ((size_t)y * (size_t)p->width + (size_t)x) * 3;
            const int drawn[3] = {255 * x / p->width, 255 * y / p->height, blue};
            float share = r->images ? r->strength : 1;
            if (r->mask && r->mask->rgb[at] < 128)
                share = 0;
            for (size_t c = 0; c < 3; c++)
                p->rgb[at + c] = (uint8_t)(share < 1 ? share * (float)drawn[c] +
                                                           (1 - share) * r->image[0].rgb[at + c]
                                                     : (float)drawn[c]);
        }
}

static int words_of(const char *text)
{
    int n = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        text += strcspn(text, " ");
        n++;
    }
    return n;
}

static enum ih_status paint(struct painter_session *s, const struct painting_request *r,
    const volatile int *cancel, struct ih_picture *out, struct ih_error *e)
{
    struct brush *b = s->brush;
    *out = (struct ih_picture){0};
    b->last = *r;
    for (int i = 0; i < r->images && i < 8; i++) {
        b->image_size[i][0] = r->image[i].width;
        b->image_size[i][1] = r->image[i].height;
        memcpy(b->image_corner[i], r->image[i].rgb, sizeof b->image_corner[i]);
    }
    if (r->cut)
        *r->cut = words_of(r->prompt) > BRUSH_WORDS;
    size_t bytes = (size_t)r->width * (size_t)r->height * 3;
    out->rgb = b->no_memory ? NULL : malloc(bytes);
    if (!out->rgb)
        return err_memory(e, "a drawing");
    out->width = r->width;
    out->height = r->height;
    int blue = (int)((r->seed + 7 * (uint64_t)r->steps + strlen(r->prompt) +
                         (uint64_t)(16 * r->guidance)) %
                     256);
    for (int i = 1; i <= r->steps; i++) {
        usleep((useconds_t)b->slow * 1000);
        draw(out, r, blue * i / r->steps);
        b->previews += r->preview;
        b->steps_seen = i;
        if (*cancel || (r->step && r->step(r->arg, i, r->steps, r->preview ? out : NULL))) {
            ih_picture_free(out);
            return err_set(e, IH_CANCELLED, "stopped");
        }
    }
    return IH_OK;
}

/* A folder whose config.json is {"model_type": "brush"}, or {"model_type": "brush", "slow": 1}. */
static bool read_config(const char *path, char *line, int size)
{
    char file[4096];
    snprintf(file, sizeof file, "%s/config.json", path);
    FILE *f = fopen(file, "r");
    bool yes = f && fgets(line, size, f) && strstr(line, "\"brush\"");
    if (f)
        fclose(f);
    return yes;
}

static bool probe(const char *path)
{
    char line[128];
    return read_config(path, line, sizeof line);
}

void brush_init(struct brush *b, const char *name)
{
    *b = (struct brush){.base = {.family = &brush_family, .name = name}, .references = 2};
}

struct named {
    struct brush brush;
    struct arena arena;
};

static enum ih_status model_new(struct model **out, const struct model_open *o, struct ih_error *e)
{
    char line[128] = "";
    struct named *n = calloc(1, sizeof *n);
    const char *name = n ? model_name(&n->arena, o->path) : NULL;
    *out = NULL;
    if (!name) {
        free(n);
        return err_memory(e, "a brush");
    }
    brush_init(&n->brush, name);
    read_config(o->path, line, sizeof line);
    n->brush.slow = strstr(line, "slow") ? 200 : 0;
    *out = &n->brush.base;
    return IH_OK;
}

static void model_free(struct model *m)
{
    struct named *n = (struct named *)(void *)m;
    arena_free(&n->arena);
    free(n);
}

static const struct painter painter = {
    .limits = limits, .open = session_open, .close = session_close, .paint = paint};

const struct family brush_family = {
    .name = "brush", .probe = probe, .open = model_new, .close = model_free, .painter = &painter};
