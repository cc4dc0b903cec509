/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding and decoding: in one piece, or in overlapping tiles where memory is short. Tiles and
 * pieces are counted in patches, of vae_multiple() pixels each way. */
#include "models/flux2/vae_net.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Neighbouring tiles share this many patches (128 pixels of the published model), over which one
 * fades into the other; a tile is at least twice as large. */
enum { OVERLAP = 8, TILE_MIN = 2 * OVERLAP };

/* One direction of a picture in tiles: `count` of `size` patches. */
struct axis {
    int64_t n, count, size;
};

struct grid {
    struct axis down, across;
    size_t bytes; /* working memory of a tile */
    int steps;
};

static int64_t tile_start(const struct axis *a, int64_t i)
{
    return a->count == 1 ? 0 : i * (a->n - a->size) / (a->count - 1);
}

static void cut(struct axis *a, int64_t count)
{
    a->count = count;
    a->size = (a->n + (count - 1) * OVERLAP + count - 1) / count;
}

/* How much of a patch's result comes from tile i: rises over the overlap with the tile before and
 * falls over that with the one behind; all of one place add up to one. `position` is in units of
 * which a patch holds `unit`. */
static float weight(const struct axis *a, int64_t i, int64_t position, int64_t unit)
{
    float sum = 0, own = 0;
    for (int64_t j = 0; j < a->count; j++) {
        int64_t begin = tile_start(a, j) * unit, end = begin + a->size * unit;
        if (position < begin || position >= end)
            continue;
        float at = (float)(position - begin) + 0.5f, left = (float)(end - position) - 0.5f;
        float near = (at < left ? at : left) / (float)(OVERLAP * unit);
        near = near < 1 ? near : 1;
        sum += near;
        own = j == i ? near : own;
    }
    return own / sum;
}

static size_t tile_bytes(const struct vae *v, const struct vae_side *s, const struct grid *g)
{
    int64_t pixels = g->down.size * g->across.size * vae_multiple(v) * vae_multiple(v) * 3;
    int64_t latents = g->down.size * g->across.size * vae_channels(v);
    size_t own = (size_t)(pixels + latents) * sizeof(float);
    return vae_piece_bytes(v, s, g->down.size, g->across.size, NULL) +
           (g->down.count * g->across.count > 1 ? own : 0);
}

/* The fewest tiles of which one fits. */
static enum ih_status plan(const struct vae *v, const struct vae_side *s, struct grid *g,
    size_t budget, struct ih_error *e)
{
    size_t whole = 0;
    cut(&g->down, 1);
    cut(&g->across, 1);
    vae_piece_bytes(v, s, g->down.size, g->across.size, &g->steps);
    for (;;) {
        g->bytes = tile_bytes(v, s, g);
        whole = whole ? whole : g->bytes;
        if (g->bytes <= budget)
            return IH_OK;
        bool down = g->down.size >= g->across.size;
        struct axis *longer = down ? &g->down : &g->across;
        if (longer->size <= TILE_MIN)
            break;
        cut(longer, longer->count + 1);
    }
    return err_set(e, IH_NO_MEMORY,
        "%s a picture of %lld by %lld pixels takes %.0f MB of memory in one piece and %.0f MB in "
        "the smallest tiles; there are %.0f MB",
        s->decoder ? "decoding" : "encoding", (long long)g->across.n * vae_multiple(v),
        (long long)g->down.n * vae_multiple(v), (double)whole / 1e6, (double)g->bytes / 1e6,
        (double)budget / 1e6);
}

/* A matrix that is a picture: `unit` pixels of it to a patch each way. */
struct picture {
    float *data;
    int64_t width, channels, unit; /* width in patches */
};

static float *pixel_at(const struct picture *p, int64_t y, int64_t x)
{
    return p->data + (y * p->width * p->unit + x) * p->channels;
}

static void copy_tile(
    const struct picture *to, const struct picture *from, int64_t y, int64_t x, int64_t height)
{
    size_t row = (size_t)(to->width * to->unit * to->channels) * sizeof(float);
    for (int64_t i = 0; i < height * to->unit; i++)
        memcpy(pixel_at(to, i, 0), pixel_at(from, y * from->unit + i, x * from->unit), row);
}

static void blend_tile(const struct picture *to, const struct picture *tile, const struct grid *g,
    int64_t row, int64_t col, const float *across)
{
    int64_t unit = to->unit, width = g->across.size * unit, n = to->channels;
    int64_t y0 = tile_start(&g->down, row) * unit, x0 = tile_start(&g->across, col) * unit;
    for (int64_t i = 0; i < g->down.size * unit; i++) {
        float down = weight(&g->down, row, y0 + i, unit);
        float *y = pixel_at(to, y0 + i, x0);
        const float *x = pixel_at(tile, i, 0);
        for (int64_t j = 0; j < width * n; j++)
            y[j] += down * across[j / n] * x[j];
    }
}

struct tiling {
    const struct vae *v;
    const struct vae_side *s;
    const struct grid *grid;
    struct picture from, to, tile_from, tile_to;
    float *across; /* weights of a tile's columns */
};

static enum ih_status run_tile(struct tiling *t, int64_t row, int64_t col,
    const struct vae_job *job, int *done, int total, struct ih_error *e)
{
    const struct grid *g = t->grid;
    int64_t y = tile_start(&g->down, row), x = tile_start(&g->across, col), unit = t->to.unit;
    struct vae_piece piece = {g->down.size, g->across.size, t->tile_from.data, t->tile_to.data};
    copy_tile(&t->tile_from, &t->from, y, x, g->down.size);
    enum ih_status status = vae_run(t->v, t->s, &piece, job, done, total, e);
    for (int64_t i = 0; i < g->across.size * unit && !status; i++)
        t->across[i] = weight(&g->across, col, x * unit + i, unit);
    if (!status)
        blend_tile(&t->to, &t->tile_to, g, row, col, t->across);
    return status;
}

static size_t picture_bytes(const struct picture *p, int64_t height)
{
    return (size_t)(height * p->width * p->unit * p->unit * p->channels) * sizeof(float);
}

static enum ih_status run_tiles(struct tiling *t, const struct vae_job *job, struct ih_error *e)
{
    const struct grid *g = t->grid;
    int done = 0, total = (int)(g->down.count * g->across.count) * g->steps;
    t->tile_from = t->from;
    t->tile_to = t->to;
    t->tile_from.width = t->tile_to.width = g->across.size;
    t->tile_from.data = malloc(picture_bytes(&t->tile_from, g->down.size));
    t->tile_to.data = malloc(picture_bytes(&t->tile_to, g->down.size));
    t->across = malloc((size_t)(g->across.size * t->to.unit) * sizeof(float));
    enum ih_status status = IH_OK;
    if (!t->tile_from.data || !t->tile_to.data || !t->across)
        status = err_memory(e, "a picture");
    memset(t->to.data, 0, picture_bytes(&t->to, g->down.n));
    for (int64_t i = 0; i < g->down.count && !status; i++)
        for (int64_t j = 0; j < g->across.count && !status; j++)
            status = run_tile(t, i, j, job, &done, total, e);
    free(t->tile_from.data);
    free(t->tile_to.data);
    free(t->across);
    return status;
}

static enum ih_status check_size(const struct vae *v, int width, int height, struct ih_error *e)
{
    int m = vae_multiple(v);
    if (width < 1 || height < 1 || width % m || height % m)
        return err_set(e, IH_INVALID,
            "a picture of %d by %d pixels; the autoencoder takes multiples of %d", width, height,
            m);
    return IH_OK;
}

static enum ih_status run(struct vae *v, struct vae_side *s, float *to, const float *from,
    int width, int height, const struct vae_job *job, struct ih_error *e)
{
    static const struct vae_job plain;
    job = job ? job : &plain;
    int m = vae_multiple(v), done = 0;
    struct grid g = {.down.n = height / m, .across.n = width / m};
    size_t spare = mem_available(), budget = spare ? spare : SIZE_MAX;
    budget = job->budget ? job->budget : budget;
    enum ih_status status = check_size(v, width, height, e);
    if (!status)
        status = vae_prepare(v, s, e);
    if (!status)
        status = plan(v, s, &g, budget, e);
    if (status)
        return status;
    struct picture rgb = {NULL, g.across.n, 3, m}, latents = {NULL, g.across.n, vae_channels(v), 1};
    struct tiling t = {.v = v, .s = s, .grid = &g};
    t.from = s->decoder ? latents : rgb;
    t.to = s->decoder ? rgb : latents;
    t.from.data = (float *)(uintptr_t)from;
    t.to.data = to;
    if (g.down.count * g.across.count > 1)
        return run_tiles(&t, job, e);
    struct vae_piece piece = {g.down.n, g.across.n, from, to};
    return vae_run(v, s, &piece, job, &done, g.steps, e);
}

enum ih_status vae_encode(struct vae *v, float *latents, const float *rgb, int width, int height,
    const struct vae_job *job, struct ih_error *e)
{
    return run(v, &v->encoder, latents, rgb, width, height, job, e);
}

enum ih_status vae_decode(struct vae *v, float *rgb, const float *latents, int width, int height,
    const struct vae_job *job, struct ih_error *e)
{
    return run(v, &v->decoder, rgb, latents, width, height, job, e);
}

size_t vae_encode_bytes(const struct vae *v, int width, int height)
{
    int m = vae_multiple(v);
    return vae_piece_bytes(v, &v->encoder, (height + m - 1) / m, (width + m - 1) / m, NULL);
}

size_t vae_decode_bytes(const struct vae *v, int width, int height)
{
    int m = vae_multiple(v);
    return vae_piece_bytes(v, &v->decoder, (height + m - 1) / m, (width + m - 1) / m, NULL);
}
